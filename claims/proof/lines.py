"""Finding complete accounts of an objective with one weight: where it rises, falls and turns."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from fractions import Fraction
from typing import Any

import numpy as np

from claims.numbers import FLOATS, exact_fraction
from claims.proof.certificates import NotFound, Problem, certificate, written, written_all

GRID = 20_000


class Reason(Enum):
    """Why there is no account."""

    NOT_ONE_WEIGHT = "the network has more than one weight"
    TOUCHING = "the derivative touches zero, or its zeros lie too close together to tell"


def find_line(problem: Problem, penalties: Sequence[Any], *, claim: str, reach: Any = 20) -> str:
    """Return a certificate of all stationary points on R, for each strength of an L2 penalty.

    The problem has one weight and penalty 0 itself; beyond ``reach`` on either side there are no
    stationary points, and decay has set in. Raises NotFound with a Reason, and checker.Refused
    where the tails are not decided so early.
    """
    if problem.network.size != 1:
        raise NotFound(Reason.NOT_ONE_WEIGHT)
    accounts = [account(problem, penalty, exact_fraction(reach)) for penalty in penalties]
    proof = {"objective": problem.definition(), "accounts": accounts}
    return certificate("line", claim, proof)


def account(problem: Problem, penalty: Any, reach: Fraction) -> dict[str, Any]:
    """Return cuts and what the objective does between them, as floats see it."""
    weights = np.linspace(-float(reach), float(reach), GRID + 1)
    slopes, bends = (values + extra for values, extra in derivatives(problem, weights, penalty))
    turns = np.flatnonzero(np.sign(slopes[1:]) != np.sign(slopes[:-1]))
    cuts, parts = [-reach], [word(slopes[0]), word(slopes[0])]
    for turn in turns:
        # As far as the second derivative keeps its sign, but no further than one percent of reach.
        width = 1
        sign = np.sign(bends[turn])
        while width < GRID // 100 and (bends[turn - width : turn + 2 + width] * sign > 0).all():
            width += 1
        width //= 2  # well inside, and clear of the next turn
        low, high = (round(Fraction(weights[turn + shift]), 6) for shift in (-width, 1 + width))
        if width < 2 or low <= cuts[-1]:
            raise NotFound(Reason.TOUCHING, f"near {weights[turn]:.6g}")
        cuts += [low, high]
        parts += ["valley" if sign > 0 else "peak", word(slopes[turn + 1])]
    cuts.append(reach)
    parts.append(word(slopes[-1]))
    return {"penalty": written(penalty), "cuts": written_all(cuts), "parts": parts}


def derivatives(
    problem: Problem, weights: Any, penalty: Any
) -> tuple[tuple[Any, Any], tuple[Any, Any]]:
    """Return first and second derivatives (n,) in floats, each with what the penalty adds."""
    data, strength = problem.data(FLOATS), float(exact_fraction(penalty))
    slopes = problem.function.gradient(weights[None], *data)[0]
    bends = problem.function.hessian(weights[None], *data)[0, 0]
    return (slopes, 2 * strength * weights), (bends, 2 * strength)


def word(slope: float) -> str:
    return "rises" if slope > 0 else "falls"
