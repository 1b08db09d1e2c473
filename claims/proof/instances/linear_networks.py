"""Two linear layers: all stationary points, with and without a penalty."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from claims.mathematics import deep_linear
from claims.proof.certificates import Problem
from claims.proof.linear_networks import find_linear_list

CLAIM = "linear-case-roots"

LINE = [[1], [2], [-1]], [2, 3, 0]
PLANE = [[1, 0], [1, 1], [0, 2], [-1, 1]], [1, 3, 2, Fraction(-1, 2)]
SPACE = [[1, 0, 2], [0, 1, 1], [1, -1, 0], [2, 1, -1], [0, 0, 1]], [1, 2, -1, 3, Fraction(1, 2)]

PLAIN = {
    "linear-1-1-1": Problem(deep_linear(1, 1, 1), *LINE),
    "linear-2-1-1": Problem(deep_linear(2, 1, 1), *PLANE),
    "linear-2-2-1": Problem(deep_linear(2, 2, 1), *PLANE),
    "linear-3-2-1": Problem(deep_linear(3, 2, 1), *SPACE),
}
PENALISED = {
    "linear-1-1-1-penalised": Problem(deep_linear(1, 1, 1), *LINE, penalty=Fraction(1, 2)),
    "linear-2-1-1-penalised": Problem(deep_linear(2, 1, 1), *PLANE, penalty=Fraction(1, 5)),
    "linear-2-2-1-penalised": Problem(deep_linear(2, 2, 1), *PLANE, penalty=Fraction(1, 5)),
    "linear-3-1-1-penalised": Problem(deep_linear(3, 1, 1), *SPACE, penalty=Fraction(1, 3)),
    # So strong a penalty leaves the origin alone.
    "linear-2-1-1-penalised-to-0": Problem(deep_linear(2, 1, 1), *PLANE, penalty=4),
}

INSTANCES: dict[str, Callable[[], str]] = {
    name: lambda problem=problem: find_linear_list(problem, claim=CLAIM)  # type: ignore[misc]
    for name, problem in {**PLAIN, **PENALISED}.items()
}
