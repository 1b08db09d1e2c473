"""Iterations of many runs at once: a gradient, an update, and a stop for each run.

The kernel is put together from recordings, that of the gradient and that of the update rule:
another method is another rule. A call may go on where an earlier one stopped; the bits of a run are
the same as those of one long call.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from claims.compiled.iteration_kernel import RUNNING, Form, compiled
from claims.compiled.kernels import as_data, own_rows
from claims.compiled.lanes import Floats, by_row, over_blocks, pack, unpack
from claims.compiled.streams import Words

# After so many updates the runs that go on are put together in new blocks if some have stopped, for
# a block costs the same while one of its runs goes on; the bits of a run do not depend on its
# neighbours.
LEG = 256


@dataclass(frozen=True)
class Iterated:
    """Where runs are after ``moment`` updates, or where they stopped before.

    theta (runs, p), status (runs,), number of updates (runs,), and the slots of the rule
    (runs, slots, p). ``reached`` (runs,) is the number of updates after which the loss was first at
    most the level that was watched, inf where it never was; ``slow`` (runs,) is the number of
    updates by a gradient whose norm was at most the one watched; None where not watched. The point
    after the last update has not been looked at. ``batch`` is the number of examples of an update.
    """

    theta: Floats
    status: Floats
    updates: Floats
    slots: Floats
    moment: int
    batch: int
    reached: Floats | None = None
    slow: Floats | None = None

    @classmethod
    def begin(cls, form: Form, theta: Floats) -> Iterated:
        """Return the state of runs at ``theta`` (runs, p) that have made no update yet."""
        runs, size = theta.shape
        return cls(
            theta,
            np.zeros(runs),
            np.zeros(runs),
            np.zeros((runs, form.rule.slots, size)),
            0,
            form.batch,
            np.full(runs, np.inf) if form.watch_loss else None,
            np.zeros(runs) if form.watch_gradient else None,
        )

    @property
    def examples(self) -> Floats:
        """The number (runs,) of gradients of single examples that the updates took."""
        return self.updates * self.batch


@dataclass(frozen=True)
class Iteration:
    """The kernel of a form, compiled on first use, for a number of samples (not their values)."""

    form: Form

    @cached_property
    def _kernel(self) -> Any:
        return compiled(self.form)

    def __call__(
        self,
        start: Floats | Iterated,
        inputs: Floats,
        targets: Floats,
        scale: float,
        *,
        budget: int,
        tolerance: float | None,
        bound: float,
        threads: int = 1,
        keys: Words | None = None,
        schedule: Mapping[str, Floats] | None = None,
        period: int = 1,
        loss_level: float | Floats | None = None,
        small_gradient: float | Floats | None = None,
        **settings: Any,
    ) -> Iterated:
        """Iterate until each run has stopped, at most ``budget`` updates.

        ``start`` is theta (runs, p), or what an earlier call with the same options returned. A run
        arrives where the norm of the gradient is at most ``tolerance``, never if that is None; it
        diverges where the norm of theta exceeds ``bound`` or a number is not finite. ``keys``
        (runs,) name the random streams of the runs. A setting is a number, or an array (runs,);
        ``schedule`` holds factors (all updates,) for some settings. Noise is added after every
        ``period``-th update. ``inputs`` (N, d) and ``targets`` (N,) have a leading axis of runs
        where each run has its own data. Raises ValueError for numbers that do not fit.
        """
        form = self.form
        if not isinstance(start, Iterated):
            start = Iterated.begin(form, start)
        runs, stop = len(start.theta), start.moment + int(budget)
        schedule = schedule or {}
        self._require_settings(settings, loss_level, small_gradient)
        self._require_draws(schedule, stop, keys, runs, period)
        values = {
            "theta": start.theta.T,
            "slots": start.slots.reshape(runs, -1).T,
            "status": start.status,
            "updates": start.updates,
            **{name: _each(settings[name], runs) for name in form.settings},
        }
        if form.watch_loss:
            values |= {"loss_level": _each(loss_level, runs), "reached": _known(start.reached)}
        if form.watch_gradient:
            small = _each(small_gradient, runs) ** 2
            values |= {"small_gradient": small, "slow": _known(start.slow)}
        rows = form.rows.filled(runs, values)
        own, shared = self._data(inputs, targets, runs)
        blocks = [rows, (np.zeros(runs, np.uint64) if keys is None else keys)[np.newaxis], *own]
        limits = (
            int(period),
            -1.0 if tolerance is None else float(tolerance) ** 2,
            float(bound) ** 2,
        )
        status = form.rows.of("status", rows)[0]
        packed: list[NDArray[Any]] = []
        members: NDArray[np.int64] | slice = slice(None)
        count = runs
        for first in range(start.moment, stop, LEG):
            running = np.flatnonzero(status == RUNNING)
            if not len(running):
                break
            if not packed or len(running) < count:
                if packed:
                    rows[:, members] = unpack(packed[0], count)
                count = len(running)
                # All of them are no selection, which would copy the rows once more.
                members = running if count < runs else slice(None)
                packed = [pack(array[:, members]) for array in blocks]
            leg = min(LEG, stop - first)
            factors = [schedule[name][first : first + leg] for name in form.scheduled]
            now = np.array(factors, dtype=float).reshape(len(factors), leg)
            data = (*shared, now, float(scale), first, leg, *limits)
            over_blocks(self._kernel, packed, *data, threads=threads)
            status[members] = form.rows.of("status", by_row(packed[0]))[0].reshape(-1)[:count]
        if packed:
            rows[:, members] = unpack(packed[0], count)
        return Iterated(
            form.rows.of("theta", rows).T.copy(),
            status.copy(),
            form.rows.of("updates", rows)[0].copy(),
            form.rows.of("slots", rows).T.reshape(start.slots.shape).copy(),
            stop,
            form.batch,
            form.rows.of("reached", rows)[0].copy() if form.watch_loss else None,
            form.rows.of("slow", rows)[0].copy() if form.watch_gradient else None,
        )

    def _data(
        self, inputs: Floats, targets: Floats, runs: int
    ) -> tuple[list[Floats], tuple[Floats, ...]]:
        """Return the rows (k, runs) of data that are a run's own, and the data that all share."""
        form = self.form
        if not form.own_data:
            shared = as_data(inputs, targets)
            if len(shared[1]) != form.samples:
                raise ValueError(f"{len(shared[1])} samples for a kernel of {form.samples}")
            return [], shared
        rows = own_rows(inputs, targets, runs)
        if len(rows[1]) != form.samples:
            raise ValueError(f"{len(rows[1])} samples for a kernel of {form.samples}")
        return rows, ()

    def _require_settings(
        self, settings: Mapping[str, Any], loss_level: Any, small_gradient: Any
    ) -> None:
        form = self.form
        if settings.keys() != set(form.settings):
            raise ValueError(f"settings {sorted(settings)}: give {sorted(form.settings)}")
        for name, watched, value in (
            ("loss_level", form.watch_loss, loss_level),
            ("small_gradient", form.watch_gradient, small_gradient),
        ):
            if watched != (value is not None):
                raise ValueError(f"{name} {value}: give it just where the kernel watches it")

    def _require_draws(
        self,
        schedule: Mapping[str, Floats],
        updates: int,
        keys: Words | None,
        runs: int,
        period: int,
    ) -> None:
        form = self.form
        if set(schedule) != set(form.scheduled) or not set(schedule) <= set(form.settings):
            raise ValueError(
                f"schedule of {sorted(schedule)} for a kernel of {sorted(form.scheduled)}: give "
                f"factors for settings among {sorted(form.settings)}"
            )
        for name, factors in schedule.items():
            if np.ndim(factors) != 1 or len(factors) < updates:
                raise ValueError(
                    f"the schedule of {name} has shape {np.shape(factors)}: give one factor for "
                    f"each of {updates} updates"
                )
        if form.random and (keys is None or keys.shape != (runs,) or keys.dtype != np.uint64):
            raise ValueError(f"random draws need keys: one uint64 for each of the {runs} runs")
        if period < 1:
            raise ValueError(f"noise after every {period}-th update: give a period of at least 1")


def _each(value: Any, runs: int) -> Floats:
    return np.broadcast_to(np.asarray(value, dtype=float), (runs,))


def _known(watched: Floats | None) -> Floats:
    if watched is None:
        raise ValueError("the runs go on with another watch: give the options of the first call")
    return watched
