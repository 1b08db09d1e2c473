"""Beyond permutations: sign flips of tanh and sigmoid units, rescaling of ReLU units."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from fractions import Fraction
from itertools import combinations, permutations, product
from math import factorial

import pytest
from hypothesis import strategies as st

from claims.mathematics import (
    RELU,
    SIGMOID,
    TANH,
    flip_unit,
    images,
    one_hidden_layer,
    permute_units,
    scale_unit,
)
from claims.numbers import RATIONALS, SYMBOLS, symbols
from claims.testing import given, strategies

CLAIM = "sign-flip-and-scaling"
FLIP = "sigmoid-flip"
WITH_FLIPS = [(TANH, True), (TANH, False), (SIGMOID, True)]


def written(theta):
    return tuple(map(str, theta))


def flip_without_offset(network, theta, unit):
    """Wrong on purpose: the output bias stays."""
    flipped = flip_unit(network, theta, unit)
    flipped[-1] = theta[-1]
    return flipped


def flip_without_output(network, theta, unit):
    """Wrong on purpose: the outgoing weight stays."""
    flipped = flip_unit(network, theta, unit)
    place = network.block("W2").start + unit
    flipped[place] = theta[place]
    return flipped


@pytest.mark.claim(CLAIM, shows="holds", by="identity")
@pytest.mark.control("offset-left", "the output bias left as it was", flip=flip_without_offset)
@pytest.mark.control("output-left", "the outgoing weight left as it was", flip=flip_without_output)
def test_flips_and_permutations_make_a_group(check, *, flip=flip_unit):
    r"""Sign flips keep the output, undo themselves and commute: with permutations, $2^n n!$ maps.

    $-v\tanh(-h) = v\tanh h$, and $-v\,s(-h) + (c + v) = v\,s(h) + c$ because $s(-h) = 1 - s(h)$.
    So turning all signs of a tanh unit keeps the output, with or without output bias, and for a
    sigmoid unit it does when $v$ is added to the output bias. Let $F_j$ flip the unit in place
    $j$: $F_j F_j$ is the identity, $F_j F_k = F_k F_j$, and permuting before or after a flip moves
    the flip along. So every composition can be written as flips of a set of units, then a
    permutation: $2^n$ sets and $n!$ permutations, whose images of a symbolic $\theta$ are all
    different. Without output bias a sigmoid network keeps the $n!$ permutations. Executed for one
    to three units with two inputs; a flip and a permutation act on units as wholes, whatever their
    number.
    """
    inputs, sizes = symbols("x", 1, 2), defaultdict(list)
    for (activation, output), units in product(WITH_FLIPS, (1, 2, 3)):
        network = one_hidden_layer(2, units, activation, output_bias=output)
        theta = symbols("t", network.size)
        before = network.predict(theta, inputs)
        witness = {"network": network}
        for unit in range(units):
            flipped = flip(network, theta, unit)
            check.zero(network.predict(flipped, inputs) - before, "change of the output", **witness)
            check.zero(flip(network, flipped, unit) - theta, "a flip twice", unit=unit, **witness)
            for order in permutations(range(units)):
                moved = flip(network, permute_units(network, theta, order), order.index(unit))
                check.zero(
                    moved - permute_units(network, flipped, order),
                    "flip after permutation minus permutation after flip",
                    unit=unit,
                    order=order,
                    **witness,
                )
        for first, second in combinations(range(units), 2):
            one_way = flip(network, flip(network, theta, first), second)
            other_way = flip(network, flip(network, theta, second), first)
            check.zero(one_way - other_way, "two flips in both orders", **witness)
        orbit = {written(image) for image in images(network, theta)}
        check.that(
            len(orbit) == 2**units * factorial(units), "the number of different images", **witness
        )
        sizes[f"{activation}, {'with' if output else 'without'} output bias"].append(len(orbit))
    for units in (1, 2, 3):
        network = one_hidden_layer(2, units, SIGMOID, output_bias=False)
        orbit = {written(image) for image in images(network, symbols("t", network.size))}
        check.that(len(orbit) == factorial(units), "without output bias: n!", units=units)
        sizes[f"{SIGMOID}, without output bias"].append(len(orbit))
    for architecture, found in sizes.items():
        check.record(f"maps for 1, 2, 3 units, {architecture}", found)


def scale_incoming_only(network, theta, unit, factor):
    """Wrong on purpose: the outgoing weight stays."""
    scaled = scale_unit(network, theta, unit, factor)
    place = network.block("W2").start + unit
    scaled[place] = theta[place]
    return scaled


@pytest.mark.claim(CLAIM, shows="holds", by="identity")
@pytest.mark.control("output-not-divided", "the outgoing weight kept", scale=scale_incoming_only)
def test_relu_units_can_be_rescaled(check, *, scale=scale_unit):
    r"""For ReLU every factor $\alpha > 0$ in, divided out again, keeps the output: a continuum.

    $\frac{v}{\alpha}\max(\alpha h, 0) = v\max(h, 0)$: $\alpha h$ has the sign of $h$, and for a
    fixed sign ReLU multiplies by a gate 0 or 1. Scaling by $\alpha$ and then by $\beta$ is scaling
    by $\alpha\beta$, scalings of different units commute and permutations take them along. Where
    some parameter of the unit is not 0, different $\alpha$ give different points. Executed with a
    symbolic gate for each unit, one to three units, with and without output bias; the other units
    are not touched.
    """
    inputs, alpha, beta = symbols("x", 1, 2), symbols("alpha"), symbols("beta")
    for units, output in product((1, 2, 3), (True, False)):
        gate = symbols("g", 1, units)
        gated = replace(RELU, name="ReLU on fixed signs", value=lambda h, g=gate: g * h)
        network = one_hidden_layer(2, units, gated, output_bias=output)
        theta = symbols("t", network.size)
        before = network.predict(theta, inputs)
        for unit in range(units):
            witness = {"units": units, "output_bias": output, "unit": unit}
            scaled = scale(network, theta, unit, alpha)
            check.zero(network.predict(scaled, inputs) - before, "change of the output", **witness)
            twice = scale(network, scaled, unit, beta)
            once = scale(network, theta, unit, alpha * beta)
            check.zero(twice - once, "two scalings minus their product", **witness)
            first = 2 * unit
            check.zero(scaled[first] - theta[first] * alpha, "the scaled weight", **witness)
            for other in range(units):
                one_way = scale(network, scaled, other, beta)
                other_way = scale(network, scale(network, theta, other, beta), unit, alpha)
                check.zero(one_way - other_way, "scalings in both orders", other=other, **witness)
            order = (*range(1, units), 0)
            moved = permute_units(network, theta, order)
            check.zero(
                scale(network, moved, order.index(unit), alpha)
                - permute_units(network, scaled, order),
                "scaling after permutation minus permutation after scaling",
                **witness,
            )


@pytest.mark.claim(CLAIM, shows="holds", by="property")
@pytest.mark.control("offset-left", "the output bias left as it was", flip=flip_without_offset)
@pytest.mark.control("output-not-divided", "the outgoing weight kept", scale=scale_incoming_only)
@given(
    point=strategies.network_points(
        (TANH, SIGMOID, RELU), units=(1, 3), hidden_bias=True, output_bias=True
    ),
    choice=st.integers(0, 6 * 64 - 1),
)
def test_random_units_can_be_flipped_or_scaled(
    check, point, choice, *, flip=flip_unit, scale=scale_unit
):
    """A unit of a random network flipped (tanh, sigmoid) or scaled (ReLU): exactly the same output.

    Values of tanh and sigmoid at different arguments are kept as unknown numbers, but for
    opposite arguments; ReLU is computed in fractions, on both sides of its kink.
    """
    network = point.network
    unit, factor = choice % 6 % network.widths[1], Fraction(1 + choice // 6, 8)
    rectified = network.activation is RELU
    arithmetic = RATIONALS if rectified else SYMBOLS
    theta, inputs = arithmetic.enter(point.theta), arithmetic.enter(point.inputs)
    if rectified:
        moved = scale(network, theta, unit, arithmetic.enter(factor))
    else:
        moved = flip(network, theta, unit)
    check.label(network.activation.name)
    check.zero(
        network.predict(moved, inputs) - network.predict(theta, inputs),
        "change of the output",
        network=network,
        theta=point.theta,
        inputs=point.inputs,
        unit=unit,
        factor=factor if rectified else None,
    )


@pytest.mark.claim(CLAIM, reading=FLIP, shows="holds", by="identity", when=["output-bias"])
@pytest.mark.control("offset-left", "the output bias left as it was", flip=flip_without_offset)
def test_the_output_bias_takes_up_the_constant(check, *, flip=flip_unit):
    r"""With an output bias the flip of a sigmoid unit changes the output bias by $v$ and nothing.

    $-v\,s(-h) = -v\,(1 - s(h)) = v\,s(h) - v$: the flipped unit contributes $v$ less at every
    input, and $c + v$ makes up for it. Executed for one to three units, each of them; the other
    units are not touched.
    """
    inputs = symbols("x", 1, 2)
    for units in (1, 2, 3):
        network = one_hidden_layer(2, units, SIGMOID)
        theta = symbols("t", network.size)
        for unit in range(units):
            flipped = flip(network, theta, unit)
            change = network.predict(flipped, inputs) - network.predict(theta, inputs)
            check.zero(change, "change of the output", units=units, unit=unit)
            weight = theta[network.block("W2").start + unit]
            check.zero(flipped[-1] - theta[-1] - weight, "change of the bias minus v", unit=unit)


@pytest.mark.claim(CLAIM, reading=FLIP, shows="fails", by="counterexample")
@pytest.mark.control("dead-unit", "outgoing weight 0", weight=0)
def test_without_output_bias_the_flip_shows(check, *, weight=1):
    r"""Without output bias the flipped unit contributes $v$ less, and nothing makes up for it.

    One unit $w = 1$, $b = 0$, $v = 1$: the output $s(x)$ becomes $-s(-x) = s(x) - 1$. At $x = 0$
    it is $-\frac12$ instead of $\frac12$. For $v = 0$ alone the output stays.
    """
    network = one_hidden_layer(1, 1, SIGMOID, output_bias=False)
    inputs = SYMBOLS.enter([[symbols("x")], [0]])
    theta, flipped = SYMBOLS.enter([1, 0, weight]), SYMBOLS.enter([-1, 0, -weight])
    outputs = [network.predict(point, inputs) for point in (theta, flipped)]
    check.zero(outputs[1] - outputs[0] + 1, "change of the output, plus 1", weight=weight)
    check.record(("weights (w, b, v)", "flipped weights"), [theta, flipped])
    check.record("outputs at x = 0", f"{outputs[0][1]} and {outputs[1][1]}")
    check.size(units=1, inputs=1)
