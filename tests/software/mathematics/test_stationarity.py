"""Closed forms of one sigmoid neuron: merging, the affine set, and why there may be none."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from claims.mathematics import (
    MergedPoint,
    NoClosedForm,
    StationarySet,
    merge,
    rank,
    stationary_set,
)
from claims.numbers import BALLS, FLOATS

HALF, THIRD, QUARTER = Fraction(1, 2), Fraction(1, 3), Fraction(1, 4)


def test_merge_equal_opposite_and_zero():
    points = merge([[1, 2], [1, 2], [-1, -2], [0, 0], [0, -1]], [HALF, QUARTER, QUARTER, 1, THIRD])
    assert points == (
        MergedPoint((1, 2), (HALF + QUARTER + 1 - QUARTER) / 3, 3),
        MergedPoint((0, 1), 1 - THIRD, 1),
    )


def test_merge_takes_the_sign_of_the_first_entry_that_is_not_zero():
    assert merge([[0, -2, 5]], [QUARTER]) == (MergedPoint((0, 2, -5), 1 - QUARTER, 1),)
    assert merge([[0, 2, -5]], [QUARTER]) == (MergedPoint((0, 2, -5), QUARTER, 1),)
    assert merge([[-HALF, 1]], [QUARTER]) == (MergedPoint((HALF, -1), 1 - QUARTER, 1),)
    assert merge([[HALF, 1]], [QUARTER]) == (MergedPoint((HALF, 1), QUARTER, 1),)


def test_targets_may_be_written_out():
    assert stationary_set([[3]], ["1/4"]) == stationary_set([[3]], [QUARTER])
    with pytest.raises(ValueError, match="target 1 is 3/2"):
        stationary_set([[3], [4]], ["1/4", "1.5"])


@pytest.mark.parametrize(
    ("inputs", "targets"), [([], []), ([[1]], []), ([[1]], [0, 1]), ([[1], [1, 2]], [0, 1])]
)
def test_other_shapes_are_refused(inputs, targets):
    with pytest.raises(ValueError, match="give at least one point"):
        stationary_set(inputs, targets)


def test_one_point_gives_a_hyperplane():
    found = stationary_set([[3, 4]], [HALF])
    assert isinstance(found, StationarySet)
    assert found.inverse == ((Fraction(3, 25),), (Fraction(4, 25),))
    ((a, b),) = found.directions
    assert (a, b) != (0, 0) and 3 * a + 4 * b == 0


@pytest.mark.parametrize(
    "inputs",
    [
        [[1, 2], [3, 5]],
        [[0, 2, 1], [1, 0, 4], [2, -3, 0]],
        [[1, 2, 3, 4, 5]],
        [[1, 2, 0, 4], [0, 1, -3, 1]],
    ],
)
def test_inverse_and_directions_of_several_points(inputs):
    found = stationary_set(inputs, [QUARTER] * len(inputs))
    matrix = np.array(inputs, dtype=object)
    inverse = np.array(found.inverse, dtype=object)
    assert [list(point.inputs) for point in found.points] == inputs
    assert (matrix @ inverse == np.eye(len(inputs), dtype=int)).all()
    size = matrix.shape[1] - len(inputs)
    assert len(found.directions) == size
    if size:
        directions = np.array(found.directions, dtype=object)
        assert rank(directions) == size
        assert not (matrix @ directions.T).any()
        assert not (directions @ inverse).any()


def test_the_merged_target_is_the_mean_of_all():
    targets = [Fraction(1, 8), Fraction(1, 4), Fraction(7, 8)]
    (point,) = stationary_set([[1], [1], [1]], targets).points
    assert point == MergedPoint((1,), Fraction(5, 12), 3)


def test_nearest_solution_in_floats_and_balls():
    found = stationary_set([[1, 0, 0], [0, 2, 0]], [QUARTER, HALF])
    point = found.nearest_to_origin(FLOATS)
    assert point == pytest.approx([-1.0986122886681098, 0, 0], rel=1e-15)
    balls = found.nearest_to_origin(BALLS)
    assert balls[1].contains(Fraction(0)) and not balls[0].contains(Fraction(0))
    assert found.directions == ((0, 0, 1),)


def test_all_inputs_zero_leave_everything_stationary():
    found = stationary_set([[0, 0]], [1])
    assert found.directions == ((1, 0), (0, 1))
    assert found.nearest_to_origin(FLOATS).tolist() == [0, 0]


@pytest.mark.parametrize(
    ("inputs", "targets", "reason"),
    [
        ([[1]], [1], NoClosedForm.BOUNDARY),
        ([[1]], [0], NoClosedForm.BOUNDARY),
        ([[1], [-1]], [1, 0], NoClosedForm.BOUNDARY),
        ([[1, 0], [0, 1]], [HALF, 1], NoClosedForm.BOUNDARY),
        ([[1, 0], [0, 1]], [0, HALF], NoClosedForm.BOUNDARY),
        ([[1, 0], [0, 1]], [1, 0], NoClosedForm.BOUNDARY),
        ([[1, 2], [0, 1], [-1, -2]], [1, HALF, 0], NoClosedForm.BOUNDARY),
        ([[1, 0, 0], [0, 1, 0], [0, 0, 1]], [HALF, 1, HALF], NoClosedForm.BOUNDARY),
        ([[1], [2]], [HALF, HALF], NoClosedForm.DEPENDENT),
        ([[1, 0], [0, 1], [1, 1]], [HALF, HALF, HALF], NoClosedForm.DEPENDENT),
        ([[1], [2]], [1, 1], NoClosedForm.DEPENDENT),
    ],
)
def test_reasons(inputs, targets, reason):
    assert stationary_set(inputs, targets) is reason


def test_opposite_labels_on_one_input_have_a_closed_form():
    found = stationary_set([[1], [1]], [1, 0])
    assert found.nearest_to_origin(FLOATS) == pytest.approx([0])


@pytest.mark.parametrize("target", [Fraction(-1, 100), Fraction(101, 100)])
def test_refuses_targets_out_of_range(target):
    with pytest.raises(ValueError, match="target 1 is"):
        stationary_set([[1], [2]], [HALF, target])
