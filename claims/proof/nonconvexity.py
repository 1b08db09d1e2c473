"""Writing proofs that an objective is not convex: a violated chord, a negative curvature."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from fractions import Fraction
from typing import Any

import numpy as np

from claims.numbers import BALLS, FLOATS, exact_fraction, precision
from claims.proof.certificates import NotFound, Problem, certificate, rounded, written, written_all
from claims.proof.stationary_points import middle


class Reason(Enum):
    """Why there is no certificate."""

    NOT_VIOLATED = "the objective does not exceed the chord"
    NO_NEGATIVE_CURVATURE = "the Hessian has no negative eigenvalue at the point"


def find_chord(
    problem: Problem,
    start: Sequence[Any],
    end: Sequence[Any],
    *,
    claim: str,
    share: Any = Fraction(1, 2),
    bits: int = 128,
) -> str:
    """Return a certificate that a chord is violated ``share`` of the way from start to end (p,).

    Raises NotFound with a Reason.
    """
    part, ends = exact_fraction(share), [problem.exact_weights(point) for point in (start, end)]
    inner = [a + part * (b - a) for a, b in zip(*ends, strict=True)]
    with precision(bits):
        first, value, last = (
            problem.function.value(BALLS.enter(point), *problem.data(BALLS)).arb
            for point in (ends[0], inner, ends[1])
        )
        excess = middle((value - first + (first - last) * float(part)).lower())
    if excess <= 0:
        raise NotFound(Reason.NOT_VIOLATED)
    proof = {
        "objective": problem.definition(),
        "ends": [written_all(point) for point in ends],
        "share": written(part),
        "gap": written(rounded(excess * Fraction(999, 1000))),
    }
    return certificate("chord", claim, proof, precision=bits)


def find_negative_curvature(problem: Problem, point: Sequence[Any], *, claim: str) -> str:
    """Return a certificate of a direction of negative curvature at ``point`` (p,).

    The direction is the eigenvector of the least eigenvalue, to four decimals. Raises NotFound with
    a Reason.
    """
    theta = problem.exact_weights(point)
    hessian = problem.function.hessian(FLOATS.enter(theta), *problem.data(FLOATS))
    _, vectors = np.linalg.eigh(hessian)
    direction = np.round(vectors[:, 0], 4)
    form = float(direction @ hessian @ direction)
    if not form < -1e-12:
        raise NotFound(Reason.NO_NEGATIVE_CURVATURE)
    proof = {
        "objective": problem.definition(),
        "point": written_all(theta),
        "direction": [written(f"{entry:.4f}") for entry in direction],
        "bound": written(rounded(-form * 0.999)),
    }
    return certificate("negative-curvature", claim, proof)
