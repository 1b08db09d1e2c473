"""Certificates to work on, and what is true of them by a route that the checker does not take."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np
import pytest

from claims.mathematics import ACTIVATIONS, RELU, SIGMOID, Network, neuron, one_hidden_layer
from claims.numbers import FLOATS, RATIONALS
from claims.proof.certificates import Problem
from claims.proof.dead_cones import find_dead_cone
from claims.proof.instances import INSTANCES
from claims.proof.worse_minima import find_worse_minimum

Certificate = dict[str, Any]


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
    return texts


@pytest.fixture(scope="session")
def holds() -> Callable[[Certificate], bool]:
    """Whether the statement of a well-formed certificate is true, by the package's definition.

    In floats for a worse minimum, with a thousandth of the radius as margin; exactly, at all the
    corners of the box, for a dead cone. Uniqueness in the box is not looked at.
    """
    return lambda certificate: TRUTH[certificate["kind"]](certificate["proof"])


def numbers(entry: Any) -> Any:
    return np.vectorize(Fraction, otypes=[object])(np.array(entry, dtype=object))


@cache
def problem_of(text: str) -> Problem:
    definition = json.loads(text)
    names, biases = definition["activations"], definition["biases"]
    network = Network(
        tuple(definition["widths"]),
        ACTIVATIONS[names[0]],
        ACTIVATIONS[names[-1]],
        biases[0],
        biases[-1],
    )
    return Problem(network, numbers(definition["inputs"]), numbers(definition["targets"]))


def shape_only(definition: Certificate) -> Problem:
    """The problem with its data left out of the key, so that each shape is recorded once."""
    plain = {key: definition[key] for key in ("widths", "activations", "biases")}
    plain["inputs"] = np.zeros_like(definition["inputs"], dtype=int).tolist()
    plain["targets"] = [0] * len(definition["targets"])
    return problem_of(json.dumps(plain))


def strict_minimum_is_there(proof: Certificate) -> bool:
    function = shape_only(proof["objective"]).function
    data = [FLOATS.enter(numbers(proof["objective"][key])) for key in ("inputs", "targets")]
    centre = FLOATS.enter(numbers(proof["box"]["centre"]))
    radius = float(Fraction(proof["box"]["radius"]))
    root = centre
    for _ in range(12):
        hessian = function.hessian(root, *data)
        if not np.isfinite(hessian).all() or np.linalg.cond(hessian) > 1e13:
            return False
        step = np.linalg.solve(hessian, function.gradient(root, *data))
        root = root - step
        if np.abs(step).max() < 1e-12:
            break
    near = np.abs(root - centre).max() <= radius * 1.001
    definite = np.linalg.eigvalsh(function.hessian(root, *data)).min() > 0
    lower = FLOATS.enter(numbers(proof["lower"]))
    gap = function.value(root, *data) - function.value(lower, *data)
    return bool(near and definite and gap > float(Fraction(proof["gap"])))


def everything_is_dead(proof: Certificate) -> bool:
    definition = proof["objective"]
    problem = shape_only(definition)
    network = problem.network
    if definition["activations"] != ["relu", "identity"] or not network.output_bias:
        return False
    inputs, targets = (numbers(definition[key]) for key in ("inputs", "targets"))
    data = RATIONALS.enter(inputs), RATIONALS.enter(targets)
    point, radius = numbers(proof["point"]), Fraction(proof["radius"])
    losses = [
        problem.function.value(RATIONALS.enter(numbers(proof[key])), *data).fraction
        for key in ("point", "lower")
    ]
    weights = network.block("W1").of(point)
    biases = network.block("b1").of(point) if network.hidden_bias else [0] * len(weights)
    corners = [
        sum((w + a * radius) * x for w, a, x in zip(row, signs, x, strict=False))
        + (bias + signs[-1] * radius if network.hidden_bias else 0)
        for row, bias in zip(weights, biases, strict=True)
        for x in inputs
        for signs in itertools.product((-1, 1), repeat=len(row) + 1)
    ]
    return bool(
        radius > 0
        and max(corners) < 0
        and point[-1] == sum(targets) / len(targets)
        and losses == [Fraction(proof["loss"]), Fraction(proof["lower_loss"])]
        and losses[1] < losses[0]
    )


TRUTH = {"worse-local-minimum": strict_minimum_is_there, "dead-cone": everything_is_dead}
