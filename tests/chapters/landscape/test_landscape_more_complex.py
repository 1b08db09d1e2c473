"""The loss of the document's network is not even quasiconvex, unless every input is zero."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import assume
from hypothesis import strategies as st

from claims.mathematics import SIGMOID, SQUARED_ERROR, Objective, chord_gap, one_hidden_layer
from claims.numbers import SYMBOLS, logistic, square, symbols
from claims.testing import given

CLAIM = "landscape-more-complex"
HALF = Fraction(1, 2)


def network_of(features, units):
    """The document's network: sigmoid units, no biases, linear output."""
    return one_hidden_layer(features, units, SIGMOID, hidden_bias=False, output_bias=False)


def ends_of(arithmetic, network, direction, weight):
    """Two parameter vectors of output 0: equal units that cancel, and units without weight."""
    features = network.widths[0]
    start, end = (arithmetic.enter([0] * network.size) for _ in range(2))
    output = network.block("W2").start
    start[output], start[output + 1] = weight, -weight
    end[:features] = 2 * direction
    return start, end


def uncancelled(arithmetic, network, direction, weight):
    """Wrong on purpose: the first unit is not cancelled by the second."""
    start, end = ends_of(arithmetic, network, direction, weight)
    start[network.block("W2").start + 1] = -2 * weight
    return start, end


@pytest.mark.claim(CLAIM, shows="holds", by="identity", when=["nonzero-input"])
@pytest.mark.control("uncancelled", "the second unit with twice the weight", ends=uncancelled)
def test_two_networks_of_output_zero(check, *, ends=ends_of):
    r"""Between two networks that output 0 lies one whose loss is higher, for any targets.

    $\theta_1$ has two units of equal input weights 0 and opposite output weights $v, -v$;
    $\theta_2$ has output weights 0 and first input weights $2u$. Both output 0 at every input:
    their loss is the mean of $y_i^2$. Their midpoint has output weights $\frac v2, -\frac v2$ and
    input weights $u, 0$: it outputs $\frac v2 g_i$ with $g_i = s(u \cdot x_i) - \frac12$. So its
    loss exceeds theirs by $\frac1N(\frac{v^2}4 \sum g_i^2 - v \sum g_i y_i)$. Take $u = x_k \ne
    0$, so that $g_k > 0$, and the sign of $v$ such that $v \sum g_i y_i \le 0$: the excess is
    positive. Further units have weights 0. Executed for symbolic data and (samples, inputs, units)
    = (1, 1, 2), (2, 2, 2) and (3, 1, 3): only two units are not 0, and each sample is a term of
    its own.
    """
    for samples, features, units in ((1, 1, 2), (2, 2, 2), (3, 1, 3)):
        network = network_of(features, units)
        objective = Objective(network, SQUARED_ERROR)
        x, y = symbols("x", samples, features), symbols("y", samples)
        direction, weight = symbols("u", features), symbols("v")
        start, end = ends(SYMBOLS, network, direction, weight)
        level = square(y).sum() * Fraction(1, samples)
        sizes = (samples, features, units)
        for point in (start, end):
            check.zero(objective.value(point, x, y) - level, "the loss at an end", sizes=sizes)
        rise = logistic(x @ direction) - HALF
        excess = square(weight) * square(rise).sum() * Fraction(1, 4) - weight * (rise * y).sum()
        middle = objective.value((start + end) * HALF, x, y)
        check.zero(
            middle - level - excess * Fraction(1, samples),
            "the loss at the midpoint minus that at the ends minus the excess",
            sizes=sizes,
        )


@st.composite
def data_sets(draw):
    """Integer inputs (N, 2), not all zero, and targets (N,)."""
    samples = draw(st.integers(1, 4))
    entry = st.integers(-3, 3)
    row = st.lists(entry, min_size=2, max_size=2)
    inputs = draw(st.lists(row, min_size=samples, max_size=samples))
    assume(any(any(row) for row in inputs))
    return inputs, draw(st.lists(entry, min_size=samples, max_size=samples))


@pytest.mark.claim(CLAIM, shows="holds", by="property", when=["nonzero-input"])
@pytest.mark.control("uncancelled", "the second unit with twice the weight", ends=uncancelled)
@given(data=data_sets())
def test_the_midpoint_is_higher_on_random_data(check, data, *, ends=ends_of):
    """On random data the midpoint has a higher loss than both ends, decided in balls."""
    inputs, targets = data
    longest = max(inputs, key=lambda row: sum(entry * entry for entry in row))
    network = network_of(2, 2)
    objective = Objective(network, SQUARED_ERROR)
    for side in (0, 1):

        def excess(arithmetic, side=side):
            x, y = arithmetic.enter(inputs), arithmetic.enter(targets)
            direction = arithmetic.enter(longest)
            pull = ((logistic(x @ direction) - HALF) * y).sum()
            weight = arithmetic.enter(-1 if pull.sign() == 1 else 1)
            points = ends(arithmetic, network, direction, weight)
            middle = objective.value((points[0] + points[1]) * HALF, x, y)
            return middle - objective.value(points[side], x, y)

        check.positive(excess, "the midpoint is higher", inputs=inputs, targets=targets)


@pytest.mark.claim(CLAIM, shows="fails", by="counterexample")
@pytest.mark.control("input-one", "the input 1 in place of 0", entry=1)
def test_zero_inputs_give_a_convex_loss(check, *, entry=0):
    r"""If every input is zero, the loss of the document's network is convex.

    Each unit outputs $s(0) = \frac12$: the loss is the mean of $(\frac12 \sum_j v_j - y_i)^2$,
    and its chord gap is $\frac14 \lambda (1-\lambda) (\sum_j \Delta v_j)^2 \ge 0$. All sublevel
    sets of a convex function are convex. Checked for one sample and two
    units, any target; samples are terms of the mean.
    """
    network = network_of(1, 2)
    objective = Objective(network, SQUARED_ERROR)
    x, y = SYMBOLS.enter([[entry]]), symbols("y", 1)
    a, b, weight = symbols("a", network.size), symbols("b", network.size), symbols("l")
    gap = chord_gap(lambda theta: objective.value(theta, x, y), a, b, weight)
    step = (network.block("W2").of(a) - network.block("W2").of(b)).sum()
    expected = weight * (1 - weight) * square(step) * Fraction(1, 4)
    check.zero(gap - expected, "the chord gap minus l (1 - l) (sum of the steps)^2 / 4")
    check.record("input, with any target", x)
    check.size(points=1, inputs=1, units=2, smaller="the claim is about two units or more")
