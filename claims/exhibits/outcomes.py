"""How many runs of each setting ended in which class."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from claims.exhibits.intervals import group_and_label


@dataclass(frozen=True)
class Outcome:
    """The counts of one setting, aligned with the classes of the exhibit; one is positive."""

    group: str
    label: str
    counts: tuple[int, ...]

    @property
    def shares(self) -> tuple[float, ...]:
        """The counts divided by their sum."""
        return tuple(count / sum(self.counts) for count in self.counts)


@dataclass(frozen=True)
class Outcomes:
    """Counts by setting and class; classes in the order in which the result first names them."""

    classes: tuple[str, ...]
    rows: tuple[Outcome, ...]


def outcomes(question: Mapping[str, Any]) -> Outcomes | None:
    """What a question says in `classes` of its settings; None if no setting has any."""
    entries = [entry for entry in question["settings"] if any(entry["classes"].values())]
    named = dict.fromkeys(name for entry in entries for name in entry["classes"])
    # What is not known comes last.
    classes = tuple(sorted(named, key=lambda name: name == "undecided"))
    rows = tuple(
        Outcome(
            *group_and_label(entry["name"]),
            tuple(entry["classes"].get(name, 0) for name in classes),
        )
        for entry in entries
    )
    return Outcomes(classes, rows) if rows else None
