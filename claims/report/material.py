"""What a report is made from, joined: catalogue, evidence, verdicts, results, certificates."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from claims.record import (
    Catalogue,
    Chapter,
    Check,
    Claim,
    ClaimVerdict,
    Evidence,
    EvidenceError,
    Reading,
    ReadingVerdict,
    UnknownClaim,
    judge_all,
    load_catalogue,
    read_evidence,
    suggestion,
)
from claims.report.sentences import finding

# What the pages show of a study's result, of each of its questions, and of each estimate.
STUDY_SCHEMA = 3
STUDY_ENTRIES = (
    *("scale", "n", "planned", "networks", "classified", "plan_hash", "factors"),
    *("settings", "questions"),
)
QUESTION_ENTRIES = (
    *("id", "claim", "reading", "event", "arms", "outcome", "estimand", "region", "prediction"),
    *("decision", "sentence", "n", "planned", "undecided", "estimates", "settings"),
)
ESTIMATE_ENTRIES = ("name", "n", "estimate", "lower", "upper")


class BadMaterial(ValueError):
    """A file that the report needs is missing or faulty; the message names it and the mend."""


@dataclass(frozen=True)
class Judged:
    """A reading, its verdict, the sentence that states it, its checks, failed ones too."""

    reading: Reading
    verdict: ReadingVerdict
    sentence: str
    checks: list[Check]


@dataclass(frozen=True)
class Material:
    """What the pages show; `studies` (by name) and `certificates` (by file) are parsed JSON."""

    catalogue: Catalogue
    evidence: Evidence
    verdicts: Mapping[str, ClaimVerdict]
    studies: Mapping[str, dict[str, Any]]
    certificates: Mapping[str, dict[str, Any]]

    def judged(self, claim: Claim) -> list[Judged]:
        """Every reading of a claim, the literal one first."""
        conditions = {condition.id: condition.text for condition in claim.conditions}
        judged = []
        for reading, verdict in zip(claim.judged(), self.verdicts[claim.id].judged(), strict=True):
            checks = [
                check
                for check in self.evidence.checks
                if check.claim == claim.id and check.reading == reading.id
            ]
            judged.append(Judged(reading, verdict, finding(verdict, checks, conditions), checks))
        return judged

    def chapter(self, claim: Claim) -> Chapter:
        """The chapter in which a claim stands."""
        return next(chapter for chapter in self.catalogue.chapters if chapter.name == claim.chapter)


def read_material(
    evidence: Path, studies: Path, certificates: Path, catalogue: Catalogue | None = None
) -> Material:
    """Read and judge; raises the errors of `claims.record`, and `BadMaterial`.

    A folder that does not exist holds nothing; what the evidence names must be there.
    """
    catalogue = catalogue or load_catalogue()
    record = read_evidence(evidence)
    for check in record.checks:
        fault = _unknown(check, catalogue)
        if fault:
            raise EvidenceError(f"{evidence}: {check.test}: {fault}; run `pytest` to write it anew")
    verdicts = {verdict.id: verdict for verdict in judge_all(catalogue, record).claims}
    material = Material(
        catalogue,
        record,
        verdicts,
        {path.stem: _read_study(path) for path in sorted(studies.glob("*.json"))},
        {path.name: _read(path) for path in sorted(certificates.glob("*.json"))},
    )
    for verdict in verdicts.values():
        for study in verdict.studies:
            path = studies / f"{study.name}.json"
            _require(path, study.name in material.studies, verdict)
            asked = [one["id"] for one in material.studies[study.name]["questions"]]
            if study.question not in asked:
                raise BadMaterial(
                    f"{path}: claim {verdict.id} rests on its question {study.question!r}, "
                    "which it does not have; run `snakemake`."
                )
        for name in verdict.certificates:
            _require(certificates / name, name in material.certificates, verdict)
    return material


def _require(path: Path, there: bool, verdict: ClaimVerdict) -> None:
    if not there:
        raise BadMaterial(f"{path}: missing, and claim {verdict.id} rests on it; run `snakemake`.")


def _unknown(check: Check, catalogue: Catalogue) -> str | None:
    """What a check names and the catalogue does not have, in words; None if it has all."""
    try:
        claim = catalogue.claim(check.claim)
    except UnknownClaim as error:
        return str(error)
    readings = [reading.id for reading in claim.readings if reading.id is not None]
    if check.reading is not None and check.reading not in readings:
        near = suggestion(check.reading, readings)
        return f"claim {claim.id} has no reading {check.reading!r}: {near}"
    conditions = [condition.id for condition in claim.conditions]
    for name in [*check.when, *(check.study.when if check.study is not None else ())]:
        if name not in conditions:
            return f"claim {claim.id} has no condition {name!r}: {suggestion(name, conditions)}"
    return None


def _read_study(path: Path) -> dict[str, Any]:
    result = _read(path)
    fault = next(_faults(result), None)
    if fault:
        raise BadMaterial(f"{path}: {fault}; delete it and run `snakemake`.")
    return result


def _faults(result: Mapping[str, Any]) -> Iterator[str]:
    """What a result lacks, in words."""
    if result.get("schema") != STUDY_SCHEMA:
        yield f"`schema` is {result.get('schema')!r}, not {STUDY_SCHEMA}"
    yield from (f"without `{name}`" for name in STUDY_ENTRIES if name not in result)
    questions = result.get("questions")
    if not isinstance(questions, list) or not questions:
        yield "`questions` is no list with entries"
        return
    for number, question in enumerate(questions, start=1):
        known = question if isinstance(question, dict) else {}
        yield from (
            f"question {number} without `{name}`" for name in QUESTION_ENTRIES if name not in known
        )
        estimates = known.get("estimates")
        if not isinstance(estimates, list) or not estimates:
            yield f"question {number}: `estimates` is no list with entries"
            return
        for place, entry in enumerate(estimates, start=1):
            given = entry if isinstance(entry, dict) else {}
            yield from (
                f"question {number}, estimate {place} without `{name}`"
                for name in ESTIMATE_ENTRIES
                if name not in given
            )


def _read(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise BadMaterial(
            f"{path}: this is not JSON ({error}); delete it and run `snakemake`."
        ) from None
    if not isinstance(content, dict):
        raise BadMaterial(f"{path}: a JSON object is expected; delete it and run `snakemake`.")
    return content
