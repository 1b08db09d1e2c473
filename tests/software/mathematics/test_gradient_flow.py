"""Closed flows against SciPy's solver, and the primitive in every arithmetic."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from claims.compiled import Function
from claims.mathematics import (
    HALF_SQUARED_ERROR,
    SIGMOID,
    Objective,
    deep_linear,
    flow_primitive,
    hidden_layer_growth,
    neuron,
)
from claims.numbers import BALLS, FLOATS, logistic, logistic_complement

# SciPy's DOP853 keeps the local error below these; over the stretches here the flow contracts, so
# that the global error is at most the number of steps (below 1000) times as large.
RELATIVE = 1e-12
ALLOWED = 1000 * RELATIVE


def flow_of(network, inputs, targets):
    objective = Objective(network, HALF_SQUARED_ERROR, reduction="sum")
    data = FLOATS.enter(inputs), FLOATS.enter(targets)
    gradient = Function(
        objective.value, theta=(network.size,), inputs=data[0].shape, targets=data[1].shape
    ).gradient
    return lambda _, theta: -gradient(theta, *data)


def solved(network, inputs, targets, start, time):
    solution = solve_ivp(
        flow_of(network, inputs, targets),
        (0, time),
        np.array(start, dtype=float),
        method="DOP853",
        rtol=RELATIVE,
        atol=RELATIVE,
    )
    assert solution.success
    return solution.y[:, -1]


@pytest.mark.parametrize("target", [Fraction(0), Fraction(1), Fraction(3, 4), Fraction(5, 2), -1])
@pytest.mark.parametrize("start", [[-1.0, 0.5], [1.0, 1.0]])
def test_the_primitive_grows_in_proportion_to_time(target, start):
    x, time = np.array([2.0, 1.0]), 0.75
    end = solved(neuron(2, SIGMOID), [x], [target], start, time)
    values = []
    for weights in (np.array(start), end):
        h = float(weights @ x)
        exact = target if target in (0, 1) else float(target)
        values.append(flow_primitive(logistic(h), logistic_complement(h), exact))
    assert values[1] - values[0] == pytest.approx((x @ x) * time, rel=ALLOWED * 100)
    moved = end - np.array(start)
    assert moved[0] * x[1] == pytest.approx(moved[1] * x[0], abs=ALLOWED)


@pytest.mark.parametrize("target", [0, 1])
def test_the_limits_of_hard_labels(target):
    """The formulas for 0 and 1 are limits of the general one, up to a constant."""
    near = Fraction(target) + (Fraction(1, 10**6) if target == 0 else -Fraction(1, 10**6))
    differences = []
    for primitive_target in (target, BALLS.enter(near)):
        ends = [
            flow_primitive(BALLS.enter(s), BALLS.enter(1 - s), primitive_target)
            for s in (Fraction(1, 3), Fraction(2, 5))
        ]
        differences.append(float((ends[1] - ends[0]).arb.mid()))
    assert differences[0] == pytest.approx(differences[1], rel=1e-4)


def test_both_sides_of_the_target():
    for ends in ((0.2, 0.3), (0.8, 0.9)):
        first, last = (flow_primitive(s, 1 - s, 0.5) for s in ends)
        assert (last > first) == (ends[0] < 0.5)


@pytest.mark.parametrize("target", [1.5, -0.5])
@pytest.mark.parametrize(
    ("layer", "output"),
    [
        ([[0.3, -1.0], [0.5, 0.2], [-0.4, 0.1]], [0.7, -0.2, 1.1]),
        ([[1.0, 0.5]], [2.5]),
        ([[1.2, 1.6]], [2.0]),
    ],
)
def test_the_growth_against_the_solver(layer, output, target):
    """Widths 3 and 1; the last start has v = u, so that B is 0."""
    x, time = np.array([1.2, 1.6]), 0.6
    first, v = np.array(layer), np.array(output)
    length, u = 2.0, first @ x / 2.0
    plus, minus = ((v + u) ** 2).sum(), ((v - u) ** 2).sum()
    root = np.sqrt(4 * target**2 + length**2 * plus * minus)
    end = solved(deep_linear(2, len(v), 1), [x], [target], [*first.ravel(), *v], time)
    growth = np.sqrt(hidden_layer_growth(time, length, target, plus, minus, root))
    apart, together = (v - u) / growth, (v + u) * growth
    moved = first + np.outer((together - apart) / 2 - u, x) / length
    expected = [*moved.ravel(), *(together + apart) / 2]
    assert end == pytest.approx(expected, rel=ALLOWED, abs=ALLOWED)


def test_the_growth_starts_at_one():
    assert hidden_layer_growth(0.0, 2.0, 3.0, 1.0, 5.0, 7.0) == 1
