"""How many runs of each cell ended in which class."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from claims.exhibits.intervals import group_and_label


@dataclass(frozen=True)
class Outcome:
    """The counts of one cell, aligned with the classes of the exhibit; at least one is positive."""

    group: str
    label: str
    counts: tuple[int, ...]

    @property
    def shares(self) -> tuple[float, ...]:
        """The counts divided by their sum."""
        return tuple(count / sum(self.counts) for count in self.counts)


@dataclass(frozen=True)
class Outcomes:
    """Counts by cell and class; classes in the order in which the result first names them."""

    classes: tuple[str, ...]
    rows: tuple[Outcome, ...]


def outcomes(result: Mapping[str, Any]) -> Outcomes | None:
    """What a study's result says in `outcomes` of its estimates; None if no cell has any.

    Classes in which no run ended are left out.
    """
    entries = [
        entry for entry in result.get("estimates", ()) if any(entry.get("outcomes", {}).values())
    ]
    named = dict.fromkeys(name for entry in entries for name in entry["outcomes"])
    classes = tuple(name for name in named if any(entry["outcomes"].get(name) for entry in entries))
    rows = tuple(
        Outcome(
            *group_and_label(entry["name"]),
            tuple(entry["outcomes"].get(name, 0) for name in classes),
        )
        for entry in entries
    )
    return Outcomes(classes, rows) if rows else None
