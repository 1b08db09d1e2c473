"""The prediction is never affine in all parameters; in which blocks it is, and in which not."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import strategies as st

from claims.mathematics import (
    ACTIVATIONS,
    IDENTITY,
    SIGMOID,
    Activation,
    Parity,
    Range,
    chord_gap,
    one_hidden_layer,
    swing_chord,
)
from claims.numbers import SYMBOLS, square, symbols, uninterpreted
from claims.testing import given, strategies

CLAIM = "prediction-nonlinear-in-parameters"
ANY = Activation(
    "any", uninterpreted("a"), uninterpreted("a'"), Parity.NONE, Range(None, None), False
)
HALF = Fraction(1, 2)


def kept_sign(network, *arguments):
    """Wrong on purpose: the second end keeps the sign of the output weight."""
    start, end = swing_chord(network, *arguments)
    place = network.block("W2").start
    end[place] = -end[place]
    return start, end


@pytest.mark.claim(CLAIM, shows="holds", by="identity")
@pytest.mark.control("kept-sign", "the sign of the output weight kept", chord=kept_sign)
def test_a_chord_of_equal_predictions_with_another_one_halfway(check, *, chord=swing_chord):
    r"""At every input two parameter vectors predict the same, and their midpoint does not.

    An affine function has at a midpoint the mean of its values at the ends. Take biases with $D =
    a(\beta_2) - a(\beta_1) \ne 0$, hidden weights 0, other units off: at $(v, \beta_1, f_0 - v
    a(\beta_1))$ and $(-v, \beta_2, f_0 + v a(\beta_2))$ the prediction is $f_0$ at every input,
    at the midpoint $f_0 + vD/2$. So the prediction is not affine in all parameters together, even
    for the identity as activation: there it is a product of weights. Checked for an activation of
    which nothing is known, at symbolic inputs. One to five units, one or two inputs; the other
    units are off.
    """
    low, high, level, rise = (symbols(name) for name in ("low", "high", "f", "r"))
    for features, units in ((1, 1), (2, 2), (1, 3), (2, 5)):
        network = one_hidden_layer(features, units, ANY)
        inputs = symbols("x", 1, features)
        start, end = chord(network, symbols("t", network.size), low, high, level, rise)

        def predict(theta, network=network, inputs=inputs):
            return network.predict(theta, inputs)[0]

        check.zero(predict(start) - level, "prediction at the start minus f0", units=units)
        check.zero(predict(end) - level, "prediction at the end minus f0", units=units)
        check.zero(chord_gap(predict, start, end, HALF) + rise, "gap plus v D / 2", units=units)


@st.composite
def problems(draw):
    """An input, a network on it, free parameters."""
    inputs = draw(strategies.design_matrices((1, 1), (1, 3)))
    units = draw(st.integers(1, 5))
    activation = ACTIVATIONS[draw(st.sampled_from(sorted(ACTIVATIONS)))]
    network = one_hidden_layer(inputs.shape[1], units, activation)
    return inputs, network, draw(strategies.parameters(network.size))


@pytest.mark.claim(CLAIM, shows="holds", by="property")
@pytest.mark.control("kept-sign", "the sign of the output weight kept", chord=kept_sign)
@given(problem=problems())
def test_random_networks_and_inputs(check, problem, *, chord=swing_chord):
    """For random inputs and networks the midpoint's prediction is not the mean of the ends'.

    Every activation of the catalogue; the gap has to be -1, decided between -5/4 and -3/4.
    """
    inputs, network, background = problem
    check.label(network.activation.name)

    def distance(arithmetic):
        entered = arithmetic.enter(inputs)
        ends = chord(network, arithmetic.enter(background), *arithmetic.enter([0, 1, 2, 1]))
        gap = chord_gap(
            lambda theta: network.predict(theta, entered)[0], *ends, arithmetic.enter(HALF)
        )
        return Fraction(1, 16) - square(gap + 1)

    check.positive(
        distance,
        "the gap is near -1",
        inputs=inputs,
        activation=network.activation,
        background=background,
        widths=network.widths,
    )


def only(network, theta, other, *names):
    """theta with the named blocks taken from ``other``."""
    mixed = theta.copy()
    for name in names:
        block = network.block(name)
        mixed[block.start : block.stop] = other[block.start : block.stop]
    return mixed


@pytest.mark.claim(CLAIM, reading="each-block", shows="fails", by="identity")
@pytest.mark.control("with-hidden-biases", "the hidden biases moved along", also=("b1",))
def test_the_prediction_is_affine_in_the_output_block(check, *, also=()):
    r"""With the hidden block fixed the prediction is affine in W_2 and b_2, together and alone.

    $\hat y = W_2 \cdot a(W_1 x + b_1) + b_2$ is a fixed vector of activations times $W_2$, plus
    $b_2$: every gap of a chord in these two blocks is 0, for every activation, input and width.
    So two of the four blocks listed enter linearly, one at a time and jointly. Executed for
    symbolic data with one unit on one input and three units on two; the prediction is a sum over
    the units.
    """
    for features, units in ((1, 1), (2, 3)):
        network = one_hidden_layer(features, units, ANY)
        inputs, weight = symbols("x", 1, features), symbols("l")
        theta, other = symbols("t", network.size), symbols("r", network.size)
        for names in (("W2",), ("b2",), ("W2", "b2")):
            moved = only(network, theta, other, *names, *also)

            def predict(point, network=network, inputs=inputs):
                return network.predict(point, inputs)[0]

            gap = chord_gap(predict, theta, moved, weight)
            check.zero(gap, "the gap of a chord in these blocks", blocks=names, units=units)
            check.record(f"gap of a chord in {' and '.join(names)}", gap)


@pytest.mark.claim(
    CLAIM,
    reading="hidden-block",
    shows="holds",
    by="identity",
    when=["nonaffine-activation", "live-output-weight"],
)
@pytest.mark.control("with-output-weights", "the output weights moved along", also=("W2",))
def test_the_hidden_block_inherits_the_gaps_of_the_activation(check, *, also=()):
    r"""Along a hidden bias the prediction has the gaps of the activation, times the output weight.

    Take the hidden weights 0 and let only the bias $\beta$ of unit $j$ run: the prediction is
    $v_j\,a(\beta)$ plus a constant, and its gap is $v_j$ times that of $a$. A function of one
    variable all of whose gaps are 0 is affine; so if $a$ is not affine some gap of it is not 0,
    and with $v_j \ne 0$ neither is that of the prediction. Hidden weights 0 serve every input at
    once; checked for an activation of which nothing is known. One or two units and inputs are
    executed; the other units stay as they are.
    """
    for features, units in ((1, 1), (2, 2)):
        network = one_hidden_layer(features, units, ANY)
        inputs, weight = symbols("x", 1, features), symbols("l")
        theta = symbols("t", network.size)
        theta[: network.block("W1").stop] = SYMBOLS.enter(np.zeros(features * units))
        place = network.block("b1").start
        other = theta.copy()
        other[place] = symbols("b")
        if also:
            other = only(network, other, symbols("r", network.size), *also)

        def predict(point, network=network, inputs=inputs):
            return network.predict(point, inputs)[0]

        single = chord_gap(ANY.value, theta[place], other[place], weight)
        live = theta[network.block("W2").start]
        check.zero(
            chord_gap(predict, theta, other, weight) - live * single,
            "gap of the prediction minus v times the gap of the activation",
            features=features,
            units=units,
        )


@pytest.mark.claim(
    CLAIM,
    reading="hidden-block",
    shows="fails",
    by="counterexample",
    when=["live-output-weight"],
)
@pytest.mark.control("sigmoid", "a sigmoid in place of the identity", activation=SIGMOID)
def test_the_identity_is_affine_in_the_hidden_block(check, *, activation=IDENTITY):
    r"""With the identity as activation the prediction is affine in the hidden block.

    One unit with output weight 1: $\hat y = w x + b$, an affine function of $(w, b)$. All gaps
    are 0, for symbolic input and chord.
    """
    network = one_hidden_layer(1, 1, activation)
    theta = SYMBOLS.enter([0, 0, 1, 0])
    hidden = only(network, theta, symbols("r", 4), "W1", "b1")
    other = only(network, theta, symbols("q", 4), "W1", "b1")
    inputs = symbols("x", 1, 1)
    gap = chord_gap(lambda t: network.predict(t, inputs)[0], hidden, other, symbols("l"))
    check.zero(gap, "the gap of a chord in W1 and b1", activation=activation)
    check.record("prediction", network.predict(hidden, inputs)[0])
    check.size(inputs=1, units=1)


@pytest.mark.claim(
    CLAIM,
    reading="hidden-block",
    shows="fails",
    by="counterexample",
    when=["nonaffine-activation"],
)
@pytest.mark.control("live-weight", "the output weight 1 in place of 0", weight=1)
def test_dead_output_weights_hide_the_hidden_block(check, *, weight=0):
    r"""With all output weights 0 the prediction does not depend on the hidden block at all.

    One sigmoid unit with output weight 0: $\hat y = c$, constant in $(w, b)$, hence affine.
    """
    network = one_hidden_layer(1, 1, SIGMOID)
    theta = SYMBOLS.enter([0, 0, weight, 0])
    hidden = only(network, theta, symbols("r", 4), "W1", "b1")
    other = only(network, theta, symbols("q", 4), "W1", "b1")
    inputs = symbols("x", 1, 1)
    change = network.predict(hidden, inputs) - network.predict(other, inputs)
    check.zero(change, "the change of the prediction", weight=weight)
    check.record("prediction at every W1 and b1", network.predict(hidden, inputs)[0])
    check.size(inputs=1, units=1)
