"""Finders of everything but worse minima: each way of not finding has its reason."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest

from claims.mathematics import CROSS_ENTROPY, RELU, SIGMOID, TANH, linear, neuron, one_hidden_layer
from claims.proof import (
    convex_strengths,
    lines,
    mini_batches,
    nonconvexity,
    plateaus,
    radicals,
    stationary_points,
    sums_of_squares,
    traps,
)
from claims.proof.certificates import NotFound, Problem, rounded
from claims.proof.instances import flatness, stationary
from claims.proof.instances import mini_batches as batch_instances
from claims.proof.instances import traps as trap_instances
from claims.proof.instances.worse_minima import SMALL, SMALL_BETTER, SMALL_WORSE

TWO, PLAIN = stationary.TWO_VALLEYS, stationary_points.Reason
FAR, NEAR, HELD = trap_instances.FAR_APART, batch_instances.NEAR, batch_instances.HELD
WIDE = Problem(linear(2), [[0, 1], [1, 1], [2, -1], [3, 0]], [0, 1, 2, 0])
REGRESSION = Problem(linear(1, bias=False), [[1], [2]], [0, 1], CROSS_ENTROPY)


@pytest.mark.parametrize(
    ("find", "arguments", "options", "reason"),
    [
        (stationary_points.find_stationary_point, (TWO, ["40"]), {}, PLAIN.NOT_CONVERGED),
        (stationary_points.find_stationary_point, (SMALL, [0] * 4), {}, PLAIN.DEGENERATE),
        (
            stationary_points.find_stationary_point,
            (TWO, ["0.57"]),
            {"radius": 1},
            PLAIN.BOX_TOO_LARGE,
        ),
        (
            stationary_points.find_stationary_point,
            (TWO, ["0.57"]),
            {"radius": "1e-50"},
            PLAIN.PRECISION_EXHAUSTED,
        ),
        (
            plateaus.find_plateau,
            (flatness.UNBIASED_STEP, [0, -1, 0], [2, 0, 1], [1, 0, 1]),
            {},
            plateaus.Reason.NOT_ZERO,
        ),
        (
            plateaus.find_plateau,
            (flatness.UNBIASED_STEP, [0, -2, 0], [0, -1, 1], [0, -1, 3]),
            {},
            plateaus.Reason.NOT_LOWER,
        ),
        (
            plateaus.find_flat_box,
            (flatness.SATURATED, [-1], [1], [0]),
            {},
            plateaus.Reason.ZERO,
        ),
        (
            plateaus.find_flat_box,
            (flatness.SATURATED, [14], [16], [15]),
            {},
            plateaus.Reason.NOT_LOWER,
        ),
        (traps.find_trap, (TWO, ["0.57"], [0]), {}, traps.Reason.NOT_A_MINIMUM),
        (traps.find_trap, (FAR, ["1.1"], ["0.1"]), {"radius": 2}, traps.Reason.NO_BALL),
        (traps.find_trap, (FAR, ["1.1"], ["0.1"]), {"steps": (1, 30)}, traps.Reason.STEPS_TOO_LONG),
        (traps.find_trap, (FAR, ["1.1"], ["1.1"]), {}, traps.Reason.NOT_LOWER),
        (
            mini_batches.find_batch_escape,
            (NEAR, ["0.57"], ["1.05"]),
            {"step": 6, "size": 1},
            mini_batches.Reason.NOT_A_MINIMUM,
        ),
        (
            mini_batches.find_batch_escape,
            (HELD, ["1.09"], ["0.1"]),
            {"step": 6, "size": 2},
            mini_batches.Reason.NO_PATH,
        ),
        (
            mini_batches.find_batch_trap,
            (HELD, ["1.09"], [0]),
            {"step": 6, "size": 1},
            mini_batches.Reason.NO_BOX,
        ),
        (
            mini_batches.find_batch_trap,
            (Problem(neuron(1, SIGMOID), [[1], [2]], ["1/2", "1/2"]), [0], [1]),
            {"step": 1, "size": 1},
            mini_batches.Reason.AT_REST,
        ),
        (lines.find_line, (SMALL, [0]), {}, lines.Reason.NOT_ONE_WEIGHT),
        # So wide a grid does not tell the three zeros apart.
        (lines.find_line, (TWO, [0]), {"reach": 4000}, lines.Reason.TOUCHING),
        (
            convex_strengths.find_convex_strength,
            (SMALL,),
            {},
            convex_strengths.Reason.NOT_ONE_WEIGHT,
        ),
        (
            convex_strengths.find_convex_strength,
            (REGRESSION,),
            {},
            convex_strengths.Reason.CONVEX,
        ),
        (
            nonconvexity.find_chord,
            (WIDE, [0, 0, 0], [1, 2, 3]),
            {},
            nonconvexity.Reason.NOT_VIOLATED,
        ),
        (
            nonconvexity.find_negative_curvature,
            (WIDE, [0, 0, 0]),
            {},
            nonconvexity.Reason.NO_NEGATIVE_CURVATURE,
        ),
        (sums_of_squares.find_sum_of_squares, (TWO,), {}, sums_of_squares.Reason.NOT_LINEAR),
        (sums_of_squares.find_sum_of_squares, (REGRESSION,), {}, sums_of_squares.Reason.NOT_LINEAR),
        (
            sums_of_squares.find_sum_of_squares,
            (Problem(linear(2), [[1, 1], [2, 2]], [0, 1]),),
            {},
            sums_of_squares.Reason.RANK_DEFICIENT,
        ),
        (radicals.find_no_radicals, (SMALL,), {}, radicals.Reason.NOT_ONE_WEIGHT),
        (radicals.find_no_radicals, (TWO,), {}, radicals.Reason.SEVERAL),
        (
            radicals.find_no_radicals,
            (Problem(neuron(1, SIGMOID), [[2], [3]], [1, "1/2"]),),
            {},
            radicals.Reason.SIGNS,
        ),
        (
            radicals.find_no_radicals,
            (Problem(neuron(1, SIGMOID), [[1], [2]], [1, 0], reduction="sum"),),
            {},
            radicals.Reason.SOLVABLE,
        ),
    ],
)
def test_each_way_of_not_finding_has_its_reason(find, arguments, options, reason):
    with pytest.raises(NotFound) as failure:
        find(*arguments, claim="x", **options)
    assert failure.value.reason is reason
    assert str(failure.value).startswith(reason.value)


def test_a_trap_of_a_wider_network_and_its_steps():
    text = traps.find_trap(SMALL, SMALL_WORSE, SMALL_BETTER, claim="x", steps=("0.01", "0.1"))
    proof = json.loads(text)["proof"]
    assert proof["steps"] == {"least": "0.01", "most": "0.1"}
    assert 0 < Fraction(proof["noise"]) < Fraction(proof["ball"]["radius"])


def test_the_sum_of_squares_is_the_ridge_solution():
    penalised = Problem(linear(1), [[0], [1], [3]], [1, 0, 2], penalty="1/2")
    proof = json.loads(sums_of_squares.find_sum_of_squares(penalised, claim="x"))["proof"]
    w, b = map(Fraction, proof["point"])
    # Mean of (w x + b - y)^2 plus (w^2 + b^2)/2: both derivatives vanish.
    residuals = [(w * x + b - y, x) for x, y in ((0, 1), (1, 0), (3, 2))]
    assert sum(2 * r * x for r, x in residuals) / 3 + w == 0
    assert sum(2 * r for r, _ in residuals) / 3 + b == 0


def test_logistic_regression_has_one_valley_on_the_line():
    problem = Problem(linear(1, bias=False), [[2], [3], [-1]], [0, 1, 1], CROSS_ENTROPY)
    proof = json.loads(lines.find_line(problem, [0, 1], claim="x"))["proof"]
    assert [one["parts"].count("valley") for one in proof["accounts"]] == [1, 1]
    assert [one["parts"].count("peak") for one in proof["accounts"]] == [0, 0]


def test_a_dead_network_and_a_saddle_have_other_activations():
    for network in (one_hidden_layer(1, 1, TANH), one_hidden_layer(1, 1, SIGMOID)):
        problem = Problem(network, [[0], [1]], [0, 1], penalty="1/10")
        text = stationary_points.find_stationary_point(problem, [0, 0, 0, "0.45"], claim="x")
        assert json.loads(text)["proof"]["index"] in (0, 1)
    with pytest.raises(NotFound):
        stationary_points.find_stationary_point(
            Problem(one_hidden_layer(1, 1, RELU), [[1], [2]], [0, 1]), [1, 1, 1, 1], claim="x"
        )


def test_numbers_are_rounded_to_the_side_that_is_asked_for():
    for value in (Fraction(1, 3), 0.999, "12345.6", "1e-30"):
        exact = Fraction(value)
        below, above = rounded(value), rounded(value, up=True)
        assert below <= exact <= above
        assert (above - below) / exact < Fraction(1, 100)
    assert rounded("2.5", 4) == rounded("2.5", 4, up=True) == Fraction(5, 2)
