"""Complete lists for a network with one hidden unit, by its inner weights alone.

Given the inner weights the output weight and bias are a least-squares fit, so that two unknowns
are left. The search uses the arithmetic of claims.proof.checker itself, box by box.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from flint import arb, ctx

from claims.numbers.exact import to_fmpq
from claims.proof import checker
from claims.proof.certificates import Problem, certificate, written, written_all
from claims.proof.enumeration.lists import (
    FINE,
    PRECISION,
    distance,
    newton,
    rounded_outwards,
)
from claims.proof.enumeration.search import Root, Unfinished

MOST_NODES = 200_000
SMALLEST = 2.0**-16


def find_hidden_list(problem: Problem, box: Sequence[tuple[Any, Any]], *, claim: str) -> str:
    """Return a certificate of all stationary points with v != 0 and (w, b) in the box.

    For a sigmoid 1-1-1 network with both biases, w > 0 in the box, squared error. Raises Unfinished
    where the search needs too many boxes, checker.Refused where the checker does not accept.
    """
    definition = problem.definition()
    entry = checker.Entry(definition)
    whole = rounded_outwards(box)
    ends = tuple(float(low) for low, _ in whole), tuple(float(high) for _, high in whole)
    with ctx.workprec(PRECISION):
        objective = checker.Objective.read(entry)
        unit = checker.HiddenUnit(objective, entry)
        _, approximate = search(unit, ends, [])
        roots: list[Root] = []
        for start in approximate:
            point = newton(unit, start)
            if point is None or any(distance(point, root.centre) < 100 * FINE for root in roots):
                continue
            if all(low < x < high for x, (low, high) in zip(point, whole, strict=True)):
                root = root_at(unit, objective, point)
                roots += [root] if root is not None else []
        cells = [
            (
                tuple(float(x - root.radius) for x in root.centre),
                tuple(float(x + root.radius) for x in root.centre),
            )
            for root in roots
        ]
        tree, _ = search(unit, ends, cells)
    proof = {
        "objective": definition,
        "box": {
            "low": written_all(low for low, _ in whole),
            "high": written_all(high for _, high in whole),
        },
        "roots": [entry_of(root) for root in roots],
        "tree": tree,
    }
    return certificate("complete-hidden-list", claim, proof, precision=PRECISION)


def entry_of(root: Root) -> dict[str, Any]:
    return {
        "centre": written_all(root.centre),
        "radius": written(root.radius),
        "index": root.index,
    }


def root_at(
    unit: checker.HiddenUnit, objective: checker.Objective, point: tuple[Fraction, ...]
) -> Root | None:
    """Return the root with about the largest radius that can be proved, None if there is none."""
    inner = [arb(to_fmpq(x)) for x in point]
    hessian = objective.loss(checker.variables(unit.weights(inner))).hessian.mid().tolist()
    eigenvalues = np.linalg.eigvalsh([[float(entry) for entry in row] for row in hessian])
    index = int((eigenvalues < 0).sum())
    for half in range(40):
        root = Root(point, Fraction(3 - half % 2, 2 ** (half // 2 + 2)), index)
        try:
            checker.hidden_root(unit, objective, checker.Entry(entry_of(root)))
        except checker.Refused:
            continue
        return root
    return None


def search(
    unit: checker.HiddenUnit, whole: checker.Cell, roots: Sequence[checker.Cell]
) -> tuple[str, list[list[float]]]:
    """Return the tree over a box with these roots, and, without any, approximate roots."""
    nodes: list[str] = []
    found: list[list[float]] = []
    waiting = [whole]
    while waiting:
        if len(nodes) >= MOST_NODES:
            raise Unfinished(f"not finished after {MOST_NODES} boxes")
        cell = waiting.pop()
        low, high = cell
        sides = [b - a for a, b in zip(low, high, strict=True)]
        # The activation moves twice as much with w as with b where inputs are about 2.
        k = int(2 * sides[0] < sides[1])
        rest = checker.remains(unit, cell)
        if any(checker.inside(cell, root) for root in roots):
            nodes.append(checker.WITHIN)
        elif rest is None or any(checker.inside(rest, root) for root in roots):
            nodes.append(checker.KRAWCZYK)
        elif not roots and max(sides) < 1 / 16:
            found.append([(a + b) / 2 for a, b in zip(low, high, strict=True)])
            nodes.append(checker.UNDECIDED)
        elif sides[k] < SMALLEST:
            nodes.append(checker.UNDECIDED)
        else:
            nodes.append(checker.SPLITS[k])
            edge = low[k] + (high[k] - low[k]) * checker.CUT
            waiting.append(((*low[:k], edge, *low[k + 1 :]), high))
            waiting.append((low, (*high[:k], edge, *high[k + 1 :])))
    return "".join(nodes), found
