"""Estimates of scikit-learn against the objectives: they are stationary where theirs are."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from bounds import LEAST_SQUARES, STOPPED_GRADIENT, UNIT
from flint import fmpq, fmpq_mat

from claims.compiled import Function
from claims.mathematics import CROSS_ENTROPY, L2, SQUARED_ERROR, Objective, linear
from claims.numbers import BALLS, RATIONALS, decide_sign, precision

TOLERANCE = 1e-10
COUNT, DIMENSION = 40, 3


def classification(seed):
    generator = np.random.default_rng(seed)
    inputs = generator.integers(-16, 17, (COUNT, DIMENSION)) / 8.0
    noise = generator.logistic(size=COUNT)
    return inputs, (inputs @ [1.0, -2.0, 0.5] + noise > 0).astype(float)


def recorded(objective, inputs):
    return Function(
        objective.value,
        theta=(objective.network.size,),
        inputs=inputs.shape,
        targets=inputs.shape[:1],
    )


def largest_gradient(objective, theta, inputs, targets):
    """The largest entry of the gradient, exactly at the floats of theta, from balls."""
    with precision(128):
        arrays = [BALLS.enter(array) for array in (theta, inputs, targets)]
        entries = recorded(objective, inputs).gradient(*arrays)
        return max(float(abs(entry.arb).upper()) for entry in entries)


def logistic_estimate(inputs, targets, inverse_strength, tolerance=TOLERANCE):
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(
        C=inverse_strength,
        fit_intercept=False,
        solver="newton-cholesky",
        tol=tolerance,
        max_iter=200,
    )
    return model.fit(inputs, targets).coef_[0]


def penalised(inverse_strength):
    # scikit-learn minimises the sum of the losses plus |w|^2 / (2 C), or that over N.
    network = linear(DIMENSION, bias=False)
    coefficient = Fraction(1, 2 * COUNT) / Fraction(inverse_strength)
    return Objective(network, CROSS_ENTROPY, "mean", L2(coefficient))


@pytest.mark.parametrize("inverse_strength", [0.125, 1.0, 64.0])
@pytest.mark.parametrize("seed", range(3))
def test_logistic_regression(seed, inverse_strength):
    inputs, targets = classification(seed)
    estimate = logistic_estimate(inputs, targets, inverse_strength)
    objective = penalised(inverse_strength)
    assert largest_gradient(objective, estimate, inputs, targets) <= STOPPED_GRADIENT * TOLERANCE


@pytest.mark.parametrize("seed", range(3))
def test_logistic_regression_value_is_lowest_at_the_estimate(seed):
    """Lower than at 20 points near by, decided in balls."""
    inputs, targets = classification(seed)
    estimate = logistic_estimate(inputs, targets, 1.0)
    generator = np.random.default_rng(seed)
    for step in generator.integers(-8, 9, (20, DIMENSION)) * 2.0**-10:
        if not step.any():
            continue

        def rise(arithmetic, step=step):
            data = arithmetic.enter(inputs), arithmetic.enter(targets)
            value = penalised(1.0).value
            near = arithmetic.enter(estimate) + arithmetic.enter(step)
            return value(near, *data) - value(arithmetic.enter(estimate), *data)

        assert decide_sign(rise) == 1


def wrong_objectives():
    right = penalised(1.0)
    network = right.network
    return {
        "penalty twice": Objective(network, CROSS_ENTROPY, "mean", L2(Fraction(1, COUNT))),
        "no penalty": Objective(network, CROSS_ENTROPY),
        "sum for mean": Objective(network, CROSS_ENTROPY, "sum", right.penalty),
        "squared error": Objective(network, SQUARED_ERROR, "mean", right.penalty),
    }


@pytest.mark.parametrize("fault", wrong_objectives())
def test_control_other_objectives_are_not_stationary_there(fault):
    inputs, targets = classification(0)
    estimate = logistic_estimate(inputs, targets, 1.0)
    size = largest_gradient(wrong_objectives()[fault], estimate, inputs, targets)
    assert size > 1e6 * TOLERANCE


def test_control_labels_turned_are_noticed():
    inputs, targets = classification(0)
    estimate = logistic_estimate(inputs, 1 - targets, 1.0)
    assert largest_gradient(penalised(1.0), estimate, inputs, targets) > 1e6 * TOLERANCE


def exact_minimiser(objective, inputs, targets):
    """The minimiser of a quadratic objective in rationals, by Newton's equation from zero."""
    function = recorded(objective, inputs)
    size = objective.network.size
    zero = RATIONALS.enter(np.zeros(size))
    data = zero, RATIONALS.enter(inputs), RATIONALS.enter(targets)
    gradient, hessian = function.gradient(*data), function.hessian(*data)

    def entry(scalar):
        return fmpq(scalar.fraction.numerator, scalar.fraction.denominator)

    matrix = fmpq_mat([[entry(scalar) for scalar in row] for row in hessian])
    solution = matrix.solve(fmpq_mat([[entry(-scalar)] for scalar in gradient]))
    return [Fraction(int(solution[k, 0].p), int(solution[k, 0].q)) for k in range(size)]


def regression(seed):
    generator = np.random.default_rng(seed)
    inputs = generator.integers(-16, 17, (COUNT, DIMENSION)) / 8.0
    return inputs, inputs @ [1.0, -2.0, 0.5] + 3 + generator.integers(-8, 9, COUNT) / 4.0


def within_bound(estimate, exact, design, targets):
    """Whether an estimate is as near to the exact one as a backward stable solver brings it."""
    singular = np.linalg.svd(design, compute_uv=False)
    kappa = singular[0] / singular[-1]
    solution = np.array([float(entry) for entry in exact])
    residual = np.linalg.norm(design @ solution - targets)
    size = np.linalg.norm(solution)
    bound = (
        LEAST_SQUARES * design.size * UNIT * (kappa + kappa**2 * residual / (singular[0] * size))
    )
    error = [float(Fraction(float(a)) - b) for a, b in zip(estimate, exact, strict=True)]
    return np.linalg.norm(error) <= bound * size


@pytest.mark.parametrize("seed", range(5))
def test_least_squares(seed):
    """With an intercept on both sides; the bias is the last entry of theta."""
    from sklearn.linear_model import LinearRegression

    inputs, targets = regression(seed)
    model = LinearRegression().fit(inputs, targets)
    exact = exact_minimiser(Objective(linear(DIMENSION), SQUARED_ERROR), inputs, targets)
    design = np.column_stack([inputs, np.ones(COUNT)])
    assert within_bound([*model.coef_, model.intercept_], exact, design, targets)


@pytest.mark.parametrize("seed", range(3))
def test_ridge_regression(seed):
    """The sum of squares plus alpha |w|^2: least squares with sqrt(alpha) I set below X."""
    from sklearn.linear_model import Ridge

    inputs, targets = regression(seed)
    model = Ridge(alpha=4.0, fit_intercept=False, solver="svd").fit(inputs, targets)
    objective = Objective(linear(DIMENSION, bias=False), SQUARED_ERROR, "sum", L2(Fraction(4)))
    exact = exact_minimiser(objective, inputs, targets)
    design = np.vstack([inputs, 2 * np.eye(DIMENSION)])
    assert within_bound(model.coef_, exact, design, np.append(targets, np.zeros(DIMENSION)))


def test_control_a_wrong_estimate_is_noticed():
    inputs, targets = regression(0)
    exact = exact_minimiser(Objective(linear(DIMENSION), SQUARED_ERROR), inputs, targets)
    design = np.column_stack([inputs, np.ones(COUNT)])
    right = np.array([float(entry) for entry in exact])
    assert within_bound(right, exact, design, targets)
    assert not within_bound(right * (1 + 1e-9), exact, design, targets)
    penalty = Objective(linear(DIMENSION), SQUARED_ERROR, "mean", L2(Fraction(1, 10**9)))
    other = exact_minimiser(penalty, inputs, targets)
    assert not within_bound(right, other, design, targets)
