"""What a run is going to take: jobs, time and memory of each study, from what was measured before.

The committed reports hold the times of a run at default scale; a study's work is proportional to
its number of runs.
"""

import csv
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

MEASURED = Path("reports/runtime/jobs.csv")


@dataclass(frozen=True)
class Forecast:
    """A study's jobs, the seconds of each on one core, and its memory; None where not measured."""

    study: str
    jobs: int
    seconds: float | None
    megabytes: float | None


def forecast(studies: Iterable[str], scale: str, root: Path) -> list[Forecast]:
    """Return what each study is going to take at that scale, from `MEASURED` below `root`."""
    path = root / MEASURED
    rows = []
    if path.exists():
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
    return [_of_study(study, scale, root, rows) for study in studies]


def _of_study(study: str, scale: str, root: Path, rows: list[dict[str, str]]) -> Forecast:
    plan = tomllib.loads((root / f"claims/studies/{study}.toml").read_text(encoding="utf-8"))
    jobs = plan["shards"][scale]
    names = {f"{study}-{shard}" for shard in range(plan["shards"]["default"])}
    own = [row for row in rows if row["job"] in names]
    if len(own) != len(names):
        return Forecast(study, jobs, None, None)
    total = sum(float(row["s"]) for row in own)
    seconds = total * plan["scales"][scale] / plan["scales"]["default"] / jobs
    return Forecast(study, jobs, seconds, max(float(row["max_rss"]) for row in own))


def sentences(forecasts: list[Forecast], cores: int) -> list[str]:
    """Return the lines that a user reads before the run starts."""
    lines = []
    for own in forecasts:
        if own.seconds is None:
            cost = "not measured yet at default scale"
        else:
            cost = f"{own.seconds / 60:.1f} min and {own.megabytes:.0f} MB each"
        lines.append(f"{own.study}: {own.jobs} jobs, {cost}")
    known = [own for own in forecasts if own.seconds is not None]
    hours = sum(own.jobs * own.seconds for own in known) / 3600
    jobs = sum(own.jobs for own in forecasts)
    lines.append(
        f"{jobs} jobs in all, {hours:.1f} core hours"
        f", about {60 * hours / cores:.0f} min on {cores} cores"
        + (f" ({len(known)} of {len(forecasts)} studies measured)" if known != forecasts else "")
    )
    return lines
