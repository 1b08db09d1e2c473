"""The front page's overview: every claim in one row, with its estimates where a study made some."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from claims.exhibits.intervals import Intervals, intervals
from claims.record import Catalogue, Claim, ClaimVerdict


@dataclass(frozen=True)
class Row:
    """One claim: its verdict, the ways in which it was shown, distinct random examples, estimates
    of its study; of a question the answer that is judged.
    """

    id: str
    title: str
    kind: str
    answer: str | None
    verdict: str
    readings: tuple[tuple[str, str], ...]
    ways: tuple[str, ...]
    examples: int
    estimates: Intervals | None


@dataclass(frozen=True)
class Section:
    """The rows of one chapter."""

    chapter: str
    title: str
    summary: str
    rows: tuple[Row, ...]


def overview(
    catalogue: Catalogue,
    verdicts: Mapping[str, ClaimVerdict],
    studies: Mapping[str, Mapping[str, Any]],
) -> tuple[Section, ...]:
    """All chapters in their order; `verdicts` by claim, `studies` the results by name."""
    return tuple(
        Section(
            chapter.name,
            chapter.title,
            chapter.summary,
            tuple(_row(claim, verdicts[claim.id], studies) for claim in chapter.claims),
        )
        for chapter in catalogue.chapters
    )


def _row(claim: Claim, verdict: ClaimVerdict, studies: Mapping[str, Mapping[str, Any]]) -> Row:
    literal = [check for check in verdict.checks if check.reading is None]
    return Row(
        claim.id,
        claim.title,
        claim.kind,
        claim.answer,
        verdict.verdict,
        tuple((reading.title, reading.verdict) for reading in verdict.readings),
        tuple(dict.fromkeys(check.by for check in literal)),
        sum(check.examples for check in literal if check.by == "property"),
        _estimates(claim.id, verdict, studies),
    )


def _estimates(
    claim: str, verdict: ClaimVerdict, studies: Mapping[str, Mapping[str, Any]]
) -> Intervals | None:
    """Those of the first question that judges the claim as it stands, else one of its readings."""
    asked = [
        question
        for study in verdict.studies
        for question in studies[study.name]["questions"]
        if question["id"] == study.question and question["claim"] == claim
    ]
    asked.sort(key=lambda question: question["reading"] is not None)
    return intervals(asked[0]) if asked else None
