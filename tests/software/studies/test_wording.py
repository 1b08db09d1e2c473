"""The sentence of a question on made-up estimates: the finding, its number, the exceptions."""

from __future__ import annotations

from itertools import product
from math import inf

import numpy as np
import pytest

from claims.studies.estimands import ESTIMANDS, Estimate
from claims.studies.rules import RULES, Decision, judge
from claims.studies.statistics import Interval
from claims.studies.wording import Wording, percent, points, sentence, too_few, written

UP, DOWN, SAME = (0.1, 0.3), (-0.3, -0.1), (-0.04, 0.04)
CAPPED, FLOORED, OPEN = (-0.2, 0.02), (-0.02, 0.2), (-0.2, 0.2)
HIGH, LOW, ACROSS = (0.1, 0.3), (0.0, 0.02), (0.0, 0.1)
EFFECT = 0.05
NOISE = Wording("end above", ("with noise", "without"))
SPARE = Wording("end above", ("with noise", "without"), "with units to spare")


def estimates(*bounds):
    return [
        Estimate(name, Interval(1000, 0, (low + high) / 2, low, high))
        for name, (low, high) in zip("ABCDEF", bounds, strict=False)
    ]


def say(rule, estimand, wording, *bounds, effect=EFFECT, inside=""):
    made = estimates(*bounds)
    decision = judge(rule, estimand, made, effect, inside)
    return sentence(decision, rule, estimand, made, effect, wording, inside)


def share(*bounds):
    return say("often", "share", Wording("end above"), *bounds)


def difference(*bounds, wording=NOISE, inside=""):
    return say("raises", "difference of shares", wording, *bounds, inside=inside)


def other(*bounds, rule="raises", estimand="median difference", effect=EFFECT):
    wording = Wording("updates", ("fast", "slow") if ESTIMANDS[estimand].paired else ())
    return say(rule, estimand, wording, *bounds, effect=effect)


def test_too_few_runs():
    assert too_few(1, 1001) == "Not decided: 1 run in a setting, 1001 are planned."
    assert too_few(20, 600) == "Not decided: 20 runs in a setting, 600 are planned."


def test_sentences_on_shares():
    assert share(HIGH) == (
        "In the one setting more than 5% of the runs end above (20% [10%, 30%] for A)."
    )
    assert share(HIGH, (0.2, 0.4)) == (
        "In both settings more than 5% of the runs end above (lowest 20% [10%, 30%] for A)."
    )
    assert share((0.0, 0.04), LOW) == (
        "In both settings fewer than 5% of the runs end above (highest 2% [0%, 4%] for A)."
    )
    assert share(HIGH, LOW, ACROSS, (0.2, 0.4)) == (
        "In 2 of 4 settings more than 5% of the runs end above (highest 30% [20%, 40%] for D). "
        "In the 2 others it is not so in 1 (1% [0%, 2%] for B) and open in 1; "
        "no condition was named in advance, so nothing follows for other settings."
    )
    assert share(ACROSS) == (
        "In the one setting the interval for the share of runs that end above contains 5% "
        "(5% [0%, 10%] for A)."
    )
    assert share(LOW, ACROSS) == (
        "In 1 of 2 settings fewer than 5% of the runs end above (1% [0%, 2%] for A). "
        "In the other one it is open (5% [0%, 10%] for B)."
    )


def test_the_opposite_is_told_from_no_difference():
    assert difference(UP, DOWN, (-0.5, -0.2), SAME, CAPPED, OPEN) == (
        "In 1 of 6 settings more of the runs end above with noise than without, by more than 5 "
        "points (20 points [10, 30 points] for A). In the 5 others it is the other way round in 2 "
        "(lowest -35 points [-50, -20 points] for C), not so in 2 and open in 1; "
        "no condition was named in advance, so nothing follows for other settings."
    )


def test_several_ways_of_excluding_a_claim_have_one_phrase():
    assert difference(DOWN, SAME, CAPPED) == (
        "In all 3 settings the share of runs that end above with noise is not higher by 5 points "
        "than without (highest 0 points [-4, 4 points] for B)."
    )
    keeps = other(UP, SAME, FLOORED, rule="keeps up", estimand="growth of median")
    assert keeps == (
        "In all 3 series the change from first to last of the median of updates exceeds -0.05 "
        "(lowest 0 [-0.04, 0.04] for B)."
    )


def test_a_condition_stands_in_the_first_sentence():
    assert difference(UP, (0.2, 0.4), DOWN, SAME, wording=SPARE, inside="AB") == (
        "In both settings with units to spare, more of the runs end above with noise than "
        "without, by more than 5 points (lowest 20 points [10, 30 points] for A). In the 2 others "
        "it is the other way round in 1 (-20 points [-30, -10 points] for C) and not so in 1."
    )
    assert difference(UP, DOWN, (0.2, 0.4), wording=SPARE, inside="A") == (
        "In the one setting with units to spare, more of the runs end above with noise than "
        "without, by more than 5 points (20 points [10, 30 points] for A). In the 2 others it is "
        "so too in 1 and the other way round in 1 (-20 points [-30, -10 points] for B)."
    )


def test_a_condition_that_does_not_separate_the_settings_is_said():
    assert difference(UP, DOWN, wording=SPARE, inside="B").endswith(
        "; the condition named in advance, with units to spare, does not separate them."
    )
    # Where nothing inside excludes the claim, and something there is open, so is the separation.
    assert difference(UP, OPEN, DOWN, wording=SPARE, inside="AB").endswith(
        "; whether the condition named in advance, with units to spare, separates them is open."
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
    found = difference(bounds)
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
    found = other(bounds, estimand="median ratio", effect=2.0)
    assert found == (
        f"In the one setting the median of the ratio of updates, fast to slow, {text}."
    )


def test_subjects_of_the_other_estimands():
    assert other(OPEN) == (
        "In the one setting the median of the difference in updates, fast minus slow, "
        "is not known well enough (0 [-0.2, 0.2] for A)."
    )
    assert other((1, 3), rule="exceeds", estimand="median", effect=2.0) == (
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
        found = other((-9, 9), rule="grows", estimand=estimand, effect=2.0)
        assert found.startswith(f"In the one series {text}")


KINDS = (UP, DOWN, SAME, CAPPED, FLOORED, OPEN)


@pytest.mark.parametrize(
    "rule", [name for name in RULES if "median difference" in RULES[name].estimands]
)
def test_no_sentence_is_longer_than_two_or_misses_a_setting(rule):
    for bounds in product(KINDS, repeat=3):
        for inside in ("", "A"):
            found = say(
                rule, "difference of shares", SPARE if inside else NOISE, *bounds, inside=inside
            )
            first, *rest = found.removesuffix(".").split(". ")
            assert len(rest) <= 1
            decision = judge(rule, "difference of shares", estimates(*bounds), EFFECT, inside)
            counted = 3
            if rest:
                counted = 1 if "one setting" in first else int(first.split()[1])
                counted += 1 if "the other one" in rest[0] else int(rest[0].split()[2])
            assert counted == 3
            assert ("nothing follows" in found or "does not separate" in found) <= (
                decision is Decision.INCONCLUSIVE
            )
            assert (" with units to spare, " in first) == (decision is Decision.CONDITIONS)


def test_the_extremes_of_a_group_are_named():
    random = np.random.default_rng(5)
    lows = random.uniform(0.1, 0.6, 5)
    made = [(low, low + 0.1) for low in lows]
    order = np.argsort(lows)
    assert f"(lowest {points(lows[order[0]] + 0.05)}" in difference(*made)
    assert f" for {'ABCDE'[order[0]]})." in difference(*made)
    assert f" for {'ABCDE'[order[-1]]})." in difference(*made, DOWN)


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
