"""Loss and penalty depend on the same parameters: what holds where their sum is stationary."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Any

import pytest
from hypothesis import assume
from hypothesis import strategies as st

from claims.compiled import Function
from claims.mathematics import (
    IDENTITY,
    L2,
    SIGMOID,
    SQUARED_ERROR,
    Activation,
    DropoutObjective,
    Loss,
    Network,
    Objective,
    Parity,
    Range,
    linear,
    one_hidden_layer,
    ridge_weights,
)
from claims.numbers import RATIONALS, SYMBOLS, affine, square, symbols, uninterpreted
from claims.testing import given, strategies

CLAIM = "penalty-varies-with-parameters"
ANY = Activation(
    "any", uninterpreted("a"), uninterpreted("a'"), Parity.NONE, Range(None, None), False
)
ANY_LOSS = Loss("any", lambda prediction, target: uninterpreted("l")(prediction - target))


@dataclass(frozen=True)
class Constant:
    """Wrong on purpose: a penalty that does not vary with the parameters."""

    coefficient: Any

    def value(self, theta):
        return 0 * theta.sum() + self.coefficient


@cache
def penalised(network, loss, samples, kind=L2):
    return Function(
        lambda theta, inputs, targets, strength: Objective(
            network, loss, penalty=kind(strength[()])
        ).value(theta, inputs, targets),
        theta=(network.size,),
        inputs=(samples, network.widths[0]),
        targets=(samples,),
        strength=(),
    )


@pytest.mark.claim(CLAIM, shows="holds", by="identity")
@pytest.mark.control("constant-penalty", "a penalty without parameters", penalty=Constant)
def test_the_gradients_cancel_where_the_sum_is_stationary(check, *, penalty=L2):
    r"""Where the sum is stationary, the loss has the gradient $-2\lambda\theta$, not zero off 0.

    $\nabla L_\lambda = \nabla L + 2\lambda\theta$ everywhere. So

    $$\lVert\nabla L\rVert^2 = 4\lambda^2\lVert\theta\rVert^2 + \lVert\nabla L_\lambda\rVert^2 -
    4\lambda\,\theta^\top\nabla L_\lambda,$$

    which is $4\lambda^2\lVert\theta\rVert^2 > 0$ where $\nabla L_\lambda = 0$ and $\theta\ne0$.
    The penalty's own gradient $2\lambda\theta$ is the opposite of the loss's and not zero either.
    Executed for a linear model, one and two hidden layers with symbolic data, parameters and
    $\lambda$, a loss and an activation of which nothing is known; the penalty does not see the
    network.
    """
    strength = symbols("lam")
    for network in (linear(2), one_hidden_layer(1, 2, ANY), Network((1, 1, 1, 1), ANY, output=ANY)):
        theta, data = (
            symbols("t", network.size),
            (symbols("x", 2, network.widths[0]), symbols("y", 2)),
        )
        function = penalised(network, ANY_LOSS, 2, penalty)
        total = function.gradient(theta, *data, strength)
        alone = function.gradient(theta, *data, SYMBOLS.enter(0))
        check.zero(
            total - alone - 2 * strength * theta,
            "the gradient of the sum minus that of the loss minus 2 lambda theta",
            network=network,
        )
        check.zero(
            square(alone).sum()
            - 4 * square(strength) * square(theta).sum()
            - square(total).sum()
            + 4 * strength * (theta @ total),
            "the squared norm of the loss's gradient minus its form",
            network=network,
        )


def penalised_minimiser(inputs, targets, strength):
    return ridge_weights(inputs, targets, strength)


def plain_minimiser(inputs, targets, strength):
    """Wrong on purpose: the minimiser of a penalty of strength close to 0 in place of the given."""
    return ridge_weights(inputs, targets, strength * Fraction(1, 1000))


@pytest.mark.claim(CLAIM, shows="holds", by="property")
@pytest.mark.control("weaker-penalty", "the minimiser for lambda/1000", minimiser=plain_minimiser)
@given(
    data=strategies.data_sets(points=(1, 5), dimensions=(1, 3)),
    strength=st.builds(Fraction, st.integers(1, 8), st.integers(1, 6)),
)
def test_random_regressions_balance_loss_and_penalty(
    check, data, strength, *, minimiser=penalised_minimiser
):
    """At the penalised minimiser of random regressions the loss still has a slope: -2 lambda w.

    Linear regression without bias, in exact rationals, inputs of any rank; data whose penalised
    minimiser is the origin are left out.
    """
    weights = minimiser(data.inputs, data.targets, strength)
    assume(any(weights))
    network = linear(data.inputs.shape[1], bias=False)
    sample = RATIONALS.enter(data.inputs), RATIONALS.enter(data.targets)
    slope = penalised(network, SQUARED_ERROR, len(data.inputs)).gradient(
        RATIONALS.enter(weights), *sample, RATIONALS.enter(0)
    )
    witness = {"inputs": data.inputs, "targets": data.targets, "strength": strength}
    check.zero(
        slope + 2 * strength * RATIONALS.enter(weights),
        "the gradient of the loss plus 2 lambda w",
        **witness,
    )
    check.that(any(entry.sign() for entry in slope), "the gradient is not zero", **witness)


@cache
def dropout_term(network, samples):
    """What dropout of the hidden units adds to the squared error, with the rate as an argument."""
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


def squared_products(network, theta, inputs):
    """Return v_j^2 a_ij^2, shape (N, n)."""
    parts = {block.name: block.of(theta) for block in network.blocks}
    hidden = network.activation.value(affine(inputs, parts["W1"], parts.get("b1")))
    return square(hidden * parts["W2"][0])


def output_weights(network):
    return slice(network.block("W2").start, network.block("W2").stop)


def input_weights(network):
    return slice(network.block("W1").start, network.block("W1").stop)


@pytest.mark.claim(CLAIM, reading="dropout-term", shows="holds", by="identity")
@pytest.mark.control("input-weights", "the slope along the input weights", part=input_weights)
def test_the_dropout_term_always_falls_with_the_output_weights(check, *, part=output_weights):
    r"""The added term $R$ is quadratic in the output weights, so its gradient is not 0 off $v = 0$.

    The slope of $R$ along the output weights is $v^\top\nabla_vR = 2R =
    \frac{2p}{1-p}\frac1N\sum_{i,j}v_j^2a_{ij}^2$: positive, because a sigmoid is never 0, $0<p<1$
    and some $v_j\ne0$. If the averaged loss $L + R$ and $L$ were both stationary at such a point,
    $\nabla R$ would be 0. Executed on the recorded gradient of the average over all masks minus
    the loss, for symbolic data, parameters and rate, (samples, inputs, units) = (1, 1, 1), (2, 1,
    2) and (1, 2, 3); units and samples are terms of a sum.
    """
    rate = symbols("p")
    for samples, features, units in ((1, 1, 1), (2, 1, 2), (1, 2, 3)):
        network = one_hidden_layer(features, units, SIGMOID)
        theta = symbols("t", network.size)
        inputs, targets = symbols("x", samples, features), symbols("y", samples)
        slope = dropout_term(network, samples).gradient(theta, inputs, targets, rate)
        squares = squared_products(network, theta, inputs).sum() * Fraction(2, samples)
        check.zero(
            theta[part(network)] @ slope[part(network)] - squares * (rate / (1 - rate)),
            "the slope along the output weights minus twice the term",
            samples=samples,
            features=features,
            units=units,
        )


@st.composite
def dropout_problems(draw):
    data = draw(strategies.data_sets(points=(1, 3), dimensions=(1, 2), exponents=(-2, 1)))
    network = one_hidden_layer(data.inputs.shape[1], draw(st.integers(1, 2)), SIGMOID)
    theta = draw(strategies.parameters(network.size))
    return data, network, theta, Fraction(draw(st.integers(1, 6)), 7)


@pytest.mark.claim(CLAIM, reading="dropout-term", shows="holds", by="property")
@pytest.mark.control("input-weights", "the slope along the input weights", part=input_weights)
@given(problem=dropout_problems())
def test_the_dropout_term_at_random_points(check, problem, *, part=output_weights):
    """At random points with an output weight that is not 0, scaling all of them up costs more.

    One or two sigmoid units, rates from 1/7 to 6/7; the slope of the added term along the output
    weights is decided in balls.
    """
    data, network, theta, rate = problem
    assume(theta[output_weights(network)].any())
    function = dropout_term(network, len(data.inputs))

    def slope(arithmetic):
        point = arithmetic.enter(theta)
        sample = arithmetic.enter(data.inputs), arithmetic.enter(data.targets)
        gradient = function.gradient(point, *sample, arithmetic.enter(rate))
        return point[part(network)] @ gradient[part(network)]

    check.positive(
        slope,
        "the slope of the added term along the output weights",
        tie=not theta[part(network)].any(),
        network=network,
        inputs=data.inputs,
        targets=data.targets,
        theta=theta,
        rate=rate,
    )


@pytest.mark.claim(CLAIM, reading="always-opposed", shows="fails", by="counterexample")
@pytest.mark.control("below-the-minimum", "target 2, which the weight 1 does not reach", target=2)
def test_loss_and_penalty_can_agree(check, *, target=0):
    r"""One sample $x = 1$, $y = 0$ of linear regression: both gradients point the same way.

    At $w = 1$ the loss $w^2$ has the derivative 2 and the penalty $\lambda w^2$ the derivative
    $2\lambda$: both pull towards 0. At stationary points the two are opposed, elsewhere they need
    not be; beyond a minimiser of the loss they agree.
    """
    network = Network((1, 1), IDENTITY, output_bias=False)
    function = penalised(network, SQUARED_ERROR, 1)
    theta, data = RATIONALS.enter([1]), (RATIONALS.enter([[1]]), RATIONALS.enter([target]))
    loss = function.gradient(theta, *data, RATIONALS.enter(0))
    penalty = function.gradient(theta, *data, RATIONALS.enter(1)) - loss
    check.that((loss @ penalty).sign() > 0, "the inner product is positive", target=target)
    check.record("derivative of the loss at w = 1, x = 1", loss[0].fraction)
    check.record("derivative of the penalty of strength 1 there", penalty[0].fraction)
    check.size(points=1, weights=1)
