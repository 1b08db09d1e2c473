"""Symbolic scalars: quotients of polynomials over Q in named generators, compared exactly.

A transcendental primitive of an argument becomes a generator of its own, named after the
argument in canonical form. The relations that hold for every argument are built in:

- s(-h) = 1 - s(h) for the logistic function s,
- softplus(-h) = softplus(h) - h,
- tanh h = 2 s(2h) - 1,
- arctan(-h) = -arctan h,

so that an identity between two expressions that follows from these and from the field
operations is recognised. It then holds wherever no denominator that was divided by vanishes: who
divides has to show that. No relation between different arguments is used; an expression that is
not recognised as zero may still be zero.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from flint import Ordering, fmpq_mpoly, fmpq_mpoly_ctx

from claims.numbers.exact import to_fmpq, to_fraction
from claims.numbers.primitives import elementwise
from claims.numbers.scalar import Scalar


def _context(names: tuple[str, ...]) -> fmpq_mpoly_ctx:
    return fmpq_mpoly_ctx.get(list(names), Ordering.lex)


def _joined(*polynomials: fmpq_mpoly) -> list[fmpq_mpoly]:
    """Carry polynomials into the smallest common ring."""
    names: set[str] = set()
    for polynomial in polynomials:
        names.update(polynomial.context().names())
    context = _context(tuple(sorted(names)))
    return [polynomial.project_to_context(context) for polynomial in polynomials]


_KNOWN = ("s", "softplus", "arctan")


def _check_unknown(name: str) -> None:
    plain = name.rstrip("'")
    if plain in _KNOWN or not plain.isidentifier():
        raise ValueError(
            f"{name!r} cannot name an unknown function: use letters, digits and underscores, "
            f"and none of {', '.join(_KNOWN)}"
        )


class Symbol(Scalar):
    """An element of the fraction field Q(generators), in lowest terms with a monic denominator."""

    __slots__ = ("denominator", "numerator")

    def __init__(self, numerator: fmpq_mpoly, denominator: fmpq_mpoly) -> None:
        if denominator.is_zero():
            raise ZeroDivisionError("division by a symbolic expression that is identically zero")
        common = numerator.gcd(denominator)
        if not common.is_one():
            numerator, denominator = numerator / common, denominator / common
        lead = denominator.leading_coefficient()
        self.numerator, self.denominator = numerator / lead, denominator / lead

    @classmethod
    def named(cls, name: str) -> Symbol:
        """Return the generator of that name, an identifier; raises ValueError for another text."""
        if not name.isidentifier():
            raise ValueError(
                f"{name!r} is no name of a symbol: use letters, digits and underscores"
            )
        return cls._generator_named(name)

    @classmethod
    def _generator_named(cls, name: str) -> Symbol:
        context = _context((name,))
        return cls(context.gens()[0], context.constant(1))

    @classmethod
    def applied(cls, name: str, *arguments: Symbol) -> Symbol:
        """Return the value of an unknown function of that name at the arguments.

        Raises ValueError for a name that is no identifier, primes apart, or of a known function.
        """
        _check_unknown(name)
        return cls._generator_named(f"{name}({', '.join(map(str, arguments))})")

    @classmethod
    def _constant(cls, value: Fraction) -> Symbol:
        context = _context(())
        constant = context.constant(to_fmpq(value))
        return cls(constant, context.constant(1))

    def _add(self, other: Symbol) -> Symbol:
        a, b, c, d = _joined(self.numerator, self.denominator, other.numerator, other.denominator)
        return Symbol(a * d + c * b, b * d)

    def _multiply(self, other: Symbol) -> Symbol:
        a, b, c, d = _joined(self.numerator, self.denominator, other.numerator, other.denominator)
        return Symbol(a * c, b * d)

    def _divide(self, other: Symbol) -> Symbol:
        a, b, c, d = _joined(self.numerator, self.denominator, other.numerator, other.denominator)
        return Symbol(a * d, b * c)

    def _negate(self) -> Symbol:
        return Symbol(-self.numerator, self.denominator)

    def is_zero(self) -> bool:
        """Tell whether the expression is identically zero given the built-in relations."""
        return bool(self.numerator.is_zero())

    def sign(self) -> int | None:
        """Return 0 for an expression that is identically zero, else None: nothing else is known."""
        return 0 if self.is_zero() else None

    def _leads_negative(self) -> bool:
        return not self.is_zero() and self.numerator.leading_coefficient() < 0

    def _generator(self, function: str) -> Symbol:
        return Symbol._generator_named(f"{function}({self})")

    def logistic(self) -> Symbol:
        if self.is_zero():
            return Symbol._constant(Fraction(1, 2))
        if self._leads_negative():
            return 1 - (-self)._generator("s")
        return self._generator("s")

    def logistic_complement(self) -> Symbol:
        return (-self).logistic()

    def softplus(self) -> Symbol:
        if self._leads_negative():
            return (-self)._generator("softplus") + self
        return self._generator("softplus")

    def tanh(self) -> Symbol:
        return 2 * (2 * self).logistic() - 1

    def arctan(self) -> Symbol:
        if self.is_zero():
            return self
        if self._leads_negative():
            return -((-self)._generator("arctan"))
        return self._generator("arctan")

    def uninterpreted(self, name: str, order: int = 0) -> Symbol:
        """Return the ``order``-th derivative of a function of which nothing is known, at self.

        Raises ValueError as ``applied`` does.
        """
        return Symbol.applied(name + "'" * order, self)

    def substitute(self, values: Mapping[str, Any]) -> Symbol:
        """Return the expression with generators replaced: ``{str(generator): int or Symbol}``.

        Generators that the mapping leaves out stay, and a function of an argument is a generator of
        its own. Raises ValueError where a name that is replaced stands inside the argument of one
        that stays, as the h of s(h), and ZeroDivisionError where the denominator becomes zero.
        """
        for polynomial in (self.numerator, self.denominator):
            _refuse_inner(polynomial, values)
        numerator = _substituted(self.numerator, values)
        return numerator / _substituted(self.denominator, values)

    def __str__(self) -> str:
        if self.denominator.is_one():
            return str(self.numerator)
        return f"({self.numerator})/({self.denominator})"

    def __repr__(self) -> str:
        return f"Symbol({self})"


def _refuse_inner(polynomial: fmpq_mpoly, values: Mapping[str, Any]) -> None:
    """Raise ValueError where an argument of a generator that stays holds a replaced name."""
    for stays in set(polynomial.context().names()) - {*polynomial.unused_gens(), *values}:
        for name in values:
            if re.search(rf"(?<![\w']){re.escape(name)}(?![\w'(])", stays):
                raise ValueError(
                    f"{name} is replaced, but not in the argument of {stays}: "
                    "replace that generator too"
                )


def _substituted(polynomial: fmpq_mpoly, values: Mapping[str, Any]) -> Symbol:
    names = polynomial.context().names()
    generators = [values.get(name, Symbol._generator_named(name)) for name in names]
    result = Symbol._constant(Fraction(0))
    for exponents, coefficient in polynomial.to_dict().items():
        term = Symbol._constant(to_fraction(coefficient))
        for generator, exponent in zip(generators, exponents, strict=True):
            for _ in range(exponent):
                term = term * generator
        result = result + term
    return result


def uninterpreted(name: str) -> Callable[[Any], Any]:
    """Return a function of one scalar of which nothing is known but that it is a function.

    What is proved with it holds for every activation. It acts on symbols and on recording
    scalars, elementwise on object arrays. Raises ValueError for a name that is no identifier,
    primes apart, or that of a known function.
    """
    _check_unknown(name)
    return elementwise(lambda h: h.uninterpreted(name))
