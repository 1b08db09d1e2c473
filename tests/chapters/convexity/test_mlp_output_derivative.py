"""The derivative of the prediction in the hidden weights, with the shapes that make it right."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume
from hypothesis import strategies as st

from claims.compiled import Function
from claims.mathematics import (
    RELU,
    SIGMOID,
    Activation,
    Parity,
    Range,
    one_hidden_layer,
)
from claims.numbers import (
    RATIONALS,
    SYMBOLS,
    logistic,
    symbols,
    uninterpreted,
)
from claims.testing import given, strategies

CLAIM = "mlp-output-derivative"
ANY = Activation(
    "any", uninterpreted("a"), uninterpreted("a'"), Parity.NONE, Range(None, None), False
)


def outer_formula(network, theta, point):
    """(W2 * a'(W1 x + b1)) x': entry by entry, then each result with each input; shape (m, n)."""
    w1, b1, w2 = (network.block(name).of(theta) for name in ("W1", "b1", "W2"))
    slopes = w2[0] * network.activation.derivative(w1 @ point + b1)
    return slopes[:, None] * point


def inner_formula(network, theta, point):
    """(W2 . a'(W1 x + b1)) x': one number times the inputs, the same for every unit."""
    w1, b1, w2 = (network.block(name).of(theta) for name in ("W1", "b1", "W2"))
    number = (w2[0] * network.activation.derivative(w1 @ point + b1)).sum()
    return (w1 * 0 + 1) * number * point


def value_for_slope(network, theta, point):
    """Wrong on purpose: the activation in place of its derivative."""
    w1, b1, w2 = (network.block(name).of(theta) for name in ("W1", "b1", "W2"))
    return (w2[0] * network.activation.value(w1 @ point + b1))[:, None] * point


def recorded_derivative(network, theta, point):
    """The recorded derivative of the prediction in W1, shape (m, n)."""
    output = Function(
        lambda theta, inputs: network.predict(theta, inputs)[0],
        theta=theta.shape,
        inputs=(1, len(point)),
    )
    return network.block("W1").of(output.gradient(theta, point[None, :]))


@pytest.mark.claim(CLAIM, shows="holds", by="identity", when=["differentiable"])
@pytest.mark.control("inner", "the first product taken as an inner product", formula=inner_formula)
@pytest.mark.control("value", "the activation in place of its derivative", formula=value_for_slope)
def test_entry_by_entry_then_with_each_input(check, *, formula=outer_formula):
    r"""With the products read entry by entry, then as an outer product, the formula is right.

    $\hat y = \sum_j W_{2,j}\,a(h_j) + b_2$ with $h_j = \sum_k W_{1,jk} x_k + b_{1,j}$, so
    $\partial \hat y / \partial W_{1,jk} = W_{2,j}\,a'(h_j)\,x_k$: the matrix $(W_2 \odot a'(h))\,
    x^\top$ of the shape of $W_1$. Checked on the recorded derivative, for an activation of which
    only the derivative $a'$ is named, and for the sigmoid with $a' = s\,(1-s)$. It needs $a$ to
    be differentiable at each $h_j$. One to three units and inputs are executed; every entry of
    $W_1$ enters through its own unit and input alone.
    """
    for features, units in ((1, 1), (2, 2), (3, 2), (1, 3)):
        for activation in (ANY, SIGMOID):
            network = one_hidden_layer(features, units, activation)
            theta, point = symbols("t", network.size), symbols("x", features)
            check.zero(
                recorded_derivative(network, theta, point) - formula(network, theta, point),
                "derivative minus formula",
                features=features,
                units=units,
                activation=activation,
            )
    z = symbols("z")
    check.zero(
        SIGMOID.derivative(z) - logistic(z) * (1 - logistic(z)), "a' of the sigmoid minus s (1 - s)"
    )


@pytest.mark.claim(
    CLAIM,
    reading="inner-product",
    shows="holds",
    by="identity",
    when=["differentiable", "one-hidden-unit"],
)
@pytest.mark.control("two-units", "two hidden units", units=2)
def test_with_one_unit_the_inner_product_is_the_same(check, *, units=1):
    r"""With a single hidden unit the inner product has one term, and the formula is right.

    For $m = 1$ both readings give $W_2\,a'(h)\,x^\top$. Executed for symbolic data with one to
    three inputs.
    """
    for features in (1, 2, 3):
        network = one_hidden_layer(features, units, ANY)
        theta, point = symbols("t", network.size), symbols("x", features)
        check.zero(
            recorded_derivative(network, theta, point) - inner_formula(network, theta, point),
            "derivative minus formula",
            features=features,
            units=units,
        )


@pytest.mark.claim(
    CLAIM, reading="inner-product", shows="fails", by="counterexample", when=["differentiable"]
)
@pytest.mark.control("one-unit", "one unit alone", weights=(2,))
def test_with_two_units_the_inner_product_mixes_them(check, *, weights=(1, -1)):
    r"""With two units the inner product adds up what belongs to different units.

    Two sigmoid units, $x = 1$, $W_1 = 0$, $b_1 = 0$, $W_2 = (1, -1)$: the derivatives in the two
    entries of $W_1$ are $\frac14$ and $-\frac14$, the inner product is $\frac14 - \frac14 = 0$.
    """
    network = one_hidden_layer(1, len(weights), SIGMOID)
    zeros = [0] * len(weights)
    theta, point = SYMBOLS.enter([*zeros, *zeros, *weights, 0]), SYMBOLS.enter([1])
    true = recorded_derivative(network, theta, point)
    check.zero(
        true[:, 0] - SYMBOLS.enter([Fraction(weight, 4) for weight in weights]),
        "derivative minus W2 / 4",
        weights=weights,
    )
    formula = inner_formula(network, theta, point)
    difference = (true - formula)[:, 0]
    check.that(
        not all(entry.is_zero() for entry in difference), "the formula differs", weights=weights
    )
    check.record("derivative, two units", true[:, 0])
    check.record("formula", formula[:, 0])
    check.size(units=len(weights), inputs=1, smaller="with one unit the two readings agree")


@pytest.mark.claim(CLAIM, shows="fails", by="counterexample", when=["one-hidden-unit"])
@pytest.mark.claim(
    CLAIM, reading="inner-product", shows="fails", by="counterexample", when=["one-hidden-unit"]
)
@pytest.mark.control("off-the-kink", "the bias 1 in place of 0", bias=1)
def test_a_relu_unit_on_its_kink_has_no_derivative(check, *, bias=0):
    r"""A ReLU unit whose pre-activation is 0 has no derivative, so no formula gives it.

    One unit, $x = 1$, $W_1 = 0$, $b_1 = 0$, $W_2 = 1$: the prediction is $\max(w, 0)$. To the
    right its difference quotient is 1 for every step, to the left it is 0: the two do not agree.
    With the usual convention $a'(0) = 0$ the formula gives the left-hand one. The condition is not
    necessary: with $W_2 = 0$, or with $x = 0$, the unit on its kink contributes nothing or does not
    move with $W_1$, and the formula gives the right derivative, 0 (executed for steps to both
    sides).
    """
    network = one_hidden_layer(1, 1, RELU)
    inputs = RATIONALS.enter([[1]])

    def quotient(step):
        ends = [
            network.predict(RATIONALS.enter([w, bias, 1, 0]), inputs)[0]
            for w in (step, Fraction(0))
        ]
        return (ends[0] - ends[1]) / step

    for bits in (0, 10, 100):
        step = Fraction(1, 2**bits)
        check.zero(quotient(step) - 1, "quotient to the right minus 1", step=step)
        check.zero(quotient(-step), "quotient to the left", step=step)
        for x, weight in ((0, 1), (1, 0)):
            harmless = [
                network.predict(RATIONALS.enter([w, 0, weight, 0]), RATIONALS.enter([[x]]))[0]
                for w in (step, 0, -step)
            ]
            check.zero([harmless[0] - harmless[1], harmless[2] - harmless[1]], "no change", x=x)
    sides = [quotient(Fraction(1)), quotient(Fraction(-1))]
    check.record(
        ("difference quotient at W1 = 0 to the right", "difference quotient at W1 = 0 to the left"),
        sides,
    )
    check.size(points=1, inputs=1, units=1)


@st.composite
def relu_problems(draw):
    """An input, a ReLU network on it and parameters at which no unit sits on its kink."""
    inputs = draw(strategies.design_matrices((1, 1), (1, 3)))
    network = one_hidden_layer(inputs.shape[1], draw(st.integers(1, 3)), RELU)
    theta = draw(strategies.parameters(network.size))
    assume(not strategies.has_kink(theta, network.widths, inputs))
    return inputs, network, theta


@pytest.mark.claim(CLAIM, shows="holds", by="property", when=["differentiable"])
@pytest.mark.control("inner", "the first product taken as an inner product", formula=inner_formula)
@given(problem=relu_problems(), draws=260)
def test_against_exact_difference_quotients(check, problem, *, formula=outer_formula):
    r"""On random ReLU networks off their kinks the formula equals difference quotients, exactly.

    Over a small step the prediction is linear in each entry of $W_1$, so that the quotient is the
    derivative without any error; in exact rationals.
    """
    inputs, network, theta = problem
    point, entered = RATIONALS.enter(theta), RATIONALS.enter(inputs)
    step = Fraction(1, 2**100)
    block = network.block("W1")
    quotients = point[block.start : block.stop].copy()
    for place in range(block.start, block.stop):
        moved = point.copy()
        moved[place] = point[place] + step
        change = network.predict(moved, entered) - network.predict(point, entered)
        quotients[place] = change[0] / step
    check.zero(
        formula(network, point, entered[0]) - np.reshape(quotients, block.shape),
        "formula minus difference quotient",
        inputs=inputs,
        widths=network.widths,
        theta=theta,
    )
