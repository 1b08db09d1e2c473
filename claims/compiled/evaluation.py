"""Evaluating a program in any arithmetic, for one point or for many at once."""

from __future__ import annotations

from collections.abc import Callable
from operator import methodcaller
from typing import Any

import numpy as np

from claims import numbers
from claims.compiled.program import Program
from claims.numbers import Scalar, elementwise

OPERATIONS: dict[str, Callable[..., Any]] = {
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: a - b,
    "multiply": lambda a, b: a * b,
    "divide": lambda a, b: a / b,
    "negate": lambda a: -a,
    "square": numbers.square,
    "logistic": numbers.logistic,
    "logistic_complement": numbers.logistic_complement,
    "softplus": numbers.softplus,
    "tanh": numbers.tanh,
    "arctan": numbers.arctan,
    "square_root": numbers.square_root,
    "select": numbers.select,
}


def evaluate(program: Program, **inputs: Any) -> Any:
    """Return the program's output for the given inputs, in the arithmetic of their scalars.

    Each input is an array of its recorded shape; a float array may carry further trailing axes
    (many points at once), which the output then carries too. Raises ValueError on a wrong shape
    or a missing input.
    """
    arrays = _validated(program, inputs)
    sample = next((v for a in arrays.values() for v in a.flat if isinstance(v, Scalar)), None)
    values: list[Any] = []
    for line in program.lines:
        if line.operation == "constant":
            constant = float(line.detail) if sample is None else sample._constant(line.detail)
            values.append(constant)
        elif line.operation == "input":
            name, index = line.detail
            values.append(arrays[name][index])
        elif line.operation == "uninterpreted":
            name, order = line.detail
            function = elementwise(methodcaller("uninterpreted", name, order))
            values.append(function(values[line.arguments[0]]))
        else:
            operation = OPERATIONS[line.operation]
            values.append(operation(*(values[argument] for argument in line.arguments)))
    outputs = [values[int(number)] for number in program.output.flat]
    if sample is None:
        parts = np.broadcast_arrays(*outputs)
        return np.stack(parts).reshape(program.output.shape + parts[0].shape)[()]
    result = np.empty(len(outputs), dtype=object)
    result[:] = outputs
    return result.reshape(program.output.shape)[()]


def _validated(program: Program, inputs: dict[str, Any]) -> dict[str, np.ndarray]:
    if inputs.keys() != program.shapes.keys():
        raise ValueError(f"inputs {sorted(inputs)} given, {sorted(program.shapes)} recorded")
    arrays = {name: np.asarray(value) for name, value in inputs.items()}
    for name, array in arrays.items():
        shape = program.shapes[name]
        if array.shape[: len(shape)] != shape:
            raise ValueError(f"input {name} has shape {array.shape}, recorded was {shape}")
        if array.dtype not in (object, np.float64):
            raise ValueError(
                f"input {name} holds {array.dtype}: enter data through an arithmetic first"
            )
        if array.dtype == object and not all(isinstance(entry, Scalar) for entry in array.flat):
            raise ValueError(f"input {name} holds bare numbers: enter data through an arithmetic")
    return arrays
