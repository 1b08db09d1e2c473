"""From a prediction that is affine in the parameters to a convex loss: with which losses."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import strategies as st

from claims.mathematics import (
    ABSOLUTE_ERROR,
    IDENTITY,
    SQUARE,
    SQUARED_ERROR,
    Loss,
    Objective,
    chord_gap,
    linear,
    neuron,
)
from claims.numbers import RATIONALS, SYMBOLS, square, symbols, uninterpreted
from claims.testing import given, strategies

CLAIM = "linear-prediction-inference"
BOUNDED_ERROR = Loss(
    "bounded error e^2/(1 + e^2)", lambda p, y: square(p - y) / (1 + square(p - y))
)


def affine_predictions(size, output=IDENTITY):
    """A model with the prediction output(g.theta + c) for (g, c): a linear one of one input more.

    The weight of the last input c is kept at 1 by ``extended``, on a chord as well.
    """
    return neuron(size + 1, output)


def extended(theta, one):
    return np.append(theta, one)


@pytest.mark.claim(CLAIM, shows="holds", by="identity")
@pytest.mark.control("square-output", "the prediction squared", output=SQUARE)
def test_squared_error_of_affine_predictions(check, *, output=IDENTITY):
    r"""With squared error the gap of every chord is a mean of squares, so the step is valid.

    Let every prediction be affine, $\hat y_i(\theta) = g_i\cdot\theta + c_i$, whatever the input
    does to $g_i$ and $c_i$. The gap of a chord is $\frac{\lambda(1-\lambda)}{N} \sum_i
    (g_i\cdot(a-b))^2 \ge 0$. Checked for symbolic $g$, $c$, targets and ends: the model is linear
    regression on the inputs $(g_i, c_i)$ with the last weight held at 1. One to three samples,
    one or two parameters; the loss is a mean over the samples.
    """
    one = SYMBOLS.enter(1)
    for samples, size in ((1, 1), (2, 2), (3, 1)):
        network = affine_predictions(size, output)
        objective = Objective(network, SQUARED_ERROR)
        rows, targets = symbols("g", samples, size + 1), symbols("y", samples)
        a, b, weight = symbols("a", size), symbols("b", size), symbols("l")

        def value(theta, objective=objective, rows=rows, targets=targets):
            return objective.value(theta, rows, targets)

        gap = chord_gap(value, extended(a, one), extended(b, one), weight)
        squares = square(rows[:, :size] @ (a - b)).sum() * Fraction(1, samples)
        check.zero(gap - weight * (1 - weight) * squares, "the gap minus a mean of squares")


def separate_losses(samples):
    """Losses of which nothing is known, another one for every sample."""
    parts = [uninterpreted(f"loss{number}") for number in range(samples)]
    return Loss(
        "any",
        lambda predictions, targets: np.array(
            [part(prediction) for part, prediction in zip(parts, predictions, strict=True)],
            dtype=object,
        ),
    )


@pytest.mark.claim(
    CLAIM, reading="any-loss", shows="holds", by="identity", when=["convex-in-prediction"]
)
@pytest.mark.control("square-output", "the prediction squared", output=SQUARE)
def test_the_gap_is_the_mean_of_the_gaps_in_the_prediction(check, *, output=IDENTITY):
    r"""With a loss that is convex in the prediction the step is valid.

    Where the prediction is affine, the chord of the objective has as its gap the mean of the gaps
    of the losses along the chords from $\hat y_i(a)$ to $\hat y_i(b)$. If each loss is convex in
    its prediction, none of these is negative. Checked for losses of which nothing is known,
    another one for every sample. One to three samples, one or two parameters; the loss is a mean
    over the samples.
    """
    one = SYMBOLS.enter(1)
    for samples, size in ((1, 1), (2, 2), (3, 1)):
        network = affine_predictions(size, output)
        loss = separate_losses(samples)
        objective = Objective(network, loss)
        rows, targets = symbols("g", samples, size + 1), symbols("y", samples)
        a = extended(symbols("a", size), one)
        b = extended(symbols("b", size), one)
        weight = symbols("l")

        def value(theta, objective=objective, rows=rows, targets=targets):
            return objective.value(theta, rows, targets)

        def of_predictions(predictions, loss=loss, targets=targets):
            return loss.value(predictions, targets)

        single = chord_gap(
            of_predictions, network.predict(a, rows), network.predict(b, rows), weight
        )
        check.zero(
            chord_gap(value, a, b, weight) - single.sum() * Fraction(1, samples),
            "the gap minus the mean of the gaps in the prediction",
        )


@pytest.mark.claim(CLAIM, reading="any-loss", shows="fails", by="counterexample")
@pytest.mark.control("squared-error", "squared error in its place", loss=SQUARED_ERROR)
def test_a_bounded_error_is_not_convex_in_a_linear_prediction(check, *, loss=BOUNDED_ERROR):
    r"""With a bounded error the prediction is linear and the loss is not convex.

    One sample $x = 1$, $y = 0$, one weight, prediction $w$, loss $\frac{w^2}{1+w^2}$ (outliers
    count at most 1). At $w = 1, 2, 3$ it is $\frac12, \frac45, \frac9{10}$: halfway the graph is
    at $\frac{8}{10}$ and the chord at $\frac{7}{10}$. The condition is sharp: a loss that is not
    convex in the prediction is not convex here either, where the prediction is the weight itself.
    """
    objective = Objective(linear(1, bias=False), loss)
    inputs, targets = RATIONALS.enter([[1]]), RATIONALS.enter([0])
    places = [RATIONALS.enter([w]) for w in (1, 2, 3)]
    gap = chord_gap(
        lambda theta: objective.value(theta, inputs, targets),
        places[0],
        places[2],
        RATIONALS.enter(Fraction(1, 2)),
    )
    check.that(gap.sign() < 0, "the chord from w = 1 to w = 3 dips below the graph", x=1, y=0)
    values = [objective.value(place, inputs, targets) for place in places]
    check.record("loss at w = 1, 2, 3, for x = 1, y = 0", values)
    check.record("gap halfway between w = 1 and w = 3", gap)
    check.size(points=1, weights=1)


@pytest.mark.claim(CLAIM, shows="holds", by="property")
@pytest.mark.claim(
    CLAIM, reading="any-loss", shows="holds", by="property", when=["convex-in-prediction"]
)
@pytest.mark.control("square-output", "the prediction squared", output=SQUARE)
@pytest.mark.control("bounded-error", "a loss that is not convex", losses=(BOUNDED_ERROR,))
@given(
    problem=strategies.chord_problems(strategies.data_sets(points=(1, 4), dimensions=(1, 2))),
    offset=st.integers(-3, 3),
    draws=300,
)
def test_random_affine_predictions(
    check, problem, offset, *, output=IDENTITY, losses=(SQUARED_ERROR, ABSOLUTE_ERROR)
):
    r"""On random affine predictions no chord dips below, with two convex losses.

    Predictions $g_i\cdot\theta + c$ with random $g_i$ and $c$; squared and absolute error, in
    exact rationals.
    """
    data, chord = problem
    samples, size = data.inputs.shape
    flat = bool(strategies.chord_labels(chord, data.inputs))
    network = affine_predictions(size, output)
    for loss in losses:
        objective = Objective(network, loss)

        def gap(arithmetic, objective=objective):
            rows = arithmetic.enter(np.column_stack([data.inputs, [offset] * samples]))
            one = arithmetic.enter(1)
            return chord_gap(
                lambda theta: objective.value(theta, rows, arithmetic.enter(data.targets)),
                extended(arithmetic.enter(chord.start), one),
                extended(arithmetic.enter(chord.end), one),
                arithmetic.enter(chord.weight),
            )

        check.nonnegative(
            gap,
            "the chord lies above the graph",
            tie=flat,
            inputs=data.inputs,
            targets=data.targets,
            offset=offset,
            start=chord.start,
            end=chord.end,
            weight=chord.weight,
            loss=loss,
        )
