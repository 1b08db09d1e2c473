"""L2 and dropout on real data: splits, comparisons and what a unit is worth."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from claims.mathematics import SIGMOID, SQUARED_ERROR, Objective, one_hidden_layer
from claims.studies.generalisation import (
    RECORD,
    STOPS,
    Part,
    _plain,
    _trained,
    compared,
    largest_share,
    network_of,
    observe,
    run,
    split,
    table,
)
from claims.studies.plan import plan_hash
from claims.studies.registry import planned
from claims.training import STARTS, draw_starts, generator, stream_keys

STUDY = planned("generalisation")
CELLS = {STUDY.study.name(cell): cell for cell in STUDY.cells}
SHORT = CELLS["diabetes, dropout, 30 updates"]
# Two strengths and one unit: fewer kernels to compile, each a quarter as long.
SMALL = msgspec.structs.replace(SHORT, width=1, strengths=SHORT.strengths[:2])


@pytest.mark.parametrize(("data", "rows"), [("diabetes", 442), ("wine", 178)])
def test_every_row_is_in_one_part(data, rows):
    cell = msgspec.structs.replace(SHORT, data=data)
    parts = split(generator("test", data), cell)
    assert [len(part.targets) for part in parts] == [40, 40, rows - 80]
    inputs, _ = table(data)
    fitted = parts[0]
    assert np.allclose(fitted.inputs.mean(axis=0), 0) and np.allclose(fitted.inputs.std(axis=0), 1)
    assert np.mean(fitted.targets**2) == pytest.approx(1)
    together = np.concatenate([part.inputs for part in parts])
    assert len(np.unique(together, axis=0)) == len(np.unique(inputs, axis=0))


def test_the_classes_are_zero_and_one():
    for data, ones in (("wine", 71), ("breast cancer", 357)):
        _, targets = table(data)
        assert set(targets) == {0.0, 1.0} and targets.sum() == ones


def test_lower_by_more_than_the_slack():
    seen = compared(
        np.array([0.8, 0.995, 1.2, np.nan, np.inf]),
        np.ones(5),
        np.full(5, 0.01),
        ("lower", "higher", "same"),
    )
    assert seen.lowest.tolist() == [1, 0, -1, -1, -1]
    assert seen.highest.tolist() == [1, 0, -1, 1, 1]
    assert seen.classes.tolist() == ["lower", "same", "higher", "undecided", "undecided"]


def test_the_unit_that_matters_most():
    objective = Objective(one_hidden_layer(1, 2, SIGMOID), SQUARED_ERROR)
    part = Part(np.zeros((1, 1)), np.ones(1))
    # Both units have the activation 1/2: the outputs are 1/2 - 3/2 + 2 = 1, and 1/2 or 5/2 without
    # the first or second unit. The loss of the output 0 is 1.
    theta = np.array([0.0, 0.0, 0.0, 0.0, 1.0, -3.0, 2.0])
    assert largest_share(objective, theta, part) == pytest.approx(2.25)
    assert np.isnan(largest_share(objective, np.zeros(7), part))


def test_the_questions_of_a_cell():
    made = np.zeros(2, dtype=RECORD)
    made["test_plain"], made["test_regularised"] = [1.0, 0.5], [0.5, 0.6]
    made["test_stopped"] = [0.4, 0.6]
    made["training_plain"], made["training_regularised"] = [0.1, 0.4], [0.2, 0.2]
    made["unit_plain"], made["unit_regularised"] = [2.0, 0.5], [1.0, 0.501]
    seen = observe(SHORT, made)
    assert seen["test-loss"].lowest.tolist() == [1, -1]
    assert seen["against-stopping"].lowest.tolist() == [-1, 0]
    assert seen["gap"].lowest.tolist() == [1, -1]
    assert seen["single-unit"].lowest.tolist() == [1, 0]
    assert list(observe(CELLS["diabetes, L2, 30 updates"], made)) == [
        "test-loss",
        "against-stopping",
    ]


def test_a_run_does_not_depend_on_the_others():
    made = run("test", SMALL, 0, 6)
    assert run("test", SMALL, 4, 5).tobytes() == made[4:5].tobytes()
    assert run("other", SMALL, 4, 5).tobytes() != made[4:5].tobytes()
    assert set(made["strength"]) <= set(SMALL.strengths)


def test_the_plain_network_is_followed_from_its_start_to_its_end():
    network = network_of(SMALL)
    starts = draw_starts(network, STARTS["glorot"], [generator("test", "start")])
    fitted, _, _ = split(generator("test", "split"), SMALL)
    data = fitted.inputs[np.newaxis], fitted.targets[np.newaxis]
    moments = _plain(SMALL, starts, data)
    assert np.array_equal(moments[0], starts) and len(moments) == STOPS + 1
    keys = stream_keys("test", runs=range(1))
    assert np.array_equal(moments[-1], _trained(SMALL, 0.0, starts, keys, data))


def test_the_pilot_has_seeds_of_its_own():
    assert STUDY.plan.pilot.seed != plan_hash(STUDY.plan)
