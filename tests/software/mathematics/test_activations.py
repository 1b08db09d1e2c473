"""What each activation declares, tested against its value: a catalogue times a list of checks."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from flint import arb

from claims.compiled import Function
from claims.mathematics import ACTIVATIONS, Parity
from claims.numbers import BALLS, RATIONALS, Undefined, precision

POINTS = [Fraction(n, 8) for n in (-320, -90, -33, -12, -8, -5, -1, 0, 1, 3, 8, 11, 30, 95, 320)]
FACTORS = [Fraction(1, 3), Fraction(2), Fraction(9, 4)]
BITS = 400


def ball_of(value):
    return value if isinstance(value, arb) else value.arb


def same(left, right, bits=100):
    """Whether two balls overlap and are so narrow that this says something."""
    left, right = ball_of(left), ball_of(right)
    scale = 1 + abs(left).upper()
    narrow = left.rad() < scale * arb(2) ** -bits and right.rad() < scale * arb(2) ** -bits
    return bool(narrow and left.overlaps(right))


def at(function, h):
    return function(BALLS.enter(h))


def end_of(activation, end):
    return arb(end.numerator) / end.denominator * (arb.pi() if activation.range.unit == "pi" else 1)


def check_derivative(activation):
    """The declared derivative is that of the recorded value."""
    function = Function(lambda theta: activation.value(theta[0]), theta=(1,))
    for h in POINTS:
        recorded = function.gradient(BALLS.enter([h]))[0]
        assert same(recorded, at(activation.derivative, h)), h


def check_derivative_by_quotient(activation):
    """The difference quotient over 2**-60 is within 2**-50 of the declared derivative."""
    step = Fraction(1, 2**60)
    for h in POINTS:
        if h == 0 and activation.name == "relu":
            continue  # the kink: the declared slope is that of the second branch
        rise = at(activation.value, h + step) - at(activation.value, h - step)
        # |a'''| <= 6 for every activation here but the cubic, whose error is step^2 exactly.
        error = abs(ball_of(rise * Fraction(2**59) - at(activation.derivative, h)))
        assert error < 2.0**-50, h


def check_inverse(activation):
    """inverse(a(h)) = h where an inverse is declared; where none is, two points share a value."""
    if activation.inverse is None:
        images = [ball_of(at(activation.value, h)) for h in POINTS]
        assert any(a.is_exact() and a == b for a in images for b in images if a is not b)
        return
    for h in POINTS:
        assert same(activation.inverse(at(activation.value, h)), BALLS.enter(h)), h


def check_parity(activation):
    """The declared relation holds at every point, and no other one does."""
    relations = {
        Parity.ODD: lambda value: -value,
        Parity.EVEN: lambda value: value,
        Parity.COMPLEMENT: lambda value: 1 - value,
    }
    for parity, relation in relations.items():
        holds = [same(at(activation.value, -h), relation(at(activation.value, h))) for h in POINTS]
        assert all(holds) == (activation.parity is parity), parity


def check_homogeneity(activation):
    """a(c h) = c^k a(h) for c > 0 and the declared k, and for no k from 0 to 4 otherwise."""
    for degree in range(5):
        holds = [
            same(at(activation.value, factor * h), at(activation.value, h) * factor**degree)
            for h in POINTS
            for factor in FACTORS
        ]
        assert all(holds) == (activation.homogeneity == degree), degree


def check_range(activation):
    """Values lie in the range, an attained end is attained, and every end is approached."""
    reach = [Fraction(n) * 10**k for k in (0, 1, 3, 6) for n in (-1, 1)]
    values = [at(activation.value, h) for h in (*POINTS, *reach)]
    bounds = activation.range
    for low, attained in ((True, bounds.low_attained), (False, False)):
        end = bounds.low if low else bounds.high
        sides = [ball_of(value if low else -value) for value in values]
        if end is None:
            assert any(side < -(10**5) for side in sides)
            continue
        edge = end_of(activation, end if low else -end)
        if attained:
            assert all(side >= edge for side in sides)
            assert any(side == edge for side in sides)
        else:
            # A value within the last bits of an open end may overlap it, but never lies beyond.
            assert not any(side < edge for side in sides)
            assert all(side > edge for side in sides[: len(POINTS)])
        assert any(abs(side - edge) < 2.0**-19 for side in sides)


def check_increasing(activation):
    """Strictly increasing where declared so, and not where not."""
    values = [ball_of(at(activation.value, h)) for h in POINTS]
    rises = [bool(a < b) for a, b in pairwise(values)]
    assert all(rises) == activation.increasing


def check_arithmetics_agree(activation):
    """Floats and rationals, where they define the value, agree with balls."""
    for h in POINTS:
        value = ball_of(at(activation.value, h))
        computed = float(activation.value(np.float64(h)))
        assert abs(arb(computed) - value) <= abs(value).upper() * arb(2) ** -48, h
        try:
            exact = activation.value(RATIONALS.enter(h)).fraction
        except Undefined:
            continue
        assert same(value, at(lambda x: x, exact)), h


CHECKS = {
    name.removeprefix("check_"): check
    for name, check in list(globals().items())
    if name.startswith("check_")
}


def run(check, activation):
    with precision(BITS):
        check(activation)


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_declared(name, check):
    run(CHECKS[check], ACTIVATIONS[name])


def plant(name, **changes):
    return replace(ACTIVATIONS[name], **changes)


def wrong(function, factor=Fraction(2001, 2000)):
    return lambda h: function(h) * factor


FAULTS = {
    "derivative 2.001 h": (
        "derivative",
        plant("square", derivative=lambda h: h * Fraction(2001, 1000)),
    ),
    "derivative by quotient": (
        "derivative_by_quotient",
        plant("tanh", derivative=wrong(ACTIVATIONS["tanh"].derivative)),
    ),
    "derivative of the wrong function": (
        "derivative",
        plant("sigmoid", derivative=ACTIVATIONS["tanh"].derivative),
    ),
    "inverse off by a factor": (
        "inverse",
        plant("cubic", inverse=wrong(ACTIVATIONS["cubic"].inverse)),
    ),
    "inverse missing": ("inverse", plant("tanh", inverse=None)),
    "inverse of a function without one": ("inverse", plant("relu", inverse=lambda h: h)),
    "odd sigmoid": ("parity", plant("sigmoid", parity=Parity.ODD)),
    "parity missing": ("parity", plant("arctan", parity=Parity.NONE)),
    "degree 2 for relu": ("homogeneity", plant("relu", homogeneity=2)),
    "degree missing": ("homogeneity", plant("cubic", homogeneity=None)),
    "range too small": ("range", plant("tanh", range=ACTIVATIONS["sigmoid"].range)),
    "range too large": ("range", plant("sigmoid", range=ACTIVATIONS["tanh"].range)),
    "range not in pi": (
        "range",
        plant("arctan", range=replace(ACTIVATIONS["arctan"].range, unit="1")),
    ),
    "end not attained": ("range", plant("softplus", range=ACTIVATIONS["relu"].range)),
    "end attained": ("range", plant("square", range=ACTIVATIONS["softplus"].range)),
    "increasing square": ("increasing", plant("square", increasing=True)),
    "increasing missing": ("increasing", plant("identity", increasing=False)),
    "value in floats": (
        "arithmetics_agree",
        plant("cubic", value=lambda h: h * h * h if not isinstance(h, np.floating) else h),
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_control_planted_faults_are_noticed(fault):
    check, activation = FAULTS[fault]
    with pytest.raises(AssertionError):
        run(CHECKS[check], activation)


def test_every_check_has_a_planted_fault():
    assert {check for check, _ in FAULTS.values()} == set(CHECKS)


def test_names_are_the_keys():
    assert {name: str(activation) for name, activation in ACTIVATIONS.items()} == {
        name: name for name in ACTIVATIONS
    }
