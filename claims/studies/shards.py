"""Running a study in shards: a part of each cell's runs, written whole, found again by content."""

from __future__ import annotations

import hashlib
import io
import json
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from claims.compiled.modules import key as machine_key
from claims.files import write_whole
from claims.studies.plan import canonical, cell_label, plan_hash, study_names
from claims.studies.registry import Planned, Records

# What a study's records are computed by; an edit there makes earlier shards useless.
PACKAGES = ("numbers", "mathematics", "compiled", "training", "studies")

# Modules of studies/ that take part only after the records are there.
LATER = {
    "__main__",
    "estimands",
    "gathering",
    "observations",
    "power",
    "recounting",
    "rules",
    "statistics",
    "wording",
}

# What draws the data sets and random numbers, and computes beside the compiled kernels.
LIBRARIES = ("numpy", "scikit-learn")

# What a shard's manifest says.
ENTRIES = ("study", "scale", "shard", "shards", "plan_hash", "code", "portions")

# Runs in one file: what a killed shard loses at most, and what passes between two lines of
# progress.
PORTION = 512


def run_range(runs: int, shard: int, shards: int) -> tuple[int, int]:
    """Return the number of the first run of one shard of a cell, and of the first beyond it."""
    return shard * runs // shards, (shard + 1) * runs // shards


def run_shard(
    study: Planned,
    scale: str,
    shard: int,
    into: Path,
    *,
    shards: int | None = None,
    report: Callable[[str], None] = print,
) -> None:
    """Run one shard of the study and leave its records and ``shard.json`` in the folder ``into``.

    Portions that are already there, made from the same content, are kept, so that a killed shard
    goes on where it stopped and ends with the same bytes. ``shards`` replaces the plan's number.
    Raises ValueError for a shard that the plan does not have.
    """
    total = shards or getattr(study.plan.shards, scale)
    if not 0 <= shard < total:
        raise ValueError(f"--shard {shard}: at scale {scale} the shards are 0 to {total - 1}")
    seed = plan_hash(study.plan)
    cells, names = study.cells, study.names
    portions = []
    for number, entries in enumerate(study.plan.cells):
        first, stop = run_range(study.plan.runs(entries, scale), shard, total)
        portions += [(number, low, min(low + PORTION, stop)) for low in range(first, stop, PORTION)]
    code = code_key(study)
    content = canonical([code, machine_key("")])
    progress = _Progress(study.title, sum(high - low for _, low, high in portions), report)
    written: list[str] = []
    for number, low, high in portions:
        label = cell_label(study.plan.cells[number])
        key = hashlib.sha256(canonical([content, label, low, high]).encode()).hexdigest()[:16]
        path = into / f"cell-{number}-{low}-{high}-{key}.npy"
        there = path.exists()
        if not there:
            records = study.study.run(seed, cells[number], low, high)
            write_whole(path, _as_bytes(records))
        written.append(path.name)
        progress.step(high - low, there, f"{names[number]}, runs {low} to {high - 1}")
    for stale in into.glob("cell-*.npy"):
        if stale.name not in written:
            stale.unlink()
    manifest = {
        "study": study.title,
        "scale": scale,
        "shard": shard,
        "shards": total,
        "plan_hash": seed,
        "code": code,
        "portions": [
            {"cell": number, "first": low, "stop": high, "file": name}
            for (number, low, high), name in zip(portions, written, strict=True)
        ],
    }
    write_whole(into / "shard.json", (json.dumps(manifest, indent=1) + "\n").encode())


def read_shards(
    study: Planned, scale: str, folder: Path, *, shards: int | None = None
) -> list[Records]:
    """Return the records of each cell, all shards together, ordered by run.

    Only the shards that the plan lists are read (``shards`` replaces their number): folders left
    over from a finer cut are none of them. Raises ValueError that names the shard where one is
    missing, damaged, or made from another plan, scale, cut or code, and where the runs are not
    exactly those of the scale.
    """
    total = shards or getattr(study.plan.shards, scale)
    expected = {
        "study": study.title,
        "scale": scale,
        "shards": total,
        "plan_hash": plan_hash(study.plan),
        "code": code_key(study),
    }
    cells: list[list[Records]] = [[] for _ in study.plan.cells]
    for shard in range(total):
        path = folder / f"shard-{shard}/shard.json"
        manifest = _read_manifest(path)
        for entry, own in {**expected, "shard": shard}.items():
            if manifest[entry] != own:
                what = (
                    "it was made by other code"
                    if entry == "code"
                    else (f"{entry} is {manifest[entry]!r}, not {own!r}")
                )
                raise ValueError(f"{path}: {what}; run this shard again")
        for portion in manifest["portions"]:
            try:
                cell, name = cells[portion["cell"]], portion["file"]
            except (IndexError, KeyError, TypeError):
                raise _damaged(path, f"portion {portion}") from None
            cell.append(_read_records(path.parent / name))
    joined = []
    for number, (entries, parts) in enumerate(zip(study.plan.cells, cells, strict=True)):
        runs = study.plan.runs(entries, scale)
        records = np.concatenate(parts) if parts else np.empty(0, dtype=[("run", "i4")])
        records = records[np.argsort(records["run"], kind="stable")]
        if not np.array_equal(records["run"], np.arange(runs)):
            missing = np.setdiff1d(np.arange(runs), records["run"])
            what = f"run {missing[0]} is missing" if len(missing) else "a run is there twice"
            raise ValueError(
                f"{folder}: of cell {number + 1} {what}; remove the folder and run every shard"
            )
        joined.append(records)
    return joined


def _read_manifest(path: Path) -> dict[str, Any]:
    if not path.exists():
        raise ValueError(f"{path}: there is no such shard; run it first")
    try:
        manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        missing = [name for name in ENTRIES if name not in manifest]
    except (OSError, TypeError, ValueError) as error:
        raise _damaged(path, str(error)) from None
    if not isinstance(manifest, dict) or missing:
        raise _damaged(path, f"without {', '.join(missing)}")
    return manifest


def _read_records(path: Path) -> Records:
    try:
        return np.load(path, allow_pickle=False)
    except (OSError, EOFError, ValueError) as error:
        raise _damaged(path, str(error)) from None


def _damaged(path: Path, what: str) -> ValueError:
    return ValueError(
        f"{path}: missing or damaged ({what}); delete the folder {path.parent} "
        "and run this shard again"
    )


def code_key(study: Planned) -> str:
    """Return the hash of what decides a shard's records, the processor apart.

    These are the plan, the code and the libraries; the modules of other studies are left out, and
    so is what happens to the records later, unless the study simulates just that. Shards of several
    processor models may be gathered together; a shard that goes on after a kill stays with the
    portions of its own.
    """
    parts = [plan_hash(study.plan)]
    parts += [f"{name} {version(name)}" for name in LIBRARIES]
    root = Path(__file__).parents[1]
    others = {name.replace("-", "_") for name in study_names()} - {study.title.replace("-", "_")}
    if not study.study.simulates:
        others |= LATER
    for package in PACKAGES:
        for path in sorted((root / package).rglob("*.py")):
            if package != "studies" or path.stem not in others:
                parts += [path.relative_to(root).as_posix(), path.read_text(encoding="utf-8")]
    return hashlib.sha256(canonical(parts).encode()).hexdigest()


def _as_bytes(records: Records) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, records, allow_pickle=False)
    return buffer.getvalue()


class _Progress:
    """Says how many runs are done of how many, and estimates the time left from those computed."""

    def __init__(self, title: str, total: int, report: Callable[[str], None]) -> None:
        self.title, self.total, self.report = title, total, report
        self.done = self.computed = 0
        self.began = time.monotonic()

    def step(self, runs: int, there: bool, what: str) -> None:
        self.done += runs
        self.computed += 0 if there else runs
        pace = (time.monotonic() - self.began) / max(self.computed, 1)
        self.report(
            f"{self.title}: {self.done} of {self.total} runs done, "
            f"about {pace * (self.total - self.done):.0f} s left ({what})"
        )
