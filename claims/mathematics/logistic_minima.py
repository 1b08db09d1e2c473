"""How many minimisers logistic regression has, decided exactly from the data, with proof.

Inputs X (N, d), labels 0 or 1, mean cross-entropy L, z_i = x_i for label 1 and -x_i for label 0:
- some u with z_i.u >= 0 for all i and > 0 for one: L falls along u from everywhere, no minimum;
- otherwise weights w_i > 0 with sum w_i z_i = 0 exist, and

      L(theta) >= sum w_i |z_i.theta| / (2 N max w),

  because log(1 + exp(-h)) >= (|h| - h)/2 and sum w_i z_i.theta = 0: sublevel sets of L are bounded
  in X theta, the minimum is attained, and as L is strictly convex in X theta, the minimisers are
  one point plus {u : X u = 0}.

A. Albert and J. A. Anderson, On the existence of maximum likelihood estimates in logistic
regression models, Biometrika 71 (1984).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

import numpy as np

from claims.mathematics.linear_algebra import null_vectors
from claims.mathematics.separation import Separation, separation
from claims.numbers import exact_fraction

Count = Literal["none", "one", "infinitely many"]


@dataclass(frozen=True)
class LogisticMinima:
    """How many minimisers there are, and why.

    ``directions``: a basis of {u : X u = 0} in integers, d entries each; the minimisers, if any,
    are one point plus its span. ``margins`` (N, d): the rows z_i.
    """

    separation: Separation
    directions: tuple[tuple[int, ...], ...]
    margins: tuple[tuple[Fraction, ...], ...]

    @property
    def count(self) -> Count:
        if self.separation.kind != "overlapping":
            return "none"
        return "infinitely many" if self.directions else "one"

    def lower_bound(self, theta: Any) -> Fraction:
        """Return a lower bound of L at exact theta (d,), which grows with X theta.

        It is 0 exactly where X theta = 0. Raises ValueError where there is no minimiser: then L has
        no such bound.
        """
        if self.count == "none":
            raise ValueError(
                f"the classes are separated ({self.separation.kind}): L comes arbitrarily near to "
                "its infimum far out, and has no growing lower bound"
            )
        weights = self.separation.weights
        point = [exact_fraction(entry) for entry in theta]
        total = Fraction(0)
        for weight, row in zip(weights, self.margins, strict=True):
            product = sum((z * t for z, t in zip(row, point, strict=True)), Fraction(0))
            total += weight * abs(product)
        return total / (2 * len(weights) * max(weights))


def logistic_minima(inputs: np.ndarray, targets: np.ndarray) -> LogisticMinima:
    """Return how many minimisers the mean cross-entropy of x.w with labels 0 and 1 has.

    inputs: finite floats, integers or Fractions, shape (N, d), N >= 1 and d >= 1, taken exactly;
    append a column of ones for a bias. targets: shape (N,). Raises ValueError for another label.
    """
    if not set(targets.tolist()) <= {0, 1}:
        raise ValueError(f"labels {sorted(set(targets.tolist()))}: each has to be 0 or 1")
    margins = tuple(
        tuple(exact_fraction(entry) * (1 if target == 1 else -1) for entry in row)
        for row, target in zip(inputs.tolist(), targets.tolist(), strict=True)
    )
    directions = tuple(tuple(vector) for vector in null_vectors(inputs))
    return LogisticMinima(separation(inputs, targets), directions, margins)
