"""Power: the probability of a finding, against enumeration by hand and simulation."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import numpy as np
import pytest

from claims.studies.estimands import ESTIMANDS
from claims.studies.observations import Points
from claims.studies.plan import Power
from claims.studies.power import achieved
from claims.studies.rules import Side, side


@pytest.fixture
def asked(coins):
    """A study with one question in one setting of n runs at confidence 0.9, and that question."""

    def ask(estimand, effect, n, **power):
        replaced = msgspec.structs.replace
        question = replaced(
            coins.plan.questions[0],
            estimand=estimand,
            smallest_effect=effect,
            power=Power(**power),
            settings=["coin, bias 0.5"],
        )
        scales = replaced(coins.plan.scales, default=n)
        plan = replaced(coins.plan, confidence=0.9, questions=[question], scales=scales)
        return replace(coins, plan=plan), question

    return ask


def test_power_of_a_share_counts_the_samples_that_decide(asked):
    # n = 5 at 90%: the lower bound exceeds 0.5 for 5 of 5 alone: 0.05^(1/5) = 0.549, 4 of 5: 0.343.
    study = asked("share", 0.5, 5, above=0.9, below=0.1)
    assert achieved(*study, "above") == pytest.approx(0.9**5, rel=1e-7)
    assert achieved(*study, "below") == pytest.approx(0.9**5, rel=1e-7)
    assert achieved(*asked("share", 0.5, 5, above=1.0), "above") == pytest.approx(1.0)
    assert achieved(*asked("share", 0.5, 5, above=1.0), "below") is None


def test_power_of_a_median_counts_the_runs_on_the_other_side(asked):
    # n = 5 at 90%: the interval runs from the smallest to the largest, 2/32 < 0.1.
    study = asked("median", 7.0, 5, above=0.9)
    assert achieved(*study, "above") == pytest.approx(0.9**5, rel=1e-7)
    # The same for two settings at once.
    study = asked("growth of median", 7.0, 5, above=[0.9, 0.8])
    assert achieved(*study, "above") == pytest.approx(0.9**5 * 0.8**5, rel=1e-7)
    assert achieved(*asked("growth of difference of shares", 0.1, 5, above=0.9), "above") is None


def simulated(estimand, truth, effect, n, wanted, draws=2000):
    random = np.random.default_rng(3)
    kind = ESTIMANDS[estimand]
    low, high = kind.region(effect)
    found = 0
    for _ in range(draws):
        if estimand == "difference of shares":
            counts = random.multinomial(n, [*truth, 1 - sum(truth)])
            values = np.array([1.0, -1.0, 0.0])
            interval = kind.interval(Points(values, values, counts), 0.9)
        else:
            values = np.array([1.0, 0.0])
            counts = [random.binomial(n, share) for share in truth]
            ends = [
                kind.interval(Points(values, values, np.array([k, n - k])), 0.9) for k in counts
            ]
            interval = kind.contrast(*ends)
        found += side(interval, low, high) is wanted
    return found / draws


@pytest.mark.parametrize(
    ("estimand", "truth", "where", "effect"),
    [
        ("difference of shares", [0.3, 0.05], "above", 0.1),
        ("growth of share", [0.1, 0.5], "above", 0.1),
        ("difference of shares", [0.02, 0.02], "same", 0.12),
        ("growth of share", [0.02, 0.02], "same", 0.12),
    ],
)
def test_power_of_a_comparison_is_that_of_simulated_studies(asked, estimand, truth, where, effect):
    study = asked(estimand, effect, 60, **{where: truth})
    # Five standard errors of 2000 draws are at most 0.056.
    power = achieved(*study, where)
    assert 0.1 < power < 0.99
    wanted = {"above": Side.ABOVE, "same": Side.SAME}[where]
    assert power == pytest.approx(simulated(estimand, truth, effect, 60, wanted), abs=0.056)


def test_a_growth_of_medians_is_found_as_often_as_in_simulated_studies(asked):
    """Uniform numbers: 62% of [0, 1] lie below 0.62, and of [2.24, 3.24] above 2.62."""
    power = achieved(*asked("growth of median", 2.0, 100, above=[0.62, 0.62]), "above")
    kind, random = ESTIMANDS["growth of median"], np.random.default_rng(4)
    found = 0
    for _ in range(2000):
        first, last = random.random(100), 2.24 + random.random(100)
        ones = np.ones(100, dtype=int)
        ends = [kind.interval(Points(values, values, ones), 0.9) for values in (first, last)]
        found += ends[0].upper < 0.62 and ends[1].lower > 2.62
    assert 0.1 < power < 0.99
    assert power == pytest.approx(found / 2000, abs=0.056)


def test_the_error_is_shared_by_settings_and_questions(asked, coins):
    study, question = asked("share", 0.3, 100, above=0.45)
    both = msgspec.structs.replace(question, settings=None)
    shared = replace(
        study,
        plan=msgspec.structs.replace(
            study.plan, cells=[{"bias": 0.5}, {"bias": 0.1}], questions=[both]
        ),
    )
    assert achieved(shared, both, "above") < achieved(study, question, "above")
