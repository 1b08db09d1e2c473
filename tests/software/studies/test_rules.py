"""Decision rules on made-up estimates: each side, decision and sentence, and every boundary."""

from __future__ import annotations

from math import inf, nextafter

import numpy as np
import pytest

from claims.studies.estimands import ESTIMANDS, Estimate, judged_estimates
from claims.studies.rules import (
    RULES,
    Decision,
    Side,
    Wording,
    judge,
    percent,
    points,
    side,
    written,
)
from claims.studies.statistics import Interval

UP, DOWN, SAME = (0.1, 0.3), (-0.3, -0.1), (-0.04, 0.04)
CAPPED, FLOORED, OPEN = (-0.2, 0.02), (-0.02, 0.2), (-0.2, 0.2)
EFFECT = 0.05


def estimates(*bounds):
    return [
        Estimate(name, Interval(1000, 0, (low + high) / 2, low, high))
        for name, (low, high) in zip("ABCDEF", bounds, strict=False)
    ]


def decide(rule, *bounds, estimand="median difference", effect=EFFECT, lacking=None):
    wording = Wording("updates", ("fast", "slow") if ESTIMANDS[estimand].paired else ())
    return judge(rule, estimand, estimates(*bounds), effect, wording, lacking)


@pytest.mark.parametrize(
    ("bounds", "expected"),
    [
        (UP, Side.ABOVE),
        (DOWN, Side.BELOW),
        (SAME, Side.SAME),
        (CAPPED, Side.NOT_ABOVE),
        (FLOORED, Side.NOT_BELOW),
        (OPEN, Side.OPEN),
        # A bound on an edge decides nothing there, the next number does.
        ((0.05, 0.3), Side.NOT_BELOW),
        ((nextafter(0.05, 1), 0.3), Side.ABOVE),
        ((-0.3, -0.05), Side.NOT_ABOVE),
        ((-0.3, nextafter(-0.05, -1)), Side.BELOW),
        ((-0.05, 0.04), Side.NOT_ABOVE),
        ((nextafter(-0.05, 1), 0.04), Side.SAME),
        ((-0.04, 0.05), Side.NOT_BELOW),
        ((-0.04, nextafter(0.05, -1)), Side.SAME),
        ((-0.05, 0.05), Side.OPEN),
        ((-inf, inf), Side.OPEN),
        ((inf, inf), Side.ABOVE),
    ],
)
def test_sides(bounds, expected):
    assert side(estimates(bounds)[0].interval, -0.05, 0.05) is expected


@pytest.mark.parametrize(
    ("bounds", "expected"),
    [
        ((0.05, 0.2), Side.OPEN),
        ((nextafter(0.05, 1), 0.2), Side.ABOVE),
        ((0.0, 0.05), Side.OPEN),
        ((0.0, nextafter(0.05, 0)), Side.BELOW),
        ((0.0, 0.2), Side.OPEN),
    ],
)
def test_sides_of_a_threshold(bounds, expected):
    assert side(estimates(bounds)[0].interval, 0.05, 0.05) is expected


MORE = [
    ((UP,), "supported"),
    ((UP, UP, UP), "supported"),
    ((DOWN,), "not supported"),
    ((SAME,), "not supported"),
    ((CAPPED,), "not supported"),
    ((DOWN, SAME, CAPPED), "not supported"),
    ((UP, DOWN), "supported under conditions"),
    ((UP, SAME), "supported under conditions"),
    ((UP, CAPPED), "supported under conditions"),
    ((UP, DOWN, OPEN), "supported under conditions"),
    ((UP, SAME, FLOORED), "supported under conditions"),
    ((OPEN,), "inconclusive"),
    ((FLOORED,), "inconclusive"),
    ((UP, OPEN), "inconclusive"),
    ((UP, FLOORED), "inconclusive"),
    ((DOWN, OPEN), "inconclusive"),
    ((SAME, FLOORED), "inconclusive"),
]


@pytest.mark.parametrize(("bounds", "decision"), MORE)
def test_decisions_on_more(bounds, decision):
    assert decide("raises", *bounds)[0].value == decision


@pytest.mark.parametrize(("bounds", "decision"), MORE)
def test_decisions_on_less_are_the_mirror_image(bounds, decision):
    mirrored = [(-high, -low) for low, high in bounds]
    assert decide("lowers", *mirrored)[0].value == decision


def test_every_rule_asks_for_more_or_for_less():
    kinds = {name: (rule.favourable, rule.against) for name, rule in RULES.items()}
    more, less = kinds["raises"], kinds["lowers"]
    assert {name for name, kind in kinds.items() if kind == more} == {
        *("often", "exceeds", "raises", "grows"),
    }
    assert {name for name, kind in kinds.items() if kind == less} == {
        *("seldom", "stays below", "lowers", "shrinks"),
    }
    judged = {name for rule in RULES.values() for name in rule.estimands}
    assert judged == set(ESTIMANDS)


def test_regions():
    assert ESTIMANDS["share"].region(0.1) == (0.1, 0.1)
    assert ESTIMANDS["difference of shares"].region(0.1) == (-0.1, 0.1)
    assert ESTIMANDS["median ratio"].region(4.0) == (0.25, 4.0)
    assert ESTIMANDS["growth factor of median"].region(4.0) == (0.25, 4.0)


def test_below_the_planned_number_nothing_is_decided():
    decision, sentence = decide("raises", UP, DOWN, lacking=(1, 1001))
    assert decision is Decision.NOT_DECIDED
    assert sentence == "Not decided: 1 run in a setting, 1001 are planned."


def test_no_setting_is_an_error():
    with pytest.raises(ValueError, match="at least one setting"):
        decide("raises")


def share(*bounds):
    wording = Wording("end above")
    return judge("often", "share", estimates(*bounds), EFFECT, wording)[1]


HIGH, LOW, ACROSS = (0.1, 0.3), (0.0, 0.02), (0.0, 0.1)


def test_sentences_on_shares():
    assert share(HIGH) == (
        "In the one setting more than 5% of the runs end above (20% [10%, 30%] for A)."
    )
    assert share(HIGH, LOW, ACROSS) == (
        "In 1 of 3 settings more than 5% of the runs end above (20% [10%, 30%] for A); "
        "in 1 of 3 settings fewer than 5% do (1% [0%, 2%] for B); "
        "in 1 of 3 settings the interval contains 5% (5% [0%, 10%] for C)."
    )
    assert share((0.0, 0.04), LOW) == (
        "In all 2 settings fewer than 5% of the runs end above "
        "(1% [0%, 2%] for B to 2% [0%, 4%] for A)."
    )
    assert share(ACROSS) == (
        "In the one setting the interval for the share of runs that end above contains 5% "
        "(5% [0%, 10%] for A)."
    )
    assert share(LOW, ACROSS).endswith(
        "in 1 of 2 settings the interval contains 5% (5% [0%, 10%] for B)."
    )


@pytest.mark.parametrize(
    ("bounds", "text"),
    [
        (UP, "more of the runs end above with noise than without, by more than 5 points"),
        (DOWN, "fewer of the runs end above with noise than without, by more than 5 points"),
        (SAME, "with noise or without, the share of runs that end above differs by less than 5 p"),
        (CAPPED, "the share of runs that end above with noise is not higher by 5 points than wit"),
        (FLOORED, "the share of runs that end above with noise is not lower by 5 points than wit"),
        (OPEN, "it stays open whether more of the runs end above with noise or without"),
    ],
)
def test_sentences_on_differences(bounds, text):
    wording = Wording("end above", ("with noise", "without"))
    found = judge("raises", "difference of shares", estimates(bounds), EFFECT, wording)[1]
    assert found.startswith(f"In the one setting {text}")
    low, high = (f"{100 * bound:g}" for bound in bounds)
    middle = f"{50 * sum(bounds):g}"
    assert found.endswith(f"({middle} points [{low}, {high} points] for A).")


@pytest.mark.parametrize(
    ("bounds", "text"),
    [
        ((3, 5), "exceeds 2 (4 [3, 5] for A)"),
        ((0.1, 0.3), "is below 0.5 (0.2 [0.1, 0.3] for A)"),
        ((0.8, 1.2), "lies between 0.5 and 2 (1 [0.8, 1.2] for A)"),
        ((0.2, 1.2), "is below 2 (0.7 [0.2, 1.2] for A)"),
        ((0.8, 2.4), "exceeds 0.5 (1.6 [0.8, 2.4] for A)"),
        ((0.2, 4.0), "is not known well enough (2.1 [0.2, 4] for A)"),
    ],
)
def test_sentences_on_ratios(bounds, text):
    found = decide("raises", bounds, estimand="median ratio", effect=2.0)[1]
    assert found == (
        f"In the one setting the median of the ratio of updates, fast to slow, {text}."
    )


def test_subjects_of_the_other_estimands():
    assert decide("raises", OPEN)[1] == (
        "In the one setting the median of the difference in updates, fast minus slow, "
        "is not known well enough (0 [-0.2, 0.2] for A)."
    )
    assert decide("exceeds", (1, 3), estimand="median", effect=2.0)[1] == (
        "In the one setting the median of updates may lie on either side of 2 (2 [1, 3] for A)."
    )
    for estimand, text in (
        ("growth of share", "the change from first to last of the share of runs that updates"),
        (
            "growth of difference of shares",
            "the change from first to last of the difference in the share of runs that updates, "
            "fast minus slow,",
        ),
        ("growth of median", "the change from first to last of the median of updates"),
        ("growth factor of median", "the factor from first to last of the median of updates"),
    ):
        found = decide("grows", (-9, 9), estimand=estimand, effect=2.0)[1]
        assert found.startswith(f"In the one series {text}")
    assert "In all 2 series" in decide("grows", UP, UP, estimand="growth of median")[1]


def settings(**bounds):
    return [
        Estimate(name.replace("_", ", "), Interval(10, 1, estimate, low, high))
        for name, (estimate, low, high) in bounds.items()
    ]


def test_growth_compares_first_and_last_of_each_series():
    made = settings(a_1=(2, 1, 3), b_1=(5, 4, 6), a_2=(9, 0, 99), a_3=(7, 5, 8), b_2=(5, 4, 7))
    first, second = judged_estimates(ESTIMANDS["growth of median"], made)
    assert (first.name, second.name) == ("a, 1 to 3", "b, 1 to 2")
    assert first.interval == Interval(20, 2, 5, 2, 7)
    assert second.interval == Interval(20, 2, 0, -2, 3)
    (factor, _) = judged_estimates(ESTIMANDS["growth factor of median"], made)
    assert factor.interval == Interval(20, 2, 3.5, 5 / 3, 8)
    assert judged_estimates(ESTIMANDS["median"], made) == made


def test_growth_of_what_may_be_infinite_or_zero():
    made = settings(a_1=(2, 1, inf), a_2=(inf, 5, inf))
    (change,) = judged_estimates(ESTIMANDS["growth of median"], made)
    assert (change.interval.lower, change.interval.upper) == (-inf, inf)
    (factor,) = judged_estimates(ESTIMANDS["growth factor of median"], made)
    assert (factor.interval.estimate, factor.interval.lower, factor.interval.upper) == (inf, 0, inf)
    same = settings(a_1=(inf, inf, inf), a_2=(inf, inf, inf))
    (change,) = judged_estimates(ESTIMANDS["growth of median"], same)
    assert (change.interval.estimate, change.interval.lower, change.interval.upper) == (
        0,
        -inf,
        inf,
    )
    (factor,) = judged_estimates(ESTIMANDS["growth factor of median"], same)
    assert (factor.interval.estimate, factor.interval.lower, factor.interval.upper) == (1, 0, inf)
    zero = settings(a_1=(0, 0, 0), a_2=(0, 0, 0))
    (factor,) = judged_estimates(ESTIMANDS["growth factor of median"], zero)
    assert (factor.interval.estimate, factor.interval.lower, factor.interval.upper) == (1, 0, inf)
    from_zero = settings(a_1=(0, 0, 1), a_2=(3, 2, 4))
    (factor,) = judged_estimates(ESTIMANDS["growth factor of median"], from_zero)
    assert (factor.interval.estimate, factor.interval.lower, factor.interval.upper) == (inf, 2, inf)
    with pytest.raises(ValueError, match="not negative"):
        judged_estimates(ESTIMANDS["growth factor of median"], settings(a_1=(0, -1, 1)))


@pytest.mark.parametrize(
    ("share", "text"), [(0.05, "5%"), (0.1234, "12.3%"), (0.0, "0%"), (1.0, "100%"), (0.0004, "0%")]
)
def test_percentages(share, text):
    assert percent(share) == text


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.01, "points", "1 point"),
        (-0.01, "points", "-1 point"),
        (-0.125, "points", "-12.5 points"),
        (-0.00001, "points", "0 points"),
        (0.5, "percent", "50%"),
        (inf, "number", "infinity"),
        (-inf, "number", "-infinity"),
        (12345.6, "number", "12,346"),
        (1000, "number", "1,000"),
        (999, "number", "999"),
        (0.01234, "number", "0.0123"),
        (-0.0, "number", "0"),
    ],
)
def test_numbers_in_sentences(value, unit, text):
    assert written(value, unit) == text


def test_points_are_percentage_points():
    assert points(0.05) == "5 points"


def test_the_extremes_of_a_group_are_named_in_order():
    random = np.random.default_rng(5)
    lows = random.uniform(0.1, 0.6, 5)
    found = decide("raises", *((low, low + 0.1) for low in lows))[1]
    order = np.argsort(lows)
    assert found.endswith(f" for {'ABCDE'[order[-1]]}).")
    assert f"] for {'ABCDE'[order[0]]} to " in found


@pytest.mark.parametrize(
    ("bounds", "expected"),
    [
        ((UP, SAME, FLOORED), "supported"),
        ((DOWN,), "not supported"),
        ((SAME, DOWN), "supported under conditions"),
        ((CAPPED,), "inconclusive"),
        ((OPEN,), "inconclusive"),
    ],
)
def test_what_keeps_up_does_not_fall_by_the_smallest_effect(bounds, expected):
    found = decide("keeps up", *bounds, estimand="growth of difference of shares")
    assert found[0].value == expected
