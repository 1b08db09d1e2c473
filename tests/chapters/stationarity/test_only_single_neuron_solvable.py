"""A network with a hidden layer of any width whose gradient flow is elementary from every start."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from claims.compiled import Function
from claims.mathematics import HALF_SQUARED_ERROR, Objective, deep_linear, hidden_layer_growth
from claims.numbers import SYMBOLS, square, symbols, tanh

CLAIM = "only-single-neuron-solvable"


def directed(length, features):
    """Inputs (d,) of that length in any direction but one, and vectors (d - 1, d) across them.

    The sphere in rational coordinates, by stereographic projection.
    """
    one, zero = SYMBOLS.enter(1), SYMBOLS.enter(0)
    if features == 1:
        return np.array([length]), np.empty((0, 1), dtype=object)
    m = symbols("m")
    if features == 2:
        x = np.array([1 - square(m), 2 * m]) * (length / (1 + square(m)))
        return x, np.array([[-2 * m, 1 - square(m)]])
    p = symbols("p")
    norm = 1 + square(m) + square(p)
    x = np.array([2 * m, 2 * p, 1 - square(m) - square(p)]) * (length / norm)
    return x, np.array([[p, -m, zero], [1 - square(m) - square(p), zero, -2 * m * one]])


def flow_rate(length, target, plus, minus, growth):
    """Y'/Y for Y = growth."""
    return 2 * length * target - square(length) * (plus * growth - minus / growth) / 2


def half_rate(length, target, plus, minus, growth):
    """Wrong on purpose: the rate of the target halved."""
    return length * target - square(length) * (plus * growth - minus / growth) / 2


def check_reduction(check, rate, units, features):
    """Substitute v + u = a R, v - u = b / R and compare with the recorded velocity.

    R = sqrt(Y) is a symbol, R' = R Y' / (2 Y). W is u x'/|x| plus rows across x that stay.
    """
    length, target, size = symbols("k"), symbols("t"), symbols("R")
    a, b = symbols("a", units), symbols("b", units)
    x, across = directed(length, features)
    rest = symbols("c", units, features - 1) @ across if features > 1 else 0 * np.outer(a, x)
    half = SYMBOLS.enter(1) / 2

    def assemble(v, u):
        return np.concatenate([np.outer(u, x).ravel() / length, v])

    growing, shrinking = assemble(a * half, a * half), assemble(b * half, -b * half)
    still = np.concatenate([rest.ravel(), 0 * a])
    place = still + growing * size + shrinking / size
    objective = Objective(deep_linear(features, units, 1), HALF_SQUARED_ERROR)
    gradient = Function(
        objective.value, theta=place.shape, inputs=(1, features), targets=(1,)
    ).gradient(place, x[None], np.array([target]))
    plus, minus = square(a).sum(), square(b).sum()
    speed = size * rate(length, target, plus, minus, square(size)) / 2
    check.zero(
        (growing - shrinking / square(size)) * speed + gradient,
        "the velocity of the solution plus the gradient",
        units=units,
        features=features,
    )


@pytest.mark.claim(CLAIM, shows="fails", by="counterexample")
@pytest.mark.claim(CLAIM, reading="chains", shows="fails", by="counterexample")
@pytest.mark.control("half-rate", "the rate |x| t in place of 2 |x| t", rate=half_rate)
def test_a_linear_hidden_layer_is_solved_from_every_start(check, *, rate=flow_rate):
    r"""One linear hidden layer of any width on one point: elementary from every start.

    $L = \frac12 (t - v\cdot Wx)^2$ with $x \ne 0$, $\kappa = \lVert x\rVert$ and $u = Wx/\kappa$.
    The flow is $v' = \kappa e\,u$, $u' = \kappa e\,v$ with the error $e = t - \kappa\,v\cdot u$,
    and the part of $W$ across $x$ does not move. So $v + u$ and $v - u$ keep their directions: with
    their values $a$ and $b$ at the start, $v + u = a\sqrt Y$ and $v - u = b/\sqrt Y$, where with $A
    = \lVert a\rVert^2$, $B = \lVert b\rVert^2$
    $$Y' = 2\kappa t\,Y - \tfrac{\kappa^2}2 (A Y^2 - B), \qquad Y(0) = 1,$$
    a Riccati equation with constant coefficients. With $D = \sqrt{4t^2 + \kappa^2 AB}$ its solution
    is $$Y = \frac{D + (\kappa B + 2t)\,T}{D + (\kappa A - 2t)\,T}, \qquad T =
    \tanh\tfrac{\kappa D\tau}2,$$ and for $D = 0$, where $t = 0$ and $AB = 0$, $Y =
    (1 + \frac{\kappa^2 B\tau}2)/(1 + \frac{\kappa^2 A\tau}2)$. As $2\lvert t\rvert \le D$ and $0
    \le T < 1$, numerator and denominator are positive.

    *Executed*: the velocity of this solution equals minus the recorded gradient for symbolic $t$,
    starts and directions of $x$ (all but one, which is their limit), one to three units and one to
    three inputs; that the sums over units and inputs have more terms changes nothing. And $Y$
    solves its equation for symbolic $\kappa$, $t$, $A$, $B$ and time. From two units on, the
    network is no chain of single neurons. For several outputs and points, one linear hidden layer,
    whitened inputs and starts aligned with the singular modes of the data, compare A. M. Saxe, J.
    L. McClelland, S. Ganguli, *Exact solutions to the nonlinear dynamics of learning in deep linear
    neural networks*, 2014.

    In numbers: $x = 1$, $t = \frac34$, two units with $v = (1, 0)$ and $W = (0, 1)^\top$ have
    $A = B = 2$, $D = \frac52$, $Y = \frac{5 + 7T}{5 + T}$ with $T = \tanh\frac{5\tau}4$, and the
    output $\frac12(Y - \frac1Y)$, which rises from 0 to $\frac34$.
    """
    shapes = ((1, 1), (2, 1), (1, 2), (2, 2), (3, 2), (2, 3))
    for units, features in shapes:
        check_reduction(check, rate, units, features)
    time, length, target, plus, root, minus = map(symbols, ("tau", "k", "t", "A", "D", "B"))
    # B from D^2 = 4 t^2 + k^2 A B; for A = 0, where D is 2 |t|, B is free.
    other = (square(root) - 4 * square(target)) / (square(length) * plus)
    for case in (
        (plus, other, root),
        (0 * plus, minus, 2 * target),
        (0 * plus, minus, -2 * target),
    ):
        growth = hidden_layer_growth(time, length, target, *case)
        slope = Function(
            lambda time, k, t, A, B, D: hidden_layer_growth(time, k, t, A, B, D),
            **dict.fromkeys(("time", "k", "t", "A", "B", "D"), ()),
        ).gradient(time, length, target, *case)
        check.zero(
            slope - growth * rate(length, target, *case[:2], growth), "Y' minus its equation"
        )
        check.zero(hidden_layer_growth(0 * time, length, target, *case) - 1, "Y(0) minus 1")
    zero = 0 * time
    for case in ((plus, zero), (zero, minus)):
        a, b = case
        numerator, denominator = (1 + square(length) * part * time / 2 for part in (b, a))
        slope = square(length) * (b * denominator - a * numerator) / (2 * square(denominator))
        growth = numerator / denominator
        check.zero(slope - growth * rate(length, zero, a, b, growth), "Y' at D = 0")
    check.record("units and inputs executed", shapes)
    saturating = tanh(time * Fraction(5, 4))
    growth = hidden_layer_growth(time, 1, Fraction(3, 4), 2, 2, Fraction(5, 2))
    check.zero(growth * (5 + saturating) - 5 - 7 * saturating, "Y of the two units in numbers")
    check.record("Y for x = 1, t = 3/4, two units with v = (1, 0), W = (0, 1)", growth)
    check.record("their output, rising from 0 to 3/4", (growth - 1 / growth) / 2)
    check.size(points=1, inputs=1, units=1, smaller="two units where the reading asks for them")
