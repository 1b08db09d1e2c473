"""Exploration: how distinct levels and volumes are measured."""

from __future__ import annotations

import numpy as np
import pytest

from claims.studies.registry import planned
from claims.studies.sgd_exploration import (
    RECORD,
    observe,
    run,
    several,
    visited,
    volume,
)

STUDY = planned("sgd-exploration")
CELLS = dict(zip(STUDY.names, STUDY.cells, strict=True))


@pytest.mark.parametrize(
    ("levels", "known", "bounds"),
    [
        ([1.0, 1.0005, 1.0], [1, 1, 1], (1, 1)),
        ([1.0, 2.0, 1.0], [1, 1, 1], (2, 2)),
        ([3.0, 2.0, 1.0], [1, 1, 1], (3, 3)),
        ([1.0, 2.0, 1.0], [1, 0, 1], (1, 2)),
        ([1.0, 2.0, 3.0], [0, 0, 0], (1, 3)),
    ],
)
def test_distinct_levels(levels, known, bounds):
    row = np.array([levels]), np.array([known], dtype=bool)
    fewest, most = visited(*row, tolerance=0.001)
    assert (fewest[0], most[0]) == bounds


def test_the_volume_of_known_snapshots():
    square = np.array([[0.0, 0.0], [2.0, 0.0], [0.0, 2.0], [2.0, 2.0]])[:, np.newaxis]
    assert volume(square, 0.01)[0] == pytest.approx(2 * np.log(1.01))
    still = np.zeros((4, 1, 2))
    assert volume(still, 0.01)[0] == pytest.approx(2 * np.log(0.01))
    lost = still.copy()
    lost[-1, 0, 0] = np.inf
    assert volume(lost, 0.01)[0] == np.inf


def test_what_is_judged():
    made = np.zeros(3, dtype=RECORD)
    made["fewest_full"], made["most_full"] = 1, 1
    made["fewest_single"], made["most_single"] = [2, 1, 1], [2, 1, 2]
    made["volume_single"], made["volume_full"] = 3, 1
    made["volume-coarse_single"], made["volume-coarse_full"] = 1, 2
    assert several(made, "single").highest.tolist() == [1, 0, 1]
    seen = observe(STUDY.cells[0], made)
    assert seen["basins"].lowest.tolist() == [1, 0, 0]
    assert seen["volume"].lowest.tolist() == [2, 2, 2]
    assert seen["volume-coarse"].lowest.tolist() == [-1, -1, -1]


def test_real_runs():
    cell = CELLS["two-minima, step 0.1"]
    made = run("test", cell, 0, 20)
    assert np.all(made["fewest_full"] <= made["most_full"])
    assert np.median(made["volume_single"]) > np.median(made["volume_full"])
    assert run("test", cell, 11, 12).tobytes() == made[11:12].tobytes()
