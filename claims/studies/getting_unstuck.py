"""Whether stuck descent gets lower by a smaller step, noise, both, or a fresh start."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import numpy as np
from numpy.typing import NDArray

from claims.compiled import RUNNING
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

ARMS = ("unchanged", "smaller", "noise", "both", "restart")

# The step of the arms with a smaller one, as a factor; it is kept to the end.
SMALLER = 0.1

# So many starts are drawn for a run at most, until descent from one of them is stuck.
STARTS_TRIED = 100


class Cell(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A network with one hidden layer, on which stuck runs of descent go on in several ways.

    A run is stuck where descent with ``step``, within ``budget`` updates, has ended above the
    lowest level known; if ``overshooting``, where it has not ended, but is above that level. Noise,
    uniform in a cube of half-width ``amplitude``, is added after every ``period``-th of ``shaken``
    updates; then each arm descends without noise.
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
    overshooting: bool = False


RECORD = np.dtype(
    [("run", "<i4"), ("tried", "<i4"), ("stuck", "?"), ("level", "<f8")]
    + [(f"end_{arm}", "i1") for arm in ARMS]
    + [(f"level_{arm}", "<f8") for arm in ARMS]
    + [(f"reached_{arm}", "<f8") for arm in ARMS]
)


def name(cell: Cell) -> str:
    """The series is the problem; what follows says how strong the noise is, or how large the step.

    The step tells where it is so large that descent does not converge.
    """
    rest = f"step {cell.step:g}" if cell.overshooting else f"noise {cell.amplitude:g}"
    return f"{cell.data} {cell.activation}, {rest}"


def run(seed: str, cell: Cell, first: int, stop: int) -> Records:
    """Return the records of runs ``first`` to ``stop`` - 1.

    Cells that differ in the noise alone share their stuck runs.
    """
    problem = problem_of(cell.data, cell.width, cell.activation)
    records = np.zeros(stop - first, dtype=RECORD)
    records["run"] = np.arange(first, stop)
    theta = _stuck(problem, seed, cell, records)
    keys = stream_keys(seed, "noise", cell.data, cell.width, runs=range(first, stop))
    afresh = starts_of(
        problem, cell.start, seed, "restart", cell.data, cell.width, runs=range(first, stop)
    )
    for arm, own in _arms(problem, cell, theta, afresh, keys).items():
        records[f"end_{arm}"] = own.code
        records[f"level_{arm}"] = own.level
        records[f"reached_{arm}"] = own.reached
    return records


def _stuck(problem: Problem, seed: str, cell: Cell, records: Records) -> Floats:
    """Return where each run is stuck, theta (runs, p); fills in level, stuck, tried.

    The level is that of the end; of a run that overshoots, the loss where it was interrupted.
    """
    highest = known_level(cell.data, cell.width) + TOLERANCE
    theta = np.zeros((len(records), problem.function.size))
    for number in range(STARTS_TRIED):
        open_ = np.flatnonzero(~records["stuck"])
        if not len(open_):
            break
        key = (seed, cell.data, cell.width, cell.start, number)
        starts = starts_of(problem, cell.start, *key, runs=records["run"][open_].tolist())
        done = descend(problem, GRADIENT_DESCENT, starts, budget=cell.budget, step=cell.step)
        own = ended(problem, done.theta, done.status)
        if cell.overshooting:
            level, ended_so = own.reached, done.status == RUNNING
        else:
            level, ended_so = own.level, ~own.undecided
        found = ended_so & np.isfinite(level) & (np.minimum(level, own.reached) > highest)
        records["tried"][open_] += 1
        records["stuck"][open_[found]] = True
        records["level"][open_[found]] = level[found]
        theta[open_] = done.theta
    return theta


def _arms(
    problem: Problem, cell: Cell, theta: Floats, afresh: Floats, keys: NDArray[np.uint64]
) -> dict[str, Ended]:
    """Let runs go on in every way, each with as many updates; the last begins at new starts."""

    def settled(at: Floats, step: float) -> Ended:
        done = descend(problem, GRADIENT_DESCENT, at, budget=cell.budget, step=step)
        return ended(problem, done.theta, done.status)

    def calm(at: Floats, step: float) -> Ended:
        first = descend(problem, GRADIENT_DESCENT, at, budget=cell.shaken, step=step)
        return settled(first.theta, step)

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
        return settled(shaken.theta, step)

    smaller = SMALLER * cell.step
    ways: dict[str, Callable[[], Ended]] = {
        "unchanged": lambda: calm(theta, cell.step),
        "smaller": lambda: calm(theta, smaller),
        "noise": lambda: noisy(cell.step),
        "both": lambda: noisy(smaller),
        "restart": lambda: calm(afresh, cell.step),
    }
    return {arm: go_on() for arm, go_on in ways.items()}


def lowered(records: Records, arm: str, *, polished: bool = True) -> Observed:
    """Judge whether an arm reached a level below the one at which the run was stuck.

    What counts is the loss within the arm's updates, ``polished`` or not: where an arm was still
    going down, it was not low enough in time. Undecided are runs of which no start got stuck.
    """
    lowest = records[f"reached_{arm}"]
    if polished:
        lowest = np.minimum(lowest, records[f"level_{arm}"])
    return events(lowest < records["level"] - TOLERANCE, ~records["stuck"])


def observe(cell: Cell, records: Records) -> dict[str, Observed]:
    """Compare each arm with going on unchanged, and noise with a fresh start.

    Polishing would end what descent with too large a step cannot: there it does not count.
    """

    def compared(
        arm: str, word: str, other: str = "unchanged", *, polished: bool = True
    ) -> Observed:
        first, second = (lowered(records, own, polished=polished) for own in (arm, other))
        words = [word, "a fresh start" if other == "restart" else other]
        return paired_events(first, second, words)

    return {
        "step": compared("smaller", "smaller step"),
        "step-overshooting": compared("smaller", "smaller step", polished=False),
        "noise": compared("noise", "noise"),
        "noise-or-restart": compared("noise", "noise", "restart"),
        "step-and-noise": compared("both", "both"),
    }


AMPLITUDES = (0.1, 0.3, 1.0, 3.0, 5.0, 8.0)


def pilot(plan: Plan) -> None:
    """Print for each problem and amplitude how many runs each arm lowered, or left undecided."""
    first: dict[str, Cell] = {}
    for entries in plan.cells:
        cell = msgspec.convert(settings_of(entries), Cell)
        first.setdefault(f"{cell.data} {cell.activation} {cell.overshooting} {cell.step}", cell)
    for cell in first.values():
        for amplitude in (cell.amplitude,) if cell.overshooting else AMPLITUDES:
            tried = msgspec.structs.replace(cell, amplitude=amplitude)
            records = run(plan.pilot.seed, tried, 0, plan.pilot.runs)
            counts = {arm: lowered(records, arm, polished=not cell.overshooting) for arm in ARMS}
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
