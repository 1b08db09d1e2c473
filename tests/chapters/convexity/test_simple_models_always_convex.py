"""Linear and logistic regression are convex in their weights, without exception."""

from __future__ import annotations

from fractions import Fraction

import pytest

from claims.compiled import Function
from claims.mathematics import (
    CROSS_ENTROPY,
    IDENTITY,
    SIGMOID,
    SQUARED_ERROR,
    Loss,
    Objective,
    chord_gap,
    neuron,
)
from claims.numbers import logistic, logistic_complement, square, symbols
from claims.testing import given, strategies

CLAIM = "simple-models-always-convex"
CUBED_ERROR = Loss("cubed error", lambda p, y: square(p - y) * (p - y))
SHAPES = ((1, 1), (2, 2), (3, 1))


def curvature(network, loss, samples, features):
    """The second derivative of the objective along a symbolic line, with what it is made of."""
    objective = Objective(network, loss)
    theta, direction = symbols("w", network.size), symbols("u", network.size)
    inputs, targets = symbols("x", samples, features), symbols("t", samples)
    hessian = Function(
        objective.value, theta=theta.shape, inputs=inputs.shape, targets=targets.shape
    ).hessian(theta, inputs, targets)
    return direction @ hessian @ direction, theta, direction, inputs


@pytest.mark.claim(CLAIM, shows="holds", by="identity")
@pytest.mark.control("cubed-error", "cubed in place of squared error", regression=CUBED_ERROR)
@pytest.mark.control(
    "squared-error",
    "squared error of the probability in place of cross-entropy",
    classifier=(SIGMOID, SQUARED_ERROR),
)
def test_both_curvatures_are_sums_of_squares(
    check, *, regression=SQUARED_ERROR, classifier=(IDENTITY, CROSS_ENTROPY)
):
    r"""Along every line both models have a curvature made of squares with positive weights.

    Along $w + \tau u$ the mean squared error has the second derivative $\frac2N \sum_i (x_i\cdot
    u)^2$ and the mean cross-entropy $\frac1N \sum_i s(z_i)\,s(-z_i)\,(x_i\cdot u)^2$, at every
    point and for every target and label. A bias is an input that is always 1. Neither is ever
    negative, so both are convex on every line, on every data set. Checked on the recorded
    Hessians for symbolic data, weights and directions, with and without bias.
    """
    for samples, features in SHAPES:
        for bias in (False, True):
            straight = neuron(features, IDENTITY, bias=bias)
            share = Fraction(1, samples)
            bend, theta, direction, inputs = curvature(straight, regression, samples, features)
            slopes = straight.predict(direction, inputs)
            check.zero(
                bend - 2 * share * square(slopes).sum(),
                "curvature of linear regression minus a sum of squares",
                samples=samples,
                features=features,
                bias=bias,
            )
            output, loss = classifier
            network = neuron(features, output, bias=bias)
            bend, theta, direction, inputs = curvature(network, loss, samples, features)
            logits, slopes = straight.predict(theta, inputs), straight.predict(direction, inputs)
            weights = logistic(logits) * logistic_complement(logits)
            check.zero(
                bend - share * (weights * square(slopes)).sum(),
                "curvature of logistic regression minus a sum of squares",
                samples=samples,
                features=features,
                bias=bias,
            )


@pytest.mark.claim(CLAIM, shows="holds", by="property")
@pytest.mark.control(
    "squared-error",
    "squared error of the probability in place of both",
    models=((SIGMOID, SQUARED_ERROR),),
)
@given(problem=strategies.chord_problems(strategies.labelled_data_sets()))
def test_chords_of_both_models(
    check, problem, *, models=((IDENTITY, SQUARED_ERROR), (IDENTITY, CROSS_ENTROPY))
):
    """On the same random data no chord of either model dips below its graph.

    Labelled data of every class of separability; linear regression is fitted to the labels as
    numbers and decided in rationals, logistic regression in balls.
    """
    data, chord = problem
    found = strategies.chord_labels(chord, data.inputs)
    for label in found | strategies.labels(data):
        check.label(label)
    for output, loss in models:
        objective = Objective(neuron(data.inputs.shape[1], output), loss)

        def gap(arithmetic, objective=objective):
            inputs, targets = arithmetic.enter(data.inputs), arithmetic.enter(data.targets)
            return chord_gap(
                lambda theta: objective.value(theta, inputs, targets),
                arithmetic.enter(chord.start),
                arithmetic.enter(chord.end),
                arithmetic.enter(chord.weight),
            )

        check.nonnegative(
            gap,
            "the chord lies above the graph",
            tie=bool(found),
            inputs=data.inputs,
            labels=data.targets,
            start=chord.start,
            end=chord.end,
            weight=chord.weight,
            loss=loss,
        )
