"""Certificates to work on, and what is true of them by a route that the checker does not take."""

from __future__ import annotations

import pytest
import truths

from claims.mathematics import RELU, SIGMOID, neuron, one_hidden_layer
from claims.proof.certificates import Problem
from claims.proof.dead_cones import find_dead_cone
from claims.proof.instances import INSTANCES
from claims.proof.radicals import find_no_radicals
from claims.proof.worse_minima import find_worse_minimum


@pytest.fixture(scope="session")
def certificates() -> dict[str, str]:
    """The texts of all certificates that the project writes, and of a few of other shapes."""
    texts = {name: find() for name, find in INSTANCES.items()}
    # s(w) and s(6w) against 3/4: a minimum near each of log 3 and (log 3)/6.
    texts["neuron"] = find_worse_minimum(
        Problem(neuron(1, SIGMOID), [[1], [6]], ["3/4", "3/4"]), ["0.95"], ["0.2"], claim="x"
    )
    # f = relu(w x) on x = 1 and -1: each sign of w fits one point.
    texts["relu-neuron"] = find_worse_minimum(
        Problem(neuron(1, RELU), [[1], [-1]], [1, 2]), ["1.1"], ["-2"], claim="x"
    )
    wide = Problem(
        one_hidden_layer(2, 3, RELU),
        [[0, 1], [1, 0], [1, 2], [-1, "1/3"], [2, -2], [-1, -1]],
        [1, "1/2", 3, -1, 2, 0],
    )
    texts["dead-cone-2-3-1"] = find_dead_cone(
        wide,
        ["1/2", "1/3", -1, "1/4", 0, 1, -3, -4, "-5/2", 2, 0, -1, "11/12"],
        [1, 0, 0, 1, 1, 1, 0, 0, 1, "1/2", "1/4", "1/3", 0],
        claim="x",
    )
    # Of degree six, which is no prime: a cycle of five is needed besides.
    six = Problem(neuron(1, SIGMOID), [[1], [2]], [1, "1/3"], reduction="sum")
    texts["no-radicals-degree-6"] = find_no_radicals(six, claim="x")
    return texts


@pytest.fixture(scope="session")
def holds():
    """Whether the statement of a well-formed certificate is true, by the package's definition."""
    return truths.holds
