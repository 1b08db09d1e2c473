"""Intervals and power against exact arithmetic and simulation."""

from __future__ import annotations

from fractions import Fraction
from math import comb

import pytest

from claims.studies.statistics import (
    bonferroni,
    clopper_pearson,
    power_above,
    power_below,
    worst_case_share,
)


def at_least(count, n, share):
    """P(X >= count) for X binomial, exactly."""
    return sum(comb(n, k) * share**k * (1 - share) ** (n - k) for k in range(count, n + 1))


@pytest.mark.parametrize(("count", "n"), [(0, 7), (1, 7), (3, 7), (7, 7), (0, 1), (1, 1), (5, 40)])
@pytest.mark.parametrize("confidence", [0.9, 0.95, 0.999])
def test_bounds_are_where_the_tails_have_the_right_mass(count, n, confidence):
    lower, upper = clopper_pearson(count, n, confidence)
    tail = (1 - confidence) / 2
    # The inverse beta function is good to 1e-12 relative; the tail's derivative is at most n /
    # share.
    if count == 0:
        assert lower == 0
    else:
        assert float(at_least(count, n, Fraction(lower))) == pytest.approx(tail, rel=1e-9)
    if count == n:
        assert upper == 1
    else:
        assert 1 - float(at_least(count + 1, n, Fraction(upper))) == pytest.approx(tail, rel=1e-9)


@pytest.mark.parametrize("share", [0.0, 0.01, 0.05, 0.3, 0.5, 0.97, 1.0])
def test_coverage_is_at_least_the_confidence(share):
    n, confidence = 30, 0.9
    covered = 0.0
    for count in range(n + 1):
        lower, upper = clopper_pearson(count, n, confidence)
        if lower <= share <= upper:
            covered += comb(n, count) * share**count * (1 - share) ** (n - count)
    assert covered >= confidence - 1e-12


@pytest.mark.parametrize(("count", "n"), [(-1, 5), (6, 5), (0, 0)])
def test_what_is_no_share_is_an_error(count, n):
    with pytest.raises(ValueError, match="is no share"):
        clopper_pearson(count, n, 0.95)


def test_bonferroni():
    assert bonferroni(0.95, 1) == pytest.approx(0.95, abs=1e-15)
    assert bonferroni(0.95, 10) == pytest.approx(0.995, abs=1e-15)


def test_undecided_runs_widen_the_interval_both_ways():
    share = worst_case_share(20, 5, 100, 0.95)
    assert (share.lower, share.upper) == (
        clopper_pearson(20, 100, 0.95)[0],
        clopper_pearson(25, 100, 0.95)[1],
    )
    assert share.estimate == 0.2
    everything = worst_case_share(0, 100, 100, 0.95)
    assert (everything.lower, everything.upper) == (0, 1)


def test_power_counts_the_samples_that_decide():
    # n = 5 at 90%: the lower bound exceeds 0.5 for 5 of 5 alone: 0.05^(1/5) = 0.549, 4 of 5: 0.343.
    assert power_above(0.9, 5, 0.5, 0.9) == pytest.approx(0.9**5, rel=1e-12)
    assert power_below(0.1, 5, 0.5, 0.9) == pytest.approx(0.9**5, rel=1e-12)
    assert power_above(1.0, 5, 0.5, 0.9) == pytest.approx(1.0, rel=1e-12)
