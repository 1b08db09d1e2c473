"""Rigorous real scalars: midpoint-radius balls of Arb, through python-flint.

Every operation returns a ball that contains the exact result for every point of its operands
(F. Johansson, Arb: efficient arbitrary-precision midpoint-radius interval arithmetic, 2017).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction

from flint import arb, ctx

from claims.numbers.exact import to_fmpq
from claims.numbers.scalar import Scalar

# Below this radius a formula that uses its argument more than once loses next to nothing.
_NARROW = arb(2) ** -20

_LARGEST_EXPONENT = 100_000


@contextmanager
def precision(bits: int) -> Iterator[None]:
    """Set the working precision of balls, in bits, inside the block."""
    before = ctx.prec
    ctx.prec = bits
    try:
        yield
    finally:
        ctx.prec = before


def _logistic(h: arb) -> arb:
    if h > 0:
        return 1 / (1 + (-h).exp())
    grown = h.exp()
    return grown / (1 + grown)


def _softplus(h: arb) -> arb:
    if h > 0:
        return h + (-h).exp().log1p()
    return h.exp().log1p()


def _cube_root(h: arb) -> arb:
    if h > 0:
        return h.root(3)
    return -(-h).root(3) if h < 0 else h


def _increasing(function: Callable[[arb], arb], h: arb) -> arb:
    """Enclose an increasing function: by its ends where the ball is wide, directly otherwise."""
    if h.rad() < _NARROW:
        return function(h)
    return function(h.lower()).union(function(h.upper()))


class Ball(Scalar):
    """A real number known to lie in a ball; ``arb`` is the underlying python-flint ball."""

    __slots__ = ("arb",)

    def __init__(self, value: arb) -> None:
        self.arb = value

    @classmethod
    def _constant(cls, value: Fraction) -> Ball:
        if value.denominator == 1:
            return cls(arb(value.numerator))
        return cls(arb(to_fmpq(value)))

    def _add(self, other: Ball) -> Ball:
        return Ball(self.arb + other.arb)

    def _multiply(self, other: Ball) -> Ball:
        return Ball(self.arb * other.arb)

    def _divide(self, other: Ball) -> Ball:
        return Ball(self.arb / other.arb)

    def _negate(self) -> Ball:
        return Ball(-self.arb)

    def square(self) -> Ball:
        if self.arb.is_exact():
            return Ball(self.arb * self.arb)
        # The plain product of a ball round 0 with itself would contain negative numbers.
        least, greatest = self.arb.abs_lower(), self.arb.abs_upper()
        return Ball((least * least).union(greatest * greatest))

    def logistic(self) -> Ball:
        return Ball(_increasing(_logistic, self.arb))

    def logistic_complement(self) -> Ball:
        return Ball(_increasing(_logistic, -self.arb))

    def softplus(self) -> Ball:
        return Ball(_increasing(_softplus, self.arb))

    def tanh(self) -> Ball:
        return Ball(_increasing(arb.tanh, self.arb))

    def arctan(self) -> Ball:
        return Ball(_increasing(arb.atan, self.arb))

    def square_root(self) -> Ball:
        if self.arb >= 0 or self.arb < 0 or self.arb.is_nan():
            return Ball(self.arb.sqrt())
        return Ball(arb(0).union(self.arb.upper().sqrt()))

    def logit(self) -> Ball:
        return Ball(self.arb.log() - (-self.arb).log1p())

    def arctanh(self) -> Ball:
        return Ball(self.arb.atanh())

    def tangent(self) -> Ball:
        return Ball(self.arb.tan())

    def softplus_inverse(self) -> Ball:
        return Ball(self.arb + (-(-self.arb).expm1()).log())

    def log(self) -> Ball:
        return Ball(self.arb.log())

    def cube_root(self) -> Ball:
        if self.sign() in (1, -1):
            return Ball(_cube_root(self.arb))
        return Ball(_cube_root(self.arb.lower()).union(_cube_root(self.arb.upper())))

    def select(self, positive: Ball, otherwise: Ball) -> Ball:
        if self.arb > 0:
            return positive
        if self.arb <= 0:
            return otherwise
        if self.arb.is_nan():
            return self
        return Ball(positive.arb.union(otherwise.arb))

    def sign(self) -> int | None:
        """Return -1, 0 or 1 where every point of the ball has that sign, else None."""
        if self.arb > 0:
            return 1
        if self.arb < 0:
            return -1
        return 0 if self.arb.is_zero() else None

    def contains(self, value: Fraction) -> bool:
        """Tell exactly, whatever the working precision, whether a rational lies in the ball."""
        if not self.arb.mid().is_finite():
            return False
        if not self.arb.rad().is_finite():
            return True
        exponents = (self.arb.mid().man_exp()[1], self.arb.rad().man_exp()[1])
        if max(map(abs, exponents)) > _LARGEST_EXPONENT:  # no fraction of that size fits in memory
            with precision(4096):
                distance = arb(value.numerator) / value.denominator - self.arb.mid()
                return bool(abs(distance) <= self.arb.rad())
        difference = to_fmpq(value) - self.arb.mid().fmpq()
        return bool(abs(difference) <= self.arb.rad().fmpq())

    def __repr__(self) -> str:
        return f"Ball({self.arb})"
