"""Networks with more weights than points: the weights of loss 0 near a solution."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from claims.mathematics import SIGMOID, one_hidden_layer
from claims.proof.certificates import Problem
from claims.proof.solution_manifolds import find_solution_manifold

CLAIM = "overspecified-multiple-solutions"

# Weights: W row by row, the hidden biases, the output weights, the output bias.
CURVE = Problem(one_hidden_layer(1, 1, SIGMOID), [[-1], [0], [2]], [0, Fraction(1, 2), 1])
MANY = Problem(
    one_hidden_layer(2, 2, SIGMOID),
    [[0, 0], [0, 1], [1, 0], [1, 1]],
    [0, 1, 1, 0],
)

INSTANCES: dict[str, Callable[[], str]] = {
    "solutions-1-1-1-sigmoid": lambda: find_solution_manifold(
        CURVE, [1, 0, 2, "-1/2"], claim=CLAIM
    ),
    "solutions-2-2-1-sigmoid-xor": lambda: find_solution_manifold(
        MANY, [6, 6, 4, 4, -3, -6, 2, -2, "-0.5"], claim=CLAIM
    ),
}
