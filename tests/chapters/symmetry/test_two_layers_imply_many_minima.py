"""Two layers give more than one minimum: from two units on, attained, and without a penalty."""

from __future__ import annotations

from fractions import Fraction

import pytest

from claims.compiled import Function
from claims.mathematics import (
    CROSS_ENTROPY,
    L2,
    SIGMOID,
    SQUARED_ERROR,
    Activation,
    Network,
    Objective,
    Parity,
    Range,
    flip_unit,
    one_hidden_layer,
    other_setting,
    swap_units,
    unit_rows,
    unknown_function,
)
from claims.numbers import (
    SYMBOLS,
    logistic,
    logistic_complement,
    square,
    symbols,
    uninterpreted,
)
from claims.testing import given, strategies

CLAIM = "two-layers-imply-many-minima"
ONE_UNIT = "one-unit-with-biases"
DEEPER = "three-or-more-layers"
NO_BIASES = {"hidden_bias": False, "output_bias": False}
STRENGTH = Fraction(1, 5)

# A function of which nothing is known: what is shown with it holds for every activation.
ANY = Activation(
    "any", uninterpreted("a"), uninterpreted("a'"), Parity.NONE, Range(None, None), False
)


def opposite_sign(value, shift):
    return value - shift


def same_sign(value, shift):
    return value + shift


def swap_rows(network, theta, first, second):
    """Wrong on purpose: the outgoing weights stay."""
    moved = swap_units(network, theta, first, second)
    block = network.block("W2")
    moved[block.start : block.stop] = theta[block.start : block.stop]
    return moved


@pytest.mark.claim(
    CLAIM,
    shows="holds",
    by="identity",
    when=["several-units", "attained", "unpenalised"],
)
@pytest.mark.control("rows-only", "outgoing weights left in place", swap=swap_rows)
@pytest.mark.control("same-sign", "e added to both outgoing weights", balance=same_sign)
def test_a_minimum_has_a_partner(check, *, swap=swap_units, balance=opposite_sign):
    r"""From an attained minimum a swap leads to another one, or a shift between equal units does.

    Two units at least, a loss of the outputs alone. If two units of a global minimiser differ,
    swapping them gives another point, for at the first place stands another unit, with the same
    outputs. If all agree, $v_1 + e$ and $v_2 - e$ in place of the first two outgoing weights keep
    the outputs. Either way there is a second global minimiser. Checked for an activation and a
    loss of the vector of outputs of which nothing is known, so for sigmoid units, squared error
    and cross-entropy, for two inputs, two samples and two to four units; further units are not
    touched.
    """
    inputs, shift = symbols("x", 2, 2), symbols("e")
    for units in (2, 3, 4):
        network = one_hidden_layer(2, units, ANY, **NO_BIASES)
        theta, loss = symbols("t", network.size), unknown_function("L")
        rows, value = unit_rows(network, theta), loss(network.predict(theta, inputs))
        for unit in range(1, units):
            moved = swap(network, theta, 0, unit)
            change = loss(network.predict(moved, inputs)) - value
            check.zero(change, "change of the loss by a swap", units=units, unit=unit)
            step = unit_rows(network, moved)[0] - rows[0]
            check.zero(step - (rows[unit] - rows[0]), "the move at the first place", unit=unit)
        block, first = network.block("W1"), network.block("W2").start
        theta[block.start + 2 : block.start + 4] = theta[block.start : block.start + 2]
        shifted = theta.copy()
        shifted[first] = theta[first] + shift
        shifted[first + 1] = balance(theta[first + 1], shift)
        change = loss(network.predict(shifted, inputs)) - loss(network.predict(theta, inputs))
        check.zero(change, "change of the loss by a shift", units=units)


def half_moved(network, theta):
    """Wrong on purpose: the partner's outgoing weights are the old ones."""
    moved = other_setting(network, theta)
    block = network.block("W1")
    theta = theta.copy()
    theta[block.start : block.stop] = moved[block.start : block.stop]
    return theta if (theta != moved).any() else moved


@pytest.mark.claim(
    CLAIM,
    shows="holds",
    by="property",
    when=["several-units", "attained", "unpenalised"],
)
@pytest.mark.control("rows-only", "outgoing weights left in place", partner=half_moved)
@given(
    point=strategies.network_points(
        units=(2, 4), points=(1, 1), hidden_bias=False, output_bias=False
    )
)
def test_random_minima_have_a_partner(check, point, *, partner=other_setting):
    """A random network that fits its data exactly has a partner that fits them as well.

    The targets are the network's own outputs, so that it is a global minimiser of the squared
    error; equal units and the origin are among the examples.
    """
    network, inputs = point.network, SYMBOLS.enter(point.inputs)
    witness = {"network": network, "theta": point.theta, "inputs": point.inputs}
    other = partner(network, point.theta)
    check.that(bool((other != point.theta).any()), "the partner is another point", **witness)
    targets = network.predict(SYMBOLS.enter(point.theta), inputs)
    loss = Objective(network, SQUARED_ERROR).value(SYMBOLS.enter(other), inputs, targets)
    check.zero(loss, "the loss of the partner", **witness)
    equal = (unit_rows(network, point.theta) == unit_rows(network, point.theta)[0]).all()
    check.label("all units equal" if equal else "units differ")


@pytest.mark.claim(CLAIM, shows="fails", by="counterexample", when=["attained", "unpenalised"])
@pytest.mark.control("zero-targets", "y = (0, 0), fitted by every w with v = 0", targets=(0, 0))
def test_one_unit_with_a_single_minimum(check, *, targets=(1, 1)):
    r"""One sigmoid unit without biases: on two points its loss has exactly one minimum.

    Data $x = (1, -1)$, $y = (1, 1)$, output $v\,s(wx)$. Since $s(w) + s(-w) = 1$, the sum of the
    squared errors is $\frac12 (v-2)^2 + \frac12 v^2 (2s(w) - 1)^2$. It is 0 only for $v = 2$ and
    $s(w) = \frac12$, and $s$ increases strictly ($s' = s(w)\,s(-w) > 0$), so only for $w = 0$:
    two layers and one minimum. With $y = (0, 0)$ all points of the line $v = 0$ would be minima.
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
    check.zero(objective.value(minimum, inputs, SYMBOLS.enter(targets)), "the minimum")
    check.record("inputs", inputs)
    check.record("targets", targets)
    check.record("the only minimum (w, v)", minimum)
    check.size(
        units=1, inputs=1, points=2, smaller="one point leaves two weights one equation or none"
    )


def slope_of_cross_entropy(network, label):
    """Return the derivative of the loss at x = 1 in the last parameter, theta, and the output."""
    theta, inputs = symbols("t", network.size), SYMBOLS.enter([[1]])
    function = Function(
        Objective(network, CROSS_ENTROPY).value, theta=theta.shape, inputs=(1, 1), targets=(1,)
    )
    slope = function.gradient(theta, inputs, SYMBOLS.enter([label]))[-1]
    return slope, theta, network.predict(theta, inputs)[0]


@pytest.mark.claim(CLAIM, shows="fails", by="counterexample", when=["several-units", "unpenalised"])
@pytest.mark.control("inner-label", "label 1/2 in place of 1", label=Fraction(1, 2))
def test_one_class_has_no_minimum(check, *, label=Fraction(1)):
    r"""With one class the cross-entropy has no minimum at all.

    One sample $x = 1$ with label 1, two sigmoid units without biases. The derivative in the last
    outgoing weight is $-s(w_2)\,s(-z)$ with the output $z$: negative everywhere, so no point is
    stationary and the infimum is not attained. No minimum, where more than one was concluded.
    """
    network = one_hidden_layer(1, 2, SIGMOID, **NO_BIASES)
    slope, theta, output = slope_of_cross_entropy(network, label)
    expected = -(logistic(theta[1]) * logistic_complement(output))
    check.zero(slope - expected, "the derivative plus s(w2) s(-z)", label=label)
    check.record(("input", "derivative in the last weight, never 0"), (1, slope))
    check.size(units=2, points=1, inputs=1, smaller="the condition asks for two units")


def without_penalty(coefficient):
    return None


@pytest.mark.claim(CLAIM, shows="fails", by="counterexample", when=["several-units", "attained"])
@pytest.mark.claim(
    CLAIM, reading=DEEPER, shows="fails", by="counterexample", when=["several-units", "attained"]
)
@pytest.mark.claim(CLAIM, reading=ONE_UNIT, shows="fails", by="counterexample", when=["attained"])
@pytest.mark.control("unpenalised", "the penalty left out", penalty=without_penalty)
def test_a_penalty_leaves_the_origin_alone(check, *, penalty=L2):
    r"""With a penalty and the target 0 the origin is the only minimum.

    One sample $x = 1$, $y = 0$. Squared error plus $\lambda\lVert\theta\rVert^2$ is $f(1)^2 +
    \lambda\sum_k\theta_k^2$, zero at the origin and positive elsewhere, for every $\lambda > 0$
    (here $\frac15$): one minimum, with two sigmoid units without biases, with one unit with
    biases, and with two hidden layers of two units and one unit without biases alike.
    """
    for network in (
        one_hidden_layer(1, 2, SIGMOID, **NO_BIASES),
        one_hidden_layer(1, 1, SIGMOID),
        Network((1, 2, 1, 1), SIGMOID, **NO_BIASES),
    ):
        theta, inputs = symbols("t", network.size), SYMBOLS.enter([[1]])
        objective = Objective(network, SQUARED_ERROR, penalty=penalty(STRENGTH))
        value = objective.value(theta, inputs, SYMBOLS.enter([0]))
        squares = square(network.predict(theta, inputs)[0]) + square(theta).sum() * STRENGTH
        check.zero(value - squares, f"the objective minus a sum of squares, {network}")
        origin = SYMBOLS.enter([0] * network.size)
        check.zero(objective.value(origin, inputs, SYMBOLS.enter([0])), f"at the origin, {network}")
    check.record("strength of the penalty, x = 1, y = 0", STRENGTH)
    check.size(points=1, inputs=1)


def flip_without_offset(network, theta, unit):
    """Wrong on purpose: the output bias stays."""
    flipped = flip_unit(network, theta, unit)
    flipped[-1] = theta[-1]
    return flipped


@pytest.mark.claim(
    CLAIM, reading=ONE_UNIT, shows="holds", by="identity", when=["attained", "unpenalised"]
)
@pytest.mark.control("offset-left", "the output bias left as it was", flip=flip_without_offset)
def test_the_sign_flip_takes_the_place_of_the_swap(check, *, flip=flip_unit):
    r"""One sigmoid unit with biases: turning all its signs gives a second minimum.

    $v\,s(wx+b) + c = -v\,s(-wx-b) + (c+v)$ for every input: $(w, b, v, c)$ and $(-w, -b, -v, c+v)$
    have the same outputs. They differ unless $v = 0$; then the hidden bias is without effect, and
    every $b$ gives a minimum. Executed for two inputs, two samples, symbolic weights and inputs
    and a loss of the vector of outputs of which nothing is known; each sample has the same
    identity.
    """
    network = one_hidden_layer(2, 1, SIGMOID)
    theta, inputs, loss = symbols("t", network.size), symbols("x", 2, 2), unknown_function("L")
    value = loss(network.predict(theta, inputs))
    flipped = flip(network, theta, 0)
    check.zero(loss(network.predict(flipped, inputs)) - value, "change of the loss by the flip")
    check.zero(flipped[3] + theta[3], "the two outgoing weights are opposite")
    theta[3] = SYMBOLS.enter(0)
    moved = theta.copy()
    moved[2] = theta[2] + symbols("e")
    change = loss(network.predict(moved, inputs)) - loss(network.predict(theta, inputs))
    check.zero(change, "change of the loss by the hidden bias, where v = 0")


@pytest.mark.claim(
    CLAIM, reading=ONE_UNIT, shows="holds", by="property", when=["attained", "unpenalised"]
)
@pytest.mark.control("offset-left", "the output bias left as it was", flip=flip_without_offset)
@given(
    point=strategies.network_points(units=(1, 1), points=(1, 2), hidden_bias=True, output_bias=True)
)
def test_random_single_units_have_a_partner(check, point, *, flip=flip_unit):
    """A random sigmoid unit that fits its data exactly has a partner that fits them as well.

    The partner is the sign flip or, where the outgoing weight is 0, the hidden bias plus 1.
    """
    network, inputs = point.network, SYMBOLS.enter(point.inputs)
    dimension = network.widths[0]
    bias, weight = dimension, dimension + 1
    dead = point.theta[weight] == 0
    other = point.theta.copy()
    if dead:
        other[bias] += 1
    else:
        other = flip(network, point.theta, 0)
    witness = {"network": network, "theta": point.theta, "inputs": point.inputs}
    check.that(bool((other != point.theta).any()), "the partner is another point", **witness)
    targets = network.predict(SYMBOLS.enter(point.theta), inputs)
    loss = Objective(network, SQUARED_ERROR).value(SYMBOLS.enter(other), inputs, targets)
    check.zero(loss, "the loss of the partner", **witness)
    check.label("outgoing weight 0" if dead else "flipped")


@pytest.mark.claim(
    CLAIM, reading=ONE_UNIT, shows="fails", by="counterexample", when=["unpenalised"]
)
@pytest.mark.control("inner-label", "label 1/2 in place of 1", label=Fraction(1, 2))
def test_one_class_has_no_minimum_with_biases(check, *, label=Fraction(1)):
    r"""With one class and biases, too, the cross-entropy has no minimum.

    One sample $x = 1$ with label 1, one sigmoid unit with biases: the derivative in the output
    bias is $-s(-z)$, negative everywhere.
    """
    network = one_hidden_layer(1, 1, SIGMOID)
    slope, _, output = slope_of_cross_entropy(network, label)
    check.zero(slope + logistic_complement(output), "the derivative plus s(-z)", label=label)
    check.record(("input", "derivative in the output bias, never 0"), (1, slope))
    check.size(units=1, points=1, inputs=1)


def swap_in_layer(network, theta, layer, first, second):
    """Return theta with two units of a hidden layer, counted from 1, exchanged."""
    order = list(range(network.widths[layer]))
    order[first], order[second] = order[second], order[first]
    moved = theta.copy()
    for name, axis in ((f"W{layer}", 0), (f"W{layer + 1}", 1)):
        block = network.block(name)
        moved[block.start : block.stop] = block.of(theta).take(order, axis=axis).reshape(-1)
    return moved


def swap_rows_in_layer(network, theta, layer, first, second):
    """Wrong on purpose: the outgoing weights stay."""
    moved = swap_in_layer(network, theta, layer, first, second)
    block = network.block(f"W{layer + 1}")
    moved[block.start : block.stop] = theta[block.start : block.stop]
    return moved


@pytest.mark.claim(
    CLAIM,
    reading=DEEPER,
    shows="holds",
    by="identity",
    when=["several-units", "attained", "unpenalised"],
)
@pytest.mark.control("rows-only", "outgoing weights left in place", swap=swap_rows_in_layer)
@pytest.mark.control("same-sign", "e added to both outgoing weights", balance=same_sign)
def test_two_units_in_any_layer_give_a_partner(check, *, swap=swap_in_layer, balance=opposite_sign):
    r"""With more layers, too, a swap or a shift in the layer of several units gives a second one.

    As with two layers, in the hidden layer that has two units: swapped with their incoming
    and outgoing weights they give the next layer the same sums; if they agree in all of them, $e$
    added to an outgoing weight of the one and taken from that of the other to the same unit keeps
    these sums. Nothing is asked of what comes before and after. Executed for the widths
    (2, 2, 1, 1), (2, 1, 2, 1) and (2, 2, 2, 1), an activation and a loss of the vector of two
    outputs of which nothing is known.
    """
    inputs, shift, loss = symbols("x", 2, 2), symbols("e"), unknown_function("L")
    for widths in ((2, 2, 1, 1), (2, 1, 2, 1), (2, 2, 2, 1)):
        network = Network(widths, ANY, **NO_BIASES)
        for layer in (1, 2):
            if widths[layer] == 1:
                continue
            theta = symbols("t", network.size)
            moved = swap(network, theta, layer, 0, 1)
            change = loss(network.predict(moved, inputs)) - loss(network.predict(theta, inputs))
            check.zero(change, "change of the loss by a swap", widths=widths, layer=layer)
            incoming, outgoing = network.block(f"W{layer}"), network.block(f"W{layer + 1}")
            rows = incoming.of(theta).copy()
            rows[1] = rows[0]
            theta[incoming.start : incoming.stop] = rows.reshape(-1)
            shifted, first = theta.copy(), outgoing.start
            shifted[first] = theta[first] + shift
            shifted[first + 1] = balance(theta[first + 1], shift)
            change = loss(network.predict(shifted, inputs)) - loss(network.predict(theta, inputs))
            check.zero(change, "change of the loss by a shift", widths=widths, layer=layer)


CHAIN = Fraction(2, 3), Fraction(3, 4), Fraction(4, 7)


@pytest.mark.claim(
    CLAIM, reading=DEEPER, shows="fails", by="counterexample", when=["attained", "unpenalised"]
)
@pytest.mark.control("equal-targets", "three equal targets", targets=(Fraction(2, 3),) * 3)
def test_a_chain_with_a_single_minimum(check, *, targets=CHAIN):
    r"""A chain of three layers of one unit: on three points its loss has exactly one minimum.

    $f(x) = v\,s(u\,s(wx))$, $x = (0, 1, -1)$, $y = (\frac23, \frac34, \frac47)$. The infimum 0 is
    attained at $v = 1$, $u = 2 \log 2$ and the $w$ with $s(w) = \log_4 3$: the inner sums
    $\frac u2$, $u\,s(w)$, $u\,s(-w)$ are $\log 2$, $\log 3$, $\log\frac43$, whose sigmoids are
    the targets.

    No other parameters have the loss 0. Since $s(w) + s(-w) = 1 = 2 s(0)$, the second and the
    third inner sum add up to twice the first, so $e^{h_1}e^{h_2} = (e^{h_0})^2$; where $v s(h_i) =
    y_i$, $e^{h_i} = \frac{y_i}{v - y_i}$. That is $y_1y_2 (v-y_0)^2 = y_0^2 (v-y_1)(v-y_2)$, or
    $v\,(1 - v) = 0$. $v = 0$ does not fit, so $v = 1$. Then $s(\frac u2) =
    \frac23$ determines $u \ne 0$, and $s(u\,s(w)) = \frac34$ determines $w$, because $s$
    increases strictly. Longer chains have nothing to swap either; they are not executed.
    """
    network = Network((1, 1, 1, 1), SIGMOID, **NO_BIASES)
    w, u, v = theta = symbols("t", 3)
    inputs = SYMBOLS.enter([[0], [1], [-1]])
    outputs = network.predict(theta, inputs)
    inner = u * logistic(SYMBOLS.enter([0, w, -w]))
    check.zero(outputs - v * logistic(inner), "the outputs minus v s(h)")
    check.zero(inner[1] + inner[2] - 2 * inner[0], "h1 + h2 - 2 h0")
    h = symbols("h")
    odds = v * logistic(h) / (v - v * logistic(h)) - logistic(h) / logistic_complement(h)
    check.zero(odds, "y/(v - y) minus e^h, for y = v s(h)")
    first, second, third = targets
    condition = second * third * square(v - first) - first**2 * (v - second) * (v - third)
    check.zero(63 * condition - v * (1 - v), "what the three targets say of v", y=targets)
    two, three, ratio = (y / (1 - y) for y in targets)
    check.that(two == 2 and three == 3, "e^h0 and e^h1 at v = 1")
    check.that(three * ratio == two**2, "e^h1 e^h2 = (e^h0)^2: the chain fits all three points")
    check.that(1 < three < two**2, "s(w) = log 3/log 4 lies between 0 and 1")
    check.record("inputs", inputs)
    check.record("e^h of the inner sums at the only minimum, v = 1", (two, three, ratio))
    check.size(units_a_layer=1, inputs=1, hidden_layers=2, points=len(inputs))


@pytest.mark.claim(
    CLAIM, reading=DEEPER, shows="fails", by="counterexample", when=["several-units", "unpenalised"]
)
@pytest.mark.control("inner-label", "label 1/2 in place of 1", label=Fraction(1, 2))
def test_one_class_has_no_minimum_with_more_layers(check, *, label=Fraction(1)):
    r"""With one class and three layers, too, the cross-entropy has no minimum.

    One sample $x = 1$ with label 1, two sigmoid units and then one, without biases: the derivative
    in the outgoing weight is $-s(h)\,s(-z)$ with the inner sum $h$ of the last unit, negative
    everywhere.
    """
    network = Network((1, 2, 1, 1), SIGMOID, **NO_BIASES)
    slope, theta, output = slope_of_cross_entropy(network, label)
    inner = theta[2] * logistic(theta[0]) + theta[3] * logistic(theta[1])
    expected = -(logistic(inner) * logistic_complement(output))
    check.zero(slope - expected, "the derivative plus s(h) s(-z)", label=label)
    check.record(("input", "derivative in the last weight, never 0"), (1, slope))
    check.size(
        points=1,
        inputs=1,
        hidden_layers=2,
        smaller="the reading is about two hidden layers or more",
    )
