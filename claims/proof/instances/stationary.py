"""Saddles and peaks of proved index."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from claims.mathematics import SIGMOID, neuron
from claims.proof.certificates import Problem
from claims.proof.instances.worse_minima import GRID
from claims.proof.stationary_points import find_stationary_point

SADDLE_1 = [
    "-1.198748", "1.653864", "0.612754", "-1.064972",
    "0.918536", "1.3053", "-3.219591", "4.119679", "-8.296087",
]  # fmt: skip
SADDLE_2 = [
    "-1.237053", "0.687745", "0.443316", "-2.045535",
    "0.697223", "-0.243895", "-3.271343", "2.937437", "-6.604957",
]  # fmt: skip

# One weight: the summed squared error of x = 1 and 6 has a peak between its two valleys.
TWO_VALLEYS = Problem(neuron(1, SIGMOID), [[1], [6]], ["3/4", "3/4"], reduction="sum")

# Weight and bias: three points, and the mirrored ones.
HALVES = [Fraction(1, 2), Fraction(5, 2), Fraction(5)]
WITH_BIAS = Problem(
    neuron(1, SIGMOID, bias=True),
    [[x] for x in (*HALVES, *(-x for x in HALVES))],
    [-46, 58, -134, 47, -57, 135],
    reduction="sum",
)
# Labels 0 and 1 need saturated points in enormous numbers.
HARD_LABELS = Problem(
    neuron(1, SIGMOID, bias=True),
    [[2], [12], [50], [-2], [-12], [-50]],
    [0, 1, 0, 1, 0, 1],
    reduction="sum",
    counts=[27033, 22074675331015, 518470552858707217088512] * 2,
)

INSTANCES: dict[str, Callable[[], str]] = {
    "saddle-index-1-2-2-1-sigmoid": lambda: find_stationary_point(
        GRID, SADDLE_1, claim="saddles-exist"
    ),
    "saddle-index-2-2-2-1-sigmoid": lambda: find_stationary_point(
        GRID, SADDLE_2, claim="saddles-exist"
    ),
    "peak-neuron": lambda: find_stationary_point(TWO_VALLEYS, ["0.57"], claim="peaks-exist"),
    "peak-neuron-with-bias": lambda: find_stationary_point(
        WITH_BIAS, ["0.983", 0], claim="peaks-exist"
    ),
    "peak-neuron-hard-labels": lambda: find_stationary_point(
        HARD_LABELS, [1, 0], claim="peaks-exist"
    ),
}
