"""The atlas: graphs of joins, and a page that shows what the data say."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from claims.exhibits.atlas import Branch, disconnectivity, landscapes
from claims.report.__main__ import build_report
from claims.report.atlas import build_atlas, kind, read_atlas
from claims.report.material import BadMaterial

# Two weights, symmetric: minima 0, 1 and 2 (1 and 2 are copies), saddles 3 and 4, a maximum.
POINTS = [(0, 0.1), (0, 0.2), (0, 0.2), (1, 0.5), (1, 0.5), (2, 0.9)]
DESCRIBED = {
    "landscapes": [
        {
            "name": "three",
            "certificate": "complete-list-three",
            "statement": "In R^2 there are exactly 6 of them.",
            "weights": 2,
            "points": [
                {"centre": [0.1 * i, 0.2], "index": index, "loss": loss}
                for i, (index, loss) in enumerate(POINTS)
            ],
            "joins": [
                {"saddle": 3, "minima": [0, 1]},
                {"saddle": 4, "minima": [0, 2]},
                {"saddle": 4, "minima": [None, 2]},
            ],
            "orbits": [0, 1, 1, 3, 3, 5],
            "surface": {
                "logarithmic": False,
                "axes": [[0, 1], [0, 1, 2]],
                "loss": [1, 2, 3, 4, 5, 6],
            },
        }
    ]
}


def test_minima_join_at_the_lowest_saddle():
    graph = disconnectivity({7: 0.0, 3: 1.0, 5: 2.0}, [(4, 3, 5), (3, 7, 3), (9, 7, 5)])
    assert graph.minima == 3
    assert graph.branches == (
        Branch(0, 0.0, 3, 0.5),
        Branch(1, 1.0, 3, 0.5),
        Branch(2, 2.0, 4, 1.25),
        Branch(0.5, 3, 4, 1.25),
        Branch(1.25, 4, 4, None),
    )


def test_minima_that_nothing_joins_stay_apart():
    graph = disconnectivity({0: 1.0, 1: 2.0}, [])
    assert graph.branches == (Branch(0, 1.0, 1.0, None), Branch(1, 2.0, 2.0, None))


def test_the_quotient_has_a_minimum_for_each_orbit():
    (landscape,) = landscapes(DESCRIBED)
    assert (landscape.whole.minima, landscape.quotient.minima) == (3, 2)
    assert len(landscape.whole.branches) == 5 and len(landscape.quotient.branches) == 3
    assert landscape.counts == ((0, 3), (1, 2), (2, 1))
    assert landscape.surface.losses == ((1, 2, 3), (4, 5, 6))


def test_kinds_are_named_after_the_index():
    assert [kind(index, 2) for index in range(3)] == ["minimum", "saddle of index 1", "maximum"]
    assert [kind(index, 1) for index in range(2)] == ["minimum", "maximum"]


def test_the_page_shows_every_landscape_with_its_figures():
    files = build_atlas(DESCRIBED, "certificates", "atlas/landscapes.json")
    page = files["atlas.html"].decode()
    assert "In R^2 there are exactly 6 of them." in page
    assert 'href="certificates/complete-list-three.json"' in page
    for name in ("surface", "indices", "graph"):
        assert f'src="atlas/three-{name}.svg"' in page
        assert files[f"atlas/three-{name}.svg"].startswith(b"<svg")
    assert "3 of index 0, 2 of index 1, 1 of index 2" in page
    assert "<td>saddle of index 1</td>" in page
    assert files == build_atlas(DESCRIBED, "certificates", "atlas/landscapes.json")


# One hidden unit: a minimum and a saddle from which a descent runs off, with their copies.
HIDDEN = {
    "name": "unit",
    "certificate": "complete-hidden-list-unit",
    "statement": "In the box there are exactly 2 of them.",
    "weights": 4,
    "network": "1-1-1",
    "constant": 1.5,
    "unknowns": ["weight", "bias"],
    "places": [[0.5, 1.0], [0.5, 1.0]],
    "points": [
        {"centre": [sign * 0.5, sign * 1.0, sign, 0], "index": index, "loss": 0.5 + index / 4}
        for index in (0, 1)
        for sign in (1, -1)
    ],
    "joins": [{"saddle": 2, "minima": [0, None]}, {"saddle": 3, "minima": [1, None]}],
    "orbits": [0, 0, 2, 2],
    "surface": {
        "logarithmic": False,
        "axes": [[0, 1], [0, 1, 2]],
        "loss": [1, 2, 3, 4, 5, 6],
        "outer": [[-1, 1, 2, -1, 2, 3]],
    },
}


def test_a_network_with_a_hidden_layer_shows_copies_and_the_continuum():
    described = {"landscapes": [HIDDEN]}
    (landscape,) = landscapes(described)
    assert (landscape.whole.minima, landscape.quotient.minima, landscape.stray) == (2, 1, 2)
    assert landscape.surface.outer == (((-1, 1, 2), (-1, 2, 3)),)
    files = build_atlas(described, "certificates", "atlas/landscapes.json")
    page = files["atlas.html"].decode()
    assert 'href="certificates/complete-hidden-list-unit.json"' in page
    assert "A 1-1-1 network in a box, 2 stationary points up to symmetry" in page
    assert "for each of 2 points its 2 copies by symmetry: 2 of index 0, 2 of index 1" in page
    assert "2 of the 4 descents from saddles of index 1, one each way, reach no minimum" in page
    assert "No saddle of the list joins the 2 minima, 1 up to symmetry of the hidden units" in page
    assert "1 minimum, 1 saddle of index 1, and in the box no other where no output" in page
    # The copies lie at other inner weights, and are not drawn over these.
    assert files["atlas/unit-surface.svg"].count(b"an output weight is 0") == 1
    assert b"the loss 1.5 of the continuum" in files["atlas.html"]
    files = build_atlas({"landscapes": [HIDDEN | {"constant": None}]}, "certificates", "data.json")
    assert b"of the continuum" not in files["atlas.html"]
    assert b"an output weight is 0 in the best fit, and that unit idle" in files["atlas.html"]


def test_without_minima_there_is_no_graph():
    saddles = HIDDEN | {
        "points": HIDDEN["points"][2:],
        "orbits": [0, 0],
        "places": HIDDEN["places"][:1],
        "joins": [{"saddle": i, "minima": [None, None]} for i in (0, 1)],
    }
    files = build_atlas({"landscapes": [saddles]}, "certificates", "data.json")
    assert "atlas/unit-graph.svg" not in files
    page = files["atlas.html"].decode()
    assert "There is no minimum among them." in page
    assert "descents from saddles" not in page  # none is followed where there is no minimum


def test_the_report_links_to_the_atlas_where_there_is_one(example, tmp_path):
    assert b"atlas.html" not in build_report(example.material(), example.places)["index.html"]
    path = tmp_path / "landscapes.json"
    path.write_text(json.dumps(DESCRIBED))
    files = build_report(example.material(), replace(example.places, atlas=path))
    assert "atlas/three-graph.svg" in files
    for page in ("index.html", "documents.html", "provenance.html", "atlas.html"):
        assert b'href="atlas.html"' in files[page]


def test_unreadable_landscapes_are_named(tmp_path):
    with pytest.raises(BadMaterial, match=r"landscapes\.json"):
        read_atlas(tmp_path / "landscapes.json")
