"""The two kinds of single draw of which the strategies are made.

Hypothesis makes new examples partly by copying one draw over another of the same strategy class.
Where the copied value is out of range it takes the simplest one instead, so that ranges of
different width crowd the examples at N = 1 and at zero. Hence all sizes and kinds are integers of
one range, and all entries of arrays and all seeds are bytes of one length: what a seed fills can
shrink to what the same bytes spell out. A draw costs a tenth of what an example costs at all, so
that an array is one draw, not one an entry.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
from hypothesis import strategies as st

T = TypeVar("T")

# 120 is divisible by most small numbers of choices, and small enough to be drawn uniformly.
_CODES = st.integers(0, 119)
_BLOCK = 32
_BYTES = st.binary(min_size=_BLOCK, max_size=_BLOCK)


def between(draw: st.DrawFn, low: int, high: int) -> int:
    """An integer from low to high, both included, that shrinks to low; high - low < 120."""
    return low + draw(_CODES) % (high - low + 1)


def near_zero(draw: st.DrawFn, low: int, high: int) -> int:
    """An integer from low to high that shrinks to the one nearest to zero."""
    nearest = min(max(low, 0), high)
    return low + (nearest - low + draw(_CODES) * (1 + (high - low) // 120)) % (high - low + 1)


def one_of(draw: st.DrawFn, choices: Sequence[T]) -> T:
    """One of the choices, the first being the simplest."""
    return choices[draw(_CODES) % len(choices)]


def small_integers(draw: st.DrawFn, size: int, largest: int = 4) -> np.ndarray:
    """Integers from -largest to largest as float64, shape (size,), each shrunk by itself to 0."""
    # Read backwards: the simplest bytes end in what is not zero, which then shrinks to the front.
    text = b"".join(draw(_BYTES)[::-1] for _ in range(0, size, _BLOCK))
    codes = np.frombuffer(text, dtype=np.uint8)[:size].astype(np.int64) % (2 * largest + 1)
    # 0, 1, 2, 3, 4, .. stand for 0, 1, -1, 2, -2, ..
    return (np.where(codes % 2, codes + 1, -codes) // 2).astype(np.float64)


def generator(draw: st.DrawFn) -> np.random.Generator:
    """A NumPy generator of its own, from a drawn seed."""
    return np.random.default_rng(int.from_bytes(draw(_BYTES), "big"))
