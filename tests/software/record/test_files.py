"""Evidence and verdicts on disk: the same when read again, whole or not at all."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from claims.files import write_whole
from claims.record import (
    Catalogue,
    Chapter,
    Check,
    Claim,
    Condition,
    Control,
    Document,
    Evidence,
    EvidenceError,
    Named,
    Reading,
    Source,
    StudyResult,
    judge_all,
    read_evidence,
    read_verdicts,
    write_evidence,
    write_verdicts,
)

CHECK = Check(
    claim="squares",
    reading=None,
    test="tests/test_it.py::test_square",
    title="A square is not negative.",
    explanation="",
    shows="holds",
    by="identity",
    when=[],
    outcome="passed",
    examples=3,
    labels={"odd": 2},
    certificates=["b.json", "a.json"],
    controls=[Control("cube", "x^3", "caught", [Named("x", "-1")], "so")],
)
RESULT = StudyResult(
    "rates", ["rates"], "supported", "Yes.", "default", "abc", 10, 10, [{"value": 0.5}]
)
EVIDENCE = Evidence(
    1,
    "gate",
    False,
    [
        CHECK,
        msgspec.structs.replace(
            CHECK, reading="some", by="study", study=RESULT, controls=[], certificates=[]
        ),
        msgspec.structs.replace(CHECK, outcome="failed", message="no"),
    ],
)
CATALOGUE = Catalogue(
    Path("catalogue"),
    [Document("A", "a.txt", "A text", "Somebody", 2000, "")],
    [],
    [
        Chapter(
            "convexity",
            "Convexity",
            "Some.",
            [
                Claim(
                    id="squares",
                    chapter="convexity",
                    title="Squares",
                    kind="universal",
                    sources=[Source("A", "first line")],
                    statement="So.",
                    formal="x",
                    controls=["cube"],
                    expected="holds",
                    conditions=[Condition("real", "x is real.")],
                    readings=[Reading("some", "Some", "Often.", "x", "frequency")],
                ),
            ],
        )
    ],
)


def test_evidence_is_read_as_it_was_written(tmp_path):
    path = tmp_path / "folder" / "evidence.json"
    write_evidence(path, EVIDENCE)
    assert read_evidence(path) == EVIDENCE
    assert json.loads(path.read_text())["checks"][0]["controls"][0]["outcome"] == "caught"


def test_verdicts_are_derived_and_read_as_they_were_written(tmp_path):
    verdicts = judge_all(CATALOGUE, EVIDENCE)
    (claim,) = verdicts.claims
    assert (claim.verdict, claim.expected, claim.controls) == ("holds", "holds", 1)
    assert (claim.readings[0].id, claim.readings[0].verdict) == ("some", "supported")
    assert [check.reading for check in claim.checks] == [None, "some"], "what failed shows nothing"
    assert claim.certificates == ["a.json", "b.json"]
    assert claim.studies == [RESULT]
    assert [judged.id for judged in claim.judged()] == [None, "some"]
    write_verdicts(tmp_path / "verdicts.json", verdicts)
    assert read_verdicts(tmp_path / "verdicts.json") == verdicts


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "cannot be read (No such file or directory); run `pytest`"),
        ("{", "Input data was truncated; run `pytest`"),
        (
            '{"schema": 2, "profile": "gate", "partial": false, "checks": []}',
            "Invalid enum value 2",
        ),
        ('{"schema": 1, "profile": "gate", "partial": false}', "missing required field `checks`"),
        (
            '{"schema": 1, "profile": "gate", "partial": false, "checks": [], "more": 1}',
            "unknown field `more`",
        ),
    ],
)
def test_evidence_that_cannot_be_used_is_named(tmp_path, content, message):
    path = tmp_path / "evidence.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(EvidenceError) as error:
        read_evidence(path)
    assert str(error.value).startswith(f"{path}: ")
    assert message in str(error.value)


def test_a_file_appears_whole_or_not_at_all(tmp_path, monkeypatch):
    path = tmp_path / "evidence.json"
    write_whole(path, b"old")

    def fail(*_):
        raise OSError("the disk is full")

    for name in ("fsync", "replace"):
        with monkeypatch.context() as patch:
            patch.setattr(f"os.{name}", fail)
            with pytest.raises(OSError, match="full"):
                write_whole(path, b"new")
        assert path.read_bytes() == b"old"
        assert list(tmp_path.iterdir()) == [path]
    write_whole(path, b"new")
    assert path.read_bytes() == b"new"
    assert path.stat().st_mode & 0o777 == 0o644


def test_importing_the_record_loads_neither_mathematics_nor_pytest():
    heavy = ["latex2mathml", "numpy", "hypothesis", "pytest", "claims.testing", "flint", "sympy"]
    code = f"import sys, claims.record; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
