"""Replacing generators of a symbolic expression, and the logarithm of every arithmetic."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from bounds import INVERSE_TERMS, UNIT

from claims.numbers import (
    BALLS,
    FLOATS,
    RATIONALS,
    SYMBOLS,
    Undefined,
    arctan,
    log,
    logistic,
    precision,
    symbols,
)


def same(one, other):
    return (one - other).is_zero()


def test_generators_are_replaced_in_numerator_and_denominator():
    x, y, z = symbols("x"), symbols("y"), symbols("z")
    expression = (x * x * y - Fraction(1, 3)) / (1 + x)
    assert same(expression.substitute({"x": z}), (z * z * y - Fraction(1, 3)) / (1 + z))
    assert same(expression.substitute({"x": 2}), (4 * y - Fraction(1, 3)) / 3)
    assert same(expression.substitute({"x": y, "y": x}), (y * y * x - Fraction(1, 3)) / (1 + y))
    assert same(expression.substitute({}), expression)
    assert same(expression.substitute({"absent": z}), expression)


def test_a_function_of_an_argument_is_one_generator():
    w, z = symbols("w"), symbols("z")
    expression = logistic(2 * w) * w
    assert same(expression.substitute({str(logistic(2 * w)): z}), z * w)
    assert same(logistic(-w).substitute({str(logistic(w)): 1 / (1 + z)}), z / (1 + z))


def test_a_name_inside_an_argument_that_stays_is_refused():
    w, z = symbols("w"), symbols("z")
    for expression in (logistic(w) - w, 1 / (1 + logistic(2 * w)), arctan(logistic(w)) * w):
        with pytest.raises(ValueError, match=r"w is replaced, but not in the argument of"):
            expression.substitute({"w": 0})
    with pytest.raises(ValueError, match=r"s\(w\) is replaced"):
        arctan(logistic(w)).substitute({str(logistic(w)): z})
    both = {"w": 0, str(logistic(w)): Fraction(1, 2)}
    assert same((logistic(w) - w).substitute(both), SYMBOLS.enter(Fraction(1, 2)))
    # Other names that contain it are not meant, nor one that has cancelled.
    s = symbols("s")
    assert same((logistic(symbols("ww")) + w).substitute({"w": z}), logistic(symbols("ww")) + z)
    assert same((logistic(w) + s).substitute({"s": z}), logistic(w) + z)
    assert same((logistic(w) - logistic(w) + w).substitute({"w": z}), z)


def test_a_denominator_that_vanishes_is_refused():
    x = symbols("x")
    with pytest.raises(ZeroDivisionError):
        (1 / (x - 1)).substitute({"x": SYMBOLS.enter(1)})


def test_the_logarithm_in_floats_and_balls():
    assert log(1.0) == 0.0
    points = np.array([1e-300, 0.5, 2.0, 1e300])
    with precision(100):
        for value, ball in zip(log(points), log(BALLS.enter(points)), strict=True):
            assert abs(float((ball.arb - value) / ball.arb)) <= INVERSE_TERMS * UNIT
    assert log(FLOATS.enter(2)) == math.log(2)


def test_the_logarithm_is_not_defined_exactly():
    for arithmetic in (RATIONALS, SYMBOLS):
        with pytest.raises(Undefined, match="the logarithm"):
            log(arithmetic.enter(2))
