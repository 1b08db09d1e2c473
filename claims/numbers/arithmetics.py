"""The arithmetics in which one definition is evaluated, and how data enter each."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from claims.numbers.balls import Ball
from claims.numbers.rationals import Rational
from claims.numbers.symbols import Symbol


def exact_fraction(value: Any) -> Fraction:
    """Return the exact value of a datum: int, Fraction, decimal or fraction string, finite float.

    A float stands for the dyadic number that it is. Raises ValueError for nan and infinities.
    """
    if isinstance(value, (float, np.floating)):
        if not np.isfinite(value):
            raise ValueError(f"{value} is no number that data can hold: remove or replace it")
        return Fraction(*value.as_integer_ratio())
    if isinstance(value, (np.integer, np.bool_)):
        return Fraction(int(value))
    return Fraction(value)


@dataclass(frozen=True)
class Arithmetic:
    """A kind of scalar, with ``enter`` as the only way in which data become such scalars."""

    name: str
    scalar: Callable[[Any], Any]
    dtype: type = object

    def enter(self, data: Any) -> Any:
        """Return ``data`` (a number or an array of numbers) as scalars, each with its exact value.

        Scalars that are already of this kind are kept. In floats the value is rounded to nearest.
        """
        array = np.asarray(data, dtype=object)
        result: Any = np.empty(array.shape, dtype=self.dtype)
        result.ravel()[:] = [self.scalar(value) for value in array.ravel()]
        return result if result.shape else result[()]


def _ball(value: Any) -> Ball:
    return value if isinstance(value, Ball) else Ball._constant(exact_fraction(value))


def _rational(value: Any) -> Rational:
    return value if isinstance(value, Rational) else Rational(exact_fraction(value))


def _symbol(value: Any) -> Symbol:
    if isinstance(value, Symbol):
        return value
    if isinstance(value, str) and value.isidentifier():
        if value.lower() in ("nan", "inf", "infinity"):
            raise ValueError(f"{value} is no number that data can hold, nor the name of a symbol")
        return Symbol.named(value)
    return Symbol._constant(exact_fraction(value))


FLOATS = Arithmetic("floats", lambda value: float(exact_fraction(value)), np.float64)
RATIONALS = Arithmetic("rationals", _rational)
BALLS = Arithmetic("balls", _ball)
SYMBOLS = Arithmetic("symbols", _symbol)


def symbols(name: str, *shape: int) -> Any:
    """Return an array of that shape of named generators, ``name_0_1`` at index (0, 1).

    Raises ValueError for a name that ends like an index: two arrays would share generators.
    """
    if re.search(r"_\d+$", name):
        raise ValueError(f"{name!r} ends like an index: choose a name that ends in a letter")
    result = np.empty(shape, dtype=object)
    for index in np.ndindex(shape):
        result[index] = Symbol.named("_".join([name, *map(str, index)]))
    return result if shape else result[()]
