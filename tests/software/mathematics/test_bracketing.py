"""Brackets, bisection and search by thirds: ends, widths, refusals."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest

from claims.mathematics import bisect, own_zeros, zero_bracket
from claims.numbers import FLOATS, logistic

HALF, QUARTER = Fraction(1, 2), Fraction(1, 4)


def test_own_zeros():
    found = own_zeros([1, -2], [QUARTER, QUARTER], FLOATS)
    assert found.tolist() == pytest.approx([-math.log(3), math.log(3) / 2], rel=1e-15)


@pytest.mark.parametrize(
    ("inputs", "targets"), [([0], [HALF]), ([1], [0]), ([1], [1]), ([1, 1], [HALF, 2]), ([1], [-1])]
)
def test_points_without_a_zero_are_refused(inputs, targets):
    with pytest.raises(ValueError, match="has no zero of its own"):
        own_zeros(inputs, targets)
    with pytest.raises(ValueError, match="has no zero of its own"):
        zero_bracket(inputs, targets)


def test_the_bracket_is_tight_and_outside():
    low, high = zero_bracket([1, 2, -1], [QUARTER, QUARTER, QUARTER])
    assert low < -math.log(3) and high > math.log(3)
    assert float(high - low) == pytest.approx(2 * math.log(3), rel=1e-15)
    low, high = zero_bracket([1], [HALF])
    assert low < 0 < high and high - low < Fraction(1, 10**30)


def line(root):
    return lambda weight, arithmetic: arithmetic.enter(weight - root)


def test_bisection_halves_to_the_width():
    low, high = bisect(line(Fraction(1, 3)), (Fraction(-1), Fraction(2)), Fraction(1, 100))
    assert low < Fraction(1, 3) < high
    assert Fraction(1, 200) < high - low <= Fraction(1, 100)
    assert bisect(line(Fraction(1, 3)), (Fraction(0), Fraction(1)), Fraction(1)) == (0, 1)


def test_a_zero_at_a_point_of_division_becomes_the_high_end():
    found = bisect(line(HALF), (Fraction(0), Fraction(1)), QUARTER)
    assert found == (QUARTER, HALF)


def test_bisection_never_divides_at_zero():
    visited = []

    def slope(weight, arithmetic):
        visited.append(weight)
        return logistic(arithmetic.enter(weight)) - HALF

    low, high = bisect(slope, (Fraction(-1), Fraction(1)), Fraction(1, 8))
    assert low < 0 < high and high - low <= Fraction(1, 8)
    assert 0 not in visited


@pytest.mark.parametrize("bracket", [(1, 2), (-2, -1), (2, -1), (0, 1), (-1, 0)])
def test_ends_of_one_sign_are_refused(bracket):
    low, high = map(Fraction, bracket)
    with pytest.raises(ValueError, match="does not change from - to"):
        bisect(line(Fraction(0)), (low, high), Fraction(1, 8))
