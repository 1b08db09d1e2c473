"""Averaged over its masks, dropout of hidden units is a penalty added to the squared error."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import strategies as st

from claims.mathematics import (
    CUBIC,
    IDENTITY,
    RELU,
    SIGMOID,
    SQUARE,
    SQUARED_ERROR,
    Activation,
    DropoutObjective,
    Objective,
    Parity,
    Range,
    dropout_penalty,
    one_hidden_layer,
)
from claims.numbers import RATIONALS, SYMBOLS, affine, quotient, square, symbols, uninterpreted
from claims.testing import given, strategies

CLAIM = "dropout-is-a-penalty"
ANY = Activation(
    "any", uninterpreted("a"), uninterpreted("a'"), Parity.NONE, Range(None, None), False
)


def hidden_products(network, theta, inputs):
    """Return v_j a_ij, shape (N, n)."""
    parts = {block.name: block.of(theta) for block in network.blocks}
    hidden = network.activation.value(affine(inputs, parts["W1"], parts.get("b1")))
    return hidden * parts["W2"][0]


def rate_in_place_of_odds(network, theta, inputs, rate):
    """Wrong on purpose: the factor p in place of p/(1 - p)."""
    products = hidden_products(network, theta, inputs)
    return quotient(square(products).sum(), len(inputs)) * rate


def square_of_the_sum(network, theta, inputs, rate):
    """Wrong on purpose: cross terms between the units."""
    products = hidden_products(network, theta, inputs)
    return quotient(square(products.sum(axis=1)).sum(), len(inputs)) * (rate / (1 - rate))


@pytest.mark.claim(CLAIM, shows="holds", by="identity", when=["inverted-scaling"])
@pytest.mark.control("rate-for-odds", "p in place of p/(1 - p)", penalty=rate_in_place_of_odds)
@pytest.mark.control("cross-terms", "the square of the sum", penalty=square_of_the_sum)
def test_mean_over_the_masks(check, *, penalty=dropout_penalty):
    r"""The mean over the masks is the loss plus $\frac{p}{1-p}$ times a mean of squares.

    A mask entry $m_j$ has mean 1 and, because it is $\frac1{1-p}$ or 0, variance $\frac{p}{1-p}$.
    The residual $r = \sum_j v_j m_j a_j + c - y$ therefore has the residual of the network without
    dropout as its mean, and by independence the variance $\frac{p}{1-p}\sum_j v_j^2 a_j^2$; and
    $\mathbb E r^2$ is the squared mean plus the variance. The added term is a sum of squares
    with a positive factor, hence never negative. The average over all $2^n$ masks is compared for a
    symbolic rate, symbolic data and parameters and an activation of which nothing is known, for
    up to four units, with and without biases.
    """
    rate = symbols("p")
    for samples, units, biased in ((1, 1, True), (2, 1, False), (2, 2, True), (1, 4, True)):
        network = one_hidden_layer(1, units, ANY, hidden_bias=biased, output_bias=biased)
        theta = symbols("t", network.size)
        inputs, targets = symbols("x", samples, 1), symbols("y", samples)
        plain = Objective(network, SQUARED_ERROR)
        averaged = DropoutObjective(plain, rate).value(theta, inputs, targets)
        added = averaged - plain.value(theta, inputs, targets)
        check.zero(
            added - penalty(network, theta, inputs, rate),
            "the mean over the masks minus the loss minus the penalty",
            samples=samples,
            units=units,
            biased=biased,
        )


@st.composite
def dropout_problems(draw):
    """A network with one hidden layer and a rational activation, data, parameters and a rate."""
    data = draw(strategies.data_sets(points=(1, 3), dimensions=(1, 2)))
    network = one_hidden_layer(
        data.inputs.shape[1],
        draw(st.integers(1, 4)),
        draw(st.sampled_from((RELU, IDENTITY, SQUARE, CUBIC))),
        hidden_bias=draw(st.booleans()),
        output_bias=draw(st.booleans()),
    )
    theta = draw(strategies.parameters(network.size))
    return data, network, theta, Fraction(draw(st.integers(1, 6)), 7)


@pytest.mark.claim(CLAIM, shows="holds", by="property", when=["inverted-scaling"])
@pytest.mark.control("rate-for-odds", "p in place of p/(1 - p)", penalty=rate_in_place_of_odds)
@pytest.mark.control("cross-terms", "the square of the sum", penalty=square_of_the_sum)
@given(problem=dropout_problems())
def test_penalty_on_random_networks(check, problem, *, penalty=dropout_penalty):
    """On random networks, data and rates the two sides agree exactly, in rationals.

    One to four units, rectified, linear, squared or cubed; rates from 1/7 to 6/7.
    """
    data, network, theta, rate = problem
    point = RATIONALS.enter(theta)
    sample = RATIONALS.enter(data.inputs), RATIONALS.enter(data.targets)
    plain = Objective(network, SQUARED_ERROR)
    added = DropoutObjective(plain, rate).value(point, *sample) - plain.value(point, *sample)
    expected = penalty(network, point, sample[0], rate)
    check.label(f"{network.widths[1]} units")
    check.label("penalty zero" if expected.sign() == 0 else "penalty positive")
    witness = {
        "network": network,
        "inputs": data.inputs,
        "targets": data.targets,
        "theta": theta,
        "rate": rate,
    }
    check.zero(added - expected, "the added term minus the penalty", **witness)
    check.that(added.sign() >= 0, "the added term is not negative", **witness)


@pytest.mark.claim(CLAIM, shows="fails", by="counterexample")
@pytest.mark.control("rescaled", "kept units divided by 1 - p after all", rescaled=True)
def test_without_rescaling_the_mean_can_be_lower(check, *, rescaled=False):
    r"""Kept units not rescaled: the average is 1/2 where the loss without dropout is 1.

    One linear unit, $x = w = v = 1$, $y = 0$, no biases, rate $\frac12$: the output is 1 or 0, so
    the mean squared error is $\frac12$, below the 1 without dropout, and the formula says 2.
    Without rescaling, with $q = 1 - p$, the average is the loss of the network whose output weights
    are multiplied by $q$, plus $q(1-q)$ times the mean of $\sum_j v_j^2 a_j^2$: checked for
    symbolic data, parameters and rate.
    """
    network = one_hidden_layer(1, 1, IDENTITY, hidden_bias=False, output_bias=False)
    plain = Objective(network, SQUARED_ERROR)
    data = RATIONALS.enter([1, 1]), RATIONALS.enter([[1]]), RATIONALS.enter([0])
    averaged = DropoutObjective(plain, Fraction(1, 2), rescaled=rescaled).value(*data)
    before = plain.value(*data)
    formula = before + dropout_penalty(network, *data[:2], Fraction(1, 2))
    check.that((averaged - formula).sign() != 0, "the formula is wrong", rescaled=rescaled)
    check.that((averaged - before).sign() < 0, "the added term is negative", rescaled=rescaled)
    check.record("without dropout", before.fraction)
    check.record("averaged over the masks", averaged.fraction)
    check.record("the formula", formula.fraction)
    rate = symbols("p")
    for units in (1, 2, 3):
        network = one_hidden_layer(1, units, ANY)
        theta, inputs, targets = symbols("t", network.size), symbols("x", 2, 1), symbols("y", 2)
        plain = Objective(network, SQUARED_ERROR)
        averaged = DropoutObjective(plain, rate, rescaled=rescaled).value(theta, inputs, targets)
        weights, shrunk = network.block("W2"), theta.copy()
        shrunk[weights.start : weights.stop] = theta[weights.start : weights.stop] * (1 - rate)
        squares = square(hidden_products(network, theta, inputs)).sum() * Fraction(1, 2)
        check.zero(
            averaged - plain.value(shrunk, inputs, targets) - rate * (1 - rate) * squares,
            f"the average minus its formula without rescaling, {units} units",
        )
    check.size(points=1, inputs=1, units=1)


@pytest.mark.claim(CLAIM, reading="parameters-alone", shows="fails", by="counterexample")
@pytest.mark.control("same-data", "the first data set once more", other=0)
def test_the_penalty_depends_on_the_inputs(check, *, other=1):
    r"""The same parameters, two data sets: the penalty is 1/4 on one and 0.534 on the other.

    One sigmoid unit with $w = v = 1$, $b = c = 0$, rate $\frac12$. On the single sample $x = 0$,
    $y = 0$ dropout adds $s(0)^2 = \frac14$ to the loss, on $x = 1$, $y = 0$ it adds $s(1)^2 =
    0.534$: what dropout charges for a weight depends on the activations that the inputs cause.
    """
    network = one_hidden_layer(1, 1, SIGMOID)
    plain = Objective(network, SQUARED_ERROR)

    def added(arithmetic, x):
        theta, targets = arithmetic.enter([1, 0, 1, 0]), arithmetic.enter([0])
        inputs = arithmetic.enter([[x]])
        averaged = DropoutObjective(plain, Fraction(1, 2)).value(theta, inputs, targets)
        return averaged - plain.value(theta, inputs, targets)

    check.positive(
        lambda arithmetic: added(arithmetic, other) - added(arithmetic, 0),
        "the penalty is greater on the other data set",
        tie=other == 0,
        other=other,
    )
    for x in (0, 1):
        check.record(f"penalty on x = {x}", added(SYMBOLS, x))
    check.size(points=1, inputs=1, units=1)
