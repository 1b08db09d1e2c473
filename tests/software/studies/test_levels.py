"""Levels that count as one, counted and merged."""

from __future__ import annotations

import numpy as np
import pytest

from claims.studies.levels import distinct, lowest_within


@pytest.mark.parametrize(
    ("levels", "tolerance", "count"),
    [
        ([], 0.1, 0),
        ([1.0], 0.1, 1),
        ([1.0, 2.0, 1.05, 1.1], 0.1, 2),
        ([0.3, 0.1, 0.10005, 0.1001, 0.2], 1e-4, 3),
        ([0.3, 0.1, 0.10005, 0.1001, 0.2], 1e-6, 5),
    ],
)
def test_levels_that_follow_one_another_are_one(levels, tolerance, count):
    assert distinct(np.array(levels), np.ones(len(levels), bool), tolerance) == count


def test_only_chosen_levels_count_row_by_row():
    levels = np.array([[1.0, 2.0, 3.0], [1.0, 1.0, np.inf], [1.0, 2.0, 3.0]])
    chosen = np.array([[1, 0, 1], [1, 1, 0], [0, 0, 0]], dtype=bool)
    assert distinct(levels, chosen, 0.1).tolist() == [2, 1, 0]


def test_each_level_stands_for_the_lowest_within_the_tolerance_of_it():
    levels = np.array([2.0, 1.0, 1.09, 1.18, np.inf])
    assert lowest_within(levels, 0.1).tolist() == [2.0, 1.0, 1.0, 1.18, np.inf]
    assert lowest_within(np.array([]), 0.1).tolist() == []
