"""The derivative of the sigmoid is s(1 - s), its values lie in (0, 1), and s(-h) is 1 - s(h)."""

from __future__ import annotations

import runpy
from fractions import Fraction
from pathlib import Path

import pytest
from flint import arb
from hypothesis import strategies as st

from claims.compiled import Function
from claims.mathematics import SIGMOID
from claims.numbers import (
    logistic,
    logistic_complement,
    precision,
    square,
    symbols,
    uninterpreted,
)
from claims.testing import given

CLAIM = "sigmoid-derivative"
# The table in which every bound on floats is derived.
BOUNDS = runpy.run_path(str(Path(__file__).parents[2] / "software" / "bounds.py"))


def reciprocal(decay):
    """The sigmoid of h, where ``decay`` is exp(-h)."""
    return 1 / (1 + decay)


def doubled_decay(decay):
    return 1 / (1 + 2 * decay)


def document_slope(s):
    return s * (1 - s)


def slope_of_tanh(s):
    return 1 - s * s


@pytest.mark.claim(CLAIM, shows="holds", by="identity")
@pytest.mark.control("slope-of-tanh", "1 - s^2 in place of s (1 - s)", slope=slope_of_tanh)
@pytest.mark.control("doubled-decay", "1 / (1 + 2 exp(-h)), not symmetric", sigmoid=doubled_decay)
def test_from_the_exponential_alone(check, *, sigmoid=reciprocal, slope=document_slope):
    r"""All three facts follow from $s = 1/(1+E)$, where $E = e^{-h}$ and $E' = -E$.

    The derivative of $1/(1+E)$ is $-E'/(1+E)^2 = E/(1+E)^2$, and that is $s(1-s)$. The second
    factor is $1 - s = E s$; since $E > 0$ both factors are positive, hence $0 < s < 1$. Replacing
    $h$ by $-h$ turns $E$ into $1/E$, and $1/(1 + 1/E) = 1 - s$. All are identities in $E$, checked
    for a function $E$ of which nothing else is used.
    """
    exponential, h = uninterpreted("E"), symbols("h")
    decay = exponential(h)
    recorded = Function(lambda h: sigmoid(exponential(h)), h=()).gradient(h)
    derived = recorded.substitute({str(h.uninterpreted("E", 1)): -decay})
    s = sigmoid(decay)
    check.zero(derived - slope(s), "the derivative minus s (1 - s)")
    check.zero(1 - s - sigmoid(1 / decay), "1 - s(h) minus s(-h)")
    check.zero(1 - s - decay * s, "1 - s minus E s")
    recorded = Function(SIGMOID.value, h=()).gradient(h)
    check.zero(recorded - slope(logistic(h)), "the derivative that the package uses")
    check.record("the recorded derivative", recorded)


def arguments():
    """Dyadic numbers of all sizes up to 2000, with a step."""
    value = st.builds(
        lambda n, k: Fraction(n, 1 << k), st.integers(-2000, 2000), st.integers(0, 12)
    )
    return st.tuples(value, st.integers(0, 24).map(lambda k: Fraction(1, 1 << k)))


def slope_between(h):
    return logistic(h) * logistic_complement(h)


def squared_complement(h):
    return logistic(h) * square(logistic_complement(h))


@pytest.mark.claim(CLAIM, shows="holds", by="property")
@pytest.mark.control(
    "squared-complement", "s (1 - s)^2 in place of s (1 - s)", slope=squared_complement
)
@given(problem=arguments())
def test_difference_quotients(check, problem, *, slope=slope_between):
    r"""Difference quotients of $s$ stay as near to $s(1-s)$ as Taylor's theorem says.

    Since $|s'''| \le \frac18$, the central difference quotient with step $e$ differs from $s'(h)$
    by less than $e^2/48$. Decided in balls for random $h$ and $e$, with the signs of both
    factors.
    """
    h, step = problem

    def margin(arithmetic):
        middle, distance = arithmetic.enter(h), arithmetic.enter(step)
        quotient = (logistic(middle + distance) - logistic(middle - distance)) / (2 * distance)
        return square(square(distance) / 48) - square(quotient - slope(middle))

    check.positive(margin, "the quotient is within e^2/48 of the slope", h=h, step=step)
    for name, factor in (("s", logistic), ("1 - s", logistic_complement)):
        check.positive(
            lambda arithmetic, factor=factor: factor(arithmetic.enter(h)),
            f"{name} is positive",
            h=h,
            step=step,
        )


def one_minus(h):
    """Wrong on purpose: 1 - s(h), which is 0 in floats from h = 37 on."""
    return 1 - logistic(h)


def exact_value(h):
    decay = (-abs(h)).exp()
    return (1 if h >= 0 else decay) / (1 + decay)


@pytest.mark.claim(CLAIM, shows="holds", by="property")
@pytest.mark.control("one-minus-s", "the complement computed as 1 - s", complement=one_minus)
@given(
    h=st.one_of(
        st.floats(-800, 800), st.floats(-40, 40), st.floats(allow_nan=False, allow_infinity=False)
    )
)
def test_floats_keep_relative_precision(check, h, *, complement=logistic_complement):
    r"""Doubles keep $s(h)$ and $s(-h)$ to a relative error of at most $10\cdot 2^{-53}$.

    Both are computed from $e^{-|h|}$, which never overflows, and $1 - s(h)$ as $s(-h)$, never as
    a difference. Random floats of every size are compared with balls of 200 bits; where the true
    value lies below the smallest normal number, no more is asked than that the result does too.
    The difference $1 - s(h)$ would be exactly 0 from $h = 37$ on.
    """
    bound = BOUNDS["VALUES"]["sigmoid"] * BOUNDS["UNIT"]
    with precision(200):
        for name, value, place in (("s(h)", logistic(h), h), ("1 - s(h)", complement(h), -h)):
            true = exact_value(arb(place))
            if true < BOUNDS["SMALLEST_NORMAL"]:
                check.label("below the smallest normal number")
                kept = float(value) <= 2 * BOUNDS["SMALLEST_NORMAL"]
            else:
                kept = bool(abs(arb(float(value)) - true) <= bound * true)
            check.that(kept, f"{name} keeps its relative precision", h=h)
    check.record("1.0 - s(37.0) in floats", 1.0 - float(logistic(37.0)))
    check.record("s(-37.0) in floats", float(logistic_complement(37.0)))
