"""Recorded gradients and Hessians against power series of Arb, along random directions.

The reference knows nothing of the package: networks are loops over series in one variable t, and
the coefficients of t and t^2 of the objective at theta + t v are gradient . v and v' Hessian v / 2.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from flint import arb, arb_series, ctx, fmpq

from claims.compiled import Function, differentiation
from claims.mathematics import (
    ACTIVATIONS,
    CROSS_ENTROPY,
    HALF_SQUARED_ERROR,
    L2,
    SQUARED_ERROR,
    Network,
    Objective,
)
from claims.numbers import (
    BALLS,
    arctan,
    logistic,
    logistic_complement,
    precision,
    select,
    softplus,
    square,
    square_root,
    tanh,
)

BITS = 256


SERIES = {
    "identity": lambda x: x,
    "sigmoid": lambda x: 1 / (1 + (-x).exp()),
    "tanh": lambda x: ((2 * x).exp() - 1) / ((2 * x).exp() + 1),
    "arctan": lambda x: x.atan(),
    "softplus": lambda x: (1 + x.exp()).log(),
    "relu": lambda x: x if x[0] > 0 else 0 * x,
    "square": lambda x: x * x,
    "cubic": lambda x: x * x * x,
}
LOSSES = {
    "squared error": (SQUARED_ERROR, lambda z, y: (z - y) * (z - y)),
    "half squared error": (HALF_SQUARED_ERROR, lambda z, y: (z - y) * (z - y) / 2),
    "cross-entropy": (
        CROSS_ENTROPY,
        lambda z, y: y * (1 + (-z).exp()).log() + (1 - y) * (1 + z.exp()).log(),
    ),
}


def reference(objective, loss, theta, direction, inputs, targets):
    """The first three coefficients of the objective at theta + t direction, by loops."""
    network = objective.network
    entries = iter([arb_series([a, b]) for a, b in zip(theta, direction, strict=True)])
    layers = []
    for number, (fan_in, fan_out) in enumerate(pairwise(network.widths), start=1):
        weights = [[next(entries) for _ in range(fan_in)] for _ in range(fan_out)]
        last = number == len(network.widths) - 1
        biased = network.output_bias if last else network.hidden_bias
        biases = [next(entries) if biased else arb_series([0]) for _ in range(fan_out)]
        activation = network.output if last else network.activation
        layers.append((weights, biases, SERIES[activation.name]))
    total = arb_series([0])
    for point, target in zip(inputs, targets, strict=True):
        values = [arb_series([x]) for x in point]
        for weights, biases, activation in layers:
            values = [
                activation(sum((w * x for w, x in zip(row, values, strict=True)), bias))
                for row, bias in zip(weights, biases, strict=True)
            ]
        total = total + LOSSES[loss][1](values[0], target)
    if objective.reduction == "mean":
        total = total / len(targets)
    if objective.penalty is not None:
        coefficient = objective.penalty.coefficient
        squares = [arb_series([a, b]) ** 2 for a, b in zip(theta, direction, strict=True)]
        total = total + sum(squares, arb_series([0])) * arb(exact(coefficient))
    return [total[k] for k in range(3)]


def exact(value):
    fraction = Fraction(value)
    return fmpq(fraction.numerator, fraction.denominator)


@contextmanager
def series_of_three():
    """Cut power series after t^2."""
    before = ctx.cap
    ctx.cap = 3
    try:
        yield
    finally:
        ctx.cap = before


def near(ball, coefficient):
    """Whether two balls overlap and are so narrow that this says something."""
    width = 2.0**-150 * (1 + abs(coefficient).upper())
    return bool(
        ball.arb.overlaps(coefficient) and ball.arb.rad() < width and coefficient.rad() < width
    )


def agree(objective, loss, seed, assumed=None, points=3):
    """Whether value, gradient and Hessian along a direction agree with the reference."""
    network = objective.network
    generator = np.random.default_rng(seed)
    # Eighths: exact, of both signs, away from kinks unless a bias happens to meet one.
    theta, direction = generator.integers(-16, 17, (2, network.size)) / 8.0
    inputs = generator.integers(-16, 17, (points, network.widths[0])) / 8.0
    targets = generator.integers(0, 2, points).astype(float)
    function = Function(
        objective.value, theta=theta.shape, inputs=inputs.shape, targets=targets.shape
    )
    with series_of_three(), precision(BITS):
        expected = reference(
            assumed or objective,
            loss,
            *([arb(exact(x)) for x in vector] for vector in (theta, direction)),
            [[arb(exact(x)) for x in row] for row in inputs],
            [arb(exact(y)) for y in targets],
        )
        data = [BALLS.enter(array) for array in (theta, inputs, targets)]
        v = BALLS.enter(direction)
        found = [
            function.value(*data),
            function.gradient(*data) @ v,
            v @ (function.hessian(*data) @ v) * Fraction(1, 2),
        ]
        return all(near(ball, term) for ball, term in zip(found, expected, strict=True))


NETWORKS = {
    "1-2-1": {"widths": (1, 2, 1)},
    "2-2-1 without biases": {"widths": (2, 2, 1), "hidden_bias": False, "output_bias": False},
    "2-2-2-1 without output bias": {"widths": (2, 2, 2, 1), "output_bias": False},
}


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("shape", NETWORKS)
def test_networks(shape, activation):
    network = Network(activation=ACTIVATIONS[activation], **NETWORKS[shape])
    assert all(agree(Objective(network, SQUARED_ERROR), "squared error", n) for n in range(2))


@pytest.mark.parametrize("output", ACTIVATIONS)
def test_neurons_with_an_activation_at_the_output(output):
    network = Network((2, 1), output=ACTIVATIONS[output])
    assert all(agree(Objective(network, SQUARED_ERROR), "squared error", n) for n in range(5))


@pytest.mark.parametrize("penalty", [None, L2(Fraction(3, 7))], ids=["plain", "penalised"])
@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize("loss", LOSSES)
def test_losses_reductions_and_penalties(loss, reduction, penalty):
    network = Network((1, 2, 1), ACTIVATIONS["tanh"])
    objective = Objective(network, LOSSES[loss][0], reduction, penalty)
    assert all(agree(objective, loss, n) for n in range(3))


# An expression in one variable for each row of the table of derivatives, and its series.
EXPRESSIONS = {
    "add": (lambda x: x + x * 3, lambda x: 4 * x),
    "subtract": (lambda x: x * x * x - x, lambda x: x * x * x - x),
    "multiply": (lambda x: x * x * 3, lambda x: 3 * x * x),
    "divide": (lambda x: (x + 1) / (x * x + 2), lambda x: (x + 1) / (x * x + 2)),
    "negate": (lambda x: -square(x), lambda x: -x * x),
    "square": (square, lambda x: x * x),
    "logistic": (logistic, SERIES["sigmoid"]),
    "logistic_complement": (logistic_complement, lambda x: SERIES["sigmoid"](-x)),
    "softplus": (softplus, SERIES["softplus"]),
    "tanh": (tanh, SERIES["tanh"]),
    "arctan": (arctan, SERIES["arctan"]),
    "square_root": (lambda x: square_root(1 + square(x)), lambda x: (1 + x * x).sqrt()),
    "select": (lambda x: select(x, square(x), -x), lambda x: x * x if x[0] > 0 else -x),
}


def expression_agrees(operation):
    """Value and two derivatives of the expression, at points of both signs."""
    function, series = EXPRESSIONS[operation]
    recorded = Function(lambda theta: function(theta[0]), theta=(1,))
    right = True
    for h in (-3, Fraction(-1, 3), Fraction(2, 5), 4):
        with series_of_three(), precision(BITS):
            expected = series(arb_series([exact(h), 1]))
            theta = BALLS.enter([h])
            found = (
                recorded.value(theta),
                recorded.gradient(theta)[0],
                recorded.hessian(theta)[0, 0] * Fraction(1, 2),
            )
            right &= all(near(ball, expected[k]) for k, ball in enumerate(found))
    return right


def test_every_row_of_the_table_has_an_expression():
    assert EXPRESSIONS.keys() == differentiation.ROWS.keys() - {"uninterpreted"}


@pytest.mark.parametrize("operation", EXPRESSIONS)
def test_operations(operation):
    assert expression_agrees(operation)


@pytest.mark.parametrize("operation", EXPRESSIONS)
def test_control_a_derivative_of_2_001_instead_of_2_is_noticed(operation, monkeypatch):
    right = differentiation.ROWS[operation]

    def planted(value, line, arguments, adjoint):
        shares = right(value, line, arguments, adjoint)
        return [share if share is None else share * Fraction(2001, 2000) for share in shares]

    monkeypatch.setitem(differentiation.ROWS, operation, planted)
    assert not expression_agrees(operation)


def test_control_another_objective_is_noticed():
    network = Network((1, 2, 1), ACTIVATIONS["tanh"])
    objective = Objective(network, SQUARED_ERROR, "sum", L2(Fraction(1, 1000)))
    assert agree(objective, "squared error", 1)
    assert not agree(objective, "half squared error", 1)
    assert not agree(objective, "squared error", 1, Objective(network, SQUARED_ERROR, "sum"))
    assert not agree(objective, "squared error", 1, replace(objective, reduction="mean"))
