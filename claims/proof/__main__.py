"""``python -m claims.proof write --into DIR`` and ``python -m claims.proof check PATH...``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from claims.proof import checker
from claims.proof.certificates import NotFound, write_certificate
from claims.proof.instances import INSTANCES


def write(folder: Path) -> int:
    """Find and write every certificate of the list; returns 1 where one is not found."""
    status = 0
    for name, find in INSTANCES.items():
        try:
            write_certificate(folder / f"{name}.json", find())
            print(f"written {folder / name}.json")
        except (NotFound, checker.Refused) as failure:
            print(f"not written {name}: {failure}", file=sys.stderr)
            status = 1
    return status


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m claims.proof", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    writing = commands.add_parser("write", help="find and write all certificates")
    writing.add_argument("--into", type=Path, required=True, metavar="DIR")
    checking = commands.add_parser("check", help="check certificates, or folders of them")
    checking.add_argument("paths", nargs="+", metavar="PATH")
    arguments = parser.parse_args(argv)
    return write(arguments.into) if arguments.command == "write" else checker.main(arguments.paths)


if __name__ == "__main__":
    sys.exit(main())
