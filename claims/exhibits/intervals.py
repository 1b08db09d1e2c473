"""Estimates with their intervals, one row a cell, against the threshold that the rule asks for."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Interval:
    """One estimated share; `lower` and `upper` bound it, `n` units were observed."""

    group: str
    label: str
    n: int
    estimate: float
    lower: float
    upper: float


@dataclass(frozen=True)
class Intervals:
    """All shares of a study in the order of its cells; `quantity` says of what they are shares."""

    quantity: str
    rows: tuple[Interval, ...]
    threshold: float | None


def intervals(result: Mapping[str, Any]) -> Intervals | None:
    """What a study's result (`reports/data/NAME.json`) says in `estimates`; None if it has none."""
    rows = tuple(
        Interval(
            *group_and_label(entry["name"]),
            entry["n"],
            entry["estimate"],
            entry["lower"],
            entry["upper"],
        )
        for entry in result.get("estimates", ())
    )
    if not rows:
        return None
    event = result.get("event")
    quantity = f"share of runs that {event}" if event else "share of runs"
    return Intervals(quantity, rows, result.get("smallest_effect"))


def group_and_label(name: str) -> tuple[str, str]:
    """The name of a cell, such as "xor, sigmoid, width 2", as its first part and the rest."""
    group, _, label = name.partition(", ")
    return group, label
