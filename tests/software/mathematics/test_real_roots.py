"""Counting real roots: ends of the interval, multiplicities, degrees, against known roots."""

from __future__ import annotations

from fractions import Fraction

import pytest
from flint import fmpz_poly
from hypothesis import given
from hypothesis import strategies as st

from claims.mathematics import count_roots

X = fmpz_poly([0, 1])


@pytest.mark.parametrize(
    ("polynomial", "above", "below", "count"),
    [
        (X**2 - 2, None, None, 2),
        (X**2 - 2, 0, None, 1),
        (X**2 - 2, None, 0, 1),
        (X**2 + 1, None, None, 0),
        (X**3, None, None, 1),
        (X**3, 0, None, 0),
        (X**3, None, 0, 0),
        ((X - 1) ** 2 * (X + 2) ** 3, None, None, 2),
        ((X - 1) * (X - 2) * (X - 3), 1, 3, 1),
        ((X - 1) * (X - 2) * (X - 3), Fraction(1, 2), 3, 2),
        ((X - 1) * (X - 2) * (X - 3), 1, Fraction(7, 2), 2),
        (-(X**3) + X, None, None, 3),
        (2 * X - 1, 0, 1, 1),
        (2 * X - 1, Fraction(1, 2), None, 0),
        (fmpz_poly([5]), None, None, 0),
    ],
)
def test_known_roots(polynomial, above, below, count):
    ends = [None if end is None else Fraction(end) for end in (above, below)]
    assert count_roots(polynomial, *ends) == count


def test_the_zero_polynomial_is_refused():
    with pytest.raises(ValueError, match="every number"):
        count_roots(fmpz_poly([]))


@given(
    roots=st.lists(st.integers(-6, 6), min_size=1, max_size=5),
    pairs=st.integers(0, 2),
    ends=st.tuples(st.integers(-7, 7), st.integers(-7, 7)),
)
def test_products_of_linear_factors(roots, pairs, ends):
    polynomial = (X**2 + X + 1) ** pairs
    for root in roots:
        polynomial = polynomial * (X - root)
    low, high = min(ends), max(ends) + 1
    assert count_roots(polynomial) == len(set(roots))
    expected = len({root for root in roots if low < root < high})
    assert count_roots(polynomial, Fraction(low), Fraction(high)) == expected
