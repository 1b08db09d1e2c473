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


def study_figures(name: str, result: Mapping[str, Any]) -> dict[str, list[Drawn]]:
    """Every figure of the study `name` by question, in the order in which pages show them."""
    figures = {}
    for question in result["questions"]:
        stem = f"figures/{name}-{question['id']}"
        drawn = [_of_intervals(stem, intervals(question), question["sentence"])]
        ends = outcomes(question)
        if ends:
            drawn.append(_of_outcomes(stem, ends))
        figures[question["id"]] = drawn
    return figures


def _of_intervals(stem: str, exhibit: Intervals, conclusion: str) -> Drawn:
    limits = (
        "the broken line is the threshold of the rule"
        if len(exhibit.limits) == 1
        else "between the broken lines lies what the plan calls no difference"
    )
    return Drawn(
        path=f"{stem}.svg",
        svg=draw(exhibit),
        caption=f"{conclusion} Each point is an estimate, each bar its interval; {limits}.",
        alternative=f"Estimates with intervals: {exhibit.quantity}, one row a setting; "
        "the numbers follow as a table.",
        columns=("setting", "", "runs", "estimate", "lower", "upper"),
        rows=tuple(
            (
                row.group,
                row.label,
                f"{row.n:,}",
                *(f"{value:.4g}" for value in (row.estimate, row.lower, row.upper)),
            )
            for row in exhibit.rows
        ),
    )


def _of_outcomes(stem: str, exhibit: Outcomes) -> Drawn:
    return Drawn(
        path=f"{stem}-outcomes.svg",
        svg=draw(exhibit),
        caption=f"{_divided(exhibit)} Each bar divides the runs of a setting by how they ended.",
        alternative="Shares of the runs by how they ended, one bar a setting; "
        "the counts follow as a table.",
        columns=("setting", "", *exhibit.classes),
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
