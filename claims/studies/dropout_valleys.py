"""Whether descent finds more minima of different value with dropout than without."""

from __future__ import annotations

from fractions import Fraction
from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from claims.mathematics import (
    SIGMOID,
    SQUARED_ERROR,
    DropoutObjective,
    Objective,
    one_hidden_layer,
)
from claims.studies.observations import UNDECIDED, Observed
from claims.studies.plan import Plan, settings_of
from claims.studies.registry import Records, Study
from claims.training import GRADIENT_DESCENT, DataSet, Problem, bounds, descend, generator, polish

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

# Newton's method goes on so many times from where it has not converged.
ROUNDS = 6


class Cell(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Random problems for a sigmoid network 1-``width``-1 with both biases, mean squared error.

    A problem has ``samples`` inputs, normal with standard deviation 2. Its ``targets`` are noise,
    standard normal, or those of a teacher of the same architecture with normal weights of standard
    deviation 2, plus normal noise of 0.3. From ``starts`` points with normal weights of standard
    deviation 2, full-batch descent of that ``step`` makes ``budget`` updates, on the plain loss
    and on its mean over the masks of the hidden units with that ``rate``; Newton's method goes on
    downhill. Counted are minima whose weights are at most ``reach`` in size; levels that differ by
    at most ``tolerance`` are one.
    """

    targets: Literal["teacher", "noise"]
    width: int
    rate: float
    samples: int
    starts: int
    step: float
    budget: int
    reach: float
    tolerance: float


ARMS = ("plain", "dropout")
COUNTS = [f"{count}_{arm}" for count in ("minima", "open", "outside") for arm in ARMS]
RECORD = np.dtype([("run", "<i4"), *[(column, "<i4") for column in COUNTS]])

# So many descents at once, so that memory does not grow with the number of problems.
BATCH = 4096


def name(cell: Cell) -> str:
    return f"{cell.targets} {cell.width}, rate {cell.rate:g}"


def draw_problem(seed: str, cell: Cell, number: int) -> tuple[Floats, Floats, Floats]:
    """Return inputs (N, 1), targets (N,) and starts (S, p) of the problem with that number."""
    network = one_hidden_layer(1, cell.width, SIGMOID)
    random = generator(seed, name(cell), number)
    inputs = 2 * random.normal(size=(cell.samples, 1))
    targets = random.normal(size=cell.samples)
    if cell.targets == "teacher":
        teacher = 2 * random.normal(size=network.size)
        targets = network.predict(teacher, inputs) + 0.3 * targets
    return inputs, targets, 2 * random.normal(size=(cell.starts, network.size))


def run(seed: str, cell: Cell, first: int, stop: int) -> Records:
    """Return what was found on the problems ``first`` to ``stop`` - 1."""
    at_once = max(BATCH // cell.starts, 1)
    parts = [_run(seed, cell, low, min(low + at_once, stop)) for low in range(first, stop, at_once)]
    return np.concatenate(parts)


def _run(seed: str, cell: Cell, first: int, stop: int) -> Records:
    inputs, targets, starts = map(
        np.stack, zip(*(draw_problem(seed, cell, n) for n in range(first, stop)), strict=True)
    )
    plain = Objective(one_hidden_layer(1, cell.width, SIGMOID), SQUARED_ERROR)
    shape = DataSet("random", inputs[0].copy(), targets[0].copy())
    data = np.repeat(inputs, cell.starts, axis=0), np.repeat(targets, cell.starts, axis=0)
    start = np.concatenate(list(starts))
    records = np.zeros(stop - first, dtype=RECORD)
    records["run"] = np.arange(first, stop)
    averaged = DropoutObjective(plain, Fraction(str(cell.rate)))
    objectives: list[Objective | DropoutObjective] = [plain, averaged]
    for arm, objective in zip(ARMS, objectives, strict=True):
        level, minimum, unsettled, outside = _ends(Problem(objective, shape), start, data, cell)
        for k, record in enumerate(records):
            own = slice(k * cell.starts, (k + 1) * cell.starts)
            found = level[own][minimum[own]]
            record[f"minima_{arm}"] = distinct(found, cell.tolerance)
            # A run still on its way may lead to any level below its loss, a new one or not.
            record[f"open_{arm}"] = distinct(level[own][unsettled[own]], cell.tolerance)
            record[f"outside_{arm}"] = outside[own].sum()
    return records


def _ends(
    problem: Problem, start: Floats, data: tuple[Floats, Floats], cell: Cell
) -> tuple[Floats, Flags, Flags, Flags]:
    """Return the levels (runs,), and which are minima, not settled, and out of reach."""
    done = descend(problem, GRADIENT_DESCENT, start, budget=cell.budget, step=cell.step, data=data)
    theta = np.where(np.isfinite(done.theta), done.theta, np.inf)
    level = np.full(len(theta), np.inf)
    minimum, unsettled = np.zeros((2, len(theta)), dtype=bool)
    active = np.flatnonzero(np.abs(theta).max(axis=1) <= cell.reach)
    for _ in range(ROUNDS):
        if not len(active):
            break
        found = polish(problem, theta[active], data=(data[0][active], data[1][active]))
        theta[active], level[active] = found.theta, found.value
        near = np.abs(found.theta).max(axis=1) <= cell.reach
        reach = 1 + np.sqrt((found.theta**2).sum(axis=1))
        settled = found.step <= bounds.NEWTON_STEP * reach
        minimum[active] = near & settled & (found.negative == 0) & (found.zero == 0)
        active = active[near & ~settled & ~found.in_tail]
    unsettled[active] = True
    return level, minimum, unsettled, np.abs(theta).max(axis=1) > cell.reach


def distinct(levels: Floats, tolerance: float) -> int:
    """The number of levels, those that follow one another within the tolerance counted once."""
    ordered = np.sort(levels)
    return int((np.diff(ordered) > tolerance).sum()) + 1 if len(ordered) else 0


def observe(cell: Cell, records: Records) -> dict[str, Observed]:
    """Judge each problem: 1 with more minima by dropout, -1 with fewer, 0 with as many.

    A run that has not settled may lead to one more minimum, or to none.
    """
    (plain_low, plain_high), (low, high) = (
        (records[f"minima_{arm}"], records[f"minima_{arm}"] + records[f"open_{arm}"])
        for arm in ARMS
    )
    lowest = np.sign(low - plain_high).astype(float)
    highest = np.sign(high - plain_low).astype(float)
    classes = np.select(
        [lowest < highest, lowest > 0, lowest < 0],
        [UNDECIDED, "more with dropout", "fewer with dropout"],
        "as many",
    )
    return {"more-minima": Observed(lowest, highest, classes)}


def pilot(plan: Plan) -> None:
    """Print what the pilot's problems come to."""
    for entries in plan.cells:
        cell = msgspec.convert(settings_of(entries), Cell)
        records = run(plan.pilot.seed, cell, 0, plan.pilot.runs)
        seen = observe(cell, records)["more-minima"]
        means = ", ".join(f"{column} {records[column].mean():.2f}" for column in COUNTS)
        print(
            f"{name(cell)}: mean {means}; more {(seen.lowest > 0).mean():.1%}, fewer "
            f"{(seen.highest < 0).mean():.1%}, undecided {(seen.lowest < seen.highest).mean():.1%}",
            flush=True,
        )


STUDY = Study(Cell, name, run, observe, pilot, networks=lambda cell: len(ARMS) * cell.starts)
