"""What the atlas computes from a list: levels, descents from the saddles, symmetries."""

from __future__ import annotations

import json

from claims.proof.enumeration import atlas
from claims.proof.enumeration.landscapes import LANDSCAPES


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
    flow = atlas.Flow(problem)
    for point in points:
        assert abs(float(flow.loss(atlas.np.array(point["centre"]))) - point["loss"]) < 1e-7


def test_command_names_a_missing_certificate(lists, tmp_path, capsys, monkeypatch):
    arguments = ["--certificates", str(tmp_path), "--into", str(tmp_path / "atlas.json")]
    assert atlas.main(arguments) == 1
    assert "no certificate" in capsys.readouterr().err
    monkeypatch.setattr(atlas, "LANDSCAPES", {"two-weights": LANDSCAPES["two-weights"]})
    path = tmp_path / "complete-list-two-weights.json"
    path.write_text(json.dumps(lists["two-weights"]))
    assert atlas.main(arguments) == 0
    assert len(json.loads((tmp_path / "atlas.json").read_text())["landscapes"]) == 1
