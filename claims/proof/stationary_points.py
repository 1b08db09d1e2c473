"""Finding proofs of what a stationary point is: a minimum, a maximum, or a saddle of some index.

Nothing here is trusted: the numbers found are verified by ``checker``, which has its own definition
of the network and its own derivatives.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from typing import Any

import numpy as np
from flint import arb, arb_mat

from claims.numbers import BALLS, FLOATS, Ball, exact_fraction, precision
from claims.numbers.exact import to_fmpq, to_fraction
from claims.proof.certificates import Exact, NotFound, Problem, certificate, written, written_all
from claims.proof.checker import Refused, leaves_box, negative_eigenvalues

NEWTON_STEPS = 60


class Reason(Enum):
    """Why a point gave no certificate."""

    NOT_CONVERGED = "Newton's iteration from the approximate point does not converge"
    DEGENERATE = "the Hessian at the stationary point is singular, or too nearly so to tell"
    NOT_A_MINIMUM = "the Hessian at the stationary point is not positive definite"
    NOT_LOWER = "the loss at the lower point is not less than at the stationary point"
    BOX_TOO_LARGE = "the box is too large for the Hessian, or the loss, to be enclosed well enough"
    PRECISION_EXHAUSTED = "the box is too small for the error of the approximate stationary point"


@dataclass(frozen=True)
class Candidate:
    """A stationary point found in high precision; ``index`` is that of the Hessian there."""

    problem: Problem
    centre: Exact
    index: int

    def box(self, radius: Fraction) -> Any:
        """Return the box (p,) as balls, at the working precision."""
        extent = to_fmpq(radius)
        return BALLS.enter(self.centre) + Ball(arb(-extent).union(arb(extent)))

    def require_unique(self, radius: Fraction) -> None:
        """Raise NotFound unless the box is proved to hold one stationary point, of the index."""
        data = self.problem.data(BALLS)
        hessian = matrix(self.problem.function.hessian(self.box(radius), *data))
        gradient = matrix(self.problem.function.gradient(BALLS.enter(self.centre), *data)[:, None])
        try:
            inverse = hessian.mid().inv()
        except (ZeroDivisionError, ValueError):
            raise NotFound(Reason.BOX_TOO_LARGE, f"radius {written(radius)}") from None
        still, extent = arb_mat(len(self.centre), 1), to_fmpq(radius)
        if leaves_box(inverse, still, hessian, extent) is not None:
            raise NotFound(Reason.BOX_TOO_LARGE, f"radius {written(radius)}")
        if leaves_box(inverse, gradient, hessian, extent) is not None:
            raise NotFound(Reason.PRECISION_EXHAUSTED, f"radius {written(radius)}")
        if negative_eigenvalues(hessian) != self.index:
            raise NotFound(Reason.BOX_TOO_LARGE, f"radius {written(radius)}")


def find_stationary_point(
    problem: Problem,
    approximate: Sequence[Any],
    *,
    claim: str,
    radius: Any | None = None,
    bits: int = 128,
) -> str:
    """Return a certificate of the stationary point near ``approximate`` (p,), whatever it is.

    Without ``radius`` the box is the largest of radius 10^-1, 10^-2, ... that works. Raises
    NotFound with a Reason, ValueError for another number of weights.
    """
    with precision(bits):
        candidate = find_candidate(problem, approximate, bits)

        def attempt(extent: Fraction) -> str:
            candidate.require_unique(extent)
            proof = {
                "objective": problem.definition(),
                "box": {"centre": written_all(candidate.centre), "radius": written(extent)},
                "index": candidate.index,
            }
            return accepted("stationary-point", claim, proof, bits)

        if radius is not None:
            return attempt(exact_fraction(radius))
        return largest_box(attempt, bits)


def accepted(kind: str, claim: str, proof: dict[str, Any], bits: int) -> str:
    """Return the certificate; raises NotFound where the checker encloses a box less well."""
    try:
        return certificate(kind, claim, proof, precision=bits)
    except Refused as refusal:
        raise NotFound(Reason.BOX_TOO_LARGE, str(refusal)) from None


def find_candidate(problem: Problem, approximate: Sequence[Any], bits: int) -> Candidate:
    """Return the stationary point near ``approximate`` (p,) with its index; raises NotFound."""
    centre = polish(problem, approximate, bits)
    hessian = problem.function.hessian(BALLS.enter(centre), *problem.data(BALLS))
    index = negative_eigenvalues(matrix(hessian))
    if index is None:
        raise NotFound(Reason.DEGENERATE)
    return Candidate(problem, centre, index)


def polish(problem: Problem, approximate: Sequence[Any], bits: int) -> Exact:
    """Return a stationary point to three quarters of the working precision; raises NotFound.

    Newton's iteration with the gradient in balls and the Hessian in floats gains the digits of a
    float a step once it is near.
    """
    digits = int(bits * 0.3 * 0.75)
    point = problem.exact_weights(approximate)
    for _ in range(NEWTON_STEPS):
        gradient = problem.function.gradient(BALLS.enter(point), *problem.data(BALLS))
        slope = matrix(gradient[:, None])
        hessian = problem.function.hessian(FLOATS.enter(point), *problem.data(FLOATS))
        if not np.isfinite(hessian).all():
            break
        if np.linalg.matrix_rank(hessian) < len(point):
            raise NotFound(Reason.DEGENERATE, "it is singular on the way there")
        step = matrix(BALLS.enter(np.linalg.inv(hessian))) * slope
        moves = [middle(step[i, 0]) for i in range(len(point))]
        point = [round(x - move, digits) for x, move in zip(point, moves, strict=True)]
        if max(map(abs, moves)) < Fraction(10) ** -(digits - 2):
            return point
        if max(map(abs, moves)) > 10**6:
            break
    raise NotFound(Reason.NOT_CONVERGED)


def largest_box(attempt: Callable[[Fraction], str], bits: int) -> str:
    """Return what ``attempt`` returns for the largest radius 10^-1, 10^-2, ... that works.

    Other failures than BOX_TOO_LARGE, and radii beyond the precision, end the search.
    """
    radius = Fraction(1, 10)
    while True:
        try:
            return attempt(radius)
        except NotFound as failure:
            if failure.reason is not Reason.BOX_TOO_LARGE or radius < Fraction(1, 2 ** (bits // 2)):
                raise
        radius /= 10


def matrix(balls: Any) -> arb_mat:
    return arb_mat([[ball.arb for ball in row] for row in balls])


def middle(ball: arb) -> Fraction:
    return to_fraction(ball.mid().fmpq())
