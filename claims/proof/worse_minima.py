"""Finding proofs of strict local minima that are not global, by Krawczyk's test.

Nothing here is trusted: the numbers found are verified by ``checker``, which has its own definition
of the network and its own derivatives.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from enum import Enum
from fractions import Fraction
from typing import Any

import numpy as np
from flint import arb, arb_mat

from claims.numbers import BALLS, FLOATS, Ball, exact_fraction, precision
from claims.numbers.exact import to_fmpq, to_fraction
from claims.proof.certificates import Exact, NotFound, Problem, certificate, written, written_all
from claims.proof.checker import leaves_box, positive_definite

NEWTON_STEPS = 60
# The box may cost this share of the gap between the two losses.
COST = Fraction(1, 100)


class Reason(Enum):
    """Why a point gave no certificate."""

    NOT_CONVERGED = "Newton's iteration from the approximate point does not converge"
    NOT_DEFINITE = "the Hessian at the stationary point is not positive definite"
    NOT_LOWER = "the loss at the lower point is not less than at the stationary point"
    BOX_TOO_LARGE = "the box is too large for the Hessian, or the loss, to be enclosed well enough"
    BOX_TOO_SMALL = "the box is too small for the error of the approximate stationary point"


@dataclass(frozen=True)
class Candidate:
    """A stationary point found in high precision, and all that does not depend on the box."""

    problem: Problem
    centre: Exact
    preconditioner: Any  # (p, p) floats, the inverse of the Hessian at the centre
    gradient: Any  # (p,) balls, at the centre
    rise: Any  # a ball: the loss at the centre less that at the lower point
    lower_loss: Any

    def gap(self, radius: Fraction) -> Fraction:
        """Return what is proved of the gap with a box of this radius; raises NotFound."""
        inputs, targets = self.problem.data(BALLS)
        extent = to_fmpq(radius)
        around = Ball(arb(-extent).union(arb(extent)))
        box = BALLS.enter(self.centre) + around
        hessian = matrix(self.problem.function.hessian(box, inputs, targets))
        gradient = matrix(self.gradient[:, None])
        inverse = matrix(BALLS.enter(self.preconditioner))
        still = arb_mat(len(self.centre), 1)
        if leaves_box(inverse, still, hessian, extent) is not None:
            raise NotFound(Reason.BOX_TOO_LARGE, f"radius {written(radius)}")
        if leaves_box(inverse, gradient, hessian, extent) is not None:
            raise NotFound(Reason.BOX_TOO_SMALL, f"radius {written(radius)}")
        rise = self.problem.function.value(box, inputs, targets) - self.lower_loss
        if not positive_definite(hessian) or not rise.arb > self.rise.arb * (1 - to_fmpq(COST)):
            raise NotFound(Reason.BOX_TOO_LARGE, f"radius {written(radius)}")
        return rounded_down(rise.arb)


def find_worse_minimum(
    problem: Problem,
    approximate: Sequence[Any],
    lower: Sequence[Any],
    *,
    claim: str,
    radius: Any | None = None,
    bits: int = 128,
) -> str:
    """Return a certificate for the strict local minimum near ``approximate`` (p,).

    ``lower`` (p,) is a point of smaller loss, all numbers exact; without ``radius`` the box is the
    largest of radius 10^-1, 10^-2, ... that works. Raises NotFound with a Reason.
    """
    low = [exact_fraction(value) for value in lower]
    with precision(bits):
        candidate = prepare(problem, polish(problem, approximate, bits), low)
        if radius is None:
            radius, gap = largest_box(candidate, bits)
        else:
            gap = candidate.gap(exact_fraction(radius))
    proof = {
        "objective": problem.definition(),
        "box": {"centre": written_all(candidate.centre), "radius": written(radius)},
        "preconditioner": [[repr(float(y)) for y in row] for row in candidate.preconditioner],
        "precision": bits,
        "lower": written_all(low),
        "gap": written(gap),
    }
    return certificate("worse-local-minimum", claim, proof)


def polish(problem: Problem, approximate: Sequence[Any], bits: int) -> Exact:
    """Return a stationary point to three quarters of the working precision; raises NotFound.

    Newton's iteration with the gradient in balls and the Hessian in floats gains the digits of a
    float a step once it is near.
    """
    digits = int(bits * 0.3 * 0.75)
    point = [exact_fraction(value) for value in approximate]
    if len(point) != problem.network.size:
        raise ValueError(f"{len(point)} weights for a network that has {problem.network.size}")
    for _ in range(NEWTON_STEPS):
        gradient = problem.function.gradient(BALLS.enter(point), *problem.data(BALLS))
        slope = matrix(gradient[:, None])
        hessian = problem.function.hessian(FLOATS.enter(point), *problem.data(FLOATS))
        if not np.isfinite(hessian).all() or np.linalg.matrix_rank(hessian) < len(point):
            raise NotFound(Reason.NOT_CONVERGED, "the Hessian is singular")
        step = matrix(BALLS.enter(np.linalg.inv(hessian))) * slope
        moves = [middle(step[i, 0]) for i in range(len(point))]
        point = [round(x - move, digits) for x, move in zip(point, moves, strict=True)]
        if max(map(abs, moves)) < Fraction(10) ** -(digits - 2):
            return point
        if max(map(abs, moves)) > 10**6:
            break
    raise NotFound(Reason.NOT_CONVERGED)


def prepare(problem: Problem, centre: Exact, lower: Exact) -> Candidate:
    """Evaluate what does not depend on the box; raises NotFound where no box can help."""
    data = problem.data(BALLS)
    point = BALLS.enter(centre)
    if not positive_definite(matrix(problem.function.hessian(point, *data))):
        raise NotFound(Reason.NOT_DEFINITE)
    lower_loss = problem.function.value(BALLS.enter(lower), *data)
    rise = problem.function.value(point, *data) - lower_loss
    if not rise.arb > 0:
        raise NotFound(Reason.NOT_LOWER, f"difference {rise.arb.str(6, radius=False)}")
    hessian = problem.function.hessian(FLOATS.enter(centre), *problem.data(FLOATS))
    gradient = problem.function.gradient(point, *data)
    return Candidate(problem, centre, np.linalg.inv(hessian), gradient, rise, lower_loss)


def largest_box(candidate: Candidate, bits: int) -> tuple[Fraction, Fraction]:
    """Return the largest radius among the powers of ten that works, and the gap proved there."""
    radius = Fraction(1, 10)
    while True:
        try:
            return radius, candidate.gap(radius)
        except NotFound as failure:
            if failure.reason is not Reason.BOX_TOO_LARGE or radius < Fraction(1, 2 ** (bits // 2)):
                raise
        radius /= 10


def matrix(balls: Any) -> arb_mat:
    return arb_mat([[ball.arb for ball in row] for row in balls])


def middle(ball: arb) -> Fraction:
    return to_fraction(ball.mid().fmpq())


def rounded_down(ball: arb) -> Fraction:
    """Return a number of four digits below every member of a positive ball."""
    below = middle(ball.lower())
    least = Decimal(below.numerator) / Decimal(below.denominator)
    quantum = Decimal(1).scaleb(least.adjusted() - 3)
    return Fraction(least.quantize(quantum, rounding=ROUND_FLOOR))
