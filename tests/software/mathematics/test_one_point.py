"""The zeros on one point: which activations, which targets, which reasons."""

from __future__ import annotations

from fractions import Fraction

import pytest

from claims.mathematics import (
    ACTIVATIONS,
    ARCTAN,
    IDENTITY,
    SIGMOID,
    SOFTPLUS,
    TANH,
    Everywhere,
    Hyperplane,
    NoZero,
    one_point_zeros,
)
from claims.numbers import BALLS, FLOATS

HALF = Fraction(1, 2)


def test_the_identity():
    found = one_point_zeros(IDENTITY, [3, 4], 5)
    assert found == Hyperplane(IDENTITY, (3, 4), 5)
    assert found.nearest_to_origin(FLOATS).tolist() == pytest.approx([0.6, 0.8], rel=1e-15)
    ((a, b),) = found.directions
    assert (a, b) != (0, 0) and 3 * a + 4 * b == 0


def test_one_dimension_leaves_no_direction():
    found = one_point_zeros(SIGMOID, [2], Fraction(1, 4))
    assert found.directions == ()
    assert found.nearest_to_origin(FLOATS)[0] == pytest.approx(-0.5493061443340549, rel=1e-15)


def test_balls_enclose_the_zero():
    balls = one_point_zeros(SIGMOID, [2], HALF).nearest_to_origin(BALLS)
    assert balls[0].contains(Fraction(0))


def test_a_zero_input():
    assert one_point_zeros(SIGMOID, [0, 0, 0], 2) == Everywhere(3)


@pytest.mark.parametrize(
    ("activation", "target", "attained"),
    [
        (SIGMOID, 0, False),
        (SIGMOID, 1, False),
        (SIGMOID, -1, False),
        (SIGMOID, 2, False),
        (SIGMOID, Fraction(1, 1000), True),
        (SIGMOID, Fraction(999, 1000), True),
        (TANH, -1, False),
        (TANH, 1, False),
        (TANH, 0, True),
        (SOFTPLUS, 0, False),
        (SOFTPLUS, Fraction(1, 9), True),
        (SOFTPLUS, 10**6, True),
        (ARCTAN, Fraction(11, 7), False),  # pi/2 = 1.5707 < 11/7 = 1.5714
        (ARCTAN, Fraction(355, 226), False),  # nearer: 1.570796460
        (ARCTAN, Fraction(-11, 7), False),
        (ARCTAN, Fraction(333, 212), True),  # just below
        (ARCTAN, Fraction(-333, 212), True),
        (IDENTITY, -(10**9), True),
    ],
)
def test_targets_at_the_ends_of_the_range(activation, target, attained):
    found = one_point_zeros(activation, [1], target)
    if attained:
        assert found == Hyperplane(activation, (1,), target)
    else:
        assert found is NoZero.OUT_OF_RANGE


@pytest.mark.parametrize("name", ["relu", "square", "cubic"])
def test_activations_without_the_property_are_refused(name):
    with pytest.raises(ValueError, match="no inverse, or a derivative with a zero"):
        one_point_zeros(ACTIVATIONS[name], [1], 1)
