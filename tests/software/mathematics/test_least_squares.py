"""The normal equations: every rank, exact data, and that the point is a minimum."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from claims.mathematics import NormalSolutions, normal_solutions, rank


def test_a_unique_solution():
    found = normal_solutions([[1, 0], [0, 2], [0, 0]], [3, 4, 7])
    assert found == NormalSolutions((Fraction(3), Fraction(2)), ())


def test_a_family():
    found = normal_solutions([[1, 1]], [3])
    assert sum(found.point) == 3
    assert found.directions in (((-1, 1),), ((1, -1),))


def test_inputs_that_are_all_zero():
    found = normal_solutions([[0, 0]], [5])
    assert found.point == (0, 0)
    assert set(found.directions) == {(1, 0), (0, 1)}


def test_fractions_and_floats_are_exact():
    assert normal_solutions([[Fraction(1, 3)]], [1]).point == (3,)
    assert normal_solutions([[0.5]], [0.25]).point == (Fraction(1, 2),)
    with pytest.raises(ValueError):
        normal_solutions([[float("nan")]], [1])


small = st.integers(-3, 3)


@given(data=st.data(), samples=st.integers(1, 5), features=st.integers(1, 4))
def test_the_residual_is_orthogonal(data, samples, features):
    inputs = data.draw(npst.arrays(np.int64, (samples, features), elements=small))
    targets = data.draw(npst.arrays(np.int64, samples, elements=small))
    found = normal_solutions(inputs, targets)
    point = np.array(found.point, dtype=object)
    exact = inputs.astype(object)
    assert not (exact.T @ (exact @ point - targets)).any()
    assert len(found.directions) == features - rank(inputs)
    for row in found.directions:
        assert any(row) and not (inputs @ np.array(row)).any()
    if found.directions:
        assert rank(np.array(found.directions, dtype=object)) == len(found.directions)
