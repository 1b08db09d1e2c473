"""What ends of runs are, proved: how many of a sample were called by their right name.

Classification compares floats with bounds; here the same end is examined in balls. Near it there is
exactly one stationary point if Krawczyk's test succeeds (R. Krawczyk 1969; Moore, Kearfott and
Cloud, Introduction to Interval Analysis, 2009, chapter 8), and the Hessian over the box says which
kind. Where a network with more parameters than samples fits them exactly, the same test for the
residuals, on the affine space through the end that its Jacobian spans, proves that a point of loss
0 is near: it is stationary, its Hessian 2 J^T J / N has no negative eigenvalue and is singular.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from flint import arb
from numpy.typing import NDArray

from claims.compiled import Program, evaluate, gradient, record
from claims.mathematics import SQUARED_ERROR, Objective
from claims.numbers import BALLS, Ball, precision
from claims.training.ends import CODES, End, Ends
from claims.training.problems import Problem

Balls = NDArray[Any]
Floats = NDArray[np.float64]

BITS = 128

# Half widths of the boxes that are tried, relative to the Newton step's components and to 1.
WIDTHS = ((2.0, 1e-12), (2.0, 1e-9), (2.0, 1e-7))


@dataclass(frozen=True)
class Certified:
    """Ends, by their index, whose class was proved to be the one called, another, or neither."""

    right: tuple[int, ...]
    wrong: tuple[int, ...]
    undecided: tuple[int, ...]


def certify_ends(problem: Problem, ends: Ends, sample: Iterable[int]) -> Certified:
    """Examine the ends with these indices.

    Undecided are those that were not called, and those near which nothing is proved: that an end is
    at infinity is not attempted, nor anything at a kink.
    """
    outcomes: dict[str, list[int]] = {"right": [], "wrong": [], "undecided": []}
    prover = _Prover(problem)
    for index in sample:
        called = CODES[ends.code[index]]
        proved = prover.end_near(ends.polished.theta[index])
        if proved is None or called is End.UNDECIDED:
            outcomes["undecided"].append(int(index))
        else:
            outcomes["right" if proved is called else "wrong"].append(int(index))
    return Certified(*(tuple(outcomes[name]) for name in ("right", "wrong", "undecided")))


class _Prover:
    """The derivatives of a problem in balls, sample by sample."""

    def __init__(self, problem: Problem) -> None:
        function = problem.function
        self.size = function.size
        self.kinked = any(line.operation == "select" for line in function.value(1).lines)
        self.terms = function.derivatives(1, 2)
        self.rest = function.rest_derivatives(2)
        self.residuals = _residuals(problem)
        with precision(BITS):
            self.inputs = BALLS.enter(problem.data.inputs)
            self.targets = BALLS.enter(problem.data.targets)
            self.scale = BALLS.enter(1)
            if problem.scale != 1:
                self.scale = self.scale / len(self.targets)

    def end_near(self, theta: Floats) -> End | None:
        """Return the class of a stationary point that is proved to be near theta (p,), if any."""
        # The mean value theorem needs a gradient without jumps.
        if self.kinked or not np.isfinite(theta).all():
            return None
        with precision(BITS):
            return self._regular(theta) or self._exact_fit(theta)

    def _derivatives(self, theta: Balls) -> tuple[Balls, Balls]:
        """Return the gradient (p,) and the Hessian (p, p)."""
        total: Any = 0
        for n in range(len(self.targets)):
            sample = {"inputs": self.inputs[n : n + 1], "targets": self.targets[n : n + 1]}
            total = total + evaluate(self.terms, theta=theta, **sample)
        total = total * self.scale
        if self.rest is not None:
            total = total + evaluate(self.rest, theta=theta)
        hessian = np.empty((self.size, self.size), dtype=object)
        row, column = np.tril_indices(self.size)
        hessian[row, column] = hessian[column, row] = total[1 + self.size :]
        return total[1 : 1 + self.size], hessian

    def _regular(self, theta: Floats) -> End | None:
        centre = BALLS.enter(theta)
        slope, curvature = self._derivatives(centre)
        try:
            inverse = np.linalg.inv(_middles(curvature))
        except np.linalg.LinAlgError:
            return None
        step = BALLS.enter(inverse) @ slope
        for relative, absolute in WIDTHS:
            half = relative * np.abs(_middles(step)) + absolute * (1 + np.abs(theta))
            _, over_box = self._derivatives(_boxed(theta, half))
            if _contracts(step, BALLS.enter(inverse) @ over_box, half):
                return _kind(over_box)
        return None

    def _exact_fit(self, theta: Floats) -> End | None:
        if self.residuals is None:
            return None
        value, jacobian = self.residuals
        data = {"inputs": self.inputs, "targets": self.targets}
        centre = BALLS.enter(theta)
        slopes = _middles(evaluate(jacobian, theta=centre, **data))
        spread = np.linalg.pinv(slopes)
        step = evaluate(value, theta=centre, **data)
        for relative, absolute in WIDTHS:
            half = relative * np.abs(_middles(step)) + absolute
            reach = np.abs(spread) @ half * (1 + 1e-9)
            over_box = evaluate(jacobian, theta=_boxed(theta, reach), **data)
            if _contracts(step, over_box @ BALLS.enter(spread), half):
                return End.FLAT
        return None


def _residuals(problem: Problem) -> tuple[Program, Program] | None:
    """Return the residuals (N,) and their Jacobian (N, p) where an exact fit would be flat."""
    objective, samples = problem.objective, len(problem.data.targets)
    if not isinstance(objective, Objective) or objective.loss is not SQUARED_ERROR:
        return None
    network = objective.network
    if objective.penalty is not None or samples >= network.size:
        return None
    value = record(
        lambda theta, inputs, targets: network.predict(theta, inputs) - targets,
        theta=(network.size,),
        inputs=(samples, network.widths[0]),
        targets=(samples,),
    )
    return value, gradient(value, "theta")


def _contracts(step: Balls, product: Balls, half: Floats) -> bool:
    """Whether -step + (I - product) box lies inside the box around 0 with these half widths."""
    identity = BALLS.enter(np.eye(len(half), dtype=int))
    image = (identity - product) @ _boxed(np.zeros(len(half)), half) - step
    return all(abs(entry.arb) < arb(float(width)) for entry, width in zip(image, half, strict=True))


def _kind(hessian: Balls) -> End | None:
    """Return what a stationary point is whose Hessian lies in these balls."""
    middle = _middles(hessian)
    values, vectors = np.linalg.eigh((middle + middle.T) / 2)
    along = BALLS.enter(vectors[:, 0])
    if (along @ hessian @ along).sign() == -1:
        return End.SADDLE
    if values[0] <= 0:
        return None
    # Scaled to about the identity, in which every row must outweigh its other entries.
    scaled = BALLS.enter((vectors / np.sqrt(values)).T)
    near = scaled @ hessian @ scaled.T
    for k, row in enumerate(near):
        others = sum((abs(entry.arb) for j, entry in enumerate(row) if j != k), arb(0))
        if not row[k].arb > others:
            return None
    return End.MINIMUM


def _middles(balls: Balls) -> Floats:
    flat = [float(ball.arb.mid()) for ball in balls.flat]
    return np.array(flat).reshape(balls.shape)


def _boxed(centre: Floats, half: Floats) -> Balls:
    result = np.empty(len(centre), dtype=object)
    pairs = zip(centre.tolist(), half.tolist(), strict=True)
    result[:] = [Ball(arb(middle, width)) for middle, width in pairs]
    return result
