"""The checker's count of negative eigenvalues, against the exact inertia of integer matrices."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from flint import arb, arb_mat, ctx, fmpq_mat

from claims.proof import checker


def inertia(matrix: list[list[int]]) -> int | None:
    """How many eigenvalues are negative, in fractions; None where one of them is 0.

    All eigenvalues of a symmetric matrix are real, so that Descartes' rule counts them exactly: as
    many are negative as the signs of the characteristic polynomial of minus the matrix change.
    """
    polynomial = fmpq_mat([[-entry for entry in row] for row in matrix]).charpoly()
    signs = [entry > 0 for entry in polynomial.coeffs() if entry != 0]
    return None if polynomial[0] == 0 else sum(one != other for one, other in pairwise(signs))


def test_inertia_by_hand():
    assert inertia([[2, 1], [1, 2]]) == 0
    assert inertia([[1, 2], [2, 1]]) == 1
    assert inertia([[0, 1], [1, 0]]) == 1
    assert inertia([[-2, 1], [1, -2]]) == 2
    assert inertia([[1, 1], [1, 1]]) is None


def symmetric(source: random.Random, size: int, shape: int) -> list[list[int]]:
    """A random one; or with nothing on the diagonal; or singular; or with a heavy diagonal."""
    most, negative = source.choice([1, 2, 9]), source.randint(0, size)
    upper = [[source.randint(-most, most) for _ in range(size)] for _ in range(size)]
    # In a singular one the last row and column are the first ones again.
    places = [*range(size - 1), 0] if shape == 2 else range(size)
    rows = [[upper[min(i, j)][max(i, j)] for j in places] for i in places]
    for i in range(size):
        if shape == 1:
            rows[i][i] = 0
        elif shape == 3:
            rows[i][i] += size * most * (-1 if i < negative else 1)
    return rows


@pytest.mark.parametrize("size", [2, 3, 4, 6])
def test_integer_matrices_of_every_signature(size):
    source = random.Random(size)
    seen = set()
    with ctx.workprec(128):
        for trial in range(100):
            matrix = symmetric(source, size, trial % 4)
            # Scaled, so that no entry is near 1: what counts is which is larger.
            scale = source.choice([1, arb(2) ** -40, arb(2) ** 40])
            scaled = arb_mat([[scale * entry for entry in row] for row in matrix])
            found = checker.negative_eigenvalues(scaled)
            assert found == inertia(matrix), matrix
            seen.add(found)
    assert seen == {None, *range(size + 1)}


def test_one_entry_and_none():
    count = checker.negative_eigenvalues
    assert [count(arb_mat([[value]])) for value in (3, -3, 0)] == [0, 1, None]
    assert count(arb_mat([[arb(1, 1)]])) is None
    assert count(arb_mat([[arb(-1, 1)]])) is None
    assert count(arb_mat(0, 0)) == 0


def test_balls_that_hold_a_singular_matrix_are_left_open():
    # The eigenvalues of [[1, b], [b, 1]] are 1 - b and 1 + b; if each entry may be off by r, they
    # may be off by 2 r.
    for b, index in ((0.5, 0), (-0.5, 0), (1.5, 1), (-1.5, 1)):
        for radius, decided in ((0.05, True), (0.26, False)):
            rows = [[arb(1, radius), arb(b, radius)], [arb(b, radius), arb(1, radius)]]
            assert checker.negative_eigenvalues(arb_mat(rows)) == (index if decided else None)
