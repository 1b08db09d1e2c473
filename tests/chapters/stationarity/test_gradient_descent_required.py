"""Without a closed form other methods than gradient descent still reach the zero."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from flint import arb, fmpz_poly

from claims.compiled import Function
from claims.mathematics import (
    SIGMOID,
    SQUARED_ERROR,
    Objective,
    count_roots,
    neuron,
    polynomial_in_z,
    prove_symmetric,
)
from claims.numbers import BALLS, FLOATS, SYMBOLS, Ball, square, symbols
from claims.numbers.exact import to_fmpq

CLAIM = "gradient-descent-required"
# The points that each weight alone has to fit, and all of them in the plane.
OWN = ([1, 2], [Fraction(1), Fraction(1, 2)]), ([1], [Fraction(1, 4)])
INPUTS = [[1, 0], [2, 0], [0, 1]]
TARGETS = [Fraction(1), Fraction(1, 2), Fraction(1, 4)]
START = (Fraction(1, 2), Fraction(-21, 20))
# The zero is shown to lie within this of the start, and the contraction within twice that.
REACH = (Fraction(1, 32), Fraction(1, 16))
PARTS = 16


def function_of(samples, features):
    objective = Objective(neuron(features, SIGMOID), SQUARED_ERROR, reduction="sum")
    return Function(
        objective.value, theta=(features,), inputs=(samples, features), targets=(samples,)
    )


FUNCTION = function_of(3, 2)


def derivatives(weights, arithmetic):
    """Gradient (2,) and Hessian (2, 2) on the three points."""
    data = arithmetic.enter(INPUTS), arithmetic.enter(TARGETS)
    return FUNCTION.gradient(weights, *data), FUNCTION.hessian(weights, *data)


def newton(gradient, hessian):
    """-H^-1 g, for a diagonal Hessian."""
    return -np.array([gradient[0] / hessian[0, 0], gradient[1] / hessian[1, 1]])


def descent(gradient, hessian):
    """Wrong on purpose: a gradient step, of length 1."""
    return -gradient


def moved(axis, distance, arithmetic):
    """The start with one weight moved."""
    return arithmetic.enter([w + (i == axis) * distance for i, w in enumerate(START)])


def slope_bounds(axis, part):
    """Bounds of f' in one weight, on one of the parts of all that is within twice the reach."""
    width = 4 * REACH[axis] / PARTS
    low = START[axis] - 2 * REACH[axis] + part * width
    weights = BALLS.enter(START)
    weights[axis] = Ball(arb(to_fmpq(low)).union(arb(to_fmpq(low + width))))
    value = derivatives(weights, BALLS)[1][axis, axis].arb
    return value.lower(), value.upper()


def area(step, arithmetic):
    """g_1 s_2 - g_2 s_1 at the start, which is 0 if the step s is a multiple of the gradient g."""
    gradient, hessian = derivatives(arithmetic.enter(START), arithmetic)
    move = step(gradient, hessian)
    return gradient[0] * move[1] - gradient[1] * move[0]


def shown(values):
    return [f"{float(value.arb.mid()):.6f}" for value in values]


@pytest.mark.claim(CLAIM, shows="fails", by="counterexample")
@pytest.mark.control("descent", "a gradient step in place of Newton's", step=descent)
def test_newtons_method_converges_and_is_no_descent(check, *, step=newton):
    r"""Newton's method reaches the zero, and its steps are no multiples of the gradient.

    Two weights, no bias, three points: $(1, 0)$ with target $1$, $(2, 0)$ with $\frac12$, $(0, 1)$
    with $\frac14$. *The premise is true*: the gradient in $w_1$ is that of the two points $(1, 1)$
    and $(2, \frac12)$ of one weight, whose one zero $e^{-w_1}$ is a root of a quintic with Galois
    group $S_5$ (see no-closed-form-in-general). The gradient in $w_2$ has one zero as well (Sturm
    for both, in $z = e^{-w}$): there is one stationary point.

    *Newton's method* $w \mapsto w - H^{-1} g$ acts on each weight alone, because the Hessian is
    diagonal. With $f$ the derivative in one weight and $w^*$ its zero, $w - \frac{f(w)}{f'(w)} -
    w^* = (w - w^*) \bigl(1 - \frac{f'(\xi)}{f'(w)}\bigr)$ with $\xi$ between $w$ and $w^*$ (mean
    value theorem). If $f'$ lies between $\alpha > 0$ and $\beta < 2\alpha$ near $w^*$, the distance
    to $w^*$ shrinks by the factor $\frac\beta\alpha - 1 < 1$ or better in every step. Executed for
    the start $(\frac12, -\frac{21}{20})$: $f$ changes sign within $\frac1{32}$ of the first weight
    and within $\frac1{16}$ of the second, and on twice these distances, cut into sixteen parts,
    $f'$ is enclosed in balls and obeys $0 < \beta < 2\alpha$. So all iterates stay there and
    converge.

    *No gradient descent*: the two entries of $H$ differ, and at the start the step is no multiple
    of the gradient. So it is no step $-\eta\,\nabla L$ with any $\eta$.
    """
    witness = {"inputs": INPUTS, "targets": TARGETS, "start": START}
    found = polynomial_in_z(function_of(2, 1).gradient, *OWN[0])
    check.that(
        prove_symmetric(found.polynomial).degree == 5
        and found.polynomial == fmpz_poly([-3, 1, 2, 6, 1, 1])
        and count_roots(found.polynomial, above=Fraction(0)) == 1,
        "the first weight of the one zero cannot be written with radicals",
        **witness,
    )
    theta = symbols("w", 2)
    gradient, hessian = derivatives(theta, SYMBOLS)
    check.zero([hessian[0, 1], hessian[1, 0]], "the Hessian off its diagonal", **witness)
    for axis, (inputs, targets) in enumerate(OWN):
        slope = polynomial_in_z(function_of(len(inputs), 1).gradient, inputs, targets)
        zeros = count_roots(slope.polynomial, above=Fraction(0))
        check.that(zeros == 1, "the derivative in each weight has one zero", **witness)
        data = SYMBOLS.enter(inputs)[:, None], SYMBOLS.enter(targets)
        own = function_of(len(inputs), 1).gradient(theta[axis : axis + 1], *data)
        check.zero(gradient[axis] - own[0], "an entry minus that of its own points", **witness)
        for side in (-1, 1):
            check.positive(
                lambda arithmetic, axis=axis, side=side: (
                    derivatives(moved(axis, side * REACH[axis], arithmetic), arithmetic)[0][axis]
                    * side
                ),
                "f changes sign near the start",
                **witness,
            )
        bounds = [slope_bounds(axis, part) for part in range(PARTS)]
        lowest, highest = min(low for low, _ in bounds), max(high for _, high in bounds)
        check.that(lowest > 0 and highest < 2 * lowest, "f' varies by less than 2", **witness)
        check.record(f"f' in weight {axis + 1}", f"{float(lowest):.4f} to {float(highest):.4f}")
    gradient, hessian = derivatives(BALLS.enter(START), BALLS)
    check.positive(
        lambda arithmetic: square(area(step, arithmetic)),
        "the step is no multiple of the gradient",
        tie=area(step, SYMBOLS).is_zero(),
        **witness,
    )
    check.record("start", START)
    check.record("gradient at the start", shown(gradient))
    check.record("step at the start", shown(step(gradient, hessian)))
    weights = FLOATS.enter(START)
    for _ in range(6):
        weights = weights + newton(*derivatives(weights, FLOATS))
    check.record("after six steps, in floats", [f"{weight:.9f}" for weight in weights])
    check.size(
        weights=2,
        points=len(INPUTS),
        smaller="with one weight each step is a multiple of the derivative; two points in the "
        "plane have a closed form or a line of zeros",
    )
