"""What a drawn example is, decided exactly, so that a check can count what it has covered."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations
from typing import Any

import numpy as np

from claims.mathematics import rank, separation
from claims.testing.strategies.data_sets import DataSet
from claims.testing.strategies.parameters import Chord


def labels(data_set: DataSet) -> set[str]:
    """The exact properties of a data set.

    full-column-rank or rank-deficient (rank < d); interpolable (targets = X w for some w);
    one-point, all-zero, zero-point, duplicates, opposite-inputs, conflicting (equal inputs, other
    targets), on-a-line (three or more points on an affine line), constant-targets; huge or tiny
    (largest entry above 2**50, or not 0 and below 2**-50). With targets in {0, 1} also one-class
    and one of separable, quasi-separable, overlapping (hyperplanes through the origin).
    """
    inputs, targets = data_set.inputs, data_set.targets
    count, dimension = inputs.shape
    points = [tuple(row) for row in inputs.tolist()]
    own_rank = rank(inputs)
    found = {"full-column-rank" if own_rank == dimension else "rank-deficient"}
    if own_rank == count or rank(np.column_stack([inputs, targets])) == own_rank:
        found.add("interpolable")
    if count == 1:
        found.add("one-point")
    if not inputs.any():
        found.add("all-zero")
    if not inputs.any(axis=1).all():
        found.add("zero-point")
    found |= _coincidences(points, targets.tolist())
    if count >= 3 and _on_a_line(inputs):
        found.add("on-a-line")
    if len(set(targets.tolist())) == 1:
        found.add("constant-targets")
    largest = max(abs(entry) for point in points for entry in point)
    if largest > 2**50:
        found.add("huge")
    elif 0 < largest * 2**50 < 1:
        found.add("tiny")
    if set(targets.tolist()) <= {0, 1}:
        if "constant-targets" in found:
            found.add("one-class")
        kind = separation(inputs, targets).kind
        words = {"complete": "separable", "quasi-complete": "quasi-separable"}
        found.add(words.get(kind, kind))
    return found


def _coincidences(points: list[tuple[Any, ...]], targets: list[Any]) -> set[str]:
    found = set()
    for (one, target), (other, other_target) in combinations(zip(points, targets, strict=True), 2):
        if one == other:
            found.add("duplicates")
            if target != other_target:
                found.add("conflicting")
        if any(one) and one == tuple(-entry for entry in other):
            found.add("opposite-inputs")
    return found


def _on_a_line(inputs: np.ndarray) -> bool:
    exact = [[Fraction(entry) for entry in row] for row in inputs.tolist()]
    differences = [[a - b for a, b in zip(row, exact[0], strict=True)] for row in exact[1:]]
    return rank(np.array(differences, dtype=object)) <= 1


def chord_labels(chord: Chord, inputs: np.ndarray | None = None) -> set[str]:
    """The exact ties of a chord: at-an-end (weight 0 or 1), equal-ends, flat.

    flat means inputs @ (start - end) = 0 for inputs (N, P) where the ends differ. On each of the
    three a chord gap is exactly zero for every function of inputs @ theta.
    """
    found = set()
    if chord.weight in (0, 1):
        found.add("at-an-end")
    if (chord.start == chord.end).all():
        found.add("equal-ends")
    elif inputs is not None:
        difference = [
            Fraction(a) - Fraction(b)
            for a, b in zip(chord.start.tolist(), chord.end.tolist(), strict=True)
        ]
        if all(_dot(row, difference) == 0 for row in inputs.tolist()):
            found.add("flat")
    return found


def has_kink(
    theta: np.ndarray, widths: tuple[int, ...], inputs: np.ndarray, hidden_bias: bool = True
) -> bool:
    """Whether a unit of the first layer has a pre-activation of exactly 0 at a point of inputs."""
    dimension, units = widths[:2]
    values = theta.tolist()
    weights = [values[unit * dimension : (unit + 1) * dimension] for unit in range(units)]
    biases = values[units * dimension : units * (dimension + 1)] if hidden_bias else [0] * units
    return any(
        _dot(row, [Fraction(w) for w in weight]) + Fraction(bias) == 0
        for row in inputs.tolist()
        for weight, bias in zip(weights, biases, strict=True)
    )


def _dot(row: list[Any], vector: list[Fraction]) -> Fraction:
    return sum((Fraction(a) * b for a, b in zip(row, vector, strict=True)), Fraction(0))
