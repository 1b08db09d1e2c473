"""The inequality that defines convexity, and the wording with the plain average."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import strategies as st

from claims.mathematics import (
    ABSOLUTE_ERROR,
    SQUARE,
    SQUARED_ERROR,
    Loss,
    Objective,
    chord_gap,
    linear,
    unknown_function,
)
from claims.numbers import RATIONALS, square, symbols
from claims.testing import given, strategies

CLAIM = "convexity-inequality"
CUBED_ERROR = Loss("cubed error", lambda p, y: square(p - y) * (p - y))


def mixed_height(first, second, weight):
    return first * weight + second * (1 - weight)


def plain_height(first, second, weight):
    """Wrong on purpose: the plain average of the two heights."""
    return (first + second) * Fraction(1, 2)


@pytest.mark.claim(CLAIM, shows="holds", by="identity")
@pytest.mark.control("plain-height", "the plain average of the two heights", height=plain_height)
def test_a_convex_set_above_the_graph_is_the_inequality(check, *, height=mixed_height):
    r"""The set above the graph is convex exactly if the inequality holds.

    Points $(a, r)$ and $(b, s)$ above the graph have $r \ge f(a)$, $s \ge f(b)$. The height of
    their weighted mean above the graph is $\lambda (r - f(a)) + (1-\lambda)(s - f(b))$ plus the
    gap $\lambda f(a) + (1-\lambda) f(b) - f(\lambda a + (1-\lambda) b)$. If the gap is never
    negative, the mean lies above the graph; and on the graph itself, $r = f(a)$ and $s = f(b)$,
    the height of the mean is the gap, so a convex set above the graph needs it. Checked for a
    function of which nothing is known, in one to three dimensions.
    """
    for dimension in (1, 2, 3):
        f = unknown_function("f")
        a, b, weight = symbols("a", dimension), symbols("b", dimension), symbols("l")
        r, s = symbols("r"), symbols("s")
        middle = a * weight + b * (1 - weight)
        over_ends = (r - f(a)) * weight + (s - f(b)) * (1 - weight)
        check.zero(
            height(r, s, weight) - f(middle) - over_ends - chord_gap(f, a, b, weight),
            "height of the mean above the graph, minus those of the ends, minus the gap",
            dimension=dimension,
        )
        check.zero(
            height(f(a), f(b), weight) - f(middle) - chord_gap(f, a, b, weight),
            "height of the mean of two points of the graph, minus the gap",
            dimension=dimension,
        )


@pytest.mark.claim(CLAIM, shows="holds", by="property")
@pytest.mark.control("plain-height", "the plain average of the two heights", height=plain_height)
@pytest.mark.control("cubed-error", "a function that is not convex", losses=(CUBED_ERROR,))
@given(
    problem=strategies.chord_problems(strategies.data_sets(dimensions=(1, 3))),
    above=st.tuples(st.integers(0, 3), st.integers(0, 3)),
)
def test_means_of_points_above_convex_graphs(
    check, problem, above, *, height=mixed_height, losses=(SQUARED_ERROR, ABSOLUTE_ERROR)
):
    """Weighted means of random points above the graph of a convex function stay above it.

    The functions are mean squared and mean absolute errors of a linear model on random data in up
    to three dimensions, the points lie on or above the graph; exact rationals.
    """
    data, chord = problem
    for loss in losses:
        objective = Objective(linear(data.inputs.shape[1], bias=False), loss)

        def over(arithmetic, objective=objective):
            inputs, targets = arithmetic.enter(data.inputs), arithmetic.enter(data.targets)
            a, b = arithmetic.enter(chord.start), arithmetic.enter(chord.end)
            weight = arithmetic.enter(chord.weight)
            r = objective.value(a, inputs, targets) + above[0]
            s = objective.value(b, inputs, targets) + above[1]
            middle = a * weight + b * (1 - weight)
            return height(r, s, weight) - objective.value(middle, inputs, targets)

        check.nonnegative(
            over,
            "the mean lies above the graph",
            inputs=data.inputs,
            targets=data.targets,
            start=chord.start,
            end=chord.end,
            weight=chord.weight,
            above=above,
            loss=loss,
        )


ANY = unknown_function("g")


def constant(point):
    return symbols("k")


@pytest.mark.claim(CLAIM, reading="plain-average", shows="holds", by="identity", when=["constant"])
@pytest.mark.control("not-constant", "a function of which nothing is known", function=ANY)
def test_only_constants_stay_below_the_plain_average(check, *, function=constant):
    r"""A constant function satisfies the plain average, and no other function does.

    For $f = k$ both sides are $k$. Conversely let $f(\lambda a + (1-\lambda) b) \le \frac{f(a) +
    f(b)}{2}$ hold for all weights. The weight $\lambda = 1$ is one of them and gives $f(a) \le
    \frac{f(a) + f(b)}{2}$, that is $f(a) \le f(b)$; with the points swapped $f(b) \le f(a)$. So
    $f$ is constant. Leaving out the two ends changes nothing for a convex function, which is
    continuous. Executed for a function of which nothing is known, in two dimensions: only the two
    points and the line through them matter.
    """
    a, b, weight = symbols("a", 2), symbols("b", 2), symbols("l")
    average = (function(a) + function(b)) * Fraction(1, 2)
    check.zero(function(a * weight + b * (1 - weight)) - average, "value between minus average")
    for first, second in ((a, b), (b, a)):
        slack = (ANY(a) + ANY(b)) * Fraction(1, 2) - ANY(first * 1 + second * 0)
        check.zero(
            slack - (ANY(second) - ANY(first)) * Fraction(1, 2),
            "the slack at an end minus half the difference of the values",
        )


@pytest.mark.claim(CLAIM, reading="plain-average", shows="fails", by="counterexample")
@pytest.mark.control("midpoint", "the weight 1/2, where both wordings agree", weight=Fraction(1, 2))
def test_the_parabola_exceeds_the_plain_average(check, *, weight=Fraction(3, 4)):
    r"""On the parabola, three quarters of the way from 0 to 1 the value 9/16 exceeds 1/2.

    $f(x) = x^2$, $a = 1$, $b = 0$, $\lambda = 3/4$: $f(3/4) = 9/16$, while the plain average of
    the values $1$ and $0$ is $8/16$. The equally weighted mean of the values, $12/16$, is above,
    as the displayed formula has it. At the end $\lambda = 1$ even $f(x) = x$ exceeds the average.
    """
    a, b, share = RATIONALS.enter(1), RATIONALS.enter(0), RATIONALS.enter(weight)
    f = SQUARE.value
    value, average = f(a * share + b * (1 - share)), (f(a) + f(b)) * Fraction(1, 2)
    excess = value - average
    check.that(chord_gap(f, a, b, share).sign() >= 0, "the displayed formula holds", weight=weight)
    check.that(excess.sign() > 0, "the value exceeds the plain average", weight=weight)
    check.record("weight", weight)
    weighted = f(a) * share + f(b) * (1 - share)
    check.record(("value", "plain average", "weighted average"), [value, average, weighted])
    check.size(variables=1)
