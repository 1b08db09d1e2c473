"""Mini-batches against the full batch: how runs are judged, on made-up records and on real ones."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from claims.studies.observations import class_counts, table_rows
from claims.studies.plan import plan_hash
from claims.studies.registry import planned
from claims.studies.sgd_against_descent import (
    ARMS,
    RECORD,
    at_lowest,
    bounds_of,
    ends_lower,
    lowest_level,
    networks,
    observe,
    run,
)
from claims.training import CODES, End

STUDY = planned("sgd-against-descent")
CELLS = dict(zip(STUDY.names, STUDY.cells, strict=True))
LINE = CELLS["two-minima by 5, width 1"]
LOW, HIGH, INF = 12.04107, 13.0784, np.inf


def records(*runs):
    """Runs with these ends, (end, level, reached), of the full batch and of mini-batches."""
    made = np.zeros(len(runs), dtype=RECORD)
    made["run"] = np.arange(len(runs))
    for row, (full, batch) in zip(made, runs, strict=True):
        for arm in ARMS:
            end, level, reached = full if arm == "full" else batch
            row[f"end_{arm}"] = CODES.index(end)
            row[f"level_{arm}"], row[f"reached_{arm}"] = level, reached
    return made


BETTER, WORSE = (End.MINIMUM, LOW, LOW), (End.MINIMUM, HIGH, HIGH)
LOST, OPEN = (End.DIVERGED, INF, INF), (End.UNDECIDED, 12.9, 12.9)
THERE = (End.UNDECIDED, LOW, LOW)
PAIRS = [
    ((WORSE, BETTER), (1, 1), "lower by mini-batches"),
    ((BETTER, WORSE), (-1, -1), "higher by mini-batches"),
    ((BETTER, BETTER), (0, 0), "same level"),
    ((BETTER, THERE), (0, 0), "same level"),
    ((WORSE, LOST), (-1, -1), "higher by mini-batches"),
    ((LOST, LOST), (0, 0), "same level"),
    ((WORSE, OPEN), (1, 1), "lower by mini-batches"),
    ((BETTER, OPEN), (-1, 0), "undecided"),
    ((OPEN, OPEN), (-1, 1), "undecided"),
]


@pytest.mark.parametrize(("pair", "bounds", "word"), PAIRS)
def test_which_arm_ends_lower(pair, bounds, word):
    seen = ends_lower(LINE, records(pair), "tuned")
    assert (seen.lowest[0], seen.highest[0], seen.classes[0]) == (*bounds, word)


def test_a_level_within_the_tolerance_is_the_same():
    near = (End.MINIMUM, LOW + 0.9 * LINE.tolerance, LOW + 0.9 * LINE.tolerance)
    far = (End.MINIMUM, LOW + 1.1 * LINE.tolerance, LOW + 1.1 * LINE.tolerance)
    seen = ends_lower(LINE, records((near, BETTER), (far, BETTER)), "tuned")
    assert seen.lowest.tolist() == [0, 1]


def test_a_lower_level_that_a_run_finds_replaces_the_known_one():
    lower = (End.UNDECIDED, 11.0, 11.0)
    own = records((BETTER, lower), (WORSE, BETTER))
    assert lowest_level(LINE, own) == 11.0
    assert at_lowest(LINE, own, "tuned").lowest.tolist() == [1, 0]
    without = msgspec.structs.replace(LINE, known_level=None)
    assert lowest_level(without, records((WORSE, WORSE))) == HIGH
    assert lowest_level(LINE, records((WORSE, WORSE))) == LINE.known_level


def test_an_open_end_lies_between_the_lowest_level_and_its_own_loss():
    low, high = bounds_of(LINE, records((BETTER, OPEN)), "tuned")
    assert (low[0], high[0]) == (LOW, 12.9)
    seen = at_lowest(LINE, records((BETTER, OPEN)), "tuned")
    assert (seen.lowest[0], seen.highest[0]) == (0, 1)


def test_every_question_is_observed_of_every_run():
    own = records(*(pair for pair, _, _ in PAIRS))
    seen = observe(LINE, own)
    assert set(seen) == {question.id for question in STUDY.plan.questions}
    assert class_counts(table_rows(seen["global"])) == {
        "only by the full batch": 1,
        "only by mini-batches": 1,
        "both": 2,
        "neither": 2,
        "undecided": 3,
    }


@pytest.fixture(scope="module")
def real():
    return run("test", LINE, 0, 40)


def test_real_runs_end_at_the_certified_levels(real):
    for arm in ("full", "tuned"):
        low = real[f"level_{arm}"] < 12.5
        assert low.any() and not low.all()
        assert np.all(np.abs(real[f"level_{arm}"] - np.where(low, LOW, HIGH)) < 5e-5)


def test_a_run_does_not_depend_on_the_others(real):
    assert run("test", LINE, 17, 18).tobytes() == real[17:18].tobytes()
    assert run("other", LINE, 17, 18).tobytes() != real[17:18].tobytes()


def test_one_tuned_step_for_both_is_trained_once():
    assert (networks(LINE), networks(CELLS["teacher by 4, width 2"])) == (3, 2)
    same = msgspec.structs.replace(LINE, full_step=LINE.batch_step)
    made = run("test", same, 0, 3)
    assert np.array_equal(made["level_same"], made["level_tuned"])


def test_the_pilot_has_seeds_of_its_own():
    assert STUDY.plan.pilot.seed != plan_hash(STUDY.plan)
