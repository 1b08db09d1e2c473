"""Noise leads out of a trap if it is wider than the trap; weaker noise may never."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import strategies as st

from claims.compiled import Function
from claims.mathematics import SIGMOID, SQUARED_ERROR, Objective, neuron
from claims.numbers import BALLS, Ball, symbols
from claims.testing import given

CLAIM = "uniform-noise-unsticks"


def half_width(low, high):
    return (high - low) * Fraction(1, 2)


def whole_width(low, high):
    return high - low


@pytest.mark.claim(
    CLAIM,
    reading="any-amplitude",
    shows="holds",
    by="identity",
    when=["noise-exceeds-trap"],
)
@pytest.mark.control("whole-width", "the whole width in place of half of it", bound=whole_width)
def test_each_noise_leaves_with_a_fixed_probability(check, *, bound=half_width):
    r"""Noise wider than the box leaves it each time with at least the probability 1 - width/(2A).

    Let $[\alpha, \beta]$ be the side of the box along the coordinate of the condition. After the
    step the coordinate is some $\theta \in [\alpha, \beta]$, for the step maps the box into
    itself. The noise $\xi$, uniform on $[-A, A]$, keeps it there only if $\xi \in [\alpha -
    \theta, \beta - \theta]$, an interval of length $\beta - \alpha$ wherever $\theta$ is. That
    has at most the probability $\frac{\beta-\alpha}{2A} = 1 - \rho$, with $\rho > 0$ because $A >
    \frac12(\beta - \alpha)$. The noises are independent, so $K$ of them all keep the iterate in
    the box with at most the probability $(1-\rho)^K \to 0$: it leaves with probability one.
    """
    low, high, theta, amplitude = (symbols(name) for name in ("a", "b", "t", "A"))
    length = (high - theta) - (low - theta)
    check.zero(length - (high - low), "the length of the interval that keeps it minus the width")
    chance = length / (2 * amplitude)
    check.zero(1 - chance - (amplitude - bound(low, high)) / amplitude, "rho - (A - width/2)/A")


def staying(theta, low, high, amplitude):
    """The exact probability that theta plus uniform noise lies in [low, high]."""
    return max(Fraction(0), min(high - theta, amplitude) - max(low - theta, -amplitude)) / (
        2 * amplitude
    )


@pytest.mark.claim(
    CLAIM,
    reading="any-amplitude",
    shows="holds",
    by="property",
    when=["noise-exceeds-trap"],
)
@pytest.mark.control("whole-width", "the whole width in place of half of it", bound=whole_width)
@given(
    low=st.fractions(-5, 5, max_denominator=8),
    width=st.fractions(Fraction(1, 8), 10, max_denominator=8),
    place=st.fractions(0, 1, max_denominator=8),
    more=st.fractions(Fraction(1, 8), 10, max_denominator=8),
)
def test_exact_probabilities_of_leaving(check, low, width, place, more, *, bound=half_width):
    """For random boxes, places and amplitudes the exact probability is at least the bound."""
    high, theta = low + width, low + place * width
    amplitude = half_width(low, high) + more
    leaving = 1 - staying(theta, low, high, amplitude)
    least = 1 - bound(low, high) / amplitude
    if place in (0, 1):
        check.label("on the boundary")
    check.that(
        leaving >= least > 0,
        "the probability of leaving is at least (A - width/2)/A",
        low=low,
        high=high,
        theta=theta,
        amplitude=amplitude,
    )


INPUTS, TARGET = (1, 12), Fraction(3, 4)
LOW, HIGH, PARTS = Fraction(3, 4), Fraction(3, 2), 64
STEP, AMPLITUDE = 8, Fraction(3, 20)


def pieces():
    """Balls that cover the interval from LOW to HIGH."""
    cuts = [LOW + (HIGH - LOW) * Fraction(k, PARTS) for k in range(PARTS + 1)]
    for low, high in pairwise(cuts):
        piece = np.empty(1, dtype=object)
        piece[0] = Ball(BALLS.enter(low).arb.union(BALLS.enter(high).arb))
        yield piece


@pytest.mark.claim(CLAIM, reading="any-amplitude", shows="fails", by="counterexample")
@pytest.mark.control("more-noise", "the amplitude 2/5", amplitude=Fraction(2, 5))
def test_weak_noise_never_leaves(check, *, amplitude=AMPLITUDE):
    r"""A worse valley that noise of amplitude 3/20 after each step never leaves.

    One sigmoid neuron, $x = (1, 12)$, both targets 3/4, sum of squares, step 8, $I = [\frac34,
    \frac32]$. In balls over 64 pieces of $I$, $L'' \le \frac18$, so $T(w) = w - 8 L'(w)$ does
    not decrease on $I$ and maps it into $[T(\frac34), T(\frac32)]$. These ends lie more than
    $\frac3{20}$ inside of $I$, so $T(w) + \xi \in I$ for every $w \in I$ and $|\xi| \le
    \frac3{20}$: whatever the noise, the iterate stays for ever. (Half the width of $I$ is
    $\frac38$.)
    """
    objective = Objective(neuron(1, SIGMOID), SQUARED_ERROR, reduction="sum")
    function = Function(objective.value, theta=(1,), inputs=(2, 1), targets=(2,))

    def data(arithmetic):
        return arithmetic.enter([[x] for x in INPUTS]), arithmetic.enter([TARGET] * 2)

    for number, piece in enumerate(pieces()):
        bend = function.hessian(piece, *data(BALLS))[0, 0]
        check.that((1 - STEP * bend).sign() == 1, "L'' is below 1/8 on the piece", piece=number)
    for end, side in ((LOW, 1), (HIGH, -1)):

        def room(arithmetic, end=end, side=side):
            slope = function.gradient(arithmetic.enter([end]), *data(arithmetic))[0]
            return -STEP * slope * side - amplitude

        check.positive(room, "T(end) lies further inside than the noise reaches", end=end)
    check.record("data", "x = (1, 12), t = (3/4, 3/4), step 8, 3/4 <= w <= 3/2")
    check.record("amplitude", "3/20, never out; half the width is 3/8")
