"""Costs to a target: how they are counted and compared."""

from __future__ import annotations

import numpy as np
import pytest

from claims.studies.cost_to_target import RECORD, observe, run
from claims.studies.registry import planned
from claims.studies.targets import costs, first_look, noisy_wave

STUDY = planned("cost-to-target")
CELLS = dict(zip(STUDY.names, STUDY.cells, strict=True))
SMALL = CELLS["loose, 16 examples, width 4"]


def test_the_first_look_that_finds_the_target():
    looks = np.array([16, 20, 30])
    high, low = SMALL.target + 0.1, SMALL.target
    losses = [np.array([high, low, high]), np.array([low, high, high]), np.array([low, low, high])]
    assert first_look(looks, losses, SMALL.target).tolist() == [20, 16, np.inf]


def test_who_does_not_arrive_costs_more_than_was_spent():
    seen = costs(np.array([7.0, np.inf]), 100)
    assert (seen.lowest.tolist(), seen.highest.tolist()) == ([7, 100], [7, np.inf])


def test_the_ratio_is_that_of_the_full_batch_to_single_examples():
    made = np.zeros(3, dtype=RECORD)
    made["full"], made["single"] = [200, np.inf, np.inf], [50, 100, np.inf]
    spent = SMALL.full_updates * SMALL.examples
    for seen in observe(SMALL, made).values():
        assert seen.lowest.tolist() == [4, spent / 100, 0]
        assert seen.highest.tolist() == [4, np.inf, np.inf]


def test_real_runs():
    made = run("test", SMALL, 0, 20)
    assert np.isfinite(made["full"]).sum() > 10 and np.isfinite(made["single"]).sum() > 10
    arrived = made["full"][np.isfinite(made["full"])]
    assert np.all(arrived % SMALL.examples == 0)
    assert run("test", SMALL, 11, 12).tobytes() == made[11:12].tobytes()


def test_the_wave_is_one_for_each_number_of_examples():
    wave = noisy_wave(16)
    assert wave.inputs.shape == (16, 1)
    assert (wave.inputs[0, 0], wave.inputs[-1, 0]) == (-2, 2)
    assert np.array_equal(wave.targets, noisy_wave(16).targets)
    noise = noisy_wave(4096).targets - np.sin(2 * noisy_wave(4096).inputs[:, 0])
    assert noise.std() == pytest.approx(0.3, rel=0.05)
