"""Called ends: what is judged of each, and that a wrong call would be found."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import numpy as np

from claims.studies import called_ends
from claims.studies.called_ends import NONE, RECORD, RIGHT, UNPROVED, WRONG, observe, run
from claims.studies.registry import planned
from claims.training import CODES, End

STUDY = planned("called-ends")
CELLS = dict(zip(STUDY.names, STUDY.cells, strict=True))
LINE = CELLS["two-minima, sigmoid, width 1"]


def test_what_is_not_proved_may_be_wrong():
    made = np.zeros(5, dtype=RECORD)
    made["proof"] = [RIGHT, WRONG, UNPROVED, NONE, RIGHT]
    made["tried"] = [1, 1, 1, 3, 2]
    seen = observe(LINE, made)
    wrong = seen["called-wrongly"]
    assert wrong.lowest.tolist() == [0, 1, 0, 0, 0]
    assert wrong.highest.tolist() == [0, 1, 1, 1, 0]
    # The last run's first end was no stationary point, of which nothing is proved.
    assert seen["not-proved"].lowest.tolist() == [0, 0, 1, 1, 1]
    assert set(seen) == {one.id for one in STUDY.plan.questions}


def test_ends_on_the_line_are_called_rightly():
    made = run("test", LINE, 0, 12)
    assert (made["proof"] == RIGHT).all() and (made["tried"] == 1).all()
    assert (made["end"] == CODES.index(End.MINIMUM)).all()
    assert run("test", LINE, 7, 8).tobytes() == made[7:8].tobytes()


def test_a_planted_wrong_call_is_found(monkeypatch):
    right = called_ends.classify

    def wrong(*arguments):
        ends = right(*arguments)
        code = ends.code.copy()
        code[3] = CODES.index(End.SADDLE)
        return replace(ends, code=code)

    monkeypatch.setattr(called_ends, "classify", wrong)
    made = run("test", LINE, 0, 6)
    assert made["proof"].tolist() == [RIGHT, RIGHT, RIGHT, WRONG, RIGHT, RIGHT]


def test_another_start_is_drawn_where_an_end_is_not_stationary(monkeypatch):
    right, calls = called_ends.classify, []

    def infinite(*arguments):
        ends = right(*arguments)
        calls.append(len(ends.code))
        if len(calls) == 1:
            code = ends.code.copy()
            code[[1, 4]] = CODES.index(End.INFINITY)
            return replace(ends, code=code)
        return ends

    monkeypatch.setattr(called_ends, "classify", infinite)
    made = run("test", LINE, 0, 6)
    assert calls == [6, 2]
    assert made["tried"].tolist() == [1, 2, 1, 1, 2, 1]
    assert (made["proof"] == RIGHT).all()
    assert made["first"][1] == CODES.index(End.INFINITY) != made["end"][1]
    calls.clear()
    once = run("test", msgspec.structs.replace(LINE, starts=1), 0, 6)
    assert once["proof"].tolist() == [RIGHT, NONE, RIGHT, RIGHT, NONE, RIGHT]
