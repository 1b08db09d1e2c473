"""The kernels' own transcendental functions against balls, in units of the bounds' table."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from flint import arb

from claims import numbers
from claims.compiled import vectorised
from claims.compiled.rounding import ERRORS, UNDERFLOW, inflated
from claims.numbers import BALLS, precision

NAMES = ("logistic", "logistic_complement", "softplus", "tanh", "arctan")
RANDOM = np.random.default_rng(3)
POINTS = np.concatenate(
    [RANDOM.normal(size=300) * scale for scale in (1e-200, 1e-9, 0.1, 1.0, 10.0, 300.0)]
    # Where the reduction to |r| <= log(2)/2 changes k, and where decay ends.
    + [np.log(2) * (np.arange(-40, 40) + 0.5), [0.0, 5e-324, 707.9, 708.1, 800.0, 1e5]]
)
POINTS = np.concatenate([POINTS, -POINTS])


@pytest.mark.parametrize("name", NAMES)
def test_errors_stay_within_the_table(name):
    function, exact = getattr(vectorised, name), getattr(numbers, name)
    with precision(160):
        for point in POINTS:
            true = exact(BALLS.enter(point))
            assert inflated(true, ERRORS[name]).contains(Fraction(function(point))), point


@pytest.mark.parametrize("name", NAMES)
def test_numpy_stays_within_the_table_too(name):
    exact = getattr(numbers, name)
    values = exact(POINTS)
    with precision(160):
        for point, value in zip(POINTS, values, strict=True):
            assert inflated(exact(BALLS.enter(point)), ERRORS[name]).contains(Fraction(value)), (
                point
            )


def test_the_bounds_are_tight_enough_to_mean_something():
    ball = inflated(BALLS.enter(1), max(ERRORS.values()))
    assert ball.arb.rad() < arb(2) ** -48 and arb(2) ** -1000 > UNDERFLOW


@pytest.mark.parametrize("name", NAMES)
def test_what_is_not_a_number_stays_so(name):
    assert np.isnan(getattr(vectorised, name)(np.nan))


def test_infinities_have_the_limits_within_an_underflow():
    assert vectorised.logistic(np.inf) == 1 and 0 <= vectorised.logistic(-np.inf) < 1e-306
    assert vectorised.tanh(np.inf) == 1 and vectorised.tanh(-np.inf) == -1
    assert vectorised.softplus(np.inf) == np.inf and 0 <= vectorised.softplus(-np.inf) < 1e-306
