"""The symmetry keeps every minimum's level: it shows no worse minima, and excludes none."""

from __future__ import annotations

import json
from fractions import Fraction
from itertools import permutations

import numpy as np
import pytest
from hypothesis import strategies as st

from claims.compiled import Function
from claims.mathematics import (
    CROSS_ENTROPY,
    SIGMOID,
    SQUARED_ERROR,
    TANH,
    Activation,
    Objective,
    Parity,
    Range,
    deep_linear,
    one_hidden_layer,
    permute_units,
    swap_units,
    unit_rows,
    unknown_function,
)
from claims.numbers import (
    RATIONALS,
    SYMBOLS,
    logistic,
    logistic_complement,
    square,
    symbols,
    uninterpreted,
)
from claims.proof.certificates import Problem
from claims.testing import given, strategies

CLAIM = "symmetry-silent-on-worse-minima"
BIASES = [(True, True), (True, False), (False, True), (False, False)]

# A function of which nothing is known: what is shown with it holds for every activation.
ANY = Activation(
    "any", uninterpreted("a"), uninterpreted("a'"), Parity.NONE, Range(None, None), False
)


def permute_rows(network, theta, order):
    """Wrong on purpose: the outgoing weights stay."""
    moved = permute_units(network, theta, order)
    block = network.block("W2")
    moved[block.start : block.stop] = theta[block.start : block.stop]
    return moved


@pytest.mark.claim(CLAIM, shows="holds", by="identity")
@pytest.mark.control("rows-only", "the outgoing weights left in place", permute=permute_rows)
def test_all_copies_lie_at_one_level(check, *, permute=permute_units):
    r"""All permuted copies of a point have its loss, so those of a global minimum are global.

    The outputs at $\pi\theta$ are those at $\theta$, hence $L(\pi\theta) = L(\theta)$ for any loss
    of the outputs: from $L(\theta) = \inf L$ follows $L(\pi\theta) = \inf L$. Executed for all
    permutations of one to four units, every choice of biases, an activation and a loss of the
    vector of outputs of which nothing is known; at every width a permutation reorders the terms of
    the outputs.
    """
    inputs = symbols("x", 2, 1)
    for units in (1, 2, 3, 4):
        for hidden, output in BIASES:
            network = one_hidden_layer(1, units, ANY, hidden_bias=hidden, output_bias=output)
            theta, loss = symbols("t", network.size), unknown_function("L")
            value = loss(network.predict(theta, inputs))
            for order in permutations(range(units)):
                copy = loss(network.predict(permute(network, theta, order), inputs))
                check.zero(copy - value, "change of the loss", network=network, order=order)


@pytest.mark.claim(CLAIM, shows="holds", by="property")
@pytest.mark.control("rows-only", "the outgoing weights left in place", permute=permute_rows)
@given(
    point=strategies.network_points((SIGMOID, TANH), units=(2, 4), points=(1, 1)),
    loss=st.sampled_from((SQUARED_ERROR, CROSS_ENTROPY)),
    shuffle=st.permutations(range(4)),
)
def test_random_copies_lie_at_one_level(check, point, loss, shuffle, *, permute=permute_units):
    """A permuted copy of a random network has exactly the same squared error or cross-entropy."""
    network, objective = point.network, Objective(point.network, loss)
    order = tuple(unit for unit in shuffle if unit < network.widths[1])
    theta, inputs = SYMBOLS.enter(point.theta), SYMBOLS.enter(point.inputs)
    targets = SYMBOLS.enter([1])
    copy = objective.value(permute(network, theta, order), inputs, targets)
    check.zero(
        copy - objective.value(theta, inputs, targets),
        "change of the loss",
        network=network,
        theta=point.theta,
        inputs=point.inputs,
        loss=loss,
        order=order,
    )


TWO_POINTS = ((0,), (1,))
ONE_POINT_TWICE = ((0,), (0,))


def lowering(network, bias, targets, step):
    """Return a point near the flat one (v = 0, w = 0) at which the outputs are nearer to both."""
    middle, gap = (targets[0] + targets[1]) * Fraction(1, 2), targets[1] - targets[0]
    weight = gap * step
    mean = (logistic(bias[0]) + logistic(bias[0] + step)) * Fraction(1, 2)
    return np.array([step, 0 * step, *bias, weight, 0 * step, middle - weight * mean])


def raising(network, bias, targets, step):
    """Wrong on purpose: the outgoing weight has the other sign."""
    return lowering(network, bias, targets[::-1], step)


@pytest.mark.claim(CLAIM, reading="all-global", shows="holds", by="identity")
@pytest.mark.control("one-point-twice", "both inputs equal", inputs=ONE_POINT_TWICE)
@pytest.mark.control("other-sign", "the outgoing weight with the other sign", nearby=raising)
def test_two_points_leave_no_worse_minimum(check, *, inputs=TWO_POINTS, nearby=lowering):
    r"""Two sigmoid units on two points: every local minimum is global, and has a different copy.

    Inputs 0 and 1, any targets $y_1 \ne y_2$, both biases, squared error with residuals $r_1,
    r_2$. From the recorded gradient, $\partial_c L = r_1 + r_2$, $\partial_{v_j} L -
    s(b_j)\,\partial_c L = r_2\,(s(w_j + b_j) - s(b_j))$ and $\partial_{w_j} L = r_2 v_j s'(w_j +
    b_j)$. At a stationary point either $r_2 = 0$, so $r_1 = 0$ and the loss is 0, or every $w_j =
    0$ ($s$ increases strictly), every $v_j = 0$, and the output is the mean target. There the
    loss is $\frac14 (y_2 - y_1)^2$, and with $w_1 = t$, $v_1 = (y_2 - y_1)\,t$ and the bias that
    keeps the mean it becomes $\frac14 (y_2 - y_1)^2 (1 - tD)^2$ with $D = s(b_1 + t) - s(b_1)$
    between 0 and 1: less for all $0 < t < 2$. So no such point is a minimum. The loss 0 is
    attained, with $w = (1, 0)$, $b = (0, 0)$, $v = ((y_2 - y_1)/(s(1) - \frac12), 0)$, $c = y_1 -
    v_1/2$; the swapped copy is another point.
    """
    network = one_hidden_layer(1, 2, SIGMOID)
    objective = Objective(network, SQUARED_ERROR)
    theta, data, targets = symbols("t", network.size), SYMBOLS.enter(inputs), symbols("y", 2)
    function = Function(objective.value, theta=(network.size,), inputs=(2, 1), targets=(2,))
    gradient = function.gradient(theta, data, targets)
    w, b, v = theta[0:2], theta[2:4], theta[4:6]
    residuals = network.predict(theta, data) - targets
    check.zero(gradient[6] - residuals.sum(), "the derivative in c minus r1 + r2")
    for j in range(2):
        combined = gradient[4 + j] - logistic(b[j]) * gradient[6]
        rise = logistic(w[j] + b[j]) - logistic(b[j])
        check.zero(combined - residuals[1] * rise, "the combination minus r2 (s(w+b) - s(b))")
        slope = logistic(w[j] + b[j]) * logistic_complement(w[j] + b[j])
        check.zero(gradient[j] - residuals[1] * v[j] * slope, "the derivative in w")
    gap, step = targets[1] - targets[0], symbols("u")
    flat = np.array([0 * gap, 0 * gap, *b, 0 * gap, 0 * gap, targets.sum() * Fraction(1, 2)])
    level = square(gap) * Fraction(1, 4)
    check.zero(objective.value(flat, data, targets) - level, "the loss at the flat point")
    rise = logistic(b[0] + step) - logistic(b[0])
    value = objective.value(nearby(network, b, targets, step), data, targets)
    check.zero(value - level * square(1 - step * rise), "the loss near the flat point")
    h = symbols("h")
    slope = Function(lambda h: logistic(h), h=()).gradient(h)
    check.zero(slope - logistic(h) * logistic_complement(h), "s' minus s(h) s(-h)")

    def height(arithmetic):
        return logistic(arithmetic.enter(1)) - arithmetic.enter(Fraction(1, 2))

    check.positive(height, "s(1) - 1/2, by which a weight divides")
    weight = gap / height(SYMBOLS)
    zero, one = SYMBOLS.enter(0), SYMBOLS.enter(1)
    lowest = [one, zero, zero, zero, weight, zero, targets[0] - weight * Fraction(1, 2)]
    lowest = np.array(lowest)
    check.zero(objective.value(lowest, data, targets), "the loss at the global minimum")
    move = (swap_units(network, lowest, 0, 1) - lowest)[0]
    check.zero(move + 1, "the move of the first incoming weight by the swap, plus 1")
    check.record("inputs, with any two different targets", inputs)


def as_written(proof):
    return proof


PLANE = [[1, 0], [1, 1], [0, 2], [-1, 1]]
PLANE_TARGETS = [1, 3, 2, Fraction(-1, 2)]


def other_fit(proof):
    """Wrong on purpose: the best linear model with 1 added to its first weight."""
    return proof | {"fit": [str(Fraction(proof["fit"][0]) + 1), *proof["fit"][1:]]}


def lower_saddles(proof):
    """Wrong on purpose: the other stationary points have the loss of the minima."""
    return proof | {"saddle": proof["least"]}


@pytest.mark.claim(CLAIM, reading="all-global", shows="holds", by="certificate")
@pytest.mark.control("other-fit", "1 added to a weight of the best linear model", edit=other_fit)
@pytest.mark.control("lower-saddles", "the loss of the minima at the saddles", edit=lower_saddles)
@pytest.mark.control("one-unit", "one hidden unit, without copies", units=1)
def test_two_linear_units_leave_no_worse_minimum(check, certificates, *, edit=as_written, units=2):
    r"""Two linear units on four points: all stationary points are listed, and the minima global.

    The certificate lists all stationary points of the network: those with the best linear model
    $p^*$ as product of the layers, global minima, and saddles of index 2. So every local minimum is
    global. One of them has $p^*$ as incoming weights of the first unit, 1 as its outgoing weight,
    and 0 elsewhere; its swapped copy is another point. Exact fractions throughout.
    """
    path = certificates / f"linear-2-{units}-1.json"
    problem = Problem(deep_linear(2, units, 1), PLANE, PLANE_TARGETS)
    check.certificate(
        path,
        kind="linear-network-list",
        objective=problem.definition(),
        claim="linear-case-roots",
        edit=edit,
    )
    document = json.loads(path.read_text(encoding="utf-8"))
    proof = document["proof"]
    check.that(f"saddles of index {units}" in document["statement"], "the others are saddles")
    fit = [Fraction(entry) for entry in proof["fit"]]
    point = [*fit, *[0] * (2 * units - 2), 1, *[0] * (units - 1)]
    loss = problem.function.value(RATIONALS.enter(point), *problem.data(RATIONALS))
    check.zero(loss - Fraction(proof["least"]), "the loss at the point minus the least")
    rows = unit_rows(problem.network, np.array(point, dtype=object)).tolist()
    check.that(any(row != rows[0] for row in rows), "the swapped copy is another point")
    check.record(path.stem, document["statement"])


GRID = [[i - 1, j - 1] for i in range(4) for j in range(3)]
GRID_TARGETS = [
    Fraction(-tenths, 10) for tenths in (63, 81, 97, 52, 82, 93, 52, 69, 77, 43, 48, 62)
]


def with_greater_gap(proof):
    return proof | {"gap": "1000"}


def moved_box(proof):
    centre = [str(Fraction(proof["box"]["centre"][0]) + 1), *proof["box"]["centre"][1:]]
    return proof | {"box": proof["box"] | {"centre": centre}}


def lower_is_itself(proof):
    return proof | {"lower": proof["box"]["centre"]}


@pytest.mark.claim(CLAIM, reading="one-worse", shows="holds", by="certificate")
@pytest.mark.control("greater-gap", "a gap of 1000 claimed", edit=with_greater_gap)
@pytest.mark.control("moved-box", "the box moved by 1 in one weight", edit=moved_box)
@pytest.mark.control("not-lower", "the lower point replaced by the minimum", edit=lower_is_itself)
@pytest.mark.control(
    "other-certificate", "that of one hidden unit", name="worse-minimum-1-1-1-sigmoid.json"
)
def test_a_worse_minimum_with_a_different_copy(
    check, certificates, *, edit=as_written, name="worse-minimum-2-2-1-sigmoid.json"
):
    r"""A network of two inputs and two sigmoid units has a strict worse minimum, hence two of them.

    The certificate encloses a strict local minimum of the squared error on twelve points in a box
    and names a point with lower loss; the checker proves both in ball arithmetic. All through the
    box the two units differ in an incoming weight, decided exactly, so that the swapped copy is
    another strict minimum at the same level: symmetry gives two worse minima as readily as two
    global ones.
    """
    path = certificates / name
    network = one_hidden_layer(2, 2, SIGMOID)
    figures = check.certificate(
        path,
        kind="worse-local-minimum",
        objective=Problem(network, GRID, GRID_TARGETS).definition(),
        claim="worse-local-minima-exist",
        edit=edit,
    )
    document = json.loads(path.read_text())
    box = document["proof"]["box"]
    rows = unit_rows(network, np.array([Fraction(entry) for entry in box["centre"]]))
    apart = max(abs(a - b) for a, b in zip(*rows, strict=True))
    check.that(apart > 2 * Fraction(box["radius"]), "the units differ all through the box")
    check.record(path.stem, f"{document['statement']} ({figures})")
