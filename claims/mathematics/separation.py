"""Whether labelled points can be separated by a hyperplane through the origin, decided exactly.

With z_i = x_i for label 1 and z_i = -x_i for label 0, Tucker's theorem of the alternative says
that every point i has either a direction u with Z u >= 0 and z_i . u > 0, or weights w >= 0 with
Z' w = 0 and w_i > 0, and never both. Adding up the directions, and the weights, gives one pair that
proves the answer: the classes of Albert and Anderson, On the existence of maximum likelihood
estimates in logistic regression models, Biometrika 71 (1984).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import flint
import numpy as np

from claims.mathematics.linear_algebra import exact_rows
from claims.numbers.exact import to_fraction

Kind = Literal["complete", "quasi-complete", "overlapping"]
Vector = list[flint.fmpq]


@dataclass(frozen=True)
class Separation:
    """A separability class with both halves of its proof.

    direction: shape (d,), z_i . direction >= 0 for every point, > 0 exactly at the separated ones.
    weights: shape (N,), >= 0, sum of weights_i z_i = 0, > 0 exactly at the points not separated.
    """

    kind: Kind
    direction: tuple[Fraction, ...]
    weights: tuple[Fraction, ...]


def separation(inputs: np.ndarray, targets: np.ndarray) -> Separation:
    """The class of inputs (N, d) with labels in {0, 1}; append a column of ones for an intercept.

    complete: some u has z_i . u > 0 for all i; quasi-complete: some u has z_i . u >= 0 for all i
    and > 0 for one, but none > 0 for all; overlapping: neither, as for points that are all zero.
    """
    rows = exact_rows(inputs)
    signed = [
        row if target == 1 else [-entry for entry in row]
        for row, target in zip(rows, targets.tolist(), strict=True)
    ]
    count, dimension = inputs.shape
    direction = [flint.fmpq(0)] * dimension
    weights = [flint.fmpq(0)] * count
    for point in range(count):
        if weights[point] != 0 or _dot(signed[point], direction) != 0:
            continue
        others = signed[:point] + signed[point + 1 :]
        solved, vector = _nonnegative_combination(others, [-entry for entry in signed[point]])
        if solved:
            vector.insert(point, flint.fmpq(1))
            weights = [a + b for a, b in zip(weights, vector, strict=True)]
        else:
            direction = [a + b for a, b in zip(direction, vector, strict=True)]
    separated = sum(_dot(row, direction) != 0 for row in signed)
    kind: Kind = (
        "complete" if separated == count else "quasi-complete" if separated else "overlapping"
    )
    return Separation(kind, _fractions(direction), _fractions(weights))


def _nonnegative_combination(vectors: list[Vector], target: Vector) -> tuple[bool, Vector]:
    """Either (True, w) with w >= 0 and sum w_i vectors_i = target, or (False, u) as Farkas has it.

    In the second case u . vectors_i >= 0 for all i and u . target < 0. First phase of the simplex
    method with Bland's rule, which cannot cycle.
    """
    zero, one = flint.fmpq(0), flint.fmpq(1)
    count, dimension = len(vectors), len(target)
    signs = [-1 if entry < 0 else 1 for entry in target]
    tableau = [
        [signs[k] * vector[k] for vector in vectors]
        + [one if k == j else zero for j in range(dimension)]
        + [signs[k] * target[k]]
        for k in range(dimension)
    ]
    artificial = range(count, count + dimension)
    cost = [
        zero if j in artificial else -sum((row[j] for row in tableau), zero)
        for j in range(count + dimension + 1)
    ]
    basis = list(artificial)
    # Artificial columns never enter again; they only carry the dual solution.
    while (entering := next((j for j in range(count) if cost[j] < 0), None)) is not None:
        leaving = min(
            (k for k in range(dimension) if tableau[k][entering] > 0),
            key=lambda k: (tableau[k][-1] / tableau[k][entering], basis[k]),
        )
        pivot = tableau[leaving][entering]
        tableau[leaving] = [entry / pivot for entry in tableau[leaving]]
        for row in (*tableau[:leaving], *tableau[leaving + 1 :], cost):
            factor = row[entering]
            row[:] = [a - factor * b for a, b in zip(row, tableau[leaving], strict=True)]
        basis[leaving] = entering
    if cost[-1] != 0:
        return False, [signs[k] * (cost[count + k] - 1) for k in range(dimension)]
    solution = [zero] * count
    for row, column in zip(tableau, basis, strict=True):
        if column < count:
            solution[column] = row[-1]
    return True, solution


def _dot(left: Vector, right: Vector) -> flint.fmpq:
    return sum((a * b for a, b in zip(left, right, strict=True)), flint.fmpq(0))


def _fractions(vector: Vector) -> tuple[Fraction, ...]:
    return tuple(map(to_fraction, vector))
