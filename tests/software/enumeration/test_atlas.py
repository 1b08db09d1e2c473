"""What the atlas computes from a list: levels, descents from the saddles, symmetries."""

from __future__ import annotations

import json

import numpy as np
import pytest

from claims.proof.enumeration import atlas, hidden_atlas
from claims.proof.enumeration.descents import Flow
from claims.proof.enumeration.landscapes import HIDDEN, LANDSCAPES


def test_three_points_on_a_line(lists):
    described = atlas.described("line-of-six", lists["line-of-six"])
    # On a line each maximum joins its neighbours.
    assert [point["index"] for point in described["points"]] == [0, 1] * 5 + [0]
    assert described["joins"] == [{"saddle": i, "minima": [i - 1, i + 1]} for i in range(1, 11, 2)]
    assert described["orbits"] == list(range(11))
    assert len(described["surface"]["loss"]) == len(described["surface"]["axes"][0])


def test_two_weights_with_a_symmetry(lists, tmp_path):
    described = atlas.described("two-weights", lists["two-weights"])
    points = described["points"]
    minima = {i for i, point in enumerate(points) if point["index"] == 0}
    assert [set(join["minima"]) for join in described["joins"]] == [minima] * 2
    for i, point in enumerate(points):
        orbit = points[described["orbits"][i]]
        assert abs(point["loss"] - orbit["loss"]) < 1e-8
    # Exchanging the weights carries one saddle into the other.
    assert len(set(described["orbits"])) == 4
    problem = LANDSCAPES["two-weights"].problem
    flow = Flow(problem)
    for point in points:
        assert abs(float(flow.loss(atlas.np.array(point["centre"]))) - point["loss"]) < 1e-7


def test_command_names_a_missing_certificate(lists, tmp_path, capsys, monkeypatch):
    arguments = ["--certificates", str(tmp_path), "--into", str(tmp_path / "atlas.json")]
    assert atlas.main(arguments) == 1
    assert "no certificate" in capsys.readouterr().err
    monkeypatch.setattr(atlas, "LANDSCAPES", {"two-weights": LANDSCAPES["two-weights"]})
    monkeypatch.setattr(atlas, "HIDDEN", {})
    path = tmp_path / "complete-list-two-weights.json"
    path.write_text(json.dumps(lists["two-weights"]))
    assert atlas.main(arguments) == 0
    assert len(json.loads((tmp_path / "atlas.json").read_text())["landscapes"]) == 1


def test_a_hidden_list_with_its_copies():
    landscape = HIDDEN["ten-points"]
    roots = [
        {"centre": ["7.524152529", "-9.423923168"], "radius": "1/100", "index": 0},
        {"centre": ["5.073738350", "6.928749518"], "radius": "1/100", "index": 0},
    ]
    objective = landscape.problem.definition()
    box = {"low": ["4.5", "-10"], "high": ["8", "8"]}
    proof = {"objective": objective, "roots": roots, "box": box}
    described = hidden_atlas.described("ten", landscape, {"statement": "", "proof": proof})
    points = described["points"]
    # The sign flip: (w, b, v, c) and (-w, -b, -v, c + v) have the same output.
    assert described["orbits"] == [0, 0, 2, 2]
    for one, copy in (points[:2], points[2:]):
        w, b, v, c = one["centre"]
        assert copy["centre"] == pytest.approx([-w, -b, -v, c + v], abs=1e-6)
        assert copy["loss"] == one["loss"]
    flow = Flow(landscape.problem)
    for point in points:
        slope = flow.function.gradient(np.array(point["centre"]), *flow.data)
        assert np.abs(slope).max() < 1e-5
    surface = described["surface"]
    # Where the output weight changes its sign the fit is constant, and worst.
    assert max(surface["loss"]) <= described["constant"] == 16.45
    signs = np.sign(surface["outer"][0])
    assert {*signs} == {-1, 1}


def test_two_units_without_biases_have_one_copy_by_exchange():
    landscape = HIDDEN["two-units"]
    flow = Flow(landscape.problem)
    theta = hidden_atlas.fitted(flow, landscape.inner(np.array([-1.5, 3.0])))
    one, other = hidden_atlas.copies(landscape.problem.network, theta)
    assert one.tolist() == theta.tolist()
    assert other.tolist() == theta[[1, 0, 3, 2]].tolist()
    assert np.abs(flow.function.gradient(theta, *flow.data)[2:]).max() < 1e-9
