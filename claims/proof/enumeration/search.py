"""Running the compiled search over a box of weights of one neuron."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import combinations
from typing import Any

import numpy as np
from flint import fmpq_mat
from numpy.typing import NDArray

from claims.numbers import exact_fraction
from claims.numbers.exact import to_fmpq, to_fraction
from claims.proof.certificates import Problem
from claims.proof.enumeration import branching
from claims.proof.enumeration.kernels import search_kernel

Floats = NDArray[np.float64]
Vector = Sequence[Fraction]

MOST_NODES = 3_000_000
MOST_FOUND, MOST_UNDECIDED = 20_000, 10_000
SMALLEST = 2.0**-20


class Unfinished(Exception):
    """The search came to no end within its bounds."""


@dataclass(frozen=True)
class Root:
    """A stationary point: alone within ``radius`` of ``centre`` (p,) in every weight.

    ``index`` is the number of negative eigenvalues of the Hessian there, which is regular.
    """

    centre: tuple[Fraction, ...]
    radius: Fraction
    index: int


@dataclass(frozen=True)
class Outcome:
    """What a run leaves: codes (nodes,), approximate roots (k, p), undecided boxes (m, p, 2)."""

    codes: NDArray[np.int16]
    found: Floats
    undecided: Floats


@dataclass(frozen=True)
class Search:
    """The search over a box, pairs (low, high) that floats hold exactly, for one neuron."""

    problem: Problem
    box: Sequence[tuple[Fraction, Fraction]]

    @cached_property
    def rows(self) -> list[list[Fraction]]:
        """The inputs (N, p), with 1 for a bias."""
        bias = [Fraction(1)] * self.problem.network.output_bias
        return [[*map(exact_fraction, row), *bias] for row in self.problem.inputs]

    @cached_property
    def counts(self) -> Sequence[int]:
        return self.problem.counts or [1] * len(self.problem.targets)

    @cached_property
    def directions(self) -> list[list[Fraction]]:
        """All u (p,) orthogonal to p - 1 independent inputs: their terms are lost exactly."""
        found: dict[tuple[Fraction, ...], None] = {}
        for chosen in combinations(self.rows, len(self.box) - 1):
            normal = _normal(chosen, len(self.box))
            lead = next((entry for entry in normal if entry), None)
            if lead is not None:
                found[tuple(entry / lead for entry in normal)] = None
        return [list(normal) for normal in found]

    def run(
        self, roots: Sequence[Root] | None, directions: Sequence[Vector], margin: float
    ) -> Outcome:
        """Write a tree with these roots and directions; for None, look for roots.

        Contractions must hold with ``margin`` > 1. Raises Unfinished after MOST_NODES boxes.
        """
        size, points = len(self.box), len(self.rows)
        codes = np.empty(MOST_NODES, np.int16)
        found = np.empty((MOST_FOUND if roots is None else 0, size))
        undecided = np.empty((MOST_UNDECIDED, size, 2))
        counts = np.zeros(3, np.int64)
        arguments: tuple[Any, ...] = (
            np.array(self.rows, dtype=float).reshape(points, size),
            np.array([exact_fraction(y) for y in self.problem.targets], dtype=float),
            np.array(self.counts, dtype=float),
            np.array(self.box, dtype=float),
            np.array([self.products(u) for u in directions], dtype=float).reshape(-1, points),
            np.array([root.centre for root in roots or ()], dtype=float).reshape(-1, size),
            np.array([root.radius for root in roots or ()], dtype=float),
        )
        kernel = search_kernel(self.problem.network.output)
        status = kernel(*arguments, SMALLEST, margin, codes, found, undecided, counts)
        nodes, news, left = counts
        if status != branching.FINISHED:
            raise Unfinished(f"not finished after {nodes} boxes, {left} of them undecided")
        return Outcome(codes[:nodes].copy(), found[:news].copy(), undecided[:left].copy())

    def products(self, u: Vector) -> list[Fraction]:
        """u.x_i for every point, as often as it counts."""
        return [
            sum((a * x for a, x in zip(u, row, strict=True)), Fraction(0)) * count
            for row, count in zip(self.rows, self.counts, strict=True)
        ]


def _normal(rows: Sequence[Vector], size: int) -> list[Fraction]:
    """The generalised cross product of p - 1 rows (p,): orthogonal to them, 0 if dependent."""
    normal = []
    for left_out in range(size):
        entries = [to_fmpq(x) for row in rows for k, x in enumerate(row) if k != left_out]
        minor = fmpq_mat(size - 1, size - 1, entries).det() if size > 1 else to_fmpq(Fraction(1))
        normal.append(to_fraction(minor) * (-1) ** left_out)
    return normal
