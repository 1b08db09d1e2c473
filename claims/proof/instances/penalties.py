"""What penalties do: minima that they create and remove, and when L2 makes a neuron convex."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from claims.mathematics import SIGMOID, neuron, one_hidden_layer
from claims.proof.certificates import Problem
from claims.proof.convex_strengths import find_convex_strength
from claims.proof.instances.stationary import TWO_VALLEYS
from claims.proof.lines import find_line
from claims.proof.nonconvexity import find_chord, find_negative_curvature
from claims.proof.stationary_points import find_stationary_point
from claims.proof.worse_minima import find_worse_minimum

L2_ADDS = "l2-adds-valleys"
CONVEXITY = "l2-contributes-to-nonconvexity"
HALF = Fraction(1, 2)
CREATED = Problem(neuron(1, SIGMOID), [[1], [1], [3]], [0, 0, 1], reduction="sum")
PEAK = Problem(neuron(1, SIGMOID), [[1], [1], [4]], [0, 0, HALF], reduction="sum")
SADDLE = Problem(
    neuron(2, SIGMOID),
    [[1, 0], [1, 0], [4, 0], [0, 1]],
    [0, 0, HALF, HALF],
    reduction="sum",
    penalty="0.03",
)
DROPPED = Problem(
    one_hidden_layer(1, 1, SIGMOID, hidden_bias=False), [[1], [2]], [0, 1], dropout=HALF
)
ONE_POINT = Problem(neuron(1, SIGMOID), [[1]], [0])
PENALISED = Problem(one_hidden_layer(1, 1, SIGMOID), [[0], [1]], [0, 1], penalty=1)

INSTANCES: dict[str, Callable[[], str]] = {
    "l2-creates-a-valley": lambda: find_line(CREATED, [0, "0.0003"], claim=L2_ADDS),
    "l2-removes-a-valley": lambda: find_line(TWO_VALLEYS, [0, 3], claim=L2_ADDS),
    "l2-creates-a-peak": lambda: find_line(PEAK, [0, "0.03"], claim=L2_ADDS),
    "l2-creates-a-saddle": lambda: find_stationary_point(SADDLE, ["-0.479", 0], claim=L2_ADDS),
    "dropout-creates-a-valley": lambda: find_worse_minimum(
        DROPPED,
        ["0.88137", "0.0826", "0.43553"],
        ["-0.7", "-0.417", "0.611"],
        claim="dropout-adds-valleys",
    ),
    "l2-makes-a-neuron-convex": lambda: find_convex_strength(ONE_POINT, claim=CONVEXITY),
    "l2-leaves-a-negative-curvature": lambda: find_negative_curvature(
        PENALISED, [0, 0, 0, HALF + 5], claim=CONVEXITY
    ),
    "l2-leaves-a-violated-chord": lambda: find_chord(
        PENALISED,
        ["0.15", "0.33", "-0.34", "5.57"],
        ["-0.15", "-0.33", "0.34", "5.43"],
        claim=CONVEXITY,
    ),
}
