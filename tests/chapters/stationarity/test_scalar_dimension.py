"""Whether scalar inputs make a difference for a closed form: for one point no, for several no."""

from __future__ import annotations

from fractions import Fraction
from functools import cache

import numpy as np
import pytest
from hypothesis import strategies as st

from claims.compiled import Function
from claims.mathematics import (
    HALF_SQUARED_ERROR,
    SIGMOID,
    SQUARED_ERROR,
    Hyperplane,
    NoZero,
    Objective,
    as_symbol,
    count_roots,
    neuron,
    one_point_zeros,
    polynomial_in_z,
    prove_symmetric,
)
from claims.numbers import RATIONALS, logistic, logistic_complement, square, symbols
from claims.testing import given, strategies

CLAIM = "scalar-dimension"
HALF = Fraction(1, 2)


@cache
def gradient_of(samples, features, loss=HALF_SQUARED_ERROR):
    objective = Objective(neuron(features, SIGMOID), loss, reduction="sum")
    return Function(
        objective.value,
        theta=(features,),
        inputs=(samples, features),
        targets=(samples,),
    ).gradient


def orthogonal_part(theta, x):
    return theta - x * ((theta @ x) / square(x).sum())


def by_the_length(theta, x):
    """Wrong on purpose: divided by the sum of the entries in place of the squared length."""
    return theta - x * ((theta @ x) / x.sum())


@pytest.mark.claim(CLAIM, shows="holds", by="identity")
@pytest.mark.control(
    "other-length", "the sum of entries for the squared length", part=by_the_length
)
def test_the_same_formula_in_every_dimension(check, *, part=orthogonal_part):
    r"""One point has the same closed form in every dimension: a number, or a hyperplane.

    The gradient is $(s - t)\,s\,(1-s)\,x$ and vanishes exactly where $w\cdot x =
    \operatorname{logit} t$. Every $w$ is $\frac{w\cdot x}{\lVert x\rVert^2}x + v$ with $v\cdot x
    = 0$, so the zeros are the points with the first coefficient $\operatorname{logit}
    (t)/\lVert x\rVert^2$ and any such $v$: for $d = 1$ the number $\operatorname{logit}(t)/x$
    alone, above that a hyperplane. Identities for symbolic data in one to four dimensions.
    """
    for features in (1, 2, 3, 4):
        theta, x, target = symbols("w", features), symbols("x", features), symbols("t")
        h, level = theta @ x, symbols("l")
        gradient = gradient_of(1, features)
        check.zero(
            gradient(theta, x[None], np.array([target]))
            - (logistic(h) - target) * (logistic(h) * logistic_complement(h)) * x,
            "the gradient minus (s - t) s (1 - s) x",
            features=features,
        )
        v = part(theta, x)
        check.zero(v @ x, "v.x", features=features)
        found = x * (level / square(x).sum()) + v
        check.zero(
            gradient(found, x[None], np.array([logistic(level)])),
            "the gradient at the point of the formula",
            features=features,
        )


@st.composite
def points(draw):
    """A non-zero input (d,), a target from -1/4 to 5/4, coefficients of the free directions."""
    x = draw(strategies.rational_inputs(points=(1, 1), dimensions=(1, 5)))[0].copy()
    if not x.any():
        x[-1] = Fraction(1, 2)
    target = Fraction(draw(st.integers(-4, 20)), 16)
    return x, target, draw(st.lists(st.integers(-5, 5), min_size=4, max_size=4))


def as_found(found):
    return found


def turned_target(found):
    """Wrong on purpose: the target larger by 2^-50."""
    return Hyperplane(found.activation, found.inputs, found.target + Fraction(1, 2**50))


@pytest.mark.claim(CLAIM, shows="holds", by="property")
@pytest.mark.control("other-target", "2^-50 added to the target", adjust=turned_target)
@given(problem=points(), draws=280)
def test_random_points_of_the_hyperplane(check, problem, *, adjust=as_found):
    r"""On random points in up to five dimensions the slope changes sign across the hyperplane.

    `one_point_zeros` gives the zero next to the origin and $d - 1$ directions; at random points of
    the hyperplane $x\cdot\nabla L$ is negative before it and positive behind, within $2^{-60}$ of
    $w\cdot x$. For targets that are not strictly between 0 and 1 it says that there is no zero.
    """
    x, target, coefficients = problem
    found = one_point_zeros(SIGMOID, x, target)
    if not 0 < target < 1:
        check.label("no value of the sigmoid")
        check.that(found is NoZero.OUT_OF_RANGE, "there is no zero", x=x, t=target)
        return
    check.that(isinstance(found, Hyperplane), "there is a zero", x=x, t=target)
    directions = found.directions
    free = sum(
        (np.array(row, dtype=object) * c for row, c in zip(directions, coefficients, strict=False)),
        np.zeros(len(x), dtype=int),
    )
    witness = {"x": x, "t": target, "free": free}
    check.label(f"d = {len(x)}")
    check.that(len(directions) == len(x) - 1, "the hyperplane has dimension d - 1", **witness)
    for row in directions:
        product = RATIONALS.enter(row) @ RATIONALS.enter(x)
        check.zero(product, "a direction times x", **witness)
    for side in (-1, 1):

        def slope(arithmetic, side=side):
            row = arithmetic.enter(x)
            step = row * (Fraction(side, 2**60) / sum(entry * entry for entry in x))
            place = adjust(found).nearest_to_origin(arithmetic) + arithmetic.enter(free) + step
            gradient = gradient_of(1, len(x))(place, row[None], arithmetic.enter([target]))
            return (gradient @ row) * side

        check.positive(slope, "the slope changes from - to +", **witness)


@pytest.mark.claim(CLAIM, reading="several-points", shows="fails", by="counterexample")
@pytest.mark.control("solvable-target", "the second target 0 in place of 1/2", second=0)
def test_two_scalar_points_without_radicals(check, *, second=HALF):
    r"""Two points in dimension one, and no radicals: $x = (1, 2)$, $t = (1, \frac12)$.

    The zeros are the positive roots $z = e^{-w}$ of $z^5 + z^4 + 6z^3 + 2z^2 + z - 3$, which
    is irreducible with the symmetric group $S_5$ as its Galois group: modulo a prime it has
    factors of degree 2 and 3, so the group contains a transposition, and with it everything, the
    degree being prime. $S_5$ is not solvable.
    """
    gradient = gradient_of(2, 1, SQUARED_ERROR)
    found = polynomial_in_z(gradient, [1, 2], [1, second])
    proof = prove_symmetric(found.polynomial)
    check.that(
        proof is not None and proof.degree >= 5, "the group is S_n, n at least 5", second=second
    )
    check.that(
        count_roots(found.polynomial, above=Fraction(0)) == 1, "one positive root", second=second
    )
    check.record("polynomial", as_symbol(found.polynomial, "z"))
    check.record(("inputs", "targets"), ([1, 2], [1, second]))
    check.record(("a prime", "degrees of the factors modulo it"), proof.transposition)
    check.size(weights=1, points=2, smaller="one point has a closed form")
