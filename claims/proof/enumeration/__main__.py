"""``python -m claims.proof.enumeration --into DIR``: find and write the complete lists."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from claims.proof import checker
from claims.proof.certificates import write_certificate
from claims.proof.enumeration.landscapes import HIDDEN, LANDSCAPES
from claims.proof.enumeration.search import Unfinished


def main(argv: Sequence[str] | None = None) -> int:
    """Write every complete list; returns 1 where one is not found."""
    parser = argparse.ArgumentParser(prog="python -m claims.proof.enumeration", description=__doc__)
    parser.add_argument("--into", type=Path, required=True, metavar="DIR")
    folder = parser.parse_args(argv).into
    status = 0
    finders = {
        **{f"complete-list-{name}": found.certificate for name, found in LANDSCAPES.items()},
        **{f"complete-hidden-list-{name}": found.certificate for name, found in HIDDEN.items()},
    }
    for name, find in finders.items():
        path = folder / f"{name}.json"
        try:
            write_certificate(path, find())
            print(f"written {path}")
        except (Unfinished, checker.Refused) as failure:
            print(f"not written {path}: {failure}", file=sys.stderr)
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main())
