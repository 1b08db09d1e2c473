"""How large a part of a run of descent is spent near saddles, by the width of the network."""

from __future__ import annotations

from typing import Literal

import msgspec
import numpy as np

from claims.compiled import Derivatives
from claims.studies.observations import Observed, paired_difference, quantities
from claims.studies.plan import Plan, settings_of
from claims.studies.registry import Records, Study
from claims.studies.shallow import Floats, problem_of, starts_of
from claims.training import GRADIENT_DESCENT, Problem, trajectory

# A gradient is small where its norm is at most this; the losses at the starts are about 1.
SMALL = 0.1

# The distance of central differences.
SHIFT = 1e-5


class Cell(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A network with one hidden layer; a run is looked at after every ``every``-th update.

    An eigenvalue of the Hessian is distinctly negative below minus ``distinct`` times the largest.
    """

    data: str
    width: int
    activation: Literal["sigmoid", "tanh"]
    step: float
    updates: int
    every: int
    distinct: float


RECORD = np.dtype([("run", "<i4"), ("saddle", "<f8"), ("minimum", "<f8")])


def name(cell: Cell) -> str:
    return f"{cell.data} {cell.activation} {cell.distinct:.1%}, width {cell.width}"


def run(seed: str, cell: Cell, first: int, stop: int) -> Records:
    """Return which part of its looks, in percent, each run was near a saddle, near a minimum."""
    problem = problem_of(cell.data, cell.width, cell.activation)
    starts = starts_of(problem, "glorot", seed, cell.data, cell.width, runs=range(first, stop))
    records = np.zeros(stop - first, dtype=RECORD)
    records["run"] = np.arange(first, stop)
    looks = range(0, cell.updates, cell.every)
    states = trajectory(
        problem,
        GRADIENT_DESCENT,
        starts,
        checkpoints=looks,
        step=cell.step,
        tolerance=None,
    )
    slope = Derivatives(problem.function, 1)
    for state in states:
        gradient = gradient_at(slope, problem, state.theta)
        small = np.sqrt((gradient**2).sum(axis=1)) <= SMALL
        spectrum = np.zeros_like(gradient)
        spectrum[small] = np.linalg.eigvalsh(hessian_at(slope, problem, state.theta[small]))
        negative = spectrum[:, 0] <= -cell.distinct * spectrum[:, -1]
        records["saddle"] += 100 / len(looks) * (small & negative)
        records["minimum"] += 100 / len(looks) * (small & ~negative)
    return records


def gradient_at(slope: Derivatives, problem: Problem, theta: Floats) -> Floats:
    """Return the gradients (runs, p) at theta (runs, p)."""
    _, gradient = slope(theta, problem.data.inputs, problem.data.targets, problem.scale)
    return gradient


def hessian_at(slope: Derivatives, problem: Problem, theta: Floats) -> Floats:
    """Return the Hessians (runs, p, p) by central differences of the compiled gradient.

    For wide networks they compile in a fraction of the time of the recorded Hessian, and their
    error, about 1e-9, is far below what counts as distinctly negative.
    """
    runs, size = theta.shape
    moved = theta[:, np.newaxis, :] + SHIFT * np.eye(size)
    back = theta[:, np.newaxis, :] - SHIFT * np.eye(size)
    ahead, behind = (
        gradient_at(slope, problem, at.reshape(-1, size)).reshape(runs, size, size)
        for at in (moved, back)
    )
    rows = (ahead - behind) / (2 * SHIFT)
    return (rows + rows.transpose(0, 2, 1)) / 2


def observe(cell: Cell, records: Records) -> dict[str, Observed]:
    """Return the part near saddles, and how much it exceeds the part near minima."""
    saddle, minimum = quantities(records["saddle"]), quantities(records["minimum"])
    return {"by-width": saddle, "against-minima": paired_difference(saddle, minimum)}


def pilot(plan: Plan) -> None:
    """Print quartiles of both parts for every cell."""
    for entries in plan.cells:
        cell = msgspec.convert(settings_of(entries), Cell)
        records = run(plan.pilot.seed, cell, 0, plan.pilot.runs)
        print(
            f"{name(cell)}: quartiles of the percentage of looks "
            + ", ".join(
                f"near a {part} {np.round(np.quantile(records[part], (0.25, 0.5, 0.75)), 1)}"
                for part in ("saddle", "minimum")
            ),
            flush=True,
        )


STUDY = Study(Cell, name, run, observe, pilot, classified=lambda cell: 0)
