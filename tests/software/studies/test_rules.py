"""Decision rules on made-up estimates: each side and decision, and every boundary."""

from __future__ import annotations

from math import inf, nextafter

import pytest

from claims.studies.estimands import ESTIMANDS, Estimate, judged_estimates
from claims.studies.rules import RULES, Decision, Side, judge, side
from claims.studies.statistics import Interval

UP, DOWN, SAME = (0.1, 0.3), (-0.3, -0.1), (-0.04, 0.04)
CAPPED, FLOORED, OPEN = (-0.2, 0.02), (-0.02, 0.2), (-0.2, 0.2)
EFFECT = 0.05


def estimates(*bounds):
    return [
        Estimate(name, Interval(1000, 0, (low + high) / 2, low, high))
        for name, (low, high) in zip("ABCDEF", bounds, strict=False)
    ]


def decide(rule, *bounds, estimand="median difference", inside="", lacking=None):
    return judge(rule, estimand, estimates(*bounds), EFFECT, inside, lacking)


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
    ((UP, DOWN), "inconclusive"),
    ((UP, SAME), "inconclusive"),
    ((UP, CAPPED), "inconclusive"),
    ((UP, DOWN, OPEN), "inconclusive"),
    ((UP, SAME, FLOORED), "inconclusive"),
    ((OPEN,), "inconclusive"),
    ((FLOORED,), "inconclusive"),
    ((UP, OPEN), "inconclusive"),
    ((UP, FLOORED), "inconclusive"),
    ((DOWN, OPEN), "inconclusive"),
    ((SAME, FLOORED), "inconclusive"),
]


@pytest.mark.parametrize(("bounds", "decision"), MORE)
def test_decisions_on_more(bounds, decision):
    assert decide("raises", *bounds).value == decision


@pytest.mark.parametrize(("bounds", "decision"), MORE)
def test_decisions_on_less_are_the_mirror_image(bounds, decision):
    mirrored = [(-high, -low) for low, high in bounds]
    assert decide("lowers", *mirrored).value == decision


# Estimates A, B, ... and the names of those that fulfil the condition.
NAMED = [
    ((UP, DOWN), "A", "supported under conditions"),
    ((UP, UP, SAME, CAPPED), "AB", "supported under conditions"),
    # The condition may be narrower than it need be, and some of the others open.
    ((UP, UP, DOWN, OPEN), "A", "supported under conditions"),
    # It is no condition where nothing outside it excludes the claim,
    ((UP, OPEN), "A", "inconclusive"),
    ((UP, FLOORED, UP), "A", "inconclusive"),
    # nor where some setting inside it does not meet the claim.
    ((UP, OPEN, DOWN), "AB", "inconclusive"),
    ((UP, SAME, DOWN), "AB", "inconclusive"),
    ((UP, DOWN), "B", "inconclusive"),
    # What holds everywhere or nowhere needs none.
    ((UP, UP), "A", "supported"),
    ((DOWN, SAME), "A", "not supported"),
]


@pytest.mark.parametrize(("bounds", "inside", "decision"), NAMED)
def test_a_condition_named_in_advance_is_judged_inside_and_outside(bounds, inside, decision):
    assert decide("raises", *bounds, inside=inside).value == decision
    mirrored = [(-high, -low) for low, high in bounds]
    assert decide("lowers", *mirrored, inside=inside).value == decision


def test_a_condition_that_nothing_fulfils_is_never_a_finding():
    for bounds, _ in MORE:
        assert decide("raises", *bounds) is not Decision.CONDITIONS


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
    assert decide("raises", UP, DOWN, lacking=(1, 1001)) is Decision.NOT_DECIDED
    assert decide("raises", UP, DOWN, inside="A", lacking=(1, 1001)) is Decision.NOT_DECIDED


def test_no_setting_is_an_error():
    with pytest.raises(ValueError, match="at least one setting"):
        decide("raises")


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
    ("bounds", "expected"),
    [
        ((UP, SAME, FLOORED), "supported"),
        ((DOWN,), "not supported"),
        ((SAME, DOWN), "inconclusive"),
        ((CAPPED,), "inconclusive"),
        ((OPEN,), "inconclusive"),
    ],
)
def test_what_keeps_up_does_not_fall_by_the_smallest_effect(bounds, expected):
    found = decide("keeps up", *bounds, estimand="growth of difference of shares")
    assert found.value == expected
