"""Enclosing what any right double-precision engine may compute for a program.

Every line is evaluated in balls and then inflated by the rounding error that one operation may
have. The result contains the exact value and that of NumPy and of the kernels, whether they fuse a
product with a sum or not: a fused operation rounds once less. It bounds differences between engines
at a given point, without any tolerance chosen by hand.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from flint import arb
from numpy.typing import NDArray

from claims.compiled.evaluation import OPERATIONS
from claims.compiled.program import Program
from claims.numbers import BALLS, Ball, precision

# Relative errors in units of u = 2^-53, each an upper bound for NumPy's function and for the
# kernel's. The arithmetic operations and the
# square root round once. NumPy documents at most 4 units in the last place,
# 8 u, for exp, log1p, tanh and arctan. The kernel's own, with e = exp(-|h|), or exp(h) for the
# logistic functions:
#   e         r has an error of 0.35 u, the series one of 1.1 u + 0.1 u (interpolation), the last
#             operation u; all relative to exp(r) >= 0.707: below 4 u, so that 8 u serves for both.
#   logistic  e/(1 + e) has condition 1/(1 + e) <= 1 in e: 8 u; the sum u; the quotient 1/(1 + e) u;
#             the product with e u. Its complement 1/(1 + e) has condition e/(1 + e) <= 1: u less.
#   softplus  log(1 + e) has condition <= 1 in e: 8 u; NumPy's log1p 8 u; the kernel's quotient 2 u,
#             times its condition 1.08, square and series 4 u: less. The last sum u.
#   tanh      expm1 below 4 u (most for k = -1), 2 + expm1 below 4 u + u, the quotient u: 12 u.
#   arctan    the C library's in the kernel, at most 4 units in the last place too.
ERRORS = {
    "add": 1,
    "subtract": 1,
    "multiply": 1,
    "divide": 1,
    "square": 1,
    "logistic": 11,
    "logistic_complement": 11,
    "softplus": 17,
    "tanh": 12,
    "arctan": 8,
    "square_root": 1,
}
UNIT = arb(2) ** -53

# The kernels bound exp(-|h|) below by exp(-708) < 2^-1021, and products may underflow.
UNDERFLOW = arb(2) ** -1020

BITS = 160


def enclose(program: Program, **inputs: Any) -> NDArray[Any]:
    """Return balls (flat) that contain the program's outputs as computed in double precision.

    ``inputs`` have the recorded shapes: finite floats, taken as exact, or balls from a step before.
    """
    with precision(BITS):
        arrays = {name: np.asarray(BALLS.enter(value)) for name, value in inputs.items()}
        values: list[Ball] = []
        for line in program.lines:
            if line.operation == "constant":
                # The float nearest to the constant, as the engines take it.
                values.append(Ball._constant(Fraction(float(line.detail))))
            elif line.operation == "input":
                name, index = line.detail
                values.append(arrays[name][index])
            else:
                exact = OPERATIONS[line.operation](*(values[k] for k in line.arguments))
                values.append(inflated(exact, ERRORS.get(line.operation, 0)))
        return np.array([values[int(number)] for number in program.output.flat], dtype=object)


def inflated(value: Ball, units: int) -> Ball:
    """Return the ball with ``units`` relative errors added, and an underflow; none for 0 units."""
    if units == 0:
        return value
    radius = value.arb.abs_upper() * UNIT * units + UNDERFLOW
    return Ball(value.arb + arb(0, radius))


def enclosed_sum(terms: NDArray[Any]) -> NDArray[Any]:
    """Enclose sums along the first axis, whatever the order in which an engine adds.

    n terms make n - 1 additions; each partial sum is at most the sum of the magnitudes, and each
    rounding error grows by the roundings after it, hence n units rather than n - 1 (Higham,
    Accuracy and Stability of Numerical Algorithms, 2002, section 4.2).
    """
    with precision(BITS):
        count = len(terms)
        result = np.empty(terms.shape[1:], dtype=object)
        for index in np.ndindex(result.shape):
            column = [term.arb for term in terms[(slice(None), *index)]]
            reach = sum((term.abs_upper() for term in column), arb(0))
            result[index] = Ball(sum(column, arb(0)) + arb(0, reach * UNIT * count + UNDERFLOW))
        return result
