"""A straight-line program: what is left of a definition once it has been recorded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Line:
    """One operation: its name, the earlier lines that it reads, and its data.

    ``detail`` is the value of a constant, the (name, index) of an input entry, and the (name,
    order) of an uninterpreted function; None for all else.
    """

    operation: str
    arguments: tuple[int, ...] = ()
    detail: Any = None


@dataclass(frozen=True)
class Program:
    """Lines in an order of evaluation, the shapes of the named inputs, and the output's lines.

    ``output`` holds line numbers, in the output's shape (a 0-dimensional array for a scalar).
    """

    lines: tuple[Line, ...]
    shapes: Mapping[str, Shape]
    output: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.lines)


class Recorder:
    """Appends lines and shares equal ones, so that a line is never recorded twice."""

    def __init__(self, lines: Iterable[Line] = ()) -> None:
        self.lines: list[Line] = []
        self._known: dict[Line, int] = {}
        for line in lines:
            self.append(line.operation, *line.arguments, detail=line.detail)

    def append(self, operation: str, *arguments: int, detail: Any = None) -> int:
        """Return the number of the line, recorded now or before."""
        if operation in ("add", "multiply"):  # commutative in every arithmetic, floats included
            arguments = tuple(sorted(arguments))
        line = Line(operation, arguments, detail)
        number = self._known.get(line)
        if number is None:
            number = self._known[line] = len(self.lines)
            self.lines.append(line)
        return number

    def constant(self, value: Fraction | int) -> int:
        return self.append("constant", detail=Fraction(value))

    def program(self, shapes: Mapping[str, Shape], output: NDArray[np.int64]) -> Program:
        """Return the program that computes ``output``, without the lines that it does not need."""
        needed = [False] * len(self.lines)
        for root in output.flat:
            needed[root] = True
        for number in range(len(self.lines) - 1, -1, -1):
            if needed[number]:
                for argument in self.lines[number].arguments:
                    needed[argument] = True
        renumbered: dict[int, int] = {}
        kept: list[Line] = []
        for number, line in enumerate(self.lines):
            if needed[number]:
                renumbered[number] = len(kept)
                arguments = tuple(renumbered[argument] for argument in line.arguments)
                kept.append(Line(line.operation, arguments, line.detail))
        moved = np.empty(output.shape, dtype=np.int64)
        for index, old in np.ndenumerate(output):
            moved[index] = renumbered[int(old)]
        return Program(tuple(kept), dict(shapes), moved)
