"""Complete lists by the inner weights of one hidden unit."""

from __future__ import annotations

import json
from fractions import Fraction

import numpy as np
import pytest
from flint import arb, ctx

from claims.mathematics import SIGMOID, TANH, one_hidden_layer
from claims.proof import checker
from claims.proof.certificates import Problem
from claims.proof.enumeration.hidden import find_hidden_list

PROBLEM = Problem(one_hidden_layer(1, 1, SIGMOID), [[-2], [-1], [0], [1], [2]], [0, 3, -1, 2, 1])
BOX = [("0.625", "1.125"), ("-1.5", "-1")]


@pytest.fixture(scope="module")
def certificate():
    return json.loads(find_hidden_list(PROBLEM, BOX, claim="x"))


def unit_of(problem):
    entry = checker.Entry(problem.definition())
    return checker.HiddenUnit(checker.Objective.read(entry), entry)


@pytest.mark.parametrize("point", [(1.25, -0.5), (0.5, 1.75), (3.0, -6.0)])
def test_slopes_are_the_derivatives(point):
    with ctx.workprec(128):
        unit = unit_of(PROBLEM).facing((point, point))
        slopes = unit.slopes((point, point))
        for k in range(2):
            ends = []
            for sign in (1, -1):
                moved = list(point)
                moved[k] += sign * 2.0**-20
                ends.append(unit.at(moved))
            difference = (ends[0] - ends[1]) * 2.0**19
            for i in range(2):
                size = float(abs(slopes[i, k]).mid()) + 1e-9
                assert abs(float((difference[i, 0] - slopes[i, k]).mid())) < 1e-6 * size


def test_enclosures_hold_points():
    source = np.random.default_rng(2)
    unit = unit_of(PROBLEM)
    extent = np.array([0.2, 0.3])
    for low in source.uniform([0.3, -5], [4, 4], (40, 2)):
        cell = tuple(low.tolist()), tuple((low + extent).tolist())
        facing = unit.facing(cell)
        whole = facing.slopes(cell)
        for share in source.uniform(0, 1, (4, 2)):
            point = tuple((low + share * extent).tolist())
            assert whole.contains(facing.slopes((point, point)).mid())


def test_the_root_is_stationary_in_all_weights(certificate):
    (root,) = certificate["proof"]["roots"]
    inner = [arb(float(Fraction(x))) for x in root["centre"]]
    theta = np.array([float(weight.mid()) for weight in unit_of(PROBLEM).weights(inner)])
    data = [np.array(PROBLEM.inputs, dtype=float), np.array(PROBLEM.targets, dtype=float)]
    assert np.abs(PROBLEM.function.gradient(theta, *data)).max() < 1e-7
    eigenvalues = np.linalg.eigvalsh(PROBLEM.function.hessian(theta, *data))
    assert int((eigenvalues < 0).sum()) == root["index"] == 1
    assert "exactly 1 stationary points whose output weight v is not 0" in certificate["statement"]


def refused(certificate, **entries):
    edited = certificate | {"proof": certificate["proof"] | entries}
    with pytest.raises(checker.Refused) as refusal:
        checker.prove(checker.Entry(edited))
    return str(refusal.value)


def test_false_lists_are_refused(certificate):
    proof = certificate["proof"]
    (root,) = proof["roots"]
    assert "is not as" in refused(certificate, roots=[])
    for index in (0, 2, 3, 4):
        assert "index" in refused(certificate, roots=[root | {"index": index}])
    assert "apart" in refused(certificate, roots=[root, root])
    centre = [Fraction(x) for x in root["centre"]]
    for k in range(2):
        moved = list(centre)
        moved[k] += 2 * Fraction(root["radius"])
        refused(certificate, roots=[root | {"centre": [str(x) for x in moved]}])
    for place in range(0, len(proof["tree"]), 7):
        refused(certificate, tree=proof["tree"][:place] + proof["tree"][place + 1 :])
    box = proof["box"]
    assert "positive" in refused(certificate, box=box | {"low": ["0", box["low"][1]]})


@pytest.mark.parametrize(
    "problem",
    [
        Problem(one_hidden_layer(1, 1, TANH), [[0], [1]], [0, 1]),
        Problem(one_hidden_layer(1, 2, SIGMOID), [[0], [1]], [0, 1]),
        Problem(one_hidden_layer(1, 1, SIGMOID, output_bias=False), [[0], [1]], [0, 1]),
        Problem(one_hidden_layer(1, 1, SIGMOID), [[1], [1]], [0, 1]),
        Problem(one_hidden_layer(1, 1, SIGMOID), [[0], [1]], [0, 1], penalty="1/10"),
        Problem(one_hidden_layer(1, 1, SIGMOID), [[0], [1]], [0, 1], counts=[1, 2]),
    ],
)
def test_other_networks_are_refused(problem):
    with pytest.raises(checker.Refused, match="1-1-1 network"):
        unit_of(problem)
