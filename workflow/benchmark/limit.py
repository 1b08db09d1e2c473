"""The machine's arithmetic limit: operations a second of a core, and operations of an update."""

import time

import numpy as np
from numba import njit
from workloads import Workload

from claims.compiled import Program

# Short chains of fused operations over many lanes: processors overlap enough of them to keep every
# unit busy, and the compiler makes of the lanes what it makes of the kernels' lanes.
CHAIN, LANES = 16, 64


def _loop(statement: str) -> float:
    """Return the seconds a lane of one core for ``statement`` and CHAIN fused products and sums.

    The best of several repetitions, for others only slow it down.
    """
    body = "\n".join("            x = x * 0.999 + 1e-3" for _ in range(CHAIN))
    text = (
        "def fused(values, count):\n    for _ in range(count):\n"
        f"        for lane in range({LANES}):\n            x = y = values[lane]\n"
        f"            {statement}\n{body}\n"
        "            values[lane] = x + y\n"
    )
    space: dict = {}
    exec(text, space)
    options = {"fastmath": {"contract"}, "error_model": "numpy", "nogil": True}
    fused = njit("void(float64[::1], int64)", **options)(space["fused"])
    values, count = np.ones(LANES), 50_000
    best = np.inf
    for _ in range(10):
        values[:] = 1.0
        begun = time.process_time()
        fused(values, count)
        best = min(best, (time.process_time() - begun) / (LANES * count))
    return best


def peak() -> float:
    """Return the operations a second of one core in a loop of fused products and sums.

    A fused operation counts as two.
    """
    return 2 * CHAIN / _loop("y = 0.0")


def quotient_cost(speed: float) -> float:
    """Return how many operations of a core of that speed a division beside others costs."""
    return (_loop("y = 1.5 / (y + 1.0)") - _loop("y = y + 1.0")) * speed


# exp by a polynomial of degree 11 has 11 fused operations, 3 to reduce and 5 to put together.
DECAY = 2 * 14 + 5


def operations(work: Workload, quotient: float = 1.0) -> float:
    """Return the fewest operations of an update, of the recorded gradient and the step.

    An operation of the program counts as one, a division as ``quotient``; a logistic function and
    its complement at one point share the exponential and the division. What is left out (loads,
    stores, the stops) makes the limit higher than it is.
    """
    batch = work.sampling.batch(len(work.problem.data.targets))
    one, quotients = _count(work.problem.function.gradient(1))
    size = work.problem.objective.network.size
    return batch * (one + size + (quotient - 1) * quotients) + 3 * size


def _count(program: Program) -> tuple[int, int]:
    """Return the operations of a program, and how many of them are divisions."""
    total, quotients, points = 0, 0, set()
    for line in program.lines:
        if line.operation in ("logistic", "logistic_complement"):
            points.add(line.arguments)
            total += 2
        elif line.operation not in ("input", "constant"):
            total += 1
            quotients += line.operation == "divide"
    return total + DECAY * len(points), quotients + len(points)
