"""What figures show, and that drawing repeats itself byte for byte."""

import re

from claims.exhibits import intervals, outcomes
from claims.report.drawing import CLASSES, COLOURS, draw


def result(**changes):
    base = {"n": 10, "count": 4, "estimate": 0.4, "lower": 0.1, "upper": 0.7}
    ends = ({"global": 3, "lost": 0, "saddle": 1}, {"global": 2, "lost": 0, "flat": 1})
    names = ("xor, tanh, width 2", "xor, tanh, width 3")
    return {
        "smallest_effect": 0.05,
        "event": "end above",
        "estimates": [
            {"name": name, "outcomes": counts, **base, **changes}
            for name, counts in zip(names, ends, strict=True)
        ],
    }


def test_estimates_are_grouped_by_the_first_part_of_their_name():
    exhibit = intervals(result())
    assert [(row.group, row.label) for row in exhibit.rows] == [
        ("xor", "tanh, width 2"),
        ("xor", "tanh, width 3"),
    ]
    assert exhibit.quantity == "share of runs that end above"
    assert exhibit.threshold == 0.05


def test_result_without_estimates_shows_nothing():
    assert intervals({}) is None
    assert outcomes({}) is None


def test_classes_nobody_ended_in_are_left_out_and_missing_ones_count_zero():
    exhibit = outcomes(result())
    assert exhibit.classes == ("global", "saddle", "flat")
    assert [row.counts for row in exhibit.rows] == [(3, 1, 0), (2, 0, 1)]
    assert exhibit.rows[0].shares == (0.75, 0.25, 0)


def test_drawing_repeats_itself_and_follows_the_colour_scheme():
    for exhibit in (intervals(result()), outcomes(result())):
        drawn = draw(exhibit)
        assert drawn == draw(exhibit)
        assert b"prefers-color-scheme:dark" in drawn
        body = drawn.partition(b"</style>")[2]
        assert not re.search(rb"#[0-9a-f]{6}", body), "a colour that dark mode cannot change"


def test_drawing_changes_with_the_data():
    assert draw(intervals(result())) != draw(intervals(result(estimate=0.41)))


def test_colours_are_told_apart_by_their_code():
    light = [pair[0] for pair in (*COLOURS.values(), *CLASSES)]
    assert len(set(light)) == len(light)
