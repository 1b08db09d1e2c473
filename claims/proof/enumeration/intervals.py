"""Intervals as pairs of floats, rounded outwards by padding each bound.

The text of this module is written into every generated search kernel, after that of
claims.compiled.vectorised, whose relative errors (claims.compiled.rounding) the padding exceeds.
"""

import numpy as np
from numba import njit

from claims.compiled.vectorised import logistic, logistic_complement, tanh

interval = njit(error_model="numpy", fastmath={"contract"}, inline="never")

# One rounding is at most 2^-53 of the result; a logistic, 11 times that.
ROUNDING = 2.0**-52
PRIMITIVE = 2.0**-49
TINY = 1e-300


@interval
def down(value: float) -> float:
    return value - abs(value) * ROUNDING - TINY


@interval
def up(value: float) -> float:
    return value + abs(value) * ROUNDING + TINY


@interval
def interval_add(a: float, b: float, c: float, d: float) -> tuple[float, float]:
    return down(a + c), up(b + d)


@interval
def interval_subtract(a: float, b: float, c: float, d: float) -> tuple[float, float]:
    return down(a - d), up(b - c)


@interval
def interval_multiply(a: float, b: float, c: float, d: float) -> tuple[float, float]:
    p, q, r, s = a * c, a * d, b * c, b * d
    return down(min(min(p, q), min(r, s))), up(max(max(p, q), max(r, s)))


@interval
def interval_divide(a: float, b: float, c: float, d: float) -> tuple[float, float]:
    if c <= 0.0 <= d:
        return -np.inf, np.inf
    p, q, r, s = a / c, a / d, b / c, b / d
    return down(min(min(p, q), min(r, s))), up(max(max(p, q), max(r, s)))


@interval
def interval_square(a: float, b: float) -> tuple[float, float]:
    p, q = a * a, b * b
    least = 0.0 if a <= 0.0 <= b else min(p, q)
    return down(least), up(max(p, q))


@interval
def interval_logistic(a: float, b: float) -> tuple[float, float]:
    low, high = logistic(a), logistic(b)
    return low - low * PRIMITIVE, high + high * PRIMITIVE


@interval
def interval_logistic_complement(a: float, b: float) -> tuple[float, float]:
    low, high = logistic_complement(b), logistic_complement(a)
    return low - low * PRIMITIVE, high + high * PRIMITIVE


@interval
def interval_tanh(a: float, b: float) -> tuple[float, float]:
    low, high = tanh(a), tanh(b)
    return low - abs(low) * PRIMITIVE, high + abs(high) * PRIMITIVE


@interval
def interval_logistic_slope(a: float, b: float) -> tuple[float, float]:
    """Enclose s(h) s(-h), which falls with |h|."""
    p, q = logistic(a) * logistic_complement(a), logistic(b) * logistic_complement(b)
    greatest = 0.25 if a <= 0.0 <= b else max(p, q)
    least = min(p, q)
    return least - least * 2 * PRIMITIVE, greatest + greatest * 2 * PRIMITIVE
