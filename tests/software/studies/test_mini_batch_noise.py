"""Noise at the minimum: how excess losses are judged, on made-up records and on real ones."""

from __future__ import annotations

import numpy as np
import pytest

from claims.studies.mini_batch_noise import RECORD, observe, run
from claims.studies.registry import planned

STUDY = planned("mini-batch-noise")
CELLS = dict(zip(STUDY.names, STUDY.cells, strict=True))
LINE, EXACT = CELLS["two-minima, step 0.06"], CELLS["xor, step 0.02"]


def record(constant, falling, minimum=True, excess=0.5):
    made = np.zeros(1, dtype=RECORD)
    made["minimum"], made["excess"] = minimum, excess
    (made["low_constant"], made["high_constant"]) = constant
    (made["low_falling"], made["high_falling"]) = falling
    return made


@pytest.mark.parametrize(
    ("constant", "falling", "bounds", "word"),
    [
        ((0.2, 0.2), (0.1, 0.1), (1, 1), "nearer with falling steps"),
        ((0.1, 0.1), (0.2, 0.2), (-1, -1), "nearer with a constant step"),
        ((0.1, 0.1), (0.1 + 5e-10, 0.1 + 5e-10), (0, 0), "equally near"),
        ((0.0, 0.3), (0.1, 0.1), (-1, 1), "undecided"),
        ((0.2, 0.3), (0.1, 0.1), (1, 1), "nearer with falling steps"),
        ((np.inf, np.inf), (0.1, 0.1), (1, 1), "nearer with falling steps"),
        ((np.inf, np.inf), (np.inf, np.inf), (0, 0), "equally near"),
    ],
)
def test_which_arm_ends_nearer(constant, falling, bounds, word):
    seen = observe(LINE, record(constant, falling))["falling"]
    assert (seen.lowest[0], seen.highest[0], seen.classes[0]) == (*bounds, word)


def test_without_a_minimum_the_excess_may_be_anything():
    seen = observe(LINE, record((0, 0), (0, 0), minimum=False))["floor"]
    assert (seen.lowest[0], seen.highest[0]) == (-np.inf, np.inf)
    assert observe(LINE, record((0, 0), (0, 0)))["floor"].lowest[0] == 0.5


def test_real_runs():
    made = run("test", LINE, 0, 20)
    assert made["minimum"].all() and np.median(made["excess"]) > 0.1
    assert (observe(LINE, made)["falling"].lowest == 1).mean() > 0.8
    assert run("test", LINE, 11, 12).tobytes() == made[11:12].tobytes()


def test_there_is_no_floor_where_every_example_is_fitted():
    made = run("test", EXACT, 0, 20)
    assert made["minimum"].sum() > 10
    assert np.abs(made["excess"][made["minimum"]]).max() < 1e-9
