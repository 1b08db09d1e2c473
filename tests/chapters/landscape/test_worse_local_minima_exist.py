"""There are local minima above the global level; for ReLU never strict ones at an active unit."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest

from claims.mathematics import RELU, Activation, Parity, Range, one_hidden_layer, scale_unit
from claims.numbers import symbols
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
    shorter = {name: objective[name][:-1] for name in ("inputs", "targets")}
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


@pytest.mark.claim(CLAIM, reading="relu-strict", shows="fails", by="identity")
@pytest.mark.control(
    "halved-output", "the output weight divided by twice the factor", scale=halved_output
)
def test_active_relu_units_lie_on_a_curve_of_equal_loss(check, *, scale=scale_unit):
    r"""Through every point with an active ReLU unit runs a curve along which nothing changes.

    For $\kappa > 0$ the parameters $(\kappa w, \kappa b, v/\kappa)$ of a hidden unit give the
    same output as $(w, b, v)$: its pre-activations change by a positive factor, so their signs
    stay, and on a fixed pattern of signs ReLU multiplies by a constant 0 or 1. A unit that is
    active on some input has $(w, b) \ne 0$, so the curve moves, and a point on it is no strict
    minimum. The identity is checked for a symbolic pattern, hence for each one.
    """
    for units in (1, 2, 3):
        pattern = symbols("p", 1, units)
        gated = Activation(
            "ReLU on a fixed pattern",
            lambda h, p=pattern: p * h,
            lambda h, p=pattern: p,
            Parity.NONE,
            Range(None, None),
            False,
            homogeneity=RELU.homogeneity,
        )
        for hidden_bias in (True, False):
            network = one_hidden_layer(2, units, gated, hidden_bias=hidden_bias)
            theta, inputs, factor = symbols("t", network.size), symbols("x", 1, 2), symbols("k")
            before = network.predict(theta, inputs)
            for unit in range(units):
                after = network.predict(scale(network, theta, unit, factor), inputs)
                check.zero((after - before)[0], "change of the output", units=units, unit=unit)
