"""Deriving what is to be thought of a reading from the checks that ran and passed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from claims.record.catalogue import Reading
from claims.record.evidence import Check

_PROOFS = ("identity", "certificate")
_EXAMPLES = ("counterexample", "witness")
_WORDS = {
    "universal": ("holds", "holds under conditions", "fails as stated", "not refuted"),
    # A step that is proved only under conditions, and not refuted outside them, is not judged.
    "inference": ("valid", "valid under conditions", "invalid", "unverified"),
}


class Verdict(Struct, frozen=True):
    """The verdict on one reading; ``when``: the sets of conditions under which it is proved."""

    word: str
    when: list[list[str]] = []
    contradictions: list[str] = []


def derive(reading: Reading, checks: Iterable[Check]) -> Verdict:
    """Return the verdict on ``reading`` from its checks.

    They are judged together: a proof may be spread over several of them. Where one has failed, or
    where two contradict each other, the verdict is "unverified"; it says which contradict.
    """
    checks = list(checks)
    if any(check.outcome != "passed" for check in checks):
        return Verdict("unverified")
    if reading.kind == "frequency":
        return _derive_frequency(checks)
    if reading.kind == "existential":
        return _derive_existential(checks)
    return _derive_universal(checks, "inference" if reading.kind == "inference" else "universal")


def _derive_universal(checks: list[Check], kind: str) -> Verdict:
    always, under, fails, open_ = _WORDS[kind]
    proofs = [check for check in checks if check.shows == "holds" and check.by in _PROOFS]
    refutations = [
        check for check in checks if check.shows == "fails" and check.by in _PROOFS + _EXAMPLES
    ]
    contradictions = [
        f"{refutation.test} refutes what {proof.test} proves: it satisfies {_listed(proof.when)}"
        for proof in proofs
        for refutation in refutations
        if set(proof.when) <= set(refutation.when)
    ]
    if contradictions:
        return Verdict("unverified", contradictions=contradictions)
    when = _weakest(proof.when for proof in proofs)
    if when == [[]]:
        return Verdict(always)
    if refutations:
        return Verdict(under, when) if when else Verdict(fails)
    tested = any(check.shows == "holds" and check.by == "property" for check in checks)
    return Verdict(open_, when) if when or tested else Verdict("unverified")


def _derive_existential(checks: list[Check]) -> Verdict:
    # The conditions of a proof are hypotheses that something has to meet; a witness meets its own.
    instances = [
        check
        for check in checks
        if check.shows == "holds"
        and (check.by == "witness" or (check.by in _PROOFS and not check.when))
    ]
    denials = [check for check in checks if check.shows == "fails" and check.by in _PROOFS]
    contradictions = [
        f"{instance.test} has what {denial.test} proves not to exist: it satisfies "
        f"{_listed(denial.when)}"
        for denial in denials
        for instance in instances
        if set(denial.when) <= set(instance.when)
    ]
    if contradictions:
        return Verdict("unverified", contradictions=contradictions)
    if instances:
        return Verdict("holds")
    return Verdict(
        "fails as stated" if any(not denial.when for denial in denials) else "unverified"
    )


def _derive_frequency(checks: list[Check]) -> Verdict:
    studies = [
        (check.study.decision, [*check.when, *check.study.when])
        for check in checks
        if check.study is not None
    ]
    decided = [study for study in studies if study[0] != "not decided at this scale"] or studies
    general = {decision for decision, when in decided if not when}
    # A study whose plan names a condition excludes the claim somewhere outside it.
    excluded = any(decision == "supported under conditions" for decision, _ in decided)
    if general == {"supported"} and not excluded:
        return Verdict("supported")
    under = [when for decision, when in decided if when and decision.startswith("supported")]
    if under:
        return Verdict("supported under conditions", _weakest(under))
    decisions = general or {decision for decision, _ in decided}
    if not decisions:
        return Verdict("unverified")
    if "supported under conditions" in decisions:
        # Of conditions that nobody names nothing is known but that it depends on something.
        return Verdict("inconclusive")
    return Verdict(decisions.pop() if len(decisions) == 1 else "inconclusive")


def _weakest(sets: Iterable[Sequence[str]]) -> list[list[str]]:
    """Return the sets of conditions that contain no other one, in a fixed order."""
    distinct = {frozenset(conditions) for conditions in sets}
    weakest = [one for one in distinct if not any(other < one for other in distinct)]
    return sorted(sorted(one) for one in weakest)


def _listed(conditions: Sequence[str]) -> str:
    return f"the condition {', '.join(conditions)}" if conditions else "all that the proof asks for"
