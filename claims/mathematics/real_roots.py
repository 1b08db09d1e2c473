"""Counting the real roots of an integer polynomial exactly, by Sturm's theorem."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

from flint import fmpq_poly, fmpz_poly

from claims.numbers.exact import to_fmpq


def count_roots(
    polynomial: fmpz_poly, above: Fraction | None = None, below: Fraction | None = None
) -> int:
    """Return the number of different real roots r with above < r < below; None is infinite.

    Raises ValueError for the zero polynomial.
    """
    if polynomial.is_zero():
        raise ValueError("the zero polynomial has every number as a root")
    chain = _sturm_chain(polynomial)
    found = _changes(chain, above, -1) - _changes(chain, below, 1)
    # Sturm counts above < r <= below.
    return found - (below is not None and chain[0](to_fmpq(below)) == 0)


def _sturm_chain(polynomial: fmpz_poly) -> list[fmpq_poly]:
    """Return p, p', and the negated remainders, divided by gcd(p, p')."""
    chain = [fmpq_poly(polynomial)]
    following = chain[0].derivative()
    while not following.is_zero():
        chain.append(following)
        following = -(chain[-2] % chain[-1])
    return [entry // chain[-1] for entry in chain]


def _changes(chain: list[fmpq_poly], place: Fraction | None, side: int) -> int:
    """Count the changes of sign along the chain at a place, or at infinity on that side."""
    if place is None:
        values = [entry[entry.degree()] * side ** entry.degree() for entry in chain]
    else:
        values = [entry(to_fmpq(place)) for entry in chain]
    signs = [value > 0 for value in values if value != 0]
    return sum(one != other for one, other in pairwise(signs))
