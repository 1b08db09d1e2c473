"""How many gradients of single examples full-batch and mini-batch descent need to a target loss."""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import NDArray

from claims.compiled import Derivatives
from claims.mathematics import SQUARED_ERROR, TANH, Network, Objective, one_hidden_layer
from claims.studies.observations import Observed, paired_ratio, quantities
from claims.studies.plan import Plan, settings_of
from claims.studies.registry import Records, Study
from claims.training import (
    GRADIENT_DESCENT,
    STARTS,
    DataSet,
    Problem,
    Shuffled,
    descend,
    draw_starts,
    generator,
    stream_keys,
    trajectory,
)


class Cell(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A 1-``width``-1 tanh network, hidden and output bias, on ``examples`` points of a noisy wave.

    Full-batch descent makes at most ``full_updates`` updates with ``full_step``, descent by single
    examples at most ``updates`` with ``step``. ``word`` names the ``target`` loss or what varies.
    """

    word: str
    examples: int
    width: int
    target: float
    full_step: float
    full_updates: int
    step: float
    updates: int


# Descent by single examples is looked at so many times, at numbers of updates in geometric ratio.
LOOKS = 100
FIRST_LOOK = 16

RECORD = np.dtype([("run", "<i4"), ("full", "<f8"), ("single", "<f8")])


def name(cell: Cell) -> str:
    return f"{cell.word}, {cell.examples} examples, width {cell.width}"


def networks(cell: Cell) -> int:
    return 2


def noisy_wave(examples: int) -> DataSet:
    """Points evenly spaced on [-2, 2], targets sin(2x) plus 0.3 times standard normal noise."""
    inputs = np.linspace(-2, 2, examples)
    noise = generator("noisy-wave", examples).normal(size=examples)
    return DataSet(
        f"noisy-wave-{examples}", inputs[:, np.newaxis], np.sin(2 * inputs) + 0.3 * noise
    )


def network_of(cell: Cell) -> Network:
    return one_hidden_layer(1, cell.width, TANH)


def run(seed: str, cell: Cell, first: int, stop: int) -> Records:
    """Return the records of runs ``first`` to ``stop`` - 1: example gradients to the target.

    They are inf where it is not reached. Cells of one width share the starts.
    """
    problem = Problem(Objective(network_of(cell), SQUARED_ERROR), noisy_wave(cell.examples))
    runs = range(first, stop)
    starts = draw_starts(
        network_of(cell),
        STARTS["glorot"],
        (generator(seed, cell.width, number) for number in runs),
    )
    records = np.zeros(len(runs), dtype=RECORD)
    records["run"] = runs
    full = descend(
        problem,
        GRADIENT_DESCENT,
        starts,
        budget=cell.full_updates,
        tolerance=None,
        loss_level=cell.target,
        step=cell.full_step,
    )
    assert full.reached is not None
    records["full"] = full.reached * cell.examples
    looks = np.geomspace(FIRST_LOOK, cell.updates, LOOKS).astype(int)
    states = trajectory(
        problem,
        GRADIENT_DESCENT,
        starts,
        checkpoints=looks.tolist(),
        sampling=Shuffled(1),
        keys=stream_keys(seed, cell.width, runs=runs),
        step=cell.step,
    )
    loss = Derivatives(problem.function, 0)
    records["single"] = first_look(looks, [_losses(problem, loss, s.theta) for s in states], cell)
    return records


def _losses(problem: Problem, loss: Derivatives, theta: NDArray[np.float64]) -> NDArray[np.float64]:
    (values,) = loss(theta, problem.data.inputs, problem.data.targets, problem.scale)
    return values


def first_look(
    looks: NDArray[np.int64], losses: list[NDArray[np.float64]], cell: Cell
) -> NDArray[np.float64]:
    """Return the first look (runs,) at which the loss is at most the target, inf if at none."""
    there = np.array(losses) <= cell.target
    return np.where(there.any(axis=0), looks[there.argmax(axis=0)], np.inf)


def observe(cell: Cell, records: Records) -> dict[str, Observed]:
    """Judge the ratio of the costs; a target that neither arm reaches leaves it open."""
    full = costs(records["full"], cell.full_updates * cell.examples)
    single = costs(records["single"], cell.updates)
    ratio = paired_ratio(full, single)
    return {"with-examples": ratio, "with-width": ratio}


def costs(found: NDArray[np.float64], spent: int) -> Observed:
    """Observe the costs; of a run that has not arrived it is known only that it is above."""
    return quantities(np.where(np.isinf(found), spent, found), found)


def pilot(plan: Plan) -> None:
    """Print, for each cell and some steps of each arm, the median cost to the target."""
    for entries in plan.cells:
        cell = msgspec.convert(settings_of(entries), Cell)
        for factor in (1 / 3, 1, 3):
            tried = msgspec.structs.replace(
                cell, full_step=cell.full_step * factor, step=cell.step * factor
            )
            records = run(plan.pilot.seed, tried, 0, plan.pilot.runs)
            print(
                f"{name(cell)}: full batch, step {tried.full_step:.3g}: "
                f"{np.quantile(records['full'], 0.5, method='lower'):,.0f}; "
                f"single examples, step {tried.step:.3g}: "
                f"{np.quantile(records['single'], 0.5, method='lower'):,.0f}",
                flush=True,
            )


STUDY = Study(Cell, name, run, observe, pilot, networks)
