"""Ensembles of runs: the compiled engine, and an equal one in NumPy that checks it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from claims.compiled import ARRIVED, DIVERGED, RUNNING, Iterated, Rule, evaluate
from claims.training import bounds
from claims.training.problems import Problem

Floats = NDArray[np.float64]


def descend(
    problem: Problem,
    rule: Rule,
    starts: Floats,
    *,
    budget: int,
    tolerance: float = bounds.ARRIVAL,
    bound: float = bounds.DIVERGENCE,
    threads: int = 1,
    **settings: Any,
) -> Iterated:
    """Iterate ``rule`` on the problem from ``starts`` (runs, p) by the compiled kernel.

    Full batch, at most ``budget`` updates; each setting of the rule is a number or (runs,). A run's
    result depends on its own start and settings alone, to the last bit.
    """
    return problem.iteration(rule)(
        starts,
        problem.data.inputs,
        problem.data.targets,
        problem.scale,
        budget=budget,
        tolerance=tolerance,
        bound=bound,
        threads=threads,
        **settings,
    )


def descend_numpy(
    problem: Problem,
    rule: Rule,
    starts: Floats,
    *,
    budget: int,
    tolerance: float = bounds.ARRIVAL,
    bound: float = bounds.DIVERGENCE,
    **settings: Any,
) -> Iterated:
    """Do what `descend` does, by evaluating the recorded programs on arrays over runs."""
    runs, size = starts.shape
    update = rule.program(size)
    state = np.concatenate([starts.T, np.zeros((rule.slots * size, runs))])
    status = np.full(runs, RUNNING)
    updates = np.zeros(runs)
    constants = {name: np.broadcast_to(settings[name], (runs,)).astype(float) for name in settings}
    for _ in range(budget):
        gradient = gradient_numpy(problem, state[:size])
        norm = (gradient**2).sum(axis=0)
        sound = (norm < np.inf) & ((state[:size] ** 2).sum(axis=0) <= bound**2)
        code = np.where(sound, np.where(norm <= tolerance**2, ARRIVED, RUNNING), DIVERGED)
        status = np.where(status == RUNNING, code, status)
        running = status == RUNNING
        if not running.any():
            break
        slots = {f"slot{k}": state[(k + 1) * size : (k + 2) * size] for k in range(rule.slots)}
        moved = evaluate(update, theta=state[:size], gradient=gradient, **slots, **constants)
        state = np.where(running, moved, state)
        updates += running
    return Iterated(state[:size].T.copy(), status, updates)


def gradient_numpy(problem: Problem, theta: Floats) -> Floats:
    """Return the gradients (p, runs) of the problem at theta (p, runs)."""
    function = problem.function
    inputs = problem.data.inputs.T[np.newaxis, :, np.newaxis, :]
    targets = problem.data.targets[np.newaxis, np.newaxis, :]
    program = function.gradient(1)
    terms = evaluate(program, theta=theta[:, :, np.newaxis], inputs=inputs, targets=targets)
    gradient: Floats = problem.scale * terms.sum(axis=-1)
    rest = function.rest_gradient()
    if rest is not None:
        gradient = gradient + evaluate(rest, theta=theta)
    return gradient
