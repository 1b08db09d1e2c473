"""What is observed of runs: events, pairs, quantities, and the table that counts them."""

from __future__ import annotations

from math import inf

import numpy as np
import pytest

from claims.studies.observations import (
    class_counts,
    events,
    paired_difference,
    paired_events,
    paired_ratio,
    points,
    quantities,
    table_rows,
)


def ends(observed):
    return list(zip(observed.lowest.tolist(), observed.highest.tolist(), strict=True))


def test_events():
    seen = events([True, False, True, False], [False, False, True, True])
    assert ends(seen) == [(1, 1), (0, 0), (0, 1), (0, 1)]
    assert seen.classes.tolist() == ["yes", "no", "undecided", "undecided"]
    assert ends(events([True])) == [(1, 1)]


def test_pairs_of_events_in_every_combination():
    yes, no, open_ = (True, False), (False, False), (False, True)
    kinds = [yes, no, open_]
    first = events(*zip(*[a for a in kinds for _ in kinds], strict=True))
    second = events(*zip(*[b for _ in kinds for b in kinds], strict=True))
    seen = paired_events(first, second, ["A", "B"])
    assert ends(seen) == [
        *((0, 0), (1, 1), (0, 1)),
        *((-1, -1), (0, 0), (-1, 0)),
        *((-1, 0), (0, 1), (-1, 1)),
    ]
    assert seen.classes.tolist() == [
        *("both", "only A", "undecided"),
        *("only B", "neither", "undecided"),
        *("undecided", "undecided", "undecided"),
    ]


def test_differences_and_ratios_of_what_is_unknown_or_infinite():
    first = quantities([1, inf, inf, 0, 2], [1, inf, inf, 0, 6])
    second = quantities([4, 5, inf, 0, 1], [4, 5, inf, 0, 2])
    assert ends(paired_difference(first, second)) == [
        *((-3, -3), (inf, inf), (-inf, inf), (0, 0), (0, 5)),
    ]
    assert ends(paired_ratio(first, second)) == [
        *((0.25, 0.25), (inf, inf), (0, inf), (0, inf), (1, 6)),
    ]
    zero, two = quantities([0.0]), quantities([2.0])
    assert ends(paired_ratio(two, zero)) == [(inf, inf)]
    assert ends(paired_ratio(zero, two)) == [(0, 0)]
    with pytest.raises(ValueError, match="not negative"):
        paired_ratio(quantities([-1.0]), two)
    with pytest.raises(ValueError, match="not negative"):
        paired_ratio(two, quantities([-1.0]))


@pytest.mark.parametrize(("low", "high"), [([2.0], [1.0]), ([np.nan], None)])
def test_intervals_the_wrong_way_round_and_nan_are_refused(low, high):
    with pytest.raises(ValueError, match="lowest <= highest"):
        quantities(low, high)


def test_the_table_counts_what_is_equal_to_three_figures():
    seen = quantities([1.2341, 1.2339, -0.0, 0.0, 123456.0, inf], [1.2341, 1.2339, 0, 0, inf, inf])
    rows = table_rows(seen)
    assert [tuple(row.values()) for row in rows] == [
        ("0", "0", 2),
        ("1.23", "1.23", 2),
        ("123000", "inf", 1),
        ("inf", "inf", 1),
    ]
    counted = points(rows)
    assert (counted.n, counted.undecided) == (6, 1)
    assert counted.lowest.tolist() == [0, 1.23, 123000, inf]


def test_rows_are_split_by_class_and_details():
    seen = events(
        [True, True, True, False],
        classes=np.array(["up", "up", "over", "no"]),
        details={"level": np.array(["a", "b", "a", "a"])},
    )
    rows = table_rows(seen)
    assert [(row["class"], row["level"], row["runs"]) for row in rows] == [
        ("no", "a", 1),
        ("over", "a", 1),
        ("up", "a", 1),
        ("up", "b", 1),
    ]
    assert class_counts(rows) == {"no": 1, "over": 1, "up": 2}
    assert class_counts(table_rows(quantities([1.0]))) == {}
