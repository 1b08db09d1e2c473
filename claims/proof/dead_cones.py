"""Finding proofs of dead cones: round a point all ReLU units are off on all data."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from fractions import Fraction
from typing import Any

from claims.mathematics import IDENTITY, RELU
from claims.numbers import RATIONALS, affine, exact_fraction
from claims.proof.certificates import NotFound, Problem, certificate, written, written_all


class Reason(Enum):
    """Why a point gave no certificate."""

    NOT_RELU = "the network has no hidden ReLU layer below a linear output with a bias"
    NOT_DEAD = "a hidden unit is active, or at its kink, on one of the data points"
    NOT_AT_MEAN = "the output bias is not the mean of the targets"
    NOT_LOWER = "the loss at the lower point is not less than at the point"


def find_dead_cone(
    problem: Problem, point: Sequence[Any], lower: Sequence[Any], *, claim: str
) -> str:
    """Return a certificate that ``point`` (p,) is a non-strict local minimum above ``lower`` (p,).

    All numbers are exact; the radius is half of the largest. Raises NotFound with a Reason.
    """
    network = problem.network
    shape = (len(network.widths), network.activation, network.output, network.output_bias)
    if shape != (3, RELU, IDENTITY, True):
        raise NotFound(Reason.NOT_RELU)
    inputs, targets = problem.data(RATIONALS)
    theta, low = RATIONALS.enter(point), RATIONALS.enter(lower)
    hidden = {block.name: block.of(theta) for block in network.blocks}
    sums = affine(inputs, hidden["W1"], hidden.get("b1"))
    # A unit's sum moves by at most radius times reach: the absolute inputs, and 1 for its bias.
    reaches = [
        sum(abs(exact_fraction(x)) for x in row) + network.hidden_bias for row in problem.inputs
    ]
    margins = [(-h.fraction, reach) for row, reach in zip(sums, reaches, strict=True) for h in row]
    if min(margin for margin, _ in margins) <= 0:
        raise NotFound(Reason.NOT_DEAD)
    radius = min((margin / reach for margin, reach in margins if reach), default=Fraction(2)) / 2
    mean = sum(exact_fraction(y) for y in problem.targets) / len(problem.targets)
    if theta[-1].fraction != mean:
        raise NotFound(Reason.NOT_AT_MEAN)
    loss = problem.function.value(theta, inputs, targets).fraction
    lower_loss = problem.function.value(low, inputs, targets).fraction
    if not lower_loss < loss:
        raise NotFound(Reason.NOT_LOWER, f"{lower_loss} against {loss}")
    proof = {
        "objective": problem.definition(),
        "point": written_all(point),
        "radius": written(radius),
        "loss": str(loss),
        "lower": written_all(lower),
        "lower_loss": str(lower_loss),
    }
    return certificate("dead-cone", claim, proof)
