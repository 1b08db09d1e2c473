"""Finding proofs that a box is a plateau, or that it is flat and yet no plateau."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from fractions import Fraction
from typing import Any

import numpy as np
from flint import arb

from claims.numbers import BALLS, RATIONALS, Ball, precision
from claims.numbers.exact import to_fmpq
from claims.proof.certificates import (
    Exact,
    NotFound,
    Problem,
    certificate,
    rounded,
    written,
    written_all,
)
from claims.proof.stationary_points import middle


class Reason(Enum):
    """Why a box gave no certificate."""

    NOT_ZERO = "a derivative is not exactly 0 all over the box"
    ZERO = "no derivative is proved to be 0 nowhere in the box, or one is not enclosed"
    NOT_LOWER = "the loss at the lower point is not less than in the box"


def find_plateau(
    problem: Problem, low: Sequence[Any], high: Sequence[Any], lower: Sequence[Any], *, claim: str
) -> str:
    """Return a certificate that the gradient is 0 all over the box from ``low`` to ``high`` (p,).

    ``lower`` (p,) is a point of smaller loss; all numbers are exact, and the loss is one of exact
    numbers: squared error, without exponential functions. Raises NotFound with a Reason.
    """
    ends = problem.exact_weights(low), problem.exact_weights(high)
    slopes = problem.function.gradient(box_of(*ends), *problem.data(BALLS))
    if not all(slope.arb.is_zero() for slope in slopes):
        raise NotFound(Reason.NOT_ZERO)
    level, least = (
        problem.function.value(RATIONALS.enter(point), *problem.data(RATIONALS)).fraction
        for point in (ends[0], problem.exact_weights(lower))
    )
    if not least < level:
        raise NotFound(Reason.NOT_LOWER)
    proof = {
        "objective": problem.definition(),
        "low": written_all(ends[0]),
        "high": written_all(ends[1]),
        "loss": str(level),
        "lower": written_all(lower),
        "lower_loss": str(least),
    }
    return certificate("plateau", claim, proof)


def find_flat_box(
    problem: Problem,
    low: Sequence[Any],
    high: Sequence[Any],
    lower: Sequence[Any],
    *,
    claim: str,
    bits: int = 128,
) -> str:
    """Return a certificate that all derivatives are small in a box, and one of them never 0.

    The bound is the least of two digits that is proved; ``lower`` (p,) is a point of smaller loss.
    Raises NotFound with a Reason.
    """
    ends = problem.exact_weights(low), problem.exact_weights(high)
    with precision(bits):
        box, data = box_of(*ends), problem.data(BALLS)
        slopes = [slope.arb for slope in problem.function.gradient(box, *data)]
        regular = [i for i, slope in enumerate(slopes) if slope > 0 or slope < 0]
        if not regular or not all(slope.is_finite() for slope in slopes):
            raise NotFound(Reason.ZERO)
        bound = max(middle(slope.abs_upper()) for slope in slopes)
        rise = problem.function.value(box, *data) - problem.function.value(
            BALLS.enter(problem.exact_weights(lower)), *data
        )
        if not rise.arb > 0:
            raise NotFound(Reason.NOT_LOWER)
        gap = middle(rise.arb.lower())
    proof = {
        "objective": problem.definition(),
        "low": written_all(ends[0]),
        "high": written_all(ends[1]),
        "bound": written(rounded(bound * Fraction(1001, 1000), 2, up=True)),
        "component": regular[0],
        "lower": written_all(lower),
        "gap": written(rounded(gap * Fraction(999, 1000), 2)),
    }
    return certificate("flat-box", claim, proof, precision=bits)


def box_of(low: Exact, high: Exact) -> Any:
    """Return the box between two points (p,) as balls (p,)."""
    balls = np.empty(len(low), dtype=object)
    balls[:] = [
        Ball(arb(to_fmpq(a)).union(arb(to_fmpq(b)))) for a, b in zip(low, high, strict=True)
    ]
    return balls
