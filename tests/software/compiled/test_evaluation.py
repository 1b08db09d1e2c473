"""What evaluating a program refuses, and many points at once."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from claims.compiled import Function, evaluate, record
from claims.numbers import FLOATS, RATIONALS, quotient, square

THIRD = record(lambda x, y: quotient(square(x[0]) + y[1], 3), x=(1,), y=(2,))


def test_one_point_in_floats_and_rationals():
    assert evaluate(THIRD, x=FLOATS.enter([3]), y=FLOATS.enter([0, 3])) == 4
    assert evaluate(THIRD, x=RATIONALS.enter([1]), y=RATIONALS.enter([0, 1])).fraction == Fraction(
        2, 3
    )


def test_a_function_says_which_arrays_it_needs():
    product = Function(lambda x, y: x[0] * y[0], x=(1,), y=(1,))
    for method in (product.value, product.gradient, product.hessian):
        for arrays in ((), (FLOATS.enter([3]),), (FLOATS.enter([3]),) * 3):
            with pytest.raises(ValueError, match=f"{len(arrays)} arrays given, 2 needed: x, y"):
                method(*arrays)


def test_many_points_share_the_inputs_without_a_trailing_axis():
    values = evaluate(THIRD, x=np.array([[0.0, 3.0, 6.0]]), y=FLOATS.enter([5, 3]))
    assert values.tolist() == [1, 4, 13]


def test_a_constant_output_is_a_scalar_of_the_arithmetic():
    one = record(lambda x: 1, x=(1,))
    assert evaluate(one, x=RATIONALS.enter([7])).fraction == 1
    assert evaluate(one, x=FLOATS.enter([7])) == 1


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"x": np.zeros(1)}, "recorded"),
        ({"x": np.zeros(2), "y": np.zeros(2)}, r"x has shape \(2,\)"),
        ({"x": np.zeros(1, dtype=int), "y": np.zeros(2)}, "x holds int64"),
        ({"x": np.array([Fraction(1)]), "y": np.zeros(2)}, "x holds bare numbers"),
    ],
)
def test_refusals(inputs, message):
    with pytest.raises(ValueError, match=message):
        evaluate(THIRD, **inputs)
