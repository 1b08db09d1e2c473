"""The Hessians of the study of saddles, and how its looks are counted."""

from __future__ import annotations

import numpy as np
import pytest

from claims.compiled import Derivatives
from claims.studies import saddle_lingering
from claims.studies.registry import planned
from claims.studies.saddle_lingering import RECORD, hessian_at, observe, run
from claims.studies.shallow import problem_of, starts_of

STUDY = planned("saddle-lingering")
CELLS = dict(zip(STUDY.names, STUDY.cells, strict=True))
SMALLEST = CELLS["xor sigmoid, width 2"]


def test_differences_of_the_gradient_are_the_recorded_hessian():
    problem = problem_of("xor", 2, "sigmoid")
    theta = starts_of(problem, "normal", "test", runs=range(5))
    data = problem.data
    *_, recorded = problem.derivatives(theta, data.inputs, data.targets, problem.scale)
    found = hessian_at(Derivatives(problem.function, 1), problem, theta)
    # Central differences over 1e-5: truncation 1e-10, rounding of the gradient over 1e-5 the rest.
    # Nine such entries a row: no eigenvalue is moved by what counts as negative.
    assert np.abs(found - recorded).max() < 1e-8 < saddle_lingering.NEGATIVE / 9


def test_the_parts_of_a_run():
    records = run("test", SMALLEST, 0, 12)
    parts = records["saddle"] + records["minimum"] + records["flat"]
    assert np.all(parts <= 100 + 1e-9)
    assert np.median(records["saddle"]) > 50
    assert run("test", SMALLEST, 4, 5).tobytes() == records[4:5].tobytes()


def test_high_above_the_end_is_not_near_a_minimum():
    """All that lies near the end's level by a wide measure is near a minimum; nothing else is."""
    records = run("test", SMALLEST, 0, 12)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(saddle_lingering, "NEAR", np.inf)
        wide = run("test", SMALLEST, 0, 12)
    assert np.all(wide["saddle"] == 0) and np.all(wide["flat"] == 0)
    small = records["saddle"] + records["minimum"] + records["flat"]
    assert np.allclose(wide["minimum"], small, rtol=0, atol=1e-9)  # sums of fifty terms of 2
    assert np.median(records["minimum"]) < np.median(wide["minimum"]) - 50


def test_what_is_observed():
    made = np.zeros(3, dtype=RECORD)
    made["saddle"], made["minimum"] = [10, 0, 20], [30, 0, 5]
    made["undecided"] = [False, False, True]
    seen = observe(SMALLEST, made)
    assert seen["by-width"].lowest.tolist() == [10, 0, 20]
    assert seen["by-width"].highest.tolist() == [10, 0, 25]
    assert seen["against-minima"].lowest.tolist() == [-20, 0, 15]
    assert seen["against-minima"].highest.tolist() == [-20, 0, 25]
