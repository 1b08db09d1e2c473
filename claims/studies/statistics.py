"""Exact intervals for shares, and the power of a sample size."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Share:
    """A share with its interval: ``count`` of ``n``, ``undecided`` more that may or may not count.

    ``estimate`` leaves the undecided out of the count; the interval holds whatever they are.
    """

    n: int
    count: int
    undecided: int
    lower: float
    upper: float

    @property
    def estimate(self) -> float:
        return self.count / self.n


def clopper_pearson(count: int, n: int, confidence: float) -> tuple[float, float]:
    """Return the exact two-sided interval for a binomial share (Clopper and Pearson 1934).

    Its coverage is at least ``confidence`` for every true share. Raises ValueError unless
    0 <= count <= n and n >= 1.
    """
    if not 0 <= count <= n or n < 1:
        raise ValueError(f"{count} of {n} is no share: give 0 <= count <= n with n >= 1")
    from scipy.special import (
        betaincinv,  # a shard, which needs no interval, does not wait for SciPy
    )

    tail = (1 - confidence) / 2
    lower = 0.0 if count == 0 else float(betaincinv(count, n - count + 1, tail))
    upper = 1.0 if count == n else float(betaincinv(count + 1, n - count, 1 - tail))
    return lower, upper


def bonferroni(confidence: float, intervals: int) -> float:
    """Return the confidence of each of so many intervals that together hold with ``confidence``."""
    return 1 - (1 - confidence) / intervals


def worst_case_share(count: int, undecided: int, n: int, confidence: float) -> Share:
    """Return the share with an interval that holds however the undecided ended."""
    lower, _ = clopper_pearson(count, n, confidence)
    _, upper = clopper_pearson(count + undecided, n, confidence)
    return Share(n, count, undecided, lower, upper)


def power_above(share: float, n: int, threshold: float, confidence: float) -> float:
    """Return the probability that the lower bound exceeds ``threshold`` at that true share."""
    return sum(
        mass
        for count, mass in enumerate(_binomial(n, share))
        if clopper_pearson(count, n, confidence)[0] > threshold
    )


def power_below(share: float, n: int, threshold: float, confidence: float) -> float:
    """Return the probability that the upper bound stays below ``threshold``."""
    return power_above(1 - share, n, 1 - threshold, confidence)


def _binomial(n: int, share: float) -> list[float]:
    from scipy.special import gammaln, xlog1py, xlogy

    counts = np.arange(n + 1)
    choose = gammaln(n + 1) - gammaln(counts + 1) - gammaln(n - counts + 1)
    return list(np.exp(choose + xlogy(counts, share) + xlog1py(n - counts, -share)))
