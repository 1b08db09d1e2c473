"""A hidden layer makes the mean squared error non-convex: with both, one or no biases."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume
from hypothesis import strategies as st

from claims.mathematics import (
    ACTIVATIONS,
    L2,
    RELU,
    SIGMOID,
    SQUARED_ERROR,
    TANH,
    Activation,
    Loss,
    Objective,
    Parity,
    Range,
    chord_gap,
    fading_chord,
    fading_end,
    level_chord,
    level_ratio,
    one_hidden_layer,
    swing_chord,
)
from claims.numbers import (
    RATIONALS,
    SYMBOLS,
    logistic,
    logistic_complement,
    square,
    symbols,
    tanh,
    uninterpreted,
)
from claims.testing import given, strategies

CLAIM = "mlp-squared-error-nonconvex"
ANY = Activation(
    "any", uninterpreted("a"), uninterpreted("a'"), Parity.NONE, Range(None, None), False
)
NAMED = (SIGMOID, TANH, RELU)
CONSTANT = Activation(
    "constant",
    lambda h: 0 * h + 1,
    lambda h: 0 * h,
    Parity.EVEN,
    Range(Fraction(1), Fraction(1), low_attained=True),
    False,
)
HALF = Fraction(1, 2)
FLAT = Loss("constant", lambda p, y: 0 * p)


def mean(targets):
    return targets.sum() * Fraction(1, len(targets))


def half_rise(network, background, low, high, level, rise):
    """Wrong on purpose: half the rise."""
    return swing_chord(network, background, low, high, level, rise * HALF)


@pytest.mark.claim(CLAIM, shows="holds", by="identity")
@pytest.mark.control("half-rise", "half the output weights", chord=half_rise)
@pytest.mark.control("constant-loss", "a loss that is constant, hence convex", loss=FLAT)
def test_the_midpoint_lies_above_two_equal_ends(check, *, chord=swing_chord, loss=SQUARED_ERROR):
    r"""On every data set a chord exists whose midpoint lies above both of its ends.

    Take biases $\beta_1, \beta_2$ with $D = a(\beta_2) - a(\beta_1) \ne 0$, hidden weights 0 and
    all other units off. At $(v, b, c) = (v, \beta_1, \bar y - v a(\beta_1))$ and $(-v, \beta_2,
    \bar y + v a(\beta_2))$ the network outputs the mean $\bar y$ of the targets for every input,
    at the midpoint $(0, \cdot, \bar y + vD/2)$ it outputs $\bar y + vD/2$. Hence the loss at the
    midpoint exceeds that at both ends by $(vD/2)^2 > 0$: not quasiconvex, and not convex. Nothing
    is asked of data, width or activation but $D \ne 0$; checked for an activation of which
    nothing is known, with symbolic data. Executed with one to five units, one to five samples,
    one or two inputs: the other units are off and every sample has the same output, so that no size
    matters.
    """
    low, high, rise = symbols("low"), symbols("high"), symbols("r")
    for features, units, samples in ((1, 1, 1), (2, 2, 2), (1, 3, 1), (1, 5, 5)):
        network = one_hidden_layer(features, units, ANY)
        objective = Objective(network, loss)
        inputs, targets = symbols("x", samples, features), symbols("y", samples)
        start, end = chord(network, symbols("t", network.size), low, high, mean(targets), rise)
        values = [
            objective.value(theta, inputs, targets) for theta in (start, end, (start + end) * HALF)
        ]
        check.zero(values[1] - values[0], "the difference of the ends", units=units)
        check.zero(
            values[2] - values[0] - square(rise),
            "midpoint minus end minus (v D / 2)^2",
            features=features,
            units=units,
            samples=samples,
        )


def doubled_end(network, background, low, high, level):
    """Wrong on purpose: the second end outputs twice the level."""
    start, end = level_chord(network, background, low, high, level)
    end[network.block("W2").start] *= 2
    return start, end


@pytest.mark.claim(CLAIM, reading="hidden-bias-only", shows="holds", by="identity")
@pytest.mark.control("doubled-end", "one end of twice the output", chord=doubled_end)
@pytest.mark.control("constant", "a constant activation among them", activations=(CONSTANT,))
def test_without_output_bias(check, *, chord=level_chord, activations=NAMED):
    r"""Without output bias the points of equal output $v\,a(b) = p$ lie on a curve that bends.

    Hidden weights 0, all other units off, ends $(p/a(\beta_1), \beta_1)$ and $(p/a(\beta_2),
    \beta_2)$: both output $p$ at every input, the midpoint outputs $\kappa p$ with $\kappa =
    \frac12 \bigl(\frac1{a(\beta_1)} + \frac1{a(\beta_2)}\bigr)\,a\bigl(\frac{\beta_1 +
    \beta_2}2\bigr)$. The loss there exceeds that at the ends by $(\kappa-1)\,p\,((\kappa+1)\,p -
    2\bar y)$. If $\bar y \ne 0$ take $p = \bar y$: the excess is $(\kappa-1)^2 \bar y^2$; if
    $\bar y = 0$ take $p = 1$: it is $\kappa^2 - 1$. It remains that $\kappa > 1$: for the sigmoid
    at $\mp h$, $\kappa - 1 = \frac{(s(h) - s(-h))^2}{4\,s(h)\,s(-h)}$; for ReLU at 1 and 3,
    $\kappa = 4/3$; for tanh at 1 and 3, $\kappa = 1.117\ldots$ Not even quasiconvex, again.
    Executed for symbolic data with one or two units, samples and inputs: the other units are off
    and every sample has the same output, so that no size matters.
    """
    low, high, level = symbols("low"), symbols("high"), symbols("p")
    for features, units, samples in ((1, 1, 1), (2, 2, 2)):
        network = one_hidden_layer(features, units, ANY, output_bias=False)
        objective = Objective(network, SQUARED_ERROR)
        inputs, targets = symbols("x", samples, features), symbols("y", samples)
        ratio = level_ratio(ANY, low, high)
        start, end = chord(network, symbols("t", network.size), low, high, level)
        values = [
            objective.value(theta, inputs, targets) for theta in (start, end, (start + end) * HALF)
        ]
        check.zero(values[1] - values[0], "the difference of the ends", units=units)
        excess = (ratio - 1) * level * ((ratio + 1) * level - 2 * mean(targets))
        check.zero(values[2] - values[0] - excess, "the excess of the midpoint", units=units)
    h = symbols("h")
    steep = square(logistic(h) - logistic_complement(h))
    check.zero(
        (level_ratio(SIGMOID, -h, h) - 1) * 4 * logistic(h) * logistic_complement(h) - steep,
        "kappa - 1 of the sigmoid, times 4 s(h) s(-h), minus a square",
    )
    for activation in activations:
        ends = (-1, 1) if activation is SIGMOID else (1, 3)
        check.positive(
            lambda a, activation=activation, ends=ends: (
                level_ratio(activation, *map(a.enter, ends)) - 1
            ),
            "kappa exceeds 1",
            activation=activation,
            biases=ends,
        )


def unscaled_end(network, theta, moved, fraction):
    """Wrong on purpose: the hidden weights go to ``moved`` and not beyond."""
    return fading_end(network, theta, moved, 1)


@pytest.mark.claim(CLAIM, reading="no-biases", shows="holds", by="identity", when=["nonzero-input"])
@pytest.mark.control("not-beyond", "a chord that ends at the moved weights", fade=unscaled_end)
@pytest.mark.control("constant-loss", "a loss that is constant, hence convex", loss=FLAT)
def test_without_any_bias(check, *, fade=fading_end, loss=SQUARED_ERROR):
    r"""Without biases a convex loss could not depend on the hidden weights at all; it does.

    *If convex, then independent of W.* The chord from $(W, v)$ to $(W + \frac1\varepsilon (W'-W),
    0)$ passes $(W', (1-\varepsilon) v)$, and at its far end the output is 0 whatever the hidden
    weights. Convexity gives $L(W', (1-\varepsilon) v) \le (1-\varepsilon) L(W, v) + \varepsilon
    L(\cdot, 0)$, and with $\varepsilon \to 0$, $L$ being continuous, $L(W', v) \le L(W, v)$. That
    holds both ways: $L$ would not depend on $W$.

    *It depends on W.* Use one unit and write $h_i = w\cdot x_i$; some $x_i \ne 0$ gives $w$ with
    some $h_i \ne 0$. Sum $L$ over the signs of $v$ and of $w$, and subtract twice the sum over
    the signs of $v$ at $w = 0$. The targets cancel, and there remain the means of $v^2 (s(h_i) -
    s(-h_i))^2$ for the sigmoid, $4 v^2 \tanh^2 h_i$ for tanh, $2 v^2 h_i^2$ for ReLU: positive.
    So for some signs $L(\pm w, \pm v) > L(0, \pm v)$. Executed for symbolic data with one or two
    units, samples and inputs: the other units are off, and the loss is a mean over the samples.
    """
    fraction = symbols("e")
    for features, units in ((1, 1), (2, 2)):
        network = one_hidden_layer(features, units, ANY, hidden_bias=False, output_bias=False)
        theta, moved = symbols("t", network.size), symbols("m", network.size)
        end = fade(network, theta, moved, fraction)
        point = theta * (1 - fraction) + end * fraction
        split = network.block("W2").start
        check.zero(point[:split] - moved[:split], "hidden weights on the chord", units=units)
        check.zero(
            point[split:] - theta[split:] * (1 - fraction), "output weights there", units=units
        )
        output = network.predict(end, symbols("x", 2, features))
        check.zero(output, "the output at the far end", units=units)

    def gate(on):
        """ReLU on pre-activations of known sign, one sample each: on is 1 where positive."""
        return Activation(
            "gate", lambda h: on[:, None] * h, lambda h: on, Parity.NONE, Range(None, None), False
        )

    for samples in (1, 2):
        inputs, targets = symbols("x", samples, 1), symbols("y", samples)
        w, v = symbols("w"), symbols("v")
        h = inputs[:, 0] * w
        share = Fraction(1, samples)
        steep = square(logistic(h) - logistic_complement(h))

        def total(plus, minus, inputs=inputs, targets=targets, w=w, v=v):
            """The signed sum of the losses, with the activations for +w and for -w."""
            result = SYMBOLS.enter(0)
            for sign in (1, -1):
                for direction, activation in ((1, plus), (-1, minus)):
                    network = one_hidden_layer(
                        1, 1, activation, hidden_bias=False, output_bias=False
                    )
                    objective = Objective(network, loss)
                    for place, factor in ((w * direction, 1), (w * 0, -1)):
                        theta = np.array([place, v * sign], dtype=object)
                        result = result + factor * objective.value(theta, inputs, targets)
            return result

        check.zero(
            total(SIGMOID, SIGMOID) - (square(v) * steep).sum() * share,
            "the signed sum for the sigmoid",
            samples=samples,
        )
        check.zero(
            total(TANH, TANH) - (4 * square(v) * square(tanh(h))).sum() * share,
            "the signed sum for tanh",
            samples=samples,
        )
        for bits in np.ndindex(*(2,) * samples):
            on = SYMBOLS.enter(np.array(bits))
            check.zero(
                total(gate(on), gate(1 - on)) - (2 * square(v) * square(h)).sum() * share,
                "the signed sum for ReLU, for each sign of the pre-activations",
                positive=bits,
            )


@pytest.mark.claim(CLAIM, reading="no-biases", shows="fails", by="counterexample")
@pytest.mark.control("nonzero-input", "the input 1 in place of 0", x=1)
def test_with_the_input_zero_and_no_bias_the_loss_is_convex(check, *, x=0):
    r"""One sample with the input 0 and no biases: a convex loss, with a hidden layer.

    Every unit outputs $a(0)$, which is $\frac12$ for the sigmoid and 0 for tanh and ReLU. The
    output is $a(0) \sum_j v_j$, linear in the parameters, and the gap of a chord is
    $\lambda(1-\lambda)$ times the squared difference of the outputs at its ends. Executed for one
    unit; $n$ units add $n$ such terms.
    """
    for activation in (SIGMOID, TANH):
        network = one_hidden_layer(1, 1, activation, hidden_bias=False, output_bias=False)
        objective = Objective(network, SQUARED_ERROR)
        inputs, targets = SYMBOLS.enter([[x]]), symbols("y", 1)
        a, b, weight = symbols("a", network.size), symbols("b", network.size), symbols("l")

        def value(theta, objective=objective, inputs=inputs, targets=targets):
            return objective.value(theta, inputs, targets)

        change = square(network.predict(a, inputs) - network.predict(b, inputs))[0]
        check.zero(
            chord_gap(value, a, b, weight) - weight * (1 - weight) * change,
            "the gap minus l (1 - l) times a square",
            activation=activation,
            x=x,
        )
        check.record(f"output of one {activation} unit at x = {x}", network.predict(a, inputs)[0])
    check.zero(RELU.value(RATIONALS.enter(0)), "ReLU at 0")
    check.size(points=1, inputs=1, units=1)


@st.composite
def problems(draw):
    """Data, an activation, a number of units, parameters where they are free."""
    data = draw(strategies.data_sets(points=(1, 5), dimensions=(1, 2)))
    units = draw(st.integers(1, 5))
    background = draw(strategies.parameters(data.inputs.shape[1] * units + 2 * units + 1))
    return data, units, background, draw(st.sampled_from(sorted(ACTIVATIONS)))


def as_given(targets):
    return targets


@pytest.mark.claim(CLAIM, shows="holds", by="property")
@pytest.mark.claim(CLAIM, reading="hidden-bias-only", shows="holds", by="property")
@pytest.mark.control("constant-loss", "a loss that is constant, hence convex", loss=FLAT)
@given(problem=problems())
def test_random_networks_with_hidden_biases(check, problem, *, loss=SQUARED_ERROR):
    """For random data and networks the midpoint of the chord lies above its ends.

    With output bias for every activation of the catalogue, without it for sigmoid, tanh and ReLU;
    decided exactly where the activation is rational, else in balls.
    """
    data, units, background, name = problem
    features = data.inputs.shape[1]
    level = sum(map(Fraction, data.targets.tolist())) / len(data.targets)
    cases = [(ACTIVATIONS[name], True)]
    if ACTIVATIONS[name] in NAMED:
        cases.append((ACTIVATIONS[name], False))
    for activation, output_bias in cases:
        network = one_hidden_layer(features, units, activation, output_bias=output_bias)
        objective = Objective(network, loss)
        check.label(f"{name}, {'both biases' if output_bias else 'no output bias'}")

        def over(arithmetic, network=network, objective=objective):
            entered = arithmetic.enter(data.inputs), arithmetic.enter(data.targets)
            theta = arithmetic.enter(background[: network.size])
            if network.output_bias:
                ends = swing_chord(network, theta, *arithmetic.enter([0, 1, level, 1]))
            else:
                biases = (-1, 1) if network.activation is SIGMOID else (1, 3)
                ends = level_chord(network, theta, *arithmetic.enter([*biases, level or 1]))
            middle = (ends[0] + ends[1]) * HALF
            return objective.value(middle, *entered) - objective.value(ends[0], *entered)

        check.positive(
            over,
            "the midpoint lies above the ends",
            inputs=data.inputs,
            targets=data.targets,
            units=units,
            background=background,
            activation=activation,
            output_bias=output_bias,
        )


@pytest.mark.claim(CLAIM, reading="no-biases", shows="holds", by="property", when=["nonzero-input"])
@pytest.mark.control("penalised", "an L2 penalty, which lifts the ends", penalty=L2(Fraction(1)))
@given(
    data=strategies.data_sets(points=(1, 5), dimensions=(1, 3)),
    units=st.integers(1, 2),
    name=st.sampled_from(["sigmoid", "tanh", "relu"]),
)
def test_random_networks_without_biases(check, data, units, name, *, penalty=None):
    """On random data with an input that is not zero a chord is found that dips below the graph.

    The recipe of the proof names the chord in floats; it is decided exactly or in balls.
    """
    assume(data.inputs.any())
    network = one_hidden_layer(
        data.inputs.shape[1], units, ACTIVATIONS[name], hidden_bias=False, output_bias=False
    )
    plain = Objective(network, SQUARED_ERROR)
    objective = Objective(network, SQUARED_ERROR, penalty=penalty)
    start, end, fraction = fading_chord(plain, data.inputs, data.targets)
    check.label(name)

    def depth(arithmetic):
        entered = arithmetic.enter(data.inputs), arithmetic.enter(data.targets)
        return -chord_gap(
            lambda theta: objective.value(theta, *entered),
            arithmetic.enter(start),
            arithmetic.enter(end),
            arithmetic.enter(1 - fraction),
        )

    check.positive(
        depth,
        "the chord dips below the graph",
        inputs=data.inputs,
        targets=data.targets,
        activation=name,
        start=start,
        end=end,
        fraction=fraction,
    )
