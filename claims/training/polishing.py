"""Polishing: from where a run stopped to the stationary point that it was heading for.

A modified Newton method: every eigenvalue of the Hessian enters by its magnitude, so that a step is
a descent direction and leaves saddles as descent does; a trust radius; the loss never increases. It
does not search: how far it went and how much the loss fell are returned, and claims.training.ends
refuses an end that moved too far for it still to be the run's own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from claims.training import bounds
from claims.training.problems import Problem

Floats = NDArray[np.float64]
Data = tuple[Floats, Floats]

# So many runs at a time, so that memory does not grow with their number.
BATCH = 1024


@dataclass(frozen=True)
class Polished:
    """Where polishing ended, each (runs,) but theta (runs, p).

    ``step`` is the length of the full Newton step at theta, ``decrement`` its g |H|^-1 g;
    ``lowest`` and ``highest`` the extreme eigenvalues of the Hessian, ``negative`` and ``zero`` how
    many count as such; ``in_tail`` tells whether the last steps were those of a path to infinity;
    ``drop`` and ``distance`` are what polishing changed in loss and place.
    """

    theta: Floats
    value: Floats
    gradient_norm: Floats
    step: Floats
    decrement: Floats
    lowest: Floats
    highest: Floats
    negative: NDArray[np.int64]
    zero: NDArray[np.int64]
    in_tail: NDArray[np.bool_]
    drop: Floats
    distance: Floats


@dataclass
class _Local:
    """The second-order model at (runs,) points, with its Newton step."""

    value: Floats
    gradient: Floats
    spectrum: Floats
    step: Floats
    length: Floats
    decrement: Floats

    @classmethod
    def at(cls, problem: Problem, theta: Floats, data: Data) -> _Local:
        value, gradient, hessian = problem.derivatives(theta, *data, problem.scale)
        sound = np.isfinite(value) & np.isfinite(hessian).all(axis=(1, 2))
        # LAPACK refuses what is not finite; such a point is refused by its value.
        spectrum, vectors = np.linalg.eigh(np.where(sound[:, None, None], hessian, 0.0))
        # Sums over one axis, run by run: a matrix product could depend on the batch.
        along = (vectors * gradient[:, :, np.newaxis]).sum(axis=1)
        noise = bounds.GRADIENT_NOISE * np.sqrt(np.abs(value) * np.abs(spectrum).sum(axis=1))
        along = np.where(np.abs(along) <= noise[:, np.newaxis], 0.0, along)
        largest = np.abs(spectrum).max(axis=1, keepdims=True)
        floor = np.maximum(bounds.CURVATURE_FLOOR * largest, np.finfo(float).tiny)
        scaled = along / np.maximum(np.abs(spectrum), floor)
        step = -(vectors * scaled[:, np.newaxis, :]).sum(axis=2)
        return cls(
            np.where(sound, value, np.inf),
            gradient,
            spectrum,
            step,
            np.sqrt((step * step).sum(axis=1)),
            (along * scaled).sum(axis=1),
        )

    def put(self, places: NDArray[np.int64], other: _Local, chosen: NDArray[np.bool_]) -> None:
        for name in self.__dataclass_fields__:
            getattr(self, name)[places[chosen]] = getattr(other, name)[chosen]


def polish(problem: Problem, theta: Floats, *, data: Data | None = None) -> Polished:
    """Polish runs that stopped at ``theta`` (runs, p), all finite, each by itself.

    ``data`` = inputs (runs, N, d) and targets (runs, N) stand in for the problem's where each run
    has its own. Raises ValueError for another number of samples than the problem's.
    """
    if data is not None and data[1].shape[1] != len(problem.data.targets):
        raise ValueError(
            f"{data[1].shape[1]} samples a run, the problem has {len(problem.data.targets)}"
        )
    parts = []
    for first in range(0, len(theta), BATCH):
        batch = slice(first, first + BATCH)
        own = None if data is None else (data[0][batch], data[1][batch])
        parts.append(_polish(problem, theta[batch], own))
    return Polished(*(np.concatenate([getattr(part, name) for part in parts]) for name in _FIELDS))


_FIELDS = tuple(Polished.__dataclass_fields__)


def _polish(problem: Problem, start: Floats, own: Data | None) -> Polished:
    def data(runs: Any) -> Data:
        if own is None:
            return problem.data.inputs, problem.data.targets
        return own[0][runs], own[1][runs]

    theta = start.copy()
    here = _Local.at(problem, theta, data(slice(None)))
    first_value = here.value.copy()
    radius = bounds.FIRST_RADIUS * (1 + _norm(theta))
    tail = _Tail.none(len(theta))
    active = np.arange(len(theta))
    for _ in range(bounds.NEWTON_STEPS):
        reach = 1 + _norm(theta[active])
        going = (here.length[active] > bounds.NEWTON_STEP * reach) & (~tail.found[active])
        active, reach = active[going], reach[going]
        if not len(active):
            break
        length = here.length[active]
        shrunk = np.minimum(1.0, radius[active] / length)
        trial = theta[active] + shrunk[:, np.newaxis] * here.step[active]
        there = _Local.at(problem, trial, data(active))
        value = here.value[active]
        noise = bounds.VALUE_NOISE * (value + np.sqrt(value))
        accepted = there.value <= value + noise
        grown = np.minimum(2 * radius[active], bounds.LARGEST_RADIUS * reach)
        radius[active] = np.where(accepted, grown, shrunk * length / 4)
        grows = _norm(trial) > _norm(theta[active])
        tail.follow(
            active[accepted],
            grows[accepted],
            length[accepted],
            here.decrement[active[accepted]],
            there.decrement[accepted],
        )
        theta[active[accepted]] = trial[accepted]
        here.put(active, there, accepted)
    largest = np.abs(here.spectrum).max(axis=1, keepdims=True)
    flat = np.abs(here.spectrum) <= bounds.CURVATURE * largest
    return Polished(
        theta,
        here.value,
        _norm(here.gradient),
        here.length,
        here.decrement,
        here.spectrum[:, 0],
        here.spectrum[:, -1],
        ((here.spectrum < 0) & ~flat).sum(axis=1),
        flat.sum(axis=1),
        tail.found,
        first_value - here.value,
        _norm(theta - start),
    )


@dataclass
class _Tail:
    """Whether runs are on a path to infinity, followed step by step; each (runs,).

    ``steps`` counts the present row of tail-like steps; ``length`` and ``decrement`` are those of
    the full Newton step that began it.
    """

    steps: NDArray[np.int64]
    length: Floats
    decrement: Floats
    found: NDArray[np.bool_]

    @classmethod
    def none(cls, runs: int) -> _Tail:
        return cls(
            np.zeros(runs, dtype=np.int64),
            np.zeros(runs),
            np.zeros(runs),
            np.zeros(runs, dtype=bool),
        )

    def follow(
        self,
        runs: NDArray[np.int64],
        grows: NDArray[np.bool_],
        length: Floats,
        before: Floats,
        after: Floats,
    ) -> None:
        first = self.steps[runs] == 0
        self.length[runs] = np.where(first, length, self.length[runs])
        self.decrement[runs] = np.where(first, before, self.decrement[runs])
        going_on = grows & (length >= bounds.TAIL_STEP)
        going_on &= length >= bounds.TAIL_SHORTENING * self.length[runs]
        self.steps[runs] = np.where(going_on, self.steps[runs] + 1, 0)
        self.found[runs] = (self.steps[runs] >= bounds.TAIL_STEPS) & (
            after <= bounds.TAIL_DECREASE * self.decrement[runs]
        )


def _norm(rows: Floats) -> Floats:
    return np.sqrt((rows * rows).sum(axis=1))
