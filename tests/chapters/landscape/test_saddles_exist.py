"""Saddles: every data set has one unless all its mean targets are equal."""

from __future__ import annotations

import json
from collections import defaultdict
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import assume
from hypothesis import strategies as st

from claims.compiled import Function
from claims.mathematics import SIGMOID, SQUARED_ERROR, Objective, one_hidden_layer
from claims.numbers import SYMBOLS, logistic, square, symbols
from claims.proof.certificates import Problem
from claims.testing import given

CLAIM = "saddles-exist"
SIZES = ((2, 1, 1), (3, 1, 2), (2, 2, 2))


def derivatives(network, samples):
    return Function(
        Objective(network, SQUARED_ERROR).value,
        theta=(network.size,),
        inputs=(samples, network.widths[0]),
        targets=(samples,),
    )


def mean(values):
    return values.sum() * Fraction(1, len(values))


def first(values):
    return values[0]


@pytest.mark.claim(CLAIM, shows="holds", by="witness")
@pytest.mark.control("equal-targets", "both targets 0", targets=(0, 0))
def test_a_hessian_with_both_signs(check, *, targets=(0, 1)):
    r"""One sigmoid unit, $x = (0, 1)$, $y = (0, 1)$: a strict saddle at $w = b = v = 0$, $c = 1/2$.

    The gradient is 0 there. The Hessian has $L_{ww} = 0$, $L_{wv} = -\frac18$, $L_{vv} = \frac12$
    and $L_{cc} = 2$: along $(w, v) = (1, \frac14)$ its quadratic form is $2 \cdot \frac14 \cdot
    (-\frac18) + \frac1{16} \cdot \frac12 = -\frac1{32}$, along $c$ it is 2. So it has a negative
    and a positive eigenvalue.
    """
    function = derivatives(one_hidden_layer(1, 1, SIGMOID), 2)
    data = SYMBOLS.enter([[0], [1]]), SYMBOLS.enter(targets)
    point = SYMBOLS.enter([0, 0, 0, mean(data[1])])
    check.zero(function.gradient(point, *data), "the gradient", targets=targets)
    hessian = function.hessian(point, *data)
    along = SYMBOLS.enter([1, 0, Fraction(1, 4), 0])
    form = along @ hessian @ along
    check.zero(form + Fraction(1, 32), "the form along (1, 0, 1/4, 0) + 1/32")
    check.zero(hessian[3, 3] - 2, "the second derivative in c minus 2")
    check.record("inputs", data[0])
    check.record("saddle (w, b, v, c)", point)
    check.record(("quadratic form along w + v/4", "quadratic form along c"), [form, hessian[3, 3]])
    check.size(
        points=2,
        inputs=1,
        units=1,
        smaller="on one point every stationary point is a global minimum",
    )


@pytest.mark.claim(
    CLAIM, reading="every-data-set", shows="holds", by="identity", when=["varying-targets"]
)
@pytest.mark.control("first-target", "the first target in place of their mean", level=first)
def test_the_network_that_ignores_its_input(check, *, level=mean):
    r"""All weights 0 and the mean target as output bias: a saddle wherever mean targets vary.

    At $\theta^* = (W, b, v, c) = (0, b, 0, \bar y)$ the gradient vanishes, and a move of $c$ by
    $t$ adds $t^2$: there are higher points. Now give the first unit the input weights $tu$ and
    the output weight $\tau$. With $r_i = \bar y - y_i$ and $a_i = s(t\,u \cdot x_i + b)$ the loss
    changes by exactly $2\tau m + \tau^2 q$, where $m$ is the mean of $r_i a_i$ and $q > 0$ that
    of $a_i^2$. Where $m \ne 0$ a small $\tau$ of the opposite sign lowers it.

    $m \ne 0$ for arbitrarily small $t$: take $u$ such that the $K$ distinct inputs have
    distinct $p_k = u \cdot x_k$, let $\rho_k$ be the sum of the $r_i$ at the $k$-th, and choose
    $b$ such that the derivatives $s', \dots, s^{(K-1)}$ are not 0 at $b$. The derivatives of
    $N m$ in $t$ at 0 are $s^{(l)}(b) \sum_k \rho_k p_k^l$, of which the one with $l = 0$
    vanishes. Were all up to $l = K - 1$ zero, all $\rho_k$ would be, because the determinant of
    the powers is the product of the $p_k - p_j$, $j < k$; but the mean targets are not all equal.
    Such $b$ exist: $s^{(l)} = P_l(s)$ with $P_{l+1} = P_l'\,(s - s^2)$ of degree $l + 2$, since
    its leading coefficient is $-(l + 1)$ times that of $P_l$, so each has finitely many zeros.

    The identities are executed for symbolic data with (samples, inputs, units) = (2, 1, 1), (3, 1,
    2) and (2, 2, 2), each sample being a term of every sum; the determinant, Vandermonde's, for $K
    = 2, 3, 4$, the leading coefficients for $l$ up to 6.
    """
    for samples, inputs, units in SIZES:
        network = one_hidden_layer(inputs, units, SIGMOID)
        function = derivatives(network, samples)
        x, y = symbols("x", samples, inputs), symbols("y", samples)
        theta = SYMBOLS.enter([0] * network.size)
        hidden, output = network.block("b1"), network.block("W2").start
        theta[hidden.start : hidden.stop] = symbols("b", units)
        theta[-1] = level(y)
        sizes = (samples, inputs, units)
        check.zero(function.gradient(theta, x, y), "the gradient", sizes=sizes)
        start = function.value(theta, x, y)
        raised = theta.copy()
        raised[-1] = raised[-1] + symbols("t")
        check.zero(
            function.value(raised, x, y) - start - square(symbols("t")), "the rise along c - t^2"
        )
        direction, weight = symbols("u", inputs), symbols("tau")
        moved = theta.copy()
        moved[:inputs] = direction * symbols("t")
        moved[output] = weight
        active = logistic(x @ moved[:inputs] + theta[hidden.start])
        change = 2 * weight * mean((level(y) - y) * active) + square(weight) * mean(square(active))
        check.zero(function.value(moved, x, y) - start - change, "the change - 2 tau m - tau^2 q")
    for count in (2, 3, 4):
        nodes = symbols("p", count)
        powers = [[SYMBOLS.enter(1)] * count]
        for _ in range(count - 1):
            powers.append([entry * node for entry, node in zip(powers[-1], nodes, strict=True)])
        product = SYMBOLS.enter(1)
        for high in range(count):
            for low in range(high):
                product = product * (nodes[high] - nodes[low])
        check.zero(determinant(powers) - product, "the determinant - the product", count=count)
    polynomial = [Fraction(0), Fraction(1), Fraction(-1)]
    for order in range(1, 7):
        slope = [index * entry for index, entry in enumerate(polynomial)][1:]
        following = np.convolve(slope, [0, 1, -1]).tolist()
        check.that(
            len(following) == order + 3 and following[-1] == -(order + 1) * polynomial[-1] != 0,
            "the next derivative has one degree more",
            order=order,
        )
        polynomial = following


def determinant(rows):
    """The determinant by expansion along the first row."""
    if len(rows) == 1:
        return rows[0][0]
    total = SYMBOLS.enter(0)
    for column, entry in enumerate(rows[0]):
        minor = [row[:column] + row[column + 1 :] for row in rows[1:]]
        total = total + (-1) ** column * entry * determinant(minor)
    return total


@st.composite
def varying_data(draw):
    """Integer inputs and targets whose mean is not the same at every distinct input."""
    samples = draw(st.integers(2, 5))
    entries = st.lists(st.integers(-3, 3), min_size=samples, max_size=samples)
    inputs, targets = draw(entries), draw(entries)
    groups = defaultdict(list)
    for x, y in zip(inputs, targets, strict=True):
        groups[x].append(Fraction(y))
    assume(len({sum(group) / len(group) for group in groups.values()}) > 1)
    return inputs, targets


@pytest.mark.claim(
    CLAIM, reading="every-data-set", shows="holds", by="property", when=["varying-targets"]
)
@pytest.mark.control("uphill", "the output weight of the opposite sign", sign=1)
@given(data=varying_data())
def test_lower_points_close_to_the_candidate(check, data, *, sign=-1):
    """On random data with varying mean targets there is a lower point next to the candidate.

    One input, one unit with hidden bias 1/3, input weight 1/1024 and the output weight -m/q of
    least loss; the loss is compared with that of the candidate in balls.
    """
    inputs, targets = data
    objective = Objective(one_hidden_layer(1, 1, SIGMOID), SQUARED_ERROR)
    weight, bias = Fraction(1, 1024), Fraction(1, 3)
    level = Fraction(sum(targets), len(targets))
    if len(set(inputs)) < len(inputs):
        check.label("repeated inputs")

    def drop(arithmetic):
        x, y = arithmetic.enter([[entry] for entry in inputs]), arithmetic.enter(targets)
        active = logistic(x[:, 0] * weight + bias)
        best = mean((level - y) * active) / mean(square(active))
        rest = arithmetic.enter([0, bias, 0, level]), arithmetic.enter([weight, bias, 0, level])
        moved = rest[1].copy()
        moved[2] = best * sign
        return objective.value(rest[0], x, y) - objective.value(moved, x, y)

    check.positive(drop, "the loss falls", inputs=inputs, targets=targets)


@pytest.mark.claim(CLAIM, reading="every-data-set", shows="fails", by="counterexample")
@pytest.mark.control("one-other-target", "the last target raised by 1", raised=1)
def test_equal_mean_targets_leave_no_saddle(check, *, raised=0):
    r"""If the mean target is the same everywhere, each stationary point is a global minimum.

    Let the targets at each distinct input have the mean $\mu$. Then $\sum_j v_j L_{v_j} +
    (c - \mu) L_c = 2 (L - V)$ with $V$ the mean of $(y_i - \mu)^2$, which the outputs $f = \mu$
    attain and no parameters can undercut. So a vanishing gradient means $L = V$. Checked for the
    inputs $(p, p, q)$ and targets $(\mu + e, \mu - e, \mu)$, one and two units, all symbolic;
    here $L - V$ is the mean of $(f_i - \mu)^2$. For instance $x = (0, 0, 1)$, $y = (1, -1, 0)$
    has no saddle, and no single point has one, where $V = 0$ (executed too).
    """
    p, q, centre, spread = (symbols(name) for name in ("p", "q", "m", "e"))
    x = np.array([[p], [p], [q]], dtype=object)
    y = np.array([centre + spread, centre - spread, centre + raised], dtype=object)
    alone = x[:1], np.array([centre + raised], dtype=object)
    cases = ((x, y, square(spread) * Fraction(2, 3)), (*alone, 0 * spread))
    for units, (x, y, least) in product((1, 2), cases):
        network = one_hidden_layer(1, units, SIGMOID)
        function = derivatives(network, len(y))
        theta = symbols("k", network.size)
        slope = function.gradient(theta, x, y)
        outputs = network.block("W2")
        pull = (theta * slope)[outputs.start : outputs.stop].sum() + (theta[-1] - centre) * slope[
            -1
        ]
        excess = function.value(theta, x, y) - least
        check.zero(pull - 2 * excess, f"v.L_v + (c - m) L_c - 2 (L - V), {units} units")
        errors = square(network.predict(theta, x) - centre)
        check.zero(excess - mean(errors), f"L - V minus the mean of (f - m)^2, {units} units")
    for inputs, targets, least in cases:
        check.record(f"inputs, {len(targets)} in number", inputs[:, 0])
        check.record(f"targets of the {len(targets)}", targets)
        check.record(f"loss at every stationary point of the {len(targets)}", least)
    check.size(points=1, inputs=1, units=1)


def as_written(proof):
    return proof


GRID = [[i - 1, j - 1] for i in range(4) for j in range(3)]
GRID_TARGETS = [
    Fraction(-tenths, 10) for tenths in (63, 81, 97, 52, 82, 93, 52, 69, 77, 43, 48, 62)
]


def with_next_index(proof):
    return proof | {"index": proof["index"] + 1}


@pytest.mark.claim(CLAIM, shows="holds", by="certificate")
@pytest.mark.control("next-index", "one more negative eigenvalue claimed", edit=with_next_index)
def test_saddles_of_proved_index(check, certificates, *, edit=as_written):
    """Two saddles of a network with two sigmoid units, one way down from one, two from the other.

    On twelve points of a grid: a box holds exactly one stationary point (Krawczyk), and all over it
    the Hessian is regular and has exactly one, or exactly two, negative eigenvalues of nine,
    counted by symmetric elimination in balls. Nothing at these points is degenerate.
    """
    objective = Problem(one_hidden_layer(2, 2, SIGMOID), GRID, GRID_TARGETS).definition()
    for index in (1, 2):
        path = certificates / f"saddle-index-{index}-2-2-1-sigmoid.json"
        figures = check.certificate(path, kind="stationary-point", objective=objective, edit=edit)
        check.that(json.loads(path.read_text())["proof"]["index"] == index, "the index")
        check.record(f"index {index}", figures)
