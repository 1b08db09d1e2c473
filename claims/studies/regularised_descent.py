"""Whether descent reaches the global level of a regularised objective as often as without."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from claims.mathematics import (
    ACTIVATIONS,
    L2,
    SQUARED_ERROR,
    DropoutObjective,
    Network,
    Objective,
    one_hidden_layer,
)
from claims.studies.observations import Observed, events, paired_events
from claims.studies.plan import Plan, settings_of
from claims.studies.registry import Records, Study
from claims.training import (
    CODES,
    DATA_SETS,
    GRADIENT_DESCENT,
    STARTS,
    End,
    Ends,
    Problem,
    classify,
    descend,
    draw_starts,
    generator,
)


class Cell(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A network with one hidden layer, hidden and output bias and linear output, on a data set.

    Mean squared error, plain and regularised: by ``strength`` times the sum of the squares of the
    ``penalised`` parameters, or by the mean over all masks of the hidden units, dropped at the rate
    ``strength`` and rescaled. Full-batch descent with a fixed ``step``, at most ``budget`` updates.
    Losses that differ by at most ``tolerance`` count as one level. ``known_level`` is a plain loss
    that is known to be the infimum.
    """

    data: Literal["two-minima", "teacher", "xor", "few-diabetes"]
    activation: Literal["sigmoid", "tanh"]
    width: int
    penalty: Literal["L2", "dropout"]
    strength: float
    step: float
    budget: int
    tolerance: float
    known_level: float | None = None
    penalised: Literal["all", "weights"] = "weights"


ARMS = ("plain", "regularised")
RECORD = np.dtype(
    [
        ("run", "<i4"),
        *[(f"end_{arm}", "i1") for arm in ARMS],
        *[(f"level_{arm}", "<f8") for arm in ARMS],
        *[(f"reached_{arm}", "<f8") for arm in ARMS],
        ("continued", "<f8"),
    ]
)


def name(cell: Cell) -> str:
    where = " with biases" if cell.penalised == "all" else ""
    return f"{cell.data} {cell.penalty}{where}, {cell.strength:g}"


def problems_of(cell: Cell) -> dict[str, Problem]:
    """Return the problem of each arm."""
    plain = Objective(network_of(cell), SQUARED_ERROR)
    strength = Fraction(str(cell.strength))
    regularised: Objective | DropoutObjective = (
        Objective(plain.network, SQUARED_ERROR, penalty=L2(strength, penalised(cell)))
        if cell.penalty == "L2"
        else DropoutObjective(plain, strength)
    )
    data = DATA_SETS[cell.data]()
    return {"plain": Problem(plain, data), "regularised": Problem(regularised, data)}


def penalised(cell: Cell) -> tuple[int, ...] | None:
    """Return the places in theta that an L2 penalty concerns: the weights, or None for all."""
    if cell.penalised == "all":
        return None
    blocks = network_of(cell).block("W1"), network_of(cell).block("W2")
    return tuple(place for block in blocks for place in range(block.start, block.stop))


def network_of(cell: Cell) -> Network:
    inputs = DATA_SETS[cell.data]().inputs.shape[1]
    return one_hidden_layer(inputs, cell.width, ACTIVATIONS[cell.activation])


def run(seed: str, cell: Cell, first: int, stop: int) -> Records:
    """Return the records of runs ``first`` to ``stop`` - 1: both arms from the same start.

    The starts of two cells are independent. ``continued`` is the regularised objective where
    Newton's method has led from the end of the plain arm: a candidate for its lowest level.
    """
    problems = problems_of(cell)
    key = (seed, cell.data, cell.width, cell.penalty, str(cell.strength), cell.penalised)
    starts = draw_starts(
        network_of(cell), STARTS["glorot"], (generator(*key, n) for n in range(first, stop))
    )
    records = np.zeros(stop - first, dtype=RECORD)
    records["run"] = np.arange(first, stop)
    ends: dict[str, Ends] = {}
    for arm, problem in problems.items():
        done = descend(problem, GRADIENT_DESCENT, starts, budget=cell.budget, step=cell.step)
        ends[arm] = classify(problem, done.theta, done.status, cell.tolerance)
        records[f"end_{arm}"] = ends[arm].code
        records[f"level_{arm}"] = ends[arm].level
        records[f"reached_{arm}"] = ends[arm].reached
    onward = ends["plain"].polished.theta
    running = np.zeros(len(onward))
    continued = classify(problems["regularised"], onward, running, cell.tolerance)
    records["continued"] = continued.polished.value
    return records


def lowest_level(cell: Cell, records: Records, arm: str) -> float:
    """Return the lowest level of an arm's objective that is known or was found by any run."""
    found = float(np.minimum(records[f"level_{arm}"], records[f"reached_{arm}"]).min())
    if arm == "regularised":
        return min(found, float(records["continued"].min()))
    return found if cell.known_level is None else min(found, cell.known_level)


def reaches(cell: Cell, records: Records, arm: str) -> Observed:
    """Judge which runs of an arm reach the global level of their own objective.

    A run that stopped, or was polished, within the tolerance of it has reached it, wherever it was
    heading. Any other run of which the end is not known is undecided.
    """
    edge = lowest_level(cell, records, arm) + cell.tolerance
    there: NDArray[np.bool_] = (
        np.minimum(records[f"level_{arm}"], records[f"reached_{arm}"]) <= edge
    )
    open_end = records[f"end_{arm}"] == CODES.index(End.UNDECIDED)
    return events(there, ~there & open_end)


def observe(cell: Cell, records: Records) -> dict[str, Observed]:
    with_penalty = reaches(cell, records, "regularised")
    words = ["regularised", "plain"]
    seen = paired_events(with_penalty, reaches(cell, records, "plain"), words)
    return {"global-with-biases" if cell.penalised == "all" else "global": seen}


def pilot(plan: Plan) -> None:
    """Print for each cell what both arms reach, with the plan's step and with half of it."""
    for entries in plan.cells:
        cell = msgspec.convert(settings_of(entries), Cell)
        for step in (cell.step, cell.step / 2):
            tried = msgspec.structs.replace(cell, step=step)
            records = run(plan.pilot.seed, tried, 0, plan.pilot.runs)
            parts = []
            for arm in ARMS:
                seen = reaches(tried, records, arm)
                ends = Counter(CODES[code].value for code in records[f"end_{arm}"])
                parts.append(
                    f"{arm} {seen.lowest.mean():.1%} to {seen.highest.mean():.1%} at "
                    f"{lowest_level(tried, records, arm):.6g} {dict(ends)}"
                )
            print(f"{name(cell)}, step {step:g}: {'; '.join(parts)}", flush=True)


STUDY = Study(Cell, name, run, observe, pilot, networks=lambda cell: len(ARMS))
