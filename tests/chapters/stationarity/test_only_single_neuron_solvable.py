"""A network with a hidden layer whose gradient flow has an elementary solution."""

from __future__ import annotations

import numpy as np
import pytest

from claims.compiled import Function
from claims.mathematics import HALF_SQUARED_ERROR, Objective, chain_flow, deep_linear
from claims.numbers import SYMBOLS, logistic, symbols

CLAIM = "only-single-neuron-solvable"


def half_rate(time, start, x, target):
    """Wrong on purpose: the rate t x in place of 2 t x."""
    return (target / x) * logistic(target * x * time + start)


@pytest.mark.claim(CLAIM, shows="fails", by="counterexample")
@pytest.mark.control("half-rate", "the rate t x in place of 2 t x", product=half_rate)
def test_a_chain_of_two_weights_is_solved(check, *, product=chain_flow):
    r"""The chain $v\,w\,x$ on one point, started with $v = w$, flows in closed form.

    For $L = \frac12(t - v w x)^2$ and $v = w = q$ both components of $-\nabla L$ are $(t - x
    q^2)\,x q$: the two weights stay equal. So $p = q^2$ obeys $p' = 2xp\,(t - xp)$, a logistic
    equation, solved by $p(\tau) = \frac tx\,s(2tx\,\tau + c)$ for $x t > 0$; then $v = w =
    \sqrt{p(\tau)}$ is elementary and not constant. With $x = t = 1$: $p(\tau) = s(2\tau + c)$.
    Identities for symbolic $x$, $t$, $c$ and $\tau$. More generally, deep linear networks with
    balanced starts have such solutions (A. M. Saxe, J. L. McClelland, S. Ganguli, *Exact solutions
    to the nonlinear dynamics of learning in deep linear neural networks*, 2014).
    """
    objective = Objective(deep_linear(1, 1, 1), HALF_SQUARED_ERROR)
    gradient = Function(objective.value, theta=(2,), inputs=(1, 1), targets=(1,)).gradient
    x, target, q = symbols("x"), symbols("t"), symbols("q")
    velocity = -gradient(np.array([q, q]), np.array([[x]]), np.array([target]))
    check.zero(velocity[0] - velocity[1], "the velocity of v minus that of w at v = w")
    growth = 2 * q * velocity[0]
    time, start = symbols("tau"), symbols("c")
    solution = product(time, start, x, target)
    slope = Function(product, time=(), start=(), x=(), target=()).gradient(time, start, x, target)
    expected = 2 * x * solution * (target - x * solution)
    check.zero(growth - 2 * x * (q * q) * (target - x * q * q), "p' minus 2 x p (t - x p)")
    check.zero(slope - expected, "the derivative of the solution minus 2 x p (t - x p)")
    example = chain_flow(time, start, SYMBOLS.enter(1), SYMBOLS.enter(1))
    check.zero(example - logistic(2 * time + start), "the solution for x = t = 1")
    check.record("data", "x = 1, t = 1, v(0) = w(0)")
    check.record("solution", "v = w = sqrt(s(2 tau + c))")
