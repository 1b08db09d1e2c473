"""L2 regularisation adds lambda times the sum of the squared parameters."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import strategies as st

from claims.compiled import Function
from claims.mathematics import (
    CUBIC,
    IDENTITY,
    L2,
    RELU,
    SQUARE,
    SQUARED_ERROR,
    Activation,
    Loss,
    Network,
    Objective,
    Parity,
    Range,
    linear,
    one_hidden_layer,
)
from claims.numbers import RATIONALS, square, symbols, uninterpreted
from claims.testing import given, strategies

CLAIM = "l2-sum-of-squares"
ANY = Activation(
    "any", uninterpreted("a"), uninterpreted("a'"), Parity.NONE, Range(None, None), False
)
NETWORKS = (
    linear(2),
    linear(2, bias=False),
    Network((2, 1), output=ANY, output_bias=False),
    one_hidden_layer(1, 2, ANY),
    one_hidden_layer(2, 1, ANY, hidden_bias=False),
    Network((1, 1, 1, 1), ANY, output=ANY),
)


def any_losses(predictions, targets):
    """A loss of which nothing is known, another one for every sample."""
    return np.array([uninterpreted(f"l{i}")(p) for i, p in enumerate(predictions)], dtype=object)


ANY_LOSS = Loss("any", any_losses)


@dataclass(frozen=True)
class Halved:
    """Wrong on purpose: half the coefficient, as where the penalty is written lambda/2."""

    coefficient: Any

    def value(self, theta):
        return square(theta).sum() * self.coefficient * Fraction(1, 2)


@dataclass(frozen=True)
class WithoutLast:
    """Wrong on purpose: the last parameter is left out, as biases often are."""

    coefficient: Any

    def value(self, theta):
        return square(theta[:-1]).sum() * self.coefficient


@pytest.mark.claim(CLAIM, shows="holds", by="identity")
@pytest.mark.control("halved", "half the coefficient", penalty=Halved)
@pytest.mark.control("last-left-out", "the last parameter not penalised", penalty=WithoutLast)
def test_value_gradient_and_hessian(check, *, penalty=L2):
    r"""The penalty adds $2\lambda\theta$ to the gradient and $2\lambda I$ to the Hessian.

    The value gains $\lambda\sum_k\theta_k^2$. The penalty is a summand, so its derivatives are
    added to those of the loss, whatever the loss is. The differences between the objective with
    and without penalty, and between their recorded first and second derivatives, are computed for
    symbolic parameters, data and $\lambda$, for networks of one, two and three layers with and
    without biases, an activation of which nothing is known and a loss of which nothing is known,
    another one for each sample.
    """
    strength = symbols("lam")
    for network in NETWORKS:
        theta, inputs = symbols("t", network.size), symbols("x", 2, network.widths[0])
        targets = symbols("y", 2)
        plain, penalised = (
            Function(
                lambda theta, inputs, targets, strength, network=network, kind=kind: Objective(
                    network, ANY_LOSS, penalty=kind and kind(strength[()])
                ).value(theta, inputs, targets),
                theta=theta.shape,
                inputs=inputs.shape,
                targets=targets.shape,
                strength=(),
            )
            for kind in (None, penalty)
        )
        data = theta, inputs, targets, strength
        added = penalised.value(*data) - plain.value(*data)
        check.zero(
            added - strength * square(theta).sum(),
            "the change of the value minus lambda times the sum of squares",
            network=network,
        )
        check.zero(
            penalised.gradient(*data) - plain.gradient(*data) - 2 * strength * theta,
            "the change of the gradient minus 2 lambda theta",
            network=network,
        )
        check.zero(
            penalised.hessian(*data)
            - plain.hessian(*data)
            - np.eye(network.size, dtype=int) * (2 * strength),
            "the change of the Hessian minus 2 lambda I",
            network=network,
        )


@st.composite
def penalised_problems(draw):
    """A network with a rational activation, data, parameters and a strength, all exact."""
    data = draw(strategies.data_sets(points=(1, 3), dimensions=(1, 2)))
    hidden = draw(strategies.network_shapes(inputs=(1, 1), units=(1, 2)))[1:]
    network = Network(
        (data.inputs.shape[1], *hidden),
        draw(st.sampled_from((IDENTITY, SQUARE, CUBIC, RELU))),
        hidden_bias=draw(st.booleans()),
        output_bias=draw(st.booleans()),
    )
    theta = draw(strategies.parameters(network.size))
    return data, network, theta, draw(strategies.rationals())


@pytest.mark.claim(CLAIM, shows="holds", by="property")
@pytest.mark.control("halved", "half the coefficient", penalty=Halved)
@pytest.mark.control("last-left-out", "the last parameter not penalised", penalty=WithoutLast)
@given(problem=penalised_problems())
def test_difference_on_random_networks(check, problem, *, penalty=L2):
    """On random networks and data the values differ by exactly that, in rationals.

    Up to three layers, with and without biases, squared error; strengths of either sign.
    """
    data, network, theta, strength = problem
    point = RATIONALS.enter(theta)
    sample = RATIONALS.enter(data.inputs), RATIONALS.enter(data.targets)
    plain = Objective(network, SQUARED_ERROR).value(point, *sample)
    penalised = Objective(network, SQUARED_ERROR, penalty=penalty(strength)).value(point, *sample)
    check.label(f"{len(network.widths) - 1} layers")
    check.zero(
        penalised - plain - square(point).sum() * strength,
        "the change of the value minus lambda times the sum of squares",
        network=network,
        inputs=data.inputs,
        targets=data.targets,
        theta=theta,
        strength=strength,
    )
