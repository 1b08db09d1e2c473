"""The draws of claims.compiled.streams as plain arithmetic, of which a loop makes vectors.

Like vectorised.py this text is written into every generated kernel.
"""

import math

import numpy as np
from numba import njit

drawing = njit(error_model="numpy", fastmath={"contract"})

# Constants have the type of the words: numba makes a float of an unsigned and a signed integer.
GAMMA = np.uint64(0x9E3779B97F4A7C15)
FIRST_FACTOR = np.uint64(0xBF58476D1CE4E5B9)
SECOND_FACTOR = np.uint64(0x94D049BB133111EB)
ONE = np.uint64(1)
S12 = np.uint64(12)
S27 = np.uint64(27)
S30 = np.uint64(30)
S31 = np.uint64(31)
S32 = np.uint64(32)
BITS_OF_ONE = np.uint64(0x3FF0000000000000)
BITS_OF_ROOT_HALF = np.int64(0x3FE6A09E667F3BCD)
LOG2 = 0.6931471805599453
PI = 3.141592653589793


@drawing
def mixed(z: np.uint64) -> np.uint64:
    z = (z ^ (z >> S30)) * FIRST_FACTOR
    z = (z ^ (z >> S27)) * SECOND_FACTOR
    return z ^ (z >> S31)


@drawing
def subkey(key: np.uint64, purpose: np.uint64, moment: np.uint64) -> np.uint64:
    return mixed(key + (purpose + (moment + ONE) * GAMMA))


@drawing
def word(key: np.uint64, position: np.uint64) -> np.uint64:
    return mixed(key + (position + ONE) * GAMMA)


@drawing
def below(word: np.uint64, limit: np.uint64) -> np.uint64:
    return ((word >> S32) * limit) >> S32


@drawing
def uniform(word: np.uint64) -> float:
    # The bits of a number in [1, 2): converting integers has no vector form everywhere.
    return np.uint64((word >> S12) | BITS_OF_ONE).view(np.float64) - 1.0


@drawing
def log(u: float) -> float:
    # u = 2^e m with sqrt(1/2) <= m < sqrt(2), and log m = 2 artanh(z) with |z| <= 0.172: what the
    # series of artanh leaves out is below 2^-60.
    bits = np.float64(u).view(np.int64)
    e = (bits - BITS_OF_ROOT_HALF) >> 52
    m = np.int64(bits - (e << 52)).view(np.float64)
    z = (m - 1.0) / (m + 1.0)
    w = z * z
    q = 0.047619047619047616
    q = q * w + 0.05263157894736842
    q = q * w + 0.058823529411764705
    q = q * w + 0.06666666666666667
    q = q * w + 0.07692307692307693
    q = q * w + 0.09090909090909091
    q = q * w + 0.1111111111111111
    q = q * w + 0.14285714285714285
    q = q * w + 0.2
    q = q * w + 0.3333333333333333
    q = q * w + 1.0
    return float(e) * LOG2 + 2.0 * z * q


@drawing
def sine_and_cosine(turn: float) -> tuple[float, float]:
    """Return the sine and cosine of 2 pi turn, for a turn in [0, 1)."""
    # Of half the angle, x in [-pi/2, pi/2) after half a turn, by Taylor's series: below 2^-55.
    x = PI * (turn - 0.5)
    w = x * x
    s = 1.9572941063391263e-20
    s = s * w - 8.22063524662433e-18
    s = s * w + 2.8114572543455206e-15
    s = s * w - 7.647163731819816e-13
    s = s * w + 1.6059043836821613e-10
    s = s * w - 2.505210838544172e-08
    s = s * w + 2.7557319223985893e-06
    s = s * w - 0.0001984126984126984
    s = s * w + 0.008333333333333333
    s = s * w - 0.16666666666666666
    s = s * w + 1.0
    s = s * x
    c = -8.896791392450574e-22
    c = c * w + 4.110317623312165e-19
    c = c * w - 1.5619206968586225e-16
    c = c * w + 4.779477332387385e-14
    c = c * w - 1.1470745597729725e-11
    c = c * w + 2.08767569878681e-09
    c = c * w - 2.755731922398589e-07
    c = c * w + 2.48015873015873e-05
    c = c * w - 0.001388888888888889
    c = c * w + 0.041666666666666664
    c = c * w - 0.5
    c = c * w + 1.0
    # Half a turn back changes both signs.
    return -2.0 * s * c, 2.0 * s * s - 1.0


@drawing
def normals(first: np.uint64, second: np.uint64) -> tuple[float, float]:
    radius = math.sqrt(-2.0 * log(1.0 - uniform(first)))
    s, c = sine_and_cosine(uniform(second))
    return radius * c, radius * s
