"""More parameters than data and several solutions do not bring a saddle with them."""

from __future__ import annotations

import pytest

from claims.compiled import Function
from claims.mathematics import (
    SIGMOID,
    SQUARE,
    SQUARED_ERROR,
    Objective,
    linear,
    neuron,
    one_hidden_layer,
)
from claims.numbers import RATIONALS, SYMBOLS, square, symbols
from claims.studies.recounting import as_counted, confirm, one_run_more

CLAIM = "descent-lingers-at-saddles"
LINEAR, SQUARED = linear(2, bias=False), neuron(2, SQUARE)


@pytest.mark.claim(CLAIM, reading="because-overspecified", shows="fails", by="counterexample")
@pytest.mark.control("square-output", "the square of the linear model", network=SQUARED)
def test_an_overspecified_model_without_saddles(check, *, network=LINEAR):
    r"""Least squares with two weights and one point: many solutions and no saddle.

    On $x = (1, 1)$, $y = 1$ the loss is $(w_1 + w_2 - 1)^2$, with two parameters and one data
    point; $(1, 0)$ and $(0, 1)$ are both solutions. Its gradient is $2 (w_1 + w_2 - 1)(1, 1)$,
    which vanishes only where the loss is 0: every stationary point is a global minimum.
    """
    function = Function(
        Objective(network, SQUARED_ERROR).value, theta=(2,), inputs=(1, 2), targets=(1,)
    )
    theta, data = symbols("w", 2), (SYMBOLS.enter([[1, 1]]), SYMBOLS.enter([1]))
    error = theta.sum() - 1
    check.zero(function.value(theta, *data) - square(error), "the loss minus (w1 + w2 - 1)^2")
    check.zero(function.gradient(theta, *data) - 2 * error, "the gradient minus 2 (w1 + w2 - 1)")
    solutions = [1, 0], [0, 1]
    for point in solutions:
        loss = function.value(
            RATIONALS.enter(point), RATIONALS.enter([[1, 1]]), RATIONALS.enter([1])
        )
        check.zero(loss, "the loss at a solution")
    check.that(network.size > len(data[1]), "more parameters than data points")
    check.record(("input", "target"), data)
    check.record("two solutions", solutions)
    check.size(points=1, weights=network.size, smaller="one weight is no more than one point")


@pytest.mark.claim(CLAIM, reading="because-overspecified", shows="fails", by="counterexample")
@pytest.mark.control("hidden-bias", "the hidden bias in place of the output bias", last="b1")
def test_an_overspecified_network_without_saddles(check, *, last="b2"):
    r"""A network of one sigmoid unit on one point: a continuum of solutions and no saddle.

    $f(x) = v\,s(w \cdot x + b) + c$ with $d$ inputs has $d + 3$ parameters, $N = 1$. For all $w,
    b, v$ the output bias $c = y - v\,s(w \cdot x + b)$ makes the loss 0. The derivative in $c$ is
    $2(f - y)$, so the loss is the square of half of it: where it vanishes, the loss is 0, and
    every stationary point is a global minimum. Executed for $d = 1, 2, 3$ with symbolic data;
    nothing depends on $d$.
    """
    for features in (1, 2, 3):
        network = one_hidden_layer(features, 1, SIGMOID)
        function = Function(
            Objective(network, SQUARED_ERROR).value,
            theta=(network.size,),
            inputs=(1, features),
            targets=(1,),
        )
        theta = symbols("t", network.size)
        data = symbols("x", 1, features), symbols("y", 1)
        slope = function.gradient(theta, *data)[network.block(last).start]
        check.zero(
            function.value(theta, *data) - square(slope) / 4,
            f"the loss minus the square of half the derivative in c, {features} inputs",
        )
        solved = theta.copy()
        solved[-1] = theta[-1] - network.predict(theta, data[0])[0] + data[1][0]
        check.zero(function.value(solved, *data), f"the loss at the solutions, {features} inputs")
        check.record(f"a solution with {features} inputs", solved)
        check.that(network.size > len(data[1]), "more parameters than data points")
    check.size(points=1, inputs=1, units=1)


@pytest.mark.claim(CLAIM, shows="holds", by="study")
@pytest.mark.control("one-run-more", "one more run counted", count=one_run_more)
def test_part_near_saddles_by_width(check, study_result, study_table, *, count=as_counted):
    """The part of a run near saddles, as the network grows from 2 to 8 hidden units.

    Gradient and Hessian are looked at 50 times in the first 1,000 updates; near a saddle the
    gradient is small, an eigenvalue negative, and the loss still above that of the run's end. The
    intervals and the decision are derived again here from the counted runs.
    """
    confirm(check, study_result, study_table, "saddle-lingering", "by-width", count)


@pytest.mark.claim(CLAIM, reading="more-than-near-minima", shows="holds", by="study")
@pytest.mark.control("one-run-more", "one more run counted", count=one_run_more)
def test_near_saddles_against_near_minima(check, study_result, study_table, *, count=as_counted):
    """Whether a network with 8 hidden units spends more time near saddles than near minima.

    Of the same looks at the same runs, those near a saddle are set against those at the level
    of the run's end, run by run.
    """
    confirm(check, study_result, study_table, "saddle-lingering", "against-minima", count)
