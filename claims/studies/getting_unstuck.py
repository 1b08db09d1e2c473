"""Whether stuck descent reaches a lower level with a smaller step, with noise, with both."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import numpy as np
from numpy.typing import NDArray

from claims.studies.observations import Observed, events, paired_events
from claims.studies.plan import Plan, settings_of
from claims.studies.registry import Records, Study
from claims.studies.shallow import (
    TOLERANCE,
    Ended,
    Floats,
    ended,
    known_level,
    problem_of,
    starts_of,
)
from claims.training import GRADIENT_DESCENT, Noise, Problem, descend, stream_keys

ARMS = ("unchanged", "smaller", "noise", "both")

# The step of the arms with a smaller one, as a factor.
SMALLER = 0.1

# So many starts are drawn for a run at most, until descent from one of them is stuck.
STARTS_TRIED = 100


class Cell(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A network with one hidden layer, on which stuck runs of descent go on in four ways.

    A run is stuck where descent with ``step``, within ``budget`` updates, has ended above the
    lowest level known. Noise, uniform in a cube of half-width ``amplitude``, is added after every
    ``period``-th of ``shaken`` updates; then each arm descends without noise.
    """

    data: str
    width: int
    activation: str
    start: str
    step: float
    budget: int
    amplitude: float
    period: int
    shaken: int


RECORD = np.dtype(
    [("run", "<i4"), ("tried", "<i4"), ("stuck", "?"), ("level", "<f8")]
    + [(f"end_{arm}", "i1") for arm in ARMS]
    + [(f"level_{arm}", "<f8") for arm in ARMS]
    + [(f"reached_{arm}", "<f8") for arm in ARMS]
)


def name(cell: Cell) -> str:
    """The series is the problem; what follows says how strong the noise is."""
    return f"{cell.data} {cell.activation}, noise {cell.amplitude:g}"


def run(seed: str, cell: Cell, first: int, stop: int) -> Records:
    """Return the records of runs ``first`` to ``stop`` - 1.

    Cells that differ in the noise alone share their stuck runs.
    """
    problem = problem_of(cell.data, cell.width, cell.activation)
    records = np.zeros(stop - first, dtype=RECORD)
    records["run"] = np.arange(first, stop)
    theta, status = _stuck(problem, seed, cell, records)
    keys = stream_keys(seed, "noise", cell.data, cell.width, runs=range(first, stop))
    for arm, own in _arms(problem, cell, theta, status, keys).items():
        records[f"end_{arm}"] = own.code
        records[f"level_{arm}"] = own.level
        records[f"reached_{arm}"] = own.reached
    return records


def _stuck(problem: Problem, seed: str, cell: Cell, records: Records) -> tuple[Floats, Floats]:
    """Return where each run is stuck, theta (runs, p) and status; fills in level, stuck, tried."""
    highest = known_level(cell.data, cell.width) + TOLERANCE
    theta = np.zeros((len(records), problem.function.size))
    status = np.zeros(len(records))
    for number in range(STARTS_TRIED):
        open_ = np.flatnonzero(~records["stuck"])
        if not len(open_):
            break
        key = (seed, cell.data, cell.width, cell.start, number)
        starts = starts_of(problem, cell.start, *key, runs=records["run"][open_].tolist())
        done = descend(problem, GRADIENT_DESCENT, starts, budget=cell.budget, step=cell.step)
        own = ended(problem, done.theta, done.status)
        found = ~own.undecided & np.isfinite(own.level) & (own.lowest > highest)
        records["tried"][open_] += 1
        records["stuck"][open_[found]] = True
        records["level"][open_[found]] = own.level[found]
        theta[open_], status[open_] = done.theta, done.status
    return theta, status


def _arms(
    problem: Problem, cell: Cell, theta: Floats, status: Floats, keys: NDArray[np.uint64]
) -> dict[str, Ended]:
    """Let runs go on in every way, each settled by plain descent with the first step."""

    def settle(at: Floats) -> Ended:
        done = descend(problem, GRADIENT_DESCENT, at, budget=cell.budget, step=cell.step)
        return ended(problem, done.theta, done.status)

    def calm(step: float) -> Ended:
        return settle(
            descend(problem, GRADIENT_DESCENT, theta, budget=cell.shaken, step=step).theta
        )

    def noisy(step: float) -> Ended:
        shaken = descend(
            problem,
            GRADIENT_DESCENT,
            theta,
            budget=cell.shaken,
            noise=Noise.CUBE,
            keys=keys,
            period=cell.period,
            amplitude=cell.amplitude,
            step=step,
        )
        return settle(shaken.theta)

    steps: dict[str, Callable[[], Ended]] = {
        "unchanged": lambda: calm(cell.step),
        "smaller": lambda: calm(SMALLER * cell.step),
        "noise": lambda: noisy(cell.step),
        "both": lambda: noisy(SMALLER * cell.step),
    }
    return {arm: go_on() for arm, go_on in steps.items()}


def lowered(records: Records, arm: str) -> Observed:
    """Judge whether an arm reached a level below the one at which the run was stuck.

    What counts is the loss within the arm's updates, polished: where an arm was still going down,
    it was not low enough in time. Undecided are runs of which no start got stuck.
    """
    lowest = np.minimum(records[f"level_{arm}"], records[f"reached_{arm}"])
    return events(lowest < records["level"] - TOLERANCE, ~records["stuck"])


def observe(cell: Cell, records: Records) -> dict[str, Observed]:
    """Compare each arm with going on unchanged."""
    unchanged = lowered(records, "unchanged")
    words = {"smaller": "smaller step", "noise": "noise", "both": "both"}
    return {
        question: paired_events(lowered(records, arm), unchanged, [words[arm], "unchanged"])
        for question, arm in (("step", "smaller"), ("noise", "noise"), ("step-and-noise", "both"))
    }


AMPLITUDES = (0.1, 0.3, 1.0, 3.0, 5.0, 8.0)


def pilot(plan: Plan) -> None:
    """Print for each problem and amplitude how many runs each arm lowered, or left undecided."""
    first: dict[str, Cell] = {}
    for entries in plan.cells:
        cell = msgspec.convert(settings_of(entries), Cell)
        first.setdefault(name(cell).partition(",")[0], cell)
    for cell in first.values():
        for amplitude in AMPLITUDES:
            tried = msgspec.structs.replace(cell, amplitude=amplitude)
            records = run(plan.pilot.seed, tried, 0, plan.pilot.runs)
            counts = {arm: lowered(records, arm) for arm in ARMS}
            print(
                f"{name(tried)}: of {len(records)} runs, {records['stuck'].sum()} stuck after "
                f"{records['tried'].mean():.1f} starts, lowered (undecided): "
                + ", ".join(
                    f"{arm} {int(seen.lowest.sum())} ({int((seen.highest - seen.lowest).sum())})"
                    for arm, seen in counts.items()
                ),
                flush=True,
            )


STUDY = Study(Cell, name, run, observe, pilot, networks=lambda cell: len(ARMS))
