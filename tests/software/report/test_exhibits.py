"""What figures show, and that drawing repeats itself byte for byte."""

import re

import pytest

from claims.exhibits import intervals, networks, outcomes
from claims.report.drawing import CLASSES, COLOURS, draw
from claims.report.templating import summary


def question(**changes):
    base = {"n": 10, "estimate": 0.4, "lower": 0.1, "upper": 0.7}
    ends = ({"undecided": 1, "global": 3, "saddle": 1}, {"global": 2, "flat": 1})
    names = ("xor, tanh, width 2", "xor, tanh, width 3")
    entries = [
        {"name": name, "classes": counts, **base, **changes.pop(name, {})}
        for name, counts in zip(names, ends, strict=True)
    ]
    return {
        "event": "end above",
        "arms": [],
        "estimand": "share",
        "region": [0.05, 0.05],
        "estimates": entries,
        "settings": entries,
    } | changes


SECOND = "xor, tanh, width 3"
RATIO = question(
    estimand="median ratio",
    event="updates",
    arms=["with noise", "without"],
    region=[0.5, 2.0],
    **{SECOND: {"estimate": "inf", "lower": 1.5, "upper": "inf"}},
)


def test_estimates_are_grouped_by_the_first_part_of_their_name():
    exhibit = intervals(question())
    assert [(row.group, row.label) for row in exhibit.rows] == [
        ("xor", "tanh, width 2"),
        ("xor", "tanh, width 3"),
    ]
    assert exhibit.quantity == "share of runs that end above"
    assert exhibit.limits == (0.05,) and exhibit.percent


def test_an_exhibit_names_what_is_compared_and_both_edges():
    exhibit = intervals(RATIO)
    assert exhibit.quantity == "median ratio of updates: with noise to without"
    assert exhibit.limits == (0.5, 2.0) and not exhibit.percent
    assert exhibit.rows[1].upper == float("inf")
    assert summary(exhibit) == "0.4 to inf in 2 settings, no effect 0.5 to 2"
    assert summary(intervals(question())) == "0.4 to 0.4 in 2 settings, threshold 0.05"


def test_the_axis_holds_all_that_is_finite_and_the_edges():
    assert intervals(question()).axis == (0.0, 1.0)
    low, high = intervals(RATIO).axis
    assert low < 0.1 and high > 2.0
    shares = intervals(
        question(estimand="difference of shares", arms=["a", "b"], region=[-0.1, 0.1])
    )
    assert shares.axis == pytest.approx((-0.1 - 0.04 * 0.8, 0.7 + 0.04 * 0.8))
    assert shares.quantity == "share of runs that end above: a minus b"


def test_places_run_from_0_to_1_and_stop_there():
    exhibit = intervals(RATIO)
    low, high = exhibit.axis
    assert [exhibit.place(value) for value in (low, high, (low + high) / 2)] == [0, 1, 0.5]
    assert (exhibit.place(float("-inf")), exhibit.place(float("inf"))) == (0, 1)


def test_classes_missing_in_a_setting_count_zero_and_undecided_comes_last():
    exhibit = outcomes(question())
    assert exhibit.classes == ("global", "saddle", "flat", "undecided")
    assert [row.counts for row in exhibit.rows] == [(3, 1, 0, 1), (2, 0, 1, 0)]
    assert exhibit.rows[0].shares == (0.6, 0.2, 0, 0.2)


def test_a_question_without_classes_has_no_outcomes():
    entries = [{"name": "a", "classes": {}}]
    assert outcomes(question(settings=entries)) is None


def test_networks_are_counted_by_study():
    one = {"claim": "a", "n": 100, "undecided": 4}
    settings = [{"cell": {"data": "xor"}, "networks": 100}, {"cell": {}, "networks": 200}]
    result = {"n": 100, "networks": 300, "classified": 250, "settings": settings}
    (row,) = networks({"s": result | {"questions": [one, {**one, "undecided": 5}]}})
    assert (row.name, row.claims, row.runs, row.networks) == ("s", ("a",), 100, 300)
    assert (row.classified, row.xor, row.open, row.asked) == (250, 100, 5, 100)
    assert row.undecided == 0.05


def test_drawing_repeats_itself_and_follows_the_colour_scheme():
    for exhibit in (intervals(question()), intervals(RATIO), outcomes(question())):
        drawn = draw(exhibit)
        assert drawn == draw(exhibit)
        assert b"prefers-color-scheme:dark" in drawn
        body = drawn.partition(b"</style>")[2]
        assert not re.search(rb"#[0-9a-f]{6}", body), "a colour that dark mode cannot change"


def test_drawing_changes_with_the_data():
    assert draw(intervals(question())) != draw(intervals(question(**{SECOND: {"estimate": 0.41}})))


def test_colours_are_told_apart_by_their_code():
    light = [pair[0] for pair in (*COLOURS.values(), *CLASSES)]
    assert len(set(light)) == len(light)
