"""All zeros of the gradient of linear least squares, exactly."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from flint import fmpq_mat

from claims.mathematics.linear_algebra import exact_rows, null_vectors
from claims.numbers import exact_fraction
from claims.numbers.exact import to_fraction


@dataclass(frozen=True)
class NormalSolutions:
    """The solutions of X'X w = X'y: ``point`` (d,) plus any combination of ``directions``.

    ``directions`` holds d - rank(X) independent vectors (d,) u with X u = 0; the solution is unique
    if there are none.
    """

    point: tuple[Fraction, ...]
    directions: tuple[tuple[int, ...], ...]


def normal_solutions(inputs: Any, targets: Any) -> NormalSolutions:
    """Return all w with zero gradient of the sum of (w.x_i - y_i)^2, each a global minimiser.

    Inputs (N, d), N and d at least 1, and targets (N,) are exact (int, Fraction, or floats, each
    taken for the dyadic number that it is). There is always a solution: X'y is orthogonal to the
    null space of X'X, which is that of X.
    """
    matrix = np.array([[exact_fraction(entry) for entry in row] for row in inputs], dtype=object)
    values = np.array([exact_fraction(value) for value in targets], dtype=object)
    dimension = matrix.shape[1]
    augmented = np.column_stack([matrix.T @ matrix, matrix.T @ values])
    reduced, rank = fmpq_mat(exact_rows(augmented)).rref()
    point = [Fraction(0)] * dimension
    for row in range(rank):
        pivot = next(column for column in range(dimension) if reduced[row, column] != 0)
        point[pivot] = to_fraction(reduced[row, dimension])
    return NormalSolutions(tuple(point), tuple(tuple(row) for row in null_vectors(matrix)))
