"""A path on which mini-batches leave a worse minimum, and a box that none leaves."""

from __future__ import annotations

from collections.abc import Callable

from claims.mathematics import SIGMOID, neuron
from claims.proof.certificates import Problem
from claims.proof.mini_batches import find_batch_escape, find_batch_trap

CLAIM = "sgd-leaves-local-minima"
NEAR = Problem(neuron(1, SIGMOID), [[1], [1], [6]], ["3/4"] * 3)
HELD = Problem(neuron(1, SIGMOID), [[1], [1], [8]], ["3/4", "3/4", "1/2"])

INSTANCES: dict[str, Callable[[], str]] = {
    "batch-escape-neuron": lambda: find_batch_escape(
        NEAR, ["0.327"], ["1.05"], claim=CLAIM, step=6, size=1
    ),
    "batch-trap-neuron": lambda: find_batch_trap(HELD, ["1.09"], [0], claim=CLAIM, step=6, size=2),
}
