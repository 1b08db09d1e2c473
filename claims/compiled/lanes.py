"""Runs in blocks of 64 lanes: how many runs lie in memory, and how blocks are spread over threads.

A block is always full. Lanes that no run needs repeat the last run, so that every run is computed
by the same instructions, whatever its neighbours: its result does not depend on them in a single
bit.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import NDArray

LANES = 64

Floats = NDArray[np.float64]


def pack(rows: NDArray[Any]) -> NDArray[Any]:
    """Return ``rows`` (k, runs), one column a run, as blocks (number of blocks, k * 64)."""
    count, runs = rows.shape
    blocks = -(-runs // LANES)
    if runs % LANES:
        rows = np.pad(rows, ((0, 0), (0, blocks * LANES - runs)), mode="edge")
    return np.ascontiguousarray(
        rows.reshape(count, blocks, LANES).transpose(1, 0, 2).reshape(blocks, count * LANES)
    )


def by_row(memory: Floats) -> Floats:
    """Return a view (k, number of blocks, 64) of blocks (number of blocks, k * 64)."""
    return memory.reshape(len(memory), -1, LANES).transpose(1, 0, 2)


def unpack(memory: Floats, runs: int) -> Floats:
    """Return the rows (k, runs) that lie in blocks (number of blocks, k * 64)."""
    rows = by_row(memory)
    return np.ascontiguousarray(rows.reshape(len(rows), -1)[:, :runs])


def over_blocks(
    kernel: Callable[..., None], blocks: Sequence[NDArray[Any]], *arguments: Any, threads: int
) -> None:
    """Run ``kernel(*blocks, *arguments)``, in place, by so many threads.

    The arrays ``blocks`` have one row a block; each thread gets the same rows of all.
    """
    count = len(blocks[0])
    if threads == 1 or count == 1:
        kernel(*blocks, *arguments)
        return
    parts = zip(*(np.array_split(array, min(threads, count)) for array in blocks), strict=True)
    with ThreadPoolExecutor(threads) as pool:
        for done in [pool.submit(kernel, *part, *arguments) for part in parts]:
            done.result()
