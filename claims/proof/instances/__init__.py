"""The certificates that are written, a file a topic: file name, and the function that finds it."""

from __future__ import annotations

from collections.abc import Callable

from claims.proof.instances import (
    convexity,
    flatness,
    linear_networks,
    manifolds,
    mini_batches,
    penalties,
    radicals,
    stationary,
    traps,
    worse_minima,
)

TOPICS = (
    worse_minima,
    stationary,
    flatness,
    traps,
    mini_batches,
    penalties,
    radicals,
    convexity,
    linear_networks,
    manifolds,
)

INSTANCES: dict[str, Callable[[], str]] = {
    name: find for topic in TOPICS for name, find in topic.INSTANCES.items()
}
