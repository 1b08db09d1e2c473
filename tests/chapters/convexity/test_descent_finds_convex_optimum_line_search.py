"""Gradient descent with exact line search on convex functions: when the best step is enough."""

from __future__ import annotations

from fractions import Fraction
from functools import cache

import pytest

from claims.compiled import Function
from claims.mathematics import ABSOLUTE_ERROR, CROSS_ENTROPY, SQUARED_ERROR, Objective, linear, rank
from claims.numbers import RATIONALS, SYMBOLS, logistic_complement, square, symbols
from claims.testing import given, strategies
from claims.training.optimizers import GRADIENT_DESCENT

CLAIM = "descent-finds-convex-optimum"
READING = "exact-line-search"
HALF = Fraction(1, 2)


@cache
def derivatives(loss, samples, features):
    return Function(
        Objective(linear(features, bias=False), loss).value,
        theta=(features,),
        inputs=(samples, features),
        targets=(samples,),
    )


def upper_bound(value, gradient, curvature, move):
    """f(w) + g.m + L |m|^2 / 2: what a gradient of Lipschitz constant L allows at w + m."""
    return value + gradient @ move + curvature * square(move).sum() * HALF


@pytest.mark.claim(
    CLAIM, reading=READING, shows="holds", by="identity", when=["smooth", "bounded-level"]
)
@pytest.mark.control("twice-as-far", "the step 2/L in place of 1/L to compare with", share=2)
def test_the_best_step_is_at_least_as_good_as_a_short_one(check, *, share=1):
    r"""The best step gains at least what a step of 1/L does, and that brings the value down.

    On the ray against the gradient $g \ne 0$ the function falls at first, and the part of the ray
    where it is no higher than at the start is closed and bounded: a lowest point exists. The
    iterates stay in the bounded set $\{f \le f(w_0)\}$, which holds a minimiser $w^*$. Let $L > 0$
    be the Lipschitz constant of the gradient (if it is 0, $f$ is constant, being bounded below on
    this set). The upper bound $f(w + m) \le f(w) + g\cdot m + \frac L2 \lVert m\rVert^2$ at $m =
    -g/L$ gives
    $$f(w_{k+1}) \le f(w_k - g_k/L) \le f(w_k) - \frac{\lVert g_k\rVert^2}{2L}.$$ The values are
    bounded below, so $g_k \to 0$. The tangent gives $f(w_k) - f(w^*) \le g_k\cdot(w_k - w^*) \le
    \lVert g_k\rVert\,R$ with $R$ the diameter of that set: the values tend to the minimum. Where
    there is one minimiser only, the iterates converge to it.

    Executed: the algebra of the upper bound for symbolic gradients in one to three dimensions; the
    rest is argued. Whether a minimiser alone, without a bounded set, is enough is left open here:
    the steps may then be long.
    """
    value, curvature = symbols("f"), symbols("L")
    for features in (1, 2, 3):
        g = symbols("g", features)
        (end,) = GRADIENT_DESCENT.update(0 * g, g, share / curvature)
        check.zero(
            upper_bound(value, g, curvature, end) - value + square(g).sum() * HALF / curvature,
            "upper bound at w - g/L minus f(w), plus |g|^2/(2L)",
            features=features,
        )


def best_step(gradient, hessian):
    """The step to the lowest point on the ray, for a quadratic: |g|^2 / g.Hg."""
    return square(gradient).sum() / (gradient @ hessian @ gradient)


def twice_as_far(gradient, hessian):
    """Wrong on purpose: the step to the point that is as high as the start."""
    return 2 * best_step(gradient, hessian)


@pytest.mark.claim(
    CLAIM, reading=READING, shows="holds", by="property", when=["smooth", "bounded-level"]
)
@pytest.mark.control("twice-as-far", "twice the best step", step=twice_as_far)
@given(problem=strategies.chord_problems(strategies.data_sets((2, 6), (2, 4), "full")))
def test_random_least_squares_gain_enough(check, problem, *, step=best_step):
    r"""On random least squares the best step gains at least $\lVert g\rVert^2/(2L)$, exactly.

    The trace of the Hessian stands for $L$, which it bounds. The inputs have full column rank, in
    two to four dimensions, so that the set of lower points is bounded. A start at a minimiser is
    moved by an input.
    """
    data, chord = problem
    samples, features = data.inputs.shape
    check.that(rank(data.inputs) == features, "full column rank", inputs=data.inputs)
    inputs, targets = RATIONALS.enter(data.inputs), RATIONALS.enter(data.targets)
    start, loss = RATIONALS.enter(chord.start), derivatives(SQUARED_ERROR, samples, features)
    gradient = loss.gradient(start, inputs, targets)
    if all(entry.sign() == 0 for entry in gradient):
        start = start + next(row for row in inputs if any(entry.sign() for entry in row))
        gradient = loss.gradient(start, inputs, targets)
    hessian = loss.hessian(start, inputs, targets)
    (end,) = GRADIENT_DESCENT.update(start, gradient, step(gradient, hessian))
    trace = sum(hessian[i, i] for i in range(features))
    check.nonnegative(
        lambda _: (
            loss.value(start, inputs, targets)
            - loss.value(end, inputs, targets)
            - square(gradient).sum() / (2 * trace)
        ),
        "the gain exceeds |g|^2 over twice the trace",
        inputs=data.inputs,
        targets=data.targets,
        start=start,
    )


@pytest.mark.claim(
    CLAIM, reading=READING, shows="fails", by="counterexample", when=["attained", "bounded-level"]
)
@pytest.mark.control("on-the-axis", "the inputs (1, 0) twice: no second weight", second=(1, 0))
def test_a_kink_stops_the_line_search(check, *, second=(0, 2)):
    r"""On $\lvert w_1\rvert + 2\lvert w_2\rvert$ the line search started on the axis never moves.

    Absolute error on the inputs $(1, 0)$ and $(0, 2)$, targets 0: $f = \frac12 \lvert w_1\rvert +
    \lvert w_2\rvert$, minimum 0 at $(0, 0)$. At $(1, 0)$ the vector $(\frac12, 1)$ is a
    subgradient, as $\frac12 \lvert w_1\rvert + \lvert w_2\rvert \ge \frac12 + \frac12 (w_1 - 1) +
    w_2$. Against it lies $(1 - \frac\eta2, -\eta)$ with $f = \frac12\lvert 1 - \frac\eta2\rvert +
    \eta > \frac12$ for $\eta > 0$, since it is at least $\frac12 - \frac\eta4 + \eta$: the best
    step is 0, for ever. What is missing is the smoothness. Executed: the value on the ray up to the
    next kink, $0 \le \eta \le 2$, where it is $\frac12 + \frac34\eta$, at the ends and between;
    after it every term grows.
    """
    objective = Objective(linear(2, bias=False), ABSOLUTE_ERROR)
    data = RATIONALS.enter([[1, 0], second]), RATIONALS.enter([0, 0])
    start, subgradient = RATIONALS.enter([1, 0]), RATIONALS.enter([HALF, 1])
    lowest = objective.value(RATIONALS.enter([0, 0]), *data)
    height = objective.value(start, *data)
    check.zero(lowest, "the minimum")
    for step in (Fraction(0), HALF, Fraction(1), Fraction(2)):
        (end,) = GRADIENT_DESCENT.update(start, subgradient, step)
        rise = objective.value(end, *data) - height
        check.zero(rise - Fraction(3, 4) * step, "the rise minus 3/4 of the step", step=step)
    check.record("start", start)
    check.record(("value there", "the minimum"), [height, lowest])
    check.record("subgradient", subgradient)
    check.size(
        weights=2,
        points=2,
        smaller="on a line the search reaches the lowest point at once; one point "
        "gives a function of one variable",
    )


@pytest.mark.claim(CLAIM, reading=READING, shows="fails", by="counterexample", when=["smooth"])
@pytest.mark.control("soft-label", "the label 1/2 in place of 1", label=HALF)
def test_without_a_minimiser_no_step_is_best(check, *, label=Fraction(1)):
    r"""On one sample of logistic regression there is no best step: a longer one is better.

    $x = 1$, $t = 1$: $L(w) = \ln(1+e^{-w})$ has the derivative $-s(-w) < 0$. Along the ray $w +
    \eta\,s(-w)$ the loss falls for ever: no lowest point, and no next iterate.
    """
    theta = symbols("w", 1)
    slope = derivatives(CROSS_ENTROPY, 1, 1).gradient(
        theta, SYMBOLS.enter([[1]]), SYMBOLS.enter([label])
    )
    check.zero(slope + logistic_complement(theta), "the derivative plus s(-w)", label=label)
    check.record(("input", "label"), [1, label])
    check.record("derivative", slope[0])
    check.size(points=1, weights=1)
