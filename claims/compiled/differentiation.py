"""Reverse differentiation of programs: a derivative is a program over the same primitives.

One row an operation (Griewank and Walther, Evaluating Derivatives, 2008, chapter 3). At the kink
of a select the derivative is that of the branch taken, here the second one, as for the value: a
first derivative over a box that holds a kink still encloses every slope, a second one does not
enclose the jump, so that no mean value argument may use it there.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np

from claims.compiled.program import Line, Program, Recorder
from claims.compiled.recording import Recorded

Adjoint = Recorded
Row = Callable[[Recorded, Line, list[Recorded], Adjoint], list[Any]]


def _divide(value: Recorded, _: Line, arguments: list[Recorded], adjoint: Adjoint) -> list[Any]:
    # -(a/b) g / b rather than -a g / b^2: the square would overflow and underflow early.
    share = adjoint / arguments[1]
    return [share, -(value * share)]


def _arctan(value: Recorded, _: Line, arguments: list[Recorded], adjoint: Adjoint) -> list[Any]:
    return [adjoint * (1 / (1 + arguments[0].square()))]


def _logistic_slope(h: Recorded) -> Recorded:
    # s'(h) = s(h) s(-h) keeps its relative precision where s(h) rounds to 1.
    return h.logistic() * h.logistic_complement()


def _tanh(value: Recorded, _: Line, arguments: list[Recorded], adjoint: Adjoint) -> list[Any]:
    # 1 - tanh(h)^2 = 4 s(2h) s(-2h), without the cancellation of the left-hand side.
    return [adjoint * (4 * _logistic_slope(2 * arguments[0]))]


def _select(value: Recorded, _: Line, arguments: list[Recorded], adjoint: Adjoint) -> list[Any]:
    # A constant 0, not 0 * adjoint: the branch not taken has no part in the result, even at inf.
    nothing = adjoint._constant(Fraction(0))
    condition = arguments[0]
    return [None, condition.select(adjoint, nothing), condition.select(nothing, adjoint)]


def _uninterpreted(
    value: Recorded, line: Line, arguments: list[Recorded], adjoint: Adjoint
) -> list[Any]:
    name, order = line.detail
    return [adjoint * arguments[0].uninterpreted(name, order + 1)]


# The slope is multiplied by the adjoint as one factor: inf * 0 would arise otherwise.
ROWS: dict[str, Row] = {
    "add": lambda value, line, a, g: [g, g],
    "subtract": lambda value, line, a, g: [g, -g],
    "multiply": lambda value, line, a, g: [g * a[1], g * a[0]],
    "divide": _divide,
    "negate": lambda value, line, a, g: [-g],
    "square": lambda value, line, a, g: [g * (2 * a[0])],
    "logistic": lambda value, line, a, g: [g * _logistic_slope(a[0])],
    "logistic_complement": lambda value, line, a, g: [-(g * _logistic_slope(a[0]))],
    "softplus": lambda value, line, a, g: [g * a[0].logistic()],
    "tanh": _tanh,
    "arctan": _arctan,
    "square_root": lambda value, line, a, g: [g / (2 * value)],
    "select": _select,
    "uninterpreted": _uninterpreted,
}


def gradient(program: Program, name: str) -> Program:
    """Return the program of the derivatives of ``program`` with respect to the input ``name``.

    For an output of shape ``s`` and an input of shape ``t`` the result has shape ``s + t``: the
    gradient of a scalar, the Jacobian of an array. Raises KeyError for an unknown input.
    """
    shape = program.shapes[name]
    recorder = Recorder(program.lines)
    entries = {
        line.detail[1]: number
        for number, line in enumerate(program.lines)
        if line.operation == "input" and line.detail[0] == name
    }
    depends = _depending(program, set(entries.values()))
    output = np.empty(program.output.shape + shape, dtype=np.int64)
    for position, root in np.ndenumerate(program.output):
        adjoints = _sweep(program, recorder, int(root), depends)
        for index in np.ndindex(shape):
            adjoint = adjoints.get(entries.get(index, -1))
            number = recorder.constant(0) if adjoint is None else adjoint.number
            output[position + index] = number
    return recorder.program(program.shapes, output)


def hessian(program: Program, name: str) -> Program:
    """Return the program of the second derivatives: of a scalar, a matrix over ``name``."""
    return gradient(gradient(program, name), name)


def _depending(program: Program, sources: set[int]) -> list[bool]:
    depends = [False] * len(program.lines)
    for number, line in enumerate(program.lines):
        depends[number] = number in sources or any(depends[a] for a in line.arguments)
    return depends


def _sweep(
    program: Program, recorder: Recorder, root: int, depends: list[bool]
) -> dict[int, Recorded]:
    """Propagate adjoints from one output line to every line that it depends on.

    What is independent of the inputs never gets an adjoint, so that no structural zero is ever
    multiplied or added: dropping ``0 * x`` afterwards would lose a nan.
    """
    adjoints: dict[int, Recorded] = {}
    if depends[root]:
        adjoints[root] = Recorded(recorder, recorder.constant(1))
    for number in range(root, -1, -1):
        adjoint = adjoints.get(number)
        line = program.lines[number]
        if adjoint is None or not line.arguments:
            continue
        arguments = [Recorded(recorder, argument) for argument in line.arguments]
        shares = ROWS[line.operation](Recorded(recorder, number), line, arguments, adjoint)
        for argument, share in zip(line.arguments, shares, strict=True):
            if share is not None and depends[argument]:
                known = adjoints.get(argument)
                adjoints[argument] = share if known is None else known + share
    return adjoints
