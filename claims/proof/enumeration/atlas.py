"""What is computed from the complete lists to be looked at; all of it in floats, none proved.

    python -m claims.proof.enumeration.atlas --certificates DIR --into FILE

The points and their indices are those of the certificates. Losses are floats; each saddle of index
1 is followed downhill both ways along its unstable direction, by the gradient flow, to the minima
that it joins; the symmetries looked for are the permutations of weights that keep the data.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import permutations
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import solve_ivp

from claims.files import write_whole
from claims.proof.certificates import Problem
from claims.proof.enumeration.landscapes import LANDSCAPES

Floats = NDArray[np.float64]

GRID = 81  # points a side of a surface
LONGEST = 1e7  # of a path, in units of the flow's time
NEAR = 1e-3  # of the least distance between two minima: where a path has arrived


class Flow:
    """The loss of a problem and its descent, in floats."""

    def __init__(self, problem: Problem) -> None:
        self.function = problem.function
        self.data = (
            np.array([[float(Fraction(x)) for x in row] for row in problem.inputs]),
            np.array([float(Fraction(y)) for y in problem.targets]),
        )

    def loss(self, point: Floats) -> Any:
        """The loss at a point (p,), or at many (p, ...)."""
        return self.function.value(point, *self.data)

    def end(self, start: Floats, minima: Sequence[Floats]) -> int | None:
        """The number of the minimum that the gradient flow reaches; None if it reaches none."""
        if not minima:
            return None
        gaps = [np.abs(a - b).max() for i, a in enumerate(minima) for b in minima[:i]]
        reach = NEAR * min(gaps, default=1.0)

        def velocity(_: float, point: Floats) -> Floats:
            return -np.asarray(self.function.gradient(point, *self.data))

        def distance(_: float, point: Floats) -> float:
            return float(min(np.abs(point - minimum).max() for minimum in minima) - reach)

        distance.terminal = True  # type: ignore[attr-defined]
        path = solve_ivp(
            velocity, (0, LONGEST), start, method="LSODA", events=distance, rtol=1e-8, atol=1e-12
        )
        end = path.y[:, -1]
        nearest = min(range(len(minima)), key=lambda i: np.abs(end - minima[i]).max())
        return nearest if np.abs(end - minima[nearest]).max() < 10 * reach else None


def described(name: str, certificate: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the atlas shows of one landscape, as JSON."""
    problem, proof = LANDSCAPES[name].problem, certificate["proof"]
    flow = Flow(problem)
    points = [np.array([float(Fraction(x)) for x in root["centre"]]) for root in proof["roots"]]
    indices = [root["index"] for root in proof["roots"]]
    minima = [i for i, index in enumerate(indices) if index == 0]
    joins = []
    for i, index in enumerate(indices):
        if index == 1:
            hessian = flow.function.hessian(points[i], *flow.data)
            _, vectors = np.linalg.eigh(hessian)
            step = vectors[:, 0] * 0.05 * float(Fraction(proof["roots"][i]["radius"]))
            step = step * (1 if step[np.abs(step).argmax()] > 0 else -1)
            ends = [
                flow.end(points[i] + side, [points[m] for m in minima]) for side in (-step, step)
            ]
            joins.append({"saddle": i, "minima": [None if e is None else minima[e] for e in ends]})
    return {
        "name": name,
        "statement": certificate["statement"],
        "weights": len(points[0]),
        "data": {
            "inputs": proof["objective"]["inputs"],
            "targets": proof["objective"]["targets"],
        },
        "points": [
            {
                "centre": [float(f"{x:.8g}") for x in point],
                "index": index,
                "loss": rounded(flow.loss(point)),
            }
            for point, index in zip(points, indices, strict=True)
        ],
        "joins": joins,
        "orbits": orbits(problem, points),
        "surface": surface(flow, points),
    }


def rounded(value: Any) -> float:
    return float(f"{float(value):.8g}")


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
    landscapes = []
    for name in LANDSCAPES:
        path = options.certificates / f"complete-list-{name}.json"
        if not path.exists():
            print(f"no certificate {path}: run python -m claims.proof.enumeration", file=sys.stderr)
            return 1
        landscapes.append(described(name, json.loads(path.read_text(encoding="utf-8"))))
    text = json.dumps({"landscapes": landscapes}, indent=None, separators=(",", ":"))
    write_whole(options.into, (text + "\n").encode())
    return 0


if __name__ == "__main__":
    sys.exit(main())
