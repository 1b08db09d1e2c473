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
from claims.proof.enumeration import hidden
from claims.proof.enumeration.descents import Flow
from claims.proof.enumeration.hidden import find_hidden_list, search
from claims.proof.enumeration.hidden_atlas import fitted
from claims.proof.enumeration.landscapes import HIDDEN
from claims.proof.enumeration.search import Unfinished

PROBLEM = Problem(one_hidden_layer(1, 1, SIGMOID), [[-2], [-1], [0], [1], [2]], [0, 3, -1, 2, 1])
BOX = [("0.625", "1.125"), ("-1.5", "-1")]
PAIR = HIDDEN["two-units"].problem
PAIR_BOX = [(-2, "-1.25"), ("2.75", "3.25")]


@pytest.fixture(scope="module")
def certificate():
    return json.loads(find_hidden_list(PROBLEM, BOX, claim="x"))


@pytest.fixture(scope="module")
def pair():
    return json.loads(find_hidden_list(PAIR, PAIR_BOX, claim="x"))


def layer_of(problem):
    entry = checker.Entry(problem.definition())
    return checker.HiddenLayer(checker.Objective.read(entry), entry)


PLACES = [
    *((PROBLEM, point) for point in [(1.25, -0.5), (0.5, 1.75), (3.0, -6.0)]),
    # Near one another the two units are fitted with a divided difference, afar with their values.
    *((PAIR, point) for point in [(-1.5, 3.0), (0.25, 0.03125), (-2.5, 5.0)]),
]


@pytest.mark.parametrize("problem, point", PLACES)
def test_slopes_are_the_derivatives(problem, point):
    with ctx.workprec(128):
        layer = layer_of(problem).facing((point, point))
        slopes = layer.slopes((point, point))
        for k in range(2):
            ends = []
            for sign in (1, -1):
                moved = list(point)
                moved[k] += sign * 2.0**-20
                ends.append(layer.at(moved))
            difference = (ends[0] - ends[1]) * 2.0**19
            for i in range(2):
                size = float(abs(slopes[i, k]).mid()) + 1e-9
                assert abs(float((difference[i, 0] - slopes[i, k]).mid())) < 1e-6 * size


@pytest.mark.parametrize(
    "problem, low, high, extent",
    [
        (PROBLEM, [0.3, -5], [4, 4], [0.2, 0.3]),
        (PAIR, [-3, 0.5], [1, 6], [0.03, 0.03]),
        (PAIR, [-3, 3.9], [1, 4], [0.01, 0.01]),
    ],
)
def test_enclosures_hold_points(problem, low, high, extent):
    source = np.random.default_rng(2)
    layer = layer_of(problem)
    enclosed = 0
    for start in source.uniform(low, high, (40, 2)):
        cell = tuple(start.tolist()), tuple((start + extent).tolist())
        facing = layer.facing(cell)
        try:
            whole = facing.slopes(cell)
        except ZeroDivisionError:  # the values are not proved independent
            continue
        enclosed += 1
        for share in source.uniform(0, 1, (4, 2)):
            point = tuple((start + share * np.array(extent)).tolist())
            assert whole.contains(facing.slopes((point, point)).mid())
    assert enclosed > 20


@pytest.mark.parametrize("problem, point", PLACES)
def test_the_zeros_are_those_of_the_definition(problem, point):
    """F is the gradient of the recorded loss in the inner weights, over the output weights."""
    with ctx.workprec(64):
        layer = layer_of(problem).facing((point, point))
        equations = [float(value.mid()) for value in layer.at(point).entries()]
        theta = [float(x.mid()) for x in layer.weights([arb(x) for x in point])]
    data = np.array(problem.inputs, dtype=float), np.array(problem.targets, dtype=float)
    slope = problem.function.gradient(np.array(theta), *data)
    scale = len(data[1]) / 2
    # F lacks the output weights, and that of one unit has s e^(-b), or s(-w x - b) e^b.
    factors = 1 / np.array(theta[2:4]) if layer.units == 2 else np.exp(abs(point[1])) / theta[2]
    expected = slope[:2] * scale * factors
    assert np.abs(slope[2:]).max() < 1e-9
    assert equations == pytest.approx(expected, rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("name, index", [("certificate", 1), ("pair", 0)])
def test_the_root_is_stationary_in_all_weights(name, index, request):
    certificate = request.getfixturevalue(name)
    problem = PROBLEM if name == "certificate" else PAIR
    (root,) = certificate["proof"]["roots"]
    inner = [arb(float(Fraction(x))) for x in root["centre"]]
    theta = np.array([float(weight.mid()) for weight in layer_of(problem).weights(inner)])
    data = [np.array(problem.inputs, dtype=float), np.array(problem.targets, dtype=float)]
    assert np.abs(problem.function.gradient(theta, *data)).max() < 1e-7
    eigenvalues = np.linalg.eigvalsh(problem.function.hessian(theta, *data))
    assert int((eigenvalues < 0).sum()) == root["index"] == index
    assert "exactly 1 stationary point whose output weight" in certificate["statement"]


def test_the_compiled_search_takes_the_boxes_that_the_checker_does(certificate, pair):
    """Krawczyk's operator in middles and radii, against the checker's balls, box by box."""
    for document, problem in ((certificate, PROBLEM), (pair, PAIR)):
        proof = document["proof"]
        layer = layer_of(problem)
        whole = [
            (Fraction(a), Fraction(b))
            for a, b in zip(proof["box"]["low"], proof["box"]["high"], strict=True)
        ]
        with ctx.workprec(64):
            tree, undecided = search(layer, whole, [], 2.0**-5, 1.0)
        assert len(undecided) > 0
        symbols = {symbol: tree.count(symbol) for symbol in "#?"}
        waiting = [tuple(tuple(map(float, end)) for end in zip(*whole, strict=True))]
        for symbol in tree:
            low, high = cell = waiting.pop()
            with ctx.workprec(64):
                empty = checker.remains(layer, cell) is None
            # The search asks for a little more, and only there may they differ.
            assert not (symbol == "#" and not empty)
            if symbol in checker.SPLITS:
                symbols["missed"] = symbols.get("missed", 0) + empty
                k = checker.SPLITS.index(symbol)
                edge = low[k] + (high[k] - low[k]) * checker.CUT
                waiting.append(((*low[:k], edge, *low[k + 1 :]), high))
                waiting.append((low, (*high[:k], edge, *high[k + 1 :])))
        assert symbols.get("missed", 0) <= 1


def test_many_starts_of_newton_find_no_other_point():
    """Newton's iteration in all four weights, from the recorded derivatives alone."""
    landscape = HIDDEN["two-units"]
    (a, b), (c, d) = [[float(Fraction(x)) for x in side] for side in landscape.box]
    source = np.random.default_rng(4)
    first, gap = source.uniform(a, b, 4000), source.uniform(c, d, 4000)
    data = np.array(PAIR.inputs, dtype=float), np.array(PAIR.targets, dtype=float)
    flow = Flow(PAIR)
    points = fitted(flow, np.stack([first, first + gap]))
    for _ in range(60):
        slope = PAIR.function.gradient(points, *data).T
        bend = PAIR.function.hessian(points, *data).transpose(2, 0, 1)
        regular = np.abs(np.linalg.det(bend)) > 1e-200
        points, slope, bend = points[:, regular], slope[regular], bend[regular]
        points = points - np.linalg.solve(bend, slope[..., None])[..., 0].T
        points = points[:, (np.abs(points) < 1e3).all(axis=0)]
    ends = points[:, np.abs(PAIR.function.gradient(points, *data)).max(axis=0) < 1e-9].T
    found = set()
    for w, other, v, u in ends:
        if a < w < b and c < other - w < d and min(abs(v), abs(u)) > 1e-6:
            found.add((round(w, 5), round(other, 5)))
    assert sorted(found) == [(-1.53449, 0.32375), (-1.49682, 1.49682), (-0.33074, 1.63001)]


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


def test_coincident_units_are_refused(pair):
    proof = pair["proof"]
    box = proof["box"]
    edited = box | {"low": [box["low"][0], "0"]}
    assert "of a positive difference" in refused(pair, box=edited)
    (root,) = proof["roots"]
    near = root | {"centre": [root["centre"][0], "0"]}
    assert "not proved regular" in refused(pair, roots=[near])


@pytest.mark.parametrize(
    "problem",
    [
        Problem(one_hidden_layer(1, 1, TANH), [[0], [1]], [0, 1]),
        Problem(one_hidden_layer(1, 2, SIGMOID), [[0], [1]], [0, 1]),
        Problem(one_hidden_layer(1, 2, SIGMOID, hidden_bias=False), [[0], [1]], [0, 1]),
        Problem(one_hidden_layer(1, 3, SIGMOID, hidden_bias=False, output_bias=False), [[1]], [0]),
        Problem(one_hidden_layer(2, 1, SIGMOID), [[0, 0], [1, 0]], [0, 1]),
        Problem(one_hidden_layer(1, 1, SIGMOID, output_bias=False), [[0], [1]], [0, 1]),
        Problem(one_hidden_layer(1, 1, SIGMOID), [[1], [1]], [0, 1]),
        Problem(one_hidden_layer(1, 1, SIGMOID), [[0], [1]], [0, 1], penalty="1/10"),
        Problem(one_hidden_layer(1, 1, SIGMOID), [[0], [1]], [0, 1], counts=[1, 2]),
    ],
)
def test_other_networks_are_refused(problem):
    with pytest.raises(checker.Refused, match="1-1-1 network with both biases"):
        layer_of(problem)


def test_undecided_parts_are_said(pair):
    proof = pair["proof"]
    place = proof["tree"].rindex("#")
    tree = proof["tree"][:place] + checker.UNDECIDED + proof["tree"][place + 1 :]
    sentence = checker.prove(checker.Entry(pair | {"proof": proof | {"tree": tree}})).sentence
    assert "at least 1 stationary point whose output weights are not 0" in sentence
    assert "or lie in 1 undecided parts" in sentence


def test_a_search_that_does_not_end_says_so(monkeypatch):
    monkeypatch.setattr(hidden, "MOST_NODES", 20)
    with pytest.raises(Unfinished, match="not finished after 20 boxes"):
        find_hidden_list(PAIR, PAIR_BOX, claim="x")
    monkeypatch.undo()
    monkeypatch.setattr(hidden, "MOST_UNDECIDED", 0)
    with pytest.raises(Unfinished, match="not finished"):
        find_hidden_list(PAIR, PAIR_BOX, claim="x")
