"""Local minima above the global level, found from approximate points."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from claims.mathematics import RELU, SIGMOID, TANH, neuron, one_hidden_layer
from claims.proof.certificates import Exact, Problem
from claims.proof.dead_cones import find_dead_cone
from claims.proof.worse_minima import find_worse_minimum

CLAIM = "worse-local-minima-exist"

# 1-1-1, N = 10: weights are (w, b, v, c) of v a(w x + b) + c.
INPUTS = [[Fraction(i, 2)] for i in range(-4, 6)]
TARGETS = [-6, -4, -2, 2, 6, 4, -1, -4, -7, -3]
SMALL = Problem(one_hidden_layer(1, 1, SIGMOID), INPUTS, TARGETS)
SMALL_TANH = Problem(one_hidden_layer(1, 1, TANH), INPUTS, TARGETS)
SMALL_WORSE = ["-5.073738", "-6.92875", "-5.615244", "-0.50371"]
SMALL_BETTER = ["7.524153", "-9.423923", "-4.866755", "-0.042131"]

# 2-2-1, N = 12, on a grid: weights are W row by row, the hidden biases, the output weights, c.
GRID = Problem(
    one_hidden_layer(2, 2, SIGMOID),
    [[i - 1, j - 1] for i in range(4) for j in range(3)],
    ["-6.3", "-8.1", "-9.7", "-5.2", "-8.2", "-9.3",
     "-5.2", "-6.9", "-7.7", "-4.3", "-4.8", "-6.2"],
)  # fmt: skip
GRID_WORSE = [
    "-2.887383", "-2.323171", "0.364719", "-1.509284",
    "5.005945", "-0.583973", "-2.795382", "6.474892", "-7.398382",
]  # fmt: skip
GRID_BETTER = [
    "-3.2615", "-4.796858", "-1.031816", "0.656964",
    "-3.174049", "1.093139", "2.596791", "-7.128749", "-3.06831",
]  # fmt: skip

# One neuron, two samples: each makes a valley, at logit(3/4) and at about a sixth of it.
NEURON = Problem(neuron(1, SIGMOID), [[1], [6]], ["3/4", "3/4"])

STEP = Problem(one_hidden_layer(1, 1, RELU), [[0], [1]], [0, 1])


def as_tanh(weights: list[str]) -> Exact:
    """Return the weights of a 1-1-1 tanh network with the outputs of a sigmoid one.

    tanh(h) = 2 s(2h) - 1, so that v s(wx + b) + c = (v/2) tanh((w/2) x + b/2) + (c + v/2).
    """
    w, b, v, c = map(Fraction, weights)
    return [w / 2, b / 2, v / 2, c + v / 2]


# File name: a function that finds the certificate and returns its text.
INSTANCES: dict[str, Callable[[], str]] = {
    "worse-minimum-1-1-1-sigmoid": lambda: find_worse_minimum(
        SMALL, SMALL_WORSE, SMALL_BETTER, claim=CLAIM
    ),
    "worse-minimum-1-1-1-tanh": lambda: find_worse_minimum(
        SMALL_TANH, as_tanh(SMALL_WORSE), as_tanh(SMALL_BETTER), claim=CLAIM
    ),
    "worse-minimum-2-2-1-sigmoid": lambda: find_worse_minimum(
        GRID, GRID_WORSE, GRID_BETTER, claim=CLAIM
    ),
    "worse-minimum-neuron": lambda: find_worse_minimum(NEURON, ["1.003"], ["0.23"], claim=CLAIM),
    "dead-cone-1-1-1-relu": lambda: find_dead_cone(
        STEP, [-1, -1, 1, Fraction(1, 2)], [1, 0, 1, 0], claim=CLAIM
    ),
}
