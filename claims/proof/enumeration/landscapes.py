"""The landscapes of which the project keeps complete lists: the data, and the claim they serve."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from claims.mathematics import SIGMOID, neuron, one_hidden_layer
from claims.proof.certificates import Problem
from claims.proof.enumeration.hidden import find_hidden_list
from claims.proof.enumeration.lists import find_complete_list


@dataclass(frozen=True)
class Landscape:
    """A sigmoid neuron on data, and the box that is searched; without one it is all of R^p."""

    claim: str
    inputs: Sequence[Sequence[int]]
    targets: Sequence[Any]
    box: Sequence[tuple[Any, Any]] | None = None

    @property
    def problem(self) -> Problem:
        return Problem(neuron(len(self.inputs[0]), SIGMOID), self.inputs, self.targets)

    def certificate(self) -> str:
        """Enumerate its stationary points and return the text of the certificate."""
        return find_complete_list(self.problem, self.box, claim=self.claim).certificate


def on_axes(features: int, inputs: Sequence[int]) -> list[list[int]]:
    """Return the inputs once on each coordinate axis (Auer, Herbster and Warmuth 1996)."""
    return [[x * (j == k) for j in range(features)] for k in range(features) for x in inputs]


def coupled(features: int) -> list[list[int]]:
    """Return e_k and 6 e_k + e_{k+1}, cyclically: no sum over the coordinates any more."""
    unit = [[int(j == k) for j in range(features)] for k in range(features)]
    return [
        row
        for k, one in enumerate(unit)
        for row in (one, [6 * a + b for a, b in zip(one, unit[(k + 1) % features], strict=True)])
    ]


# With targets 3/4 each point alone is fitted where w.x = log 3.
THREE_QUARTERS = "3/4"

LANDSCAPES: dict[str, Landscape] = {
    "line-of-six": Landscape(
        "numerous-minima", [[6**i] for i in range(6)], [THREE_QUARTERS] * 6
    ),
    "plane-of-six": Landscape(
        "numerous-minima", on_axes(2, (1, 6, 36)), [THREE_QUARTERS] * 6
    ),
    "plane-of-ten": Landscape(
        "numerous-minima", on_axes(2, (1, 6, 36, 216, 1296)), [THREE_QUARTERS] * 10
    ),
    "two-weights": Landscape("canonical-procedure", coupled(2), [THREE_QUARTERS] * 4),
    "three-axes": Landscape("saddles-outnumber-minima", on_axes(3, (1, 6)), [THREE_QUARTERS] * 6),
    "three-weights": Landscape("canonical-procedure", coupled(3), [THREE_QUARTERS] * 6),
    "four-weights": Landscape(
        "canonical-procedure",
        [[2, 4, -5, 0], [2, 3, 1, 3], [1, 1, 0, -2], [-2, 1, -1, 3], [3, 4, 0, 3], [-2, -2, 0, 1]],
        ["0.2", "0.8", "0.2", "0.5", "0.6", "0.4"],
    ),
    "five-weights": Landscape(
        "canonical-procedure",
        [[-1, 0, 3, 1, -3], [0, -1, 0, -3, 0], [0, 3, 1, 1, -3], [5, -4, 2, -1, -2],
         [-1, -1, 1, 0, 3], [-4, 0, -2, 2, -4], [-1, 0, -3, 2, 0]],
        ["0.8", "0.5", "0.6", "0.5", "0.3", "0.7", "0.7"],
    ),
    "six-weights": Landscape(
        "canonical-procedure",
        [*([*row, 0, 0, 0, 0] for row in coupled(2)),
         [1, 0, 1, 0, 0, 0], [0, -1, 0, 1, 0, 0], [0, 0, 1, 0, 1, 0], [0, 0, 0, -1, 0, 1]],
        [THREE_QUARTERS] * 8,
    ),
}  # fmt: skip


@dataclass(frozen=True)
class HiddenLandscape:
    """A sigmoid network with a hidden layer on data, and a box of its inner weights.

    With one unit it has biases, and the box is one of (w, b); two units have none, and the box is
    one of (w_1, w_2 - w_1).
    """

    claim: str
    inputs: Sequence[Sequence[Any]]
    targets: Sequence[Any]
    box: Sequence[tuple[Any, Any]]
    units: int = 1

    @property
    def problem(self) -> Problem:
        biased = self.units == 1
        network = one_hidden_layer(1, self.units, SIGMOID, hidden_bias=biased, output_bias=biased)
        return Problem(network, self.inputs, self.targets)

    def inner(self, place: Any) -> Any:
        """The inner weights (2, ...) at a place (2, ...) of the box; they come first of all."""
        if self.units == 1:
            return place
        return np.stack([place[0], place[0] + place[1]])

    def certificate(self) -> str:
        """Enumerate its stationary points in the box and return the text of the certificate."""
        return find_hidden_list(self.problem, self.box, claim=self.claim)


HIDDEN = {
    "five-points": HiddenLandscape(
        "saddles-outnumber-minima",
        [[-2], [-1], [0], [1], [2]],
        [0, 3, -1, 2, 1],
        [("0.5", 3), (-4, 3)],
    ),
    # Those of the worse minimum of a 1-1-1 network.
    "ten-points": HiddenLandscape(
        "landscape-more-complex",
        [["-2"], ["-1.5"], ["-1"], ["-0.5"], [0], ["0.5"], [1], ["1.5"], [2], ["2.5"]],
        [-6, -4, -2, 2, 6, 4, -1, -4, -7, -3],
        [("4.5", 8), (-10, 8)],
    ),
    "two-units": HiddenLandscape(
        "saddles-outnumber-minima",
        [[-2], [-1], [0], [2], [3], [4], [5]],
        [2, -4, 5, -5, -4, 2, 4],
        [(-3, 1), ("0.75", "5.25")],
        units=2,
    ),
}
