"""What `descend` does, by evaluating the recorded programs in NumPy: it checks the kernels."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from claims.compiled import (
    ARRIVED,
    DIVERGED,
    Form,
    Iterated,
    Noise,
    Rule,
    Sampling,
    evaluate,
    streams,
)
from claims.training import bounds
from claims.training.ensembles import Data, form_of
from claims.training.optimizers import GRADIENT_DESCENT
from claims.training.problems import Problem

Floats = NDArray[np.float64]
Words = NDArray[np.uint64]


def descend_numpy(
    problem: Problem,
    rule: Rule,
    starts: Floats,
    *,
    budget: int,
    tolerance: float | None = bounds.ARRIVAL,
    bound: float = bounds.DIVERGENCE,
    sampling: Sampling | None = None,
    dropout: Fraction | None = None,
    noise: Noise | None = None,
    keys: Words | None = None,
    schedule: Mapping[str, Floats] | None = None,
    period: int = 1,
    data: Data | None = None,
    **settings: Any,
) -> Iterated:
    """Do what `descend` does, update by update, on arrays over runs; it watches nothing."""
    size = starts.shape[1]
    form = form_of(
        problem,
        rule,
        sampling=sampling,
        dropout=dropout,
        noise=noise,
        scheduled=schedule or (),
        own_data=data is not None,
    )
    state = Iterated.begin(form, starts)
    rows = np.concatenate([starts.T, np.zeros((rule.slots * size, len(starts)))])
    status, updates = state.status, state.updates
    for moment in range(budget):
        gradient = batch_gradient(problem, form, rows[:size], keys, moment, data)
        norm = (gradient**2).sum(axis=0)
        sound = (norm < np.inf) & ((rows[:size] ** 2).sum(axis=0) <= bound**2)
        arrived = norm <= (-1.0 if tolerance is None else tolerance**2)
        code = np.where(sound, np.where(arrived, ARRIVED, 0.0), DIVERGED)
        status = np.where(status == 0.0, code, status)
        running = status == 0.0
        if not running.any():
            break
        now = {name: np.broadcast_to(settings[name], status.shape) * 1.0 for name in settings}
        for name, factors in (schedule or {}).items():
            now[name] = now[name] * factors[moment]
        amplitude = now.pop("amplitude", np.zeros_like(status))
        slots = {f"slot{k}": rows[(k + 1) * size : (k + 2) * size] for k in range(rule.slots)}
        moved = evaluate(rule.program(size), theta=rows[:size], gradient=gradient, **slots, **now)
        if noise and keys is not None and (moment + 1) % period == 0:
            moved[:size] += amplitude * noise.points(keys, moment, size).T
        rows = np.where(running, moved, rows)
        updates = updates + running
    slots_now = rows[size:].T.reshape(state.slots.shape).copy()
    return Iterated(rows[:size].T.copy(), status, updates, slots_now, budget, form.batch)


def batch_gradient(
    problem: Problem,
    form: Form,
    theta: Floats,
    keys: Words | None,
    moment: int,
    data: Data | None = None,
) -> Floats:
    """Return the gradients (p, runs) at theta (p, runs) that update number ``moment`` uses."""
    runs = theta.shape[1]
    keys = np.zeros(runs, dtype=np.uint64) if keys is None else keys
    chosen = form.sampling.indices(keys, moment, form.samples)
    own: Any = chosen if data is None else (np.arange(runs)[:, np.newaxis], chosen)
    inputs, targets = data or (problem.data.inputs, problem.data.targets)
    # Entries first, then the runs, then the examples of the batch, over which is summed.
    arrays = {
        "theta": theta[:, :, np.newaxis],
        "inputs": inputs[own].transpose(2, 0, 1)[np.newaxis],
        "targets": targets[own][np.newaxis],
    }
    masks = form.function.masks
    if masks is not None:
        drawn = streams.masks(keys, moment, form.batch, masks.units, masks.threshold)
        arrays["mask"] = drawn.transpose(2, 0, 1)[np.newaxis]
    terms = evaluate(form.function.gradient(1), **arrays)
    gradient: Floats = problem.batch_scale(form.batch) * terms.sum(axis=-1)
    rest = form.function.rest_gradient()
    if rest is not None:
        gradient = gradient + evaluate(rest, theta=theta)
    return gradient


def gradient_numpy(problem: Problem, theta: Floats) -> Floats:
    """Return the gradients (p, runs) of the problem at theta (p, runs)."""
    return batch_gradient(problem, form_of(problem, GRADIENT_DESCENT), theta, None, 0)
