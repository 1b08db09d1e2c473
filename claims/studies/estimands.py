"""What a question estimates: from the counted observations of its settings to estimates.

Each estimand says what its smallest effect means, as a region of no effect: a claim of more asks
for an interval above it, a claim of less for one below it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from claims.studies.observations import Points
from claims.studies.statistics import (
    Interval,
    bonferroni,
    difference_interval,
    median_interval,
    share_interval,
)


@dataclass(frozen=True)
class Estimate:
    """A setting or series as the reader knows it, with its interval."""

    name: str
    interval: Interval


@dataclass(frozen=True)
class Estimand:
    """A kind of number: how a setting estimates it, and what it is compared with.

    ``interval`` estimates one setting. ``contrast`` is None, or combines the intervals of the first
    and the last setting of a series; settings of one series share the first part of their names.
    ``region`` maps the smallest effect to the region of no effect, a point for a threshold.
    ``paired`` ones compare two arms. ``unit`` says how numbers are written: as percentages, as
    percentage points, or plainly.
    """

    interval: Callable[[Points, float], Interval]
    region: Callable[[float], tuple[float, float]]
    unit: str
    contrast: Callable[[Interval, Interval], Interval] | None = None
    paired: bool = False

    @property
    def threshold(self) -> bool:
        """Whether the region of no effect is one point."""
        return self.region is _threshold


def _threshold(effect: float) -> tuple[float, float]:
    return effect, effect


def _symmetric(effect: float) -> tuple[float, float]:
    return -effect, effect


def _factor(effect: float) -> tuple[float, float]:
    return 1 / effect, effect


def _joined(first: Interval, last: Interval, change: tuple[float, float, float]) -> Interval:
    return Interval(first.n + last.n, first.undecided + last.undecided, *change)


def _difference(first: Interval, last: Interval) -> Interval:
    """Both intervals hold together, so that their extremes bound the difference."""
    return _joined(
        first,
        last,
        (
            _without_nan(last.estimate - first.estimate, 0.0),
            _without_nan(last.lower - first.upper, -float("inf")),
            _without_nan(last.upper - first.lower, float("inf")),
        ),
    )


def _quotient(first: Interval, last: Interval) -> Interval:
    if first.lower < 0 or last.lower < 0:
        raise ValueError("the growth factor is that of a median that is not negative")
    return _joined(
        first,
        last,
        (
            _over(last.estimate, first.estimate, 1.0),
            _over(last.lower, first.upper, 0.0),
            _over(last.upper, first.lower, float("inf")),
        ),
    )


def _without_nan(value: float, otherwise: float) -> float:
    return value if value == value else otherwise


def _over(above: float, below: float, otherwise: float) -> float:
    if above == below and above in (0.0, float("inf")):
        return otherwise
    return above / below if below else float("inf")


ESTIMANDS: dict[str, Estimand] = {
    "share": Estimand(share_interval, _threshold, "percent"),
    "difference of shares": Estimand(difference_interval, _symmetric, "points", paired=True),
    "median": Estimand(median_interval, _threshold, "number"),
    "median difference": Estimand(median_interval, _symmetric, "number", paired=True),
    "median ratio": Estimand(median_interval, _factor, "number", paired=True),
    "growth of share": Estimand(share_interval, _symmetric, "points", _difference),
    "growth of difference of shares": Estimand(
        difference_interval, _symmetric, "points", _difference, paired=True
    ),
    "growth of median": Estimand(median_interval, _symmetric, "number", _difference),
    "growth factor of median": Estimand(median_interval, _factor, "number", _quotient),
}

# Those whose smallest effect is a factor.
RATIOS = tuple(name for name, kind in ESTIMANDS.items() if kind.region is _factor)


def series_of(name: str) -> str:
    """Return the series of a setting: the first part of its name, before the comma."""
    return name.partition(", ")[0]


def setting_intervals(
    estimand: Estimand, settings: Mapping[str, Points], confidence: float
) -> list[Estimate]:
    """Estimate every setting, in order; all intervals together hold with ``confidence``."""
    each = bonferroni(confidence, len(settings))
    return [Estimate(name, estimand.interval(points, each)) for name, points in settings.items()]


def judged_estimates(estimand: Estimand, settings: Sequence[Estimate]) -> list[Estimate]:
    """Return what the rule judges: the settings, or a contrast for each series of them."""
    if estimand.contrast is None:
        return list(settings)
    series: dict[str, list[Estimate]] = {}
    for setting in settings:
        series.setdefault(series_of(setting.name), []).append(setting)
    return [
        Estimate(
            f"{name}, {_label(members[0].name)} to {_label(members[-1].name)}",
            estimand.contrast(members[0].interval, members[-1].interval),
        )
        for name, members in series.items()
    ]


def _label(name: str) -> str:
    return name.partition(", ")[2]
