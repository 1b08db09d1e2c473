"""Fractions as flint's rationals and back, nothing rounded."""

from __future__ import annotations

from fractions import Fraction

from flint import fmpq


def to_fmpq(value: Fraction | int | float) -> fmpq:
    """Return the exact value, that of a finite float being the dyadic number that it is."""
    return fmpq(*value.as_integer_ratio())


def to_fraction(value: fmpq) -> Fraction:
    """Return the exact value of a flint rational."""
    return Fraction(int(value.p), int(value.q))
