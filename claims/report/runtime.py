"""The page of what was measured on the machine, which no two runs have in common.

It stands in the folder of the measurements and shows those that are there: the report does not
depend on them.
"""

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from claims.report.templating import environment

PAGE = "runtime/index.html"


@dataclass(frozen=True)
class Table:
    """A table of measurements: all entries are text already."""

    title: str
    text: str
    columns: list[str]
    rows: list[list[str]]


def build_runtime(folder: Path, *, atlas: bool) -> bytes:
    """The page for the measurements in ``folder``, which is the report's folder of them."""
    page = environment().get_template("runtime.html")
    return page.render(
        top="../", here="runtime", atlas=atlas, tables=list(_tables(folder))
    ).encode()


def _tables(folder: Path) -> Iterator[Table]:
    engines = folder / "engines.json"
    if engines.exists():
        yield from _engines(json.loads(engines.read_text(encoding="utf-8")))
    for name, title, text in (
        (
            "enumeration",
            "Rates of the enumeration",
            "Boxes a second of the search and of other interval arithmetic, on one core.",
        ),
        (
            "update_times",
            "What an update costs",
            "Overhead: in gradients of an example. Price: of an example of the whole data set, "
            "where one of a mini-batch costs 1. Measured with four sigmoid units; the study of "
            "times has tanh units.",
        ),
        (
            "jobs",
            "Time of the jobs of the workflow",
            "Seconds by the clock (s) and of processor time, and the largest memory in MB.",
        ),
    ):
        path = folder / f"{name}.csv"
        if path.exists():
            with path.open(encoding="utf-8", newline="") as file:
                columns, *rows = csv.reader(file)
            yield Table(title, text, columns, rows)


def _engines(result: dict[str, Any]) -> Iterator[Table]:
    """The rates of the ensemble engine beside others, its goals, and how its cost grows."""
    speed = result["operations_a_second"] / 1e9
    yield Table(
        "Rates of the ensemble engine",
        f"One core, {speed:.1f} thousand million operations a second in a loop of fused products "
        "and sums. Million updates a second, and their part of the arithmetic limit, of which a "
        "division counts as one operation.",
        ["workload", "engine", "million updates/s", "of the limit", "note"],
        [
            [_short(row[name]) for name in ("workload", "engine", "rate", "of_limit", "note")]
            for row in result["rows"]
        ],
    )
    if "goals" in result:
        yield Table(
            "Goals",
            "The part of the arithmetic limit that was to be reached.",
            ["workload", "goal", ""],
            [
                [name, _short(entry["goal"]), "met" if entry["met"] else "missed"]
                for name, entry in result["goals"].items()
            ],
        )
    if "scaling" in result:
        columns = list(result["scaling"][0])
        yield Table(
            "How the cost grows",
            f"Over the numbers of runs the time of an update varies by a factor of "
            f"{result['largest_to_smallest_over_runs']:.2f}; 1 is linear.",
            [column.replace("_", " ") for column in columns],
            [[_short(entry[column]) for column in columns] for entry in result["scaling"]],
        )


def _short(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:.3g}" if isinstance(value, float) else str(value)
