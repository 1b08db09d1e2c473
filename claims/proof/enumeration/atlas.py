"""What is computed from the complete lists to be looked at; all of it in floats, none proved.

    python -m claims.proof.enumeration.atlas --certificates DIR --into FILE

The points and their indices are those of the certificates. Losses are floats; each saddle of index
1 is followed downhill both ways along its unstable direction, by the gradient flow, to the minima
that it joins; the symmetries looked for are the permutations of weights that keep the data, and
for networks with a hidden layer, which follow, the permutations and sign flips of the units.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import partial
from itertools import permutations
from pathlib import Path
from typing import Any

import numpy as np

from claims.files import write_whole
from claims.proof.certificates import Problem
from claims.proof.enumeration import hidden_atlas
from claims.proof.enumeration.descents import Floats, Flow, rounded
from claims.proof.enumeration.landscapes import HIDDEN, LANDSCAPES

GRID = 81  # points a side of a surface


def described(name: str, certificate: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the atlas shows of one landscape, as JSON."""
    problem, proof = LANDSCAPES[name].problem, certificate["proof"]
    flow = Flow(problem)
    roots = proof["roots"]
    points = [np.array([float(Fraction(x)) for x in root["centre"]]) for root in roots]
    return {
        "name": name,
        "certificate": f"complete-list-{name}",
        "statement": certificate["statement"],
        "weights": len(points[0]),
        "data": {
            "inputs": proof["objective"]["inputs"],
            "targets": proof["objective"]["targets"],
        },
        "points": [
            {
                "centre": [float(f"{x:.8g}") for x in point],
                "index": root["index"],
                "loss": rounded(flow.loss(point)),
            }
            for point, root in zip(points, roots, strict=True)
        ],
        "joins": flow.joined(points, roots),
        "orbits": orbits(problem, points),
        "surface": surface(flow, points),
    }


def orbits(problem: Problem, points: Sequence[Floats]) -> list[int]:
    """For each point, the first one that a symmetry carries it to.

    The symmetries are the permutations of the weights under which the data stay the same.
    """
    rows = [tuple(map(Fraction, row)) for row in problem.inputs]
    data = sorted(zip(rows, map(Fraction, problem.targets), strict=True))
    first = list(range(len(points)))
    for order in permutations(range(len(points[0]))):
        moved = [(tuple(row[k] for k in order), target) for row, target in data]
        if sorted(moved) == data:
            for i, point in enumerate(points):
                image = point[list(order)]
                j = min(range(len(points)), key=lambda n: np.abs(points[n] - image).max())
                first[i] = min(first[i], j)
    return first


def surface(flow: Flow, points: Sequence[Floats]) -> dict[str, Any] | None:
    """The loss on a grid round all points, for one weight or two.

    Sides are logarithmic where all points are positive and far apart in scale.
    """
    size = len(points[0])
    if size > 2:
        return None
    low, high = np.min(points, axis=0), np.max(points, axis=0)
    logarithmic = bool((low > 0).all() and (high > 20 * low).any())
    count = GRID if size == 2 else 10 * GRID
    axes = [
        np.geomspace(a / 2, b * 2, count)
        if logarithmic
        else np.linspace(a - (b - a) / 4 - 0.5, b + (b - a) / 4 + 0.5, count)
        for a, b in zip(low, high, strict=True)
    ]
    losses = flow.loss(np.stack(np.meshgrid(*axes, indexing="ij")))
    return {
        "logarithmic": logarithmic,
        "axes": [[rounded(x) for x in axis] for axis in axes],
        "loss": [float(f"{x:.6g}") for x in losses.reshape(-1)],
    }


def main(argv: Sequence[str] | None = None) -> int:
    """Describe every landscape; returns 1 where a certificate is missing."""
    parser = argparse.ArgumentParser(prog="python -m claims.proof.enumeration.atlas")
    parser.add_argument("--certificates", type=Path, required=True, metavar="DIR")
    parser.add_argument("--into", type=Path, required=True, metavar="FILE")
    options = parser.parse_args(argv)
    views = [
        *((f"complete-list-{name}", partial(described, name)) for name in LANDSCAPES),
        *(
            (f"complete-hidden-list-{name}", partial(hidden_atlas.described, name, landscape))
            for name, landscape in HIDDEN.items()
        ),
    ]
    landscapes = []
    for certificate, view in views:
        path = options.certificates / f"{certificate}.json"
        if not path.exists():
            print(f"no certificate {path}: run python -m claims.proof.enumeration", file=sys.stderr)
            return 1
        landscapes.append(view(json.loads(path.read_text(encoding="utf-8"))))
    text = json.dumps({"landscapes": landscapes}, indent=None, separators=(",", ":"))
    write_whole(options.into, (text + "\n").encode())
    return 0


if __name__ == "__main__":
    sys.exit(main())
