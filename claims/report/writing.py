"""Writing a report: files that changed are replaced, each whole; pages of old are removed."""

import csv
import io
from collections.abc import Mapping
from pathlib import Path

from claims.files import write_whole

# Folders that hold nothing but files of the report; data, certificates and runtime are written by
# others.
OWN = ("claims", "figures", "fonts")
MANIFEST = "provenance.json"


def write_report(into: Path, files: Mapping[str, bytes]) -> int:
    """Write `files` under `into`, the manifest last; returns how many changed.

    The old manifest goes first, so that a report which was interrupted is not taken for a finished
    one.
    """
    changed = {path: content for path, content in files.items() if _differs(into / path, content)}
    strangers = [
        path
        for folder in OWN
        for path in sorted((into / folder).glob("*"))
        if path.is_file() and path.relative_to(into).as_posix() not in files
    ]
    if not changed and not strangers:
        return 0
    (into / MANIFEST).unlink(missing_ok=True)
    for stranger in strangers:
        stranger.unlink()
    for path, content in changed.items():
        if path != MANIFEST:
            write_whole(into / path, content)
    write_whole(into / MANIFEST, files[MANIFEST])
    return len(changed) + len(strangers)


def runtime_table(benchmarks: Path) -> bytes:
    """The benchmarks that Snakemake wrote, `NAME.tsv` each, as one CSV table with the job's name in
    front.
    """
    rows: list[dict[str, str]] = []
    for path in sorted(benchmarks.glob("*.tsv")):
        with path.open(encoding="utf-8", newline="") as file:
            rows += [{"job": path.stem, **row} for row in csv.DictReader(file, delimiter="\t")]
    columns = ("job", "s", "cpu_time", "max_rss")
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, columns, extrasaction="ignore", restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue().encode()


def _differs(path: Path, content: bytes) -> bool:
    return not path.exists() or path.read_bytes() != content
