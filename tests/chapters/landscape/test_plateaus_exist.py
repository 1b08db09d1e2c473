"""Plateaus: flat to a point with dead ReLU units, nearly flat with saturated sigmoids."""

from __future__ import annotations

import json
from fractions import Fraction

import numpy as np
import pytest
from flint import arb

from claims.compiled import Function
from claims.mathematics import (
    RELU,
    SIGMOID,
    SQUARED_ERROR,
    Activation,
    Objective,
    Parity,
    Range,
    neuron,
    one_hidden_layer,
)
from claims.numbers import (
    BALLS,
    RATIONALS,
    SYMBOLS,
    Ball,
    logistic,
    logistic_complement,
    square,
    symbols,
    uninterpreted,
)
from claims.proof.certificates import Problem

CLAIM = "plateaus-exist"
HALF = Fraction(1, 2)
SIZES = ((1, 1, 1), (2, 1, 1), (2, 2, 2), (3, 1, 3))
ANY_ACTIVATION = Activation(
    "any", uninterpreted("a"), uninterpreted("a'"), Parity.NONE, Range(None, None), False
)
# What ReLU is on negative numbers, together with its derivative.
DEAD = Activation(
    "ReLU below 0", lambda h: 0 * h, lambda h: 0 * h, Parity.NONE, Range(None, None), False
)


def derivatives(network, samples):
    return Function(
        Objective(network, SQUARED_ERROR).value,
        theta=(network.size,),
        inputs=(samples, network.widths[0]),
        targets=(samples,),
    )


def mean(targets):
    return targets.sum() * Fraction(1, len(targets))


def spread(targets):
    return mean(square(targets - mean(targets)))


def first_target(targets):
    return targets[0]


@pytest.mark.claim(CLAIM, shows="holds", by="identity")
@pytest.mark.control("first-target", "the first target in place of their mean", level=first_target)
def test_dead_units_leave_a_piece_of_a_hyperplane(check, *, level=mean):
    r"""With all ReLU units inactive the loss is flat on an unbounded piece of a hyperplane.

    $P$ is the set of parameters with $w_j \cdot x_i + b_j < 0$ for all units and samples, and
    output bias $c = \bar y$. These are strict linear inequalities and one equation that fixes one
    coordinate: $P$ is a convex (hence connected), relatively open piece of a hyperplane; it
    contains $W = 0$, $b = -1$ with every $v$, so it is unbounded. All over a neighbourhood of $P$
    each unit is 0, so that the loss is the mean of $(c - y_i)^2$; on $P$ its gradient vanishes and
    its value is the mean of $(y_i - \bar y)^2$. Executed for symbolic data with (samples, inputs,
    units) = (2, 1, 1), (2, 2, 2) and (3, 1, 3), where every unit contributes 0, and with ReLU
    itself at four points, near and far. On $x = (0, 1)$, $y = (0, 1)$ the plateau lies at
    $\frac14$, while $w = 1, b = 0, v = 1, c = 0$ has the loss 0.
    """
    for samples, inputs, units in SIZES[1:]:
        network = one_hidden_layer(inputs, units, DEAD)
        function = derivatives(network, samples)
        x, y = symbols("x", samples, inputs), symbols("y", samples)
        theta = symbols("p", network.size)
        theta[-1] = level(y)
        sizes = (samples, units)
        check.zero(function.gradient(theta, x, y), "the gradient on the plateau", sizes=sizes)
        check.zero(function.value(theta, x, y) - spread(y), "the loss minus the spread of the y")
    network = one_hidden_layer(1, 1, RELU)
    function = derivatives(network, 2)
    data = RATIONALS.enter([[0], [1]]), RATIONALS.enter([0, 1])
    for w, b, v in ((0, -1, 0), (HALF, -1, 3), (-(10**9), -1, 10**9), (-3, -HALF, -2)):
        theta = RATIONALS.enter([w, b, v, level(data[1])])
        check.zero(function.gradient(theta, *data), "the gradient with ReLU", point=(w, b, v))
        check.zero(function.value(theta, *data) - Fraction(1, 4), "the loss minus 1/4")
    check.zero(function.value(RATIONALS.enter([1, 0, 1, 0]), *data), "the loss at a better point")
    check.record("loss of the plateau on x = (0, 1), y = (0, 1)", spread(data[1]).fraction)


@pytest.mark.claim(CLAIM, reading="open-set", shows="fails", by="identity")
@pytest.mark.control("hidden-bias", "a hidden bias moved in place of the output bias", moved="b1")
def test_the_output_bias_ends_every_plateau(check, *, moved="b2"):
    r"""With an output bias the gradient vanishes on no open set of parameters.

    Moving the output bias by $t$ changes the derivative in it by exactly $2t$: next to each point
    at which the gradient vanishes lie points at which it does not. Executed for symbolic data and
    an activation of which nothing is known, for (samples, inputs, units) = (1, 1, 1), (2, 1, 1),
    (2, 2, 2) and (3, 1, 3); each sample adds the same to the mean.
    """
    for samples, inputs, units in SIZES:
        network = one_hidden_layer(inputs, units, ANY_ACTIVATION)
        function = derivatives(network, samples)
        data = symbols("x", samples, inputs), symbols("y", samples)
        theta, step, place = symbols("p", network.size), symbols("t"), network.block(moved).start
        shifted = theta.copy()
        shifted[place] = shifted[place] + step
        change = function.gradient(shifted, *data) - function.gradient(theta, *data)
        check.zero(
            change[place] - 2 * step, "change of the derivative - 2 t", sizes=(samples, units)
        )


def interval(low, high):
    return Ball(BALLS.enter(low).arb.union(BALLS.enter(high).arb))


def ball_box(*intervals):
    box = np.empty(len(intervals), dtype=object)
    box[:] = [interval(*ends) for ends in intervals]
    return box


INACTIVE = (-HALF, HALF), (-3, -1), (-10, 10)
AWAKE = (2, 3), (-HALF, HALF), (1, 10)


@pytest.mark.claim(CLAIM, reading="open-set-without-output-bias", shows="holds", by="witness")
@pytest.mark.control("awake-box", "a box in which the unit is active on x = 1", box=AWAKE)
def test_an_open_box_without_output_bias(check, *, box=INACTIVE):
    r"""Without an output bias a ReLU network has a full-dimensional plateau.

    One unit, $x = (0, 1)$, $y = (0, 1)$. For $|w| \le \frac12$, $-3 \le b \le -1$, $|v| \le 10$
    the unit is inactive on both points. Evaluated in balls over the whole box the gradient is
    exactly 0 and the loss exactly $\frac12$, while $w = 1$, $b = 0$, $v = 1$ has the loss 0. The
    second point alone has the same plateau, of loss 1.
    """
    network = one_hidden_layer(1, 1, RELU, output_bias=False)
    function = derivatives(network, 2)
    data = BALLS.enter([[0], [1]]), BALLS.enter([0, 1])
    theta = ball_box(*box)
    slope = function.gradient(theta, *data)
    check.that(
        all(bool(entry.arb == 0) for entry in slope),
        "the gradient is 0 all over the box",
        box=box,
    )
    loss = function.value(theta, *data).arb
    check.that(bool(loss == arb(1) / 2), "the loss is 1/2 all over the box")
    exact = RATIONALS.enter([[0], [1]]), RATIONALS.enter([0, 1])
    check.zero(function.value(RATIONALS.enter([1, 0, 1]), *exact), "the loss at a better point")
    check.record("loss all over the box, x = (0, 1), y = (0, 1)", loss.str(4, radius=False))
    one, point = derivatives(network, 1), (BALLS.enter([[1]]), BALLS.enter([1]))
    flat = all(bool(entry.arb == 0) for entry in one.gradient(theta, *point))
    alone = one.value(theta, *point).arb
    check.that(flat and bool(alone == 1), "on x = 1, y = 1 it is flat, of loss 1", box=box)
    fitted = one.value(*map(RATIONALS.enter, ([1, 0, 1], [[1]], [1])))
    check.zero(fitted, "the loss of one point at a better weight")
    check.record("loss all over the box, x = 1, y = 1", alone.str(4, radius=False))
    check.size(points=1, inputs=1, units=1)


@pytest.mark.claim(CLAIM, reading="sigmoid-continuum", shows="holds", by="identity")
@pytest.mark.control("input-weight", "an input weight that is not 0", weight=1)
def test_free_hidden_biases(check, *, weight=0):
    r"""With input and output weights 0 the hidden biases of a sigmoid network are free.

    There every output is $c = \bar y$, whatever $b$. The derivative in $v_j$ is $2 s(b_j)$ times
    the mean error, which is 0; those in $W$ and $b$ carry the factor $v_j = 0$. So the gradient
    vanishes and the loss is the mean of $(y_i - \bar y)^2$, for symbolic data and biases: executed
    for (samples, inputs, units) = (2, 1, 1), (2, 2, 2) and (3, 1, 3). On $x = (0, 1)$, $y = (0,
    1)$ it is $\frac14$, while one unit with $w = 1$, $b = 0$, $v = 1/(s(1) - \frac12)$, $c = -v/2$
    fits both points.
    """
    for samples, inputs, units in SIZES[1:]:
        network = one_hidden_layer(inputs, units, SIGMOID)
        function = derivatives(network, samples)
        x, y = symbols("x", samples, inputs), symbols("y", samples)
        theta = SYMBOLS.enter([0] * network.size)
        theta[0] = theta[0] + weight
        hidden = network.block("b1")
        theta[hidden.start : hidden.stop] = symbols("b", units)
        theta[-1] = mean(y)
        check.zero(function.gradient(theta, x, y), "the gradient", sizes=(samples, units))
        check.zero(function.value(theta, x, y) - spread(y), "the loss minus the spread of the y")
    one = SYMBOLS.enter(1)
    output = 1 / (logistic(one) - HALF)
    better = SYMBOLS.enter([1, 0, output, -output * HALF])
    data = SYMBOLS.enter([[0], [1]]), SYMBOLS.enter([0, 1])
    function = derivatives(one_hidden_layer(1, 1, SIGMOID), 2)
    check.zero(function.value(better, *data), "the loss at a better point")
    check.zero(spread(data[1]) - Fraction(1, 4), "the loss of the continuum minus 1/4")
    check.record("loss of the continuum on x = (0, 1), y = (0, 1)", spread(data[1]))


@pytest.mark.claim(CLAIM, reading="nearly-flat", shows="holds", by="identity")
@pytest.mark.control("target-one", "the target 1, which saturation reaches", target=Fraction(1))
@pytest.mark.control("certified-target", "the certificate of another target", certified=1)
def test_saturation_flattens_without_end(check, certificates, *, target=HALF, certified=HALF):
    r"""One sigmoid neuron, $x = 1$, $t = \frac12$: the loss levels off above its minimum.

    $L'(w) = s(w)\,s(-w)\,(s(w) - s(-w))$. For $w > 0$ the last factor lies in $(0, 1)$, so
    $0 < L'(w) < s(-w) = e^{-w} s(w) < e^{-w}$: never 0, and below $\varepsilon$ wherever $w \ge K =
    \log\frac1\varepsilon$. The ball of radius $R$ round $w_0 = R + \max(K, 2)$ therefore is flat
    to $\varepsilon$. For $w \ge 2$ the loss exceeds $\frac1{10}$, because $(s(w) -
    \frac12)^2$ grows there, while its minimum is 0, at $w = 0$. Besides the identities, the
    derivative is enclosed over balls of radius up to 1000, and a certificate states it of one.
    """
    network = neuron(1, SIGMOID)
    function = derivatives(network, 1)
    w = symbols("w", 1)
    data = SYMBOLS.enter([[1]]), SYMBOLS.enter([target])
    s, rest = logistic(w[0]), logistic_complement(w[0])
    check.zero(
        function.gradient(w, *data)[0] - s * rest * (s - rest),
        "L' - s(w) s(-w) (s(w) - s(-w))",
        target=target,
    )
    check.zero(function.value(w, *data) - square(s - HALF), "L - (s - 1/2)^2")
    check.zero(function.value(SYMBOLS.enter([0]), *data), "the loss at 0")
    check.positive(
        lambda arithmetic: square(logistic(arithmetic.enter(2)) - HALF) - Fraction(1, 10),
        "the loss at 2 exceeds 1/10",
    )
    in_balls = BALLS.enter([[1]]), BALLS.enter([target])
    for digits, radius in ((1, 1), (3, 10), (6, 1000)):
        start = 3 * digits  # above log(10^digits)
        slope = function.gradient(ball_box((start, start + 2 * radius)), *in_balls)[0]
        check.that(bool(slope.arb < arb(10) ** -digits), "the derivative is small", digits=digits)
        end = function.gradient(BALLS.enter([start + 2 * radius]), *in_balls)[0]
        check.that(end.sign() == 1, "and not 0 at the end of the ball", digits=digits)
    objective = Problem(neuron(1, SIGMOID), [[1]], [certified]).definition()
    figures = check.certificate(
        certificates / "flat-box-neuron.json", kind="flat-box", objective=objective
    )
    check.record("certified", figures)


LEVELS = ("radius", "loss", "lower_loss")


def as_written(proof):
    return proof


def off_the_mean(proof):
    return proof | {"point": [*proof["point"][:-1], "0.51"]}


def into_the_active_half(proof):
    return proof | {"high": [*proof["high"][:1], "0", *proof["high"][2:]]}


@pytest.mark.claim(CLAIM, shows="holds", by="certificate")
@pytest.mark.control("off-the-mean", "0.51 as output bias, the mean being 1/2", edit=off_the_mean)
def test_a_certified_piece_of_a_hyperplane(check, certificates, *, edit=as_written):
    """On two points, x = y = 0 and 1: a certified plateau, as long as one likes.

    For hidden weight and bias within 1/4 of (0, -1), every output weight whatsoever and the output
    bias 1/2, the unit is inactive on both points: an independent checker finds by exact fractions
    that the gradient is 0 and the loss 1/4, against 0 elsewhere. The output weight is free, so that
    the set is unbounded; one of four coordinates is fixed.
    """
    path = certificates / "plateau-1-1-1-relu.json"
    objective = Problem(one_hidden_layer(1, 1, RELU), [[0], [1]], [0, 1]).definition()
    check.certificate(path, kind="dead-cone", objective=objective, edit=edit)
    proof = json.loads(path.read_text())["proof"]
    numbers = [[Fraction(x) for x in proof["point"]], *(Fraction(proof[k]) for k in LEVELS)]
    check.that(
        numbers == [[0, -1, 0, HALF], Fraction(1, 4), Fraction(1, 4), 0],
        "point, radius and losses are those told here",
    )


@pytest.mark.claim(CLAIM, reading="open-set-without-output-bias", shows="holds", by="certificate")
@pytest.mark.control(
    "active-half", "hidden biases up to 0, where the unit wakes up", edit=into_the_active_half
)
@pytest.mark.control(
    "other-certificate", "that with an output bias", name="plateau-1-1-1-relu.json"
)
def test_a_certified_box_of_zero_gradient(
    check, certificates, *, edit=as_written, name="plateau-open-1-1-1-relu.json"
):
    """The same plateau as a box, all of whose three sides have a length, certified.

    Its counterpart, flat to the eye and no plateau, is certified under the reading on saturation.
    """
    path = certificates / name
    network = one_hidden_layer(1, 1, RELU, output_bias=False)
    objective = Problem(network, [[0], [1]], [0, 1]).definition()
    check.certificate(path, kind="plateau", objective=objective, edit=edit)
    proof = json.loads(path.read_text())["proof"]
    sides = zip(proof["low"], proof["high"], strict=True)
    check.that(all(Fraction(a) < Fraction(b) for a, b in sides), "all sides have a length")
