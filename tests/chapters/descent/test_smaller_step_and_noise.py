"""A smaller step and noise together can lead out where neither does alone."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest

from claims.compiled import Function
from claims.mathematics import SIGMOID, SQUARED_ERROR, Objective, neuron
from claims.numbers import BALLS, Ball
from claims.studies.recounting import as_counted, confirm, one_run_more

CLAIM = "smaller-step-and-noise"
INPUTS, TARGET = (1, 12), Fraction(3, 4)
LOW, HIGH, PARTS = Fraction(3, 4), Fraction(3, 2), 64
LARGE, SMALL, AMPLITUDE = 8, 1, Fraction(3, 20)


def pieces():
    """Balls that cover the interval from LOW to HIGH."""
    cuts = [LOW + (HIGH - LOW) * Fraction(k, PARTS) for k in range(PARTS + 1)]
    for low, high in pairwise(cuts):
        piece = np.empty(1, dtype=object)
        piece[0] = Ball(BALLS.enter(low).arb.union(BALLS.enter(high).arb))
        yield piece


@pytest.mark.claim(CLAIM, reading="both-needed", shows="holds", by="witness")
@pytest.mark.control("step-four", "the small step 4 in place of 1", small=4)
@pytest.mark.control("more-noise", "the amplitude 2/5", amplitude=Fraction(2, 5))
def test_only_both_together_leave_the_valley(check, *, small=SMALL, amplitude=AMPLITUDE):
    r"""A valley that holds against noise at step 8, and at step 1, but not against both changes.

    One sigmoid neuron, $x = (1, 12)$, both targets 3/4, sum of squares, $I = [\frac34,
    \frac32]$, noise of amplitude $A = \frac3{20}$ after every update. All bounds are decided in
    balls over 64 pieces of $I$.

    - $0 < L'' \le \frac18$ on $I$ and $L'(\frac34) < 0 < L'(\frac32)$: $I$ contains one
      minimum, above the loss at $\frac1{10}$, and $T_\eta(w) = w - \eta L'(w)$ does not decrease
      for $\eta \le 8$, so it maps $I$ to $[T_\eta(\frac34), T_\eta(\frac32)] \subset I$. The
      small step alone stays for ever.
    - For $\eta = 8$ these ends lie more than $A$ inside of $I$: with the noise the iterate stays.
    - For $\eta = 1$ the step moves by less than $\frac A4$, as $|L'| < \frac A4$ on $I$. A noise
      above $\frac A2$, of probability $\frac14$, then raises $w$ by more than $\frac A4$. Twenty
      such noises in a row, more than the width $\frac34$ of $I$ needs, have a probability of
      at least $4^{-20}$ wherever $w$ is; so in the long run the iterate leaves with probability
      one.
    """
    objective = Objective(neuron(1, SIGMOID), SQUARED_ERROR, reduction="sum")
    function = Function(objective.value, theta=(1,), inputs=(2, 1), targets=(2,))

    def data(arithmetic):
        return arithmetic.enter([[x] for x in INPUTS]), arithmetic.enter([TARGET] * 2)

    lower = function.value(BALLS.enter([Fraction(1, 10)]), *data(BALLS))
    for number, piece in enumerate(pieces()):
        bend = function.hessian(piece, *data(BALLS))[0, 0]
        check.that(bend.sign() == 1, f"L'' is positive on piece {number}")
        check.that((1 - LARGE * bend).sign() == 1, f"L'' is below 1/8 on piece {number}")
        slope = function.gradient(piece, *data(BALLS))[0]
        reach = amplitude * Fraction(1, 4)
        for side in (1, -1):
            check.that(
                (reach + side * small * slope).sign() == 1,
                f"the small step moves by less than A/4 on piece {number}",
            )
        above = function.value(piece, *data(BALLS)) - lower
        check.that(above.sign() == 1, f"L is above L(1/10) on piece {number}")
    for end, side in ((LOW, 1), (HIGH, -1)):

        def room(arithmetic, end=end, side=side):
            slope = function.gradient(arithmetic.enter([end]), *data(arithmetic))[0]
            return -LARGE * slope * side - amplitude

        check.positive(room, f"with the large step {end} moves inside by more than A")
    check.that(20 * amplitude * Fraction(1, 4) >= HIGH - LOW, "twenty noises are enough")
    check.that(small < LARGE, "the small step is smaller")
    check.record(("inputs", "both targets"), [INPUTS, TARGET])
    check.record("interval", [LOW, HIGH])
    check.record(("large step", "small step", "amplitude"), [LARGE, small, amplitude])
    check.size(points=len(INPUTS), weights=1, smaller="on one point there is no second valley")


@pytest.mark.claim(CLAIM, shows="holds", by="study")
@pytest.mark.control("one-run-more", "one more run counted", count=one_run_more)
def test_stuck_runs_with_both(check, study_result, study_table, *, count=as_counted):
    """A smaller step together with noise, for stuck runs of descent.

    Runs that are stuck above the global level go on from the same point in paired ways, all
    with the same number of updates. The plan fixes problems, steps, noise, sample size and rule
    beforehand; the intervals and the decision are derived again here from the counted runs.
    """
    confirm(check, study_result, study_table, "getting-unstuck", "step-and-noise", count)
