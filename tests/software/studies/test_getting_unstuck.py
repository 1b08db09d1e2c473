"""The study of stuck runs: what counts as stuck and as lower, on made-up and on real records."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from claims.studies import getting_unstuck
from claims.studies.getting_unstuck import ARMS, RECORD, lowered, observe, run
from claims.studies.registry import planned
from claims.studies.shallow import TOLERANCE, known_level
from claims.training import CODES, End

STUDY = planned("getting-unstuck")
CELLS = dict(zip(STUDY.names, STUDY.cells, strict=True))
SHAKEN = CELLS["two-minima tanh, noise 3"]
CALM = msgspec.structs.replace(SHAKEN, amplitude=1.0)
OVERSHOOTING = CELLS["two-minima tanh, step 0.4"]


@pytest.fixture(scope="module")
def real():
    return run("test", SHAKEN, 0, 40)


def test_lower_is_lower_by_more_than_the_tolerance():
    made = np.zeros(5, dtype=RECORD)
    made["stuck"] = [True, True, True, True, False]
    made["level"] = 2.0
    made["level_noise"] = [2.0, 2.0 - TOLERANCE / 2, 2.0 - 2 * TOLERANCE, np.inf, 1.0]
    made["reached_noise"] = [2.0, 2.0, 2.0, 1.0, 1.0]
    seen = lowered(made, "noise")
    assert seen.lowest.tolist() == [0, 0, 1, 1, 0]
    assert seen.highest.tolist() == [0, 0, 1, 1, 1]


def test_arms_are_compared_with_going_on_unchanged():
    made = np.zeros(2, dtype=RECORD)
    made["stuck"], made["level"] = True, 2.0
    for arm in ARMS:
        made[f"level_{arm}"] = made[f"reached_{arm}"] = 1.0 if arm == "noise" else 2.0
    made["level_unchanged"][1] = 1.0
    made["reached_restart"][1] = 1.0
    seen = observe(SHAKEN, made)
    assert seen["step"].lowest.tolist() == [0, -1]
    assert seen["noise"].lowest.tolist() == [1, 0]
    assert seen["noise"].classes.tolist() == ["only noise", "both"]
    assert seen["step-and-noise"].classes.tolist() == ["neither", "only unchanged"]
    assert seen["noise-or-restart"].classes.tolist() == ["only noise", "both"]
    # Polishing lowered one arm of the second run; what overshoots is not polished.
    assert seen["step-overshooting"].lowest.tolist() == [0, 0]


def test_runs_are_stuck_at_the_certified_worse_minimum(real):
    assert real["stuck"].all() and (real["tried"] >= 1).all() and real["tried"].max() > 1
    assert np.all(np.abs(real["level"] - 13.07840) < 5e-6)
    assert set(real["end_unchanged"]) == {CODES.index(End.MINIMUM)}
    assert np.all(np.abs(real["level_unchanged"] - real["level"]) < 1e-9)


def test_large_noise_moves_runs_and_small_noise_does_not(real):
    better = np.abs(real["level_noise"] - known_level("two-minima", 1)) < TOLERANCE
    assert better.any() and not better.all()
    calm = run("test", CALM, 0, 40)
    assert np.array_equal(calm["level"], real["level"])
    assert np.all(np.abs(calm["level_noise"] - calm["level"]) < TOLERANCE)


def test_a_smaller_step_brings_down_what_overshoots():
    records = run("test", OVERSHOOTING, 0, 8)
    assert records["stuck"].all()
    seen = observe(OVERSHOOTING, records)["step-overshooting"]
    assert seen.classes.tolist() == ["only smaller step"] * 8


def test_a_run_does_not_depend_on_the_others(real):
    assert run("test", SHAKEN, 17, 18).tobytes() == real[17:18].tobytes()
    assert run("other", SHAKEN, 17, 18).tobytes() != real[17:18].tobytes()


def test_a_run_of_which_no_start_gets_stuck_is_undecided(monkeypatch):
    monkeypatch.setattr(getting_unstuck, "STARTS_TRIED", 2)
    hurried = msgspec.structs.replace(SHAKEN, budget=5, shaken=5)
    records = run("test", hurried, 0, 3)
    assert not records["stuck"].any() and (records["tried"] == 2).all()
    for arm in ARMS:
        assert (lowered(records, arm).highest == 1).all() and (
            lowered(records, arm).lowest == 0
        ).all()
