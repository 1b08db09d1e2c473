"""L2 and dropout on real data: the loss on unseen data, and how far a network leans on a unit."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from claims.mathematics import L2, SIGMOID, SQUARED_ERROR, Network, Objective, one_hidden_layer
from claims.studies.observations import UNDECIDED, Observed
from claims.studies.plan import Plan, settings_of
from claims.studies.registry import Records, Study
from claims.training import (
    GRADIENT_DESCENT,
    STARTS,
    DataSet,
    Problem,
    descend,
    draw_starts,
    generator,
    stream_keys,
    trajectory,
)

Floats = NDArray[np.float64]


class Cell(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A sigmoid network with one hidden layer of ``width`` units, both biases, linear output.

    In each run the rows of ``data``, ten features, are split at random: ``training`` rows, as many
    for validation, the rest for testing. Inputs and targets are standardised by the training rows.
    Full-batch descent on the mean squared error makes ``updates`` updates of size ``step``, plain
    and with each of the ``strengths`` of the penalty: the factor of the sum of the squares of all
    parameters, or the rate at which every example of every update drops hidden units. The strength
    is chosen that has the lowest validation loss. The plain network is taken at its last update,
    and stopped early, at the moment of STOPS with the lowest validation loss. A test loss counts as
    lower by more than ``margin`` times the other, the share of a unit likewise, a gap by more than
    ``margin``.
    """

    data: Literal["diabetes", "wine", "breast cancer"]
    penalty: Literal["L2", "dropout"]
    strengths: list[float]
    width: int
    training: int
    updates: int
    step: float
    margin: float


FEATURES = 10
ARMS = ("plain", "regularised")
LOSSES = [
    *(f"{loss}_{arm}" for loss in ("training", "test", "unit") for arm in ARMS),
    "test_stopped",
]

# Moments, equally far apart, at which the plain network may stop by its validation loss.
STOPS = 50
RECORD = np.dtype([("run", "<i4"), ("strength", "<f8"), *[(column, "<f8") for column in LOSSES]])


def name(cell: Cell) -> str:
    return f"{cell.data}, {cell.penalty}, {cell.updates} updates"


@cache
def table(data: str) -> tuple[Floats, Floats]:
    """Return the first ten features (rows, 10) and the targets (rows,) as scikit-learn has them.

    Targets: disease progression (diabetes, Efron and others 2004), 1 for the second of the three
    cultivars and else 0 (wine, UCI), 1 for benign and 0 for malignant (breast cancer, UCI).
    """
    from sklearn.datasets import load_breast_cancer, load_diabetes, load_wine

    if data == "diabetes":
        raw = load_diabetes(scaled=False)
        targets = raw.target
    else:
        raw = load_wine() if data == "wine" else load_breast_cancer()
        targets = raw.target == 1
    return np.array(raw.data[:, :FEATURES], dtype=float), np.array(targets, dtype=float)


@dataclass(frozen=True)
class Part:
    """Inputs (N, d) and targets (N,) of the training, validation or test rows of a run."""

    inputs: Floats
    targets: Floats


def split(random: np.random.Generator, cell: Cell) -> tuple[Part, Part, Part]:
    """Return the training, validation and test rows of a run, standardised by the training rows."""
    inputs, targets = table(cell.data)
    order = random.permutation(len(targets))
    fitted = order[: cell.training]
    inputs = (inputs - inputs[fitted].mean(axis=0)) / inputs[fitted].std(axis=0)
    targets = (targets - targets[fitted].mean()) / targets[fitted].std()
    rest = order[cell.training :]
    first, second, third = (
        Part(inputs[rows], targets[rows])
        for rows in (fitted, rest[: cell.training], rest[cell.training :])
    )
    return first, second, third


def network_of(cell: Cell) -> Network:
    return one_hidden_layer(FEATURES, cell.width, SIGMOID)


def run(seed: str, cell: Cell, first: int, stop: int) -> Records:
    """Return the records of runs ``first`` to ``stop`` - 1: all networks of a run have one start.

    The splits and starts of two cells are independent. Losses are those of the network without
    masks or penalty; one that diverged has the loss inf.
    """
    network, runs = network_of(cell), range(first, stop)
    loss = Objective(network, SQUARED_ERROR)
    parts = [split(generator(seed, "split", name(cell), n), cell) for n in runs]
    starts = draw_starts(
        network, STARTS["glorot"], (generator(seed, "start", name(cell), n) for n in runs)
    )
    keys = stream_keys(seed, "masks", name(cell), runs=runs)
    data = np.stack([own[0].inputs for own in parts]), np.stack([own[0].targets for own in parts])
    trained = {s: _trained(cell, s, starts, keys, data) for s in (0.0, *cell.strengths)}
    moments = _plain(cell, starts, data)
    records = np.zeros(len(runs), dtype=RECORD)
    records["run"] = runs
    for k, record in enumerate(records):
        fitted, validation, test = parts[k]
        ends = {strength: theta[k] for strength, theta in trained.items()}
        chosen = min(cell.strengths, key=lambda s: _loss(loss, ends[s], validation))
        record["strength"] = chosen
        stopped = min((own[k] for own in moments), key=lambda w: _loss(loss, w, validation))
        record["test_stopped"] = _loss(loss, stopped, test)
        for arm, theta in (("plain", ends[0.0]), ("regularised", ends[chosen])):
            record[f"training_{arm}"] = _loss(loss, theta, fitted)
            record[f"test_{arm}"] = _loss(loss, theta, test)
            record[f"unit_{arm}"] = largest_share(loss, theta, fitted)
    return records


def _trained(
    cell: Cell,
    strength: float,
    starts: Floats,
    keys: NDArray[np.uint64],
    data: tuple[Floats, Floats],
) -> Floats:
    """Return the weights (runs, p) of networks trained with that strength, 0 for none."""
    rate = Fraction(str(strength))
    penalty = L2(rate) if strength and cell.penalty == "L2" else None
    shape = DataSet(cell.data, data[0][0].copy(), data[1][0].copy())
    dropout = rate if strength and cell.penalty == "dropout" else None
    return descend(
        Problem(Objective(network_of(cell), SQUARED_ERROR, penalty=penalty), shape),
        GRADIENT_DESCENT,
        starts,
        budget=cell.updates,
        tolerance=None,
        dropout=dropout,
        keys=None if dropout is None else keys,
        data=data,
        step=cell.step,
    ).theta


def _plain(cell: Cell, starts: Floats, data: tuple[Floats, Floats]) -> list[Floats]:
    """Return the weights (runs, p) of the plain networks at the start and at STOPS moments."""
    shape = DataSet(cell.data, data[0][0].copy(), data[1][0].copy())
    states = trajectory(
        Problem(Objective(network_of(cell), SQUARED_ERROR), shape),
        GRADIENT_DESCENT,
        starts,
        checkpoints=np.linspace(0, cell.updates, STOPS + 1).astype(int).tolist(),
        tolerance=None,
        data=data,
        step=cell.step,
    )
    return [state.theta for state in states]


def _loss(objective: Objective, theta: Floats, part: Part) -> float:
    with np.errstate(over="ignore", invalid="ignore"):
        value = float(objective.value(theta, part.inputs, part.targets))
    return value if np.isfinite(value) else np.inf


def largest_share(objective: Objective, theta: Floats, part: Part) -> float:
    """Return the largest rise of the loss when one hidden unit is removed, relative to the gain.

    The gain is what training has gained: the loss of the network that outputs 0, less its own.
    NaN where nothing was gained.
    """
    own = _loss(objective, theta, part)
    gain = _loss(objective, np.zeros_like(theta), part) - own
    outer = objective.network.block("W2")
    risen = []
    for unit in range(outer.start, outer.stop):
        without = theta.copy()
        without[unit] = 0.0
        risen.append(_loss(objective, without, part) - own)
    return max(risen) / gain if gain > 0 else np.nan


def compared(
    regularised: Floats, plain: Floats, slack: Floats, words: tuple[str, str, str]
) -> Observed:
    """Observe 1 where the first is lower by more than ``slack``, -1 where the second is, else 0.

    ``words`` name the three classes in this order. Undecided is where one is not a number, or
    both are infinite.
    """
    known = ~np.isnan(regularised) & ~np.isnan(plain) & (np.isfinite(regularised + plain))
    with np.errstate(invalid="ignore"):
        lower = plain - regularised > slack
        higher = regularised - plain > slack
    seen = np.subtract(lower, higher, dtype=np.float64)
    classes = np.select([~known, lower, higher], [UNDECIDED, words[0], words[1]], words[2])
    return Observed(np.where(known, seen, -1.0), np.where(known, seen, 1.0), classes)


def observe(cell: Cell, records: Records) -> dict[str, Observed]:
    """Judge every run, by its plain network and by that with the chosen strength."""
    plain, regularised = (
        {loss: records[f"{loss}_{arm}"] for loss in ("training", "test", "unit")} for arm in ARMS
    )
    smaller = np.minimum(plain["test"], regularised["test"])
    seen = {
        "test-loss": compared(
            regularised["test"],
            plain["test"],
            cell.margin * smaller,
            ("lower regularised", "lower plain", "about the same"),
        ),
        "against-stopping": compared(
            regularised["test"],
            records["test_stopped"],
            cell.margin * np.minimum(regularised["test"], records["test_stopped"]),
            ("lower regularised", "lower stopped early", "about the same"),
        ),
    }
    if cell.penalty == "dropout":
        seen["single-unit"] = compared(
            regularised["unit"],
            plain["unit"],
            cell.margin * np.minimum(np.abs(plain["unit"]), np.abs(regularised["unit"])),
            ("less with dropout", "more with dropout", "about the same"),
        )
        seen["gap"] = compared(
            regularised["test"] - regularised["training"],
            plain["test"] - plain["training"],
            np.full(len(records), cell.margin),
            ("smaller with dropout", "larger with dropout", "about the same"),
        )
    return seen


def pilot(plan: Plan) -> None:
    """Print for each cell the median losses and how often each strength is chosen."""
    for entries in plan.cells:
        cell = msgspec.convert(settings_of(entries), Cell)
        records = run(plan.pilot.seed, cell, 0, plan.pilot.runs)
        medians = ", ".join(f"{column} {np.median(records[column]):.3f}" for column in LOSSES)
        chosen = [int((records["strength"] == strength).sum()) for strength in cell.strengths]
        shares = {
            question: f"{(own.lowest > 0).mean():.0%} against {(own.highest < 0).mean():.0%}"
            for question, own in observe(cell, records).items()
        }
        print(f"{name(cell)}: medians {medians}; chosen {chosen}; {shares}", flush=True)


STUDY = Study(
    Cell,
    name,
    run,
    observe,
    pilot,
    networks=lambda cell: 1 + len(cell.strengths),
    classified=lambda cell: 0,
)
