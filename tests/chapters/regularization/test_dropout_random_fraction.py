"""Dropout switches off a random number of units; when its rescaling keeps the mean output."""

from __future__ import annotations

from fractions import Fraction
from math import comb

import pytest
from hypothesis import strategies as st

from claims.mathematics import (
    CUBIC,
    IDENTITY,
    RELU,
    SIGMOID,
    SQUARE,
    Activation,
    Network,
    Parity,
    Range,
    deep_linear,
    expectation_over_masks,
    masked_parameters,
    one_hidden_layer,
)
from claims.numbers import RATIONALS, SYMBOLS, symbols, uninterpreted
from claims.testing import given, strategies

CLAIM = "dropout-random-fraction"
ANY = Activation(
    "any", uninterpreted("a"), uninterpreted("a'"), Parity.NONE, Range(None, None), False
)


def power(base, exponent):
    result = 1
    for _ in range(exponent):
        result = result * base
    return result


def together(units, rate, function):
    """Wrong on purpose: one draw drops the whole layer or nothing."""
    return function((1,) * units) * (1 - rate) + function((0,) * units) * rate


def swapped(units, rate, function):
    """Wrong on purpose: the rate taken for the probability of being kept."""
    return expectation_over_masks(units, 1 - rate, function)


@pytest.mark.claim(CLAIM, shows="holds", by="identity")
@pytest.mark.control("together", "one draw for all units of the layer", expectation=together)
@pytest.mark.control("swapped", "the rate taken for that of being kept", expectation=swapped)
def test_the_number_of_dropped_units_is_binomial(check, *, expectation=expectation_over_masks):
    r"""The number of dropped units has the binomial distribution, its mean is $pn$.

    Summed over all $2^n$ masks for a symbolic rate $p$: exactly $k$ units are off with probability
    $\binom nk p^k (1-p)^{n-k}$, and the dropped fraction has mean $p$. One more unit multiplies
    $\mathbb E z^{\#}$ by $1 - p + pz$, because its mask entry is independent of the others; the
    coefficients of $(1 - p + pz)^n$ are those probabilities. Checked for up to seven units, that
    factor included; the step from $n$ to $n+1$ is the same for every $n$.
    """
    rate, z = symbols("p"), symbols("z")
    generating = 1
    for units in range(1, 8):
        for dropped in range(units + 1):
            probability = expectation(units, rate, lambda mask, k=dropped: int(mask.count(0) == k))
            binomial = (
                comb(units, dropped) * power(rate, dropped) * power(1 - rate, units - dropped)
            )
            check.zero(
                probability - binomial,
                "the probability minus that of the binomial distribution",
                units=units,
                dropped=dropped,
            )
        mean = expectation(units, rate, lambda mask, n=units: Fraction(mask.count(0), n))
        check.zero(mean - rate, "the mean of the dropped fraction minus p", units=units)
        before, generating = generating, expectation(units, rate, lambda m: power(z, m.count(0)))
        check.zero(
            generating - before * (1 - rate + rate * z),
            "the generating function minus that of one unit fewer times 1 - p + p z",
            units=units,
        )


@pytest.mark.claim(CLAIM, reading="exact-share", shows="fails", by="counterexample")
@pytest.mark.control("certain-rate", "rate 0, at which nothing is random", rate=Fraction(0))
def test_two_units_are_both_on_or_both_off_half_of_the_time(check, *, rate=Fraction(1, 2)):
    r"""Two units, rate 1/2: exactly one is off with probability 1/2 only.

    Both are on with probability $\frac14$, and both off with probability $\frac14$. In general all
    $n$ units are on with probability $(1-p)^n > 0$. No example has fewer units: $pn$ is an
    integer with $0 < p < 1$ from $n = 2$ on.
    """
    units = 2
    exact = expectation_over_masks(units, rate, lambda mask: int(mask.count(0) == rate * units))
    check.that(exact < 1, "exactly the share p is off with probability below 1", rate=rate)
    check.record("exactly one of two units off", exact)
    check.record("none off", expectation_over_masks(units, rate, lambda mask: int(all(mask))))
    check.size(
        units=units, smaller="of one unit no share strictly between 0 and 1 is a whole number"
    )


def average_output(network, layer, theta, inputs, rate, rescaled):
    def output(mask):
        parameters = masked_parameters(network, theta, layer, mask, rate, rescaled=rescaled)
        return network.predict(parameters, inputs)[0]

    return expectation_over_masks(network.widths[layer], rate, output)


AFFINE_AFTER_THE_MASK = (
    (one_hidden_layer(1, 1, ANY), 1),
    (one_hidden_layer(2, 3, ANY), 1),
    (one_hidden_layer(1, 2, ANY, hidden_bias=False, output_bias=False), 1),
    (Network((1, 2, 2, 1), ANY), 2),
    (deep_linear(2, 3, 2, 1), 1),
    (Network((1, 3, 2, 1), IDENTITY), 1),
)


@pytest.mark.claim(
    CLAIM, reading="unbiased-output", shows="holds", by="identity", when=["linear-after-mask"]
)
@pytest.mark.control("not-rescaled", "kept units not divided by 1 - p", rescaled=False)
def test_the_output_is_right_on_average(check, *, rescaled=True):
    r"""Where all that follows the mask is affine, rescaled dropout keeps the mean output.

    A mask entry divided by $1-p$ has mean 1, and the mean of an affine function is that function
    of the mean. Checked over all masks for a symbolic rate, symbolic parameters and inputs: one
    hidden layer of an activation of which nothing is known and a linear output; the last of two
    hidden layers; and the first hidden layer of linear networks with and without biases.
    """
    rate = symbols("p")
    for network, layer in AFFINE_AFTER_THE_MASK:
        theta, inputs = symbols("t", network.size), symbols("x", 1, network.widths[0])
        mean = average_output(network, layer, theta, inputs, rate, rescaled)
        check.zero(
            mean - network.predict(theta, inputs)[0],
            "the mean output minus the output without dropout",
            network=network,
            layer=layer,
        )


@st.composite
def masked_networks(draw):
    """A network with one hidden layer, linear output, rational everything, and a rate."""
    activation = draw(st.sampled_from((RELU, SQUARE, CUBIC, IDENTITY)))
    network = one_hidden_layer(
        draw(st.integers(1, 2)),
        draw(st.integers(1, 4)),
        activation,
        hidden_bias=draw(st.booleans()),
        output_bias=draw(st.booleans()),
    )
    theta = draw(strategies.parameters(network.size))
    inputs = draw(strategies.parameters(network.widths[0]))
    return network, theta, inputs, Fraction(draw(st.integers(1, 6)), 7)


@pytest.mark.claim(
    CLAIM,
    reading="unbiased-output",
    shows="holds",
    by="property",
    when=["linear-after-mask"],
)
@pytest.mark.control("not-rescaled", "kept units not divided by 1 - p", rescaled=False)
@given(problem=masked_networks())
def test_mean_output_of_random_networks(check, problem, *, rescaled=True):
    """On random networks the mean over all masks is exactly the output without dropout.

    One hidden layer of up to four units, rational activations, rates from 1/7 to 6/7.
    """
    network, theta, inputs, rate = problem
    point, sample = RATIONALS.enter(theta), RATIONALS.enter([inputs])
    check.label(f"{network.widths[1]} units")
    check.zero(
        average_output(network, 1, point, sample, rate, rescaled)
        - network.predict(point, sample)[0],
        "the mean output minus the output without dropout",
        network=network,
        theta=theta,
        inputs=inputs,
        rate=rate,
    )


@pytest.mark.claim(CLAIM, reading="unbiased-output", shows="fails", by="counterexample")
@pytest.mark.control("linear-output", "a linear output in place of the sigmoid", output=IDENTITY)
def test_a_sigmoid_output_is_biased(check, *, output=SIGMOID):
    r"""A sigmoid after the mask: the mean output is 0.690 where the network says 0.731.

    One linear hidden unit, $x = w = v = 1$, sigmoid output, rate $\frac12$: the unit is 2 or 0, so
    the mean output is $\frac12 s(2) + \frac12 s(0) = 0.690$, below $s(1) = 0.731$: the sigmoid
    bends down where its argument is positive.
    """
    network = Network((1, 1, 1), output=output, hidden_bias=False, output_bias=False)
    rate = Fraction(1, 2)

    def shortfall(arithmetic):
        theta, inputs = arithmetic.enter([1, 1]), arithmetic.enter([[1]])
        mean = average_output(network, 1, theta, inputs, rate, rescaled=True)
        return network.predict(theta, inputs)[0] - mean

    check.positive(shortfall, "the mean output is below the output without dropout")
    theta, inputs = SYMBOLS.enter([1, 1]), SYMBOLS.enter([[1]])
    check.record("mean over the masks", average_output(network, 1, theta, inputs, rate, True))
    check.record("without dropout", network.predict(theta, inputs)[0])
    check.size(points=1, inputs=1, units=1)
