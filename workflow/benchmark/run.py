"""Rates of the engine beside NumPy, scikit-learn, torch and JAX, and beside the machine's limit.

    OMP_NUM_THREADS=1 python workflow/benchmark/run.py --into reports/runtime

One thread each, pinned to one core, in processor time; compiling is not counted; the median of
several repetitions. Every engine begins at the same starts, takes the same steps and batches, and
its final losses must agree with this package's, or its row is an error. torch and JAX are optional
(`pip install "loss-landscape-claims[peers]"`); where they are absent the table says so.
"""

import argparse
import importlib.metadata
import importlib.util
import json
import os
import platform
import statistics
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from costs import costs, linear, two_threads
from costs import table as cost_table
from engines import ENGINES, FEW
from limit import operations, peak, quotient_cost
from peers import too_slow
from students import STUDENT_ENGINES, student_operations
from workloads import StudentWorkload, Workload, workloads

from claims.files import write_whole

# Final losses are about 0.1 to 1. Where each of at most 500 steps enlarges an error of 1e-13 by at
# most 2%, they agree within 1e-13 * 1.02^500 = 2e-9.
AGREEMENT = 1e-8


@dataclass(frozen=True)
class Row:
    """A rate in million updates of single runs a second, or why there is none."""

    workload: str
    engine: str
    rate: float | None = None
    spread: float | None = None
    of_limit: float | None = None
    difference: float | None = None
    note: str = ""


def measured(work: Workload, limit: float, repetitions: int) -> list[Row]:
    rows, losses = [], None
    engines = STUDENT_ENGINES if isinstance(work, StudentWorkload) else ENGINES
    for name, package, run_by_run, engine in engines:
        own = work
        if run_by_run:
            own = Workload(
                work.name, work.problem, work.sampling, min(FEW, work.runs), work.updates, work.step
            )
        if package and importlib.util.find_spec(package) is None:
            note = f'not installed: pip install "loss-landscape-claims[peers]" ({package})'
            rows.append(Row(work.name, name, note=note))
            continue
        train = engine(own)
        theta = train()  # compiles
        found = work.losses(theta)
        losses = found if losses is None else losses
        # A generator of normal numbers fills rows in order: the first runs are the same.
        difference = float(np.abs(found - losses[: len(found)]).max())
        times = []
        for _ in range(repetitions):
            begun = time.process_time()
            train()
            times.append(time.process_time() - begun)
        rates = [own.runs * own.updates / seconds / 1e6 for seconds in times]
        note = "" if difference <= AGREEMENT else f"losses differ by {difference:.1e}: not valid"
        rate = statistics.median(rates)
        rows.append(
            Row(work.name, name, rate, max(rates) / min(rates), rate / limit, difference, note)
        )
        print(rows[-1], file=sys.stderr, flush=True)
    slow = too_slow(work.name, {row.engine: row.rate for row in rows if row.rate is not None})
    return [replace(row, note=row.note or slow.get(row.engine, "")) for row in rows]


def table(rows: list[Row]) -> str:
    """Return the rows as a table in Markdown."""
    lines = [
        "| workload | engine | million updates/s | of the limit | largest/smallest | losses |",
        "|---|---|---|---|---|---|",
    ]
    for row in rows:
        if row.rate is None:
            lines.append(f"| {row.workload} | {row.engine} | | | | {row.note} |")
            continue
        agree = row.note or f"agree within {row.difference:.0e}"
        lines.append(
            f"| {row.workload} | {row.engine} | {row.rate:.3g} | {row.of_limit:.2f} "
            f"| {row.spread:.2f} | {agree} |"
        )
    return "\n".join(lines)


# The part of the arithmetic limit to reach: of full batches, and of mini-batches.
FULL_GOAL, BATCH_GOAL = 0.7, 0.5


def goals(rows: list[Row]) -> dict[str, tuple[float, bool]]:
    """Return the goal of each workload for this package, and whether it is met."""
    own = [row for row in rows if row.engine == ENGINES[0][0] and row.of_limit is not None]
    wanted = {row.workload: BATCH_GOAL if "batch 16" in row.workload else FULL_GOAL for row in own}
    return {
        row.workload: (wanted[row.workload], row.of_limit >= wanted[row.workload]) for row in own
    }


def goal_table(rows: list[Row], quotients: dict[str, float]) -> str:
    """Return what is reached of the limits in Markdown, and what keeps the kernels from them."""
    reached = goals(rows)
    lines = [
        "| workload | goal | of the limit | divisions at their cost | |",
        "|---|---|---|---|---|",
    ]
    for row in rows:
        if row.engine == ENGINES[0][0] and row.of_limit is not None:
            goal, met = reached[row.workload]
            other = row.rate / quotients[row.workload]
            lines.append(
                f"| {row.workload} | {goal} | {row.of_limit:.2f} | {other:.2f} "
                f"| {'met' if met else 'missed'} |"
            )
    return "\n".join(lines) + "\n\n" + WHY + "\n"


WHY = (
    "The limit takes every operation for half of a fused one. An exponential has single products, "
    "sums and shifts besides, and a division that waits, which the second ratio counts; on "
    "mini-batches the examples and the order of an epoch are fetched run by run, whatever the "
    "width, which weighs most where the layer is narrow."
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--into", type=Path, required=True, help="folder of the two results")
    parser.add_argument("--part", type=float, default=1.0, help="part of the runs, for a trial")
    parser.add_argument("--repetitions", type=int, default=5)
    options = parser.parse_args()
    if os.environ.get("OMP_NUM_THREADS") != "1":
        parser.error("libraries must not start threads: set OMP_NUM_THREADS=1 in the environment")
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    speed = peak()
    quotient = quotient_cost(speed)
    rows, limits, with_quotients = [], {}, {}
    for work in workloads(options.part):
        count = student_operations if isinstance(work, StudentWorkload) else operations
        limits[work.name] = speed / count(work) / 1e6
        with_quotients[work.name] = speed / count(work, quotient) / 1e6
        rows += measured(work, limits[work.name], options.repetitions)
    scaling = costs(options.part, options.repetitions)
    speedup = two_threads(options.part, options.repetitions)
    versions = {}
    for name in ("numpy", "numba", "llvmlite", "scikit-learn", "torch", "jax"):
        try:
            versions[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            versions[name] = None
    result = {
        "schema": 1,
        "operations_a_second": speed,
        "operations_of_a_quotient": quotient,
        "limits": limits,
        "limits_with_quotients": with_quotients,
        "agreement": AGREEMENT,
        "machine": platform.machine(),
        "python": platform.python_version(),
        "versions": versions,
        "part": options.part,
        "rows": [vars(row) for row in rows],
        "goals": {name: {"goal": goal, "met": met} for name, (goal, met) in goals(rows).items()},
        "scaling": [vars(cost) for cost in scaling],
        "largest_to_smallest_over_runs": linear(scaling),
        "two_threads": speedup,
    }
    options.into.mkdir(parents=True, exist_ok=True)
    text = json.dumps(result, indent=2) + "\n"
    write_whole(options.into / "engines.json", text.encode())
    body = (
        f"{table(rows)}\n\n## Goals\n\n{goal_table(rows, with_quotients)}\n"
        f"## How the cost grows\n\n{cost_table(scaling, speedup)}"
    )
    heading = (
        "# Rates of the ensemble engine\n\n"
        f"One core, {speed / 1e9:.1f} thousand million operations a second in a loop of fused "
        "products and sums, measured in the same run. The limit of a workload is that divided by "
        "the operations of an update, a division counted as one. Beside such products and sums a "
        f"division costs as much as {quotient:.1f} operations; counted so, the limits are "
        + "; ".join(f"{name}: {value:.3g}" for name, value in with_quotients.items())
        + " million updates a second.\n\n"
    )
    write_whole(options.into / "engines.md", (heading + body).encode())
    print(table(rows))
    if any("losses differ" in row.note for row in rows):
        raise SystemExit("an engine's losses differ: its row is not valid")


if __name__ == "__main__":
    main()
