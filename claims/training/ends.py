"""What a run ended as: the classes of ends, and the level that belongs to each."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from claims.compiled import DIVERGED
from claims.training import bounds
from claims.training.polishing import Polished, polish
from claims.training.problems import Problem

Floats = NDArray[np.float64]


class End(Enum):
    """How a run ended; the value is what a reader sees."""

    MINIMUM = "minimum"  # stationary, every eigenvalue of the Hessian positive
    SADDLE = "saddle"  # stationary, an eigenvalue negative
    FLAT = "flat"  # stationary, the Hessian singular and no eigenvalue negative
    INFINITY = "at infinity"  # the loss falls to an infimum along a path that does not end
    DIVERGED = "diverged"  # the iteration left every bounded region or the finite numbers
    UNDECIDED = "undecided"  # none of these within the bounds


CODES = tuple(End)


@dataclass(frozen=True)
class Ends:
    """The classified ends of runs, each (runs,).

    ``code`` is an index into CODES. ``level`` is the loss at the stationary point, the estimated
    infimum at infinity, the loss where the run stopped if undecided, inf if diverged. ``reached``
    is the loss where descent itself stopped.
    """

    code: NDArray[np.int8]
    level: Floats
    reached: Floats
    polished: Polished

    def of(self, end: End) -> NDArray[np.bool_]:
        return self.code == CODES.index(end)


def classify(
    problem: Problem,
    theta: Floats,
    status: Floats,
    tolerance: float,
    *,
    data: tuple[Floats, Floats] | None = None,
) -> Ends:
    """Polish and classify runs that stopped at ``theta`` (runs, p) with that status.

    ``data`` = inputs (runs, N, d) and targets (runs, N) are those of runs that have their own.

    ``tolerance`` is the difference in loss below which two levels of the problem count as one:
    an end whose loss polishing has lowered by more is undecided, for it may have changed level.
    """
    diverged = (status == DIVERGED) | ~np.isfinite(theta).all(axis=1)
    polished = polish(problem, np.where(diverged[:, np.newaxis], 0.0, theta), data=data)
    reach = 1 + np.sqrt((polished.theta**2).sum(axis=1))
    stationary = (polished.step <= bounds.NEWTON_STEP * reach) & (
        (polished.drop <= tolerance) & (polished.distance <= bounds.DISTANCE * reach)
    )
    fallen = polished.drop + 2 * polished.decrement
    infinite = polished.in_tail & (fallen <= tolerance)
    code = np.select(
        [
            diverged,
            infinite,
            stationary & (polished.negative > 0),
            stationary & (polished.zero > 0),
            stationary,
        ],
        [
            CODES.index(end)
            for end in (End.DIVERGED, End.INFINITY, End.SADDLE, End.FLAT, End.MINIMUM)
        ],
        CODES.index(End.UNDECIDED),
    ).astype(np.int8)
    reached = np.where(diverged, np.inf, polished.value + polished.drop)
    level = np.select(
        [diverged, infinite, stationary],
        [np.inf, polished.value - polished.decrement, polished.value],
        reached,
    )
    return Ends(code, level, reached, polished)
