"""The gradient flow of one neuron on one point is solved by an elementary primitive."""

from __future__ import annotations

from fractions import Fraction
from functools import cache

import numpy as np
import pytest
from hypothesis import strategies as st

from claims.compiled import Function
from claims.mathematics import HALF_SQUARED_ERROR, SIGMOID, Objective, flow_primitive, neuron
from claims.numbers import (
    SYMBOLS,
    log,
    logistic,
    logistic_complement,
    square,
    symbols,
    uninterpreted,
)
from claims.testing import given

CLAIM = "gradient-flow-solvable"


@cache
def function_of(samples, features):
    objective = Objective(neuron(features, SIGMOID), HALF_SQUARED_ERROR, reduction="sum")
    return Function(
        objective.value,
        theta=(features,),
        inputs=(samples, features),
        targets=(samples,),
    )


def rate(s, complement, target):
    """What F_t' is to be."""
    return 1 / ((target - s) * square(s * complement))


def rate_of_the_product(s, complement, target):
    """Wrong on purpose: s (1 - s) not squared."""
    return 1 / ((target - s) * (s * complement))


@pytest.mark.claim(CLAIM, shows="holds", by="identity")
@pytest.mark.control(
    "not-squared", "s (1 - s) in place of its square", expected=rate_of_the_product
)
def test_the_flow_separates_and_is_integrated(check, *, expected=rate):
    r"""The weights move along $x$ only, and an elementary $F_t(s)$ grows in proportion to time.

    For $L = \frac12(t - s(w\cdot x))^2$ the velocity $-\nabla L$ is $(t-s)\,s\,(1-s)\,x$, a
    multiple of $x$; hence $h' = \lVert x\rVert^2 (t-s)\,s(1-s)$ and $s' = s(1-s)\,h'$. With $F_t'
    = 1/((t-s)\,s^2(1-s)^2)$ the chain rule gives $\frac{d}{d\tau}F_t(s(h(\tau))) = \lVert
    x\rVert^2$. Partial fractions yield, for $t \notin \{0, 1\}$, the primitive $F_t(s) = G_t(s) +
    G_{1-t}(1-s) - \frac{\ln|t-s|}{t^2(1-t)^2}$ with $G_t(s) = \bigl(\frac1{t^2} +
    \frac2t\bigr)\ln s - \frac1{ts}$; for hard labels $F_0 = \frac1{2s^2} + \frac2s - 3\ln s +
    3\ln(1-s) - \frac1{1-s}$ and $F_1(s) = F_0(1-s)$. That these are primitives is an identity
    which uses no more of the logarithm than $\ln' u = 1/u$. $F_t$ is monotone on each side of
    $t$, and the flow stays on its side, so $h(\tau)$ is determined. Executed for symbolic data in
    one to three dimensions, which enter through $w\cdot x$ and $\lVert x\rVert^2$ alone, and for
    symbolic $t$, $t = 0$ and $t = 1$.
    """
    for features in (1, 2, 3):
        theta, x, target = symbols("w", features), symbols("x", features), symbols("t")
        velocity = -function_of(1, features).gradient(theta, x[None], np.array([target]))
        norm, h = square(x).sum(), theta @ x
        check.zero(
            velocity - x * ((velocity @ x) / norm),
            "the velocity minus its part along x",
            features=features,
        )
        s, complement = logistic(h), logistic_complement(h)
        speed = s * complement * (velocity @ x)
        check.zero(
            expected(s, complement, target) * speed - norm, "F' s' minus |x|^2", features=features
        )
    logarithm, s, target = uninterpreted("log"), symbols("s"), symbols("t")
    arguments = (s, 1 - s, square(target - s))
    slopes = {str(u.uninterpreted("log", 1)): 1 / u for u in arguments}
    for value in (target, Fraction(0), Fraction(1)):
        primitive = Function(
            lambda s, t, value=value: flow_primitive(
                s, 1 - s, t if value is target else value, log=logarithm
            ),
            s=(),
            t=(),
        )
        slope = primitive.gradient(s, target).substitute(slopes)
        check.zero(slope - rate(s, 1 - s, value), "F_t' minus its formula", target=str(value))


@st.composite
def stretches(draw):
    """A target, and two values of s in (0, 1) on one side of it, the first below the second."""
    target = Fraction(draw(st.integers(-8, 24)), 16)
    sides = [(Fraction(0), min(target, Fraction(1))), (max(target, Fraction(0)), Fraction(1))]
    low, high = draw(st.sampled_from([side for side in sides if side[0] < side[1]]))
    sixtieths = st.integers(1, 59).map(lambda count: Fraction(count, 60))
    ends = draw(st.lists(sixtieths, min_size=2, max_size=2, unique=True))
    return target, [low + (high - low) * end for end in sorted(ends)]


def primitive_of(s, complement, target):
    return flow_primitive(s, complement, target)


def one_term_short(s, complement, target):
    """Wrong on purpose: a hundredth of log s left out."""
    return flow_primitive(s, complement, target) - log(s) * Fraction(1, 100)


@pytest.mark.claim(CLAIM, shows="holds", by="property")
@pytest.mark.control("log-left-out", "log(s)/100 taken off", primitive=one_term_short)
@given(stretch=stretches())
def test_the_time_between_two_outputs(check, stretch, *, primitive=primitive_of):
    r"""On random stretches the primitive's increase lies between the bounds of a convex slope.

    $1/(|t-s|\,s^2(1-s)^2)$ is convex in $s$ on either side of $t$, being the exponential of a sum
    of convex functions. So its integral over $[p, q]$ exceeds $(q-p)$ times its value in
    the middle and stays below $(q-p)$ times the mean of its values at the ends (Hermite and
    Hadamard). Decided in balls, for targets inside, outside and at the ends of $(0, 1)$.
    """
    target, (first, last) = stretch
    check.label("hard label" if target in (0, 1) else "inside" if 0 < target < 1 else "outside")
    side = 1 if last < target else -1

    def increase(arithmetic):
        ends = [
            primitive(arithmetic.enter(s), arithmetic.enter(1 - s), _entered(arithmetic, target))
            for s in (first, last)
        ]
        return (ends[1] - ends[0]) * side

    slopes = [side / ((target - s) * (s * (1 - s)) ** 2) for s in (first, (first + last) / 2, last)]
    width = last - first
    witness = {"target": target, "first": first, "last": last}
    check.positive(
        lambda arithmetic: increase(arithmetic) - width * slopes[1],
        "the increase exceeds the value in the middle",
        **witness,
    )
    check.positive(
        lambda arithmetic: width * (slopes[0] + slopes[2]) / 2 - increase(arithmetic),
        "the increase stays below the mean of the ends",
        **witness,
    )


def _entered(arithmetic, target):
    """The targets 0 and 1 have a formula of their own, chosen by the exact number."""
    return target if target in (0, 1) else arithmetic.enter(target)


@pytest.mark.claim(
    CLAIM, reading="several-points", shows="holds", by="identity", when=["one-direction"]
)
@pytest.mark.control("bent-input", "one input off the line by 1/10", bend=Fraction(1, 10))
def test_inputs_on_one_line_move_along_it(check, *, bend=Fraction(0)):
    r"""If all inputs are multiples of one vector $e$, the flow moves along $e$ only.

    With $x_i = c_i e$ the velocity is $\bigl(\sum_i (t_i - s_i)\,s_i(1-s_i)\,c_i\bigr)\,e$, and
    $w\cdot e$ obeys one autonomous scalar equation, which separates. Identity for one to three
    points in the plane.
    """
    for samples in (1, 2, 3):
        theta, e, factors = symbols("w", 2), symbols("e", 2), symbols("c", samples)
        targets = symbols("t", samples)
        inputs = factors[:, None] * e[None]
        inputs[0, 0] = inputs[0, 0] + bend
        velocity = -function_of(samples, 2).gradient(theta, inputs, targets)
        check.zero(
            velocity[0] * e[1] - velocity[1] * e[0],
            "the part of the velocity across e",
            samples=samples,
        )


@pytest.mark.claim(CLAIM, reading="several-points", shows="fails", by="counterexample")
@pytest.mark.control("equal-lengths", "the second input (0, 1), not (0, 2)", length=1)
def test_two_directions_bend_the_flow(check, *, length=2):
    r"""Two inputs in different directions: the flow leaves on a curve.

    On a straight line $w'$ and $w''$ are multiples of one vector. For the inputs $(1, 0)$ and
    $(0, 2)$, targets $\frac34$ and $w(0) = 0$ the velocity is $w' = -\nabla L = (\frac1{16},
    \frac18)$ and $w'' = \nabla^2 L\,\nabla L = (-\frac1{256}, -\frac1{32})$: not parallel. Each
    coordinate alone still separates here.
    """
    target = Fraction(3, 4)
    place, inputs, targets = map(SYMBOLS.enter, ([0, 0], [[1, 0], [0, length]], [target, target]))
    gradient = function_of(2, 2).gradient(place, inputs, targets)
    velocity = -gradient
    acceleration = function_of(2, 2).hessian(place, inputs, targets) @ gradient
    determinant = velocity[0] * acceleration[1] - velocity[1] * acceleration[0]
    check.that(not determinant.is_zero(), "w' and w'' are not parallel", inputs=inputs)
    check.record(("inputs", "both targets", "start"), [inputs, target, place])
    check.record("velocity", velocity)
    check.record("acceleration", acceleration)
    check.size(weights=2, points=2, smaller="on a line, or on one point, the flow is straight")
