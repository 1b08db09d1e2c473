"""Every primitive in balls contains the exact result at every point of its operands."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from flint import arb, fmpq
from hypothesis import example, given, settings
from hypothesis import strategies as st

from claims import numbers
from claims.numbers import BALLS, RATIONALS, Ball, affine, precision, quotient, select

FINE = 1200  # bits in which the result at a point is known, against 40 to 200 of the balls


def exact(value):
    return arb(fmpq(value.numerator, value.denominator))


def ball(middle, radius):
    return Ball(exact(middle) + arb(0, 1) * exact(radius))


def at_point(function, *points):
    """The function of exact points, so precise that its own radius plays no part."""
    with precision(FINE):
        return function(*(Ball(exact(point)) for point in points)).arb


RATIONAL = st.builds(
    lambda numerator, denominator, exponent: (
        Fraction(numerator, denominator) * Fraction(2) ** exponent
    ),
    st.integers(-1000, 1000),
    st.integers(1, 7),
    st.integers(-12, 4),
)
RADIUS = st.just(Fraction(0)) | st.builds(
    lambda numerator, exponent: numerator * Fraction(2) ** exponent,
    st.integers(1, 9),
    st.integers(-60, 6),
)
# Where in the interval the point lies: its ends, its middle, and between.
PLACE = st.builds(Fraction, st.integers(-8, 8), st.just(8))
INTERVAL = st.tuples(RATIONAL, RADIUS, PLACE)
BITS = st.sampled_from((40, 53, 64, 200))
MANY = settings(max_examples=150, deadline=None)


def contains(function, bits, *intervals):
    """Whether the ball of the function contains its value at a point of every operand."""
    with precision(bits):
        result = function(*(ball(middle, radius) for middle, radius, _ in intervals)).arb
    point = at_point(function, *(middle + radius * place for middle, radius, place in intervals))
    return result.is_finite() and bool(result.contains(point))


REAL = {
    name: getattr(numbers, name)
    for name in ("square", "logistic", "logistic_complement", "softplus", "tanh", "arctan")
}


@pytest.mark.parametrize("name", REAL)
def test_primitives(name):
    @MANY
    @given(INTERVAL, BITS)
    @example((Fraction(0), Fraction(1), Fraction(0)), 53)
    @example((Fraction(0), Fraction(64), Fraction(1)), 53)
    @example((Fraction(-4000), Fraction(1), Fraction(1)), 53)
    @example((Fraction(4000), Fraction(1), Fraction(-1)), 53)
    @example((Fraction(0), Fraction(2) ** -1074, Fraction(-1)), 53)
    def check(interval, bits):
        assert contains(REAL[name], bits, interval)

    check()


INVERSES = {
    "logit": (numbers.logit, numbers.logistic),
    "arctanh": (numbers.arctanh, numbers.tanh),
    "tangent": (numbers.tangent, numbers.arctan),
    "softplus_inverse": (numbers.softplus_inverse, numbers.softplus),
}


@pytest.mark.parametrize("name", INVERSES)
def test_inverses_contain_the_point_that_they_came_from(name):
    inverse, function = INVERSES[name]

    @MANY
    @given(st.integers(-80, 80), st.integers(0, 9), st.sampled_from((64, 200)))
    def check(eighths, radius, bits):
        h = Fraction(eighths, 8)
        with precision(bits):
            image = function(ball(h, radius * Fraction(2) ** -60))
            back = inverse(image).arb
        # An image so wide that it leaves the range has no finite inverse, which claims nothing.
        assert not back.is_finite() or back.contains(exact(h))
        if bits == 200 and radius == 0 and abs(h) <= 4:
            assert back.rad() < 2.0**-100

    check()


@MANY
@given(INTERVAL, BITS)
def test_cube_root(interval, bits):
    middle, radius, place = interval
    with precision(bits):
        root = numbers.cube_root(ball(middle, radius)).arb
    if abs(middle) > radius or (middle, radius) == (0, 0):
        with precision(FINE):
            point = exact(middle + radius * place)
            value = abs(point).root(3) * (1 if point > 0 else -1) if point != 0 else point
        assert root.contains(value)


def root_contains(root, interval, bits):
    """Whether the ball of a root contains the root of the operand's point, if that has one."""
    middle, radius, place = interval
    with precision(bits):
        result = root(ball(middle, radius)).arb
    point = middle + radius * place
    if point < 0:
        return True
    with precision(FINE):
        return bool(result.contains(exact(point).sqrt()))


@MANY
@given(INTERVAL, BITS)
@example((Fraction(1), Fraction(1), Fraction(-1)), 53)
@example((Fraction(0), Fraction(1), Fraction(1)), 53)
@example((Fraction(0), Fraction(0), Fraction(0)), 53)
def test_square_root(interval, bits):
    assert root_contains(numbers.square_root, interval, bits)


def test_a_square_root_over_zero_is_tight_and_of_negative_numbers_there_is_none():
    with precision(64):
        lower, upper = interval_of(numbers.square_root(ball(Fraction(1), Fraction(3))))
        assert -(2.0**-25) < lower <= 0 and 2 <= upper < 2 + 2.0**-20
        assert numbers.square_root(ball(Fraction(-2), Fraction(1))).arb.is_nan()
    # The control: the root of the middle alone.
    around = (Fraction(4), Fraction(3), Fraction(1))
    assert root_contains(numbers.square_root, around, 64)
    assert not root_contains(lambda h: Ball(h.arb.mid().sqrt()), around, 64)


BINARY = {
    "sum": lambda a, b: a + b,
    "difference": lambda a, b: a - b,
    "product": lambda a, b: a * b,
    "quotient": lambda a, b: quotient(a, b),
}


@pytest.mark.parametrize("name", BINARY)
def test_operations(name):
    @MANY
    @given(INTERVAL, INTERVAL, BITS)
    def check(left, right, bits):
        if name == "quotient" and abs(right[0]) <= right[1]:
            right = (right[0] + 2 * right[1] + 1, right[1] / 2, right[2])
            if abs(right[0]) <= right[1]:
                return
        assert contains(BINARY[name], bits, left, right)

    check()


@MANY
@given(st.tuples(INTERVAL, INTERVAL, INTERVAL), BITS)
def test_select(intervals, bits):
    assert contains(select, bits, *intervals)


@MANY
@given(st.lists(st.tuples(INTERVAL, INTERVAL), min_size=1, max_size=3), INTERVAL, BITS)
def test_affine(terms, bias, bits):
    flat = [interval for pair in terms for interval in pair]

    def function(*scalars):
        inputs = np.array([scalars[0:-1:2]], dtype=object)
        weights = np.array([scalars[1:-1:2]], dtype=object)
        return affine(inputs, weights, np.array([scalars[-1]], dtype=object))[0, 0]

    assert contains(function, bits, *flat, bias)


@MANY
@given(RATIONAL, st.integers(1, 50), BITS)
def test_constants_and_data_are_contained(value, denominator, bits):
    with precision(bits):
        entered, float_entered = BALLS.enter(value), BALLS.enter(0.1)
        multiplied = BALLS.enter(1) * value
        divided = quotient(entered, denominator)
    with precision(FINE):
        assert entered.contains(value) and multiplied.contains(value)
        assert divided.contains(value / denominator)
        assert float_entered.contains(Fraction(0.1))
    assert RATIONALS.enter(0.1).fraction == Fraction(0.1) != Fraction(1, 10)


@pytest.mark.parametrize("bits", [20, 40, 53])
def test_containment_is_decided_exactly_at_any_working_precision(bits):
    with precision(bits):
        divided = quotient(BALLS.enter(91), 9)
        assert divided.contains(Fraction(91, 9))
        assert not divided.contains(Fraction(91, 9) + Fraction(1, 2**10))
        assert not BALLS.enter(Fraction(1, 2)).contains(Fraction(1, 2) + Fraction(1, 2**70))


def interval_of(result):
    return result.arb.lower(), result.arb.upper()


def test_a_square_over_zero_is_tight_and_not_negative():
    with precision(64):
        lower, upper = interval_of(numbers.square(ball(Fraction(0), Fraction(1))))
        assert -(2.0**-25) < lower <= 0 and 1 <= upper < 1 + 2.0**-25
        lower, upper = interval_of(numbers.square(ball(Fraction(1), Fraction(2))))
        assert -(2.0**-20) < lower <= 0 and 9 <= upper < 9 + 2.0**-20
        product = ball(Fraction(0), Fraction(1)).arb ** 2  # what the primitive is there to avoid
        assert not product.is_finite() or product.lower() < -0.5


def test_monotone_primitives_are_tight_on_wide_balls():
    with precision(64):
        wide = ball(Fraction(0), Fraction(1000))
        for name, low, high in (
            ("logistic", 0, 1),
            ("logistic_complement", 0, 1),
            ("tanh", -1, 1),
            ("softplus", 0, 1000),
        ):
            lower, upper = interval_of(REAL[name](wide))
            slack = 2.0**-25 * high
            assert low - slack <= lower <= low + slack and high - slack <= upper <= high + slack


def test_select_is_the_hull_where_the_sign_is_undecided():
    one, two = BALLS.enter(1), BALLS.enter(2)
    for around in (ball(Fraction(0), Fraction(1)), ball(Fraction(1), Fraction(1))):
        lower, upper = interval_of(select(around, one, two))
        assert lower <= 1 and upper >= 2
    # At the kink itself the second branch is taken: one convention in every arithmetic.
    assert select(BALLS.enter(0), one, two).contains(Fraction(2))
    assert not select(BALLS.enter(0), one, two).contains(Fraction(1))
    assert select(RATIONALS.enter(0), RATIONALS.enter(1), RATIONALS.enter(2)).fraction == 2
    assert select(0.0, 1.0, 2.0) == 2.0 and select(np.array([-0.0]), 1.0, 2.0) == 2.0


@pytest.mark.parametrize("h", [-1e308, -1e6, -700.5, -40.0, 40.0, 700.5, 1e6])
def test_both_halves_of_the_logistic_function_keep_relative_precision(h):
    with precision(128):
        for value in (
            numbers.logistic(BALLS.enter(h)),
            numbers.logistic_complement(BALLS.enter(h)),
        ):
            if abs(h) < 1e300:
                assert value.arb.rel_accuracy_bits() > 80
            assert value.arb.upper() > 0


def swapped_ends(h):
    """A wrong enclosure: only the upper end of the argument is looked at."""
    return Ball(numbers.logistic(Ball(h.arb.upper())).arb)


def branch_by_middle(h, positive, otherwise):
    """A wrong select: the sign of the middle decides."""
    return positive if h.arb.mid() > 0 else otherwise


def test_control_unsound_primitives_are_noticed():
    interval = (Fraction(0), Fraction(1), Fraction(-1))
    assert contains(numbers.logistic, 64, interval)
    assert not contains(swapped_ends, 64, interval)
    branches = (Fraction(1), Fraction(0), Fraction(0)), (Fraction(2), Fraction(0), Fraction(0))
    around = (Fraction(1, 2), Fraction(1), Fraction(-1))
    assert contains(select, 64, around, *branches)
    assert not contains(branch_by_middle, 64, around, *branches)
    third = (Fraction(1, 3), Fraction(0), Fraction(0))

    def without_radius(h):
        return Ball(h.arb.mid() * 2)

    assert not contains(without_radius, 64, third)
