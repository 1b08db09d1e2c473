"""Where mini-batch descent ends, against full-batch descent from the same start."""

from __future__ import annotations

from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from claims.mathematics import ACTIVATIONS, SQUARED_ERROR, Network, Objective, one_hidden_layer
from claims.studies.observations import UNDECIDED, Observed, events, paired_events
from claims.studies.plan import Plan, settings_of
from claims.studies.registry import Records, Study
from claims.training import (
    CODES,
    DATA_SETS,
    GRADIENT_DESCENT,
    STARTS,
    End,
    Problem,
    Shuffled,
    classify,
    descend,
    draw_starts,
    generator,
    stream_keys,
)


class Cell(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A network with one hidden layer, hidden and output bias and linear output, on a data set.

    Every arm spends ``gradients`` gradients of single examples, in batches of ``batch`` or of all,
    while its step is constant for the first half and then falls linearly to zero. Full-batch
    descent with the step ``settling_step``, at most ``settling`` updates, leads it down from there.
    ``known_level`` is a loss that is known to be the infimum, or to be reached.
    """

    data: Literal["teacher", "two-minima", "xor", "few-diabetes"]
    activation: Literal["sigmoid", "tanh"]
    width: int
    batch: int
    gradients: int
    full_step: float
    batch_step: float
    settling_step: float
    settling: int
    tolerance: float
    known_level: float | None = None


ARMS = ("full", "tuned", "same")
RECORD = np.dtype(
    [
        ("run", "<i4"),
        *[(f"end_{arm}", "i1") for arm in ARMS],
        *[(f"level_{arm}", "<f8") for arm in ARMS],
        *[(f"reached_{arm}", "<f8") for arm in ARMS],
    ]
)


def name(cell: Cell) -> str:
    return f"{cell.data} by {cell.batch}, width {cell.width}"


def networks(cell: Cell) -> int:
    return 2 if cell.batch_step == cell.full_step else 3


def network_of(cell: Cell) -> Network:
    inputs = DATA_SETS[cell.data]().inputs.shape[1]
    return one_hidden_layer(inputs, cell.width, ACTIVATIONS[cell.activation])


def problem_of(cell: Cell) -> Problem:
    return Problem(Objective(network_of(cell), SQUARED_ERROR), DATA_SETS[cell.data]())


def run(seed: str, cell: Cell, first: int, stop: int) -> Records:
    """Return the records of runs ``first`` to ``stop`` - 1, three arms from one start each.

    The arm "same" takes mini-batches with the full batch's step; where that is the tuned step, it
    is the arm "tuned". Starts are shared by cells of one data set and width.
    """
    problem = problem_of(cell)
    runs = range(first, stop)
    starts = draw_starts(
        network_of(cell),
        STARTS["glorot"],
        (generator(seed, cell.data, cell.width, number) for number in runs),
    )
    keys = stream_keys(seed, cell.data, cell.width, cell.batch, runs=runs)
    records = np.zeros(len(runs), dtype=RECORD)
    records["run"] = runs
    _arm(problem, cell, cell.full_step, starts, None, records, "full")
    _arm(problem, cell, cell.batch_step, starts, keys, records, "tuned")
    if networks(cell) == 3:
        _arm(problem, cell, cell.full_step, starts, keys, records, "same")
    else:
        for entry in ("end", "level", "reached"):
            records[f"{entry}_same"] = records[f"{entry}_tuned"]
    return records


def _arm(
    problem: Problem,
    cell: Cell,
    step: float,
    starts: NDArray[np.float64],
    keys: NDArray[np.uint64] | None,
    records: Records,
    arm: str,
) -> None:
    """Train one arm from ``starts``, let it settle, and enter its ends; no keys: full batch."""
    size = len(problem.data.targets) if keys is None else cell.batch
    updates = cell.gradients // size
    falling = np.minimum(1.0, 2 * (1 - np.arange(updates) / updates))
    done = descend(
        problem,
        GRADIENT_DESCENT,
        starts,
        budget=updates,
        tolerance=None,
        sampling=None if keys is None else Shuffled(size),
        keys=keys,
        schedule={"step": falling},
        step=step,
    )
    # A run that has diverged is kept as it is: descent ends at once beyond its bound.
    settled = descend(
        problem, GRADIENT_DESCENT, done.theta, budget=cell.settling, step=cell.settling_step
    )
    status = np.maximum(done.status, settled.status)
    ends = classify(problem, settled.theta, status, cell.tolerance)
    records[f"end_{arm}"] = ends.code
    records[f"level_{arm}"] = ends.level
    records[f"reached_{arm}"] = ends.reached


def lowest_level(cell: Cell, records: Records) -> float:
    """Return the lowest level known: beforehand, or found by one of the runs."""
    found = min(
        float(np.minimum(records[f"level_{arm}"], records[f"reached_{arm}"]).min()) for arm in ARMS
    )
    return found if cell.known_level is None else min(found, cell.known_level)


def bounds_of(
    cell: Cell, records: Records, arm: str
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return between which losses each run's level lies.

    That of an undecided run lies between the lowest level known and the loss where it stopped. A
    run within the tolerance of the lowest level is there, wherever it was heading.
    """
    lowest = lowest_level(cell, records)
    low = records[f"level_{arm}"].copy()
    high = low.copy()
    reached = np.minimum(low, records[f"reached_{arm}"])
    open_end = records[f"end_{arm}"] == CODES.index(End.UNDECIDED)
    low[open_end], high[open_end] = lowest, reached[open_end]
    there = reached <= lowest + cell.tolerance
    low[there] = high[there] = lowest
    return low, high


def at_lowest(cell: Cell, records: Records, arm: str) -> Observed:
    """Judge which runs of an arm ended at the lowest level known."""
    low, high = bounds_of(cell, records, arm)
    edge = lowest_level(cell, records) + cell.tolerance
    return events(high <= edge, (low <= edge) & (high > edge))


def ends_lower(cell: Cell, records: Records, arm: str) -> Observed:
    """Judge which runs ended lower in the arm (1), lower with the full batch (-1), or alike (0)."""
    low, high = bounds_of(cell, records, arm)
    full_low, full_high = bounds_of(cell, records, "full")
    # Of two diverged runs, both with the level inf, neither is lower.
    lower, maybe_lower = high < full_low - cell.tolerance, low < full_high - cell.tolerance
    higher, maybe_higher = full_high < low - cell.tolerance, full_low < high - cell.tolerance
    lowest = np.subtract(lower, maybe_higher, dtype=np.float64)
    highest = np.subtract(maybe_lower, higher, dtype=np.float64)
    classes = np.select(
        [lowest < highest, lowest > 0, lowest < 0],
        [UNDECIDED, "lower by mini-batches", "higher by mini-batches"],
        "same level",
    )
    return Observed(lowest, highest, classes)


def observe(cell: Cell, records: Records) -> dict[str, Observed]:
    full = at_lowest(cell, records, "full")
    words = ["by mini-batches", "by the full batch"]
    tuned = paired_events(at_lowest(cell, records, "tuned"), full, words)
    return {
        "lower": ends_lower(cell, records, "tuned"),
        "lower-same-step": ends_lower(cell, records, "same"),
        "global": tuned,
        "global-same-step": paired_events(at_lowest(cell, records, "same"), full, words),
        "global-with-width": tuned,
    }


STEPS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0)


def pilot(plan: Plan) -> None:
    """Print, for each cell and step, the share at the lowest level found by any, for both arms."""
    for entries in plan.cells:
        cell = msgspec.convert(settings_of(entries), Cell)
        tried = [
            (step, msgspec.structs.replace(cell, full_step=step, batch_step=step)) for step in STEPS
        ]
        found = [(step, run(plan.pilot.seed, one, 0, plan.pilot.runs)) for step, one in tried]
        known = min(lowest_level(cell, records) for _, records in found)
        pooled = msgspec.structs.replace(cell, known_level=known)
        for arm, chosen in (("full", cell.full_step), ("tuned", cell.batch_step)):
            for step, records in found:
                there = at_lowest(pooled, records, arm)
                print(
                    f"{name(cell)}, {arm}, step {step}: "
                    f"{there.lowest.mean():.1%} to {there.highest.mean():.1%} at {known:.6g}"
                    + (" <- the plan's" if step == chosen else ""),
                    flush=True,
                )


STUDY = Study(Cell, name, run, observe, pilot, networks)
