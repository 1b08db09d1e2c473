"""What figures show, and that drawing repeats itself byte for byte."""

import re

import pytest

from claims.exhibits import intervals, outcomes
from claims.exhibits.cells import group_and_label
from claims.report.drawing import COLOURS, draw

CELLS = [{"problem": "xor", "width": 2}, {"problem": "xor", "width": 3}]


def estimates(**changes):
    base = {"n": 10, "count": 4, "estimate": 0.4, "lower": 0.1, "upper": 0.7}
    return {"estimates": [{"cell": cell, **base, **changes} for cell in CELLS], "threshold": 0.05}


def test_first_factor_groups_and_the_others_label():
    assert group_and_label({"problem": "xor", "width": 2, "step": 0.1}) == (
        "xor",
        "width 2, step 0.1",
    )
    assert group_and_label({"problem": "xor"}) == ("xor", "")
    assert group_and_label({}) == ("all runs", "")


def test_estimates_without_an_interval_are_left_out():
    assert intervals({"estimates": [{"cell": {}, "n": 0, "estimate": None}]}) is None
    assert intervals({}) is None
    assert intervals(estimates(lower=None)) is None


def test_shares_are_told_from_other_quantities():
    assert intervals(estimates()).is_share
    assert not intervals(estimates(upper=1.5)).is_share


def test_missing_classes_count_zero_and_shares_add_up():
    exhibit = outcomes(
        {
            "outcomes": [
                {"cell": CELLS[0], "counts": {"global": 3, "saddle": 1}},
                {"cell": CELLS[1], "counts": {"global": 2}},
            ]
        }
    )
    assert exhibit.classes == ("global", "saddle")
    assert [row.counts for row in exhibit.rows] == [(3, 1), (2, 0)]
    assert exhibit.rows[0].shares == (0.75, 0.25)


@pytest.mark.parametrize("result", [estimates(), estimates(upper=1.5)])
def test_drawing_repeats_itself_and_follows_the_colour_scheme(result):
    exhibit = intervals(result)
    drawn = draw(exhibit)
    assert drawn == draw(exhibit)
    assert b"prefers-color-scheme:dark" in drawn
    body = drawn.partition(b"</style>")[2]
    assert not re.search(rb"#[0-9a-f]{6}", body), (
        "a colour stands there that dark mode cannot change"
    )
    for light, _ in COLOURS.values():
        assert light.encode() not in body


def test_drawing_changes_with_the_data():
    assert draw(intervals(estimates())) != draw(intervals(estimates(estimate=0.41)))
