"""Searching for stationary points of any index, saddles as well as minima.

A Gauss-Newton method on half the squared norm of the gradient: its minima with the value 0 are the
stationary points, whatever their index, so that the search favours none of them by where descent
would go. It is a search: it proves nothing, and what it has not found may exist.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from claims.training import bounds
from claims.training.polishing import Data
from claims.training.problems import Problem

Floats = NDArray[np.float64]

STEPS = 100  # evaluations of a run, beyond which it has found nothing


def search(problem: Problem, start: Floats, data: Data) -> tuple[Floats, NDArray[np.bool_]]:
    """Search from ``start`` (runs, p); return the points (runs, p) and whether each is stationary.

    A point is stationary where the Newton step, over the eigenvalues that do not count as zero, is
    at most NEWTON_STEP relative to 1 + |theta|. ``data`` = inputs (runs, N, d) and targets
    (runs, N), each run's own.
    """
    theta = start.copy()
    radius = bounds.FIRST_RADIUS * (1 + _norm(theta))
    slope, step = _model(problem, theta, data)
    found = np.zeros(len(theta), dtype=bool)
    active = np.arange(len(theta))
    for _ in range(STEPS):
        length = _norm(step[active])
        reach = 1 + _norm(theta[active])
        arrived = length <= bounds.NEWTON_STEP * reach
        found[active[arrived]] = True
        active, length, reach = active[~arrived], length[~arrived], reach[~arrived]
        if not len(active):
            break
        shrunk = np.minimum(1.0, radius[active] / length)
        trial = theta[active] + shrunk[:, np.newaxis] * step[active]
        own = data[0][active], data[1][active]
        there, onward = _model(problem, trial, own)
        better = there < slope[active]
        theta[active[better]] = trial[better]
        slope[active[better]] = there[better]
        step[active[better]] = onward[better]
        grown = np.minimum(2 * radius[active], bounds.LARGEST_RADIUS * reach)
        radius[active] = np.where(better, grown, shrunk * length / 4)
        # Steps too short to change theta lead nowhere any more.
        active = active[better | (radius[active] > bounds.NEWTON_STEP * reach)]
    return theta, found


def _model(problem: Problem, theta: Floats, data: Data) -> tuple[Floats, Floats]:
    """The norm of the gradient (runs,) and the Gauss-Newton step (runs, p)."""
    _, gradient, hessian = problem.derivatives(theta, *data, problem.scale)
    sound = np.isfinite(np.concatenate([gradient, hessian.reshape(len(theta), -1)], 1)).all(1)
    spectrum, vectors = np.linalg.eigh(np.where(sound[:, None, None], hessian, 0.0))
    along = (vectors * gradient[:, :, np.newaxis]).sum(axis=1)
    zero = np.abs(spectrum) <= bounds.CURVATURE * np.abs(spectrum).max(axis=1, keepdims=True)
    scaled = np.where(zero, 0.0, along / np.where(zero, 1.0, spectrum))
    step = -(vectors * scaled[:, np.newaxis, :]).sum(axis=2)
    return np.where(sound, _norm(gradient), np.inf), np.where(sound[:, np.newaxis], step, 0.0)


def _norm(rows: Floats) -> Floats:
    return np.sqrt((rows * rows).sum(axis=1))
