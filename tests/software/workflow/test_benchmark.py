"""The benchmark on a small workload: engines have the same losses, or the row says so."""

from __future__ import annotations

import importlib.util
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

FOLDER = Path(__file__).resolve().parents[3] / "workflow/benchmark"


@pytest.fixture(scope="module")
def benchmark():
    sys.path.insert(0, str(FOLDER))
    try:
        spec = importlib.util.spec_from_file_location("benchmark_run", FOLDER / "run.py")
        module = importlib.util.module_from_spec(spec)
        sys.modules["benchmark_run"] = module
        spec.loader.exec_module(module)
        yield module
    finally:
        sys.path.remove(str(FOLDER))


@pytest.fixture(scope="module")
def work(benchmark):
    return benchmark.workloads(0.001)[0]


def test_engines_agree_and_absent_ones_are_named(benchmark, work, monkeypatch):
    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name in ("torch", "jax") else found(name)
    )
    rows = benchmark.measured(work, 100.0, 1)
    timed = [row for row in rows if row.rate is not None]
    assert [row.engine for row in timed] == [name for name, package, *_ in benchmark.ENGINES[:5]]
    assert all(row.difference <= benchmark.AGREEMENT and row.note == "" for row in timed)
    assert all("pip install" in row.note for row in rows[5:]) and len(rows) == len(
        benchmark.ENGINES
    )
    table = benchmark.table(rows)
    assert table.count("\n") == len(rows) + 1 and "agree within" in table and "[peers]" in table


def test_an_engine_that_trains_otherwise_has_no_valid_row(benchmark, work, monkeypatch):
    name, package, run_by_run, right = benchmark.ENGINES[1]

    def wrong(own):
        return right(replace(own, step=1.001 * own.step))

    engines = (benchmark.ENGINES[0], (name, package, run_by_run, wrong))
    monkeypatch.setattr(benchmark, "ENGINES", engines)
    rows = benchmark.measured(work, 100.0, 1)
    assert rows[0].note == "" and "not valid" in rows[1].note


@pytest.mark.parametrize("layout", ["numpy_runs_first", "numpy_runs_last"])
def test_the_gradients_by_hand_are_those_of_the_definition(benchmark, layout):
    from engines import _batch, numpy_runs_first, numpy_runs_last

    from claims.training.ensembles import form_of
    from claims.training.optimizers import GRADIENT_DESCENT
    from claims.training.reference import batch_gradient

    work = benchmark.workloads(0.004)[2]
    one = benchmark.Workload(work.name, work.problem, work.sampling, work.runs, 1, 1.0)
    train = {"numpy_runs_first": numpy_runs_first, "numpy_runs_last": numpy_runs_last}[layout]
    assert _batch(one, 0)[0].shape == (one.runs, 16, 10)
    form = form_of(one.problem, GRADIENT_DESCENT, sampling=one.sampling)
    true = batch_gradient(one.problem, form, one.starts.T, one.keys, 0).T
    # Sums of 16 terms of size 1 to 10.
    assert np.abs((one.starts - train(one)()) - true).max() < 1e-12


def test_a_peer_far_below_its_known_ratio_to_numpy_has_no_valid_row(benchmark):
    from peers import KNOWN, too_slow

    assert KNOWN.keys() == {work.name for work in benchmark.workloads(0.001)}
    names = {name for name, *_ in benchmark.ENGINES} | {"NumPy"}
    for workload, known in KNOWN.items():
        assert known.keys() <= names
        rates = {**known, "NumPy, runs first": known["NumPy"], "NumPy, runs last": 0.0}
        assert too_slow(workload, rates) == {}
        rates["torch by hand"] *= 0.69
        assert list(too_slow(workload, rates)) == ["torch by hand"]


def test_the_student_is_trained_alike_by_every_engine(benchmark):
    work = benchmark.workloads(0.004)[-1]
    rows = benchmark.measured(work, 100.0, 1)
    timed = [row for row in rows if row.rate is not None]
    assert len(timed) >= 3 and all(row.difference <= benchmark.AGREEMENT for row in timed)
    assert not any("losses differ" in row.note for row in timed)


@pytest.mark.parametrize("layout", ["first", "last"])
def test_the_gradients_of_the_student_are_those_of_the_definition(benchmark, layout):
    import students

    work = benchmark.workloads(0.002)[-1]
    true = np.array([work.problem.objective.gradient(theta) for theta in work.starts])
    if layout == "first":
        off_diagonal = 1 - np.eye(work.units)
        found = students.gradient_runs_first(np, work.starts, work.units, off_diagonal)
    else:
        found = students.gradient_runs_last(work.starts.T.copy(), work.units).T
    # Sums of some 30 terms below 10; the sine of two units is not below 0.1 here.
    assert np.abs(found - true).max() < 1e-12 and np.abs(true).max() > 0.1


def test_the_operations_of_the_student(benchmark):
    """45 pairs and 100 angles with the teacher: a root, a quotient and an arctangent each."""
    work = benchmark.workloads(0.001)[-1]
    count = benchmark.student_operations(work)
    # 145 arctangents and the 2000 operations of rests times weights; a few dozen more for each.
    assert 145 * 29 + 2000 < count < 145 * 29 + 2000 + 145 * 40
    # Roots, quotients of the angles, and a division for each unit and the factor.
    assert benchmark.student_operations(work, 3.0) == count + 2 * (145 + 145 + 10 + 1)


def test_operations_and_peak(benchmark, work):
    # 4 samples of 2 units and an output, with their derivatives: a few hundred operations.
    assert 200 < benchmark.operations(work) < 1000
    assert benchmark.peak() > 1e8
    # 8 points at which a logistic function is needed, with one division each.
    assert benchmark.operations(work, 3.0) == benchmark.operations(work) + 2 * 8


def test_the_overhead_of_an_update_follows_from_its_times(benchmark):
    """Times of 10 + 2 B nanoseconds; then with mini-batches twice as dear; then lost in a."""
    import update_times

    def cost(times):
        return update_times.Cost("made up", dict(zip(update_times.SIZES, times, strict=True)))

    _, some, large, whole = update_times.SIZES
    linear = cost([1e-9 * (10 + 2 * size) for size in update_times.SIZES])
    assert linear.example == pytest.approx(2e-9) and linear.overhead == pytest.approx(5)
    assert linear.price == pytest.approx(1)
    at_large = 10 + 4 * large
    dear = cost(
        [1e-9 * value for value in (14, 10 + 4 * some, at_large, at_large + 2 * (whole - large))]
    )
    assert dear.price == pytest.approx(0.5) and dear.overhead == pytest.approx(6)
    lost = cost([1e-3, 1e-3, 1.1e-3, 2e-3])
    assert lost.price is None and update_times.table([lost]).endswith(",\n")
