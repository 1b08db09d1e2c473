"""Finding traps: balls round a strict minimum that gradient descent never leaves.

With m and M bounds of the eigenvalues of the Hessian in the ball, each step s below 2/M shrinks the
distance to the minimum by the factor max(1 - s m, s M - 1), which leaves room for noise.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from fractions import Fraction
from typing import Any

import numpy as np

from claims.numbers import BALLS, FLOATS, exact_fraction, precision
from claims.numbers.exact import to_fmpq
from claims.proof.certificates import (
    NotFound,
    Problem,
    certificate,
    rounded,
    written,
    written_all,
)
from claims.proof.checker import between
from claims.proof.stationary_points import Candidate, find_candidate, matrix, middle


class Reason(Enum):
    """Why a minimum gave no trap (besides the reasons why it is none)."""

    NOT_A_MINIMUM = "the Hessian at the stationary point is not positive definite"
    NO_BALL = "no ball is small enough for the eigenvalues of its Hessians to be enclosed"
    STEPS_TOO_LONG = "steps as long as that may leap over the ball"
    NOT_LOWER = "the loss at the lower point is not less than in the ball"


def find_trap(
    problem: Problem,
    approximate: Sequence[Any],
    lower: Sequence[Any],
    *,
    claim: str,
    radius: Any | None = None,
    steps: tuple[Any, Any] | None = None,
    bits: int = 128,
) -> str:
    """Return a certificate of a ball round the minimum near ``approximate`` (p,) that traps.

    Without ``radius`` the ball is the largest of radius 1, 1/2, 1/4, ... that works; without
    ``steps`` (the least, for convergence and noise, and the most) they are 0.5/M and 1.5/M.
    ``lower`` (p,) is a point of smaller loss. Raises NotFound with a Reason.
    """
    low = problem.exact_weights(lower)
    with precision(bits):
        candidate = find_candidate(problem, approximate, bits)
        if candidate.index != 0:
            raise NotFound(Reason.NOT_A_MINIMUM)
        extent, least, most = enclosed_curvature(
            candidate, None if radius is None else exact_fraction(radius)
        )
        if steps is None:
            steps = rounded(1 / (2 * most)), rounded(Fraction(3, 2) / most)
        shortest, longest = map(exact_fraction, steps)
        # The gradient at the centre is some 10^-29: it does not show in these numbers.
        room = min(shortest * least, 2 - longest * most) * extent
        if room <= 0:
            raise NotFound(Reason.STEPS_TOO_LONG, f"2/M is {float(2 / most):.3g}")
        root = Fraction(float(np.sqrt(problem.network.size)))
        data = problem.data(BALLS)
        rise = problem.function.value(candidate.box(extent), *data) - problem.function.value(
            BALLS.enter(low), *data
        )
        if not rise.arb > 0:
            raise NotFound(Reason.NOT_LOWER)
        gap = rounded(middle(rise.arb.lower()) * Fraction(999, 1000))
    proof = {
        "objective": problem.definition(),
        "ball": {"centre": written_all(candidate.centre), "radius": written(extent)},
        "curvature": {"least": written(least), "most": written(most)},
        "steps": {"least": written(shortest), "most": written(longest)},
        "noise": written(rounded(room / root * Fraction(999, 1000))),
        "lower": written_all(low),
        "gap": written(gap),
    }
    return certificate("trap", claim, proof, precision=bits)


def enclosed_curvature(
    candidate: Candidate, radius: Fraction | None
) -> tuple[Fraction, Fraction, Fraction]:
    """Return a radius with bounds below and above all curvatures so near; raises NotFound."""
    problem = candidate.problem
    at_centre = problem.function.hessian(FLOATS.enter(candidate.centre), *problem.data(FLOATS))
    values = np.linalg.eigvalsh(at_centre)
    for extent in [radius] if radius else [Fraction(1, 2**k) for k in range(40)]:
        hessian = matrix(problem.function.hessian(candidate.box(extent), *problem.data(BALLS)))
        for slack in (Fraction(1, 10), Fraction(1, 3), Fraction(1, 2)):
            least = rounded(float(values[0]) * (1 - slack), 2)
            most = rounded(float(values[-1]) * (1 + slack), 2, up=True)
            if between(hessian, to_fmpq(least), to_fmpq(most)):
                return extent, least, most
    raise NotFound(Reason.NO_BALL)
