"""Batches, dropout, noise, schedules, watches, legs and data of a run's own, in both engines."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from claims.compiled import noise as noise_module
from claims.mathematics import (
    L2,
    SIGMOID,
    SQUARED_ERROR,
    DropoutObjective,
    Objective,
    expectation_over_masks,
    linear,
    masked_parameters,
    one_hidden_layer,
)
from claims.numbers import RATIONALS
from claims.training import (
    GRADIENT_DESCENT,
    MOMENTUM,
    DataSet,
    Noise,
    Problem,
    Replacement,
    Shuffled,
    descend,
    descend_numpy,
    stream_keys,
    trajectory,
    two_minima,
    xor,
)

SQUARES = Objective(one_hidden_layer(2, 2, SIGMOID), SQUARED_ERROR)
XOR = Problem(SQUARES, xor())
LINE = Problem(
    Objective(one_hidden_layer(1, 1, SIGMOID), SQUARED_ERROR, penalty=L2(Fraction(1, 50))),
    two_minima(),
)
SUM = Problem(Objective(linear(1), SQUARED_ERROR, reduction="sum"), two_minima())
RUNS = 70
KEYS = stream_keys("options", runs=range(RUNS))
HALF, THIRD = Fraction(1, 2), Fraction(1, 3)
DECAY = {"step": 1 / (1 + np.arange(20) / 5)}

RANDOM = {
    "replacement": (XOR, GRADIENT_DESCENT, {"sampling": Replacement(3)}),
    "replacement, one by one": (XOR, GRADIENT_DESCENT, {"sampling": Replacement(11)}),
    "shuffled with momentum": (LINE, MOMENTUM, {"sampling": Shuffled(5), "momentum": 0.9}),
    "sum": (SUM, GRADIENT_DESCENT, {"sampling": Shuffled(2), "step": 0.001}),
    "dropout": (XOR, GRADIENT_DESCENT, {"dropout": HALF}),
    "dropout of batches": (XOR, GRADIENT_DESCENT, {"dropout": THIRD, "sampling": Shuffled(1)}),
    "dropout, one by one": (LINE, GRADIENT_DESCENT, {"dropout": HALF}),
    "cube": (XOR, GRADIENT_DESCENT, {"noise": Noise.CUBE, "amplitude": 0.1}),
    "ball": (XOR, GRADIENT_DESCENT, {"noise": Noise.BALL, "amplitude": 0.1, "period": 3}),
    "normal": (LINE, MOMENTUM, {"noise": Noise.NORMAL, "amplitude": 0.1, "momentum": 0.5}),
    "fading noise": (
        XOR,
        GRADIENT_DESCENT,
        {"noise": Noise.CUBE, "amplitude": 0.1, "schedule": DECAY | {"amplitude": DECAY["step"]}},
    ),
    "schedule": (XOR, GRADIENT_DESCENT, {"schedule": DECAY}),
}


def starts(problem, runs=RUNS):
    return np.random.default_rng(6).normal(size=(runs, problem.objective.network.size))


def run(engine, name, theta=None, keys=KEYS, **others):
    problem, rule, options = RANDOM[name]
    theta = starts(problem) if theta is None else theta
    options = {"step": 0.05, "budget": 20, "tolerance": None} | options | others
    return engine(problem, rule, theta, keys=keys, **options)


# Both engines round within 100 units of numbers below 10 in an update of step at most 0.05; twenty
# updates that are Lipschitz with a constant below 2 could enlarge that to 1e-7; draws that differ
# would change theta by 1e-3 and more.
AGREE = 1e-7


@pytest.mark.parametrize("name", RANDOM)
def test_both_engines_do_the_same(name):
    done, plain = run(descend, name), run(descend_numpy, name)
    assert np.abs(done.theta - plain.theta).max() < AGREE
    assert np.abs(done.slots - plain.slots).max(initial=0) < AGREE
    assert done.updates.tolist() == plain.updates.tolist() == [20] * RUNS
    assert np.abs(done.theta - starts(RANDOM[name][0])).max() > 1e-2


@pytest.mark.parametrize("name", ["replacement", "dropout", "cube", "ball", "normal"])
def test_other_draws_are_noticed(name):
    other = run(descend_numpy, name, keys=KEYS + np.uint64(1))
    assert np.abs(run(descend, name).theta - other.theta).max(axis=1).min() > AGREE


def test_noise_of_another_size_is_noticed(monkeypatch):
    def larger(size):
        before, entries = noise_module._cube(size)
        return before, [f"1.0001 * ({entry})" for entry in entries]

    monkeypatch.setitem(noise_module._STATEMENTS, Noise.CUBE, larger)
    fresh = Problem(SQUARES, xor())
    options = {"keys": KEYS, "budget": 20, "step": 0.05, "amplitude": 0.1, "noise": Noise.CUBE}
    done = descend(fresh, GRADIENT_DESCENT, starts(fresh), tolerance=None, **options)
    plain = descend_numpy(fresh, GRADIENT_DESCENT, starts(fresh), tolerance=None, **options)
    assert np.abs(done.theta - plain.theta).max() > AGREE


@pytest.mark.parametrize("name", RANDOM)
def test_a_run_is_the_same_alone_in_company_and_by_two_threads(name):
    together = run(descend, name)
    order = np.random.default_rng(7).permutation(RUNS)
    theta = starts(RANDOM[name][0])
    shuffled = run(descend, name, theta[order], KEYS[order])
    assert shuffled.theta.tobytes() == together.theta[order].tobytes()
    for one in (0, 69):
        alone = run(descend, name, theta[one : one + 1], KEYS[one : one + 1])
        assert alone.theta.tobytes() == together.theta[one : one + 1].tobytes()
    assert run(descend, name, threads=2).theta.tobytes() == together.theta.tobytes()


@pytest.mark.parametrize("name", RANDOM)
def test_legs_are_one_run(name):
    problem, rule, options = RANDOM[name]
    options = {"step": 0.05, "tolerance": None, "keys": KEYS} | options
    states = trajectory(problem, rule, starts(problem), checkpoints=[0, 3, 4, 20], **options)
    assert [state.moment for state in states] == [0, 3, 4, 20]
    assert states[0].theta.tobytes() == starts(problem).tobytes()
    whole = run(descend, name)
    assert states[-1].theta.tobytes() == whole.theta.tobytes()
    assert states[-1].slots.tobytes() == whole.slots.tobytes()
    assert states[1].theta.tobytes() == run(descend, name, budget=3).theta.tobytes()


def test_checkpoints_must_increase():
    with pytest.raises(ValueError, match="3 is before 4"):
        trajectory(XOR, GRADIENT_DESCENT, starts(XOR), checkpoints=[4, 3], step=0.1)


def test_runs_that_stop_leave_the_others_alone():
    """Where blocks are put together anew, after so many updates, no bit of a run changes."""
    theta = starts(XOR, 200)
    together = descend(XOR, GRADIENT_DESCENT, theta, budget=3000, step=0.5, tolerance=1e-2)
    assert 0 < (together.status == 0).sum() < 200 and (together.updates < 1000).any()
    for one in range(0, 200, 17):
        alone = descend(
            XOR, GRADIENT_DESCENT, theta[one : one + 1], budget=3000, step=0.5, tolerance=1e-2
        )
        assert alone.theta.tobytes() == together.theta[one : one + 1].tobytes()
        assert alone.updates[0] == together.updates[one]


def test_each_run_with_data_of_its_own():
    random = np.random.default_rng(8)
    inputs, targets = random.normal(size=(RUNS, 4, 2)), random.normal(size=(RUNS, 4))
    for sampling in (None, Replacement(2), Shuffled(1)):
        options = {"budget": 12, "step": 0.1, "tolerance": None, "sampling": sampling}
        done = descend(
            XOR, GRADIENT_DESCENT, starts(XOR), data=(inputs, targets), keys=KEYS, **options
        )
        for one in (0, 69):
            own = Problem(SQUARES, DataSet("own", inputs[one].copy(), targets[one].copy()))
            theta, keys = starts(XOR)[one : one + 1], KEYS[one : one + 1]
            alone = descend_numpy(own, GRADIENT_DESCENT, theta, keys=keys, **options)
            assert np.abs(alone.theta[0] - done.theta[one]).max() < AGREE
    with pytest.raises(ValueError, match=r"\(69, 4, 2\) and targets \(70, 4\) for 70 runs"):
        descend(XOR, GRADIENT_DESCENT, starts(XOR), data=(inputs[1:], targets), budget=1, step=0.1)


def test_a_loss_level_and_small_gradients_are_counted():
    theta, step, small = starts(XOR), 0.5, 0.05
    level = np.where(np.arange(RUNS) % 2, 0.2, 0.1)
    done = descend(
        XOR,
        GRADIENT_DESCENT,
        theta,
        budget=400,
        step=step,
        tolerance=None,
        loss_level=level,
        small_gradient=small,
    )
    states = trajectory(
        XOR, GRADIENT_DESCENT, theta, checkpoints=range(400), step=step, tolerance=None
    )
    data = XOR.data
    losses, slow = [], np.zeros(RUNS)
    for state in states:
        value, gradient, _ = XOR.derivatives(state.theta, data.inputs, data.targets, XOR.scale)
        losses.append(value)
        slow += np.linalg.norm(gradient, axis=1) <= small
    below = np.array(losses) <= level
    first = np.where(below.any(axis=0), below.argmax(axis=0), np.inf)
    # A loss within a rounding of the level could be counted by one engine alone.
    assert np.abs(np.array(losses) - level).min() > 1e-13
    assert done.reached.tolist() == first.tolist()
    assert done.slow.tolist() == slow.tolist()
    assert 0 < np.isinf(first).sum() < RUNS and slow.min() < slow.max() < 400


def test_watching_changes_nothing_and_goes_on():
    options = {"step": 0.5, "tolerance": 1e-2, "loss_level": 0.2, "small_gradient": 0.05}
    whole = descend(XOR, GRADIENT_DESCENT, starts(XOR), budget=700, **options)
    legs = trajectory(XOR, GRADIENT_DESCENT, starts(XOR), checkpoints=[99, 300, 700], **options)
    for name in ("theta", "updates", "status", "reached", "slow"):
        assert getattr(legs[-1], name).tobytes() == getattr(whole, name).tobytes(), name


def test_a_loss_that_no_update_computes_is_not_watched():
    for options in ({"sampling": Replacement(1)}, {"dropout": HALF}):
        with pytest.raises(ValueError, match="full batch and without dropout"):
            descend(XOR, GRADIENT_DESCENT, starts(XOR), budget=1, step=0.1, loss_level=1, **options)


def test_random_runs_do_not_stop_by_themselves():
    """A batch may have no gradient at a point that is not stationary."""
    data = DataSet("halves", np.array([[1.0], [1.0]]), np.array([0.0, 1.0]))
    problem = Problem(Objective(linear(1, bias=False), SQUARED_ERROR), data)
    options = {"budget": 8, "step": 0.5, "sampling": Replacement(1), "keys": KEYS}
    done = descend(problem, GRADIENT_DESCENT, np.zeros((RUNS, 1)), **options)
    assert done.updates.tolist() == [8] * RUNS
    stopped = descend(problem, GRADIENT_DESCENT, np.zeros((RUNS, 1)), tolerance=0, **options)
    assert stopped.updates.min() == 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"sampling": Replacement(1)}, "need keys"),
        ({"schedule": {"step": np.ones(2)}}, "one factor for each of 3"),
        ({"schedule": {"rate": np.ones(3)}}, "settings among"),
        ({"noise": Noise.CUBE, "keys": KEYS}, "settings"),
        ({"noise": Noise.CUBE, "keys": KEYS, "amplitude": 1.0, "period": 0}, "period"),
    ],
)
def test_what_does_not_fit_is_named(options, message):
    with pytest.raises(ValueError, match=message):
        descend(XOR, GRADIENT_DESCENT, starts(XOR), budget=3, step=0.1, **options)


def test_the_masked_gradients_average_to_the_objective_over_all_masks():
    """Exactly, in rationals, on a network with a square activation: nothing is sampled."""
    from claims.compiled import evaluate
    from claims.mathematics import SQUARE

    objective = Objective(one_hidden_layer(1, 2, SQUARE), SQUARED_ERROR)
    problem = Problem(objective, two_minima())
    dropped = problem.with_dropout(THIRD)
    averaged = Problem(DropoutObjective(objective, THIRD), two_minima()).function
    theta = RATIONALS.enter([Fraction(k - 3, 2) for k in range(7)])
    sample = {"inputs": RATIONALS.enter([[2]]), "targets": RATIONALS.enter([3])}
    mean = expectation_over_masks(
        2,
        THIRD,
        lambda mask: evaluate(
            dropped.gradient(1), theta=theta, mask=RATIONALS.enter([list(mask)]), **sample
        ),
    )
    true = evaluate(averaged.gradient(1), theta=theta, **sample)
    assert [a.fraction for a in mean] == [a.fraction for a in true]
    # Without the factor 1/(1 - rate) they would not.
    one = evaluate(dropped.value(1), theta=theta, mask=RATIONALS.enter([[1, 0]]), **sample)
    moved = masked_parameters(objective.network, theta, 1, (1, 0), THIRD, rescaled=False)
    assert one.fraction != objective.value(moved, *sample.values()).fraction


def test_dropout_needs_one_hidden_layer_and_no_average():
    with pytest.raises(ValueError, match="needs one"):
        SUM.with_dropout(HALF)
    with pytest.raises(ValueError, match="sample none"):
        Problem(DropoutObjective(SQUARES, HALF), xor()).with_dropout(HALF)
