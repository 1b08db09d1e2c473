"""A single layer has no swap: exchanging two of its weights shows, if inputs and weights differ."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume
from hypothesis import strategies as st

from claims.compiled import Function
from claims.mathematics import IDENTITY, SIGMOID, neuron, null_vectors, rank
from claims.numbers import RATIONALS, SYMBOLS, logistic, logistic_complement, symbols
from claims.testing import given, strategies

CLAIM = "single-layer-has-no-swap"
DETERMINED = "outputs-determine-weights"


def exchanged(weights, first, second):
    moved = weights.copy()
    moved[first], moved[second] = weights[second], weights[first]
    return moved


def logit_network(features, bias):
    """The single layer before its activation: w.x + b."""
    return neuron(features, IDENTITY, bias=bias)


def increasing(check):
    """The sigmoid tells two logits apart: its derivative s(h) s(-h) is positive everywhere."""
    h = symbols("h")
    slope = Function(lambda h: SIGMOID.value(h), h=()).gradient(h)
    check.zero(slope - logistic(h) * logistic_complement(h), "s' minus s(h) s(-h)")


def difference_of_inputs(row, first, second):
    return row[second] - row[first]


def sum_of_inputs(row, first, second):
    return row[second] + row[first]


@pytest.mark.claim(
    CLAIM, shows="holds", by="identity", when=["distinct-weights", "distinct-inputs"]
)
@pytest.mark.control("sum", "the sum of the two coordinates", contrast=sum_of_inputs)
def test_the_swap_moves_the_logit_by_a_product(check, *, contrast=difference_of_inputs):
    r"""Exchanging $w_j$ and $w_k$ moves the logit at $x$ by $(w_j - w_k)(x_k - x_j)$.

    The product is not zero where both factors are not: where the two weights are different numbers
    and the two coordinates of some data point differ. The identity output shows the move as it is;
    the sigmoid increases strictly, $s' = s(h)\,s(-h) > 0$, so that different logits have different
    outputs. Executed for two to four symbolic weights, every pair, with and without bias; further
    weights contribute the same to both logits.
    """
    increasing(check)
    for features in (2, 3, 4):
        for bias in (True, False):
            network = logit_network(features, bias)
            weights, inputs = symbols("w", network.size), symbols("x", 1, features)
            for first in range(features):
                for second in range(first + 1, features):
                    moved = exchanged(weights, first, second)
                    change = network.predict(moved, inputs) - network.predict(weights, inputs)
                    product = (weights[first] - weights[second]) * contrast(
                        inputs[0], first, second
                    )
                    check.zero(
                        change[0] - product,
                        "change of the logit minus the product",
                        network=network,
                        pair=(first, second),
                    )


@st.composite
def single_layers(draw, rank=None):
    """A network with identity or sigmoid output, inputs (N, d), two weight vectors, two places."""
    inputs = draw(strategies.design_matrices((1, 5), (2, 3), rank, exponents=(-1, 1)))
    # Small dyadic weights, two of which are often equal.
    random = np.random.default_rng(draw(st.integers(0, 2**24 - 1)))
    output = (IDENTITY, SIGMOID)[int(random.integers(2))]
    network = neuron(inputs.shape[1], output, bias=bool(random.integers(2)))
    weights, other = random.integers(-4, 5, (2, network.size)) / 2
    return network, inputs, weights, other, random.permutation(inputs.shape[1])[:2].tolist()


def show_a_difference(check, network, inputs, weights, other, **witness):
    """Decide that some output differs; which one, the logits tell exactly."""
    logits = logit_network(network.widths[0], network.output_bias)
    changes = [
        change.sign()
        for change in logits.predict(RATIONALS.enter(other), RATIONALS.enter(inputs))
        - logits.predict(RATIONALS.enter(weights), RATIONALS.enter(inputs))
    ]
    witness = {"network": network, "inputs": inputs, "weights": weights, **witness}
    check.that(any(changes), "some logit differs", **witness)
    row = next(i for i, sign in enumerate(changes) if sign)

    def change(arithmetic):
        point = arithmetic.enter(inputs[row : row + 1])
        outputs = [network.predict(arithmetic.enter(w), point)[0] for w in (other, weights)]
        return (outputs[0] - outputs[1]) * changes[row]

    check.positive(change, "the output changes in the direction of the logit", **witness)


def meets_both(inputs, weights, first, second):
    return weights[first] != weights[second] and (inputs[:, first] != inputs[:, second]).any()


def meets_first(inputs, weights, first, second):
    return weights[first] != weights[second]


@pytest.mark.claim(
    CLAIM, shows="holds", by="property", when=["distinct-weights", "distinct-inputs"]
)
@pytest.mark.control("equal-inputs", "equal input coordinates admitted", condition=meets_first)
@given(problem=single_layers())
def test_random_swaps_show(check, problem, *, condition=meets_both):
    """On random data sets exchanging two different weights changes an output, decided in balls."""
    network, inputs, weights, _, (first, second) = problem
    assume(condition(inputs, weights, first, second))
    check.label(network.output.name)
    check.label("full rank" if rank(inputs) == inputs.shape[1] else "rank-deficient")
    moved = exchanged(weights, first, second)
    show_a_difference(check, network, inputs, weights, moved, pair=(first, second))


@pytest.mark.claim(CLAIM, shows="fails", by="counterexample", when=["distinct-inputs", "full-rank"])
@pytest.mark.control("other-weight", "the second weight changed", weights=(1, 2))
def test_equal_weights_can_be_exchanged(check, *, weights=(1, 1)):
    r"""With equal weights the swap does nothing.

    Inputs $(1, 0)$ and $(0, 1)$, which span the plane, and $w = (1, 1)$: exchanging the weights
    gives the same weights, hence the same outputs.
    """
    theta, inputs = RATIONALS.enter(weights), RATIONALS.enter([[1, 0], [0, 1]])
    network = neuron(2, IDENTITY)
    change = network.predict(exchanged(theta, 0, 1), inputs) - network.predict(theta, inputs)
    check.zero(change, "change of the outputs", weights=weights)
    check.that(rank(np.array([[1, 0], [0, 1]])) == 2, "the inputs span the plane")
    check.record(("inputs", "outputs before"), (inputs, network.predict(theta, inputs)))
    check.record("outputs after", network.predict(exchanged(theta, 0, 1), inputs))
    check.size(
        weights=2,
        points=2,
        smaller="an exchange needs two weights, and two points are needed to span the plane",
    )


@pytest.mark.claim(CLAIM, shows="fails", by="counterexample", when=["distinct-weights"])
@pytest.mark.control("other-input", "one coordinate changed", inputs=((1, 1), (2, 3)))
def test_equal_input_columns_can_be_exchanged(check, *, inputs=((1, 1), (2, 2))):
    """Where both inputs always agree, different weights can be exchanged unseen.

    Inputs $(1, 1)$ and $(2, 2)$, weights $w = (1, 0)$: after the swap the outputs are $1$ and
    $2$, or $s(1)$ and $s(2)$, as before.
    """
    for output in (IDENTITY, SIGMOID):
        theta, data, network = SYMBOLS.enter([1, 0]), SYMBOLS.enter(inputs), neuron(2, output)
        change = network.predict(exchanged(theta, 0, 1), data) - network.predict(theta, data)
        check.zero(change, f"change of the outputs, {output}", inputs=inputs)
        check.record(f"outputs of w = (1, 0), {output}", network.predict(theta, data))
        swapped = exchanged(theta, 0, 1)
        check.record(f"outputs of w = (0, 1), {output}", network.predict(swapped, data))
    check.size(weights=2, points=1, smaller="an exchange needs two weights")


def left_inverse(inputs):
    """Return (X'X)^-1 X' of symbolic inputs (N, 2)."""
    gram = inputs.T @ inputs
    determinant = gram[0, 0] * gram[1, 1] - gram[0, 1] * gram[1, 0]
    adjugate = np.array([[gram[1, 1], -gram[0, 1]], [-gram[1, 0], gram[0, 0]]])
    return adjugate @ inputs.T * (1 / determinant)


def unscaled_inverse(inputs):
    """Wrong on purpose: X', the inverse of an orthogonal matrix only."""
    return inputs.T


@pytest.mark.claim(CLAIM, reading=DETERMINED, shows="holds", by="identity", when=["full-rank"])
@pytest.mark.control("transpose", "X' in place of (X'X)^-1 X'", inverse=unscaled_inverse)
def test_the_logits_determine_the_weights(check, *, inverse=left_inverse):
    r"""If the inputs have full column rank, $(X^\top X)^{-1}X^\top$ gives the weights back.

    With full column rank $X^\top X$ is regular, so that from equal logits $Xw = Xw'$ follows $w =
    w'$; the outputs determine the logits, for identity or sigmoid (strictly increasing). A bias
    is a weight at the constant input 1. Checked for symbolic inputs, with two weights on two and
    three points and with a weight and a bias; the step from $Xw = Xw'$ to $w = w'$ is the same
    for any number of weights.
    """
    increasing(check)
    for samples in (2, 3):
        for bias in (False, True):
            network = logit_network(1 if bias else 2, bias)
            data = symbols("x", samples, network.widths[0])
            ones = SYMBOLS.enter([[1]] * samples)
            design = np.concatenate([data, ones], axis=1) if bias else data
            weights, other = symbols("w", 2), symbols("u", 2)
            change = network.predict(weights, data) - network.predict(other, data)
            recovered = inverse(design) @ change
            check.zero(
                recovered - (weights - other),
                "what the logits give back minus the difference of the weights",
                samples=samples,
                bias=bias,
            )


def design(network, inputs):
    """The inputs with the constant input of the bias, if there is one."""
    return np.hstack([inputs, np.ones((len(inputs), 1 if network.output_bias else 0))])


def full_column_rank(network, inputs):
    return rank(design(network, inputs)) == network.size


def without_the_bias(network, inputs):
    """Wrong on purpose: the constant input of the bias is forgotten."""
    return rank(inputs) == inputs.shape[1]


@pytest.mark.claim(CLAIM, reading=DETERMINED, shows="holds", by="property", when=["full-rank"])
@pytest.mark.control("bias-forgotten", "full rank of the inputs alone", condition=without_the_bias)
@given(problem=single_layers("full"))
def test_random_weights_differ_in_an_output(check, problem, *, condition=full_column_rank):
    """On random data of full column rank two different weight vectors differ in some output.

    Where the rank is deficient, weights that differ by a vector of the null space would be tried;
    with full rank there is no such vector, and the second weights are random.
    """
    network, inputs, weights, other, _ = problem
    assume(condition(network, inputs))
    for vector in null_vectors(design(network, inputs)):
        other = weights + np.array(vector, dtype=np.float64)
    assume((other != weights).any())
    check.label(network.output.name)
    show_a_difference(check, network, inputs, weights, other, second=other)


@pytest.mark.claim(
    CLAIM,
    reading=DETERMINED,
    shows="fails",
    by="counterexample",
    when=["distinct-weights", "distinct-inputs"],
)
@pytest.mark.control("second-point", "a second, independent input", inputs=((1, 2), (1, 0)))
def test_one_point_does_not_determine_two_weights(check, *, inputs=((1, 2),)):
    r"""One data point, two weight vectors: the same output.

    At $x = (1, 2)$ the weights $(2, 0)$ and $(0, 1)$ both give the logit 2.
    """
    weights = [2, 0], [0, 1]
    for output in (IDENTITY, SIGMOID):
        network, data = neuron(2, output), SYMBOLS.enter(inputs)
        outputs = [network.predict(SYMBOLS.enter(w), data) for w in weights]
        check.zero(outputs[1] - outputs[0], "difference of the outputs", inputs=inputs)
        check.record(f"outputs, {output}", [entry for pair in outputs for entry in pair])
    check.record("weights", weights)
    check.size(weights=2, points=1, smaller="one weight with an input other than 0 is determined")
