"""L2 raises every curvature: it never adds to the non-convexity, and does not always cure it."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import strategies as st

from claims.compiled import Function
from claims.mathematics import (
    L2,
    SIGMOID,
    SQUARED_ERROR,
    Activation,
    Loss,
    Network,
    Objective,
    Parity,
    Range,
    linear,
    neuron,
    one_hidden_layer,
)
from claims.numbers import SYMBOLS, logistic, square, symbols, uninterpreted
from claims.proof.certificates import Problem
from claims.testing import given, strategies

CLAIM = "l2-contributes-to-nonconvexity"
ANY = Activation(
    "any", uninterpreted("a"), uninterpreted("a'"), Parity.NONE, Range(None, None), False
)
ANY_LOSS = Loss("any", lambda prediction, target: uninterpreted("l")(prediction - target))


@dataclass(frozen=True)
class WeightsOnly:
    """Wrong on purpose: the last parameter is not penalised."""

    coefficient: Any

    def value(self, theta):
        return square(theta[:-1]).sum() * self.coefficient


@cache
def penalised(network, loss, samples, kind):
    """The mean loss plus a penalty whose strength is an argument, with its derivatives."""
    return Function(
        lambda theta, inputs, targets, strength: Objective(
            network, loss, penalty=kind(strength[()])
        ).value(theta, inputs, targets),
        theta=(network.size,),
        inputs=(samples, network.widths[0]),
        targets=(samples,),
        strength=(),
    )


@pytest.mark.claim(CLAIM, shows="fails", by="identity")
@pytest.mark.control("weights-only", "one parameter not penalised", penalty=WeightsOnly)
def test_every_curvature_is_raised_by_the_same_amount(check, *, penalty=L2):
    r"""At every point and in every direction the penalty adds $2\lambda$ to the curvature.

    The curvature of the objective along $u$ at $\theta$ is $u^\top\nabla^2L(\theta)\,u +
    2\lambda\lVert u\rVert^2$, so every eigenvalue of the Hessian rises by exactly $2\lambda$, the
    smallest included: there is no point at which the objective is less convex than it was,
    whatever the loss. Executed for a linear model, one and two hidden layers with symbolic data,
    parameters, directions and $\lambda$, for a loss and an activation of which nothing is known;
    the penalty does not see the network. That the sum is still not convex for a network comes from
    the loss (see the readings).
    """
    strength = symbols("lam")
    for network in (linear(2), one_hidden_layer(1, 2, ANY), Network((1, 1, 1, 1), ANY)):
        theta, direction = symbols("t", network.size), symbols("u", network.size)
        inputs, targets = symbols("x", 2, network.widths[0]), symbols("y", 2)
        function = penalised(network, ANY_LOSS, 2, penalty)
        raised = function.hessian(theta, inputs, targets, strength)
        before = function.hessian(theta, inputs, targets, SYMBOLS.enter(0))
        check.zero(
            direction @ (raised - before) @ direction - 2 * strength * square(direction).sum(),
            "the change of the curvature minus 2 lambda |u|^2",
            network=network,
        )


def above_the_mean(targets, strength):
    """An output bias that exceeds the mean of the targets by 1 + 4 lambda."""
    return targets.sum() * Fraction(1, len(targets)) + 1 + 4 * strength


def at_the_mean(targets, strength):
    return targets.sum() * Fraction(1, len(targets))


def bent_minor(arithmetic, network, inputs, targets, strength, bias):
    """The minor of the Hessian in the first unit's output weight and bias: all is 0 but c."""
    inputs, targets, strength = map(arithmetic.enter, (inputs, targets, strength))
    theta = arithmetic.enter([0] * network.size)
    theta[-1] = bias(targets, strength)
    function = penalised(network, SQUARED_ERROR, len(inputs), L2)
    hessian = function.hessian(theta, inputs, targets, strength)
    v, b = network.block("W2").start, network.block("b1").start
    return hessian[v, v] * hessian[b, b] - square(hessian[v, b])


CERTIFIED = {
    "negative-curvature": "l2-leaves-a-negative-curvature",
    "chord": "l2-leaves-a-violated-chord",
}


@pytest.mark.claim(CLAIM, reading="never-convexified", shows="holds", by="identity")
@pytest.mark.control("at-the-mean", "the output bias at the mean target", bias=at_the_mean)
@pytest.mark.control(
    "other-certificate", "that of a neuron", names={"convex-from": "l2-makes-a-neuron-convex"}
)
def test_a_negative_minor_for_every_strength(
    check, certificates, *, bias=above_the_mean, names=CERTIFIED
):
    r"""Where only the output bias is not 0, a minor of the Hessian can be $-\frac14-\lambda$.

    Let every parameter be 0 except $c = \bar y + u$. In the output weight $v$ and the bias $b$ of
    one sigmoid unit the Hessian is $\begin{pmatrix} 2(s^2+\lambda) & 2us' \\ 2us' & 2\lambda
    \end{pmatrix}$ with $s = \frac12$, $s' = \frac14$, of determinant $4\lambda(s^2 + \lambda) -
    4u^2s'^2$. With $u = 1 + 4\lambda$ that is $-\frac14 - \lambda < 0$: the smallest eigenvalue is
    negative, for every data set, width and $\lambda\ge0$. The input weights are 0, so the inputs
    have no part. Executed on the recorded Hessian for symbolic data and $\lambda$, (samples,
    inputs, units) = (1, 1, 1), (2, 1, 2), (3, 2, 1) and (2, 2, 3), where the other units and the
    input weights are 0; for one data set and $\lambda = 1$ a direction of negative curvature and a
    violated chord are certified.
    """
    strength = symbols("lam")
    for samples, features, units in ((1, 1, 1), (2, 1, 2), (3, 2, 1), (2, 2, 3)):
        network = one_hidden_layer(features, units, SIGMOID)
        inputs, targets = symbols("x", samples, features), symbols("y", samples)
        minor = bent_minor(SYMBOLS, network, inputs, targets, strength, bias)
        check.zero(
            minor + Fraction(1, 4) + strength,
            "the determinant plus 1/4 + lambda",
            samples=samples,
            features=features,
            units=units,
        )
    problem = Problem(one_hidden_layer(1, 1, SIGMOID), [[0], [1]], [0, 1], penalty=1)
    for kind, name in names.items():
        figures = check.certificate(
            certificates / f"{name}.json", kind=kind, objective=problem.definition()
        )
        check.record(name, figures)


@st.composite
def network_problems(draw):
    data = draw(strategies.data_sets(points=(1, 4), dimensions=(1, 2)))
    return data, draw(st.integers(1, 2)), abs(draw(strategies.rationals()))


@pytest.mark.claim(CLAIM, reading="never-convexified", shows="holds", by="property")
@pytest.mark.control("at-the-mean", "the output bias at the mean target", bias=at_the_mean)
@given(problem=network_problems())
def test_negative_minor_on_random_data(check, problem, *, bias=above_the_mean):
    """On random data and for random strengths that minor is negative, decided in balls.

    One or two hidden units; strengths from 0 to 8.
    """
    data, units, strength = problem
    network = one_hidden_layer(data.inputs.shape[1], units, SIGMOID)
    check.label("no penalty" if strength == 0 else "penalty")

    def negative_minor(arithmetic):
        return -bent_minor(arithmetic, network, data.inputs, data.targets, strength, bias)

    check.positive(
        negative_minor,
        "a minor of the Hessian is negative",
        inputs=data.inputs,
        targets=data.targets,
        units=units,
        strength=strength,
    )


def curvature(s):
    """The second derivative of s(h)^2 in h, as a polynomial in s = s(h)."""
    return (6 * s * s - 10 * s + 4) * s * s


def exact_constant(root):
    return (55 * root - 36) * Fraction(1, 96)


def smaller_constant(root):
    return (54 * root - 36) * Fraction(1, 96)


@pytest.mark.claim(CLAIM, reading="one-neuron-convexified", shows="holds", by="identity")
@pytest.mark.control("smaller-constant", "(54 r - 36)/96", constant=smaller_constant)
@pytest.mark.control("certified-target", "the target 1 in place of 0", target=1)
def test_the_strength_that_makes_a_neuron_convex(
    check, certificates, *, constant=exact_constant, target=0
):
    r"""The curvature of one sample is at least $-\kappa$, with $\kappa = 0.1202$ exactly known.

    In the logit $h$, with $s = s(h)$, the second derivative of $(s-t)^2$ is $(1-t)F(s) + tF(1-s)$,
    $F(s) = 6s^4 - 10s^3 + 4s^2$: a weighted mean for $t\in[0,1]$. For every $r$

    $$F(s) = F(r) + (s-r)F'(r) + (s-r)^2\bigl(6s^2 + (12r-10)s + 18r^2-20r+4\bigr).$$

    Take the root $r = \frac{15+\sqrt{33}}{24}$ of $P(r) = 12r^2 - 15r + 4$, the one between
    $\frac56$ and 1. There $F'(r) = 2rP(r) = 0$, and the last bracket is positive for all $s$: its
    discriminant is $100 - 120r - 24P(r) < 0$ because $r > \frac56$. So $F(s)\ge F(r) = -\kappa$,
    with equality at $s = r$, and $\kappa = \frac{55r-36}{96} = \frac{55\sqrt{33}-39}{2304} =
    0.12020\ldots$ Along a direction $u$ the curvature of the objective is
    $\frac1N\sum_i(\varphi_i''+\kappa)(x_i\cdot u)^2 + \bigl(2\lambda\lVert u\rVert^2 -
    \kappa\,u^\top\frac{X^\top X}{N}u\bigr)$ with $\varphi_i''$ the second derivative of sample $i$
    in its logit, and both terms are at least 0 if $2\lambda \ge\kappa\lambda_{\max}(X^\top X/N)$.
    The constant cannot be smaller: one sample $x = 1$, $t = 0$ has the curvature $2\lambda-\kappa$
    where $s(w) = r$. Every identity is executed symbolically, for (samples, inputs) = (1, 1), (2,
    2), (3, 1) and (1, 3), each sample being a term of its own; for that sample it is certified
    that 0.06017 is enough, and 0.06004 is not.
    """
    h, t, s, r = symbols("h"), symbols("t"), symbols("s"), symbols("r")
    one = penalised(neuron(1, SIGMOID), SQUARED_ERROR, 1, L2)
    nothing = SYMBOLS.enter(0)
    bend = one.hessian(np.array([h]), SYMBOLS.enter([[1]]), np.array([t]), nothing)[0, 0]
    mean = (1 - t) * curvature(logistic(h)) + t * curvature(1 - logistic(h))
    check.zero(bend - mean, "the second derivative minus the mean of F(s) and F(1 - s)")

    polynomial = 12 * r * r - 15 * r + 4
    slope = 2 * r * polynomial
    rest = 6 * s * s + (12 * r - 10) * s + 18 * r * r - 20 * r + 4
    check.zero(
        curvature(s) - curvature(r) - (s - r) * slope - square(s - r) * rest,
        "F(s) minus its expansion at r",
    )
    discriminant = square(12 * r - 10) - 24 * (18 * r * r - 20 * r + 4)
    check.zero(discriminant - (100 - 120 * r - 24 * polynomial), "two forms of the discriminant")
    quotient = r * r * Fraction(1, 2) - r * Fraction(5, 24) - Fraction(3, 32)
    check.zero(
        curvature(r) + constant(r) - polynomial * quotient,
        "F(r) + kappa minus a multiple of P(r)",
        constant=constant(r),
    )
    low, high = (12 * x * x - 15 * x + 4 for x in (Fraction(5, 6), Fraction(1)))
    check.that(low < 0 < high, "P has a root between 5/6 and 1")
    kappa, strength = symbols("kappa"), symbols("lam")
    for samples, features in ((1, 1), (2, 2), (3, 1), (1, 3)):
        theta, direction = symbols("w", features), symbols("u", features)
        inputs, targets = symbols("x", samples, features), symbols("t", samples)
        function = penalised(neuron(features, SIGMOID), SQUARED_ERROR, samples, L2)
        hessian = function.hessian(theta, inputs, targets, strength)
        values, steps = logistic(inputs @ theta), square(inputs @ direction)
        bends = (1 - targets) * curvature(values) + targets * curvature(1 - values)
        spare = 2 * strength * square(direction).sum() - kappa * steps.sum() * Fraction(1, samples)
        check.zero(
            direction @ hessian @ direction
            - ((bends + kappa) * steps).sum() * Fraction(1, samples)
            - spare,
            "the curvature minus the two terms",
            samples=samples,
            features=features,
        )
    path = certificates / "l2-makes-a-neuron-convex.json"
    problem = Problem(neuron(1, SIGMOID), [[1]], [target])
    check.certificate(path, kind="convex-from", objective=problem.definition())
    proof = json.loads(path.read_text())["proof"]
    check.that(
        (proof["strength"], proof["below"]) == ("0.06017", "0.06004"),
        "the strengths with and without convexity are those told here",
    )
    check.record("kappa, r the root of 12 r^2 - 15 r + 4 above 5/6", constant(r))
    check.record("kappa, about", f"{constant((15 + math.sqrt(33)) / 24):.6f}")


KAPPA = Fraction(12021, 100000)


@st.composite
def neuron_problems(draw):
    """Integer inputs (N, d), targets in [0, 1], a point and a direction that is not 0."""
    features = draw(st.integers(1, 2))
    samples = draw(st.integers(1, 3))
    size = samples * features
    inputs = draw(st.lists(st.integers(-3, 3), min_size=size, max_size=size))
    eighths = st.sampled_from((0, 8, 3, 5)).map(lambda count: Fraction(count, 8))
    targets = draw(st.lists(eighths, min_size=samples, max_size=samples))
    halves = st.integers(-6, 6).map(lambda count: Fraction(count, 2))
    theta = draw(st.lists(halves, min_size=features, max_size=features))
    direction = [draw(st.integers(-2, 2)) for _ in range(features - 1)] + [1]
    return np.array(inputs).reshape(samples, features), targets, theta, direction


@pytest.mark.claim(CLAIM, reading="one-neuron-convexified", shows="holds", by="property")
@pytest.mark.control("lower-constant", "0.118 in place of kappa", kappa=Fraction(118, 1000))
@given(problem=neuron_problems())
def test_curvature_of_random_neurons(check, problem, *, kappa=KAPPA):
    """With kappa rounded up to 0.12021 no direction at a random point is curved downwards.

    One or two weights; 2 lambda is kappa times the trace of X'X/N, which is at least the largest
    eigenvalue and equals it for one weight. Decided in balls; inputs that are all 0 leave the
    objective constant, an exact tie.
    """
    inputs, targets, theta, direction = problem
    samples, features = inputs.shape
    strength = kappa * Fraction(int((inputs * inputs).sum()), 2 * samples)
    function = penalised(neuron(features, SIGMOID), SQUARED_ERROR, samples, L2)

    def bend(arithmetic):
        data = [arithmetic.enter(part) for part in (theta, inputs, targets, strength)]
        along = arithmetic.enter(direction)
        return along @ function.hessian(*data) @ along

    check.label(f"{features} weights")
    check.nonnegative(
        bend,
        "the curvature along the direction",
        tie=not inputs.any(),
        inputs=inputs,
        targets=targets,
        theta=theta,
        direction=direction,
    )
