"""Optional parts: tests that need one may be skipped where it is absent, unless it is required."""

from __future__ import annotations

import os

import pytest

PARTS = ("browser", "slurm", "kills")
VARIABLE = "CLAIMS_REQUIRE"


def required_parts() -> set[str]:
    """Return the parts that CLAIMS_REQUIRE names, joined by commas; raises UsageError."""
    named = {word.strip() for word in os.environ.get(VARIABLE, "").split(",")} - {""}
    for word in sorted(named - set(PARTS)):
        raise pytest.UsageError(f"{VARIABLE} names {word!r}: use {', '.join(PARTS)}")
    return named


def refuse_skip(item: pytest.Item, report: pytest.TestReport) -> None:
    """Turn the skip of a test of a required part into a failure."""
    if not report.skipped:
        return
    parts = {part for mark in item.iter_markers("optional") for part in mark.args}
    for part in sorted(parts & required_parts()):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid}: {VARIABLE} names {part}, but the test says: {reason}"
        return
