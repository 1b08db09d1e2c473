"""Descent by exact line search on the whole data set: along the negative gradient to a minimum.

On the ray theta - t g the slope in t is -g(theta - t g) . g. A grid of doubled steps t is followed
to the first point that is beyond: where the slope is not negative, or the loss is above that of the
start by more than rounding. Between it and the point before lies a stationary point of the
restriction, which bisection and false position, taken in turns, enclose: after every second trial
the bracket is at most half as long, whatever the restriction looks like. All that decides about a
run is elementwise over runs, or a kernel's lane: a run's bits depend on its own start alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from claims.compiled import ARRIVED, DIVERGED, RUNNING, Iterated
from claims.training import bounds
from claims.training.problems import Problem

Floats = NDArray[np.float64]

# A run's status where rounding keeps the search from its bound: it has stopped before that update.
STALLED = 3.0

# The first step of the grid, and how often it is doubled: up to 1e16, where a gradient of
# bounds.ARRIVAL has gone to the end of the region in which runs count as finite, and on.
FIRST_STEP = 2.0**-10
DOUBLINGS = 64

# Trials in a bracket: each second one halves it. After 53 halvings the ends of a bracket [t, 2t]
# are neighbours as floats, and those of [0, FIRST_STEP] are within 1e-19, where a slope is below
# bounds.LINE_SLOPE |g|^2 for curvatures up to 1e12.
TRIALS = 2 * 53


@dataclass(frozen=True)
class Searched(Iterated):
    """Where runs are; ``gradients`` (runs,) counts the gradients of all examples that they took."""

    gradients: Floats = field(kw_only=True)

    @property
    def examples(self) -> Floats:
        return self.gradients * self.batch


@dataclass(frozen=True)
class Ray:
    """The restrictions of a loss to the rays from theta (runs, p) against its gradients there.

    ``values`` (runs,) and ``squares`` (runs,), g . g, belong to theta.
    """

    derivatives: Callable[[Floats], tuple[Floats, Floats]]
    theta: Floats
    values: Floats
    gradients: Floats
    squares: Floats

    def at(self, steps: Floats, runs: NDArray[np.intp]) -> tuple[Floats, Floats]:
        """Return loss and slope (k,) of the runs with these indices (k,) after ``steps`` (k,)."""
        values, gradients = self.derivatives(self.point(steps, runs))
        return values, -dot(gradients, self.gradients[runs])

    def point(self, steps: Floats, runs: NDArray[np.intp]) -> Floats:
        return self.theta[runs] - steps[:, np.newaxis] * self.gradients[runs]


def descend_by_line_search(
    problem: Problem,
    starts: Floats,
    *,
    budget: int,
    tolerance: float | None = bounds.ARRIVAL,
    bound: float = bounds.DIVERGENCE,
    slope: float = bounds.LINE_SLOPE,
    threads: int = 1,
) -> Searched:
    """Return runs from ``starts`` (runs, p) after at most ``budget`` exact line searches.

    Every step ends where the slope of the loss along the ray is at most ``slope`` times that at its
    beginning, in magnitude, and the loss is not above the one before by more than its own rounding
    error, bounds.VALUE_NOISE (close to a minimum a step gains less than that). The stationary point
    is the first whose bracket shows on the grid of steps FIRST_STEP 2^k: two that lie between
    neighbours of the grid are missed.

    A run arrives where the norm of the gradient is at most ``tolerance``; it diverges where a
    number is not finite, the norm of theta exceeds ``bound``, or the loss falls along the ray to
    where it would; it stalls where rounding keeps it from such a step. It stays where it stopped.
    """
    data = problem.data
    runs = len(starts)
    theta = np.array(starts, dtype=np.float64)
    status, updates, spent = np.zeros(runs), np.zeros(runs), np.zeros(runs)

    def derivatives(points: Floats) -> tuple[Floats, Floats]:
        values, gradients = problem.first_derivatives(
            points, data.inputs, data.targets, problem.scale, threads=threads
        )
        return values, gradients

    with np.errstate(over="ignore", invalid="ignore"):
        for _ in range(budget):
            running = np.flatnonzero(status == RUNNING)
            if not len(running):
                break
            values, gradients = derivatives(theta[running])
            ray = Ray(derivatives, theta[running], values, gradients, dot(gradients, gradients))
            sound = (ray.squares < np.inf) & (dot(ray.theta, ray.theta) <= bound**2)
            small = ray.squares <= (-1.0 if tolerance is None else tolerance**2)
            code = np.where(sound, np.where(small, ARRIVED, RUNNING), DIVERGED)
            steps, counts, ends = search(ray, code == RUNNING, slope, bound)
            code = np.where(code == RUNNING, ends, code)
            moves = code == RUNNING
            moved = ray.point(steps, np.arange(len(running)))
            theta[running] = np.where(moves[:, np.newaxis], moved, ray.theta)
            status[running] = code
            updates[running] += moves
            spent[running] += 1 + counts
    slots = np.zeros((runs, 0, theta.shape[1]))
    return Searched(theta, status, updates, slots, budget, len(data.targets), gradients=spent)


def search(
    ray: Ray, wanted: NDArray[np.bool_], slope: float, bound: float
) -> tuple[Floats, Floats, Floats]:
    """Return steps, numbers of gradients and statuses (runs,) of the runs that are ``wanted``.

    The status is RUNNING where the step keeps what `descend_by_line_search` promises, else STALLED
    or DIVERGED.
    """
    runs = len(ray.values)
    low, high = np.zeros(runs), np.full(runs, FIRST_STEP)
    low_slope, high_slope = -ray.squares, np.zeros(runs)
    steps, counts, status = np.zeros(runs), np.zeros(runs), np.full(runs, STALLED)
    active = np.flatnonzero(wanted)
    bracketed = np.zeros(runs, dtype=bool)
    for _ in range(DOUBLINGS):
        if not len(active):
            break
        values, slopes = ray.at(high[active], active)
        counts[active] += 1
        beyond = is_beyond(values, slopes, ray.values[active])
        points = ray.point(high[active], active)
        outside = ~beyond & ~(dot(points, points) <= bound**2)
        status[active[outside]] = DIVERGED
        high_slope[active] = slopes
        bracketed[active[beyond]] = True
        active, further = active[~beyond & ~outside], slopes[~beyond & ~outside]
        low[active], low_slope[active] = high[active], further
        high[active] *= 2
    active = np.flatnonzero(bracketed)
    for trial in range(TRIALS):
        if not len(active):
            break
        middle = low[active] + (high[active] - low[active]) / 2
        share = low_slope[active] / (low_slope[active] - high_slope[active])
        secant = low[active] + share * (high[active] - low[active])
        inside = (secant > low[active]) & (secant < high[active])
        # False position wants slopes of two signs; the upper end may have been chosen by its loss.
        usable = inside & (high_slope[active] > 0) & (trial % 2 == 0)
        steps[active] = np.where(usable, secant, middle)
        values, slopes = ray.at(steps[active], active)
        counts[active] += 1
        found = np.abs(slopes) <= slope * ray.squares[active]
        found &= is_no_higher(values, ray.values[active])
        status[active[found]] = RUNNING
        beyond = is_beyond(values, slopes, ray.values[active])
        up, down = active[beyond], active[~beyond]
        high[up], high_slope[up] = steps[up], slopes[beyond]
        low[down], low_slope[down] = steps[down], slopes[~beyond]
        active = active[~found]
    return steps, counts, status


def is_beyond(values: Floats, slopes: Floats, before: Floats) -> NDArray[np.bool_]:
    """Whether the ray has passed a stationary point, or left the numbers."""
    return ~((slopes < 0) & is_no_higher(values, before))


def is_no_higher(values: Floats, before: Floats) -> NDArray[np.bool_]:
    """Whether losses are not above those before by more than the rounding error of a loss."""
    size = np.abs(before)
    return values <= before + bounds.VALUE_NOISE * (size + np.sqrt(size))


def dot(left: Floats, right: Floats) -> Floats:
    """Return the products (runs,) of rows (runs, p), added in the same order for any number."""
    total = np.zeros(len(left))
    for k in range(left.shape[1]):
        total = total + left[:, k] * right[:, k]
    return total
