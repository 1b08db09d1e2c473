"""How often gradient descent from a random start ends above the global level."""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from claims.mathematics import ACTIVATIONS, SQUARED_ERROR, Network, Objective, one_hidden_layer
from claims.studies.levels import lowest_within
from claims.studies.observations import UNDECIDED, Observed, events
from claims.studies.plan import Plan, PlanError, plan_path, settings_of
from claims.studies.random_problems import SPREAD
from claims.studies.registry import Records, Study
from claims.training import (
    CODES,
    DATA_SETS,
    GRADIENT_DESCENT,
    STARTS,
    DataSet,
    End,
    Problem,
    classify,
    descend,
    draw_starts,
    generator,
)

# Data drawn once, each from its own name, and taken as they came.
RandomName = Literal["random 1", "random 2", "random 3", "random 4"]
RANDOM_SIZE = 10


class Cell(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A network with one hidden layer, hidden and output bias and linear output, on a data set.

    Mean squared error; full-batch descent with a fixed ``step``, at most ``budget`` updates.
    ``lowest_point`` holds weights, in the order of theta, whose loss is the lowest known before the
    study ran: it proves that the infimum is not above that loss. Left out, the level is 0, below
    which no squared error lies. Levels that differ by at most ``tolerance`` count as one.
    """

    data: Literal["xor", "two-minima", "valley", "wave", "slope", "few-diabetes"] | RandomName
    width: int
    activation: Literal["sigmoid", "tanh"]
    start: Literal["glorot", "he", "normal"]
    step: float
    budget: int
    tolerance: float
    lowest_point: list[float] | None = None


RECORD = np.dtype(
    [
        ("run", "<i4"),
        ("end", "i1"),
        ("updates", "<i4"),
        ("level", "<f8"),
        ("reached", "<f8"),
        ("gradient_norm", "<f8"),
        ("lowest_eigenvalue", "<f8"),
        ("distance", "<f8"),
    ]
)


def name(cell: Cell) -> str:
    return f"{cell.data}, {cell.activation}, width {cell.width}"


@cache
def data_of(name: str) -> DataSet:
    """Return the data set of that name; a random one has normal inputs and targets, on a line."""
    if name in DATA_SETS:
        return DATA_SETS[name]()
    random = generator("descent-not-global", name)
    return DataSet(
        name, SPREAD * random.normal(size=(RANDOM_SIZE, 1)), random.normal(size=RANDOM_SIZE)
    )


def network_of(cell: Cell) -> Network:
    inputs = data_of(cell.data).inputs.shape[1]
    return one_hidden_layer(inputs, cell.width, ACTIVATIONS[cell.activation])


def problem_of(cell: Cell) -> Problem:
    return Problem(Objective(network_of(cell), SQUARED_ERROR), data_of(cell.data))


def run(seed: str, cell: Cell, first: int, stop: int) -> Records:
    """Return the records of runs ``first`` to ``stop`` - 1.

    A start depends on the seed, data, width, kind of start and the run's number: cells that differ
    in activation or step only share their starts.
    """
    problem = problem_of(cell)
    generators = (
        generator(seed, cell.data, cell.width, cell.start, number) for number in range(first, stop)
    )
    starts = draw_starts(network_of(cell), STARTS[cell.start], generators)
    done = descend(problem, GRADIENT_DESCENT, starts, budget=cell.budget, step=cell.step)
    ends = classify(problem, done.theta, done.status, cell.tolerance)
    records = np.zeros(stop - first, dtype=RECORD)
    records["run"] = np.arange(first, stop)
    records["end"] = ends.code
    records["updates"] = done.updates
    records["level"] = ends.level
    records["reached"] = ends.reached
    records["gradient_norm"] = ends.polished.gradient_norm
    records["lowest_eigenvalue"] = ends.polished.lowest
    records["distance"] = ends.polished.distance
    return records


def known_level(cell: Cell) -> float:
    """Return the loss at the cell's lowest point, or 0; raises PlanError for a misfit."""
    if cell.lowest_point is None:
        return 0.0
    problem = problem_of(cell)
    size = network_of(cell).size
    if len(cell.lowest_point) != size:
        raise PlanError(
            f"{plan_path('descent-not-global')}: cell {name(cell)}: lowest_point has "
            f"{len(cell.lowest_point)} weights; give the {size} of this network"
        )
    point = np.array(cell.lowest_point)
    return float(problem.objective.value(point, problem.data.inputs, problem.data.targets))


def global_level(cell: Cell, records: Records) -> float:
    """Return the lowest level known for the problem: beforehand, or found by one of the runs.

    A loss that an undecided run has reached counts too: the infimum is not above it.
    """
    found = np.minimum(records["level"], records["reached"])
    return min(known_level(cell), float(found.min()))


def observe(cell: Cell, records: Records) -> dict[str, Observed]:
    """Judge which runs ended above the global level, and which of them in a local minimum.

    A run whose loss is within the tolerance of the level has reached it, wherever it was heading.
    Any other run that ended in a known way ended above it. The rest is undecided.
    """
    highest = global_level(cell, records) + cell.tolerance
    undecided_end = records["end"] == CODES.index(End.UNDECIDED)
    reached = np.minimum(records["level"], records["reached"]) <= highest
    ends = np.array([end.value for end in CODES])[records["end"]]
    classes = np.where(
        reached,
        "global level",
        np.where(undecided_end, UNDECIDED, np.char.add("above: ", ends)),
    )
    details = {"end": ends, "level": _printed_levels(records, reached, cell.tolerance)}
    open_ = ~reached & undecided_end
    worse = ~reached & (records["end"] == CODES.index(End.MINIMUM))
    return {
        "ends-above": events(~reached, open_, classes, details),
        "in-local-minimum": events(worse, open_, classes, details),
    }


def _printed_levels(
    records: Records, reached: NDArray[np.bool_], tolerance: float
) -> NDArray[np.str_]:
    """The level of each run as the table prints it.

    Levels of one class of end are merged: each stands for the lowest within the tolerance of it.
    """
    levels = np.empty(len(records))
    for chosen in (reached, ~reached):
        for code in range(len(CODES)):
            own = chosen & (records["end"] == code)
            levels[own] = lowest_within(records["level"][own], tolerance)
    distinct, places = np.unique(levels, return_inverse=True)
    return np.array([f"{level:.6g}" for level in distinct])[places]


STEPS = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5)


def pilot(plan: Plan) -> None:
    """Print, for each cell and step, how many of the pilot's runs diverged or stayed undecided."""
    for entries in plan.cells:
        cell = msgspec.convert(settings_of(entries), Cell)
        for step in STEPS:
            tried = msgspec.structs.replace(cell, step=step)
            records = run(plan.pilot.seed, tried, 0, plan.pilot.runs)
            counts = Counter(CODES[code].value for code in records["end"])
            lost = counts[End.DIVERGED.value] + counts[End.UNDECIDED.value]
            chosen = " <- the plan's" if step == cell.step else ""
            print(
                f"{name(cell)}, step {step}: {lost} of {plan.pilot.runs} diverged or undecided; "
                f"lowest level {records['level'].min():.6g}{chosen}",
                flush=True,
            )


STUDY = Study(Cell, name, run, observe, pilot)
