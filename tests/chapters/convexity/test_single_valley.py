"""A convex function has one valley, if it has a lowest point at all; which may be a flat."""

from __future__ import annotations

import pytest
from hypothesis import assume

from claims.compiled import Function
from claims.mathematics import (
    ABSOLUTE_ERROR,
    SOFTPLUS,
    SQUARED_ERROR,
    Objective,
    chord_gap,
    linear,
    unknown_function,
)
from claims.numbers import RATIONALS, SYMBOLS, logistic, logistic_complement, square, symbols
from claims.testing import given, strategies

CLAIM = "single-valley"


def middle(start, end, weight):
    return start * weight + end * (1 - weight)


def extrapolated(start, end, weight):
    """Wrong on purpose: a point beyond the start."""
    return start * (1 + weight) - end * weight


def fall(function, start, end, weight, between):
    """f(p) - f(a) + (1 - l)(f(a) - f(b)), which is minus the gap where p lies between a and b."""
    point = between(start, end, weight)
    drop = (function(start) - function(end)) * (1 - weight)
    return function(point) - function(start) + drop


@pytest.mark.claim(CLAIM, shows="holds", by="identity", when=["attained"])
@pytest.mark.claim(CLAIM, reading="at-most-one-valley", shows="holds", by="identity")
@pytest.mark.control("beyond", "a point beyond the start of the segment", between=extrapolated)
def test_every_local_minimum_is_in_the_one_convex_set(check, *, between=middle):
    r"""Local minima of a convex function are global, and the minimisers form a convex set.

    Convexity says $f(p) \le f(a) - (1-\lambda)\,(f(a) - f(b))$ at $p = \lambda a + (1-\lambda)
    b$. If $b$ is lower than $a$, then $f(p) < f(a)$ for every $\lambda < 1$; since $p \to a$ as
    $\lambda \to 1$, there are lower points arbitrarily near, and $a$ is no local minimum. If $a$
    and $b$ are both minimisers, then $f(p) \le f(a)$, and $p$ is one as well: the set of
    minimisers is convex. This leaves one valley at most. That there is a lowest point at all is
    the condition. Checked for a function of which nothing is known, in one to three dimensions.
    """
    for dimension in (1, 2, 3):
        f = unknown_function("f")
        a, b, weight = symbols("a", dimension), symbols("b", dimension), symbols("l")
        check.zero(
            fall(f, a, b, weight, between) + chord_gap(f, a, b, weight),
            "f(p) minus the bound of convexity, plus the gap",
            dimension=dimension,
        )
        check.zero(
            between(a, b, weight) - a - (b - a) * (1 - weight),
            "p - a minus (1 - l)(b - a), which goes to 0",
            dimension=dimension,
        )


@pytest.mark.claim(
    CLAIM,
    reading="one-point",
    shows="holds",
    by="identity",
    when=["attained", "strictly-convex"],
)
@pytest.mark.control("beyond", "a point beyond the start of the segment", between=extrapolated)
def test_a_strictly_convex_function_has_one_minimiser(check, *, between=middle):
    r"""Two minimisers of a strictly convex function would have a lower point between them.

    For minimisers $a \ne b$ of the value $m$ the gap at a point between them is $m - f(p)$.
    Strict convexity makes it positive, so $f(p) < m$: a contradiction. With the infimum attained
    there is exactly one minimiser. Checked for a function of which only its value at $a$ and $b$
    is known.
    """
    a, b, weight, level = symbols("a", 2), symbols("b", 2), symbols("l"), symbols("m")
    f = unknown_function("f")

    def with_two_minimisers(point):
        return level if point is a or point is b else f(point)

    gap = chord_gap(with_two_minimisers, a, b, weight)
    check.zero(gap - (level - f(between(a, b, weight))), "the gap minus (m - f(p))")


def square_value(h):
    return square(h)


@pytest.mark.claim(CLAIM, shows="fails", by="counterexample", when=["strictly-convex"])
@pytest.mark.claim(
    CLAIM, reading="one-point", shows="fails", by="counterexample", when=["strictly-convex"]
)
@pytest.mark.control("parabola", "x^2, which has a lowest point", function=square_value)
def test_a_strictly_convex_function_without_a_lowest_point(check, *, function=SOFTPLUS.value):
    r"""Softplus is strictly convex and has no lowest point at all.

    $f(x) = \ln(1+e^x)$ has the derivative $s(x) > 0$: it falls for ever towards $-\infty$, where
    it comes as near to 0 as you like. Its second derivative is $s(x)\,s(-x) > 0$. It is the
    cross-entropy of logistic regression on one sample; $e^x$ does the same.
    """
    x = symbols("x")
    recorded = Function(lambda x: function(x), x=())
    check.zero(recorded.gradient(x) - logistic(x), "derivative minus s(x)")
    check.zero(
        recorded.hessian(x) - logistic(x) * logistic_complement(x),
        "second derivative minus s(x) s(-x)",
    )
    check.record("derivative", recorded.gradient(x))
    check.record("second derivative", recorded.hessian(x))
    check.size(variables=1)


@pytest.mark.claim(
    CLAIM, reading="one-point", shows="fails", by="counterexample", when=["attained"]
)
@pytest.mark.control(
    "two-points", "a second input, at which the line leaves 0", rows=((1, 1), (1, 2))
)
def test_a_valley_with_a_flat_floor(check, *, rows=((1, 1),)):
    r"""Least squares with one sample and two weights has a whole line of minimisers.

    $x = (1, 1)$, $y = 0$: $L(w) = (w_1 + w_2)^2$ is convex and never negative, and it is 0 at
    $(u, -u)$ for every $u$. The floor of a valley may be flat: a convex set, not a point.
    """
    objective = Objective(linear(2, bias=False), SQUARED_ERROR)
    inputs, targets = SYMBOLS.enter(rows), SYMBOLS.enter([0] * len(rows))
    a, b, weight, u = symbols("a", 2), symbols("b", 2), symbols("l"), symbols("u")

    def value(theta):
        return objective.value(theta, inputs, targets)

    line = symbols("w", 2) * 0 + SYMBOLS.enter([1, -1]) * u
    check.zero(value(line), "the loss at (u, -u)", rows=rows)
    gap = chord_gap(value, a, b, weight)
    check.zero(
        gap - weight * (1 - weight) * square((a - b).sum()), "gap minus l (1 - l) times a square"
    )
    check.record("inputs", rows)
    check.record("loss", value(symbols("w", 2)))
    check.record("loss at (u, -u)", value(line))
    check.size(
        weights=2,
        points=len(rows),
        smaller="with one weight and an input other than 0 the minimum is one point",
    )


@pytest.mark.claim(CLAIM, shows="holds", by="property", when=["attained"])
@pytest.mark.claim(CLAIM, reading="at-most-one-valley", shows="holds", by="property")
@pytest.mark.control("beyond", "a point beyond the start of the segment", between=extrapolated)
@given(problem=strategies.chord_problems(strategies.data_sets(dimensions=(1, 3))))
def test_towards_a_lower_point_it_falls_at_once(check, problem, *, between=middle):
    """From any point towards any lower one random convex functions fall at once.

    Mean squared and mean absolute errors of linear models on random data, two random points of
    different value and one between them: its value is below the higher of the two. Exact
    rationals.
    """
    data, chord = problem
    assume(0 < chord.weight < 1)
    entered = RATIONALS.enter(data.inputs), RATIONALS.enter(data.targets)
    start, end, weight = map(RATIONALS.enter, (chord.start, chord.end, chord.weight))
    for loss in (SQUARED_ERROR, ABSOLUTE_ERROR):
        objective = Objective(linear(data.inputs.shape[1], bias=False), loss)
        values = [objective.value(theta, *entered) for theta in (start, end)]
        order = (values[0] - values[1]).sign()
        if order == 0:
            check.label("equal values")
            continue
        inner = objective.value(between(start, end, weight), *entered)
        check.that(
            (max(values, key=lambda value: value.fraction) - inner).sign() > 0,
            "the point between lies below the higher end",
            inputs=data.inputs,
            targets=data.targets,
            start=chord.start,
            end=chord.end,
            weight=chord.weight,
            loss=loss,
        )
