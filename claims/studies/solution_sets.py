"""Of what dimension the set of solutions is where descent ends with zero loss."""

from __future__ import annotations

from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from claims.mathematics import ACTIVATIONS, SQUARED_ERROR, Network, Objective, one_hidden_layer
from claims.studies.observations import UNDECIDED, Observed, events
from claims.studies.plan import Plan, settings_of
from claims.studies.random_problems import stacked
from claims.studies.registry import Records, Study
from claims.training import MOMENTUM, Problem, descend, generator, polish

Floats = NDArray[np.float64]


class Cell(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Random data for a network 1-``width``-1 with both biases and more weights than ``samples``.

    Inputs and targets are standard normal, mean squared error. Descent with momentum 0.9 and a
    fixed ``step`` for ``budget`` updates, then Newton's method, from ``starts`` points with normal
    weights of standard deviation 2; the first of them that comes to a loss below ``zero`` counts.
    """

    activation: Literal["sigmoid", "tanh"]
    width: int
    samples: int
    starts: int
    step: float
    budget: int
    zero: float


RECORD = np.dtype(
    [("run", "<i4"), ("reached", "?"), ("kernel", "<i4"), ("negative", "<i4"), ("largest", "<f8")]
)


def name(cell: Cell) -> str:
    return f"{cell.activation}, width {cell.width}, N = {cell.samples}"


def network_of(cell: Cell) -> Network:
    return one_hidden_layer(1, cell.width, ACTIVATIONS[cell.activation])


def run(seed: str, cell: Cell, first: int, stop: int) -> Records:
    """Return the dimension of the Hessian's kernel at one solution of each random problem."""
    network = network_of(cell)
    problems = stacked(_draw(seed, cell, network, number) for number in range(first, stop))
    problem = Problem(Objective(network, SQUARED_ERROR), problems.shape)
    done = descend(
        problem,
        MOMENTUM,
        problems.start,
        budget=cell.budget,
        step=cell.step,
        momentum=0.9,
        data=problems.data,
    )
    ends = polish(problem, np.nan_to_num(done.theta), data=problems.data)
    solved = (ends.value < cell.zero).reshape(-1, cell.starts)
    chosen = np.arange(len(solved)) * cell.starts + solved.argmax(axis=1)
    records = np.zeros(stop - first, dtype=RECORD)
    records["run"] = np.arange(first, stop)
    records["reached"] = solved.any(axis=1)
    records["kernel"] = ends.zero[chosen]
    records["negative"] = ends.negative[chosen]
    records["largest"] = ends.highest[chosen]
    return records


def _draw(seed: str, cell: Cell, network: Network, number: int) -> tuple[Floats, Floats, Floats]:
    random = generator(seed, cell.width, cell.samples, number)
    inputs, targets = random.normal(size=(cell.samples, 1)), random.normal(size=cell.samples)
    return inputs, targets, 2 * random.normal(size=(cell.starts, network.size))


def observe(cell: Cell, records: Records) -> dict[str, Observed]:
    """Judge each problem; one of which no start came to zero loss has shown nothing."""
    expected = network_of(cell).size - cell.samples
    kernel = records["kernel"]
    exact = (kernel == expected) & (records["negative"] == 0)
    classes = np.select(
        [~records["reached"], exact, kernel > expected],
        [UNDECIDED, "p - N flat directions", "more than p - N"],
        "fewer, or a falling direction",
    )
    return {"flat-directions": events(exact, ~records["reached"], classes)}


def pilot(plan: Plan) -> None:
    """Print how many of the pilot's problems come to zero loss, with one start and with all."""
    for entries in plan.cells:
        cell = msgspec.convert(settings_of(entries), Cell)
        for starts in (1, cell.starts):
            tried = msgspec.structs.replace(cell, starts=starts)
            records = run(plan.pilot.seed, tried, 0, plan.pilot.runs)
            solved = int(records["reached"].sum())
            print(f"{name(cell)}, {starts} starts: {solved} of {len(records)} solved", flush=True)


STUDY = Study(Cell, name, run, observe, pilot, networks=lambda cell: cell.starts)
