"""Single exact numbers, and arrays of them."""

from __future__ import annotations

from fractions import Fraction
from functools import cache

import numpy as np
from hypothesis import strategies as st

from claims.testing.strategies.draws import Tape


# Hypothesis reads the signature of what `builds` is to call: composites would have it read anew for
# every example.
@cache
def dyadics(largest: int = 8, halvings: int = 2) -> st.SearchStrategy[float]:
    """Floats n / 2**k with |n| <= `largest` and 0 <= k <= `halvings`; shrinks to small integers."""
    return st.builds(
        lambda halving, numerator: numerator / (1 << halving),
        st.integers(0, halvings),
        st.integers(-largest, largest),
    )


@cache
def rationals(largest: int = 8, denominator: int = 6) -> st.SearchStrategy[Fraction]:
    """Fractions n / m with |n| <= `largest` and 1 <= m <= `denominator`; most are not dyadic."""
    return st.builds(Fraction, st.integers(-largest, largest), st.integers(1, denominator))


@st.composite
def rational_inputs(
    draw: st.DrawFn,
    points: tuple[int, int] = (1, 4),
    dimensions: tuple[int, int] = (1, 3),
    largest: int = 8,
    denominator: int = 6,
) -> np.ndarray:
    """Inputs as an object array of Fractions, shape (N, d).

    All entries of an array have one common denominator before reduction, so that N * d small
    integers remain to be shrunk.
    """
    tape = Tape(draw)
    shape = (tape.between(*points), tape.between(*dimensions))
    divisor = tape.between(1, denominator)
    numerators = tape.small_integers(shape[0] * shape[1], largest)
    inputs = np.empty(len(numerators), dtype=object)
    inputs[:] = [Fraction(int(numerator), divisor) for numerator in numerators]
    return inputs.reshape(shape)


@st.composite
def integer_arrays(draw: st.DrawFn, shape: int | tuple[int, ...], largest: int = 4) -> np.ndarray:
    """Integers from -largest to largest as int64, of a given shape; largest <= 127.

    Each shrinks by itself to 0; a whole array costs one draw.
    """
    entries = Tape(draw).small_integers(int(np.prod(shape)), largest)
    return entries.astype(np.int64).reshape(shape)
