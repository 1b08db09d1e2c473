"""Decision rules on made-up counts: each decision, its sentence, and how often it is wrong."""

from __future__ import annotations

import numpy as np
import pytest

from claims.studies.rules import Decision, Estimate, Side, often, percent, side
from claims.studies.statistics import Share, bonferroni, clopper_pearson, worst_case_share

LOW, MIDDLE, HIGH = (10, 0), (50, 0), (200, 0)  # of 1000, against 5%
NAMES = ("A", "B", "C")


def judge(*cells, n=1000, planned=1000):
    confidence = bonferroni(0.95, len(cells))
    estimates = [
        Estimate(name, worst_case_share(count, undecided, n, confidence))
        for name, (count, undecided) in zip(NAMES, cells, strict=False)
    ]
    return often(estimates, planned, 0.05, "end above")


TABLE = [
    ((HIGH,), Decision.SUPPORTED),
    ((HIGH, HIGH, HIGH), Decision.SUPPORTED),
    ((LOW,), Decision.NOT_SUPPORTED),
    ((LOW, LOW), Decision.NOT_SUPPORTED),
    ((HIGH, LOW), Decision.CONDITIONS),
    ((HIGH, LOW, MIDDLE), Decision.CONDITIONS),
    ((MIDDLE,), Decision.INCONCLUSIVE),
    ((MIDDLE, MIDDLE), Decision.INCONCLUSIVE),
    ((HIGH, MIDDLE), Decision.INCONCLUSIVE),
    ((LOW, MIDDLE), Decision.INCONCLUSIVE),
    # Undecided runs are given to whichever side they hurt.
    (((10, 60),), Decision.INCONCLUSIVE),
    (((40, 200),), Decision.INCONCLUSIVE),
    (((200, 500),), Decision.SUPPORTED),
    (((0, 10),), Decision.NOT_SUPPORTED),
]


@pytest.mark.parametrize(("cells", "decision"), TABLE)
def test_decisions(cells, decision):
    assert judge(*cells)[0] is decision


def test_below_the_planned_number_nothing_is_decided():
    decision, sentence = judge(HIGH, LOW, planned=1001)
    assert decision is Decision.NOT_DECIDED
    assert sentence == "Not decided: 1000 runs in a setting, 1001 are planned."


def test_no_cell_is_an_error():
    with pytest.raises(ValueError, match="at least one cell"):
        often([], 10, 0.05, "end above")


def bounds(count, cells, n=1000):
    lower, upper = clopper_pearson(count, n, bonferroni(0.95, cells))
    return f"{percent(count / n)} [{percent(lower)}, {percent(upper)}]"


def test_sentences():
    assert judge(HIGH)[1] == (
        f"In the one setting more than 5% of the runs end above ({bounds(200, 1)} for A)."
    )
    assert judge(HIGH, LOW, MIDDLE)[1] == (
        f"In 1 of 3 settings more than 5% of the runs end above ({bounds(200, 3)} for A); "
        f"in 1 of 3 settings fewer than 5% do ({bounds(10, 3)} for B); "
        f"in 1 of 3 settings the interval contains 5% ({bounds(50, 3)} for C)."
    )
    assert judge(LOW, (20, 0))[1] == (
        "In all 2 settings fewer than 5% of the runs end above "
        f"({bounds(10, 2)} for A to {bounds(20, 2)} for B)."
    )
    assert judge(MIDDLE)[1] == (
        "In the one setting the interval for the share of runs that end above contains 5% "
        f"({bounds(50, 1)} for A)."
    )


@pytest.mark.parametrize(("cells", "decision"), TABLE)
def test_a_sentence_never_contradicts_its_decision(cells, decision):
    sentence = judge(*cells)[1]
    assert ("more than 5%" in sentence) == any(
        side(worst_case_share(*cell, 1000, bonferroni(0.95, len(cells))), 0.05) is Side.OFTEN
        for cell in cells
    )
    if decision is Decision.NOT_SUPPORTED:
        assert "more than" not in sentence and "contains" not in sentence
    if decision is Decision.SUPPORTED:
        assert "fewer" not in sentence and "contains" not in sentence


@pytest.mark.parametrize(
    ("lower", "upper", "expected"),
    [
        (0.05, 0.2, Side.OPEN),
        (0.0501, 0.2, Side.OFTEN),
        (0.0, 0.05, Side.OPEN),
        (0.0, 0.0499, Side.SELDOM),
    ],
)
def test_a_bound_at_the_threshold_decides_nothing(lower, upper, expected):
    assert side(Share(10, 1, 0, lower, upper), 0.05) is expected


@pytest.mark.parametrize(
    ("share", "text"), [(0.05, "5%"), (0.1234, "12.3%"), (0.0, "0%"), (1.0, "100%"), (0.0004, "0%")]
)
def test_percentages(share, text):
    assert percent(share) == text


def test_where_there_is_nothing_to_find_verdicts_are_rare():
    """At a share of exactly the threshold in all cells, any verdict but inconclusive is false.

    The intervals hold together with 95%, so at most 5% of studies may give one; 400 simulated
    studies exceed 36 false ones (5% plus four standard errors) with a probability below 1e-4.
    """
    random = np.random.default_rng(2024)
    counts = random.binomial(2000, 0.05, (400, 9))
    confidence = bonferroni(0.95, 9)
    known = {count: worst_case_share(count, 0, 2000, confidence) for count in set(counts.flat)}
    false = sum(
        often([Estimate("x", known[count]) for count in row], 2000, 0.05, "end above")[0]
        is not Decision.INCONCLUSIVE
        for row in counts
    )
    assert false <= 36


def test_where_there_is_something_to_find_it_is_found():
    random = np.random.default_rng(2025)
    confidence = bonferroni(0.95, 2)
    right = 0
    for high, low in zip(
        random.binomial(2000, 0.08, 100), random.binomial(2000, 0.03, 100), strict=True
    ):
        cells = [Estimate("x", worst_case_share(k, 0, 2000, confidence)) for k in (high, low)]
        right += often(cells, 2000, 0.05, "end above")[0] is Decision.CONDITIONS
    assert right >= 90
