"""Plateaus, with and without an output bias, and a box that is flat and no plateau."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from claims.mathematics import RELU, SIGMOID, neuron, one_hidden_layer
from claims.proof.certificates import Problem
from claims.proof.dead_cones import find_dead_cone
from claims.proof.instances.worse_minima import STEP
from claims.proof.plateaus import find_flat_box, find_plateau

CLAIM = "plateaus-exist"
HALF = Fraction(1, 2)
UNBIASED_STEP = Problem(one_hidden_layer(1, 1, RELU, output_bias=False), STEP.inputs, STEP.targets)
SATURATED = Problem(neuron(1, SIGMOID), [[1]], [HALF])

INSTANCES: dict[str, Callable[[], str]] = {
    "plateau-1-1-1-relu": lambda: find_dead_cone(STEP, [0, -1, 0, HALF], [1, 0, 1, 0], claim=CLAIM),
    "plateau-open-1-1-1-relu": lambda: find_plateau(
        UNBIASED_STEP, [-HALF, -3, -10], [HALF, -1, 10], [1, 0, 1], claim=CLAIM
    ),
    "flat-box-neuron": lambda: find_flat_box(SATURATED, [14], [16], [0], claim=CLAIM),
}
