"""The parabola y = x^2 is convex."""

from __future__ import annotations

import pytest

from claims.mathematics import CUBIC, SQUARE, chord_gap
from claims.numbers import square, symbols
from claims.testing import given, strategies


def hollow(x):
    return -square(x)


@pytest.mark.claim("parabola-convex", shows="holds", by="identity")
@pytest.mark.control("cubic", "x^3 in place of x^2", function=CUBIC.value)
@pytest.mark.control("hollow", "-x^2 in place of x^2", function=hollow)
def test_the_gap_is_a_square(check, *, function=SQUARE.value):
    r"""The gap between chord and parabola is $\lambda(1-\lambda)(a-b)^2$, never negative.

    For all $a$, $b$ and $\lambda$, $\lambda a^2 + (1-\lambda) b^2 - (\lambda a + (1-\lambda)
    b)^2 = \lambda (1-\lambda) (a-b)^2$: between the ends, where $0 \le \lambda \le 1$, all three
    factors are at least 0. The gap is zero only at the ends, so the parabola is even strictly
    convex. Checked as an identity in three symbols.
    """
    a, b, weight = symbols("a"), symbols("b"), symbols("l")
    gap = chord_gap(function, a, b, weight)
    check.zero(gap - weight * (1 - weight) * square(a - b), "the gap minus l (1 - l) (a - b)^2")


@pytest.mark.claim("parabola-convex", shows="holds", by="property")
@pytest.mark.control("cubic", "x^3 in place of x^2", function=CUBIC.value)
@given(chord=strategies.chords(1), draws=280)
def test_no_random_chord_dips_below(check, chord, *, function=SQUARE.value):
    """No chord between two random points of the parabola dips below it, in exact rationals."""
    ties = strategies.chord_labels(chord)
    for label in ties:
        check.label(label)
    check.nonnegative(
        lambda arithmetic: chord_gap(
            function,
            arithmetic.enter(chord.start)[0],
            arithmetic.enter(chord.end)[0],
            arithmetic.enter(chord.weight),
        ),
        "the chord lies above the parabola",
        start=chord.start,
        end=chord.end,
        weight=chord.weight,
    )
