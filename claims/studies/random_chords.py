"""How often a random chord shows that a loss is not convex."""

from __future__ import annotations

from typing import Literal

import msgspec
import numpy as np

from claims.compiled import Derivatives
from claims.mathematics import (
    CROSS_ENTROPY,
    SIGMOID,
    SQUARED_ERROR,
    Objective,
    linear,
    one_hidden_layer,
)
from claims.studies.observations import UNDECIDED, Observed, events
from claims.studies.plan import Plan, settings_of
from claims.studies.registry import Records, Study
from claims.training import DATA_SETS, Problem, bounds, generator


class Cell(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A model on a data set, and chords between points with normal weights of size ``radius``.

    ``linear`` is linear regression with squared error, ``logistic`` logistic regression with
    cross-entropy, ``network`` one hidden layer of ``width`` sigmoid units with both biases, linear
    output and squared error. All losses are means.
    """

    data: Literal["xor", "two-minima", "diabetes"]
    model: Literal["linear", "logistic", "network"]
    radius: float
    width: int = 0


RECORD = np.dtype([("run", "<i4"), ("gap", "<f8"), ("rounding", "<f8")])


def name(cell: Cell) -> str:
    model = f"network {cell.width}" if cell.model == "network" else cell.model
    return f"{model} on {cell.data}, radius {cell.radius:g}"


def problem_of(cell: Cell) -> Problem:
    data = DATA_SETS[cell.data]()
    features = data.inputs.shape[1]
    objective = {
        "linear": lambda: Objective(linear(features), SQUARED_ERROR),
        "logistic": lambda: Objective(linear(features), CROSS_ENTROPY),
        "network": lambda: Objective(
            one_hidden_layer(features, cell.width, SIGMOID), SQUARED_ERROR
        ),
    }[cell.model]()
    return Problem(objective, data)


def run(seed: str, cell: Cell, first: int, stop: int) -> Records:
    """Return, for each chord, by how much the loss in its middle lies below its ends' mean."""
    problem = problem_of(cell)
    size = problem.function.size
    ends = cell.radius * np.stack(
        [
            generator(seed, cell.data, cell.model, cell.width, number).normal(size=(2, size))
            for number in range(first, stop)
        ]
    )
    points = np.concatenate([ends[:, 0], ends[:, 1], (ends[:, 0] + ends[:, 1]) / 2])
    data = problem.data
    values = Derivatives(problem.function, 0)
    (value,) = values(points, data.inputs, data.targets, problem.scale)
    start, end, middle = value.reshape(3, -1)
    records = np.zeros(stop - first, dtype=RECORD)
    records["run"] = np.arange(first, stop)
    records["gap"] = (start + end) / 2 - middle
    noise = bounds.VALUE_NOISE * (value + np.sqrt(value))
    records["rounding"] = noise.reshape(3, -1).sum(axis=0)
    return records


def observe(cell: Cell, records: Records) -> dict[str, Observed]:
    """Judge each chord; a gap within the rounding error may have either sign."""
    violated = records["gap"] < 0
    unknown = np.abs(records["gap"]) <= records["rounding"]
    classes = np.where(unknown, UNDECIDED, np.where(violated, "violates convexity", "does not"))
    question = "non-convex" if cell.model == "network" else "convex"
    return {question: events(violated, unknown, classes)}


def pilot(plan: Plan) -> None:
    """Print, for each cell, how many chords violate convexity or stay within rounding."""
    for entries in plan.cells:
        cell = msgspec.convert(settings_of(entries), Cell)
        (seen,) = observe(cell, run(plan.pilot.seed, cell, 0, plan.pilot.runs)).values()
        violated, unknown = int(seen.lowest.sum()), int((seen.lowest < seen.highest).sum())
        print(f"{name(cell)}: {violated} of {plan.pilot.runs} violate, {unknown} open", flush=True)


STUDY = Study(Cell, name, run, observe, pilot, networks=lambda cell: 0)
