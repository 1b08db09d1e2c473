"""Finding proofs that the weights of loss 0 form a manifold, by Krawczyk's test on its slices."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from fractions import Fraction
from typing import Any

import numpy as np
from flint import arb_mat

from claims.compiled import Function
from claims.numbers import BALLS, FLOATS, precision
from claims.proof.certificates import NotFound, Problem, certificate, written, written_all
from claims.proof.checker import Refused
from claims.proof.stationary_points import NEWTON_STEPS, middle

DIGITS = 12  # the free weights reach 10^-2, or 10^-3, ..., or 10^-11


class Reason(Enum):
    """Why there is no certificate."""

    TOO_FEW_WEIGHTS = "there are not more weights than points"
    RANK_DEFICIENT = "the derivative of the outputs has not the rank of the number of points"
    NOT_CONVERGED = "Newton's iteration from the approximate point does not lead to loss 0"
    NO_BOX = "no box is small enough for the derivative to be enclosed"


def find_solution_manifold(
    problem: Problem, approximate: Sequence[Any], *, claim: str, bits: int = 128
) -> str:
    """Return a certificate of the manifold of loss 0 near ``approximate`` (p,).

    The weights that are solved for are those that a QR decomposition of the derivative with
    pivoting picks. The free ones reach as far as works, of 10^-2, 10^-3, ..., the others at least
    ten times as far. Raises NotFound with a Reason.
    """
    points, size = len(problem.targets), problem.network.size
    if points >= size:
        raise NotFound(Reason.TOO_FEW_WEIGHTS)
    output = Function(
        lambda theta, inputs: problem.network.predict(theta, inputs)[0],
        theta=(size,),
        inputs=(1, problem.network.widths[0]),
    )

    def derivative(theta: Sequence[Any]) -> Any:
        rows, _ = problem.data(FLOATS)
        return np.array([output.gradient(FLOATS.enter(theta), row[None]) for row in rows])

    theta = list(problem.exact_weights(approximate))
    others = independent_columns(derivative(theta), points)
    free = [k for k in range(size) if k not in others]
    with precision(bits):
        for _ in range(NEWTON_STEPS):
            inputs, targets = problem.data(BALLS)
            residuals = problem.network.predict(BALLS.enter(theta), inputs) - targets
            slopes = derivative(theta)[:, others]
            if not np.isfinite(slopes).all() or np.linalg.matrix_rank(slopes) < points:
                raise NotFound(Reason.NOT_CONVERGED)
            inverse = arb_mat(np.linalg.inv(slopes).tolist())
            step = inverse * arb_mat([[entry.arb] for entry in residuals])
            for k, move in zip(others, step.entries(), strict=True):
                theta[k] = round(theta[k] - middle(move), bits // 5)
            if max(abs(middle(move)) for move in step.entries()) < Fraction(1, 2 ** (bits // 2)):
                break
        else:
            raise NotFound(Reason.NOT_CONVERGED)
    for digits in range(2, DIGITS):
        for ratio in range(1, digits):
            radius, reach = Fraction(1, 10 ** (digits - ratio)), Fraction(1, 10**digits)
            proof = {
                "objective": problem.definition(),
                "box": {"centre": written_all(theta), "radius": written(radius)},
                "free": free,
                "reach": written(reach),
            }
            try:
                return certificate("solution-manifold", claim, proof, precision=bits)
            except Refused:
                continue
    raise NotFound(Reason.NO_BOX)


def independent_columns(matrix: Any, count: int) -> list[int]:
    """Return the numbers of ``count`` columns of (n, p) floats, by QR with pivoting, in order."""
    rest, chosen = np.array(matrix, dtype=float), []
    scale = np.abs(rest).max()
    for _ in range(count):
        sizes = np.linalg.norm(rest, axis=0)
        k = int(sizes.argmax())
        if not sizes[k] > 1e-9 * scale:
            raise NotFound(Reason.RANK_DEFICIENT)
        direction = rest[:, k] / sizes[k]
        rest = rest - np.outer(direction, direction @ rest)
        chosen.append(k)
    return sorted(chosen)
