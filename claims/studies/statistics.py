"""Exact intervals from counted observations; each holds whatever the undecided runs were.

The coverage of each is at least the confidence asked for, for every distribution of independent
runs: no interval here is approximate. SciPy is imported where an interval is computed, so that a
shard, which needs none, does not wait for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from claims.studies.observations import Points


@dataclass(frozen=True)
class Interval:
    """An estimate from ``n`` runs with its interval; of ``undecided`` the number is not known."""

    n: int
    undecided: int
    estimate: float
    lower: float
    upper: float


@lru_cache(maxsize=100_000)
def clopper_pearson(count: int, n: int, confidence: float) -> tuple[float, float]:
    """Return the exact two-sided interval for a binomial share (Clopper and Pearson 1934).

    Its coverage is at least ``confidence`` for every true share, each tail at most half of the
    rest. Of nothing (n = 0) nothing is known: (0, 1). Raises ValueError unless 0 <= count <= n.
    """
    if not 0 <= count <= n:
        raise ValueError(f"{count} of {n} is no share: give 0 <= count <= n")
    from scipy.special import betaincinv

    tail = (1 - confidence) / 2
    lower = 0.0 if count == 0 else float(betaincinv(count, n - count + 1, tail))
    upper = 1.0 if count == n else float(betaincinv(count + 1, n - count, 1 - tail))
    return lower, upper


def bonferroni(confidence: float, intervals: int) -> float:
    """Return the confidence of each of so many intervals that together hold with ``confidence``."""
    return 1 - (1 - confidence) / intervals


def share_interval(points: Points, confidence: float) -> Interval:
    """Return the share of runs whose number is 1; the estimate counts undecided runs as 0.

    Raises ValueError where a number is neither 0 nor 1, or where there is no run.
    """
    _require(points, (0.0, 1.0), "a share counts events, which are 0 or 1")
    certain = int(points.runs[points.lowest == 1].sum())
    possible = int(points.runs[points.highest == 1].sum())
    lower, _ = clopper_pearson(certain, points.n, confidence)
    _, upper = clopper_pearson(possible, points.n, confidence)
    return Interval(points.n, points.undecided, certain / points.n, lower, upper)


def difference_interval(points: Points, confidence: float) -> Interval:
    """Return the difference of the shares of an event between two paired arms.

    Each number is 1 (the event in the first arm only), -1 (in the second only) or 0. The difference
    is s (2 t - 1), where s is the share of discordant runs and t the share of 1 among them. Given
    how many are discordant, those that are 1 are binomial with the chance t, so that an exact
    interval for s and an exact one for t, each with half of the error, hold together with the
    confidence by the union bound, and the difference lies between the extremes of s (2 t - 1) over
    their rectangle. Undecided runs widen each side of the rectangle as far as any outcome of theirs
    could: the bounds of Clopper and Pearson grow with the count and shrink with the rest. The
    estimate counts undecided runs as 0.
    """
    _require(points, (-1.0, 0.0, 1.0), "a difference of events is -1, 0 or 1")

    def count(chosen: NDArray[np.bool_]) -> int:
        return int(points.runs[chosen].sum())

    first, first_possible = count(points.lowest == 1), count(points.highest == 1)
    second, second_possible = count(points.highest == -1), count(points.lowest == -1)
    discordant = count((points.lowest == 1) | (points.highest == -1))
    discordant_possible = count((points.lowest == -1) | (points.highest == 1))
    half = bonferroni(confidence, 2)
    s_low, _ = clopper_pearson(discordant, points.n, half)
    _, s_high = clopper_pearson(discordant_possible, points.n, half)
    t_low, _ = clopper_pearson(first, first + second_possible, half)
    _, t_high = clopper_pearson(first_possible, first_possible + second, half)
    corners = [s * (2 * t - 1) for s in (s_low, s_high) for t in (t_low, t_high)]
    estimate = (first - second) / points.n
    return Interval(points.n, points.undecided, estimate, min(corners), max(corners))


def median_rank(n: int, confidence: float) -> int:
    """Return the largest r such that [r-th smallest, r-th largest] of n runs covers the median.

    The r-th smallest exceeds the median only if fewer than r runs lie at or below it, each of which
    does so with a chance of at least 1/2: P(B < r) for B binomial of n and 1/2 bounds the chance,
    for every distribution, with atoms too. 0: no such pair has the confidence.
    """
    from scipy.special import bdtr

    return int(np.count_nonzero(2 * bdtr(np.arange(n + 1), n, 0.5) <= 1 - confidence))


def median_interval(points: Points, confidence: float) -> Interval:
    """Return the median with an interval of two order statistics (Thompson 1936).

    An unknown number counts at its lowest for the lower end and at its highest for the upper one;
    for the estimate, the lower one of the middle values, half of it at each. Infinite ends are
    possible. Raises ValueError where there is no run.
    """
    _require(points, None, "")
    n = points.n
    rank = median_rank(n, confidence)
    return Interval(
        n,
        points.undecided,
        _order_statistic(
            np.concatenate([points.lowest, points.highest]), np.tile(points.runs, 2), n
        ),
        _order_statistic(points.lowest, points.runs, rank) if rank else -np.inf,
        _order_statistic(points.highest, points.runs, n + 1 - rank) if rank else np.inf,
    )


def _order_statistic(values: NDArray[np.float64], runs: NDArray[np.int64], rank: int) -> float:
    """Return the rank-th smallest of values that stand for ``runs`` each; ranks begin with 1."""
    order = np.argsort(values, kind="stable")
    return float(values[order][np.searchsorted(np.cumsum(runs[order]), rank)])


def _require(points: Points, values: tuple[float, ...] | None, what: str) -> None:
    if points.n < 1:
        raise ValueError("there is no run to estimate from")
    if values is not None and not np.isin([points.lowest, points.highest], values).all():
        raise ValueError(what)
