"""Kernels against the definition: values, derivatives and steps inside the derived enclosure."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from claims.compiled import Derivatives, Form, Iteration, SampleSum, differentiation, enclose
from claims.compiled.iteration_kernel import WHOLE_SAMPLES
from claims.compiled.rounding import BITS, inflated
from claims.mathematics import (
    ACTIVATIONS,
    CROSS_ENTROPY,
    L2,
    SIGMOID,
    SQUARED_ERROR,
    TANH,
    Objective,
    linear,
    neuron,
    one_hidden_layer,
)
from claims.numbers import BALLS, precision
from claims.training import GRADIENT_DESCENT, MOMENTUM, sample_sum

ENDLESS = {"tolerance": 0.0, "bound": 1e150}


def data(features, samples, seed=0):
    random = np.random.default_rng([features, samples, seed])
    return random.normal(size=(samples, features)), random.normal(size=samples)


def starts(runs, size, seed=1):
    return np.random.default_rng([runs, size, seed]).normal(size=(runs, size))


def check_derivatives(objective, enclosed, inside, order=1, samples=3):
    function = sample_sum(objective)
    inputs, targets = data(function.features, samples)
    theta = starts(2, function.size)
    results = Derivatives(function, order)(theta, inputs, targets, 1 / samples)
    program = function.derivatives(1, order)
    for run in range(len(theta)):
        parts = [result[run] for result in results]
        if order == 2:
            parts[2] = parts[2][np.tril_indices(function.size)]
        balls = enclosed(program, theta[run], inputs, targets, 1 / samples)
        assert all(inside(balls, np.concatenate([np.ravel(part) for part in parts])))


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_every_activation(name, enclosed, inside):
    check_derivatives(
        Objective(one_hidden_layer(1, 1, ACTIVATIONS[name]), SQUARED_ERROR), enclosed, inside
    )


@pytest.mark.parametrize("width", [2, 4])
def test_every_width(width, enclosed, inside):
    check_derivatives(
        Objective(one_hidden_layer(2, width, SIGMOID), SQUARED_ERROR), enclosed, inside
    )


def test_hessians(enclosed, inside):
    check_derivatives(
        Objective(one_hidden_layer(1, 1, TANH), SQUARED_ERROR), enclosed, inside, order=2
    )


def test_cross_entropy(enclosed, inside):
    check_derivatives(Objective(linear(2), CROSS_ENTROPY), enclosed, inside, order=2)


@pytest.mark.parametrize("samples", range(1, 10))
def test_values_and_gradients_at_every_number_of_samples(samples, enclosed, inside):
    check_derivatives(
        Objective(one_hidden_layer(2, 2, SIGMOID), SQUARED_ERROR), enclosed, inside, 1, samples
    )


def check_step(function, samples, enclosed, inside):
    """One update of descent must be what the enclosed gradient allows, for any step size."""
    inputs, targets = data(function.features, samples)
    theta = starts(2, function.size)
    step, scale = 0.3, 1 / samples
    done = Iteration(Form(function, GRADIENT_DESCENT, samples))(
        theta, inputs, targets, scale, budget=1, step=step, **ENDLESS
    )
    assert done.updates.tolist() == [1, 1]
    for run in range(len(theta)):
        gradient = enclosed(function.gradient(1), theta[run], inputs, targets, scale)
        if function.rest is not None:
            rest = enclose(function.rest_gradient(), theta=theta[run])
            with precision(BITS):
                gradient = [inflated(a + b, 1) for a, b in zip(gradient, rest, strict=True)]
        balls = enclose(
            GRADIENT_DESCENT.program(function.size),
            theta=theta[run],
            gradient=np.array(gradient, dtype=object),
            step=step,
        )
        assert all(inside(balls, done.theta[run]))


# All samples at once up to WHOLE_SAMPLES, one by one above.
@pytest.mark.parametrize("samples", [1, 3, WHOLE_SAMPLES, WHOLE_SAMPLES + 1])
def test_a_step_by_either_kind_of_kernel(samples, enclosed, inside):
    check_step(sample_sum(Objective(neuron(1, SIGMOID), SQUARED_ERROR)), samples, enclosed, inside)


@pytest.mark.parametrize("samples", [2, WHOLE_SAMPLES + 1])
def test_a_penalty_is_counted_once(samples, enclosed, inside):
    objective = Objective(linear(1), SQUARED_ERROR, penalty=L2(Fraction(1, 7)))
    check_step(sample_sum(objective), samples, enclosed, inside)


def test_the_penalty_of_values_and_hessians():
    plain = sample_sum(Objective(linear(1), SQUARED_ERROR))
    penalised = sample_sum(Objective(linear(1), SQUARED_ERROR, penalty=L2(Fraction(1, 4))))
    theta, (inputs, targets) = starts(1, 2), data(1, 3)
    without = Derivatives(plain, 2)(theta, inputs, targets, 1 / 3)
    value, gradient, hessian = Derivatives(penalised, 2)(theta, inputs, targets, 1 / 3)
    # Each is below 100, with fewer than 20 roundings.
    bound = 20 * 100 * 2.0**-53
    assert abs(value - without[0] - (theta**2).sum() / 4) < bound
    assert np.all(abs(gradient - without[1] - theta / 2) < bound)
    assert np.all(abs(hessian - without[2] - np.eye(2) / 2) < bound)


def test_a_rule_with_a_slot():
    # f = theta^2/2 on one sample x = 1/2: exact in floats for these dyadic numbers.
    function = SampleSum(lambda theta, inputs, targets: theta[0] * theta[0] * inputs[0, 0], 1, 1)
    inputs, targets = np.array([[0.5]]), np.array([0.0])
    done = Iteration(Form(function, MOMENTUM, 1))(
        np.array([[1.0]]), inputs, targets, 1.0, budget=3, step=0.5, momentum=0.25, **ENDLESS
    )
    theta, change = 1.0, 0.0
    for _ in range(3):
        change = 0.25 * change - 0.5 * theta
        theta += change
    assert done.theta[0, 0] == theta and done.slots[0, 0, 0] == change


def test_a_kernel_with_a_slightly_wrong_derivative_is_noticed(monkeypatch, enclosed, inside):
    objective = Objective(one_hidden_layer(1, 1, SIGMOID), SQUARED_ERROR)
    function = sample_sum(objective)
    inputs, targets = data(1, 3)
    theta = starts(1, function.size)
    balls = enclosed(function.derivatives(1, 1), theta[0], inputs, targets, 1 / 3)
    right = differentiation.ROWS["logistic"]
    monkeypatch.setitem(
        differentiation.ROWS,
        "logistic",
        lambda *a: [share * Fraction(10005, 10000) for share in right(*a)],
    )
    value, gradient = Derivatives(function, 1)(theta, inputs, targets, 1 / 3)
    verdicts = inside(balls, np.concatenate([value, gradient[0]]))
    # Only the hidden weight and bias have the slope of the logistic function in their derivative.
    assert verdicts == [True, False, False, True, True]


def test_the_enclosure_is_narrow(enclosed):
    function = sample_sum(Objective(one_hidden_layer(2, 3, SIGMOID), SQUARED_ERROR))
    inputs, targets = data(2, 5)
    balls = enclosed(function.derivatives(1, 1), starts(1, function.size)[0], inputs, targets, 0.2)
    assert max(float(ball.arb.rad()) for ball in balls) < 1e-12


def test_a_run_stops_by_itself_and_stays():
    function = sample_sum(Objective(linear(1, bias=False), SQUARED_ERROR))
    inputs, targets = np.array([[1.0]]), np.array([0.0])
    done = Iteration(Form(function, GRADIENT_DESCENT, 1))(
        np.array([[1.0], [1e-3], [np.nan], [1.0]]),
        inputs,
        targets,
        1.0,
        budget=200,
        tolerance=1e-6,
        bound=100.0,
        step=np.array([0.25, 0.25, 0.25, 2.0]),
    )
    assert done.status.tolist() == [1, 1, 2, 2]
    # theta is halved until 2 theta <= 1e-6; at step 2 it is multiplied by -3 until it exceeds 100.
    assert done.updates.tolist() == [21, 11, 0, 5]
    assert done.theta[0, 0] == 2.0**-21 and done.theta[3, 0] == -243.0


def test_wrong_data_and_settings_are_named():
    iteration = Iteration(
        Form(sample_sum(Objective(linear(1), SQUARED_ERROR)), GRADIENT_DESCENT, 2)
    )
    theta, (inputs, targets) = starts(1, 2), data(1, 2)
    with pytest.raises(ValueError, match="1 samples for a kernel of 2"):
        iteration(theta, inputs[:1], targets[:1], 1.0, budget=1, step=0.1, **ENDLESS)
    with pytest.raises(ValueError, match="settings"):
        iteration(theta, inputs, targets, 1.0, budget=1, stride=0.1, **ENDLESS)
    with pytest.raises(ValueError, match="targets"):
        iteration(theta, inputs, targets[:1], 1.0, budget=1, step=0.1, **ENDLESS)


def test_balls_that_are_entered_again_are_kept():
    program = GRADIENT_DESCENT.program(1)
    ball = BALLS.enter(1)
    result = enclose(program, theta=[2.0], gradient=np.array([ball], dtype=object), step=0.5)
    assert result[0].contains(Fraction(3, 2))
