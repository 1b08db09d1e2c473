"""Values of the losses at chosen points, both sides of a kink included."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from claims.mathematics import ABSOLUTE_ERROR, HALF_SQUARED_ERROR, SQUARED_ERROR
from claims.numbers import FLOATS, RATIONALS


@pytest.mark.parametrize(
    ("loss", "values"),
    [
        (ABSOLUTE_ERROR, [3, 0, Fraction(1, 2)]),
        (SQUARED_ERROR, [9, 0, Fraction(1, 4)]),
        (HALF_SQUARED_ERROR, [Fraction(9, 2), 0, Fraction(1, 8)]),
    ],
)
def test_values_below_at_and_above_the_target(loss, values):
    predictions, targets = [-1, 2, Fraction(5, 2)], [2, 2, 2]
    found = loss.value(RATIONALS.enter(predictions), RATIONALS.enter(targets))
    assert [value.fraction for value in found] == values
    floats = loss.value(FLOATS.enter(predictions), FLOATS.enter(targets))
    assert np.array_equal(floats, [float(value) for value in values])
