"""Swapping two hidden units keeps the output exactly; in floating point only under conditions."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest
from hypothesis import strategies as st

from claims.compiled import evaluate, record
from claims.mathematics import (
    ARCTAN,
    CUBIC,
    RELU,
    ROUNDOFF,
    SIGMOID,
    SOFTPLUS,
    TANH,
    Activation,
    Computed,
    FusedComputed,
    Network,
    Parity,
    Range,
    added_with_errors,
    one_hidden_layer,
    summation_bound,
    swap_units,
    unit_rows,
)
from claims.numbers import FLOATS, RATIONALS, SYMBOLS, symbols, uninterpreted
from claims.testing import given, strategies

CLAIM = "swap-preserves-output"
COMPUTED = "in-floating-point"
BIASES = [(True, True), (True, False), (False, True), (False, False)]


# Functions of which nothing is known: what is shown with them holds for every one.
def unknown(name):
    return Activation(
        name, uninterpreted(name), uninterpreted(f"{name}'"), Parity.NONE, Range(None, None), False
    )


def without(*names):
    """Wrong on purpose: a swap that leaves some blocks where they were."""

    def incomplete(network, theta, first, second):
        moved = swap_units(network, theta, first, second)
        for block in network.blocks:
            if block.name in names:
                moved[block.start : block.stop] = theta[block.start : block.stop]
        return moved

    return incomplete


@pytest.mark.claim(CLAIM, shows="holds", by="identity")
@pytest.mark.control("output-left", "the outgoing weights left in place", swap=without("W2"))
@pytest.mark.control("bias-left", "the hidden biases left in place", swap=without("b1"))
def test_the_sum_over_units_does_not_see_their_order(check, *, swap=swap_units):
    r"""The output is a sum with one term a unit, and a swap exchanges two of the terms.

    A unit enters the output only through $v_i\,a(w_i\cdot x + b_i)$. A swap that takes $w_i$,
    $b_i$ and $v_i$ along exchanges two terms of the sum, and addition does not depend on the
    order. If the bias or the outgoing weight stays behind, the terms themselves change. Checked
    for hidden and output activations $a$ and $g$ of which nothing is known, symbolic weights and
    inputs, all four choices of biases and every pair of two to four units. A swap exchanges two
    terms of the sum at every width. In a network of three the third term is a number of its own;
    it can stand for the sum of all the others.
    """
    inputs = symbols("x", 1, 2)
    for units in (2, 3, 4):
        for hidden, output in BIASES:
            network = Network((2, units, 1), unknown("a"), unknown("g"), hidden, output)
            theta = symbols("t", network.size)
            before = network.predict(theta, inputs)
            for pair in combinations(range(units), 2):
                after = network.predict(swap(network, theta, *pair), inputs)
                check.zero(after - before, "change of the output", network=network, pair=pair)


@pytest.mark.claim(CLAIM, shows="holds", by="property")
@pytest.mark.control("output-left", "the outgoing weights left in place", swap=without("W2"))
@given(
    point=strategies.network_points((SIGMOID, TANH, SOFTPLUS, ARCTAN, CUBIC, RELU), units=(2, 4)),
    pair=st.permutations(range(4)),
)
def test_random_networks_keep_their_output(check, point, pair, *, swap=swap_units):
    """No swap changes the output of a random network at a random input, compared exactly.

    Six activations, with and without biases, rational weights and inputs; values of the
    activation at different arguments are kept as unknown numbers, those of ReLU and the cube are
    rational.
    """
    network = point.network
    first, second = [unit for unit in pair if unit < network.widths[1]][:2]
    arithmetic = RATIONALS if network.activation is RELU else SYMBOLS
    theta, inputs = arithmetic.enter(point.theta), arithmetic.enter(point.inputs)
    moved = swap(network, theta, first, second)
    check.label(f"{network.widths[1]} units")
    check.zero(
        network.predict(moved, inputs) - network.predict(theta, inputs),
        "change of the output",
        network=network,
        theta=point.theta,
        inputs=point.inputs,
        pair=(first, second),
    )


def computed(network, theta, inputs):
    """Return the outputs as a program computes them: operation after operation, unit after unit."""
    program = record(network.predict, theta=theta.shape, inputs=inputs.shape)
    return evaluate(program, theta=theta, inputs=inputs)


def bias_first(network, theta, inputs):
    """Wrong on purpose: the output bias is added to the first unit's product."""
    products, output = computed_products(network, theta, inputs), theta[-1]
    for product in products:
        output = output + product
    return np.array([output], dtype=object)


def computed_products(network, theta, inputs):
    """Return v_j a_j of each unit at the first input, each computed by itself."""
    single = one_hidden_layer(
        network.widths[0],
        1,
        network.activation,
        hidden_bias=network.hidden_bias,
        output_bias=False,
    )
    return [computed(single, row, inputs)[0] for row in unit_rows(network, theta)]


@pytest.mark.claim(
    CLAIM, reading=COMPUTED, shows="holds", by="identity", when=["two-units", "rounded-products"]
)
@pytest.mark.control("three-units", "a third unit", units=3)
@pytest.mark.control(
    "fused", "products fused with the sum, hence not rounded", scalar=FusedComputed
)
@pytest.mark.control("bias-first", "the output bias added before the units", output=bias_first)
def test_two_rounded_products_commute(check, *, units=2, scalar=Computed, output=computed):
    r"""With two units the computed sums are $p_1 \oplus p_2$ and $p_2 \oplus p_1$: the same.

    Let $p_j$ be the computed and rounded product of unit $j$; it depends on its own parameters
    alone and moves with them. The program computes $p_1 \oplus p_2$, then adds the output bias if
    there is one. An addition in floating point is the exact sum, rounded: $\mathrm{fl}(p_1 + p_2)
    = \mathrm{fl}(p_2 + p_1)$, in every format and rounding mode; where the sum is zero its sign
    depends on the two signs and not on their order. Checked on the recorded program of the
    network with a rounding $\mathrm{fl}$ and an activation of which nothing is known.
    """
    for hidden, biased in BIASES:
        if output is bias_first and not biased:
            continue
        network = one_hidden_layer(2, units, unknown("a"), hidden_bias=hidden, output_bias=biased)
        theta = scalar.enter(symbols("t", network.size))
        inputs = scalar.enter(symbols("x", 1, 2))
        before = output(network, theta, inputs)[0]
        after = output(network, swap_units(network, theta, 0, units - 1), inputs)[0]
        check.zero(after.exact - before.exact, "change of the computed output", network=network)


def rounded_once(terms):
    return sum(terms[1:], terms[0]).uninterpreted("fl")


def rounded_twice(terms):
    head = (terms[0] + terms[1]).uninterpreted("fl")
    return sum(terms[2:], head).uninterpreted("fl")


@pytest.mark.claim(CLAIM, reading=COMPUTED, shows="holds", by="identity", when=["exact-sum"])
@pytest.mark.control("rounded-twice", "a rounding after the first two terms", total=rounded_twice)
def test_an_exact_sum_has_no_order(check, *, total=rounded_once):
    r"""If the sum is formed exactly and rounded once, every order gives the same number.

    $\mathrm{fl}(p_1 + \dots + p_n + c)$ is a function of the exact sum, which is commutative; it
    does not matter whether the products $p_j$ were rounded. Checked for two to four units with a
    rounding and an activation of which nothing is known, for rounded and for exact products.
    """
    for scalar in (Computed, FusedComputed):
        for units in (2, 3, 4):
            network = one_hidden_layer(1, units, unknown("a"))
            theta = scalar.enter(symbols("t", network.size))
            inputs = scalar.enter(symbols("x", 1, 1))
            sums = []
            for moved in (theta, swap_units(network, theta, 0, units - 1)):
                terms = computed_products(network, moved, inputs)
                sums.append(total([term.exact for term in terms] + [theta[-1].exact]))
            check.zero(sums[1] - sums[0], "change of the sum", units=units, scalar=scalar.__name__)


DIFFERENT = (Fraction(1, 5), Fraction(2, 5), Fraction(3, 5))
CANCELLING = (2, Fraction(1, 2**52), -2)


@pytest.mark.claim(
    CLAIM, reading=COMPUTED, shows="fails", by="counterexample", when=["rounded-products"]
)
@pytest.mark.control("equal-weights", "three equal outgoing weights", weights=(DIFFERENT[0],) * 3)
def test_three_units_differ_in_the_last_place(check, *, weights=DIFFERENT):
    r"""Three units, 0.1 + 0.2 + 0.3 against 0.3 + 0.2 + 0.1: 0.6000000000000001 and 0.6.

    Three sigmoid units with incoming weights 0 have the value 1/2 each; outgoing weights 0.2, 0.4
    and 0.6 make the products 0.1, 0.2 and 0.3, and the swap of the first and the third unit
    changes the last bit. How far off? An addition has a relative error of at most $u = 2^{-53}$,
    so that $m$ numbers added one after the other give $\sum_i p_i \prod_k (1 + \delta_k)$ with at
    most $m - 1$ factors each: two orders differ by at most $2((1+u)^{m-1} - 1) \sum_i |p_i|$,
    about $2(m-1)u$ of the sum of magnitudes. Of the result itself it can be all: with the
    products $1, 2^{-53}, -1$ the two orders give $0$ and $2^{-53}$, the latter being exact.
    """
    network = one_hidden_layer(1, 3, SIGMOID, hidden_bias=False, output_bias=False)
    inputs = FLOATS.enter([[1]])
    for values in (weights, CANCELLING):
        theta = FLOATS.enter([0, 0, 0, *values])
        before = computed(network, theta, inputs)[0]
        after = computed(network, swap_units(network, theta, 0, 2), inputs)[0]
        check.that(before != after, "the two computed outputs differ", weights=values)
        terms = [Fraction(p) for p in computed_products(network, theta, inputs)]
        difference, magnitude = abs(Fraction(after) - Fraction(before)), sum(map(abs, terms))
        check.that(difference <= 2 * summation_bound(terms), "the bound holds", weights=values)
        measured = float(difference / (ROUNDOFF * magnitude))
        check.record(
            f"products {', '.join(str(float(term)) for term in terms)}",
            f"{before} and {after}; they differ by {measured:.3f} u times the sum of magnitudes, "
            "more than about 4 u is not possible",
        )
    for count in (3, 4, 5):
        terms, deltas = symbols("p", count), symbols("d", count - 1)
        expanded = 0
        for place, term in enumerate(terms):
            for delta in deltas[max(place - 1, 0) :]:
                term = term * (1 + delta)
            expanded = expanded + term
        check.zero(
            added_with_errors(terms, deltas) - expanded,
            f"the expansion of the error of {count} terms",
        )
    check.size(
        units=3, inputs=1, smaller="with two units the rounded sum does not depend on the order"
    )


def with_fused_sum(terms):
    """Add exact products one after the other, rounding each sum and the first product once."""
    total = Fraction(0)
    for term in terms:
        total = Fraction(float(total + term))
    return total


def with_rounded_products(terms):
    return with_fused_sum([Fraction(float(term)) for term in terms])


@pytest.mark.claim(CLAIM, reading=COMPUTED, shows="fails", by="counterexample", when=["two-units"])
@pytest.mark.control(
    "rounded", "every product rounded before it is added", add=with_rounded_products
)
def test_fused_multiply_add_leaves_the_rounding_error(check, *, add=with_fused_sum):
    r"""With fused multiply-add two units are enough: the output is $-e$ or $e$ instead of 0.

    Two ReLU units with incoming weight 1 and outgoing weights 0.1 and -0.1, at $x = 0.1$. The
    true output is 0. A fused multiply-add rounds the first product to $\mathrm{fl}(0.1^2)$ and
    adds the second one exactly: what is left is the rounding error $e$ of the product, with the
    sign that the order gives it. Computed here with fractions, each sum correctly rounded.
    """
    network = one_hidden_layer(1, 2, RELU, hidden_bias=False, output_bias=False)
    tenth = Fraction(0.1)
    theta, inputs = RATIONALS.enter([1, 1, tenth, -tenth]), RATIONALS.enter([[tenth]])
    outputs = []
    for moved in (theta, swap_units(network, theta, 0, 1)):
        terms = [term.fraction for term in computed_products(network, moved, inputs)]
        outputs.append(add(terms))
    check.that(outputs[0] != outputs[1], "the two computed outputs differ", theta=[1, 1, 0.1, -0.1])
    check.zero(outputs[0] + outputs[1], "the sum of the two, which are opposite")
    check.record("outputs with fused multiply-add", f"{float(outputs[0])}, {float(outputs[1])}")
    check.record("output with rounded products", float(with_rounded_products(terms)))
    check.size(units=2, inputs=1, smaller="a swap needs two units")


@st.composite
def float_networks(draw):
    """A sigmoid or ReLU network of 2 to 6 units with double-precision weights, and an input."""
    random = np.random.default_rng(draw(st.integers(0, 2**24 - 1)))
    units = int(random.integers(2, 7))
    hidden, output, rectified = random.integers(0, 2, 3).astype(bool).tolist()
    network = one_hidden_layer(
        1, units, RELU if rectified else SIGMOID, hidden_bias=hidden, output_bias=output
    )
    theta, inputs = random.normal(size=network.size), random.normal(size=(1, 1))
    special = draw(st.lists(st.floats(-8, 8), max_size=2))
    theta[: len(special)] = special
    return network, theta, inputs, random.permutation(units)[:2].tolist()


def bits(value):
    return np.float64(value).tobytes()


@pytest.mark.claim(CLAIM, reading=COMPUTED, shows="holds", by="property", when=["exact-sum"])
@pytest.mark.control("one-after-the-other", "the terms added one after the other", total=sum)
@given(problem=float_networks())
def test_fsum_is_the_same_in_every_bit(check, problem, *, total=math.fsum):
    r"""Summed by `math.fsum`, the output of a random network has the same 64 bits after a swap.

    It equals the exact sum, rounded once, which is computed with fractions. The units added one
    after the other give another number for some of the same networks (counted as "order seen"),
    but never off by more than the bound $2((1+u)^{m-1} - 1)\sum_i |p_i|$ for $m$ terms.
    """
    network, theta, inputs, pair = problem
    moved = swap_units(network, theta, *pair)
    bias = [float(theta[-1])] if network.output_bias else []
    terms = [[*map(float, computed_products(network, t, inputs)), *bias] for t in (theta, moved)]
    witness = {"network": network, "theta": theta, "inputs": inputs, "pair": pair}
    sums = [total(values) for values in terms]
    check.that(bits(sums[0]) == bits(sums[1]), "the two sums agree in every bit", **witness)
    exact = [Fraction(value) for value in terms[0]]
    check.that(sums[0] == float(sum(exact)), "it is the exact sum, rounded once", **witness)
    outputs = [computed(network, t, inputs)[0] for t in (theta, moved)]
    difference = abs(Fraction(float(outputs[0])) - Fraction(float(outputs[1])))
    bound = 2 * summation_bound(exact)
    check.that(difference <= bound, "one after the other: within the bound", **witness)
    check.label("order seen" if difference else "order not seen")


@pytest.mark.claim(
    CLAIM, reading=COMPUTED, shows="holds", by="property", when=["two-units", "rounded-products"]
)
@pytest.mark.control("three-units", "networks of three units", units=3)
@given(problem=float_networks())
def test_two_units_are_the_same_in_every_bit(check, problem, *, units=2):
    """The output of a random network cut to two units has the same 64 bits after the swap."""
    wide, theta, inputs, _ = problem
    network = one_hidden_layer(
        1,
        units,
        wide.activation,
        hidden_bias=wide.hidden_bias,
        output_bias=wide.output_bias,
    )
    theta = np.resize(theta, network.size)
    outputs = [
        computed(network, t, inputs)[0] for t in (theta, swap_units(network, theta, 0, units - 1))
    ]
    check.that(
        bits(outputs[0]) == bits(outputs[1]),
        "the two outputs agree in every bit",
        network=network,
        theta=theta,
        inputs=inputs,
    )
