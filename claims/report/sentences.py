"""The finding on a claim in a plain sentence, generated from its derived verdict alone.

A sentence is looked up by kind and verdict. It may name the ways of showing, the conditions, the
number of examples and what the check that decides is titled; of itself it cannot say what another
verdict would say. Studies bring their own sentence, which follows on the page.
"""

from collections.abc import Iterable, Mapping, Sequence

from claims.record import Check, ReadingVerdict

# What each way of showing is called in a sentence.
WAYS = {
    "identity": "exact algebra",
    "certificate": "rigorous numerics that leave a certificate",
    "counterexample": "an explicit counterexample",
    "witness": "an explicit instance",
    "property": "random examples, each decided rigorously",
    "study": "a study whose rule was fixed in advance",
}

_DECIDED = "by the rule fixed in advance"
_UNDER_CONDITIONS = (
    "{subject} {word} under conditions only: refuted in general by {{refutations}}, "
    "and proved by {{proofs}} when {{conditions}}."
)
SENTENCES = {
    "universal": {
        "holds": "The claim holds: {proved} Proved by {proofs}.",
        "holds under conditions": _UNDER_CONDITIONS.format(subject="The claim", word="holds"),
        "fails as stated": "The claim fails as stated: {refuted} Refuted by {refutations}.",
        "not refuted": "The claim is not refuted, and not proved in general: {support}.",
    },
    "question": {
        "holds": "The answer holds: {proved} Proved by {proofs}.",
        "holds under conditions": _UNDER_CONDITIONS.format(subject="The answer", word="holds"),
        "fails as stated": "The answer fails as stated: {refuted} Refuted by {refutations}.",
        "not refuted": "The answer is not refuted, and not proved in general: {support}.",
    },
    "existential": {
        "holds": "The claim holds: {proved} Shown by {proofs}.",
        "fails as stated": "The claim fails as stated, there is no such thing: {refuted} "
        "Shown by {refutations}.",
    },
    "inference": {
        "valid": "The step is valid: {proved} Proved by {proofs}.",
        "valid under conditions": _UNDER_CONDITIONS.format(subject="The step", word="is valid"),
        "invalid": "The step is invalid, its conclusion does not follow: {refuted} "
        "Shown by {refutations}.",
    },
    "frequency": {
        "supported": f"The claim is supported, {_DECIDED}.",
        "supported under conditions": f"The claim is supported under conditions only, {_DECIDED}: "
        "when {conditions}.",
        "not supported": f"The claim is not supported, {_DECIDED}.",
        "inconclusive": f"The data are inconclusive, {_DECIDED}: "
        "they decide neither for the claim in general nor against it.",
        "not decided at this scale": "The claim is not decided at this scale: "
        "fewer runs than the plan asks for.",
    },
}
UNVERIFIED = "No evidence yet for this reading: unverified."
CONTRADICTORY = "The checks contradict one another, so that none of them counts: unverified."
NONE_PASSED = "No check passed: unverified."
UNDECIDED = "The evidence so far decides nothing: unverified."

# How a reader takes a verdict: the colour and the sign of its badge.
TONES = {
    "holds": "for",
    "valid": "for",
    "supported": "for",
    "holds under conditions": "partly",
    "valid under conditions": "partly",
    "supported under conditions": "partly",
    "fails as stated": "against",
    "invalid": "against",
    "not supported": "against",
    "not refuted": "open",
    "inconclusive": "open",
    "not decided at this scale": "open",
    "unverified": "none",
}

# First words of conditions that keep their capital inside a sentence.
_NAMES = {"Gaussian", "Newton", "ReLU", "Schanuel"}


def finding(verdict: ReadingVerdict, checks: Sequence[Check], conditions: Mapping[str, str]) -> str:
    """The sentence for a reading, Markdown; `KeyError` for a verdict that is none of its kind's.

    `checks` are those of the reading, `conditions` the texts of the claim's conditions by id.
    """
    passed = [check for check in checks if check.outcome == "passed"]
    if verdict.verdict == "unverified":
        if verdict.contradictions:
            return CONTRADICTORY
        if passed:
            return UNDECIDED
        return NONE_PASSED if checks else UNVERIFIED
    proofs = [
        check
        for check in passed
        if check.shows == "holds" and check.by not in ("property", "study")
    ]
    if verdict.kind == "frequency":
        proofs = [check for check in passed if check.by == "study"]
    refutations = [check for check in passed if check.shows == "fails"]
    return SENTENCES[verdict.kind][verdict.verdict].format(
        proofs=_ways(proofs),
        refutations=_ways(refutations),
        proved=_title(proofs),
        refuted=_title(refutations),
        conditions=_alternatives(verdict.when, conditions),
        support=_support(verdict, passed, proofs, conditions),
    )


def _title(checks: Sequence[Check]) -> str:
    """The title of the first check that asks least, a sentence; empty if there is none."""
    titles = [check.title for check in sorted(checks, key=lambda check: len(check.when))]
    return f"{titles[0].rstrip('.')}." if titles else ""


def _support(
    verdict: ReadingVerdict,
    passed: Sequence[Check],
    proofs: Sequence[Check],
    conditions: Mapping[str, str],
) -> str:
    parts = []
    examples = sum(check.examples for check in passed if check.by == "property")
    if examples:
        parts.append(
            f"{examples:,} random examples, each decided rigorously, and no violation among them"
        )
    if proofs and verdict.when:
        parts.append(f"proved by {_ways(proofs)} when {_alternatives(verdict.when, conditions)}")
    return "; ".join(parts) or "no check violates it"


def _ways(checks: Iterable[Check]) -> str:
    used = {check.by for check in checks}
    return _joined([text for way, text in WAYS.items() if way in used], "and")


def _alternatives(sets: Sequence[Sequence[str]], conditions: Mapping[str, str]) -> str:
    return ", or when ".join(
        _joined([_inside(conditions[id]) for id in ids], "and") for ids in sets
    )


def _inside(text: str) -> str:
    """A condition's text as it stands inside a sentence: a plain first word loses its capital."""
    words = " ".join(text.split()).rstrip(".")
    first = words.partition(" ")[0].rstrip(",")
    plain = (first.isalpha() and first[1:].islower()) or first == "A"
    return words[0].lower() + words[1:] if plain and first not in _NAMES else words


def _joined(parts: Sequence[str], word: str) -> str:
    if len(parts) < 3:
        return f" {word} ".join(parts)
    return f"{', '.join(parts[:-1])} {word} {parts[-1]}"
