"""The layout of the parameters, the outputs computed by hand, and what is refused."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from claims.mathematics import (
    CROSS_ENTROPY,
    IDENTITY,
    L2,
    RELU,
    SIGMOID,
    SQUARE,
    SQUARED_ERROR,
    Network,
    Objective,
    deep_linear,
    linear,
    neuron,
    one_hidden_layer,
)
from claims.numbers import FLOATS, RATIONALS


def exactly(scalar):
    return scalar.fraction


@pytest.mark.parametrize(
    ("network", "names", "size"),
    [
        (linear(3), ["W1", "b1"], 4),
        (linear(3, bias=False), ["W1"], 3),
        (neuron(2, SIGMOID), ["W1"], 2),
        (neuron(2, SIGMOID, bias=True), ["W1", "b1"], 3),
        (one_hidden_layer(2, 3, RELU), ["W1", "b1", "W2", "b2"], 13),
        (one_hidden_layer(2, 3, RELU, hidden_bias=False), ["W1", "W2", "b2"], 10),
        (one_hidden_layer(2, 3, RELU, output_bias=False), ["W1", "b1", "W2"], 12),
        (deep_linear(2, 3, 1), ["W1", "W2"], 9),
    ],
)
def test_blocks_tile_the_parameters(network, names, size):
    assert [block.name for block in network.blocks] == names
    assert network.size == size
    theta = np.arange(size)
    pieces = [block.of(theta).reshape(-1) for block in network.blocks]
    assert np.concatenate(pieces).tolist() == theta.tolist()


def test_output_computed_by_hand():
    # Hidden units: relu(1*3 - 2*1 + 1) = 2 and relu(-3 + 0 + 1) = 0; output 5*2 + 7*0 + 4.
    network = one_hidden_layer(2, 2, RELU)
    theta = RATIONALS.enter([1, -2, -1, 0, 1, 1, 5, 7, 4])
    assert exactly(network.predict(theta, RATIONALS.enter([[3, 1]]))[0]) == 14


def test_depth_uses_the_activation_on_hidden_layers_only():
    # (2 * 3)^2 = 36, (36 * 2)^2 = 5184, times -1 without activation.
    network = Network((1, 1, 1, 1), SQUARE, IDENTITY, hidden_bias=False, output_bias=False)
    theta = RATIONALS.enter([2, 2, -1])
    assert exactly(network.predict(theta, RATIONALS.enter([[3]]))[0]) == -5184


def test_output_activation():
    network = neuron(1, SQUARE, bias=True)
    assert exactly(network.predict(RATIONALS.enter([2, 1]), RATIONALS.enter([[3]]))[0]) == 49


@pytest.mark.parametrize("widths", [(2,), (2, 3), (2, 0, 1), (0, 1), (2, 2, 2)])
def test_refuses_widths(widths):
    with pytest.raises(ValueError, match=r"give \(inputs, hidden"):
        Network(widths)


@pytest.mark.parametrize(
    ("theta", "inputs"), [((3,), (1, 3)), ((4,), (1, 2)), ((4,), (3,)), ((4, 1), (1, 3))]
)
def test_refuses_shapes(theta, inputs):
    with pytest.raises(ValueError, match="do not fit widths"):
        linear(3).predict(np.zeros(theta), np.zeros(inputs))


def test_unknown_block_is_named():
    with pytest.raises(KeyError, match="b9"):
        linear(1).block("b9")


def test_mean_sum_and_penalty():
    inputs, targets = RATIONALS.enter([[1], [2]]), RATIONALS.enter([0, 1])
    theta = RATIONALS.enter([3, 1])  # errors 4 and 6
    network = linear(1)
    total = Objective(network, SQUARED_ERROR, reduction="sum").value(theta, inputs, targets)
    mean = Objective(network, SQUARED_ERROR).value(theta, inputs, targets)
    penalised = Objective(network, SQUARED_ERROR, penalty=L2(Fraction(1, 5)))
    assert (exactly(total), exactly(mean)) == (52, 26)
    assert exactly(penalised.value(theta, inputs, targets)) == 28


def test_cross_entropy_keeps_small_losses():
    # log(1 + e^-40) = e^-40 to 17 digits, where softplus(z) - z is 0 in floats.
    value = CROSS_ENTROPY.value(FLOATS.enter(40), FLOATS.enter(1))
    assert value == pytest.approx(np.exp(-40.0), rel=1e-15)


@pytest.mark.parametrize(("inputs", "targets"), [((2, 1), (3,)), ((0, 1), (0,)), ((2, 1), (2, 1))])
def test_objective_refuses_targets(inputs, targets):
    with pytest.raises(ValueError, match="give one target a row"):
        Objective(linear(1), SQUARED_ERROR).value(np.zeros(2), np.zeros(inputs), np.zeros(targets))
