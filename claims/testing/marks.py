"""The marks of a check: which claim it is evidence for, and which faults its controls plant."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, get_args

from pytest import Mark

from claims.record import Catalogue, UnknownClaim, is_slug, suggestion
from claims.record.evidence import By, Shows
from claims.testing.dependencies import dependencies, is_refused


class MarkError(ValueError):
    """A mark is wrong: the message says what and names the mend."""


@dataclass(frozen=True)
class ClaimMark:
    """``pytest.mark.claim``: evidence for a reading of a claim."""

    claim: str
    chapter: str
    reading: str | None
    shows: str
    by: str
    when: list[str]


@dataclass(frozen=True)
class ControlMark:
    """``pytest.mark.control``: a planted fault, by replaced dependencies."""

    name: str
    description: str
    replacements: dict[str, Any]


def parse_claims(marks: Iterable[Mark], catalogue: Catalogue) -> list[ClaimMark]:
    """Return the claims that a test is marked with; raises MarkError."""
    parsed = [_parse_claim(mark, catalogue) for mark in marks]
    readings = [(mark.claim, mark.reading) for mark in parsed]
    if len(set(readings)) < len(readings):
        raise MarkError("the same reading of a claim is marked twice: keep one mark")
    return parsed


def _parse_claim(mark: Mark, catalogue: Catalogue) -> ClaimMark:
    fields = inspect.signature(_claim_fields)
    try:
        given = fields.bind(*mark.args, **mark.kwargs)
    except TypeError as error:
        raise MarkError(f"claim{fields}: {error}") from None
    given.apply_defaults()
    id, shows, by, reading, when = given.arguments.values()
    try:
        claim = catalogue.claim(id)
    except UnknownClaim as error:
        raise MarkError(str(error)) from None
    for name, value, words in (("shows", shows, get_args(Shows)), ("by", by, get_args(By))):
        if value not in words:
            raise MarkError(f"{name}={value!r} is unknown: use {', '.join(words)}")
    readings = {other.id: other for other in claim.judged()}
    if reading not in readings:
        near = suggestion(str(reading), (other for other in readings if other is not None))
        raise MarkError(f"claim {id!r} has no reading {reading!r}: {near}")
    if isinstance(when, str):
        raise MarkError(f"when={when!r} is a string: give a list of conditions")
    conditions = [condition.id for condition in claim.conditions]
    for condition in when:
        if condition not in conditions:
            raise MarkError(
                f"claim {id!r} has no condition {condition!r}: {suggestion(condition, conditions)}"
            )
    idle = _why_it_never_counts(readings[reading].kind, shows, by, bool(when))
    if idle is not None:
        raise MarkError(idle)
    return ClaimMark(claim.id, claim.chapter, reading, shows, by, list(when))


def _why_it_never_counts(
    kind: str | None, shows: str, by: str, under_conditions: bool
) -> str | None:
    """Return why evidence of this sort has no part in any verdict on such a reading, or None.

    Random examples have one wherever a claim ranges over inputs: beside a proof or a counterexample
    they test it. A witness of what holds for all inputs has one under conditions: it meets them.
    """
    if (kind == "frequency") != (by == "study"):
        if kind == "frequency":
            return f"a frequency is judged by studies alone, never by={by!r}: use by='study'"
        return f"a study judges frequencies, and this reading is {kind}: decide it another way"
    if by == "counterexample" and shows == "holds":
        return "a counterexample shows that a claim fails: use shows='fails', or by='witness'"
    if kind == "existential":
        if by == "property":
            return "random examples do not judge that something exists: name one by='witness'"
        if by in ("counterexample", "witness") and shows == "fails":
            return (
                "one example does not show that there is none: "
                "prove it by='identity' or 'certificate'"
            )
        if by in ("identity", "certificate") and shows == "holds" and under_conditions:
            return (
                "that something exists where conditions are met is no instance: name a by='witness'"
            )
    elif by == "witness" and shows == "holds" and not under_conditions:
        return (
            f"one example does not show what is {kind}: prove it by='identity' or 'certificate', "
            "or say in when=[...] which conditions it meets"
        )
    return None


def _claim_fields(
    id: str, *, shows: str, by: str, reading: str | None = None, when: Iterable[str] = ()
) -> None: ...


def parse_controls(marks: Iterable[Mark], test: Callable[..., Any]) -> list[ControlMark]:
    """Return the controls that a test is marked with; raises MarkError."""
    if is_refused(test):
        raise MarkError("Hypothesis refuses default values: import `given` from claims.testing")
    replaceable = dependencies(test)
    parsed: dict[str, ControlMark] = {}
    for mark in marks:
        if len(mark.args) != 2 or not all(isinstance(text, str) for text in mark.args):
            raise MarkError(
                "control(name, what is planted, dependency=...): give the two texts first"
            )
        name, description = mark.args
        if not is_slug(name):
            raise MarkError(
                f"control {name!r} is not a name: use lower-case words joined by hyphens"
            )
        if name in parsed:
            raise MarkError(f"control {name!r} stands twice: rename one of them")
        if not mark.kwargs:
            raise MarkError(
                f"control {name!r} replaces nothing: name a dependency and its replacement"
            )
        for dependency in mark.kwargs:
            if dependency not in replaceable:
                near = suggestion(dependency, replaceable)
                raise MarkError(
                    f"control {name!r} replaces {dependency!r}, no parameter with a default: {near}"
                )
        parsed[name] = ControlMark(name, description, dict(mark.kwargs))
    return list(parsed.values())
