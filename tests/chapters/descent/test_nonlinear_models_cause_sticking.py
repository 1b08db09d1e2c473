"""A nonlinear model need not have a worse local minimum; a linear network never has one."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import assume
from hypothesis import strategies as st

from claims.compiled import Function
from claims.mathematics import IDENTITY, SIGMOID, SQUARED_ERROR, Objective, linear, neuron
from claims.mathematics import one_hidden_layer as hidden_layer
from claims.numbers import (
    SYMBOLS,
    logistic,
    logistic_complement,
    square,
    symbols,
)
from claims.studies.recounting import as_counted, confirm, one_run_more
from claims.testing import given

CLAIM = "nonlinear-models-cause-sticking"


@pytest.mark.claim(CLAIM, shows="fails", by="counterexample")
@pytest.mark.control("target-two", "a target that the model cannot reach", target=2)
def test_a_nonlinear_model_without_a_worse_minimum(check, *, target=Fraction(1, 2)):
    r"""One sigmoid neuron and one point: nonlinear, and its only stationary point is global.

    $f_w(x) = s(wx)$ is not affine in $w$: $s(0) - 2s(1) + s(2) < 0$. On $x = 1$, $t = \frac12$
    with squared error $L'(w) = 2 (s(w) - \frac12)\,s(w)\,s(-w)$; the last two factors are
    positive and $s$ increases, so $L' = 0$ only at $w = 0$, where $L = 0$. There is no other
    local minimum to get stuck in.
    """
    network = neuron(1, SIGMOID)
    function = Function(
        Objective(network, SQUARED_ERROR).value, theta=(1,), inputs=(1, 1), targets=(1,)
    )

    def bend(arithmetic):
        x = arithmetic.enter([[1]])
        outputs = [network.predict(arithmetic.enter([w]), x)[0] for w in (0, 1, 2)]
        return 2 * outputs[1] - outputs[0] - outputs[2]

    check.positive(bend, "the model is not affine in w")
    w = symbols("w", 1)
    data = SYMBOLS.enter([[1]]), SYMBOLS.enter([target])
    s, rest = logistic(w), logistic_complement(w)
    expected = 2 * (s - Fraction(1, 2)) * s * rest
    check.zero(function.gradient(w, *data) - expected, "L' - 2 (s - 1/2) s (1 - s)", target=target)
    check.zero(function.value(SYMBOLS.enter([0]), *data), "the loss at 0")
    check.record("input", data[0])
    check.size(points=1, weights=1)


def along_gradient(gradient):
    return gradient


def first_coordinate(gradient):
    """Wrong on purpose: a fixed direction in place of the gradient."""
    return SYMBOLS.enter([1] + [0] * (len(gradient) - 1))


@pytest.mark.claim(CLAIM, reading="linear-networks-have-none", shows="holds", by="identity")
@pytest.mark.control(
    "fixed-direction", "a fixed direction, not the gradient", turn=first_coordinate
)
def test_linear_networks_have_no_worse_minimum(check, *, turn=along_gradient):
    r"""A linear network with one hidden layer and one output: every local minimum is global.

    The loss is $L(W, v) = Q(W^\top v)$ with $Q(u) = \sum_i (u \cdot x_i - y_i)^2$ convex: $Q(u') =
    Q(u) + g \cdot (u' - u) + \sum_i (x_i \cdot (u' - u))^2$, where $g = \nabla Q(u)$. If $g = 0$,
    the loss is the least value of $Q$, and global.

    At a local minimum the gradients vanish: $v g^\top = 0$ and $W g = 0$. If $v \ne 0$, the first
    gives $g = 0$. If $v = 0$ and $g \ne 0$, move the first output weight by $\varepsilon$ and the
    first unit's input weights by $\delta g$: as $W g = 0$ the loss changes by
    $\varepsilon\delta\,|g|^2 + \varepsilon^2 \sum_i (x_i \cdot (w_1 + \delta g))^2$. With $\delta
    < 0$ fixed and $\varepsilon > 0$ small enough this is negative, and both can be as small as one
    likes: no local minimum. Executed for symbolic data with (samples, inputs, units) = (1, 2, 1),
    (2, 2, 2) and (2, 1, 3); the matrix identities have the same form at every size, and no
    assumption on the data is used.
    """
    epsilon, delta = symbols("eps"), symbols("del")
    for samples, features, units in ((1, 2, 1), (2, 2, 2), (2, 1, 3)):
        network = hidden_layer(features, units, IDENTITY, hidden_bias=False, output_bias=False)
        sizes = (samples, features, units)
        x, y = symbols("x", samples, features), symbols("y", samples)
        shapes = {"inputs": (samples, features), "targets": (samples,)}
        deep = Function(
            Objective(network, SQUARED_ERROR, reduction="sum").value,
            theta=(network.size,),
            **shapes,
        )
        shallow = Function(
            Objective(linear(features, bias=False), SQUARED_ERROR, reduction="sum").value,
            theta=(features,),
            **shapes,
        )
        theta = symbols("p", network.size)
        first, second = network.block("W1").of(theta), network.block("W2").of(theta)[0]
        u, other = first.T @ second, symbols("u", features)
        check.zero(
            deep.value(theta, x, y) - shallow.value(u, x, y), "L(W, v) - Q(W'v)", sizes=sizes
        )
        g, step = shallow.gradient(u, x, y), other - u
        convex = shallow.value(u, x, y) + g @ step + square(x @ step).sum()
        check.zero(shallow.value(other, x, y) - convex, "Q(u') minus its expansion at u")
        slope = deep.gradient(theta, x, y)
        check.zero(network.block("W1").of(slope) - second[:, None] * g, "dL/dW - v g'")
        check.zero(network.block("W2").of(slope)[0] - first @ g, "dL/dv - W g")
        flat = theta.copy()
        outputs = network.block("W2")
        flat[outputs.start : outputs.stop] = SYMBOLS.enter([0] * units)
        g = shallow.gradient(SYMBOLS.enter([0] * features), x, y)
        moved = flat.copy()
        moved[:features] = flat[:features] + delta * turn(g)
        moved[outputs.start] = epsilon
        change = deep.value(moved, x, y) - deep.value(flat, x, y)
        expected = (
            epsilon * (first[0] @ g)  # vanishes where W g = 0
            + epsilon * delta * (g @ g)
            + square(epsilon) * square(x @ moved[:features]).sum()
        )
        check.zero(change - expected, "the change of the loss minus the three terms", sizes=sizes)


@st.composite
def stationary_without_output(draw):
    """Integer data (N, 2), (N,) and input weights (2, 2) orthogonal to the gradient g != 0 at 0."""
    samples = draw(st.integers(1, 4))
    entry = st.integers(-3, 3)
    row = st.lists(entry, min_size=2, max_size=2)
    inputs = draw(st.lists(row, min_size=samples, max_size=samples))
    targets = draw(st.lists(entry, min_size=samples, max_size=samples))
    g = [-2 * sum(x[k] * y for x, y in zip(inputs, targets, strict=True)) for k in range(2)]
    assume(any(g))
    scales = draw(st.lists(entry, min_size=2, max_size=2))
    return inputs, targets, [[-g[1] * scale, g[0] * scale] for scale in scales], g


@pytest.mark.claim(CLAIM, reading="linear-networks-have-none", shows="holds", by="property")
@pytest.mark.control("uphill", "both moves in the direction of ascent", side=1)
@given(problem=stationary_without_output())
def test_stationary_points_that_are_not_global_have_lower_neighbours(check, problem, *, side=-1):
    """At random stationary points with output weights 0 the move of the proof goes down, exactly.

    Random integer data in two dimensions and two linear units, input weights orthogonal to the
    gradient, so that the point is stationary; the step along the gradient is 1/1000 of it.
    """
    inputs, targets, weights, g = problem
    network = hidden_layer(2, 2, IDENTITY, hidden_bias=False, output_bias=False)
    objective = Objective(network, SQUARED_ERROR, reduction="sum")
    delta = Fraction(1, 1000)
    first = [w + side * delta * part for w, part in zip(weights[0], g, strict=True)]
    outputs = [sum(a * b for a, b in zip(x, first, strict=True)) for x in inputs]
    assume(any(outputs))
    steepest = delta * sum(part * part for part in g)
    epsilon = steepest / sum(output * output for output in outputs) / 2
    if any(weights[0]):
        check.label("with input weights")

    def drop(arithmetic):
        data = arithmetic.enter(inputs), arithmetic.enter(targets)
        start = arithmetic.enter([*weights[0], *weights[1], 0, 0])
        end = arithmetic.enter([*first, *weights[1], epsilon, 0])
        return objective.value(start, *data) - objective.value(end, *data)

    check.positive(drop, "the loss falls", inputs=inputs, targets=targets, weights=weights)


@pytest.mark.claim(CLAIM, reading="linear-against-nonlinear", shows="holds", by="study")
@pytest.mark.control("one-run-more", "one more run counted", count=one_run_more)
def test_nonlinear_against_linear(check, study_result, study_table, *, count=as_counted):
    """The same starts with linear units in place of nonlinear ones.

    Each network is judged by the global level of its own loss; that of the linear network is the
    least-squares fit's. The plan fixes data, steps, sample size and rule beforehand; the
    intervals and the decision are derived again here from the counted runs.
    """
    confirm(check, study_result, study_table, "linear-against-nonlinear", "stuck", count)
