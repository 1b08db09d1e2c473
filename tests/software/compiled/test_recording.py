"""Recording a definition: what is written down, shared, left out and refused."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from claims.compiled import Function, evaluate, record
from claims.mathematics import ACTIVATIONS, RELU, SQUARED_ERROR, Objective, one_hidden_layer
from claims.numbers import BALLS, RATIONALS, logistic, square


def operations(program):
    return [line.operation for line in program.lines]


def test_equal_lines_are_recorded_once():
    program = record(lambda x: logistic(x[0] + x[1]) + logistic(x[1] + x[0]), x=(2,))
    assert operations(program).count("logistic") == 1


def test_lines_without_use_are_left_out():
    program = record(lambda x: (logistic(x), square(x))[1], x=())
    assert operations(program) == ["input", "square"]


def test_an_entry_that_depends_on_nothing_is_a_constant():
    program = record(lambda x: np.array([x[0], 3], dtype=object), x=(1,))
    assert evaluate(program, x=np.array([2.0])).tolist() == [2.0, 3.0]


def test_a_float_constant_is_refused():
    with pytest.raises(TypeError, match=r"a float \(0\.5\)"):
        record(lambda x: x * 0.5, x=())


def test_a_comparison_is_refused():
    with pytest.raises(TypeError, match="compared"):
        record(lambda x: x if x > 0 else -x, x=())


def test_scalars_of_two_recordings_do_not_mix():
    kept = []
    record(lambda x: kept.append(x) or x, x=())
    with pytest.raises(TypeError, match="two recordings"):
        record(lambda y: y + kept[0], y=())


@pytest.mark.parametrize("wrong", [{"x": np.zeros(3)}, {"x": np.zeros(2, dtype=int)}, {}])
def test_evaluation_names_wrong_inputs(wrong):
    program = record(lambda x: x[0] * x[1], x=(2,))
    with pytest.raises(ValueError, match="input"):
        evaluate(program, **wrong)


def test_a_recording_computes_what_the_definition_does_exactly():
    objective = Objective(one_hidden_layer(2, 3, RELU), SQUARED_ERROR)
    random = np.random.default_rng(5)
    size = objective.network.size
    theta, inputs, targets = (
        RATIONALS.enter(random.integers(-6, 7, shape) * Fraction(1, 5))
        for shape in ((size,), (4, 2), (4,))
    )
    function = Function(objective.value, theta=(size,), inputs=(4, 2), targets=(4,))
    recorded = function.value(theta, inputs, targets)
    assert recorded.fraction == objective.value(theta, inputs, targets).fraction


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_many_points_at_once_are_each_point_alone(name):
    program = record(ACTIVATIONS[name].value, h=())
    points = np.random.default_rng(1).normal(size=(3, 5))
    together = evaluate(program, h=points)
    assert together.shape == (3, 5)
    assert all(together[i] == evaluate(program, h=points[i]) for i in np.ndindex(3, 5))


def test_balls_pass_through_a_recording():
    program = record(lambda h: logistic(h) - 1, h=())
    assert evaluate(program, h=BALLS.enter(3)).sign() == -1
