"""Gradient descent does not always end at the global level, and how often it does not."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from claims.compiled import Function
from claims.mathematics import (
    RELU,
    SQUARED_ERROR,
    Activation,
    Objective,
    Parity,
    Range,
    one_hidden_layer,
)
from claims.numbers import RATIONALS, SYMBOLS, symbols
from claims.studies.recounting import as_counted, confirm, one_run_more

CLAIM = "descent-not-global"


@pytest.mark.claim(CLAIM, shows="holds", by="study")
@pytest.mark.control("one-run-more", "one more run counted as failed", count=one_run_more)
def test_share_of_runs_above_the_level(check, study_result, study_table, *, count=as_counted):
    """Counted over thousands of random starts on each of twelve settings.

    Every run is trained by full-batch gradient descent with a kernel compiled from the definition
    of the objective, its end polished by Newton's method and classified. The plan fixes data,
    widths, starts, steps, sample size and decision rule beforehand, and its hash seeds the random
    numbers. Here the table of ends is counted again, the exact simultaneous intervals and the
    decision are derived from the counts by the plan's rule, and compared with what the study
    reported.
    """
    confirm(check, study_result, study_table, CLAIM, "ends-above", count)


def dead(network):
    return RATIONALS.enter([-1, -1, 1, 0])


def gated(pattern):
    """Return ReLU on a fixed pattern (N, n) of active units: 1 where active, 0 elsewhere."""
    return Activation(
        "ReLU on a fixed pattern",
        lambda h: pattern * h,
        lambda h: pattern,
        Parity.NONE,
        Range(None, None),
        False,
    )


def awake(network):
    return RATIONALS.enter([1, 1, 1, 0])


@pytest.mark.claim(CLAIM, reading="not-always", shows="holds", by="witness")
@pytest.mark.control("awake-unit", "a start at which the unit is active", start=awake)
def test_descent_from_a_dead_start(check, *, start=dead):
    r"""One ReLU unit, two points: descent halves its distance to a minimum of loss 1/4, not 0.

    Data $x = (0, 1)$, $y = (0, 1)$; start $w = b = -1$, $v = 1$, $c = 0$; step $1/4$. The unit is
    inactive on both points, so only $c$ moves, by $c \leftarrow c - \frac14 \cdot 2(c -
    \frac12)$: its distance from $\frac12$ halves with every update, exactly. That is an identity in
    $c$, for the unit's decided signs, which depend on $w$ and $b$ alone and so never change; three
    updates of the ReLU network itself are listed. The limit has the loss $\frac14$, while $w = 1$,
    $b = 0$, $v = 1$, $c = 0$ has the loss 0.
    """
    network = one_hidden_layer(1, 1, RELU)
    inputs, targets = RATIONALS.enter([[0], [1]]), RATIONALS.enter([0, 1])
    objective = Objective(network, SQUARED_ERROR)
    function = Function(objective.value, theta=(4,), inputs=(2, 1), targets=(2,))
    theta = start(network)
    check.record("start (w, b, v, c)", [entry.fraction for entry in theta])
    w, b, v, _ = (entry.fraction for entry in theta)
    before = [w * x + b for x in (0, 1)]
    check.that(0 not in before, "no pre-activation is 0", preactivations=before)
    pattern = np.array([[int(h > 0)] for h in before])
    near = Objective(one_hidden_layer(1, 1, gated(pattern)), SQUARED_ERROR)
    near = Function(near.value, theta=(4,), inputs=(2, 1), targets=(2,))
    anywhere = SYMBOLS.enter([w, b, v, symbols("c")])
    slope = near.gradient(anywhere, SYMBOLS.enter([[0], [1]]), SYMBOLS.enter([0, 1]))
    moved = anywhere - slope * Fraction(1, 4)
    check.zero(moved[:3] - anywhere[:3], "the move of w, b and v, for any c")
    halved = (anywhere[3] - Fraction(1, 2)) * Fraction(1, 2)
    check.zero(moved[3] - Fraction(1, 2) - halved, "the distance minus its half, for any c")
    for _ in range(3):
        moved = theta - function.gradient(theta, inputs, targets) * Fraction(1, 4)
        check.zero(moved[:3] - theta[:3], "the move of w, b and v")
        halved = (theta[3] - Fraction(1, 2)) * Fraction(1, 2)
        check.zero(moved[3] - Fraction(1, 2) - halved, "the distance minus its half")
        theta = moved
    limit = theta.copy()
    limit[3] = RATIONALS.enter(Fraction(1, 2))
    level = objective.value(limit, inputs, targets)
    check.zero(level - Fraction(1, 4), "the loss of the limit - 1/4")
    lower = RATIONALS.enter([1, 0, 1, 0])
    better = objective.value(lower, inputs, targets)
    check.zero(better, "the loss at a better point")
    check.record(
        ("limit", "loss at the limit"), [[entry.fraction for entry in limit], level.fraction]
    )
    check.record("a point of loss 0", [entry.fraction for entry in lower])
    check.size(
        points=2, inputs=1, units=1, smaller="on one point the output bias alone reaches loss 0"
    )
