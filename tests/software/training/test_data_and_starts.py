"""Data sets as declared, starts that depend on their own seed alone."""

from __future__ import annotations

import numpy as np
import pytest

from claims.mathematics import SIGMOID, SQUARED_ERROR, TANH, Objective, one_hidden_layer
from claims.training import DATA_SETS, STARTS, DataSet, draw_starts, generator

NETWORK = one_hidden_layer(4, 6, SIGMOID)


def test_declared_data():
    xor = DATA_SETS["xor"]()
    assert xor.targets.tolist() == [x[0] != x[1] for x in xor.inputs.tolist()]
    line = DATA_SETS["two-minima"]()
    assert line.inputs[:, 0].tolist() == [-2, -1.5, -1, -0.5, 0, 0.5, 1, 1.5, 2, 2.5]


def test_the_teacher_fits_its_data_exactly():
    data = DATA_SETS["teacher"]()
    objective = Objective(one_hidden_layer(2, 2, TANH), SQUARED_ERROR)
    theta = np.array([3, -3.7, 0, -1.8, 0.8, -2.1, -1, 1, 0])
    # Twelve squares of rounding errors of numbers of size 1.
    assert objective.value(theta, data.inputs, data.targets) < (64 * 2.0**-53) ** 2


def test_few_diabetes_are_the_first_patients():
    few, whole = DATA_SETS["few-diabetes"](), DATA_SETS["diabetes"]()
    assert few.inputs.shape == (40, 2)
    assert np.array_equal(few.inputs, whole.inputs[:40])
    assert np.array_equal(few.targets, whole.targets[:40])


def test_the_rounded_teacher_lies_on_a_grid():
    data = DATA_SETS["rounded-teacher"]()
    assert data.inputs[[0, 1, 3, 11]].tolist() == [[-1, -1], [-1, 0], [0, -1], [2, 1]]
    assert data.targets[[0, 11]].tolist() == [-6.3, -6.2]


def test_diabetes_is_standardised_and_correlates_as_documented():
    from sklearn.datasets import load_diabetes

    data = DATA_SETS["diabetes"]()
    columns = np.column_stack([data.inputs, data.targets])
    # Means of 442 numbers of size 1: at most 442 roundings.
    assert np.all(np.abs(columns.mean(axis=0)) < 442 * 2.0**-53)
    assert np.all(np.abs(columns.var(axis=0) - 1) < 2 * 442 * 2.0**-53)
    raw = load_diabetes()
    strongest = sorted(
        raw.feature_names,
        key=lambda name: (
            -abs(np.corrcoef(raw.data[:, raw.feature_names.index(name)], raw.target)[0, 1])
        ),
    )
    assert strongest[:2] == ["bmi", "s5"]


@pytest.mark.parametrize(
    ("inputs", "targets", "message"),
    [
        (np.zeros((2, 1)), np.zeros(3), "do not match"),
        (np.zeros((0, 1)), np.zeros(0), "is empty"),
        (np.array([[1.0], [np.nan]]), np.zeros(2), "inputs row 1"),
        (np.zeros((2, 1)), np.array([np.inf, 0.0]), "targets row 0"),
    ],
)
def test_bad_data_are_named(inputs, targets, message):
    with pytest.raises(ValueError, match=f"data set mine.*{message}"):
        DataSet("mine", inputs, targets)


def test_data_cannot_be_changed_by_a_run():
    with pytest.raises(ValueError):
        DATA_SETS["xor"]().inputs[0, 0] = 1


def test_a_start_depends_on_its_own_key_alone():
    many = draw_starts(NETWORK, STARTS["normal"], (generator("plan", 3, run) for run in range(9)))
    one = draw_starts(NETWORK, STARTS["normal"], [generator("plan", 3, 7)])
    assert many[7].tolist() == one[0].tolist()
    assert len({tuple(start) for start in many}) == 9


@pytest.mark.parametrize("other", [("plan", 37), ("plan", "3", 7), ("plan3", 7), ("plan", 3, 7, 0)])
def test_different_keys_are_different_streams(other):
    assert generator("plan", 3, 7).random() != generator(*other).random()


@pytest.mark.parametrize("name", ["glorot", "he"])
def test_scaled_starts(name):
    starts = draw_starts(NETWORK, STARTS[name], (generator(name, run) for run in range(4000)))
    variance = {"glorot": (2 / 10, 2 / 7), "he": (2 / 4, 2 / 6)}[name]
    for block, expected in (("W1", variance[0]), ("W2", variance[1])):
        place = NETWORK.block(block)
        weights = starts[:, place.start : place.stop]
        # Six standard errors of the mean square; its variance is at most 2 expected^2 (normal).
        assert abs((weights**2).mean() - expected) < 6 * expected * np.sqrt(2 / weights.size)
    for block in ("b1", "b2"):
        place = NETWORK.block(block)
        assert not starts[:, place.start : place.stop].any()
    if name == "glorot":
        assert np.abs(starts[:, :24]).max() <= np.sqrt(6 / 10)
