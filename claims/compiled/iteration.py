"""Iterations of many runs at once: a full-batch gradient, an update, and a stop for each run.

The kernel is put together from two recordings, that of the gradient and that of the update rule;
another method is another rule. The loop over 64 runs is innermost; a run that has stopped is kept
by a select, so that all lanes always execute the same instructions.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from claims.compiled.emission import emit
from claims.compiled.kernels import as_data, indented, sample_names, theta_names
from claims.compiled.lanes import LANES, Floats, over_blocks, pack, unpack
from claims.compiled.modules import generate
from claims.compiled.program import Program
from claims.compiled.recording import record
from claims.compiled.sample_sum import SampleSum

# A run's status, as the kernel keeps it.
RUNNING, ARRIVED, DIVERGED = 0.0, 1.0, 2.0

# All samples are recorded at once where the program stays this small; else one, in a loop.
WHOLE_SAMPLES = 8
WHOLE_LINES = 400

_WHOLE = """\
def kernel(memory, inputs, targets, scale, budget, tolerance, bound):
{load}
    for block in range(memory.shape[0]):
        run = memory[block]
        for count in range(budget):
            for lane in range({lanes}):
{gradient}
{update}
{watch}
"""

_SAMPLE_BY_SAMPLE = """\
def kernel(memory, inputs, targets, scale, budget, tolerance, bound):
    for block in range(memory.shape[0]):
        run = memory[block]
        for count in range(budget):
            for lane in range({lanes}):
{clear}
            for sample in range(targets.shape[0]):
{load}
                for lane in range({lanes}):
{gradient}
            for lane in range({lanes}):
{update}
{watch}
"""

# Looking whether a lane still runs changes no result: it only ends a block's loop early.
_WATCH = """\
            if count % 64 == 63:
                running = 0
                for lane in range({lanes}):
                    if run[{status} + lane] == 0.0:
                        running += 1
                if running == 0:
                    break"""


@dataclass(frozen=True)
class Rule:
    """How an iteration goes on: ``update(theta, gradient, *slots, **settings)``.

    It returns (theta, *slots), over the primitives; each slot is an array like theta that the rule
    carries along, zero at first; each setting is a number a run.
    """

    name: str
    update: Callable[..., tuple[Any, ...]]
    settings: tuple[str, ...]
    slots: int = 0

    def program(self, size: int) -> Program:
        """Return the program of the new theta and slots, one after another, for theta (size,)."""
        slots = [f"slot{k}" for k in range(self.slots)]

        def outputs(theta: Any, gradient: Any, **others: Any) -> Any:
            kept = [others[name] for name in slots]
            settings = {name: others[name][()] for name in self.settings}
            return np.concatenate(self.update(theta, gradient, *kept, **settings))

        vectors = dict.fromkeys(["theta", "gradient", *slots], (size,))
        return record(outputs, **vectors, **dict.fromkeys(self.settings, ()))


@dataclass(frozen=True)
class Iterated:
    """Where runs ended: theta (runs, p), status (runs,), and the number of updates (runs,)."""

    theta: Floats
    status: Floats
    updates: Floats


@dataclass(frozen=True)
class Iteration:
    """The kernel that iterates a rule on a function, for a number of samples (not their values)."""

    function: SampleSum
    rule: Rule
    samples: int

    @cached_property
    def _kernel(self) -> Any:
        chunk = 1
        gradient = self.function.gradient(1)
        if self.samples <= WHOLE_SAMPLES:
            whole = self.function.gradient(self.samples)
            if len(whole) <= WHOLE_LINES:
                chunk, gradient = self.samples, whole
        rest = self.function.rest_gradient()
        return iteration_kernel(gradient, rest, self.rule, by_sample=chunk != self.samples)

    def __call__(
        self,
        theta: Floats,
        inputs: Floats,
        targets: Floats,
        scale: float,
        *,
        budget: int,
        tolerance: float,
        bound: float,
        threads: int = 1,
        **settings: Any,
    ) -> Iterated:
        """Iterate from ``theta`` (runs, p) until each run has stopped, at most ``budget`` updates.

        A run arrives where the norm of the gradient is at most ``tolerance``; it diverges where the
        norm of theta exceeds ``bound`` or a number is not finite. Each setting of the rule is a
        number, or an array (runs,). Raises ValueError for data of another number of samples.
        """
        inputs, targets = as_data(inputs, targets)
        if len(targets) != self.samples:
            raise ValueError(f"{len(targets)} samples for a kernel of {self.samples}")
        if settings.keys() != set(self.rule.settings):
            raise ValueError(f"settings {sorted(settings)}: give {sorted(self.rule.settings)}")
        runs, size = theta.shape
        memory = pack(
            np.concatenate(
                [
                    theta.T,
                    np.zeros((self.rule.slots * size, runs)),
                    *(np.broadcast_to(settings[name], (1, runs)) for name in self.rule.settings),
                    np.zeros((2 + size, runs)),
                ]
            )
        )
        over_blocks(
            self._kernel,
            memory,
            inputs,
            targets,
            float(scale),
            int(budget),
            float(tolerance) ** 2,
            float(bound) ** 2,
            threads=threads,
        )
        rows = unpack(memory, runs)
        status = size * (1 + self.rule.slots) + len(self.rule.settings)
        return Iterated(rows[:size].T.copy(), rows[status], rows[status + 1])


def iteration_kernel(
    gradient: Program, rest: Program | None, rule: Rule, *, by_sample: bool
) -> Any:
    """Return the compiled kernel of a recorded gradient and an update rule.

    ``gradient`` is that of one chunk of samples: all of them, or, ``by_sample``, one. A block's
    memory holds theta, the slots, the settings, status, number of updates, and sums of gradients.
    """
    size = gradient.shapes["theta"][0]
    kept = size * (1 + rule.slots)
    status = kept + len(rule.settings)
    sums = [f"run[{(status + 2 + k) * LANES} + lane]" for k in range(size)]
    own, names = theta_names(size)
    load, data = sample_names(gradient.shapes["inputs"], "sample" if by_sample else "0")
    statements, outputs = emit(gradient, names | data, "a")
    if by_sample:
        statements += [f"{place} += {out}" for place, out in zip(sums, outputs, strict=True)]
        update, totals = own, sums
    else:
        update, totals = [], outputs
    update = update + _update(totals, rest, rule, size, status)
    text = (_SAMPLE_BY_SAMPLE if by_sample else _WHOLE).format(
        lanes=LANES,
        load=indented(load, 4 if by_sample else 1),
        clear=indented([f"{place} = 0.0" for place in sums], 4),
        gradient=indented([*own, *statements], 5 if by_sample else 4),
        update=indented(update, 4),
        watch=_WATCH.format(lanes=LANES, status=status * LANES),
    )
    signature = (
        "void(float64[:, ::1], float64[:, ::1], float64[::1], float64, int64, float64, float64)"
    )
    return generate(signature, text).kernel


def _update(
    totals: list[str], rest: Program | None, rule: Rule, size: int, status: int
) -> list[str]:
    """The statements that end one step of a lane: gradient, stopping, new parameters."""
    program = rule.program(size)
    kept = program.output.size
    names = dict(theta_names(size)[1])
    statements: list[str] = []
    added = [""] * size
    if rest is not None:
        more, outputs = emit(rest, names, "r")
        statements += more
        added = [f" + {output}" for output in outputs]
    for k in range(size):
        statements.append(f"g{k} = scale * {totals[k]}{added[k]}")
    for number in range(size, kept):
        statements.append(f"t{number} = run[{number * LANES} + lane]")
    for number, name in enumerate(rule.settings):
        statements.append(f"{name} = run[{(kept + number) * LANES} + lane]")
    statements += [
        "norm = " + " + ".join(f"g{k} * g{k}" for k in range(size)),
        "extent = " + " + ".join(f"t{k} * t{k}" for k in range(size)),
        f"status = run[{status * LANES} + lane]",
        "sound = (norm < np.inf) & (extent <= bound)",
        f"code = ({ARRIVED} if norm <= tolerance else {RUNNING}) if sound else {DIVERGED}",
        "status = code if status == 0.0 else status",
        f"run[{status * LANES} + lane] = status",
        f"run[{(status + 1) * LANES} + lane] += 1.0 if status == 0.0 else 0.0",
    ]
    for k in range(size):
        names["gradient", (k,)] = f"g{k}"
        for slot in range(rule.slots):
            names[f"slot{slot}", (k,)] = f"t{size * (1 + slot) + k}"
    names.update({(name, ()): name for name in rule.settings})
    more, outputs = emit(program, names, "u")
    statements += more
    for number, output in enumerate(outputs):
        place = f"run[{number * LANES} + lane]"
        statements.append(f"{place} = {output} if status == 0.0 else t{number}")
    return statements
