"""Recording a definition: calling it on scalars that write down each operation."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from claims.compiled.program import Program, Recorder, Shape
from claims.numbers import Scalar


class Recorded(Scalar):
    """A scalar that stands for the value of one line; every operation on it appends a line."""

    __slots__ = ("number", "recorder")

    def __init__(self, recorder: Recorder, number: int) -> None:
        self.recorder = recorder
        self.number = number

    def _coerce(self, other: object) -> Any:
        if type(other) is Recorded and other.recorder is not self.recorder:
            raise TypeError("scalars of two recordings met: record one function at a time")
        return super()._coerce(other)

    def _constant(self, value: Fraction) -> Recorded:  # type: ignore[override]
        return Recorded(self.recorder, self.recorder.constant(value))

    def _append(self, operation: str, *others: Recorded) -> Recorded:
        arguments = (self.number, *(other.number for other in others))
        return Recorded(self.recorder, self.recorder.append(operation, *arguments))

    def _add(self, other: Recorded) -> Recorded:
        return self._append("add", other)

    def __sub__(self, other: object) -> Any:
        value = self._coerce(other)
        return value if value is NotImplemented else self._append("subtract", value)

    def __rsub__(self, other: object) -> Any:
        value = self._coerce(other)
        return value if value is NotImplemented else value._append("subtract", self)

    def _multiply(self, other: Recorded) -> Recorded:
        return self._append("multiply", other)

    def _divide(self, other: Recorded) -> Recorded:
        return self._append("divide", other)

    def _negate(self) -> Recorded:
        return self._append("negate")

    def square(self) -> Recorded:
        return self._append("square")

    def logistic(self) -> Recorded:
        return self._append("logistic")

    def logistic_complement(self) -> Recorded:
        return self._append("logistic_complement")

    def softplus(self) -> Recorded:
        return self._append("softplus")

    def tanh(self) -> Recorded:
        return self._append("tanh")

    def arctan(self) -> Recorded:
        return self._append("arctan")

    def square_root(self) -> Recorded:
        return self._append("square_root")

    def select(self, positive: Recorded, otherwise: Recorded) -> Recorded:
        return self._append("select", positive, otherwise)

    def uninterpreted(self, name: str, order: int = 0) -> Recorded:
        number = self.recorder.append("uninterpreted", self.number, detail=(name, order))
        return Recorded(self.recorder, number)

    def __repr__(self) -> str:
        return f"Recorded(line {self.number})"


def record(function: Callable[..., Any], **shapes: Shape) -> Program:
    """Return the program of ``function(**inputs)`` for inputs of the given shapes.

    The function is called once, on object arrays of recording scalars. It may use the primitives
    of claims.numbers and array operations made of + - *; it returns a scalar or an array.
    Raises TypeError where it leaves the primitives (a comparison, a float constant).
    """
    recorder = Recorder()
    inputs: dict[str, NDArray[Any]] = {}
    for name, shape in shapes.items():
        array = np.empty(shape, dtype=object)
        for index in np.ndindex(shape):
            array[index] = Recorded(recorder, recorder.append("input", detail=(name, index)))
        inputs[name] = array
    result = np.asarray(function(**inputs), dtype=object)
    output = np.empty(result.shape, dtype=np.int64)
    for index, value in np.ndenumerate(result):
        # An entry that does not depend on the inputs arrives as a plain constant.
        output[index] = value.number if isinstance(value, Recorded) else recorder.constant(value)
    return recorder.program(shapes, output)
