"""Do two runs give the same report? Says which files differ, but for those that hold times.

    python -m claims.report.comparison FOLDER OTHER

Exit status: 0 the same bytes, 1 a file differs or is missing in one of them, 2 a folder holds no
finished report.
"""

import argparse
import sys
from pathlib import Path

from claims.report.writing import MANIFEST

# What was measured, which no two runs have in common.
RUNTIME = "runtime"


class NoReport(ValueError):
    """A folder holds no finished report; the message names it and the mend."""


def contents(folder: Path) -> dict[str, Path]:
    """Return the files of a report that are to be the same in every run, by their name in it.

    Raises NoReport for a folder without the manifest, which is written last.
    """
    if not (folder / MANIFEST).exists():
        raise NoReport(f"{folder}: there is no finished report here; run `snakemake`.")
    return {
        path.relative_to(folder).as_posix(): path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.relative_to(folder).parts[0] != RUNTIME
    }


def differences(first: Path, second: Path) -> dict[str, str]:
    """Return how the report in ``second`` differs from that in ``first``, by file."""
    here, there = contents(first), contents(second)
    found = {}
    for name in sorted(here.keys() | there.keys()):
        if name not in there:
            found[name] = f"only in {first}"
        elif name not in here:
            found[name] = f"only in {second}"
        elif here[name].read_bytes() != there[name].read_bytes():
            found[name] = "differs"
    return found


def main(arguments: list[str] | None = None) -> int:
    """Print what differs; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m claims.report.comparison", description=__doc__)
    parser.add_argument("first", type=Path, metavar="FOLDER", help="folder of a report")
    parser.add_argument("second", type=Path, metavar="OTHER", help="folder of another run's report")
    options = parser.parse_args(arguments)
    try:
        found = differences(options.first, options.second)
        compared = len(contents(options.first).keys() | contents(options.second).keys())
    except NoReport as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    for name, how in found.items():
        print(f"{name}: {how}")
    print(f"{compared} files were compared, {RUNTIME}/ apart: {len(found)} differ.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
