"""All n! permutations of the hidden units keep the output; the settings may coincide."""

from __future__ import annotations

from itertools import permutations
from math import factorial, prod

import pytest
from hypothesis import assume
from hypothesis import strategies as st

from claims.mathematics import (
    CUBIC,
    RELU,
    SIGMOID,
    TANH,
    Activation,
    Network,
    Parity,
    Range,
    one_hidden_layer,
    permute_units,
    unit_rows,
)
from claims.numbers import FLOATS, RATIONALS, SYMBOLS, symbols, uninterpreted
from claims.testing import given, strategies

CLAIM = "permutations-preserve-output"
SETTINGS = "distinct-settings"
BIASES = [(True, True), (True, False), (False, True), (False, False)]


def any_function(name):
    """Return a function of which nothing is known: what is shown with it holds for every one."""
    return Activation(
        name, uninterpreted(name), uninterpreted(f"{name}'"), Parity.NONE, Range(None, None), False
    )


def inverse(order):
    return tuple(sorted(range(len(order)), key=order.__getitem__))


def act(network, theta, order):
    """Move unit j to place order[j]: the action of the permutation j -> order[j]."""
    return permute_units(network, theta, inverse(order))


def act_from_the_right(network, theta, order):
    """Wrong on purpose: this takes a product to the product in the other order."""
    return permute_units(network, theta, order)


def act_on_rows(network, theta, order):
    """Wrong on purpose: the outgoing weights stay."""
    moved = act(network, theta, order)
    block = network.block("W2")
    moved[block.start : block.stop] = theta[block.start : block.stop]
    return moved


@pytest.mark.claim(CLAIM, shows="holds", by="identity")
@pytest.mark.control("rows-only", "the outgoing weights left in place", act=act_on_rows)
@pytest.mark.control("from-the-right", "the inverse permutation applied", act=act_from_the_right)
def test_the_group_acts_and_the_output_stays(check, *, act=act):
    r"""Every permutation reorders the terms of the sum, and one after the other they multiply.

    $\pi$ moves unit $j$ to place $\pi(j)$. The output is a function of $\sum_j v_j\,a(w_j\cdot x +
    b_j)$, whose terms only change places. Moving by $\rho$ and then by $\pi$ moves unit $j$ to
    $\pi(\rho(j))$, which is $(\pi\rho)\theta = \pi(\rho\theta)$; there are $n!$ permutations.
    Checked for one to four units, all choices of biases, hidden and output activations of which
    nothing is known, symbolic weights and inputs; the composition law for all pairs of
    permutations of up to three units. At every width a permutation reorders the terms of the
    output's sum. More units add nothing new to the output: every permutation is a product of
    swaps, and a swap concerns two units and the sum of the others. The composition law for every
    number of units is the argument on the places, one sentence above.
    """
    inputs = symbols("x", 1, 2)
    for units in (1, 2, 3, 4):
        group = list(permutations(range(units)))
        check.that(len(set(group)) == factorial(units), "the number of permutations", units=units)
        for hidden, output in BIASES:
            network = Network((2, units, 1), any_function("a"), any_function("g"), hidden, output)
            theta = symbols("t", network.size)
            before = network.predict(theta, inputs)
            for order in group:
                change = network.predict(act(network, theta, order), inputs) - before
                check.zero(change, "change of the output", network=network, order=order)
        for first in group if units < 4 else ():
            for second in group:
                twice = act(network, act(network, theta, second), first)
                product = tuple(first[second[j]] for j in range(units))
                check.zero(
                    twice - act(network, theta, product),
                    "one after the other minus the product",
                    first=first,
                    second=second,
                )


@pytest.mark.claim(CLAIM, shows="holds", by="property")
@pytest.mark.control("rows-only", "the outgoing weights left in place", act=act_on_rows)
@given(
    point=strategies.network_points((SIGMOID, TANH, CUBIC, RELU), units=(2, 5)),
    shuffle=st.permutations(range(5)),
)
def test_random_permutations_keep_the_output(check, point, shuffle, *, act=act):
    """A random permutation of a random network's units changes no output, compared exactly.

    Values of sigmoid and tanh at different arguments are kept as unknown numbers.
    """
    network = point.network
    arithmetic = RATIONALS if network.activation is RELU else SYMBOLS
    theta, inputs = arithmetic.enter(point.theta), arithmetic.enter(point.inputs)
    order = tuple(place for place in shuffle if place < network.widths[1])
    if order == tuple(range(len(order))):
        check.label("identity")
    check.zero(
        network.predict(act(network, theta, order), inputs) - network.predict(theta, inputs),
        "change of the output",
        network=network,
        theta=point.theta,
        inputs=point.inputs,
        order=order,
    )


def settings_of(network, theta):
    """Return the permuted weight settings as tuples of floats, one for each permutation."""
    return [
        tuple(permute_units(network, theta, order).tolist())
        for order in permutations(range(network.widths[1]))
    ]


def multiplicities(network, theta):
    """Return how often each of the different units occurs."""
    rows = [tuple(row) for row in unit_rows(network, theta).tolist()]
    return [rows.count(row) for row in set(rows)]


@pytest.mark.claim(CLAIM, reading=SETTINGS, shows="holds", by="identity", when=["distinct-units"])
@pytest.mark.control("rows-only", "the outgoing weights left in place", act=act_on_rows)
def test_distinct_units_have_distinct_settings(check, *, act=act):
    r"""Two permutations put different units into some place, so the settings differ there.

    If $\pi \ne \rho$, some place $k$ receives the units $i = \pi^{-1}(k)$ and $j = \rho^{-1}(k)
    \ne i$. The two settings differ at $k$ by unit $i$ minus unit $j$, which is not zero if no two
    units agree in incoming weights, bias and outgoing weight. Executed for all pairs of
    permutations of one to four units with symbolic weights, with and without biases; the argument
    names one unit only, at every width.
    """
    for units in (1, 2, 3, 4):
        for bias in (True, False):
            network = one_hidden_layer(
                1, units, any_function("a"), hidden_bias=bias, output_bias=bias
            )
            theta = symbols("t", network.size)
            rows = unit_rows(network, theta)
            group = list(permutations(range(units)))
            settings = [unit_rows(network, act(network, theta, order)) for order in group]
            for order, setting in zip(group, settings, strict=True):
                check.zero(
                    setting - rows[list(inverse(order))],
                    "the units in their places",
                    order=order,
                    network=network,
                )
            pairs = [(a, b) for a in map(inverse, group) for b in map(inverse, group) if a != b]
            check.that(
                all(any(i != j for i, j in zip(a, b, strict=True)) for a, b in pairs),
                "two permutations differ in the unit at some place",
                units=units,
            )


@pytest.mark.claim(CLAIM, reading=SETTINGS, shows="holds", by="property", when=["distinct-units"])
@pytest.mark.control("equal-units", "equal units admitted", condition=lambda counts: True)
@given(point=strategies.network_points((SIGMOID,), units=(1, 4)))
def test_random_orbits_are_counted(check, point, *, condition=lambda counts: max(counts) == 1):
    """Random weight settings without equal units have n! different permuted settings."""
    network = point.network
    counts = multiplicities(network, point.theta)
    assume(condition(counts))
    check.label(f"{network.widths[1]} units")
    found = len(set(settings_of(network, point.theta)))
    check.that(
        found == factorial(network.widths[1]),
        "the number of different settings is n!",
        network=network,
        theta=point.theta,
    )


@pytest.mark.claim(CLAIM, reading=SETTINGS, shows="fails", by="counterexample")
@pytest.mark.control("other-weight", "one outgoing weight changed", outgoing=(3, 3, 4))
def test_equal_units_have_fewer_settings(check, *, outgoing=(3, 3, 3)):
    r"""Three equal units have one setting, not six.

    One input, three sigmoid units, all with incoming weight 1, bias 2 and outgoing weight 3:
    every permutation gives the same ten numbers. In general, if equal units occur $m_1, m_2,
    \dots$ times there are $n!/(m_1!\,m_2! \cdots)$ settings. Two equal units are enough: they have
    one setting, not two.
    """
    network = one_hidden_layer(1, 3, SIGMOID)
    theta = FLOATS.enter([1, 1, 1, 2, 2, 2, *outgoing, 0])
    found = len(set(settings_of(network, theta)))
    check.that(found == 1, "there is one setting", outgoing=outgoing)
    check.record("weights", theta)
    check.record(("settings", "permutations"), [found, factorial(network.widths[1])])
    for weights in ((3, 3, 4), (3, 4, 5)):
        theta = FLOATS.enter([1, 1, 1, 2, 2, 2, *weights, 0])
        counts = multiplicities(network, theta)
        check.that(
            len(set(settings_of(network, theta))) == factorial(3) // prod(map(factorial, counts)),
            "the number of settings is n! over the factorials of the multiplicities",
            outgoing=weights,
        )
    pair = settings_of(one_hidden_layer(1, 2, SIGMOID), FLOATS.enter([1, 1, 2, 2, 3, 3, 0]))
    check.that(len(set(pair)) == 1, "two equal units have one setting", outgoing=(3, 3))
    check.record(
        ("settings of two equal units", "permutations of two units"), [len(set(pair)), factorial(2)]
    )
    check.size(units=2, smaller="of one unit there is one setting, as claimed")
