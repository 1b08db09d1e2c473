"""A swap gives a second minimum if the units differ, and separate valleys only if it is strict."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume
from hypothesis import strategies as st

from claims.mathematics import (
    SIGMOID,
    SOFTPLUS,
    SQUARED_ERROR,
    TANH,
    Activation,
    Objective,
    Parity,
    Range,
    one_hidden_layer,
    swap_units,
    unit_rows,
    unknown_function,
)
from claims.numbers import SYMBOLS, square, symbols, uninterpreted
from claims.testing import given, strategies

CLAIM = "swap-gives-second-minimum"
VALLEYS = "two-valleys"
BIASES = [(True, True), (True, False), (False, True), (False, False)]

# A function of which nothing is known: what is shown with it holds for every activation.
ANY = Activation(
    "any", uninterpreted("a"), uninterpreted("a'"), Parity.NONE, Range(None, None), False
)


def swap_without_output(network, theta, first, second):
    """Wrong on purpose: the outgoing weights stay."""
    moved = swap_units(network, theta, first, second)
    block = network.block("W2")
    moved[block.start : block.stop] = theta[block.start : block.stop]
    return moved


@pytest.mark.claim(CLAIM, shows="holds", by="identity", when=["distinct-units"])
@pytest.mark.control("output-left", "outgoing weights left in place", swap=swap_without_output)
def test_the_swap_is_another_minimum(check, *, swap=swap_units):
    r"""The swapped weights have the same loss, are as far from each other, and are another point.

    Any loss of the outputs is the same at $\tau\theta$ as at $\theta$, and $\tau$ keeps distances:
    $\lVert\tau\theta - \tau\theta'\rVert = \lVert\theta - \theta'\rVert$. A ball in which $\theta$
    is lowest goes over into one in which $\tau\theta$ is, so a minimum, local or global, becomes a
    minimum of the same kind. At the place of the first unit $\tau\theta - \theta$ is the second
    unit minus the first: not zero if they differ in incoming weights, bias or outgoing weight.
    Executed for two and three units, all choices of biases, an activation, and a loss of the
    vector of outputs, of which nothing is known; further units are not touched by the swap.
    """
    inputs = symbols("x", 2, 1)
    for hidden, output in BIASES:
        for units in (2, 3):
            network = one_hidden_layer(1, units, ANY, hidden_bias=hidden, output_bias=output)
            theta, other = symbols("t", network.size), symbols("r", network.size)
            loss = unknown_function("L")
            moved = swap(network, theta, 0, 1)
            before = loss(network.predict(theta, inputs))
            change = loss(network.predict(moved, inputs)) - before
            check.zero(change, "change of the loss", network=network)
            distance = square(moved - swap(network, other, 0, 1)).sum()
            check.zero(
                distance - square(theta - other).sum(), "change of a distance", network=network
            )
            rows = unit_rows(network, theta)
            step = unit_rows(network, moved) - rows
            check.zero(step[0] - (rows[1] - rows[0]), "the move of the first unit", network=network)


@st.composite
def trained(draw):
    """A random network point, and an order of the units."""
    point = draw(strategies.network_points((SIGMOID, TANH, SOFTPLUS), units=(2, 3)))
    return point, draw(st.permutations(range(3)))


@pytest.mark.claim(CLAIM, shows="holds", by="property", when=["distinct-units"])
@pytest.mark.control("equal-units", "units that may agree", distinct=lambda a, b: True)
@given(problem=trained())
def test_random_networks_have_a_second_point(
    check, problem, *, distinct=lambda a, b: bool((a != b).any())
):
    """Two different units of a global minimum swapped: another point of loss 0, exactly.

    The targets are the random network's own outputs, so that it is a global minimum of the
    squared error.
    """
    point, shuffle = problem
    network, inputs = point.network, SYMBOLS.enter(point.inputs)
    first, second = [unit for unit in shuffle if unit < network.widths[1]][:2]
    rows = unit_rows(network, point.theta)
    assume(distinct(rows[first], rows[second]))
    moved = swap_units(network, point.theta, first, second)
    witness = {"network": network, "theta": point.theta, "inputs": point.inputs}
    check.that(bool((moved != point.theta).any()), "the swapped point is another one", **witness)
    theta, moved = SYMBOLS.enter(point.theta), SYMBOLS.enter(moved)
    targets = network.predict(theta, inputs)
    values = [
        Objective(network, SQUARED_ERROR).value(place, inputs, targets) for place in (theta, moved)
    ]
    check.zero(values[0], "the squared error at the first point", **witness)
    check.zero(values[1], "the squared error at the second point", **witness)


@pytest.mark.claim(CLAIM, shows="fails", by="counterexample")
@pytest.mark.control("other-weight", "the second incoming weight changed", second=2)
def test_equal_units_give_no_second_point(check, *, second=1):
    r"""Two equal units: the swap leaves the minimum where it is.

    One sample $x = 0$, $y = 1$; two sigmoid units with incoming weights 1 and outgoing weights 1,
    no biases. The output is $\frac12 + \frac12 = 1$, the squared error 0: a global minimum, and
    the swap gives the same four numbers.
    """
    network = one_hidden_layer(1, 2, SIGMOID, hidden_bias=False, output_bias=False)
    theta = SYMBOLS.enter([1, second, 1, 1])
    value = Objective(network, SQUARED_ERROR).value(theta, SYMBOLS.enter([[0]]), SYMBOLS.enter([1]))
    check.zero(value, "the loss, which is never negative")
    check.zero(swap_units(network, theta, 0, 1) - theta, "the move of the swap", second=second)
    check.record("weights (w1, w2, v1, v2)", theta)
    check.size(units=2, points=1, smaller="a swap needs two units")


def opposite(value, shift):
    return value - shift


def same(value, shift):
    return value + shift


@pytest.mark.claim(CLAIM, reading=VALLEYS, shows="holds", by="identity", when=["strict-minimum"])
@pytest.mark.control("output-left", "outgoing weights left in place", swap=swap_without_output)
@pytest.mark.control("same-sign", "e added to both outgoing weights", balance=same)
def test_a_strict_minimum_is_a_valley_of_one_point(check, *, swap=swap_units, balance=opposite):
    r"""A strict global minimum is a component by itself, and so is its swapped copy.

    If near $\theta$ no other point has so low a loss, $\{\theta\}$ is a connected component of the
    set of global minimisers; the swap keeps loss and distances, so that $\{\tau\theta\}$ is one
    too. They are different: were the two units equal, $(v_1 + e, v_2 - e)$ in place of their
    outgoing weights would give the same outputs for every $e$, and $\theta$ would not be strict.
    Executed for three units, all choices of biases, an activation and a loss of the outputs of
    which nothing is known; the other units are not touched by the swap.
    """
    inputs, shift = symbols("x", 2, 1), symbols("e")
    for hidden, output in BIASES:
        network = one_hidden_layer(1, 3, ANY, hidden_bias=hidden, output_bias=output)
        theta, other = symbols("t", network.size), symbols("r", network.size)
        loss = unknown_function("L")
        moved = swap(network, theta, 0, 1)
        value = loss(network.predict(theta, inputs))
        check.zero(loss(network.predict(moved, inputs)) - value, "change of the loss")
        distance = square(moved - swap(network, other, 0, 1)).sum()
        check.zero(distance - square(theta - other).sum(), "change of a distance")
        for name in ("W1", "b1") if hidden else ("W1",):
            start = network.block(name).start
            theta[start + 1] = theta[start]
        place = network.block("W2").start
        theta[place + 1] = theta[place]
        along = theta.copy()
        along[place] = theta[place] + shift
        along[place + 1] = balance(theta[place + 1], shift)
        value = loss(network.predict(theta, inputs))
        check.zero(
            loss(network.predict(along, inputs)) - value, "change of the loss along the line"
        )


def solved(network, theta, inputs, target):
    """Return theta with the output bias at which the only output is the target."""
    moved = theta.copy()
    moved[-1] = theta[-1] + target - network.predict(theta, inputs)[0]
    return moved


def unsolved(network, theta, inputs, target):
    return theta


@pytest.mark.claim(
    CLAIM, reading=VALLEYS, shows="fails", by="counterexample", when=["distinct-units"]
)
@pytest.mark.control("bias-free-to-move", "the output bias not adjusted", solve=unsolved)
def test_one_valley_holds_both_copies(check, *, solve=solved):
    r"""One sample and two different units: the minimum and its swapped copy lie in one valley.

    One sample $x = 0$, $y = 1$, two sigmoid units with biases, linear output with bias $c$. The
    loss is $(c + \sum_j v_j s(b_j) - 1)^2$: its zeros are the graph $c = 1 - \sum_j v_j s(b_j)$
    over all other parameters, which is connected. The units $(w, b, v) = (1, 0, 2)$ and $(0, 0,
    4)$ with $c = -2$ are a global minimum, swapped another one. The path between them that moves
    all parameters but $c$ straight and lets $c$ follow has loss 0 all along.
    """
    network = one_hidden_layer(1, 2, SIGMOID)
    inputs, target = SYMBOLS.enter([[0]]), SYMBOLS.enter([1])
    objective = Objective(network, SQUARED_ERROR)
    theta = symbols("t", network.size)
    graph = solve(network, theta, inputs, target[0])
    check.zero(objective.value(graph, inputs, target), "the loss on the graph")
    check.zero(
        objective.value(theta, inputs, target) - square(theta[-1] - graph[-1]),
        "the loss minus the squared distance of the bias from the graph",
    )
    start = SYMBOLS.enter([1, 0, 0, 0, 2, 4, -2])
    end = swap_units(network, start, 0, 1)
    weight = symbols("l")
    path = solve(network, start * (1 - weight) + end * weight, inputs, target[0])
    check.zero(objective.value(path, inputs, target), "the loss along the path")
    ends = [solve(network, point, inputs, target[0]) - point for point in (start, end)]
    check.zero(np.concatenate(ends), "the ends of the path minus the two minima")
    check.that(not (end - start)[0].is_zero(), "the two minima are different")
    check.record("minimum (w, b, v, c)", start)
    check.record("its swapped copy, in the same component", end)
    check.size(units=2, points=1, smaller="a swap needs two units")
