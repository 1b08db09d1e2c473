"""Lists of stationary points: complete, each once, with their index; refusals."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from claims.compiled import Function
from claims.mathematics import (
    RELU,
    SIGMOID,
    SQUARED_ERROR,
    Objective,
    Unfinished,
    isolate_stationary_points,
    neuron,
)
from claims.numbers import square

NO_DATA = (np.zeros((1, 1)), np.zeros(1))
T = Fraction(3, 4)


def polynomial(function, size):
    return Function(
        lambda theta, inputs, targets: function(theta) + 0 * inputs[0, 0] * targets[0],
        theta=(size,),
        inputs=(1, 1),
        targets=(1,),
    )


def box(*ends):
    return tuple((Fraction(low), Fraction(high)) for low, high in ends)


def double_well(theta):
    return square(square(theta[0]) - 1)


def test_a_double_well():
    found = isolate_stationary_points(polynomial(double_well, 1), NO_DATA, box((-2, 3)))
    assert [point.index for point in found] == [0, 1, 0]
    for point, root in zip(found, (-1, 0, 1), strict=True):
        ((low, high),) = point.box
        assert low <= root <= high and high - low < Fraction(1, 10**9)
        ((left, right),) = point.around
        assert left < low and high < right


def test_a_zero_on_a_cut_is_found_once():
    # 0 is where the symmetric box is cut first.
    found = isolate_stationary_points(polynomial(double_well, 1), NO_DATA, box((-2, 2)))
    assert [point.index for point in found] == [0, 1, 0]


def test_points_outside_are_left_out():
    found = isolate_stationary_points(polynomial(double_well, 1), NO_DATA, box(("1/2", 3)))
    assert [point.index for point in found] == [0]
    assert isolate_stationary_points(polynomial(double_well, 1), NO_DATA, box((2, 3))) == ()
    # A zero just outside, within the growth of the box.
    narrow = isolate_stationary_points(polynomial(double_well, 1), NO_DATA, box(("65/64", 2)))
    assert narrow == ()


def test_two_weights_and_all_indices():
    found = isolate_stationary_points(
        polynomial(lambda theta: double_well(theta) + double_well(theta[1:]), 2),
        NO_DATA,
        box((-2, 3), (-2, 3)),
    )
    assert sorted(point.index for point in found) == [0, 0, 0, 0, 1, 1, 1, 1, 2]
    maximum = next(point for point in found if point.index == 2)
    assert all(low <= 0 <= high for low, high in maximum.box)


def test_a_saddle_with_zero_diagonal():
    found = isolate_stationary_points(
        polynomial(lambda theta: theta[0] * theta[1], 2), NO_DATA, box((-1, 2), (-1, 2))
    )
    assert [point.index for point in found] == [1]


def test_a_zero_on_the_boundary_is_not_decided():
    with pytest.raises(Unfinished, match="boundary"):
        isolate_stationary_points(polynomial(double_well, 1), NO_DATA, box((1, 2)))


@pytest.mark.parametrize("ends", [(0, 1), (-1, 0)])
def test_a_zero_on_the_boundary_is_found_where_it_is_enclosed_exactly(ends):
    parabola = polynomial(lambda theta: square(theta[0]), 1)
    (point,) = isolate_stationary_points(parabola, NO_DATA, box(ends))
    assert (point.box, point.index) == (box((0, 0)), 0)
    bowl = polynomial(lambda theta: square(theta[0]) + square(theta[1]), 2)
    (point,) = isolate_stationary_points(bowl, NO_DATA, box(ends, ends))
    assert (point.box, point.index) == (box((0, 0), (0, 0)), 0)


def test_a_singular_zero_is_not_decided():
    with pytest.raises(Unfinished, match="after 200 boxes"):
        isolate_stationary_points(
            polynomial(lambda theta: square(square(theta[0])), 1), NO_DATA, box((-1, 2)), limit=200
        )


@pytest.mark.parametrize("ends", [[], [(0, 0)], [(1, 0)], [(0, 1)] * 3, [(0, 1), (2, 2)]])
def test_other_boxes_are_refused(ends):
    with pytest.raises(ValueError, match="one or two pairs"):
        isolate_stationary_points(polynomial(double_well, 1), NO_DATA, box(*ends))


def test_a_kink_is_refused():
    # f = w^2 - 3 relu(w - 1) has zeros of the gradient at 0 and 3/2, and a kink at 1 between them.
    function = polynomial(lambda theta: square(theta[0]) - 3 * RELU.value(theta[0] - 1), 1)
    with pytest.raises(ValueError, match="its gradient may jump"):
        isolate_stationary_points(function, NO_DATA, box((-1, 2)))
    objective = Objective(neuron(1, RELU), SQUARED_ERROR, reduction="sum")
    rectified = Function(objective.value, theta=(1,), inputs=(2, 1), targets=(2,))
    with pytest.raises(ValueError, match="its gradient may jump"):
        isolate_stationary_points(rectified, (np.array([[1], [6]]), [T, T]), box((-1, 2)))


def test_a_neuron_with_three_stationary_points():
    objective = Objective(neuron(1, SIGMOID), SQUARED_ERROR, reduction="sum")
    function = Function(objective.value, theta=(1,), inputs=(2, 1), targets=(2,))
    data = np.array([[1], [6]]), [T, T]
    found = isolate_stationary_points(function, data, box((-1, 2)))
    assert [point.index for point in found] == [0, 1, 0]
    assert [round(float(point.box[0][0]), 6) for point in found] == [0.230422, 0.754551, 1.003234]
