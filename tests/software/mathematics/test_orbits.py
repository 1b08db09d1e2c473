"""Orbits under the finite symmetries: how many images, which, and what is told apart."""

from __future__ import annotations

from math import factorial

import numpy as np
import pytest

from claims.mathematics import (
    ARCTAN,
    RELU,
    SIGMOID,
    SOFTPLUS,
    SQUARE,
    TANH,
    deep_linear,
    has_sign_flips,
    images,
    linear,
    one_hidden_layer,
    other_setting,
    unit_rows,
)
from claims.numbers import symbols

BIASES = [(True, True), (True, False), (False, True), (False, False)]


def test_rows_of_units():
    theta = np.arange(13.0)
    with_bias = one_hidden_layer(2, 3, TANH)
    rows = [[0, 1, 6, 9], [2, 3, 7, 10], [4, 5, 8, 11]]
    assert unit_rows(with_bias, theta).tolist() == rows
    without = one_hidden_layer(2, 3, TANH, hidden_bias=False, output_bias=False)
    assert unit_rows(without, theta[:9]).tolist() == [[0, 1, 6], [2, 3, 7], [4, 5, 8]]


@pytest.mark.parametrize("network", [linear(2), deep_linear(2, 2, 2, 1)])
def test_other_depths_are_refused(network):
    with pytest.raises(ValueError, match="one hidden layer"):
        unit_rows(network, np.zeros(network.size))
    with pytest.raises(ValueError, match="one hidden layer"):
        next(images(network, np.zeros(network.size)))


@pytest.mark.parametrize(
    ("activation", "flips"),
    [
        (TANH, (True, True, True, True)),
        (ARCTAN, (True, True, True, True)),
        (SQUARE, (True, True, True, True)),
        (SIGMOID, (True, False, True, False)),
        (SOFTPLUS, (False, False, False, False)),
        (RELU, (False, False, False, False)),
    ],
    ids=str,
)
def test_which_networks_have_flips_and_how_many_images(activation, flips):
    for (hidden, output), expected in zip(BIASES, flips, strict=True):
        for units in (1, 2, 3):
            network = one_hidden_layer(1, units, activation, hidden_bias=hidden, output_bias=output)
            assert has_sign_flips(network) is expected
            theta = symbols("t", network.size)
            found = [tuple(map(str, image)) for image in images(network, theta)]
            assert found[0] == tuple(map(str, theta))
            assert len(found) == len(set(found)) == factorial(units) * 2 ** (units * expected)


def test_images_keep_the_output_and_leave_theta_alone():
    inputs = symbols("x", 1, 2)
    for activation in (SIGMOID, SQUARE, SOFTPLUS):
        network = one_hidden_layer(2, 2, activation)
        theta = symbols("t", network.size)
        before = [str(entry) for entry in theta]
        for image in images(network, theta):
            assert (network.predict(image, inputs) - network.predict(theta, inputs))[0].is_zero()
        assert [str(entry) for entry in theta] == before


def test_equal_units_have_fewer_distinct_images():
    network = one_hidden_layer(1, 3, SOFTPLUS)
    theta = np.array([1.0, 1.0, 2.0, 0.0, 0.0, 0.0, 5.0, 5.0, 5.0, 7.0])
    assert len({tuple(image) for image in images(network, theta)}) == 3
    theta[6] = 4.0
    assert len({tuple(image) for image in images(network, theta)}) == 6


def test_another_setting_by_a_swap_or_by_a_shift():
    network = one_hidden_layer(1, 3, TANH)
    theta = np.array([1.0, 1.0, 1.0, 2.0, 2.0, 2.0, 5.0, 5.0, 6.0, 7.0])
    found = other_setting(network, theta)
    assert found.tolist() == [1, 1, 1, 2, 2, 2, 6, 5, 5, 7]
    theta[1] = 3.0
    assert other_setting(network, theta).tolist() == [3, 1, 1, 2, 2, 2, 5, 5, 6, 7]
    theta[1], theta[8] = 1.0, 5.0
    assert other_setting(network, theta).tolist() == [1, 1, 1, 2, 2, 2, 10, 0, 5, 7]
    theta[6:9] = 0.0
    assert other_setting(network, theta).tolist() == [1, 1, 1, 2, 2, 2, 1, -1, 0, 7]
    assert theta.tolist() == [1, 1, 1, 2, 2, 2, 0, 0, 0, 7]


def test_one_unit_has_no_other_setting_of_that_kind():
    with pytest.raises(ValueError, match="at least two units"):
        other_setting(one_hidden_layer(1, 1, TANH), np.zeros(4))
