"""Linear networks: how many zeros the gradient has, and whether they share one loss."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from hypothesis import assume
from hypothesis import strategies as st

from claims.compiled import Function
from claims.mathematics import (
    SQUARED_ERROR,
    Objective,
    deep_linear,
    linear,
    normal_solutions,
    rank,
)
from claims.numbers import RATIONALS, SYMBOLS, square, symbols
from claims.testing import given, strategies

CLAIM = "linear-case-roots"
# (widths, samples): depths 2 to 4, hidden layers of one and two units.
NETWORKS = (
    ((1, 1, 1), 2),
    ((2, 1, 1), 2),
    ((2, 2, 1), 1),
    ((1, 3, 1), 1),
    ((2, 1, 1, 1), 1),
    ((1, 2, 2, 1), 1),
    ((1, 1, 1, 1, 1), 1),
)


@cache
def function_of(widths, samples):
    network = linear(widths[0], bias=False) if len(widths) == 2 else deep_linear(*widths)
    objective = Objective(network, SQUARED_ERROR, reduction="sum")
    return Function(
        objective.value,
        theta=(network.size,),
        inputs=(samples, widths[0]),
        targets=(samples,),
    )


def product_of(widths, theta, layers=slice(None)):
    """The product of the matrices of some layers, the last one leftmost."""
    matrices = [block.of(theta) for block in deep_linear(*widths).blocks][layers]
    result = matrices[-1]
    for matrix in matrices[-2::-1]:
        result = result @ matrix
    return result


def orthogonal_steps(inputs):
    """A vector u with X u = 0, for one row X of two entries."""
    return np.array([-inputs[0, 1], inputs[0, 0]])


def parallel_steps(inputs):
    return inputs[0]


def taylor(function, start, end, data):
    """L(end) - L(start) - grad L(start).(end - start)."""
    slope = function.gradient(start, *data) @ (end - start)
    return function.value(end, *data) - function.value(start, *data) - slope


@pytest.mark.claim(CLAIM, shows="holds", by="identity", when=["rank-deficient"])
@pytest.mark.control("parallel-step", "a step along x, not across it", steps=parallel_steps)
def test_one_layer_of_deficient_rank(check, *, steps=orthogonal_steps):
    r"""One layer: the loss is the same at all zeros, and deficient rank makes them infinitely many.

    $L(w') - L(w) = \nabla L(w)\cdot(w' - w) + \lVert X(w'-w)\rVert^2$. Where both gradients are
    zero this gives $L(w') \ge L(w)$, and $L(w) \ge L(w')$ with the roles exchanged: equal losses,
    for any data. A zero exists, since the normal equations always have a solution (see
    other-activations). If the rank of $X$ is below $d$ there is a $u \ne 0$ with $Xu = 0$, and
    $\nabla L(w + ru) = \nabla L(w)$ for every $r$: with one zero a whole line of them. Executed
    for symbolic data of one to three points in one to three dimensions; in matrices the
    identities read the same for all.
    """
    for samples, features in ((1, 1), (2, 1), (1, 2), (2, 2), (3, 2), (2, 3)):
        function = function_of((features, 1), samples)
        data = symbols("x", samples, features), symbols("y", samples)
        start, end = symbols("w", features), symbols("v", features)
        check.zero(
            taylor(function, start, end, data) - square(data[0] @ (end - start)).sum(),
            "Taylor's remainder minus |X (w' - w)|^2",
            samples=samples,
            features=features,
        )
    inputs, targets = symbols("x", 1, 2), symbols("y", 1)
    theta, r = symbols("w", 2), symbols("r")
    gradient = function_of((2, 1), 1).gradient
    change = gradient(theta + steps(inputs) * r, inputs, targets) - gradient(theta, inputs, targets)
    check.zero(change, "the change of the gradient along u")


@st.composite
def deficient_data(draw):
    """Integer inputs (N, d) of rank below d, targets (N,), coefficients (d,)."""
    features = draw(st.integers(1, 4))
    samples = draw(st.integers(1, 5))
    entry = st.integers(-3, 3)
    inputs = draw(strategies.integer_arrays((samples, features), 3))
    if rank(inputs) == features:
        inputs[:, -1] = inputs[:, 0] * draw(entry) if features > 1 else 0
    targets = draw(strategies.integer_arrays(samples, 3))
    return inputs, targets, draw(strategies.integer_arrays(features, 3))


def as_drawn(inputs):
    return inputs


def with_unit_rows(inputs):
    """Wrong on purpose: unit vectors added to the inputs, so that the rank is full."""
    return inputs + np.eye(*inputs.shape, dtype=np.int64) * 10


@pytest.mark.claim(CLAIM, shows="holds", by="property", when=["rank-deficient"])
@pytest.mark.control("full-rank", "10 added on the diagonal of the inputs", change=with_unit_rows)
@given(problem=deficient_data(), draws=280)
def test_random_deficient_data(check, problem, *, change=as_drawn):
    r"""On random data of deficient rank: another zero, with the same loss, exactly."""
    drawn, targets, coefficients = problem
    inputs = change(drawn)
    found = normal_solutions(inputs, targets)
    witness = {"inputs": drawn, "targets": targets, "coefficients": coefficients}
    check.that(len(found.directions) > 0, "the zeros are infinitely many", **witness)
    point = np.array(found.point, dtype=object)
    other = point + np.array(found.directions[0], dtype=object)
    for row, factor in zip(found.directions[1:], coefficients, strict=False):
        other = other + np.array(row, dtype=object) * int(factor)
    function = function_of((inputs.shape[1], 1), len(inputs))
    data = RATIONALS.enter(inputs), RATIONALS.enter(targets)
    places = [RATIONALS.enter(place) for place in (point, other)]
    for place in places:
        check.zero(function.gradient(place, *data), "the gradient", **witness)
    losses = [function.value(place, *data) for place in places]
    check.zero(losses[0] - losses[1], "the difference of the losses", **witness)


@pytest.mark.claim(CLAIM, shows="fails", by="counterexample", when=["uncorrelated"])
@pytest.mark.control("input-zero", "the input 0 in place of 1", x=0)
def test_full_rank_has_a_single_zero(check, *, x=1):
    r"""One layer of full rank: a single zero, where infinitely many are claimed.

    For $x = 1$, $y = 0$ the loss is $w^2$, with the derivative $2w$: the only zero is $w = 0$.
    """
    weight = symbols("w", 1)
    slope = function_of((1, 1), 1).gradient(weight, *map(SYMBOLS.enter, ([[x]], [0])))
    check.zero(slope - 2 * weight, "the derivative minus 2 w")
    check.record("input", x)
    check.record("derivative", slope[0])


def sum_over_data(inputs, targets):
    return inputs.T @ targets


def first_point_only(inputs, targets):
    """Wrong on purpose: y_1 x_1 in place of the sum of y_i x_i."""
    return inputs[0] * targets[0]


@pytest.mark.claim(CLAIM, reading="deep-zeros", shows="holds", by="identity", when=["uncorrelated"])
@pytest.mark.control("first-point", "y_1 x_1 in place of the sum", correlation=first_point_only)
def test_uncorrelated_targets_leave_one_loss(check, *, correlation=sum_over_data):
    r"""If $\sum_i y_i x_i = 0$ every zero of a deep linear network has the loss of the origin.

    Let $r = \sum_i y_i x_i$ and let $p$ be the row $W_k \cdots W_1$. It is of degree one in each
    layer, so Euler's identity gives $\langle W_k, \partial L/\partial W_k\rangle = 2\,(Xp -
    y)\cdot Xp$. At a zero of the gradient this is 0, so $\lVert Xp\rVert^2 = y\cdot Xp = r\cdot p
    = 0$: hence $Xp = 0$ and $L = \lVert y\rVert^2$. There are infinitely many zeros: at $W_1 = 0$,
    with any other weights, $\partial L/\partial W_1 = -2\,(W_k\cdots W_2)^\top r^\top = 0$, and
    the other parts have the factor $W_1$. Identities for depths 2 to 4.
    """
    for widths, samples in NETWORKS:
        function, network = function_of(widths, samples), deep_linear(*widths)
        theta, inputs = symbols("w", network.size), symbols("x", samples, widths[0])
        targets = symbols("y", samples)
        gradient = function.gradient(theta, inputs, targets)
        row, r = product_of(widths, theta)[0], correlation(inputs, targets)
        image, last, first = inputs @ row, network.blocks[-1], network.blocks[0]
        euler = (last.of(theta) * last.of(gradient)).sum() - 2 * ((image - targets) @ image)
        check.zero(euler, "<W_k, dL/dW_k> minus 2 (Xp - y).Xp", widths=widths)
        rest = image @ image - image @ targets
        check.zero(rest - image @ image + r @ row, "(Xp - y).Xp minus |Xp|^2 + r.p", widths=widths)
        still = theta.copy()
        still[: first.stop] = still[: first.stop] * 0
        slope = function.gradient(still, inputs, targets)
        outer = product_of(widths, theta, slice(1, None)).T @ r[None]
        check.zero(first.of(slope) + 2 * outer, "dL/dW1 plus its formula at W1 = 0", widths=widths)
        check.zero(slope[first.stop :], "the other parts at W1 = 0", widths=widths)


@pytest.mark.claim(
    CLAIM,
    reading="deep-zeros",
    shows="fails",
    by="counterexample",
    when=["rank-deficient", "two-layers"],
)
@pytest.mark.control("target-zero", "the target 0 in place of 1", target=0)
def test_two_zeros_of_different_loss(check, *, target=1):
    r"""Two layers: the origin is a zero with loss 1, and there is one with loss 0.

    One point $x = (1, 0)$, $y = 1$, one hidden unit: the gradient is zero at the origin and at $W
    = (1, 0)$, $v = 1$, with losses 1 and 0. The condition is sharp at every depth: if $\sum_i y_i
    x_i \ne 0$, a best linear fit has a loss below that of $p = 0$, every row $p$ is a product of
    the layers, and so the global minima and the origin are zeros of different loss (argued here,
    not executed).
    """
    function = function_of((2, 1, 1), 1)
    data = SYMBOLS.enter([[1, 0]]), SYMBOLS.enter([target])
    origin, fitted = SYMBOLS.enter([0, 0, 0]), SYMBOLS.enter([1, 0, target])
    for place in (origin, fitted):
        check.zero(function.gradient(place, *data), "the gradient", target=target)
    check.zero(function.value(fitted, *data), "the loss at (1, 0), 1", target=target)
    check.that(
        not function.value(origin, *data).is_zero(), "the loss at the origin is another", y=target
    )
    check.record("input and target", data)
    for place in (origin, fitted):
        name = ", ".join(map(str, place))
        check.record(f"loss at (W, v) = ({name})", function.value(place, *data))


def descent_pair(weights, correlation, step, ratio):
    """W1 moved along X'y by ``step``, v1 from 0 to ``ratio`` times it."""
    return weights + correlation * step, step * ratio


def ascent_pair(weights, correlation, step, ratio):
    return weights - correlation * step, step * ratio


@pytest.mark.claim(CLAIM, reading="two-layer-minima", shows="holds", by="identity")
@pytest.mark.control("other-direction", "W1 moved against X'y", move=ascent_pair)
def test_local_minima_of_two_layers_are_global(check, *, move=descent_pair):
    r"""With one hidden layer every local minimum has the loss of the best linear fit.

    Let $p = \sum_j v_j W_j$ and $g = 2X^\top(Xp - y)$, the gradient of the linear fit. Then
    $\partial L/\partial W_j = v_j\,g$ and $\partial L/\partial v_j = W_j\cdot g$. At a zero with
    some $v_j \ne 0$ it follows that $g = 0$: $p$ is a best fit (the fit is convex). With $v = 0$ we
    have $p = 0$ and $g = -2r$, $r = X^\top y$: if $r = 0$ then again $g = 0$. If $r \ne 0$, then
    $W_1\cdot r = 0$, and moving to $W_1 + \varepsilon r$, $v_1 = \eta\varepsilon$ changes the loss
    by $-2\eta\varepsilon^2\lVert r\rVert^2 + \eta^2\varepsilon^2\lVert X(W_1 + \varepsilon
    r)\rVert^2$, which is negative for a small $\eta > 0$ and every small $\varepsilon$: no local
    minimum. Infinitely many: with $p^*$ a best fit, $W_1 = p^*/c$, $v_1 = c$, all else 0, for
    every $c \ne 0$. Identities for up to three hidden units. P. Baldi, K. Hornik, *Neural networks
    and principal component analysis*, 1989, have several outputs and assume full rank; here there
    is one output, and nothing is assumed of the data.
    """
    for features, units, samples in ((1, 1, 1), (2, 1, 2), (2, 2, 1), (1, 3, 2)):
        widths = (features, units, 1)
        function, network = function_of(widths, samples), deep_linear(*widths)
        theta = symbols("w", network.size)
        data = symbols("x", samples, features), symbols("y", samples)
        rows, outgoing = network.block("W1").of(theta), network.block("W2").of(theta)[0]
        row = outgoing @ rows
        fit = function_of((features, 1), samples)
        slope = fit.gradient(row, *data)
        gradient = function.gradient(theta, *data)
        witness = {"widths": widths, "samples": samples}
        check.zero(
            network.block("W1").of(gradient) - outgoing[:, None] * slope[None],
            "dL/dW minus v g'",
            **witness,
        )
        check.zero(network.block("W2").of(gradient)[0] - rows @ slope, "dL/dv minus W g", **witness)
        check.zero(function.value(theta, *data) - fit.value(row, *data), "the losses", **witness)
        correlation = data[0].T @ data[1]
        step, ratio, scale = symbols("e"), symbols("n"), symbols("c")
        start = theta.copy()
        start[network.block("W2").start :] = start[network.block("W2").start :] * 0
        moved = start.copy()
        moved[:features], moved[network.block("W2").start] = move(
            start[:features], correlation, step, ratio
        )
        gain = -2 * ratio * square(step) * square(correlation).sum()
        cost = square(data[0] @ (start[:features] + correlation * step)).sum()
        held = -2 * ratio * step * (start[:features] @ correlation)
        check.zero(
            function.value(moved, *data)
            - function.value(start, *data)
            - gain
            - square(ratio * step) * cost
            - held,
            "the change of the loss; the last term has the factor W1.r",
            **witness,
        )
        family = moved * 0
        best = symbols("p", features)
        family[:features], family[network.block("W2").start] = best * (1 / scale), scale
        check.zero(
            function.value(family, *data) - fit.value(best, *data),
            "the loss on the family",
            **witness,
        )


@st.composite
def saddles(draw):
    """Integer data (N, d), (N,) with X'y != 0, for a number of hidden units."""
    samples, features = draw(st.integers(1, 4)), draw(st.integers(1, 3))
    inputs = draw(strategies.integer_arrays((samples, features), 4))
    targets = draw(strategies.integer_arrays(samples, 4))
    return inputs, targets, draw(st.integers(1, 3))


def two_layers(features, units):
    return (features, units, 1)


def three_layers(features, units):
    """Wrong on purpose: one more layer."""
    return (features, units, 1, 1)


@pytest.mark.claim(
    CLAIM, reading="origin-strict-saddle", shows="holds", by="property", when=["two-layers"]
)
@pytest.mark.control("three-layers", "one layer more", widths=three_layers)
@given(problem=saddles())
def test_random_origins(check, problem, *, widths=two_layers):
    r"""On random data the Hessian at the origin is negative along the predicted direction."""
    inputs, targets, units = problem
    correlation = inputs.T @ targets
    assume(correlation.any())
    shape = widths(inputs.shape[1], units)
    network = deep_linear(*shape)
    direction = np.zeros(network.size, dtype=np.int64)
    direction[: inputs.shape[1]] = correlation
    direction[network.block("W2").start] = 1
    place = np.zeros(network.size)
    data = map(RATIONALS.enter, (place, inputs, targets))
    hessian = function_of(shape, len(inputs)).hessian(*data)
    u = RATIONALS.enter(direction)
    check.that(
        (u @ hessian @ u).sign() < 0,
        "u.Hu is negative",
        inputs=inputs,
        targets=targets,
        units=units,
    )


def along(correlation):
    return correlation


def halfway(correlation):
    return correlation + 1


@pytest.mark.claim(
    CLAIM, reading="origin-strict-saddle", shows="holds", by="identity", when=["two-layers"]
)
@pytest.mark.control("other-direction", "1 added to each entry of X'y", direction=halfway)
def test_the_origin_of_two_layers_is_a_strict_saddle(check, *, direction=along):
    r"""With two layers the Hessian at the origin has the curvature $-4\lVert r\rVert^2 < 0$.

    $r = \sum_i y_i x_i \ne 0$. The gradient at the origin is zero. Along $u$ with $W_1 = r$, $v_1
    = 1$ and all else 0, $u^\top\nabla^2 L(0)\,u = -4\lVert r\rVert^2$. The loss there, $\lVert
    y\rVert^2$, is not minimal: at $W_1 = \varepsilon r$, $v_1 = 1$ it is lower by
    $2\varepsilon\lVert r\rVert^2 - \varepsilon^2\lVert Xr\rVert^2$, positive for small
    $\varepsilon > 0$. Executed for symbolic data, one to three hidden units, one or two points
    and inputs; the other units are 0 and play no part.
    """
    for features, units, samples in ((1, 1, 1), (2, 1, 2), (2, 2, 1), (1, 3, 2)):
        widths = (features, units, 1)
        function, network = function_of(widths, samples), deep_linear(*widths)
        data = symbols("x", samples, features), symbols("y", samples)
        origin = SYMBOLS.enter(np.zeros(network.size))
        correlation, step = data[0].T @ data[1], symbols("e")
        u = origin.copy()
        u[:features], u[network.block("W2").start] = direction(correlation), SYMBOLS.enter(1)
        witness = {"widths": widths, "samples": samples}
        check.zero(function.gradient(origin, *data), "the gradient at the origin", **witness)
        check.zero(
            u @ function.hessian(origin, *data) @ u + 4 * square(correlation).sum(),
            "u.Hu plus 4 |r|^2",
            **witness,
        )
        lower = u.copy()
        lower[:features] = lower[:features] * step
        gain = 2 * step * square(correlation).sum()
        gain = gain - square(step) * square(data[0] @ correlation).sum()
        fall = function.value(origin, *data) - function.value(lower, *data)
        check.zero(fall - gain, "the fall of the loss minus its formula", **witness)


@pytest.mark.claim(
    CLAIM,
    reading="origin-strict-saddle",
    shows="fails",
    by="counterexample",
    when=["rank-deficient"],
)
@pytest.mark.control("two-layers", "one layer fewer", widths=(2, 1, 1))
def test_three_layers_have_no_curvature_at_the_origin(check, *, widths=(2, 1, 1, 1)):
    r"""With three layers the Hessian at the origin is zero: no negative eigenvalue.

    Every term of the output has three factors, so that two derivatives leave one that is 0. For
    $x = (1, 0)$, $y = 1$ the origin is a zero of the gradient with loss 1, and no strict saddle.
    """
    network = deep_linear(*widths)
    origin = SYMBOLS.enter(np.zeros(network.size))
    hessian = function_of(widths, 1).hessian(origin, *map(SYMBOLS.enter, ([[1, 0]], [1])))
    check.zero(hessian, "the Hessian at the origin", widths=widths)
    check.record("widths", widths)
    check.record("Hessian at the origin", hessian)
