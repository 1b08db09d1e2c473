"""Computed numbers are rounded where a program rounds; the bound of a sum is not exceeded."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from claims.mathematics import (
    ROUNDOFF,
    Computed,
    FusedComputed,
    added_with_errors,
    one_hidden_layer,
    summation_bound,
)
from claims.mathematics.activations import IDENTITY
from claims.numbers import symbols


def fl(value):
    return value.uninterpreted("fl")


def test_each_operation_is_rounded_once():
    x, y, z = (Computed(symbols(name)) for name in "xyz")
    a, b, c = (number.exact for number in (x, y, z))
    assert str(((x + y) + z).exact) == str(fl(fl(a + b) + c))
    assert str((x * y + z).exact) == str(fl(fl(a * b) + c))
    assert str((x - y).exact) == str(fl(a - b))
    assert str((-x).exact) == str(-a)
    assert str((x + Fraction(1, 3)).exact) == str(fl(a + Fraction(1, 3)))
    assert str(x.uninterpreted("a", 1).exact) == "a'(x)"


def test_a_fused_product_is_rounded_only_on_the_left_of_a_sum():
    x, y, z = (FusedComputed(symbols(name)) for name in "xyz")
    a, b, c = (number.exact for number in (x, y, z))
    assert str((z + x * y).exact) == str(fl(c + a * b))
    assert str((x * y + z).exact) == str(fl(fl(a * b) + c))
    assert str(((x + y) + z).exact) == str(fl(fl(a + b) + c))
    assert str((z - x * y).exact) == str(fl(c - a * b))
    assert str((x * y).exact) == "x*y"
    assert type(x.uninterpreted("a")) is FusedComputed


def test_a_network_is_computed_unit_after_unit():
    network = one_hidden_layer(1, 3, IDENTITY, hidden_bias=False)
    theta, inputs = Computed.enter(symbols("t", 7)), Computed.enter(symbols("x", 1, 1))
    w, v, c = [t.exact for t in theta[:3]], [t.exact for t in theta[3:6]], theta[6].exact
    products = [fl(b * fl(a * inputs[0, 0].exact)) for a, b in zip(w, v, strict=True)]
    expected = fl(fl(fl(products[0] + products[1]) + products[2]) + c)
    assert str(network.predict(theta, inputs)[0].exact) == str(expected)


def test_the_bound():
    assert Fraction(1) + ROUNDOFF == Fraction(2**53 + 1, 2**53)
    assert 1.0 + 2.0**-53 == 1.0 and 1.0 + 1.0000001 * 2.0**-53 > 1.0
    assert summation_bound([Fraction(5)]) == 0
    assert summation_bound([Fraction(2), Fraction(-3)]) == 5 * ROUNDOFF
    three = summation_bound([Fraction(1), Fraction(-1), Fraction(1, 2)])
    assert three == Fraction(5, 2) * (2 * ROUNDOFF + ROUNDOFF**2)


def test_a_sum_can_come_near_the_bound_and_does_not_exceed_it():
    for count in (2, 5, 40):
        terms = [1.0] + [2.0**-53] * (count - 1)
        total = sum(terms)
        exact = [Fraction(term) for term in terms]
        error = abs(Fraction(total) - sum(exact))
        assert Fraction(99, 100) * summation_bound(exact) <= error <= summation_bound(exact)
    random = np.random.default_rng(1)
    for _ in range(100):
        terms = random.normal(size=6).tolist()
        exact = [Fraction(term) for term in terms]
        assert abs(Fraction(sum(terms)) - sum(exact)) <= summation_bound(exact)


def test_terms_are_added_in_order_with_an_error_each():
    p, q, r = symbols("p", 3)
    d, e = symbols("d", 2)
    assert (added_with_errors([p, q, r], [d, e]) - ((p + q) * (1 + d) + r) * (1 + e)).is_zero()
    assert (added_with_errors([p], []) - p).is_zero()
    with pytest.raises(ValueError):
        added_with_errors([p, q], [d, e])
