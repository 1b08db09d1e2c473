"""Finding proofs of strict local minima that are not global, by Krawczyk's test."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from claims.numbers import BALLS, exact_fraction, precision
from claims.numbers.exact import to_fmpq
from claims.proof.certificates import (
    Exact,
    NotFound,
    Problem,
    rounded,
    written,
    written_all,
)
from claims.proof.stationary_points import (
    Candidate,
    Reason,
    accepted,
    find_candidate,
    largest_box,
    middle,
)

# The box may cost this share of the gap between the two losses.
COST = Fraction(1, 100)


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
    low = problem.exact_weights(lower)
    with precision(bits):
        candidate = find_candidate(problem, approximate, bits)
        if candidate.index != 0:
            raise NotFound(Reason.NOT_A_MINIMUM)

        def attempt(extent: Fraction) -> str:
            candidate.require_unique(extent)
            proof = {
                "objective": problem.definition(),
                "box": {"centre": written_all(candidate.centre), "radius": written(extent)},
                "lower": written_all(low),
                "gap": written(proved_gap(candidate, extent, low)),
            }
            return accepted("worse-local-minimum", claim, proof, bits)

        if radius is not None:
            return attempt(exact_fraction(radius))
        return largest_box(attempt, bits)


def proved_gap(candidate: Candidate, radius: Fraction, lower: Exact) -> Fraction:
    """Return by how much the loss in the box exceeds that at ``lower``, less COST; or NotFound.

    Raises NOT_LOWER where it is not less than at the centre, BOX_TOO_LARGE where the box costs more
    than COST of the difference.
    """
    problem = candidate.problem
    data = problem.data(BALLS)
    low = problem.function.value(BALLS.enter(lower), *data)
    rise = (problem.function.value(BALLS.enter(candidate.centre), *data) - low).arb
    if not rise > 0:
        raise NotFound(Reason.NOT_LOWER, f"difference {rise.str(6, radius=False)}")
    over = (problem.function.value(candidate.box(radius), *data) - low).arb
    if not over > rise * (1 - to_fmpq(COST)):
        raise NotFound(Reason.BOX_TOO_LARGE, f"radius {written(radius)}")
    return rounded(middle(over.lower()) * (1 - COST), 4)
