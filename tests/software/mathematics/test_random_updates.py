"""Exact expectations, covariances, and distributions after an update."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from claims.mathematics import after_update, covariance, expectation
from claims.numbers import RATIONALS, symbols

COIN = [(Fraction(1, 3), 0), (Fraction(2, 3), 3)]


def test_expectation_weighs_by_probability():
    assert expectation(COIN, lambda value: value) == 2
    assert expectation(COIN, lambda value: value * value) == 6
    assert expectation([(Fraction(1), 5)], lambda value: value) == 5


def test_expectation_of_symbols():
    a, b = symbols("a"), symbols("b")
    mean = expectation([(Fraction(1, 4), a), (Fraction(3, 4), b)], lambda value: value)
    assert (4 * mean - a - 3 * b).is_zero()


@pytest.mark.parametrize(
    "distribution", [[], [(Fraction(1, 2), 0)], [(Fraction(1), 0), (Fraction(1, 9), 1)]]
)
def test_probabilities_have_to_add_up_to_one(distribution):
    with pytest.raises(ValueError, match="add up to 1"):
        expectation(distribution, lambda value: value)


def test_covariance_of_a_vector():
    # Values (0, 1) and (3, -2): deviations (-2, 2) and (1, -1) from the mean (2, -1).
    matrix = covariance(COIN, lambda value: RATIONALS.enter([value, 1 - value]))
    assert matrix.shape == (2, 2)
    assert [entry.fraction for entry in matrix.flat] == [2, -2, -2, 2]


def test_covariance_of_a_constant_is_zero():
    matrix = covariance(COIN, lambda value: np.array([Fraction(7)]))
    assert matrix.tolist() == [[0]]


def test_updates_are_independent_of_the_state():
    after = after_update(COIN, [(Fraction(1, 4), 1), (Fraction(3, 4), -1)], lambda w, d: 10 * w + d)
    assert after == [
        (Fraction(1, 12), 1),
        (Fraction(1, 4), -1),
        (Fraction(1, 6), 31),
        (Fraction(1, 2), 29),
    ]
