"""From two distinct minima it does not follow that a function is not convex."""

from __future__ import annotations

from fractions import Fraction
from itertools import permutations
from math import factorial

import pytest

from claims.mathematics import (
    SIGMOID,
    SQUARE,
    SQUARED_ERROR,
    Activation,
    Objective,
    Parity,
    Range,
    chord_gap,
    linear,
    one_hidden_layer,
    permute_units,
)
from claims.numbers import (
    RATIONALS,
    SYMBOLS,
    logistic,
    square,
    symbols,
    uninterpreted,
)

ANY_ACTIVATION = Activation(
    "any", uninterpreted("a"), uninterpreted("a'"), Parity.NONE, Range(None, None), False
)


def least_squares(inputs, targets):
    """The objective of two weights without bias, as a function of the weights alone."""
    objective = Objective(linear(2, bias=False), SQUARED_ERROR)
    return lambda theta: objective.value(theta, inputs, targets)


def cubed_error(inputs, targets):
    network = linear(2, bias=False)
    return lambda theta: (lambda error: error * square(error))(
        network.predict(theta, inputs) - targets
    ).sum()


@pytest.mark.claim("many-minima-inference", shows="fails", by="counterexample")
@pytest.mark.control("cubed-error", "cubed error, which is not convex", objective=cubed_error)
def test_least_squares_with_equal_columns(check, *, objective=least_squares):
    r"""One sample, two weights: a convex objective with two distinct minima.

    The least-squares objective $(w_1 + w_2)^2$ (one sample $x = (1, 1)$, $y = 0$, no bias) is
    convex: its chord gap is $\lambda(1-\lambda)(u_1 + u_2)^2$ with $u$ the difference of the
    ends. Yet $(0, 0)$ and $(1, -1)$ are both minima: a valley's floor may be flat.
    """
    a, b, weight = symbols("a", 2), symbols("b", 2), symbols("l")
    data = [[1, 1]], [0]
    gap = chord_gap(objective(*map(SYMBOLS.enter, data)), a, b, weight)
    step = (a - b).sum()
    check.zero(gap - weight * (1 - weight) * square(step), "chord gap minus l (1 - l) (u1 + u2)^2")
    value = objective(*map(RATIONALS.enter, data))
    minima = [0, 0], [1, -1]
    for point in minima:
        check.zero(value(RATIONALS.enter(point)), "the loss, which is never negative")
    check.record(("input", "target"), data)
    check.record(("a minimum of loss 0", "another minimum of loss 0"), minima)
    check.size(
        weights=2,
        points=1,
        smaller="with one weight and an input other than 0 there is one minimum",
    )


def own_network_of_the_answer(activation):
    """The answer's network: two inputs, two hidden units, one output, no biases."""
    return one_hidden_layer(2, 2, activation, hidden_bias=False, output_bias=False)


@pytest.mark.claim("many-minima-inference", shows="fails", by="counterexample")
@pytest.mark.control("square-units", "units that see the input 0 as the value 0", activation=SQUARE)
def test_the_answer_s_own_matrices_on_a_convex_loss(check, *, activation=SIGMOID):
    r"""The very matrices of the worked example, two minima by its swap, and a convex loss.

    The answer's network (two inputs, two sigmoid units, no biases, linear output) on the one
    sample $x = (0, 0)$, $y = 31/20$ sees only $s(0) = \frac12$: its squared error is $(\frac12
    (v_1 + v_2) - y)^2$, whose chord gap is $\frac14 \lambda(1-\lambda)(u_1 + u_2)^2$ with $u$ the
    difference of the ends' output weights, never negative. The loss is convex, although the
    answer's two weight settings, one the swap of the other, are both global minima of it.
    """
    network = own_network_of_the_answer(activation)
    objective = Objective(network, SQUARED_ERROR)
    inputs, targets = SYMBOLS.enter([[0, 0]]), SYMBOLS.enter([Fraction(31, 20)])
    decimals = ("-1.5", "2.0", "1.7", "0.4", "2.3", "0.8")
    first = SYMBOLS.enter([Fraction(number) for number in decimals])
    swapped = permute_units(network, first, (1, 0))
    check.that(
        any(not (a - b).is_zero() for a, b in zip(first, swapped, strict=True)),
        "the two settings differ",
    )
    for theta in (first, swapped):
        check.zero(objective.value(theta, inputs, targets), "the loss of the setting")
    a, b, weight = symbols("a", network.size), symbols("b", network.size), symbols("l")
    gap = chord_gap(lambda theta: objective.value(theta, inputs, targets), a, b, weight)
    step = (network.block("W2").of(a) - network.block("W2").of(b)).sum()
    check.zero(
        gap - weight * (1 - weight) * square(step) * Fraction(1, 4),
        "chord gap minus l (1 - l) (u1 + u2)^2 / 4",
    )
    check.record(("input", "target"), [inputs, targets])
    check.record("minimum of loss 0, the matrices of the answer", first)
    check.record("minimum of loss 0, their swap", swapped)
    check.size(units=2, points=1, smaller="a swap needs two units")


def middle(start, end, weight):
    return start * weight + end * (1 - weight)


def extrapolated(start, end, weight):
    return start * (1 + weight) - end * weight


@pytest.mark.claim("many-minima-inference", shows="holds", by="identity", when=["strict-minimum"])
@pytest.mark.claim(
    "many-minima-inference", reading="separate-valleys", shows="holds", by="identity"
)
@pytest.mark.control(
    "beyond-the-end", "the point taken beyond an end of the segment", between=extrapolated
)
def test_no_strict_minimum_has_a_rival_under_convexity(check, *, between=middle):
    r"""The minima of a convex function form a convex set: none is strict beside another one.

    Let $f$ be convex. From $a$ towards a lower point $b$ the value falls at once, by at least
    $(1-\lambda)(f(a) - f(b))$ at $p = \lambda a + (1-\lambda) b$, so a local minimum is global.
    Two minima $a \ne b$ therefore share a value $m$; the chord gap at $p$ is $m - f(p) \ge 0$, so
    $p$ is a minimum as well: the set of minima is convex, hence connected, and since $p \to a$ as
    $\lambda \to 1$, no minimum is strict if there is another one. If the minima are not
    connected, or if one of two is strict, the function is not convex. The identities are checked
    for a function of which only the values at the two ends are known.
    """
    a, b, weight, level = symbols("a", 2), symbols("b", 2), symbols("l"), symbols("m")
    value_between = symbols("q")
    middle_point = between(a, b, weight)

    def function(point):
        if point is a or point is b:
            return level
        for entry, expected in zip(point, middle_point, strict=True):
            check.zero(entry - expected, "the point at which the gap evaluates the function")
        return value_between

    check.zero(chord_gap(function, a, b, weight) - (level - value_between), "gap minus (m - f(p))")
    low = symbols("f_b")
    falls = level * weight + low * (1 - weight) - level + (level - low) * (1 - weight)
    check.zero(falls, "the bound on f(p) minus f(a), plus (1 - l) (f(a) - f(b))")
    distance = middle_point - a
    for entry, expected in zip(distance, (b - a) * (1 - weight), strict=True):
        check.zero(entry - expected, "p - a, which vanishes as the weight goes to 1")


def mean_over_units(network, theta, units):
    orbit = [permute_units(network, theta, order) for order in permutations(range(units))]
    return sum(orbit[1:], orbit[0]) * Fraction(1, factorial(units))


def mean_of_all_but_one(network, theta, units):
    """Wrong on purpose: it leaves out a permutation."""
    orbit = [permute_units(network, theta, order) for order in permutations(range(units))]
    return sum(orbit[2:], orbit[0]) * Fraction(1, factorial(units) - 1)


@pytest.mark.claim("many-minima-inference", shows="holds", by="identity", when=["wider-is-better"])
@pytest.mark.control(
    "incomplete-orbit", "the mean over all permutations but one", mean=mean_of_all_but_one
)
def test_convexity_would_make_width_useless(check, *, mean=mean_over_units):
    r"""Were a wide network's objective convex, one hidden unit would do as well as many.

    The objective takes the same value at all $n!$ permuted copies of $\theta$. If it were convex,
    its value at their mean would not be higher (Jensen). At the mean all units coincide, and $n$
    equal units with output weights $v$ are one unit with output weight $n v$. So the infimum at
    width 1 would not exceed the one at width $n$: where a wider network does better, the objective
    is not convex. The argument needs no minimum to be attained and holds for every activation
    (here a function of which nothing is known) and every loss; the identities are executed at
    widths 2 to 4, for all permutations, and their sums have one term for each unit.
    """
    inputs = symbols("x", 1, 1)
    for units in (2, 3, 4):
        wide = one_hidden_layer(1, units, ANY_ACTIVATION)
        narrow = one_hidden_layer(1, 1, ANY_ACTIVATION)
        theta = symbols("t", wide.size)
        for order in permutations(range(units)):
            moved = wide.predict(permute_units(wide, theta, order), inputs)
            check.zero(
                (moved - wide.predict(theta, inputs))[0], "change of the output", order=order
            )
        centre = mean(wide, theta, units)
        first = [wide.block(name).start for name in ("W1", "b1", "W2", "b2")]
        merged = centre[first].copy()
        merged[2] = merged[2] * units
        difference = wide.predict(centre, inputs) - narrow.predict(merged, inputs)
        check.zero(difference[0], "wide network at the mean minus one unit", units=units)


DATA = ([[-1], [0], [1]], [0, 1, 0])
MONOTONE_DATA = ([[-1], [0], [1]], [0, 1, 1])


@pytest.mark.claim("many-minima-inference", shows="holds", by="witness", when=["wider-is-better"])
@pytest.mark.control("monotone-targets", "targets that one unit can follow", data=MONOTONE_DATA)
def test_two_units_beat_one_on_three_points(check, *, data=DATA):
    r"""Three points on which two sigmoid units reach loss 0 and one never gets below 1/6.

    Data $x = (-1, 0, 1)$, $y = (0, 1, 0)$, hidden and output bias, linear output. One unit is
    monotone in $x$, so its output $p$ at $0$ is at most that at $1$ or at most that at $-1$; call
    that one $q \ge p$. Then $q^2 + (p-1)^2 = \frac12(1 + q - p)^2 + \frac12(q + p - 1)^2 \ge
    \frac12$, so the mean of the three squares is at least $\frac16$. Two units make the bump
    $s(x+1) - s(x-1)$, which has equal values at $\pm 1$ and another one at 0: scaled and shifted
    it hits every target exactly.
    """
    inputs, targets = data
    outputs = symbols("p", 3)
    errors = square(outputs - SYMBOLS.enter(targets))
    for side in (0, 2):
        rise = outputs[side] - outputs[1]
        remainder = square(outputs[side] + outputs[1] - 1) * Fraction(1, 2)
        check.zero(
            errors[side] + errors[1] - square(1 + rise) * Fraction(1, 2) - remainder,
            "two errors minus half the square of (1 + rise) minus a square",
            data=data,
        )

    def bump(arithmetic, x):
        return logistic(arithmetic.enter(x + 1)) - logistic(arithmetic.enter(x - 1))

    height = bump(SYMBOLS, 0) - bump(SYMBOLS, 1)
    scale = 1 / height
    theta = SYMBOLS.enter([1, 1, 1, -1, scale, -scale, -(bump(SYMBOLS, 1) * scale)])
    objective = Objective(one_hidden_layer(1, 2, SIGMOID), SQUARED_ERROR)
    loss = objective.value(theta, SYMBOLS.enter(inputs), SYMBOLS.enter(targets))
    check.zero(loss, "the loss of the two units")
    check.positive(
        lambda arithmetic: bump(arithmetic, 0) - bump(arithmetic, 1),
        "the height of the bump, by which its scale divides",
    )
    check.record("mean squared error of one unit, at least", Fraction(1, 2) / len(targets))
    check.record("two units", f"loss 0 at w = (1, 1), b = (1, -1), v = (k, -k), k = 1/({height})")
    check.size(
        units=2,
        points=len(targets),
        smaller="on one or two points one unit does as well: it fits them, or the mean target",
    )
