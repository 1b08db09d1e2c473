"""Squared error and cross-entropy are convex in the prediction."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import strategies as st

from claims.compiled import Function
from claims.mathematics import CROSS_ENTROPY, SQUARED_ERROR, Loss, chord_gap
from claims.numbers import logistic, logistic_complement, logit, square, symbols
from claims.testing import given

CLAIM = "loss-convex-in-predictions"
CUBED_ERROR = Loss("cubed error", lambda p, y: square(p - y) * (p - y))
BENT = Loss(
    "cross-entropy minus z^2/100",
    lambda z, t: CROSS_ENTROPY.value(z, t) - square(z) * Fraction(1, 100),
)


@pytest.mark.claim(CLAIM, shows="holds", by="identity")
@pytest.mark.control("cubed-error", "cubed in place of squared error", squared=CUBED_ERROR)
@pytest.mark.control("bent-loss", "z^2/100 taken off the cross-entropy", entropy=BENT)
def test_second_derivatives_in_the_prediction(
    check, *, squared=SQUARED_ERROR, entropy=CROSS_ENTROPY
):
    r"""In prediction, logit and probability the second derivative is never negative.

    Squared error in the prediction $p$: the gap of a chord from $p$ to $q$ is $\lambda(1-\lambda)
    (p-q)^2$, for every target. Cross-entropy in the logit $z$: the second derivative is
    $s(z)\,s(-z) > 0$, for every label. Cross-entropy in the probability $q = s(z)$: by the chain
    rule the second derivative is $(\ell'' q' - \ell' q'')/q'^3$ with derivatives in $z$, and this
    equals $\frac{t}{q^2} + \frac{1-t}{(1-q)^2}$, which is positive for $0 \le t \le 1$ and $0 < q
    < 1$. Checked as identities for symbolic predictions and targets, the derivatives recorded
    from the losses.
    """
    p, q, y, weight = symbols("p"), symbols("q"), symbols("y"), symbols("l")
    gap = chord_gap(lambda prediction: squared.value(prediction, y), p, q, weight)
    check.zero(gap - weight * (1 - weight) * square(p - q), "gap minus l (1 - l) (p - q)^2")

    z, t = symbols("z"), symbols("t")
    loss = Function(lambda z, t: entropy.value(z, t), z=(), t=())
    probability = Function(lambda z: logistic(z), z=())
    check.zero(
        loss.hessian(z, t) - logistic(z) * logistic_complement(z),
        "second derivative in the logit minus s(z) s(-z)",
    )
    slope, bend = probability.gradient(z), probability.hessian(z)
    second = (loss.hessian(z, t) * slope - loss.gradient(z, t) * bend) / (slope * square(slope))
    check.zero(
        second - t / square(logistic(z)) - (1 - t) / square(logistic_complement(z)),
        "second derivative in the probability minus t/q^2 + (1 - t)/(1 - q)^2",
    )


UNIT = st.integers(1, 63).map(lambda count: Fraction(count, 64))
REAL = st.integers(-64, 64).map(lambda count: Fraction(count, 8))


def same(label):
    return label


def beyond(label):
    """Wrong on purpose: labels up to 3."""
    return 3 * label


@pytest.mark.claim(CLAIM, shows="holds", by="property")
@pytest.mark.control("cubed-error", "cubed in place of squared error", squared=CUBED_ERROR)
@pytest.mark.control("bent-loss", "z^2/100 taken off the cross-entropy", entropy=BENT)
@pytest.mark.control("label-beyond-one", "labels up to 3", label=beyond)
@given(
    ends=st.tuples(REAL, REAL),
    probabilities=st.tuples(UNIT, UNIT),
    target=REAL,
    kind=st.integers(0, 8).map(lambda count: Fraction(count, 8)),
    weight=UNIT,
)
def test_random_chords_in_the_prediction(
    check,
    ends,
    probabilities,
    target,
    kind,
    weight,
    *,
    squared=SQUARED_ERROR,
    entropy=CROSS_ENTROPY,
    label=same,
):
    """No random chord dips below any of the three graphs.

    Predictions and logits in [-8, 8], probabilities in (0, 1), labels in [0, 1], both ends
    included; the squared error is decided in rationals, the cross-entropy in balls.
    """
    given_label = label(kind)
    cases = (
        ("squared error", lambda a, p: squared.value(p, a.enter(target)), ends),
        ("cross-entropy of the logit", lambda a, p: entropy.value(p, a.enter(given_label)), ends),
        (
            "cross-entropy of the probability",
            lambda a, p: entropy.value(logit(p), a.enter(given_label)),
            probabilities,
        ),
    )
    for name, function, (start, end) in cases:
        check.nonnegative(
            lambda a, function=function, start=start, end=end: chord_gap(
                lambda p: function(a, p), a.enter(start), a.enter(end), a.enter(weight)
            ),
            "the chord lies above the graph",
            tie=start == end,
            loss=name,
            start=start,
            end=end,
            target=target,
            label=given_label,
            weight=weight,
        )
