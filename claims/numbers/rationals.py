"""Exact rational scalars."""

from __future__ import annotations

from fractions import Fraction

from claims.numbers.scalar import Scalar


class Rational(Scalar):
    """A rational number, exact; the transcendental primitives are not defined on it."""

    __slots__ = ("fraction",)

    def __init__(self, fraction: Fraction | int) -> None:
        self.fraction = Fraction(fraction)

    @classmethod
    def _constant(cls, value: Fraction) -> Rational:
        return cls(value)

    def _add(self, other: Rational) -> Rational:
        return Rational(self.fraction + other.fraction)

    def _multiply(self, other: Rational) -> Rational:
        return Rational(self.fraction * other.fraction)

    def _divide(self, other: Rational) -> Rational:
        return Rational(self.fraction / other.fraction)

    def _negate(self) -> Rational:
        return Rational(-self.fraction)

    def select(self, positive: Rational, otherwise: Rational) -> Rational:
        return positive if self.fraction > 0 else otherwise

    def sign(self) -> int:
        """Return -1, 0 or 1."""
        return (self.fraction > 0) - (self.fraction < 0)

    def __repr__(self) -> str:
        return f"Rational({self.fraction})"
