"""Gradient descent on convex functions: on which of them a step of 2/L or more must fail."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from claims.compiled import Function, Rule
from claims.mathematics import (
    CROSS_ENTROPY,
    SQUARED_ERROR,
    Objective,
    linear,
)
from claims.numbers import (
    BALLS,
    FLOATS,
    SYMBOLS,
    logistic,
    logistic_complement,
    logit,
    square,
    symbols,
)
from claims.training.optimizers import GRADIENT_DESCENT

CLAIM = "descent-finds-convex-optimum"
ASCENT = Rule("ascent", lambda theta, gradient, step: (theta + step * gradient,), ("step",))
HALF = Fraction(1, 2)


def objective_of(features, loss):
    return Objective(linear(features, bias=False), loss)


def derivatives(objective, samples):
    features = objective.network.size
    return Function(
        objective.value, theta=(features,), inputs=(samples, features), targets=(samples,)
    )


@pytest.mark.claim(
    CLAIM,
    reading="limit-is-sharp",
    shows="holds",
    by="identity",
    when=["quadratic", "top-component"],
)
@pytest.mark.control("ascent", "a step uphill", rule=ASCENT)
def test_the_top_component_is_multiplied(check, *, rule=GRADIENT_DESCENT):
    r"""On a quadratic each step multiplies the component of largest curvature by 1 - eta L.

    Let $f(w) = f(w^*) + \frac12 (w-w^*)^\top A\,(w-w^*)$ and $Au = Lu$. Then $u\cdot(w^+-w^*) =
    u\cdot(w-w^*) - \eta\,(Au)\cdot(w-w^*) = (1-\eta L)\,u\cdot(w-w^*)$. For $\eta \ge 2/L$ the
    factor is $-1$ or below: the component does not shrink, and if it is not 0 at the start, the
    iterates converge to no minimiser. (The minimisers are $w^*$ plus the directions of curvature
    0, which do not change the component, because $L > 0$.) Checked for symbolic least squares
    with the targets $Xw^*$, of which every convex quadratic that is bounded below is one up to a
    constant; in two dimensions with the eigenvector $(p, q)$ written out. The first with one and
    two samples in up to three dimensions; in matrices it reads the same for all.
    """
    for samples, features in ((1, 1), (2, 2), (2, 3)):
        objective = objective_of(features, SQUARED_ERROR)
        loss = derivatives(objective, samples)
        inputs = symbols("x", samples, features)
        theta, best, u = (symbols(name, features) for name in ("w", "m", "u"))
        targets = objective.network.predict(best, inputs)
        step = symbols("eta")
        (moved,) = rule.update(theta, loss.gradient(theta, inputs, targets), step)
        bent = loss.hessian(theta, inputs, targets) @ u
        check.zero(
            u @ (moved - best) - u @ (theta - best) + step * (bent @ (theta - best)),
            "component after the step minus that before, plus eta (A u).(w - m)",
            samples=samples,
            features=features,
        )
    p, q, r, step = (symbols(name) for name in ("p", "q", "r", "eta"))
    inputs = np.array([[p, q], [-r * q, r * p]], dtype=object)
    top, largest = inputs[0], square(p) + square(q)
    theta, best = symbols("w", 2), symbols("m", 2)
    loss = derivatives(objective_of(2, SQUARED_ERROR), 2)
    (moved,) = rule.update(theta, loss.gradient(theta, inputs, inputs @ best), step)
    check.zero(
        top @ (moved - best) - (1 - step * largest) * (top @ (theta - best)),
        "component after the step minus (1 - eta L) times that before",
    )


@pytest.mark.claim(
    CLAIM,
    reading="limit-is-sharp",
    shows="fails",
    by="counterexample",
    when=["quadratic", "smooth", "attained"],
)
@pytest.mark.control("both-components", "a start with both components", start=(1, 1))
def test_a_start_without_the_top_component_converges(check, *, start=(0, 1)):
    r"""A start that differs from the minimum only along a flatter direction converges at 2/L.

    $f(w) = \frac12 (4 w_1^2 + w_2^2)$ (inputs $(2, 0)$ and $(0, 1)$, targets 0) has $L = 4$. With
    $\eta = 2/L = \frac12$ and the start $(0, \tau)$ each step halves $w_2$ and leaves $w_1 = 0$:
    the iterates converge to the minimiser 0.
    """
    loss = derivatives(objective_of(2, SQUARED_ERROR), 2)
    data = SYMBOLS.enter([[2, 0], [0, 1]]), SYMBOLS.enter([0, 0])
    theta = SYMBOLS.enter(start) * symbols("tau")
    hessian = loss.hessian(theta, *data)
    check.zero(hessian - SYMBOLS.enter([[4, 0], [0, 1]]), "the Hessian minus diag(4, 1)")
    (moved,) = GRADIENT_DESCENT.update(theta, loss.gradient(theta, *data), HALF)
    check.zero(moved - theta * HALF, "the next point minus half of the last", start=start)
    check.record("Hessian", hessian)
    check.record(("start", "next point, step 1/2"), [theta, moved])
    check.size(
        weights=2,
        points=2,
        smaller="with one weight, or one point, the start off the minimisers has the top component",
    )


NINE_TO_ONE = [1] * 9 + [0]


@pytest.mark.claim(
    CLAIM,
    reading="limit-is-sharp",
    shows="fails",
    by="counterexample",
    when=["top-component", "smooth", "attained"],
)
@pytest.mark.control("six-over-l", "the step 6/L, at which the minimiser repels", multiple=6)
def test_a_logistic_fit_converges_at_three_over_l(check, *, multiple=3):
    r"""A logistic fit converges with the step 3/L, well above 2/L.

    Ten samples $x = 1$, nine of label 1: the curvature $s(w)\,s(-w)$ is largest at $w = 0$, $L =
    \frac14$, and at the minimiser $w^* = \ln 9$ only $0.09$. With $\eta = 3/L = 12$ one step maps
    $w$ to $T(w)$ with $T'(w) = 1 - 12\,s(w)\,s(-w)$. For $|w - w^*| \le \frac12$ this lies
    between $-0.6$ and $0.6$, because the curvature falls for $w > 0$: the distance to $w^*$
    shrinks by a factor 0.6 or better in every step. So from $w_0 = 2$ the iterates converge to
    $w^*$. The limit is set by the curvature where the iterates are, not by its supremum.

    At the limit itself one sample is enough: $x = 1$, $t = \frac12$, step $2/L = 8$, $T(w) = w -
    8(s(w) - \frac12)$. As $s' < \frac14$ off 0, $0 < s(w) - \frac12 < \frac w4$ for $w > 0$, so
    that $-w < T(w) < w$, and likewise for $w < 0$: $|w_k|$ falls, and a limit other than 0 would be
    mapped to a smaller one. From every start the iterates converge to the minimiser 0.
    """
    samples = len(NINE_TO_ONE)
    loss = derivatives(objective_of(1, CROSS_ENTROPY), samples)
    inputs = [[1]] * samples
    theta = symbols("w", 1)
    data = SYMBOLS.enter(inputs), SYMBOLS.enter(NINE_TO_ONE)
    s, rest = logistic(theta[0]), logistic_complement(theta[0])
    check.zero(loss.gradient(theta, *data)[0] - (s - Fraction(9, 10)), "gradient minus s - 9/10")
    check.zero(loss.hessian(theta, *data)[0, 0] - s * rest, "curvature minus s(w) s(-w)")
    check.zero(Fraction(1, 4) - s * rest - square(s - HALF), "1/4 minus curvature minus a square")
    slope = Function(lambda w: logistic(w) * logistic_complement(w), w=())
    check.zero(
        slope.gradient(theta[0]) - s * rest * (rest - s),
        "slope of the curvature, below 0 for w > 0",
    )

    def factor(arithmetic, offset):
        best = logit(arithmetic.enter(Fraction(9, 10)))
        point = arithmetic.enter([0])
        point[0] = best + arithmetic.enter(offset)
        entered = arithmetic.enter(inputs), arithmetic.enter(NINE_TO_ONE)
        return 1 - 4 * multiple * loss.hessian(point, *entered)[0, 0]

    bound = Fraction(3, 5)
    check.positive(lambda a: factor(a, -HALF) + bound, "T' is above -3/5", multiple=multiple)
    check.positive(lambda a: bound - factor(a, HALF), "T' is below 3/5", multiple=multiple)
    check.positive(
        lambda a: a.enter(2) - logit(a.enter(Fraction(9, 10))) + HALF, "the start lies within 1/2"
    )
    check.positive(
        lambda a: logit(a.enter(Fraction(9, 10))) - a.enter(2), "the start is no minimiser"
    )
    check.record("labels, all inputs 1", NINE_TO_ONE)
    check.record("step", 4 * multiple)
    slopes = [float(factor(BALLS, offset).arb.mid()) for offset in (-HALF, 0, HALF)]
    check.record(
        "T' at 1/2 before, at, and 1/2 after the minimiser", [f"{slope:.4f}" for slope in slopes]
    )
    one, alone = derivatives(objective_of(1, CROSS_ENTROPY), 1), ([[1]], [HALF])
    gradient = one.gradient(theta, *map(SYMBOLS.enter, alone))
    check.zero(gradient - (s - HALF), "gradient of one sample minus s - 1/2")

    def fall(arithmetic, weight):
        start = arithmetic.enter([weight])
        moved = start - one.gradient(start, *map(arithmetic.enter, alone)) * 8
        return square(start[0]) - square(moved[0])

    for weight in (HALF, 1, 2, 4):
        check.positive(lambda a, w=weight: fall(a, w), "the next iterate is nearer to 0")
        check.record(
            f"w^2 - T(w)^2 at w = {weight}, one sample", f"{float(fall(FLOATS, weight)):.6f}"
        )
    check.size(points=1, weights=1)
