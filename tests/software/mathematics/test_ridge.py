"""Exact ridge regression, diagonal dominance, and an L2 penalty of any kind of strength."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from claims.mathematics import (
    L2,
    gram_inverse,
    is_diagonally_dominant,
    normal_solutions,
    ridge_weights,
)
from claims.numbers import RATIONALS, symbols

INPUTS = [[1, -2], [0, 1]]


def test_without_penalty_it_is_least_squares():
    inputs, targets = [[1, 2], [3, 4], [5, 7]], [1, Fraction(1, 3), 0]
    assert ridge_weights(inputs, targets, 0) == normal_solutions(inputs, targets).point


def test_a_worked_solution():
    assert ridge_weights(INPUTS, [-3, 1], Fraction(1, 4)) == (Fraction(-10, 17), Fraction(18, 17))
    assert ridge_weights(np.array([[2.0]]), np.array([3.0]), 0.5) == (Fraction(4, 3),)


def test_the_strength_is_that_of_a_mean():
    # Twice the same sample is the same mean: (1 + 1) w = 1.
    assert ridge_weights([[1]], [1], 1) == ridge_weights([[1], [1]], [1, 1], 1) == (Fraction(1, 2),)


def test_a_penalty_makes_the_solution_unique():
    assert ridge_weights([[1, 1]], [1], 1) == (Fraction(1, 3), Fraction(1, 3))
    with pytest.raises(ValueError, match="not unique"):
        ridge_weights([[1, 1]], [1], 0)


def test_a_negative_strength_is_refused():
    with pytest.raises(ValueError, match="strength -1/8 is negative"):
        ridge_weights([[1]], [1], Fraction(-1, 8))


def test_the_inverse_of_the_gram_matrix():
    assert gram_inverse(INPUTS) == ((5, 2), (2, 1))
    assert gram_inverse([[1], [2]]) == ((Fraction(1, 5),),)
    with pytest.raises(ValueError, match="has no inverse"):
        gram_inverse([[1, 2]])


@pytest.mark.parametrize(
    ("matrix", "dominant"),
    [
        ([[1]], True),
        ([[0]], True),
        ([[2, -2], [2, 2]], True),
        ([[2, 1], [3, 2]], False),
        ([[-3, 1], [1, -3]], True),
        ([[5, 2], [2, 1]], False),
        ([[3, 2, -1], [0, 1, 1], [1, 1, -2]], True),
        ([[3, 2, -2], [0, 1, 1], [1, 1, -2]], False),
        ([[1, 0, 0], [0, 1, 0], [1, 1, Fraction(3, 2)]], False),
    ],
)
def test_diagonal_dominance_by_rows(matrix, dominant):
    assert is_diagonally_dominant(matrix) is dominant


def test_the_strength_of_a_penalty_may_be_a_number_or_a_scalar():
    theta = RATIONALS.enter([1, -2])
    assert L2(3).value(theta).fraction == 15
    assert L2(Fraction(1, 2)).value(theta).fraction == Fraction(5, 2)
    assert L2(RATIONALS.enter(Fraction(1, 2))).value(theta).fraction == Fraction(5, 2)
    assert L2(Fraction(1, 2)).value(np.array([1.0, -2.0])) == 2.5
    w, strength = symbols("w", 1), symbols("l")
    assert (L2(strength).value(w) - w[0] * w[0] * strength).is_zero()
