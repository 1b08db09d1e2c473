"""The closed forms of the ReLU student: against integrals and against derivatives, in balls."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from flint import acb, arb

from claims.compiled import Function
from claims.mathematics import ReluStudent, expected_product, relu_students
from claims.numbers import BALLS, precision


def integral(w, v):
    """E[relu(w.x) relu(v.x)] for w and v (2,), in polar coordinates: E[r^2] = 2 is split off.

    Over the arc on which both are positive, from v's angle less a quarter turn to w's angle more.
    """
    t = (w[0] * v[0] + w[1] * v[1]) / ((w[0] ** 2 + w[1] ** 2) * (v[0] ** 2 + v[1] ** 2)).sqrt()
    t = t.acos()
    size = ((w[0] ** 2 + w[1] ** 2) * (v[0] ** 2 + v[1] ** 2)).sqrt()
    arc = acb.integral(lambda x, _: x.cos() * (x - t).cos(), t - arb.pi() / 2, arb.pi() / 2)
    return size * arc.real / arb.pi()


def product_is_right(function):
    random = np.random.default_rng(21)
    for _ in range(20):
        w, v = random.integers(-9, 10, size=(2, 2)).tolist()
        if w[0] * v[1] == w[1] * v[0]:
            continue
        with precision(128):
            found = function(BALLS.enter(w), BALLS.enter(v)).arb
            expected = integral([arb(a) for a in w], [arb(a) for a in v])
            assert found.rad() < 1e-20 and expected.rad() < 1e-20
            if not found.overlaps(expected):
                return False
    return True


def test_the_expected_product_is_the_integral():
    assert product_is_right(expected_product)


def test_a_wrong_product_is_noticed():
    assert not product_is_right(lambda w, v: expected_product(w, v) * Fraction(100001, 100000))
    assert not product_is_right(lambda w, v: expected_product(w, -v))


def gradient_is_right(student, gradient):
    """Whether the closed form overlaps the derivative of the recorded value, narrowly."""
    random = np.random.default_rng([student.units, student.inputs])
    theta = BALLS.enter(random.normal(size=student.size))
    recorded = Function(student.value, theta=(student.size,))
    with precision(160):
        pairs = list(zip(gradient(theta), recorded.gradient(theta), strict=True))
        assert max(float(ball.arb.rad()) for pair in pairs for ball in pair) < 1e-30
        return all(found.arb.overlaps(true.arb) for found, true in pairs)


SHAPES = [(1, 1), (1, 2), (2, 1), (2, 2), (3, 2), (2, 4)]


@pytest.mark.parametrize(("units", "inputs"), [shape for shape in SHAPES if shape[1] > 1])
def test_the_gradient_is_the_derivative_of_the_value(units, inputs):
    student = ReluStudent(units, inputs)
    assert gradient_is_right(student, student.gradient)


def test_a_wrong_gradient_is_noticed(monkeypatch):
    student = ReluStudent(3, 2)
    right = relu_students._crossing

    def less(*arguments):
        s, rest = right(*arguments)
        return s, rest * Fraction(999999, 1000000)

    def gradient(theta):
        with monkeypatch.context() as patch:
            patch.setattr(relu_students, "_crossing", less)
            return student.gradient(theta)

    assert not gradient_is_right(student, gradient)


def test_the_value_is_made_of_expected_products():
    """Half the mean square of the difference, multiplied out, for a teacher in other words."""
    student = ReluStudent(2, 3)
    theta = np.random.default_rng(22).normal(size=6)
    with precision(128):
        w = BALLS.enter(theta).reshape(2, 3)
        unit = BALLS.enter(np.eye(3).astype(int))
        half = Fraction(1, 2)
        squares = sum((row * row).sum() * half for row in w) + 3 * half
        mixed = expected_product(w[0], w[1])
        mixed = mixed + sum(expected_product(unit[i], unit[j]) for i in range(3) for j in range(i))
        across = sum(expected_product(row, one) for row in w for one in unit)
        expected = squares * half + mixed - across
        found = student.value(BALLS.enter(theta))
        assert found.arb.overlaps(expected.arb) and found.arb.rad() < 1e-20


def test_the_teacher_has_no_loss_and_no_gradient():
    student = ReluStudent(3, 3)
    theta = np.eye(3)[[2, 0, 1]].reshape(-1)
    with np.errstate(divide="ignore"):
        # Sums of some 20 terms below 2, with at most 20 roundings each.
        assert abs(student.value(theta)) < 800 * 2.0**-53
        assert np.abs(student.gradient(theta)).max() < 800 * 2.0**-53


def test_a_theta_of_another_shape_is_named():
    with pytest.raises(ValueError, match=r"\(5,\): give \(6,\)"):
        ReluStudent(2, 3).value(np.ones(5))
