"""The table that ends a run: claim, verdict, how it was shown, examples, controls."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from claims.record import Catalogue, Check, ClaimVerdict

WIDTH = 120
_SPACES = 10  # two before each of the five columns


class Row(NamedTuple):
    """A line of the table; ``tone`` is the colour in which a terminal shows it."""

    claim: str
    verdict: str
    shown: str
    examples: str
    controls: str
    tone: str = "green"


def rows(
    verdict: ClaimVerdict, checks: Sequence[Check], *, partial: bool, faulty: bool
) -> Iterator[Row]:
    """Yield a row for the literal reading of a claim, and for every other one that has checks."""
    for judged in verdict.judged():
        own = [check for check in checks if check.reading == judged.id]
        if not own and judged.id is not None:
            continue
        controls = [control for check in own for control in check.controls]
        caught = sum(control.outcome == "caught" for control in controls)
        shown = dict.fromkeys(check.by for check in own if check.outcome == "passed")
        failed = any(check.outcome == "failed" for check in own) or caught < len(controls)
        examples = sum(check.examples for check in own)
        yield Row(
            verdict.id if judged.id is None else f"{verdict.id}: {judged.id}",
            judged.verdict + (" (partial)" if partial else ""),
            ", ".join(shown),
            f"{examples:,}" if examples else "",
            f"{caught} of {len(controls)}" if controls else "",
            _tone(faulty or failed, partial or judged.verdict == "unverified"),
        )


def _tone(bad: bool, open_: bool) -> str:
    if bad:
        return "red"
    return "yellow" if open_ else "green"


def table(catalogue: Catalogue, by_chapter: dict[str, list[Row]]) -> Iterator[tuple[str, str]]:
    """Yield lines and their tones: a heading for each chapter that has rows, the rows aligned."""
    every = [
        Row("claim", "verdict", "shown by", "examples", "controls"),
        *(r for rs in by_chapter.values() for r in rs),
    ]
    widths = [max(len(row[column]) for row in every) for column in range(5)]
    # The name of a claim is clipped first, to 40 characters at least, and then what showed it.
    spare = WIDTH - _SPACES - sum(widths)
    widths[0] = min(widths[0], max(widths[0] + spare, 40))
    spare = WIDTH - _SPACES - sum(widths)
    widths[2] += min(spare, 0)
    yield _line(every[0], widths), "bold"
    for chapter in catalogue.chapters:
        if chapter.name in by_chapter:
            yield chapter.title, "bold"
            for row in by_chapter[chapter.name]:
                yield _line(row, widths), row.tone


def _line(row: Row, widths: Sequence[int]) -> str:
    claim, verdict, shown, examples, controls = (_clipped(row[i], widths[i]) for i in range(5))
    line = (
        f"  {claim:<{widths[0]}}  {verdict:<{widths[1]}}  {shown:<{widths[2]}}"
        f"  {examples:>{widths[3]}}  {controls:>{widths[4]}}"
    )
    return line.rstrip()


def _clipped(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"


def totals(checks: Iterable[Check]) -> str:
    """Return in one line how much was decided."""
    checks = list(checks)
    # A test may be evidence for several claims: count it once.
    tests = {check.test: check for check in checks}.values()
    controls = [control for check in tests for control in check.controls]
    caught = sum(control.outcome == "caught" for control in controls)
    numbers = {
        "checks": f"{len(tests)}",
        "examples decided": f"{sum(check.examples for check in tests):,}",
        "drawn": f"{sum(check.drawn for check in tests):,}",
        "ties": f"{sum(check.ties for check in tests):,}",
        "undecided": f"{sum(check.undecided for check in tests):,}",
        "controls caught": f"{caught} of {len(controls)}",
    }
    return "; ".join(f"{name}: {number}" for name, number in numbers.items())
