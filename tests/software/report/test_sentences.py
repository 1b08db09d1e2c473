"""No generated sentence can contradict the verdict it stands for."""

import pytest
from msgspec.structs import replace

from claims.record import VERDICTS, Check, ReadingVerdict
from claims.report.sentences import SENTENCES, TONES, WAYS, finding

# Words that only a verdict of this tone may use, and those that it must not.
BELONG = {
    "for": r"holds|is valid|is supported",
    "partly": "under conditions only",
    "against": "fails|is invalid|is not supported",
    "open": "not refuted|inconclusive|not decided",
}
ALIEN = {
    "for": ["fails", "refuted", "invalid", "not ", "under conditions", "inconclusive"],
    "partly": ["fails", "invalid", "inconclusive", "for all"],
    "against": ["holds", "proved", "is valid", "is supported", "under conditions", "inconclusive"],
    "open": ["fails", "holds", "invalid", "is valid", "is supported"],
}
ALL = [(kind, word) for kind, words in VERDICTS.items() for word in words]


def reading(kind: str, word: str, when=(), contradictions=()) -> ReadingVerdict:
    return ReadingVerdict(None, "t", kind, word, None, list(when), list(contradictions))


def check(shows: str, by: str, when=(), examples: int = 0) -> Check:
    return Check("c", None, "t", "t", "", shows, by, list(when), "passed", examples=examples)


def test_every_verdict_of_every_kind_has_a_sentence_and_no_other():
    assert {kind: set(table) for kind, table in SENTENCES.items()} == {
        kind: set(words) for kind, words in VERDICTS.items()
    }
    assert set(TONES) == {word for _, word in ALL} | {"unverified"}


@pytest.mark.parametrize(("kind", "word"), ALL)
def test_sentence_says_its_verdict_and_nothing_of_another(kind, word):
    checks = [check("holds", "witness"), check("fails", "counterexample", examples=3)]
    sentence = finding(reading(kind, word, [["c"]]), checks, {"c": "The weights are small."})
    tone = TONES[word]
    assert any(part in sentence for part in BELONG[tone].split("|")), sentence
    assert not [alien for alien in ALIEN[tone] if alien in sentence], sentence
    assert "{" not in sentence and "  " not in sentence and sentence.endswith(".")


def test_word_of_another_kind_is_refused():
    with pytest.raises(KeyError):
        finding(reading("universal", "valid"), [], {})


def test_conditions_are_named_as_the_verdict_has_them():
    checks = [check("holds", "identity", ["a", "b"]), check("fails", "counterexample")]
    texts = {"a": "The step is below $2/L$.", "b": "$X$ has full rank.", "c": "Not used."}
    verdict = reading("universal", "holds under conditions", [["a", "b"], ["c"]])
    assert finding(verdict, checks, texts) == (
        "The claim holds under conditions only: refuted in general by an explicit counterexample, "
        "and proved by exact algebra when the step is below $2/L$ and $X$ has full "
        "rank, or when not used."
    )


def test_examples_are_counted_over_property_checks_that_passed():
    checks = [check("holds", "property", examples=1500), check("holds", "property", examples=500)]
    assert "2,000 random examples" in finding(reading("universal", "not refuted"), checks, {})


def test_failed_checks_are_not_mentioned():
    failed = Check("c", None, "t", "t", "", "fails", "counterexample", [], "failed")
    checks = [check("holds", "identity"), failed]
    assert finding(reading("universal", "holds"), checks, {}) == (
        "The claim holds: t. Proved by exact algebra."
    )


def test_the_check_that_asks_least_says_what_was_found():
    checks = [
        replace(check("holds", "identity", ["a"]), title="Only under a condition."),
        replace(check("holds", "certificate"), title="One box holds it."),
        replace(check("fails", "property"), title="Not this one."),
    ]
    sentence = finding(reading("existential", "holds"), checks, {})
    assert sentence.startswith("The claim holds: One box holds it. Shown by ")


@pytest.mark.parametrize(
    ("checks", "contradictions", "begin"),
    [
        ([], [], "No evidence yet"),
        ([check("holds", "witness")], [], "The evidence so far decides nothing"),
        ([replace(check("holds", "identity"), outcome="failed")], [], "No check passed"),
        ([check("holds", "identity")], ["a refutes b"], "The checks contradict"),
    ],
)
def test_unverified_says_why(checks, contradictions, begin):
    verdict = reading("universal", "unverified", contradictions=contradictions)
    sentence = finding(verdict, checks, {})
    assert sentence.startswith(begin)
    assert "unverified" in sentence


def test_every_way_of_showing_has_a_name():
    assert set(WAYS) == {
        "identity", "certificate", "counterexample", "witness", "property", "study"
    }  # fmt: skip


def test_a_study_that_depends_on_a_condition_names_it():
    verdict = reading("frequency", "supported under conditions", [["spare"]])
    sentence = finding(verdict, [check("holds", "study")], {"spare": "There are units to spare."})
    assert sentence == (
        "The claim is supported under conditions only, by the rule fixed in advance: "
        "when there are units to spare."
    )
