"""What is observed of each run, and the table that counts it.

Every question observes one number a run: 1 or 0 for an event, 1, 0 or -1 for the difference of an
event between two arms, or any quantity. What is not known of it is said by an interval: a run that
may or may not have the event lies in [0, 1], one that used up its budget in [budget, inf].
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

# Significant figures of a number in the table. The question is asked of the rounded number:
# rounding is monotone, so that an interval of what is unknown stays one.
FIGURES = 3

UNDECIDED = "undecided"


@dataclass(frozen=True)
class Observed:
    """One number a run, known to lie in [``lowest``, ``highest``]; shapes (runs,).

    ``classes`` names what a reader sees of a run and is drawn; ``details`` are more columns of the
    table, by name, by which its rows are split.
    """

    lowest: NDArray[np.float64]
    highest: NDArray[np.float64]
    classes: NDArray[Any] | None = None
    details: Mapping[str, NDArray[Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class Points:
    """Counted observations: ``runs`` of them lie in [``lowest``, ``highest``]; shapes (rows,)."""

    lowest: NDArray[np.float64]
    highest: NDArray[np.float64]
    runs: NDArray[np.int64]

    @property
    def n(self) -> int:
        return int(self.runs.sum())

    @property
    def undecided(self) -> int:
        """The runs of which the number is not known."""
        return int(self.runs[self.lowest < self.highest].sum())


def events(
    happened: ArrayLike,
    undecided: ArrayLike = False,
    classes: NDArray[Any] | None = None,
    details: Mapping[str, NDArray[Any]] | None = None,
) -> Observed:
    """Observe an event: ``happened`` and ``undecided`` are truth values, shape (runs,).

    An undecided run may or may not have it, whatever ``happened`` says. Without ``classes`` the
    classes are "yes", "no" and "undecided".
    """
    unknown, yes = np.broadcast_arrays(np.asarray(undecided, bool), np.asarray(happened, bool))
    if classes is None:
        classes = np.select([unknown, yes], [UNDECIDED, "yes"], "no")
    return Observed(
        np.where(unknown, 0.0, yes * 1.0), np.where(unknown, 1.0, yes * 1.0), classes, details or {}
    )


def paired_events(first: Observed, second: Observed, arms: Sequence[str]) -> Observed:
    """Observe the difference of an event between two arms of the same run, as ``events`` gives it.

    The classes say in which arm it happened; ``arms`` names them, such as "with noise".
    """
    known = (first.lowest == first.highest) & (second.lowest == second.highest)
    a, b = first.lowest > 0, second.lowest > 0
    classes = np.select(
        [~known, a & b, a, b],
        [UNDECIDED, "both", f"only {arms[0]}", f"only {arms[1]}"],
        "neither",
    )
    return Observed(first.lowest - second.highest, first.highest - second.lowest, classes)


def quantities(
    lowest: ArrayLike, highest: ArrayLike | None = None, classes: NDArray[Any] | None = None
) -> Observed:
    """Observe a quantity, or where ``highest`` is given, an interval in which it lies.

    Infinite values are allowed: "never" is a number of updates, inf. Raises ValueError for NaN and
    for an interval the wrong way round.
    """
    low = np.asarray(lowest, dtype=np.float64)
    high = low if highest is None else np.asarray(highest, dtype=np.float64)
    low, high = np.broadcast_arrays(low, high)
    if not np.all(low <= high):
        raise ValueError("a quantity has lowest <= highest and no NaN; say -inf, inf for unknown")
    return Observed(low, high, classes)


def paired_difference(first: Observed, second: Observed) -> Observed:
    """Observe ``first`` minus ``second`` of the same run; inf minus inf may be anything."""
    with np.errstate(invalid="ignore"):
        low, high = first.lowest - second.highest, first.highest - second.lowest
    return quantities(np.where(np.isnan(low), -np.inf, low), np.where(np.isnan(high), np.inf, high))


def paired_ratio(first: Observed, second: Observed) -> Observed:
    """Observe ``first`` over ``second`` of the same run; 0/0 and inf/inf may be anything from 0 on.

    Raises ValueError for negative quantities.
    """
    if np.any(first.lowest < 0) or np.any(second.lowest < 0):
        raise ValueError("a ratio is taken of quantities that are not negative")
    with np.errstate(invalid="ignore", divide="ignore"):
        low, high = first.lowest / second.highest, first.highest / second.lowest
    return quantities(np.where(np.isnan(low), 0.0, low), np.where(np.isnan(high), np.inf, high))


def table_rows(observed: Observed) -> list[dict[str, Any]]:
    """Count equal observations: rows with class, details, lowest, highest and runs, in order."""
    columns: dict[str, list[str]] = {}
    if observed.classes is not None:
        columns["class"] = [str(name) for name in observed.classes]
    for name, values in observed.details.items():
        columns[name] = [str(value) for value in values]
    columns["lowest"] = _printed(observed.lowest)
    columns["highest"] = _printed(observed.highest)
    counted = Counter(zip(*columns.values(), strict=True))
    rows = [{**dict(zip(columns, key, strict=True)), "runs": n} for key, n in counted.items()]
    return sorted(
        rows, key=lambda row: (float(row["lowest"]), float(row["highest"]), *row.values())
    )


def points(rows: Iterable[Mapping[str, Any]]) -> Points:
    """Return what rows of the table count, whether just made or read from the CSV file."""
    rows = list(rows)
    return Points(
        np.array([float(row["lowest"]) for row in rows]),
        np.array([float(row["highest"]) for row in rows]),
        np.array([int(row["runs"]) for row in rows], dtype=np.int64),
    )


def class_counts(rows: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """Return the runs in each class, in the order of the rows; empty where there are no classes."""
    counts: Counter[str] = Counter()
    for row in rows:
        if row.get("class"):
            counts[row["class"]] += int(row["runs"])
    return dict(counts)


def _printed(values: NDArray[np.float64]) -> list[str]:
    # Adding 0 turns -0 into 0, which is the same number and would be another row.
    distinct, places = np.unique(values + 0.0, return_inverse=True)
    texts = [f"{float(f'{value:.{FIGURES}g}') + 0.0:g}" for value in distinct]
    return [texts[place] for place in places]
