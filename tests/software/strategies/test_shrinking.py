"""A planted property is reduced to a small example: few points, small numbers."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import find, settings

from claims.testing import strategies
from claims.testing.strategies import chord_labels, labels

SETTINGS = settings(max_examples=1000, derandomize=True, database=None, deadline=None)


def smallest(strategy, condition):
    return find(strategy, condition, settings=SETTINGS)


def test_data_sets_shrink_to_one_point_at_zero():
    found = smallest(strategies.data_sets(), lambda data_set: True)
    assert found.inputs.tolist() == [[0.0]] and found.targets.tolist() == [0.0]


def test_rank_two_shrinks_to_two_points():
    found = smallest(strategies.data_sets(), lambda d: strategies.rank(d.inputs) == 2)
    assert found.inputs.shape == (2, 2)
    assert sorted(abs(found.inputs).ravel().tolist()) == [0, 0, 1, 1]


def test_generic_matrices_shrink_to_small_integers():
    found = smallest(strategies.generic_matrices(), lambda m: strategies.rank(m) == 3)
    assert found.shape == (3, 3) and sorted(found.ravel().tolist()) == [0] * 6 + [1] * 3


@pytest.mark.parametrize(
    ("label", "points"),
    [("separable", 2), ("quasi-separable", 2), ("overlapping", 2), ("conflicting", 2)],
)
def test_labelled_data_sets_shrink_to_two_points(label, points):
    found = smallest(strategies.labelled_data_sets(), lambda d: label in labels(d))
    assert len(found.inputs) == points and found.inputs.shape[1] == 1
    assert abs(found.inputs).max() <= 2


def test_a_large_number_shrinks_to_the_least_large_one():
    found = smallest(strategies.design_matrices(), lambda matrix: abs(matrix).max() >= 3)
    # One point, or three on a ray at 1, 2 and 3.
    assert found.shape in ((1, 1), (3, 1)) and 3 <= abs(found).max() <= 4


def test_chords_shrink_to_small_ends():
    strategy = strategies.chords(2)
    found = smallest(strategy, lambda chord: not chord_labels(chord))
    assert found.weight == Fraction(1, 2)
    assert not found.start.any() and abs(found.end).max() <= 4


def test_flat_chords_shrink():
    inputs = np.array([[1.0, 1.0]])
    found = smallest(strategies.chords(2, inputs), lambda c: "flat" in chord_labels(c, inputs))
    assert not found.start.any() and abs(found.end).max() <= 4


def test_parameters_shrink_entry_by_entry():
    found = smallest(strategies.parameters(6), lambda theta: theta[4] < 0)
    assert found.tolist() == [0, 0, 0, 0, -1, 0]


def test_permutations_and_shapes_shrink():
    def moved(orders):
        return orders[0].tolist() != [0, 1, 2, 3]

    found = smallest(strategies.permutations_of_units((1, 4, 1)), moved)
    assert sum(place != unit for place, unit in enumerate(found[0])) == 2
    assert smallest(strategies.network_shapes(), lambda widths: max(widths) >= 3)[1:] == (1,)


def test_rational_inputs_shrink_to_one_small_fraction():
    found = smallest(
        strategies.rational_inputs(), lambda x: any(y.denominator == 3 for y in x.flat)
    )
    assert found.tolist() == [[Fraction(1, 3)]]
