"""How many gradients of single examples full-batch and mini-batch descent need to a target loss."""

from __future__ import annotations

import msgspec
import numpy as np

from claims.studies.observations import Observed, paired_ratio
from claims.studies.plan import Plan, settings_of
from claims.studies.registry import Records, Study
from claims.studies.targets import batch_updates, costs, full_updates, wave_problem, wave_starts


class Cell(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A 1-``width``-1 tanh network, hidden and output bias, on ``examples`` points of a noisy wave.

    Full-batch descent makes at most ``full_updates`` updates with ``full_step``, descent by single
    examples at most ``updates`` with ``step``. ``word`` names the ``target`` loss or what varies.
    """

    word: str
    examples: int
    width: int
    target: float
    full_step: float
    full_updates: int
    step: float
    updates: int


RECORD = np.dtype([("run", "<i4"), ("full", "<f8"), ("single", "<f8")])


def name(cell: Cell) -> str:
    return f"{cell.word}, {cell.examples} examples, width {cell.width}"


def networks(cell: Cell) -> int:
    return 2


def run(seed: str, cell: Cell, first: int, stop: int) -> Records:
    """Return the records of runs ``first`` to ``stop`` - 1: example gradients to the target.

    They are inf where it is not reached. Cells of one width share the starts.
    """
    problem = wave_problem(cell.examples, cell.width)
    runs = range(first, stop)
    starts = wave_starts(problem, seed, cell.width, runs)
    records = np.zeros(len(runs), dtype=RECORD)
    records["run"] = runs
    full = full_updates(
        problem, starts, target=cell.target, step=cell.full_step, budget=cell.full_updates
    )
    records["full"] = full * cell.examples
    records["single"] = batch_updates(
        problem,
        starts,
        target=cell.target,
        step=cell.step,
        budget=cell.updates,
        batch=1,
        seed=seed,
        width=cell.width,
        runs=runs,
    )
    return records


def observe(cell: Cell, records: Records) -> dict[str, Observed]:
    """Judge the ratio of the costs; a target that neither arm reaches leaves it open."""
    full = costs(records["full"], cell.full_updates * cell.examples)
    single = costs(records["single"], cell.updates)
    ratio = paired_ratio(full, single)
    return {"with-examples": ratio, "with-width": ratio}


def pilot(plan: Plan) -> None:
    """Print, for each cell and some steps of each arm, the median cost to the target."""
    for entries in plan.cells:
        cell = msgspec.convert(settings_of(entries), Cell)
        for factor in (1 / 3, 1, 3):
            tried = msgspec.structs.replace(
                cell, full_step=cell.full_step * factor, step=cell.step * factor
            )
            records = run(plan.pilot.seed, tried, 0, plan.pilot.runs)
            print(
                f"{name(cell)}: full batch, step {tried.full_step:.3g}: "
                f"{np.quantile(records['full'], 0.5, method='lower'):,.0f}; "
                f"single examples, step {tried.step:.3g}: "
                f"{np.quantile(records['single'], 0.5, method='lower'):,.0f}",
                flush=True,
            )


STUDY = Study(Cell, name, run, observe, pilot, networks, classified=lambda cell: 0)
