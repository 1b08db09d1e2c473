"""A nonlinear derivative does not make a loss non-convex."""

from __future__ import annotations

from fractions import Fraction

import pytest

from claims.compiled import Function
from claims.mathematics import (
    CROSS_ENTROPY,
    IDENTITY,
    SIGMOID,
    SOFTPLUS,
    SQUARE,
    SQUARED_ERROR,
    Objective,
    chord_gap,
    neuron,
)
from claims.numbers import (
    SYMBOLS,
    logistic,
    logistic_complement,
    softplus,
    square,
    symbols,
)

CLAIM = "nonlinear-gradient-inference"
HALF = Fraction(1, 2)


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
    check.record("model", "prediction ln(1 + e^w), x = 1, y = 0, squared error")


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
    check.record("losses", "ln(1 + e^w) and w^4")
