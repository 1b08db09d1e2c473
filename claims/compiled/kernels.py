"""Values, gradients and Hessians of many runs at once, by a kernel compiled from the definition."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from claims.compiled.emission import emit
from claims.compiled.lanes import LANES, Floats, over_blocks, pack, unpack
from claims.compiled.modules import generate
from claims.compiled.program import Program
from claims.compiled.sample_sum import SampleSum

_TEXT = """\
def kernel(memory, inputs, targets, scale):
    for block in range(memory.shape[0]):
        run = memory[block]
        for sample in range(targets.shape[0]):
{load}
            for lane in range({lanes}):
{term}
        for lane in range({lanes}):
{finish}
"""


@dataclass(frozen=True)
class Derivatives:
    """The kernel of a function's value and derivatives up to ``order`` (0, 1 or 2).

    Compiled on first use for the shape of the function, never for its data: samples, targets and
    scale are arguments.
    """

    function: SampleSum
    order: int

    @cached_property
    def _kernel(self) -> Any:
        function = self.function
        return derivatives_kernel(
            function.derivatives(1, self.order),
            function.rest_derivatives(self.order),
            function.size,
        )

    def __call__(
        self, theta: Floats, inputs: Floats, targets: Floats, scale: float, *, threads: int = 1
    ) -> tuple[Floats, ...]:
        """Return the values (runs,), then gradients (runs, p), then Hessians (runs, p, p).

        ``theta`` is (runs, p), ``inputs`` (N, features), ``targets`` (N,); as many results as the
        order asks for.
        """
        runs, size = theta.shape
        count = (1, 1 + size, 1 + size + size * (size + 1) // 2)[self.order]
        memory = pack(np.concatenate([theta.T, np.zeros((count, runs))]))
        data = as_data(inputs, targets)
        over_blocks(self._kernel, [memory], *data, float(scale), threads=threads)
        rows = unpack(memory, runs)[size:].T
        results: list[Floats] = [rows[:, 0].copy()]
        if self.order > 0:
            results.append(rows[:, 1 : 1 + size].copy())
        if self.order > 1:
            hessian = np.empty((runs, size, size))
            row, column = np.tril_indices(size)
            hessian[:, row, column] = hessian[:, column, row] = rows[:, 1 + size :]
            results.append(hessian)
        return tuple(results)


def derivatives_kernel(term: Program, rest: Program | None, size: int) -> Any:
    """Return the compiled kernel that sums ``term`` over samples, scales, and adds ``rest``.

    Its memory holds theta, then the outputs of the programs, which are zero at first.
    """
    total = [f"run[{(size + k) * LANES} + lane]" for k in range(term.output.size)]
    load, data = sample_names(term.shapes["inputs"], "sample")
    own, names = theta_names(size)
    statements, outputs = emit(term, names | data, "a")
    added = [f"{place} += {output}" for place, output in zip(total, outputs, strict=True)]
    finish = [f"{place} *= scale" for place in total]
    if rest is not None:
        more, outputs = emit(rest, names, "r")
        finish = [
            *own,
            *more,
            *(
                f"{place} = scale * {place} + {out}"
                for place, out in zip(total, outputs, strict=True)
            ),
        ]
    text = _TEXT.format(
        lanes=LANES,
        load=indented(load, 3),
        term=indented([*own, *statements, *added], 4),
        finish=indented(finish, 3),
    )
    return generate("void(float64[:, ::1], float64[:, ::1], float64[::1], float64)", text).kernel


Names = dict[tuple[str, tuple[int, ...]], str]


def theta_names(size: int) -> tuple[list[str], Names]:
    """Statements that load a lane's parameters, and the names that they get."""
    statements = [f"t{k} = run[{k * LANES} + lane]" for k in range(size)]
    return statements, {("theta", (k,)): f"t{k}" for k in range(size)}


def sample_names(shape: tuple[int, ...], first: str) -> tuple[list[str], Names]:
    """Statements that load ``shape`` = (n, d) inputs and n targets from row ``first`` on."""
    count, features = shape
    statements: list[str] = []
    names: Names = {}
    for n in range(count):
        for k in range(features):
            names["inputs", (n, k)] = f"x{n}_{k}"
            statements.append(f"x{n}_{k} = inputs[{first} + {n}, {k}]")
        names["targets", (n,)] = f"y{n}"
        statements.append(f"y{n} = targets[{first} + {n}]")
    return statements, names


def as_data(inputs: Floats, targets: Floats) -> tuple[Floats, Floats]:
    """Return copies of the data as a kernel wants them: contiguous, writeable, matching lengths."""
    inputs = np.array(inputs, dtype=np.float64, order="C")
    targets = np.array(targets, dtype=np.float64, order="C")
    if inputs.ndim != 2 or targets.shape != inputs.shape[:1]:
        raise ValueError(f"inputs {inputs.shape} and targets {targets.shape}: give (N, d) and (N,)")
    return inputs, targets


def indented(statements: Sequence[str], depth: int) -> str:
    return (
        "\n".join("    " * depth + statement for statement in statements) or "    " * depth + "pass"
    )
