"""How many basins mini-batch descent visits, and how far it spreads, against the full batch."""

from __future__ import annotations

from typing import Any, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from claims.compiled import DIVERGED
from claims.mathematics import ACTIVATIONS, SQUARED_ERROR, Network, Objective, one_hidden_layer
from claims.studies.levels import distinct
from claims.studies.observations import (
    Observed,
    events,
    paired_difference,
    paired_events,
    quantities,
)
from claims.studies.plan import Plan, settings_of
from claims.studies.registry import Records, Study
from claims.training import (
    DATA_SETS,
    GRADIENT_DESCENT,
    STARTS,
    End,
    Iterated,
    Problem,
    Shuffled,
    classify,
    descend,
    draw_starts,
    generator,
    stream_keys,
    trajectory,
)
from claims.training.bounds import ARRIVAL

Floats = NDArray[np.float64]


class Cell(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A network with one hidden layer, hidden and output bias and linear output, on a data set.

    Both arms spend ``gradients`` gradients of single examples with the constant ``step``, and are
    looked at SNAPSHOTS times in the second half of that, so that the way from the start is not
    counted. From each snapshot full-batch descent with the same step, at most ``settling`` updates,
    finds the level of its basin. Levels that differ by at most ``tolerance`` count as one.
    """

    data: Literal["two-minima", "few-diabetes"]
    activation: Literal["sigmoid", "tanh"]
    width: int
    step: float
    gradients: int
    settling: int
    tolerance: float


SNAPSHOTS = 11

# Added to the variance of every weight, so that a direction not visited has a finite logarithm. The
# larger one counts no spread below a tenth, such as that of a run that hardly moves any more.
EPSILONS = {"volume": 1e-6, "volume-coarse": 0.01}

ARMS = ("full", "single")
RECORD = np.dtype(
    [
        ("run", "<i4"),
        *[(f"{entry}_{arm}", "<f8") for arm in ARMS for entry in ("fewest", "most", *EPSILONS)],
    ]
)


def name(cell: Cell) -> str:
    return f"{cell.data}, step {cell.step:g}"


def networks(cell: Cell) -> int:
    return len(ARMS)


def network_of(cell: Cell) -> Network:
    inputs = DATA_SETS[cell.data]().inputs.shape[1]
    return one_hidden_layer(inputs, cell.width, ACTIVATIONS[cell.activation])


def run(seed: str, cell: Cell, first: int, stop: int) -> Records:
    """Return the records of runs ``first`` to ``stop`` - 1; all steps share starts and draws.

    For each arm the number of levels visited lies between ``fewest`` and ``most``; the volumes are
    logarithms of the determinant of the covariance of the snapshots, one of EPSILONS added to it.
    """
    problem = Problem(Objective(network_of(cell), SQUARED_ERROR), DATA_SETS[cell.data]())
    runs = range(first, stop)
    starts = draw_starts(
        network_of(cell),
        STARTS["glorot"],
        (generator(seed, cell.data, cell.width, number) for number in runs),
    )
    records = np.zeros(len(runs), dtype=RECORD)
    records["run"] = runs
    single: dict[str, Any] = {
        "sampling": Shuffled(1),
        "keys": stream_keys(seed, cell.data, cell.width, runs=runs),
    }
    options: dict[str, dict[str, Any]] = {"full": {}, "single": single}
    for arm, sampling in options.items():
        size = len(problem.data.targets) if arm == "full" else 1
        last = cell.gradients // size
        moments = np.linspace(last // 2, last, SNAPSHOTS).astype(int)
        states = trajectory(
            problem,
            GRADIENT_DESCENT,
            starts,
            checkpoints=moments.tolist(),
            tolerance=None,
            step=cell.step,
            **sampling,
        )
        records[f"fewest_{arm}"], records[f"most_{arm}"] = _visited(problem, cell, states)
        snapshots = np.stack([state.theta for state in states])
        for question, epsilon in EPSILONS.items():
            records[f"{question}_{arm}"] = volume(snapshots, epsilon)
    return records


def volume(snapshots: Floats, epsilon: float) -> Floats:
    """Return log det(Cov + epsilon I) (runs,) of snapshots (moments, runs, p); inf for overflow."""
    finite = np.asarray(np.isfinite(snapshots).all(axis=(0, 2)))
    centred = np.where(finite[:, np.newaxis], snapshots, 0.0)
    centred = centred - centred.mean(axis=0)
    covariance = (centred[..., :, np.newaxis] * centred[..., np.newaxis, :]).mean(axis=0)
    logarithms = np.linalg.slogdet(covariance + epsilon * np.eye(snapshots.shape[2]))[1]
    return np.where(finite, logarithms, np.inf)


def _visited(problem: Problem, cell: Cell, states: list[Iterated]) -> tuple[Floats, Floats]:
    levels, known = [], []
    for state in states:
        settled = descend(
            problem,
            GRADIENT_DESCENT,
            state.theta,
            budget=cell.settling,
            tolerance=ARRIVAL,
            step=cell.step,
        )
        status = np.where(state.status == DIVERGED, DIVERGED, settled.status)
        ends = classify(problem, settled.theta, status, cell.tolerance)
        levels.append(ends.level)
        known.append(~ends.of(End.UNDECIDED) & ~ends.of(End.DIVERGED))
    return visited(np.array(levels).T, np.array(known).T, cell.tolerance)


def visited(levels: Floats, known: NDArray[np.bool_], tolerance: float) -> tuple[Floats, Floats]:
    """Return the fewest and most distinct levels (runs,) among ``levels`` (runs, moments).

    A level that is not known may be one of the others, or new.
    """
    fewest = distinct(levels, known, tolerance)
    most = fewest + (~known).sum(axis=1)
    return np.maximum(fewest, 1).astype(float), np.maximum(most, 1).astype(float)


def several(records: Records, arm: str) -> Observed:
    """Judge which runs of an arm visited the basins of two levels or more."""
    fewest, most = records[f"fewest_{arm}"], records[f"most_{arm}"]
    return events(fewest >= 2, (fewest < 2) & (most >= 2))


def observe(cell: Cell, records: Records) -> dict[str, Observed]:
    words = ["by single examples", "by the full batch"]
    return {
        "basins": paired_events(several(records, "single"), several(records, "full"), words),
        **{
            question: paired_difference(
                quantities(records[f"{question}_single"]), quantities(records[f"{question}_full"])
            )
            for question in EPSILONS
        },
    }


def pilot(plan: Plan) -> None:
    """Print, for each cell, how many of the pilot's runs visited several levels, and volumes."""
    for entries in plan.cells:
        cell = msgspec.convert(settings_of(entries), Cell)
        records = run(plan.pilot.seed, cell, 0, plan.pilot.runs)
        for arm in ARMS:
            seen = several(records, arm)
            middle = np.median(records[f"volume_{arm}"])
            print(
                f"{name(cell)}, {arm}: several levels in {seen.lowest.mean():.1%} to "
                f"{seen.highest.mean():.1%}, median volume {middle:.3g}",
                flush=True,
            )


STUDY = Study(Cell, name, run, observe, pilot, networks)
