"""What would silently leave exact arithmetic is refused, and careless scalars are seen through."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from flint import arb

from claims.numbers import (
    BALLS,
    FLOATS,
    RATIONALS,
    SYMBOLS,
    affine,
    exact_fraction,
    logistic,
    quotient,
    square,
)

# Each is a way in which NumPy or Python would compare, round or guess.
TRAPS = {
    "less": lambda b: b < b,
    "less or equal": lambda b: b <= 1,
    "greater": lambda b: b > 0,
    "greater or equal": lambda b: b >= Fraction(1, 2),
    "equal": lambda b: b == b,
    "not equal": lambda b: b != 0,
    "truth value": lambda b: bool(b),
    "and": lambda b: b and 1,
    "maximum of two": lambda b: max(b, 0),
    "sorted": lambda b: sorted([b, b]),
    "in a list": lambda b: 1 in [b],
    "hash": lambda b: {b},
    "float": lambda b: float(b),
    "int": lambda b: int(b),
    "complex": lambda b: complex(b),
    "math.exp": lambda b: math.exp(b),
    "power": lambda b: b**2,
    "float on the right": lambda b: b + 0.5,
    "float on the left": lambda b: 0.5 * b,
    "float divisor": lambda b: b / 2.0,
    "float dividend": lambda b: 1.0 / b,
    "NumPy float on the left": lambda b: np.float64(0.5) * b,
    "NumPy float32": lambda b: b - np.float32(0.5),
    "truth as a number": lambda b: b + True,
    "float array": lambda b: np.array([0.5]) * np.array([b], dtype=object),
    "float matrix": lambda b: np.array([[0.5]]) @ np.array([b], dtype=object),
    "array of bool": lambda b: np.array([True]) * np.array([b], dtype=object),
    "np.maximum": lambda b: np.maximum(np.array([b], dtype=object), 0),
    "np.where": lambda b: np.where(np.array([b], dtype=object) > 0, 1, 0),
    "clip": lambda b: np.array([b], dtype=object).clip(0, 1),
    "argmax": lambda b: np.array([b, b], dtype=object).argmax(),
    "sort": lambda b: np.sort(np.array([b, b], dtype=object)),
    "array equality": lambda b: np.array([b], dtype=object) == np.array([b], dtype=object),
    "as float array": lambda b: np.array([b], dtype=object).astype(float),
    "np.exp": lambda b: np.exp(np.array([b], dtype=object)),
    "np.log1p": lambda b: np.log1p(np.array([b], dtype=object)),
    "np.sign": lambda b: np.sign(np.array([b], dtype=object)),
    "np.linalg": lambda b: np.linalg.norm(np.array([b], dtype=object)),
    "quotient by a float": lambda b: quotient(b, 0.5),
    "affine with floats": lambda b: affine(np.array([[b]], dtype=object), np.array([[0.5]])),
}

SCALARS = {
    "rational": RATIONALS.enter(Fraction(1, 3)),
    "ball": BALLS.enter(Fraction(1, 3)),
    "symbol": SYMBOLS.enter("x"),
}


def passes_silently(trap, scalar):
    try:
        trap(scalar)
    except (TypeError, ValueError):
        return False
    return True


@pytest.mark.parametrize("kind", SCALARS)
@pytest.mark.parametrize("name", TRAPS)
def test_traps_are_refused(name, kind):
    assert not passes_silently(TRAPS[name], SCALARS[kind])


@pytest.mark.parametrize(
    ("careless", "least"), [(Fraction(1, 3), 30), (arb(1) / 3, 20)], ids=["Fraction", "bare arb"]
)
def test_control_careless_scalars_walk_into_the_traps(careless, least):
    assert sum(passes_silently(trap, careless) for trap in TRAPS.values()) >= least


@pytest.mark.parametrize("one", SCALARS)
@pytest.mark.parametrize("other", SCALARS)
def test_arithmetics_do_not_mix(one, other):
    if one == other:
        assert isinstance(SCALARS[one] + SCALARS[other], type(SCALARS[one]))
    else:
        with pytest.raises(TypeError, match="one arithmetic"):
            SCALARS[one] * SCALARS[other]


@pytest.mark.parametrize("arithmetic", [FLOATS, RATIONALS, BALLS, SYMBOLS], ids=lambda a: a.name)
@pytest.mark.parametrize("datum", [math.nan, math.inf, np.float64("-inf")])
def test_what_is_no_number_does_not_enter(arithmetic, datum):
    with pytest.raises(ValueError, match="no number"):
        arithmetic.enter([1.0, datum])


def test_data_enter_with_their_exact_value():
    for datum, value in (
        (0.1, Fraction(3602879701896397, 2**55)),
        (np.float32(0.1), Fraction(13421773, 2**27)),
        (np.int64(3), 3),
        (5e-324, Fraction(1, 2**1074)),
        ("0.1", Fraction(1, 10)),
        (Fraction(1, 3), Fraction(1, 3)),
    ):
        assert exact_fraction(datum) == value
        assert RATIONALS.enter(datum).fraction == value


def test_a_long_float_is_not_rounded():
    step = np.finfo(np.longdouble).eps
    value = exact_fraction(np.longdouble(1) + step)
    assert value == 1 + Fraction(*step.as_integer_ratio()) and value > 1
    assert exact_fraction(np.float32(0.1)) == Fraction(float(np.float32(0.1)))


def test_constants_stay_exact():
    third = RATIONALS.enter(1)
    assert quotient(third, 3).fraction == Fraction(1, 3)
    assert quotient(third, Fraction(3, 7)).fraction == Fraction(7, 3)
    assert (1 - third * Fraction(1, 3)).fraction == Fraction(2, 3)
    assert np.array([third, third], dtype=object).mean().fraction == 1


@pytest.mark.parametrize(
    "bare", [np.array([1, 2]), np.array([Fraction(1, 2)], dtype=object), 1, np.float32(1)]
)
def test_primitives_refuse_what_did_not_enter(bare):
    for primitive in (square, logistic):
        with pytest.raises(TypeError, match="enter data through an arithmetic"):
            primitive(bare)
