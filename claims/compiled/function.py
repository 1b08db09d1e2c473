"""A definition with its derivatives, each recorded once and evaluated in any arithmetic."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

from claims.compiled.differentiation import gradient
from claims.compiled.evaluation import evaluate
from claims.compiled.program import Program, Shape
from claims.compiled.recording import record


class Function:
    """A scalar function of named arrays, with gradient and Hessian in the first of them.

    The call is that of the recorded function: ``f.gradient(theta, inputs, targets)``. The value,
    the gradient (p,) and the Hessian (p, p) are programs over the primitives of claims.numbers.
    They raise ValueError for another number of arrays, and as ``evaluate`` does.
    """

    def __init__(self, function: Callable[..., Any], **shapes: Shape) -> None:
        self._function = function
        self._shapes = shapes
        self._variable = next(iter(shapes))

    @cached_property
    def value_program(self) -> Program:
        return record(self._function, **self._shapes)

    @cached_property
    def gradient_program(self) -> Program:
        return gradient(self.value_program, self._variable)

    @cached_property
    def hessian_program(self) -> Program:
        return gradient(self.gradient_program, self._variable)

    def _evaluate(self, program: Program, arrays: tuple[Any, ...]) -> Any:
        if len(arrays) != len(self._shapes):
            raise ValueError(
                f"{len(arrays)} arrays given, {len(self._shapes)} needed: {', '.join(self._shapes)}"
            )
        return evaluate(program, **dict(zip(self._shapes, arrays, strict=True)))

    def value(self, *arrays: Any) -> Any:
        return self._evaluate(self.value_program, arrays)

    def gradient(self, *arrays: Any) -> Any:
        return self._evaluate(self.gradient_program, arrays)

    def hessian(self, *arrays: Any) -> Any:
        return self._evaluate(self.hessian_program, arrays)
