"""Which examples a kernel takes, counted exactly: theta itself is the count.

With the term -theta . x on inputs that are the rows of the identity, and a step of 1, an update
adds to entry i of theta how often example i was in the batch.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from claims.compiled import FULL_BATCH, Form, Iteration, Replacement, SampleSum, Shuffled
from claims.training import GRADIENT_DESCENT, stream_keys

KEYS = stream_keys("sampling", runs=range(70))


def counts(sampling, samples, budget, keys=KEYS, **options):
    function = SampleSum(lambda theta, inputs, targets: -(inputs @ theta).sum(), samples, samples)
    iteration = Iteration(Form(function, GRADIENT_DESCENT, samples, sampling))
    done = iteration(
        np.zeros((len(keys), samples)),
        np.eye(samples),
        np.zeros(samples),
        1.0,
        budget=budget,
        tolerance=None,
        bound=1e9,
        keys=keys,
        step=1.0,
        **options,
    )
    assert done.examples.tolist() == [budget * sampling.batch(samples)] * len(keys)
    return done.theta


def expected(sampling, samples, budget):
    total = np.zeros((len(KEYS), samples))
    for update in range(budget):
        for column in sampling.indices(KEYS, update, samples).T:
            total[np.arange(len(KEYS)), column] += 1
    return total


KINDS = [
    (FULL_BATCH, 5),
    (Replacement(3), 5),
    (Replacement(11), 6),  # more than are recorded at once
    (Shuffled(2), 6),
    (Shuffled(9), 18),
    (Shuffled(1), 3),
]


@pytest.mark.parametrize(("sampling", "samples"), KINDS)
def test_kernels_take_the_examples_of_the_definition(sampling, samples):
    for budget in (1, 2, 7):
        assert (counts(sampling, samples, budget) == expected(sampling, samples, budget)).all()


@pytest.mark.parametrize(("sampling", "samples"), KINDS[3:])
def test_an_epoch_takes_every_example_once(sampling, samples):
    batches = samples // sampling.size
    for epochs in (1, 3):
        assert (counts(sampling, samples, epochs * batches) == epochs).all()
    part = counts(sampling, samples, batches + 1) - counts(sampling, samples, batches)
    assert (part.sum(axis=1) == sampling.size).all() and part.max() == 1


def test_runs_and_epochs_differ():
    first, second = (Shuffled(1).indices(KEYS, epoch * 20, 20)[:, 0] for epoch in (0, 1))
    assert len(set(first.tolist())) > 10 and (first != second).sum() > 50


@dataclass(frozen=True)
class OffByOne(Shuffled):
    """Takes the example after the right one: still each once an epoch."""

    def example(self, samples, place):
        return f"({super().example(samples, place)} + 1) % {samples}"


@dataclass(frozen=True)
class Stuck(Shuffled):
    """Never goes on to the next batch of the epoch."""

    def example(self, samples, place):
        return super().example(samples, place).replace("part", "0")


@dataclass(frozen=True)
class SameDraw(Replacement):
    """Draws all examples of a batch from one word."""

    def example(self, samples, place):
        return super().example(samples, "0")


@pytest.mark.parametrize("wrong", [OffByOne(2), Stuck(2), SameDraw(2)])
def test_a_kernel_that_takes_others_is_noticed(wrong):
    assert (counts(wrong, 6, 2) != expected(wrong, 6, 2)).any()


def test_a_stuck_epoch_is_noticed_by_counting():
    assert (counts(Stuck(2), 6, 3) != 1).any()


def test_sizes_that_do_not_fit_are_named():
    with pytest.raises(ValueError, match="divides"):
        counts(Shuffled(4), 6, 1)
    with pytest.raises(ValueError, match="at least 1"):
        counts(Replacement(0), 6, 1)


def test_missing_keys_are_named():
    with pytest.raises(ValueError, match="need keys"):
        counts(Shuffled(2), 6, 1, keys=KEYS.astype(float))
