"""Nonlinear activations are neither needed for a non-convex loss, nor always enough."""

from __future__ import annotations

from fractions import Fraction

import pytest

from claims.compiled import Function
from claims.mathematics import (
    CROSS_ENTROPY,
    IDENTITY,
    SIGMOID,
    SQUARED_ERROR,
    Activation,
    Objective,
    Parity,
    Range,
    chord_gap,
    linear,
    neuron,
    one_hidden_layer,
    swing_chord,
)
from claims.numbers import (
    RATIONALS,
    SYMBOLS,
    logistic,
    logistic_complement,
    softplus,
    square,
    symbols,
    uninterpreted,
)

CLAIM = "nonlinear-activation-inference"
ANY = Activation(
    "any", uninterpreted("a"), uninterpreted("a'"), Parity.NONE, Range(None, None), False
)
HALF = Fraction(1, 2)


def two_layers(bias):
    return one_hidden_layer(1, 1, IDENTITY, hidden_bias=bias, output_bias=bias)


def one_layer(bias):
    """Wrong on purpose: no hidden layer, its parameters filled up by inputs 0."""
    return linear(4 if bias else 2, bias=False)


@pytest.mark.claim(CLAIM, shows="fails", by="counterexample")
@pytest.mark.control("one-layer", "no hidden layer", network=one_layer)
def test_a_linear_network_of_two_layers_is_not_convex(check, *, network=two_layers):
    r"""Two layers without any nonlinearity have a non-convex loss: $(v w - 1)^2$.

    One sample $x = 1$, $y = 1$, one hidden unit with the identity as activation: the loss is $(v
    w - 1)^2$ without biases. At $(w, v) = (1, 1)$ and $(-1, -1)$ it is 0, at their midpoint $(0,
    0)$ it is 1. With biases the same points, all biases 0, do the same. The product of weights of
    two layers is enough; no nonlinear activation is needed.
    """
    for bias in (False, True):
        model = network(bias)
        objective = Objective(model, SQUARED_ERROR)
        inputs = RATIONALS.enter([[1] + [0] * (model.widths[0] - 1)])
        targets = RATIONALS.enter([1])
        ends = [[s, 0, s, 0] if bias else [s, s] for s in (1, -1)]
        gap = chord_gap(
            lambda theta: objective.value(theta, inputs, targets),  # noqa: B023
            *map(RATIONALS.enter, ends),
            RATIONALS.enter(HALF),
        )
        check.that(gap.sign() < 0, "the chord dips below the graph", x=1, y=1, biases=bias)
    objective = Objective(two_layers(False), SQUARED_ERROR)
    data = RATIONALS.enter([[1]]), RATIONALS.enter([1])
    values = [objective.value(RATIONALS.enter([w, w]), *data) for w in (1, 0, -1)]
    check.record("loss at (w, v) = (1, 1), (0, 0), (-1, -1)", values)
    check.size(points=1, inputs=1, units=1)


def kept_sign(network, *arguments):
    """Wrong on purpose: the second end keeps the sign of the output weight."""
    start, end = swing_chord(network, *arguments)
    place = network.block("W2").start
    end[place] = -end[place]
    return start, end


@pytest.mark.claim(CLAIM, reading="sufficient", shows="holds", by="identity", when=["hidden-layer"])
@pytest.mark.control("kept-sign", "the sign of the output weight kept", chord=kept_sign)
def test_in_a_hidden_layer_a_nonlinear_activation_is_enough(check, *, chord=swing_chord):
    r"""In a hidden layer with biases every nonlinear activation makes the loss non-convex.

    An activation that is not affine is not constant, so $a(\beta_1) \ne a(\beta_2)$ for some
    biases, and that is all that is used. (With a constant activation, which is affine, the loss is
    that of $c$ alone and convex.) Hidden weights 0, other units off, ends $(v, \beta_1, f_0 - v
    a(\beta_1))$ and $(-v, \beta_2, f_0 + v a(\beta_2))$: both output $f_0$ at every input, their
    midpoint any number. For squared error and $f_0$ the mean target the midpoint lies higher by
    the square of the change; for cross-entropy, $f_0 = 0$ and a change of $1$ or $-1$, the two
    rises have the positive sum $\ln(1+e) + \ln(1+e^{-1}) - 2\ln 2$.

    Executed for symbolic data, one unit on one point and two units on two; the other units are off
    and every point has the same output, so that neither their numbers nor the data matter.
    """
    low, high, rise = symbols("low"), symbols("high"), symbols("r")
    for features, units, samples in ((1, 1, 1), (2, 2, 2)):
        network = one_hidden_layer(features, units, ANY)
        inputs, targets = symbols("x", samples, features), symbols("y", samples)
        share = targets.sum() * Fraction(1, samples)
        cases = (
            (SQUARED_ERROR, share, rise, square(rise)),
            *(
                (
                    CROSS_ENTROPY,
                    SYMBOLS.enter(0),
                    SYMBOLS.enter(side),
                    softplus(SYMBOLS.enter(side)) - softplus(SYMBOLS.enter(0)) - side * share,
                )
                for side in (1, -1)
            ),
        )
        for loss, level, change, lift in cases:
            objective = Objective(network, loss)
            ends = chord(network, symbols("t", network.size), low, high, level, change)
            gap = chord_gap(lambda t: objective.value(t, inputs, targets), *ends, HALF)  # noqa: B023
            check.zero(gap + lift, "the gap plus the rise at the midpoint", loss=loss, units=units)
    check.positive(
        lambda a: softplus(a.enter(1)) + softplus(a.enter(-1)) - 2 * softplus(a.enter(0)),
        "the sum of the two rises of the cross-entropy",
    )


@pytest.mark.claim(CLAIM, reading="sufficient", shows="fails", by="counterexample")
@pytest.mark.control("squared-error", "squared error of the same output", model=None)
def test_logistic_regression_has_a_nonlinear_activation(check, *, model=(IDENTITY, CROSS_ENTROPY)):
    r"""Logistic regression applies a sigmoid, at the output, and is convex on every data set.

    One sample with input $x$ and label $t$: as a function of the weight the cross-entropy of the
    output $s(w x)$ is $\ln(1+e^{wx}) - t w x$, with the second derivative $s(wx)\,s(-wx)\,x^2 \ge
    0$. The nonlinear activation stands at the output, not in a hidden layer.
    """
    output, loss = model or (SIGMOID, SQUARED_ERROR)
    theta, inputs, targets = symbols("w", 1), symbols("x", 1, 1), symbols("t", 1)
    objective = Objective(neuron(1, output), loss)
    hessian = Function(objective.value, theta=(1,), inputs=(1, 1), targets=(1,)).hessian(
        theta, inputs, targets
    )
    logit = theta[0] * inputs[0, 0]
    check.zero(
        hessian[0, 0] - logistic(logit) * logistic_complement(logit) * square(inputs[0, 0]),
        "second derivative minus s(z) s(-z) x^2",
    )
    check.record("second derivative, one sample and one weight", hessian[0, 0])
    check.size(points=1, weights=1)
