"""How many minima and how many saddles a search finds on random problems."""

from __future__ import annotations

from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from claims.mathematics import SIGMOID, SQUARED_ERROR, Objective, one_hidden_layer
from claims.studies.levels import distinct
from claims.studies.observations import UNDECIDED, Observed, events
from claims.studies.plan import Plan, settings_of
from claims.studies.random_problems import downhill, draw_problem, in_batches, stacked
from claims.studies.registry import Records, Study
from claims.training import Problem, bounds, generator, search

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Integers = NDArray[np.int32]

# Newton's method goes on so many times from where it has not converged.
ROUNDS = 16


class Cell(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Random problems for a sigmoid network 1-``width``-1 with both biases, mean squared error.

    A problem has ``samples`` inputs, normal with standard deviation 2. Its ``targets`` are noise,
    standard normal, or those of a teacher of the same architecture with normal weights of standard
    deviation 2, plus normal noise of 0.3. Each problem is searched from ``starts`` points with
    normal weights of standard deviation 2. Counted are points whose weights are at most ``reach``
    in size; levels that differ by at most ``tolerance`` are one.
    """

    targets: Literal["teacher", "noise"]
    width: int
    samples: int
    starts: int
    reach: float
    tolerance: float


# Ends of descent count as different where their losses differ by more than this: a loss on its way
# to infinity is not known as exactly as one at a minimum.
APART = 0.005

COUNTS = ("minima", "saddles", "open", "infinite", "ends", "open_ends")
RECORD = np.dtype([(column, "<i4") for column in ("run", *COUNTS)])


def name(cell: Cell) -> str:
    return f"{cell.targets}, width {cell.width}"


def draw(seed: str, cell: Cell, number: int) -> tuple[Floats, Floats, Floats]:
    """Return inputs, targets and starts of the problem with that number."""
    random = generator(seed, cell.targets, cell.width, cell.samples, number)
    return draw_problem(random, cell.targets, cell.width, cell.samples, cell.starts)


def run(seed: str, cell: Cell, first: int, stop: int) -> Records:
    """Return what was found on the problems ``first`` to ``stop`` - 1."""
    return in_batches(lambda low, high: _run(seed, cell, low, high), cell.starts, first, stop)


def _run(seed: str, cell: Cell, first: int, stop: int) -> Records:
    problems = stacked(draw(seed, cell, number) for number in range(first, stop))
    network = one_hidden_layer(1, cell.width, SIGMOID)
    problem = Problem(Objective(network, SQUARED_ERROR), problems.shape)
    count = stop - first
    valleys = downhill(problem, problems.start, problems.data, ROUNDS, cell.reach).by_problem(count)
    point, found = search(problem, problems.start, problems.data)
    value, _, hessian = problem.derivatives(point, *problems.data, problem.scale)
    spectrum = np.linalg.eigvalsh(hessian)
    least = bounds.CURVATURE * np.abs(spectrum).max(axis=1)
    found &= np.abs(point).max(axis=1) <= cell.reach
    level, saddle, other = (
        part.reshape(count, -1)
        for part in (value, found & (spectrum[:, 0] < -least), found & (spectrum[:, 0] > least))
    )
    levels = np.concatenate([valleys.level, level], axis=1)
    minima = np.concatenate([valleys.minimum, other], axis=1)
    records = np.zeros(count, dtype=RECORD)
    records["run"] = np.arange(first, stop)
    records["minima"] = distinct(levels, minima, cell.tolerance)
    records["saddles"] = distinct(level, saddle.astype(bool), cell.tolerance)
    records["open"] = distinct(valleys.level, valleys.unsettled, cell.tolerance)
    records["infinite"] = valleys.outside.sum(axis=1)
    records["ends"] = distinct(valleys.level, valleys.minimum | valleys.outside, APART)
    records["open_ends"] = distinct(valleys.level, valleys.unsettled, APART)
    return records


def observe(cell: Cell, records: Records) -> dict[str, Observed]:
    """Judge each problem; a search that has not converged may lead to one more minimum."""
    minima, saddles = records["minima"], records["saddles"]
    most = minima + records["open"]
    several = minima >= 2
    unknown = ~several & (most >= 2)
    counted = np.where(
        unknown,
        UNDECIDED,
        np.select([minima == 0, minima == 1], ["no minimum", "one minimum"], "several minima"),
    )
    apart = records["ends"] >= 2
    unknown_ends = ~apart & (records["ends"] + records["open_ends"] >= 2)
    return {
        "several-minima": events(several, unknown, counted),
        "several-ends": events(apart, unknown_ends),
        "more-saddles": outnumbered(minima, most, saddles),
    }


def outnumbered(minima: Integers, most: Integers, saddles: Integers) -> Observed:
    """Observe 1 where saddles outnumber minima, -1 where they do not, 0 where there is no minimum.

    All are numbers of levels (problems,), the minima between ``minima`` and ``most``. A saddle is
    nearly always found, so that problems without a minimum would speak for the claim unasked.
    """
    fewest, highest = (
        np.where(count == 0, 0.0, np.where(saddles > count, 1.0, -1.0)) for count in (minima, most)
    )
    # Between them lies one minimum, where there may be none or more.
    one = np.where(saddles > 1, 1.0, -1.0)
    middle = np.where((minima == 0) & (most > 0), one, fewest)
    low = np.minimum(np.minimum(fewest, highest), middle)
    high = np.maximum(np.maximum(fewest, highest), middle)
    words = ["no more saddles", "no minimum", "more saddles"]
    classes = np.where(low < high, UNDECIDED, np.array(words)[(low + 1).astype(int)])
    return Observed(low, high, classes)


def pilot(plan: Plan) -> None:
    """Print what the pilot's problems come to with more or fewer starts."""
    for entries in plan.cells:
        cell = msgspec.convert(settings_of(entries), Cell)
        for starts in (16, 32, 64):
            tried = msgspec.structs.replace(cell, starts=starts)
            records = run(plan.pilot.seed, tried, 0, plan.pilot.runs)
            seen = observe(tried, records)
            means = ", ".join(f"{column} {records[column].mean():.2f}" for column in COUNTS)
            unknown = {
                question: int((own.lowest < own.highest).sum()) for question, own in seen.items()
            }
            print(f"{name(cell)}, {starts} starts: mean {means}; undecided {unknown}", flush=True)


STUDY = Study(Cell, name, run, observe, pilot, networks=lambda cell: cell.starts)
