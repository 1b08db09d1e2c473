"""Each perceptron's own cost is convex; the network's is so in its output weights alone."""

from __future__ import annotations

from fractions import Fraction
from functools import cache

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
    Network,
    Objective,
    Parity,
    Range,
    chord_gap,
    linear,
    one_hidden_layer,
)
from claims.numbers import (
    FLOATS,
    RATIONALS,
    SYMBOLS,
    logistic,
    logistic_complement,
    square,
    symbols,
    uninterpreted,
)
from claims.testing import given, strategies

CLAIM = "perceptron-wise-convexity"
ANY = Activation(
    "any", uninterpreted("a"), uninterpreted("a'"), Parity.NONE, Range(None, None), False
)
HALF = Fraction(1, 2)


@cache
def derivatives(objective, samples):
    network = objective.network
    return Function(
        objective.value,
        theta=(network.size,),
        inputs=(samples, network.widths[0]),
        targets=(samples,),
    )


def parameters(weight, output, bias):
    return [weight, 0, output, 0] if bias else [weight, output]


@pytest.mark.claim(CLAIM, shows="fails", by="counterexample")
@pytest.mark.control(
    "output-weight-alone", "both ends with the same hidden weight", ends=((1, 1), (1, -1))
)
def test_two_perceptrons_in_a_row(check, *, ends=((1, 1), (-1, -1))):
    r"""Two perceptrons in a row, one sample: each cost is convex, that of the network is not.

    One sample $x = 1$, $t = 1$, one hidden unit, loss $\ln(1 + e^{-v\,s(w)})$. Each perceptron
    alone has the cost $\ln(1+e^{z}) - t z$ of its own logit, with curvature $s(z)\,s(-z)\,x^2 \ge
    0$: the premise holds. For $(w, v) = (1, 1),\ (0, 0),\ (-1, -1)$ the loss of the network is
    $0.393\ldots,\ 0.693\ldots,\ 0.836\ldots$: halfway the chord is at $0.614\ldots$, below the
    graph. At $(0, 0)$ the Hessian is $\begin{pmatrix} 0 & -1/8 \\ -1/8 & 1/16 \end{pmatrix}$,
    with a negative determinant. With biases the same points, all biases 0, do the same.
    """
    logit = linear(1, bias=False)
    theta, inputs, targets = symbols("w", 1), symbols("x", 1, 1), symbols("t", 1)
    curvature = derivatives(Objective(logit, CROSS_ENTROPY), 1).hessian(theta, inputs, targets)
    z = logit.predict(theta, inputs)[0]
    check.zero(
        curvature[0, 0] - logistic(z) * logistic_complement(z) * square(inputs[0, 0]),
        "curvature of one perceptron's cost minus s(z) s(-z) x^2",
    )
    for bias in (False, True):
        network = one_hidden_layer(1, 1, SIGMOID, hidden_bias=bias, output_bias=bias)
        objective = Objective(network, CROSS_ENTROPY)

        def depth(arithmetic, objective=objective, bias=bias):
            data = arithmetic.enter([[1]]), arithmetic.enter([1])
            points = (arithmetic.enter(parameters(*end, bias)) for end in ends)
            gap = chord_gap(
                lambda theta: objective.value(theta, *data), *points, arithmetic.enter(HALF)
            )
            return -gap

        check.positive(depth, "the chord dips below the graph", x=1, t=1, biases=bias, ends=ends)
    network = one_hidden_layer(1, 1, SIGMOID, hidden_bias=False, output_bias=False)
    hessian = derivatives(Objective(network, CROSS_ENTROPY), 1).hessian(
        *map(SYMBOLS.enter, ([0, 0], [[1]], [1]))
    )
    eighth = Fraction(1, 8)
    expected = SYMBOLS.enter([[0, -eighth], [-eighth, eighth / 2]])
    check.zero(hessian - expected, "the Hessian at (0, 0)")
    data = FLOATS.enter([[1]]), FLOATS.enter([1])
    values = [
        Objective(network, CROSS_ENTROPY).value(FLOATS.enter([w, w]), *data) for w in (1, 0, -1)
    ]
    check.record("loss at (w, v) = (1, 1), (0, 0), (-1, -1)", [f"{value:.6f}" for value in values])
    determinant = hessian[0, 0] * hessian[1, 1] - hessian[0, 1] * hessian[1, 0]
    check.record("determinant of the Hessian at (0, 0)", determinant)
    check.size(points=1, inputs=1, units=1)


@pytest.mark.claim(CLAIM, reading="no-stuck", shows="fails", by="counterexample")
@pytest.mark.control("one-class", "both labels 1, where the output weight moves", targets=(1, 1))
def test_descent_never_leaves_the_origin(check, *, targets=(0, 1)):
    r"""Two points that one unit can tell apart, and descent that never moves.

    $x = (-1, 1)$, labels $(0, 1)$, all parameters 0: every output is the probability $\frac12$, and
    the mean cost is $\ln 2$. The gradient in the hidden weights and biases has the factor $v = 0$;
    in $v$ it is $s(0)$ times the mean of $\frac12 - t_i$, and in the output bias that mean itself:
    0. So gradient descent with any step stays there for ever. With the hidden weight at 1 the cost
    falls along $v$: at $(w, v) = (1, 1)$ it is below $\ln 2$. The point is no minimum: another
    start moves on. That there are networks with local minima that are not global is shown under
    worse-local-minima-exist.

    One to three hidden units, with and without biases: with $v = 0$ the units do not see each
    other, so that their number does not matter.
    """
    inputs = [[-1], [1]]
    for units in (1, 2, 3):
        for bias in (False, True):
            network = one_hidden_layer(1, units, SIGMOID, hidden_bias=bias, output_bias=bias)
            objective = Objective(network, CROSS_ENTROPY)
            data = SYMBOLS.enter(inputs), SYMBOLS.enter(targets)
            start = SYMBOLS.enter([0] * network.size)
            gradient = derivatives(objective, 2).gradient(start, *data)
            shape = {"units": units, "biases": bias}
            check.zero(gradient, "the gradient at 0", inputs=inputs, targets=targets, **shape)
            better = [0] * network.size
            better[network.block("W1").start] = better[network.block("W2").start] = 1

            def fall(arithmetic, objective=objective, better=better):
                entered = arithmetic.enter(inputs), arithmetic.enter(targets)
                ends = (arithmetic.enter([0] * len(better)), arithmetic.enter(better))
                first, last = (objective.value(theta, *entered) for theta in ends)
                return first - last

            check.positive(fall, "(1, 1) in one unit is lower", **shape)
    network = one_hidden_layer(1, 1, SIGMOID, hidden_bias=False, output_bias=False)
    values = [
        Objective(network, CROSS_ENTROPY).value(
            FLOATS.enter(theta), FLOATS.enter(inputs), FLOATS.enter(targets)
        )
        for theta in ([0, 0], [1, 1])
    ]
    check.record(("inputs", "labels"), [inputs, targets])
    check.record(
        ("cost at (w, v) = (0, 0)", "cost at (w, v) = (1, 1)"), [f"{value:.6f}" for value in values]
    )
    check.size(
        points=len(inputs),
        inputs=1,
        units=1,
        smaller="on one point the derivative in the output weight is not 0 at the origin",
    )


@pytest.mark.claim(CLAIM, reading="output-weights-alone", shows="holds", by="identity")
@pytest.mark.control("squared-error", "squared error of the sigmoid output", output=SIGMOID)
def test_convex_in_the_output_weights(check, *, output=IDENTITY):
    r"""With the hidden layer fixed the cost is logistic regression on the hidden activations.

    The logit $v\cdot a(Wx_i+b) + c$ is linear in $(v, c)$. Along a line in these the curvature is
    $\frac1N \sum_i s(z_i)\,s(-z_i)\,(a_i\cdot u + e)^2 \ge 0$, with $a_i$ the activations and
    $(u, e)$ the direction. Checked for an activation of which nothing is known, symbolic data and
    labels, with and without biases. One or two units, samples and inputs; with the hidden layer
    fixed the units are inputs of a logistic regression, whose loss is a mean over the samples.
    """
    loss = CROSS_ENTROPY if output is IDENTITY else SQUARED_ERROR
    for features, units, samples in ((1, 1, 1), (2, 2, 1), (1, 2, 2)):
        for bias in (False, True):
            network = Network((features, units, 1), ANY, output, bias, bias)
            plain = one_hidden_layer(features, units, ANY, hidden_bias=bias, output_bias=bias)
            theta, inputs = symbols("w", network.size), symbols("x", samples, features)
            targets = symbols("t", samples)
            place = network.block("W2").start
            direction = symbols("u", network.size - place)
            hessian = derivatives(Objective(network, loss), samples).hessian(
                theta, inputs, targets
            )[place:, place:]
            logits = plain.predict(theta, inputs)
            moved = theta.copy()
            moved[place:] = direction
            change = plain.predict(moved, inputs)
            weights = logistic(logits) * logistic_complement(logits)
            check.zero(
                direction @ hessian @ direction
                - (weights * square(change)).sum() * Fraction(1, samples),
                "curvature in the output weights minus a sum of squares",
                features=features,
                units=units,
                samples=samples,
                biases=bias,
            )


@st.composite
def chords_in_the_output_weights(draw):
    """Labelled inputs, a network of rational activations, and a chord between its parameters."""
    data = draw(strategies.labelled_data_sets(points=(2, 5), dimensions=(1, 2)))
    activation = ACTIVATIONS[draw(st.sampled_from(["relu", "identity"]))]
    bias = draw(st.booleans())
    network = one_hidden_layer(
        data.inputs.shape[1],
        draw(st.integers(1, 3)),
        activation,
        hidden_bias=bias,
        output_bias=bias,
    )
    return data, network, draw(strategies.chords(network.size, exponents=(-2, -1)))


def output_block(network):
    return network.block("W2").start


def everything(network):
    return 0


@pytest.mark.claim(CLAIM, reading="output-weights-alone", shows="holds", by="property")
@pytest.mark.control("all-weights", "chords in all weights together", block=everything)
@given(problem=chords_in_the_output_weights(), draws=300)
def test_random_chords_in_the_output_weights(check, problem, *, block=output_block):
    """No random chord in the output weights and bias dips below the graph.

    Random labelled data, hidden layers of ReLU and identity units, decided in balls. Their
    outputs are rational, so that chords along which no logit changes are recognised exactly.
    """
    data, network, chord = problem
    place = block(network)
    end = np.concatenate([chord.start[:place], chord.end[place:]])
    objective = Objective(network, CROSS_ENTROPY)
    inputs = RATIONALS.enter(data.inputs)
    logits = [network.predict(RATIONALS.enter(theta), inputs) for theta in (chord.start, end)]
    flat = all(change.sign() == 0 for change in logits[0] - logits[1])

    def gap(arithmetic):
        entered = arithmetic.enter(data.inputs), arithmetic.enter(data.targets)
        return chord_gap(
            lambda theta: objective.value(theta, *entered),
            arithmetic.enter(chord.start),
            arithmetic.enter(end),
            arithmetic.enter(chord.weight),
        )

    check.label(network.activation.name)
    check.nonnegative(
        gap,
        "the chord lies above the graph",
        tie=flat or chord.weight in (0, 1),
        inputs=data.inputs,
        labels=data.targets,
        widths=network.widths,
        activation=network.activation,
        biases=network.hidden_bias,
        start=chord.start,
        end=end,
        weight=chord.weight,
    )


@pytest.mark.claim(CLAIM, reading="hidden-weights-alone", shows="fails", by="counterexample")
@pytest.mark.control("linear-unit", "a linear unit in place of the sigmoid", activation=IDENTITY)
def test_not_convex_in_the_weights_of_a_hidden_perceptron(check, *, activation=SIGMOID):
    r"""With the output weight held at 1 the cost is not convex in the hidden weight.

    One sample $x = 1$, $t = 1$, one hidden unit, $v = 1$: the cost $\ln(1 + e^{-s(w)})$ stays
    between $\ln(1+e^{-1})$ and $\ln 2$ without being constant, so it cannot be convex. At $w =
    -4, -2, 0$ it is $0.684\ldots,\ 0.635\ldots,\ 0.474\ldots$: halfway the chord is at
    $0.579\ldots$ With biases, all of them 0, the same points do the same. What is convex for a
    perceptron is the cost of its own output against a label; a hidden unit has no label.
    """
    for bias in (False, True):
        network = one_hidden_layer(1, 1, activation, hidden_bias=bias, output_bias=bias)
        objective = Objective(network, CROSS_ENTROPY)

        def depth(arithmetic, objective=objective, bias=bias):
            data = arithmetic.enter([[1]]), arithmetic.enter([1])
            points = (arithmetic.enter(parameters(w, 1, bias)) for w in (-4, 0))
            gap = chord_gap(
                lambda theta: objective.value(theta, *data), *points, arithmetic.enter(HALF)
            )
            return -gap

        check.positive(depth, "the chord from w = -4 to w = 0 dips below", x=1, t=1, biases=bias)
    network = one_hidden_layer(1, 1, activation, hidden_bias=False, output_bias=False)
    data = FLOATS.enter([[1]]), FLOATS.enter([1])
    values = [
        Objective(network, CROSS_ENTROPY).value(FLOATS.enter([w, 1]), *data) for w in (-4, -2, 0)
    ]
    check.record("loss at w = -4, -2, 0, with v = 1", [f"{value:.6f}" for value in values])
    check.size(points=1, inputs=1, units=1)
