"""Whether the term that dropout adds is convex: masked inputs of one layer, masked hidden units."""

from __future__ import annotations

from fractions import Fraction
from functools import cache

import numpy as np
import pytest
from hypothesis import strategies as st

from claims.compiled import Function
from claims.mathematics import (
    CROSS_ENTROPY,
    IDENTITY,
    SIGMOID,
    SQUARED_ERROR,
    Activation,
    DropoutObjective,
    Objective,
    Parity,
    Range,
    chord_gap,
    expectation_over_masks,
    fading_end,
    linear,
    masked_parameters,
    neuron,
    one_hidden_layer,
)
from claims.numbers import (
    SYMBOLS,
    logistic,
    logistic_complement,
    square,
    symbols,
    uninterpreted,
)
from claims.testing import given, strategies

CLAIM = "dropout-contributes-to-nonconvexity"


@cache
def averaged(network, samples, layer, loss=SQUARED_ERROR, rescaled=True):
    """The loss averaged over the masks of a layer, with the rate as an argument."""
    return Function(
        lambda theta, inputs, targets, rate: DropoutObjective(
            Objective(network, loss), rate[()], layer, rescaled
        ).value(theta, inputs, targets),
        theta=(network.size,),
        inputs=(samples, network.widths[0]),
        targets=(samples,),
        rate=(),
    )


def without_dropout(network, samples):
    return Function(
        Objective(network, SQUARED_ERROR).value,
        theta=(network.size,),
        inputs=(samples, network.widths[0]),
        targets=(samples,),
    )


@cache
def added_term(network, samples):
    """What dropout of the hidden units adds to the loss, with the rate as an argument."""
    plain = Objective(network, SQUARED_ERROR)
    return Function(
        lambda theta, inputs, targets, rate: (
            DropoutObjective(plain, rate[()]).value(theta, inputs, targets)
            - plain.value(theta, inputs, targets)
        ),
        theta=(network.size,),
        inputs=(samples, network.widths[0]),
        targets=(samples,),
        rate=(),
    )


def minor(hessian, one, other):
    return hessian[one, one] * hessian[other, other] - square(hessian[one, other])


ANY = Activation(
    "any", uninterpreted("a"), uninterpreted("a'"), Parity.NONE, Range(None, None), False
)
TWO = Activation(
    "constant", lambda h: h * 0 + 2, lambda h: h * 0, Parity.EVEN, Range(None, None), False
)
MASKED_HIDDEN = ["hidden-units-masked", "varying-square"]


def kept_weight(network, theta, moved, fraction):
    """Wrong on purpose: the output weight of the start, in place of 0, at the end of the chord."""
    return theta + (moved - theta) / fraction


def part_of_the_chord(low, high, u):
    """1 over a number above high/(high - low), for 0 <= low < high and u > 0."""
    return (high - low) / (high * (1 + u))


def larger_part(low, high, u):
    """Wrong on purpose: the limit alone, without the factor 1 + u."""
    return (high - low) / high


@pytest.mark.claim(CLAIM, shows="holds", by="identity", when=MASKED_HIDDEN)
@pytest.mark.control("kept-weight", "an end that keeps its output weight", end=kept_weight)
@pytest.mark.control("larger-part", "the chord no longer than the limit", part=larger_part)
def test_a_chord_for_any_activation(check, *, end=fading_end, part=part_of_the_chord):
    r"""Whatever the activation, unless its square is constant, the added term dips a chord.

    Let $a(b_0)^2 < a(b_1)^2$ for two numbers $b_0, b_1$. On the first unit's output weight $v$ and
    bias, all input weights and the other output weights being 0, the added term is $R =
    \kappa v^2 a(b)^2$, $\kappa = \frac p{1-p}$. Take the chord from $(v, b_0)$ to
    $(0, b_0 + \frac{b_1 - b_0}t)$, where $R = 0$. The fraction $t$ of the way it passes
    $((1-t)v, b_1)$, and there $R$ exceeds the chord by

    $$\kappa (1-t)\, v^2 \bigl((1-t)\, a(b_1)^2 - a(b_0)^2\bigr).$$

    With $t = \frac{a(b_1)^2 - a(b_0)^2}{(1+u)\,a(b_1)^2}$, $u > 0$, which lies between 0 and 1, the
    bracket is $\frac u{1+u} (a(b_1)^2 - a(b_0)^2) > 0$: $R$ is not convex, whatever the data, the
    width and the rate $0 < p < 1$. Nothing is asked of $a$: no derivative, no continuity; $a(b_0)$
    may be 0, as for ReLU and tanh. Executed for the difference of the two recorded objectives
    with symbolic data, biases, $t$ and rate, for (samples, inputs, units) = (1, 1, 1), (2, 1, 1)
    and (2, 2, 2); more samples add equal terms, more units none.
    """
    rate, v, t = symbols("p"), symbols("v"), symbols("t")
    ends = symbols("b", 2)
    low, high = square(ANY.value(ends))
    for samples, features, units in ((1, 1, 1), (2, 1, 1), (2, 2, 2)):
        network = one_hidden_layer(features, units, ANY)
        start = SYMBOLS.enter([0] * network.size)
        start[network.block("W2").start], start[-1] = v, symbols("c")
        first = network.block("b1").start
        start[first] = ends[0]
        moved = start.copy()
        moved[first] = ends[1]
        far = end(network, start, moved, t)
        data = symbols("x", samples, features), symbols("y", samples)
        term = added_term(network, samples)
        start_value, inside, far_value = (
            term.value(point, *data, rate) for point in (start, start + (far - start) * t, far)
        )
        excess = rate / (1 - rate) * (1 - t) * square(v) * ((1 - t) * high - low)
        check.zero(
            inside - (1 - t) * start_value - t * far_value - excess,
            "the added term above the chord, minus its closed form",
            samples=samples,
            features=features,
            units=units,
        )
    small, large, u = symbols("l"), symbols("h"), symbols("u")
    chosen = part(small, large, u)
    check.zero(
        (1 - chosen) * large - small - u / (1 + u) * (large - small), "the bracket, at the chosen t"
    )


@pytest.mark.claim(CLAIM, shows="fails", by="counterexample", when=["hidden-units-masked"])
@pytest.mark.control("sigmoid-unit", "sigmoid units in place of constant ones", activation=SIGMOID)
def test_units_of_constant_square(check, *, activation=TWO):
    r"""For an activation of constant square the added term is a convex multiple of the weights.

    With $a = 2$ everywhere the added term is $4\frac{p}{1-p}\sum_j v_j^2$: a positive multiple of
    the squared output weights, convex. Only $a^2$ enters it, so the same holds for every activation
    of constant square, such as a sign. Executed for (samples, inputs, units) = (1, 1, 1),
    (2, 1, 2), symbolic data, parameters and rate.
    """
    rate = symbols("p")
    for samples, features, units in ((1, 1, 1), (2, 1, 2)):
        network = one_hidden_layer(features, units, activation)
        theta = symbols("t", network.size)
        data = symbols("x", samples, features), symbols("y", samples)
        added = added_term(network, samples).value(theta, *data, rate)
        weights = network.block("W2").of(theta)[0]
        check.zero(
            added - 4 * rate / (1 - rate) * square(weights).sum(),
            f"the added term minus a multiple of the squared output weights, {units} units",
        )
        check.record(f"added term, {samples} points, {units} units", added)
    check.size(points=1, inputs=1, units=1)


@pytest.mark.claim(CLAIM, shows="fails", by="counterexample", when=["varying-square"])
@pytest.mark.control("hidden-bias", "a network with hidden biases", biased=True)
def test_hidden_units_without_a_bias_on_the_input_zero(check, *, biased=False):
    r"""Without hidden biases the term can be convex: on the input 0 it is a multiple of v^2.

    One sigmoid unit without hidden bias, $x = 0$: its value is $\frac12$ whatever the input weight,
    and dropout adds $\frac p{1-p} \frac{v^2}4$. Executed for a symbolic rate and target.
    """
    network, rate = one_hidden_layer(1, 1, SIGMOID, hidden_bias=biased), symbols("p")
    theta = symbols("t", network.size)
    added = added_term(network, 1).value(theta, SYMBOLS.enter([[0]]), symbols("y", 1), rate)
    weight = network.block("W2").of(theta)[0, 0]
    check.zero(
        added - rate / (1 - rate) * square(weight) / 4,
        "the added term minus p/(1 - p) v^2/4",
        biased=biased,
    )
    check.record("added term on x = 0", added)
    check.size(points=1, inputs=1, units=1)


@pytest.mark.claim(CLAIM, shows="holds", by="identity", when=MASKED_HIDDEN)
@pytest.mark.control("linear-unit", "a linear hidden unit", activation=IDENTITY)
def test_the_term_of_masked_hidden_units_is_bent_downwards(check, *, activation=SIGMOID):
    r"""For sigmoid units, besides, the added term has a negative minor on every data set.

    A chord shows that the term bends downwards somewhere; for sigmoid units it does so at known
    points. Where all input weights are 0 and only the first unit has an output weight $v\ne0$, the
    added term is $R = \frac{p}{1-p}\,v^2 s(b)^2$ in that weight and its unit's bias. With $s =
    s(b)$ the determinant of its Hessian in $(v, b)$ is
    $-\bigl(\frac{p}{1-p}\bigr)^2\,4 v^2 s^4 (1-s)(2-s)$, negative for every $0<p<1$: $R$ is not
    convex, whatever the data, the width and the rate.
    Checked for the difference of the two recorded Hessians, with symbolic data, bias, weight and
    rate, for (samples, inputs, units) = (1, 1, 1), (2, 1, 1) and (2, 2, 2).
    """
    rate, v, b = symbols("p"), symbols("v"), symbols("b")
    s = logistic(b)
    odds = rate / (1 - rate)
    expected = -4 * square(odds) * square(v) * square(square(s)) * (1 - s) * (2 - s)
    for samples, features, units in ((1, 1, 1), (2, 1, 1), (2, 2, 2)):
        network = one_hidden_layer(features, units, activation)
        theta = SYMBOLS.enter([0] * network.size)
        places = network.block("W2").start, network.block("b1").start
        theta[places[0]], theta[places[1]] = v, b
        data = symbols("x", samples, features), symbols("y", samples)
        added = added_term(network, samples).hessian(theta, *data, rate)
        check.zero(
            minor(added, *places) - expected,
            "the determinant minus its closed form",
            samples=samples,
            features=features,
            units=units,
        )


@st.composite
def hidden_problems(draw):
    """Data, one or two units, an output weight that is not 0, a bias and a rate."""
    data = draw(strategies.data_sets(points=(1, 3), dimensions=(1, 2)))
    weight = draw(st.sampled_from((1, -1))) * Fraction(draw(st.integers(1, 8)), 3)
    bias = draw(strategies.rationals())
    rate = Fraction(draw(st.integers(1, 6)), 7)
    return data, draw(st.integers(1, 2)), weight, bias, rate


@pytest.mark.claim(CLAIM, shows="holds", by="property", when=MASKED_HIDDEN)
@pytest.mark.control("bias-and-constant", "the output bias in place of the weight", outer="b2")
@given(problem=hidden_problems())
def test_the_minor_on_random_data(check, problem, *, outer="W2"):
    """On random data, at random weights, biases and rates, that minor is negative.

    Decided in balls on the recorded Hessians; the input weights are 0.
    """
    data, units, weight, bias, rate = problem
    network = one_hidden_layer(data.inputs.shape[1], units, SIGMOID)
    samples = len(data.inputs)

    def negative_minor(arithmetic):
        theta = arithmetic.enter([0] * network.size)
        theta[network.block("W2").start] = arithmetic.enter(weight)
        theta[network.block("b1").start] = arithmetic.enter(bias)
        sample = arithmetic.enter(data.inputs), arithmetic.enter(data.targets)
        added = added_term(network, samples).hessian(theta, *sample, arithmetic.enter(rate))
        return -minor(added, network.block(outer).start, network.block("b1").start)

    check.label(f"{units} units")
    check.positive(
        negative_minor,
        "a minor of the Hessian of the added term is negative",
        tie=outer != "W2",
        inputs=data.inputs,
        targets=data.targets,
        units=units,
        weight=weight,
        bias=bias,
        rate=rate,
    )


@pytest.mark.claim(CLAIM, shows="fails", by="counterexample", when=["varying-square"])
@pytest.mark.control("hidden-unit", "a linear hidden unit masked in place of the inputs", layer=1)
def test_masked_inputs_of_linear_regression(check, *, layer=0):
    r"""Masked inputs of linear regression: the added term $\frac{p}{1-p}w^2x^2$ is convex.

    One sample, one weight, no bias: dropout of the input adds $\frac{p}{1-p} (wx)^2$ to $(wx -
    y)^2$. With several inputs and samples it is $\frac{p}{1-p}\,\frac1N\sum_{i,k} w_k^2x_{ik}^2$,
    a ridge penalty with a strength of its own for each weight. Its Hessian is constant and diagonal
    with entries $\frac{p}{1-p}\frac2N\sum_i x_{ik}^2\ge0$, not all 0 where an input is not 0; with
    $x = 1$, $p = \frac12$ the term is $w^2$. Checked for symbolic data and rate.
    """
    rate = symbols("p")
    for samples, features in ((1, 1), (2, 2), (1, 3)):
        network = (
            linear(features, bias=False)
            if layer == 0
            else one_hidden_layer(features, 1, IDENTITY, hidden_bias=False, output_bias=False)
        )
        theta = symbols("w", network.size)
        data = symbols("x", samples, features), symbols("y", samples)
        added = averaged(network, samples, layer).hessian(theta, *data, rate) - without_dropout(
            network, samples
        ).hessian(theta, *data)
        lengths = square(data[0]).sum(axis=0) * Fraction(2, samples) * (rate / (1 - rate))
        check.zero(
            added[:features, :features] - np.diag(lengths),
            "the Hessian of the added term minus a diagonal matrix of sums of squares",
            masked_layer=layer,
        )
        check.record(
            f"Hessian of the added term, {samples} samples of {features} inputs",
            [added[k, k] for k in range(features)],
        )
    check.size(points=1, weights=1)


def bends(loss, logits):
    """The second derivative of the loss in the logit, never negative."""
    if loss is SQUARED_ERROR:
        return 0 * logits + 2
    return logistic(logits) * logistic_complement(logits)


@pytest.mark.claim(CLAIM, reading="one-layer-stays-convex", shows="holds", by="identity")
@pytest.mark.control("sigmoid-output", "a sigmoid output with squared error", output=SIGMOID)
def test_curvature_of_masked_one_layer_models(check, *, output=IDENTITY):
    r"""Along every line the curvature is a mean of squares with positive weights, mask by mask.

    For a fixed mask the logit $z = w\cdot(m\odot x) + b$ is an affine function of the parameters,
    so along $u$ the curvature of one sample's loss is $\ell''(z)\,(u\cdot(m\odot x, 1))^2$, with
    $\ell'' = 2$ for squared error and $s(z)s(-z)$ for cross-entropy: never negative. The average
    weighs these with probabilities. Executed over all masks for a symbolic rate, symbolic data and
    directions, with kept inputs rescaled and as they are, for one sample of one input with bias,
    two of one without and one of two with; samples and masks are terms of the mean.
    """
    rate = symbols("p")
    for loss in (SQUARED_ERROR, CROSS_ENTROPY):
        for samples, features, bias in ((1, 1, True), (2, 1, False), (1, 2, True)):
            network = neuron(features, output, bias=bias)
            theta, direction = symbols("w", network.size), symbols("u", network.size)
            inputs, targets = symbols("x", samples, features), symbols("t", samples)
            for rescaled in (True, False):
                function = averaged(network, samples, 0, loss, rescaled)
                curvature = direction @ function.hessian(theta, inputs, targets, rate) @ direction

                def squares(mask, network=network, rescaled=rescaled, loss=loss):
                    logits, steps = (
                        linear(features, bias=bias).predict(  # noqa: B023
                            masked_parameters(network, point, 0, mask, rate, rescaled=rescaled),
                            inputs,  # noqa: B023
                        )
                        for point in (theta, direction)  # noqa: B023
                    )
                    return (bends(loss, logits) * square(steps)).sum()

                mean = expectation_over_masks(features, rate, squares) * Fraction(1, samples)
                check.zero(
                    curvature - mean,
                    "the curvature minus a mean of squares with positive weights",
                    loss=loss,
                    samples=samples,
                    features=features,
                    bias=bias,
                    rescaled=rescaled,
                )


@st.composite
def masked_chords(draw):
    data, chord = draw(
        strategies.chord_problems(strategies.labelled_data_sets(points=(2, 5), dimensions=(1, 3)))
    )
    rate = Fraction(draw(st.integers(1, 6)), 7)
    return data, chord, rate, draw(st.sampled_from((SQUARED_ERROR, CROSS_ENTROPY)))


@pytest.mark.claim(CLAIM, reading="one-layer-stays-convex", shows="holds", by="property")
@pytest.mark.control("sigmoid-output", "a sigmoid output with squared error", output=SIGMOID)
@given(problem=masked_chords(), draws=300)
def test_chords_of_masked_one_layer_models(check, problem, *, output=IDENTITY):
    """On random two-class data no chord dips below the averaged loss.

    Linear and logistic regression without bias, up to three inputs, rates from 1/7 to 6/7,
    decided exactly or in balls; chords along which no logit changes under any mask are recognised
    exactly.
    """
    data, chord, rate, loss = problem
    network = neuron(data.inputs.shape[1], output)
    objective = DropoutObjective(Objective(network, loss), rate, layer=0)

    def gap(arithmetic):
        inputs, targets = arithmetic.enter(data.inputs), arithmetic.enter(data.targets)
        return chord_gap(
            lambda theta: objective.value(theta, inputs, targets),
            arithmetic.enter(chord.start),
            arithmetic.enter(chord.end),
            arithmetic.enter(chord.weight),
        )

    check.label(f"{data.inputs.shape[1]} inputs")
    # Every sample has to keep its logit under every mask: a zero in each product.
    steps = data.inputs * (chord.start - chord.end)
    check.nonnegative(
        gap,
        "the chord lies above the graph",
        tie=chord.weight in (0, 1) or not steps.any(),
        inputs=data.inputs,
        labels=data.targets,
        start=chord.start,
        end=chord.end,
        weight=chord.weight,
        rate=rate,
        loss=loss,
    )


@pytest.mark.claim(CLAIM, reading="lowest-curvature", shows="holds", by="witness")
@pytest.mark.control("other-direction", "the direction with the sign of v turned", direction=(2, 1))
def test_dropout_bends_a_flat_direction_downwards(check, *, direction=(2, -1)):
    r"""At a global minimum of the loss, whose Hessian has no negative eigenvalue, it gets one.

    One sample $x = 1$, $y = \frac12$, one sigmoid unit with $w = b = 0$, $v = 1$, $c = 0$: the
    residual is 0, so the Hessian of the loss is $2\nabla f\nabla f^\top$, with smallest eigenvalue
    0. Along the direction $(0, 2, -1, 0)$ of $(w, b, v, c)$ the output has slope 0, and the
    averaged loss with rate $p$ has the curvature $-\frac{p}{1-p}$; so its smallest eigenvalue is at
    most $-\frac15\cdot\frac{p}{1-p}$ there, for every rate. Checked for a symbolic rate.
    """
    network, rate = one_hidden_layer(1, 1, SIGMOID), symbols("p")
    theta = SYMBOLS.enter([0, 0, 1, 0])
    data = SYMBOLS.enter([[1]]), SYMBOLS.enter([Fraction(1, 2)])
    along = SYMBOLS.enter([0, *direction, 0])
    slope = Function(
        lambda theta, inputs: network.predict(theta, inputs)[0], theta=(4,), inputs=(1, 1)
    ).gradient(theta, data[0])
    before = without_dropout(network, 1).hessian(theta, *data)
    check.zero(before - 2 * np.outer(slope, slope), "the Hessian minus twice a square")
    after = along @ averaged(network, 1, 1).hessian(theta, *data, rate) @ along
    check.zero(after + rate / (1 - rate), "the curvature of the averaged loss plus p/(1 - p)")
    check.record(("input", "target"), data)
    check.record("parameters (w, b, v, c)", theta)
    check.record("direction, of squared length 5", along)
    check.record(
        ("curvature without dropout", "curvature with dropout"), [along @ before @ along, after]
    )
    check.size(points=1, inputs=1, units=1)
