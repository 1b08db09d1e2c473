"""The command `claims`."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from claims import cli
from claims.record import (
    Check,
    Evidence,
    StudyResult,
    judge_all,
    load_catalogue,
    write_verdicts,
)

DOCUMENTS = """
[[document]]
id = "A"
file = "a.txt"
title = "A text"
author = "Somebody"
year = 2000
note = ""
"""
CHAPTER = """
chapter = "convexity"
title = "Of convexity"
summary = "Some."
[[claim]]
id = "squares"
title = "Squares are not negative"
kind = "universal"
sources = [{ document = "A", locator = "first line" }]
statement = "Squares are not negative."
formal = 'x^2\\ge 0'
controls = []
[[claim.conditions]]
id = "real"
text = "x is real."
[[claim.readings]]
id = "often"
kind = "frequency"
title = "Often"
statement = "They are often positive."
formal = 'x^2>0'
[[claim]]
id = "cubes"
title = "Cubes"
kind = "existential"
sources = []
statement = "There is one."
formal = 'x^3'
controls = []
"""


@pytest.fixture
def root(tmp_path, monkeypatch):
    """A project with a catalogue, tests and the record of a study and a proof under conditions."""
    catalogue = tmp_path / "claims" / "catalogue"
    catalogue.mkdir(parents=True)
    (catalogue / "documents.toml").write_text(DOCUMENTS)
    (catalogue / "convexity.toml").write_text(CHAPTER)
    tests = tmp_path / "tests" / "chapters" / "convexity"
    tests.mkdir(parents=True)
    (tests / "test_squares.py").write_text('@pytest.mark.claim("squares", shows="holds")')
    (tests / "test_others.py").write_text('@pytest.mark.claim("cubes", shows="holds")')
    result = StudyResult(
        "rate-of-squares", ["rate-of-squares"], "supported", "Yes.", "default", "abc", 1, 1, []
    )
    checks = [
        Check(
            "squares",
            None,
            "t::a",
            "",
            "",
            "holds",
            "certificate",
            ["real"],
            "passed",
            certificates=["a.json"],
        ),
        Check("squares", None, "t::b", "", "", "fails", "counterexample", [], "passed"),
        Check("squares", "often", "t::c", "", "", "holds", "study", [], "passed", study=result),
    ]
    evidence = Evidence(1, "gate", False, checks)
    write_verdicts(
        tmp_path / "reports/verdicts.json", judge_all(load_catalogue(catalogue), evidence)
    )
    (tmp_path / "reports/claims").mkdir()
    (tmp_path / "reports/claims/squares.html").write_text("")
    monkeypatch.setattr(cli, "ROOT", tmp_path)
    monkeypatch.setattr(cli, "load_catalogue", lambda: load_catalogue(catalogue))
    return tmp_path


def test_list(root, capsys):
    assert cli.main(["list"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "Of convexity",
        "  squares  holds under conditions    Squares are not negative",
        "  cubes    unverified                Cubes",
    ]


def test_list_as_json(root, capsys):
    assert cli.main(["list", "--json", "--chapter", "convexity"]) == 0
    entries = json.loads(capsys.readouterr().out)
    assert [entry["id"] for entry in entries] == ["squares", "cubes"]
    assert entries[0]["verdict"] == "holds under conditions"
    assert cli.main(["list", "--json", "--chapter", "symmetry"]) == 0
    assert json.loads(capsys.readouterr().out) == []


def test_list_of_an_unknown_chapter(root, capsys):
    assert cli.main(["list", "--chapter", "convex"]) == 2
    assert "no chapter is called 'convex': did you mean 'convexity'?" in capsys.readouterr().err


def test_show(root, capsys):
    assert cli.main(["show", "squares"]) == 0
    assert capsys.readouterr().out == (
        "squares: Squares are not negative (universal, chapter convexity)\n"
        "in A, A text: first line\n"
        "\n"
        "Squares are not negative.\n"
        "  x^2\\ge 0\n"
        "verdict: holds under conditions, proved under real\n"
        "\n"
        "reading often: Often (frequency)\n"
        "They are often positive.\n"
        "  x^2>0\n"
        "verdict: supported\n"
        "\n"
        "conditions\n"
        "  real: x is real.\n"
        "\n"
        "catalogue     claims/catalogue/convexity.toml\n"
        "tests         tests/chapters/convexity/test_squares.py\n"
        "studies       claims/studies/rate_of_squares.py\n"
        "certificates  reports/certificates/a.json\n"
        "page          reports/claims/squares.html\n"
        "run again     pytest --claim squares\n"
    )


def test_show_without_reports(root, capsys):
    (root / "reports/verdicts.json").unlink()
    assert cli.main(["show", "cubes"]) == 0
    out = capsys.readouterr().out
    assert "beyond the documents" in out
    assert "verdict: unverified" in out
    assert "tests/chapters/convexity/test_others.py" in out


def test_show_of_an_unknown_claim(root, capsys):
    assert cli.main(["show", "square"]) == 2
    assert (
        "no claim of the catalogue is called 'square': did you mean 'squares'?"
        in capsys.readouterr().err
    )


def test_a_damaged_record_and_catalogue_are_named(root, capsys):
    (root / "reports/verdicts.json").write_text("{}")
    assert cli.main(["list"]) == 2
    assert "verdicts.json: Object missing required field" in capsys.readouterr().err
    (root / "claims/catalogue/documents.toml").unlink()
    assert cli.main(["list"]) == 2
    assert "documents.toml: the file is missing; add it" in capsys.readouterr().err


def test_check_runs_the_checker(root, monkeypatch):
    from claims.proof import checker

    seen = []
    monkeypatch.setattr(checker, "main", lambda argv: seen.append(argv) or 1)
    assert cli.main(["check", "a.json", "b"]) == 1
    assert cli.main(["check"]) == 1
    assert seen == [["a.json", "b"], [str(root / "reports" / "certificates")]]


def test_check_starts_without_what_the_finders_need(tmp_path):
    (tmp_path / "empty").mkdir()
    code = (
        "import sys; from claims.cli import main; main(['check', sys.argv[1]]);"
        "print([m for m in ('numpy', 'numba', 'claims.numbers') if m in sys.modules])"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "empty")]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("argv", [[], ["show"], ["lists"], ["list", "--chapters", "x"]])
def test_wrong_usage(argv):
    with pytest.raises(SystemExit) as stopped:
        cli.main(argv)
    assert stopped.value.code == 2
