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
    chain_flow,
    deep_linear,
    flow_primitive,
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


@pytest.mark.parametrize(("x", "target"), [(1.0, 1.0), (2.0, 0.5), (-1.0, -2.0)])
def test_the_chain_against_the_solver(x, target):
    start, time = -0.5, 0.8
    q = np.sqrt(chain_flow(0.0, start, x, target))
    end = solved(deep_linear(1, 1, 1), [[x]], [target], [q, q], time)
    expected = np.sqrt(chain_flow(time, start, x, target))
    assert end == pytest.approx([expected, expected], rel=ALLOWED)


def test_the_start_of_the_chain():
    assert chain_flow(0.0, -0.5, 2.0, 3.0) == pytest.approx(1.5 * logistic(-0.5), rel=1e-15)
