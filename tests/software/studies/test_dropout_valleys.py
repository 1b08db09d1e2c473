"""Minima with and without dropout: how problems are judged, on made-up records and on real ones."""

from __future__ import annotations

import numpy as np

from claims.studies.dropout_valleys import RECORD, observe, run
from claims.studies.plan import plan_hash
from claims.studies.registry import planned

STUDY = planned("dropout-valleys")
CELLS = {STUDY.study.name(cell): cell for cell in STUDY.cells}
CELL = CELLS["teacher 1, rate 0.5"]


def test_what_is_open_may_be_a_minimum():
    made = np.zeros(5, dtype=RECORD)
    made["minima_plain"] = [1, 1, 2, 1, 1]
    made["minima_dropout"] = [1, 2, 1, 1, 2]
    made["open_plain"] = [0, 0, 0, 0, 1]
    made["open_dropout"] = [0, 0, 0, 2, 0]
    seen = observe(CELL, made)["more-minima"]
    assert seen.lowest.tolist() == [0, 1, -1, 0, 0]
    assert seen.highest.tolist() == [0, 1, -1, 1, 1]
    assert seen.classes.tolist() == [
        "as many",
        "more with dropout",
        "fewer with dropout",
        "undecided",
        "undecided",
    ]


def test_a_problem_does_not_depend_on_the_others():
    made = run("test", CELL, 0, 12)
    assert run("test", CELL, 7, 8).tobytes() == made[7:8].tobytes()
    assert run("other", CELL, 0, 12).tobytes() != made.tobytes()
    assert made["minima_dropout"].sum() > 0


def test_the_pilot_has_seeds_of_its_own():
    assert STUDY.plan.pilot.seed != plan_hash(STUDY.plan)
