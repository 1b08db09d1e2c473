"""The calibration finds intervals that are too short and accepts those in use."""

from __future__ import annotations

from dataclasses import replace
from math import sqrt

import msgspec
import numpy as np
import pytest

from claims.studies import calibration
from claims.studies.calibration import Cell, draw, observe, run, truth
from claims.studies.estimands import ESTIMANDS
from claims.studies.registry import planned
from claims.studies.statistics import Interval

STUDY = planned("calibration")
CELLS = dict(zip(STUDY.names, STUDY.cells, strict=True))


def approximate(points, confidence):
    """The interval of Wald, which is no exact one: 1.96 standard errors at 95%."""
    from scipy.special import ndtri

    share = points.runs[points.lowest == 1].sum() / points.n
    width = float(ndtri((1 + confidence) / 2)) * sqrt(share * (1 - share) / points.n)
    return Interval(points.n, 0, share, share - width, share + width)


def test_an_approximate_interval_is_found_out(monkeypatch):
    cell = Cell("share", 200, 9, 0.01)
    assert run("s", cell, 0, 200)["missed"].mean() < 0.07
    monkeypatch.setitem(
        calibration.ESTIMANDS, "share", replace(ESTIMANDS["share"], interval=approximate)
    )
    assert run("s", cell, 0, 200)["missed"].mean() > 0.5


@pytest.mark.parametrize("name", CELLS)
def test_a_setting_is_drawn_around_its_truth(name):
    cell = msgspec.structs.replace(CELLS[name], n=20000)
    whole = msgspec.structs.replace(cell, undecided=0.0)
    drawn = [draw(whole, place, np.random.default_rng(1)) for place in (0, 1)]
    interval = [ESTIMANDS[cell.estimand].interval(points, 0.999) for points in drawn]
    if cell.estimand == "growth of share":
        found = ESTIMANDS[cell.estimand].contrast(*interval)
    else:
        found = interval[0]
    assert found.n % 20000 == 0 and found.undecided == 0
    assert found.lower <= truth(cell) <= found.upper
    hidden = draw(cell, 0, np.random.default_rng(1)).undecided
    assert (hidden > 0) == (cell.undecided > 0)


def test_it_judges_no_claim_and_trains_no_network():
    assert STUDY.plan.claims == []
    assert {STUDY.study.networks(cell) for cell in STUDY.cells} == {0}


def test_both_questions_are_observed():
    records = np.zeros(3, dtype=calibration.RECORD)
    records["missed"], records["decided"] = [True, False, True], [False, False, True]
    seen = observe(STUDY.cells[0], records)
    assert seen["intervals"].lowest.tolist() == [1, 0, 1]
    assert seen["verdicts"].lowest.tolist() == [0, 0, 1]
