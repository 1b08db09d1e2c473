"""Every bound within which tests compare floats, with its derivation.

Unit: u = 2**-53, the largest relative error of one correctly rounded operation. Terms of order
u**2 are covered by the last unit. NumPy documents at most 4 units in the last place, hence 8 u,
for its exp, log1p, tanh and arctan (SIMD or C library). e stands for exp(-|h|), h is exact.
"""

from __future__ import annotations

UNIT = 2.0**-53
SMALLEST_NORMAL = 2.0**-1022
LARGEST = (2 - 2.0**-52) * 2.0**1023

# Relative error of values, in units of u, wherever the true value is a normal number.
VALUES = {
    "identity": 0,
    # e/(1 + e) has condition 1/(1 + e) <= 1 in e: 8; the sum 1; the quotient 1.
    "sigmoid": 10,
    "tanh": 8,
    "arctan": 8,
    # log1p has condition <= 1: 8 for e and 8 of its own; the sum with h > 0 of equal sign 1.
    "softplus": 17,
    "relu": 0,
    "square": 1,
    "cubic": 2,
}

# The same of derivatives, declared as well as recorded.
SLOPES = {
    "identity": 0,
    # s(h) s(-h): the smaller factor 10, the larger one 8 e/(1 + e) <= 4, and 2, the product 1.
    "sigmoid": 17,
    # 4 s(2h) s(-2h), powers of two being exact.
    "tanh": 17,
    # The square 1, the sum 1, the quotient 1.
    "arctan": 3,
    "softplus": 10,
    "relu": 0,
    "square": 0,
    # 3 h^2 or h^2 + h (2h): two roundings; h^2 may be subnormal where 3 h^2 is not, which costs 2.
    "cubic": 4,
}

# s(-h), as precise as s(h).
COMPLEMENT = VALUES["sigmoid"]

# The inverses, in units of u times the sum of the magnitudes of the terms that are added: each
# term 8 (for softplus: log has error 8 and takes over the 8 of expm1, relative to its argument, as
# an absolute error, whence the term 1), the last addition 1.
INVERSE_TERMS = 9

# Least squares by a backward stable solver: relative error of the estimate at most
# LEAST_SQUARES * N * d * u * (kappa + kappa^2 * |residual| / (|X| |w|)); Bjorck, Numerical Methods
# for Least Squares Problems (1996), section 1.4.3, with 8 N d u for the backward error.
LEAST_SQUARES = 8

# A solver that stops where its own gradient, computed in floats, is below a tolerance: the exact
# one is below twice that, since the rounding error of a mean of N <= 100 terms of size <= 10 in
# d <= 4 weights, (N + 30) * 10 u <= 2e-13, is below the tolerances asked for (1e-10).
STOPPED_GRADIENT = 2
