"""The kernel written by hand for the ReLU student: against the definition, and bit by bit."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from flint import arb

from claims.compiled import ARRIVED, DIVERGED, enclose, modules, record
from claims.compiled.rounding import BITS, ERRORS, UNIT
from claims.compiled.text import nested
from claims.mathematics import ReluStudent
from claims.numbers import precision
from claims.training import (
    GRADIENT_DESCENT,
    MOMENTUM,
    PopulationProblem,
    descend,
    descend_numpy,
    population_kernel,
)

STEP = 0.25
# One unit; more units than inputs and fewer; the size of the benchmark.
SHAPES = [(1, 2), (3, 2), (2, 5), (10, 10)]
RUNS = 70


def problem_of(units, inputs):
    return PopulationProblem.of(ReluStudent(units, inputs))


def starts(problem, runs=RUNS):
    student = problem.objective
    random = np.random.default_rng([student.units, student.inputs])
    return random.normal(size=(runs, student.size)) / np.sqrt(student.units)


def steps_inside(problem, runs=2):
    """Whether each parameter after an update is what the enclosed closed form allows.

    The closed form is recorded in the kernel's order of additions; its quotient and arctangent have
    more errors than the kernel's angle, as stands beside that.
    """
    size = problem.objective.size
    gradient = record(lambda theta: problem.objective.gradient(theta), theta=(size,))
    update = GRADIENT_DESCENT.program(size)
    theta = starts(problem, runs)
    done = descend(problem, GRADIENT_DESCENT, theta, budget=1, step=STEP, tolerance=None)
    verdicts = []
    for before, after in zip(theta, done.theta, strict=True):
        balls = enclose(gradient, theta=before)
        assert max(float(ball.arb.rad()) for ball in balls) < 1e-11
        allowed = enclose(update, theta=before, gradient=balls, step=STEP)
        verdicts += [
            ball.contains(Fraction(float(value)))
            for ball, value in zip(allowed, after, strict=True)
        ]
    return verdicts


@pytest.mark.parametrize(("units", "inputs"), SHAPES)
def test_an_update_is_what_the_closed_form_allows(units, inputs):
    assert all(steps_inside(problem_of(units, inputs)))


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("0.19999999999940893", "0.19999999999"),
        ("r = HALF_TURN - r if steep", "r = HALF_TURN - 1.00000000001 * r if steep"),
        ("return r if c > 0.0 else -r", "return r"),
    ],
)
def test_a_slightly_wrong_angle_is_noticed(right, wrong, monkeypatch):
    assert right in population_kernel.FUNCTIONS
    planted = population_kernel.FUNCTIONS.replace(right, wrong)
    monkeypatch.setattr(population_kernel, "FUNCTIONS", planted)
    verdicts = steps_inside(problem_of(3, 2), runs=8)
    assert not all(verdicts)


@pytest.mark.parametrize("name", ["_crossing", "_gradient"])
def test_a_slightly_wrong_sum_is_noticed(name, monkeypatch):
    made = getattr(population_kernel, name)

    def wrong(*arguments):
        return [line.replace("HALF_TURN", "1.0000000001 * HALF_TURN") for line in made(*arguments)]

    monkeypatch.setattr(population_kernel, name, wrong)
    assert not all(steps_inside(problem_of(3, 2)))


def test_the_angle_within_its_errors():
    body = ["for k in range(len(c)):", "    out[k] = elevation(c[k], s[k])"]
    text = "\n".join(nested("def kernel(c, s, out):", body))
    signature = "void(float64[::1], float64[::1], float64[::1])"
    module = modules.generate(signature, text, before=population_kernel.FUNCTIONS)
    random = np.random.default_rng(31)
    c = np.concatenate([random.normal(size=2000), random.normal(size=500) * 1e-9, [0.0, 1.0, -1.0]])
    s = np.concatenate([np.abs(random.normal(size=2500)), [1.0, 0.0, 0.0]])
    # Where branches change: c/s = 1, tan(pi/8) and its inverse.
    for ratio in (1.0, np.tan(np.pi / 8), 1 / np.tan(np.pi / 8)):
        near = ratio * (1 + np.linspace(-1e-15, 1e-15, 21))
        c, s = np.concatenate([c, near, -near]), np.concatenate([s, np.ones(42)])
    out = np.empty_like(c)
    module.kernel(c, s, out)
    units = ERRORS["divide"] + ERRORS["arctan"]
    with precision(BITS):
        for a, b, found in zip(c.tolist(), s.tolist(), out.tolist(), strict=True):
            true = arb.atan2(arb(a), arb(b))
            assert abs(arb(found) - true) <= abs(true) * UNIT * units, (a, b)


def test_a_run_is_the_same_alone_in_company_in_another_order_and_by_two_threads():
    problem = problem_of(10, 10)
    theta = starts(problem)
    theta[11] = np.nan
    options = {"budget": 300, "step": STEP, "tolerance": None}

    def bits(points, **more):
        return descend(problem, GRADIENT_DESCENT, points, **options, **more).theta

    together = bits(theta)
    order = np.random.default_rng(32).permutation(RUNS)
    assert bits(theta[order]).tobytes() == together[order].tobytes()
    assert bits(theta, threads=2).tobytes() == together.tobytes()
    for run in (0, 11, 63, 64, 69):
        assert bits(theta[run : run + 1]).tobytes() == together[run : run + 1].tobytes()


# In twenty updates of step 1/4 rounding errors of 1e-15 grow by less than 2 an update.
AGREE = 1e-8


def test_momentum_and_the_engine_in_numpy_on_the_recorded_value():
    """The other engine differentiates the definition of the loss: nothing is shared but that."""
    problem = problem_of(3, 2)
    options = {"budget": 20, "step": STEP, "momentum": 0.5, "tolerance": None}
    done, plain = (
        engine(problem, MOMENTUM, starts(problem), **options) for engine in (descend, descend_numpy)
    )
    assert np.abs(done.theta - plain.theta).max() < AGREE
    assert np.abs(done.theta - starts(problem)).max(axis=0).min() > 1e-2


def test_a_watched_loss_is_the_recorded_one():
    problem = problem_of(2, 2)
    options = {"budget": 200, "step": STEP}
    done = descend(problem, GRADIENT_DESCENT, starts(problem), loss_level=0.05, **options)
    values = [problem.objective.value(theta) for theta in done.theta]
    assert np.isfinite(done.reached).sum() > 10
    assert max(np.array(values)[np.isfinite(done.reached)]) <= 0.05


def test_runs_reach_the_teacher_or_say_why_not():
    problem = problem_of(4, 4)
    theta = starts(problem, 20)
    theta[0] = np.eye(4)[[1, 0, 3, 2]].reshape(-1)
    theta[1, :4] = 0.0
    done = descend(problem, GRADIENT_DESCENT, theta, budget=20_000, step=STEP)
    assert done.status[0] == ARRIVED and done.updates[0] == 0
    assert done.status[1] == DIVERGED  # a weight vector of 0 has no angle
    values = np.array([problem.objective.value(point) for point in done.theta[2:]])
    assert (done.status[2:] == ARRIVED).sum() > 10 and (np.abs(values) < 1e-9).sum() > 10


def test_there_are_no_masks():
    with pytest.raises(ValueError, match="no masks"):
        problem_of(1, 2).with_dropout(Fraction(1, 2))
