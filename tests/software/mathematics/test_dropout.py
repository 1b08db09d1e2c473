"""Dropout averaged over all masks: probabilities, layers, scaling, every arithmetic."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from claims.compiled import Function
from claims.mathematics import (
    CUBIC,
    IDENTITY,
    L2,
    RELU,
    SIGMOID,
    SQUARED_ERROR,
    DropoutObjective,
    Network,
    Objective,
    dropout_penalty,
    expectation_over_masks,
    linear,
    masked_parameters,
    masks,
    one_hidden_layer,
)
from claims.numbers import BALLS, FLOATS, RATIONALS, precision, symbols

QUARTER = Fraction(1, 4)
NETWORK = one_hidden_layer(1, 2, IDENTITY)
THETA = [2, 3, 5, 7, 11, 13, 17]  # w1 w2, b1 b2, v1 v2, c


def test_masks_come_with_their_probabilities():
    assert list(masks(2, QUARTER)) == [
        (Fraction(9, 16), (1, 1)),
        (Fraction(3, 16), (1, 0)),
        (Fraction(3, 16), (0, 1)),
        (Fraction(1, 16), (0, 0)),
    ]
    assert list(masks(1, 0)) == [(1, (1,)), (0, (0,))]


def test_expectation_weighs_each_mask():
    assert expectation_over_masks(2, QUARTER, lambda mask: 10 * mask[0] + mask[1]) == Fraction(
        33, 4
    )
    assert expectation_over_masks(3, 0, sum) == 3


def entries(theta):
    return [entry.fraction for entry in theta]


def test_masked_parameters_scale_the_outgoing_weights_only():
    theta = RATIONALS.enter(THETA)
    moved = masked_parameters(NETWORK, theta, 1, (1, 0), QUARTER)
    assert entries(moved) == [2, 3, 5, 7, Fraction(44, 3), 0, 17]
    plain = masked_parameters(NETWORK, theta, 1, (0, 1), QUARTER, rescaled=False)
    assert entries(plain) == [2, 3, 5, 7, 0, 13, 17]
    dropped = masked_parameters(NETWORK, theta, 0, (0,), QUARTER)
    assert entries(dropped) == [0, 0, 5, 7, 11, 13, 17]
    assert entries(theta) == THETA


def test_masking_weights_is_masking_the_units():
    network = Network((2, 3, 2, 1), CUBIC)
    theta = RATIONALS.enter(range(1, network.size + 1))
    inputs = RATIONALS.enter([[1, -2]])
    mask = (1, 0, 1)
    parts = {block.name: block.of(theta) for block in network.blocks}
    hidden = CUBIC.value(inputs @ parts["W1"].T + parts["b1"]) * np.array(mask) * Fraction(4, 3)
    hidden = CUBIC.value(hidden @ parts["W2"].T + parts["b2"])
    output = (hidden @ parts["W3"].T + parts["b3"])[0, 0]
    moved = masked_parameters(network, theta, 1, mask, QUARTER)
    assert (network.predict(moved, inputs)[0] - output).sign() == 0


@pytest.mark.parametrize("layer", [-1, 2, 3])
def test_layers_that_cannot_be_masked(layer):
    theta, data = RATIONALS.enter(THETA), (RATIONALS.enter([[1]]), RATIONALS.enter([0]))
    with pytest.raises(ValueError, match=r"layers 0 \(the inputs\) to 1"):
        masked_parameters(NETWORK, theta, layer, (1, 1), QUARTER)
    objective = DropoutObjective(Objective(NETWORK, SQUARED_ERROR), QUARTER, layer=layer)
    with pytest.raises(ValueError, match=f"layer {layer} cannot be masked"):
        objective.value(theta, *data)


@pytest.mark.parametrize("mask", [(1,), (1, 1, 1), ()])
def test_masks_of_another_length_are_refused(mask):
    with pytest.raises(ValueError, match="a layer of 2 units"):
        masked_parameters(NETWORK, RATIONALS.enter(THETA), 1, mask, QUARTER)


def test_a_worked_average():
    # One linear unit w = 1, v = 2, c = 1 on x = 3, y = 0: kept 2 * 3 / (3/4) + 1 = 9, dropped 1.
    network = one_hidden_layer(1, 1, IDENTITY, hidden_bias=False)
    data = RATIONALS.enter([1, 2, 1]), RATIONALS.enter([[3]]), RATIONALS.enter([0])
    objective = Objective(network, SQUARED_ERROR)
    assert DropoutObjective(objective, QUARTER).value(*data).fraction == 61
    # Kept 7 without rescaling.
    unscaled = DropoutObjective(objective, QUARTER, rescaled=False)
    assert unscaled.value(*data).fraction == 37


def test_the_penalty_is_not_masked():
    objective = Objective(NETWORK, SQUARED_ERROR, penalty=L2(Fraction(1, 2)))
    bare = Objective(NETWORK, SQUARED_ERROR)
    data = RATIONALS.enter(THETA), RATIONALS.enter([[1], [2]]), RATIONALS.enter([0, 1])
    added = DropoutObjective(objective, QUARTER).value(*data)
    assert (added - DropoutObjective(bare, QUARTER).value(*data)).fraction == Fraction(666, 2)


def test_rate_zero_changes_nothing():
    objective = Objective(one_hidden_layer(2, 3, RELU), SQUARED_ERROR)
    theta, inputs = RATIONALS.enter(range(-6, 7)), RATIONALS.enter([[1, 2], [-3, 1]])
    targets = RATIONALS.enter([1, 2])
    same = DropoutObjective(objective, 0).value(theta, inputs, targets)
    assert (same - objective.value(theta, inputs, targets)).sign() == 0
    assert dropout_penalty(objective.network, theta, inputs, Fraction(0)).sign() == 0


@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize("layer", [0, 1])
def test_floats_agree_with_balls(reduction, layer):
    objective = Objective(one_hidden_layer(2, 2, SIGMOID), SQUARED_ERROR, reduction=reduction)
    averaged = DropoutObjective(objective, Fraction(1, 3), layer=layer)
    data = [np.linspace(-1, 1, 9), np.array([[1.0, 2.0], [0.5, -1.0]]), np.array([0.25, -1.0])]
    with precision(128):
        exact = averaged.value(*map(BALLS.enter, data))
    # A coarse comparison of two evaluations of one formula: both differ in the last digits only.
    assert float(averaged.value(*map(FLOATS.enter, data))) == pytest.approx(float(exact.arb), 1e-13)


def test_symbolic_rate_through_a_recording():
    objective = Objective(linear(1, bias=False), SQUARED_ERROR)
    function = Function(
        lambda theta, inputs, targets, rate: DropoutObjective(objective, rate[()], layer=0).value(
            theta, inputs, targets
        ),
        theta=(1,),
        inputs=(1, 1),
        targets=(1,),
        rate=(),
    )
    w, x, y, p = symbols("w", 1), symbols("x", 1, 1), symbols("y", 1), symbols("p")
    expected = w[0] * w[0] * x[0, 0] * x[0, 0] / (1 - p) - 2 * w[0] * x[0, 0] * y[0] + y[0] * y[0]
    assert (function.value(w, x, y, p) - expected).is_zero()


def test_the_closed_form_of_the_penalty():
    network = one_hidden_layer(1, 2, IDENTITY, hidden_bias=False)
    theta = RATIONALS.enter([1, -2, 3, 4, 100])
    # Units 1 and -2 at x = 1, twice that at x = 2: (9 + 64) (1 + 4) / 2 times (1/4) / (3/4).
    found = dropout_penalty(network, theta, RATIONALS.enter([[1], [2]]), QUARTER)
    assert found.fraction == Fraction(365, 6)


@pytest.mark.parametrize("network", [linear(2), Network((1, 2, 1), output=SIGMOID)])
def test_the_closed_form_is_refused_elsewhere(network):
    with pytest.raises(ValueError, match="one hidden layer and a linear output"):
        dropout_penalty(
            network,
            RATIONALS.enter([1] * network.size),
            RATIONALS.enter([[1] * network.widths[0]]),
            QUARTER,
        )
