"""The figures of a study: each exhibit that its result has data for, drawn and described."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from claims.exhibits import Intervals, Outcomes, intervals, outcomes
from claims.report.drawing import draw


@dataclass(frozen=True)
class Drawn:
    """A figure: its file, bytes, caption, a text for who cannot see it, and its numbers."""

    path: str
    svg: bytes
    caption: str
    alternative: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def study_figures(name: str, result: Mapping[str, Any]) -> list[Drawn]:
    """Every figure of the study `name`, in the order in which its page shows them."""
    figures = []
    estimates = intervals(result)
    if estimates:
        figures.append(_of_intervals(name, estimates, result["sentence"]))
    ends = outcomes(result)
    if ends:
        figures.append(_of_outcomes(name, ends))
    return figures


def _of_intervals(name: str, exhibit: Intervals, conclusion: str) -> Drawn:
    limit = "" if exhibit.threshold is None else "; the broken line is the threshold of the rule"
    return Drawn(
        path=f"figures/{name}-estimates.svg",
        svg=draw(exhibit),
        caption=f"{conclusion} Each point is an estimate, each bar its interval{limit}.",
        alternative=f"Estimates with intervals of the {exhibit.quantity}, one row a cell; "
        "the numbers follow as a table.",
        columns=("cell", "", "runs", "estimate", "lower", "upper"),
        rows=tuple(
            (
                row.group,
                row.label,
                f"{row.n:,}",
                *(f"{value:.4f}" for value in (row.estimate, row.lower, row.upper)),
            )
            for row in exhibit.rows
        ),
    )


def _of_outcomes(name: str, exhibit: Outcomes) -> Drawn:
    return Drawn(
        path=f"figures/{name}-outcomes.svg",
        svg=draw(exhibit),
        caption=f"{_divided(exhibit)} Each bar divides the runs of a cell by how they ended.",
        alternative="Shares of the runs by how they ended, one bar a cell; "
        "the counts follow as a table.",
        columns=("cell", "", *exhibit.classes),
        rows=tuple(
            (row.group, row.label, *(f"{count:,}" for count in row.counts)) for row in exhibit.rows
        ),
    )


def _divided(exhibit: Outcomes) -> str:
    """How all runs together divide, the most frequent end first."""
    totals = {
        name: sum(row.counts[index] for row in exhibit.rows)
        for index, name in enumerate(exhibit.classes)
    }
    runs = sum(totals.values())
    ranked = sorted(totals.items(), key=lambda entry: -entry[1])
    shares = ", ".join(f"{count / runs:.1%} {name}" for name, count in ranked if count)
    return f"Of {runs:,} runs: {shares}."
