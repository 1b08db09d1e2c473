"""Random streams of runs, by counting: every draw is a function of a run's key and of a position.

No generator is carried along, so that a run draws the same numbers alone, in any batch, and when it
is interrupted. A word is the output function of SplitMix64 (Steele, Lea and Flood, Fast splittable
pseudorandom number generators, 2014), applied to the key first and then to the position. This is
the definition, in NumPy; claims.compiled.vectorised_streams is what kernels use, and is tested
against it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.uint64]
Floats = NDArray[np.float64]

GAMMA = 0x9E3779B97F4A7C15

# What a stream is for: any different numbers.
EXAMPLES = 0x243F6A8885A308D3
ORDERS = 0x13198A2E03707344
MASKS = 0xA4093822299F31D0
NOISE = 0x082EFA98EC4E6C89


def _mixed(z: Words) -> Words:
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def subkeys(keys: Words, purpose: int, moment: int) -> Words:
    """Return the keys (runs,) of one purpose at one moment: an update or an epoch."""
    offset = (purpose + (moment + 1) * GAMMA) % 2**64
    return _mixed(keys + np.uint64(offset))


def words(keys: Words, count: int) -> Words:
    """Return the first ``count`` words (runs, count) of the streams of ``keys`` (runs,)."""
    steps = np.arange(1, count + 1, dtype=np.uint64) * np.uint64(GAMMA)
    return _mixed(keys[:, np.newaxis] + steps)


def below(word: Words, limit: int | Words) -> Words:
    """Return integers from 0 to ``limit`` - 1, limit < 2^32.

    The upper 32 bits are multiplied by the limit: a probability differs from 1/limit by less than
    2^-32, by nothing where the limit is a power of two.
    """
    scaled = (word >> np.uint64(32)) * np.asarray(limit, dtype=np.uint64)
    result: Words = scaled >> np.uint64(32)
    return result


def uniform(word: Words) -> Floats:
    """Return the multiple of 2^-52 in [0, 1) that the upper 52 bits of a word are."""
    return (word >> np.uint64(12)).astype(float) * 2.0**-52


def drawn(keys: Words, update: int, examples: int, size: int) -> NDArray[np.int64]:
    """Return the indices (runs, size) of a batch drawn with replacement."""
    return below(words(subkeys(keys, EXAMPLES, update), size), examples).astype(np.int64)


def order(keys: Words, epoch: int, examples: int) -> NDArray[np.int64]:
    """Return a permutation (runs, examples) for the epoch, by the shuffle of Fisher and Yates."""
    row = np.arange(len(keys))
    result = np.tile(np.arange(examples), (len(keys), 1))
    stream = words(subkeys(keys, ORDERS, epoch), examples)
    for last in range(examples - 1, 0, -1):
        other = below(stream[:, last], last + 1).astype(np.int64)
        result[row, last], result[row, other] = result[row, other], result[row, last]
    return result


def masks(keys: Words, update: int, size: int, units: int, threshold: int) -> Floats:
    """Return masks (runs, size, units): 0 where 32 random bits are below the threshold, else 1."""
    stream = words(subkeys(keys, MASKS, update), size * units)
    kept = (stream >> np.uint64(32)) >= np.uint64(threshold)
    return kept.astype(float).reshape(len(keys), size, units)


def cube(keys: Words, update: int, size: int) -> Floats:
    """Return points (runs, size) that are uniform in the cube [-1, 1)^size."""
    return 2 * uniform(words(subkeys(keys, NOISE, update), size)) - 1


def normal(keys: Words, update: int, size: int) -> Floats:
    """Return standard normal numbers (runs, size), in pairs (Box and Muller 1958)."""
    pairs = (size + 1) // 2
    stream = uniform(words(subkeys(keys, NOISE, update), 2 * pairs))
    radius = np.sqrt(-2 * np.log(1 - stream[:, ::2]))
    angle = 2 * np.pi * stream[:, 1::2]
    both = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=2)
    return both.reshape(len(keys), 2 * pairs)[:, :size]


def ball(keys: Words, update: int, size: int) -> Floats:
    """Return points (runs, size) that are uniform in the unit ball.

    They are the first coordinates of uniform points on the sphere in size + 2 dimensions: the
    density of a projection by two dimensions is constant (Archimedes, for any dimension).
    """
    points = normal(keys, update, size + 2)
    return points[:, :size] / np.sqrt((points**2).sum(axis=1, keepdims=True))
