"""Finding proofs about mini-batches: a path on which they leave a box, a box that none leaves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum
from fractions import Fraction
from itertools import combinations
from typing import Any

import numpy as np

from claims.numbers import FLOATS, exact_fraction, precision
from claims.proof.certificates import (
    Exact,
    NotFound,
    Problem,
    certificate,
    rounded,
    written,
    written_all,
)
from claims.proof.checker import Refused
from claims.proof.stationary_points import Candidate, find_candidate

Batch = tuple[int, ...]
LONGEST_PATH = 12
RADII = [Fraction(scale, 10**power) for power in range(1, 9) for scale in (5, 2, 1)]


class Reason(Enum):
    """Why there is no certificate."""

    NOT_A_MINIMUM = "the Hessian at the stationary point is not positive definite"
    NO_PATH = "no path of batches was found from the one box into the other"
    NO_BOX = "no box round the minimum is proved to be kept"
    AT_REST = "the gradient of every example is 0 at the minimum"


def find_batch_escape(
    problem: Problem,
    start: Sequence[Any],
    target: Sequence[Any],
    *,
    claim: str,
    step: Any,
    size: int,
    bits: int = 128,
) -> str:
    """Return a certificate that batches of ``size`` lead from one minimum to a lower one.

    Full-batch descent with the step keeps both: boxes round the minima near ``start`` and
    ``target`` (p,), the largest of radius 0.5, 0.2, 0.1, ... that work. The path is the shortest
    that repeats one batch. Raises NotFound with a Reason.
    """
    pace = exact_fraction(step)
    with precision(bits):
        inside, outside = (
            find_minimum(problem, approximate, bits) for approximate in (start, target)
        )
    data = problem.data(FLOATS)
    levels = [
        float(problem.function.value(FLOATS.enter(one.centre), *data)) for one in (inside, outside)
    ]
    level = rounded((levels[0] + levels[1]) / 2)

    def proof(here: Fraction, there: Fraction, path: list[Batch]) -> dict[str, Any]:
        return {
            "objective": problem.definition(),
            "step": written(pace),
            "size": size,
            "inside": box(rough(inside.centre), here),
            "outside": box(rough(outside.centre), there),
            "path": [list(batch) for batch in path],
            "level": written(level),
        }

    for there in RADII:
        paths = repeated_batches(problem, inside.centre, outside.centre, float(there), pace, size)
        for path in paths:
            for here in RADII:
                text = accepted("batch-escape", claim, proof(here, there, path), bits)
                if text is not None:
                    return text
    raise NotFound(Reason.NO_PATH)


def find_batch_trap(
    problem: Problem,
    approximate: Sequence[Any],
    lower: Sequence[Any],
    *,
    claim: str,
    step: Any,
    size: int,
    bits: int = 128,
) -> str:
    """Return a certificate of a box round a minimum that no batch of ``size`` leads out of.

    The box is the largest of radius 0.5, 0.2, 0.1, ... that works; ``lower`` (p,) is a point of
    smaller loss. Raises NotFound with a Reason.
    """
    with precision(bits):
        candidate = find_minimum(problem, approximate, bits)
    data = problem.data(FLOATS)
    values = [
        float(problem.function.value(FLOATS.enter(problem.exact_weights(point)), *data))
        for point in (candidate.centre, lower)
    ]
    slopes = [
        np.abs(gradient_of(problem, (i,))(FLOATS.enter(candidate.centre))).max()
        for i in range(len(problem.targets))
    ]
    moving = int(np.argmax(slopes))
    if slopes[moving] < 1e-12:
        raise NotFound(Reason.AT_REST)
    for radius in RADII:
        proof = {
            "objective": problem.definition(),
            "step": written(step),
            "size": size,
            "box": box(rough(candidate.centre), radius),
            "moving": moving,
            "lower": written_all(lower),
            "gap": written(rounded((values[0] - values[1]) * 0.9, 2)),
        }
        text = accepted("batch-trap", claim, proof, bits)
        if text is not None:
            return text
    raise NotFound(Reason.NO_BOX)


def find_minimum(problem: Problem, approximate: Sequence[Any], bits: int) -> Candidate:
    candidate = find_candidate(problem, approximate, bits)
    if candidate.index != 0:
        raise NotFound(Reason.NOT_A_MINIMUM)
    return candidate


def accepted(kind: str, claim: str, proof: dict[str, Any], bits: int) -> str | None:
    """Return the certificate, or None where the checker refuses it, as with large boxes."""
    try:
        return certificate(kind, claim, proof, precision=bits)
    except Refused:
        return None


def gradient_of(problem: Problem, batch: Batch) -> Callable[[Any], Any]:
    """Return the gradient of the mean over a batch, as a function of floats theta (p,)."""
    rows = list(batch)
    part = Problem(
        problem.network,
        [problem.inputs[i] for i in rows],
        [problem.targets[i] for i in rows],
        problem.loss,
        penalty=problem.penalty,
        dropout=problem.dropout,
    )
    data = part.data(FLOATS)
    return lambda theta: part.function.gradient(theta, *data)


def repeated_batches(
    problem: Problem, start: Exact, target: Exact, radius: float, step: Fraction, size: int
) -> list[list[Batch]]:
    """Return, for each batch, its first few repetitions that lead into the box of the target."""
    paths: list[list[Batch]] = []
    for batch in combinations(range(len(problem.targets)), size):
        gradient, theta = gradient_of(problem, batch), FLOATS.enter(start)
        for length in range(1, LONGEST_PATH + 1):
            theta = theta - float(step) * gradient(theta)
            if np.abs(theta - FLOATS.enter(target)).max() < radius:
                paths.append([batch] * length)
    return sorted(paths, key=len)[:8]


def rough(centre: Exact) -> list[Fraction]:
    """Return a centre of few digits: the boxes are large beside the error."""
    return [round(value, 12) for value in centre]


def box(centre: Sequence[Fraction], radius: Fraction) -> dict[str, Any]:
    return {"centre": written_all(centre), "radius": written(radius)}
