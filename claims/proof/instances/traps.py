"""Balls that gradient descent never leaves, nor noise below a bound."""

from __future__ import annotations

from collections.abc import Callable

from claims.mathematics import SIGMOID, neuron
from claims.proof.certificates import Problem
from claims.proof.instances.worse_minima import SMALL, SMALL_BETTER, SMALL_WORSE
from claims.proof.traps import find_trap

# The valley at log 3 that x = 1 makes is worse than that of x = 12.
FAR_APART = Problem(neuron(1, SIGMOID), [[1], [12]], ["3/4", "3/4"], reduction="sum")

INSTANCES: dict[str, Callable[[], str]] = {
    "trap-1-1-1-sigmoid": lambda: find_trap(
        SMALL, SMALL_WORSE, SMALL_BETTER, claim="descent-trapped"
    ),
    "trap-neuron": lambda: find_trap(
        FAR_APART, ["1.1"], ["0.1"], claim="smaller-step-unsticks", steps=(1, 8)
    ),
    "trap-neuron-noise": lambda: find_trap(
        FAR_APART, ["1.1"], ["0.1"], claim="uniform-noise-unsticks", steps=(8, 8)
    ),
}
