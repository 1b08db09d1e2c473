"""Single exact numbers, and arrays of them."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from hypothesis import strategies as st


def dyadics(largest: int = 8, halvings: int = 2) -> st.SearchStrategy[float]:
    """Floats n / 2**k with |n| <= `largest` and 0 <= k <= `halvings`; shrinks to small integers."""
    return st.builds(
        lambda halving, numerator: numerator / (1 << halving),
        st.integers(0, halvings),
        st.integers(-largest, largest),
    )


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
    shape = (draw(st.integers(*points)), draw(st.integers(*dimensions)))
    divisor = draw(st.integers(1, denominator))
    size = shape[0] * shape[1]
    numerators = draw(st.lists(st.integers(-largest, largest), min_size=size, max_size=size))
    inputs = np.empty(size, dtype=object)
    inputs[:] = [Fraction(numerator, divisor) for numerator in numerators]
    return inputs.reshape(shape)
