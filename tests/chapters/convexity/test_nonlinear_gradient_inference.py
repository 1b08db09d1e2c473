"""A nonlinear derivative makes a loss non-convex where the units are bounded, not in general."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from math import ceil

import numpy as np
import pytest
from hypothesis import assume
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from claims.compiled import Function
from claims.mathematics import (
    CROSS_ENTROPY,
    IDENTITY,
    RELU,
    SIGMOID,
    SOFTPLUS,
    SQUARE,
    SQUARED_ERROR,
    Activation,
    Objective,
    Parity,
    Range,
    chord_gap,
    in_z,
    neuron,
    one_hidden_layer,
)
from claims.numbers import (
    BALLS,
    FLOATS,
    RATIONALS,
    SYMBOLS,
    logistic,
    logistic_complement,
    softplus,
    square,
    symbols,
)
from claims.testing import given

CLAIM = "nonlinear-gradient-inference"
HALF = Fraction(1, 2)


@cache
def derivatives(activation, loss):
    objective = Objective(neuron(1, activation), loss)
    return Function(objective.value, theta=(1,), inputs=(1, 1), targets=(1,))


def bend_of(function, ends):
    """The gap of a chord of a derivative, a function of one parameter; 0 if it is affine."""
    return lambda arithmetic: chord_gap(
        lambda point: function(arithmetic, point),
        *(arithmetic.enter([end]) for end in ends),
        arithmetic.enter(HALF),
    )


@pytest.mark.claim(CLAIM, shows="fails", by="counterexample")
@pytest.mark.control("sigmoid", "a sigmoid in place of softplus", activation=SIGMOID)
@pytest.mark.control("identity", "the identity: a derivative that is constant", activation=IDENTITY)
def test_softplus_with_squared_error_is_convex(check, *, activation=SOFTPLUS):
    r"""A softplus neuron has a nonlinear derivative, and with target 0 a convex squared error.

    One sample $x = 1$, $y = 0$, one weight, prediction $\ln(1+e^w)$. Its derivative $s(w)$ is not
    affine: at $w = 0, 1, 2$ it is $0.5,\ 0.731\ldots,\ 0.880\ldots$ The loss $\ln(1+e^w)^2$ has
    the second derivative $2\,s(w)^2 + 2 \ln(1+e^w)\,s(w)\,s(-w)$, a sum of positive terms:
    convex. What matters is how the curvature of the prediction is weighted with the residual, $2
    \hat y'^2 + 2 (\hat y - y)\,\hat y''$, not that there is any.
    """
    prediction = neuron(1, activation)
    slope = Function(
        lambda theta, inputs: prediction.predict(theta, inputs)[0], theta=(1,), inputs=(1, 1)
    )
    bend = bend_of(
        lambda arithmetic, point: slope.gradient(point, arithmetic.enter([[1]]))[0], (0, 2)
    )
    theta, inputs, targets = symbols("w", 1), SYMBOLS.enter([[1]]), SYMBOLS.enter([0])
    w = theta[0]
    curvature = derivatives(activation, SQUARED_ERROR).hessian(theta, inputs, targets)[0, 0]
    positive = 2 * square(logistic(w)) + 2 * softplus(w) * logistic(w) * logistic_complement(w)
    check.positive(lambda arithmetic: square(bend(arithmetic)), "the derivative is not affine")
    check.zero(curvature - positive, "second derivative minus a sum of positive terms", x=1, y=0)
    check.record("second derivative of the loss", curvature)
    check.record("bend of the prediction's derivative between 0 and 2", bend(BALLS).arb.str(6))
    check.size(points=1, weights=1)


@pytest.mark.claim(CLAIM, reading="gradient-of-the-loss", shows="fails", by="counterexample")
@pytest.mark.control("squared-error", "squared error of the probability", loss=SQUARED_ERROR)
def test_logistic_regression_has_a_nonlinear_gradient(check, *, loss=CROSS_ENTROPY):
    r"""Logistic regression and $w^4$ have gradients that are not linear, and are convex.

    Cross-entropy on one sample $x = 1$, $t = 0$ is $\ln(1+e^w)$: gradient $s(w)$, which is not
    affine, second derivative $s(w)\,s(-w) > 0$. The squared error of $w^2$ with target 0 is
    $w^4$: gradient $4 w^3$, second derivative $12 w^2 \ge 0$. A gradient is affine only for
    quadratic losses; convexity asks of it in one dimension only that it does not decrease.
    """
    output = IDENTITY if loss is CROSS_ENTROPY else SIGMOID
    theta, inputs, targets = symbols("w", 1), SYMBOLS.enter([[1]]), SYMBOLS.enter([0])
    w = theta[0]
    entropy, quartic = derivatives(output, loss), derivatives(SQUARE, SQUARED_ERROR)
    check.zero(
        entropy.hessian(theta, inputs, targets)[0, 0] - logistic(w) * logistic_complement(w),
        "second derivative minus s(w) s(-w)",
        x=1,
        t=0,
    )
    check.zero(
        quartic.hessian(theta, inputs, targets)[0, 0] - 12 * square(w),
        "second derivative minus 12 w^2",
    )
    for function in (entropy, quartic):
        bend = bend_of(
            lambda arithmetic, point, f=function: f.gradient(
                point, arithmetic.enter([[1]]), arithmetic.enter([0])
            )[0],
            (0, 2),
        )
        check.positive(
            lambda arithmetic, bend=bend: square(bend(arithmetic)), "the gradient is not affine"
        )
    for name, function in (("cross-entropy", entropy), ("w^4", quartic)):
        check.record(f"gradient of {name}", function.gradient(theta, inputs, targets)[0])
    check.size(points=1, weights=1)


def in_one_row(network, theta, inputs, unit):
    """The outputs without that unit (N,), its output weight, and its pre-activations (N,)."""
    without = theta.copy()
    place = network.block("W2").start + unit
    without[place] = without[place] * 0
    weights = network.block("W1").of(theta)[unit]
    bias = network.block("b1").of(theta)[unit]
    return network.predict(without, inputs), theta[place], inputs @ weights + bias


@pytest.mark.claim(
    CLAIM,
    reading="hidden-block-of-the-document",
    shows="holds",
    by="identity",
    when=["sigmoid-units"],
)
@pytest.mark.control(
    "dropped-square", "the square of one residual counted negative", signs=(1, 1, -1)
)
def test_bounded_and_not_constant_in_a_row_of_hidden_weights(check, *, signs=(1, 1, 1)):
    r"""With sigmoid units the loss is bounded and not constant in a row of $W_1$: not convex.

    The derivative of $\hat y_i$ in $W_1$ has the entries $v_j\,s'(h_{ij})\,x_{ik}$. If all $v_j$ or
    all $x_i$ are 0, it is 0 and affine. So, if it is not affine for some $i$, there are $j$ with
    $v_j \ne 0$ and $i$ with $x_i \ne 0$. Move the row $w_j$ alone: the loss is the mean of $(v_j
    s(h_{ij}) + k_i)^2$ with constants $k_i$, bounded by the mean of $(\lvert v_j\rvert + \lvert
    k_i\rvert)^2$. A function that is convex and bounded on all of space is constant.

    *It is not constant.* Take a line $w_j = r u$ with $\alpha_i = u\cdot x_i \ne 0$ wherever $x_i
    \ne 0$, and let $\alpha$ be the largest $\lvert\alpha_i\rvert$. As a function of complex $r$,
    $s(\alpha_i r + b)$ has poles only where $\alpha_i r + b$ is an odd multiple of $i\pi$. At $r =
    (i\pi - b)/\alpha$, of imaginary part $\pi/\alpha$, no point with smaller $\lvert\alpha_i\rvert$
    has one. With $\varepsilon = 1/s = 1 + e^{-h}$ a point with $\alpha_i = \alpha$ contributes
    $(v_j s + k_i)^2 = (v_j^2 + 2 v_j k_i\varepsilon + k_i^2\varepsilon^2)/\varepsilon^2$, a double
    pole of weight $v_j^2/\alpha^2 > 0$, and a point with $-\alpha$ one of the same weight, as
    $s(-h) = 1 - s(h)$, or none there. Positive weights do not cancel: the loss has a pole, and is
    not constant.

    *Executed* for symbolic parameters and data: the loss as that mean, for every row of one to
    three units; both expansions; and for $x = (1, -2, 2)$, $b = 0$, that the loss, a quotient in
    $z = e^{-w}$ in lowest terms, has the factor $(1 + z^2)^2$ below. The continuation is argued.
    """
    for features, units, samples in ((1, 1, 1), (2, 2, 2), (1, 3, 2)):
        network = one_hidden_layer(features, units, SIGMOID)
        theta, inputs = symbols("p", network.size), symbols("x", samples, features)
        targets = symbols("y", samples)
        loss = Objective(network, SQUARED_ERROR).value(theta, inputs, targets)
        for unit in range(units):
            rest, weight, h = in_one_row(network, theta, inputs, unit)
            terms = square(weight * logistic(h) + rest - targets)
            check.zero(
                loss - terms.sum() * Fraction(1, samples), "loss minus the mean", units=units
            )
    h, v, k = symbols("h"), symbols("v"), symbols("k")
    small = 1 / logistic(h)
    for term, rest in ((v * logistic(h) + k, k), (v * logistic(-h) + k, -v - k)):
        expanded = square(v) + 2 * v * rest * small + square(rest * small)
        check.zero(square(term) * square(small) - expanded, "double pole of weight v^2")
    network, bias = one_hidden_layer(1, 1, SIGMOID), SYMBOLS.enter(0)
    v, c = symbols("v"), symbols("c")

    def total(theta, inputs, targets):
        outputs = network.predict(np.array([theta[0], bias, v, c]), inputs)
        return (np.array(signs) * square(outputs - targets)).sum()

    below = in_z(total, (1, -2, 2), symbols("y", 3)).denominator
    powers = {str(factor): power for factor, power in below.factor()[1]}
    check.that(powers.get("z^2 + 1") == 2, "the double pole stays", inputs=(1, -2, 2))
    check.record("denominator for x = (1, -2, 2), b = 0", below)


def stepped(gate):
    """ReLU on one side of its kink."""
    return Activation(
        "ReLU on one side",
        lambda h: gate * h,
        lambda h: gate + 0 * h,
        Parity.NONE,
        Range(None, None),
        False,
    )


@pytest.mark.claim(
    CLAIM, reading="hidden-block-of-the-document", shows="fails", by="counterexample"
)
@pytest.mark.control("target-one", "the target 1 in place of 0", target=1)
def test_one_relu_unit_is_convex_in_its_weight(check, *, target=0):
    r"""One ReLU unit has a nonlinear derivative, and with target 0 a convex squared error.

    One sample $x = 1$, $y = 0$, one hidden unit, output weight 1, both biases 0: the prediction is
    $\max(w, 0)$, its derivative in $w$ is 0 at $w = -1$ and 1 at $w = 1$ and $w = 3$, not affine.
    The loss is $0$ for $w \le 0$ and $w^2$ for $w \ge 0$. Its derivative is $0$, then $2w$, without
    a jump at 0, and never decreases: convex.
    """
    w, zero = symbols("w"), SYMBOLS.enter(0)
    data = SYMBOLS.enter([[1]]), SYMBOLS.enter([target])
    for gate in (0, 1):
        network = one_hidden_layer(1, 1, stepped(gate))
        objective = Objective(network, SQUARED_ERROR)
        function = Function(objective.value, theta=(4,), inputs=(1, 1), targets=(1,))
        theta = np.array([w, zero, zero + 1, zero])
        slope = function.gradient(theta, *data)[0]
        check.zero(function.hessian(theta, *data)[0, 0] - 2 * gate, "curvature on one side")
        check.zero(slope - 2 * gate * w, "derivative on one side, without a jump at 0")
    network = one_hidden_layer(1, 1, RELU)
    prediction = Function(
        lambda theta, inputs: network.predict(theta, inputs)[0], theta=(4,), inputs=(1, 1)
    )
    slopes = [
        prediction.gradient(RATIONALS.enter([place, 0, 1, 0]), RATIONALS.enter([[1]]))[0]
        for place in (-1, 1, 3)
    ]
    check.zero([slopes[0], slopes[1] - 1, slopes[2] - 1], "the derivative at -1, 1 and 3")
    check.record(("input", "target"), (1, target))
    check.record("derivative of the prediction at w = -1, 1, 3", [str(entry) for entry in slopes])
    check.size(points=1, inputs=1, units=1)


@st.composite
def rows_of_hidden_weights(draw):
    """A network of sigmoid units, integer parameters and data, and a unit with an output weight."""
    features, units = draw(st.integers(1, 2)), draw(st.integers(1, 2))
    samples, entry = draw(st.integers(1, 3)), st.integers(-3, 3)
    inputs = draw(npst.arrays(np.int64, (samples, features), elements=entry))
    targets = draw(npst.arrays(np.int64, samples, elements=entry))
    size = one_hidden_layer(features, units, SIGMOID).size
    theta = draw(npst.arrays(np.int64, size, elements=entry))
    return units, inputs, targets, theta, draw(st.integers(0, units - 1))


@pytest.mark.claim(
    CLAIM,
    reading="hidden-block-of-the-document",
    shows="holds",
    by="property",
    when=["sigmoid-units"],
)
@pytest.mark.control("any-units", "ReLU units", activation=RELU)
@pytest.mark.control("no-unit", "the output weight of the row made 0", output=0)
@given(problem=rows_of_hidden_weights())
def test_random_rows_have_a_chord_below_the_graph(check, problem, *, activation=SIGMOID, output=1):
    r"""On random data and parameters some chord in one row of $W_1$ dips below the graph.

    Along the first input that is not 0 two points of different loss, $f_0 < f_1$, are looked for in
    floats; that they differ is decided in balls. If $M$ bounds the loss, the end at $K > M/(f_1 -
    f_0)$ times their distance from the first has a chord that passes below the second point; this
    is decided in balls as well.
    """
    units, inputs, targets, theta, unit = problem
    network = one_hidden_layer(inputs.shape[1], units, activation)
    place = network.block("W2").start + unit
    theta = np.array([int(entry) for entry in theta], dtype=object)
    theta[place] = (int(theta[place]) or 1) * output
    rows = [row for row in inputs if row.any()]
    assume(rows)
    direction = np.zeros(network.size, dtype=object)
    first = network.block("W1").start + unit * inputs.shape[1]
    direction[first : first + inputs.shape[1]] = [int(entry) for entry in rows[0]]
    objective = Objective(network, SQUARED_ERROR)

    def loss_at(point, arithmetic):
        data = arithmetic.enter(inputs), arithmetic.enter(targets)
        return objective.value(point, *data)

    places = [theta + direction * Fraction(step, 4) for step in (0, 1, -1, 2, -2, 4, -4)]
    values = [float(loss_at(FLOATS.enter(point), FLOATS)) for point in places]
    low, high = int(np.argmin(values)), int(np.argmax(values))
    witness = {"inputs": inputs, "targets": targets, "theta": problem[3], "unit": unit}

    def difference(arithmetic):
        start, end = arithmetic.enter(places[low]), arithmetic.enter(places[high])
        return loss_at(end, arithmetic) - loss_at(start, arithmetic)

    cut_off = theta[place] == 0
    check.positive(difference, "the loss is not constant", tie=cut_off, **witness)
    outputs = sum(abs(int(entry)) for entry in theta[network.block("W2").start :])
    bound = (outputs + int(np.abs(targets).max())) ** 2
    times = ceil(2 * bound / (values[high] - values[low])) + 1
    check.label("one unit" if units == 1 else "several units")

    def depth(arithmetic):
        start = arithmetic.enter(places[low])
        end = arithmetic.enter(places[low] + (places[high] - places[low]) * times)
        return -chord_gap(
            lambda point: loss_at(point, arithmetic),
            start,
            end,
            arithmetic.enter(1 - Fraction(1, times)),
        )

    check.positive(depth, "a chord dips below the graph", **witness)
