"""Transcendental primitives as plain arithmetic, of which a loop makes vector instructions.

The text of this module is written into every generated kernel: what a kernel computes depends on no
other file. The relative errors that stand in claims.compiled.rounding are derived from this form.
"""

import math

import numpy as np
from numba import njit

primitive = njit(error_model="numpy", fastmath={"contract"})

# exp(x) = 2^k exp(r) with |r| <= log(2)/2. The high part of log 2 has 32 bits: k times it is exact.
LOG2_HIGH = 0.6931471803691238
LOG2_LOW = 1.9082149292705877e-10
PER_LOG2 = 1.4426950408889634
# Adding 1.5 * 2^52 + 1023 rounds to an integer k; k + 1023, the exponent's bits of 2^k, then stands
# in the last bits of the significand.
ROUNDER = 6755399441056767.0
SMALLEST, LARGEST = -708.0, 708.0


@primitive
def reduced(x: float) -> tuple[float, float]:
    """Return exp(r) - 1 and 2^k with exp(x) = 2^k exp(r), for x <= 708; nan stays nan."""
    x = SMALLEST if x < SMALLEST else x
    shifted = x * PER_LOG2 + ROUNDER
    k = shifted - ROUNDER
    r = (x - k * LOG2_HIGH) - k * LOG2_LOW
    # (exp(r) - 1)/r by interpolation in the Chebyshev nodes: relative error below 2^-55.
    q = 2.5105206475334834e-08
    q = q * r + 2.7626357373278975e-07
    q = q * r + 2.75572554255029e-06
    q = q * r + 2.4801504346680997e-05
    q = q * r + 0.00019841269874800683
    q = q * r + 0.0013888888932488848
    q = q * r + 0.008333333333326141
    q = q * r + 0.04166666666657314
    q = q * r + 0.1666666666666667
    q = q * r + 0.5000000000000006
    q = q * r + 1.0
    exponent = np.float64(shifted).view(np.int64) << 52
    power = np.int64(exponent).view(np.float64)
    return r * q, power


@primitive
def decay(h: float) -> float:
    """Return exp(-|h|), at least exp(-708)"""
    grown, power = reduced(-abs(h))
    return power + power * grown


@primitive
def growth(h: float) -> float:
    """Return exp(h) between exp(-708) and exp(708), so that neither it nor its inverse overflows"""
    grown, power = reduced(LARGEST if h > LARGEST else h)
    return power + power * grown


# Written so that a compiler finds what both have in common: one exponential and one division.
@primitive
def logistic(h: float) -> float:
    e = growth(h)
    return e * (1.0 / (1.0 + e))


@primitive
def logistic_complement(h: float) -> float:
    return 1.0 / (1.0 + growth(h))


@primitive
def softplus(h: float) -> float:
    # log(1 + e) = 2 artanh(z) with z = e/(2 + e) <= 1/3; the series by interpolation, below 2^-59.
    e = decay(h)
    z = e / (2.0 + e)
    w = z * z
    q = 0.08244142965694784
    q = q * w + 0.03490195249166216
    q = q * w + 0.05488308318973747
    q = q * w + 0.05857637334055213
    q = q * w + 0.06668438407871918
    q = q * w + 0.07692223530229984
    q = q * w + 0.09090911711247626
    q = q * w + 0.11111111059551837
    q = q * w + 0.14285714286311463
    q = q * w + 0.19999999999996435
    q = q * w + 0.3333333333333334
    q = q * w + 1.0
    return (h if h > 0.0 else 0.0) + 2.0 * z * q


@primitive
def tanh(h: float) -> float:
    # -expm1(-2|h|)/(2 + expm1(-2|h|)): no cancellation where h is small.
    grown, power = reduced(-2.0 * abs(h))
    m = power * grown + (power - 1.0)
    t = -m / (2.0 + m)
    return t if h >= 0.0 else -t


@primitive
def arctan(h: float) -> float:
    return math.atan(h)
