"""With a hidden layer no loss is convex; with a single layer it is, if it is in its own number."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import strategies as st

from claims.compiled import Function
from claims.mathematics import (
    ACTIVATIONS,
    CROSS_ENTROPY,
    IDENTITY,
    SIGMOID,
    SQUARED_ERROR,
    Activation,
    Loss,
    Network,
    Objective,
    Parity,
    Range,
    chord_gap,
    linear,
    neuron,
    swing_chord,
)
from claims.numbers import (
    FLOATS,
    SYMBOLS,
    logistic,
    logistic_complement,
    softplus,
    square,
    symbols,
    uninterpreted,
)
from claims.testing import given, strategies

CLAIM = "only-single-layer-convex"
ANY = Activation(
    "any", uninterpreted("a"), uninterpreted("a'"), Parity.NONE, Range(None, None), False
)
CONSTANT = Activation(
    "constant",
    lambda h: 0 * h + 1,
    lambda h: 0 * h,
    Parity.EVEN,
    Range(Fraction(1), Fraction(1), low_attained=True),
    False,
)
WIDTHS = ((1, 1, 1), (2, 2, 1), (1, 5, 1), (1, 2, 2, 1), (1, 1, 1, 1, 1))
HALF = Fraction(1, 2)
FLAT = Loss("constant", lambda p, y: 0 * p)


def mean(targets):
    return targets.sum() * Fraction(1, len(targets))


def one_sided(network, *arguments):
    """Wrong on purpose: the second end keeps the sign of the output weight."""
    start, end = swing_chord(network, *arguments)
    place = network.block(f"W{len(network.widths) - 1}").start
    end[place] = -end[place]
    return start, end


@pytest.mark.claim(CLAIM, shows="holds", by="identity", when=["nonconstant-activation"])
@pytest.mark.control("kept-sign", "the sign of the output weight kept", chord=one_sided)
@pytest.mark.control("constant-loss", "a constant loss in place of squared error", squared=FLAT)
def test_the_chord_that_refutes_every_hidden_layer(
    check, *, chord=swing_chord, squared=SQUARED_ERROR, entropy=CROSS_ENTROPY
):
    r"""One chord refutes convexity for every data set, width, depth and activation but a constant.

    Let $a(\beta_1) \ne a(\beta_2)$ and $D = a(\beta_2) - a(\beta_1)$. Cut the last hidden layer
    off from its inputs and use one of its units, with bias $\beta$, output weight $v$ and output
    bias $c$: the network outputs $v\,a(\beta) + c$ for every input. At $(\beta_1, v, f_0 - v
    a(\beta_1))$ and at $(\beta_2, -v, f_0 + v a(\beta_2))$ that is $f_0$; at their midpoint the
    output weight is 0 and the output $f_0 + vD/2$, any number you like.

    *Squared error*, $f_0$ the mean of the targets: the midpoint lies $(vD/2)^2$ above both ends.
    *Cross-entropy*, $f_0 = 0$ and $vD/2 = \pm1$: the two midpoints lie above the ends by amounts
    whose sum, $\ln(1+e) + \ln(1+e^{-1}) - 2 \ln 2$, is positive, so one of them does. The labels
    cancel in this sum: one class alone is no exception.

    So the loss is not even quasiconvex. Checked for an activation of which nothing is known, with
    one to three hidden layers and symbolic data; whatever stands before the last hidden layer
    plays no part. One or two samples are executed, all of which have the same output.
    """
    low, high = symbols("low"), symbols("high")
    for widths in WIDTHS:
        network = Network(widths, ANY)
        background, rise = symbols("t", network.size), symbols("r")
        for samples in (1, 2):
            inputs, targets = symbols("x", samples, widths[0]), symbols("y", samples)
            objective = Objective(network, squared)
            start, end = chord(network, background, low, high, mean(targets), rise)

            def value(theta, inputs=inputs, targets=targets, objective=objective):
                return objective.value(theta, inputs, targets)

            check.zero(value(end) - value(start), "the difference of the ends", widths=widths)
            check.zero(
                chord_gap(value, start, end, HALF) + square(rise),
                "the gap at the midpoint plus the square of the rise",
                widths=widths,
                samples=samples,
            )
            objective = Objective(network, entropy)
            for side in (1, -1):
                at = SYMBOLS.enter([0, side])
                start, end = chord(network, background, low, high, *at)
                drop = chord_gap(lambda t: value(t, objective=objective), start, end, HALF)  # noqa: B023
                lift = softplus(at[1]) - mean(targets) * side - softplus(at[0])
                check.zero(
                    drop + lift,
                    "the gap plus the rise of the loss from 0",
                    widths=widths,
                    side=side,
                )
    check.positive(
        lambda a: softplus(a.enter(1)) + softplus(a.enter(-1)) - 2 * softplus(a.enter(0)),
        "the sum of the rises to 1 and to -1",
    )


@st.composite
def problems(draw):
    """Data, an activation, one or two hidden layers on its inputs, parameters, a rise."""
    data = draw(strategies.data_sets(points=(1, 4), dimensions=(1, 2)))
    features = data.inputs.shape[1]
    widths = draw(strategies.network_shapes((features, features), (1, 2), (1, 3)))
    activation = ACTIVATIONS[draw(st.sampled_from(sorted(ACTIVATIONS)))]
    background = draw(strategies.parameters(Network(widths).size))
    rise = Fraction(draw(st.sampled_from([-3, -1, 1, 2])), 2)
    labels = [Fraction(draw(st.integers(0, 8)), 8) for _ in data.targets]
    return data, widths, activation, background, rise, labels


@pytest.mark.claim(CLAIM, shows="holds", by="property", when=["nonconstant-activation"])
@pytest.mark.control("kept-sign", "the sign of the output weight kept", chord=one_sided)
@given(problem=problems())
def test_random_networks_are_refuted(check, problem, *, chord=swing_chord):
    """For random data and networks the chord dips below the graph at its midpoint.

    One or two hidden layers, every activation of the catalogue, random parameters where they are
    free, both losses; decided exactly where the activation is rational, else in balls.
    """
    data, widths, activation, background, rise, labels = problem
    network = Network(widths, activation)
    soft = Fraction(sum(labels), len(labels))
    exact_mean = sum(map(Fraction, data.targets.tolist())) / len(labels)
    check.label(activation.name)
    cases = (
        (SQUARED_ERROR, data.targets, exact_mean, rise),
        (CROSS_ENTROPY, labels, 0, 1 if soft <= HALF else -1),
    )
    for loss, targets, level, swing in cases:
        objective = Objective(network, loss)

        def ends(arithmetic, level=level, swing=swing):
            numbers = arithmetic.enter([0, 1, level, swing])
            return chord(network, arithmetic.enter(background), *numbers)

        def depth(arithmetic, objective=objective, targets=targets, ends=ends):
            entered = arithmetic.enter(data.inputs), arithmetic.enter(targets)
            return -chord_gap(
                lambda theta: objective.value(theta, *entered),
                *ends(arithmetic),
                arithmetic.enter(HALF),
            )

        check.positive(
            depth,
            "the chord dips below the graph",
            inputs=data.inputs,
            targets=targets,
            widths=widths,
            activation=activation,
            background=background,
            rise=swing,
            loss=loss,
        )


@pytest.mark.claim(CLAIM, shows="fails", by="counterexample")
@pytest.mark.control("identity", "the identity in place of a constant", activation=IDENTITY)
def test_a_constant_activation_leaves_a_convex_loss(check, *, activation=CONSTANT):
    r"""A hidden layer whose units all output 1 has a convex loss, on every data set.

    The network outputs $\sum_j v_j + c$: its loss is that of a constant, convex in $(v, c)$ and
    independent of all else. The squared error has the gap $\lambda(1-\lambda)$ times the squared
    difference of the outputs, the cross-entropy the curvature $s(z)\,s(-z)$ times the squared
    change of the output. So the activation has to be non-constant, and that is all it has to be.
    """
    network = Network((1, 2, 1), activation)
    inputs, targets = symbols("x", 2, 1), symbols("y", 2)
    a, b, weight = symbols("a", network.size), symbols("b", network.size), symbols("l")
    objective = Objective(network, SQUARED_ERROR)
    gap = chord_gap(lambda theta: objective.value(theta, inputs, targets), a, b, weight)
    change = square(network.predict(a, inputs) - network.predict(b, inputs)).sum() * HALF
    check.zero(gap - weight * (1 - weight) * change, "gap minus a square", activation=activation)
    hessian = Function(
        Objective(network, CROSS_ENTROPY).value, theta=a.shape, inputs=(2, 1), targets=(2,)
    ).hessian(a, inputs, targets)
    logit = network.predict(a, inputs)[0]
    moved = (b[network.block("W2").start :]).sum()
    check.zero(
        b @ hessian @ b - logistic(logit) * logistic_complement(logit) * square(moved),
        "curvature along a line minus s(z) s(-z) times a square",
    )
    check.record("output of two hidden units", logit)
    check.size(points=1, inputs=1, units=1, smaller="symbolic data: any number of points and units")


def unknown_losses(samples):
    """Losses of the pre-activation of which nothing is known, another one for every sample."""
    parts = [uninterpreted(f"loss{number}") for number in range(samples)]
    return Loss(
        "any",
        lambda numbers, targets: np.array(
            [part(number) for part, number in zip(parts, numbers, strict=True)], dtype=object
        ),
    )


def product(a, b, weight):
    """Wrong on purpose: the chord of the square of the pre-activation."""
    return square(a), square(b), weight


@pytest.mark.claim(
    CLAIM,
    reading="single-layer-suffices",
    shows="holds",
    by="identity",
    when=["convex-in-preactivation"],
)
@pytest.mark.control("squared", "the squares of the pre-activations", ends=product)
def test_a_single_layer_inherits_convexity(check, *, ends=lambda a, b, weight: (a, b, weight)):
    r"""A single layer has a convex loss if each example's loss is convex in the pre-activation.

    The pre-activation $w\cdot x_i + b$ is affine in the weights. The gap of a chord of the mean
    loss is therefore the mean of the gaps of $z \mapsto \ell(a(z), t_i)$ along the chords from
    $w\cdot x_i$ to $w'\cdot x_i$. Where each of these functions is convex, none is negative.
    Checked for functions of which nothing is known, another one for every sample. One to three
    samples in one or two dimensions, with and without bias; the loss is a mean over the samples.
    """
    for samples, features, bias in ((1, 1, False), (2, 2, True), (3, 1, True)):
        network, loss = linear(features, bias=bias), unknown_losses(samples)
        inputs, targets = symbols("x", samples, features), symbols("t", samples)
        objective = Objective(network, loss)
        a, b, weight = symbols("a", network.size), symbols("b", network.size), symbols("l")
        whole = chord_gap(lambda w: objective.value(w, inputs, targets), a, b, weight)  # noqa: B023
        numbers = ends(network.predict(a, inputs), network.predict(b, inputs), weight)
        single = chord_gap(lambda z: loss.value(z, targets), *numbers)  # noqa: B023
        check.zero(
            whole - single.sum() * Fraction(1, samples),
            "the gap minus the mean of the gaps in the pre-activation",
            samples=samples,
            features=features,
        )


@pytest.mark.claim(CLAIM, reading="single-layer-suffices", shows="fails", by="counterexample")
@pytest.mark.control("cross-entropy", "cross-entropy of the logit in its place", model=None)
def test_a_single_sigmoid_layer_with_squared_error(check, *, model=(SIGMOID, SQUARED_ERROR)):
    r"""A single sigmoid layer with squared error on one sample is not convex.

    With $x = 1$, $t = 0$, no bias, the loss is $s(w)^2$. Halfway between $w = 0$ and $w = 4$ it
    is $s(2)^2 = 0.775\ldots$, the chord is at $0.607\ldots$
    """
    output, loss = model or (IDENTITY, CROSS_ENTROPY)
    objective = Objective(neuron(1, output), loss)

    def depth(arithmetic):
        data = arithmetic.enter([[1]]), arithmetic.enter([0])
        ends = arithmetic.enter([0]), arithmetic.enter([4])
        return -chord_gap(lambda w: objective.value(w, *data), *ends, arithmetic.enter(HALF))

    check.positive(depth, "the chord from w = 0 to w = 4 dips below the graph", x=1, t=0)
    data = FLOATS.enter([[1]]), FLOATS.enter([0])
    values = [objective.value(FLOATS.enter([w]), *data) for w in (0, 2, 4)]
    check.record("loss at w = 0, 2, 4, for x = 1, t = 0", [f"{value:.6f}" for value in values])
    check.size(points=1, weights=1)
