"""Local minima in any number: one for each data point, and powers of that in more dimensions."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations, product

import numpy as np
import pytest

from claims.compiled import Function
from claims.mathematics import (
    SIGMOID,
    SQUARED_ERROR,
    Objective,
    images,
    isolate_stationary_points,
    neuron,
    one_hidden_layer,
)
from claims.numbers import (
    BALLS,
    FLOATS,
    RATIONALS,
    SYMBOLS,
    Ball,
    logistic,
    logistic_complement,
    precision,
    square,
    symbols,
)
from claims.studies.recounting import as_counted, confirm, one_run_more

CLAIM = "numerous-minima"
TARGET = Fraction(3, 4)
RATIO = 200


def squares(features, samples):
    objective = Objective(neuron(features, SIGMOID), SQUARED_ERROR, reduction="sum")
    return Function(
        objective.value, theta=(features,), inputs=(samples, features), targets=(samples,)
    )


def slope_of_one_point(h):
    """phi(h) = 2 (s - 3/4) s (1 - s), the derivative in h of the squared error of one point."""
    s = logistic(h)
    return 2 * (s - TARGET) * s * logistic_complement(h)


def slope_for_target_0(h):
    """Wrong on purpose: the derivative where the target is 0, which e^(-h)/2 does not bound."""
    s = logistic(h)
    return 2 * s * s * logistic_complement(h)


@pytest.mark.claim(CLAIM, reading="one-neuron-grows", shows="holds", by="identity")
@pytest.mark.control("near-inputs", "the ratio 3 in place of 200", ratio=3)
@pytest.mark.control("lower-target", "the bound for the target 0", bounded=slope_for_target_0)
def test_each_point_has_a_valley_of_its_own(check, *, ratio=RATIO, bounded=slope_of_one_point):
    r"""Inputs $1, R, R^2, \dots$ with target 3/4 and $R = 200$: a strict minimum for each point.

    $L'(w) = \sum_i x_i\,\varphi(x_i w)$ with $\varphi(h) = 2 (s - \frac34)\,s\,(1-s)$, negative
    below $\log 3$ and positive above; $1 < \log 3 < 2$. Look at $R^{-k} L'$ at $w = h R^{-k}$:
    the point $k$ contributes $\varphi(h)$.

    - $h = 1$: points with smaller inputs contribute negative numbers. One with an input $R^m$
      times as large contributes $R^m \varphi(R^m) \le \frac12 R^m e^{-R^m} \le R^{-m}$, as
      $e^h \ge \frac12 h^2$: together at most $\frac1{R-1} < -\varphi(1)$. So $L' < 0$.
    - $h = 2$: points with larger inputs contribute positive numbers. One with an input $R^m$
      times as small contributes at least $-\frac18 R^{-m}$, since $0 \le \frac34 - s \le
      \frac14$ and $s(1-s) \le \frac14$ for $0 \le h \le \log 3$: together less than
      $\frac1{8(R-1)} < \varphi(2)$. So $L' > 0$.

    Hence each of the disjoint intervals $(R^{-k}, 2R^{-k})$, $k = 0, \dots, N-1$, contains a local
    minimum. It is strict, because the zeros of the analytic function $L'$ are isolated. Executed in
    symbols: $\frac12 e^{-h} - \varphi(h) = e^{-h}(1-s)(2s^2 + \frac s2 + \frac12) > 0$, the size $h
    \cdot \frac12 \cdot 2h^{-2} = \frac1h$ of the bound at $h = R^m$, $\frac1{R-1} = \frac1R +
    \frac1R \cdot \frac1{R-1}$ for the sum of all of them, and $s(1-s) = \frac14 - (s-\frac12)^2$;
    $e^h \ge \frac12 h^2$ for $h \ge 0$ is a term of its series. The two inequalities are decided in
    balls, and for $N \le 6$ the signs of $L'$ itself; the sum $L' = \sum_i x_i\,\varphi(x_iw)$ is
    executed for one to three symbolic points, one term each.
    """
    for samples in (1, 2, 3):
        x, w = symbols("x", samples, 1), symbols("w", 1)
        slope = squares(1, samples).gradient(w, x, SYMBOLS.enter([TARGET] * samples))
        expected = (x[:, 0] * slope_of_one_point(x[:, 0] * w[0])).sum()
        check.zero(slope[0] - expected, "L' minus the sum of x phi(x w)", samples=samples)
    h, r = symbols("h"), symbols("r")
    s = logistic(h)
    decay = logistic_complement(h) / s  # e^(-h)
    rest = decay * (1 - s) * (2 * s * s + s * Fraction(1, 2) + Fraction(1, 2))
    check.zero(decay * Fraction(1, 2) - bounded(h) - rest, "e^(-h)/2 - phi(h), a positive product")
    check.zero(h * Fraction(1, 2) * 2 / square(h) - 1 / h, "h times half of 2/h^2, minus 1/h")
    check.zero(1 / (r - 1) - 1 / r - 1 / (r * (r - 1)), "the sum of the powers of 1/R")
    check.zero(s * (1 - s) - Fraction(1, 4) + square(s - Fraction(1, 2)), "s (1 - s) - 1/4, minus")
    check.positive(
        lambda arithmetic: -slope_of_one_point(arithmetic.enter(1)) - Fraction(1, ratio - 1),
        "-phi(1) exceeds 1/(R - 1)",
        ratio=ratio,
    )
    check.positive(
        lambda arithmetic: slope_of_one_point(arithmetic.enter(2)) - Fraction(1, 8 * (ratio - 1)),
        "phi(2) exceeds 1/(8 (R - 1))",
        ratio=ratio,
    )
    check.positive(lambda arithmetic: TARGET - logistic(arithmetic.enter(1)), "1 < log 3")
    check.positive(lambda arithmetic: logistic(arithmetic.enter(2)) - TARGET, "2 > log 3")
    for samples in range(1, 7):
        function = squares(1, samples)
        for number, (h, sign) in product(range(samples), ((1, -1), (2, 1))):

            def slope_at(arithmetic, function=function, samples=samples, sign=sign, h=h, k=number):
                data = (
                    arithmetic.enter([[ratio**i] for i in range(samples)]),
                    arithmetic.enter([TARGET] * samples),
                )
                weight = arithmetic.enter([Fraction(h, ratio**k)])
                return function.gradient(weight, *data)[0] * sign

            check.positive(slope_at, "the sign of L'", samples=samples, point=number, h=h)
    check.record("R, with inputs 1, R, R^2, ...", ratio)
    check.record("all targets", TARGET)


def on_axes(inputs, features):
    """Put a copy of the inputs on each coordinate axis."""
    rows = [[SYMBOLS.enter(0)] * features for _ in range(features * len(inputs))]
    for place, row in enumerate(rows):
        row[place // len(inputs)] = inputs[place % len(inputs)]
    return SYMBOLS.enter(rows)


def with_a_diagonal(inputs, features):
    """Wrong on purpose: the first point has an entry in the last coordinate as well."""
    rows = on_axes(inputs, features)
    rows[0, -1] = inputs[0]
    return rows


@pytest.mark.claim(CLAIM, reading="exponential-growth", shows="holds", by="identity")
@pytest.mark.control("off-axis", "one point off the axes", place=with_a_diagonal)
def test_points_on_the_axes_make_the_loss_a_sum(check, *, place=on_axes):
    r"""Data on the coordinate axes: the loss is a sum over coordinates, and minima multiply.

    If every input lies on an axis, $L(w_1, \dots, w_d) = \ell(w_1) + \dots + \ell(w_d)$ with
    $\ell$ the loss of one weight: executed for symbolic inputs and targets, one or two points on
    each of two or three axes; each point is a term that depends on one coordinate. A point whose
    coordinates are strict local minima of $\ell$ is a strict local minimum of the sum. With the
    $k$ points $1, R, \dots, R^{k-1}$ on each axis, $R = 200$, targets $\frac34$, $\ell$ has at
    least $k$ of them (as shown for one weight): at least $k^d$ in all, from $dk$ points.
    """
    for features, count in ((2, 1), (2, 2), (3, 2)):
        x, t, w = symbols("x", count), symbols("t", count), symbols("w", features)
        rows = place(list(x), features)
        targets = SYMBOLS.enter([*t] * features)
        total = squares(features, features * count).value(w, rows, targets)
        single = squares(1, count)
        parts = [single.value(w[j : j + 1], x.reshape(-1, 1), t) for j in range(features)]
        check.zero(
            total - sum(parts[1:], parts[0]),
            "the loss minus the sum over the coordinates",
            features=features,
            points=count,
        )


INPUTS = (1, 6, 36)


@pytest.mark.claim(CLAIM, reading="plane-nine-minima", shows="holds", by="witness")
@pytest.mark.control("near-inputs", "inputs 1, 5, 25", inputs=(1, 5, 25))
def test_twenty_five_stationary_points(check, *, inputs=INPUTS):
    r"""Six points in the plane: 25 stationary points, of which nine are minima.

    The inputs are 1, 6, 36 on each of the two axes, all targets $\frac34$: $L = \ell(w_1) +
    \ell(w_2)$. For $w \le 0$ every term of $\ell'(w) = \sum x_i \varphi(x_i w)$ is negative and
    for $w \ge \log 3$ none is, the first two positive: so $\ell' \ne 0$ outside $(0,
    \frac65)$. Inside, bisection with the Krawczyk test finds exactly five zeros, each with a
    second derivative other than 0: minimum, maximum, minimum, maximum, minimum. The Hessian of
    $L$ is diagonal, so of the $5 \cdot 5$ pairs the $3 \cdot 3$ of two minima have a positive
    definite one, and no others.
    """
    data = [[x] for x in inputs], [TARGET] * len(inputs)
    check.positive(
        lambda arithmetic: logistic(arithmetic.enter(Fraction(6, 5))) - TARGET, "log 3 < 6/5"
    )
    check.that(min(inputs) >= 1, "every input is at least 1", inputs=inputs)
    box = ((Fraction(-1, 100), Fraction(6, 5)),)
    found = isolate_stationary_points(squares(1, len(inputs)), data, box)
    check.that(
        [point.index for point in found] == [0, 1, 0, 1, 0],
        "minima and maxima alternate, five points in all",
        inputs=inputs,
    )
    w, x = symbols("w", 2), symbols("x", len(inputs))
    function = squares(2, 2 * len(inputs))
    hessian = function.hessian(w, on_axes(list(x), 2), symbols("t", 2 * len(inputs)))
    check.zero(hessian[0, 1], "the mixed second derivative")
    pairs = [one.index + other.index for one, other in product(found, repeat=2)]
    counts = [pairs.count(index) for index in (0, 1, 2)]
    check.that(counts == [9, 12, 4], "nine, twelve and four of them", minima_saddles_maxima=counts)
    check.record("all targets", TARGET)


NETWORK = one_hidden_layer(2, 2, SIGMOID)
GRID = [[i - 1, j - 1] for i in range(4) for j in range(3)]
DECIMALS = "-6.3 -8.1 -9.7 -5.2 -8.2 -9.3 -5.2 -6.9 -7.7 -4.3 -4.8 -6.2"
OUTPUTS = [Fraction(entry) for entry in DECIMALS.split()]
RADIUS = Fraction(1, 10**7)
# W1 row by row, b1, W2, b2.
BETTER = [
    Fraction("-3.261499519"),
    Fraction("-4.796857812"),
    Fraction("-1.031816341"),
    Fraction("0.656964420"),
    Fraction("-3.174049132"),
    Fraction("1.093138950"),
    Fraction("2.596790746"),
    Fraction("-7.128749212"),
    Fraction("-3.068310027"),
]
WORSE = [
    Fraction("-2.887383304"),
    Fraction("-2.323170986"),
    Fraction("0.364718650"),
    Fraction("-1.509283729"),
    Fraction("5.005944846"),
    Fraction("-0.583973477"),
    Fraction("-2.795382003"),
    Fraction("6.474892471"),
    Fraction("-7.398381974"),
]


def moved(centre):
    return [centre[0] + Fraction(1, 1000), *centre[1:]]


def pivots(matrix):
    """The signs of the pivots of a symmetric matrix of balls."""
    rows, signs = matrix.copy(), []
    for k in range(len(rows)):
        signs.append(rows[k, k].sign())
        for i in range(k + 1, len(rows)):
            rows[i] = rows[i] - rows[k] * (rows[i, k] / rows[k, k])
    return signs


def enclosed_loss(check, function, name, centre):
    """Prove a strict minimum in the box round the named centre; return the loss over the box."""
    data = BALLS.enter(GRID), BALLS.enter(OUTPUTS)
    middle, whole = BALLS.enter(centre), np.empty(len(centre), dtype=object)
    ends = [(BALLS.enter(c - RADIUS).arb, BALLS.enter(c + RADIUS).arb) for c in centre]
    whole[:] = [Ball(low.union(high)) for low, high in ends]
    hessian = function.hessian(whole, *data)
    rough = function.hessian(FLOATS.enter(centre), FLOATS.enter(GRID), FLOATS.enter(OUTPUTS))
    inverse = BALLS.enter(np.linalg.inv(rough))
    identity = BALLS.enter(np.eye(len(centre), dtype=int))
    image = middle - inverse @ function.gradient(middle, *data)
    image = image + (identity - inverse @ hessian) @ (whole - middle)
    check.that(
        all(
            bool(entry.arb > low) and bool(entry.arb < high)
            for entry, (low, high) in zip(image, ends, strict=True)
        ),
        "the Krawczyk operator maps the box into its interior",
        **{name: centre},
    )
    check.that(
        all(sign == 1 for sign in pivots(hessian)),
        "the Hessian is positive definite all over the box",
        **{name: centre},
    )
    return function.value(whole, *data)


@pytest.mark.claim(CLAIM, reading="hidden-layer-copies", shows="holds", by="witness")
@pytest.mark.claim(
    "landscape-more-complex", reading="inequivalent-minima", shows="holds", by="witness"
)
@pytest.mark.control("moved-centre", "a weight of one centre moved by 1/1000", worse=moved(WORSE))
@pytest.mark.control("same-minimum", "the better minimum in place of the worse", worse=BETTER)
def test_two_different_minima_and_their_copies(check, *, worse=WORSE):
    r"""Two sigmoid units, twelve points: two minima of different loss, eight copies of each.

    In a box of half-width $10^{-7}$ round each of two parameter vectors the Krawczyk operator,
    enclosed in balls, maps the box into its interior: there is exactly one stationary point; and
    the Hessian is positive definite all over the box, so that it is a strict minimum. The losses
    are about 0.01384 and 0.03375, and permutations and sign flips keep the loss, so neither
    minimum is a copy of the other. The $2^2 \cdot 2! = 8$ images of a minimum under sign flips and
    permutations are strict minima too, because these maps are linear, invertible and keep the
    loss. They differ, since their input weights lie further apart than the boxes are wide: at
    least sixteen strict minima in all.
    """
    function = Function(
        Objective(NETWORK, SQUARED_ERROR).value, theta=(9,), inputs=(12, 2), targets=(12,)
    )
    with precision(128):
        losses = [
            enclosed_loss(check, function, name, centre)
            for name, centre in (("better", BETTER), ("worse", worse))
        ]
        check.that((losses[1] - losses[0]).sign() == 1, "the losses differ", worse=worse)
    weights = NETWORK.block("W1")
    for centre in (BETTER, worse):
        copies = list(images(NETWORK, RATIONALS.enter(centre)))
        check.that(len(copies) == 8, "there are eight images")
        for one, other in combinations(copies, 2):
            apart = square((one - other)[weights.start : weights.stop]) - square(
                RATIONALS.enter(2 * RADIUS)
            )
            check.that(
                any(entry.sign() == 1 for entry in apart),
                "the images differ by more than the boxes are wide",
            )
    check.record("inputs", GRID)
    check.record("targets", DECIMALS)
    check.record("losses", ", ".join(loss.arb.str(4, radius=False) for loss in losses))
    check.record("strict minima of each loss", len(copies))


@pytest.mark.claim(CLAIM, shows="holds", by="study")
@pytest.mark.control("one-run-more", "one more problem counted", count=one_run_more)
def test_random_problems_with_several_minima(check, study_result, study_table, *, count=as_counted):
    """On how many random problems a search finds two or more minima of different value.

    Targets are noise, or those of a random network of the same architecture with noise. Each
    problem is searched from many random weights by Newton's method downhill. Levels are counted,
    so that copies under permutations and sign flips count once; valleys that run to infinity hold
    no minimum.
    """
    confirm(check, study_result, study_table, "stationary-points", "several-minima", count)


@pytest.mark.claim(CLAIM, reading="with-infinity", shows="holds", by="study")
@pytest.mark.control("one-run-more", "one more problem counted", count=one_run_more)
def test_random_problems_with_ends_at_several_levels(
    check, study_result, study_table, *, count=as_counted
):
    """On how many random problems descent ends at two levels or more, at infinity or not.

    The same searches downhill. An end is a minimum or a valley on its way to infinity; losses that
    are at most 0.005 apart count as one.
    """
    confirm(check, study_result, study_table, "stationary-points", "several-ends", count)
