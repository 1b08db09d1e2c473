"""Two points on which dropout adds a valley, one worse than the rest; where it adds none."""

from __future__ import annotations

import json
import math
from fractions import Fraction

import numpy as np
import pytest
from flint import fmpz_poly

from claims.compiled import Function
from claims.mathematics import (
    SIGMOID,
    SQUARED_ERROR,
    DropoutObjective,
    Objective,
    count_roots,
    linear,
    neuron,
    one_hidden_layer,
    polynomial_in_z,
)
from claims.numbers import FLOATS, SYMBOLS, logistic, square, symbols
from claims.proof.certificates import Problem
from claims.studies.recounting import as_counted, confirm, one_run_more

CLAIM = "dropout-adds-valleys"
NETWORK = one_hidden_layer(1, 1, SIGMOID, hidden_bias=False)  # v s(w x) + c, theta = (w, v, c)
INPUTS = (1, 2)
DATA = SYMBOLS.enter([[x] for x in INPUTS]), SYMBOLS.enter([0, 1])
PLAIN = Objective(NETWORK, SQUARED_ERROR)


def plain_derivatives():
    return Function(PLAIN.value, theta=(3,), inputs=(2, 1), targets=(2,))


def activations(w):
    return logistic(w), logistic(2 * w)


def spread(theta, inputs, targets):
    """rho = (a_1 - a_2)^2 / (a_1^2 + a_2^2) as a function of the input weight theta (1,)."""
    hidden = neuron(1, SIGMOID).predict(theta, inputs)
    return square(hidden[0] - hidden[1]) / square(hidden).sum()


def rises_then_falls(check, turning_point):
    """Check where rho rises and falls for w > 0, that is 0 < z < 1 with z = exp(-w).

    ``turning_point`` is the polynomial in z whose one root in (0, 1) is the place of the maximum.
    """
    slope = Function(spread, theta=(1,), inputs=(2, 1), targets=(2,)).gradient
    found = polynomial_in_z(slope, INPUTS, (0, 1))
    others = fmpz_poly([-1, 1]) * fmpz_poly([2, 1, 1])  # (z - 1)(z^2 + z + 2), negative in (0, 1)
    check.that(
        found.polynomial == turning_point * others,
        "the derivative of rho in w is a multiple of (z - 1)(z^2 + z + 2)(z^2 + 2z - 1)",
        turning_point=str(turning_point),
    )
    check.that(
        count_roots(others, Fraction(0), Fraction(1)) == 0 and int(others(0)) < 0,
        "the other factors are negative between 0 and 1",
    )
    check.that(
        count_roots(turning_point, Fraction(0), Fraction(1)) == 1, "one turning point for w > 0"
    )
    check.that(found.factor < 0, "rho rises where z^2 + 2z - 1 is positive: before the root")


SILVER = fmpz_poly([-1, 2, 1])


def has_global_minima_only(check, second):
    """Check it of the loss without dropout on x = (1, second), and that none is strict."""
    inputs, targets = SYMBOLS.enter([[1], [second]]), DATA[1]
    theta = symbols("t", 3)
    derivatives = plain_derivatives()
    slope = derivatives.gradient(theta, inputs, targets)
    a, b = logistic(theta[0]), logistic(second * theta[0])
    first, last = NETWORK.predict(theta, inputs) - targets
    check.zero(slope[2] - first - last, "the derivative in c minus r1 + r2")
    check.zero(
        slope[1] - b * slope[2] - first * (a - b), "the derivatives in v and c, minus r1 (a1 - a2)"
    )
    difference = polynomial_in_z(
        lambda point, x, _: (lambda hidden: hidden[0] - hidden[1])(
            neuron(1, SIGMOID).predict(point, x)
        ),
        (1, second),
        (0, 1),
    )
    check.that(
        count_roots(difference.polynomial, Fraction(0)) == 1 and int(difference.polynomial(1)) == 0,
        "the two activations are equal at w = 0 only",
        second=second,
    )
    on_curve = np.array([theta[0], 1 / (b - a), -a / (b - a)])
    check.zero(PLAIN.value(on_curve, inputs, targets), "the loss on the curves", second=second)
    v = symbols("v")
    level = np.array([SYMBOLS.enter(0), v, Fraction(1, 2) - v * Fraction(1, 2)])
    check.zero(
        derivatives.gradient(level, inputs, targets) - np.array([v * Fraction(-1, 8), 0, 0]),
        "the gradient at w = 0, c = 1/2 - v/2, minus (-v/8, 0, 0)",
        second=second,
    )
    hessian = derivatives.hessian(SYMBOLS.enter([0, 0, Fraction(1, 2)]), inputs, targets)
    check.zero(
        hessian[0, 0] * hessian[1, 1] - square(hessian[0, 1]) + Fraction(1, 64),
        "the determinant in (w, v) plus 1/64",
        second=second,
    )


def reduced_minimum(rho, odds):
    return Fraction(1, 4) - rho / (4 * (rho + 2 * odds))


def half_the_odds(rho, odds):
    return Fraction(1, 4) - rho / (4 * (rho + odds))


@pytest.mark.claim(CLAIM, shows="holds", by="identity")
@pytest.mark.claim(CLAIM, reading="worse-valley", shows="holds", by="identity")
@pytest.mark.control("half-the-odds", "kappa in place of 2 kappa", reduced=half_the_odds)
@pytest.mark.control(
    "other-place",
    "w = log((1 + sqrt 5)/2) in place of log(1 + sqrt 2)",
    place=fmpz_poly([-1, 1, 1]),
)
@pytest.mark.control("opposite-inputs", "x = (1, -1) in place of (1, 2)", second=-1)
def test_a_worse_valley_for_every_rate(check, *, reduced=reduced_minimum, place=SILVER, second=2):
    r"""Dropout of any rate makes a strict, worse valley of a loss with global minima only.

    Data $x = (1, 2)$, $y = (0, 1)$; output $v\,s(wx) + c$. Write $a_1 = s(w)$, $a_2 = s(2w)$, $r_1,
    r_2$ for the residuals, $\kappa = \frac{p}{1-p}$ and $\rho =
    \frac{(a_1-a_2)^2}{a_1^2+a_2^2}$.

    *Without dropout.* The derivatives in $c$ and $v$ are $r_1 + r_2$ and $r_1a_1 + r_2a_2$, so a
    stationary point has $r_1(a_1-a_2) = 0$. For $w\ne0$ the activations differ (as a function of
    $z = e^{-w}$ their difference has the single positive zero 1), so both residuals vanish: a
    global minimum. Such points are $v = \frac1{a_2-a_1}$, $c = -\frac{a_1}{a_2-a_1}$ for any
    $w\ne0$: curves, so none is strict. For $w=0$ the derivative in $w$ is $-\frac v8$ where those
    in $v$ and $c$ are 0; that leaves $(0, 0, \frac12)$, where the Hessian has in $(w, v)$ the
    determinant $-\frac1{64}$: a saddle. So the loss has no strict local minimum at all.

    *With dropout.* For a fixed $w$ the loss averaged over the masks is

    $$\Bigl(c + \frac{v(a_1+a_2)}2 - \frac12\Bigr)^2 + B\,(v - v^\ast)^2 + m(w),\qquad m =
    \frac14 - \frac{\rho}{4(\rho+2\kappa)},$$

    with $B = \frac{(a_2-a_1)^2}4 + \kappa\frac{a_1^2+a_2^2}2 > 0$ and $v^\ast =
    \frac{a_2-a_1}{4B}$: it has one minimiser $(v, c)$, with the value $m$, which falls as $\rho$
    grows. The derivative of $\rho$ in $w$ is a negative function times
    $(z-1)(z^2+z+2)(z^2+2z-1)$: for $w>0$ (that is $0<z<1$) $\rho$ rises up to $z = \sqrt2-1$ and
    falls afterwards. So $m$ has a strict local minimum at $w = \log(1+\sqrt2)$, whatever the rate,
    and with its $(v, c)$ it is a strict local minimum of the averaged loss. It lies above the
    infimum: $\rho<\frac1{32}$ for all $w>0$, while $\rho = \frac2{17}$ at $w = -\log 2$.
    """
    has_global_minima_only(check, second)
    theta, rate = symbols("t", 3), symbols("p")
    w, v, c = theta
    a, b = activations(w)
    odds = rate / (1 - rate)
    rho = spread(theta[:1], *DATA)
    stiffness = square(b - a) * Fraction(1, 4) + odds * (square(a) + square(b)) * Fraction(1, 2)
    best = (b - a) / (4 * stiffness)
    squares = square(c + v * (a + b) * Fraction(1, 2) - Fraction(1, 2)) + stiffness * square(
        v - best
    )
    averaged = DropoutObjective(PLAIN, rate).value(theta, *DATA)
    check.zero(averaged - squares - reduced(rho, odds), "the averaged loss minus squares and m")
    one, other = symbols("r"), symbols("q")
    gain = 2 * odds * (one - other) / (4 * (one + 2 * odds) * (other + 2 * odds))
    check.zero(
        reduced(other, odds) - reduced(one, odds) - gain,
        "the fall of m from rho = q to rho = r minus a positive multiple of r - q",
    )
    rises_then_falls(check, place)
    small = polynomial_in_z(lambda *data: Fraction(1, 32) - spread(*data), INPUTS, (0, 1))
    check.that(
        count_roots(small.polynomial, Fraction(0), Fraction(1)) == 0
        and small.factor * int(small.polynomial(0)) > 0,
        "rho is below 1/32 for w > 0",
    )
    lower = polynomial_in_z(lambda *data: Fraction(2, 17) - spread(*data), INPUTS, (0, 1))
    check.that(int(lower.polynomial(2)) == 0, "rho is 2/17 at z = 2, that is w = -log 2")
    check.record(("inputs", "targets"), DATA)
    check.record("polynomial with the root exp(-w), w the strict minimum", str(place))
    silver = math.log(1 + math.sqrt(2))
    for name, w in (("that w", silver), ("w = -log 2", -math.log(2))):
        rho = spread(FLOATS.enter([w]), *(FLOATS.enter(rows) for rows in ([[1], [2]], [0, 1])))
        check.record(f"rho at {name}, about", f"{float(rho):.4f}")


@pytest.mark.claim(CLAIM, reading="always", shows="fails", by="counterexample")
@pytest.mark.control("not-rescaled", "kept inputs not rescaled", rescaled=False)
def test_linear_regression_keeps_its_single_valley(check, *, rescaled=True):
    r"""One sample $x = y = 1$ of linear regression: one valley without dropout, one with it.

    The loss $(w-1)^2$ has the single strict minimum $w = 1$. Averaged over the masks of the input
    it is $\frac{(w-(1-p))^2}{1-p} + p$, with the single strict minimum $w = 1-p$: one is not
    more than one, at any rate. Checked for a symbolic rate.
    """
    network, rate, theta = linear(1, bias=False), symbols("p"), symbols("w", 1)
    data = SYMBOLS.enter([[1]]), SYMBOLS.enter([1])
    plain = Objective(network, SQUARED_ERROR)
    check.zero(plain.value(theta, *data) - square(theta[0] - 1), "the loss minus (w - 1)^2")
    averaged = DropoutObjective(plain, rate, layer=0, rescaled=rescaled).value(theta, *data)
    parabola = square(theta[0] - (1 - rate)) / (1 - rate) + rate
    check.zero(averaged - parabola, "the averaged loss minus a parabola in w", rescaled=rescaled)
    check.record(("input", "target"), data)
    check.record("the loss", plain.value(theta, *data))
    check.record("averaged, with one strict minimum at 1 - p", averaged)
    check.size(points=1, weights=1)


@pytest.mark.claim(CLAIM, reading="always", shows="fails", by="counterexample")
@pytest.mark.control("plain-mask", "kept units not rescaled", rescaled=False)
def test_the_network_on_one_sample_has_no_strict_minimum(check, *, rescaled=True):
    r"""The document's own network on one sample: no strict minimum, with dropout or without.

    One hidden layer of sigmoid units, hidden and output biases, one sample $(x, y)$, residual $r$,
    activations $a_j > 0$. *Without dropout* the derivative in $c$ is $2r$, so every stationary
    point has $r = 0$, and it stays so when $v$ and $c = y - \sum_j v_ja_j$ move: none is strict.
    *With dropout* the derivative of the averaged loss in $c$ is $2r$ too, and that in $v_j$ is
    $2ra_j + 2\kappa v_ja_j^2$, $\kappa = \frac p{1-p}$. So $r = 0$, then $v = 0$ and $c = y$: all
    points of loss 0, whatever the input weights and hidden biases. None of them is strict. Zero is
    not more than zero, at any rate. Executed for (inputs, units) = (1, 1), (2, 1) and (1, 2) with
    symbolic data, parameters and rate; the sums over the units have one term for each.
    """
    rate = symbols("p")
    for features, units in ((1, 1), (2, 1), (1, 2)):
        network = one_hidden_layer(features, units, SIGMOID)
        shapes = {"theta": (network.size,), "inputs": (1, features), "targets": (1,)}
        plain = Objective(network, SQUARED_ERROR)
        averaged = Function(
            lambda theta, inputs, targets, rate, plain=plain: DropoutObjective(
                plain, rate[()], rescaled=rescaled
            ).value(theta, inputs, targets),
            **shapes,
            rate=(),
        )
        theta = symbols("t", network.size)
        x, y = data = symbols("x", 1, features), symbols("y", 1)
        weights, biases = network.block("W1").of(theta), network.block("b1").of(theta)
        v, a = network.block("W2").of(theta)[0], logistic(weights @ x[0] + biases)
        r = network.predict(theta, x)[0] - y[0]
        case = f"{features} inputs, {units} units"
        slope = averaged.gradient(theta, *data, rate)
        check.zero(slope[-1] - 2 * r, f"the derivative in c minus 2 r, averaged, {case}")
        check.zero(
            network.block("W2").of(slope)[0] - 2 * r * a - 2 * rate / (1 - rate) * v * square(a),
            f"the derivatives in v minus 2 r a + 2 kappa v a^2, {case}",
        )
        settled = theta.copy()
        outputs = network.block("W2")
        settled[outputs.start : outputs.stop] = SYMBOLS.enter([0] * units)
        settled[-1] = y[0]
        check.zero(averaged.value(settled, *data, rate), "the averaged loss, v = 0, c = y")
        bare = Function(plain.value, **shapes).gradient(theta, *data)
        check.zero(bare[-1] - 2 * r, f"the derivative in c minus 2 r, without dropout, {case}")
        solved = theta.copy()
        solved[-1] = theta[-1] - r
        check.zero(plain.value(solved, *data), f"the loss where c is solved for, {case}")
        check.record(f"minima with dropout, {case}", settled)
    check.size(points=1, inputs=1, units=1)


def as_written(proof):
    return proof


def without_dropout(proof):
    return proof | {"objective": proof["objective"] | {"dropout": "0"}}


@pytest.mark.claim(CLAIM, shows="holds", by="certificate")
@pytest.mark.control("rate-0", "no dropout in the certificate", edit=without_dropout)
@pytest.mark.control(
    "other-certificate", "that of a neuron without dropout", name="worse-minimum-neuron.json"
)
def test_a_certified_valley_of_the_averaged_loss(
    check, certificates, *, edit=as_written, name="dropout-creates-a-valley.json"
):
    """Rate one half: a strict local minimum with a certificate, where the plain loss has none.

    The averaged loss of the same two points has exactly one stationary point in a box, a strict
    minimum, higher than another point by more than 0.0118. Without dropout all local minima
    are global and form curves, as shown in symbols: none is strict.
    """
    path = certificates / name
    problem = Problem(NETWORK, [[x] for x in INPUTS], [0, 1], dropout=Fraction(1, 2))
    objective = problem.definition()
    figures = check.certificate(path, kind="worse-local-minimum", objective=objective, edit=edit)
    gap = json.loads(path.read_text())["proof"]["gap"]
    check.that(Fraction(gap) > Fraction("0.0118"), "the gap exceeds 0.0118", gap=gap)
    has_global_minima_only(check, 2)
    check.record("certified", figures)


@pytest.mark.claim(CLAIM, reading="how-often", shows="holds", by="study")
@pytest.mark.control("one-run-more", "one more run counted", count=one_run_more)
def test_more_minima_on_random_problems(check, study_result, study_table, *, count=as_counted):
    """How often a search finds more minima of different value with dropout than without.

    Each run draws a random problem of ten points; from 16 starts gradient descent, continued by
    Newton's method, looks for strict minima of the plain loss and of the loss averaged over the
    masks, in a bounded region of the parameters. The search may miss minima of either. The
    intervals, the decision and the sentence are derived again from the counted problems by the rule
    that was fixed beforehand.
    """
    confirm(check, study_result, study_table, "dropout-valleys", "more-minima", count)
