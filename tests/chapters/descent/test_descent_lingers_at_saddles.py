"""More parameters than data and several solutions do not bring a saddle with them."""

from __future__ import annotations

import pytest

from claims.compiled import Function
from claims.mathematics import SQUARE, SQUARED_ERROR, Objective, linear, neuron
from claims.numbers import RATIONALS, SYMBOLS, square, symbols

CLAIM = "descent-lingers-at-saddles"
LINEAR, SQUARED = linear(2, bias=False), neuron(2, SQUARE)


@pytest.mark.claim(CLAIM, reading="because-overspecified", shows="fails", by="counterexample")
@pytest.mark.control("square-output", "the square of the linear model", network=SQUARED)
def test_an_overspecified_model_without_saddles(check, *, network=LINEAR):
    r"""Least squares with two weights and one point: many solutions and no saddle.

    On $x = (1, 1)$, $y = 1$ the loss is $(w_1 + w_2 - 1)^2$, with two parameters and one data
    point; $(1, 0)$ and $(0, 1)$ are both solutions. Its gradient is $2 (w_1 + w_2 - 1)(1, 1)$,
    which vanishes only where the loss is 0: every stationary point is a global minimum.
    """
    function = Function(
        Objective(network, SQUARED_ERROR).value, theta=(2,), inputs=(1, 2), targets=(1,)
    )
    theta, data = symbols("w", 2), (SYMBOLS.enter([[1, 1]]), SYMBOLS.enter([1]))
    error = theta.sum() - 1
    check.zero(function.value(theta, *data) - square(error), "the loss minus (w1 + w2 - 1)^2")
    check.zero(function.gradient(theta, *data) - 2 * error, "the gradient minus 2 (w1 + w2 - 1)")
    for point in ([1, 0], [0, 1]):
        loss = function.value(
            RATIONALS.enter(point), RATIONALS.enter([[1, 1]]), RATIONALS.enter([1])
        )
        check.zero(loss, "the loss at a solution", point=point)
    check.that(network.size > len(data[1]), "more parameters than data points")
    check.record("data", "x = (1, 1), y = 1")
