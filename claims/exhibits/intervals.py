"""Estimates with their intervals, one row a setting, against the region that the rule asks for."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any


@dataclass(frozen=True)
class Interval:
    """One estimate from `n` runs; `lower` and `upper` bound it and may be infinite."""

    group: str
    label: str
    n: int
    estimate: float
    lower: float
    upper: float


@dataclass(frozen=True)
class Intervals:
    """All estimates of a question, in the order of its settings; `quantity` says of what.

    `limits` are the edges of the region of no effect, a single one for a threshold; `percent` says
    that the numbers are shares, or differences of them.
    """

    quantity: str
    rows: tuple[Interval, ...]
    limits: tuple[float, ...]
    percent: bool

    @property
    def axis(self) -> tuple[float, float]:
        """What is drawn: 0 to 1 for shares, else all that is finite, with a margin."""
        values = [
            value
            for row in self.rows
            for value in (row.estimate, row.lower, row.upper)
            if isfinite(value)
        ]
        low, high = min([*values, *self.limits]), max([*values, *self.limits])
        if self.percent and low >= 0:
            return 0.0, 1.0
        margin = 0.04 * (high - low) or 1.0
        return low - margin, high + margin

    def place(self, value: float) -> float:
        """Where a value lies on the axis, from 0 to 1; what lies beyond an end is drawn at it."""
        low, high = self.axis
        return (min(max(value, low), high) - low) / (high - low)


# What an estimand is called, before and after the event of the question.
_QUANTITIES = {
    "share": "share of runs that {event}",
    "difference of shares": "share of runs that {event}: {arms}",
    "median": "median of {event}",
    "median difference": "median difference of {event}: {arms}",
    "median ratio": "median ratio of {event}: {arms}",
    "growth of share": "change of the share of runs that {event}",
    "growth of difference of shares": "change of the share of runs that {event}: {arms}",
    "growth of median": "change of the median of {event}",
    "growth factor of median": "factor of the median of {event}",
}


def intervals(question: Mapping[str, Any]) -> Intervals:
    """What a question of a study's result (`questions` in `reports/data/NAME.json`) says in its
    estimates.
    """
    rows = tuple(
        Interval(
            *group_and_label(entry["name"]),
            entry["n"],
            *(float(entry[name]) for name in ("estimate", "lower", "upper")),
        )
        for entry in question["estimates"]
    )
    word = " to " if question["estimand"] == "median ratio" else " minus "
    quantity = _QUANTITIES[question["estimand"]].format(
        event=question["event"], arms=word.join(question["arms"])
    )
    return Intervals(
        quantity,
        rows,
        tuple(dict.fromkeys(question["region"])),
        "share" in question["estimand"],
    )


def group_and_label(name: str) -> tuple[str, str]:
    """The name of a setting, such as "xor, sigmoid, width 2", as its first part and the rest."""
    group, _, label = name.partition(", ")
    return group, label
