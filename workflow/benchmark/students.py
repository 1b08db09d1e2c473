"""The ReLU student of an orthonormal teacher: gradients by hand, engines, and its operations."""

import numpy as np
from engines import Train, package
from workloads import StudentWorkload

from claims.compiled import record

HALF_TURN = np.pi / 2


def gradient_runs_first(xp, theta, units, off_diagonal):
    """Return the gradients (runs, p), runs outermost; ``off_diagonal`` is 1 less the identity."""
    w = theta.reshape(len(theta), units, -1)
    squares, products = (w * w).sum(-1), w @ w.swapaxes(1, 2)
    differences = squares[:, :, None] * squares[:, None, :] - products * products
    # Half of d + |d|: what rounding left below 0 is 0. A unit has no angle with itself.
    sines = xp.sqrt((differences + xp.abs(differences)) / 2) * off_diagonal
    rests = HALF_TURN + xp.arctan2(products, sines)
    taught = squares[:, :, None] - w * w
    of_teacher = xp.sqrt((taught + xp.abs(taught)) / 2)
    own = (sines.sum(-1) - of_teacher.sum(-1)) / squares
    total = own[:, :, None] * w + rests @ w - (HALF_TURN + xp.arctan2(w, of_teacher))
    return total.reshape(theta.shape) / (4 * HALF_TURN)


def gradient_runs_last(theta, units):
    """Return the gradients (p, runs), runs innermost."""
    w = theta.reshape(units, -1, theta.shape[1])
    squares = (w * w).sum(1)
    of_teacher = np.sqrt(np.maximum(squares[:, None] - w * w, 0))
    total = -(HALF_TURN + np.arctan2(w, of_teacher))
    sines = -of_teacher.sum(1)
    for i in range(1, units):
        products = (w[:i] * w[i]).sum(1)
        crossing = np.sqrt(np.maximum(squares[:i] * squares[i] - products * products, 0))
        rests = HALF_TURN + np.arctan2(products, crossing)
        sines[:i] += crossing
        sines[i] += crossing.sum(0)
        total[:i] += rests[:, None] * w[i]
        total[i] += (rests[:, None] * w[:i]).sum(0)
    total += (sines / squares + 2 * HALF_TURN)[:, None] * w
    return total.reshape(theta.shape) / (4 * HALF_TURN)


def numpy_runs_first(work: StudentWorkload) -> Train:
    off_diagonal = 1 - np.eye(work.units)

    def train():
        theta = work.starts.copy()
        for _ in range(work.updates):
            theta -= work.step * gradient_runs_first(np, theta, work.units, off_diagonal)
        return theta

    return train


def numpy_runs_last(work: StudentWorkload) -> Train:
    def train():
        theta = np.ascontiguousarray(work.starts.T)
        for _ in range(work.updates):
            theta -= work.step * gradient_runs_last(theta, work.units)
        return theta.T

    return train


def torch_by_hand(work: StudentWorkload) -> Train:
    import torch

    torch.set_num_threads(1)
    off_diagonal = torch.tensor(1 - np.eye(work.units))

    def train():
        theta = torch.tensor(work.starts)
        for _ in range(work.updates):
            theta -= work.step * gradient_runs_first(torch, theta, work.units, off_diagonal)
        return theta.numpy()

    return train


def jax_by_hand(work: StudentWorkload) -> Train:
    import jax

    jax.config.update("jax_enable_x64", True)
    off_diagonal = jax.numpy.asarray(1 - np.eye(work.units))

    def one(theta, _):
        gradient = gradient_runs_first(jax.numpy, theta, work.units, off_diagonal)
        return theta - work.step * gradient, None

    @jax.jit
    def all_updates(theta):
        return jax.lax.scan(one, theta, None, length=work.updates)[0]

    return lambda: np.asarray(all_updates(work.starts))


STUDENT_ENGINES = (
    ("this package", None, False, package),
    ("NumPy, runs first", None, False, numpy_runs_first),
    ("NumPy, runs last", None, False, numpy_runs_last),
    ("torch by hand", "torch", False, torch_by_hand),
    ("JAX by hand", "jax", False, jax_by_hand),
)

# The arctangent of a quotient by a polynomial with 12 coefficients: 11 fused operations and one to
# put together, a square, 2 to compare with and change the quotient, 2 more to change back.
ARCTANGENT = 2 * 12 + 5


def student_operations(work: StudentWorkload, quotient: float = 1.0) -> float:
    """Return the fewest operations of an update, of the recorded closed form and the step.

    A root counts as a division, which it costs at least.
    """
    student = work.problem.objective
    program = record(lambda theta: student.gradient(theta), theta=(student.size,))
    names = [line.operation for line in program.lines]
    total = sum(name not in ("input", "constant") for name in names)
    total += (ARCTANGENT - 1) * names.count("arctan")
    dear = names.count("divide") + names.count("square_root")
    return total + (quotient - 1) * dear + 3 * student.size
