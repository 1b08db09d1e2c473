"""The kernel written by hand for wide hidden layers against the recorded definition."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from claims.compiled import wide_kernel
from claims.compiled.iteration_kernel import RECORDED_UNITS
from claims.mathematics import (
    CROSS_ENTROPY,
    L2,
    RELU,
    SIGMOID,
    SQUARED_ERROR,
    TANH,
    Objective,
    one_hidden_layer,
)
from claims.training import (
    GRADIENT_DESCENT,
    MOMENTUM,
    DataSet,
    Noise,
    Problem,
    Replacement,
    Shuffled,
    descend,
    descend_numpy,
    stream_keys,
)

RUNS = 70
KEYS = stream_keys("wide", runs=range(RUNS))
RANDOM = np.random.default_rng(13)
DATA = DataSet("wide", RANDOM.normal(size=(8, 3)), (RANDOM.random(8) < 0.5).astype(float))
OWN = RANDOM.normal(size=(RUNS, 8, 3)), RANDOM.random((RUNS, 8))
UNITS = RECORDED_UNITS + 1
DECAY = {"step": 1 / (1 + np.arange(10) / 5)}

CASES = {
    "four at a time": (
        Objective(one_hidden_layer(3, UNITS, SIGMOID), SQUARED_ERROR),
        GRADIENT_DESCENT,
        {"sampling": Shuffled(4), "schedule": DECAY},
    ),
    "one at a time, each run with data of its own": (
        Objective(
            one_hidden_layer(3, UNITS, TANH, hidden_bias=False),
            CROSS_ENTROPY,
            penalty=L2(Fraction(1, 10)),
        ),
        MOMENTUM,
        {"sampling": Replacement(3), "momentum": 0.5, "data": OWN},
    ),
    "full batch": (
        Objective(one_hidden_layer(3, UNITS, RELU, output_bias=False), SQUARED_ERROR),
        GRADIENT_DESCENT,
        {"noise": Noise.CUBE, "amplitude": 0.1, "period": 2},
    ),
}

# As for the recorded kernels: ten updates that could double a rounding error of 1e-13 each.
AGREE = 1e-9


def problem_of(name):
    return Problem(CASES[name][0], DATA)


def starts(problem):
    return np.random.default_rng(14).normal(size=(RUNS, problem.objective.network.size))


def run(engine, problem, name, rows=slice(None), **others):
    _, rule, options = CASES[name]
    options = {"budget": 10, "step": 0.02, "tolerance": None} | options | others
    if "data" in options:
        options["data"] = tuple(part[rows] for part in options["data"])
    return engine(problem, rule, starts(problem)[rows], keys=KEYS[rows], **options)


@pytest.mark.parametrize("name", CASES)
def test_the_definition_and_the_kernel_written_by_hand(name):
    problem = problem_of(name)
    done, plain = run(descend, problem, name), run(descend_numpy, problem, name)
    assert np.abs(done.theta - plain.theta).max() < AGREE
    assert np.abs(done.theta - starts(problem)).max(axis=0).min() > 1e-3  # of every parameter
    assert np.abs(done.slots - plain.slots).max(initial=0) < AGREE
    for one in (0, 69):
        alone = run(descend, problem, name, slice(one, one + 1))
        assert alone.theta.tobytes() == done.theta[one : one + 1].tobytes()
    assert run(descend, problem, name, threads=2).theta.tobytes() == done.theta.tobytes()


@pytest.mark.parametrize("part", ["_activation", "_loss"])
def test_a_wrong_slope_is_noticed(part, monkeypatch):
    right = getattr(wide_kernel, part)

    def wrong(layer):
        program = right(layer)
        output = program.output.copy()
        output.flat[-1] = program.output.flat[0]
        return type(program)(program.lines, program.shapes, output)

    def shifted(layer):
        return right(
            type(layer)(
                layer.units,
                layer.activation,
                lambda output, target: layer.loss(output, target) * Fraction(10001, 10000),
                layer.hidden_bias,
                layer.output_bias,
            )
        )

    monkeypatch.setattr(wide_kernel, part, wrong if part == "_activation" else shifted)
    problem = problem_of("four at a time")
    done = run(descend, problem, "four at a time")
    plain = run(descend_numpy, problem, "four at a time")
    assert np.abs(done.theta - plain.theta).max() > AGREE


def test_stops_and_small_gradients():
    problem = problem_of("full batch")
    theta = starts(problem)
    theta[3], theta[5], theta[7] = np.nan, 1e7, 0.0
    done = descend(
        problem, GRADIENT_DESCENT, theta, budget=9, step=0.0, tolerance=1e-9, small_gradient=1e3
    )
    # Without an output bias nothing moves a network whose weights are all 0.
    assert done.status[[3, 5, 7]].tolist() == [2, 2, 1]
    assert (
        done.updates[[3, 5, 7]].tolist() == [0, 0, 0] and done.slow[[3, 5, 7]].tolist() == [0] * 3
    )
    others = np.delete(np.arange(RUNS), [3, 5, 7])
    assert set(done.updates[others]) == {9} and set(done.slow[others]) == {9}
