"""For which prices of an update full-batch descent takes longer to a target than mini-batches."""

from __future__ import annotations

from functools import lru_cache

import msgspec
import numpy as np
from numpy.typing import NDArray

from claims.studies.observations import Observed, quantities
from claims.studies.plan import Plan, settings_of
from claims.studies.registry import Records, Study
from claims.studies.targets import batch_updates, costs, full_updates, wave_problem, wave_starts

Floats = NDArray[np.float64]


class Cell(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A 1-``width``-1 tanh network, hidden and output bias, on ``examples`` points of a noisy wave.

    Full-batch descent makes at most ``full_updates`` updates with ``full_step``, descent by
    mini-batches of ``batch`` at most ``updates`` with ``step``, both to the loss ``target``. An
    update on B examples is taken to last a + b B: ``price`` is b for the full batch where it is 1
    for a mini-batch, and full-batch descent counts as slow if it takes ``factor`` times as long.
    """

    examples: int
    width: int
    target: float
    full_step: float
    full_updates: int
    batch: int
    step: float
    updates: int
    price: float
    factor: float


RECORD = np.dtype([("run", "<i4"), ("full", "<f8"), ("batch", "<f8")])


def name(cell: Cell) -> str:
    return f"{cell.examples} examples, batches of {cell.batch}, price {cell.price:g}"


def networks(cell: Cell) -> int:
    """Prices share the runs, and the sizes of batches those by the full batch: counted once."""
    if cell.price != 1:
        return 0
    return 2 if cell.batch == 1 else 1


def run(seed: str, cell: Cell, first: int, stop: int) -> Records:
    """Return the updates to the target of runs ``first`` to ``stop`` - 1, inf where never.

    Cells of one width share the starts, and cells that differ in price only share the runs.
    """
    records = np.zeros(stop - first, dtype=RECORD)
    records["run"] = np.arange(first, stop)
    free = msgspec.structs.replace(cell, price=1, factor=1)
    records["full"], records["batch"] = _updates(seed, free, first, stop)
    return records


@lru_cache(maxsize=4)
def _updates(seed: str, cell: Cell, first: int, stop: int) -> tuple[Floats, Floats]:
    problem = wave_problem(cell.examples, cell.width)
    runs = range(first, stop)
    starts = wave_starts(problem, seed, cell.width, runs)
    full = full_updates(
        problem, starts, target=cell.target, step=cell.full_step, budget=cell.full_updates
    )
    batch = batch_updates(
        problem,
        starts,
        target=cell.target,
        step=cell.step,
        budget=cell.updates,
        batch=cell.batch,
        seed=seed,
        width=cell.width,
        runs=runs,
    )
    return full, batch


def turning_overhead(full: Floats, batch: Floats, cell: Cell) -> Floats:
    """Return the overhead a/b (runs,) up to which the full batch takes ``factor`` times as long.

    ``full`` and ``batch`` are the updates of the two arms. The ratio of the times,

        full (r + price examples) / (batch' (r + batch size)),    r = a/b,

    falls as r grows where price examples >= batch size, so that it is above the factor exactly for
    r below the one that solves a linear equation: 0 where it never is, inf where it always is.
    """
    gain = full * cell.price * cell.examples - cell.factor * batch * cell.batch
    loss = cell.factor * batch - full
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(gain <= 0, 0.0, np.where(loss <= 0, np.inf, gain / loss))


def observe(cell: Cell, records: Records) -> dict[str, Observed]:
    """Judge the turning overhead; it grows with the updates of the full batch, and falls with those
    by mini-batches, so that their bounds bound it. Raises ValueError where that does not hold."""
    if cell.price * cell.examples < cell.batch:
        raise ValueError(f"{name(cell)}: the full batch must cost no less than a mini-batch")
    full = costs(records["full"], cell.full_updates)
    batch = costs(records["batch"], cell.updates)
    return {
        "in-time": quantities(
            turning_overhead(full.lowest, batch.highest, cell),
            turning_overhead(full.highest, batch.lowest, cell),
        )
    }


def pilot(plan: Plan) -> None:
    """Print, for each cell and some steps of each arm, the median updates to the target."""
    for entries in plan.cells:
        cell = msgspec.convert(settings_of(entries), Cell)
        if cell.price != 1:
            continue
        for share in (1 / 2, 1, 2):
            tried = msgspec.structs.replace(
                cell, full_step=cell.full_step * share, step=cell.step * share
            )
            records = run(plan.pilot.seed, tried, 0, plan.pilot.runs)
            full, batch = (
                np.quantile(records[arm], 0.5, method="lower") for arm in ("full", "batch")
            )
            print(
                f"{name(cell)}: full batch, step {tried.full_step:g}: {full:g} updates; "
                f"mini-batches, step {tried.step:g}: {batch:g}",
                flush=True,
            )


STUDY = Study(Cell, name, run, observe, pilot, networks, classified=lambda cell: 0)
