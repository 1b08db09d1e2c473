"""Is a report what the tree would give? Says which outputs are stale, and why.

    python -m claims.report.freshness FOLDER

Exit status: 0 nothing is stale, 1 something is, 2 the folder holds no report.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from claims.report.inputs import ROOT, group_sources
from claims.report.provenance import SCHEMA, digest


class NoReport(ValueError):
    """The folder holds no manifest that can be read; the message says how to get one."""


def stale_outputs(folder: Path, root: Path = ROOT) -> dict[str, list[str]]:
    """Reasons by output, for what the tree at `root` would not give as it is in `folder`."""
    manifest = _read_manifest(folder / "provenance.json")
    changes = {
        name: _changes(name, recorded, manifest["inputs"], root)
        for name, recorded in manifest["groups"].items()
    }
    stale = {}
    for path, made in manifest["outputs"].items():
        reasons = list(dict.fromkeys(reason for name in made["groups"] for reason in changes[name]))
        file = folder / path
        if not file.exists():
            reasons.append("it is missing")
        elif digest(file.read_bytes()) != made["sha256"]:
            reasons.append("its content is not what was generated")
        if reasons:
            stale[path] = reasons
    return stale


def _changes(group: str, recorded: list[str], hashes: dict[str, str], root: Path) -> list[str]:
    """What became of the sources of a group since the report."""
    current = group_sources(group, root)
    changed = [
        f"{path} changed"
        for path in current
        if path in recorded and digest((root / path).read_bytes()) != hashes[path]
    ]
    added = [f"{path} is new" for path in current if path not in recorded]
    removed = [f"{path} is gone" for path in recorded if path not in current]
    return changed + added + removed


def _read_manifest(path: Path) -> dict[str, Any]:
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise NoReport(f"{path}: there is no finished report here; run `snakemake`.") from None
    except ValueError as error:
        raise NoReport(f"{path}: this is not JSON ({error}); run `snakemake`.") from None
    if not isinstance(manifest, dict) or manifest.get("schema") != SCHEMA:
        raise NoReport(f"{path}: schema {SCHEMA} is expected; run `snakemake`.")
    return manifest


def main(arguments: list[str] | None = None) -> int:
    """Print what is stale; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m claims.report.freshness", description=__doc__)
    parser.add_argument("folder", type=Path, help="folder of a report, such as reports")
    options = parser.parse_args(arguments)
    try:
        stale = stale_outputs(options.folder)
    except NoReport as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    for path, reasons in stale.items():
        more = f", and {len(reasons) - 3} more" if len(reasons) > 3 else ""
        print(f"stale: {options.folder / path}: {', '.join(reasons[:3])}{more}")
    print(
        f"{len(stale)} outputs are stale; run `snakemake`."
        if stale
        else "The report is up to date."
    )
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
