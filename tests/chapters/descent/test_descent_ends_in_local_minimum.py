"""Gradient descent does not always end in a local minimum: it can rest at a saddle, or cycle."""

from __future__ import annotations

from fractions import Fraction

import pytest

from claims.compiled import Function
from claims.mathematics import SIGMOID, SQUARED_ERROR, TANH, Objective, one_hidden_layer
from claims.numbers import SYMBOLS, symbols
from claims.training.optimizers import GRADIENT_DESCENT

CLAIM = "descent-ends-in-local-minimum"


def derivatives(activation):
    objective = Objective(one_hidden_layer(1, 1, activation), SQUARED_ERROR)
    return Function(objective.value, theta=(4,), inputs=(2, 1), targets=(2,))


@pytest.mark.claim(CLAIM, reading="always", shows="fails", by="counterexample")
@pytest.mark.control("off-centre", "the output bias 0 in place of 1/2", bias=0)
def test_descent_rests_at_a_saddle(check, *, bias=Fraction(1, 2)):
    r"""Started at a saddle, gradient descent stays there, with every step.

    One sigmoid unit, $x = (0, 1)$, $y = (0, 1)$, start $w = b = v = 0$, $c = \frac12$. The
    gradient vanishes, so no update moves, but the start is no local minimum: the second
    derivative along $(w, v) = (1, \frac14)$ is $-\frac1{32}$, so there are lower points
    arbitrarily close.
    """
    function = derivatives(SIGMOID)
    data = SYMBOLS.enter([[0], [1]]), SYMBOLS.enter([0, 1])
    start = SYMBOLS.enter([0, 0, 0, bias])
    (moved,) = GRADIENT_DESCENT.update(start, function.gradient(start, *data), symbols("eta"))
    check.zero(moved - start, "the move in an update", bias=bias)
    along = SYMBOLS.enter([1, 0, Fraction(1, 4), 0])
    bend = along @ function.hessian(start, *data) @ along
    check.zero(bend + Fraction(1, 32), "the second derivative along w + v/4, plus 1/32")
    check.record("data", "x = (0, 1), y = (0, 1)")
    check.record("start and end", "w = b = v = 0, c = 1/2, a saddle of loss 1/4")


@pytest.mark.claim(CLAIM, reading="always", shows="fails", by="counterexample")
@pytest.mark.control("half-step", "the step 1/2 in place of 1", step=Fraction(1, 2))
def test_descent_cycles_with_a_large_step(check, *, step=1):
    r"""With the step 1 descent alternates between two points and converges nowhere.

    One tanh unit, $x = (0, 1)$, $y = (0, 0)$, start $w = b = v = 0$ and any $c \ne 0$: the unit
    outputs 0, so only $c$ moves, by $c \leftarrow (1 - 2\eta) c$. With $\eta = 1$ it changes its
    sign for ever; with $\eta > 1$ its size grows without bound.
    """
    function = derivatives(TANH)
    data = SYMBOLS.enter([[0], [1]]), SYMBOLS.enter([0, 0])
    start = SYMBOLS.enter([0, 0, 0, symbols("c")])
    slope = function.gradient(start, *data)
    (moved,) = GRADIENT_DESCENT.update(start, slope, symbols("eta"))
    check.zero(moved - start * (1 - 2 * symbols("eta")), "the next point minus (1 - 2 eta) times")
    (opposite,) = GRADIENT_DESCENT.update(start, slope, step)
    check.zero(opposite + start, "the next point with step 1, plus the start", step=step)
    check.record("cycle", "c and -c, with w = b = v = 0, data x = (0, 1), y = (0, 0)")
