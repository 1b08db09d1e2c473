"""Complete lists for a network with one hidden layer, by its inner weights alone.

Given the inner weights the output weights are a least-squares fit, so that two unknowns are left:
weight and bias of one unit, or the weights of two units without biases.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from flint import arb, ctx
from numpy.typing import NDArray

from claims.numbers.exact import to_fmpq
from claims.proof import checker
from claims.proof.certificates import Problem, certificate, written_all
from claims.proof.enumeration import hidden_branching
from claims.proof.enumeration.kernels import hidden_kernel
from claims.proof.enumeration.lists import (
    FINE,
    MARGINS,
    PRECISION,
    Interval,
    distance,
    entry_of,
    newton,
    rounded_outwards,
)
from claims.proof.enumeration.search import Floats, Root, Unfinished

MOST_NODES = 1_000_000
MOST_UNDECIDED = 20_000
SMALLEST = 2.0**-16
# Boxes so small that roots are looked for in them: few for each root, and Newton finds it there.
LIKELY = 2.0**-7
SYMBOLS = dict(enumerate(checker.SPLITS)) | {
    hidden_branching.INSIDE_ROOT: checker.WITHIN,
    hidden_branching.KRAWCZYK: checker.KRAWCZYK,
    hidden_branching.UNDECIDED: checker.UNDECIDED,
}


def find_hidden_list(problem: Problem, box: Sequence[tuple[Any, Any]], *, claim: str) -> str:
    """Return a certificate of all stationary points in the box with no output weight 0.

    For a sigmoid network with one input and squared error: 1-1-1 with both biases, the box one of
    (w, b) with w > 0; or 1-2-1 without biases, the box one of (w_1, w_2 - w_1), the latter > 0.
    Raises Unfinished where the search needs too many boxes, checker.Refused where the checker does
    not accept.
    """
    definition = problem.definition()
    entry = checker.Entry(definition)
    whole = rounded_outwards(box)
    with ctx.workprec(PRECISION):
        objective = checker.Objective.read(entry)
        layer = checker.HiddenLayer(objective, entry)
        _, likely = search(layer, whole, [], LIKELY, MARGINS[0])
        roots = roots_near(layer, objective, whole, likely)
    for margin in MARGINS:
        tree, _ = search(layer, whole, roots, SMALLEST, margin)
        proof = {
            "objective": definition,
            "box": {
                "low": written_all(low for low, _ in whole),
                "high": written_all(high for _, high in whole),
            },
            "roots": [entry_of(root) for root in roots],
            "tree": tree,
        }
        try:
            return certificate("complete-hidden-list", claim, proof, precision=PRECISION)
        except checker.Refused:
            # The checker rounds too: contract with more to spare.
            if margin == MARGINS[-1]:
                raise
    raise AssertionError("there is a margin")


def search(
    layer: checker.HiddenLayer,
    whole: Sequence[Interval],
    roots: Sequence[Root],
    smallest: float,
    margin: float,
) -> tuple[str, Floats]:
    """Return the tree over a box with these roots, and the boxes (m, 2, 2) left undecided.

    Contractions must hold with ``margin`` > 1. Raises Unfinished.
    """
    codes: NDArray[np.int16] = np.empty(MOST_NODES, np.int16)
    undecided, counts = np.empty((MOST_UNDECIDED, 2, 2)), np.zeros(2, np.int64)
    status = hidden_kernel()(
        np.array([float(x.mid()) for x in layer.x]),
        np.array([float(y.mid()) for y in layer.y.entries()]),
        layer.units,
        np.array(whole, dtype=float),
        np.array([root.centre for root in roots], dtype=float).reshape(-1, 2),
        np.array([root.radius for root in roots], dtype=float),
        smallest,
        margin,
        codes,
        undecided,
        counts,
    )
    nodes, left = counts
    if status != hidden_branching.FINISHED:
        raise Unfinished(f"not finished after {nodes} boxes, {left} of them undecided")
    return "".join([SYMBOLS[code] for code in codes[:nodes].tolist()]), undecided[:left]


def roots_near(
    layer: checker.HiddenLayer,
    objective: checker.Objective,
    whole: Sequence[Interval],
    likely: Floats,
) -> list[Root]:
    """Return the roots in a box that lie in or near these boxes (m, 2, 2), each once."""
    roots: list[Root] = []
    for start in likely.mean(axis=2):
        if any(np.abs(start - np.array(root.centre, float)).max() < root.radius for root in roots):
            continue
        point = newton(layer, start.tolist())
        if point is None or any(distance(point, root.centre) < 100 * FINE for root in roots):
            continue
        if all(low < x < high for x, (low, high) in zip(point, whole, strict=True)):
            room = [distance(point, root.centre) / 2 for root in roots]
            room += [min(x - low, high - x) for x, (low, high) in zip(point, whole, strict=True)]
            root = root_at(layer, objective, point, min(room))
            roots += [root] if root is not None else []
    return sorted(roots, key=lambda root: root.centre)


def root_at(
    layer: checker.HiddenLayer,
    objective: checker.Objective,
    point: tuple[Fraction, ...],
    room: Fraction,
) -> Root | None:
    """Return the root with a radius below ``room``, about the largest that can be proved."""
    inner = [arb(to_fmpq(x)) for x in point]
    hessian = objective.loss(checker.variables(layer.weights(inner))).hessian.mid().tolist()
    eigenvalues = np.linalg.eigvalsh([[float(entry) for entry in row] for row in hessian])
    index = int((eigenvalues < 0).sum())
    for half in range(40):
        root = Root(point, Fraction(3 - half % 2, 2 ** (half // 2 + 2)), index)
        if root.radius < room:
            try:
                checker.hidden_root(layer, objective, checker.Entry(entry_of(root)))
            except checker.Refused:
                continue
            return root
    return None
