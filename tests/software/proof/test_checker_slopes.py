"""The checker's enclosures of slopes, held against derivatives of power series at many places."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import product

import pytest
from flint import arb, arb_series, ctx, fmpq

from claims.proof import checker

MORE = 400  # bits of what is held against the checker's 128


@pytest.fixture(autouse=True)
def bits():
    with ctx.workprec(128):
        yield


def neuron(activation="sigmoid", bias=False, **changes):
    """The checker's objective and its neuron: of one weight and one point but for changes."""
    entries = {
        "widths": [1, 1],
        "activations": [activation],
        "biases": [bias],
        "loss": "squared-error",
        "reduction": "mean",
        "inputs": [["1"]],
        "targets": ["1/2"],
        "counts": [1] * len(changes.get("targets", "1")),
        "penalty": "0",
        "dropout": "0",
        **changes,
    }
    entry = checker.Entry(entries, "objective")
    objective = checker.Objective.read(entry)
    return objective, checker.Neuron(objective, entry)


def sigmoid(h: arb_series) -> arb_series:
    """By half of h: an expression that the checker does not use."""
    decay, growth = (h * fmpq(-1, 2)).exp(), (h * fmpq(1, 2)).exp()
    return growth / (growth + decay)


def slope_of_square(h: arb, t: fmpq) -> tuple[arb, arb]:
    """(s - t) s', and its derivative in h: half the first two derivatives of (s - t)^2."""
    with ctx.workprec(MORE):
        series = (sigmoid(arb_series([h, 1], 3)) - t) ** 2
        return series[1] / 2, series[2]


TARGETS = [fmpq(-1), fmpq(0), fmpq(1, 10), fmpq(1, 2), fmpq(3, 4), fmpq(1), fmpq(2)]
GRID = [arb(k) / 4 for k in range(-48, 49)]


@pytest.mark.parametrize("t", TARGETS)
def test_phi_and_where_it_turns(t):
    (bottom, depth), (top, height) = checker.turns(t)
    for h in GRID:
        value, rise = slope_of_square(h, t)
        assert checker.phi(h, arb(t)).overlaps(value)
        if abs(rise) > 1e-30:
            assert (rise > 0) == bool(h > bottom and h < top)
    for place, extreme, infinite in ((bottom, depth, t <= 0), (top, height, t >= 1)):
        assert place.is_finite() == (not infinite)
        if infinite:
            assert extreme == 0
        else:
            value, rise = slope_of_square(place, t)
            assert value.overlaps(extreme)
            assert rise.contains(0)
            assert extreme.rad() < 1e-30
            assert rise.rad() < 1e-30


def bell(h: float) -> float:
    return 1 / (4 * math.cosh(h / 2) ** 2)


def among(low: float, high: float) -> list[float]:
    return [low + (high - low) * k / 300 for k in range(301)]


def assert_ends(found: arb, expected: list[float], error: float = 1e-3) -> None:
    """The ends are those of the expected values, but for an error in relation to their size."""
    size = max(map(abs, expected))
    assert abs(float(found.lower()) - min(expected)) <= error * size, (found, expected)
    assert abs(float(found.upper()) - max(expected)) <= error * size, (found, expected)


@pytest.mark.parametrize("t", TARGETS)
def test_psi_over_an_interval_is_the_product_of_two_ranges(t):
    """Those of s (1 - s) and of -3 s^2 + 2 (1 + t) s - t, the ends of which are reached."""
    for low, width in product((-9.0, -4.0, -1.5, -0.5, 0.0, 0.25, 2.0, 8.0), (0.125, 1, 8)):
        found = checker.psi(arb(low), arb(low + width), arb(t))
        places = among(low, low + width)
        values = [0.5 + 0.5 * math.tanh(h / 2) for h in places]
        size = float(t)
        factors = [(2 + 2 * size - 3 * s) * s - size for s in values]
        bells = [bell(h) for h in places]
        expected = arb(min(bells)).union(max(bells)) * arb(min(factors)).union(max(factors))
        assert_ends(found, [float(expected.lower()), float(expected.upper())])
        assert found.overlaps(slope_of_square(arb(low + width / 2), t)[1])


@pytest.mark.parametrize("t", TARGETS)
def test_least_and_greatest_slopes_over_an_interval(t):
    """To four figures, found by trying three hundred places each."""
    _, found = neuron(targets=[str(t)])
    for low, width in product((-9.0, -3.0, -1.5, -0.75, 0.0, 0.25, 1.5, 6.0), (0.25, 1.5, 12)):
        ends = arb(low), arb(low + width)
        size = float(t)
        slopes = [(0.5 + 0.5 * math.tanh(h / 2) - size) * bell(h) for h in among(low, low + width)]
        assert_ends(found.least(0, *ends).union(found.greatest(0, *ends)), slopes)
        assert found.least(0, *ends).rad() < 1e-30
        assert found.greatest(0, *ends).rad() < 1e-30


DATA = {
    "widths": [2, 1],
    "inputs": [["1", "-1/2"], ["0", "3"], ["-2", "1/3"]],
    "targets": ["1/4", "-1", "3/4"],
    "counts": [1, 3, 2],
}


@pytest.mark.parametrize(("activation", "factor"), [("sigmoid", 2), ("tanh", 8)])
@pytest.mark.parametrize("bias", [False, True])
def test_gradient_and_hessian_of_a_neuron_but_for_a_factor(activation, factor, bias):
    objective, found = neuron(activation, bias, **DATA)
    point = (0.5, -1.25, 0.75)[: objective.size]
    jet = objective.loss(checker.variables([arb(x) for x in point]))
    values, slopes = found.at(point), found.slopes((point, point))
    wide = found.slopes((tuple(x - 0.125 for x in point), tuple(x + 0.25 for x in point)))
    for i in range(objective.size):
        assert (values[i, 0] * fmpq(factor, 6) - jet.gradient[i, 0]).contains(0)
        assert values[i, 0].rad() < 1e-30
        for j in range(objective.size):
            assert (slopes[i, j] * fmpq(factor, 6) - jet.hessian[i, j]).contains(0)
            assert slopes[i, j].rad() < 1e-30
            assert wide[i, j].contains(slopes[i, j])


@pytest.mark.parametrize("bias", [False, True])
def test_ranges_of_the_sums_over_a_box_and_along_a_direction(bias):
    _, found = neuron(bias=bias, **DATA)
    assert found.facing(((0.0,), (1.0,))) is found
    rows = [[*map(Fraction, row), *[Fraction(1)] * bias] for row in DATA["inputs"]]
    low, high = (-0.5, -1.0, -2.0)[: 2 + bias], (0.25, 3.0, 4.0)[: 2 + bias]
    ends = found.reach((low, high))
    for i, row in enumerate(rows):
        corners = product(*zip(low, high, strict=True))
        sums = [sum(x * Fraction(w) for x, w in zip(row, c, strict=True)) for c in corners]
        assert ends[i, 0].overlaps(arb(fmpq(*min(sums).as_integer_ratio())))
        assert ends[3 + i, 0].overlaps(arb(fmpq(*max(sums).as_integer_ratio())))
    # u = (2, 1, 0): u.x is 3/2, 3 and -11/3; they count once, three times and twice.
    u = [fmpq(2), fmpq(1), fmpq(0)][: 2 + bias]
    expected = [(0, fmpq(3, 2), True), (1, fmpq(9), True), (2, fmpq(-22, 3), False)]
    for (i, share, sign), (j, value, positive) in zip(found.direction(u), expected, strict=True):
        assert (i, sign) == (j, positive)
        assert share.overlaps(arb(value))
    # The second input has nothing in the first direction.
    u = [fmpq(1, 9), fmpq(0), fmpq(0)][: 2 + bias]
    assert [(i, sign) for i, _, sign in found.direction(u)] == [(0, True), (2, False)]


def test_slopes_rise_where_each_is_bounded_from_the_right_side():
    """On x = 1 and -1, t = 1/2 and 1/2: F(w) = 2 phi(w), of the sign of w."""
    _, found = neuron(inputs=[["1"], ["-1"]], targets=["1/2", "1/2"])
    up, down = found.direction([fmpq(1)]), found.direction([fmpq(-1)])
    for low, high in ((0.125, 0.25), (1.0, 9.0), (0.0625, 30.0)):
        assert found.rises(up, ((low,), (high,)))
        assert found.rises(down, ((-high,), (-low,)))
        assert not found.rises(down, ((low,), (high,)))
        assert not found.rises(up, ((-high,), (-low,)))
    assert not found.rises(up, ((0.0,), (1.0,)))
    assert not found.rises([], ((1.0,), (2.0,)))


def test_a_tanh_neuron_is_a_sigmoid_neuron_of_other_numbers():
    _, one = neuron("tanh", targets=["1/2"])
    assert (one.targets, one.rows) == ([fmpq(3, 4)], [[fmpq(2)]])
    _, other = neuron("tanh", bias=True, targets=["-1"])
    assert (other.targets, other.rows) == ([fmpq(0)], [[fmpq(2), fmpq(2)]])


TAILS = [  # loss, reduction, points (x, y, count), what is the size of the slope beyond, as a rate
    ("squared-error", "mean", [("1", "1/4", 1)]),
    ("squared-error", "mean", [("-2/3", "3/4", 1)]),
    ("squared-error", "mean", [("1", "1", 1)]),
    ("squared-error", "mean", [("1", "0", 1)]),
    ("squared-error", "mean", [("2", "-1", 1)]),
    ("squared-error", "sum", [("-1", "1", 5)]),
    ("squared-error", "sum", [("-1", "0", 2)]),
    ("squared-error", "mean", [("1", "1", 2), ("0", "3", 6)]),
    ("squared-error", "mean", [("1", "1", 1), ("-2", "1/3", 3)]),
    ("squared-error", "sum", [("1", "1/2", 1), ("2", "1", 1), ("-3/2", "2", 1)]),
    ("cross-entropy", "mean", [("1", "1/4", 1)]),
    ("cross-entropy", "mean", [("1", "1", 1)]),
    ("cross-entropy", "mean", [("-3", "1", 1)]),
    ("cross-entropy", "sum", [("2", "0", 7)]),
    ("cross-entropy", "mean", [("1", "1", 3), ("0", "1/3", 1)]),
    ("cross-entropy", "sum", [("1", "1", 1), ("2", "0", 1)]),
    ("cross-entropy", "mean", [("1", "1", 1), ("2", "1", 1)]),
]


def line(loss, reduction, points):
    inputs, targets, counts = zip(*points, strict=True)
    changes = {"loss": loss, "reduction": reduction, "counts": [*counts]}
    changes |= {"inputs": [[x] for x in inputs], "targets": [*targets]}
    if loss == "cross-entropy":
        changes["activations"] = ["identity"]
    entries = {
        "widths": [1, 1],
        "activations": ["sigmoid"],
        "biases": [False],
        "penalty": "0",
        "dropout": "0",
        **changes,
    }
    return checker.Objective.read(checker.Entry(entries, "objective"))


def derivatives(loss, reduction, points, w: arb) -> tuple[arb, arb]:
    """L' and L'' from the power series of L."""
    with ctx.workprec(MORE):
        total = arb_series([0], 3)
        for x, y, count in points:
            x, y = fmpq(*Fraction(x).as_integer_ratio()), fmpq(*Fraction(y).as_integer_ratio())
            h = arb_series([w, 1], 3) * x
            square = loss == "squared-error"
            error = (sigmoid(h) - y) ** 2 if square else (1 + h.exp()).log() - h * y
            total = total + error * count
        if reduction == "mean":
            total = total / sum(count for _, _, count in points)
        return total[1], 2 * total[2]


@pytest.mark.parametrize(("loss", "reduction", "points"), TAILS)
@pytest.mark.parametrize("side", [-1, 1])
@pytest.mark.parametrize(("start", "error"), [(fmpq(25), 1e-6), (fmpq(6), 1e-4)])
def test_tails(loss, reduction, points, side, start, error):
    """What is enclosed for all u from the start on, and hardly more than that.

    Let e be exp(-start): balls lose a few e^2, and differ by e from what would be slightly wrong.
    """
    # The size of a term falls with |x| u, for squared errors, and as much once more if its target
    # is the limit of the sigmoid there.
    rates = []
    for x, y, _ in ((Fraction(x), Fraction(y), n) for x, y, n in points):
        if x != 0:
            rates.append(abs(x) * ((loss == "squared-error") + (y == (side * x > 0))))
    slowest = fmpq(*min(rates).as_integer_ratio())
    slope, scale, curvature = checker.tail(line(loss, reduction, points), side, start)
    slopes, curvatures = [], []
    for u in (start, start + 1, start + 30):
        first, second = derivatives(loss, reduction, points, arb(side * u))
        with ctx.workprec(MORE):
            decay = (-arb(slowest * u)).exp()
            assert slope.overlaps(side * first / decay)
            assert scale.overlaps(decay)
            assert curvature.overlaps(second)
            slopes.append(float(side * first / decay))
            curvatures.append(float(second))
    alone = len(points) == 1 and abs(Fraction(points[0][0])) >= 1
    assert_ends(slope, slopes, error if alone else 0.1)
    # Its terms hide one another, and a ball that holds 0 at one end may hold more beyond it.
    largest, expected = float(abs(curvature).upper()), max(map(abs, curvatures))
    assert largest <= (1.04 if alone else 3) * expected
    at_start = math.exp(-float(start * slowest))
    assert_ends(scale, [at_start, at_start if slowest == 0 else 0.0], 1e-8)


def test_a_line_on_which_nothing_depends_on_the_weight():
    nothing = line("squared-error", "mean", [("0", "1", 1)])
    assert checker.tail(nothing, 1, fmpq(2)) == (0, 1, 0)
