"""How far from its minimum mini-batch noise keeps descent, and what falling steps change."""

from __future__ import annotations

from typing import Any, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from claims.mathematics import ACTIVATIONS, SQUARED_ERROR, Network, Objective, one_hidden_layer
from claims.studies.observations import UNDECIDED, Observed, quantities
from claims.studies.plan import Plan, settings_of
from claims.studies.registry import Records, Study
from claims.training import (
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
    trajectory,
)
from claims.training.bounds import ARRIVAL

Floats = NDArray[np.float64]


class Cell(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A network with one hidden layer, hidden and output bias and linear output, on a data set.

    Mini-batch descent by single examples makes ``updates`` updates, with the constant ``step`` or
    with ``step`` / (1 + k / ``delay``) in update k. Minima are found by full-batch descent with
    ``full_step``, at most ``full_updates`` updates, and polished. Levels that differ by at most
    ``tolerance`` count as one.
    """

    data: Literal["two-minima", "few-diabetes", "xor"]
    activation: Literal["sigmoid", "tanh"]
    width: int
    step: float
    delay: float
    updates: int
    full_step: float
    full_updates: int
    tolerance: float


# The mean excess is taken over so many moments, equally far apart in the second half.
MOMENTS = 50

# Excess losses that differ by no more than this are equally precise: rounding is below it.
PRECISION = 1e-9

RECORD = np.dtype(
    [
        ("run", "<i4"),
        ("minimum", "?"),
        ("excess", "<f8"),
        *[
            (f"{entry}_{arm}", "<f8")
            for arm in ("constant", "falling")
            for entry in ("low", "high")
        ],
    ]
)


def name(cell: Cell) -> str:
    return f"{cell.data}, step {cell.step:g}"


def networks(cell: Cell) -> int:
    return 4  # to the minimum, at it, and from the start with a constant and with falling steps


def network_of(cell: Cell) -> Network:
    inputs = DATA_SETS[cell.data]().inputs.shape[1]
    return one_hidden_layer(inputs, cell.width, ACTIVATIONS[cell.activation])


def problem_of(cell: Cell) -> Problem:
    return Problem(Objective(network_of(cell), SQUARED_ERROR), DATA_SETS[cell.data]())


def losses(problem: Problem, theta: Floats) -> Floats:
    """Return the full losses (runs,)."""
    data = problem.data
    return problem.derivatives(theta, data.inputs, data.targets, problem.scale)[0]


def run(seed: str, cell: Cell, first: int, stop: int) -> Records:
    """Return the records of runs ``first`` to ``stop`` - 1; all steps share the starts and draws.

    ``excess`` is the mean excess loss about the minimum that full-batch descent finds from the
    start, ``minimum`` whether it found one (it may be a flat one). For the arms from the start, the
    excess loss at the end over the level to which full-batch descent leads from there lies between
    ``low`` and ``high``.
    """
    problem = problem_of(cell)
    runs = range(first, stop)
    starts = draw_starts(
        network_of(cell),
        STARTS["glorot"],
        (generator(seed, cell.data, cell.width, number) for number in runs),
    )
    records = np.zeros(len(runs), dtype=RECORD)
    records["run"] = runs
    options: dict[str, Any] = {
        "sampling": Shuffled(1),
        "keys": stream_keys(seed, cell.data, cell.width, runs=runs),
        "step": cell.step,
    }
    down = descend(problem, GRADIENT_DESCENT, starts, budget=cell.full_updates, step=cell.full_step)
    ends = classify(problem, down.theta, down.status, cell.tolerance)
    records["minimum"] = ends.of(End.MINIMUM) | ends.of(End.FLAT)
    half = cell.updates // 2
    checkpoints = np.linspace(half, cell.updates, MOMENTS).astype(int).tolist()
    states = trajectory(
        problem, GRADIENT_DESCENT, ends.polished.theta, checkpoints=checkpoints, **options
    )
    # Added one by one: NumPy's own mean adds up in another order where there is a single run.
    values = sum(losses(problem, state.theta) for state in states) / MOMENTS
    # A run that has diverged has an infinite excess.
    records["excess"] = np.nan_to_num(values - ends.polished.value, nan=np.inf, posinf=np.inf)
    falling = 1 / (1 + np.arange(cell.updates) / cell.delay)
    for arm, factors in (("constant", np.ones(cell.updates)), ("falling", falling)):
        done = descend(
            problem,
            GRADIENT_DESCENT,
            starts,
            budget=cell.updates,
            schedule={"step": factors},
            **options,
        )
        low, high = _excess(problem, cell, done.theta)
        records[f"low_{arm}"], records[f"high_{arm}"] = low, high
    return records


def _excess(problem: Problem, cell: Cell, theta: Floats) -> tuple[Floats, Floats]:
    """Return between which numbers the excess loss of theta over its own minimum lies, (runs,)."""
    settled = descend(
        problem,
        GRADIENT_DESCENT,
        theta,
        budget=cell.full_updates,
        tolerance=ARRIVAL,
        step=cell.full_step,
    )
    ends = classify(problem, settled.theta, settled.status, cell.tolerance)
    value = losses(problem, theta)
    diverged = ends.of(End.DIVERGED) | ~np.isfinite(value)
    open_end = ends.of(End.UNDECIDED)
    # No squared error is below 0, so that an open end lies between 0 and the loss there.
    low = np.maximum(value - np.where(open_end, ends.reached, ends.level), 0.0)
    high = np.where(open_end, value, low)
    return np.where(diverged, np.inf, low), np.where(diverged, np.inf, high)


def observe(cell: Cell, records: Records) -> dict[str, Observed]:
    """Judge the excess about the minimum, and which of the two arms ends nearer to its own.

    A run from whose start no minimum was found may have any excess. Negative means are possible:
    the run has found a lower place.
    """
    known = records["minimum"]
    excess = records["excess"]
    floor = quantities(np.where(known, excess, -np.inf), np.where(known, excess, np.inf))
    sooner = records["high_falling"] < records["low_constant"] - PRECISION
    maybe = records["low_falling"] < records["high_constant"] - PRECISION
    later = records["high_constant"] < records["low_falling"] - PRECISION
    maybe_later = records["low_constant"] < records["high_falling"] - PRECISION
    lowest = np.subtract(sooner, maybe_later, dtype=np.float64)
    highest = np.subtract(maybe, later, dtype=np.float64)
    classes = np.select(
        [lowest < highest, lowest > 0, lowest < 0],
        [UNDECIDED, "nearer with falling steps", "nearer with a constant step"],
        "equally near",
    )
    return {"floor": floor, "falling": Observed(lowest, highest, classes)}


def pilot(plan: Plan) -> None:
    """Print, for each cell, what the pilot's runs gave."""
    for entries in plan.cells:
        cell = msgspec.convert(settings_of(entries), Cell)
        seen = observe(cell, run(plan.pilot.seed, cell, 0, plan.pilot.runs))
        floor, falling = seen["floor"], seen["falling"]
        assert falling.classes is not None
        names, counts = np.unique(falling.classes, return_counts=True)
        print(
            f"{name(cell)}: median excess {np.median(floor.lowest):.3g} to "
            f"{np.median(floor.highest):.3g}; "
            + ", ".join(f"{n} {kind}" for kind, n in zip(names, counts, strict=True)),
            flush=True,
        )


# The runs at the minimum are looked at on their way, not at their end.
STUDY = Study(Cell, name, run, observe, pilot, networks, classified=lambda cell: networks(cell) - 1)
