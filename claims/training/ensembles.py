"""Ensembles of runs by the compiled engine, in one call or in legs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from claims.compiled import FULL_BATCH, Form, Iterated, Noise, Rule, Sampling
from claims.training import bounds
from claims.training.problems import Problem

Floats = NDArray[np.float64]
Data = tuple[Floats, Floats]
PerRun = float | Floats

# Left out, the tolerance depends on whether a small gradient means anything.
_BY_KIND = cast(float, object())


def descend(
    problem: Problem,
    rule: Rule,
    start: Floats | Iterated,
    *,
    budget: int,
    tolerance: float | None = _BY_KIND,
    bound: float = bounds.DIVERGENCE,
    threads: int = 1,
    sampling: Sampling | None = None,
    dropout: Fraction | None = None,
    noise: Noise | None = None,
    keys: NDArray[np.uint64] | None = None,
    schedule: Mapping[str, Floats] | None = None,
    period: int = 1,
    loss_level: PerRun | None = None,
    small_gradient: PerRun | None = None,
    data: Data | None = None,
    **settings: PerRun,
) -> Iterated:
    """Iterate ``rule`` on the problem by the compiled kernel, at most ``budget`` updates.

    ``start`` is theta (runs, p), or what an earlier call with the same options returned: the runs
    then go on. The gradient is that of the whole data set or of a batch drawn by ``sampling``; with
    ``dropout`` each example draws a mask of its own for the hidden units, which are dropped at that
    rate. After every ``period``-th update the setting ``amplitude`` times ``noise`` is added to
    theta. Whatever is random needs ``keys`` (runs,), as from `stream_keys`.

    A setting is a number or (runs,); ``schedule`` multiplies it in update u by
    ``schedule[name][u]``. ``loss_level`` and ``small_gradient``, numbers or (runs,), ask for what
    `Iterated` calls reached and slow. A run stops where the norm of the gradient is at most
    ``tolerance``: left out, ARRIVAL for the whole data set without dropout or noise, else None,
    never. ``data`` = inputs (runs, N, d) and targets (runs, N) give each run its own data.

    A run's result depends on its own start, key, data and settings alone, to the last bit.
    """
    form = form_of(
        problem,
        rule,
        sampling=sampling,
        dropout=dropout,
        noise=noise,
        scheduled=schedule or (),
        watch_loss=loss_level is not None,
        watch_gradient=small_gradient is not None,
        own_data=data is not None,
    )
    if tolerance is _BY_KIND:
        tolerance = None if form.random else bounds.ARRIVAL
    inputs, targets = (problem.data.inputs, problem.data.targets) if data is None else data
    return problem.iteration(form)(
        start,
        inputs,
        targets,
        problem.batch_scale(form.batch),
        budget=budget,
        tolerance=tolerance,
        bound=bound,
        threads=threads,
        keys=keys,
        schedule=schedule,
        period=period,
        loss_level=loss_level,
        small_gradient=small_gradient,
        **settings,
    )


def form_of(
    problem: Problem,
    rule: Rule,
    *,
    sampling: Sampling | None = None,
    dropout: Fraction | None = None,
    noise: Noise | None = None,
    scheduled: Iterable[str] = (),
    watch_loss: bool = False,
    watch_gradient: bool = False,
    own_data: bool = False,
) -> Form:
    """Return the form of the kernel for these options of `descend`."""
    return Form(
        problem.function if dropout is None else problem.with_dropout(Fraction(dropout)),
        rule,
        len(problem.data.targets),
        sampling or FULL_BATCH,
        noise,
        tuple(sorted(scheduled)),
        watch_loss,
        watch_gradient,
        own_data,
    )


def trajectory(
    problem: Problem,
    rule: Rule,
    start: Floats | Iterated,
    *,
    checkpoints: Sequence[int],
    **options: Any,
) -> list[Iterated]:
    """Return the runs after so many updates, increasing, counted from the very first one.

    ``options`` are those of `descend`, but for the budget. The runs are the same, to the last bit,
    as in one call. Raises ValueError for checkpoints that lie before the start or one another.
    """
    states: list[Iterated] = []
    for checkpoint in checkpoints:
        moment = start.moment if isinstance(start, Iterated) else 0
        if checkpoint < moment:
            raise ValueError(f"checkpoints {list(checkpoints)}: {checkpoint} is before {moment}")
        start = descend(problem, rule, start, budget=checkpoint - moment, **options)
        states.append(start)
    return states
