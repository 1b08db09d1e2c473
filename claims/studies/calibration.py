"""How often the intervals and rules err where nothing is to be found, at the sizes in use."""

from __future__ import annotations

from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from claims.studies.estimands import ESTIMANDS, judged_estimates, setting_intervals
from claims.studies.observations import Observed, Points, events
from claims.studies.plan import Plan
from claims.studies.registry import Records, Study
from claims.studies.rules import Stand, stands_of
from claims.training import generator

CONFIDENCE = 0.95


class Cell(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A question of ``settings`` settings with ``n`` runs each, in which nothing is to be found.

    The truth of every setting lies exactly at the edge of the region of no effect, where a rule
    errs most easily. ``first`` and ``second`` are, for a share, the share and 0; for a difference,
    the shares of runs with the event in the first and in the second arm only; for a growth, the
    shares of the first and the last setting of a series. For a median they are not used: the
    number is lognormal with the median 1, ``ties`` rounded to one decimal. Of the runs that have
    the event, or lie above the median, a share of ``undecided`` is hidden.
    """

    estimand: Literal["share", "difference of shares", "median", "growth of share"]
    n: int
    settings: int
    first: float = 0.0
    second: float = 0.0
    undecided: float = 0.0
    ties: bool = False


RULE = {
    "share": "often",
    "difference of shares": "raises",
    "median": "exceeds",
    "growth of share": "grows",
}
RECORD = np.dtype([("run", "<i4"), ("missed", "?"), ("decided", "?")])


def name(cell: Cell) -> str:
    extras = f", {cell.undecided:.0%} hidden" if cell.undecided else ""
    extras += ", ties" if cell.ties else ""
    truth = "" if cell.estimand == "median" else f", {cell.first:g}"
    truth += f" and {cell.second:g}" if cell.second else ""
    return f"{cell.estimand}, {cell.settings} of {cell.n}{truth}{extras}"


def truth(cell: Cell) -> float:
    """Return what every interval should cover, which is also the edge of the region."""
    return {
        "share": cell.first,
        "difference of shares": cell.first - cell.second,
        "median": 1.0,
        "growth of share": cell.second - cell.first,
    }[cell.estimand]


def run(seed: str, cell: Cell, first: int, stop: int) -> Records:
    """Return whether an interval missed the truth, and whether a verdict was given, by run."""
    records = np.zeros(stop - first, dtype=RECORD)
    records["run"] = np.arange(first, stop)
    label = msgspec.json.encode(cell).decode()
    for row in records:
        random = generator(seed, label, int(row["run"]))
        row["missed"], row["decided"] = simulated(cell, random)
    return records


def simulated(cell: Cell, random: np.random.Generator) -> tuple[bool, bool]:
    """Draw the settings of one question; say whether an interval missed, and a side was found."""
    series = 2 if cell.estimand == "growth of share" else 1
    drawn = {
        f"{number}, {place}": draw(cell, place, random)
        for number in range(cell.settings // series)
        for place in range(series)
    }
    estimand = ESTIMANDS[cell.estimand]
    estimates = judged_estimates(estimand, setting_intervals(estimand, drawn, CONFIDENCE))
    edge = truth(cell)
    stands = stands_of(RULE[cell.estimand], cell.estimand, estimates, edge)
    missed = any(not one.interval.lower <= edge <= one.interval.upper for one in estimates)
    return missed, any(stand is not Stand.OPEN for stand in stands.values())


def draw(cell: Cell, place: int, random: np.random.Generator) -> Points:
    """Draw the runs of a setting; ``place`` tells the first of a series from the last."""
    if cell.estimand == "median":
        values = np.exp(random.normal(size=cell.n))
        if cell.ties:
            values = np.round(values, 1)
        unknown = (values > 1) & (random.random(cell.n) < cell.undecided)
        return Points(
            np.where(unknown, 1.0, values), np.where(unknown, np.inf, values), np.ones(cell.n, int)
        )
    if cell.estimand == "difference of shares":
        ones, others, zeros = random.multinomial(
            cell.n, [cell.first, cell.second, 1 - cell.first - cell.second]
        )
        hidden = random.binomial(ones, cell.undecided)
        return _points([(1, 1), (0, 1), (-1, -1), (0, 0)], [ones - hidden, hidden, others, zeros])
    count = random.binomial(cell.n, cell.second if place else cell.first)
    hidden = random.binomial(count, cell.undecided)
    return _points([(1, 1), (0, 1), (0, 0)], [count - hidden, hidden, cell.n - count])


def _points(ends: list[tuple[int, int]], runs: list[int]) -> Points:
    bounds: NDArray[np.float64] = np.array(ends, dtype=np.float64)
    return Points(bounds[:, 0], bounds[:, 1], np.array(runs))


def observe(cell: Cell, records: Records) -> dict[str, Observed]:
    return {
        "intervals": events(records["missed"]),
        "verdicts": events(records["decided"]),
    }


def pilot(plan: Plan) -> None:
    """Nothing is tuned: the sizes are those of the studies."""
    print("calibration has no pilot: nothing is tuned")


STUDY = Study(Cell, name, run, observe, pilot, lambda cell: 0, simulates=True)
