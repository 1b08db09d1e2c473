"""The compiled engine against the one in NumPy: step by step, and over many steps."""

from __future__ import annotations

import numpy as np
import pytest

from claims.compiled import enclose, enclosed_sum
from claims.compiled.rounding import BITS
from claims.mathematics import SIGMOID, SQUARED_ERROR, Objective, one_hidden_layer
from claims.numbers import precision
from claims.training import (
    GRADIENT_DESCENT,
    Problem,
    descend,
    descend_numpy,
    draw_starts,
    generator,
    two_minima,
    xor,
)
from claims.training.reference import gradient_numpy
from claims.training.starts import glorot

XOR = Problem(Objective(one_hidden_layer(2, 2, SIGMOID), SQUARED_ERROR), xor())
LINE = Problem(Objective(one_hidden_layer(1, 1, SIGMOID), SQUARED_ERROR), two_minima())


def starts(problem, runs):
    network = problem.objective.network
    return draw_starts(network, glorot, (generator("engines", run) for run in range(runs)))


def gradient_error(problem, theta):
    """How far, in the Euclidean norm, two right engines may be apart in the gradient at theta."""
    inputs, targets = problem.data.inputs, problem.data.targets
    program = problem.function.gradient(1)
    terms = [
        enclose(program, theta=theta, inputs=inputs[i : i + 1], targets=targets[i : i + 1])
        for i in range(len(targets))
    ]
    with precision(BITS):
        radii = [float(ball.arb.rad()) for ball in enclosed_sum(np.array(terms))]
    return 2 * problem.scale * float(np.linalg.norm(radii))


@pytest.mark.parametrize("problem", [XOR, LINE], ids=["all samples at once", "one by one"])
def test_engines_agree_within_the_growth_of_rounding_errors(problem):
    """Errors obey e' <= |I - step H| e + step (gradient error) + rounding of the update.

    The product of the norms is taken along the run; the Hessian within e of the run differs by a
    factor 1 + O(e), for which, as for the gradient's error where it is not computed, 2 is allowed.
    """
    step, steps = 0.2, 400
    first = starts(problem, 6)
    options = {"budget": steps, "step": step, "tolerance": 0.0}
    compiled = descend(problem, GRADIENT_DESCENT, first, **options)
    plain = descend_numpy(problem, GRADIENT_DESCENT, first, **options)
    theta, bound = first.copy(), np.zeros(len(first))
    local = np.zeros(len(first))
    for count in range(steps):
        if count % 100 == 0:
            errors = [gradient_error(problem, run) for run in theta]
            local = 2 * (step * np.array(errors) + np.linalg.norm(theta, axis=1) * 2.0**-52)
        data = problem.data
        hessian = problem.derivatives(theta, data.inputs, data.targets, problem.scale)[2]
        growth = np.linalg.norm(np.eye(theta.shape[1]) - step * hessian, ord=2, axis=(1, 2))
        bound = growth * bound + local
        theta = theta - step * gradient_numpy(problem, theta.T).T
    distance = np.linalg.norm(compiled.theta - plain.theta, axis=1)
    assert np.all(distance <= 2 * bound)
    assert bound.max() < 1e-6  # else agreement would say nothing
    losses = [
        problem.derivatives(run.theta, problem.data.inputs, problem.data.targets, problem.scale)
        for run in (compiled, plain)
    ]
    slope = np.linalg.norm(losses[0][1], axis=1) + np.abs(losses[0][2]).sum(axis=(1, 2)) * bound
    value_error = 1e3 * 2.0**-53 * (1 + losses[0][0])
    assert np.all(np.abs(losses[0][0] - losses[1][0]) <= slope * 2 * bound + value_error)


def test_both_engines_stop_alike():
    first = starts(XOR, 20)
    first[3] = 1e7
    first[5] = np.nan
    options = {"budget": 1000, "step": 0.5, "tolerance": 1e-3}
    compiled = descend(XOR, GRADIENT_DESCENT, first, **options)
    with np.errstate(invalid="ignore"):
        plain = descend_numpy(XOR, GRADIENT_DESCENT, first, **options)
    assert compiled.status.tolist() == plain.status.tolist()
    assert compiled.updates[[3, 5]].tolist() == [0, 0] and set(compiled.status) == {0, 1, 2}
