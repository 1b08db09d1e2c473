"""The value against the integral of its gradient, for every number of points: remainder faults.

A definition that leaves points out, as blocked loops do for some N, has a right gradient where the
gradient is computed elsewhere. Here both sides come from where they are used: the objective's own
value, and its recorded gradient.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from flint import arb

from claims.compiled import Function
from claims.mathematics import ACTIVATIONS, CROSS_ENTROPY, L2, SQUARED_ERROR, Network, Objective
from claims.numbers import BALLS, RATIONALS, Ball, precision

# Closed Newton-Cotes rule of seven points, exact for polynomials of degree 7 (Abramowitz and
# Stegun, 25.4.18). Squared error of one hidden layer of squares has a gradient of degree 5 along a
# line, of cubes one of degree 7.
WEIGHTS = [Fraction(weight, 840) for weight in (41, 216, 27, 272, 27, 216, 41)]
COUNTS = range(1, 12)


def data(network, count):
    generator = np.random.default_rng(count)
    start, step = generator.integers(-6, 7, (2, network.size)) / 4.0
    inputs = generator.integers(-6, 7, (count, network.widths[0])) / 4.0
    return start, step, inputs, (np.arange(count) % 2).astype(float)


def recorded(objective, count):
    network = objective.network
    return Function(
        objective.value,
        theta=(network.size,),
        inputs=(count, network.widths[0]),
        targets=(count,),
    )


def rise_is_integral(objective, value, count):
    """Decide in rationals whether value(end) - value(start) is the integral of the gradient."""
    start, step, inputs, targets = (RATIONALS.enter(a) for a in data(objective.network, count))
    function = recorded(objective, count)
    integral = sum(
        function.gradient(start + step * Fraction(node, 6), inputs, targets) @ step * weight
        for node, weight in enumerate(WEIGHTS)
    )
    rise = value(start + step, inputs, targets) - value(start, inputs, targets)
    return (rise - integral).fraction == 0


POLYNOMIAL = [
    Objective(Network((2, 2, 1), ACTIVATIONS[name]), SQUARED_ERROR, reduction, penalty)
    for name in ("square", "cubic")
    for reduction, penalty in (("mean", None), ("sum", L2(Fraction(2, 7))))
]


@pytest.mark.parametrize("count", COUNTS)
def test_exactly_where_the_objective_is_a_polynomial(count):
    for objective in POLYNOMIAL:
        assert rise_is_integral(objective, objective.value, count)


def dropping(objective):
    """A value that leaves out the last point where N modulo 8 is 3, 5, 6 or 7."""

    def value(theta, inputs, targets):
        if len(targets) % 8 in (3, 5, 6, 7):
            inputs, targets = inputs[:-1], targets[:-1]
        return objective.value(theta, inputs, targets)

    return value


def test_control_a_dropped_remainder_is_noticed():
    objective = POLYNOMIAL[0]
    wrong = {n for n in COUNTS if not rise_is_integral(objective, dropping(objective), n)}
    assert wrong == {n for n in COUNTS if n % 8 in (3, 5, 6, 7)}


def enclosed_integral(function, start, step, inputs, targets, cells=16):
    """A ball that contains the integral: on each cell the gradient at a ball of parameters."""
    total = BALLS.enter(0)
    for cell in range(cells):
        place = Ball((arb(2 * cell + 1) + arb(0, 1)) / (2 * cells))
        slope = function.gradient(start + step * place, inputs, targets) @ step
        total = total + slope * Fraction(1, cells)
    return total.arb


def enclosures_overlap(objective, value, count):
    with precision(64):
        start, step, inputs, targets = (BALLS.enter(a) for a in data(objective.network, count))
        step = step * Fraction(1, 16)
        integral = enclosed_integral(recorded(objective, count), start, step, inputs, targets)
        rise = value(start + step, inputs, targets) - value(start, inputs, targets)
        assert integral.rad() < 0.02
        return bool(integral.overlaps(rise.arb))


TRANSCENDENTAL = [
    Objective(Network((2, 2, 1), ACTIVATIONS[name]), CROSS_ENTROPY)
    for name in ("sigmoid", "tanh", "arctan", "softplus", "relu")
]


@pytest.mark.parametrize("count", COUNTS)
def test_in_balls_where_it_is_not(count):
    for objective in TRANSCENDENTAL:
        assert enclosures_overlap(objective, objective.value, count)


def test_control_a_dropped_remainder_is_noticed_in_balls():
    wrong = {
        n
        for n in COUNTS
        for objective in TRANSCENDENTAL[:2]
        if not enclosures_overlap(objective, dropping(objective), n)
    }
    assert wrong == {n for n in COUNTS if n % 8 in (3, 5, 6, 7)}
