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

# What draws the data sets and random numbers, and computes beside the compiled kernels.
LIBRARIES = ("numpy", "scikit-learn")

# What a shard's manifest says.
ENTRIES = ("study", "scale", "shard", "shards", "plan_hash", "portions")

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
    runs = getattr(study.plan.scales, scale)
    seed = plan_hash(study.plan)
    first, stop = run_range(runs, shard, total)
    portions = [
        (number, low, min(low + PORTION, stop))
        for number in range(len(study.cells))
        for low in range(first, stop, PORTION)
    ]
    content = content_key(study)
    progress = _Progress(study.title, len(portions), report)
    written: list[str] = []
    for number, low, high in portions:
        label = cell_label(study.plan.cells[number])
        key = hashlib.sha256(canonical([content, label, low, high]).encode()).hexdigest()[:16]
        path = into / f"cell-{number}-{low}-{high}-{key}.npy"
        if not path.exists():
            records = study.study.run(seed, study.cells[number], low, high)
            write_whole(path, _as_bytes(records))
        written.append(path.name)
        progress.step(f"{study.study.name(study.cells[number])}, runs {low} to {high - 1}")
    for stale in into.glob("cell-*.npy"):
        if stale.name not in written:
            stale.unlink()
    manifest = {
        "study": study.title,
        "scale": scale,
        "shard": shard,
        "shards": total,
        "plan_hash": seed,
        "portions": [
            {"cell": number, "first": low, "stop": high, "file": name}
            for (number, low, high), name in zip(portions, written, strict=True)
        ],
    }
    write_whole(into / "shard.json", (json.dumps(manifest, indent=1) + "\n").encode())


def read_shards(study: Planned, scale: str, folder: Path) -> list[Records]:
    """Return the records of each cell, all shards together, ordered by run.

    Raises ValueError that names the shard where one is missing, damaged, or made from another plan
    or scale, and where the runs are not exactly those of the scale.
    """
    seed = plan_hash(study.plan)
    runs = getattr(study.plan.scales, scale)
    manifests = sorted(folder.glob("shard-*/shard.json"))
    if not manifests:
        raise ValueError(f"{folder}: no shard-*/shard.json is there; run the shards first")
    cells: list[list[Records]] = [[] for _ in study.cells]
    for path in manifests:
        manifest = _read_manifest(path)
        for entry, expected in (("study", study.title), ("scale", scale), ("plan_hash", seed)):
            if manifest[entry] != expected:
                raise ValueError(
                    f"{path}: {entry} is {manifest[entry]!r}, not {expected!r}; "
                    "run this shard again"
                )
        for portion in manifest["portions"]:
            try:
                cell, name = cells[portion["cell"]], portion["file"]
            except (IndexError, KeyError, TypeError):
                raise _damaged(path, f"portion {portion}") from None
            cell.append(_read_records(path.parent / name))
    joined = []
    for number, parts in enumerate(cells):
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


def content_key(study: Planned) -> str:
    """Return the hash of what decides a shard's records: plan, code, libraries, processor.

    The modules of other studies are left out.
    """
    parts = [plan_hash(study.plan), machine_key("")]
    parts += [f"{name} {version(name)}" for name in LIBRARIES]
    root = Path(__file__).parents[1]
    others = {name.replace("-", "_") for name in study_names()} - {study.title.replace("-", "_")}
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
    """Says how much is done of how much, and estimates the time left from the portions done."""

    def __init__(self, title: str, total: int, report: Callable[[str], None]) -> None:
        self.title, self.total, self.report = title, total, report
        self.done = 0
        self.began = time.monotonic()

    def step(self, what: str) -> None:
        self.done += 1
        left = (time.monotonic() - self.began) / self.done * (self.total - self.done)
        self.report(
            f"{self.title}: {self.done} of {self.total} portions done, "
            f"about {left:.0f} s left ({what})"
        )
