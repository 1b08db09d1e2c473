"""Floats against balls: relative precision at every finite input, tails and boundaries included."""

from __future__ import annotations

import math

import numpy as np
import pytest
from bounds import COMPLEMENT, INVERSE_TERMS, LARGEST, SLOPES, SMALLEST_NORMAL, UNIT, VALUES
from flint import arb, ctx

from claims.compiled import Function
from claims.mathematics import ACTIVATIONS
from claims.numbers import (
    logistic,
    logistic_complement,
    logit,
    precision,
    softplus,
    softplus_inverse,
    tanh,
)


def true_logistic(h):
    return 1 / (1 + (-h).exp()) if h > 0 else h.exp() / (1 + h.exp())


def true_slope(h):
    decayed = (-abs(h)).exp()
    return decayed / (1 + decayed) ** 2


# Independent of claims.numbers: textbook formulas in Arb at 400 bits, of exp(-|h|) alone, since the
# largest floats have no exp(|h|) even there.
TRUE_VALUES = {
    "identity": lambda h: h,
    "sigmoid": true_logistic,
    "tanh": arb.tanh,
    "arctan": arb.atan,
    "softplus": lambda h: (h if h > 0 else 0) + (-abs(h)).exp().log1p(),
    "relu": lambda h: h if h > 0 else arb(0),
    "square": lambda h: h * h,
    "cubic": lambda h: h * h * h,
}
TRUE_SLOPES = {
    "identity": lambda h: arb(1),
    "sigmoid": true_slope,
    "tanh": lambda h: 4 * true_slope(2 * h),
    "arctan": lambda h: 1 / (1 + h * h),
    "softplus": true_logistic,
    "relu": lambda h: arb(1) if h > 0 else arb(0),
    "square": lambda h: 2 * h,
    "cubic": lambda h: 3 * h * h,
}


def inputs():
    """Finite floats: boundaries of the float format and of the formulas, and all magnitudes."""
    generator = np.random.default_rng(20240607)
    boundaries = [0.0, 5e-324, SMALLEST_NORMAL, 2.0**-537, 2.0**-511, 2.0**-54, 2.0**-53, 2.0**-26]
    boundaries += [0.5, math.log(2), 1.0, 18.0, 19.0, 22.0, 36.0, 36.7368, 37.0, 37.43, 40.0]
    boundaries += [354.0, 354.9, 372.0, 708.0, 708.4, 709.78, 709.79, 710.0, 744.4, 745.13, 746.0]
    boundaries += [2.0**511, 2.0**512, 1e154, 1.35e154, 5.6e102, 1e300, LARGEST]
    with np.errstate(over="ignore"):
        near = [np.nextafter(h, end) for h in boundaries for end in (0, np.inf)]
    ordinary = generator.uniform(-40, 40, 300)
    magnitudes = 2.0 ** generator.uniform(-1074, 1023.9, 300)
    middle = 2.0 ** generator.uniform(-60, 11, 300)
    h = np.concatenate([boundaries, near, ordinary, magnitudes, middle])
    h = h[np.isfinite(h)]
    return np.unique(np.concatenate([h, -h]))


INPUTS = inputs()


def worst(function, truth, points=INPUTS):
    """The largest relative error of a float function in units of u, and where it is.

    Only true values that are normal floats count; below them the result has to be below the
    smallest normal number too, above the largest float it has to be infinite or the largest.
    """
    with np.errstate(all="ignore"):
        computed = np.asarray(function(points), dtype=np.float64)
    largest, place = 0.0, 0.0
    with precision(400):
        for h, value in zip(points.tolist(), computed.tolist(), strict=True):
            true = truth(arb(h))
            size = abs(true)
            if size > LARGEST:
                right = abs(value) >= LARGEST and (value > 0) == bool(true > 0)
                error = 0.0 if right else math.inf
            elif size < SMALLEST_NORMAL:
                error = 0.0 if abs(value) <= 2 * SMALLEST_NORMAL else math.inf
            elif not math.isfinite(value):
                error = math.inf
            else:
                error = float(abs((arb(value) - true) / true).upper()) / UNIT
            if not error <= largest:  # an undefined error counts as the largest
                largest, place = error, h
    return largest, place


def recorded_slope(activation):
    function = Function(lambda theta: activation.value(theta[0]), theta=(1,))
    return lambda h: function.gradient(h[None])[0] + 0 * h


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_values(name):
    error, place = worst(ACTIVATIONS[name].value, TRUE_VALUES[name])
    assert error <= VALUES[name], place


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_declared_derivatives(name):
    error, place = worst(ACTIVATIONS[name].derivative, TRUE_SLOPES[name])
    assert error <= SLOPES[name], place


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_recorded_derivatives(name):
    error, place = worst(recorded_slope(ACTIVATIONS[name]), TRUE_SLOPES[name])
    assert error <= SLOPES[name], place


def test_the_complement_is_as_precise_as_the_logistic_function():
    error, place = worst(logistic_complement, lambda h: true_logistic(-h))
    assert error <= COMPLEMENT, place
    assert (logistic_complement(INPUTS) == logistic(-INPUTS)).all()


@pytest.mark.parametrize("h", [0.0, 37.0, 700.0, -745.0])
def test_python_floats_and_arrays_agree(h):
    for primitive in (logistic, logistic_complement, softplus, tanh):
        assert float(primitive(h)) == primitive(np.array([h]))[0]


def absolute(function, truth, terms, points):
    """The largest error of a float function in units of u times the terms that it adds."""
    largest = 0.0
    with precision(400):
        for t, value in zip(points.tolist(), function(points).tolist(), strict=True):
            exact = arb(t)
            error = float(abs(arb(value) - truth(exact)) / terms(exact)) / UNIT
            largest = error if not error <= largest else largest
    return largest


def test_inverses():
    generator = np.random.default_rng(7)
    unit = np.concatenate(
        [
            generator.uniform(0, 1, 300),
            2.0 ** generator.uniform(-1022, -1, 200),
            1 - 2.0 ** generator.uniform(-52, -1, 200),
            0.5 + generator.uniform(-1, 1, 100) * 2.0**-40,
        ]
    )
    size = absolute(
        logit,
        lambda t: (t / (1 - t)).log(),
        lambda t: abs(t.log()) + abs((1 - t).log()),
        unit[(unit > 0) & (unit < 1)],
    )
    assert size <= INVERSE_TERMS
    positive = np.concatenate([2.0 ** generator.uniform(-1000, 8, 400), [math.log(2)]])
    size = absolute(
        softplus_inverse,
        lambda t: (t.exp() - 1).log(),
        lambda t: t + abs((-(-t).expm1()).log()) + 1,
        positive[positive > 1e-100],
    )
    assert size <= INVERSE_TERMS


def naive_softplus(h):
    return np.log(1 + np.exp(h))


def one_minus_tanh_squared(h):
    return 1 - np.tanh(h) ** 2


@pytest.mark.parametrize(
    ("planted", "truth", "bound"),
    [
        (lambda h: 1 - logistic(h), lambda h: true_logistic(-h), COMPLEMENT),
        (lambda h: logistic(h) * (1 - logistic(h)), TRUE_SLOPES["sigmoid"], SLOPES["sigmoid"]),
        (naive_softplus, TRUE_VALUES["softplus"], VALUES["softplus"]),
        (one_minus_tanh_squared, TRUE_SLOPES["tanh"], SLOPES["tanh"]),
        (lambda h: 1 / (1 + np.exp(-h)) + 1e-15, TRUE_VALUES["sigmoid"], VALUES["sigmoid"]),
        (lambda h: 2.001 * h, TRUE_SLOPES["square"], SLOPES["square"]),
        (lambda h: np.maximum(h, 1e-300), TRUE_VALUES["relu"], VALUES["relu"]),
    ],
    ids=[
        "1 - s",
        "s (1 - s)",
        "log(1 + exp h)",
        "1 - tanh^2",
        "an offset of 1e-15",
        "2.001 instead of 2",
        "1e-300 instead of 0",
    ],
)
def test_control_planted_faults_are_noticed(planted, truth, bound):
    assert worst(planted, truth)[0] > bound


def test_the_working_precision_is_restored():
    before = ctx.prec
    with precision(400):
        assert ctx.prec == 400
    assert ctx.prec == before
