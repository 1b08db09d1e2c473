"""Writing a program as straight-line Python text that numba compiles."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from claims.compiled.program import Line, Program

INFIX = {"add": "+", "subtract": "-", "multiply": "*", "divide": "/"}
CALLS = ("logistic", "logistic_complement", "softplus", "tanh", "arctan")

Names = Mapping[tuple[str, tuple[int, ...]], str]


def emit(program: Program, names: Names, prefix: str) -> tuple[list[str], list[str]]:
    """Return the statements that compute ``program``, and the expressions of its outputs.

    ``names`` gives the expression that stands for each input entry, (name, index). Every line that
    computes becomes one assignment to a variable of that prefix. Raises ValueError for a program
    with an uninterpreted function, which has no value.
    """
    expressions: list[str] = []
    statements: list[str] = []
    for number, line in enumerate(program.lines):
        if line.operation == "constant":
            expressions.append(f"({float(line.detail)!r})")
        elif line.operation == "input":
            expressions.append(names[line.detail])
        else:
            variable = f"{prefix}{number}"
            arguments = [expressions[argument] for argument in line.arguments]
            statements.append(f"{variable} = {_expression(line, arguments)}")
            expressions.append(variable)
    return statements, [expressions[int(number)] for number in program.output.flat]


def _expression(line: Line, arguments: list[Any]) -> str:
    if line.operation in INFIX:
        return f"{arguments[0]} {INFIX[line.operation]} {arguments[1]}"
    if line.operation == "negate":
        return f"-{arguments[0]}"
    if line.operation == "square":
        return f"{arguments[0]} * {arguments[0]}"
    if line.operation == "square_root":
        return f"math.sqrt({arguments[0]})"
    if line.operation == "select":
        return f"{arguments[1]} if {arguments[0]} > 0.0 else {arguments[2]}"
    if line.operation in CALLS:
        return f"{line.operation}({arguments[0]})"
    raise ValueError(f"a program with the operation {line.operation} has no value to compile")
