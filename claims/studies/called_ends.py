"""How often an end is called by a wrong name: a random sample of classified ends, proved."""

from __future__ import annotations

from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from claims.studies.observations import UNDECIDED, Observed, events
from claims.studies.plan import Plan, settings_of
from claims.studies.registry import Records, Study
from claims.studies.shallow import TOLERANCE, end_names, problem_of, starts_of
from claims.training import CODES, GRADIENT_DESCENT, End, certify_ends, classify, descend


class Cell(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A network with one hidden layer, trained and classified as in the studies of descent.

    Full-batch descent with a fixed ``step``, at most ``budget`` updates, from up to ``starts``
    random starts a run: the first whose end is called a minimum, saddle or flat place is examined.
    """

    data: str
    width: int
    activation: Literal["sigmoid", "tanh"]
    step: float
    budget: int
    starts: int


# What the proof came to; NONE where no start led to an end that is called stationary.
RIGHT, WRONG, UNPROVED, NONE = range(4)
CLASSES = np.array(["called rightly", "called wrongly", UNDECIDED, UNDECIDED])
STATIONARY = (End.MINIMUM, End.SADDLE, End.FLAT)
RECORD = np.dtype(
    [("run", "<i4"), ("first", "i1"), ("tried", "<i4"), ("end", "i1"), ("proof", "i1")]
)


def name(cell: Cell) -> str:
    return f"{cell.data}, {cell.activation}, width {cell.width}"


def run(seed: str, cell: Cell, first: int, stop: int) -> Records:
    """Return the records of runs ``first`` to ``stop`` - 1.

    ``first`` is how the first start's end is called, ``tried`` the starts that were needed, ``end``
    and ``proof`` the call that was examined and what was proved of it.
    """
    problem = problem_of(cell.data, cell.width, cell.activation)
    records = np.zeros(stop - first, dtype=RECORD)
    records["run"] = np.arange(first, stop)
    records["proof"] = NONE
    waiting = np.arange(stop - first)
    for start in range(cell.starts):
        if not len(waiting):
            break
        key = (seed, cell.data, cell.width, start)
        theta = starts_of(problem, "glorot", *key, runs=(first + waiting).tolist())
        done = descend(problem, GRADIENT_DESCENT, theta, budget=cell.budget, step=cell.step)
        ends = classify(problem, done.theta, done.status, TOLERANCE)
        called = np.isin(ends.code, [CODES.index(end) for end in STATIONARY])
        records["tried"][waiting] = start + 1
        records["end"][waiting] = ends.code
        if start == 0:
            records["first"] = ends.code
        found = certify_ends(problem, ends, np.flatnonzero(called).tolist())
        proved = ((RIGHT, found.right), (WRONG, found.wrong), (UNPROVED, found.undecided))
        for proof, indices in proved:
            records["proof"][waiting[list(indices)]] = proof
        waiting = waiting[~called]
    return records


def wrong(proof: NDArray[np.int8]) -> Observed:
    """Judge which calls are wrong; one of which nothing is proved may be."""
    return events(proof == WRONG, (proof == UNPROVED) | (proof == NONE), CLASSES[proof])


def unproved(records: Records) -> Observed:
    """Judge which first ends are not proved to be something, whatever they are called."""
    one = records["tried"] == 1
    shown = one & (records["proof"] <= WRONG)
    classes = np.where(
        shown,
        np.char.add("proved: ", end_names(records["first"])),
        np.char.add("not proved: ", end_names(records["first"])),
    )
    return events(~shown, classes=classes)


def observe(cell: Cell, records: Records) -> dict[str, Observed]:
    return {"called-wrongly": wrong(records["proof"]), "not-proved": unproved(records)}


def pilot(plan: Plan) -> None:
    """Print, for each cell, how the pilot's ends were called and what was proved of them."""
    for entries in plan.cells:
        cell = msgspec.convert(settings_of(entries), Cell)
        records = run(plan.pilot.seed, cell, 0, plan.pilot.runs)
        counts = np.bincount(records["proof"], minlength=len(CLASSES))
        words = ("right", "wrong", "not proved", "never stationary")
        print(
            f"{name(cell)}: "
            + ", ".join(f"{n} {word}" for word, n in zip(words, counts, strict=True))
            + f"; first ends not proved {unproved(records).lowest.mean():.1%}",
            flush=True,
        )


STUDY = Study(Cell, name, run, observe, pilot)
