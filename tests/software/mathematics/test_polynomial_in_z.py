"""Functions of one weight as rational functions of exp(-w): values, signs, refusals."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from flint import fmpz_poly
from hypothesis import given
from hypothesis import strategies as st

from claims.compiled import Function
from claims.mathematics import (
    CROSS_ENTROPY,
    CUBIC,
    SIGMOID,
    SOFTPLUS,
    SQUARED_ERROR,
    TANH,
    Objective,
    as_symbol,
    in_z,
    linear,
    neuron,
    polynomial_in_z,
)
from claims.numbers import FLOATS, logistic, symbols

X = fmpz_poly([0, 1])
HALF = Fraction(1, 2)


def gradient_of(samples, activation=SIGMOID, weights=1):
    objective = Objective(neuron(weights, activation), SQUARED_ERROR, reduction="sum")
    return Function(
        objective.value, theta=(weights,), inputs=(samples, weights), targets=(samples,)
    ).gradient


def at(found, z):
    exact = [int(entry) for entry in found.polynomial.coeffs()]
    value = sum(entry * z**i for i, entry in enumerate(exact))
    below = sum(int(entry) * z**i for i, entry in enumerate(found.denominator.coeffs()))
    return float(found.factor) * z**found.shift * value / below


@given(
    inputs=st.lists(st.integers(-3, 3).filter(bool), min_size=1, max_size=4),
    eighths=st.lists(st.integers(-2, 10), min_size=4, max_size=4),
    weight=st.integers(-16, 16),
)
def test_values_of_the_derivative(inputs, eighths, weight):
    targets = [Fraction(count, 8) for count in eighths[: len(inputs)]]
    gradient = gradient_of(len(inputs))
    try:
        found = polynomial_in_z(gradient, inputs, targets)
    except ValueError:
        # Merged targets with an arbitrary weight: the derivative vanishes only for x = 0.
        pytest.fail("the derivative is not zero everywhere")
    place = weight / 8
    data = FLOATS.enter(np.array(inputs)[:, None]), FLOATS.enter(targets)
    value = gradient(np.array([place]), *data)[0]
    # Both sides are sums of at most 4 terms below 10 in size, evaluated at numbers below e^24.
    assert at(found, np.exp(-place)) == pytest.approx(value, rel=1e-9, abs=1e-10)
    assert found.polynomial[0] != 0 and found.polynomial.leading_coefficient() > 0
    assert found.polynomial.content() == 1


def test_a_function_that_returns_one_number():
    function = Objective(neuron(1, SIGMOID), SQUARED_ERROR).value
    found = polynomial_in_z(function, [1], [0])
    # s^2 = 1 / (1 + z)^2
    assert found.polynomial == fmpz_poly([1]) and found.factor == 1 and found.shift == 0
    assert found.denominator == (1 + X) ** 2


def test_factor_shift_and_negative_inputs():
    found = polynomial_in_z(gradient_of(1), [1], [HALF])
    # 2 (s - 1/2) s (1 - s) = z (1 - z) / (1 + z)^3
    assert (found.polynomial, found.factor, found.shift) == (X - 1, -1, 1)
    assert found.denominator == (1 + X) ** 3
    mirrored = polynomial_in_z(gradient_of(1), [-1], [HALF])
    assert mirrored.polynomial == found.polynomial
    assert mirrored.factor == found.factor
    thirds = polynomial_in_z(gradient_of(1), [1], [Fraction(1, 3)])
    assert thirds.polynomial == X - 2 and thirds.factor == Fraction(-2, 3)


def test_other_sigmoids_and_cross_entropy():
    assert polynomial_in_z(gradient_of(1, TANH), [1], [0]).polynomial == (X - 1) * (X + 1)
    objective = Objective(linear(1, bias=False), CROSS_ENTROPY, reduction="sum")
    gradient = Function(objective.value, theta=(1,), inputs=(2, 1), targets=(2,)).gradient
    found = polynomial_in_z(gradient, [2, 3], [0, 1])
    assert found.polynomial == 3 * X**5 + X**3 - 2 and found.factor == -1


def test_symbolic_targets_stay():
    found = in_z(gradient_of(1), [1], [symbols("t")])
    z, t = symbols("z"), symbols("t")
    s = 1 / (1 + z)
    assert (found - 2 * (s - t) * s * (1 - s)).is_zero()
    with pytest.raises(ValueError, match="contains t besides z"):
        polynomial_in_z(gradient_of(1), [1], [t])


def test_a_symbol_that_cancels_is_no_obstacle():
    t = symbols("t")
    found = polynomial_in_z(gradient_of(1), [1], [t - t + HALF])
    assert found.polynomial == X - 1


@pytest.mark.parametrize("level", [Fraction(1, 3), Fraction(2, 3)])
def test_a_pole_is_refused(level):
    """Poles at z = 2 and at z = 1/2."""

    def function(theta, inputs, targets):
        return 1 / (logistic(theta[0]) - level)

    with pytest.raises(ValueError, match="pole"):
        polynomial_in_z(function, [1], [0])


def test_a_polynomial_as_it_is_written():
    assert str(as_symbol(3 * X**5 + X**3 - X - 2, "z")) == "3*z^5 + z^3 - z - 2"
    assert as_symbol(fmpz_poly([]), "z").is_zero()
    z = symbols("z")
    assert (as_symbol(2 + 3 * X, "z") - 2 - 3 * z).is_zero()


def test_a_denominator_with_a_leading_coefficient():
    # 1 / (s + 2) = (1 + z) / (3 + 2 z)
    found = polynomial_in_z(lambda theta, *_: 1 / (logistic(theta[0]) + 2), [1], [0])
    assert (found.polynomial, found.denominator, found.factor) == (1 + X, 3 + 2 * X, 1)


@pytest.mark.parametrize(
    ("gradient", "inputs", "message"),
    [
        (gradient_of(1), [HALF], "scale them to integers"),
        (gradient_of(1), [0], "zero at every weight"),
        (gradient_of(1, CUBIC), [1], "contains w_0 besides z"),
        (gradient_of(1, SOFTPLUS), [1], "besides z"),
        (lambda theta, inputs, targets: symbols("a", 2), [1], "2 values"),
    ],
)
def test_refusals(gradient, inputs, message):
    with pytest.raises(ValueError, match=message):
        polynomial_in_z(gradient, inputs, [HALF])
