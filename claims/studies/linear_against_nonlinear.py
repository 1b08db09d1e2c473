"""Whether descent ends above its own global level more often with nonlinear units than linear."""

from __future__ import annotations

from typing import Literal

import msgspec
import numpy as np

from claims.studies.observations import Observed, events, paired_events
from claims.studies.plan import Plan, settings_of
from claims.studies.registry import Records, Study
from claims.studies.shallow import (
    TOLERANCE,
    Ended,
    ended,
    known_level,
    problem_of,
    starts_of,
)
from claims.training import DATA_SETS, GRADIENT_DESCENT, descend

ARMS = ("nonlinear", "linear")


class Cell(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A network with one hidden layer, trained twice from each start: with linear units as well."""

    data: str
    width: int
    activation: Literal["sigmoid", "tanh"]
    step: float
    linear_step: float
    budget: int


RECORD = np.dtype(
    [("run", "<i4")]
    + [(f"end_{arm}", "i1") for arm in ARMS]
    + [(f"level_{arm}", "<f8") for arm in ARMS]
    + [(f"reached_{arm}", "<f8") for arm in ARMS]
)


def name(cell: Cell) -> str:
    return f"{cell.data}, {cell.activation}, width {cell.width}"


def run(seed: str, cell: Cell, first: int, stop: int) -> Records:
    """Return the records of runs ``first`` to ``stop`` - 1; activations share their starts."""
    records = np.zeros(stop - first, dtype=RECORD)
    records["run"] = np.arange(first, stop)
    for arm, activation, step in (
        ("nonlinear", cell.activation, cell.step),
        ("linear", "identity", cell.linear_step),
    ):
        problem = problem_of(cell.data, cell.width, activation)
        starts = starts_of(problem, "glorot", seed, cell.data, cell.width, runs=range(first, stop))
        done = descend(problem, GRADIENT_DESCENT, starts, budget=cell.budget, step=step)
        own = ended(problem, done.theta, done.status)
        records[f"end_{arm}"] = own.code
        records[f"level_{arm}"] = own.level
        records[f"reached_{arm}"] = own.reached
    return records


def linear_level(data: str) -> float:
    """Return the global level of a network with linear units: that of the least-squares fit.

    With any width of at least 1 such a network expresses every affine function of the input, and
    no other.
    """
    inputs, targets = DATA_SETS[data]().inputs, DATA_SETS[data]().targets
    columns = np.column_stack([inputs, np.ones(len(targets))])
    solution = np.linalg.lstsq(columns, targets, rcond=None)[0]
    return float(np.mean((columns @ solution - targets) ** 2))


def above(records: Records, arm: str, level: float) -> Observed:
    """Judge which runs of an arm ended above the level; an undecided one may still reach it."""
    own = Ended(records[f"end_{arm}"], records[f"level_{arm}"], records[f"reached_{arm}"])
    reached = own.lowest <= level + TOLERANCE
    return events(~reached, ~reached & own.undecided)


def observe(cell: Cell, records: Records) -> dict[str, Observed]:
    """Compare the arms, each with the global level of its own loss.

    That of the nonlinear network is the lowest level known before, or found by one of the runs.
    """
    found = np.minimum(records["level_nonlinear"], records["reached_nonlinear"]).min()
    level = min(known_level(cell.data, cell.width), float(found))
    nonlinear = above(records, "nonlinear", level)
    linear = above(records, "linear", linear_level(cell.data))
    return {"stuck": paired_events(nonlinear, linear, ["nonlinear", "linear"])}


STEPS = (0.05, 0.1, 0.2, 0.5)


def pilot(plan: Plan) -> None:
    """Print for each cell and step how many runs of each arm ended above its level or undecided."""
    for entries in plan.cells:
        cell = msgspec.convert(settings_of(entries), Cell)
        for step in STEPS:
            tried = msgspec.structs.replace(cell, step=step, linear_step=step)
            records = run(plan.pilot.seed, tried, 0, plan.pilot.runs)
            levels = known_level(cell.data, cell.width), linear_level(cell.data)
            counts = [above(records, arm, level) for arm, level in zip(ARMS, levels, strict=True)]
            print(
                f"{name(cell)}, step {step}: of {len(records)} runs above (undecided): "
                + ", ".join(
                    f"{arm} {int(seen.lowest.sum())} ({int((seen.highest - seen.lowest).sum())})"
                    for arm, seen in zip(ARMS, counts, strict=True)
                ),
                flush=True,
            )


STUDY = Study(Cell, name, run, observe, pilot, networks=lambda cell: len(ARMS))
