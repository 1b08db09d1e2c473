"""Activation functions, each declaring its own mathematics.

What is declared (derivative, inverse, parity, homogeneity, range, monotonicity) is tested against
``value``, never used to define it; derivatives for training and proofs come from the recording.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from typing import Any

from claims.numbers import (
    arctan,
    arctanh,
    cube_root,
    logistic,
    logistic_complement,
    logit,
    select,
    softplus,
    softplus_inverse,
    square,
    tangent,
    tanh,
)

Elementwise = Callable[[Any], Any]


class Parity(Enum):
    """How a(-h) relates to a(h)."""

    ODD = "a(-h) = -a(h)"
    EVEN = "a(-h) = a(h)"
    COMPLEMENT = "a(-h) = 1 - a(h)"
    NONE = "no relation"


@dataclass(frozen=True)
class Range:
    """The open or closed interval of values; None is an infinite end.

    The ends are multiples of ``unit``, which is 1 or pi.
    """

    low: Fraction | None
    high: Fraction | None
    low_attained: bool = False
    unit: str = "1"


@dataclass(frozen=True)
class Activation:
    """An activation a: R -> R, elementwise over the primitives.

    ``homogeneity`` is the degree k with a(c h) = c^k a(h) for every c > 0, or None. ``inverse`` is
    defined on ``range`` and is None for an activation that is not injective.
    """

    name: str
    value: Elementwise
    derivative: Elementwise
    parity: Parity
    range: Range
    increasing: bool
    inverse: Elementwise | None = None
    homogeneity: int | None = None

    def __repr__(self) -> str:
        return self.name


def _same(h: Any) -> Any:
    return h


def _one(h: Any) -> Any:
    return 0 * h + 1


def _rectified(h: Any) -> Any:
    return select(h, h, 0 * h)


def _step(h: Any) -> Any:
    return select(h, _one(h), 0 * h)


_EVERYTHING = Range(None, None)

IDENTITY = Activation(
    "identity", _same, _one, Parity.ODD, _EVERYTHING, True, inverse=_same, homogeneity=1
)
SIGMOID = Activation(
    "sigmoid",
    logistic,
    lambda h: logistic(h) * logistic_complement(h),
    Parity.COMPLEMENT,
    Range(Fraction(0), Fraction(1)),
    True,
    inverse=logit,
)
TANH = Activation(
    "tanh",
    tanh,
    lambda h: 4 * (logistic(2 * h) * logistic_complement(2 * h)),
    Parity.ODD,
    Range(Fraction(-1), Fraction(1)),
    True,
    inverse=arctanh,
)
ARCTAN = Activation(
    "arctan",
    arctan,
    lambda h: 1 / (1 + square(h)),
    Parity.ODD,
    Range(Fraction(-1, 2), Fraction(1, 2), unit="pi"),
    True,
    inverse=tangent,
)
SOFTPLUS = Activation(
    "softplus",
    softplus,
    logistic,
    Parity.NONE,
    Range(Fraction(0), None),
    True,
    inverse=softplus_inverse,
)
RELU = Activation(
    "relu",
    _rectified,
    _step,
    Parity.NONE,
    Range(Fraction(0), None, low_attained=True),
    False,
    homogeneity=1,
)
SQUARE = Activation(
    "square",
    square,
    lambda h: 2 * h,
    Parity.EVEN,
    Range(Fraction(0), None, low_attained=True),
    False,
    homogeneity=2,
)
CUBIC = Activation(
    "cubic",
    lambda h: h * square(h),
    lambda h: 3 * square(h),
    Parity.ODD,
    _EVERYTHING,
    True,
    inverse=cube_root,
    homogeneity=3,
)

ACTIVATIONS = {
    activation.name: activation
    for activation in (IDENTITY, SIGMOID, TANH, ARCTAN, SOFTPLUS, RELU, SQUARE, CUBIC)
}
