"""A function may be non-convex and have one stationary point, the global minimum."""

from __future__ import annotations

from fractions import Fraction

import pytest

from claims.compiled import Function
from claims.mathematics import (
    SIGMOID,
    SQUARED_ERROR,
    Objective,
    chord_gap,
    one_hidden_layer,
    swing_chord,
)
from claims.numbers import RATIONALS, SYMBOLS, square, symbols

CLAIM = "nonconvexity-implies-bad-landscape"
HALF = Fraction(1, 2)


def dented_bowl(x):
    """x^2 + 12 x^2/(1 + x^2): steep near 0, then a bend, then a parabola."""
    return square(x) + 12 * square(x) / (1 + square(x))


def bowl(x):
    """Wrong on purpose: without the bend."""
    return 13 * square(x)


def two_wells(x):
    """Wrong on purpose: x^4 - 2 x^2, with a stationary point at 0 that is no minimum."""
    return square(square(x)) - 2 * square(x)


@pytest.mark.claim(CLAIM, shows="fails", by="counterexample")
@pytest.mark.control("bowl", "a parabola, which is convex", function=bowl)
@pytest.mark.control("two-wells", "a function with a stationary maximum", function=two_wells)
def test_a_bowl_with_a_bend(check, *, function=dented_bowl):
    r"""A smooth function that is not convex and has no stationary point but its global minimum.

    $f(x) = x^2 + \frac{12 x^2}{1+x^2}$ at $x = 0, 1, 2$ is $0,\ 7,\ 13.6$: halfway the graph is
    at 7, the chord at 6.8, so $f$ is not convex. Its derivative is $2x \bigl(1 +
    \frac{12}{(1+x^2)^2}\bigr)$, where the bracket is positive: zero at $x = 0$ alone, which is
    the global minimum since $f \ge 0 = f(0)$. No other minimum, no saddle, no plateau, and $f$
    grows without bound: gradient descent with a small step finds the minimum from everywhere. The
    same holds for $\ln(1+x^2)$.
    """
    x = symbols("x")
    slope = Function(lambda x: function(x), x=()).gradient(x)
    check.zero(
        slope - 2 * x * (1 + 12 / square(1 + square(x))), "derivative minus 2 x (1 + 12/(1+x^2)^2)"
    )
    check.zero(
        function(x) - square(x) * (1 + 12 / (1 + square(x))), "value minus a product of squares"
    )
    gap = chord_gap(function, *map(RATIONALS.enter, (0, 2, HALF)))
    check.zero(gap + Fraction(1, 5), "gap halfway between 0 and 2, plus 1/5")
    check.record("function", "x^2 + 12 x^2/(1 + x^2)")
    check.record("stationary points", "x = 0, the global minimum")


def one_point(units):
    return SYMBOLS.enter([[1]]), SYMBOLS.enter([0])


def two_points(units):
    """Wrong on purpose: a second point."""
    return SYMBOLS.enter([[1], [2]]), SYMBOLS.enter([0, 1])


@pytest.mark.claim(CLAIM, reading="documents-network", shows="fails", by="counterexample")
@pytest.mark.control("two-points", "a second data point", data=two_points)
def test_the_documents_network_on_one_point(check, *, data=one_point):
    r"""On one data point every stationary point of the network is a global minimum.

    One hidden layer of sigmoid units, both biases, one sample $x = 1$, $y = 0$, any width. With
    the residual $r = \hat y - y$ the loss is $r^2$ and its derivative in the output bias is $2
    r$: where the gradient is zero, so is the loss. Since a change of the output bias by $e$
    changes this derivative by $2 e$, the points of zero gradient contain no ball. Yet the loss is
    not convex: there are points of loss 0 whose midpoint has any loss you like. The step from
    "not convex" to bad stationary points or flat regions fails for this very model; its bad
    landscapes are a matter of the data, with proofs of their own.
    """
    for units in (1, 2, 3):
        network = one_hidden_layer(1, units, SIGMOID)
        inputs, targets = data(units)
        objective = Objective(network, SQUARED_ERROR)
        loss = Function(
            objective.value, theta=(network.size,), inputs=inputs.shape, targets=targets.shape
        )
        theta = symbols("t", network.size)
        slope = loss.gradient(theta, inputs, targets)[-1]
        check.zero(
            loss.value(theta, inputs, targets) - square(slope * HALF),
            "loss minus the square of half the derivative in the output bias",
            units=units,
        )
        shifted, shift = theta.copy(), symbols("e")
        shifted[-1] = theta[-1] + shift
        check.zero(
            loss.gradient(shifted, inputs, targets)[-1] - slope - 2 * shift,
            "change of that derivative under a change of the bias",
            units=units,
        )
        rise = symbols("r")
        start, end = swing_chord(network, theta, *SYMBOLS.enter([0, 1, 0]), rise)
        gap = chord_gap(lambda t: objective.value(t, inputs, targets), start, end, HALF)  # noqa: B023
        check.zero(gap + square(rise), "the gap of a chord plus a square", units=units)
    check.record("data", "x = 1, y = 0, any number of sigmoid units")
    check.record("stationary points", "all of loss 0, the global minimum")
