"""What is added to the parameters after an update, times an amplitude.

Each kind is defined in NumPy by claims.compiled.streams; ``statements`` do the same in a kernel,
for one lane.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum

from claims.compiled import streams


class Noise(Enum):
    """How noise is distributed; its size is a setting of the iteration, ``amplitude``."""

    CUBE = "uniform in the cube [-1, 1]^p"
    BALL = "uniform in the unit ball"
    NORMAL = "standard normal"

    def points(self, keys: streams.Words, update: int, size: int) -> streams.Floats:
        """Return the noise (runs, size) of an update, for keys (runs,)."""
        return _POINTS[self](keys, update, size)

    def statements(self, size: int) -> tuple[list[str], list[str]]:
        """Statements for a lane, and the expressions of the ``size`` entries."""
        before, entries = _STATEMENTS[self](size)
        purpose = f"np.uint64({streams.NOISE})"
        return [f"noise_key = subkey(key[lane], {purpose}, moment)", *before], entries


def _words(count: int) -> list[str]:
    return [f"word(noise_key, np.uint64({k}))" for k in range(count)]


def _cube(size: int) -> tuple[list[str], list[str]]:
    return [], [f"2.0 * uniform({word}) - 1.0" for word in _words(size)]


def _normal(size: int) -> tuple[list[str], list[str]]:
    words = _words(size + size % 2)
    pairs = zip(words[::2], words[1::2], strict=True)
    statements = [f"z{2 * k}, z{2 * k + 1} = normals({a}, {b})" for k, (a, b) in enumerate(pairs)]
    return statements, [f"z{k}" for k in range(size)]


def _ball(size: int) -> tuple[list[str], list[str]]:
    statements, normal = _normal(size + 2)
    length = " + ".join(f"{z} * {z}" for z in normal)
    return [*statements, f"length = math.sqrt({length})"], [f"{z} / length" for z in normal[:size]]


_POINTS: dict[Noise, Callable[[streams.Words, int, int], streams.Floats]] = {
    Noise.CUBE: streams.cube,
    Noise.BALL: streams.ball,
    Noise.NORMAL: streams.normal,
}
_STATEMENTS: dict[Noise, Callable[[int], tuple[list[str], list[str]]]] = {
    Noise.CUBE: _cube,
    Noise.BALL: _ball,
    Noise.NORMAL: _normal,
}
