"""Permutations, sign flips and scalings of hidden units keep the output; wrong ones are refused."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from claims.mathematics import (
    ACTIVATIONS,
    ARCTAN,
    CUBIC,
    IDENTITY,
    RELU,
    SIGMOID,
    SOFTPLUS,
    SQUARE,
    TANH,
    deep_linear,
    flip_unit,
    linear,
    one_hidden_layer,
    permute_units,
    scale_unit,
    swap_units,
)
from claims.numbers import RATIONALS, SYMBOLS, symbols

BIASES = [(True, True), (True, False), (False, True), (False, False)]


def networks(activation):
    for hidden, output in BIASES:
        yield one_hidden_layer(2, 3, activation, hidden_bias=hidden, output_bias=output)


def test_permutation_moves_rows_biases_and_columns_together():
    network = one_hidden_layer(2, 2, SIGMOID)
    theta = np.arange(9)
    assert permute_units(network, theta, (1, 0)).tolist() == [2, 3, 0, 1, 5, 4, 7, 6, 8]
    assert theta.tolist() == list(range(9))


def test_a_swap_exchanges_two_units():
    network = one_hidden_layer(1, 3, SIGMOID)
    theta = np.arange(10)
    assert swap_units(network, theta, 0, 2).tolist() == [2, 1, 0, 5, 4, 3, 8, 7, 6, 9]
    assert swap_units(network, theta, 2, 1).tolist() == [0, 2, 1, 3, 5, 4, 6, 8, 7, 9]
    assert swap_units(network, theta, 1, 1).tolist() == list(range(10))
    with pytest.raises(ValueError, match="one hidden layer"):
        swap_units(linear(2), np.zeros(3), 0, 1)


def test_permutations_compose():
    network = one_hidden_layer(1, 3, SIGMOID)
    theta = np.arange(network.size)
    for first in permutations(range(3)):
        for second in permutations(range(3)):
            twice = permute_units(network, permute_units(network, theta, first), second)
            once = permute_units(network, theta, [first[j] for j in second])
            assert twice.tolist() == once.tolist()


@pytest.mark.parametrize("activation", [SIGMOID, SOFTPLUS, SQUARE, ARCTAN], ids=str)
def test_permutations_keep_the_output(activation):
    inputs = symbols("x", 1, 2)
    for network in networks(activation):
        theta = symbols("t", network.size)
        for order in permutations(range(3)):
            moved = network.predict(permute_units(network, theta, order), inputs)
            assert (moved - network.predict(theta, inputs))[0].is_zero()


@pytest.mark.parametrize("activation", [TANH, ARCTAN, IDENTITY, CUBIC, SQUARE, SIGMOID], ids=str)
def test_sign_flips_keep_the_output(activation):
    inputs = symbols("x", 1, 2)
    for network in networks(activation):
        if activation is SIGMOID and not network.output_bias:
            continue
        theta = symbols("t", network.size)
        for unit in range(3):
            flipped = flip_unit(network, theta, unit)
            assert (network.predict(flipped, inputs) - network.predict(theta, inputs))[0].is_zero()
            moved = [j for j in range(network.size) if not (flipped[j] - theta[j]).is_zero()]
            incoming = {2 * unit, 2 * unit + 1} | ({6 + unit} if network.hidden_bias else set())
            assert incoming <= set(moved)


@pytest.mark.parametrize("activation", [IDENTITY, SQUARE, CUBIC], ids=str)
def test_scalings_keep_the_output(activation):
    inputs, factor = symbols("x", 1, 2), symbols("c")
    for network in networks(activation):
        theta = symbols("t", network.size)
        for unit in range(3):
            scaled = scale_unit(network, theta, unit, factor)
            assert (network.predict(scaled, inputs) - network.predict(theta, inputs))[0].is_zero()
            assert not (scaled[2 * unit] - theta[2 * unit]).is_zero()


def test_scaling_of_relu_units_on_both_sides_of_the_kink():
    network = one_hidden_layer(1, 2, RELU)
    theta = RATIONALS.enter([1, -1, 0, 2, 3, 5, 7])
    for unit in range(2):
        scaled = scale_unit(network, theta, unit, RATIONALS.enter(4))
        for x in (-3, -1, 0, 1, 2, 3):
            inputs = RATIONALS.enter([[x]])
            before, after = (network.predict(t, inputs)[0].fraction for t in (theta, scaled))
            assert before == after


@pytest.mark.parametrize("order", [(0, 0), (0,), (0, 1, 2), (1, 2)])
def test_refuses_what_is_no_permutation(order):
    with pytest.raises(ValueError, match="no permutation of 2 units"):
        permute_units(one_hidden_layer(1, 2, TANH), np.zeros(7), order)


@pytest.mark.parametrize("network", [linear(2), deep_linear(2, 2, 2, 1)])
def test_refuses_other_depths(network):
    with pytest.raises(ValueError, match="one hidden layer"):
        permute_units(network, np.zeros(network.size), (0, 1))


def test_refuses_symmetries_that_the_activation_lacks():
    theta = SYMBOLS.enter([0] * 4)
    with pytest.raises(ValueError, match="no parity"):
        flip_unit(one_hidden_layer(1, 1, SOFTPLUS), theta, 0)
    with pytest.raises(ValueError, match="needs an output bias"):
        flip_unit(one_hidden_layer(1, 1, SIGMOID, output_bias=False), theta, 0)
    with pytest.raises(ValueError, match="not positively homogeneous"):
        scale_unit(one_hidden_layer(1, 1, SIGMOID), theta, 0, symbols("c"))


def test_every_activation_has_the_symmetries_that_it_declares():
    assert {name for name, a in ACTIVATIONS.items() if a.homogeneity} == {
        "identity",
        "relu",
        "square",
        "cubic",
    }
