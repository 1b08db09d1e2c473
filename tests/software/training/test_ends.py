"""Polishing and classification on ends whose nature is known."""

from __future__ import annotations

import numpy as np
import pytest

from claims.compiled import ARRIVED, DIVERGED, RUNNING
from claims.mathematics import RELU, SIGMOID, SQUARED_ERROR, Objective, neuron, one_hidden_layer
from claims.training import (
    GRADIENT_DESCENT,
    DataSet,
    End,
    Problem,
    bounds,
    classify,
    descend,
    draw_starts,
    generator,
    polish,
    two_minima,
    xor,
)
from claims.training.ends import CODES
from claims.training.starts import glorot

LINE = Problem(Objective(one_hidden_layer(1, 1, SIGMOID), SQUARED_ERROR), two_minima())
XOR = Problem(Objective(one_hidden_layer(2, 2, SIGMOID), SQUARED_ERROR), xor())
MINIMA = np.array(
    [
        [7.524153, -9.423923, -4.866755, -0.042131],
        [-5.073738, -6.92875, -5.615244, -0.50371],
    ]
)


def ends_of(problem, theta, status=ARRIVED, tolerance=1e-3):
    theta = np.atleast_2d(np.asarray(theta, dtype=float))
    ends = classify(problem, theta, np.full(len(theta), status), tolerance)
    return [CODES[code] for code in ends.code], ends


def test_certified_minima():
    classes, ends = ends_of(LINE, MINIMA + 1e-3)
    assert classes == [End.MINIMUM, End.MINIMUM]
    assert ends.level == pytest.approx([12.04107, 13.07840], abs=5e-6)  # as printed


def test_polishing_does_not_leave_the_basin():
    starts = MINIMA[1] + 0.05 * np.random.default_rng(0).normal(size=(20, 4))
    classes, ends = ends_of(LINE, starts, tolerance=1.0)
    assert set(classes) == {End.MINIMUM}
    assert np.ptp(ends.polished.theta, axis=0).max() < 1e-6
    assert np.all(ends.polished.drop >= 0)


def test_an_end_from_which_the_loss_still_falls_is_undecided():
    classes, ends = ends_of(LINE, MINIMA + 0.5, status=RUNNING, tolerance=1e-3)
    assert classes == [End.UNDECIDED] * 2 and np.all(ends.polished.drop > 1e-3)
    assert ends.level.tolist() == ends.reached.tolist()


def test_a_saddle_between_units_that_are_alike():
    # A minimum of width 1, its unit split into two equal halves, as descent keeps them that starts
    # from equal units: the gradient vanishes, but width 2 can leave it.
    problem = Problem(Objective(one_hidden_layer(1, 2, SIGMOID), SQUARED_ERROR), two_minima())
    w, b, v, c = MINIMA[0]
    classes, ends = ends_of(problem, np.array([w, w, b, b, v / 2, v / 2, c]) + 1e-4)
    assert classes == [End.SADDLE] and ends.polished.lowest[0] < -1e-3
    assert ends.level == pytest.approx(12.04107, abs=5e-6)


def test_the_plateau_of_dead_units():
    data = DataSet("step", np.array([[0.0], [1.0]]), np.array([0.0, 1.0]))
    problem = Problem(Objective(one_hidden_layer(1, 1, RELU), SQUARED_ERROR), data)
    classes, ends = ends_of(problem, [-1.0, -1.0, 1.0, 0.5])
    assert classes == [End.FLAT] and ends.level.tolist() == [0.25]


def test_a_neuron_that_fits_hard_targets_only_at_infinity():
    data = DataSet("separable", np.array([[1.0], [2.0]]), np.array([1.0, 1.0]))
    problem = Problem(Objective(neuron(1, SIGMOID), SQUARED_ERROR), data)
    done = descend(problem, GRADIENT_DESCENT, np.array([[0.3]]), budget=20_000, step=0.5)
    classes, ends = ends_of(problem, done.theta, done.status[0])
    assert classes == [End.INFINITY] and abs(ends.level[0]) < 1e-6


@pytest.mark.parametrize("start", [[0.2, 20.0, -10.0], [1.0, 4.5, -2.3]])
def test_a_bent_tail_is_never_taken_for_a_finite_point(start):
    # y = x on five points: v s(w x) + c approaches it as w -> 0 with v = 4/w, and only then.
    inputs = np.array([[-1.0], [-0.5], [0.0], [0.5], [1.0]])
    data = DataSet("line", inputs, inputs[:, 0])
    problem = Problem(
        Objective(one_hidden_layer(1, 1, SIGMOID, hidden_bias=False), SQUARED_ERROR), data
    )
    classes, _ = ends_of(problem, start, status=RUNNING)
    assert classes[0] in (End.INFINITY, End.UNDECIDED)


def test_xor_at_the_level_of_one_eighth():
    starts = draw_starts(
        XOR.objective.network, glorot, (generator("ends", run) for run in range(448))
    )
    done = descend(XOR, GRADIENT_DESCENT, starts, budget=30_000, step=0.5)
    ends = classify(XOR, done.theta, done.status, 1e-3)
    infinite = ends.of(End.INFINITY)
    assert infinite.any()
    assert np.all(np.abs(ends.level[infinite] - 0.125) < 1e-3)
    assert np.all(ends.level[ends.of(End.FLAT)] < 1e-12)


def test_divergence():
    classes, ends = ends_of(XOR, [[np.nan] * 9, [1.0] * 9], status=DIVERGED)
    assert classes == [End.DIVERGED] * 2 and np.all(ends.level == np.inf)


def test_a_run_is_classified_alike_alone_and_in_company():
    theta = np.random.default_rng(8).normal(size=(60, 9))
    together = polish(XOR, theta)
    order = np.random.default_rng(9).permutation(60)
    shuffled = polish(XOR, theta[order])
    for name in together.__dataclass_fields__:
        whole = getattr(together, name)
        assert getattr(shuffled, name).tobytes() == whole[order].tobytes(), name
        for run in (0, 59):
            alone = getattr(polish(XOR, theta[run : run + 1]), name)
            assert alone.tobytes() == whole[run : run + 1].tobytes(), name


def test_the_loss_never_rises_by_more_than_its_rounding():
    theta = 3 * np.random.default_rng(10).normal(size=(100, 9))
    polished = polish(XOR, theta)
    value = polished.value + polished.drop
    allowed = bounds.NEWTON_STEPS * bounds.VALUE_NOISE * (value + np.sqrt(value))
    assert np.all(polished.drop >= -allowed)


def test_ends_of_runs_with_data_of_their_own():
    random = np.random.default_rng(12)
    inputs, targets = random.normal(size=(70, 10, 1)), random.normal(size=(70, 10))
    theta, status = random.normal(size=(70, 4)), np.full(70, RUNNING)
    together = classify(LINE, theta, status, np.inf, data=(inputs, targets))
    for run in (0, 33, 69):
        own = Problem(LINE.objective, DataSet("own", inputs[run].copy(), targets[run].copy()))
        alone = classify(own, theta[run : run + 1], status[:1], np.inf)
        assert alone.code[0] == together.code[run]
        assert alone.level[0] == pytest.approx(together.level[run], rel=1e-9)
    with pytest.raises(ValueError, match="9 samples a run, the problem has 10"):
        polish(LINE, theta, data=(inputs[:, 1:], targets[:, 1:]))
