"""Intervals against exact arithmetic, against SciPy, and by their true coverage for small n."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from math import comb, inf

import numpy as np
import pytest
from scipy import stats

from claims.studies.observations import Points
from claims.studies.statistics import (
    bonferroni,
    clopper_pearson,
    difference_interval,
    median_interval,
    median_rank,
    share_interval,
)


def made(*rows):
    """Points from rows (lowest, highest, runs)."""
    lowest, highest, runs = zip(*rows, strict=True)
    return Points(np.array(lowest, float), np.array(highest, float), np.array(runs))


def bounds(interval):
    return interval.lower, interval.upper


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


@pytest.mark.parametrize(("count", "n"), [(0, 9), (4, 9), (9, 9), (33, 2000)])
def test_bounds_are_those_of_scipy(count, n):
    expected = stats.binomtest(count, n).proportion_ci(0.97, method="exact")
    assert clopper_pearson(count, n, 0.97) == pytest.approx(tuple(expected), rel=1e-9)


@pytest.mark.parametrize("share", [0.0, 0.01, 0.05, 0.3, 0.5, 0.97, 1.0])
def test_coverage_of_a_share_is_at_least_the_confidence(share):
    n, confidence = 30, 0.9
    covered = 0.0
    for count in range(n + 1):
        lower, upper = clopper_pearson(count, n, confidence)
        if lower <= share <= upper:
            covered += comb(n, count) * share**count * (1 - share) ** (n - count)
    assert covered >= confidence - 1e-12


@pytest.mark.parametrize(("count", "n"), [(-1, 5), (6, 5), (1, 0)])
def test_what_is_no_share_is_an_error(count, n):
    with pytest.raises(ValueError, match="is no share"):
        clopper_pearson(count, n, 0.95)


def test_of_nothing_nothing_is_known():
    assert clopper_pearson(0, 0, 0.95) == (0, 1)


def test_bonferroni():
    assert bonferroni(0.95, 1) == pytest.approx(0.95, abs=1e-15)
    assert bonferroni(0.95, 10) == pytest.approx(0.995, abs=1e-15)


def test_undecided_runs_widen_the_interval_of_a_share_both_ways():
    share = share_interval(made((1, 1, 20), (0, 1, 5), (0, 0, 75)), 0.95)
    assert bounds(share) == (clopper_pearson(20, 100, 0.95)[0], clopper_pearson(25, 100, 0.95)[1])
    assert (share.n, share.undecided, share.estimate) == (100, 5, 0.2)
    assert bounds(share_interval(made((0, 1, 100)), 0.95)) == (0, 1)


@pytest.mark.parametrize(
    "interval", [share_interval, difference_interval, median_interval], ids=lambda one: one.__name__
)
def test_no_run_is_an_error(interval):
    with pytest.raises(ValueError, match="no run"):
        interval(made((0, 0, 0)), 0.95)


def test_numbers_that_are_no_events_are_refused():
    with pytest.raises(ValueError, match="0 or 1"):
        share_interval(made((0.5, 0.5, 3)), 0.95)
    with pytest.raises(ValueError, match="0 or 1"):
        share_interval(made((-1, 0, 3)), 0.95)
    with pytest.raises(ValueError, match="-1, 0 or 1"):
        difference_interval(made((0, 2, 3)), 0.95)


def pairs(ones, others, zeros):
    return made((1, 1, ones), (-1, -1, others), (0, 0, zeros))


def trinomials(n):
    """All counts of 1, -1 and 0 among n runs."""
    return [(a, b, n - a - b) for a in range(n + 1) for b in range(n + 1 - a)]


def mass(counts, shares):
    a, b, _ = counts
    n = sum(counts)
    chance = comb(n, a) * comb(n - a, b)
    for count, share in zip(counts, shares, strict=True):
        chance *= share**count
    return chance


SHARES = [
    (first, second, 1 - first - second)
    for first, second in product((0.0, 0.02, 0.1, 0.3, 0.5, 0.9, 1.0), repeat=2)
    if first + second <= 1
]


@pytest.mark.parametrize("n", [1, 2, 7, 16])
@pytest.mark.parametrize("confidence", [0.8, 0.95])
def test_coverage_of_a_difference_is_at_least_the_confidence(n, confidence):
    found = {counts: difference_interval(pairs(*counts), confidence) for counts in trinomials(n)}
    for shares in SHARES:
        difference = shares[0] - shares[1]
        covered = sum(
            mass(counts, shares)
            for counts, interval in found.items()
            if interval.lower - 1e-12 <= difference <= interval.upper + 1e-12
        )
        assert covered >= confidence - 1e-9, shares


def test_the_interval_of_a_difference_is_a_rectangle_of_two_exact_ones():
    share = clopper_pearson(30, 100, 0.975)
    first = clopper_pearson(24, 30, 0.975)
    found = difference_interval(pairs(24, 6, 70), 0.95)
    assert bounds(found) == (share[0] * (2 * first[0] - 1), share[1] * (2 * first[1] - 1))
    assert found.estimate == pytest.approx(0.18)
    mirrored = difference_interval(pairs(6, 24, 70), 0.95)
    assert bounds(mirrored) == pytest.approx((-found.upper, -found.lower), abs=1e-14)


def test_no_discordant_run_bounds_the_difference_on_both_sides():
    found = difference_interval(pairs(0, 0, 500), 0.95)
    high = clopper_pearson(0, 500, 0.975)[1]
    assert (found.estimate, *bounds(found)) == (0, -high, high)


UNDECIDED = [(-1, 0), (0, 1), (-1, 1)]


@pytest.mark.parametrize("unknown", list(product(UNDECIDED, repeat=2)))
@pytest.mark.parametrize("counts", [(0, 0, 3), (3, 0, 1), (1, 2, 4), (0, 5, 0)])
def test_the_interval_of_a_difference_holds_whatever_the_undecided_were(counts, unknown):
    whole = difference_interval(
        made(
            *((v, v, c) for v, c in zip((1, -1, 0), counts, strict=True)),
            *((*u, 1) for u in unknown),
        ),
        0.9,
    )
    assert whole.undecided == 2
    for ends in product(*(range(low, high + 1) for low, high in unknown)):
        known = [count + ends.count(v) for v, count in zip((1, -1, 0), counts, strict=True)]
        each = difference_interval(pairs(*known), 0.9)
        assert whole.lower <= each.lower and each.upper <= whole.upper


def test_each_undecided_kind_widens_the_side_it_can():
    base = ((1, 1, 10), (-1, -1, 10), (0, 0, 80))
    plain = difference_interval(made(*base, (0, 0, 20)), 0.95)
    up = difference_interval(made(*base, (0, 1, 20)), 0.95)
    down = difference_interval(made(*base, (-1, 0, 20)), 0.95)
    assert up.upper > plain.upper and up.estimate == plain.estimate
    assert down.lower < plain.lower
    assert (down.lower, down.upper) == pytest.approx((-up.upper, -up.lower), abs=1e-14)


@pytest.mark.parametrize("confidence", [0.5, 0.9, 0.95, 0.999])
def test_the_rank_of_the_median_is_the_largest_with_the_confidence(confidence):
    for n in range(1, 40):
        rank = median_rank(n, confidence)
        fewer = [sum(comb(n, k) for k in range(r)) for r in (rank, rank + 1)]
        error = Fraction(1) - Fraction(confidence)
        assert Fraction(2 * fewer[0], 2**n) <= error < Fraction(2 * fewer[1], 2**n)


def test_a_rank_exactly_at_the_confidence_counts():
    # n = 5: the smallest and the largest leave out the median with 2/32, exactly 1 - 0.9375.
    assert median_rank(5, 0.9375) == 1


def test_the_interval_of_a_median_is_that_of_scipy():
    values = np.random.default_rng(7).normal(size=101)
    found = median_interval(made(*((v, v, 1) for v in values)), 0.95)
    expected = stats.quantile_test(values, p=0.5).confidence_interval(0.95)
    assert bounds(found) == pytest.approx(tuple(expected))
    assert found.estimate == np.median(values)


@pytest.mark.parametrize("atoms", [(0.5, 0.5), (0.2, 0.6, 0.2), (0.49, 0.51), (0.25,) * 4, (1.0,)])
@pytest.mark.parametrize("n", [4, 6])
def test_coverage_of_a_median_is_at_least_the_confidence_with_ties(atoms, n):
    """Every sample of n from a distribution of a few atoms is enumerated; inf is one of them."""
    values = [*range(len(atoms) - 1), inf]
    summed = np.cumsum(atoms)
    medians = [v for v, s, a in zip(values, summed, atoms, strict=True) if s >= 0.5 >= s - a]
    for confidence in (0.6, 0.85):
        for median in medians:
            covered = 0.0
            for sample in product(range(len(atoms)), repeat=n):
                found = median_interval(
                    made(*((values[i], values[i], 1) for i in sample)), confidence
                )
                if found.lower <= median <= found.upper:
                    covered += np.prod([atoms[i] for i in sample])
            assert covered >= confidence - 1e-9


def test_the_interval_of_a_median_counts_the_undecided_at_their_worst():
    # n = 11 at 90%: P(B < 3) = 0.0327, P(B < 4) = 0.113: the third smallest and largest.
    known = [(v, v, 1) for v in range(1, 10)]
    found = median_interval(made(*known, (-inf, inf, 2)), 0.9)
    assert bounds(found) == (1, 9)
    assert (found.n, found.undecided, found.estimate) == (11, 2, 5)
    late = median_interval(made(*known, (20, inf, 2)), 0.9)
    assert bounds(late) == (3, 9)
    assert late.estimate == 6
    assert bounds(median_interval(made(*known, (inf, inf, 2)), 0.9)) == (3, 9)
    assert bounds(median_interval(made((1, 1, 5), (inf, inf, 6)), 0.9)) == (1, inf)


def test_few_runs_say_nothing_of_a_median():
    found = median_interval(made((1, 1, 2), (2, 2, 2)), 0.95)
    assert bounds(found) == (-inf, inf) and found.estimate == 1


def test_repeated_values_count_as_often_as_they_occur():
    repeated = median_interval(made((1, 1, 3), (2, 2, 5), (3, 3, 3)), 0.9)
    single = median_interval(made(*((v, v, 1) for v in [1] * 3 + [2] * 5 + [3] * 3)), 0.9)
    assert repeated == single
    shuffled = median_interval(made((3, 3, 3), (1, 1, 3), (2, 2, 5)), 0.9)
    assert shuffled == single
