"""Value, gradient and Hessian go with the permutation: a copy of a minimum is a minimum."""

from __future__ import annotations

from functools import cache
from itertools import permutations

import numpy as np
import pytest
from hypothesis import strategies as st

from claims.compiled import Function
from claims.mathematics import (
    CROSS_ENTROPY,
    SIGMOID,
    SQUARED_ERROR,
    TANH,
    Activation,
    Loss,
    Objective,
    Parity,
    Range,
    one_hidden_layer,
    permute_units,
    unknown_function,
)
from claims.numbers import SYMBOLS, square, symbols, uninterpreted
from claims.testing import given, strategies

CLAIM = "symmetric-copy-is-minimum"
BIASES = [(True, True), (True, False), (False, True), (False, False)]

# A function of which nothing is known: what is shown with it holds for every activation.
ANY = Activation(
    "any", uninterpreted("a"), uninterpreted("a'"), Parity.NONE, Range(None, None), False
)
ANY_LOSS = Loss("any", lambda prediction, target: uninterpreted("l")(prediction + 2 * target))


def permute_rows(network, theta, order):
    """Wrong on purpose: the outgoing weights stay."""
    moved = permute_units(network, theta, order)
    block = network.block("W2")
    moved[block.start : block.stop] = theta[block.start : block.stop]
    return moved


@pytest.mark.claim(CLAIM, shows="holds", by="identity")
@pytest.mark.control("rows-only", "the outgoing weights left in place", permute=permute_rows)
def test_the_value_and_all_distances_are_kept(check, *, permute=permute_units):
    r"""A permutation keeps every loss of the outputs and every distance, so minima stay minima.

    $L(\pi\theta) = L(\theta)$ because the outputs are the same, and $\lVert\pi\theta -
    \pi\theta'\rVert = \lVert\theta - \theta'\rVert$ because $\pi$ only reorders the parameters. So
    $\pi$ takes the ball of radius $\varepsilon$ round $\theta$ to the ball of the same radius
    round $\pi\theta$, with the same values: if $\theta$ is lowest in its ball, or strictly lowest,
    or lowest everywhere, so is $\pi\theta$. No derivative is needed. Executed for all permutations
    of one to four units, all choices of biases, an activation and a loss of the vector of outputs
    of which nothing is known; at every width a permutation reorders the terms of the outputs and
    of the squared distance.
    """
    inputs = symbols("x", 2, 1)
    for units in (1, 2, 3, 4):
        for hidden, output in BIASES:
            network = one_hidden_layer(1, units, ANY, hidden_bias=hidden, output_bias=output)
            theta, other = symbols("t", network.size), symbols("r", network.size)
            loss = unknown_function("L")
            value = loss(network.predict(theta, inputs))
            for order in permutations(range(units)):
                moved = permute(network, theta, order)
                witness = {"network": network, "order": order}
                change = loss(network.predict(moved, inputs)) - value
                check.zero(change, "change of the loss", **witness)
                apart = square(moved - permute(network, other, order)).sum()
                check.zero(apart - square(theta - other).sum(), "change of a distance", **witness)


def matrix_of(network, order, permute):
    """Return P, whose column j is the permuted unit vector e_j."""
    columns = [permute(network, row, order) for row in np.eye(network.size, dtype=object)]
    return np.array(columns).T


def carried(matrix, hessian):
    return matrix @ hessian @ matrix.T


def carried_back(matrix, hessian):
    """Wrong on purpose: the same for every swap, another matrix for a cycle of three units."""
    return matrix.T @ hessian @ matrix


def symbols_of(letter, shape):
    return symbols(letter, *shape)


def difference(found, expected, theta, targets):
    return found - expected


def zero_on_a_plane(found, expected, theta, targets):
    """Wrong on purpose: right only where the first target is the first parameter."""
    return found - expected + (targets[0] - theta[0])


@pytest.mark.claim(CLAIM, shows="holds", by="identity")
@pytest.mark.control("rows-only", "the outgoing weights left in place", permute=permute_rows)
@pytest.mark.control("carried-back", "P'HP in place of PHP'", carry=carried_back)
@pytest.mark.control("on-a-plane", "right where y_0 = p_0 alone", change_of=zero_on_a_plane)
def test_gradient_and_hessian_are_carried_along(
    check, *, permute=permute_units, carry=carried, change_of=difference
):
    r"""Gradient and Hessian at the copy are $P\nabla L$ and $P\,\nabla^2 L\,P^\top$.

    Differentiating $L(P\theta) = L(\theta)$ once and twice gives $P^\top\nabla L(P\theta) =
    \nabla L(\theta)$ and $P^\top\,\nabla^2 L(P\theta)\,P = \nabla^2 L(\theta)$ with the
    permutation matrix $P$. Because $P P^\top$ is the identity, $\det(P H P^\top - \lambda) =
    \det(H - \lambda)$: the eigenvalues, hence the numbers of positive, negative and zero ones,
    stay, so a saddle goes over into a saddle of the same index. Checked on the recorded
    derivatives for an activation and a loss of one sample of which only is known that they are
    twice differentiable, for the swap of two units with all choices of biases and for a cycle of
    three. A sum over samples has the same form, and all permutations are products of swaps.
    """
    cases = [((1, 0), *biases) for biases in BIASES] + [((1, 2, 0), True, True)]
    for order, hidden, output in cases:
        units = len(order)
        network = one_hidden_layer(1, units, ANY, hidden_bias=hidden, output_bias=output)
        shapes = {"theta": (network.size,), "inputs": (1, 1), "targets": (1,)}
        function = Function(Objective(network, ANY_LOSS).value, **shapes)
        theta, inputs, targets = map(symbols_of, "pxy", shapes.values())
        gradient = function.gradient(theta, inputs, targets)
        hessian = function.hessian(theta, inputs, targets)
        matrix = matrix_of(network, order, permute)
        moved = permute(network, theta, order)
        witness = {"network": network, "order": order}
        square_of = matrix @ matrix.T
        check.zero(square_of - np.eye(network.size, dtype=object), "P P' minus 1", **witness)
        check.zero(moved - matrix @ theta, "the copy minus P theta", **witness)
        change = change_of(
            function.gradient(moved, inputs, targets), matrix @ gradient, theta, targets
        )
        check.zero(change, "the gradient at the copy minus P times the gradient", **witness)
        change = function.hessian(moved, inputs, targets) - carry(matrix, hessian)
        check.zero(change, "the Hessian at the copy minus P H P'", **witness)


@cache
def derivatives(network, loss, samples):
    shapes = {"theta": (network.size,), "inputs": (samples, network.widths[0])}
    return Function(Objective(network, loss).value, **shapes, targets=(samples,))


@pytest.mark.claim(CLAIM, shows="holds", by="property")
@pytest.mark.control("rows-only", "the outgoing weights left in place", permute=permute_rows)
@given(
    point=strategies.network_points(
        (SIGMOID, TANH), units=(2, 3), dimensions=(1, 1), points=(1, 1)
    ),
    loss=st.sampled_from((SQUARED_ERROR, CROSS_ENTROPY)),
    shuffle=st.permutations(range(3)),
)
def test_random_gradients_are_carried_along(check, point, loss, shuffle, *, permute=permute_units):
    """On random networks and data the gradient at a permuted copy is the permuted gradient.

    Squared error and cross-entropy with label 1, compared exactly: values of the sigmoid at
    different arguments are kept as unknown numbers.
    """
    network = point.network
    function = derivatives(network, loss, len(point.inputs))
    order = tuple(unit for unit in shuffle if unit < network.widths[1])
    theta, inputs = SYMBOLS.enter(point.theta), SYMBOLS.enter(point.inputs)
    targets = SYMBOLS.enter([1])
    check.label(loss.name)
    change = function.gradient(permute(network, theta, order), inputs, targets)
    check.zero(
        change - permute(network, function.gradient(theta, inputs, targets), order),
        "the gradient at the copy minus the permuted gradient",
        network=network,
        theta=point.theta,
        inputs=point.inputs,
        loss=loss,
        order=order,
    )
