"""Random problems: what is drawn, and where Newton's method comes to from their starts."""

from __future__ import annotations

import numpy as np

from claims.mathematics import SIGMOID, SQUARED_ERROR, Objective, one_hidden_layer
from claims.studies.random_problems import (
    BATCH,
    Valleys,
    downhill,
    draw_problem,
    in_batches,
    stacked,
)
from claims.training import Problem, generator

NETWORK = one_hidden_layer(1, 1, SIGMOID)


def drawn(count, targets="noise"):
    return [draw_problem(generator("test", n), targets, 1, 10, 16) for n in range(count)]


def test_a_problem_has_its_shapes():
    inputs, targets, starts = drawn(1)[0]
    assert inputs.shape == (10, 1) and targets.shape == (10,) and starts.shape == (16, 4)


def test_noise_is_standard_normal_and_a_teacher_is_wider():
    noise, teacher = (
        np.array([one[1] for one in drawn(200, kind)]) for kind in ("noise", "teacher")
    )
    assert abs(noise.mean()) < 0.1 and abs(noise.std() - 1) < 0.1
    assert teacher.std() > 1.5


def test_the_runs_of_a_problem_follow_one_another():
    problems = drawn(3)
    made = stacked(problems)
    assert made.start.shape == (48, 4) and made.data[0].shape == (48, 10, 1)
    assert np.array_equal(made.start[16:32], problems[1][2])
    assert np.array_equal(made.data[1][17], problems[1][1])


def test_batches_cover_the_problems_once():
    seen = []

    def run(low, high):
        seen.append((low, high))
        return np.arange(low, high)

    assert in_batches(run, BATCH // 2, 3, 8).tolist() == [3, 4, 5, 6, 7]
    assert seen == [(3, 5), (5, 7), (7, 8)]


def test_newton_comes_to_minima_or_leaves():
    problems = stacked(drawn(6))
    problem = Problem(Objective(NETWORK, SQUARED_ERROR), problems.shape)
    start = problems.start.copy()
    start[0], start[1] = np.nan, 1e3
    found = downhill(problem, start, problems.data, 6, 100.0)
    assert found.outside[:2].all() and np.isinf(found.level[:2]).all()
    assert found.minimum.sum() > 10
    assert not (found.minimum & found.outside).any()
    assert not (found.minimum & found.unsettled).any()
    rows = found.by_problem(6)
    assert isinstance(rows, Valleys) and rows.level.shape == (6, 16)
    assert np.array_equal(rows.minimum[2], found.minimum[32:48])
    lone = downhill(problem, start[7:8], (problems.data[0][7:8], problems.data[1][7:8]), 6, 100.0)
    assert lone.level[0] == found.level[7]
