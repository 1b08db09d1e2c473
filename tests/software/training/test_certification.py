"""What is proved about ends whose nature is known, and what must not be proved."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from flint import arb

from claims.compiled import ARRIVED
from claims.mathematics import (
    L2,
    RELU,
    SIGMOID,
    SQUARED_ERROR,
    DropoutObjective,
    Objective,
    one_hidden_layer,
)
from claims.numbers import BALLS, Ball
from claims.training import (
    CODES,
    GRADIENT_DESCENT,
    End,
    Problem,
    certify_ends,
    classify,
    descend,
    draw_starts,
    generator,
    two_minima,
    xor,
)
from claims.training.certification import _kind
from claims.training.starts import glorot

LINE = Problem(Objective(one_hidden_layer(1, 1, SIGMOID), SQUARED_ERROR), two_minima())
SPLIT = Problem(Objective(one_hidden_layer(1, 2, SIGMOID), SQUARED_ERROR), two_minima())
XOR = Problem(Objective(one_hidden_layer(2, 2, SIGMOID), SQUARED_ERROR), xor())
MINIMUM = np.array([[7.524153, -9.423923, -4.866755, -0.042131]])


def ends_at(problem, theta):
    return classify(problem, np.array(theta), np.full(len(theta), ARRIVED), 1e-3)


def moved(ends, distance):
    theta = ends.polished.theta + distance
    return replace(ends, polished=replace(ends.polished, theta=theta))


def called(ends, end):
    return replace(ends, code=np.full_like(ends.code, CODES.index(end)))


def saddle():
    w, b, v, c = MINIMUM[0]
    return ends_at(SPLIT, [[w, w, b, b, v / 2, v / 2, c]])


def test_a_minimum_is_proved_and_a_wrong_name_refuted():
    ends = ends_at(LINE, MINIMUM)
    assert certify_ends(LINE, ends, [0]).right == (0,)
    for wrong in (End.SADDLE, End.FLAT, End.INFINITY):
        assert certify_ends(LINE, called(ends, wrong), [0]).wrong == (0,)


def test_a_saddle_whose_hessian_is_regular():
    # With a penalty the two halves of a split unit stay equal at a saddle that is isolated.
    objective = Objective(
        one_hidden_layer(1, 2, SIGMOID), SQUARED_ERROR, penalty=L2(Fraction(1, 1000))
    )
    problem = Problem(objective, two_minima())
    w, b, v, c = MINIMUM[0]
    start = np.array([[w, w, b, b, v / 2, v / 2, c]])
    done = descend(problem, GRADIENT_DESCENT, start, budget=100_000, step=0.02)
    ends = classify(problem, done.theta, done.status, 1e-3)
    assert CODES[ends.code[0]] is End.SADDLE
    assert certify_ends(problem, ends, [0]).right == (0,)
    assert certify_ends(problem, called(ends, End.MINIMUM), [0]).wrong == (0,)


def test_exact_fits_are_flat():
    network = XOR.objective.network
    starts = draw_starts(network, glorot, (generator("certify", run) for run in range(64)))
    done = descend(XOR, GRADIENT_DESCENT, starts, budget=30_000, step=0.5)
    ends = classify(XOR, done.theta, done.status, 1e-3)
    flat = np.flatnonzero(ends.of(End.FLAT))[:5]
    assert len(flat) == 5
    assert certify_ends(XOR, ends, flat).right == tuple(flat)
    assert certify_ends(XOR, called(ends, End.MINIMUM), flat).wrong == tuple(flat)
    assert certify_ends(XOR, moved(ends, 0.5), flat).undecided == tuple(flat)


def test_what_is_not_near_enough_is_not_proved():
    ends = ends_at(LINE, MINIMUM)
    assert certify_ends(LINE, moved(ends, 0.1), [0]).undecided == (0,)


def test_a_continuum_of_saddles_is_not_proved():
    assert certify_ends(SPLIT, saddle(), [0]).undecided == (0,)


def test_ends_that_were_not_called_are_undecided():
    assert certify_ends(LINE, called(ends_at(LINE, MINIMUM), End.UNDECIDED), [0]).undecided == (0,)


def test_no_exact_fit_where_it_would_not_be_flat():
    """With a penalty or an average over masks a point that fits the data need not be stationary."""
    theta = [[1.0, -1.0, 2.0, 0.5, -0.5, 1.0, 1.0, -2.0, 0.3]]
    penalised = replace(XOR.objective, penalty=L2(Fraction(1, 10)))
    for objective in (penalised, DropoutObjective(XOR.objective, Fraction(1, 2))):
        problem = Problem(objective, xor())
        assert certify_ends(problem, ends_at(problem, theta), [0]).right == ()


def test_nothing_is_proved_at_a_kink():
    problem = Problem(Objective(one_hidden_layer(2, 2, RELU), SQUARED_ERROR), xor())
    theta = [[1.0, -1.0, -1.0, 1.0, 0.0, 0.0, 1.0, 1.0, 0.0]]  # fits the four points
    ends = ends_at(problem, theta)
    assert ends.reached[0] == 0
    assert certify_ends(problem, ends, [0]).undecided == (0,)


@pytest.mark.parametrize(
    ("matrix", "radius", "kind"),
    [
        ([[2, 1], [1, 2]], 1e-3, End.MINIMUM),
        ([[2, 1], [1, 2]], 2.0, None),
        ([[1, 2], [2, 1]], 1e-3, End.SADDLE),
        ([[1, 2], [2, 1]], 2.0, None),
        ([[1, 1], [1, 1]], 1e-3, None),
        ([[-2, 0], [0, -1]], 1e-3, End.SADDLE),
    ],
)
def test_the_signs_of_a_hessian_known_up_to_a_radius(matrix, radius, kind):
    entries = [Ball(arb(ball.arb, radius)) for ball in BALLS.enter(matrix).flat]
    assert _kind(np.array(entries, dtype=object).reshape(2, 2)) is kind
