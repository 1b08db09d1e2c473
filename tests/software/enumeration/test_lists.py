"""The search and its lists: against the definition, another enumeration, and awkward data."""

from __future__ import annotations

import json
from fractions import Fraction

import numpy as np
import pytest

from claims.compiled.evaluation import evaluate
from claims.mathematics import (
    CROSS_ENTROPY,
    SIGMOID,
    TANH,
    isolate_stationary_points,
    neuron,
    one_hidden_layer,
)
from claims.numbers import BALLS
from claims.proof import checker
from claims.proof.certificates import Problem
from claims.proof.enumeration import Unfinished, enumerate_stationary_points, kernels
from claims.proof.enumeration.lists import everywhere
from claims.proof.enumeration.search import Search


@pytest.mark.parametrize("activation", [SIGMOID, TANH])
def test_intervals_hold_what_the_definition_gives(activation):
    program = kernels.slopes(activation)
    terms = kernels.terms_kernel(activation)
    source = np.random.default_rng(3)
    for low, width, target in source.uniform([-40, 0, -0.5], [30, 8, 1.5], (200, 3)):
        bounds = terms(low, low + width, target)
        for h in (low, low + width / 3, low + width):
            exact = evaluate(program, theta=BALLS.enter([h]), targets=BALLS.enter([target]))
            for value, below, above in zip(exact, bounds[::2], bounds[1::2], strict=True):
                assert value.arb > below and value.arb < above
    with pytest.raises(ValueError, match="select"):
        kernels.emit_intervals(select_program(), {("h", ()): ("low", "high")})


def select_program():
    from claims.compiled.recording import record
    from claims.numbers import select

    return record(lambda h: select(h, h, 0 * h), h=())


@pytest.mark.parametrize("activation", [SIGMOID, TANH])
def test_against_bisection_with_the_recorded_derivatives(activation):
    source = np.random.default_rng(8)
    network = neuron(1, activation)
    for _ in range(3):
        inputs = source.integers(-6, 7, (5, 1)).tolist()
        targets = [Fraction(int(t), 8) for t in source.integers(1, 8, 5)]
        found = enumerate_stationary_points((inputs, targets), network, box=[(-3, "3.125")])
        function = Problem(network, inputs, targets).function
        other = isolate_stationary_points(function, (inputs, targets), found.box)
        assert [root.index for root in found.points] == [point.index for point in other]
        for root, point in zip(found.points, other, strict=True):
            for x, (low, high) in zip(root.centre, point.box, strict=True):
                assert low - Fraction(1, 10**9) < x < high + Fraction(1, 10**9)


def test_roots_on_cuts_are_found_once():
    # Cuts are at 0.4921875 of a side: at the root 0 here, in either weight.
    box = [("-0.4921875", "0.5078125")]
    assert -0.4921875 + 1 * checker.CUT == 0
    data = [[1], [1], [2]], ["1/2"] * 3
    found = enumerate_stationary_points(data, neuron(1, SIGMOID), box=box)
    assert [root.centre for root in found.points] == [(0,)]
    assert found.undecided.size == 0
    data = [[1, 0], [0, 1], [1, 1]], ["1/2"] * 3
    found = enumerate_stationary_points(data, neuron(2, SIGMOID), box=box * 2)
    assert [root.centre for root in found.points] == [(0, 0)]
    assert found.undecided.size == 0


def test_counts_stand_for_repeated_points():
    inputs, targets = [[1], [6]], ["3/4", "1/4"]
    once = Problem(neuron(1, SIGMOID), [[1], [1], [1], [6]], ["3/4"] * 3 + ["1/4"])
    counted = Problem(neuron(1, SIGMOID), inputs, targets, counts=[3, 1])
    from claims.proof.enumeration.lists import find_complete_list

    lists = [find_complete_list(problem, claim="x").points for problem in (once, counted)]
    assert [[root.index for root in roots] for roots in lists] == [[0, 1, 0]] * 2
    for one, other in zip(*lists, strict=True):
        assert abs(one.centre[0] - other.centre[0]) < Fraction(1, 10**9)


def test_data_of_another_project():
    """Joints of the space shuttle with erosion, of six, against temperature (Dalal et al. 1989)."""
    temperatures = [53, 57, 58, 63, 66, 67, 68, 69, 70, 72, 73, 75, 76, 78, 79, 81]
    eroded = [2, 1, 1, 1, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0]
    inputs = [[Fraction(t - 69, 10)] for t in temperatures]
    targets = [Fraction(count, 6) for count in eroded]
    network = neuron(1, SIGMOID, bias=True)
    found = enumerate_stationary_points((inputs, targets), network, box=[(-8, 8), (-12, 12)])
    assert checker.check(found.certificate).kind == "complete-list"
    assert found.undecided.size == 0
    assert [root.index for root in found.points].count(0) == 1
    with pytest.raises(ValueError, match="give a box"):
        enumerate_stationary_points((inputs, targets), network)


def test_nothing_lies_outside_the_reach():
    source = np.random.default_rng(5)
    for _ in range(20):
        inputs = source.integers(-3, 4, (5, 2)).tolist()
        targets = [Fraction(int(t), 8) for t in source.integers(1, 8, 5)]
        problem = Problem(neuron(2, SIGMOID), inputs, targets)
        if np.linalg.matrix_rank(inputs) < 2:
            continue
        entry = checker.Entry(problem.definition())
        whole = everywhere(checker.Neuron(checker.Objective.read(entry), entry))
        wide = [(low - 20, high + 21) for low, high in whole]
        found = enumerate_stationary_points((inputs, targets), problem.network, box=wide)
        for root in found.points:
            for x, (low, high) in zip(root.centre, whole, strict=True):
                assert low < x < high


def test_a_line_of_zeros_stays_unfinished():
    with pytest.raises(Unfinished):
        enumerate_stationary_points(
            ([[1, 0], [2, 0]], ["1/2", "1/2"]), neuron(2, SIGMOID), box=[(-1, 1)] * 2
        )


def test_a_zero_on_the_boundary_is_undecided():
    found = enumerate_stationary_points(([[1]], ["1/2"]), neuron(1, SIGMOID), box=[(0, 1)])
    assert found.points == () and len(found.undecided) == 1
    assert found.undecided[0, 0, 0] == 0 and found.undecided[0, 0, 1] < 1e-5
    sentence = json.loads(found.certificate)["statement"]
    assert "has at least 0 stationary points. Any others in this box lie in 1 undecided" in sentence


@pytest.mark.parametrize(
    "arguments, words",
    [
        ({"network": one_hidden_layer(1, 1, SIGMOID)}, "give one sigmoid or tanh neuron"),
        ({"network": neuron(1, SIGMOID), "loss": CROSS_ENTROPY}, "the squared error"),
        ({"network": neuron(7, SIGMOID)}, "up to 6 weights"),
        ({"network": neuron(1, SIGMOID), "box": [(1, 1)]}, "low < high"),
        ({"network": neuron(1, SIGMOID), "box": [(0, 1), (0, 1)]}, "give 1 pairs"),
    ],
)
def test_what_it_cannot_do_is_said(arguments, words):
    with pytest.raises(ValueError, match=words):
        enumerate_stationary_points(([[1]], ["1/2"]), **arguments)


def test_directions_are_orthogonal_to_the_inputs():
    problem = Problem(neuron(3, SIGMOID), [[1, 2, 0], [2, 4, 0], [0, 1, 1], [1, 0, 3]], [0] * 4)
    search = Search(problem, ((Fraction(-1), Fraction(1)),) * 3)
    assert len(search.directions) == 3  # the first two inputs are parallel
    assert all(search.products(u).count(0) >= 2 for u in search.directions)
