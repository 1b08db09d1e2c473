"""The same bits for a run whatever else is computed beside it, and where kernels come from."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from claims.compiled import Derivatives, modules
from claims.mathematics import SIGMOID, SQUARED_ERROR, Objective, one_hidden_layer
from claims.training import GRADIENT_DESCENT, Problem, descend, xor

PROBLEM = Problem(Objective(one_hidden_layer(2, 2, SIGMOID), SQUARED_ERROR), xor())
STARTS = np.random.default_rng(4).normal(size=(150, 9))


def descended(theta, **options):
    # The step is large enough for the last bit to matter after so many updates.
    done = descend(PROBLEM, GRADIENT_DESCENT, theta, budget=300, step=0.5, **options)
    return np.column_stack([done.theta, done.status, done.updates])


@pytest.fixture(scope="module")
def together():
    return descended(STARTS)


@pytest.mark.parametrize("run", [0, 63, 64, 149])
def test_a_run_alone(run, together):
    assert descended(STARTS[run : run + 1]).tobytes() == together[run : run + 1].tobytes()


def test_another_lane_and_other_neighbours(together):
    order = np.random.default_rng(5).permutation(150)
    assert descended(STARTS[order]).tobytes() == together[order].tobytes()
    assert descended(STARTS[7:100]).tobytes() == together[7:100].tobytes()


def test_a_neighbour_that_is_not_finite(together):
    spoiled = STARTS.copy()
    spoiled[1::2] = np.nan
    assert descended(spoiled)[::2].tobytes() == together[::2].tobytes()


def test_two_threads(together):
    assert descended(STARTS, threads=2).tobytes() == together.tobytes()


def test_derivatives_of_a_run_alone():
    kernel = Derivatives(PROBLEM.function, 2)
    inputs, targets = PROBLEM.data.inputs, PROBLEM.data.targets
    all_runs = kernel(STARTS, inputs, targets, 0.25, threads=2)
    for run in (0, 149):
        one = kernel(STARTS[run : run + 1], inputs, targets, 0.25)
        assert all(a[0].tobytes() == b[run].tobytes() for a, b in zip(one, all_runs, strict=True))


TEXT = "def kernel(memory):\n    memory[0] = logistic(memory[0]){change}"


def test_a_changed_text_is_another_module(tmp_path, monkeypatch):
    monkeypatch.setenv("CLAIMS_CACHE", str(tmp_path))
    plain, changed = (
        modules.generate("void(float64[::1])", TEXT.format(change=change))
        for change in ("", " + 1.0")
    )
    memory = np.zeros(1)
    plain.kernel(memory)
    changed.kernel(memory)
    assert memory[0] > 1.5
    names = sorted(path.name for path in (tmp_path / "kernels").glob("*.py"))
    assert names == sorted(f"{module.__name__}.py" for module in (plain, changed))


def test_a_half_written_module_is_replaced(tmp_path, monkeypatch):
    monkeypatch.setenv("CLAIMS_CACHE", str(tmp_path))
    text, signature = TEXT.format(change=" + 2.0"), "void(float64[::1])"
    path = Path(modules.generate(signature, text).__file__)
    whole = path.read_text()
    path.write_text(whole[:100])
    modules._module.cache_clear()
    memory = np.zeros(1)
    modules.generate(signature, text).kernel(memory)
    assert memory[0] == 2.5 and path.read_text() == whole
