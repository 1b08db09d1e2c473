"""Convexity of a concrete objective, as an identity that can be expanded."""

from __future__ import annotations

from collections.abc import Callable

from claims.mathematics import linear
from claims.proof.certificates import Problem
from claims.proof.sums_of_squares import find_sum_of_squares

LINE = Problem(linear(2), [[0, 1], [1, 1], [2, -1], ["1/2", 3], [-1, 0]], [1, 0, 2, "5/3", -1])

INSTANCES: dict[str, Callable[[], str]] = {
    "linear-regression-2-1": lambda: find_sum_of_squares(LINE, claim="linear-regression-convex"),
}
