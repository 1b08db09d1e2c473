"""What a run of pytest covers: which claims had every check collected and run, and why not all."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from claims.record import CHAPTERS
from claims.testing.marks import ClaimMark

PASSED, FAILED = "passed", "failed"


@dataclass
class Collected:
    """A check, or one control of it, as collected; ``original`` is the id of the check's test."""

    id: str
    original: str
    claims: list[ClaimMark]
    title: str
    explanation: str
    control: str | None = None
    description: str = ""

    @classmethod
    def revived(cls, fields: dict[str, Any]) -> Collected:
        """Return what another process sent as a plain dict."""
        return cls(**{**fields, "claims": [ClaimMark(**mark) for mark in fields["claims"]]})


@dataclass
class Ledger:
    """What was collected, from which files, what failed to be, and how each item ended."""

    items: dict[str, Collected] = field(default_factory=dict)
    files: set[Path] = field(default_factory=set)
    unreadable: set[str] = field(default_factory=set)
    outcomes: dict[str, str] = field(default_factory=dict)
    messages: dict[str, str] = field(default_factory=dict)
    results: dict[str, dict[str, Any]] = field(default_factory=dict)

    def ran(self, id: str) -> bool:
        """Whether an item came to an end by itself."""
        return self.outcomes.get(id) in (PASSED, FAILED)

    def of_claim(self, claim: str) -> list[Collected]:
        """Return the collected checks and controls of a claim."""
        return [
            item for item in self.items.values() if any(mark.claim == claim for mark in item.claims)
        ]

    def incomplete(self, claim: str) -> bool:
        """Whether some check or control of a claim did not run."""
        return not all(self.ran(item.id) for item in self.of_claim(claim))


def hidden_files(config: pytest.Config, checks: Path, ledger: Ledger) -> list[Path]:
    """Return the files of tests in the chapters that were asked for, of which none was collected.

    A ``collect_ignore`` or a plugin may have left them out without a word.
    """
    patterns = config.getini("python_files")
    files = {
        file.resolve()
        for chapter in _asked_for(config, checks, ledger.unreadable)
        for pattern in patterns
        for file in (checks / chapter).rglob(pattern)
    }
    return sorted(files - ledger.files)


def collected_chapters(config: pytest.Config, checks: Path, ledger: Ledger) -> set[str]:
    """Return the chapters all of whose files under the folder ``checks`` this run collected.

    The checks of a chapter's claims stand in the folder of its name; the plugin refuses others.
    """
    hidden = hidden_files(config, checks, ledger)
    return {
        chapter
        for chapter in _asked_for(config, checks, ledger.unreadable)
        if not any(file.is_relative_to((checks / chapter).resolve()) for file in hidden)
    }


def _asked_for(config: pytest.Config, checks: Path, unreadable: Iterable[str]) -> set[str]:
    """Return the chapters whose whole folder lies under the arguments, and no file was broken."""
    option = config.option
    if (
        getattr(option, "ignore", None)
        or getattr(option, "ignore_glob", None)
        or getattr(option, "lf", False)
    ):
        return set()
    start = config.invocation_params.dir
    collected = [(start / argument).resolve() for argument in config.args]
    broken = [(config.rootpath / id.partition("::")[0]).resolve() for id in unreadable]

    def whole(folder: Path) -> bool:
        reached = any(folder.is_relative_to(argument) for argument in collected)
        return reached and not any(
            file.is_relative_to(folder) or folder.is_relative_to(file) for file in broken
        )

    return {chapter for chapter in CHAPTERS if whole((checks / chapter).resolve())}
