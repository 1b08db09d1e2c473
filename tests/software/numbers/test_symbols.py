"""Symbolic scalars: the built-in relations, canonical forms, and what is refused."""

from __future__ import annotations

from fractions import Fraction

import pytest

from claims.numbers import (
    SYMBOLS,
    Symbol,
    Undefined,
    arctan,
    logistic,
    logistic_complement,
    select,
    softplus,
    square,
    symbols,
    tanh,
    uninterpreted,
)

X, Y = symbols("x"), symbols("y")


def same(a, b):
    return (a - b).is_zero()


@pytest.mark.parametrize(
    "zero",
    [
        square(X + Y) - square(X) - 2 * X * Y - square(Y),
        (square(X) - square(Y)) / (X - Y) - X - Y,
        X / Y * (Y / X) - 1,
        logistic(X - Y) + logistic(Y - X) - 1,
        logistic_complement(X) - logistic(-X),
        softplus(X) - softplus(-X) - X,
        tanh(X) + tanh(-X),
        tanh(X) - 2 * logistic(2 * X) + 1,
        arctan(X - Y) + arctan(Y - X),
        arctan(X - X),
        logistic(X * 0) - Fraction(1, 2),
        logistic((square(X) - square(Y)) / (X + Y)) - logistic(X - Y),
        uninterpreted("a")(X + Y) - uninterpreted("a")(Y + X),
    ],
    ids=str,
)
def test_identities_are_recognised(zero):
    assert zero.is_zero()
    assert zero.sign() == 0


@pytest.mark.parametrize(
    "other",
    [
        square(X + Y) - square(X) - square(Y),
        logistic(X) - logistic(-X),
        logistic(X) - logistic(2 * X),
        softplus(X) - softplus(-X),
        tanh(X) - logistic(X),
        arctan(X) - arctan(-X),
        uninterpreted("a")(X) - uninterpreted("a")(-X),
        uninterpreted("a")(X) - uninterpreted("b")(X),
    ],
    ids=str,
)
def test_what_is_no_identity_is_not_zero(other):
    assert not other.is_zero()
    assert other.sign() is None


def test_derivatives_of_unknown_functions_are_other_functions():
    assert not same(X.uninterpreted("a"), X.uninterpreted("a", 1))


def test_unknown_functions_have_names_of_their_own():
    for name in ("s", "softplus", "arctan", "s'", "2*s", "a b"):
        with pytest.raises(ValueError, match="cannot name an unknown function"):
            uninterpreted(name)
        with pytest.raises(ValueError, match="cannot name an unknown function"):
            X.uninterpreted(name)


def test_arrays_do_not_share_generators():
    with pytest.raises(ValueError, match="ends like an index"):
        symbols("t_1", 2)
    with pytest.raises(ValueError, match="no number that data can hold"):
        SYMBOLS.enter("nan")


def test_refusals():
    with pytest.raises(ZeroDivisionError, match="identically zero"):
        X / (X - X)
    with pytest.raises(TypeError, match="a float"):
        X * 0.5
    with pytest.raises(TypeError, match="not compared"):
        bool(X)
    with pytest.raises(TypeError, match="not compared"):
        X < Y  # noqa: B015
    with pytest.raises(Undefined, match="decide it in balls"):
        select(X, X, Y)
    with pytest.raises(ValueError, match="no name of a symbol"):
        Symbol.named("x + y")


def test_arrays_and_entering():
    matrix = symbols("m", 2, 2)
    assert [str(entry) for entry in matrix.ravel()] == ["m_0_0", "m_0_1", "m_1_0", "m_1_1"]
    entered = SYMBOLS.enter([Fraction(1, 3), 0.25, "x"])
    assert same(entered[0] * 3, SYMBOLS.enter(1))
    assert same(entered[1] * 4, SYMBOLS.enter(1))
    assert same(entered[2], X)
