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
from claims.compiled.sample_sum import SampleSum
from claims.compiled.text import nested


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
        return derivatives_kernel(self.function, self.order, own_data=False)

    @cached_property
    def _own_kernel(self) -> Any:
        return derivatives_kernel(self.function, self.order, own_data=True)

    def __call__(
        self, theta: Floats, inputs: Floats, targets: Floats, scale: float, *, threads: int = 1
    ) -> tuple[Floats, ...]:
        """Return the values (runs,), then gradients (runs, p), then Hessians (runs, p, p).

        ``theta`` is (runs, p), ``inputs`` (N, features), ``targets`` (N,), or with a leading axis
        of runs where each has its own; as many results as the order asks for.
        """
        runs, size = theta.shape
        count = (1, 1 + size, 1 + size + size * (size + 1) // 2)[self.order]
        memory = pack(np.concatenate([theta.T, np.zeros((count, runs))]))
        if inputs.ndim == 3:
            own = [pack(rows) for rows in own_rows(inputs, targets, runs)]
            over_blocks(self._own_kernel, [memory, *own], float(scale), threads=threads)
        else:
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


def derivatives_kernel(function: SampleSum, order: int, *, own_data: bool) -> Any:
    """Return the compiled kernel that sums the derivatives over samples, scales, adds the rest.

    Its memory holds theta, then the results, which are zero at first.
    """
    term, rest = function.derivatives(1, order), function.rest_derivatives(order)
    total = [f"run[{(function.size + k) * LANES} + lane]" for k in range(term.output.size)]
    load, data = sample_names(function.features, ["sample"], own_data=own_data)
    own, names = theta_names(function.size)
    statements, outputs = emit(term, names | data, "a")
    added = [f"{place} += {output}" for place, output in zip(total, outputs, strict=True)]
    finish = [f"{place} *= scale" for place in total]
    if rest is not None:
        more, further = emit(rest, names, "r")
        pairs = zip(total, further, strict=True)
        finish = [*own, *more, *(f"{place} = scale * {place} + {out}" for place, out in pairs)]
    # What is the same for all lanes is loaded before the loop over them.
    shared, private = ([], load) if own_data else (load, [])
    each_lane = f"for lane in range({LANES}):"
    samples = f"targets.shape[1] // {LANES}" if own_data else "targets.shape[0]"
    block = [
        "run = memory[block]",
        *(["own_inputs = inputs[block]", "own_targets = targets[block]"] if own_data else []),
        *nested(
            f"for sample in range({samples}):",
            [*shared, *nested(each_lane, [*own, *private, *statements, *added])],
        ),
        *nested(each_lane, finish),
    ]
    lines = nested(
        "def kernel(memory, inputs, targets, scale):",
        nested("for block in range(memory.shape[0]):", block),
    )
    targets = "float64[:, ::1]" if own_data else "float64[::1]"
    signature = f"void(float64[:, ::1], float64[:, ::1], {targets}, float64)"
    return generate(signature, "\n".join(lines)).kernel


Names = dict[tuple[str, tuple[int, ...]], str]


def theta_names(size: int) -> tuple[list[str], Names]:
    """Statements that load a lane's parameters, and the names that they get."""
    statements = [f"t{k} = run[{k * LANES} + lane]" for k in range(size)]
    return statements, {("theta", (k,)): f"t{k}" for k in range(size)}


def sample_names(features: int, rows: Sequence[str], *, own_data: bool) -> tuple[list[str], Names]:
    """Statements that load the samples in these rows, which are expressions, and their names.

    With ``own_data`` the lanes have data of their own, in ``own_inputs`` and ``own_targets``.
    """
    statements: list[str] = []
    names: Names = {}
    for n, row in enumerate(rows):
        for k in range(features):
            own = f"own_inputs[({row} * {features} + {k}) * {LANES} + lane]"
            statements.append(f"x{n}_{k} = {own if own_data else f'inputs[{row}, {k}]'}")
            names["inputs", (n, k)] = f"x{n}_{k}"
        own = f"own_targets[{row} * {LANES} + lane]"
        statements.append(f"y{n} = {own if own_data else f'targets[{row}]'}")
        names["targets", (n,)] = f"y{n}"
    return statements, names


def as_data(inputs: Floats, targets: Floats) -> tuple[Floats, Floats]:
    """Return copies of the data as a kernel wants them: contiguous, writeable, matching lengths."""
    inputs = np.array(inputs, dtype=np.float64, order="C")
    targets = np.array(targets, dtype=np.float64, order="C")
    if inputs.ndim != 2 or targets.shape != inputs.shape[:1]:
        raise ValueError(f"inputs {inputs.shape} and targets {targets.shape}: give (N, d) and (N,)")
    return inputs, targets


def own_rows(inputs: Floats, targets: Floats, runs: int) -> list[Floats]:
    """Return the rows (N * features, runs) and (N, runs) of data that each run has for itself."""
    if inputs.ndim != 3 or targets.shape != inputs.shape[:2] or len(targets) != runs:
        raise ValueError(
            f"inputs {inputs.shape} and targets {targets.shape} for {runs} runs: give each its "
            "own, (runs, N, d) and (runs, N)"
        )
    rows = inputs.reshape(runs, -1).T, targets.T
    return [np.array(part, dtype=np.float64, order="C") for part in rows]
