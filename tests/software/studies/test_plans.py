"""Plans: what is refused and how, and which changes draw new data."""

from __future__ import annotations

import pytest

from claims.record import load_catalogue
from claims.studies import power
from claims.studies.plan import PlanError, load_plan, plan_hash, plan_path, study_names
from claims.studies.power import achieved, power_lines
from claims.studies.registry import planned

FIRST, SECOND = r"\[\[questions\]\] number 1", r"\[\[questions\]\] number 2"
FAULTS = [
    ('rule = "often"', 'rule = "oftn"', f"{FIRST}: rule 'oftn' is unknown; did you mean 'often'"),
    ('estimand = "share"', 'estimand = "shares"', f"{FIRST}: estimand 'shares' is .*'share'"),
    (
        "smallest_effect = 0.3",
        "smallest_efect = 0.3",
        f"{FIRST}: there is no entry 'smallest_efect'; did you mean 'smallest_effect'",
    ),
    ('rule = "often"', 'rule = "raises"', f"{FIRST}: rule 'raises' does not judge a share"),
    ('event = "are heads"', 'event = "x"\narms = ["a", "b"]', f"{FIRST}: arms must be left out"),
    (
        'arms = ["with the first coin", "with the second"]',
        'arms = ["one"]',
        f"{SECOND}: arms must name two arms",
    ),
    ("smallest_effect = 0.1", "smallest_effect = 0", f"{SECOND}: smallest_effect must be above 1"),
    ("smallest_effect = 0.1", "smallest_effect = -1", f"{SECOND}: smallest_effect must be above"),
    (
        'estimand = "difference of shares"',
        'estimand = "median ratio"',
        f"{SECOND}: smallest_effect must be above 1",
    ),
    ('claim = "coins-differ"', "", f"{SECOND}: reading needs the claim"),
    ('id = "heads"', 'id = "against-a-second-coin"', "questions have the same id twice"),
    ("above = 0.5", "above = [0.5, 0.1]", f"{FIRST}: power takes a share"),
    ("above = 0.5", "above = 1.5", f"{FIRST}: power takes a share"),
    ("above = 0.5", "above = -0.5", f"{FIRST}: power takes a share"),
    ('arms = ["with', 'power = { above = 0.3 }\narms = ["with', f"{SECOND}: power takes two sh"),
    ("confidence = 0.95", "", "confidence"),
    ("confidence = 0.95", "confidence = 95", "confidence must lie between 0 and 1"),
    ("confidence = 0.95", "confidence = 1.0", "confidence must lie between 0 and 1"),
    ("confidence = 0.95", "confidence = 0.0", "confidence must lie between 0 and 1"),
    ("confidence = 0.95", 'confidence = "high"', "confidence"),
    (
        "bias = 0.5",
        "bios = 0.5",
        r"\[\[cells\]\] number 1: there is no entry 'bios'; did you mean 'bias'",
    ),
    ("bias = 0.5", 'bias = "fair"', r"\[\[cells\]\] number 1: .*float"),
    ("bias = 0.1", "bias = 0.5", r"\[\[cells\]\] number 2 repeats a cell"),
    ("runs = 0.5", "runs = 0", r"\[\[cells\]\] number 2 runs is no positive number"),
    ("runs = 0.5", "runs = true", r"\[\[cells\]\] number 2 runs is no positive number"),
    ("smoke = 40", "smoke = 4000", r"\[scales\] must grow"),
    ("smoke = 40", "smoke = 1200", r"\[scales\] must grow"),
    ("smoke = 40", "smoke = 0", r"\[scales\] smoke is below 1"),
    ("full = 1300", "full = 1199", r"\[scales\] must grow"),
    ("default = 4\n", "default = 0\n", r"\[shards\] default is below 1"),
    ("smoke = 1\n", "smoke = 21\n", r"\[shards\] smoke exceeds the 20 runs"),
    ("power = 0.9", "power = 9", f"{FIRST}: power must lie"),
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
        ('outcome = "head"\nestimand = "share"', 'estimand="share"\noutcome="head"'),
        ("[factors]", "# a remark\n[factors]"),
    ],
)
def test_what_changes_nothing_keeps_the_hash(coin_plan, old, new):
    assert plan_hash(coin_plan()) == plan_hash(coin_plan(old, new))


def test_cells_may_have_other_numbers_of_runs(coin_plan):
    plan = coin_plan()
    assert [plan.runs(cell, "default") for cell in plan.cells] == [1200, 600]
    thirds = coin_plan("runs = 0.5", "runs = 0.333")
    assert [thirds.runs(cell, "smoke") for cell in thirds.cells] == [40, 13]
    least = coin_plan("runs = 0.5", "runs = 0.01")
    assert least.runs(least.cells[1], "smoke") == 1


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            '\nsettings = ["coin, bias 0.5"]',
            '\nsettings = ["coin"]',
            "names 'coin'; known are coin, b",
        ),
        ('\nsettings = ["coin, bias 0.5"]', "\nsettings = []", "is empty; leave it out"),
    ],
)
def test_settings_that_are_no_cells_are_refused(coins, plan_text, old, new, message):
    plan_path("coins").write_text(plan_text.replace(old, new))
    with pytest.raises(PlanError, match=rf"coins\.toml: {SECOND}: settings {message}"):
        planned("coins")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('fair", settings = ["coin, bias 0.5"]', 'fair", settings = ["dice"]', "names 'dice'; kno"),
        ('fair", settings = ["coin, bias 0.5"]', 'fair", settings = []', "must be fulfilled by s"),
        (
            'fair", settings = ["coin, bias 0.5"]',
            'fair", settings = ["coin, bias 0.5", "coin, bias 0.1"]',
            "must be fulfilled by some of the question's cells, not by all",
        ),
        ('claim = "coins-fall"', "", "is one of the claim's; name the claim"),
        (
            'estimand = "share"\nrule = "often"\nsmallest_effect = 0.3',
            'estimand = "growth of share"\nrule = "grows"\nsmallest_effect = 0.3',
            "parts the series of 'coin, bias 0.5'; name all of it or none",
        ),
    ],
)
def test_conditions_that_no_cells_can_fulfil_are_refused(coins, plan_text, old, new, message):
    text = plan_text.replace("power = { below = 0.1, above = 0.5, power = 0.9 }", "")
    assert old in text
    plan_path("coins").write_text(text.replace(old, new))
    with pytest.raises(PlanError, match=rf"coins\.toml: {FIRST}: condition {message}"):
        planned("coins")


def test_every_condition_is_one_of_its_claim():
    catalogue = load_catalogue()
    for name in study_names():
        for question in planned(name).plan.questions:
            if question.condition is not None:
                known = [one.id for one in catalogue.claim(question.claim).conditions]
                assert question.condition.id in known, (name, question.id)


def test_two_cells_of_one_name_are_refused(coins, monkeypatch):
    monkeypatch.setattr(type(coins), "names", ["a", "a"])
    with pytest.raises(PlanError, match="two cells are called 'a'"):
        planned("coins")


def test_a_question_is_found_by_its_id(coins):
    assert coins.question("heads").claim == "coins-fall"
    assert coins.plan.claims == ["coins-fall", "coins-differ"]
    assert coins.settings(coins.question("heads")) == ["coin, bias 0.5", "coin, bias 0.1"]
    assert coins.settings(coins.question("against-a-second-coin")) == ["coin, bias 0.5"]
    with pytest.raises(PlanError, match="no question 'tails'; known are heads, against-a-second"):
        coins.question("tails")


@pytest.mark.parametrize("name", study_names())
def test_every_plan_is_sound_and_its_sample_large_enough(name, monkeypatch):
    # Leaving out more of the rare outcomes gives a lower bound of the power, in half the time.
    monkeypatch.setattr(power, "_NEGLIGIBLE", 1e-5)
    study = planned(name)
    for question in study.plan.questions:
        for where in ("above", "below"):
            found = achieved(study, question, where)
            assert found is None or found >= question.power.power, (question.id, where, found)
    assert study.plan.pilot.seed != plan_hash(study.plan) and plan_path(name).stem == name


def test_power_is_reported_for_what_the_plan_gives(coins):
    (above, below) = power_lines(coins)
    assert above == "coins, heads: truth 0.5 is found above with power 1.000 (0.9 asked for)"
    assert "found below" in below
