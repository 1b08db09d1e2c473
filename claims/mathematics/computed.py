"""Numbers as a program computes them: exact operations, each followed by a rounding.

Of the rounding only that it is a function of the exact result is used, which holds in every
floating-point format and rounding mode (IEEE 754), signs of zeros apart: what is shown with it
needs no error analysis. How far off a sum can be at all, ``summation_bound`` tells.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from claims.numbers import SYMBOLS, Scalar

# Half the distance from 1 to the next double: the relative error of one rounding to nearest.
ROUNDOFF = Fraction(1, 2**53)


class Computed(Scalar):
    """A computed number, as the symbol ``exact`` of its value: products and sums are rounded."""

    __slots__ = ("exact",)

    def __init__(self, exact: Any) -> None:
        self.exact = exact

    @classmethod
    def _constant(cls, value: Fraction) -> Computed:
        return cls(SYMBOLS.enter(value))

    @classmethod
    def enter(cls, values: Any) -> Any:
        """Return an array of symbols, data without error, as computed numbers."""
        result = np.empty(np.shape(values), dtype=object)
        for index, value in np.ndenumerate(values):
            result[index] = cls(value)
        return result

    def _add(self, other: Computed) -> Computed:
        return type(self)(_rounded(self.exact + other.exact))

    def _multiply(self, other: Computed) -> Computed:
        return type(self)(_rounded(self.exact * other.exact))

    def _negate(self) -> Computed:
        return type(self)(-self.exact)  # without rounding

    def uninterpreted(self, name: str, order: int = 0) -> Computed:
        """Return the value of a function of which nothing is known, at what was computed."""
        return type(self)(self.exact.uninterpreted(name, order))


class FusedComputed(Computed):
    """The same where a product to the right of a plus is added unrounded: fused multiply-add."""

    __slots__ = ("product",)

    def __init__(self, exact: Any, product: bool = False) -> None:
        self.exact, self.product = exact, product

    def _add(self, other: Any) -> FusedComputed:
        left = _rounded(self.exact) if self.product else self.exact
        return FusedComputed(_rounded(left + other.exact))

    def _multiply(self, other: Any) -> FusedComputed:
        return FusedComputed(self.exact * other.exact, product=True)

    def _negate(self) -> FusedComputed:
        return FusedComputed(-self.exact, self.product)


def _rounded(exact: Any) -> Any:
    return exact.uninterpreted("fl")


def added_with_errors(terms: Sequence[Any], errors: Iterable[Any]) -> Any:
    """Return the terms added one after the other, each sum times 1 + its relative error."""
    total = terms[0]
    for term, error in zip(terms[1:], errors, strict=True):
        total = (total + term) * (1 + error)
    return total


def summation_bound(terms: Sequence[Fraction]) -> Fraction:
    """Bound the error of adding n exact terms one after the other in double precision.

    The computed sum is the sum of p_i times at most n - 1 factors 1 + e with |e| <= u, as
    ``added_with_errors`` has it, hence off by at most ((1 + u)^(n - 1) - 1) sum |p_i|, in any order
    (Higham, Accuracy and Stability of Numerical Algorithms, 2002, section 4.2). Overflow is
    excluded; an addition does not underflow.
    """
    magnitude = sum(map(abs, terms), Fraction(0))
    return ((1 + ROUNDOFF) ** (len(terms) - 1) - 1) * magnitude
