"""The machine's arithmetic limit: operations a second of a core, and operations of an update."""

import time

import numpy as np
from numba import njit
from workloads import Workload

from claims.compiled import Program

# Short chains of fused operations over many lanes: processors overlap enough of them to keep every
# unit busy, and the compiler makes of the lanes what it makes of the kernels' lanes.
CHAIN, LANES = 16, 64


def peak() -> float:
    """Return the operations a second of one core in a loop of fused products and sums.

    A fused operation counts as two. The best of several repetitions, for others only slow it down.
    """
    body = "\n".join("            x = x * 0.999 + 1e-3" for _ in range(CHAIN))
    text = (
        "def fused(values, count):\n    for _ in range(count):\n"
        f"        for lane in range({LANES}):\n            x = values[lane]\n{body}\n"
        "            values[lane] = x\n"
    )
    space: dict = {}
    exec(text, space)
    fused = njit("void(float64[::1], int64)", fastmath={"contract"}, nogil=True)(space["fused"])
    values, count = np.ones(LANES), 50_000
    best = 0.0
    for _ in range(10):
        begun = time.process_time()
        fused(values, count)
        best = max(best, 2 * CHAIN * LANES * count / (time.process_time() - begun))
    return best


# exp by a polynomial of degree 11 has 11 fused operations, 3 to reduce and 5 to put together.
DECAY = 2 * 14 + 5


def operations(work: Workload) -> int:
    """Return the fewest operations of an update, of the recorded gradient and the step.

    An operation of the program counts as one, a division too, though it costs several; a logistic
    function and its complement at one point share the exponential. What is left out makes the limit
    higher than it is.
    """
    batch = work.sampling.batch(len(work.problem.data.targets))
    one = _count(work.problem.function.gradient(1))
    size = work.problem.objective.network.size
    return batch * (one + size) + 3 * size


def _count(program: Program) -> int:
    total, points = 0, set()
    for line in program.lines:
        if line.operation in ("logistic", "logistic_complement"):
            points.add(line.arguments)
            total += 2
        elif line.operation not in ("input", "constant"):
            total += 1
    return total + DECAY * len(points)
