"""Rank and null space of exact data: floats as the dyadic numbers they are, integers, Fractions."""

from __future__ import annotations

import math
from fractions import Fraction

import flint
import numpy as np

from claims.numbers.exact import to_fmpq, to_fraction


def exact_rows(matrix: np.ndarray) -> list[list[flint.fmpq]]:
    """Rows of a finite float, integer or Fraction array as exact rationals, nothing rounded."""
    return [[to_fmpq(entry) for entry in row] for row in matrix.tolist()]


def rank(matrix: np.ndarray) -> int:
    """The exact rank of a matrix of shape (N, d), N >= 1 and d >= 1."""
    return int(flint.fmpq_mat(exact_rows(matrix)).rank())


def null_space(matrix: flint.fmpq_mat) -> list[list[Fraction]]:
    """A basis of {u : matrix @ u = 0}, read off the reduced row echelon form."""
    reduced, own_rank = matrix.rref()
    columns = matrix.ncols()
    pivots = [
        next(column for column in range(columns) if reduced[row, column] != 0)
        for row in range(own_rank)
    ]
    basis = []
    for free in (column for column in range(columns) if column not in pivots):
        vector = [Fraction(0)] * columns
        vector[free] = Fraction(1)
        for row, pivot in enumerate(pivots):
            vector[pivot] = -to_fraction(reduced[row, free])
        basis.append(vector)
    return basis


def null_vectors(matrix: np.ndarray) -> list[list[int]]:
    """A basis of {u : matrix @ u = 0} in vectors of coprime integers; empty at full column rank."""
    basis = []
    for vector in null_space(flint.fmpq_mat(exact_rows(matrix))):
        denominator = math.lcm(*(entry.denominator for entry in vector))
        integers = [int(entry * denominator) for entry in vector]
        divisor = math.gcd(*integers)
        basis.append([entry // divisor for entry in integers])
    return basis
