"""Whether an L2 penalty can only make the global minimum harder to reach."""

from __future__ import annotations

from fractions import Fraction

import pytest

from claims.compiled import Function
from claims.mathematics import (
    L2,
    SIGMOID,
    SQUARED_ERROR,
    Objective,
    count_roots,
    neuron,
    polynomial_in_z,
)
from claims.studies.recounting import as_counted, confirm, one_run_more

CLAIM = "regularization-harder-global"
INPUTS, TARGETS = (1, 6), (Fraction(3, 4), Fraction(3, 4))
START = 2


def mean_error(penalty=None):
    objective = Objective(neuron(1, SIGMOID), SQUARED_ERROR, penalty=penalty)
    return Function(objective.value, theta=(1,), inputs=(2, 1), targets=(2,))


def entered(arithmetic, weight):
    """The weight and the data in an arithmetic."""
    return (
        arithmetic.enter([weight]),
        arithmetic.enter([[x] for x in INPUTS]),
        arithmetic.enter(TARGETS),
    )


def stationary_points(function):
    """Count the zeros on all of R of a function of the weight that is rational in exp(-w)."""
    return count_roots(polynomial_in_z(function, INPUTS, TARGETS).polynomial, above=Fraction(0))


@pytest.mark.claim(CLAIM, reading="always-harder", shows="fails", by="counterexample")
@pytest.mark.control("weak-penalty", "lambda = 1/200", strength=Fraction(1, 200))
@pytest.mark.control("lower-start", "the start 1/2 in place of 2", start=Fraction(1, 2))
def test_a_start_that_the_penalty_saves(check, *, strength=Fraction(3, 2), start=START):
    r"""From $w = 2$ gradient flow reaches the global minimum with the penalty only.

    Data $x = (1, 6)$, $t = (\frac34, \frac34)$, mean squared error. Without penalty there are three
    stationary points on $\mathbb R$ (Sturm), and the derivative has the signs $-,+,-,+$ at
    $0,\frac12,1,\frac{101}{100}$ and $+$ at 2: the flow from 2 falls to the minimum between 1 and
    1.01. There the second sample alone contributes at least $\frac12(s(6)-\frac34)^2$, which
    exceeds the whole loss at $w = \frac{23}{100}$: a worse minimum. With $\lambda=\frac32$ the
    second derivative has no zero and is positive, so the objective is strictly convex and grows
    without bound: the flow from every start, 2 included, ends in its only minimum.
    """
    plain, penalised = mean_error(), mean_error(L2(strength))
    check.that(stationary_points(plain.gradient) == 3, "three stationary points")
    for weight, sign in ((0, -1), (Fraction(1, 2), 1), (1, -1), (Fraction(101, 100), 1), (2, 1)):
        check.positive(
            lambda arithmetic, weight=weight, sign=sign: (
                plain.gradient(*entered(arithmetic, weight))[0] * sign
            ),
            f"without penalty the derivative has the sign {sign:+} at {weight}",
        )
    check.that(start > Fraction(101, 100), "the flow falls from the right", start=start)

    def excess(arithmetic):
        saturated = arithmetic.enter([6]), arithmetic.enter([[1]]), arithmetic.enter([TARGETS[0]])
        alone = Objective(neuron(1, SIGMOID), SQUARED_ERROR).value(*saturated)
        return alone * Fraction(1, 2) - plain.value(*entered(arithmetic, Fraction(23, 100)))

    check.positive(excess, "the loss at the minimum exceeds that at 23/100")
    check.that(
        stationary_points(penalised.hessian) == 0,
        "the second derivative with penalty has no zero",
        strength=strength,
    )
    check.positive(
        lambda arithmetic: penalised.hessian(*entered(arithmetic, 0))[0, 0],
        "the second derivative with penalty is positive at 0",
        strength=strength,
    )
    check.record(("inputs", "targets"), [INPUTS, TARGETS])
    check.size(weights=1, points=len(INPUTS), smaller="on one point there is no second valley")


@pytest.mark.claim(CLAIM, shows="holds", by="study")
@pytest.mark.control("one-run-more", "one more run counted", count=one_run_more)
def test_share_at_the_global_level(check, study_result, study_table, *, count=as_counted):
    """How often descent reaches the global level of its own objective, regularised and plain.

    From each random start full-batch gradient descent is run twice, on the plain loss and on the
    loss with L2 on the weights or averaged over the masks of dropout, on four small problems, by
    strength and rate. A run counts when it comes within a tolerance of the global level of the
    objective that it descends; that level is known, or the lowest that any run has found. The
    intervals, the decision and the sentence are derived again from the counted runs by the rule
    that was fixed beforehand.
    """
    confirm(check, study_result, study_table, "regularised-descent", "global", count)


@pytest.mark.claim(CLAIM, reading="output-bias-penalised", shows="holds", by="study")
@pytest.mark.control("one-run-more", "one more run counted", count=one_run_more)
def test_share_at_the_global_level_with_biases(
    check, study_result, study_table, *, count=as_counted
):
    """The same comparison with an L2 penalty on all parameters of sigmoid networks.

    Only one of two mirrored networks, which are equal for the plain loss, is then at the global
    level. The intervals, the decision and the sentence are derived again from the counted runs.
    """
    confirm(check, study_result, study_table, "regularised-descent", "global-with-biases", count)
