"""Linear least squares with an L2 penalty (ridge regression), exactly."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from flint import fmpq_mat

from claims.numbers import exact_fraction
from claims.numbers.exact import to_fmpq, to_fraction

Matrix = tuple[tuple[Fraction, ...], ...]


def ridge_weights(inputs: Any, targets: Any, strength: Any) -> tuple[Fraction, ...]:
    """Return the minimiser (d,) of the mean of (w.x_i - y_i)^2 plus ``strength`` times |w|^2.

    It solves (X'X + N strength I) w = X'y (Hoerl and Kennard 1970). Inputs (N, d), targets (N,)
    and strength >= 0 are exact (int, Fraction, or floats, each taken for the dyadic number that it
    is). Raises ValueError for a negative strength, and for strength 0 where X lacks full column
    rank and the minimiser is not unique.
    """
    penalty = exact_fraction(strength)
    if penalty < 0:
        raise ValueError(f"strength {penalty} is negative: there is no minimiser to speak of")
    matrix = _exact(inputs)
    values = _matrix([[exact_fraction(value)] for value in targets])
    count, dimension = matrix.nrows(), matrix.ncols()
    system = matrix.transpose() * matrix
    for k in range(dimension):
        system[k, k] += to_fmpq(count * penalty)
    try:
        solution = system.solve(matrix.transpose() * values)
    except ZeroDivisionError:
        raise ValueError(
            "the inputs lack full column rank and the strength is 0: the minimiser is not unique"
        ) from None
    return tuple(to_fraction(solution[k, 0]) for k in range(dimension))


def gram_inverse(inputs: Any) -> Matrix:
    """Return (X'X)^-1 (d, d) for exact inputs (N, d); raises ValueError where it does not exist."""
    matrix = _exact(inputs)
    try:
        inverse = (matrix.transpose() * matrix).inv()
    except ZeroDivisionError:
        raise ValueError("the inputs lack full column rank: X'X has no inverse") from None
    size = matrix.ncols()
    return tuple(tuple(to_fraction(inverse[j, k]) for k in range(size)) for j in range(size))


def is_diagonally_dominant(matrix: Any) -> bool:
    """Whether in each row |diagonal entry| >= the sum of the absolute values of the others."""
    return all(
        2 * abs(row[place]) >= sum(abs(entry) for entry in row) for place, row in enumerate(matrix)
    )


def _exact(inputs: Any) -> fmpq_mat:
    return _matrix([[exact_fraction(entry) for entry in row] for row in np.asarray(inputs, object)])


def _matrix(rows: list[list[Fraction]]) -> fmpq_mat:
    return fmpq_mat([[to_fmpq(entry) for entry in row] for row in rows])
