"""Accepted certificates: what is kept of them, and what makes the checker run again."""

from __future__ import annotations

from fractions import Fraction

import pytest

from claims.mathematics import RELU, one_hidden_layer
from claims.proof import checker
from claims.proof.certificates import Problem
from claims.proof.dead_cones import find_dead_cone
from claims.testing.accepted import Accepted

STEP = Problem(one_hidden_layer(1, 1, RELU), [[0], [1]], [0, 1])
CONE = find_dead_cone(STEP, [-1, -1, 1, Fraction(1, 2)], [1, 0, 1, 0], claim="c")


@pytest.fixture
def checked(monkeypatch):
    """The texts that the checker was given, in order."""
    texts, check = [], checker.check

    def noting(text):
        texts.append(text)
        return check(text)

    monkeypatch.setattr(checker, "check", noting)
    return texts


def test_a_certificate_is_checked_once_in_a_session(checked):
    accepted = Accepted()
    assert accepted.check(CONE) == accepted.check(CONE) == checker.check(CONE)
    assert checked == [CONE, CONE]  # the last of them by this test
    Accepted().check(CONE)
    assert len(checked) == 3


def test_a_folder_keeps_it_for_later_sessions(checked, tmp_path):
    first = Accepted(tmp_path / "kept").check(CONE)
    assert Accepted(tmp_path / "kept").check(CONE) == first
    assert checked == [CONE]
    Accepted(tmp_path / "kept").check(CONE + "\n")
    assert len(checked) == 2


def test_another_checker_checks_again(checked, tmp_path, monkeypatch):
    Accepted(tmp_path / "kept").check(CONE)
    other = tmp_path / "checker.py"
    with open(checker.__file__) as file:
        other.write_text(file.read() + "\n")
    monkeypatch.setattr(checker, "__file__", str(other))
    Accepted(tmp_path / "kept").check(CONE)
    assert len(checked) == 2


@pytest.mark.parametrize("damage", ["", "{", "{}", '{"kind": 1}', "\ud800"])
def test_a_damaged_file_counts_for_nothing(checked, tmp_path, damage):
    first = Accepted(tmp_path).check(CONE)
    (path,) = tmp_path.iterdir()
    path.write_bytes(damage.encode("utf-8", "surrogatepass"))
    assert Accepted(tmp_path).check(CONE) == first
    assert len(checked) == 2


def test_what_is_refused_is_not_kept(checked, tmp_path):
    wrong = CONE.replace('"lower_loss": "0"', '"lower_loss": "-1"')
    assert wrong != CONE
    for _ in range(2):
        with pytest.raises(checker.Refused):
            Accepted(tmp_path).check(wrong)
    assert len(checked) == 2 and not [*tmp_path.iterdir()]


@pytest.mark.parametrize(("profile", "kept"), [("default", True), ("gate", False)])
def test_only_the_default_profile_trusts_an_earlier_run(project, profile, kept):
    project.claim("cone", kind="existential", expected="holds", controls=("other-loss",))
    (project.root / "a.json").write_text(CONE.replace('"claim": "c"', '"claim": "cone"'))
    project.checks(f"""
    OBJECTIVE = {STEP.definition()!r}

    @pytest.mark.claim("cone", shows="holds", by="certificate")
    @pytest.mark.control("other-loss", "loss 1/5", edit=lambda proof: {{**proof, "loss": "1/5"}})
    def test_cone(check, edit=lambda proof: proof):
        check.certificate("a.json", kind="dead-cone", objective=OBJECTIVE, edit=edit)
    """)
    assert project.run("--claims-profile", profile).ret == 0
    assert (project.root / ".claims/accepted").exists() is kept
