"""The linear network's level, how the arms are judged, and a few real runs."""

from __future__ import annotations

import numpy as np
import pytest

from claims.studies.linear_against_nonlinear import RECORD, above, linear_level, observe, run
from claims.studies.registry import planned
from claims.studies.shallow import LOWEST, known_level
from claims.training import CODES, End

STUDY = planned("linear-against-nonlinear")
CELLS = dict(zip(STUDY.names, STUDY.cells, strict=True))
LINE = CELLS["two-minima, tanh, width 1"]


def test_the_linear_level_is_that_of_the_least_squares_fit():
    # Both features of xor are uncorrelated with the targets: the mean fits best.
    assert linear_level("xor") == pytest.approx(0.25, abs=1e-12)
    # Two correlated standardised features would leave 1 - R^2; a line leaves more than a unit does.
    assert linear_level("two-minima") > known_level("two-minima", 1)


def test_an_undecided_run_above_the_level_may_still_reach_it():
    made = np.zeros(4, dtype=RECORD)
    made["end_linear"] = [
        CODES.index(end) for end in (End.FLAT, End.UNDECIDED, End.UNDECIDED, End.DIVERGED)
    ]
    made["level_linear"] = made["reached_linear"] = [1.0, 1.0, 2.0, np.inf]
    seen = above(made, "linear", 1.0)
    assert seen.lowest.tolist() == [0, 0, 0, 1]
    assert seen.highest.tolist() == [0, 0, 1, 1]


def test_a_level_found_by_a_run_replaces_the_known_one():
    made = np.zeros(2, dtype=RECORD)
    made["end_nonlinear"] = CODES.index(End.MINIMUM)
    made["level_nonlinear"] = made["reached_nonlinear"] = [11.0, 12.04107]
    made["level_linear"] = made["reached_linear"] = linear_level("two-minima")
    assert observe(LINE, made)["stuck"].lowest.tolist() == [0, 1]


def test_real_runs():
    records = run("test", LINE, 0, 60)
    assert np.all(np.abs(records["level_linear"] - linear_level("two-minima")) < 1e-6)
    seen = observe(LINE, records)["stuck"]
    assert (seen.lowest == seen.highest).all()
    assert 0 < seen.lowest.sum() < 60
    assert run("test", LINE, 7, 8).tobytes() == records[7:8].tobytes()


def test_the_known_levels_are_finite_and_below_the_linear_ones():
    for data, width in LOWEST:
        assert 0 < known_level(data, width) < linear_level(data)
    assert known_level("xor", 2) == 0
