"""Unknown functions: equal points, equal values; and nothing else is known."""

from __future__ import annotations

import pytest

from claims.mathematics import unknown_function
from claims.numbers import SYMBOLS, symbols


def test_equal_points_have_equal_values():
    f = unknown_function("f")
    a, b = symbols("a", 2), symbols("b", 2)
    assert (f(a + b) - f(b + a)).is_zero()
    assert (f((a + b) * (a - b)) - f(a * a - b * b)).is_zero()


def test_other_points_and_other_functions_have_values_of_their_own():
    f, g = unknown_function("f"), unknown_function("g")
    a = symbols("a", 2)
    values = [f(a), f(a[::-1]), f(-a), f(2 * a), f(a[:1]), f(a[:0]), g(a)]
    for i, one in enumerate(values):
        for other in values[:i]:
            assert not (one - other).is_zero()
    assert not (f(a) + f(-a)).is_zero()


def test_two_functions_of_one_name_are_one():
    a = symbols("a", 3)
    assert (unknown_function("f")(a) - unknown_function("f")(a)).is_zero()


def test_it_is_never_a_known_function():
    h = symbols("h", 1)
    assert not (unknown_function("s")(h) - h[0].logistic()).is_zero()
    assert not (unknown_function("s")(h) + unknown_function("s")(-h) - 1).is_zero()


def test_the_value_can_be_computed_with():
    f, point = unknown_function("f"), SYMBOLS.enter([1, 2])
    assert ((f(point) + 1) * (f(point) - 1) - f(point) * f(point) + 1).is_zero()


@pytest.mark.parametrize("name", ["", "f(x", "2f", "f g"])
def test_a_name_is_an_identifier(name):
    with pytest.raises(ValueError, match="is no name of a function"):
        unknown_function(name)
