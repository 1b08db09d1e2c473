"""Whether descent on smoothed losses, less and less smoothed, ends lower than plain descent."""

from __future__ import annotations

from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from claims.compiled import Derivatives
from claims.compiled.streams import normal
from claims.studies.observations import Observed, events, paired_events
from claims.studies.plan import Plan, settings_of
from claims.studies.registry import Records, Study
from claims.studies.shallow import (
    TOLERANCE,
    Floats,
    ended,
    problem_of,
    starts_of,
)
from claims.training import GRADIENT_DESCENT, Problem, descend, stream_keys

ARMS = ("continued", "plain")

# The width of the smoothing, relative to the first one, in stages of equal length.
STAGES = (1.0, 0.5, 0.25, 0.125, 0.0625)


class Cell(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A network with one hidden layer, trained twice from each start with ``budget`` updates.

    In one arm the first ``smoothed`` updates are those of the smoothed losses, in stages whose
    first has the width ``smoothing``; every update takes one gradient of the whole data set.
    """

    data: str
    width: int
    activation: Literal["sigmoid", "tanh"]
    start: Literal["glorot", "normal"]
    step: float
    smoothing: float
    smoothed: int
    budget: int


RECORD = np.dtype([("run", "<i4")] + [(f"lowest_{arm}", "<f8") for arm in ARMS])


def name(cell: Cell) -> str:
    return f"{cell.data} {cell.activation}, smoothing {cell.smoothing:g}"


def run(seed: str, cell: Cell, first: int, stop: int) -> Records:
    """Return the records of runs ``first`` to ``stop`` - 1; smoothings share starts and draws."""
    problem = problem_of(cell.data, cell.width, cell.activation)
    key = (seed, cell.data, cell.width, cell.start)
    starts = starts_of(problem, cell.start, *key, runs=range(first, stop))
    keys = stream_keys(*key, "smoothing", runs=range(first, stop))
    records = np.zeros(stop - first, dtype=RECORD)
    records["run"] = np.arange(first, stop)
    sharp = smoothed_descent(problem, cell, starts, keys)
    for arm, at, budget in (
        ("continued", sharp, cell.budget - cell.smoothed),
        ("plain", starts, cell.budget),
    ):
        done = descend(problem, GRADIENT_DESCENT, at, budget=budget, step=cell.step)
        own = ended(problem, done.theta, done.status)
        records[f"lowest_{arm}"] = own.lowest
    return records


def smoothed_descent(
    problem: Problem, cell: Cell, theta: Floats, keys: NDArray[np.uint64]
) -> Floats:
    """Descend on the smoothed losses from theta (runs, p), and return where that ends.

    The gradient of E L(theta + tau xi), xi standard normal, is estimated without bias by that of L
    at one draw of theta + tau xi, from the run's own stream.
    """
    slope = Derivatives(problem.function, 1)
    data = problem.data
    for update in range(cell.smoothed):
        tau = cell.smoothing * STAGES[update * len(STAGES) // cell.smoothed]
        moved = theta + tau * normal(keys, update, theta.shape[1])
        _, gradient = slope(moved, data.inputs, data.targets, problem.scale)
        theta = theta - cell.step * gradient
    return theta


def observe(cell: Cell, records: Records) -> dict[str, Observed]:
    """Compare the losses that the arms of a run reached within the budget, polished."""
    continued, plain = records["lowest_continued"], records["lowest_plain"]
    return {
        "lower": paired_events(
            events(continued < plain - TOLERANCE),
            events(plain < continued - TOLERANCE),
            ["continued", "plain"],
        )
    }


SMOOTHINGS = (0.3, 1.0, 2.0, 4.0)


def pilot(plan: Plan) -> None:
    """Print for each problem and smoothing in how many runs each arm ended lower."""
    problems: dict[str, Cell] = {}
    for entries in plan.cells:
        cell = msgspec.convert(settings_of(entries), Cell)
        problems.setdefault(name(cell).partition(",")[0], cell)
    for cell in problems.values():
        for smoothing in SMOOTHINGS:
            tried = msgspec.structs.replace(cell, smoothing=smoothing)
            seen = observe(tried, run(plan.pilot.seed, tried, 0, plan.pilot.runs))["lower"]
            print(
                f"{name(tried)}: of {plan.pilot.runs} runs {(seen.lowest > 0).sum()} lower "
                f"continued, {(seen.lowest < 0).sum()} lower plain",
                flush=True,
            )


STUDY = Study(Cell, name, run, observe, pilot, networks=lambda cell: len(ARMS))
