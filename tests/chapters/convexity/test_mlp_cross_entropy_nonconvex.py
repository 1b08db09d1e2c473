"""A hidden layer makes the cross-entropy non-convex: with both, one or no biases."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume
from hypothesis import strategies as st

from claims.compiled import Function
from claims.mathematics import (
    ACTIVATIONS,
    CROSS_ENTROPY,
    L2,
    RELU,
    SIGMOID,
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
    softplus,
    square,
    symbols,
    tanh,
    uninterpreted,
)
from claims.testing import given, strategies

CLAIM = "mlp-cross-entropy-nonconvex"
ANY = Activation(
    "any", uninterpreted("a"), uninterpreted("a'"), Parity.NONE, Range(None, None), False
)
CONSTANT = Activation(
    "constant",
    lambda h: 0 * h + 1,
    lambda h: 0 * h,
    Parity.EVEN,
    Range(Fraction(1), Fraction(1), low_attained=True),
    False,
)
NAMED = (SIGMOID, TANH, RELU)
HALF = Fraction(1, 2)
ONE_TERM = Loss("one term of the cross-entropy", lambda z, t: (1 - t) * softplus(z))


def mean(targets):
    return targets.sum() * Fraction(1, len(targets))


def half_rise(network, background, low, high, level, rise):
    """Wrong on purpose: half the rise."""
    return swing_chord(network, background, low, high, level, rise * HALF)


@pytest.mark.claim(CLAIM, shows="holds", by="identity")
@pytest.mark.control("half-rise", "half the output weights", chord=half_rise)
@pytest.mark.control("one-term", "one of the two terms of the loss left out", loss=ONE_TERM)
def test_one_of_two_midpoints_lies_above(check, *, chord=swing_chord, loss=CROSS_ENTROPY):
    r"""Two chords have ends of logit 0 and midpoints of logit 1 and -1: one midpoint is higher.

    Take biases $\beta_1, \beta_2$ with $D = a(\beta_2) - a(\beta_1) \ne 0$, hidden weights 0 and
    all other units off. At $(v, b, c) = (v, \beta_1, -v a(\beta_1))$ and $(-v, \beta_2, v
    a(\beta_2))$ the logit is 0 for every input, at the midpoint it is $vD/2$; choose $v$ so that
    this is $1$ or $-1$. The loss of a constant logit $z$ is $\ln(1+e^z) - \bar t z$, with $\bar
    t$ the mean label. Its rises from $0$ to $1$ and from $0$ to $-1$ have the sum $\ln(1+e) +
    \ln(1+e^{-1}) - 2\ln 2 > 0$, whatever $\bar t$ is: one of the two midpoints lies above both
    ends of its chord. Not quasiconvex, so not convex, for every data set (one class alone
    included), width and activation that is not constant. Executed for symbolic data with one to
    five units, one to five samples, one or two inputs: the other units are off and every sample
    has the same output, so that no size matters.
    """
    low, high = symbols("low"), symbols("high")
    for features, units, samples in ((1, 1, 1), (2, 2, 2), (1, 3, 1), (1, 5, 5)):
        network = one_hidden_layer(features, units, ANY)
        objective = Objective(network, loss)
        inputs, targets = symbols("x", samples, features), symbols("t", samples)
        for side in (1, -1):
            numbers = SYMBOLS.enter([0, side])
            start, end = chord(network, symbols("w", network.size), low, high, *numbers)
            values = [
                objective.value(theta, inputs, targets)
                for theta in (start, end, (start + end) * HALF)
            ]
            check.zero(values[1] - values[0], "the difference of the ends", units=units)
            rise = softplus(numbers[1]) - softplus(numbers[0]) - side * mean(targets)
            check.zero(
                values[2] - values[0] - rise,
                "midpoint minus end minus the rise of the loss",
                features=features,
                units=units,
                samples=samples,
                side=side,
            )
    check.positive(
        lambda a: softplus(a.enter(1)) + softplus(a.enter(-1)) - 2 * softplus(a.enter(0)),
        "the sum of the two rises",
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
    r"""Without output bias the points of equal logit lie on a curve that bends, as it has to.

    Hidden weights 0, all other units off, ends $(p/a(\beta_1), \beta_1)$ and $(p/a(\beta_2),
    \beta_2)$: both have the logit $p$ at every input, the midpoint has $\kappa p$ with $\kappa =
    \frac12 \bigl(\frac1{a(\beta_1)} + \frac1{a(\beta_2)}\bigr)\,a\bigl(\frac{\beta_1 +
    \beta_2}2\bigr)$. With $\Phi(z) = \ln(1+e^z) - \bar t z$ the loss there exceeds that at the
    ends by $\Phi(\kappa p) - \Phi(p)$. For a mean label $\bar t \le \frac12$ take $p = 1$: this
    is at least $\ln(1+e^\kappa) - \ln(1+e) - \frac{\kappa-1}2$; for $\bar t \ge \frac12$ take $p
    = -1$: the same bound. It is positive for each $\kappa > 1$, because $s(z) > \frac12$ for $z >
    0$. Sigmoid at $\mp1$: $\kappa = 1.27\ldots$; ReLU at 1 and 3: $\kappa = \frac43$; tanh at 1
    and 3: $\kappa = 1.117\ldots$ Executed for symbolic data with one or two units, samples and
    inputs: the other units are off and every sample has the same output, so that no size matters.
    """
    low, high = symbols("low"), symbols("high")
    ratio = level_ratio(ANY, low, high)
    for features, units, samples in ((1, 1, 1), (2, 2, 2)):
        network = one_hidden_layer(features, units, ANY, output_bias=False)
        objective = Objective(network, CROSS_ENTROPY)
        inputs, targets = symbols("x", samples, features), symbols("t", samples)
        for side in (1, -1):
            level = SYMBOLS.enter(side)
            start, end = chord(network, symbols("w", network.size), low, high, level)
            values = [
                objective.value(theta, inputs, targets)
                for theta in (start, end, (start + end) * HALF)
            ]
            check.zero(values[1] - values[0], "the difference of the ends", units=units)
            bound = softplus(ratio) - softplus(SYMBOLS.enter(1)) - (ratio - 1) * HALF
            rest = (ratio - 1) * (HALF - mean(targets)) * side
            check.zero(
                values[2] - values[0] - bound - rest,
                "excess of the midpoint minus the bound minus (kappa - 1) |1/2 - t|",
                units=units,
                side=side,
            )
    for activation in activations:
        ends = (-1, 1) if activation is SIGMOID else (1, 3)

        def bound(a, activation=activation, ends=ends):
            factor = level_ratio(activation, *map(a.enter, ends))
            return softplus(factor) - softplus(a.enter(1)) - (factor - 1) * HALF

        check.positive(
            lambda a, activation=activation, ends=ends: (
                level_ratio(activation, *map(a.enter, ends)) - 1
            ),
            "kappa exceeds 1",
            activation=activation,
            biases=ends,
        )
        check.positive(bound, "the excess is positive", activation=activation, biases=ends)


def gate(on):
    """ReLU on pre-activations of known sign: ``on`` is 1 where they are positive, else 0."""
    return Activation(
        "gate", lambda h: on * h, lambda h: 0 * h + on, Parity.NONE, Range(None, None), False
    )


def unscaled_end(network, theta, moved, fraction):
    """Wrong on purpose: the hidden weights go to ``moved`` and not beyond."""
    return fading_end(network, theta, moved, 1)


@pytest.mark.claim(CLAIM, reading="no-biases", shows="holds", by="identity", when=["nonzero-input"])
@pytest.mark.control("not-beyond", "a chord that ends at the moved weights", fade=unscaled_end)
@pytest.mark.control("one-term", "one of the two terms of the loss left out", loss=ONE_TERM)
def test_without_any_bias(check, *, fade=fading_end, loss=CROSS_ENTROPY):
    r"""Without biases a convex loss could not depend on the hidden weights at all; it does.

    *If convex, then independent of W.* The chord from $(W, v)$ to $(W + \frac1\varepsilon (W'-W),
    0)$ passes $(W', (1-\varepsilon) v)$, and at its far end the logit is 0 whatever the hidden
    weights. Convexity and $\varepsilon \to 0$ give $L(W', v) \le L(W, v)$, both ways round.

    *It depends on W.* Use one unit and write $h_i = w\cdot x_i$; some $x_i \ne 0$ gives $w$ with
    some $h_i \ne 0$. Summed over the signs of $v$ the labels cancel: $\ell(z,t) + \ell(-z,t) =
    E(z) = \ln(1+e^z) + \ln(1+e^{-z})$, which is even, with $E''(z) = 2\,s(z)\,s(-z) > 0$. For
    tanh and ReLU compare $w$ and $-w$ with $0$: $E' = s(z) - s(-z)$ has the sign of $z$, so $E$
    is smallest at 0 alone; the outputs $\pm v\tanh h_i$, for ReLU $v h_i$ and 0, start from 0 and
    one of the two moves away. For the sigmoid the outputs $v\,s(h_i)$ and $v\,s(-h_i)$ have the
    mean $v/2$, the output at $w = 0$, and differ where $h_i \ne 0$: by strict convexity the sum
    over $\pm w$ exceeds twice the value at 0. So for some signs $L(\pm w, \pm v) > L(0, \pm v)$.
    Executed with one or two units and inputs, sample by sample: the other units are off, and the
    loss is a mean over the samples.
    """
    fraction = symbols("e")
    for features, units in ((1, 1), (2, 2)):
        network = one_hidden_layer(features, units, ANY, hidden_bias=False, output_bias=False)
        theta, moved = symbols("w", network.size), symbols("m", network.size)
        end = fade(network, theta, moved, fraction)
        point = theta * (1 - fraction) + end * fraction
        split = network.block("W2").start
        check.zero(point[:split] - moved[:split], "hidden weights on the chord", units=units)
        check.zero(
            point[split:] - theta[split:] * (1 - fraction), "output weights there", units=units
        )
        check.zero(network.predict(end, symbols("x", 2, features)), "the logit at the far end")
    z, t, v, h = symbols("z"), symbols("t"), symbols("v"), symbols("h")
    even = Function(lambda z: softplus(z) + softplus(-z), z=())
    check.zero(
        loss.value(z, t) + loss.value(-z, t) - even.value(z), "sum over the signs, minus E(z)"
    )
    check.zero(even.value(z) - even.value(-z), "E(z) - E(-z)")
    check.zero(even.hessian(z) - 2 * logistic(z) * logistic_complement(z), "E'' minus 2 s(z) s(-z)")
    network = one_hidden_layer(1, 1, SIGMOID, hidden_bias=False, output_bias=False)
    outputs = [
        network.predict(np.array([w, v], dtype=object), SYMBOLS.enter([[1]]))[0]
        for w in (h, -h, h * 0)
    ]
    check.zero(outputs[0] + outputs[1] - 2 * outputs[2], "outputs at w and -w, minus twice at 0")
    check.zero(
        outputs[0] - outputs[1] - v * (logistic(h) - logistic_complement(h)),
        "the difference of the outputs at w and -w",
    )
    data = SYMBOLS.enter([[1]])
    network = one_hidden_layer(1, 1, TANH, hidden_bias=False, output_bias=False)
    for sign in (1, -1):
        output = network.predict(np.array([h * sign, v], dtype=object), data)[0]
        check.zero(output - sign * v * tanh(h), "the output of tanh at w and -w", sign=sign)
    check.zero(network.predict(np.array([h * 0, v], dtype=object), data), "that of tanh at 0")
    for on, kept in ((1, h), (0, h * 0)):
        network = one_hidden_layer(1, 1, gate(on), hidden_bias=False, output_bias=False)
        output = network.predict(np.array([h, v], dtype=object), data)[0]
        check.zero(output - v * kept, "the output of ReLU, for each sign of w", positive=on)
    rising = Function(lambda z: softplus(z) + softplus(-z), z=()).gradient(z)
    check.zero(rising - (logistic(z) - logistic_complement(z)), "E'(z) minus s(z) - s(-z)")


@pytest.mark.claim(CLAIM, reading="no-biases", shows="fails", by="counterexample")
@pytest.mark.control("nonzero-input", "the input 1 in place of 0", x=1)
def test_with_the_input_zero_and_no_bias_the_loss_is_convex(check, *, x=0):
    r"""One sample with the input 0 and no biases: a convex loss, with a hidden layer.

    Every unit outputs $a(0)$, which is $\frac12$ for the sigmoid and 0 for tanh and ReLU. The
    logit is $z = a(0) \sum_j v_j$, linear in the parameters, and the curvature along a line is
    $s(z)\,s(-z)$ times the square of the change of $z$. Executed for one unit; $n$
    units add $n$ such terms.
    """
    for activation in (SIGMOID, TANH):
        network = one_hidden_layer(1, 1, activation, hidden_bias=False, output_bias=False)
        theta, direction = symbols("w", network.size), symbols("u", network.size)
        inputs, targets = SYMBOLS.enter([[x]]), symbols("t", 1)
        hessian = Function(
            Objective(network, CROSS_ENTROPY).value, theta=theta.shape, inputs=(1, 1), targets=(1,)
        ).hessian(theta, inputs, targets)
        logit, change = (network.predict(point, inputs)[0] for point in (theta, direction))
        check.zero(
            direction @ hessian @ direction
            - logistic(logit) * logistic_complement(logit) * square(change),
            "curvature along a line minus s(z) s(-z) times a square",
            activation=activation,
            x=x,
        )
        check.record(f"logit of one {activation} unit at x = {x}", logit)
    check.zero(RELU.value(RATIONALS.enter(0)), "ReLU at 0")
    check.size(points=1, inputs=1, units=1)


@st.composite
def problems(draw):
    """Inputs with labels in [0, 1], a number of units, free parameters, an activation."""
    data = draw(strategies.data_sets(points=(1, 4), dimensions=(1, 2), exponents=(-2, 1)))
    labels = [Fraction(draw(st.integers(0, 4)), 4) for _ in data.targets]
    units = draw(st.integers(1, 5))
    background = draw(strategies.parameters(data.inputs.shape[1] * units + 2 * units + 1))
    return data.inputs, labels, units, background, draw(st.sampled_from(sorted(ACTIVATIONS)))


@pytest.mark.claim(CLAIM, shows="holds", by="property")
@pytest.mark.claim(CLAIM, reading="hidden-bias-only", shows="holds", by="property")
@pytest.mark.control("wrong-side", "the midpoint moved to the other side", side=-1)
@given(problem=problems())
def test_random_networks_with_hidden_biases(check, problem, *, side=1):
    """For random data and networks the midpoint of the chord lies above its ends.

    With output bias for every activation of the catalogue, without it for sigmoid, tanh and ReLU;
    labels from 0 to 1, one class alone among them; decided in balls.
    """
    inputs, labels, units, background, name = problem
    swing = side if sum(labels) * 2 <= len(labels) else -side
    cases = [(ACTIVATIONS[name], True)]
    if ACTIVATIONS[name] in NAMED:
        cases.append((ACTIVATIONS[name], False))
    if len(set(labels)) == 1 and labels[0] in (0, 1):
        check.label("one class")
    for activation, output_bias in cases:
        network = one_hidden_layer(inputs.shape[1], units, activation, output_bias=output_bias)
        objective = Objective(network, CROSS_ENTROPY)
        check.label(f"{name}, {'both biases' if output_bias else 'no output bias'}")

        def over(arithmetic, network=network, objective=objective):
            entered = arithmetic.enter(inputs), arithmetic.enter(labels)
            theta = arithmetic.enter(background[: network.size])
            if network.output_bias:
                ends = swing_chord(network, theta, *arithmetic.enter([0, 1, 0, swing]))
            else:
                biases = (-1, 1) if network.activation is SIGMOID else (1, 3)
                ends = level_chord(network, theta, *arithmetic.enter([*biases, swing]))
            middle = (ends[0] + ends[1]) * HALF
            return objective.value(middle, *entered) - objective.value(ends[0], *entered)

        check.positive(
            over,
            "the midpoint lies above the ends",
            inputs=inputs,
            labels=labels,
            units=units,
            background=background,
            activation=activation,
            output_bias=output_bias,
        )


@pytest.mark.claim(CLAIM, reading="no-biases", shows="holds", by="property", when=["nonzero-input"])
@pytest.mark.control("penalised", "an L2 penalty, which lifts the ends", penalty=L2(Fraction(1)))
@given(
    data=strategies.data_sets(points=(1, 5), dimensions=(1, 3), exponents=(-2, 1)),
    quarters=st.lists(st.integers(0, 4), min_size=5, max_size=5),
    units=st.integers(1, 2),
    name=st.sampled_from(["sigmoid", "tanh", "relu"]),
    draws=340,
)
def test_random_networks_without_biases(check, data, quarters, units, name, *, penalty=None):
    """On random data with an input that is not zero a chord is found that dips below the graph.

    The recipe of the proof names the chord in floats; it is decided in balls.
    """
    inputs = data.inputs
    labels = [Fraction(count, 4) for count in quarters[: len(inputs)]]
    assume(inputs.any())
    network = one_hidden_layer(
        inputs.shape[1], units, ACTIVATIONS[name], hidden_bias=False, output_bias=False
    )
    plain = Objective(network, CROSS_ENTROPY)
    objective = Objective(network, CROSS_ENTROPY, penalty=penalty)
    start, end, fraction = fading_chord(plain, inputs, np.array(labels, dtype=np.float64))
    check.label(name)

    def depth(arithmetic):
        entered = arithmetic.enter(inputs), arithmetic.enter(labels)
        return -chord_gap(
            lambda theta: objective.value(theta, *entered),
            arithmetic.enter(start),
            arithmetic.enter(end),
            arithmetic.enter(1 - fraction),
        )

    check.positive(
        depth,
        "the chord dips below the graph",
        inputs=inputs,
        labels=labels,
        activation=name,
        start=start,
        end=end,
        fraction=fraction,
    )
