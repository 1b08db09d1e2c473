"""Which levels of the loss count as one: those that follow one another within a tolerance."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def distinct(levels: Floats, chosen: NDArray[np.bool_], tolerance: float) -> NDArray[np.int64]:
    """Return how many distinct levels (...) are among the chosen ones of ``levels`` (..., n).

    Sorted, neighbours that differ by at most the tolerance count once. Chosen levels are finite.
    """
    ordered = np.sort(np.where(chosen, levels, np.inf), axis=-1)
    with np.errstate(invalid="ignore"):
        steps = (np.diff(ordered, axis=-1) > tolerance) & np.isfinite(ordered[..., 1:])
    return np.asarray(steps.sum(axis=-1) + np.isfinite(ordered[..., :1]).any(axis=-1))


def lowest_within(levels: Floats, tolerance: float) -> Floats:
    """Return, for each of ``levels`` (n,), the lowest of the group that it is merged into.

    The lowest level and all within the tolerance of it are one group, the rest is grouped likewise.
    """
    order = np.argsort(levels)
    ordered = levels[order]
    merged = np.empty_like(levels)
    first = 0
    while first < len(ordered):
        beyond = int(np.searchsorted(ordered, ordered[first] + tolerance, side="right"))
        merged[order[first:beyond]] = ordered[first]
        first = max(beyond, first + 1)
    return merged
