"""No weight setting is the only minimum: from two hidden units on, and without a penalty."""

from __future__ import annotations

from fractions import Fraction
from itertools import permutations

import pytest
from hypothesis import assume

from claims.compiled import Function
from claims.mathematics import (
    L2,
    SIGMOID,
    SQUARED_ERROR,
    TANH,
    Activation,
    Objective,
    Parity,
    Range,
    one_hidden_layer,
    other_setting,
    permute_units,
    swap_units,
    unit_rows,
)
from claims.numbers import (
    FLOATS,
    SYMBOLS,
    logistic,
    logistic_complement,
    square,
    symbols,
    uninterpreted,
)
from claims.testing import given, strategies

CLAIM = "no-unique-minimum"
ANOTHER = "another-setting"
PERMUTED = "another-by-permutation"
NO_BIASES = {"hidden_bias": False, "output_bias": False}
BIASES = [(True, True), (True, False), (False, True), (False, False)]
STRENGTH = Fraction(1, 5)

# A function of which nothing is known: what is shown with it holds for every activation.
ANY = Activation(
    "any", uninterpreted("a"), uninterpreted("a'"), Parity.NONE, Range(None, None), False
)


def opposite_sign(value, shift):
    return value - shift


def half_moved(value, shift):
    return value


def swap_rows(network, theta, first, second):
    """Wrong on purpose: the outgoing weights stay."""
    moved = swap_units(network, theta, first, second)
    block = network.block("W2")
    moved[block.start : block.stop] = theta[block.start : block.stop]
    return moved


@pytest.mark.claim(CLAIM, shows="holds", by="identity", when=["several-units", "unpenalised"])
@pytest.mark.claim(CLAIM, reading=ANOTHER, shows="holds", by="identity", when=["several-units"])
@pytest.mark.control("rows-only", "outgoing weights left in place", swap=swap_rows)
@pytest.mark.control("one-weight-only", "only one outgoing weight moved", balance=half_moved)
def test_two_units_always_have_another_setting(check, *, swap=swap_units, balance=opposite_sign):
    r"""With two units or more there is always another setting with the same output.

    If two units differ, exchanging them gives another setting; if all agree, $v_1 + e$ and $v_2 -
    e$ do. The output is the same at every input. A loss without penalty is then the same as well:
    if there is a global minimiser there are two: their number is 0 or at least two. Executed for
    two to four units without biases, symbolic weights and inputs and an activation of which
    nothing is known; only two units move, so further ones change nothing.
    """
    inputs, targets, shift = symbols("x", 2, 2), symbols("y", 2), symbols("e")
    for units in (2, 3, 4):
        network = one_hidden_layer(2, units, ANY, **NO_BIASES)
        objective = Objective(network, SQUARED_ERROR)
        theta = symbols("t", network.size)
        rows = unit_rows(network, theta)
        equal = theta.copy()
        block, first = network.block("W1"), network.block("W2").start
        for unit in range(1, units):
            equal[block.start + 2 * unit : block.start + 2 * unit + 2] = rows[0][:2]
        shifted = equal.copy()
        shifted[first] = equal[first] + shift
        shifted[first + 1] = balance(equal[first + 1], shift)
        pairs = [(equal, shifted)]
        for unit in range(1, units):
            moved = swap(network, theta, 0, unit)
            pairs.append((theta, moved))
            step = unit_rows(network, moved)[0] - rows[0]
            check.zero(step - (rows[unit] - rows[0]), "the move at the first place", unit=unit)
        for number, (before, after) in enumerate(pairs):
            witness = {"units": units, "pair": number}
            change = network.predict(after, inputs) - network.predict(before, inputs)
            check.zero(change, "change of the outputs", **witness)
            change = objective.value(after, inputs, targets) - objective.value(
                before, inputs, targets
            )
            check.zero(change, "change of the loss", **witness)


def rows_alone(network, theta):
    """Wrong on purpose: of the other setting only the incoming weights are taken."""
    moved = other_setting(network, theta)
    start = network.block("W2").start
    if (moved[:start] != theta[:start]).any():
        moved[start:] = theta[start:]
    return moved


@pytest.mark.claim(CLAIM, shows="holds", by="property", when=["several-units", "unpenalised"])
@pytest.mark.claim(CLAIM, reading=ANOTHER, shows="holds", by="property", when=["several-units"])
@pytest.mark.control("rows-only", "outgoing weights left in place", another=rows_alone)
@given(
    point=strategies.network_points(
        units=(2, 4), points=(1, 2), hidden_bias=False, output_bias=False
    )
)
def test_random_settings_have_another_one(check, point, *, another=other_setting):
    """To a random setting another one is found that has exactly the same outputs.

    With the outputs as targets both are global minimisers of the squared error. Equal units and
    the origin are among the examples.
    """
    network, inputs = point.network, SYMBOLS.enter(point.inputs)
    other = another(network, point.theta)
    witness = {"network": network, "theta": point.theta, "inputs": point.inputs}
    check.that(bool((other != point.theta).any()), "the other setting is another one", **witness)
    outputs = network.predict(SYMBOLS.enter(point.theta), inputs)
    change = network.predict(SYMBOLS.enter(other), inputs) - outputs
    check.zero(change, "change of the outputs", **witness)
    rows = unit_rows(network, point.theta)
    check.label("all units equal" if (rows == rows[0]).all() else "units differ")


@pytest.mark.claim(CLAIM, shows="fails", by="counterexample", when=["unpenalised"])
@pytest.mark.claim(CLAIM, reading=ANOTHER, shows="fails", by="counterexample")
@pytest.mark.control("opposite-targets", "y = (1, -1) in place of (1, 1)", targets=(1, -1))
def test_one_unit_can_have_a_single_minimum(check, *, targets=(1, 1)):
    r"""One sigmoid unit without biases: the setting $w = 0$, $v = 2$ is the only minimum.

    Data $x = (1, -1)$, $y = (1, 1)$: since $s(w) + s(-w) = 1$, the sum of the squared errors of
    $v\,s(wx)$ is $\frac12 (v-2)^2 + \frac12 v^2 (2s(w) - 1)^2$, which is 0 only for $v = 2$ and
    $s(w) = \frac12$. The sigmoid increases strictly, so $w = 0$. No other setting has the outputs
    of this one, at these two inputs already.
    """
    network = one_hidden_layer(1, 1, SIGMOID, **NO_BIASES)
    objective = Objective(network, SQUARED_ERROR, reduction="sum")
    theta, inputs = symbols("t", 2), SYMBOLS.enter([[1], [-1]])
    w, v = theta
    value = objective.value(theta, inputs, SYMBOLS.enter(targets))
    squares = square(v - 2) + square(v) * square(2 * logistic(w) - 1)
    check.zero(value - squares * Fraction(1, 2), "the loss minus a sum of two squares")
    slope = Function(lambda h: logistic(h), h=()).gradient(w)
    check.zero(slope - logistic(w) * logistic_complement(w), "s' minus s(w) s(-w)")
    minimum = SYMBOLS.enter([0, 2])
    outputs = network.predict(minimum, inputs)
    check.zero(outputs - SYMBOLS.enter(targets), "the outputs of w = 0, v = 2 minus the targets")
    check.record("inputs", inputs)
    check.record("targets", targets)
    check.record("the only minimum (w, v)", minimum)
    check.size(
        units=1, inputs=1, points=2, smaller="one point leaves two weights one equation or none"
    )


def without_penalty(coefficient):
    return None


@pytest.mark.claim(CLAIM, shows="fails", by="counterexample", when=["several-units"])
@pytest.mark.control("unpenalised", "the penalty left out", penalty=without_penalty)
def test_the_penalised_origin_is_alone(check, *, penalty=L2):
    r"""With weight decay and the target 0 the origin, fixed by all permutations, is the only one.

    One sample $x = 1$, $y = 0$: the objective $f(1)^2 + \lambda\lVert\theta\rVert^2$ is zero at
    the origin and positive elsewhere, for every number of units and $\lambda > 0$ (here
    $\frac15$; one to four units).
    """
    for units in (1, 2, 3, 4):
        network = one_hidden_layer(1, units, SIGMOID, **NO_BIASES)
        theta, inputs = symbols("t", network.size), SYMBOLS.enter([[1]])
        objective = Objective(network, SQUARED_ERROR, penalty=penalty(STRENGTH))
        value = objective.value(theta, inputs, SYMBOLS.enter([0]))
        squares = square(network.predict(theta, inputs)[0]) + square(theta).sum() * STRENGTH
        check.zero(value - squares, f"the objective minus a sum of squares, {units} units")
    check.record("strength of the penalty, x = 1, y = 0", STRENGTH)
    check.size(points=1, inputs=1, units=1)


@pytest.mark.claim(CLAIM, reading=PERMUTED, shows="holds", by="identity", when=["unequal-units"])
@pytest.mark.control("same-unit", "a unit swapped with itself", partner=lambda unit: 0)
def test_unequal_units_are_told_apart_by_a_swap(check, *, partner=lambda unit: unit):
    r"""If two units differ, the swap of the two is a different setting.

    At the place of the first unit the swapped setting minus the old one is the second unit minus
    the first, in incoming weights, bias and outgoing weight: not zero if they differ. Executed for
    two to four units with symbolic weights, with and without biases; the swap moves two units
    only, and no activation is involved.
    """
    for units in (2, 3, 4):
        for hidden, output in BIASES:
            network = one_hidden_layer(2, units, ANY, hidden_bias=hidden, output_bias=output)
            theta = symbols("t", network.size)
            rows = unit_rows(network, theta)
            for unit in range(1, units):
                moved = unit_rows(network, swap_units(network, theta, 0, partner(unit)))
                check.zero(
                    moved[0] - rows[0] - (rows[unit] - rows[0]),
                    "the move at the first place minus the difference of the units",
                    network=network,
                    unit=unit,
                )


def some_differ(rows):
    return bool((rows != rows[0]).any())


def several(rows):
    return len(rows) > 1


@pytest.mark.claim(CLAIM, reading=PERMUTED, shows="holds", by="property", when=["unequal-units"])
@pytest.mark.control("several-only", "equal units admitted", condition=several)
@given(point=strategies.network_points((SIGMOID, TANH), units=(1, 4)))
def test_random_unequal_units_are_moved(check, point, *, condition=some_differ):
    """Of the permutations of random settings with unequal units some give another setting."""
    network = point.network
    assume(condition(unit_rows(network, point.theta)))
    settings = [
        permute_units(network, point.theta, order)
        for order in permutations(range(network.widths[1]))
    ]
    check.that(
        any((setting != point.theta).any() for setting in settings),
        "some permutation gives another setting",
        network=network,
        theta=point.theta,
    )
    check.label(f"{network.widths[1]} units")


@pytest.mark.claim(
    CLAIM, reading=PERMUTED, shows="fails", by="counterexample", when=["several-units"]
)
@pytest.mark.control("other-weight", "one outgoing weight 1 instead of 0", last=1)
def test_the_origin_is_fixed_by_all_permutations(check, *, last=0):
    r"""The origin is a fixed point: no permutation moves it, nor any setting of equal units.

    Two sigmoid units, all weights 0 (or all 1): the only permutation besides the identity gives
    the setting itself.
    """
    network = one_hidden_layer(1, 2, SIGMOID, **NO_BIASES)
    for theta in ([0, 0, 0, last], [1] * 4):
        copies = set()
        for order in permutations(range(2)):
            moved = permute_units(network, FLOATS.enter(theta), order)
            check.that(moved.tolist() == theta, f"the setting stays under {order}", theta=theta)
            copies.add(tuple(moved.tolist()))
        check.record(f"settings that the permutations make of {theta}", len(copies))
    check.size(units=2, smaller="the condition asks for two units")
