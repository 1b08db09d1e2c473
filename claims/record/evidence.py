"""What ran and what it showed: the evidence from which verdicts are derived."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal, TypeVar

import msgspec
from msgspec import Struct

from claims.files import write_whole

SCHEMA: Literal[1] = 1

Shows = Literal["holds", "fails"]
By = Literal["identity", "certificate", "counterexample", "witness", "property", "study"]
Decision = Literal[
    "supported",
    "supported under conditions",
    "not supported",
    "inconclusive",
    "not decided at this scale",
]


class Named(Struct, frozen=True, forbid_unknown_fields=True):
    """A value as it is shown."""

    name: str
    value: str


class StudyResult(Struct, frozen=True):
    """What a study came to on one of its questions, by the rule of its plan.

    ``n`` of ``planned`` runs were drawn; the question judges the reading of the claims. ``when``
    names the conditions that the plan had named in advance, where it is supported under conditions;
    ``condition`` is the one that the plan names, whatever came of it.
    """

    name: str
    claims: list[str]
    decision: Decision
    sentence: str
    scale: str
    plan_hash: str
    planned: int
    n: int
    estimates: list[Any]
    question: str = ""
    reading: str | None = None
    when: list[str] = []
    condition: str | None = None


class Control(Struct, frozen=True, forbid_unknown_fields=True):
    """A check with a planted fault: caught, missed, or broken by something else."""

    name: str
    description: str
    outcome: Literal["caught", "missed", "broken"]
    witness: list[Named] = []
    message: str = ""


class Check(Struct, frozen=True, forbid_unknown_fields=True):
    """One executable piece of evidence for a reading of a claim (None: the literal one).

    ``when`` names the conditions under which it shows what it shows; of a counterexample, the
    conditions that it satisfies. ``examples`` counts distinct inputs that were decided and no tie,
    ``drawn`` the calls of the test by Hypothesis (1 without it).
    """

    claim: str
    reading: str | None
    test: str
    title: str
    explanation: str
    shows: Shows
    by: By
    when: list[str]
    outcome: Literal["passed", "failed"]
    message: str = ""
    examples: int = 0
    drawn: int = 0
    ties: int = 0
    undecided: int = 0
    labels: dict[str, int] = {}
    witness: list[Named] = []
    recorded: list[Named] = []
    certificates: list[str] = []
    study: StudyResult | None = None
    controls: list[Control] = []


class Evidence(Struct, frozen=True, forbid_unknown_fields=True):
    """Everything one run of the checks showed; ``partial`` unless all were collected and ran."""

    schema: Literal[1]
    profile: str
    partial: bool
    checks: list[Check]


class EvidenceError(ValueError):
    """A file of evidence or verdicts cannot be used: the message names the file and the mend."""


S = TypeVar("S", bound=Struct)


def read_evidence(path: Path) -> Evidence:
    """Read the evidence that a run of pytest wrote. Raises EvidenceError."""
    return read_json(path, Evidence, "run `pytest` to write it anew")


def write_evidence(path: Path, evidence: Evidence) -> None:
    """Write evidence as JSON, whole or not at all."""
    write_json(path, evidence)


def read_json(path: Path, type: type[S], mend: str) -> S:
    """Read a Struct from JSON; what is wrong is one EvidenceError that ends with ``mend``."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=type)
    except OSError as error:
        raise EvidenceError(f"{path}: cannot be read ({error.strerror}); {mend}") from None
    except msgspec.DecodeError as error:
        raise EvidenceError(f"{path}: {error}; {mend}") from None


def write_json(path: Path, record: Struct) -> None:
    """Write a Struct as indented JSON, whole or not at all."""
    write_whole(path, msgspec.json.format(msgspec.json.encode(record), indent=1) + b"\n")
