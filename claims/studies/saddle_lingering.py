"""How large a part of a run of descent is spent near saddles, by the width of the network."""

from __future__ import annotations

from typing import Any, Literal

import msgspec
import numpy as np

from claims.compiled import Derivatives
from claims.studies.observations import Observed, paired_difference, quantities
from claims.studies.plan import Plan, settings_of
from claims.studies.registry import Records, Study
from claims.studies.shallow import Floats, ended, problem_of, starts_of
from claims.training import GRADIENT_DESCENT, Problem, descend, trajectory

# A gradient is small where its norm is at most this; the losses at the starts are about 1.
SMALL = 0.1

# A loss is near that of the run's end where it exceeds it by at most this.
NEAR = 0.01

# The distance of central differences.
SHIFT = 1e-5

# An eigenvalue of the Hessian is negative below minus this: the differences err by less, as their
# test says, and an eigenvalue of a symmetric matrix moves by at most the norm of the error (Weyl).
NEGATIVE = 1e-6


class Cell(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A network with one hidden layer; a run is looked at after every ``every``-th update.

    It is looked at during its first ``updates``, and goes on to its end for at most ``budget``.
    """

    data: str
    width: int
    activation: Literal["sigmoid", "tanh"]
    step: float
    updates: int
    every: int
    budget: int


PARTS = ("saddle", "minimum", "flat")
RECORD = np.dtype([("run", "<i4"), ("undecided", "?"), *[(part, "<f8") for part in PARTS]])


def name(cell: Cell) -> str:
    return f"{cell.data} {cell.activation}, width {cell.width}"


def run(seed: str, cell: Cell, first: int, stop: int) -> Records:
    """Return which part of its looks, in percent, each run spent with a small gradient, and where.

    Near a minimum the loss is near that of the end at which the run arrives. Farther above it the
    run is near a saddle if the Hessian has a negative eigenvalue, else on flat ground.
    """
    problem = problem_of(cell.data, cell.width, cell.activation)
    starts = starts_of(problem, "glorot", seed, cell.data, cell.width, runs=range(first, stop))
    records = np.zeros(stop - first, dtype=RECORD)
    records["run"] = np.arange(first, stop)
    looks = range(0, cell.updates, cell.every)
    options: dict[str, Any] = {"step": cell.step, "tolerance": None}
    states = trajectory(problem, GRADIENT_DESCENT, starts, checkpoints=looks, **options)
    done = descend(problem, GRADIENT_DESCENT, states[-1], budget=cell.budget, **options)
    ends = ended(problem, done.theta, done.status)
    records["undecided"] = ends.undecided
    slope = Derivatives(problem.function, 1)
    for state in states:
        value, gradient = slope_at(slope, problem, state.theta)
        small = np.sqrt((gradient**2).sum(axis=1)) <= SMALL
        high = value > ends.lowest + NEAR
        lowest = np.zeros(len(value))
        open_ = small & high
        if open_.any():
            hessian = hessian_at(slope, problem, state.theta[open_])
            lowest[open_] = np.linalg.eigvalsh(hessian)[:, 0]
        saddle = open_ & (lowest < -NEGATIVE)
        for part, here in zip(PARTS, (saddle, small & ~high, open_ & ~saddle), strict=True):
            records[part] += 100 / len(looks) * here
    return records


def slope_at(slope: Derivatives, problem: Problem, theta: Floats) -> tuple[Floats, Floats]:
    """Return the losses (runs,) and the gradients (runs, p) at theta (runs, p)."""
    value, gradient = slope(theta, problem.data.inputs, problem.data.targets, problem.scale)
    return value, gradient


def hessian_at(slope: Derivatives, problem: Problem, theta: Floats) -> Floats:
    """Return the Hessians (runs, p, p) by central differences of the compiled gradient.

    For wide networks they compile in a fraction of the time of the recorded Hessian.
    """
    runs, size = theta.shape
    moved = theta[:, np.newaxis, :] + SHIFT * np.eye(size)
    back = theta[:, np.newaxis, :] - SHIFT * np.eye(size)
    ahead, behind = (
        slope_at(slope, problem, at.reshape(-1, size))[1].reshape(runs, size, size)
        for at in (moved, back)
    )
    rows = (ahead - behind) / (2 * SHIFT)
    return (rows + rows.transpose(0, 2, 1)) / 2


def observe(cell: Cell, records: Records) -> dict[str, Observed]:
    """Return the part near saddles, and how much it exceeds the part near minima.

    A run whose end is undecided may go on to fall: its looks near the lowest loss that it reached
    may then have been near a saddle instead of a minimum. Those farther above are known.
    """
    doubtful = np.where(records["undecided"], records["minimum"], 0.0)
    saddle = quantities(records["saddle"], records["saddle"] + doubtful)
    minimum = quantities(records["minimum"] - doubtful, records["minimum"])
    return {"by-width": saddle, "against-minima": paired_difference(saddle, minimum)}


def pilot(plan: Plan) -> None:
    """Print quartiles of the parts for every cell, and how many runs stayed undecided."""
    for entries in plan.cells:
        cell = msgspec.convert(settings_of(entries), Cell)
        records = run(plan.pilot.seed, cell, 0, plan.pilot.runs)
        print(
            f"{name(cell)}: quartiles of the percentage of looks "
            + ", ".join(
                f"{part} {np.round(np.quantile(records[part], (0.25, 0.5, 0.75)), 1)}"
                for part in PARTS
            )
            + f"; undecided {records['undecided'].sum()} of {len(records)}",
            flush=True,
        )


STUDY = Study(Cell, name, run, observe, pilot)
