"""The rows of numbers that a kernel keeps for each run, by name."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from claims.compiled.lanes import LANES, Floats


class Rows:
    """Consecutive rows with names, ``counts`` of them each; a row holds one number a run.

    In a kernel they lie in ``array``.
    """

    def __init__(self, array: str, /, **counts: int) -> None:
        self._array = array
        self._slices: dict[str, slice] = {}
        self.total = 0
        for name, count in counts.items():
            self._slices[name] = slice(self.total, self.total + count)
            self.total += count

    def place(self, name: str, number: int = 0) -> str:
        """The expression of a row's entry for a lane, in a kernel."""
        return f"{self._array}[{(self._slices[name].start + number) * LANES} + lane]"

    def entry(self, name: str, number: str) -> str:
        """The same for a row whose number is an expression."""
        return f"{self._array}[({self._slices[name].start} + {number}) * {LANES} + lane]"

    def filled(self, runs: int, values: Mapping[str, Floats]) -> Floats:
        """Return all rows (total, runs): the named ones with these values, the others 0."""
        rows = np.zeros((self.total, runs))
        for name, value in values.items():
            rows[self._slices[name]] = value
        return rows

    def of(self, name: str, rows: Floats) -> Floats:
        """Return the rows (count, runs) of that name among all."""
        return rows[self._slices[name]]
