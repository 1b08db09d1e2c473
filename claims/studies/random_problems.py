"""Random data for small sigmoid networks, and the search for minima on many of them at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from claims.mathematics import SIGMOID, one_hidden_layer
from claims.studies.registry import Records
from claims.training import DataSet, Problem, bounds, polish

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Data = tuple[Floats, Floats]

# So many searches at once, so that memory does not grow with the number of problems.
BATCH = 4096

# Standard deviation of inputs, of the weights of teachers and of those of starts; and of the noise
# on the targets of a teacher.
SPREAD = 2.0
NOISE = 0.3


def draw_problem(
    random: np.random.Generator, targets: str, width: int, samples: int, starts: int
) -> tuple[Floats, Floats, Floats]:
    """Return inputs (N, 1), targets (N,) and starts (S, p) for a sigmoid network 1-``width``-1.

    ``targets`` are "noise", standard normal, or those of a "teacher" of the same architecture with
    noise added.
    """
    network = one_hidden_layer(1, width, SIGMOID)
    inputs = SPREAD * random.normal(size=(samples, 1))
    noise = random.normal(size=samples)
    if targets == "teacher":
        teacher = SPREAD * random.normal(size=network.size)
        noise = network.predict(teacher, inputs) + NOISE * noise
    return inputs, noise, SPREAD * random.normal(size=(starts, network.size))


@dataclass(frozen=True)
class Stacked:
    """Problems searched together: ``start`` (runs, p), ``data`` of each run, and their ``shape``.

    The runs of a problem follow one another. ``shape`` is what the kernels are compiled for.
    """

    shape: DataSet
    data: Data
    start: Floats


def stacked(drawn: Iterable[tuple[Floats, Floats, Floats]]) -> Stacked:
    """Stack problems of one size, each inputs (N, d), targets (N,) and starts (S, p)."""
    inputs, targets, starts = map(np.stack, zip(*drawn, strict=True))
    count = starts.shape[1]
    return Stacked(
        DataSet("random", inputs[0].copy(), targets[0].copy()),
        (np.repeat(inputs, count, axis=0), np.repeat(targets, count, axis=0)),
        np.concatenate(list(starts)),
    )


def in_batches(run: Callable[[int, int], Records], starts: int, first: int, stop: int) -> Records:
    """Return the records of problems ``first`` to ``stop`` - 1, at most BATCH searches at once."""
    at_once = max(BATCH // starts, 1)
    return np.concatenate(
        [run(low, min(low + at_once, stop)) for low in range(first, stop, at_once)]
    )


@dataclass(frozen=True)
class Valleys:
    """Where Newton's method came to, going downhill: ``level`` (runs,) and truth values (runs,).

    ``minimum``: at a minimum within reach; ``unsettled``: within reach, and not converged;
    ``outside``: out of reach or, by how it moves, on its way to infinity.
    """

    level: Floats
    minimum: Flags
    unsettled: Flags
    outside: Flags

    def by_problem(self, problems: int) -> Valleys:
        """Return the same with a row for each problem, its runs in order: (problems, starts)."""
        return Valleys(
            self.level.reshape(problems, -1),
            self.minimum.reshape(problems, -1),
            self.unsettled.reshape(problems, -1),
            self.outside.reshape(problems, -1),
        )


def downhill(problem: Problem, start: Floats, data: Data, rounds: int, reach: float) -> Valleys:
    """Follow Newton's method downhill from ``start`` (runs, p), for at most so many rounds.

    A run whose largest weight exceeds ``reach`` is given up: such runs hardly ever come back, and
    no end of theirs is counted.
    """
    theta = np.where(np.isfinite(start), start, np.inf)
    level = np.full(len(theta), np.inf)
    minimum, unsettled = np.zeros((2, len(theta)), dtype=bool)
    outside = np.abs(theta).max(axis=1) > reach
    active = np.flatnonzero(~outside)
    for _ in range(rounds):
        if not len(active):
            break
        found = polish(problem, theta[active], data=(data[0][active], data[1][active]))
        theta[active], level[active] = found.theta, found.value
        near = np.abs(found.theta).max(axis=1) <= reach
        settled = found.step <= bounds.NEWTON_STEP * (1 + np.sqrt((found.theta**2).sum(axis=1)))
        minimum[active] = near & settled & (found.negative == 0) & (found.zero == 0)
        outside[active] = ~near | (found.in_tail & ~settled)
        active = active[near & ~settled & ~found.in_tail]
    unsettled[active] = True
    return Valleys(level, minimum, unsettled, outside)
