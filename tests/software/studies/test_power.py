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
    assert achieved(*asked("growth of median", 7.0, 5, above=0.9), "above") is None


def simulated(estimand, truth, effect, n, draws=2000):
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
        found += side(interval, low, high) is Side.ABOVE
    return found / draws


@pytest.mark.parametrize(
    ("estimand", "truth"),
    [("difference of shares", [0.3, 0.05]), ("growth of share", [0.1, 0.5])],
)
def test_power_of_a_comparison_is_that_of_simulated_studies(asked, estimand, truth):
    study = asked(estimand, 0.1, 60, above=truth)
    # Five standard errors of 2000 draws are at most 0.056.
    power = achieved(*study, "above")
    assert 0.1 < power < 0.99
    assert power == pytest.approx(simulated(estimand, truth, 0.1, 60), abs=0.056)


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
