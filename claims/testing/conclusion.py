"""The end of a run: evidence, verdicts, what is wrong, and how far the run reached."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest

from claims.record import (
    SCHEMA,
    Catalogue,
    Check,
    Control,
    Evidence,
    judge,
    write_evidence,
)
from claims.testing.coverage import Collected, Ledger, collected_chapters, hidden_files
from claims.testing.enforcement import faults
from claims.testing.summary import Row, rows, table, totals


@dataclass
class Conclusion:
    """What a run came to; ``why_partial`` is empty if every check was collected and ran."""

    catalogue: Catalogue
    evidence: Evidence
    table: dict[str, list[Row]]
    problems: list[str]
    why_partial: list[str]

    def write(self, path: Path) -> None:
        """Write the evidence, whole or not at all."""
        write_evidence(path, self.evidence)

    def show(self, terminal: pytest.TerminalReporter) -> None:
        """Print the table, how far the run reached, and the problems."""
        terminal.write_sep("=", "claims")
        for line, tone in table(self.catalogue, self.table):
            terminal.write_line(line, **{tone: True})
        terminal.write_line("")
        terminal.write_line(f"{totals(self.evidence.checks)}; profile: {self.evidence.profile}")
        if self.why_partial:
            terminal.write_line(f"partial: {'; '.join(self.why_partial)}", yellow=True)
        if self.problems:
            terminal.write_line(f"problems with the claims: {len(self.problems)}", red=True)
            for problem in self.problems:
                terminal.write_line(f"  {problem}", red=True)


def conclude(
    config: pytest.Config, catalogue: Catalogue, checks: Path, ledger: Ledger, profile: str
) -> Conclusion:
    """Judge what ran; only claims whose every check was collected and ran are held to anything."""
    chapters = collected_chapters(config, checks, ledger)
    selected = bool(config.getoption("--claim") or config.getoption("--chapter"))
    why_partial = list(_why_partial(config, catalogue, checks, ledger, chapters))
    evidence = Evidence(SCHEMA, profile, bool(why_partial), list(_evidence(ledger)))
    shown: dict[str, list[Row]] = defaultdict(list)
    problems: list[str] = []
    for claim in catalogue.claims():
        own = [check for check in evidence.checks if check.claim == claim.id]
        collected = ledger.of_claim(claim.id)
        if not collected and (selected or claim.chapter not in chapters):
            continue
        verdict = judge(claim, own)
        partial = claim.chapter not in chapters or ledger.incomplete(claim.id)
        held = (own or claim.controls) and not partial
        file = _relative(catalogue.file(claim.chapter), config.rootpath)
        found = list(faults(claim, verdict, own, file)) if held else []
        problems += found
        shown[claim.chapter] += rows(verdict, own, partial=partial, faulty=bool(found))
    return Conclusion(catalogue, evidence, dict(shown), problems, why_partial)


def _relative(path: Path, root: Path) -> Path:
    return path.relative_to(root) if path.is_relative_to(root) else path


def _why_partial(
    config: pytest.Config, catalogue: Catalogue, checks: Path, ledger: Ledger, chapters: set[str]
) -> Iterator[str]:
    for option in ("--claim", "--chapter"):
        if config.getoption(option):
            yield f"{option} {', '.join(config.getoption(option))}"
    left_out = [chapter.name for chapter in catalogue.chapters if chapter.name not in chapters]
    selected = bool(config.getoption("--claim") or config.getoption("--chapter"))
    if left_out and not selected:
        yield f"not all checks of {', '.join(left_out)} were collected"
    hidden = [
        str(_relative(file, config.rootpath)) for file in hidden_files(config, checks, ledger)
    ]
    if hidden:
        yield f"nothing was collected from {', '.join(hidden)}"
    if ledger.unreadable:
        yield f"failed at collection: {', '.join(sorted(ledger.unreadable))}"
    unrun = [id for id in ledger.items if not ledger.ran(id)]
    if unrun:
        yield f"checks and controls that were deselected, skipped or not reached: {len(unrun)}"


def _evidence(ledger: Ledger) -> Iterator[Check]:
    controls: dict[str, list[Collected]] = defaultdict(list)
    for item in ledger.items.values():
        if item.control is not None:
            controls[item.original].append(item)
    for item in ledger.items.values():
        if item.control is None and ledger.ran(item.id):
            result: dict[str, Any] = ledger.results.get(item.id, {})
            for mark in item.claims:
                fields = {
                    "claim": mark.claim,
                    "reading": mark.reading,
                    "test": item.id,
                    "title": item.title,
                    "explanation": item.explanation,
                    "shows": mark.shows,
                    "by": mark.by,
                    "when": mark.when,
                    "outcome": ledger.outcomes[item.id],
                    "message": ledger.messages.get(item.id, ""),
                    "controls": [
                        _control(ledger, control)
                        for control in controls[item.id]
                        if ledger.ran(control.id)
                    ],
                }
                yield msgspec.convert({**fields, **result}, Check)


def _control(ledger: Ledger, item: Collected) -> Control:
    if item.id in ledger.results:
        return msgspec.convert(ledger.results[item.id], Control)
    return Control(
        str(item.control), item.description, "broken", message=ledger.messages.get(item.id, "")
    )
