"""How often gradient descent from a random start ends above the global level."""

from __future__ import annotations

from collections import Counter
from typing import Any, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from claims.mathematics import ACTIVATIONS, SQUARED_ERROR, Objective, one_hidden_layer
from claims.studies.plan import Plan, PlanError, plan_path
from claims.studies.registry import Records, Study, Summary
from claims.training import (
    CODES,
    DATA_SETS,
    GRADIENT_DESCENT,
    STARTS,
    End,
    Problem,
    classify,
    descend,
    draw_starts,
    generator,
)


class Cell(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A network with one hidden layer, hidden and output bias and linear output, on a data set.

    Mean squared error; full-batch descent with a fixed ``step``, at most ``budget`` updates.
    ``lowest_point`` holds weights, in the order of theta, whose loss is the lowest known before the
    study ran: it proves that the infimum is not above that loss. Left out, the level is 0, below
    which no squared error lies. Levels that differ by at most ``tolerance`` count as one.
    """

    data: Literal["xor", "two-minima", "diabetes"]
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


def problem_of(cell: Cell) -> Problem:
    data = DATA_SETS[cell.data]()
    network = one_hidden_layer(data.inputs.shape[1], cell.width, ACTIVATIONS[cell.activation])
    return Problem(Objective(network, SQUARED_ERROR), data)


def run(seed: str, cell: Cell, first: int, stop: int) -> Records:
    """Return the records of runs ``first`` to ``stop`` - 1.

    A start depends on the seed, data, width, kind of start and the run's number: cells that differ
    in activation or step only share their starts.
    """
    problem = problem_of(cell)
    generators = (
        generator(seed, cell.data, cell.width, cell.start, number) for number in range(first, stop)
    )
    starts = draw_starts(problem.objective.network, STARTS[cell.start], generators)
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
    size = problem.objective.network.size
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


def summarise(cell: Cell, records: Records) -> Summary:
    """Judge which runs ended above the global level.

    A run whose loss is within the tolerance of the level has reached it, wherever it was heading.
    Any other run that ended in a known way ended above it. The rest is undecided.
    """
    highest = global_level(cell, records) + cell.tolerance
    undecided_end = records["end"] == CODES.index(End.UNDECIDED)
    reached = np.minimum(records["level"], records["reached"]) <= highest
    above = ~reached & ~undecided_end
    undecided = ~reached & undecided_end
    outcomes = Counter({"global level": int(reached.sum())})
    for code, end in enumerate(CODES):
        outcomes[f"above: {end.value}" if end is not End.UNDECIDED else end.value] = int(
            ((records["end"] == code) & ~reached).sum()
        )
    return Summary(
        len(records),
        int(above.sum()),
        int(undecided.sum()),
        dict(outcomes),
        _rows(cell, records, reached),
    )


def _rows(cell: Cell, records: Records, reached: NDArray[np.bool_]) -> list[dict[str, Any]]:
    """One row for each outcome, class of end and level, levels merged within the tolerance."""
    rows: list[dict[str, Any]] = []
    for outcome, chosen in (("global level", reached), ("above", ~reached)):
        for code, end in enumerate(CODES):
            own = records[chosen & (records["end"] == code)]
            for group in _merged(np.sort(own["level"]), cell.tolerance):
                known = "undecided" if end is End.UNDECIDED and outcome == "above" else outcome
                rows.append(
                    {
                        "outcome": known,
                        "end": end.value,
                        "level": f"{group[0]:.6g}",
                        "runs": len(group),
                    }
                )
    return rows


def _merged(levels: NDArray[np.float64], tolerance: float) -> list[NDArray[np.float64]]:
    """Split sorted levels into groups, each within the tolerance of its lowest level."""
    groups = []
    while len(levels):
        inside = np.searchsorted(levels, levels[0] + tolerance, side="right")
        groups.append(levels[:inside])
        levels = levels[inside:]
    return groups


STEPS = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5)


def pilot(plan: Plan) -> None:
    """Print, for each cell and step, how many of the pilot's runs diverged or stayed undecided."""
    for entries in plan.cells:
        cell = msgspec.convert(entries, Cell)
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


STUDY = Study(Cell, name, run, summarise, "end above the global level", pilot)
