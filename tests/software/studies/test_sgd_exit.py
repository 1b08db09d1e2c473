"""Leaving worse minima: how fates are judged, where they start, and the limits of stability."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from claims.studies.registry import planned
from claims.studies.sgd_exit import (
    ARMS,
    ELSEWHERE,
    LOWER,
    OPEN,
    RECORD,
    STAYED,
    left,
    observe,
    problem_of,
    run,
    stability_step,
)
from claims.training import End, classify

STUDY = planned("sgd-exit")
CELLS = dict(zip(STUDY.names, STUDY.cells, strict=True))
SMALL, LARGE = CELLS["two-minima, step 0.1"], CELLS["two-minima, step 0.7"]


def records(*fates):
    """Runs with the fates of the full batch, of single examples and of fives."""
    made = np.zeros(len(fates), dtype=RECORD)
    for row, fate in zip(made, fates, strict=True):
        for arm, one in zip(ARMS, fate, strict=True):
            row[f"fate_{arm}"] = one
    return made


@pytest.mark.parametrize(
    ("full", "single", "bounds", "word"),
    [
        (STAYED, STAYED, (0, 0), "stays"),
        (STAYED, LOWER, (1, 1), "leaves, to a lower level"),
        (STAYED, ELSEWHERE, (1, 1), "leaves, not lower"),
        (STAYED, OPEN, (0, 1), "undecided"),
        (OPEN, LOWER, (0, 1), "undecided"),
        (LOWER, LOWER, (0, 0), "the full batch leaves too"),
        (OPEN, STAYED, (0, 0), "the full batch leaves too"),
    ],
)
def test_who_has_left(full, single, bounds, word):
    seen = left(records((full, single, STAYED)), "one")
    assert (seen.lowest[0], seen.highest[0]) == bounds
    if full != OPEN or single == LOWER:
        assert seen.classes[0] == word


@pytest.mark.parametrize(
    ("full", "single", "bounds"),
    [
        (STAYED, LOWER, (1, 1)),
        (STAYED, ELSEWHERE, (0, 0)),
        (STAYED, OPEN, (0, 1)),
        (OPEN, LOWER, (0, 1)),
        (OPEN, ELSEWHERE, (0, 0)),
        (LOWER, LOWER, (0, 0)),
    ],
)
def test_who_has_come_to_a_lower_level(full, single, bounds):
    seen = observe(SMALL, records((full, single, STAYED)))["to-a-lower-level"]
    assert (seen.lowest[0], seen.highest[0]) == bounds


def test_smaller_batches_are_compared_run_by_run():
    own = records((STAYED, LOWER, STAYED), (STAYED, STAYED, ELSEWHERE), (STAYED, LOWER, LOWER))
    assert observe(SMALL, own)["smaller-batch"].lowest.tolist() == [1, -1, 0]


def test_runs_stay_with_a_small_step_and_leave_with_a_large_one():
    small, large = (run("test", cell, 0, 20) for cell in (SMALL, LARGE))
    assert all((small[f"fate_{arm}"] == STAYED).all() for arm in ARMS)
    assert (large["fate_full"] == STAYED).all()
    assert np.isin(large["fate_one"], (LOWER, ELSEWHERE)).sum() > 10
    assert run("test", LARGE, 7, 8).tobytes() == large[7:8].tobytes()


@pytest.mark.parametrize(
    ("name", "level"), [("two-minima, step 0.1", 13.0784), ("rounded-teacher, step 0.1", 0.03375)]
)
def test_starts_lie_beside_a_strict_minimum(name, level):
    cell = CELLS[name]
    ends = classify(problem_of(cell), np.array([cell.minimum]), np.zeros(1), cell.tolerance)
    assert ends.of(End.MINIMUM)[0]
    assert ends.level[0] == pytest.approx(level, abs=5e-6)


def test_the_limit_of_stability():
    """For the full batch, a size beyond all bounds, it is two over the largest curvature."""
    problem = problem_of(SMALL)
    data = problem.data
    theta = np.array([SMALL.minimum])
    hessian = problem.derivatives(theta, data.inputs, data.targets, problem.scale)[2][0]
    limit = 2 / np.linalg.eigvalsh(hessian)[-1]
    assert stability_step(SMALL, 10**12) == pytest.approx(limit, rel=1e-6)
    single, five = stability_step(SMALL, 1), stability_step(SMALL, 5)
    assert single < five < limit
    stated = STUDY.plan.factors["step"]
    other = CELLS["rounded-teacher, step 0.1"]
    for number in (single, five, limit, *(stability_step(other, size) for size in (1, 5, 10**12))):
        assert f"{number:.3f}" in stated


def test_the_settings_far_beyond_stability_are_those_of_the_condition():
    """Named are the steps of 2.5 times the limit for single examples or more, and no others."""

    def far(cell):
        return cell.step >= 2.5 * stability_step(cell, 1)

    leaves, grows = (STUDY.question(name) for name in ("leaves", "larger-step"))
    assert leaves.condition.settings == [name for name, cell in CELLS.items() if far(cell)]
    reached = {cell.data for cell in CELLS.values() if far(cell)}
    assert grows.condition.settings == [n for n, cell in CELLS.items() if cell.data in reached]


def test_every_question_is_observed():
    assert set(observe(SMALL, records((0, 0, 0)))) == {one.id for one in STUDY.plan.questions}
    assert msgspec.structs.replace(SMALL, step=LARGE.step) == LARGE
