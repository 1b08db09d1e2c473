"""The gradient of half the squared error of one sigmoid neuron, as the document derives it."""

from __future__ import annotations

from fractions import Fraction
from functools import cache

import numpy as np
import pytest
from hypothesis import strategies as st

from claims.compiled import Function
from claims.mathematics import (
    HALF_SQUARED_ERROR,
    IDENTITY,
    SIGMOID,
    SQUARED_ERROR,
    Objective,
    neuron,
)
from claims.numbers import SYMBOLS, logistic, symbols
from claims.testing import given, strategies

CLAIM = "neuron-gradient"


@cache
def recorded_gradient(features, loss):
    objective = Objective(neuron(features, SIGMOID), loss)
    return Function(objective.value, theta=(features,), inputs=(1, features), targets=(1,)).gradient


def document(theta, x, t):
    """The document's formula."""
    s = logistic(theta @ x)
    return -((t - s) * s * (1 - s)) * x


def without_minus(theta, x, t):
    s = logistic(theta @ x)
    return (t - s) * s * (1 - s) * x


def one_factor_short(theta, x, t):
    s = logistic(theta @ x)
    return -((t - s) * s) * x


def along_the_weights(theta, x, t):
    s = logistic(theta @ x)
    return -((t - s) * s * (1 - s)) * theta


@pytest.mark.claim(CLAIM, shows="holds", by="identity")
@pytest.mark.control("no-minus", "the minus sign left out", formula=without_minus)
@pytest.mark.control("one-factor-short", "the factor 1 - s left out", formula=one_factor_short)
@pytest.mark.control("not-halved", "squared error without the half", loss=SQUARED_ERROR)
def test_the_formula_is_the_gradient(check, *, formula=document, loss=HALF_SQUARED_ERROR):
    r"""The derivation in the document is right: minus sign, all three factors, and the input.

    By the chain rule the derivative in $h = w\cdot x$ of $\frac12(t - s(h))^2$ is $-(t -
    s)\,s\,(1-s)$, and $h$ is linear in $w$ with gradient $x$. The gradient recorded from the
    definition of the neuron equals the formula for symbolic weights, input and target, here in
    one to four dimensions; the dimension enters through $h$ and the last factor $x$ alone, which
    is checked by itself. Without the half in front of the square a factor 2 would be missing.
    """
    for features in (1, 2, 3, 4):
        theta, x, t = symbols("w", features), symbols("x", features), symbols("t")
        targets = np.array([t])
        check.zero(
            recorded_gradient(features, loss)(theta, x[None], targets) - formula(theta, x, t),
            "the gradient minus the formula",
            features=features,
        )
        product = neuron(features, IDENTITY)
        slopes = Function(
            lambda theta, inputs, product=product: product.predict(theta, inputs)[0],
            theta=(features,),
            inputs=(1, features),
        ).gradient(theta, x[None])
        check.zero(slopes - x, "the gradient of w.x minus x", features=features)


@st.composite
def points(draw):
    """Weights (d,), an input (d,) and a target, all rational, d from 1 to 6."""
    data = draw(strategies.rational_inputs(points=(2, 2), dimensions=(1, 6)))
    target = Fraction(draw(st.integers(-6, 12)), draw(st.integers(1, 6)))
    return data[0], data[1], target


@pytest.mark.claim(CLAIM, shows="holds", by="property")
@pytest.mark.control("along-the-weights", "w in place of x", formula=along_the_weights)
@given(point=points())
def test_the_formula_on_random_points(check, point, *, formula=document):
    r"""On random points in up to six dimensions the formula is the gradient, exactly.

    Weights, inputs and targets are rational; $s$ of a rational number is kept as a symbol, so
    that equality is decided exactly. Targets lie inside and outside of $[0, 1]$.
    """
    weights, x, t = point
    if 0 < t < 1:
        check.label("target inside (0, 1)")
    if not x.any():
        check.label("x = 0")
    theta, row, target = SYMBOLS.enter(weights), SYMBOLS.enter(x), SYMBOLS.enter(t)
    gradient = recorded_gradient(len(x), HALF_SQUARED_ERROR)(theta, row[None], np.array([target]))
    check.zero(
        gradient - formula(theta, row, target),
        "the gradient minus the formula",
        weights=weights,
        x=x,
        t=t,
    )
