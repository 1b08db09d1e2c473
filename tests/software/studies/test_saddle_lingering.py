"""The Hessians of the study of saddles, and how its looks are counted."""

from __future__ import annotations

import msgspec
import numpy as np

from claims.compiled import Derivatives
from claims.studies.registry import planned
from claims.studies.saddle_lingering import RECORD, hessian_at, observe, run
from claims.studies.shallow import problem_of, starts_of

STUDY = planned("saddle-lingering")
CELLS = dict(zip(STUDY.names, STUDY.cells, strict=True))
SMALLEST = CELLS["xor sigmoid 1.0%, width 2"]


def test_differences_of_the_gradient_are_the_recorded_hessian():
    problem = problem_of("xor", 2, "sigmoid")
    theta = starts_of(problem, "normal", "test", runs=range(5))
    data = problem.data
    *_, recorded = problem.derivatives(theta, data.inputs, data.targets, problem.scale)
    found = hessian_at(Derivatives(problem.function, 1), problem, theta)
    # Central differences over 1e-5: truncation 1e-10, rounding of the gradient over 1e-5 the rest.
    assert np.abs(found - recorded).max() < 1e-8


def test_the_parts_of_a_run():
    records = run("test", SMALLEST, 0, 30)
    assert np.all(records["saddle"] + records["minimum"] <= 100 + 1e-9)
    assert np.all(records["minimum"] > 0)
    weaker = msgspec.structs.replace(SMALLEST, distinct=0.001)
    others = run("test", weaker, 0, 30)
    # The same looks: what is near a saddle by the stronger threshold is so by the weaker one.
    assert np.all(others["saddle"] >= records["saddle"])
    assert np.allclose(others["saddle"] + others["minimum"], records["saddle"] + records["minimum"])
    assert run("test", SMALLEST, 4, 5).tobytes() == records[4:5].tobytes()


def test_what_is_observed():
    made = np.zeros(2, dtype=RECORD)
    made["saddle"], made["minimum"] = [10, 0], [30, 0]
    seen = observe(SMALLEST, made)
    assert seen["by-width"].lowest.tolist() == [10, 0]
    assert seen["against-minima"].lowest.tolist() == [-20, 0]
