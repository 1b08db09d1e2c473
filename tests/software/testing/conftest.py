"""A small project with its own catalogue, on which the plugin is run."""

from __future__ import annotations

import json
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

DOCUMENTS = """
[[document]]
id = "A"
file = "a.txt"
title = "A text"
author = "Somebody"
year = 2000
note = ""
"""

PREAMBLE = """
import pytest
from hypothesis import assume, settings, strategies as st
from claims.testing import Violation, given
"""

# A check that passes, with a control that is caught.
SQUARE = """
def square(x):
    return x * x

def cube(x):
    return x * x * x

@pytest.mark.claim("squares", shows="holds", by="property")
@pytest.mark.control("cube", "x^3 for x^2", function=cube)
@given(x=st.integers())
def test_square(check, x, function=square):
    '''A square is not negative.

    Both factors have the *same* sign.
    '''
    check.that(function(x) >= 0, "the square is not negative", x=x)
"""


class Project:
    """Writes the catalogue and the checks of a project, and runs pytest on it in this process."""

    def __init__(self, pytester: pytest.Pytester) -> None:
        self.pytester = pytester
        self.root = pytester.path
        self.catalogue = self.root / "catalogue"
        self.catalogue.mkdir()
        (self.catalogue / "documents.toml").write_text(DOCUMENTS)
        self.chapters: dict[str, str] = {}
        pytester.makeini(
            "[pytest]\nclaims_catalogue = catalogue\nclaims_profile = gate\n"
            "testpaths = tests\naddopts = --strict-markers\n"
        )

    def claim(
        self,
        id: str,
        *,
        chapter: str = "convexity",
        kind: str = "universal",
        expected: str | None = None,
        controls: tuple[str, ...] = (),
        conditions: tuple[str, ...] = (),
        reading: dict[str, str] | None = None,
    ) -> None:
        """Add a claim to the catalogue."""
        entry = dedent(f"""
            [[claim]]
            id = "{id}"
            title = "About {id}"
            kind = "{kind}"
            sources = [{{ document = "A", locator = "first line" }}]
            statement = "A statement."
            formal = 'x^2 \\ge 0'
            controls = {json.dumps(controls)}
            """)
        if expected is not None:
            entry += f'expected = "{expected}"\n'
        for condition in conditions:
            entry += f'[[claim.conditions]]\nid = "{condition}"\ntext = "It is {condition}."\n'
        if reading is not None:
            entry += '[[claim.readings]]\ntitle = "Read so"\nstatement = "So."\nformal = "x"\n'
            entry += "".join(f'{key} = "{value}"\n' for key, value in reading.items())
        heading = f'chapter = "{chapter}"\ntitle = "Chapter of {chapter}"\nsummary = "Some."\n'
        self.chapters[chapter] = self.chapters.get(chapter, heading) + entry
        (self.catalogue / f"{chapter}.toml").write_text(self.chapters[chapter])

    def checks(self, source: str, name: str = "test_it.py", chapter: str = "convexity") -> Path:
        """Write a file of checks."""
        path = self.root / "tests" / "chapters" / chapter / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(PREAMBLE + dedent(source))
        return path

    def run(self, *arguments: str) -> pytest.RunResult:
        """Run pytest in this process."""
        plain = ("-p", "no:cacheprovider", "--assert=plain")
        return self.pytester.runpytest_inprocess(*plain, *arguments)

    def evidence(self, path: str = ".claims/evidence.json") -> dict[str, Any]:
        """Read the evidence that a run wrote."""
        return json.loads((self.root / path).read_text())


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Project:
    """An empty project."""
    monkeypatch.delenv("CLAIMS_PROFILE", raising=False)
    monkeypatch.setenv("COLUMNS", "120")
    return Project(pytester)


@pytest.fixture
def squares(project: Project) -> Project:
    """A project whose only claim is completely checked."""
    project.claim("squares", expected="not refuted", controls=("cube",))
    project.checks(SQUARE)
    return project
