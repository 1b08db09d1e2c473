"""Descent on smoothed losses: its gradient, its end, and how the two ways are compared."""

from __future__ import annotations

import msgspec
import numpy as np

from claims.studies.continuation import RECORD, observe, run, smoothed_descent
from claims.studies.registry import planned
from claims.studies.shallow import TOLERANCE, problem_of, starts_of
from claims.training import GRADIENT_DESCENT, descend, stream_keys

STUDY = planned("continuation")
CELLS = dict(zip(STUDY.names, STUDY.cells, strict=True))
LINE = CELLS["two-minima tanh, smoothing 1"]


def line():
    problem = problem_of("two-minima", 1, "tanh")
    return problem, starts_of(problem, "glorot", "test", runs=range(4))


def test_without_smoothing_it_is_plain_descent():
    problem, starts = line()
    sharp = msgspec.structs.replace(LINE, smoothing=0.0, smoothed=50)
    found = smoothed_descent(problem, sharp, starts, stream_keys("test", runs=range(4)))
    plain = descend(problem, GRADIENT_DESCENT, starts, budget=50, step=LINE.step)
    assert np.abs(found - plain.theta).max() < 1e-9


def test_the_mean_of_an_update_is_that_of_the_smoothed_loss():
    # The derivative by the output bias, 2 mean(v a + c - y), is linear in v and c; the mean of a
    # over the noise in its argument, of variance 1 + x^2, is had by quadrature.
    problem, _ = line()
    runs = 20_000
    theta = np.tile([1.0, 0.5, 2.0, 0.0], (runs, 1))
    once = msgspec.structs.replace(LINE, smoothing=1.0, smoothed=1, step=1.0)
    keys = stream_keys("test", runs=range(runs))
    moves = (theta - smoothed_descent(problem, once, theta, keys))[:, 3]
    nodes, weights = np.polynomial.hermite_e.hermegauss(60)
    x, y = problem.data.inputs[:, 0], problem.data.targets
    spread = np.sqrt(1 + x**2)[:, np.newaxis]
    mean_unit = np.tanh((x + 0.5)[:, np.newaxis] + spread * nodes) @ weights / weights.sum()
    expected = 2 * np.mean(2.0 * mean_unit - y)
    # Five standard errors.
    assert abs(moves.mean() - expected) < 5 * moves.std() / np.sqrt(runs)


def test_how_the_ways_are_compared():
    made = np.zeros(4, dtype=RECORD)
    made["lowest_continued"] = [1.0, 2.0, 1.0, np.inf]
    made["lowest_plain"] = [2.0, 1.0, 1.0 + TOLERANCE / 2, np.inf]
    seen = observe(LINE, made)["lower"]
    assert seen.lowest.tolist() == seen.highest.tolist() == [1, -1, 0, 0]


def test_a_run_does_not_depend_on_the_others():
    quick = msgspec.structs.replace(LINE, smoothed=100, budget=6000)
    records = run("test", quick, 0, 12)
    assert run("test", quick, 5, 6).tobytes() == records[5:6].tobytes()
    assert np.all(records["lowest_plain"] > 12.04)
