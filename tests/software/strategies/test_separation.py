"""Separability, rank and null space: exact, with proofs that check, and against other methods."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from claims.testing import strategies
from claims.testing.strategies import separation

SMALL = st.tuples(st.integers(1, 6), st.integers(1, 3)).flatmap(
    lambda shape: st.tuples(
        st.lists(
            st.lists(st.integers(-2, 2), min_size=shape[1], max_size=shape[1]),
            min_size=shape[0],
            max_size=shape[0],
        ),
        st.lists(st.integers(0, 1), min_size=shape[0], max_size=shape[0]),
    )
)


def proof_holds(inputs, targets, answer):
    """Check the two halves of the proof with Fractions alone."""
    signs = [2 * int(target) - 1 for target in targets]
    signed = [[s * Fraction(x) for x in row] for s, row in zip(signs, inputs.tolist(), strict=True)]
    margins = [sum(z * u for z, u in zip(row, answer.direction, strict=True)) for row in signed]
    columns = [
        sum(w * row[k] for w, row in zip(answer.weights, signed, strict=True))
        for k in range(inputs.shape[1])
    ]
    separated = sum(margin > 0 for margin in margins)
    kinds = {0: "overlapping", len(signed): "complete"}
    return (
        all(column == 0 for column in columns)
        and all(m >= 0 and w >= 0 for m, w in zip(margins, answer.weights, strict=True))
        # Of margin and weight exactly one is positive, at every point.
        and all((m > 0) != (w > 0) for m, w in zip(margins, answer.weights, strict=True))
        and answer.kind == kinds.get(separated, "quasi-complete")
    )


@settings(max_examples=150, deadline=None)
@given(SMALL)
def test_the_proof_holds_on_small_integers(data):
    inputs, targets = np.array(data[0], dtype=float), np.array(data[1])
    assert proof_holds(inputs, targets, separation(inputs, targets))


@pytest.mark.parametrize("exponents", [(-2, 1), strategies.EXTREME_EXPONENTS])
def test_the_proof_holds_on_drawn_data(exponents, examples_of):
    for data_set in examples_of(strategies.labelled_data_sets(exponents=exponents), 100):
        answer = separation(data_set.inputs, data_set.targets)
        assert proof_holds(data_set.inputs, data_set.targets, answer)


def test_control_a_wrong_class_or_proof_is_noticed():
    inputs, targets = np.array([[1.0, 0.0], [0.0, 1.0], [0.0, -1.0]]), np.array([1, 1, 1])
    right = separation(inputs, targets)
    assert right.kind == "quasi-complete" and proof_holds(inputs, targets, right)
    for wrong in (
        strategies.Separation("complete", right.direction, right.weights),
        strategies.Separation("quasi-complete", (Fraction(0), Fraction(0)), right.weights),
        strategies.Separation("quasi-complete", right.direction, (Fraction(0),) * 3),
        strategies.Separation("quasi-complete", (Fraction(1), Fraction(1)), right.weights),
    ):
        assert not proof_holds(inputs, targets, wrong)


def by_floating_linear_program(inputs, targets):
    """The class by an independent method: the most points that one direction can separate."""
    signed = (2 * targets - 1)[:, None] * inputs
    count, dimension = signed.shape
    best = linprog(
        np.concatenate([np.zeros(dimension), -np.ones(count)]),
        A_ub=np.hstack([-signed, np.eye(count)]),
        b_ub=np.zeros(count),
        bounds=[(None, None)] * dimension + [(0, 1)] * count,
    )
    separated = round(-best.fun)
    return {0: "overlapping", count: "complete"}.get(separated, "quasi-complete")


def test_agrees_with_a_floating_point_linear_program(examples_of):
    for data_set in examples_of(strategies.labelled_data_sets(), 100):
        kind = separation(data_set.inputs, data_set.targets).kind
        assert kind == by_floating_linear_program(data_set.inputs, data_set.targets)


def test_agrees_with_all_directions_in_one_dimension():
    for points in product((-1, 0, 2), repeat=3):
        for targets in product((0, 1), repeat=3):
            inputs = np.array(points, dtype=float)[:, None]
            signed = [x if t else -x for x, t in zip(points, targets, strict=True)]
            most = max(
                sum(u * z > 0 for z in signed)
                for u in (-1, 0, 1)
                if all(u * z >= 0 for z in signed)
            )
            kind = {0: "overlapping", 3: "complete"}.get(most, "quasi-complete")
            assert separation(inputs, np.array(targets)).kind == kind


@settings(max_examples=100, deadline=None)
@given(SMALL)
def test_null_vectors_and_rank_complement_each_other(data):
    matrix = np.array(data[0], dtype=float)
    basis = strategies.null_vectors(matrix)
    assert strategies.rank(matrix) + len(basis) == matrix.shape[1]
    assert strategies.rank(matrix) == np.linalg.matrix_rank(matrix)
    for vector in basis:
        assert not (matrix @ np.array(vector)).any()
        assert np.gcd.reduce(vector) == 1
    if basis:
        assert strategies.rank(np.array(basis)) == len(basis)


def test_rank_is_exact_where_floating_point_rank_is_not():
    third = np.array([[1.0, 3.0], [1.0 + 2.0**-52, 3.0]])
    assert strategies.rank(third) == 2 and np.linalg.matrix_rank(third) == 1
    assert strategies.rank(np.array([[Fraction(1, 3), 1], [1, 3]], dtype=object)) == 1
