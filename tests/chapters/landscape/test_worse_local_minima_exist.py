"""There are local minima above the global level; for ReLU never strict ones at an active unit."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest

from claims.mathematics import (
    RELU,
    SQUARED_ERROR,
    Activation,
    Objective,
    Parity,
    Range,
    one_hidden_layer,
    scale_unit,
)
from claims.numbers import RATIONALS, SYMBOLS, square, symbols
from claims.proof import checker

CLAIM = "worse-local-minima-exist"


def hidden_layer_of(activation):
    """One hidden layer with hidden and output biases, linear output, as a certificate says it."""
    return {"activations": [activation, "identity"], "biases": [True, True]}


NEURON = {"activations": ["sigmoid"], "biases": [False]}
STEP = hidden_layer_of("relu") | {
    "widths": [1, 1, 1],
    "inputs": [["0"], ["1"]],
    "targets": ["0", "1"],
}


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


def accept(check, directory, kind, network, edit):
    """Check every certificate of this claim of that kind and network; return how many."""
    accepted = 0
    for path in sorted(directory.glob("*.json")):
        document = json.loads(path.read_text())
        if (document["claim"], document["kind"]) != (CLAIM, kind):
            continue
        if {name: document["proof"]["objective"][name] for name in network} != network:
            continue
        document["proof"] = edit(document["proof"])
        try:
            statement = checker.check(json.dumps(document))
        except checker.Refused as refusal:
            check.that(False, f"{path.name} is accepted ({refusal})", certificate=path.name)
        else:
            check.that(True, "the certificate is accepted", certificate=path.name)
            check.certificate(path)
            proof = document["proof"]
            levels = f"{proof['loss']} against {proof['lower_loss']}" if "loss" in proof else ""
            check.record(path.stem, levels or statement.figures)
            accepted += 1
    return accepted


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
    found = accept(check, certificates, "dead-cone", STEP, edit)
    check.that(found == 1, "there is a certificate of the dead cone on these two points")


@pytest.mark.claim(CLAIM, reading="strict-sigmoid", shows="holds", by="certificate")
@pytest.mark.control("greater-gap", "a gap of 1000 claimed", edit=with_greater_gap)
@pytest.mark.control("moved-box", "the box moved by 1 in one weight", edit=moved_box)
@pytest.mark.control("lost-sample", "the last sample left out", edit=without_worst_sample)
def test_strict_minimum_in_a_box(check, certificates, *, edit=as_written):
    """A strict local minimum of a sigmoid network, proved in a box, and a point proved lower.

    The Krawczyk operator maps the box into its own interior: it holds exactly one stationary
    point. The Hessian is positive definite all over the box, so that point is a strict minimum;
    and the loss anywhere in the box exceeds the loss at another point. All of it in ball
    arithmetic, by a checker that uses none of the package's code.
    """
    found = accept(check, certificates, "worse-local-minimum", hidden_layer_of("sigmoid"), edit)
    check.that(found >= 1, "there is a certificate of a strict worse minimum")


@pytest.mark.claim(CLAIM, reading="strict-tanh", shows="holds", by="certificate")
@pytest.mark.control("greater-gap", "a gap of 1000 claimed", edit=with_greater_gap)
def test_strict_minimum_of_a_tanh_network(check, certificates, *, edit=as_written):
    r"""The same for tanh, whose networks are those of the sigmoid in other coordinates.

    Because $\tanh h = 2 s(2h) - 1$, a worse minimum of a sigmoid network is one of a tanh network
    with weights changed by an invertible linear map; the certificate is checked for tanh itself.
    """
    found = accept(check, certificates, "worse-local-minimum", hidden_layer_of("tanh"), edit)
    check.that(found >= 1, "there is a certificate of a strict worse minimum")


@pytest.mark.claim(CLAIM, reading="one-neuron", shows="holds", by="certificate")
@pytest.mark.control("greater-gap", "a gap of 1000 claimed", edit=with_greater_gap)
@pytest.mark.control("lost-sample", "the last sample left out", edit=without_worst_sample)
def test_strict_minimum_of_one_neuron(check, certificates, *, edit=as_written):
    """A single sigmoid neuron with one weight has two minima of different loss.

    The squared error of one sample falls to its minimum and then levels off. A sample with a much
    larger input has levelled off before the other one begins to count: each makes a valley of its
    own. The certificate encloses the higher one and names a lower point.
    """
    found = accept(check, certificates, "worse-local-minimum", NEURON, edit)
    check.that(found >= 1, "there is a certificate of a strict worse minimum")


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
    check.record("inputs, targets", [values, targets])
    check.record(
        "local minimum (w, b, v, c)", f"{', '.join(map(str, point))}: loss {level.fraction}"
    )
    check.record("lower point", f"{', '.join(map(str, lower))}: loss {better.fraction}")


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
