"""When logistic regression has exactly one minimum, none, or a whole flat of them."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import assume
from hypothesis import strategies as st

from claims.compiled import Function
from claims.mathematics import (
    CROSS_ENTROPY,
    IDENTITY,
    SIGMOID,
    SQUARED_ERROR,
    Loss,
    Objective,
    chord_gap,
    linear,
    logistic_minima,
    neuron,
    rank,
    unknown_function,
)
from claims.numbers import (
    RATIONALS,
    SYMBOLS,
    logistic,
    logistic_complement,
    softplus,
    square,
    symbols,
)
from claims.testing import given, strategies

CLAIM = "logistic-unique-minimum"
HALF = Fraction(1, 2)


def curvature_check(check, output, loss):
    """Compare the curvature along a line with a sum of squares, for symbolic data."""
    for samples, features in ((1, 1), (2, 2), (3, 1)):
        for bias in (False, True):
            network = neuron(features, output, bias=bias)
            plain = linear(features, bias=bias)
            theta, direction = symbols("w", network.size), symbols("u", network.size)
            inputs, targets = symbols("x", samples, features), symbols("t", samples)
            hessian = Function(
                Objective(network, loss).value,
                theta=theta.shape,
                inputs=inputs.shape,
                targets=targets.shape,
            ).hessian(theta, inputs, targets)
            logits, slopes = plain.predict(theta, inputs), plain.predict(direction, inputs)
            weights = logistic(logits) * logistic_complement(logits)
            check.zero(
                direction @ hessian @ direction
                - (weights * square(slopes)).sum() * Fraction(1, samples),
                "curvature along a line minus a sum of squares",
                samples=samples,
                features=features,
                bias=bias,
            )


def balanced(weights, rows):
    """The last row for which the weighted sum of the rows is 0."""
    return -((weights[:-1] @ rows) / weights[-1])


def unweighted(weights, rows):
    """Wrong on purpose: the plain sum made 0."""
    return -rows.sum(axis=0)


@pytest.mark.claim(CLAIM, shows="holds", by="identity", when=["overlap", "full-rank"])
@pytest.mark.control("unweighted", "the plain sum of the margins made zero", last=unweighted)
@pytest.mark.control(
    "squared-error", "squared error of the sigmoid output", model=(SIGMOID, SQUARED_ERROR)
)
def test_bounded_sublevel_sets_and_strict_convexity(
    check, *, last=balanced, model=(IDENTITY, CROSS_ENTROPY)
):
    r"""Overlapping classes keep the minimum within bounds, full rank makes it one point.

    Write $z_i = (2t_i-1)\,x_i$; the loss is $\frac1N \sum_i \ln(1+e^{-z_i\cdot w})$.

    *Existence.* If no $u$ has $z_i\cdot u \ge 0$ for every point and $> 0$ for one, then
    (Stiemke's theorem of the alternative) there are weights $c_i > 0$ with $\sum_i c_i z_i = 0$,
    and an exact linear program finds them. With $h_i = z_i\cdot w$ and $C = \max_i c_i$,
    $$C\,N\,L(w) - \tfrac12 \sum_i c_i |h_i| = \sum_i (C - c_i) \ln(1+e^{-h_i}) + \sum_i c_i
    \Bigl(\ln(1+e^{-h_i}) - \tfrac{|h_i| - h_i}2\Bigr) > 0,$$ because $\sum_i c_i h_i = 0$ and
    $\ln(1+e^{-h}) - \frac{|h|-h}2$ is $\ln(1+e^{-|h|}) > 0$. So $L(w) \le
    L(0)$ confines every $|x_i\cdot w|$ to $2 N C \ln 2/c_i$; with full column rank $w$ as well, and
    the continuous $L$ attains its minimum.

    *Uniqueness.* The curvature along a line in direction $u$ is $\frac1N \sum_i s(z_i\cdot w)\,
    s(-z_i\cdot w)\,(x_i\cdot u)^2$. With full column rank $Xu \ne 0$, and it is positive: $L$ is
    strictly convex and has at most one minimiser.

    Executed for symbolic data: the loss in terms of $z_i$; the displayed identity for two to four
    points in one or two dimensions with every pattern of signs of the $h_i$, the last row given by
    $\sum_i c_i z_i = 0$; and the curvature, for up to three points and two dimensions. All are
    sums over the points. That bounded and closed sets are compact, and Stiemke's theorem, are
    cited; for given data the weights are found and compared exactly.
    """
    output, loss = model
    h = symbols("h")
    for label, sign in ((1, 1), (0, -1)):
        check.zero(
            CROSS_ENTROPY.value(h, SYMBOLS.enter(label)) - softplus(-sign * h),
            "cross-entropy minus softplus(-(2t - 1) h)",
            label=label,
        )
    for sign in (1, -1):
        excess = softplus(-h) - (sign * h - h) * HALF
        check.zero(
            excess - softplus(-sign * h), "ln(1 + e^-h) - (|h| - h)/2 - ln(1 + e^-|h|)", sign=sign
        )
    for samples, features in ((2, 1), (3, 2), (4, 2)):
        weights, rows = symbols("c", samples), symbols("z", samples - 1, features)
        theta, largest = symbols("w", features), symbols("C")
        margins = np.vstack([rows, last(weights, rows)])
        h = margins @ theta
        terms = softplus(-h)
        total = samples * Objective(linear(features, bias=False), CROSS_ENTROPY).value(
            theta, margins, SYMBOLS.enter([1] * samples)
        )
        for signs in product((1, -1), repeat=samples):
            sizes = SYMBOLS.enter(signs) * h
            check.zero(
                largest * total
                - weights @ sizes * HALF
                - ((largest - weights) @ terms + weights @ (terms - (sizes - h) * HALF)),
                "C N L minus half of sum c |h|, minus a sum of positive terms",
                samples=samples,
                signs=signs,
            )
    curvature_check(check, output, loss)


@pytest.mark.claim(CLAIM, shows="fails", by="counterexample", when=["full-rank"])
@pytest.mark.control("soft-label", "the label 1/2 in place of 1", label=Fraction(1, 2))
def test_one_sample_has_no_minimum(check, *, label=Fraction(1)):
    r"""One sample: the loss falls for ever, and there is no minimum.

    $x = 1$, $t = 1$: $L(w) = \ln(1+e^{-w})$ with the derivative $-s(-w) < 0$. The infimum 0 is
    approached as $w \to \infty$ and attained nowhere. The input matrix has full column rank; the
    classes do not overlap, as one class never does.
    """
    theta = symbols("w", 1)
    objective = Objective(linear(1, bias=False), CROSS_ENTROPY)
    slope = Function(objective.value, theta=(1,), inputs=(1, 1), targets=(1,)).gradient(
        theta, SYMBOLS.enter([[1]]), SYMBOLS.enter([label])
    )
    check.zero(slope + logistic_complement(theta), "derivative plus s(-w)", x=1, label=label)
    found = logistic_minima(np.array([[1]]), np.array([1]))
    check.that((found.count, found.directions) == ("none", ()), "separated, with full column rank")
    check.record(("input", "label"), [1, label])
    check.record("derivative", slope[0])
    check.record("minimisers", found.count)
    check.size(points=1, weights=1)


@pytest.mark.claim(CLAIM, shows="fails", by="counterexample", when=["overlap"])
@pytest.mark.control("independent", "a second feature that differs", second=(1, 2))
def test_dependent_features_have_a_line_of_minima(check, *, second=(1, 1)):
    r"""Two equal features: overlapping classes, and a whole line of minimisers.

    Inputs $(1, 1)$ twice, labels 0 and 1: the loss depends on $w_1 + w_2$ alone, so with every
    minimiser $w$ each $w + (u, -u)$ is one, too. There is one: $L(w) = \frac12 (\ln(1+e^{z}) +
    \ln(1+e^{-z}))$ with $z = w_1 + w_2$ has its minimum at $z = 0$. With one sample and
    one weight there is such a case, too: $x = 0$, where every $w$ is a minimiser.
    """
    inputs, targets = [[1, 1], list(second)], [0, 1]
    objective = Objective(linear(2, bias=False), CROSS_ENTROPY)
    theta, shift = symbols("w", 2), symbols("u")
    data = SYMBOLS.enter(inputs), SYMBOLS.enter(targets)
    moved = theta + SYMBOLS.enter([1, -1]) * shift
    check.zero(
        objective.value(moved, *data) - objective.value(theta, *data),
        "change of the loss along (u, -u)",
        inputs=inputs,
        targets=targets,
    )
    for rows, labels in ((inputs, targets), ([[0]], [1])):
        found = logistic_minima(np.array(rows), np.array(labels))
        check.that(
            found.separation.kind == "overlapping" and found.count == "infinitely many",
            "overlapping classes and a flat",
            inputs=rows,
            targets=labels,
        )
        check.record(f"directions without change for inputs {rows}", found.directions)
    check.record(("inputs", "labels"), [inputs, targets])
    check.size(points=1, weights=1)


def value_on(data, objective, arithmetic, theta):
    entered = arithmetic.enter(data.inputs), arithmetic.enter(data.targets)
    return objective.value(arithmetic.enter(theta), *entered)


@pytest.mark.claim(CLAIM, shows="holds", by="property", when=["overlap", "full-rank"])
@pytest.mark.control("fourfold-bound", "a lower bound four times as high", factor=4)
@given(problem=strategies.chord_problems(strategies.labelled_data_sets("overlapping")))
def test_overlapping_data_of_full_rank(check, problem, *, factor=1):
    """On random overlapping data of full rank the loss exceeds a bound that grows all round.

    At a random point other than 0 the bound is positive and the loss above it, and a random chord
    lies strictly above the graph: bounded sublevel sets and strict convexity, decided in balls.
    The weights in the bound come from the exact linear program.
    """
    data, chord = problem
    found = logistic_minima(data.inputs, data.targets)
    witness = {"inputs": data.inputs, "labels": data.targets, "start": chord.start}
    check.that(found.separation.kind == "overlapping", "they are found to overlap", **witness)
    full = rank(data.inputs) == data.inputs.shape[1]
    check.that((found.count == "one") == full, "one minimum exactly at full rank", **witness)
    assume(full and any(chord.start))
    objective = Objective(linear(data.inputs.shape[1], bias=False), CROSS_ENTROPY)
    bound = factor * found.lower_bound(chord.start)
    check.that(bound > 0, "the bound is positive", **witness)
    check.positive(
        lambda a: value_on(data, objective, a, chord.start) - a.enter(bound),
        "the loss exceeds the bound",
        **witness,
    )
    if (chord.start != chord.end).any() and 0 < chord.weight < 1:
        check.positive(
            lambda a: chord_gap(
                lambda theta: value_on(data, objective, a, theta),
                a.enter(chord.start),
                a.enter(chord.end),
                a.enter(chord.weight),
            ),
            "the chord lies strictly above the graph",
            end=chord.end,
            weight=chord.weight,
            **witness,
        )


# None: any labels, of which nothing is known beforehand.
KINDS = ("complete", "quasi-complete", "overlapping", None)


@st.composite
def problems_of_known_kind(draw):
    """A separability class that holds by construction, or None, and a problem of that class."""
    kind = draw(st.sampled_from(KINDS))
    return kind, draw(strategies.chord_problems(strategies.labelled_data_sets(kind)))


def as_drawn(kind):
    return kind


def quasi_as_overlapping(kind):
    """Wrong on purpose: points on a separating plane taken for an overlap."""
    return "overlapping" if kind == "quasi-complete" else kind


@pytest.mark.claim(CLAIM, shows="fails", by="property")
@pytest.mark.control("turned-direction", "the separating direction turned round", sign=-1)
@pytest.mark.control(
    "quasi-as-overlapping", "quasi-complete data called overlapping", named=quasi_as_overlapping
)
@given(problem=problems_of_known_kind())
def test_where_a_condition_is_missing(check, problem, *, sign=1, named=as_drawn):
    """On random data that lack a condition there is no minimum, or there is more than one.

    The exact linear program finds the class of separability that the data were drawn from. Where
    the classes do not overlap, the loss falls strictly along the direction that it finds, from a
    random point: no minimum. Where they do and the rank is deficient, there are directions along
    which no logit changes: minimisers, but not one alone.
    """
    kind, (data, chord) = problem
    found = logistic_minima(data.inputs, data.targets)
    witness = {"inputs": data.inputs, "labels": data.targets, "start": chord.start}
    if kind is not None:
        check.that(found.separation.kind == named(kind), "the class drawn from", **witness)
    assume(found.count != "one")
    objective = Objective(linear(data.inputs.shape[1], bias=False), CROSS_ENTROPY)
    check.label(f"minimisers: {found.count}")
    check.label(found.separation.kind)
    if found.count == "none":
        direction = zip(chord.start, found.separation.direction, strict=True)
        step = [Fraction(start) + sign * move for start, move in direction]
        check.positive(
            lambda a: (
                value_on(data, objective, a, chord.start) - value_on(data, objective, a, step)
            ),
            "the loss falls along the direction",
            **witness,
        )
        return
    check.that(len(found.directions) > 0, "there is a direction to move in", **witness)
    for direction in found.directions:
        check.that(any(direction), "the direction is not zero", **witness)
        change = RATIONALS.enter(data.inputs) @ RATIONALS.enter(direction)
        check.zero(change, "the change of the logits along a direction", **witness)


BENT = Loss(
    "cross-entropy minus z^2/100",
    lambda z, t: CROSS_ENTROPY.value(z, t) - square(z) * Fraction(1, 100),
)


@pytest.mark.claim(CLAIM, reading="no-other-minimum", shows="holds", by="identity")
@pytest.mark.control("bent-loss", "z^2/100 taken off the loss", loss=BENT)
def test_every_local_minimum_is_global(check, *, loss=CROSS_ENTROPY):
    r"""The loss is convex, so every local minimum there is, is a global one.

    The curvature along a line is $\frac1N \sum_i s(x_i\cdot w)\,s(-x_i\cdot w)\,(x_i\cdot u)^2
    \ge 0$: the loss is convex for every data set, separated or not. From a point $a$ towards a
    lower point $b$ a convex function falls at once, by at least $(1-\lambda)(f(a) - f(b))$ at
    $\lambda a + (1-\lambda) b$: so no point but a global minimiser is a local minimum. Whether
    there is one is another question. Executed for symbolic data of up to three samples in up to
    two dimensions, with and without bias, and for a function of which nothing is known; the loss
    is a mean over the samples.
    """
    curvature_check(check, IDENTITY, loss)
    f = unknown_function("f")
    a, b, weight = symbols("a", 2), symbols("b", 2), symbols("l")
    fall = f(a * weight + b * (1 - weight)) - f(a) + (f(a) - f(b)) * (1 - weight)
    check.zero(fall + chord_gap(f, a, b, weight), "f(p) minus the bound of convexity, plus the gap")


@pytest.mark.claim(CLAIM, reading="no-other-minimum", shows="holds", by="property")
@pytest.mark.control(
    "squared-error", "squared error of the sigmoid output", model=(SIGMOID, SQUARED_ERROR)
)
@given(problem=strategies.chord_problems(strategies.labelled_data_sets()), draws=360)
def test_towards_a_lower_point_the_loss_falls_at_once(
    check, problem, *, model=(IDENTITY, CROSS_ENTROPY)
):
    """Between two random points the loss is never above the straight way from one to the other.

    Random data of every class; what is decided is the fall from one end towards the other at the
    midpoint, at least half of the difference of the ends. Flat chords are recognised exactly.
    """
    data, chord = problem
    output, loss = model
    objective = Objective(neuron(data.inputs.shape[1], output), loss)
    found = strategies.chord_labels(chord, data.inputs) - {"at-an-end"}

    def slack(arithmetic):
        entered = arithmetic.enter(data.inputs), arithmetic.enter(data.targets)
        a, b = arithmetic.enter(chord.start), arithmetic.enter(chord.end)
        values = [objective.value(w, *entered) for w in (a, b, (a + b) * Fraction(1, 2))]
        return values[0] - values[2] - (values[0] - values[1]) * Fraction(1, 2)

    check.nonnegative(
        slack,
        "halfway it has fallen by half of the difference, or more",
        tie=bool(found),
        inputs=data.inputs,
        labels=data.targets,
        start=chord.start,
        end=chord.end,
    )
