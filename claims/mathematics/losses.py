"""Losses of one prediction against one target."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from claims.numbers import quotient, select, softplus, square


@dataclass(frozen=True)
class Loss:
    """A loss ``value(prediction, target)``, elementwise over the primitives."""

    name: str
    value: Callable[[Any, Any], Any]

    def __repr__(self) -> str:
        return self.name


SQUARED_ERROR = Loss("squared error", lambda prediction, target: square(prediction - target))

# The form of document A, whose gradient carries no factor 2.
HALF_SQUARED_ERROR = Loss(
    "half squared error", lambda prediction, target: quotient(square(prediction - target), 2)
)

# Convex, with a kink at 0: what smoothness is for.
ABSOLUTE_ERROR = Loss(
    "absolute error",
    lambda prediction, target: select(
        prediction - target, prediction - target, target - prediction
    ),
)

# -t log s(z) - (1 - t) log(1 - s(z)) of the logit z. Two positive terms: softplus(z) - t z would
# lose every digit of a confident right answer.
CROSS_ENTROPY = Loss(
    "cross-entropy",
    lambda logit, target: target * softplus(-logit) + (1 - target) * softplus(logit),
)


@dataclass(frozen=True)
class L2:
    """The penalty ``coefficient`` times the sum of the squared parameters, biases included.

    The coefficient is an int or Fraction, or a scalar of the arithmetic in which it is evaluated.
    ``penalised`` gives the places in theta of the parameters that it concerns, all if it is None.
    """

    coefficient: Any
    penalised: tuple[int, ...] | None = None

    def value(self, theta: Any) -> Any:
        chosen = theta if self.penalised is None else theta[list(self.penalised)]
        total = square(chosen).sum()
        if isinstance(self.coefficient, (int, Fraction)):
            return quotient(total * self.coefficient.numerator, self.coefficient.denominator)
        return total * self.coefficient
