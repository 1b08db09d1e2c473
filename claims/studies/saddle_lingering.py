"""How large a part of a run of descent is spent near saddles, by the width of the network."""

from __future__ import annotations

from typing import Literal

import msgspec
import numpy as np

from claims.studies.observations import Observed, paired_difference, quantities
from claims.studies.plan import Plan, settings_of
from claims.studies.registry import Records, Study
from claims.studies.shallow import problem_of, starts_of
from claims.training import GRADIENT_DESCENT, trajectory

# A gradient is small where its norm is at most this; the targets have a variance of about 1.
SMALL = 0.01

# An eigenvalue of the Hessian is distinctly negative below minus this times the largest one.
DISTINCT = 0.01


class Cell(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A network with one hidden layer; a run is looked at after every ``every``-th update."""

    data: str
    width: int
    activation: Literal["sigmoid", "tanh"]
    step: float
    updates: int
    every: int


RECORD = np.dtype([("run", "<i4"), ("saddle", "<f8"), ("minimum", "<f8")])


def name(cell: Cell) -> str:
    return f"{cell.data} {cell.activation}, width {cell.width}"


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
    data = problem.data
    for state in states:
        _, gradient, hessian = problem.derivatives(
            state.theta, data.inputs, data.targets, problem.scale
        )
        spectrum = np.linalg.eigvalsh(hessian)
        small = np.sqrt((gradient**2).sum(axis=1)) <= SMALL
        negative = spectrum[:, 0] <= -DISTINCT * spectrum[:, -1]
        records["saddle"] += 100 / len(looks) * (small & negative)
        records["minimum"] += 100 / len(looks) * (small & ~negative)
    return records


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


STUDY = Study(Cell, name, run, observe, pilot)
