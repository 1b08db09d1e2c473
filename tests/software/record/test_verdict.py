"""What follows from which checks: the rules of derivation as a table."""

from __future__ import annotations

import itertools

import msgspec
import pytest

from claims.record import VERDICTS, Check, Reading, StudyResult, derive


def reading(kind: str) -> Reading:
    """A reading of this kind."""
    return Reading(None, "A title", "A statement.", "x", kind)


def check(spec: str, number: int = 0) -> Check:
    """A passed check from words: what it shows, by what, and under which conditions."""
    shows, by, *when = spec.split()
    return Check("squares", None, f"test_{number}", "", "", shows, by, when, "passed")


def study(decision: str, *when: str) -> Check:
    """A passed study that came to ``decision``."""
    result = StudyResult("rates", ["rates"], decision, "So.", "default", "abc", 10, 10, [])
    return Check(
        "rates", None, "test", "", "", "holds", "study", list(when), "passed", study=result
    )


def named(decision: str, *when: str) -> Check:
    """A passed study whose plan named the conditions, not the test."""
    one = study(decision)
    return msgspec.structs.replace(one, study=msgspec.structs.replace(one.study, when=[*when]))


# kind of reading, checks, verdict, conditions under which it is proved
TABLE = [
    ("universal", [], "unverified", []),
    ("universal", ["holds identity"], "holds", []),
    ("universal", ["holds certificate"], "holds", []),
    ("universal", ["holds property"], "not refuted", []),
    ("universal", ["holds property a"], "not refuted", []),
    ("universal", ["fails property"], "unverified", []),
    ("universal", ["holds witness"], "unverified", []),
    ("universal", ["holds study"], "unverified", []),
    ("universal", ["holds identity", "holds property"], "holds", []),
    ("universal", ["fails counterexample"], "fails as stated", []),
    ("universal", ["fails witness"], "fails as stated", []),
    ("universal", ["fails identity"], "fails as stated", []),
    ("universal", ["fails certificate"], "fails as stated", []),
    ("universal", ["fails counterexample a"], "fails as stated", []),
    ("universal", ["fails counterexample", "holds property"], "fails as stated", []),
    ("universal", ["fails counterexample", "holds property a"], "fails as stated", []),
    ("universal", ["holds identity a"], "not refuted", [["a"]]),
    ("universal", ["holds identity a", "holds identity"], "holds", []),
    ("universal", ["holds identity a", "fails counterexample"], "holds under conditions", [["a"]]),
    ("universal", ["holds certificate a", "fails witness b"], "holds under conditions", [["a"]]),
    (
        "universal",
        ["holds identity a b", "fails counterexample a"],
        "holds under conditions",
        [["a", "b"]],
    ),
    (
        "universal",
        ["holds identity b a", "holds identity a", "fails witness"],
        "holds under conditions",
        [["a"]],
    ),
    (
        "universal",
        ["holds identity b", "holds identity a", "fails witness"],
        "holds under conditions",
        [["a"], ["b"]],
    ),
    ("existential", [], "unverified", []),
    ("existential", ["holds witness"], "holds", []),
    ("existential", ["holds witness a"], "holds", []),
    ("existential", ["holds certificate"], "holds", []),
    ("existential", ["holds identity"], "holds", []),
    ("existential", ["holds identity a"], "unverified", []),
    ("existential", ["holds certificate a"], "unverified", []),
    ("existential", ["holds identity a", "holds witness b"], "holds", []),
    ("existential", ["holds property"], "unverified", []),
    ("existential", ["fails property"], "unverified", []),
    ("existential", ["fails identity"], "fails as stated", []),
    ("existential", ["fails certificate"], "fails as stated", []),
    ("existential", ["fails identity a"], "unverified", []),
    ("existential", ["fails identity a", "holds witness"], "holds", []),
    ("existential", ["fails identity a b", "holds witness a"], "holds", []),
    ("inference", [], "unverified", []),
    ("inference", ["holds identity"], "valid", []),
    ("inference", ["fails counterexample"], "invalid", []),
    (
        "inference",
        ["fails counterexample b", "holds identity a"],
        "valid under conditions",
        [["a"]],
    ),
    ("inference", ["holds identity a"], "unverified", [["a"]]),
    ("inference", ["holds property"], "unverified", []),
]


@pytest.mark.parametrize(("kind", "specs", "word", "when"), TABLE)
def test_the_verdict_follows_from_the_checks(kind, specs, word, when):
    checks = [check(spec, number) for number, spec in enumerate(specs)]
    kinds = ("universal", "question") if kind == "universal" else (kind,)
    for one, order in itertools.product(kinds, itertools.permutations(checks)):
        verdict = derive(reading(one), order)
        assert (verdict.word, verdict.when, verdict.contradictions) == (word, when, [])
        assert word in (*VERDICTS[one], "unverified")


@pytest.mark.parametrize("kind", ["universal", "existential", "inference", "frequency"])
@pytest.mark.parametrize("spec", ["holds identity", "fails counterexample", "holds property"])
def test_nothing_is_derived_beside_a_failed_check(kind, spec):
    failed = msgspec.structs.replace(check(spec, 1), outcome="failed")
    for others in ([], [check("holds identity")], [study("supported")]):
        assert derive(reading(kind), [*others, failed]).word == "unverified"


CONTRADICTIONS = [
    ("universal", ["holds identity", "fails counterexample"], 1),
    ("universal", ["holds identity", "fails counterexample a"], 1),
    ("universal", ["holds identity a", "fails counterexample a"], 1),
    ("universal", ["holds identity a", "fails counterexample a b"], 1),
    ("universal", ["holds certificate", "fails certificate", "fails identity"], 2),
    ("inference", ["holds identity", "fails counterexample"], 1),
    ("existential", ["fails identity", "holds witness"], 1),
    ("existential", ["fails identity a", "holds witness a"], 1),
    ("existential", ["fails certificate a", "holds witness a b"], 1),
]


@pytest.mark.parametrize(("kind", "specs", "number"), CONTRADICTIONS)
def test_a_contradiction_is_said_and_shows_nothing(kind, specs, number):
    verdict = derive(reading(kind), [check(spec, i) for i, spec in enumerate(specs)])
    assert verdict.word == "unverified"
    assert len(verdict.contradictions) == number
    assert all(
        "test_0" in sentence and "test_1" in sentence for sentence in verdict.contradictions[:1]
    )


STUDIES = [
    ([], "unverified", []),
    ([study("supported")], "supported", []),
    ([study("not supported")], "not supported", []),
    ([study("inconclusive")], "inconclusive", []),
    ([study("not decided at this scale")], "not decided at this scale", []),
    ([study("not decided at this scale"), study("supported")], "supported", []),
    ([study("supported"), study("not supported")], "inconclusive", []),
    ([study("supported", "a")], "supported under conditions", [["a"]]),
    ([study("supported", "a"), study("not supported")], "supported under conditions", [["a"]]),
    ([study("supported", "a"), study("supported")], "supported", []),
    (
        [study("supported under conditions", "a"), study("inconclusive")],
        "supported under conditions",
        [["a"]],
    ),
    ([named("supported under conditions", "a")], "supported under conditions", [["a"]]),
    (
        [named("supported under conditions", "a"), study("not supported", "b")],
        "supported under conditions",
        [["a"]],
    ),
    (
        [named("supported under conditions", "a"), study("supported")],
        "supported under conditions",
        [["a"]],
    ),
    ([study("supported under conditions")], "inconclusive", []),
    ([study("supported under conditions"), study("supported")], "inconclusive", []),
    ([study("not supported", "a")], "not supported", []),
    ([study("not supported", "a"), study("supported")], "supported", []),
    ([check("holds property"), check("holds identity")], "unverified", []),
]


@pytest.mark.parametrize(("checks", "word", "when"), STUDIES)
def test_a_frequency_is_judged_by_the_decisions_of_studies(checks, word, when):
    verdict = derive(reading("frequency"), checks)
    assert (verdict.word, verdict.when) == (word, when)


@pytest.mark.parametrize("kind", VERDICTS)
def test_what_did_not_pass_shows_nothing(kind):
    failed = Check("squares", None, "test", "", "", "holds", "identity", [], "failed")
    assert derive(reading(kind), [failed]).word == "unverified"
