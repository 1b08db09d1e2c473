"""Exact line search: steps in closed form, slopes in balls, and the same bits in any company."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from flint import arb

from claims.compiled import ARRIVED, DIVERGED, RUNNING, enclose, enclosed_sum
from claims.compiled.rounding import BITS
from claims.mathematics import SIGMOID, SQUARED_ERROR, Objective, linear, one_hidden_layer
from claims.numbers import RATIONALS, precision
from claims.training import (
    STALLED,
    DataSet,
    Problem,
    bounds,
    descend_by_line_search,
    line_search,
    two_minima,
    xor,
)

XOR = Problem(Objective(one_hidden_layer(2, 2, SIGMOID), SQUARED_ERROR), xor())
LINE = Problem(Objective(one_hidden_layer(1, 1, SIGMOID), SQUARED_ERROR), two_minima())
QUADRATIC = Problem(
    Objective(linear(2), SQUARED_ERROR),
    DataSet("slant", np.array([[1.0, 2.0], [-3.0, 1.0], [2.0, 5.0], [0.0, -1.0]]), np.arange(4.0)),
)


def starts(problem, runs):
    return np.random.default_rng(12).normal(size=(runs, problem.objective.network.size))


def exact_step(problem, theta):
    """g.g / g.Hg in rationals, and the gradient, for a linear model's mean of squares."""
    data, size = problem.data, len(theta)
    inputs = [[Fraction(x) for x in row] + [Fraction(1)] for row in data.inputs]
    weights = [Fraction(w) for w in theta]

    def products(vector):
        return [sum(x * w for x, w in zip(row, vector, strict=True)) for row in inputs]

    errors = [p - Fraction(y) for p, y in zip(products(weights), data.targets, strict=True)]
    count = len(inputs)
    gradient = [
        2 * sum(e * row[k] for e, row in zip(errors, inputs, strict=True)) / count
        for k in range(size)
    ]
    curved = 2 * sum(p * p for p in products(gradient)) / count
    return sum(g * g for g in gradient) / curved, gradient


def steps_are_exact(runs=20):
    """Whether the first step on the quadratic is that of the closed form, for every run.

    The slope is |g|^2 (t/t* - 1): t differs from t* by at most LINE_SLOPE t*, and by the rounding
    of the computed slope. Its terms are at most 2e2 |g|^2 in sum (curvature times step, 4 samples)
    and have at most 50 roundings: 1e4 units, 2e-12.
    """
    theta = starts(QUADRATIC, runs)
    done = descend_by_line_search(QUADRATIC, theta, budget=1)
    assert done.updates.tolist() == [1] * runs
    verdicts = []
    for before, after in zip(theta, done.theta, strict=True):
        step, gradient = exact_step(QUADRATIC, before)
        relative = Fraction(bounds.LINE_SLOPE) + Fraction(1, 10**11)
        for old, new, slope in zip(before, after, gradient, strict=True):
            error = abs(Fraction(old) - step * slope - Fraction(new))
            rounding = Fraction(2) ** -50 * (abs(Fraction(old)) + abs(step) * 100)
            verdicts.append(error <= relative * step * abs(slope) + rounding)
    return all(verdicts)


def enclosed_gradient(problem, theta):
    data = problem.data
    terms = [
        enclose(
            problem.function.gradient(1),
            theta=theta,
            inputs=data.inputs[i : i + 1],
            targets=data.targets[i : i + 1],
        )
        for i in range(len(data.targets))
    ]
    return [ball.arb * arb(problem.scale) for ball in enclosed_sum(np.array(terms))]


def slopes_are_small(problem, before, after):
    """Whether the slope at the end of a step can be within the bound, and can be judged at all.

    The balls hold the gradients as any right engine rounds them.
    """
    with precision(BITS):
        first, last = enclosed_gradient(problem, before), enclosed_gradient(problem, after)
        slope = sum((a * b for a, b in zip(first, last, strict=True)), arb(0))
        square = sum((a * a for a in first), arb(0))
        limit = arb(bounds.LINE_SLOPE) * square
        assert slope.rad() < limit / 10
        return bool(slope.abs_lower() <= limit.upper())


def test_a_step_on_a_quadratic_is_the_closed_form():
    assert steps_are_exact()


def test_a_slope_that_is_slightly_wrong_is_noticed(monkeypatch):
    monkeypatch.setattr(line_search, "dot", lambda a, b: 1.001 * (a * b).sum(axis=1) + 1e-3)
    assert not steps_are_exact()


@pytest.mark.parametrize("problem", [XOR, LINE], ids=["XOR", "line"])
def test_each_step_ends_at_a_stationary_point_of_the_ray_and_no_higher(problem):
    theta, judged = starts(problem, 8), 0
    data = problem.data
    for _ in range(12):
        done = descend_by_line_search(problem, theta, budget=1)
        values = [
            problem.first_derivatives(points, data.inputs, data.targets, problem.scale)[0]
            for points in (theta, done.theta)
        ]
        assert np.all(values[1] <= values[0])
        for run in np.flatnonzero(done.status == RUNNING):
            assert values[1][run] < values[0][run]
            assert slopes_are_small(problem, theta[run], done.theta[run])
            judged += 1
        theta = done.theta
    assert judged > 60


def test_a_search_that_stops_too_early_is_noticed(monkeypatch):
    theta = starts(XOR, 8)
    done = descend_by_line_search(XOR, theta, budget=1, slope=1e-2)
    pairs = zip(theta, done.theta, strict=True)
    assert not all(slopes_are_small(XOR, before, after) for before, after in pairs)
    # Half the step has a lower loss too, but a slope far from 0.
    right = line_search.search

    def halved(*arguments):
        steps, counts, status = right(*arguments)
        return steps / 2, counts, status

    monkeypatch.setattr(line_search, "search", halved)
    done = descend_by_line_search(XOR, theta, budget=1)
    pairs = zip(theta, done.theta, strict=True)
    assert not any(slopes_are_small(XOR, before, after) for before, after in pairs)


def test_a_run_is_the_same_alone_in_company_in_another_order_and_by_two_threads():
    theta = starts(XOR, 150)
    theta[17] = np.nan
    names = ("theta", "status", "updates", "gradients")

    def bits(points, **options):
        done = descend_by_line_search(XOR, points, budget=40, **options)
        return np.column_stack([getattr(done, name) for name in names])

    together = bits(theta)
    order = np.random.default_rng(13).permutation(150)
    assert bits(theta[order]).tobytes() == together[order].tobytes()
    assert bits(np.asfortranarray(theta)).tobytes() == together.tobytes()
    assert bits(theta, threads=2).tobytes() == together.tobytes()
    for run in (0, 17, 63, 64, 149):
        assert bits(theta[run : run + 1]).tobytes() == together[run : run + 1].tobytes()


def test_runs_go_to_an_end_and_say_which():
    theta = starts(XOR, 60)
    theta[1], theta[2], theta[3] = np.nan, 1e7, 0.0
    # A network whose weights are all 0 but for the output: the gradient vanishes at c = 1/2.
    theta[3, -1] = 0.5
    done = descend_by_line_search(XOR, theta, budget=400)
    assert done.status[[1, 2, 3]].tolist() == [DIVERGED, DIVERGED, ARRIVED]
    assert done.updates[[1, 2, 3]].tolist() == [0, 0, 0]
    assert done.theta[2].tobytes() == theta[2].tobytes()
    assert (done.status == ARRIVED).sum() > 5
    assert np.all(done.gradients > done.updates)
    assert done.examples.tolist() == (4 * done.gradients).tolist()
    whole = descend_by_line_search(QUADRATIC, starts(QUADRATIC, 5), budget=400)
    assert whole.status.tolist() == [ARRIVED] * 5
    # The minimum by NumPy's solver; the Hessian's least eigenvalue is above 0.5, so that a gradient
    # of 1e-7 is at most 2e-7 away.
    matrix = np.column_stack([QUADRATIC.data.inputs, np.ones(4)])
    solution = np.linalg.lstsq(matrix, QUADRATIC.data.targets, rcond=None)[0]
    assert np.linalg.eigvalsh(matrix.T @ matrix / 2)[0] > 0.5
    assert np.abs(whole.theta - solution).max() < 3e-7


def test_a_loss_that_falls_for_ever_along_the_ray_diverges():
    """The logistic loss of one point has no minimum; its float slope is below 0 up to 700."""
    from claims.mathematics import CROSS_ENTROPY

    data = DataSet("one", np.array([[1.0]]), np.array([1.0]))
    problem = Problem(Objective(linear(1, bias=False), CROSS_ENTROPY), data)
    done = descend_by_line_search(problem, np.zeros((1, 1)), budget=5, bound=500.0)
    assert done.status.tolist() == [DIVERGED] and done.theta.tolist() == [[0.0]]


def test_a_bound_below_rounding_stalls():
    done = descend_by_line_search(XOR, starts(XOR, 30), budget=3, slope=0.0)
    assert set(done.status) <= {STALLED, RUNNING} and (done.status == STALLED).sum() > 10


def test_the_rationals_of_the_closed_form_are_those_of_the_definition():
    """The control's yardstick: the gradient above is the recorded one."""
    from claims.compiled import evaluate

    theta = starts(QUADRATIC, 1)[0]
    _, gradient = exact_step(QUADRATIC, theta)
    data = QUADRATIC.data
    total = evaluate(
        QUADRATIC.function.gradient(4),
        theta=RATIONALS.enter(theta),
        inputs=RATIONALS.enter(data.inputs),
        targets=RATIONALS.enter(data.targets),
    )
    assert [entry.fraction / 4 for entry in total] == gradient
