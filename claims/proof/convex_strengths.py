"""Finding the strength of an L2 penalty from which an objective with one weight is convex."""

from __future__ import annotations

from enum import Enum
from fractions import Fraction
from typing import Any

import numpy as np

from claims.numbers import exact_fraction
from claims.proof.certificates import NotFound, Problem, certificate, rounded, written
from claims.proof.lines import GRID, derivatives

# How far the two strengths may lie above and below the one that floats find.
MARGIN = Fraction(1, 1000)


class Reason(Enum):
    """Why there is no such strength."""

    NOT_ONE_WEIGHT = "the network has more than one weight"
    CONVEX = "the objective is convex without a penalty, as far as floats see"


def find_convex_strength(problem: Problem, *, claim: str, reach: Any = 40) -> str:
    """Return a certificate of a strength that makes it convex on R, and one that does not.

    The problem has one weight and penalty 0 itself; the curvature is least within ``reach`` of 0.
    Raises NotFound with a Reason.
    """
    if problem.network.size != 1:
        raise NotFound(Reason.NOT_ONE_WEIGHT)
    extent = exact_fraction(reach)
    weights = np.linspace(-float(extent), float(extent), GRID + 1)
    (_, _), (bends, _) = derivatives(problem, weights, 0)
    lowest = int(np.argmin(bends))
    if bends[lowest] >= -1e-12:
        raise NotFound(Reason.CONVEX)
    exact = Fraction(-float(bends[lowest]) / 2)
    proof = {
        "objective": problem.definition(),
        "strength": written(rounded(exact * (1 + MARGIN), 4, up=True)),
        "below": written(rounded(exact * (1 - MARGIN), 4)),
        "weight": written(round(Fraction(weights[lowest]), 6)),
        "start": written(extent),
    }
    return certificate("convex-from", claim, proof)
