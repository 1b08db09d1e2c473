"""The skip of a test of an optional part is a failure where that part is required."""

from __future__ import annotations

import pytest

TESTS = """
@pytest.mark.optional("browser")
def test_inside(): pytest.skip("no browser is installed")

@pytest.mark.optional("browser")
@pytest.mark.skipif(True, reason="no browser either")
def test_marked(): pass

@pytest.mark.optional("slurm")
def test_cluster(): pytest.skip("no cluster")

def test_other(): pytest.skip("for another reason")
"""


@pytest.mark.parametrize(
    ("required", "failed"), [("", 0), ("browser", 2), ("slurm", 1), ("browser,slurm", 3)]
)
def test_required_parts_are_not_skipped(project, monkeypatch, required, failed):
    monkeypatch.setenv("CLAIMS_REQUIRE", required)
    project.checks(TESTS)
    result = project.run("-rs")
    outcomes = result.parseoutcomes()
    assert outcomes.get("failed", 0) + outcomes.get("errors", 0) == failed
    assert outcomes.get("skipped", 0) == 4 - failed
    if "browser" in required:
        result.stdout.fnmatch_lines(["*CLAIMS_REQUIRE names browser, *no browser is installed"])


def test_an_unknown_part_is_a_usage_error(project, monkeypatch):
    monkeypatch.setenv("CLAIMS_REQUIRE", "browser,cluster")
    result = project.run()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*CLAIMS_REQUIRE names 'cluster': use browser, slurm, kills"])
