"""Updates to a target loss, by the full batch and by mini-batches, on a wave of any size."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from claims.compiled import Derivatives
from claims.mathematics import SQUARED_ERROR, TANH, Objective, one_hidden_layer
from claims.studies.observations import Observed, quantities
from claims.studies.shallow import starts_of
from claims.training import (
    GRADIENT_DESCENT,
    DataSet,
    Problem,
    Shuffled,
    descend,
    generator,
    stream_keys,
    trajectory,
)

Floats = NDArray[np.float64]

# Descent by mini-batches is looked at so many times, at numbers of updates in geometric ratio.
LOOKS = 100
FIRST_LOOK = 16


def noisy_wave(examples: int) -> DataSet:
    """Points evenly spaced on [-2, 2], targets sin(2x) plus 0.3 times standard normal noise."""
    inputs = np.linspace(-2, 2, examples)
    noise = generator("noisy-wave", examples).normal(size=examples)
    return DataSet(
        f"noisy-wave-{examples}", inputs[:, np.newaxis], np.sin(2 * inputs) + 0.3 * noise
    )


def wave_problem(examples: int, width: int) -> Problem:
    """The mean squared error of a 1-``width``-1 tanh network, hidden and output bias, on a wave."""
    network = one_hidden_layer(1, width, TANH)
    return Problem(Objective(network, SQUARED_ERROR), noisy_wave(examples))


def wave_starts(problem: Problem, seed: str, width: int, runs: range) -> Floats:
    """Return starts (runs, p), which all networks of that width share."""
    return starts_of(problem, "glorot", seed, width, runs=runs)


def full_updates(
    problem: Problem, starts: Floats, *, target: float, step: float, budget: int
) -> Floats:
    """Return the full-batch updates (runs,) before the loss is at most the target, inf if never."""
    done = descend(
        problem,
        GRADIENT_DESCENT,
        starts,
        budget=budget,
        tolerance=None,
        loss_level=target,
        step=step,
    )
    assert done.reached is not None
    return done.reached


def batch_updates(
    problem: Problem,
    starts: Floats,
    *,
    target: float,
    step: float,
    budget: int,
    batch: int,
    seed: str,
    width: int,
    runs: range,
) -> Floats:
    """Return the updates (runs,) by mini-batches, shuffled, to the look that finds the target.

    inf where none does.
    """
    looks = np.geomspace(FIRST_LOOK, budget, LOOKS).astype(int)
    states = trajectory(
        problem,
        GRADIENT_DESCENT,
        starts,
        checkpoints=looks.tolist(),
        sampling=Shuffled(batch),
        keys=stream_keys(seed, width, runs=runs),
        step=step,
    )
    loss = Derivatives(problem.function, 0)
    data = problem.data
    losses = [loss(s.theta, data.inputs, data.targets, problem.scale)[0] for s in states]
    return first_look(looks, losses, target)


def first_look(looks: NDArray[np.int64], losses: list[Floats], target: float) -> Floats:
    """Return the first look (runs,) at which the loss is at most the target, inf if at none."""
    there = np.array(losses) <= target
    return np.where(there.any(axis=0), looks[there.argmax(axis=0)], np.inf)


def costs(found: Floats, spent: float) -> Observed:
    """Observe the costs; of a run that has not arrived it is known only that it is above."""
    return quantities(np.where(np.isinf(found), spent, found), found)
