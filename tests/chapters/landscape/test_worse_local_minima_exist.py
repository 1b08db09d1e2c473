"""There are local minima above the global level; for ReLU never strict ones at an active unit."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest

from claims.mathematics import (
    RELU,
    SIGMOID,
    SQUARED_ERROR,
    TANH,
    Activation,
    Objective,
    Parity,
    Range,
    neuron,
    one_hidden_layer,
    scale_unit,
)
from claims.numbers import RATIONALS, SYMBOLS, square, symbols
from claims.proof.certificates import Problem

CLAIM = "worse-local-minima-exist"


STEP = Problem(one_hidden_layer(1, 1, RELU), [[0], [1]], [0, 1])
LINE = [[Fraction(half, 2)] for half in range(-4, 6)], [-6, -4, -2, 2, 6, 4, -1, -4, -7, -3]
SMALL, SMALL_TANH = (Problem(one_hidden_layer(1, 1, a), *LINE) for a in (SIGMOID, TANH))
GRID = Problem(
    one_hidden_layer(2, 2, SIGMOID),
    [[i - 1, j - 1] for i in range(4) for j in range(3)],
    [Fraction(-tenths, 10) for tenths in (63, 81, 97, 52, 82, 93, 52, 69, 77, 43, 48, 62)],
)
NEURON = Problem(neuron(1, SIGMOID), [[1], [6]], [Fraction(3, 4)] * 2)
# Of the strict minima: name of the certificate and what it has to be about.
WITH_SIGMOIDS = {"worse-minimum-1-1-1-sigmoid": SMALL, "worse-minimum-2-2-1-sigmoid": GRID}
WITH_TANH = {"worse-minimum-1-1-1-tanh": SMALL_TANH}
OF_A_NEURON = {"worse-minimum-neuron": NEURON}
SWAPPED = {"worse-minimum-1-1-1-tanh": SMALL, "worse-minimum-1-1-1-sigmoid": SMALL_TANH}


def as_written(proof):
    return proof


def with_greater_gap(proof):
    return proof | {"gap": "1000"}


def moved_box(proof):
    centre = [str(Fraction(proof["box"]["centre"][0]) + 1), *proof["box"]["centre"][1:]]
    return proof | {"box": proof["box"] | {"centre": centre}}


def without_worst_sample(proof):
    objective = proof["objective"]
    shorter = {name: objective[name][:-1] for name in ("inputs", "targets", "counts")}
    return proof | {"objective": objective | shorter}


def higher_lower_point(proof):
    return proof | {"lower": proof["point"], "lower_loss": proof["loss"]}


def accept(check, directory, edit, problems):
    """Check the certificates of strict worse minima of these problems, by name."""
    for name, problem in problems.items():
        path = directory / f"{name}.json"
        objective = problem.definition()
        figures = check.certificate(
            path, kind="worse-local-minimum", objective=objective, edit=edit
        )
        check.record(name, figures)


@pytest.mark.claim(CLAIM, shows="holds", by="certificate")
@pytest.mark.claim(CLAIM, reading="relu-dead", shows="holds", by="certificate")
@pytest.mark.control(
    "not-lower", "the lower point replaced by the minimum itself", edit=higher_lower_point
)
@pytest.mark.control("lost-sample", "the last sample left out", edit=without_worst_sample)
def test_dead_cone(check, certificates, *, edit=as_written):
    r"""A ReLU network whose units are all inactive sits in a minimum above the global level.

    Where every hidden unit is strictly inactive on every input, the output is the output bias
    alone, in a whole neighbourhood: the loss is $\frac1N\sum_i (c - y_i)^2$ there, smallest at
    the mean of the targets. The certificate names the point, a radius within which no unit wakes
    up, and a point with a lower loss; all numbers are rational and compared exactly. On the
    points $x = (0, 1)$, $y = (0, 1)$, with one unit, it is $1/4$ against $0$.
    """
    path = certificates / "dead-cone-1-1-1-relu.json"
    check.certificate(path, kind="dead-cone", objective=STEP.definition(), edit=edit)
    proof = json.loads(path.read_text())["proof"]
    check.that((proof["loss"], proof["lower_loss"]) == ("1/4", "0"), "the losses are 1/4 and 0")
    names = ("loss of the dead network", "loss at the lower point")
    check.record(names, (proof["loss"], proof["lower_loss"]))
    inactive = "on one point the output bias alone reaches the loss 0"
    check.size(points=len(STEP.targets), inputs=1, units=1, smaller=inactive)


@pytest.mark.claim(CLAIM, reading="strict-sigmoid", shows="holds", by="certificate")
@pytest.mark.control("greater-gap", "a gap of 1000 claimed", edit=with_greater_gap)
@pytest.mark.control("moved-box", "the box moved by 1 in one weight", edit=moved_box)
@pytest.mark.control("lost-sample", "the last sample left out", edit=without_worst_sample)
@pytest.mark.control("other-certificate", "those of another activation", problems=SWAPPED)
def test_strict_minimum_in_a_box(check, certificates, *, edit=as_written, problems=WITH_SIGMOIDS):
    """A strict local minimum of a sigmoid network, proved in a box, and a point proved lower.

    The Krawczyk operator maps the box into its own interior: it holds exactly one stationary
    point. The Hessian is positive definite all over the box, so that point is a strict minimum;
    and the loss anywhere in the box exceeds the loss at another point. All of it in ball
    arithmetic, by a checker that uses none of the package's code.
    """
    accept(check, certificates, edit, problems)
    check.size(points=len(SMALL.targets), inputs=1, units=1)


@pytest.mark.claim(CLAIM, reading="strict-tanh", shows="holds", by="certificate")
@pytest.mark.control("greater-gap", "a gap of 1000 claimed", edit=with_greater_gap)
@pytest.mark.control("other-certificate", "those of another activation", problems=SWAPPED)
def test_strict_minimum_of_a_tanh_network(
    check, certificates, *, edit=as_written, problems=WITH_TANH
):
    r"""The same for tanh, whose networks are those of the sigmoid in other coordinates.

    Because $\tanh h = 2 s(2h) - 1$, a worse minimum of a sigmoid network is one of a tanh network
    with weights changed by an invertible linear map; the certificate is checked for tanh itself.
    """
    accept(check, certificates, edit, problems)
    check.size(points=len(SMALL_TANH.targets), inputs=1, units=1)


@pytest.mark.claim(CLAIM, reading="one-neuron", shows="holds", by="certificate")
@pytest.mark.control("greater-gap", "a gap of 1000 claimed", edit=with_greater_gap)
@pytest.mark.control("lost-sample", "the last sample left out", edit=without_worst_sample)
def test_strict_minimum_of_one_neuron(check, certificates, *, edit=as_written):
    """A single sigmoid neuron with one weight has two minima of different loss.

    The squared error of one sample falls to its minimum and then levels off. A sample with a much
    larger input has levelled off before the other one begins to count: each makes a valley of its
    own. The certificate encloses the higher one and names a lower point.
    """
    accept(check, certificates, edit, OF_A_NEURON)
    single = "on one point the only stationary point fits the target"
    check.size(points=len(NEURON.targets), weights=1, smaller=single)


def halved_output(network, theta, unit, factor):
    """Wrong on purpose: the output weight divided by twice the factor."""
    scaled = scale_unit(network, theta, unit, factor)
    place = network.block("W2").start + unit
    scaled[place] = scaled[place] * Fraction(1, 2)
    return scaled


def gated(pattern):
    """Return ReLU on a fixed pattern (N, n) of active units: 1 where active, 0 elsewhere."""
    return Activation(
        "ReLU on a fixed pattern",
        lambda h: pattern * h,
        lambda h: pattern,
        Parity.NONE,
        Range(None, None),
        False,
        homogeneity=RELU.homogeneity,
    )


@pytest.mark.claim(CLAIM, reading="relu-active", shows="holds", by="witness")
@pytest.mark.control("other-bias", "the output bias 1 in place of 3/2", bias=1)
@pytest.mark.control("fitted", "the target 0 in place of 3 at x = 1", last=0)
def test_an_active_relu_unit_at_a_worse_minimum(check, *, bias=Fraction(3, 2), last=3):
    r"""Three points, one ReLU unit active on the first: a local minimum of loss 3/2, not global.

    $x = (-1, 0, 1)$, $y = (1, 0, 3)$, $f(x) = v \max(wx + b, 0) + c$. At $w = -1$, $b = -\frac12$,
    $v = -1$, $c = \frac32$ the pre-activations are $\frac12, -\frac12, -\frac32$: none is 0, and
    in the box of half-width $\frac18$ round the point none changes its sign. So near it the first
    output is $v(b - w) + c$, the others are $c$, and

    $$L = \tfrac32 + \tfrac13\bigl(v(b-w) + c - 1\bigr)^2 + \tfrac23\bigl(c - \tfrac32\bigr)^2
    \ge \tfrac32,$$

    an identity in all four parameters; at the point itself $L = \frac32$. At $w = 1$, $b =
    -\frac12$, $v = 5$, $c = \frac12$ the loss is $\frac16$. The gradient exists near the point and
    vanishes at it, no kink is involved. The minimum is not strict: $(\kappa w, \kappa b,
    v/\kappa)$ has the same loss.

    Two points are too few. Let a unit be active on the first. If its $v \ne 0$ and the inputs
    differ, its weights move the first output without the second one, so at a local minimum the
    first residual is 0; the output bias, balanced in the first output, makes the second one 0. If
    $v = 0$, the derivatives in $v$ and $c$ give $r_1 a_1 + r_2 a_2 = 0 = r_1 + r_2$: both are 0,
    or $a_1 = a_2 > 0$, where a small $v$ and a small tilt of the unit go down. Equal inputs are
    one point with the mean target.
    """
    values, targets = (-1, 0, 1), (1, 0, last)
    network = one_hidden_layer(1, 1, RELU)
    data = RATIONALS.enter([[x] for x in values]), RATIONALS.enter(targets)
    point = (-1, Fraction(-1, 2), -1, bias)
    radius = Fraction(1, 8)
    before = [point[0] * x + point[1] for x in values]
    check.that(
        all(abs(h) > radius * (abs(x) + 1) for x, h in zip(values, before, strict=True)),
        "no pre-activation changes its sign in the box",
        preactivations=before,
    )
    check.that(max(before) > 0, "the unit is active on a point")
    pattern = SYMBOLS.enter([[int(h > 0)] for h in before])
    w, b, v, c = theta = symbols("t", 4)
    near = Objective(one_hidden_layer(1, 1, gated(pattern)), SQUARED_ERROR)
    loss = near.value(theta, SYMBOLS.enter([[x] for x in values]), SYMBOLS.enter(targets))
    squares = square(v * (b - w) + c - 1) + 2 * square(c - Fraction(3, 2))
    check.zero(
        loss - Fraction(3, 2) - squares / 3, "the loss near the point minus 3/2, a sum of squares"
    )
    objective = Objective(network, SQUARED_ERROR)
    level = objective.value(RATIONALS.enter(point), *data)
    check.zero(level - Fraction(3, 2), "the loss at the point minus 3/2", output_bias=bias)
    lower = (1, Fraction(-1, 2), 5, Fraction(1, 2))
    better = objective.value(RATIONALS.enter(lower), *data)
    check.that((level - better).sign() > 0, "the loss at another point is lower")
    check.record(("inputs", "targets"), [values, targets])
    check.record(
        "local minimum (w, b, v, c)", f"{', '.join(map(str, point))}: loss {level.fraction}"
    )
    check.record("lower point", f"{', '.join(map(str, lower))}: loss {better.fraction}")
    check.size(
        points=len(values),
        inputs=1,
        units=1,
        smaller="on one or two points a local minimum with an active unit fits all "
        "targets, or their mean where the inputs agree",
    )


@pytest.mark.claim(CLAIM, reading="relu-strict", shows="fails", by="identity")
@pytest.mark.control(
    "halved-output", "the output weight divided by twice the factor", scale=halved_output
)
def test_active_relu_units_lie_on_a_curve_of_equal_loss(check, *, scale=scale_unit):
    r"""Through every point with an active ReLU unit runs a curve along which nothing changes.

    For $\kappa > 0$ the parameters $(\kappa w, \kappa b, v/\kappa)$ of a hidden unit give the same
    output as $(w, b, v)$: its pre-activations change by a positive factor, so their signs stay,
    and on a fixed pattern of signs ReLU multiplies by a constant 0 or 1. A unit that is active on
    some input has $(w, b) \ne 0$, so the curve moves, and a point on it is no strict minimum. The
    identity is executed for a symbolic pattern, hence for each one, with two inputs, one to three
    units, with and without hidden biases, one input vector; every data point has such an identity
    of its own.
    """
    for units in (1, 2, 3):
        pattern = symbols("p", 1, units)
        for hidden_bias in (True, False):
            network = one_hidden_layer(2, units, gated(pattern), hidden_bias=hidden_bias)
            theta, inputs, factor = symbols("t", network.size), symbols("x", 1, 2), symbols("k")
            before = network.predict(theta, inputs)
            for unit in range(units):
                after = network.predict(scale(network, theta, unit, factor), inputs)
                check.zero((after - before)[0], "change of the output", units=units, unit=unit)
