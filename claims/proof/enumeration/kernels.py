"""Compiling the interval searches: that of a neuron from the recorded definition."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from claims.compiled.differentiation import gradient
from claims.compiled.evaluation import evaluate
from claims.compiled.modules import generate
from claims.compiled.program import Line, Program
from claims.compiled.recording import record
from claims.mathematics import SQUARED_ERROR, Activation, Objective, neuron

HERE = Path(__file__).parent
CALLS = {
    "add": "interval_add",
    "subtract": "interval_subtract",
    "multiply": "interval_multiply",
    "divide": "interval_divide",
    "square": "interval_square",
    "logistic": "interval_logistic",
    "logistic_complement": "interval_logistic_complement",
    "tanh": "interval_tanh",
}
_SIGNATURE = (
    "int64(float64[:, ::1], float64[::1], float64[::1], float64[:, ::1], float64[:, ::1],"
    " float64[:, ::1], float64[::1], float64, float64, int16[::1], float64[:, ::1],"
    " float64[:, :, ::1], int64[::1])"
)
_HIDDEN_SIGNATURE = (
    "int64(float64[::1], float64[::1], int64, float64[:, ::1], float64[:, ::1], float64[::1],"
    " float64, float64, int16[::1], float64[:, :, ::1], int64[::1])"
)
_TERMS = """\
@interval
def terms(low, high, target):
    {statements}
    return {outputs}
"""

Pair = tuple[str, str]


def slopes(activation: Activation) -> Program:
    """Record phi and psi (2,): two derivatives in h = w.x of the squared error of one point."""
    objective = Objective(neuron(1, activation), SQUARED_ERROR, reduction="sum")
    unit = np.array([[1]], dtype=object)

    def value(theta: Any, targets: Any) -> Any:
        return objective.value(theta, unit, targets)

    first = gradient(record(value, theta=(1,), targets=(1,)), "theta")
    second = gradient(first, "theta")

    def both(theta: Any, targets: Any) -> Any:
        parts = [evaluate(part, theta=theta, targets=targets) for part in (first, second)]
        return np.array([part.reshape(-1)[0] for part in parts], dtype=object)

    return record(both, theta=(1,), targets=(1,))


def emit_intervals(program: Program, names: dict[Any, Pair]) -> tuple[list[str], list[Pair]]:
    """Return statements that enclose each line of ``program``, and the bounds of its outputs.

    ``names`` gives the two bounds of each input entry, (name, index). Raises ValueError for an
    operation of which no enclosure is known.
    """
    bounds: list[Pair] = []
    statements: list[str] = []
    for number, line in enumerate(program.lines):
        own = (f"a{number}", f"b{number}")
        arguments = [bounds[argument] for argument in line.arguments]
        slope = _logistic_slope(program, line)
        if line.operation == "constant":
            value = f"({float(line.detail)!r})"
            own = (value, value)
        elif line.operation == "input":
            own = names[line.detail]
        elif line.operation == "negate":
            own = (f"(-{arguments[0][1]})", f"(-{arguments[0][0]})")
        elif line.operation == "multiply" and ("(1.0)", "(1.0)") in arguments:
            own = arguments[1 - arguments.index(("(1.0)", "(1.0)"))]
        elif slope is not None:
            low, high = bounds[slope]
            statements.append(f"{', '.join(own)} = interval_logistic_slope({low}, {high})")
        elif line.operation in CALLS:
            words = ", ".join(bound for pair in arguments for bound in pair)
            statements.append(f"{', '.join(own)} = {CALLS[line.operation]}({words})")
        else:
            raise ValueError(f"the operation {line.operation} has no enclosure to compile")
        bounds.append(own)
    return statements, [bounds[int(number)] for number in program.output.flat]


def _logistic_slope(program: Program, line: Line) -> int | None:
    """The number of the line h where ``line`` is s(h) s(-h), of which the exact range is known."""
    if line.operation != "multiply":
        return None
    factors = [program.lines[argument] for argument in line.arguments]
    if {factor.operation for factor in factors} != {"logistic", "logistic_complement"}:
        return None
    one, other = (factor.arguments[0] for factor in factors)
    return one if one == other else None


def text_of(path: Path, start: str) -> str:
    """Return what follows the imports of a module whose text goes into a kernel."""
    text = path.read_text(encoding="utf-8")
    return text[text.index(start) :]


def terms_text(activation: Activation) -> str:
    """Return the text of ``terms``, which encloses phi and psi, after the primitives it needs."""
    names = {("theta", (0,)): ("low", "high"), ("targets", (0,)): ("target", "target")}
    statements, outputs = emit_intervals(slopes(activation), names)
    bounds = ", ".join(bound for pair in outputs for bound in pair)
    terms = _TERMS.format(statements="\n    ".join(statements), outputs=bounds)
    return f"{text_of(HERE / 'intervals.py', 'interval = njit')}\n\n{terms}\n"


@cache
def terms_kernel(activation: Activation) -> Any:
    """Return the compiled ``terms(low, high, target)``: bounds of phi, then of psi."""
    text = "def kernel(low, high, target):\n    return terms(low, high, target)\n"
    signature = "UniTuple(float64, 4)(float64, float64, float64)"
    return generate(signature, text, before=terms_text(activation)).kernel


@cache
def search_kernel(activation: Activation) -> Any:
    """Return ``kernel`` of claims.proof.enumeration.branching, compiled for that activation."""
    branching = text_of(HERE / "branching.py", "# Symbols of nodes")
    before, kernel = branching.split("def kernel(")
    before = f"from typing import Any\n\n{terms_text(activation)}\n{before}"
    return generate(_SIGNATURE, f"def kernel({kernel}", before=before).kernel


@cache
def hidden_kernel() -> Any:
    """Return ``kernel`` of claims.proof.enumeration.hidden_branching, compiled."""
    text = text_of(HERE / "hidden_branching.py", "# Symbols of nodes")
    before, kernel = text.split("def kernel(")
    before = f"from typing import Any\n\n{before}"
    return generate(_HIDDEN_SIGNATURE, f"def kernel({kernel}", before=before).kernel
