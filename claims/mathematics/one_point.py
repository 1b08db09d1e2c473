"""Where the gradient of one neuron on one point is zero, for every activation with an inverse.

The gradient of (a(w.x) - t)^2 is 2 (a(w.x) - t) a'(w.x) x. Where a' has no zero it vanishes only
where a(w.x) = t, a hyperplane, if t is a value of a, or everywhere, if x = 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from typing import Any

import numpy as np

from claims.mathematics.activations import ARCTAN, Activation
from claims.mathematics.linear_algebra import null_vectors
from claims.numbers import Arithmetic, decide_sign, exact_fraction


class NoZero(Enum):
    """Why the gradient on one point is zero nowhere."""

    OUT_OF_RANGE = "the target is no value of the activation: the error never vanishes"


@dataclass(frozen=True)
class Everywhere:
    """The input is 0: the gradient is zero at every weight vector."""

    dimension: int


@dataclass(frozen=True)
class Hyperplane:
    """All zeros of the gradient: {w : w.inputs = inverse of the activation at target}."""

    activation: Activation
    inputs: tuple[Fraction, ...]
    target: Fraction

    @property
    def directions(self) -> tuple[tuple[int, ...], ...]:
        """A basis of the directions in the hyperplane: d - 1 vectors (d,) orthogonal to x."""
        return tuple(tuple(row) for row in null_vectors(np.array([self.inputs], dtype=object)))

    def nearest_to_origin(self, arithmetic: Arithmetic) -> Any:
        """Return the zero (d,) of least norm, inverse(t) x / |x|^2, in floats or balls."""
        assert self.activation.inverse is not None
        norm = sum(entry * entry for entry in self.inputs)
        scaled = arithmetic.enter([entry / norm for entry in self.inputs])
        return scaled * self.activation.inverse(arithmetic.enter(self.target))


def one_point_zeros(
    activation: Activation, inputs: Any, target: Any
) -> Hyperplane | Everywhere | NoZero:
    """Return the zeros of the gradient in w (d,) of (a(w.x) - t)^2 on one point.

    Inputs (d,) and target are exact. The activation declares an inverse, and its derivative has no
    zero (the cubic's has one, at 0); raises ValueError for others.
    """
    # A homogeneous activation of a degree above 1 has derivative 0 at 0.
    if activation.inverse is None or activation.homogeneity not in (None, 1):
        raise ValueError(
            f"the {activation} has no inverse, or a derivative with a zero: "
            "the gradient may vanish elsewhere"
        )
    point = tuple(exact_fraction(entry) for entry in inputs)
    if not any(point):
        return Everywhere(len(point))
    exact = exact_fraction(target)
    ends = activation.range
    below = ends.low is not None and _sign(exact, ends.low, ends.unit) <= 0
    above = ends.high is not None and _sign(exact, ends.high, ends.unit) >= 0
    if below or above:
        return NoZero.OUT_OF_RANGE
    return Hyperplane(activation, point, exact)


def _sign(target: Fraction, end: Fraction, unit: str) -> int:
    """Return the sign of target - end, where end counts in units of 1 or pi."""
    if unit == "1":
        return (target > end) - (target < end)
    # 4 arctan 1 is pi; a rational number never equals a multiple of it other than 0.
    return decide_sign(
        lambda arithmetic: arithmetic.enter(target) - 4 * ARCTAN.value(arithmetic.enter(1)) * end
    )
