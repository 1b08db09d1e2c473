"""How many minima and how many saddles a search finds on random problems."""

from __future__ import annotations

from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from claims.mathematics import SIGMOID, SQUARED_ERROR, Objective, one_hidden_layer
from claims.studies.observations import UNDECIDED, Observed, events
from claims.studies.plan import Plan
from claims.studies.registry import Records, Study
from claims.training import DataSet, Problem, bounds, generator, polish, search

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

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


COUNTS = ("minima", "saddles", "open", "infinite")
RECORD = np.dtype([(column, "<i4") for column in ("run", *COUNTS)])

# So many searches at once, so that memory does not grow with the number of problems.
BATCH = 4096


def name(cell: Cell) -> str:
    return f"{cell.targets}, width {cell.width}"


def draw_problem(seed: str, cell: Cell, number: int) -> tuple[Floats, Floats, Floats]:
    """Return inputs (N, 1), targets (N,) and starts (S, p) of the problem with that number."""
    network = one_hidden_layer(1, cell.width, SIGMOID)
    random = generator(seed, cell.targets, cell.width, cell.samples, number)
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
    network = one_hidden_layer(1, cell.width, SIGMOID)
    problem = Problem(
        Objective(network, SQUARED_ERROR), DataSet("random", inputs[0].copy(), targets[0].copy())
    )
    data = np.repeat(inputs, cell.starts, axis=0), np.repeat(targets, cell.starts, axis=0)
    start = np.concatenate(list(starts))
    theta, level, minimum, unconverged, infinite = _descend(problem, start, data)
    inside = np.abs(theta).max(axis=1) <= cell.reach
    point, found = search(problem, start, data)
    value, _, hessian = problem.derivatives(point, *data, problem.scale)
    spectrum = np.linalg.eigvalsh(hessian)
    least = bounds.CURVATURE * np.abs(spectrum).max(axis=1)
    found &= np.abs(point).max(axis=1) <= cell.reach
    saddle = found & (spectrum[:, 0] < -least)
    other = found & (spectrum[:, 0] > least)
    records = np.zeros(stop - first, dtype=RECORD)
    records["run"] = np.arange(first, stop)
    levels = np.concatenate([level.reshape(len(records), -1), value.reshape(len(records), -1)], 1)
    minima = np.concatenate(
        [(minimum & inside).reshape(len(records), -1), other.reshape(len(records), -1)], 1
    )
    for k, record in enumerate(records):
        record["minima"] = _distinct(levels[k][minima[k]], cell.tolerance)
        own = slice(k * cell.starts, (k + 1) * cell.starts)
        record["saddles"] = _distinct(value[own][saddle[own]], cell.tolerance)
        record["open"] = _distinct(level[own][(unconverged & inside)[own]], cell.tolerance)
        record["infinite"] = (infinite | ~inside)[own].sum()
    return records


def _descend(
    problem: Problem, start: Floats, data: tuple[Floats, Floats]
) -> tuple[Floats, Floats, Flags, Flags, Flags]:
    """Newton's method downhill: points, levels, and which are minima, unconverged, at infinity."""
    theta = start.copy()
    level = np.empty(len(start))
    minimum, infinite = np.zeros((2, len(start)), dtype=bool)
    active = np.arange(len(start))
    for _ in range(ROUNDS):
        done = polish(problem, theta[active], data=(data[0][active], data[1][active]))
        theta[active], level[active] = done.theta, done.value
        reach = 1 + np.sqrt((done.theta**2).sum(axis=1))
        stationary = done.step <= bounds.NEWTON_STEP * reach
        minimum[active] = stationary & (done.negative == 0) & (done.zero == 0)
        infinite[active] = done.in_tail & ~stationary
        active = active[~stationary & ~done.in_tail]
        if not len(active):
            break
    unconverged = np.zeros(len(start), dtype=bool)
    unconverged[active] = True
    return theta, level, minimum, unconverged, infinite


def _distinct(levels: Floats, tolerance: float) -> int:
    """The number of levels, those that follow one another within the tolerance counted once."""
    ordered = np.sort(levels)
    return int((np.diff(ordered) > tolerance).sum()) + 1 if len(ordered) else 0


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
    more = saddles > most
    open_ = ~more & (saddles > minima)
    compared = np.where(open_, UNDECIDED, np.where(more, "more saddles", "as many minima or more"))
    return {
        "several-minima": events(several, unknown, counted),
        "more-saddles": events(more, open_, compared),
    }


def pilot(plan: Plan) -> None:
    """Print what the pilot's problems come to with more or fewer starts."""
    for entries in plan.cells:
        cell = msgspec.convert({k: v for k, v in entries.items() if k != "runs"}, Cell)
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
