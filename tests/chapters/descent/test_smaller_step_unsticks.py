"""A smaller step does not lead out of a trap; it ends a cycle of overshooting."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest

from claims.compiled import Function
from claims.mathematics import SIGMOID, SQUARED_ERROR, Objective, linear, neuron
from claims.numbers import BALLS, SYMBOLS, Ball, square, symbols
from claims.training.optimizers import GRADIENT_DESCENT

CLAIM = "smaller-step-unsticks"
INPUTS, TARGET = (1, 12), Fraction(3, 4)
LOW, HIGH, PARTS = Fraction(3, 4), Fraction(3, 2), 64
STEP = 8


def two_valleys():
    objective = Objective(neuron(1, SIGMOID), SQUARED_ERROR, reduction="sum")
    return Function(objective.value, theta=(1,), inputs=(2, 1), targets=(2,))


def entered(arithmetic, inputs=INPUTS):
    return arithmetic.enter([[x] for x in inputs]), arithmetic.enter([TARGET] * 2)


def pieces():
    """Balls that cover the interval from LOW to HIGH."""
    cuts = [LOW + (HIGH - LOW) * Fraction(k, PARTS) for k in range(PARTS + 1)]
    for low, high in pairwise(cuts):
        piece = np.empty(1, dtype=object)
        piece[0] = Ball(BALLS.enter(low).arb.union(BALLS.enter(high).arb))
        yield piece


@pytest.mark.claim(CLAIM, reading="out-of-a-trap", shows="fails", by="counterexample")
@pytest.mark.control("near-inputs", "inputs 1 and 2: no second valley", inputs=(1, 2))
def test_no_step_up_to_eight_leaves_the_worse_valley(check, *, inputs=INPUTS):
    r"""One sigmoid neuron with a worse valley that no step from 0 to 8 leaves.

    $x = (1, 12)$, both targets 3/4, sum of squares, $I = [\frac34, \frac32]$. In balls over 64
    pieces of $I$: $L'' \le \frac18$, and $L$ exceeds $L(\frac1{10})$; and $L'(\frac34) < 0 <
    L'(\frac32)$. Let $C$ be the component of a sublevel set $\{L < \ell\}$ in the interior of
    $I$, with a minimum $m$. For a step $0 < \eta \le 8$ the map $T(w) = w - \eta L'(w)$ does not
    decrease on $I$, since $T' = 1 - \eta L'' \ge 0$, and $T(m) = m$. With $L'' > 0$ on $I$ as
    well, $L'$ is negative left of $m$ and positive right of it: $T$ moves each $w$ towards $m$
    and not past it. So with the step 8, every smaller one, and steps that vary, no iterate
    leaves $C$, and its loss stays above the loss at $w = \frac1{10}$.
    """
    function = two_valleys()
    data = entered(BALLS, inputs)
    lower = function.value(BALLS.enter([Fraction(1, 10)]), *data)
    for number, piece in enumerate(pieces()):
        bend = function.hessian(piece, *data)[0, 0]
        check.that(bend.sign() == 1, "L'' is positive on the piece", piece=number)
        check.that((1 - STEP * bend).sign() == 1, "L'' is below 1/8 on the piece", piece=number)
        above = function.value(piece, *data) - lower
        check.that(above.sign() == 1, "L is above L(1/10) on the piece", piece=number)
    for weight, sign in ((LOW, -1), (HIGH, 1)):

        def slope(arithmetic, weight=weight, sign=sign):
            return (
                function.gradient(arithmetic.enter([weight]), *entered(arithmetic, inputs))[0]
                * sign
            )

        check.positive(slope, "the slope at the end leads inside", weight=weight)
    check.record("data", "x = (1, 12), t = (3/4, 3/4)")
    check.record("trap", "3/4 < w < 3/2, every step up to 8")


@pytest.mark.claim(CLAIM, reading="ends-overshooting", shows="holds", by="identity")
@pytest.mark.control("half-step", "the step 1/2 in place of 1", step=Fraction(1, 2))
def test_a_cycle_that_a_smaller_step_ends(check, *, step=1):
    r"""A linear neuron, $x = 1$, $y = 0$: the step 1 cycles, every smaller one converges.

    $L(w) = w^2$, so an update multiplies $w$ by $1 - 2\eta$. With $\eta = 1$ that is $-1$: $w_0$
    and $-w_0$ alternate at the loss $w_0^2 > 0$. For $0 < \eta < 1$ the factor lies strictly
    between $-1$ and 1, so $w_k \to 0$, the minimum. Checked for a symbolic start and step.
    """
    objective = Objective(linear(1, bias=False), SQUARED_ERROR)
    function = Function(objective.value, theta=(1,), inputs=(1, 1), targets=(1,))
    data = SYMBOLS.enter([[1]]), SYMBOLS.enter([0])
    start, rate = symbols("w", 1), symbols("eta")
    check.zero(function.value(start, *data) - square(start[0]), "the loss minus w^2")
    slope = function.gradient(start, *data)
    (moved,) = GRADIENT_DESCENT.update(start, slope, rate)
    check.zero(moved - (1 - 2 * rate) * start, "the next point minus (1 - 2 eta) w")
    (opposite,) = GRADIENT_DESCENT.update(start, slope, step)
    check.zero(opposite + start, "the next point with step 1, plus w", step=step)
    check.record("data", "x = 1, y = 0, any start other than 0, step 1")
