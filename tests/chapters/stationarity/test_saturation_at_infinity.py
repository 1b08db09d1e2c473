"""Where the sigmoid's factors go as one weight goes to infinity, and that they never vanish."""

from __future__ import annotations

from fractions import Fraction
from math import exp

import numpy as np
import pytest
from hypothesis import strategies as st

from claims.compiled import Function
from claims.mathematics import SIGMOID, neuron
from claims.numbers import (
    SYMBOLS,
    logistic,
    logistic_complement,
    symbols,
    uninterpreted,
)
from claims.testing import given, strategies

CLAIM = "saturation-at-infinity"


def output(theta, x):
    """s(w.x) of the neuron on one point."""
    return neuron(len(theta), SIGMOID).predict(theta, x[None])[0]


def reaching_weight(theta, x, level):
    """The first weight at which w.x is ``level``, the other weights held fixed."""
    return (level - theta[1:] @ x[1:]) / x[0]


def without_the_others(theta, x, level):
    return level / x[0]


@pytest.mark.claim(CLAIM, shows="holds", by="identity", when=["others-fixed", "positive-input"])
@pytest.mark.control(
    "others-forgotten", "the other weights left out of the threshold", reach=without_the_others
)
def test_every_level_is_passed_for_good(check, *, reach=reaching_weight):
    r"""With the other weights fixed and $x_i > 0$ the output falls below every level, for good.

    Let $c$ be the part of $w\cdot x$ that the other weights contribute. The derivative of
    $s(w\cdot x)$ in $w_i$ is $s(1-s)\,x_i$, positive for $x_i > 0$: the output increases in
    $w_i$. At $w_i = (\ell - c)/x_i$ it is $s(\ell)$, for every $\ell$. So for $w_i$ below that
    point $0 < s < s(\ell) < e^{\ell}$, and above it $0 < 1 - s < s(-\ell) < e^{-\ell}$: with
    $\ell \to \mp\infty$ both limits follow. Identities for symbolic data in one to four
    dimensions.
    """
    for features in (1, 2, 3, 4):
        theta, x, level = symbols("w", features), symbols("x", features), symbols("l")
        slope = Function(output, theta=(features,), x=(features,)).gradient(theta, x)[0]
        h = theta @ x
        check.zero(
            slope - logistic(h) * logistic_complement(h) * x[0],
            "the derivative in the moving weight minus s (1 - s) x_i",
            features=features,
        )
        moved = theta.copy()
        moved[0] = reach(theta, x, level)
        check.zero(
            output(moved, x) - logistic(level), "the output there minus s(l)", features=features
        )


@st.composite
def moving_weights(draw):
    """Weights (d,), an input (d,) whose first entry is positive, and a level 2^-k."""
    data = draw(strategies.rational_inputs(points=(2, 2), dimensions=(1, 4)))
    x = data[1].copy()
    x[0] = abs(x[0]) or Fraction(1, draw(st.integers(1, 6)))
    return data[0], x, draw(st.integers(1, 60))


def positive(x):
    return x


def negated(x):
    return np.array([-x[0], *x[1:]], dtype=object)


@pytest.mark.claim(CLAIM, shows="holds", by="property", when=["others-fixed", "positive-input"])
@pytest.mark.control("negative-input", "x_i with the sign turned", change=negated)
@given(problem=moving_weights())
def test_random_levels(check, problem, *, change=positive):
    r"""On random data each factor is below $2^{-k}$ once the weight is far enough out.

    With $|w_i| \ge (k + |c|)/x_i$ on the right side, $s \le e^{-k} < 2^{-k}$; decided in balls.
    """
    weights, x, exponent = problem
    rest = sum((w * v for w, v in zip(weights[1:], x[1:], strict=True)), Fraction(0))
    far = (exponent + abs(rest)) / x[0]
    point = change(x)
    for name, weight, factor in (("s", -far, logistic), ("1 - s", far, logistic_complement)):
        theta = np.array([weight, *weights[1:]], dtype=object)
        check.positive(
            lambda arithmetic, theta=theta, factor=factor: (
                Fraction(1, 2**exponent) - factor(arithmetic.enter(theta) @ arithmetic.enter(point))
            ),
            f"{name} is below 2^-k",
            theta=theta,
            x=x,
            k=exponent,
        )


def opposite_path(r):
    return np.array([-r, r])


def one_weight_path(r):
    return np.array([-r, 0 * r])


@pytest.mark.claim(CLAIM, shows="fails", by="counterexample", when=["positive-input"])
@pytest.mark.control("others-at-rest", "the second weight held at 0", path=one_weight_path)
def test_another_weight_holds_against_it(check, *, path=opposite_path):
    r"""If another weight moves as well, the output need not change at all.

    With $x = (1, 1)$ and $w = (-r, r)$ the first weight goes to $-\infty$ while $w\cdot x = 0$:
    the output is $\frac12$ for every $r$. With $w = (-r, 2r)$ it even tends to 1.
    """
    theta = path(symbols("r"))
    value = output(theta, SYMBOLS.enter([1, 1]))
    check.zero(value - Fraction(1, 2), "the output minus 1/2 along the path")
    check.record("weights", theta)
    check.record("output for x = (1, 1), every r", value)
    check.size(weights=2, smaller="with one weight there is no other to move")


@pytest.mark.claim(CLAIM, shows="fails", by="counterexample", when=["others-fixed"])
@pytest.mark.control("positive-input", "x = 1 in place of -1 and of 0", inputs=(1, 1))
def test_a_negative_input_turns_the_limits_round(check, *, inputs=(-1, 0)):
    r"""For a negative input the two limits change places, and for zero nothing moves.

    With $x = -1$ the output at $w = -r$ is $s(r) = 1 - s(-r)$, which tends to 1 and not to 0 as
    $r \to \infty$; with $x = 0$ it is $\frac12$ for every $w$.
    """
    r = symbols("r")
    theta = np.array([-r])
    values = [output(theta, SYMBOLS.enter([x])) for x in inputs]
    check.zero(1 - values[0] - logistic(-r), "1 - s(w x) minus s(-r) at x = -1")
    check.zero(values[1] - Fraction(1, 2), "the output minus 1/2 at x = 0")
    for x, value in zip(inputs, values, strict=True):
        check.record(f"output at w = -r for x = {x}", value)
    check.size(weights=1)


def reciprocal(decay):
    return 1 / (1 + decay)


def shifted(decay):
    """Wrong on purpose: 1/(1 + E) - 1/2, which vanishes at h = 0."""
    return 1 / (1 + decay) - Fraction(1, 2)


@pytest.mark.claim(CLAIM, reading="at-finite-weights", shows="holds", by="identity")
@pytest.mark.control("shifted-sigmoid", "1/2 taken off the sigmoid", sigmoid=shifted)
@pytest.mark.control("smaller-h", "h = 36, where the computed difference is not 0 yet", far=36.0)
def test_the_factors_have_reciprocals(check, *, sigmoid=reciprocal, far=37.0):
    r"""At finite weights neither factor is zero: each has a reciprocal.

    With $E = e^{-h} > 0$ for $h = w\cdot x$: $s\,(1 + E) = 1$ and $(1 - s)(1 + 1/E) = 1$. A
    product that is 1 has no factor 0. Identities in $E$. This is about real numbers: at $h = 37$
    the computed $1 - 1/(1 + e^{-h})$ is exactly 0 in double precision, because $1 + e^{-h}$ is
    rounded to 1, while the computed $e^{-h}/(1 + e^{-h})$ is not.
    """
    decay = uninterpreted("E")(symbols("h"))
    s = sigmoid(decay)
    check.zero(s * (1 + decay) - 1, "s (1 + E) minus 1")
    check.zero((1 - s) * (1 + 1 / decay) - 1, "(1 - s)(1 + 1/E) minus 1")
    computed, small = 1.0 - 1.0 / (1.0 + exp(-far)), exp(-far)
    check.that(computed == 0.0, "the computed 1 - 1/(1 + exp(-h)) is exactly 0", h=far)
    check.that(small / (1.0 + small) > 0.0, "the computed exp(-h)/(1 + exp(-h)) is not", h=far)
    check.record(f"computed 1 - 1/(1 + exp(-h)) at h = {far}", computed)
    check.record(f"computed exp(-h)/(1 + exp(-h)) at h = {far}", small / (1.0 + small))


def rounded_off(h):
    """Wrong on purpose: 1 - s less 2^-53, the distance of the doubles just below 1."""
    return logistic_complement(h) - Fraction(1, 2**53)


@st.composite
def finite_weights(draw):
    """Weights and an input (d,), rational, with w.x up to a million."""
    data = draw(strategies.rational_inputs(points=(2, 2), dimensions=(1, 4)))
    return data[0] * 10 ** draw(st.integers(0, 5)), data[1]


@pytest.mark.claim(CLAIM, reading="at-finite-weights", shows="holds", by="property")
@pytest.mark.control("rounded-off", "2^-53 taken off 1 - s", complement=rounded_off)
@given(problem=finite_weights())
def test_the_factors_are_positive(check, problem, *, complement=logistic_complement):
    r"""Random weights, with $w\cdot x$ up to millions: both factors are positive numbers."""
    weights, x = problem
    for name, factor in (("s", logistic), ("1 - s", complement)):
        check.positive(
            lambda arithmetic, factor=factor: factor(
                arithmetic.enter(weights) @ arithmetic.enter(x)
            ),
            f"{name} is positive",
            weights=weights,
            x=x,
        )
