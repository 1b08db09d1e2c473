"""Networks with one hidden layer on the bundled data: what the studies of descent share."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from claims.mathematics import ACTIVATIONS, SQUARED_ERROR, Objective, one_hidden_layer
from claims.training import CODES, DATA_SETS, STARTS, End, Problem, classify, draw_starts, generator

Floats = NDArray[np.float64]

# Levels of the mean squared error that differ by at most this count as one.
TOLERANCE = 1e-3

# Weights with the lowest loss that a separate search found: descent and polishing from 1000 normal
# starts of deviation 3. Sigmoid and tanh networks express the same functions, so that one of either
# serves both. The level of xor is 0, and so is what no point is known to beat.
LOWEST = {
    ("two-minima", 1): ("sigmoid", [7.524152, -9.423923, -4.866755, -0.042131]),
    ("valley", 1): ("sigmoid", [6.090763, 8.559885, -11.647232, 9.271363]),
    ("wave", 1): ("tanh", [3.971314, -3.301794, 3.703637, 0.947547]),
    ("few-diabetes", 1): ("sigmoid", [-0.911722, -2.106037, 1.306906, -2.330469, 1.569739]),
    ("slope", 2): (
        "tanh",
        [
            *(-1.242998, -0.198937, -0.628357, 2.25175, 0.730902, -1.391485),
            *(-2.926955, 3.39454, -2.490839),
        ],
    ),
}


@cache
def problem_of(data: str, width: int, activation: str) -> Problem:
    """Return the mean squared error of a network with hidden and output biases, linear output."""
    network = one_hidden_layer(DATA_SETS[data]().inputs.shape[1], width, ACTIVATIONS[activation])
    return Problem(Objective(network, SQUARED_ERROR), DATA_SETS[data]())


def starts_of(problem: Problem, start: str, *key: str | int, runs: Iterable[int]) -> Floats:
    """Return starts (runs, p) of that kind; run n's follows from the key and n alone."""
    generators = (generator(*key, number) for number in runs)
    return draw_starts(problem.objective.network, STARTS[start], generators)  # type: ignore[union-attr]


def known_level(data: str, width: int) -> float:
    """Return the lowest loss known before any study ran: at the point in LOWEST, or 0."""
    if (data, width) not in LOWEST:
        return 0.0
    activation, point = LOWEST[data, width]
    problem = problem_of(data, width, activation)
    return float(
        problem.objective.value(np.array(point), problem.data.inputs, problem.data.targets)
    )


@dataclass(frozen=True)
class Ended:
    """How runs ended, each (runs,): index into CODES, level, and the loss where descent stopped.

    ``level`` and ``reached`` are those of `classify`; ``lowest`` is the smaller one.
    """

    code: NDArray[np.int8]
    level: Floats
    reached: Floats

    @property
    def lowest(self) -> Floats:
        return np.minimum(self.level, self.reached)

    @property
    def undecided(self) -> NDArray[np.bool_]:
        return self.code == CODES.index(End.UNDECIDED)


def ended(problem: Problem, theta: Floats, status: Floats) -> Ended:
    """Polish and classify runs that stopped at ``theta`` (runs, p) with that status."""
    ends = classify(problem, theta, status, TOLERANCE)
    return Ended(ends.code, ends.level, ends.reached)


def end_names(codes: NDArray[np.int8]) -> NDArray[np.str_]:
    """Return what a reader calls the ends with these indices into CODES."""
    return np.array([end.value for end in CODES])[codes]
