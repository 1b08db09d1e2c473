"""Whether mini-batch descent leaves a worse minimum that holds full-batch descent."""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import NDArray

from claims.compiled import Sampling
from claims.mathematics import SIGMOID, SQUARED_ERROR, Network, Objective, one_hidden_layer
from claims.studies.observations import UNDECIDED, Observed, events, paired_events
from claims.studies.plan import Plan, settings_of
from claims.studies.registry import Records, Study
from claims.training import (
    DATA_SETS,
    GRADIENT_DESCENT,
    End,
    Problem,
    Replacement,
    classify,
    descend,
    generator,
    stream_keys,
)
from claims.training.bounds import ARRIVAL


class Cell(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """One hidden layer of sigmoids, hidden and output bias, linear output, on a data set.

    ``minimum`` holds the weights, in the order of theta, of a local minimum above the global level.
    Runs start near it, make ``budget`` updates with ``step``, and are then led down by full-batch
    descent with ``settling_step``, at most ``settling`` updates. Levels that differ by at most
    ``tolerance`` count as one.
    """

    data: str
    width: int
    minimum: list[float]
    step: float
    budget: int
    settling_step: float
    settling: int
    tolerance: float


# Each weight of a start is that of the minimum plus so many times a standard normal number.
DISPLACEMENT = 0.01

# Distances from the minimum, relative to 1 plus its norm. A polished end this near is the minimum.
NEAR = 1e-5

# A run that has not settled within its updates may yet return if it is nearer than this; farther
# away it has left, in the sense that so many updates of full-batch descent did not lead it back.
AROUND = 0.1

STAYED, LOWER, ELSEWHERE, OPEN = range(4)
CLASSES = np.array(["stays", "leaves, to a lower level", "leaves, not lower", UNDECIDED])
BATCHES = {"one": 1, "five": 5}
ARMS = ("full", *BATCHES)
RECORD = np.dtype([("run", "<i4"), *[(f"fate_{arm}", "i1") for arm in ARMS]])


def name(cell: Cell) -> str:
    return f"{cell.data}, step {cell.step:g}"


def networks(cell: Cell) -> int:
    return len(ARMS)


def network_of(cell: Cell) -> Network:
    return one_hidden_layer(DATA_SETS[cell.data]().inputs.shape[1], cell.width, SIGMOID)


def problem_of(cell: Cell) -> Problem:
    return Problem(Objective(network_of(cell), SQUARED_ERROR), DATA_SETS[cell.data]())


def run(seed: str, cell: Cell, first: int, stop: int) -> Records:
    """Return the records of runs ``first`` to ``stop`` - 1, an arm for each size of batch.

    A start depends on the seed, the data and the run's number: all steps and arms share it.
    """
    problem = problem_of(cell)
    runs = range(first, stop)
    moves = [generator(seed, cell.data, number).normal(size=len(cell.minimum)) for number in runs]
    starts = np.array(cell.minimum) + DISPLACEMENT * np.stack(moves)
    records = np.zeros(len(runs), dtype=RECORD)
    records["run"] = runs
    records["fate_full"] = _fate(problem, cell, starts, None, None)
    for arm, size in BATCHES.items():
        keys = stream_keys(seed, cell.data, size, runs=runs)
        records[f"fate_{arm}"] = _fate(problem, cell, starts, Replacement(size), keys)
    return records


def _fate(
    problem: Problem,
    cell: Cell,
    starts: NDArray[np.float64],
    sampling: Sampling | None,
    keys: NDArray[np.uint64] | None,
) -> NDArray[np.int8]:
    """Return what became of the runs of one arm, (runs,)."""
    done = descend(
        problem,
        GRADIENT_DESCENT,
        starts,
        budget=cell.budget,
        tolerance=None,
        sampling=sampling,
        keys=keys,
        step=cell.step,
    )
    settled = descend(
        problem,
        GRADIENT_DESCENT,
        done.theta,
        budget=cell.settling,
        tolerance=ARRIVAL,
        step=cell.settling_step,
    )
    status = np.maximum(done.status, settled.status)
    ends = classify(problem, settled.theta, status, cell.tolerance)
    minimum = np.array(cell.minimum)
    exact = classify(problem, minimum[np.newaxis], np.zeros(1), cell.tolerance)
    near = _distance(ends.polished.theta, exact.polished.theta) <= NEAR
    undecided = ends.of(End.UNDECIDED) & (_distance(settled.theta, minimum) <= AROUND)
    level = exact.level[0]
    # Descent never climbs: what is below the minimum has left it, wherever it is heading.
    lower = np.minimum(ends.level, ends.reached) < level - cell.tolerance
    return np.select([lower, undecided, near], [LOWER, OPEN, STAYED], ELSEWHERE).astype(np.int8)


def _distance(theta: NDArray[np.float64], minimum: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the distances (runs,) from the minimum, relative to 1 plus its norm."""
    return np.sqrt(((theta - minimum) ** 2).sum(axis=1)) / (1 + np.sqrt((minimum**2).sum()))


def left(records: Records, arm: str, *, to: tuple[int, ...] = (LOWER, ELSEWHERE)) -> Observed:
    """Judge which runs of an arm left although the full batch, at the same step, stayed.

    ``to`` says what they must have come to.
    """
    fate, full = records[f"fate_{arm}"], records["fate_full"]
    reached = np.isin(fate, to)
    undecided = (fate == OPEN) | ((full == OPEN) & reached)
    happened = reached & (full == STAYED)
    classes = np.where(full == STAYED, CLASSES[fate], "the full batch leaves too")
    return events(happened, undecided, np.where(undecided, UNDECIDED, classes))


def observe(cell: Cell, records: Records) -> dict[str, Observed]:
    single, five = left(records, "one"), left(records, "five")
    return {
        "leaves": single,
        "to-a-lower-level": left(records, "one", to=(LOWER,)),
        "larger-step": single,
        "smaller-batch": paired_events(single, five, ["by single examples", "by fives"]),
    }


def stability_step(cell: Cell, size: int) -> float:
    """Return the step from which on the linearised iteration at the minimum is unstable.

    Near the minimum, batches of ``size`` drawn with replacement turn a displacement d into (I -
    step H_B) d but for the noise, H_B being the mean of the examples' Hessians over the batch. The
    mean of d d^T is multiplied by (I - step H) x (I - step H) + step^2/size (E[H_i x H_i] - H x H),
    x the Kronecker product: unstable where its spectral radius is 1 or more (Wu, Ma and E 2018).
    """
    problem = problem_of(cell)
    data, theta = problem.data, np.array([cell.minimum])
    each = np.array(
        [
            problem.derivatives(theta, data.inputs[[i]], data.targets[[i]], 1.0)[2][0]
            for i in range(len(data.targets))
        ]
    )
    mean, identity = each.mean(axis=0), np.eye(len(cell.minimum))
    spread = np.mean([np.kron(one, one) for one in each], axis=0) - np.kron(mean, mean)

    def unstable(step: float) -> bool:
        once = identity - step * mean
        squares = np.kron(once, once) + step**2 / size * spread
        return bool(np.abs(np.linalg.eigvals(squares)).max() >= 1)

    low, high = 0.0, 2 / float(np.linalg.eigvalsh(mean)[-1])
    for _ in range(30):
        middle = (low + high) / 2
        low, high = (low, middle) if unstable(middle) else (middle, high)
    return high


def pilot(plan: Plan) -> None:
    """Print, for each cell, the predicted steps and what became of the pilot's runs."""
    for entries in plan.cells:
        cell = msgspec.convert(settings_of(entries), Cell)
        records = run(plan.pilot.seed, cell, 0, plan.pilot.runs)
        for arm in ARMS:
            counts = np.bincount(records[f"fate_{arm}"], minlength=len(CLASSES))
            size = BATCHES.get(arm)
            limit = f", unstable from step {stability_step(cell, size):.3g}" if size else ""
            print(
                f"{name(cell)}, {arm}{limit}: "
                + ", ".join(f"{n} {kind}" for kind, n in zip(CLASSES, counts, strict=True)),
                flush=True,
            )


STUDY = Study(Cell, name, run, observe, pilot, networks)
