"""Plans: what is refused and how, and which changes draw new data."""

from __future__ import annotations

import pytest

from claims.studies.plan import PlanError, load_plan, plan_hash, plan_path, study_names
from claims.studies.registry import planned
from claims.studies.statistics import bonferroni, power_above, power_below

FAULTS = [
    ('rule = "often"', 'rule = "oftn"', "rule 'oftn' is unknown; did you mean 'often'"),
    (
        "smallest_effect",
        "smallest_efect",
        "no entry 'smallest_efect'; did you mean 'smallest_effect'",
    ),
    ("confidence = 0.95", "", "confidence"),
    ("confidence = 0.95", "confidence = 95", "confidence must lie between 0 and 1"),
    ("confidence = 0.95", 'confidence = "high"', "confidence"),
    (
        "bias = 0.5",
        "bios = 0.5",
        r"\[\[cells\]\] number 1: there is no entry 'bios'; did you mean 'bias'",
    ),
    ("bias = 0.5", 'bias = "fair"', r"\[\[cells\]\] number 1: .*float"),
    ("bias = 0.1", "bias = 0.5", r"\[\[cells\]\] number 2 repeats a cell"),
    ("smoke = 40", "smoke = 4000", r"\[scales\] must grow"),
    ("smoke = 40", "smoke = 0", r"\[scales\] smoke is below 1"),
    ("default = 4\n", "default = 0\n", r"\[shards\] default is below 1"),
    ("smoke = 1\n", "smoke = 50\n", r"\[shards\] smoke exceeds the 40 runs"),
    ("above = 0.5", "above = 0.2", r"\[power\] below and above must lie on either side"),
    ("power = 0.9", "power = 9", r"\[power\] power must lie"),
    ('claims = ["coins-fall"]', "claims = []", "claims is empty"),
    ("question =", "question ", "this is no TOML"),
]


@pytest.mark.parametrize(("old", "new", "message"), FAULTS)
def test_a_fault_is_named_with_file_and_entry(coin_plan, old, new, message):
    with pytest.raises(PlanError, match=rf"changed\.toml: .*{message}"):
        coin_plan(old, new)


def test_a_missing_plan_and_an_unknown_study(tmp_path, coins):
    with pytest.raises(PlanError, match="no such plan"):
        load_plan(tmp_path / "none.toml", coins.study.cell)
    with pytest.raises(PlanError, match="no study 'dice'; known are coins"):
        planned("dice")


@pytest.mark.parametrize(
    ("old", "new"),
    [("bias = 0.5", "bias = 0.6"), ("default = 1200", "default = 1201"), ("0.3", "0.31")],
)
def test_a_changed_plan_has_another_hash(coin_plan, old, new):
    assert plan_hash(coin_plan()) != plan_hash(coin_plan(old, new))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("full = 4\n", "full = 8\n"),  # how the work is cut
        (
            'outcome = "head"\nestimand = "share of heads"',
            'estimand="share of heads"\noutcome="head"',
        ),
        ("[factors]", "# a remark\n[factors]"),
    ],
)
def test_what_changes_nothing_keeps_the_hash(coin_plan, old, new):
    assert plan_hash(coin_plan()) == plan_hash(coin_plan(old, new))


@pytest.mark.parametrize("name", study_names())
def test_every_plan_is_sound_and_its_sample_large_enough(name):
    plan = planned(name).plan
    confidence = bonferroni(plan.confidence, len(plan.cells))
    n, threshold = plan.scales.default, plan.smallest_effect
    assert power_above(plan.power.above, n, threshold, confidence) >= plan.power.power
    assert power_below(plan.power.below, n, threshold, confidence) >= plan.power.power
    assert plan.pilot.seed != plan_hash(plan) and plan_path(name).stem == name
