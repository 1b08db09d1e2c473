"""What the atlas shows of a list for a network with a hidden layer; floats, none of it proved.

Given the inner weights the output weights are a least-squares fit: the loss that is left, a
function of the inner weights alone, is the reduced function. It has the points of the list with
the same indices, since the loss is strictly convex in the output weights. Each point is shown with
its copies, by permutations and sign flips of the hidden units.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import permutations, product
from typing import Any

import numpy as np

from claims.mathematics import Network, flip_unit, permute_units
from claims.proof.enumeration.descents import Floats, Flow, rounded
from claims.proof.enumeration.landscapes import HiddenLandscape

GRID = 81  # points a side of the surface


def described(name: str, landscape: HiddenLandscape, certificate: Mapping[str, Any]) -> Any:
    """Return what the atlas shows of one landscape, as JSON."""
    problem, proof = landscape.problem, certificate["proof"]
    network, flow = problem.network, Flow(problem)
    points: list[Floats] = []
    roots: list[Mapping[str, Any]] = []
    orbits: list[int] = []
    listed = [
        fitted(flow, landscape.inner(np.array([float(Fraction(x)) for x in root["centre"]])))
        for root in proof["roots"]
    ]
    for point, root in zip(listed, proof["roots"], strict=True):
        several = copies(network, point)
        orbits += [len(points)] * len(several)
        points += several
        roots += [root] * len(several)
    sides = [[float(x) for x in proof["box"][end]] for end in ("low", "high")]
    return {
        "name": name,
        "certificate": f"complete-hidden-list-{name}",
        "statement": certificate["statement"],
        "weights": network.size,
        "network": "-".join(map(str, network.widths)),
        "data": {
            "inputs": proof["objective"]["inputs"],
            "targets": proof["objective"]["targets"],
        },
        "unknowns": ["input weight $w$", "hidden bias $b$"]
        if landscape.units == 1
        else ["input weight $w_1$", "difference $w_2 - w_1$"],
        "places": [[float(Fraction(x)) for x in root["centre"]] for root in proof["roots"]],
        "points": [
            {
                "centre": [rounded(x) for x in point],
                "index": root["index"],
                "loss": rounded(flow.loss(point)),
            }
            for point, root in zip(points, roots, strict=True)
        ],
        "joins": flow.joined(points, roots),
        "orbits": orbits,
        "constant": rounded(np.var(flow.data[1])) if network.output_bias else None,
        "surface": surface(flow, landscape, *sides),
    }


def fitted(flow: Flow, weights: Floats) -> Floats:
    """The weights (p, ...) with these inner ones (2, ...) and the output weights that fit best.

    The loss is a quadratic function of the output weights: its derivatives at 0 give the fit.
    """
    inner = len(weights)
    theta = np.concatenate([weights, np.zeros((flow.size - inner, *weights.shape[1:]))])
    slope = np.moveaxis(flow.function.gradient(theta, *flow.data)[inner:], 0, -1)
    bend = np.moveaxis(flow.function.hessian(theta, *flow.data)[inner:, inner:], (0, 1), (-2, -1))
    theta[inner:] = -np.moveaxis(np.linalg.solve(bend, slope[..., None])[..., 0], -1, 0)
    return theta


def copies(network: Network, point: Floats) -> list[Floats]:
    """The point, then its other images by permutations and sign flips of the hidden units.

    A sigmoid unit can be flipped where an output bias takes up the constant.
    """
    images: list[Floats] = []
    units = range(network.widths[1])
    signs = (False, True) if network.output_bias else (False,)
    for order in permutations(units):
        for flips in product(signs, repeat=len(units)):
            image = permute_units(network, point, order)
            for unit in units:
                if flips[unit]:
                    image = flip_unit(network, image, unit)
            images.append(image)
    return images


def surface(
    flow: Flow, landscape: HiddenLandscape, low: Sequence[float], high: Sequence[float]
) -> Any:
    """The reduced function over the box, and the output weights there."""
    axes = [np.linspace(a, b, GRID) for a, b in zip(low, high, strict=True)]
    theta = fitted(flow, landscape.inner(np.stack(np.meshgrid(*axes, indexing="ij"))))
    return {
        "logarithmic": False,
        "axes": [[rounded(x) for x in axis] for axis in axes],
        "loss": [float(f"{x:.6g}") for x in flow.loss(theta).reshape(-1)],
        "outer": [
            [float(f"{x:.4g}") for x in theta[2 + unit].reshape(-1)]
            for unit in range(landscape.units)
        ],
    }
