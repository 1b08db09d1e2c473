"""A non-convex function may have one stationary point; a network that beats a constant has more."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

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
from claims.testing import given

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
    check.record("values at x = 0, 1, 2", [function(RATIONALS.enter(x)) for x in (0, 1, 2)])
    check.record("derivative", slope)
    check.size(variables=1)


def equal_means(middle, first, second):
    """Targets (4,) of two inputs, two points each, both with the mean ``middle``."""
    return np.array([middle + first, middle - first, middle + second, middle - second])


def other_mean(middle, first, second):
    """Wrong on purpose: the second input has a mean that is greater by 1."""
    return equal_means(middle, first, second) + np.array([0, 0, 1, 1])


@pytest.mark.claim(CLAIM, reading="documents-network", shows="fails", by="counterexample")
@pytest.mark.control("other-mean", "a second input with another mean", targets_of=other_mean)
def test_without_anything_to_gain_every_stationary_point_is_global(
    check, *, targets_of=equal_means
):
    r"""If every input has the same mean target, each stationary point is a global minimum.

    Let $m$ be the mean of the targets, $e_i = \hat y_i - m$, and let the targets of every input
    have the mean $m$, as on a single data point. The variance of the targets is then the least
    loss, as $L = \operatorname{Var} + \frac1N \sum_i e_i^2$, and
    $$L - \operatorname{Var} = \tfrac12\bigl(v\cdot\nabla_v L + (c - m)\,\partial_c L\bigr),$$
    because $\nabla_v L = \frac2N \sum_i (e_i + m - y_i)\,a(h_i)$ and the part with $m - y_i$ sums
    to 0 over each input. Where the gradient is zero, the loss is the variance: a global minimum.
    The points of zero gradient contain no ball, as a change of $c$ by $e$ changes $\partial_c L$ by
    $2e$. Yet the loss is not convex: there are points of least loss whose midpoint has any loss you
    like. So the step fails on every such data set, one with a single point among them.

    *Elsewhere the condition is met*: if two inputs have different mean targets, some unit is
    correlated with the targets and beats the constant (shown with the condition). So it holds
    exactly if some parameters beat the best constant. Executed for an activation of which nothing
    is known, symbolic data on one point and on two inputs with two points each, one to three units.
    """
    for units, features in ((1, 1), (2, 1), (3, 1), (2, 2)):
        network = one_hidden_layer(features, units, ANY)
        theta, m = symbols("t", network.size), symbols("m")
        x = symbols("x", 2, features)
        several = x[[0, 0, 1, 1]], targets_of(m, symbols("d"), symbols("g"))
        for inputs, targets in ((x[:1], np.array([m])), several):
            check_least_loss(check, network, theta, inputs, targets, m)
    inputs, targets = RATIONALS.enter([[1]]), RATIONALS.enter([0])
    network = one_hidden_layer(1, 1, SIGMOID)
    check.record("single point", f"x = {inputs[0, 0]}, y = {targets[0]}")
    start, end = swing_chord(network, symbols("t", network.size), *SYMBOLS.enter([0, 1, 0, 1]))
    objective = Objective(network, SQUARED_ERROR)
    data = SYMBOLS.enter([[1]]), SYMBOLS.enter([0])
    ends = [objective.value(point, *data) for point in (start, end, (start + end) * HALF)]
    check.record("loss there at the ends of a chord and halfway", ends)
    check.size(points=1, inputs=1, units=1)


def check_least_loss(check, network, theta, inputs, targets, middle):
    """Compare the loss above the variance with the gradient, and show what is not convex."""
    objective = Objective(network, SQUARED_ERROR)
    loss = Function(objective.value, theta=theta.shape, inputs=inputs.shape, targets=targets.shape)
    shape = {"units": network.widths[1], "samples": len(targets)}
    variance = square(targets - middle).sum() * Fraction(1, len(targets))
    errors = network.predict(theta, inputs) - middle
    above = loss.value(theta, inputs, targets) - variance
    check.zero(
        above - square(errors).sum() * Fraction(1, len(targets)),
        "loss minus the variance minus the mean of e^2",
        **shape,
    )
    gradient = loss.gradient(theta, inputs, targets)
    outer = slice(network.block("W2").start, network.block("W2").stop)
    product = theta[outer] @ gradient[outer] + (theta[-1] - middle) * gradient[-1]
    check.zero(above - product * HALF, "loss minus the variance, from the gradient", **shape)
    shifted, shift = theta.copy(), symbols("e")
    shifted[-1] = theta[-1] + shift
    check.zero(
        loss.gradient(shifted, inputs, targets)[-1] - gradient[-1] - 2 * shift,
        "change of the derivative in c",
        **shape,
    )
    rise = symbols("r")
    ends = swing_chord(network, theta, symbols("low"), symbols("high"), middle, rise)
    gap = chord_gap(lambda t: objective.value(t, inputs, targets), *ends, HALF)
    check.zero(gap + square(rise), "the gap of a chord plus a square", **shape)


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
    so a unit need only be correlated with the targets, which a steep sigmoid is as soon as two
    inputs have different mean targets (see the random data). Otherwise no parameters beat the
    constant, and the step fails (see the counterexample). Checked on the recorded gradient, for
    symbolic data and an activation of which nothing is known but that it is differentiable: one to
    three units, points and inputs.
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
        sizes = f"{units} units, {samples} points of {features} inputs"
        check.record(f"stationary point (W, b, v, c), {sizes}", theta)


@st.composite
def data_on_integers(draw):
    """Two to five integer inputs (N, d), often equal, with small integer targets (N,)."""
    shape = draw(st.integers(2, 5)), draw(st.integers(1, 2))
    inputs = draw(npst.arrays(np.int64, shape, elements=st.integers(-2, 2)))
    return inputs, draw(npst.arrays(np.int64, shape[0], elements=st.integers(-3, 3)))


def steep_unit(inputs, targets):
    """Hidden weights and bias of a unit that switches between two inputs, or None.

    Along (1, 5) the inputs, of entries from -2 to 2, have different integer projections. The
    deviations from the mean are summed from the top; where a sum is not 0, the unit switches.
    """
    weights = np.array([1, 5][: inputs.shape[1]])
    projections = inputs @ weights
    deviations = len(targets) * targets - targets.sum()
    for level in sorted(set(projections.tolist()), reverse=True)[:-1]:
        if deviations[projections >= level].sum():
            return 64 * weights, 32 - 64 * level
    return None


def different_means(inputs, targets):
    return steep_unit(inputs, targets) is not None


@pytest.mark.claim(
    CLAIM, reading="documents-network", shows="holds", by="property", when=["beats-the-constant"]
)
@pytest.mark.control("any-data", "equal means allowed", condition=lambda *data: True)
@given(problem=data_on_integers())
def test_different_means_beat_the_constant(check, problem, *, condition=different_means):
    r"""On random data with different mean targets a steep unit beats the best constant.

    The sums of $y_i - \bar y$ over the inputs above a threshold are all 0 only if every input has
    the mean $\bar y$. Where one is not, a sigmoid unit that switches there, 64 times as steep as
    the inputs are apart, is correlated with the targets; with its best output weight and bias the
    loss is below the variance, decided in balls. At the constant prediction the gradient is then
    zero and the loss not least.
    """
    inputs, targets = problem
    assume(condition(inputs, targets))
    weights, bias = steep_unit(inputs, targets) or (64 + 0 * inputs[0], 0)
    network = one_hidden_layer(inputs.shape[1], 1, SIGMOID)
    objective = Objective(network, SQUARED_ERROR)
    check.label("equal inputs" if len(set(map(tuple, inputs.tolist()))) < len(inputs) else "all")

    def fall(arithmetic):
        data = arithmetic.enter(inputs), arithmetic.enter(targets)
        hidden = arithmetic.enter(weights.tolist()), arithmetic.enter(bias)
        outputs = SIGMOID.value(data[0] @ hidden[0] + hidden[1])
        middle, share = data[1].sum() / len(targets), outputs.sum() / len(targets)
        slope = ((outputs - share) * data[1]).sum() / square(outputs - share).sum()
        theta = np.array([*hidden[0], hidden[1], slope, middle - slope * share])
        variance = square(data[1] - middle).sum() / len(targets)
        return variance - objective.value(theta, *data)

    flat = not condition(inputs, targets) or not different_means(inputs, targets)
    check.positive(fall, "the loss is below the variance", tie=flat, inputs=inputs, targets=targets)
