"""What kernels are compiled from: a function that is a sum over samples."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from claims.compiled.differentiation import gradient
from claims.compiled.evaluation import evaluate
from claims.compiled.program import Program, Shape
from claims.compiled.recording import record


@dataclass(frozen=True)
class Masks:
    """Random zeros and ones, ``units`` for each sample of each update, 0 with probability ``rate``.

    The kernels compare 32 random bits: the probability is the multiple of 2^-32 next to the rate.
    """

    units: int
    rate: Fraction

    @property
    def threshold(self) -> int:
        return round(self.rate * 2**32)


@dataclass(frozen=True)
class HiddenLayer:
    """That a term is loss(v . a(W x + b) + c, y), theta = (W row by row, b, v, c).

    It says the same as the term, for a kernel that loops over ``units``; b and c may be absent.
    """

    units: int
    activation: Callable[[Any], Any]
    loss: Callable[[Any, Any], Any]
    hidden_bias: bool
    output_bias: bool


@dataclass(frozen=True)
class HandWritten:
    """Text that takes the place of a recorded gradient in the kernel of an iteration.

    ``setup`` makes room; the statements ``sums(form)`` put the gradient into the rows of sums, for
    all lanes, and leave arrays norms and extents (64,) to the kernel; ``functions`` stands before.
    """

    setup: tuple[str, ...]
    sums: Callable[[Any], list[str]]
    functions: str


@dataclass(frozen=True)
class SampleSum:
    """f(theta) = scale * sum_i term(theta, x_i, y_i) + rest(theta), for theta (size,).

    ``term(theta, inputs (n, features), targets (n,))`` returns the sum over the n samples given, so
    that one definition serves any number of samples; ``scale`` is an argument of the kernels. With
    ``masks`` a term takes a further array, mask (n, units), drawn anew for every update. Where a
    gradient is written by hand, it serves the kernels that compute no value.
    """

    term: Callable[..., Any]
    size: int
    features: int
    rest: Callable[[Any], Any] | None = None
    masks: Masks | None = None
    hidden: HiddenLayer | None = None
    by_hand: HandWritten | None = None

    def value(self, samples: int) -> Program:
        """Return the program of the sum of ``samples`` terms."""
        shapes: dict[str, Shape] = {
            "theta": (self.size,),
            "inputs": (samples, self.features),
            "targets": (samples,),
        }
        if self.masks is not None:
            shapes["mask"] = (samples, self.masks.units)
        return record(self.term, **shapes)

    def gradient(self, samples: int) -> Program:
        """Return the program of the gradient (size,) of the sum of ``samples`` terms."""
        return gradient(self.value(samples), "theta")

    def derivatives(self, samples: int, order: int) -> Program:
        """Return one program of value, gradient and Hessian, up to ``order`` (0, 1 or 2).

        Its output is flat: the value, then size entries, then the lower triangle row by row.
        """
        return _joined(self.value(samples), order)

    def rest_gradient(self) -> Program | None:
        return None if self.rest is None else gradient(self._rest_value(), "theta")

    def rest_derivatives(self, order: int) -> Program | None:
        return None if self.rest is None else _joined(self._rest_value(), order)

    def _rest_value(self) -> Program:
        assert self.rest is not None
        return record(self.rest, theta=(self.size,))


def _joined(value: Program, order: int) -> Program:
    programs = [value]
    for _ in range(order):
        programs.append(gradient(programs[-1], "theta"))

    def outputs(**inputs: Any) -> Any:
        # Evaluated on recording scalars: lines that the derivatives have in common are shared.
        parts = [np.asarray(evaluate(program, **inputs), dtype=object) for program in programs]
        if order == 2:
            parts[2] = parts[2][np.tril_indices(len(parts[2]))]
        return np.concatenate([part.reshape(-1) for part in parts])

    return record(outputs, **value.shapes)
