"""Descents in floats, from the saddles of a list to its minima; nothing here is proved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import solve_ivp

from claims.proof.certificates import Problem

Floats = NDArray[np.float64]

LONGEST = 1e7  # of a path, in units of the flow's time
NEAR = 1e-3  # of the least distance between two minima: where a path has arrived


class Flow:
    """The loss of a problem and its descent, in floats."""

    def __init__(self, problem: Problem) -> None:
        self.function = problem.function
        self.size = problem.network.size
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

    def joined(
        self, points: Sequence[Floats], roots: Sequence[Mapping[str, Any]]
    ) -> list[dict[str, Any]]:
        """For each saddle of index 1, the minima on both sides; None where none is reached.

        ``roots`` are those of a certificate, each with the ``index`` of the point and a ``radius``.
        """
        minima = [i for i, root in enumerate(roots) if root["index"] == 0]
        joins = []
        for i, root in enumerate(roots):
            if root["index"] == 1:
                hessian = self.function.hessian(points[i], *self.data)
                _, vectors = np.linalg.eigh(hessian)
                step = vectors[:, 0] * 0.05 * float(Fraction(root["radius"]))
                step = step * (1 if step[np.abs(step).argmax()] > 0 else -1)
                ends = [
                    self.end(points[i] + side, [points[m] for m in minima])
                    for side in (-step, step)
                ]
                reached = [None if end is None else minima[end] for end in ends]
                joins.append({"saddle": i, "minima": reached})
        return joins


def rounded(value: Any) -> float:
    return float(f"{float(value):.8g}")
