"""Chords that refute convexity: what the ends and the midpoint output, and what is refused."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from claims.mathematics import (
    CROSS_ENTROPY,
    RELU,
    SIGMOID,
    SQUARE,
    SQUARED_ERROR,
    TANH,
    Network,
    Objective,
    chord_gap,
    fading_chord,
    fading_end,
    level_chord,
    level_ratio,
    linear,
    one_hidden_layer,
    swing_chord,
)
from claims.numbers import FLOATS, RATIONALS, decide_sign

HALF = Fraction(1, 2)
INPUTS = RATIONALS.enter([[1, 2], [-3, 5], [0, 0]])


def outputs(network, theta):
    return [value.fraction for value in network.predict(theta, INPUTS)]


def background(network):
    return RATIONALS.enter(np.arange(2, network.size + 2))


@pytest.mark.parametrize("widths", [(2, 1, 1), (2, 3, 1), (2, 5, 1), (2, 2, 3, 1), (2, 3, 5, 1)])
def test_swing_chord_outputs_the_level_and_swings_at_the_midpoint(widths):
    network = Network(widths, SQUARE)
    low, high, level, rise = RATIONALS.enter([1, 3, 7, Fraction(5, 2)])
    start, end = swing_chord(network, background(network), low, high, level, rise)
    assert outputs(network, start) == outputs(network, end) == [7] * 3
    assert outputs(network, (start + end) * HALF) == [Fraction(19, 2)] * 3


@pytest.mark.parametrize("widths", [(2, 1, 1), (2, 3, 1), (2, 5, 1), (2, 2, 3, 1), (2, 3, 5, 1)])
@pytest.mark.parametrize("output_bias", [True, False])
def test_level_chord_outputs_the_level_and_kappa_times_it(widths, output_bias):
    network = Network(widths, RELU, output_bias=output_bias)
    start, end = level_chord(network, background(network), *RATIONALS.enter([1, 3, 6]))
    assert outputs(network, start) == outputs(network, end) == [6] * 3
    # kappa = (1/1 + 1/3)/2 * 2
    assert outputs(network, (start + end) * HALF) == [8] * 3


def test_only_the_parameters_named_are_changed():
    network = Network((2, 3, 2, 1), SQUARE)
    theta = background(network)
    start, _ = swing_chord(network, theta, *RATIONALS.enter([1, 3, 0, 1]))
    changed = {i for i, (a, b) in enumerate(zip(start, theta, strict=True)) if (a - b).sign()}
    named = [*range(9, 12), network.block("b2").start, *range(17, 19), 19]
    assert changed == set(named)
    assert [value.fraction for value in theta] == list(range(2, network.size + 2))


def test_fading_end_meets_the_moved_point_on_the_way():
    network = one_hidden_layer(2, 2, RELU)
    theta, moved = background(network), -3 * background(network)
    fraction = Fraction(1, 8)
    end = fading_end(network, theta, moved, fraction)
    assert outputs(network, end) == [0] * 3
    point = theta * (1 - fraction) + end * fraction
    split = network.block("W2").start
    assert all(entry.sign() == 0 for entry in point[:split] - moved[:split])
    assert all(entry.sign() == 0 for entry in point[split:] - theta[split:] * (1 - fraction))


def test_they_work_in_floats():
    network = one_hidden_layer(2, 2, SIGMOID, hidden_bias=False, output_bias=False)
    end = fading_end(network, FLOATS.enter(np.ones(6)), FLOATS.enter(np.zeros(6)), 0.5)
    assert end.tolist() == [-1, -1, -1, -1, 0, 0]
    network = one_hidden_layer(2, 2, SIGMOID)
    start, end = swing_chord(network, FLOATS.enter(np.ones(network.size)), 0.0, 1.0, 2.0, 1.0)
    middle = network.predict((start + end) / 2, np.array([[4.0, 5.0]]))
    assert middle == pytest.approx([3.0], rel=1e-14)


def test_level_ratio_by_hand():
    assert level_ratio(RELU, *RATIONALS.enter([1, 3])).fraction == Fraction(4, 3)
    assert level_ratio(SQUARE, *RATIONALS.enter([1, 2])).fraction == Fraction(45, 32)
    assert level_ratio(RELU, *RATIONALS.enter([2, 2])).fraction == 1


@pytest.mark.parametrize("activation", [SIGMOID, TANH, RELU])
@pytest.mark.parametrize(
    ("loss", "targets"), [(SQUARED_ERROR, [0.0, 3.0, -1.0]), (CROSS_ENTROPY, [1.0, 1.0, 1.0])]
)
def test_fading_chord_dips_below_the_graph(activation, loss, targets):
    network = one_hidden_layer(2, 2, activation, hidden_bias=False, output_bias=False)
    objective = Objective(network, loss)
    data = np.array([[0.0, 0.0], [0.25, -1.0], [2.0, 1.0]]), np.array(targets)
    start, end, fraction = fading_chord(objective, *data)

    def depth(arithmetic):
        entered = [arithmetic.enter(part) for part in data]
        ends = arithmetic.enter(start), arithmetic.enter(end), arithmetic.enter(1 - fraction)
        return -chord_gap(lambda theta: objective.value(theta, *entered), *ends)

    assert 0 < fraction < 1
    assert decide_sign(depth) == 1


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(("others", "power"), [(1, 1), (20, 2), (80, 3)])
def test_fading_chord_ends_first_where_the_graph_rises_twice_as_far_as_the_chord(
    others, power, sign
):
    network = one_hidden_layer(1, 1, SIGMOID, hidden_bias=False, output_bias=False)
    objective = Objective(network, SQUARED_ERROR)
    # The others want the output that the chord begins with, so that its end is high.
    data = np.array([[2.0]] + [[0.0]] * others), sign * np.array([-3.0] + [0.5] * others)
    start, end, fraction = fading_chord(objective, *data)
    assert start.tolist() == [0, sign]
    assert fraction == Fraction(1, 4**power)
    moved = start + (end - start) * float(fraction)
    assert abs(moved[0] * 2) == 1

    def rises_twice_as_far(fraction):
        end = fading_end(network, start, np.array([moved[0], start[1]]), fraction)
        base, at_end, between = (
            objective.value(theta, *data)
            for theta in (start, end, start + (end - start) * fraction)
        )
        return between - base > 2 * fraction * max(at_end - base, 0)

    assert [rises_twice_as_far(0.25**k) for k in range(1, power + 1)] == [False] * (power - 1) + [
        True
    ]


@pytest.mark.parametrize("side", [1, -1])
def test_fading_chord_goes_to_the_side_on_which_the_objective_rises_most(side):
    network = one_hidden_layer(1, 1, SIGMOID, hidden_bias=False, output_bias=False)
    # The longest input is on one side, the other three on the other; a sigmoid moves more upwards.
    inputs = side * np.array([[-1.0], [0.75], [0.75], [0.75]])
    start, end, _ = fading_chord(Objective(network, SQUARED_ERROR), inputs, np.ones(4))
    assert start.tolist() == [0, -1]
    assert end[0] * side > 0


def test_fading_chord_says_where_there_is_none():
    free = Objective(
        one_hidden_layer(1, 1, TANH, hidden_bias=False, output_bias=False), SQUARED_ERROR
    )
    with pytest.raises(ValueError, match="all inputs are zero"):
        fading_chord(free, np.zeros((2, 1)), np.ones(2))
    for biases in ({"hidden_bias": False}, {"output_bias": False}):
        biased = Objective(one_hidden_layer(1, 1, TANH, **biases), SQUARED_ERROR)
        with pytest.raises(ValueError, match="for networks without biases"):
            fading_chord(biased, np.ones((2, 1)), np.ones(2))


@pytest.mark.parametrize(
    "network",
    [
        linear(2),
        one_hidden_layer(2, 1, RELU, hidden_bias=False),
        one_hidden_layer(2, 1, RELU, output_bias=False),
    ],
)
def test_swing_chord_needs_a_hidden_layer_and_both_biases(network):
    with pytest.raises(ValueError, match="hidden biases and an output bias are needed"):
        swing_chord(network, background(network), *RATIONALS.enter([0, 1, 0, 1]))


@pytest.mark.parametrize("network", [linear(2), one_hidden_layer(2, 1, RELU, hidden_bias=False)])
def test_level_chord_needs_a_hidden_layer_with_biases(network):
    with pytest.raises(ValueError, match="a hidden layer with biases is needed"):
        level_chord(network, background(network), *RATIONALS.enter([1, 3, 1]))


@pytest.mark.parametrize("network", [linear(2), Network((2, 1, 1, 1), RELU)])
def test_fading_end_needs_one_hidden_layer(network):
    theta = background(network)
    with pytest.raises(ValueError, match="stated for one hidden layer"):
        fading_end(network, theta, theta, HALF)
