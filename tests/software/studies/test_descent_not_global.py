"""The first study: how its runs are judged, on made-up records and on a few real ones."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from claims.studies.descent_not_global import (
    RECORD,
    data_of,
    global_level,
    known_level,
    observe,
    run,
)
from claims.studies.observations import class_counts, points, table_rows
from claims.studies.plan import PlanError, plan_hash
from claims.studies.registry import planned
from claims.training import CODES, End

STUDY = planned("descent-not-global")
CELLS = {STUDY.study.name(cell): cell for cell in STUDY.cells}
LINE = CELLS["two-minima, sigmoid, width 1"]


def records(*runs):
    made = np.zeros(len(runs), dtype=RECORD)
    made["run"] = np.arange(len(runs))
    for row, (end, level, reached) in zip(made, runs, strict=True):
        row["end"], row["level"], row["reached"] = CODES.index(end), level, reached
    return made


MADE_UP = records(
    (End.MINIMUM, 12.04107, 12.04108),
    (End.MINIMUM, 13.0784, 13.0784),
    (End.INFINITY, 12.0415, 12.05),
    (End.DIVERGED, np.inf, np.inf),
    (End.UNDECIDED, 12.5, 12.5),
    (End.UNDECIDED, 12.0412, 12.0412),
    (End.SADDLE, 14.0, 14.0),
)


def rows_of(own):
    return table_rows(observe(LINE, own)["ends-above"])


def above(own):
    """The runs that certainly ended above."""
    seen = observe(LINE, own)["ends-above"]
    return int((seen.lowest == 1).sum())


def test_every_kind_of_run():
    rows = rows_of(MADE_UP)
    counted = points(rows)
    assert (counted.n, above(MADE_UP), counted.undecided) == (7, 3, 1)
    assert class_counts(rows) == {
        "global level": 3,
        "undecided": 1,
        "above: diverged": 1,
        "above: minimum": 1,
        "above: saddle": 1,
    }
    for row in rows:
        known = {"global level": ("0", "0"), "undecided": ("0", "1")}.get(row["class"], ("1", "1"))
        assert (row["lowest"], row["highest"]) == known
    assert {row["end"] for row in rows} == {
        "minimum",
        "at infinity",
        "diverged",
        "undecided",
        "saddle",
    }


def test_of_those_above_only_minima_count_as_worse_minima():
    seen = observe(LINE, MADE_UP)["in-local-minimum"]
    assert seen.lowest.tolist() == [0, 1, 0, 0, 0, 0, 0]
    assert seen.highest.tolist() == [0, 1, 0, 0, 1, 0, 0]


def test_a_lower_level_that_a_run_finds_replaces_the_known_one():
    lower = records((End.MINIMUM, 11.0, 11.0), (End.MINIMUM, 12.04107, 12.04107))
    assert global_level(LINE, lower) == 11.0
    assert above(lower) == 1
    passing = records((End.UNDECIDED, 11.0, 11.0), (End.MINIMUM, 12.04107, 12.04107))
    assert above(passing) == 1


def test_without_a_run_that_finds_it_the_known_level_stands():
    assert above(records((End.MINIMUM, 13.0784, 13.0784))) == 1


def test_levels_within_the_tolerance_are_one_row():
    rows = rows_of(records(*((End.MINIMUM, level, level) for level in (13.0, 13.0009, 13.0011))))
    assert [(row["level"], row["runs"]) for row in rows] == [("13", 2), ("13.0011", 1)]


@pytest.fixture(scope="module")
def real():
    return run("test", LINE, 0, 100)


def test_real_runs_end_at_the_certified_levels(real):
    assert set(real["end"]) == {CODES.index(End.MINIMUM)}
    low = real["level"] < 12.5
    assert low.any() and not low.all()
    # The levels as printed, to half a unit of their last figure.
    assert np.all(np.abs(real["level"] - np.where(low, 12.04107, 13.07840)) < 5e-6)


def test_a_run_does_not_depend_on_the_others(real):
    assert run("test", LINE, 37, 38).tobytes() == real[37:38].tobytes()
    assert run("other", LINE, 37, 38).tobytes() != real[37:38].tobytes()


def test_starts_are_shared_between_cells_that_differ_in_the_step_alone(real):
    other = run("test", msgspec.structs.replace(LINE, step=LINE.step / 2), 0, 20)
    assert (other["updates"] != real["updates"][:20]).any()
    assert np.mean(np.abs(other["level"] - real["level"][:20]) < 1e-3) > 0.8


def test_the_pilot_has_seeds_of_its_own():
    assert STUDY.plan.pilot.seed != plan_hash(STUDY.plan)


def test_the_known_level_is_the_loss_at_the_lowest_point():
    better = known_level(LINE)
    assert better == pytest.approx(12.04107, abs=1e-5)
    without = msgspec.structs.replace(LINE, lowest_point=None)
    assert known_level(without) == 0
    too_short = msgspec.structs.replace(LINE, lowest_point=[1.0])
    with pytest.raises(PlanError, match=r"two-minima.*lowest_point has 1 weights; give the 4"):
        known_level(too_short)


def test_random_data_are_fixed_by_their_name():
    made = [data_of(f"random {number}") for number in range(1, 5)]
    assert len({each.targets.tobytes() for each in made}) == 4
    assert {each.inputs.shape for each in made} == {(10, 1)}
    data_of.cache_clear()
    assert data_of("random 1").targets.tobytes() == made[0].targets.tobytes()
