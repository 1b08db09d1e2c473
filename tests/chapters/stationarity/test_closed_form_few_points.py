"""One sigmoid neuron on few points: when the zeros of its gradient have a closed form."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume
from hypothesis import strategies as st

from claims.compiled import Function
from claims.mathematics import (
    SIGMOID,
    SQUARED_ERROR,
    NoClosedForm,
    Objective,
    StationarySet,
    neuron,
    rank,
    stationary_set,
)
from claims.numbers import (
    RATIONALS,
    SYMBOLS,
    logistic,
    logistic_complement,
    square,
    symbols,
)
from claims.testing import given, strategies

CLAIM = "closed-form-few-points"


def objective_of(features):
    return Objective(neuron(features, SIGMOID), SQUARED_ERROR, reduction="sum")


def derivatives_of(samples, features):
    return Function(
        objective_of(features).value,
        theta=(features,),
        inputs=(samples, features),
        targets=(samples,),
    )


def least_norm_solution(inputs, logits):
    """Return X' (X X')^-1 h for one or two symbolic rows X."""
    gram = inputs @ inputs.T
    if len(inputs) == 1:
        return inputs.T @ (logits * (1 / gram[0, 0]))
    determinant = gram[0, 0] * gram[1, 1] - gram[0, 1] * gram[1, 0]
    adjugate = np.array([[gram[1, 1], -gram[0, 1]], [-gram[1, 0], gram[0, 0]]])
    return inputs.T @ (adjugate @ logits * (1 / determinant))


def transposed_solution(inputs, logits):
    """Wrong on purpose: X' h, as if the rows were orthonormal."""
    return inputs.T @ logits


def merged_mean(total, count):
    return total / count


def merged_sum(total, count):
    return total


def complement(target):
    return 1 - target


@pytest.mark.claim(CLAIM, shows="holds", by="identity")
@pytest.mark.control("no-inverse", "X'h in place of X'(XX')^-1 h", solve=transposed_solution)
@pytest.mark.control(
    "sum-for-mean", "the sum of the targets in place of their mean", mean=merged_sum
)
@pytest.mark.control("kept-target", "the target of an opposite input kept", opposite=lambda t: t)
def test_the_minimisers_are_the_affine_set(
    check, *, mean=merged_mean, opposite=complement, solve=least_norm_solution
):
    r"""Independent merged inputs: the minimisers are the affine set that fits every merged point.

    Merging: $n$ points with the same input, targets with sum $T$ and sum of squares $Q$,
    contribute $n s^2 - 2 T s + Q = n (s - T/n)^2 + (Q - T^2/n)$; a point $-x$ with target $t$
    contributes the same as $x$ with $1 - t$; an input $0$ contributes a constant. So the loss is
    a constant plus $\sum_i n_i (s(w\cdot x_i) - t_i)^2$ over the merged points. If $X w_0 =
    \operatorname{logit} t$ has a solution, every square is $0$ there, so the minimisers are the
    points where all of them are, and as $s$ is strictly increasing these are the $w$ with $X w =
    \operatorname{logit} t$.

    If the merged inputs are independent, $X^\top (X X^\top)^{-1} \operatorname{logit} t$ is a
    solution for all targets, and the gradient $\sum_i 2 n_i (s_i - t_i)\,s_i (1-s_i)\,x_i$
    vanishes nowhere else: its coefficients would have to. Executed for symbolic inputs, counts,
    and targets $t_i = s(h_i)$, with one and two merged points in up to three dimensions; the loss
    is a sum over the points and $X X^\top (X X^\top)^{-1}$ is the identity for any number of
    independent rows, so nothing depends on these sizes.
    """
    s, count, total, squares = symbols("s"), symbols("n"), symbols("T"), symbols("Q")
    separate = count * square(s) - 2 * total * s + squares
    centre = mean(total, count)
    merged = count * square(s - centre) + squares - count * square(centre)
    check.zero(separate - merged, "n points minus the merged point")
    h, target = symbols("h"), symbols("t")
    mirrored = square(logistic(h) - opposite(target)) - square(logistic(-h) - target)
    check.zero(mirrored, "the opposite input with its new target")
    for samples, features in ((1, 1), (1, 3), (2, 2), (2, 3)):
        inputs, logits = symbols("x", samples, features), symbols("h", samples)
        theta, targets = symbols("w", features), symbols("t", samples)
        derivatives = derivatives_of(samples, features)
        products = inputs @ theta
        residuals = logistic(products) - targets
        check.zero(
            derivatives.value(theta, inputs, targets) - square(residuals).sum(),
            "the loss minus the sum of squares",
            samples=samples,
            features=features,
        )
        coefficients = 2 * residuals * logistic(products) * logistic_complement(products)
        check.zero(
            derivatives.gradient(theta, inputs, targets) - coefficients @ inputs,
            "the gradient minus the combination of the inputs",
            samples=samples,
            features=features,
        )
        check.zero(
            inputs @ solve(inputs, logits) - logits,
            "X w - h at the solution",
            samples=samples,
            features=features,
        )


@st.composite
def neuron_problems(draw):
    """Integer inputs (N, d), some equal or opposite to the first, targets in (0, 1), weights."""
    features = draw(st.integers(1, 4))
    samples = draw(st.integers(1, features + 1))
    entry = st.integers(-3, 3)
    inputs = draw(strategies.integer_arrays((samples, features), 3))
    for row in range(1, samples):
        if draw(st.booleans()):
            inputs[row] = inputs[0] * draw(st.sampled_from((-1, 1)))
    eighths = st.integers(1, 7).map(lambda count: Fraction(count, 8))
    targets = draw(st.lists(eighths, min_size=samples, max_size=samples))
    other = draw(st.lists(entry, min_size=features, max_size=features))
    return inputs, targets, other


def shrunk(found: StationarySet) -> StationarySet:
    """Wrong on purpose: every merged target moved a quarter of the way to 1/2."""
    moved = [replace(p, target=p.target * Fraction(3, 4) + Fraction(1, 8)) for p in found.points]
    return replace(found, points=tuple(moved))


def nearly_inverse(found: StationarySet) -> StationarySet:
    """Wrong on purpose: the inverse times 1 + 2^-40."""
    factor = 1 + Fraction(1, 2**40)
    return replace(
        found, inverse=tuple(tuple(entry * factor for entry in row) for row in found.inverse)
    )


def first_direction(found: StationarySet) -> StationarySet:
    """Wrong on purpose: one of the free directions alone."""
    return replace(found, directions=found.directions[:1])


def as_found(found: StationarySet) -> StationarySet:
    return found


def exact_mean(values):
    return sum(values, Fraction(0)) / len(values)


def midrange(values):
    """Wrong on purpose: halfway between the least and the greatest."""
    return (min(values) + max(values)) / 2


def targets_at(point, inputs, targets):
    """The targets of the data at an input (d,), those at its opposite turned."""
    same = [t for x, t in zip(inputs.tolist(), targets, strict=True) if x == point]
    turned = [1 - t for x, t in zip((-inputs).tolist(), targets, strict=True) if x == point]
    return same + turned


@pytest.mark.claim(CLAIM, shows="holds", by="property")
@pytest.mark.control("moved-targets", "merged targets moved towards 1/2", adjust=shrunk)
@pytest.mark.control("nearly-inverse", "the inverse times 1 + 2^-40", adjust=nearly_inverse)
@pytest.mark.control("one-direction", "one free direction alone", adjust=first_direction)
@pytest.mark.control("midrange", "the midrange of merged targets for their mean", mean=midrange)
@given(problem=neuron_problems())
def test_no_other_weights_are_better(check, problem, *, adjust=as_found, mean=exact_mean):
    r"""On random data the closed form fits every merged point and beats random other weights.

    Integer inputs and rational targets; equal and opposite inputs are frequent. Where the function
    returns a closed form, its parts are compared exactly: every merged target with the mean over
    its data, the product of the merged inputs and the inverse with the identity, and the
    directions, independent and as many as $d - m$, with what the inputs send to 0. At the solution
    nearest to the origin $w\cdot x_i$ is $\operatorname{logit} t_i$ within $2^{-60}$, and its loss
    is compared with that at other weights, in balls; weights on the affine set itself, possible
    only with all targets 1/2, are recognised exactly.
    """
    inputs, targets, other = problem
    found = stationary_set(inputs, targets)
    assume(isinstance(found, StationarySet) and found.points)
    found = adjust(found)
    witness = {"inputs": inputs, "targets": targets}
    groups = [targets_at(list(point.inputs), inputs, targets) for point in found.points]
    check.that(
        sum(map(len, groups)) == np.count_nonzero(inputs.any(axis=1))
        and [len(group) for group in groups] == [point.count for point in found.points],
        "every point whose input is not 0 is merged into one",
        **witness,
    )
    check.that(
        [point.target for point in found.points] == [mean(group) for group in groups],
        "the merged targets are the means",
        **witness,
    )
    merged, size = np.array([point.inputs for point in found.points], dtype=object), len(groups)
    product = merged @ np.array(found.inverse, dtype=object)
    check.that(
        bool((product == np.eye(size, dtype=int)).all()),
        "the merged inputs times the inverse are the identity",
        **witness,
    )
    free = np.array(found.directions, dtype=object).reshape(-1, len(other))
    check.that(
        len(free) == len(other) - size
        and (len(free) == 0 or rank(free) == len(free))
        and not (merged @ free.T).any()
        and not (free @ np.array(found.inverse, dtype=object)).any(),
        "d - m independent directions, orthogonal to the inputs and to the nearest solution",
        **witness,
    )
    for point in found.points:
        for side in (-1, 1):

            def error(arithmetic, point=point, side=side):
                level = arithmetic.enter(point.inputs) @ found.nearest_to_origin(arithmetic)
                return (logistic(level + Fraction(side, 2**60)) - point.target) * side

            check.positive(error, "the logit of the target within 2^-60", **witness)
    rows = RATIONALS.enter([point.inputs for point in found.points])
    on_the_set = all(
        product.sign() == 0 and point.target == Fraction(1, 2)
        for product, point in zip(rows @ RATIONALS.enter(other), found.points, strict=True)
    )
    if len(found.points) < len(inputs):
        check.label("merged")
    objective = objective_of(len(other))

    def advantage(arithmetic):
        data = arithmetic.enter(inputs), arithmetic.enter(targets)
        best = found.nearest_to_origin(arithmetic)
        return objective.value(arithmetic.enter(other), *data) - objective.value(best, *data)

    check.nonnegative(
        advantage,
        "the loss elsewhere exceeds that of the closed form",
        tie=on_the_set,
        other=other,
        **witness,
    )


def balanced(relation, rows):
    """The last row that makes the sum of the rows, weighted by the relation, zero."""
    return -((relation[:-1] @ rows) / relation[-1])


def plain_sum(relation, rows):
    """Wrong on purpose: the last row that makes the plain sum of the rows zero."""
    return -rows.sum(axis=0)


@pytest.mark.claim(CLAIM, shows="holds", by="identity")
@pytest.mark.control("plain-sum", "rows that obey another relation", last=plain_sum)
@pytest.mark.control("compatible-target", "a second target that fits", second=Fraction(1, 2))
def test_dependent_inputs_leave_some_targets_without_a_fit(
    check, *, last=balanced, second=Fraction(3, 4)
):
    r"""Dependent merged inputs: for some targets the affine set is empty, not the minimisers.

    Let $\sum_i c_i x_i = 0$ with $c \ne 0$. For the targets $t_i = s(c_i)$, strictly between 0 and
    1, a solution of $X w = c$ would have $0 = \sum_i c_i\,x_i\cdot w = \sum_i c_i^2 > 0$. With
    targets strictly between 0 and 1 a minimiser exists all the same (see stationary-point-exists).
    Identity for two to four symbolic rows in up to three dimensions.

    *In numbers*: $x = (1, 2)$, $t = (\frac12, \frac34)$. The first equation asks for $w = 0$, where
    the second one reads $s(0) = \frac12 \ne \frac34$. Yet the derivative is negative at $0$ and
    positive at $1$, so it vanishes in between.
    """
    for samples, features in ((2, 1), (3, 2), (4, 3)):
        relation, rows = symbols("c", samples), symbols("x", samples - 1, features)
        theta = symbols("w", features)
        inputs = np.vstack([rows, last(relation, rows)])
        check.zero(relation @ (inputs @ theta), "c.Xw, while c.c > 0", samples=samples)
    inputs, targets = [[1], [2]], [Fraction(1, 2), second]
    at_zero = SYMBOLS.enter(second) - logistic(SYMBOLS.enter(0))
    check.that(not at_zero.is_zero(), "the two equations contradict each other", second=second)
    derivatives = derivatives_of(2, 1)

    def slope(point, sign):
        return lambda arithmetic: (
            derivatives.gradient(
                arithmetic.enter([point]), arithmetic.enter(inputs), arithmetic.enter(targets)
            )[0]
            * sign
        )

    check.positive(slope(0, -1), "the derivative at 0 is negative")
    check.positive(slope(1, 1), "the derivative at 1 is positive")
    found = stationary_set(inputs, targets)
    check.that(found is NoClosedForm.DEPENDENT, "the function says why", second=second)
    check.record("inputs", inputs)
    check.record("targets", targets)
    check.record("what `stationary_set` says", found.value)


def dependent_rows(inputs):
    """Wrong on purpose: the second input replaced by twice the first."""
    return [inputs[0], [2 * entry for entry in inputs[0]]]


@pytest.mark.claim(CLAIM, reading="one-but-not-several", shows="fails", by="counterexample")
@pytest.mark.control("dependent-rows", "the second input twice the first", change=dependent_rows)
def test_two_points_with_a_closed_form(check, *, change=lambda inputs: inputs):
    r"""Two points with independent inputs are fitted exactly by a formula.

    For $x_1 = (1, 0)$, $x_2 = (0, 1)$ the minimiser is $w = (\operatorname{logit} t_1,
    \operatorname{logit} t_2)$ and the loss is 0 there: with $t_i = s(h_i)$ that is an identity in
    $h_1, h_2$.
    """
    inputs, logits = SYMBOLS.enter(change([[1, 0], [0, 1]])), symbols("h", 2)
    loss = derivatives_of(2, 2).value(logits, inputs, logistic(logits))
    check.zero(loss, "the loss at w = (logit t1, logit t2)", inputs=inputs)
    check.record("inputs", inputs)
    check.record("the loss at w = (logit t1, logit t2), any targets", loss)
    check.size(points=2, smaller="the reading is about two points or more")


@pytest.mark.claim(CLAIM, reading="more-points-than-rank", shows="fails", by="counterexample")
@pytest.mark.control("kept-target", "the target of the opposite input kept", opposite=lambda t: t)
def test_opposite_inputs_with_a_closed_form(check, *, opposite=complement):
    r"""Two points, rank one, and a closed form all the same: the inputs 1 and -1.

    For $x = (1, -1)$ and any targets the loss is $2 (s(w) - \bar t)^2$ plus a constant, with
    $\bar t = (t_1 + 1 - t_2)/2$ between 0 and 1: the minimiser is $w = \operatorname{logit} \bar
    t$.
    """
    theta, targets = symbols("w", 1), symbols("t", 2)
    loss = derivatives_of(2, 1).value(theta, SYMBOLS.enter([[1], [-1]]), targets)
    mean = (targets[0] + opposite(targets[1])) * Fraction(1, 2)
    merged = 2 * square(logistic(theta[0]) - mean)
    constant = square(targets[0] - opposite(targets[1])) * Fraction(1, 2)
    check.zero(loss - merged - constant, "the loss minus the merged point and a constant")
    check.record("inputs", (1, -1))
    check.record("merged target, the minimiser being its logit", mean)
    check.size(points=2, weights=1, smaller="one point other than 0 does not outnumber the rank")
