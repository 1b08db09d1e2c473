"""What a point of your own landscape is: a minimum, a saddle of some index, or a maximum, proved.

>>> from claims.mathematics import SQUARED_ERROR, TANH, one_hidden_layer
>>> from claims.proof.certify import certify
>>> text = certify(([[0], [1], [2]], [0, 1, 0]), one_hidden_layer(1, 1, TANH), SQUARED_ERROR, point)

The text is a certificate that ``python -I claims/proof/checker.py FILE`` accepts on any machine.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np

from claims.mathematics import Loss, Network
from claims.numbers import exact_fraction
from claims.proof import checker
from claims.proof.certificates import NotFound, Problem
from claims.proof.stationary_points import Reason, find_stationary_point

__all__ = ["NotFound", "Reason", "certify"]


def certify(
    data: tuple[Any, Any],
    network: Network,
    loss: Loss,
    point: Sequence[Any],
    *,
    reduction: Literal["mean", "sum"] = "mean",
    penalty: Any = 0,
    claim: str = "examined",
    bits: int = 128,
) -> str:
    """Return a certificate of what the stationary point near ``point`` (p,) is.

    ``data`` is a pair of inputs (N, d) and targets (N,); all numbers are taken exactly, a float for
    the dyadic number that it is. The point is polished by Newton's method, with ``bits`` of
    precision, and need be near only. The network's weights are in one list: for each layer W row by
    row, then b. ``penalty`` is the strength of L2. ``claim`` labels the certificate.

    Raises NotFound, whose ``reason`` is a ``Reason``: Newton's method does not converge, the
    stationary point is degenerate (dead or duplicated units, say), or the precision does not
    suffice. Raises ValueError for data, networks or losses that the checker does not take.
    """
    problem = checked_problem(data, network, loss, reduction, penalty)
    return find_stationary_point(problem, point, claim=claim, bits=bits)


def checked_problem(
    data: tuple[Any, Any],
    network: Network,
    loss: Loss,
    reduction: Literal["mean", "sum"] = "mean",
    penalty: Any = 0,
) -> Problem:
    """Return the problem with exact data; raises ValueError where the checker does not take it."""
    inputs, targets = np.asarray(data[0], dtype=object), np.asarray(data[1], dtype=object)
    if inputs.ndim != 2 or targets.shape != inputs.shape[:1]:
        raise ValueError(
            f"inputs {inputs.shape} and targets {targets.shape} do not match: give (N, d) and (N,)"
        )
    if inputs.shape[1] != network.widths[0]:
        raise ValueError(
            f"inputs with {inputs.shape[1]} columns for a network that takes {network.widths[0]}"
        )
    problem = Problem(
        network,
        [[exact_fraction(value) for value in row] for row in inputs],
        [exact_fraction(value) for value in targets],
        loss,
        reduction,
        penalty=exact_fraction(penalty),
    )
    try:
        checker.Objective.read(checker.Entry(problem.definition(), "objective"))
    except checker.Refused as refusal:
        raise ValueError(f"beyond what certificates are written for: {refusal}") from None
    return problem
