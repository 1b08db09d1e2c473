"""The line through two points of a convex curve: above it between them, below it beyond."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import assume

from claims.mathematics import (
    ABSOLUTE_ERROR,
    SQUARE,
    SQUARED_ERROR,
    Loss,
    Objective,
    chord_gap,
    linear,
)
from claims.numbers import RATIONALS, square, symbols, uninterpreted
from claims.testing import given, strategies

CLAIM = "chord-definition"
CUBED_ERROR = Loss("cubed error", lambda p, y: square(p - y) * (p - y))


def line(function, a, b, x):
    """The value at x of the line through (a, f(a)) and (b, f(b))."""
    return function(a) + (function(b) - function(a)) / (b - a) * (x - a)


def half_slope(function, a, b, x):
    """Wrong on purpose: half the slope."""
    return function(a) + (function(b) - function(a)) / (b - a) * (x - a) * Fraction(1, 2)


@pytest.mark.claim(CLAIM, shows="holds", by="identity")
@pytest.mark.claim(CLAIM, reading="line-beyond", shows="holds", by="identity", when=["between"])
@pytest.mark.control("half-slope", "a line of half the slope", line=half_slope)
def test_line_minus_curve_is_the_gap_of_the_inequality(check, *, line=line):
    r"""Between two points, line minus curve is exactly the gap in the inequality of convexity.

    Let $a < b$ and $x = \lambda a + (1-\lambda) b$. The line through $(a, f(a))$ and $(b, f(b))$
    has the value $\lambda f(a) + (1-\lambda) f(b)$ at $x$, and $x$ lies between the two points
    exactly if $0 \le \lambda \le 1$, because $\lambda = (b-x)/(b-a)$ and $1-\lambda =
    (x-a)/(b-a)$. So the segment lies on or above the graph at every such $x$ exactly if the
    inequality holds for every such $\lambda$. The inequality asks for two cases more: for $a = b$
    its gap is 0, and for $a > b$ it is that of $b, a$ with $1-\lambda$. Checked for a function of
    which nothing is known.
    """
    f = uninterpreted("f")
    a, b, weight, x = symbols("a"), symbols("b"), symbols("l"), symbols("x")
    middle = a * weight + b * (1 - weight)
    check.zero(
        line(f, a, b, middle) - f(middle) - chord_gap(f, a, b, weight),
        "line minus curve at l a + (1 - l) b, minus the gap",
    )
    share = (b - x) / (b - a)
    check.zero(line(f, a, b, x) - f(x) - chord_gap(f, a, b, share), "the same in terms of x")
    check.zero(1 - share - (x - a) / (b - a), "1 - l, which is positive beyond a")
    check.zero(chord_gap(f, a, a, weight), "the gap where the two points coincide")
    check.zero(
        chord_gap(f, a, b, weight) - chord_gap(f, b, a, 1 - weight), "the gap with a, b swapped"
    )


@pytest.mark.claim(CLAIM, reading="line-beyond", shows="fails", by="counterexample")
@pytest.mark.control("inside", "a point between the two in place of one beyond", x=Fraction(1, 2))
def test_the_line_runs_below_the_parabola_beyond_the_points(check, *, x=Fraction(2)):
    r"""Beyond the two points the line runs below the parabola: at $x = 2$ it is 2, the curve 4.

    The line through $(0, 0)$ and $(1, 1)$ is $y = x$; at $x = 2$ the parabola has the value $4$.
    No convex function does better: beyond $b$, the point $b$ lies between $a$ and $x$, so the
    inequality bounds the curve from the other side, $f(x) - \text{line}(x) =
    \frac{x-a}{b-a}\bigl(\mu f(a) + (1-\mu) f(x) - f(b)\bigr) \ge 0$ with $\mu = (x-b)/(x-a)$.
    Only where the curve is itself a line do the two agree there.
    """
    a, b, point = RATIONALS.enter(0), RATIONALS.enter(1), RATIONALS.enter(x)
    heights = line(SQUARE.value, a, b, point), SQUARE.value(point)
    below = heights[1] - heights[0]
    check.that(below.sign() > 0, "the line runs below the curve", a=0, b=1, x=x)
    check.record((f"height of the line at x = {x}", f"height of x^2 at x = {x}"), heights)
    f, a, b, point = uninterpreted("f"), symbols("a"), symbols("b"), symbols("x")
    gap = chord_gap(f, a, point, (point - b) / (point - a))
    check.zero(
        f(point) - line(f, a, b, point) - gap * ((point - a) / (b - a)),
        "curve minus line, minus a multiple of the gap at b between a and x",
    )
    check.size(variables=1)


@pytest.mark.claim(CLAIM, shows="holds", by="property")
@pytest.mark.claim(CLAIM, reading="line-beyond", shows="holds", by="property", when=["between"])
@pytest.mark.control("cubed-error", "a function that is not convex", losses=(CUBED_ERROR,))
@pytest.mark.control("beyond", "the line compared beyond the second point", place=lambda t: 1 + t)
@given(problem=strategies.chord_problems(strategies.data_sets(dimensions=(1, 1))))
def test_random_convex_curves(
    check, problem, *, losses=(SQUARED_ERROR, ABSOLUTE_ERROR), place=lambda t: t
):
    """Lines through two points of random convex curves, smooth and with kinks, stay above.

    The curves are means of squared and of absolute errors of one weight on random data; line and
    curve are compared at a point between the two, in exact rationals.
    """
    data, chord = problem
    assume(not (chord.start == chord.end).all())
    for loss in losses:
        objective = Objective(linear(1, bias=False), loss)

        def above(arithmetic, objective=objective):
            inputs, targets = arithmetic.enter(data.inputs), arithmetic.enter(data.targets)

            def curve(weight):
                return objective.value(arithmetic.enter([weight]), inputs, targets)

            a, b = arithmetic.enter(chord.start)[0], arithmetic.enter(chord.end)[0]
            x = a + (b - a) * place(chord.weight)
            return line(curve, a, b, x) - curve(x)

        check.nonnegative(
            above,
            "the line lies above the curve",
            inputs=data.inputs,
            targets=data.targets,
            start=chord.start,
            end=chord.end,
            weight=chord.weight,
            loss=loss,
        )
