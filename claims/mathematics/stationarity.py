"""Where the gradient of one sigmoid neuron without bias is zero, in closed form where it is known.

For the sum of (s(w.x_i) - t_i)^2 over i, equal inputs can be merged (their target is the mean), and
so can opposite ones, because s(-h) = 1 - s(h). Where the merged inputs are linearly independent the
gradient is a combination of independent vectors: it vanishes only where every term does, that is
on the affine set of all w with w.x_i = logit(t_i), non-empty where every 0 < t_i < 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from typing import Any

import numpy as np
from flint import fmpq_mat

from claims.mathematics.linear_algebra import null_space
from claims.numbers import Arithmetic, exact_fraction
from claims.numbers.exact import to_fmpq, to_fraction
from claims.numbers.primitives import logit

Row = tuple[Fraction, ...]


class NoClosedForm(Enum):
    """Why ``stationary_set`` gives no closed form."""

    BOUNDARY = (
        "a merged target is 0 or 1 while the merged inputs are independent: the gradient has "
        "no zero, the infimum is only approached at infinity"
    )
    DEPENDENT = (
        "the merged inputs are linearly dependent: the terms of the gradient can cancel, and the "
        "condition of this formula is not met"
    )


@dataclass(frozen=True)
class MergedPoint:
    """Several data points with the same input up to sign, as one: count, input and mean target."""

    inputs: Row
    target: Fraction
    count: int


@dataclass(frozen=True)
class StationarySet:
    """All zeros of the gradient: {w : inputs @ w = logit(targets)}; each is a global minimiser.

    ``inverse`` (d, m) is the Moore-Penrose inverse of the merged inputs (m, d); the set is
    inverse @ logit(targets) plus any combination of ``directions`` (d - m rows of length d).
    """

    points: tuple[MergedPoint, ...]
    inverse: tuple[Row, ...]
    directions: tuple[Row, ...]

    def nearest_to_origin(self, arithmetic: Arithmetic) -> Any:
        """Return the solution (d,) of least norm in floats or balls."""
        if not self.points:
            return arithmetic.enter([0] * len(self.inverse))
        targets = arithmetic.enter([point.target for point in self.points])
        return arithmetic.enter(np.array(self.inverse)) @ logit(targets)


def merge(inputs: Any, targets: Any) -> tuple[MergedPoint, ...]:
    """Merge equal and opposite inputs (N, d) with targets (N,), all exact; x = 0 has no part."""
    groups: dict[Row, list[Fraction]] = {}
    for row, target in zip(inputs, targets, strict=True):
        point = tuple(exact_fraction(entry) for entry in row)
        lead = next((entry for entry in point if entry), None)
        if lead is None:
            continue
        if lead > 0:
            groups.setdefault(point, []).append(exact_fraction(target))
        else:
            opposite = tuple(-entry for entry in point)
            groups.setdefault(opposite, []).append(1 - exact_fraction(target))
    return tuple(
        MergedPoint(point, sum(values, Fraction(0)) / len(values), len(values))
        for point, values in groups.items()
    )


def stationary_set(inputs: Any, targets: Any) -> StationarySet | NoClosedForm:
    """Return the zeros of the gradient of sum (s(w.x_i) - t_i)^2 in w (d,), or why not.

    Inputs (N, d), d >= 1, and targets (N,) in [0, 1] are exact: int, Fraction, or floats, each
    taken for the dyadic number that it is. Raises ValueError for no point at all, other shapes, and
    a target outside [0, 1].
    """
    if not len(inputs) or len(inputs) != len(targets) or len({len(row) for row in inputs}) != 1:
        raise ValueError(
            f"{len(inputs)} inputs, {len(targets)} targets: give at least one point, inputs of "
            "equal length, and a target for each"
        )
    targets = [exact_fraction(target) for target in targets]
    for number, target in enumerate(targets):
        if not 0 <= target <= 1:
            raise ValueError(f"target {number} is {target}: a sigmoid's targets lie in [0, 1]")
    points = merge(inputs, targets)
    dimension = len(inputs[0])
    matrix = _matrix([point.inputs for point in points], dimension)
    if matrix.rank() < len(points):
        return NoClosedForm.DEPENDENT
    if any(point.target in (0, 1) for point in points):
        return NoClosedForm.BOUNDARY
    inverse = matrix.transpose() * (matrix * matrix.transpose()).inv()
    return StationarySet(points, _rows(inverse), tuple(map(tuple, null_space(matrix))))


def _matrix(rows: list[Row], columns: int) -> fmpq_mat:
    entries = [to_fmpq(value) for row in rows for value in row]
    return fmpq_mat(len(rows), columns, entries)


def _rows(matrix: fmpq_mat) -> tuple[Row, ...]:
    return tuple(
        tuple(to_fraction(matrix[i, j]) for j in range(matrix.ncols()))
        for i in range(matrix.nrows())
    )
