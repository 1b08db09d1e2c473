"""Recorded derivatives against ones that are known exactly."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from claims.compiled import Function, differentiation, evaluate, gradient, hessian, record
from claims.mathematics import (
    CUBIC,
    RELU,
    SQUARE,
    SQUARED_ERROR,
    Objective,
    deep_linear,
    one_hidden_layer,
)
from claims.numbers import RATIONALS, select, square, symbols, uninterpreted

RANDOM = np.random.default_rng(11)


def rational(*shape):
    return RATIONALS.enter(RANDOM.integers(-5, 6, shape) * Fraction(1, 3))


def directional(value, theta, direction, degree):
    """The derivative of the polynomial value(theta + t direction) at t = 0, by interpolation."""
    nodes = [Fraction(k) for k in range(degree + 1)]
    values = [value(theta + direction * node).fraction for node in nodes]
    total = Fraction(0)
    for i, (node, height) in enumerate(zip(nodes, values, strict=True)):
        others = nodes[:i] + nodes[i + 1 :]
        scale = Fraction(1)
        for other in others:
            scale *= node - other
        # d/dt at 0 of the product of (t - other)
        slope = sum(
            (
                np.prod([-o for o in others[:k] + others[k + 1 :]] or [Fraction(1)])
                for k in range(len(others))
            ),
            Fraction(0),
        )
        total += height * slope / scale
    return total


POLYNOMIAL = {
    "square": (Objective(one_hidden_layer(2, 2, SQUARE), SQUARED_ERROR), 6),
    "cubic": (Objective(one_hidden_layer(1, 2, CUBIC), SQUARED_ERROR), 8),
    "deep linear": (Objective(deep_linear(2, 2, 2, 1), SQUARED_ERROR), 6),
}


def problem(name):
    objective, degree = POLYNOMIAL[name]
    size, features = objective.network.size, objective.network.widths[0]
    data = rational(3, features), rational(3)
    function = Function(objective.value, theta=(size,), inputs=(3, features), targets=(3,))
    return function, data, rational(size), rational(size), degree


def matches_interpolation(name):
    function, data, theta, direction, degree = problem(name)
    recorded = (function.gradient(theta, *data) * direction).sum().fraction
    return recorded == directional(lambda t: function.value(t, *data), theta, direction, degree)


@pytest.mark.parametrize("name", POLYNOMIAL)
def test_gradients_of_polynomial_networks_are_exact(name):
    assert matches_interpolation(name)


@pytest.mark.parametrize("operation", ["add", "subtract", "multiply", "square"])
def test_a_derivative_that_is_slightly_wrong_is_noticed(operation, monkeypatch):
    right = differentiation.ROWS[operation]

    def wrong(value, line, arguments, adjoint):
        shares = right(value, line, arguments, adjoint)
        return [share * Fraction(10005, 10000) for share in shares]

    monkeypatch.setitem(differentiation.ROWS, operation, wrong)
    assert not matches_interpolation("square")


def test_the_hessian_is_the_derivative_of_the_gradient_and_symmetric():
    function, data, theta, direction, degree = problem("square")
    matrix = function.hessian(theta, *data)
    assert all(a.fraction == b.fraction for a, b in zip(matrix.flat, matrix.T.flat, strict=True))
    for k in range(len(theta)):
        along = (matrix[k] * direction).sum().fraction
        assert along == directional(
            lambda t, k=k: function.gradient(t, *data)[k], theta, direction, degree
        )


def test_a_quotient():
    x = symbols("x", 2)
    program = gradient(record(lambda x: x[0] / x[1], x=(2,)), "x")
    result = evaluate(program, x=x)
    assert (result[0] - 1 / x[1]).is_zero() and (result[1] + x[0] / (x[1] * x[1])).is_zero()


def test_any_activation():
    a = uninterpreted("a")
    x = symbols("x")
    program = gradient(record(lambda h: square(a(3 * h)), h=()), "h")
    assert (evaluate(program, h=x) - 6 * a(3 * x) * (3 * x).uninterpreted("a", 1)).is_zero()


def test_arrays_have_jacobians_and_constants_have_none():
    program = gradient(record(lambda x: np.array([x[0] * x[1], x[1] - x[1], x[1]]), x=(2,)), "x")
    x = np.array([2.0, 5.0])
    assert evaluate(program, x=x).tolist() == [[5.0, 2.0], [0.0, 0.0], [0.0, 1.0]]


def test_at_the_kink_the_second_branch_counts():
    slope = gradient(record(RELU.value, h=()), "h")
    assert [float(evaluate(slope, h=np.float64(h))) for h in (-1, 0, 1)] == [0.0, 0.0, 1.0]


def test_the_branch_that_is_not_taken_has_no_part_even_at_infinity():
    program = gradient(record(lambda x: x[0] * select(x[1], x[1], 3), x=(2,)), "x")
    assert evaluate(program, x=np.array([np.inf, -1.0])).tolist() == [3.0, 0.0]


def test_a_nan_is_not_lost_to_a_structural_zero():
    program = hessian(record(lambda x: x[0] * square(x[1]), x=(2,)), "x")
    assert np.isnan(evaluate(program, x=np.array([np.nan, 1.0]))[1, 1])


def test_an_unknown_input_is_an_error():
    with pytest.raises(KeyError):
        gradient(record(lambda x: x, x=()), "theta")
