"""Whether the gradient of a sigmoid neuron has a zero at all: one point, several, hard labels."""

from __future__ import annotations

from fractions import Fraction
from functools import cache

import numpy as np
import pytest
from flint import fmpq_mat
from hypothesis import assume
from hypothesis import strategies as st

from claims.compiled import Function
from claims.mathematics import (
    HALF_SQUARED_ERROR,
    SIGMOID,
    SQUARED_ERROR,
    NoClosedForm,
    Objective,
    StationarySet,
    neuron,
    rank,
    separation,
    stationary_set,
)
from claims.numbers import SYMBOLS, logistic, logistic_complement, square, symbols
from claims.numbers.exact import to_fraction
from claims.testing import given, strategies

CLAIM = "stationary-point-exists"
HALF = Fraction(1, 2)


@cache
def function_of(samples, features, loss=SQUARED_ERROR):
    objective = Objective(neuron(features, SIGMOID), loss, reduction="sum")
    return Function(
        objective.value,
        theta=(features,),
        inputs=(samples, features),
        targets=(samples,),
    )


def on_the_hyperplane(x, level):
    return x * (level / square(x).sum())


def along_the_input(x, level):
    """Wrong on purpose: not divided by |x|^2."""
    return x * level


@pytest.mark.claim(CLAIM, shows="holds", by="identity")
@pytest.mark.control("not-scaled", "x logit(t), not divided by |x|^2", solve=along_the_input)
def test_one_point_has_a_zero_exactly_for_attained_targets(check, *, solve=on_the_hyperplane):
    r"""One point: a zero exists exactly if $0 < t < 1$ or $x = 0$.

    For $x = 0$ the gradient is zero at every $w$. For $0 < t < 1$ and $x \ne 0$ it is zero at $w
    = \operatorname{logit}(t)\,x/\lVert x\rVert^2$. Otherwise $t = -a$ or $t = 1 + a$ with $a \ge
    0$, and $x\cdot\nabla L$ is $(s + a)\,s(1-s)\lVert x\rVert^2 > 0$ or $-(1 - s + a)\,s
    (1-s)\lVert x\rVert^2 < 0$: no zero. Identities for symbolic data in one to three dimensions.
    """
    for features in (1, 2, 3):
        gradient = function_of(1, features, HALF_SQUARED_ERROR).gradient
        theta, x, target = symbols("w", features), symbols("x", features), symbols("t")
        level, excess = symbols("l"), symbols("a")
        nothing = SYMBOLS.enter(np.zeros((1, features)))
        check.zero(
            gradient(theta, nothing, np.array([target])), "the gradient at x = 0", features=features
        )
        check.zero(
            gradient(solve(x, level), x[None], np.array([logistic(level)])),
            "the gradient on the hyperplane w.x = logit t",
            features=features,
        )
        s = logistic(theta @ x)
        slope = s * logistic_complement(theta @ x) * square(x).sum()
        for targets, expected in ((-excess, s + excess), (1 + excess, s - 1 - excess)):
            check.zero(
                gradient(theta, x[None], np.array([targets])) @ x - expected * slope,
                "x.gradient minus a product of factors of one sign",
                features=features,
            )


@st.composite
def single_points(draw):
    """Weights and an input (d,), and a target from -1 to 2 in eighths, often 0 or 1."""
    data = draw(strategies.rational_inputs(points=(2, 2), dimensions=(1, 4)))
    eighths = st.one_of(st.sampled_from((0, 8)), st.integers(-8, 16), st.integers(1, 7))
    return data[0], data[1], Fraction(draw(eighths), 8)


def unmoved(found):
    return Fraction(0)


def moved_by_a_quarter(found):
    return Fraction(1, 4)


@pytest.mark.claim(CLAIM, shows="holds", by="property")
@pytest.mark.control("moved", "the point of the formula moved by x/4", error=moved_by_a_quarter)
@given(problem=single_points())
def test_random_single_points(check, problem, *, error=unmoved):
    r"""On random points the gradient changes sign across the zero of the formula, or never.

    Where `stationary_set` gives a zero, $x\cdot\nabla L$ is negative before it and positive after
    it, at a distance of $\lVert x\rVert/8$; for targets outside $(0, 1)$ it has one sign at
    random weights, and the function says that there is no zero. Decided in balls.
    """
    weights, x, target = problem
    gradient = function_of(1, len(x)).gradient

    def slope(arithmetic, point):
        row = arithmetic.enter(x)
        return gradient(point, row[None], arithmetic.enter([target])) @ row

    assume(x.any())
    if 0 < target < 1:
        check.label("zero")
        found = stationary_set([x], [target])
        check.that(isinstance(found, StationarySet), "a zero is found", x=x, target=target)
        for side in (-1, 1):

            def beyond(arithmetic, side=side):
                shift = arithmetic.enter(x * (side * Fraction(1, 8) + error(found)))
                return slope(arithmetic, found.nearest_to_origin(arithmetic) + shift) * side

            check.positive(beyond, "the slope changes from - to +", x=x, target=target)
        return
    check.label("none")
    sign = 1 if target <= 0 else -1
    check.positive(
        lambda arithmetic: slope(arithmetic, arithmetic.enter(weights)) * sign,
        "the slope has one sign",
        x=x,
        target=target,
        weights=weights,
    )
    if target in (0, 1):
        reason = stationary_set([x], [target])
        check.that(reason is NoClosedForm.BOUNDARY, "the function says so", x=x, target=target)


def soft_gain(s, t):
    """How far the limits (1 - t)^2 and t^2 for s to 1 and to 0 lie above (s - t)^2."""
    return (1 - s) * (1 + s - 2 * t), s * (2 * t - s)


def symmetric_gain(s, t):
    """Wrong on purpose: t in place of 2 t."""
    return (1 - s) * (1 + s - t), s * (t - s)


@pytest.mark.claim(
    CLAIM, reading="several-points", shows="holds", by="identity", when=["soft-targets"]
)
@pytest.mark.control("once-the-target", "t in place of 2 t", gain=symmetric_gain)
def test_saturation_is_never_best_for_soft_targets(check, *, gain=soft_gain):
    r"""With all targets strictly inside $(0, 1)$ the infimum is attained, for any data.

    Suppose a minimising sequence $w_k$, taken in the span of the inputs, were unbounded. On a
    subsequence every $w_k\cdot x_i$ converges, to a number or, for $i$ in a non-empty set $A$, to
    $\pm\infty$. The linear equations that the finite limits obey have a solution $w_0$, and
    $w_k - w_0$, corrected by a vector that tends to 0, gives a $u$ with $u\cdot x_i = 0$ for $i
    \notin A$ and with the right sign for $i \in A$. So the limit of the loss is also its limit
    along the ray $w_0 + r u$. There the terms outside $A$ do not change, and a term of $A$ tends
    to $(1-t)^2$ or $t^2$ from below: $(1-t)^2 - (s-t)^2 = (1-s)(1+s-2t) > 0$ once $s > 2t - 1$,
    which is below 1, and $t^2 - (s-t)^2 = s\,(2t-s) > 0$ once $s < 2t$, which is above 0. Some
    point of the ray is better than the limit: a contradiction. Hence the sequence is bounded and
    a minimum is attained; its gradient is zero. The identities are executed; the linear algebra
    round them is the argument above.
    """
    s, t, r = symbols("s"), symbols("t"), symbols("r")
    high, low = gain(s, t)
    check.zero(square(1 - t) - square(s - t) - high, "the limit minus the term, s towards 1")
    check.zero(square(t) - square(s - t) - low, "the limit minus the term, s towards 0")
    function = function_of(2, 2)
    theta, x, targets = symbols("w", 2), symbols("x", 2, 2), symbols("t", 2)
    orthogonal = np.array([-x[0, 1], x[0, 0]])
    terms = square(logistic(x @ (theta + orthogonal * r)) - targets)
    check.zero(
        function.value(theta + orthogonal * r, x, targets) - terms.sum(),
        "the loss on a ray minus its terms",
    )
    check.zero(
        terms[0] - square(logistic(x[0] @ theta) - targets[0]),
        "the change of the term to which the ray is orthogonal",
    )


@st.composite
def rays(draw):
    """Integer inputs (N, d), soft targets in eighths, a start and a direction (d,)."""
    samples, features = draw(st.integers(1, 6)), draw(st.integers(1, 3))
    inputs = draw(strategies.integer_arrays((samples, features), 3))
    targets = [Fraction(draw(st.integers(1, 7)), 8) for _ in range(samples)]
    start, direction = (draw(strategies.integer_arrays(features, 3)) for _ in range(2))
    return inputs, targets, start, direction


def as_drawn(target):
    return target


def hardened(target):
    """Wrong on purpose: targets of at least 3/4 made 1, of at most 1/4 made 0."""
    return Fraction(round((target - HALF) * 2), 2) + HALF


@pytest.mark.claim(
    CLAIM, reading="several-points", shows="holds", by="property", when=["soft-targets"]
)
@pytest.mark.control("hardened", "targets near 0 and 1 rounded to them", harden=hardened)
@given(problem=rays())
def test_random_rays_end_above_one_of_their_points(check, problem, *, harden=as_drawn):
    r"""Along random rays the loss ends above its value at a point that is far out.

    For targets from $\frac18$ to $\frac78$ and $\lvert w\cdot x_i\rvert \ge 2$ every term that
    saturates lies below its limit. Decided in balls.
    """
    inputs, drawn, start, direction = problem
    targets = [harden(target) for target in drawn]
    slopes, offsets = (inputs @ direction).tolist(), (inputs @ start).tolist()
    assume(any(slopes))
    radius = max((Fraction(2 + abs(b), abs(a)) for a, b in zip(slopes, offsets, strict=True) if a))
    function = function_of(*inputs.shape)

    def excess(arithmetic):
        at_rest, values = arithmetic.enter(start), arithmetic.enter(targets)
        data = arithmetic.enter(inputs)
        limit = arithmetic.enter(0)
        for row, target, slope in zip(data, values, slopes, strict=True):
            ends = {0: logistic(row @ at_rest), 1: 1, -1: 0}
            limit = limit + square(target - ends[(slope > 0) - (slope < 0)])
        far = at_rest + arithmetic.enter(direction) * radius
        return limit - function.value(far, data, values)

    check.positive(
        excess,
        "the limit lies above the value",
        inputs=inputs,
        targets=drawn,
        start=start,
        direction=direction,
    )


@st.composite
def independent_points(draw):
    """Independent integer inputs (m, d), targets from 0 to 1 in quarters, weights (d,)."""
    features = draw(st.integers(1, 4))
    samples = draw(st.integers(1, features))
    inputs = draw(strategies.integer_arrays((samples, features), 3))
    assume(rank(inputs) == samples)
    quarters = st.one_of(st.sampled_from((0, 4)), st.integers(1, 3))
    targets = [Fraction(draw(quarters), 4) for _ in range(samples)]
    return inputs, targets, draw(strategies.integer_arrays(features, 3))


def on_the_boundary(target):
    return target in (0, 1)


@pytest.mark.claim(CLAIM, reading="several-points", shows="fails", by="property")
@pytest.mark.control("every-target", "soft targets taken too", taken=lambda target: True)
@given(problem=independent_points())
def test_one_hard_label_among_independent_inputs(check, problem, *, taken=on_the_boundary):
    r"""A hard label on an input independent of the others leaves no zero, hence no minimum.

    For independent inputs some $u$ has $u\cdot x_i = 1$ and $u\cdot x_k = 0$ for all others: along
    it the gradient is $2\,(s_i - t_i)\,s_i (1 - s_i)$, of one sign if $t_i$ is 0 or 1. Random
    inputs, labels and weights, decided in balls; `stationary_set` says that there is no zero. The
    direction comes from solving $X X^\top c = e_i$ exactly, $u = X^\top c$.
    """
    inputs, targets, weights = problem
    witness = {"inputs": inputs, "targets": targets, "weights": weights}
    number = next((i for i, target in enumerate(targets) if taken(target)), None)
    if number is None:
        check.label("soft")
        found = stationary_set(inputs, targets)
        check.that(isinstance(found, StationarySet), "soft targets leave a zero", **witness)
        return
    check.label("hard, of several" if len(targets) > 1 else "hard, alone")
    reason = stationary_set(inputs, targets)
    check.that(reason is NoClosedForm.BOUNDARY, "the function says so", **witness)
    unit = fmpq_mat(len(targets), 1, [int(i == number) for i in range(len(targets))])
    rows = fmpq_mat(*inputs.shape, inputs.ravel().tolist())
    solved = rows.transpose() * (rows * rows.transpose()).solve(unit)
    direction = [to_fraction(entry) for entry in solved.entries()]
    gradient = function_of(*inputs.shape).gradient
    sign = 1 if targets[number] == 0 else -1

    def slope(arithmetic):
        values = gradient(*map(arithmetic.enter, (weights, inputs, targets)))
        return (values @ arithmetic.enter(direction)) * sign

    check.positive(slope, "the gradient along u has one sign", **witness)


@pytest.mark.claim(
    CLAIM, reading="several-points", shows="fails", by="counterexample", when=["separated"]
)
@pytest.mark.control("soft-label", "the target 3/4 in place of 1", target=Fraction(3, 4))
def test_a_single_hard_label_has_no_minimum(check, *, target=Fraction(1)):
    r"""One point with a hard label: no zero, hence no minimum.

    For $x = 1$, $t = 1$ the derivative is $-2\,s(w)\,s(-w)^2 < 0$ everywhere.
    """
    theta = symbols("w", 1)
    slope = function_of(1, 1).gradient(theta, *map(SYMBOLS.enter, ([[1]], [target])))
    expected = -2 * logistic(theta) * square(logistic_complement(theta))
    check.zero(slope - expected, "the derivative plus 2 s(w) s(-w)^2")
    check.record("target", target)
    check.record("derivative", slope[0])
    check.size(points=1, weights=1)


@pytest.mark.claim(
    CLAIM, reading="hard-labels-none", shows="holds", by="identity", when=["separated"]
)
@pytest.mark.control("turned-label", "the label 0 on the side of 1", labels=(1, 1))
def test_separated_labels_leave_no_zero(check, *, labels=(1, 0)):
    r"""If a direction $u$ separates the labels, even weakly, $u\cdot\nabla L < 0$ everywhere.

    Let $m_i = (2t_i - 1)\,x_i\cdot u \ge 0$ for all $i$, positive for one. A point with $t = 1$
    contributes $-s\,(1-s)^2\,m$ to $u\cdot\nabla L$ and one with $t = 0$ contributes
    $-s^2(1-s)\,m$: no term is positive, one is negative. Identities for symbolic weights, inputs
    and directions, one term at a time.
    """
    for features in (1, 2, 3):
        theta, x, u = (symbols(name, features) for name in "wxu")
        s, complement = logistic(theta @ x), logistic_complement(theta @ x)
        gradient = function_of(1, features, HALF_SQUARED_ERROR).gradient
        terms = ((1, s * square(complement)), (0, square(s) * complement))
        for (sign, size), label in zip(terms, labels, strict=True):
            margin = (2 * sign - 1) * (x @ u)
            slope = gradient(theta, x[None], SYMBOLS.enter([label])) @ u
            check.zero(slope + size * margin, "u.gradient plus a positive factor times m", t=label)


@st.composite
def separated_problems(draw):
    """A class of separability that holds by construction, and labelled data with weights of it."""
    kind = draw(st.sampled_from(("complete", "quasi-complete")))
    return kind, draw(strategies.chord_problems(strategies.labelled_data_sets(kind)))


def as_labelled(targets):
    return targets


def all_ones(targets):
    """Wrong on purpose: every label 1, so that the direction may not separate."""
    return np.ones_like(targets)


@pytest.mark.claim(
    CLAIM, reading="hard-labels-none", shows="holds", by="property", when=["separated"]
)
@pytest.mark.control("one-class", "all labels made 1", relabel=all_ones)
@given(problem=separated_problems())
def test_random_separated_data(check, problem, *, relabel=as_labelled):
    r"""On random separable data the gradient along the separating direction is negative."""
    kind, (data, chord) = problem
    found = separation(data.inputs, data.targets)
    witness = {"inputs": data.inputs, "targets": data.targets}
    check.that(found.kind == kind, "the class of separability drawn from", **witness)
    check.label(kind)
    gradient = function_of(*data.inputs.shape).gradient

    def slope(arithmetic):
        values = gradient(
            arithmetic.enter(chord.start),
            arithmetic.enter(data.inputs),
            arithmetic.enter(relabel(data.targets)),
        )
        return -(values @ arithmetic.enter(found.direction))

    check.positive(
        slope,
        "-u.gradient is positive",
        weights=chord.start,
        **witness,
    )


@pytest.mark.claim(CLAIM, reading="hard-labels-none", shows="fails", by="counterexample")
@pytest.mark.control("agreeing-labels", "both labels 1", labels=(1, 1))
def test_contradicting_labels_have_a_zero(check, *, labels=(1, 0)):
    r"""Two points $x = 1$ with labels 1 and 0: the gradient is zero at $w = 0$.

    There the output is 1/2, halfway between the labels: the two errors are opposite and cancel.
    No direction separates the labels, since both points have the same input.
    """
    gradient = function_of(2, 1).gradient(*map(SYMBOLS.enter, ([0], [[1], [1]], labels)))
    check.zero(gradient, "the gradient at w = 0")
    check.record(("inputs", "labels"), ([1, 1], labels))
    check.record("gradient at w = 0", gradient)
    check.size(points=2, weights=1, smaller="one point with an input other than 0 is separated")
