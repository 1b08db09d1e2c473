"""Which examples the gradient of an update is computed from: all, or a batch of a run's own.

Each kind has two forms: ``indices`` is its definition, in NumPy; the other methods give the
statements that do the same in a kernel, where ``moment`` is the number of the update, ``key`` the
keys of a block's runs, and ``lane`` one of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from claims.compiled import streams
from claims.compiled.lanes import LANES
from claims.compiled.text import nested

Indices = NDArray[np.int64]


class Sampling(Protocol):
    """How batches are drawn from a data set of ``samples`` examples."""

    random: ClassVar[bool]  # whether the runs need keys

    def batch(self, samples: int) -> int:
        """Return the number of examples of an update; raises ValueError for an impossible one."""
        ...

    def indices(self, keys: streams.Words, update: int, samples: int) -> Indices:
        """Return the examples (runs, batch) of an update, for keys (runs,)."""
        ...

    def setup(self, samples: int) -> list[str]:
        """Statements before any update."""
        ...

    def prepare(self, samples: int) -> list[str]:
        """Statements at the beginning of an update."""
        ...

    def example(self, samples: int, place: str) -> str:
        """The expression of the index of the batch's example number ``place``, for a lane."""
        ...


@dataclass(frozen=True)
class FullBatch:
    """Every example, in order."""

    random: ClassVar[bool] = False

    def batch(self, samples: int) -> int:
        return samples

    def indices(self, keys: streams.Words, update: int, samples: int) -> Indices:
        return np.tile(np.arange(samples), (len(keys), 1))

    def setup(self, samples: int) -> list[str]:
        return []

    def prepare(self, samples: int) -> list[str]:
        return []

    def example(self, samples: int, place: str) -> str:
        return place


FULL_BATCH = FullBatch()


@dataclass(frozen=True)
class Replacement:
    """Batches of ``size`` examples drawn one by one, each from all of them."""

    size: int
    random: ClassVar[bool] = True

    def batch(self, samples: int) -> int:
        if self.size < 1:
            raise ValueError(f"batches of {self.size} examples: give a size of at least 1")
        return self.size

    def indices(self, keys: streams.Words, update: int, samples: int) -> Indices:
        return streams.drawn(keys, update, samples, self.size)

    def setup(self, samples: int) -> list[str]:
        return [f"batch_key = np.empty({LANES}, np.uint64)"]

    def prepare(self, samples: int) -> list[str]:
        begin = f"subkey(key[lane], np.uint64({streams.EXAMPLES}), moment)"
        return nested(f"for lane in range({LANES}):", [f"batch_key[lane] = {begin}"])

    def example(self, samples: int, place: str) -> str:
        return f"np.int64(below(word(batch_key[lane], np.uint64({place})), np.uint64({samples})))"


@dataclass(frozen=True)
class Shuffled:
    """Batches of ``size`` examples cut from the data set, which is shuffled for every epoch."""

    size: int
    random: ClassVar[bool] = True

    def batch(self, samples: int) -> int:
        if self.size < 1 or samples % self.size:
            raise ValueError(
                f"batches of {self.size} from {samples} examples: give a size that divides them"
            )
        return self.size

    def indices(self, keys: streams.Words, update: int, samples: int) -> Indices:
        epoch, part = divmod(update, samples // self.size)
        return streams.order(keys, epoch, samples)[:, part * self.size : (part + 1) * self.size]

    def setup(self, samples: int) -> list[str]:
        # The fewer bytes the indices take, the more of them a swap finds in the cache.
        kind = np.min_scalar_type(samples - 1).name
        return [
            f"order = np.empty({samples * LANES}, np.{kind})",
            f"batch_key = np.empty({LANES}, np.uint64)",
        ]

    def prepare(self, samples: int) -> list[str]:
        # A call that begins within an epoch draws that epoch's order once more.
        lanes = f"for lane in range({LANES}):"
        epoch = f"np.uint64((first + count) // {samples // self.size})"
        begin = f"subkey(key[lane], np.uint64({streams.ORDERS}), {epoch})"
        swap = [
            "other = np.int64(below(word(batch_key[lane], np.uint64(last)), np.uint64(last + 1)))",
            f"kept = order[last * {LANES} + lane]",
            f"order[last * {LANES} + lane] = order[other * {LANES} + lane]",
            f"order[other * {LANES} + lane] = kept",
        ]
        fill = nested(lanes, [f"order[place * {LANES} + lane] = place"])
        shuffle = [
            *nested(lanes, [f"batch_key[lane] = {begin}"]),
            *nested(f"for place in range({samples}):", fill),
            *nested(f"for last in range({samples - 1}, 0, -1):", nested(lanes, swap)),
        ]
        return [
            f"part = (first + count) % {samples // self.size}",
            *nested("if part == 0 or count == 0:", shuffle),
        ]

    def example(self, samples: int, place: str) -> str:
        return f"np.int64(order[(part * {self.size} + {place}) * {LANES} + lane])"
