"""Drawn networks are what was asked for, and equal units, origins and biases do turn up."""

from __future__ import annotations

import numpy as np

from claims.mathematics import RELU, TANH, unit_rows
from claims.testing import strategies


def distinct_units(point):
    return len({tuple(row) for row in unit_rows(point.network, point.theta)})


def test_shapes_and_choices_stay_in_their_ranges(examples_of):
    strategy = strategies.network_points((TANH, RELU), (2, 3), (2, 2), (1, 3), output_bias=False)
    points = examples_of(strategy, 200)
    for point in points:
        assert point.theta.shape == (point.network.size,) and point.theta.dtype == np.float64
        assert point.inputs.shape[1] == point.network.widths[0] == 2
        assert not point.network.output_bias
    assert {point.network.widths[1] for point in points} == {2, 3}
    assert {len(point.inputs) for point in points} == {1, 2, 3}
    assert {point.network.activation for point in points} == {TANH, RELU}
    assert {point.network.hidden_bias for point in points} == {True, False}


def test_equal_units_turn_up_and_distinct_ones_prevail(examples_of):
    points = examples_of(strategies.network_points(units=(3, 3)), 500)
    counts = [distinct_units(point) for point in points]
    assert sum(count == 3 for count in counts) > 0.4 * len(points)
    assert sum(count == 2 for count in counts) > 0.05 * len(points)
    assert sum(count == 1 for count in counts) > 0.05 * len(points)
    assert any(not point.theta.any() for point in points)


def test_one_unit_is_left_alone(examples_of):
    points = examples_of(strategies.network_points(units=(1, 1), points=(1, 1)), 100)
    assert {point.network.widths[1] for point in points} == {1}
    assert len({tuple(point.theta) for point in points}) > 30
