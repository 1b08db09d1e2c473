"""The primitives on double-precision arrays, without overflow or loss of relative precision.

Each primitive of models holds a relative error of a few units in the last place at every finite
input whose true value is a normal number; the inverses, which closed forms use, hold it relative to
the size of their terms. The bounds and their derivation stand beside their tests.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def logistic(h: Floats) -> Floats:
    # exp(-|h|) never overflows; the numerator keeps the precision of s(h) where it is small.
    decayed = np.exp(-np.abs(h))
    return np.where(h >= 0, 1.0, decayed) / (1.0 + decayed)


def logistic_complement(h: Floats) -> Floats:
    return logistic(-h)


def softplus(h: Floats) -> Floats:
    return np.maximum(h, 0.0) + np.log1p(np.exp(-np.abs(h)))


def select(h: Floats, positive: Floats, otherwise: Floats) -> Floats:
    return np.where(h > 0, positive, otherwise)[()]


def logit(t: Floats) -> Floats:
    return np.log(t) - np.log1p(-t)


def softplus_inverse(value: Floats) -> Floats:
    return value + np.log(-np.expm1(-value))
