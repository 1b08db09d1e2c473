"""The tape of random bytes from which the strategies read their choices.

A draw costs a tenth of what an example costs at all, and what Hypothesis draws by itself it copies
over other draws of the same strategy class to make new examples, which often changes nothing that
the example uses. Hence an example reads all its choices from one block of bytes, byte by byte, and
an array from further blocks of the same length: one draw for an array, not one an entry, and a copy
of one block over another is always in range. What a seed fills can shrink to what the same bytes
spell out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
from hypothesis import strategies as st

T = TypeVar("T")

_BLOCK = 32
_BYTES = st.binary(min_size=_BLOCK, max_size=_BLOCK)


class Tape:
    """Reads choices, arrays and seeds from blocks that ``draw`` draws as they are needed."""

    def __init__(self, draw: st.DrawFn) -> None:
        self._draw = draw
        self._codes = b""
        self._position = _BLOCK

    def _code(self) -> int:
        if self._position == _BLOCK:
            self._codes, self._position = self._draw(_BYTES), 0
        self._position += 1
        return self._codes[self._position - 1]

    def between(self, low: int, high: int) -> int:
        """An integer from low to high, both included, that shrinks to low; high - low < 256."""
        return low + self._code() % (high - low + 1)

    def near_zero(self, low: int, high: int) -> int:
        """An integer from low to high that shrinks to the one nearest to zero."""
        width = high - low + 1
        nearest = min(max(low, 0), high)
        return low + (nearest - low + self._code() * (1 + width // 256)) % width

    def one_of(self, choices: Sequence[T]) -> T:
        """One of the choices, the first being the simplest."""
        return choices[self._code() % len(choices)]

    def small_integers(self, size: int, largest: int = 4) -> np.ndarray:
        """Integers from -largest to largest as float64, shape (size,), each shrunk alone to 0."""
        # Read backwards: the simplest bytes end in what is not zero, which shrinks to the front.
        text = b"".join(self._draw(_BYTES)[::-1] for _ in range(0, size, _BLOCK))
        codes = np.frombuffer(text, dtype=np.uint8)[:size].astype(np.int64) % (2 * largest + 1)
        # 0, 1, 2, 3, 4, .. stand for 0, 1, -1, 2, -2, ..
        return (np.where(codes % 2, codes + 1, -codes) // 2).astype(np.float64)

    def generator(self) -> np.random.Generator:
        """A NumPy generator of its own, from a drawn seed."""
        return np.random.default_rng(int.from_bytes(self._draw(_BYTES), "big"))
