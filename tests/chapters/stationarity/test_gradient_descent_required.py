"""Without a closed form other methods than gradient descent still reach the zero."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from flint import fmpz_poly

from claims.compiled import Function
from claims.mathematics import (
    SIGMOID,
    SQUARED_ERROR,
    Objective,
    bisect,
    count_roots,
    neuron,
    polynomial_in_z,
    prove_symmetric,
    search_by_thirds,
)
from claims.numbers import FLOATS, decide_sign

CLAIM = "gradient-descent-required"
INPUTS, TARGETS = [1, 2], [Fraction(1), Fraction(1, 2)]
BRACKET = (Fraction(-1), Fraction(2))
WIDTH = Fraction(1, 10**9)
OBJECTIVE = Objective(neuron(1, SIGMOID), SQUARED_ERROR, reduction="sum")
FUNCTION = Function(OBJECTIVE.value, theta=(1,), inputs=(2, 1), targets=(2,))


def data(weight, arithmetic):
    return (
        arithmetic.enter([weight]),
        arithmetic.enter(np.array(INPUTS)[:, None]),
        arithmetic.enter(TARGETS),
    )


def value(weight, arithmetic):
    return FUNCTION.value(*data(weight, arithmetic))


def slope(weight, arithmetic):
    return FUNCTION.gradient(*data(weight, arithmetic))[0]


def by_thirds(bracket, width):
    return search_by_thirds(value, bracket, width)


def by_descent(bracket, width):
    """Wrong on purpose: a gradient descent with step 1, its points rounded to a fine grid."""
    points = [bracket[0]]
    for _ in range(60):
        step = Fraction(float(slope(points[-1], FLOATS)))
        points.append((points[-1] - step).limit_denominator(2**30))
    return bisect(slope, bracket, width), tuple(points)


@pytest.mark.claim(CLAIM, shows="fails", by="counterexample")
@pytest.mark.control("descent", "a gradient descent as the other method", method=by_descent)
def test_comparing_values_reaches_the_same_zero(check, *, method=by_thirds):
    r"""A search that compares values of the loss, and takes no derivative, reaches the zero.

    The premise is true on the points $(1, 1)$ and $(2, \frac12)$: the one zero $e^{-w}$ is a root
    of a quintic with Galois group $S_5$ (see no-closed-form-in-general). The derivative changes
    sign there alone, from $-$ to $+$, so the loss falls up to the zero and rises after it. Of two
    points that cut a bracket into thirds, the third beyond the higher one cannot hold the zero
    and is given up; after $k$ rounds the bracket is $(\frac23)^k$ as wide. Every comparison
    is decided in balls, down to a width of $10^{-9}$. Its points are no gradient descent: some
    steps go uphill, where $-\eta L'(w)$ with $\eta > 0$ never goes. (In one dimension, with a
    single zero, every step towards it has the sign of $-L'$, whatever the method: those of
    bisection, too, could be written as gradient steps. It is the steps away that refute the
    conclusion.)
    """
    found = polynomial_in_z(FUNCTION.gradient, INPUTS, TARGETS)
    check.that(
        prove_symmetric(found.polynomial).degree == 5
        and found.polynomial == fmpz_poly([-3, 1, 2, 6, 1, 1]),
        "the zero cannot be written with radicals",
        inputs=INPUTS,
        targets=TARGETS,
    )
    check.that(
        count_roots(found.polynomial, above=Fraction(0)) == 1 and found.factor < 0,
        "the derivative changes sign once, from - to +",
        inputs=INPUTS,
        targets=TARGETS,
    )
    (low, high), points = method(BRACKET, WIDTH)
    check.that(high - low <= WIDTH, "the search arrives", inputs=INPUTS, targets=TARGETS)
    for weight, sign in ((low, -1), (high, 1)):
        check.positive(
            lambda arithmetic, weight=weight, sign=sign: slope(weight, arithmetic) * sign,
            "the zero is in the bracket found",
            inputs=INPUTS,
            targets=TARGETS,
        )
    uphill = [
        (here, there)
        for here, there in pairwise(points)
        if decide_sign(lambda arithmetic, here=here: slope(here, arithmetic)) * (there - here) > 0
    ]
    check.that(
        len(uphill) > 0,
        "some step goes the way of the gradient, not against it",
        inputs=INPUTS,
        targets=TARGETS,
    )
    here, there = uphill[0]
    check.record("zero", f"w = {float(low):.9f}")
    check.record("points evaluated", len(points))
    check.record("first step uphill", f"from {float(here):.6f} to {float(there):.6f}")
