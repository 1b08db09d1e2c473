"""Descent with and without a penalty: how runs are judged, on made-up records and on real ones."""

from __future__ import annotations

import numpy as np
import pytest

from claims.studies.plan import plan_hash
from claims.studies.registry import planned
from claims.studies.regularised_descent import RECORD, lowest_level, observe, problems_of, run
from claims.training import CODES, End

STUDY = planned("regularised-descent")
CELLS = {STUDY.study.name(cell): cell for cell in STUDY.cells}
LINE = CELLS["few-diabetes L2, 0.1"]
TEACHER = CELLS["teacher L2, 0.01"]


def records(*runs, continued=9.0):
    made = np.zeros(len(runs), dtype=RECORD)
    for row, (plain, regularised) in zip(made, runs, strict=True):
        for arm, (end, level) in (("plain", plain), ("regularised", regularised)):
            row[f"end_{arm}"] = CODES.index(end)
            row[f"level_{arm}"] = row[f"reached_{arm}"] = level
    made["continued"] = continued
    return made


LOW, HIGH = (End.MINIMUM, 1.0), (End.MINIMUM, 1.1)
NEAR, OPEN = (End.UNDECIDED, 1.0009), (End.UNDECIDED, 1.1)
GONE = (End.DIVERGED, np.inf)


def test_the_arms_are_compared_run_by_run():
    made = records(
        (LOW, LOW), (LOW, HIGH), (HIGH, LOW), (HIGH, GONE), (LOW, NEAR), (LOW, OPEN), (OPEN, LOW)
    )
    seen = observe(LINE, made)["global"]
    assert seen.lowest.tolist() == [0, -1, 1, 0, 0, -1, 0]
    assert seen.highest.tolist() == [0, -1, 1, 0, 0, 0, 1]


def test_each_arm_has_a_level_of_its_own():
    made = records((LOW, (End.MINIMUM, 5.0)), (LOW, (End.MINIMUM, 5.01)))
    assert observe(LINE, made)["global"].lowest.tolist() == [0, -1]


def test_a_lower_level_found_from_the_plain_end_counts():
    made = records((LOW, LOW), (LOW, LOW), continued=[9.0, 0.5])
    assert lowest_level(LINE, made, "regularised") == 0.5
    assert lowest_level(LINE, made, "plain") == 1.0
    assert observe(LINE, made)["global"].lowest.tolist() == [-1, -1]


def test_a_known_level_stands_for_the_plain_loss_only():
    made = records((LOW, LOW))
    assert lowest_level(TEACHER, made, "plain") == 0.0
    assert observe(TEACHER, made)["global"].lowest.tolist() == [1]


@pytest.mark.parametrize(
    "name", ["two-minima L2, 0.1", "two-minima L2 with biases, 0.1", "two-minima dropout, 0.5"]
)
def test_the_penalty_is_never_negative(name):
    problems = problems_of(CELLS[name])
    theta = np.random.default_rng(0).normal(size=problems["plain"].objective.network.size)
    plain, regularised = (
        own.objective.value(theta, own.data.inputs, own.data.targets) for own in problems.values()
    )
    assert regularised > plain
    if "L2" in name:
        # Two weights lie before and after the hidden bias; the output bias comes last.
        chosen = theta if "with biases" in name else theta[[0, 2]]
        assert regularised - plain == pytest.approx(0.1 * (chosen**2).sum())


def test_a_mirrored_unit_costs_the_same_only_where_the_output_bias_is_spared():
    w, b, v, c = 1.5, -0.5, -2.0, 0.75
    theta, mirrored = np.array([w, b, v, c]), np.array([-w, -b, -v, c + v])
    for name, change in (("two-minima L2, 0.1", 0.0), ("two-minima L2 with biases, 0.1", 0.1)):
        own = problems_of(CELLS[name])["regularised"]
        first, second = (
            own.objective.value(each, own.data.inputs, own.data.targets)
            for each in (theta, mirrored)
        )
        # At most 100 roundings of numbers below 50: 100 * 50 * 2**-53 < 1e-12.
        assert second - first == pytest.approx(change * ((c + v) ** 2 - c**2), abs=1e-12)


def test_a_run_does_not_depend_on_the_others():
    made = run("test", LINE, 0, 30)
    assert run("test", LINE, 17, 18).tobytes() == made[17:18].tobytes()
    assert run("other", LINE, 17, 18).tobytes() != made[17:18].tobytes()
    assert (made["level_regularised"] >= made["level_plain"].min()).all()


def test_the_pilot_has_seeds_of_its_own():
    assert STUDY.plan.pilot.seed != plan_hash(STUDY.plan)
