"""A non-convex function may have one stationary point; a network that beats a constant has more."""

from __future__ import annotations

from fractions import Fraction

import pytest

from claims.compiled import Function
from claims.mathematics import (
    SIGMOID,
    SQUARED_ERROR,
    Activation,
    Objective,
    Parity,
    Range,
    chord_gap,
    one_hidden_layer,
    swing_chord,
)
from claims.numbers import RATIONALS, SYMBOLS, square, symbols, uninterpreted

CLAIM = "nonconvexity-implies-bad-landscape"
HALF = Fraction(1, 2)
ANY = Activation(
    "any", uninterpreted("a"), uninterpreted("a'"), Parity.NONE, Range(None, None), False
)


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
    not convex: there are points of loss 0 whose midpoint has any loss you like. The best
    constant prediction is exact here, and no parameters do better. Where some do, the step is
    valid for this model: then the constant prediction is a stationary point of its own.
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


def mean(targets):
    return targets.sum() * Fraction(1, len(targets))


def zero(targets):
    """Wrong on purpose: the constant prediction 0."""
    return mean(targets) * 0


@pytest.mark.claim(
    CLAIM, reading="documents-network", shows="holds", by="identity", when=["beats-the-constant"]
)
@pytest.mark.control("level-zero", "0 predicted in place of the mean of the targets", level=zero)
def test_the_constant_prediction_is_a_stationary_point(check, *, level=mean):
    r"""Where the network can beat the best constant, that constant is a bad stationary point.

    Take $W = 0$, $v = 0$, $c = \bar y$, the mean of the targets, and any hidden biases $b$. The
    network outputs $\bar y$ at every input. The gradient in $v$ is $\frac2N a(b) \sum_i (\bar y -
    y_i) = 0$, that in $c$ is the same sum without $a(b)$, and those in $W$ and $b$ have the factor
    $v = 0$. The point is stationary, and its loss is the variance of the targets. If some
    parameters have a smaller loss, it is no global minimum: the conclusion is true.

    *When that is so.* Keep $v = 0$ and $c = \bar y$ with any $W$ and $b$: the loss is still the
    variance, and its derivative in $v_j$ is $\frac2N \sum_i (\bar y - y_i)\,a(w_j\cdot x_i +
    b_j)$. If that is not 0 for some $w_j$ and $b_j$, a small step in $v_j$ goes below the variance;
    so a unit need only be correlated with the targets. A data set of two points with different
    inputs and different targets is enough for the sigmoid. The condition is not met if all targets
    are equal, as with one point. Checked on the recorded gradient, for symbolic data and an
    activation of which nothing is known but that it is differentiable.
    """
    for features, units, samples in ((1, 1, 1), (1, 1, 2), (2, 2, 3), (1, 3, 2)):
        network = one_hidden_layer(features, units, ANY)
        inputs, targets = symbols("x", samples, features), symbols("y", samples)
        loss = Function(
            Objective(network, SQUARED_ERROR).value,
            theta=(network.size,),
            inputs=inputs.shape,
            targets=targets.shape,
        )
        place = slice(network.block("W2").start, network.block("W2").stop)
        theta = symbols("t", network.size)
        theta[place] = theta[place] * 0
        theta[-1] = level(targets)
        variance = square(targets - mean(targets)).sum() * Fraction(1, samples)
        shape = {"features": features, "units": units, "samples": samples}
        check.zero(
            loss.value(theta, inputs, targets) - variance, "loss minus the variance", **shape
        )
        hidden = theta[: place.start].copy()
        for unit in range(units):
            weights = hidden[unit * features : (unit + 1) * features]
            outputs = ANY.value(inputs @ weights + hidden[units * features + unit])
            check.zero(
                loss.gradient(theta, inputs, targets)[place.start + unit]
                - 2 * ((mean(targets) - targets) * outputs).sum() * Fraction(1, samples),
                "derivative in an output weight minus the covariance with the targets",
                **shape,
            )
        theta[: units * features] = theta[: units * features] * 0
        check.zero(loss.gradient(theta, inputs, targets), "the gradient", **shape)
    check.record("stationary point", "W = 0, v = 0, c = mean of the targets, any b")
