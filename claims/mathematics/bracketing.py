"""Finding a zero of the derivative of one neuron with one weight, each step decided exactly.

Where 0 < t_i < 1 and x_i != 0, the derivative of sum (s(x_i w) - t_i)^2 is negative to the left of
the smallest and positive to the right of the largest logit(t_i) / x_i: each of its terms is. That
is a bracket, and bisection in it always ends in a zero.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import nextafter
from typing import Any

from claims.numbers import BALLS, Arithmetic, decide_sign, exact_fraction, logit, precision

Bracket = tuple[Fraction, Fraction]


def own_zeros(inputs: Any, targets: Any, arithmetic: Arithmetic = BALLS) -> Any:
    """Return logit(t_i) / x_i (N,): where each point alone would have its zero.

    Inputs (N,) not 0, targets (N,) strictly between 0 and 1; raises ValueError for others.
    """
    points = [exact_fraction(value) for value in inputs]
    values = [exact_fraction(value) for value in targets]
    for point, value in zip(points, values, strict=True):
        if point == 0 or not 0 < value < 1:
            raise ValueError(
                f"the point ({point}, {value}) has no zero of its own: x must not be 0, "
                "t lies strictly between 0 and 1"
            )
    return logit(arithmetic.enter(values)) / arithmetic.enter(points)


def zero_bracket(inputs: Any, targets: Any) -> Bracket:
    """Return rational ends between which all zeros of the derivative lie, and at least one does.

    The ends are floats just outside the extreme values of ``own_zeros``, whose arguments it takes.
    """
    with precision(128):
        zeros = [ball.arb for ball in own_zeros(inputs, targets)]
        lows = [Fraction(nextafter(float(zero.lower()), -float("inf"))) for zero in zeros]
        highs = [Fraction(nextafter(float(zero.upper()), float("inf"))) for zero in zeros]
    return min(lows), max(highs)


def bisect(
    derivative: Callable[[Fraction, Arithmetic], Any], bracket: Bracket, width: Fraction
) -> Bracket:
    """Return a bracket at most ``width`` wide with the derivative < 0 at its low end, > 0 at high.

    A point of division that is a zero becomes the high end: 0 stands there in place of > 0.
    ``derivative(weight, arithmetic)`` returns a scalar. Raises ValueError where the signs at the
    ends are not - and +. For sigmoids, rational data and a derivative that is not zero everywhere,
    a rational weight other than 0 is never a zero, since exp of it is transcendental
    (Lindemann): every sign is decided, for 0 is not among the points of division. Otherwise
    claims.numbers.Undecided may be raised.
    """
    low, high = bracket
    if _sign(derivative, low) >= 0 or _sign(derivative, high) <= 0:
        raise ValueError(f"the derivative does not change from - to + between {low} and {high}")
    while high - low > width:
        middle = (low + high) / 2 or (2 * low + high) / 3
        if _sign(derivative, middle) < 0:
            low = middle
        else:
            high = middle
    return low, high


def _sign(derivative: Callable[[Fraction, Arithmetic], Any], weight: Fraction) -> int:
    return decide_sign(lambda arithmetic: derivative(weight, arithmetic))
