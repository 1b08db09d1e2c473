"""How the cost grows: with the runs, with the width, with the number of data, and with threads."""

import os
import statistics
import time
import tracemalloc
from dataclasses import dataclass, replace

import numpy as np
from workloads import Workload

from claims.compiled import FULL_BATCH
from claims.mathematics import SIGMOID, SQUARED_ERROR, Objective, one_hidden_layer
from claims.training import GRADIENT_DESCENT, DataSet, Problem, descend, generator, xor

RUNS = (256, 1024, 4096, 16384)
WIDTHS = (2, 4, 8, 16, 64)
SAMPLES = (4, 16, 64, 256)


@dataclass(frozen=True)
class Cost:
    """What the runs of a workload cost: seconds, and bytes that NumPy held at most besides."""

    along: str
    value: int
    runs: int
    seconds: float
    microseconds_an_update: float
    peak_bytes_a_run: float


def _trained(work: Workload, threads: int = 1):
    return descend(
        work.problem,
        GRADIENT_DESCENT,
        work.starts,
        budget=work.updates,
        tolerance=None,
        step=work.step,
        threads=threads,
    )


def _xor(units: int, runs: int, updates: int) -> Workload:
    problem = Problem(Objective(one_hidden_layer(2, units, SIGMOID), SQUARED_ERROR), xor())
    return Workload(f"XOR 2-{units}-1", problem, FULL_BATCH, runs, updates, 0.2)


def _random(samples: int) -> Workload:
    inputs = generator("benchmark", "samples").normal(size=(samples, 2))
    data = DataSet("random", inputs, np.tanh(inputs.sum(axis=1)))
    problem = Problem(Objective(one_hidden_layer(2, 4, SIGMOID), SQUARED_ERROR), data)
    updates = 4096 // samples
    return Workload(f"2-4-1, N = {samples}", problem, FULL_BATCH, 1024, updates, 0.1)


def _cost(along: str, value: int, work: Workload, repetitions: int) -> Cost:
    _trained(work)  # compiles
    tracemalloc.start()
    _trained(work)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    times = []
    for _ in range(repetitions):
        begun = time.process_time()
        _trained(work)
        times.append(time.process_time() - begun)
    seconds = statistics.median(times)
    each = 1e6 * seconds / (work.runs * work.updates)
    return Cost(along, value, work.runs, seconds, each, peak / work.runs)


def costs(part: float, repetitions: int) -> list[Cost]:
    """Return the costs along runs, width and number of data, with ``part`` of the updates."""
    works = [
        *(("runs", runs, _xor(2, runs, 500)) for runs in RUNS),
        *(("width", units, _xor(units, 1024, 200)) for units in WIDTHS),
        *(("examples", samples, _random(samples)) for samples in SAMPLES),
    ]
    return [
        _cost(along, value, replace(work, updates=max(int(work.updates * part), 2)), repetitions)
        for along, value, work in works
    ]


def linear(found: list[Cost]) -> float:
    """Return the largest ratio between the times of an update among different numbers of runs."""
    each = [cost.microseconds_an_update for cost in found if cost.along == "runs"]
    return max(each) / min(each)


def two_threads(part: float, repetitions: int) -> float | None:
    """Return how many times as fast two threads are, by the clock; None with fewer than two cores.

    The calling thread is let onto two cores meanwhile.
    """
    own = os.sched_getaffinity(0)
    work = _xor(2, 4096, max(int(500 * part), 2))
    both = set(range(os.cpu_count() or 1))
    os.sched_setaffinity(0, both)
    try:
        if len(os.sched_getaffinity(0)) < 2:
            return None
        best = {}
        for threads in (1, 2):
            _trained(work, threads)
            times = []
            for _ in range(repetitions):
                begun = time.perf_counter()
                _trained(work, threads)
                times.append(time.perf_counter() - begun)
            best[threads] = min(times)
    finally:
        os.sched_setaffinity(0, own)
    return best[1] / best[2]


def table(found: list[Cost], speedup: float | None) -> str:
    """Return the costs in Markdown."""
    lines = [
        "| along | value | runs | seconds | microseconds an update | peak bytes a run |",
        "|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {own.along} | {own.value} | {own.runs} | {own.seconds:.3g} "
        f"| {own.microseconds_an_update:.3g} | {own.peak_bytes_a_run:.3g} |"
        for own in found
    ]
    threads = (
        "Two threads were not measured: there is one core."
        if speedup is None
        else f"Two threads are {speedup:.2f} times as fast as one, by the clock."
    )
    return (
        "\n".join(lines)
        + "\n\nBytes are those of NumPy's arrays, the kernel's own memory not counted. The time of "
        f"an update varies by a factor of {linear(found):.2f} over the numbers of runs (1 is "
        f"linear). {threads}\n"
    )
