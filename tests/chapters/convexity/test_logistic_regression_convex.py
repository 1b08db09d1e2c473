"""Logistic regression with cross-entropy is convex in its weights, for every data set."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import strategies as st

from claims.compiled import Function
from claims.mathematics import (
    CROSS_ENTROPY,
    SIGMOID,
    SQUARED_ERROR,
    Loss,
    Objective,
    chord_gap,
    linear,
    neuron,
)
from claims.numbers import logistic, logistic_complement, softplus, square, symbols
from claims.testing import given, strategies

HALVED_SOFTPLUS = Loss(
    "cross-entropy with one softplus halved",
    lambda z, t: t * softplus(-z) + (1 - t) * softplus(z) * Fraction(1, 2),
)
BENT = Loss(
    "cross-entropy minus z^2/100",
    lambda z, t: CROSS_ENTROPY.value(z, t) - square(z) * Fraction(1, 100),
)


@pytest.mark.claim("logistic-regression-convex", shows="holds", by="identity")
@pytest.mark.control(
    "halved-softplus", "one of the two terms of the loss halved", loss=HALVED_SOFTPLUS
)
@pytest.mark.control("bent-loss", "z^2/100 taken off the loss", loss=BENT)
def test_curvature_along_every_line_is_a_sum_of_squares(check, *, loss=CROSS_ENTROPY):
    r"""Along every line the second derivative is a sum of squares with positive weights.

    For one sample the loss $\ell(z,t)$ of the logit $z$ has $\ell''(z) = s(z)\,s(-z)$, which is
    positive for every $z$ and does not depend on the label $t$. The logit is a linear function of
    the weights, so along a line $w + \tau u$ the second derivative of the mean loss is $\frac1N
    \sum_i s(z_i)\,s(-z_i)\,(x_i\cdot u)^2 \ge 0$. The first identity is checked for symbolic $z$
    and $t$, hence for every number of samples and features; the second on the recorded Hessian
    with symbolic data. One to three samples and dimensions.
    """
    sample = Function(lambda z, t: loss.value(z, t), z=(), t=())
    z, t = symbols("z"), symbols("t")
    slopes = logistic(z) * logistic_complement(z)
    check.zero(
        sample.hessian(z, t) - slopes, "the second derivative of the loss in the logit", z=z, t=t
    )
    for samples, features in ((1, 1), (1, 3), (2, 2), (3, 1)):
        network = linear(features)
        objective = Objective(network, loss)
        theta, direction = symbols("w", network.size), symbols("u", network.size)
        inputs, targets = symbols("x", samples, features), symbols("t", samples)
        hessian = Function(
            objective.value, theta=theta.shape, inputs=inputs.shape, targets=targets.shape
        ).hessian(theta, inputs, targets)
        logits = network.predict(theta, inputs)
        slopes = logistic(logits) * logistic_complement(logits)
        squares = (slopes * square(network.predict(direction, inputs))).sum() * Fraction(1, samples)
        check.zero(
            direction @ hessian @ direction - squares,
            "the curvature along a line",
            samples=samples,
            features=features,
        )


@pytest.mark.claim("logistic-regression-convex", shows="holds", by="property")
@pytest.mark.control("bent-loss", "z^2/100 taken off the loss", loss=BENT)
@pytest.mark.control(
    "squared-error",
    "squared error of the probability in place of cross-entropy",
    loss=SQUARED_ERROR,
    output=SIGMOID,
)
@given(
    problem=strategies.chord_problems(strategies.labelled_data_sets()),
    soft=st.booleans(),
    draws=280,
)
def test_chords_lie_above_the_graph(check, problem, soft, *, loss=CROSS_ENTROPY, output=None):
    """No chord between two random weight vectors dips below the graph.

    Random data sets of every class of separability, labels 0 and 1 or softened to 1/8 and 7/8,
    with a chord between two weight vectors each; the gap between chord and graph is decided in
    balls. Chords along which no logit changes are recognised exactly: their gap is zero.
    """
    data, chord = problem
    labels = data.targets * 0.75 + 0.125 if soft else data.targets
    features = data.inputs.shape[1]
    network = linear(features, bias=False) if output is None else neuron(features, output)
    objective = Objective(network, loss)

    def gap(arithmetic):
        inputs, targets = arithmetic.enter(data.inputs), arithmetic.enter(labels)
        return chord_gap(
            lambda theta: objective.value(theta, inputs, targets),
            arithmetic.enter(chord.start),
            arithmetic.enter(chord.end),
            arithmetic.enter(chord.weight),
        )

    found = strategies.chord_labels(chord, data.inputs)
    for label in found | strategies.labels(data):
        check.label(label)
    check.nonnegative(
        gap,
        "the chord lies above the graph",
        tie=bool(found),
        inputs=data.inputs,
        labels=labels,
        start=chord.start,
        end=chord.end,
        weight=chord.weight,
    )
