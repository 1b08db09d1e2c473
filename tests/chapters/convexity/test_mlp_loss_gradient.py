"""The gradient of the mean squared error of a network with one hidden layer."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume
from hypothesis import strategies as st

from claims.compiled import Function
from claims.mathematics import (
    RELU,
    SQUARED_ERROR,
    Activation,
    Objective,
    Parity,
    Range,
    one_hidden_layer,
)
from claims.numbers import RATIONALS, symbols, uninterpreted
from claims.testing import given, strategies

CLAIM = "mlp-loss-gradient"
ANY = Activation(
    "any", uninterpreted("a"), uninterpreted("a'"), Parity.NONE, Range(None, None), False
)
SHAPES = ((1, 1, 1), (2, 2, 1), (1, 2, 3), (3, 1, 2), (2, 5, 5))


def two_over(samples):
    return Fraction(2, samples)


def one_over(samples):
    return Fraction(1, samples)


def two(samples):
    return Fraction(2)


@pytest.mark.claim(CLAIM, shows="holds", by="identity")
@pytest.mark.control("no-two", "1/N in place of 2/N", factor=one_over)
@pytest.mark.control("sum", "2 in place of 2/N", factor=two)
def test_residuals_times_derivatives_of_the_predictions(check, *, factor=two_over):
    r"""The derivative of the loss is 2/N times the sum of residual times derivative of prediction.

    The chain rule for $\frac1N \sum_i (\hat y_i - y_i)^2$. Checked in two ways: for predictions
    that are functions of which nothing is known but their derivatives, in one parameter, which
    covers every weight of every model wherever the predictions are differentiable; and on the
    recorded derivatives of a network with an activation of which nothing is known, for the whole
    block $W_1$, with symbolic data. One, two, three and five samples are executed, with up
    to five units; the loss is a mean over the samples.
    """
    for samples in (1, 2, 3, 5):
        predictions = [uninterpreted(f"p{number}") for number in range(samples)]

        def loss(w, y, predictions=predictions):
            values = np.array([prediction(w) for prediction in predictions], dtype=object)
            return SQUARED_ERROR.value(values, y).sum() * Fraction(1, len(values))

        w, y = symbols("w"), symbols("y", samples)
        terms = [
            (w.uninterpreted(f"p{number}") - y[number]) * w.uninterpreted(f"p{number}", 1)
            for number in range(samples)
        ]
        check.zero(
            Function(loss, w=(), y=(samples,)).gradient(w, y) - sum(terms) * factor(samples),
            "derivative of the loss minus the formula, for unknown predictions",
            samples=samples,
        )
    for features, units, samples in SHAPES:
        network = one_hidden_layer(features, units, ANY)
        theta, inputs = symbols("t", network.size), symbols("x", samples, features)
        targets = symbols("y", samples)
        gradient = Function(
            Objective(network, SQUARED_ERROR).value,
            theta=theta.shape,
            inputs=inputs.shape,
            targets=targets.shape,
        ).gradient(theta, inputs, targets)
        predictions = Function(network.predict, theta=theta.shape, inputs=inputs.shape)
        residuals = predictions.value(theta, inputs) - targets
        formula = residuals @ predictions.gradient(theta, inputs) * factor(samples)
        block = network.block("W1")
        check.zero(
            block.of(gradient) - block.of(formula),
            "derivative in W1 minus the formula",
            features=features,
            units=units,
            samples=samples,
        )


def written_out(network, theta, inputs, targets, factor=two_over):
    """The gradient (p,) by the formulas for the four blocks."""
    w1, b1, w2 = (network.block(name).of(theta) for name in ("W1", "b1", "W2"))
    hidden = inputs @ w1.T + b1
    residuals = network.predict(theta, inputs) - targets
    back = network.activation.derivative(hidden) * w2 * residuals[:, None]
    blocks = (
        (back.T @ inputs).reshape(-1),
        back.sum(axis=0),
        residuals @ network.activation.value(hidden),
        [residuals.sum()],
    )
    return np.concatenate(blocks) * factor(len(inputs))


def without_output_weights(network, theta, inputs, targets):
    """Wrong on purpose: the hidden blocks as if every output weight were 1."""
    block = network.block("W2")
    changed = theta.copy()
    changed[block.start : block.stop] = theta[block.start : block.stop] * 0 + 1
    residuals = network.predict(theta, inputs) - targets
    wrong = written_out(network, changed, inputs, network.predict(changed, inputs) - residuals)
    right = written_out(network, theta, inputs, targets)
    return np.concatenate([wrong[: block.start], right[block.start :]])


def half_factor(network, theta, inputs, targets):
    """Wrong on purpose: 1/N in place of 2/N."""
    return written_out(network, theta, inputs, targets, one_over)


@pytest.mark.claim(CLAIM, reading="every-block", shows="holds", by="identity")
@pytest.mark.control("half-factor", "1/N in place of 2/N", formula=half_factor)
@pytest.mark.control("no-output-weights", "W2 left out", formula=without_output_weights)
def test_all_four_blocks(check, *, formula=written_out):
    r"""The formulas for all four blocks are the derivatives of the recorded loss.

    With $h_i = W_1 x_i + b_1$ and $r_i = \hat y_i - y_i$: $\frac2N \sum_i r_i\,(W_2 \odot
    a'(h_i))\,x_i^\top$ for $W_1$, without $x_i^\top$ for $b_1$, $\frac2N \sum_i r_i\,a(h_i)$ for
    $W_2$ and $\frac2N \sum_i r_i$ for $b_2$. Checked for an activation of which only its
    derivative $a'$ is named, with symbolic data, in several shapes.
    """
    for features, units, samples in SHAPES:
        network = one_hidden_layer(features, units, ANY)
        theta, inputs = symbols("t", network.size), symbols("x", samples, features)
        targets = symbols("y", samples)
        gradient = Function(
            Objective(network, SQUARED_ERROR).value,
            theta=theta.shape,
            inputs=inputs.shape,
            targets=targets.shape,
        ).gradient(theta, inputs, targets)
        check.zero(
            gradient - formula(network, theta, inputs, targets),
            "gradient minus the formulas",
            features=features,
            units=units,
            samples=samples,
        )


@st.composite
def relu_problems(draw):
    """Data, a ReLU network on it and parameters at which no unit sits on its kink."""
    data = draw(strategies.data_sets(points=(1, 6), dimensions=(1, 2)))
    network = one_hidden_layer(data.inputs.shape[1], draw(st.integers(1, 5)), RELU)
    theta = draw(strategies.parameters(network.size))
    assume(not strategies.has_kink(theta, network.widths, data.inputs))
    return data, network, theta


@pytest.mark.claim(CLAIM, shows="holds", by="property")
@pytest.mark.claim(CLAIM, reading="every-block", shows="holds", by="property")
@pytest.mark.control("half-factor", "1/N in place of 2/N", formula=half_factor)
@pytest.mark.control("no-output-weights", "W2 left out", formula=without_output_weights)
@given(problem=relu_problems())
def test_against_exact_difference_quotients(check, problem, *, formula=written_out):
    r"""On random ReLU networks the formulas equal difference quotients, exactly.

    Where no unit sits on its kink, the predictions are linear in a single weight over a small
    step $\pm h$, and $(L(\theta + h e_k) - L(\theta - h e_k))/2h$ is the derivative without any
    error: an independent way to the gradient, in exact rationals.
    """
    data, network, theta = problem
    point = RATIONALS.enter(theta)
    entered = RATIONALS.enter(data.inputs), RATIONALS.enter(data.targets)
    objective = Objective(network, SQUARED_ERROR)
    step = Fraction(1, 2**100)
    quotients = []
    for place in range(network.size):
        ends = []
        for side in (1, -1):
            moved = point.copy()
            moved[place] = point[place] + side * step
            ends.append(objective.value(moved, *entered))
        quotients.append((ends[0] - ends[1]) / (2 * step))
    check.zero(
        formula(network, point, *entered) - np.array(quotients, dtype=object),
        "formula minus difference quotient",
        inputs=data.inputs,
        targets=data.targets,
        widths=network.widths,
        theta=theta,
    )
