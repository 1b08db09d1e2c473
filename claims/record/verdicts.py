"""The record of all claims (verdicts.json): what the catalogue and the evidence come to."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from msgspec import Struct

from claims.record.catalogue import Catalogue, Claim
from claims.record.evidence import SCHEMA, Check, Evidence, StudyResult, read_json, write_json
from claims.record.verdict import derive


class ReadingVerdict(Struct, frozen=True, forbid_unknown_fields=True):
    """The verdict on one reading, ``id`` None for the literal one."""

    id: str | None
    title: str
    kind: str
    verdict: str
    expected: str | None
    when: list[list[str]]
    contradictions: list[str]


class CheckSummary(Struct, frozen=True, forbid_unknown_fields=True):
    """What a passed check contributed."""

    test: str
    reading: str | None
    shows: str
    by: str
    when: list[str]
    examples: int
    undecided: int


class ClaimVerdict(Struct, frozen=True, forbid_unknown_fields=True):
    """One row of the record; its own verdict is that on the literal reading."""

    id: str
    chapter: str
    title: str
    kind: str
    verdict: str
    expected: str | None
    when: list[list[str]]
    contradictions: list[str]
    readings: list[ReadingVerdict]
    checks: list[CheckSummary]
    controls: int
    studies: list[StudyResult]
    certificates: list[str]

    def judged(self) -> list[ReadingVerdict]:
        """Return the verdict on every reading, the literal one (id None) first."""
        literal = ReadingVerdict(
            None, self.title, self.kind, self.verdict, self.expected, self.when, self.contradictions
        )
        return [literal, *self.readings]


class Verdicts(Struct, frozen=True, forbid_unknown_fields=True):
    """The record as it is committed with the reports."""

    schema: Literal[1]
    claims: list[ClaimVerdict]


def judge(claim: Claim, checks: list[Check]) -> ClaimVerdict:
    """Judge every reading of a claim by those of ``checks`` that are its own and passed."""
    passed = [check for check in checks if check.claim == claim.id and check.outcome == "passed"]
    judged = []
    for reading in claim.judged():
        verdict = derive(reading, [check for check in passed if check.reading == reading.id])
        judged.append(
            ReadingVerdict(
                reading.id,
                reading.title,
                str(reading.kind),
                verdict.word,
                reading.expected,
                verdict.when,
                verdict.contradictions,
            )
        )
    literal = judged[0]
    return ClaimVerdict(
        id=claim.id,
        chapter=claim.chapter,
        title=claim.title,
        kind=claim.kind,
        verdict=literal.verdict,
        expected=literal.expected,
        when=literal.when,
        contradictions=literal.contradictions,
        readings=judged[1:],
        checks=[
            CheckSummary(
                check.test,
                check.reading,
                check.shows,
                check.by,
                check.when,
                check.examples,
                check.undecided,
            )
            for check in passed
        ],
        controls=sum(control.outcome == "caught" for check in passed for control in check.controls),
        studies=[check.study for check in passed if check.study is not None],
        certificates=sorted({name for check in passed for name in check.certificates}),
    )


def judge_all(catalogue: Catalogue, evidence: Evidence) -> Verdicts:
    """Judge every claim of the catalogue."""
    return Verdicts(SCHEMA, [judge(claim, evidence.checks) for claim in catalogue.claims()])


def read_verdicts(path: Path) -> Verdicts:
    """Read the record. Raises EvidenceError."""
    return read_json(path, Verdicts, "run `snakemake` to write it anew")


def write_verdicts(path: Path, verdicts: Verdicts) -> None:
    """Write the record as JSON, whole or not at all."""
    write_json(path, verdicts)
