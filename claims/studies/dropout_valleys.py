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
from claims.studies.levels import distinct
from claims.studies.observations import UNDECIDED, Observed
from claims.studies.plan import Plan, settings_of
from claims.studies.random_problems import downhill, draw_problem, in_batches, stacked
from claims.studies.registry import Records, Study
from claims.training import GRADIENT_DESCENT, Problem, descend, generator

Floats = NDArray[np.float64]

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


def name(cell: Cell) -> str:
    return f"{cell.targets} {cell.width}, rate {cell.rate:g}"


def draw(seed: str, cell: Cell, number: int) -> tuple[Floats, Floats, Floats]:
    """Return inputs, targets and starts of the problem with that number."""
    random = generator(seed, name(cell), number)
    return draw_problem(random, cell.targets, cell.width, cell.samples, cell.starts)


def run(seed: str, cell: Cell, first: int, stop: int) -> Records:
    """Return what was found on the problems ``first`` to ``stop`` - 1."""
    return in_batches(lambda low, high: _run(seed, cell, low, high), cell.starts, first, stop)


def _run(seed: str, cell: Cell, first: int, stop: int) -> Records:
    problems = stacked(draw(seed, cell, number) for number in range(first, stop))
    plain = Objective(one_hidden_layer(1, cell.width, SIGMOID), SQUARED_ERROR)
    averaged = DropoutObjective(plain, Fraction(str(cell.rate)))
    objectives: list[Objective | DropoutObjective] = [plain, averaged]
    records = np.zeros(stop - first, dtype=RECORD)
    records["run"] = np.arange(first, stop)
    for arm, objective in zip(ARMS, objectives, strict=True):
        problem = Problem(objective, problems.shape)
        done = descend(
            problem,
            GRADIENT_DESCENT,
            problems.start,
            budget=cell.budget,
            step=cell.step,
            data=problems.data,
        )
        ends = downhill(problem, done.theta, problems.data, ROUNDS, cell.reach).by_problem(
            stop - first
        )
        records[f"minima_{arm}"] = distinct(ends.level, ends.minimum, cell.tolerance)
        # A run still on its way may lead to any level below its loss, a new one or not.
        records[f"open_{arm}"] = distinct(ends.level, ends.unsettled, cell.tolerance)
        records[f"outside_{arm}"] = ends.outside.sum(axis=1)
    return records


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
