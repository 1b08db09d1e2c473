"""Gradient descent on convex functions: which three conditions it needs, and which steps fail."""

from __future__ import annotations

from fractions import Fraction
from functools import cache

import numpy as np
import pytest
from hypothesis import strategies as st

from claims.compiled import Function, Rule
from claims.mathematics import (
    ABSOLUTE_ERROR,
    CROSS_ENTROPY,
    SQUARED_ERROR,
    Objective,
    linear,
)
from claims.numbers import (
    FLOATS,
    RATIONALS,
    SYMBOLS,
    logistic,
    logistic_complement,
    square,
    symbols,
)
from claims.testing import given, strategies
from claims.training.optimizers import GRADIENT_DESCENT

CLAIM = "descent-finds-convex-optimum"
ASCENT = Rule("ascent", lambda theta, gradient, step: (theta + step * gradient,), ("step",))
HALF = Fraction(1, 2)


def objective_of(features, loss):
    return Objective(linear(features, bias=False), loss)


@cache
def derivatives(objective, samples):
    features = objective.network.size
    return Function(
        objective.value, theta=(features,), inputs=(samples, features), targets=(samples,)
    )


def upper_bound(value, gradient, curvature, start, end):
    """f(a) + g.(b - a) + L |b - a|^2 / 2: what a gradient of Lipschitz constant L allows at b."""
    move = end - start
    return value + gradient @ move + curvature * square(move).sum() * HALF


@pytest.mark.claim(
    CLAIM, shows="holds", by="identity", when=["smooth", "attained", "step-below-limit"]
)
@pytest.mark.control("ascent", "a step uphill", rule=ASCENT)
def test_the_distance_to_every_minimiser_shrinks(check, *, rule=GRADIENT_DESCENT):
    r"""Every step below 2/L brings the iterate nearer to every minimiser, by a known amount.

    Let $f$ be convex with a Lipschitz gradient; the supremum $L$ of its curvature is then the
    Lipschitz constant. Let $L > 0$, $w^*$ a minimiser and $g = \nabla f(w)$. Two facts are used:
    the tangent bounds $f$ from below, $f(b) \ge f(a) + \nabla f(a)\cdot(b-a)$, and the Lipschitz
    gradient bounds it from above, $f(b) \le f(a) + \nabla f(a)\cdot(b-a) + \frac L2 |b-a|^2$.

    *Upper bound at* $w - g/L$: $f(w) - f(w^*) \ge \frac{|g|^2}{2L}$. *Upper bound from $w^*$ and
    tangent at $w$, both at* $w^* + g/L$: $g\cdot(w-w^*) \ge f(w) - f(w^*) + \frac{|g|^2}{2L}$.
    Together $g\cdot(w-w^*) \ge \frac{|g|^2}{L}$, and so for $w^+ = w - \eta g$ $$|w^+-w^*|^2 \le
    |w-w^*|^2 - \eta\left(\tfrac2L - \eta\right)|g|^2.$$ For $0 < \eta < 2/L$ the distances fall
    and the $|g_k|^2$ have a finite sum: $g_k \to 0$, the bounded iterates have a limit point,
    where the gradient is 0, so it is a minimiser; as the distance to it falls too, all iterates
    converge to it. For $L = 0$ the gradient is constant, and with a minimiser it is 0: every
    point is one.

    The algebra between the two facts and the displayed inequality is checked for symbolic points,
    gradients and values in two dimensions; it uses inner products alone, so that the dimension
    does not matter.
    """
    w, best, g = symbols("w", 2), symbols("m", 2), symbols("g", 2)
    value, least = symbols("f"), symbols("fmin")
    curvature, step = symbols("L"), symbols("eta")
    size = square(g).sum()
    (moved,) = rule.update(w, g, step)

    (short,) = rule.update(w, g, 1 / curvature)
    check.zero(
        upper_bound(value, g, curvature, w, short) - value + size * HALF / curvature,
        "upper bound at w - g/L minus f(w), plus |g|^2/(2L)",
    )
    point = best + g / curvature
    tangent = value + g @ (point - w)
    over = upper_bound(least, g * 0, curvature, best, point)
    check.zero(
        over - tangent - (g @ (w - best) - (value - least) - size * HALF / curvature),
        "upper bound minus tangent at m + g/L",
    )
    before, after = square(w - best).sum(), square(moved - best).sum()
    check.zero(
        before
        - after
        - step * (2 / curvature - step) * size
        - 2 * step * (g @ (w - best) - size / curvature),
        "gain in squared distance minus eta (2/L - eta) |g|^2 minus what is not negative",
    )


@pytest.mark.claim(
    CLAIM,
    reading="value-only",
    shows="holds",
    by="identity",
    when=["smooth", "step-below-limit"],
)
@pytest.mark.control("ascent", "a step uphill", rule=ASCENT)
def test_the_value_tends_to_the_infimum(check, *, rule=GRADIENT_DESCENT):
    r"""With a step below 2/L the value tends to the infimum, whether it is attained or not.

    *The value falls:* the upper bound of a Lipschitz gradient at $w^+ = w - \eta g$ is $f(w) -
    \eta (1 - \frac{\eta L}2)\,|g|^2$. If the values stay above some number, the $|g_k|^2$
    therefore have a finite sum.

    *It falls below every value:* compare with any point $z$. By the tangent, $|w^+-z|^2 \le
    |w-z|^2 - 2\eta\,(f(w) - f(z)) + \eta^2 |g|^2$. If $f(w_k)$ stayed above $f(z) + \delta$ for
    ever, each step would take $2\eta\delta$ off the squared distance, and the last terms add only
    a finite sum: it would become negative. So the limit of $f(w_k)$ is at most $f(z)$ for every
    $z$: it is the infimum, $-\infty$ included.

    Without a minimiser the iterates run to infinity, since a limit point would be one. The
    algebra is checked for symbolic points, gradients and values in two dimensions, by inner
    products alone.
    """
    w, other, g = symbols("w", 2), symbols("z", 2), symbols("g", 2)
    value, there = symbols("f"), symbols("fz")
    curvature, step = symbols("L"), symbols("eta")
    size = square(g).sum()
    (moved,) = rule.update(w, g, step)
    check.zero(
        upper_bound(value, g, curvature, w, moved)
        - value
        + step * (1 - step * curvature * HALF) * size,
        "upper bound after the step minus f(w), plus eta (1 - eta L/2) |g|^2",
    )
    gain = square(w - other).sum() - square(moved - other).sum()
    tangent_slack = there - value - g @ (other - w)
    check.zero(
        gain - 2 * step * (value - there) + square(step) * size - 2 * step * tangent_slack,
        "gain in squared distance minus the bound, minus what is not negative",
    )


@pytest.mark.claim(CLAIM, shows="fails", by="counterexample", when=["attained", "step-below-limit"])
@pytest.mark.claim(
    CLAIM,
    reading="value-only",
    shows="fails",
    by="counterexample",
    when=["attained", "step-below-limit"],
)
@pytest.mark.control("squared-error", "squared error, which is smooth", loss=SQUARED_ERROR)
def test_a_kink_keeps_it_jumping(check, *, loss=ABSOLUTE_ERROR):
    r"""On |w| every constant step, however small, can jump to and fro for ever.

    $f(w) = |w|$ (one sample $x = 1$, $y = 0$, absolute error), start $\eta/2$: the slope is 1,
    the next point $-\eta/2$ with slope $-1$, and then $\eta/2$ again. Neither point nor value
    comes any nearer. Wherever $f$ is twice differentiable its curvature is 0, so the step is
    below the limit; what is missing is the smoothness, the slope jumps from $-1$ to 1.
    """
    objective = objective_of(1, loss)
    slope = derivatives(objective, 1)
    data = RATIONALS.enter([[1]]), RATIONALS.enter([0])
    for step in (HALF, Fraction(1, 10), Fraction(1, 1000)):
        point = RATIONALS.enter([step / 2])
        iterates = [point[0]]
        first = objective.value(point, *data)
        for side in (-1, 1):
            (point,) = GRADIENT_DESCENT.update(point, slope.gradient(point, *data), step)
            iterates.append(point[0])
            check.zero(point - side * step / 2, "iterate minus plus or minus eta/2", step=step)
            check.zero(
                objective.value(point, *data) - first,
                "value minus that at the start",
                step=step,
                side=side,
            )
        check.record(f"iterates on |w| for the step {step}", iterates)
    check.size(points=1, weights=1)


@pytest.mark.claim(CLAIM, shows="fails", by="counterexample", when=["smooth", "step-below-limit"])
@pytest.mark.control("soft-label", "the label 1/2 in place of 1", label=HALF)
def test_without_a_minimiser_it_walks_for_ever(check, *, label=Fraction(1)):
    r"""Logistic regression on one sample: every step goes the same way, to infinity.

    $x = 1$, $t = 1$: $L(w) = \ln(1+e^{-w})$ is convex, its curvature $s(w)\,s(-w)$ is at most
    $\frac14$. A step moves $w$ by $\eta\,s(-w) > 0$. A limit would have $s(-w) = 0$, which no $w$
    has: the iterates increase without bound. The value tends to its infimum 0 all the same.
    """
    loss = derivatives(objective_of(1, CROSS_ENTROPY), 1)
    theta, step = symbols("w", 1), symbols("eta")
    data = SYMBOLS.enter([[1]]), SYMBOLS.enter([label])
    (moved,) = GRADIENT_DESCENT.update(theta, loss.gradient(theta, *data), step)
    check.zero(
        moved - theta - step * logistic_complement(theta), "the step minus eta s(-w)", label=label
    )
    check.zero(
        Fraction(1, 4) - loss.hessian(theta, *data)[0] - square(logistic(theta) - HALF),
        "1/4 minus the curvature minus (s - 1/2)^2",
    )
    check.record("label", label)
    check.record("gradient, for x = 1", loss.gradient(theta, *data))
    check.size(points=1, weights=1)


@pytest.mark.claim(
    CLAIM,
    shows="fails",
    by="counterexample",
    when=["smooth", "attained", "quadratic", "top-component"],
)
@pytest.mark.claim(
    CLAIM,
    reading="value-only",
    shows="fails",
    by="counterexample",
    when=["smooth", "attained", "quadratic", "top-component"],
)
@pytest.mark.control("smaller-step", "the step 1/2", step=HALF)
def test_at_the_limit_the_parabola_keeps_it_jumping(check, *, step=Fraction(1)):
    r"""On the parabola the step 2/L jumps from w to -w, for ever at the same height.

    $f(w) = w^2$ has $L = 2$; with $\eta = 2/L = 1$ the next point is $w - 2w = -w$. With a
    greater step the iterates grow.
    """
    objective = objective_of(1, SQUARED_ERROR)
    loss = derivatives(objective, 1)
    theta, data = symbols("w", 1), (SYMBOLS.enter([[1]]), SYMBOLS.enter([0]))
    (moved,) = GRADIENT_DESCENT.update(theta, loss.gradient(theta, *data), step)
    check.zero(moved + theta, "the next point plus w", step=step)
    check.zero(
        objective.value(moved, *data) - objective.value(theta, *data), "change of value", step=step
    )
    check.record("step", step)
    check.record("next point", moved)
    check.size(points=1, weights=1)


def unchanged(step):
    return step


def tripled(step):
    return 3 * step


@pytest.mark.claim(
    CLAIM, shows="holds", by="property", when=["smooth", "attained", "step-below-limit"]
)
@pytest.mark.control("tripled-step", "steps up to 6/L", change=tripled)
@given(
    problem=strategies.chord_problems(strategies.data_sets()),
    share=st.integers(1, 15).map(lambda count: Fraction(count, 16)),
    draws=320,
)
def test_no_step_leads_away_from_a_minimiser(check, problem, share, *, change=unchanged):
    """On random least squares no step below 2/L leads away from a minimiser, exactly.

    Targets that a random weight vector interpolates, which is then a minimiser, another random
    vector as start, steps up to 15/16 of 2/L with the trace of the Hessian as a bound of L.
    """
    data, chord = problem
    samples, features = data.inputs.shape
    inputs = RATIONALS.enter(data.inputs)
    best = RATIONALS.enter(chord.start)
    start = RATIONALS.enter(chord.end) + int((chord.start == chord.end).all())
    objective = objective_of(features, SQUARED_ERROR)
    targets = objective.network.predict(best, inputs)
    trace = (square(inputs).sum() * Fraction(2, samples)).fraction
    step = change(share * 2 / trace) if trace else share
    slope = derivatives(objective, samples).gradient(start, inputs, targets)
    (moved,) = GRADIENT_DESCENT.update(start, slope, step)
    check.nonnegative(
        lambda _: square(start - best).sum() - square(moved - best).sum(),
        "the distance to the minimiser does not grow",
        inputs=data.inputs,
        minimiser=chord.start,
        start=start,
        step=step,
    )


@pytest.mark.claim(
    CLAIM,
    reading="value-only",
    shows="holds",
    by="property",
    when=["smooth", "step-below-limit"],
)
@pytest.mark.control("ascent", "a step uphill", rule=ASCENT)
@given(
    problem=strategies.chord_problems(strategies.labelled_data_sets()),
    share=st.integers(1, 15).map(lambda count: Fraction(count, 16)),
    draws=340,
)
def test_every_step_lowers_the_value(check, problem, share, *, rule=GRADIENT_DESCENT):
    """On random logistic regression, separable or not, every step below 2/L lowers the value.

    Steps up to 15/16 of 2/L with a quarter of the trace of X'X/N as a bound of L; decided in
    balls. Starts at which the gradient is exactly zero are recognised symbolically.
    """
    data, chord = problem
    samples, features = data.inputs.shape
    objective = objective_of(features, CROSS_ENTROPY)
    loss = derivatives(objective, samples)
    exact = RATIONALS.enter(data.inputs)
    bound = (square(exact).sum() * Fraction(1, 4 * samples)).fraction
    step = share * 2 / bound if bound else share

    def slope(arithmetic):
        entered = arithmetic.enter(data.inputs), arithmetic.enter(data.targets)
        return loss.gradient(arithmetic.enter(chord.start), *entered)

    still = np.abs(slope(FLOATS)).max() < 1e-9 and all(g.is_zero() for g in slope(SYMBOLS))

    def fall(arithmetic):
        entered = arithmetic.enter(data.inputs), arithmetic.enter(data.targets)
        theta = arithmetic.enter(chord.start)
        (moved,) = rule.update(theta, slope(arithmetic), arithmetic.enter(step))
        return objective.value(theta, *entered) - objective.value(moved, *entered)

    for label in strategies.labels(data) & {"separable", "quasi-separable", "overlapping"}:
        check.label(label)
    check.nonnegative(
        fall,
        "the value does not rise",
        tie=bool(still),
        inputs=data.inputs,
        labels=data.targets,
        start=chord.start,
        step=step,
    )
