"""The expected error of ridge regression: every strength does not help, some strength does."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import strategies as st

from claims.compiled import Function
from claims.mathematics import L2, SQUARED_ERROR, Objective, expectation, linear, ridge_weights
from claims.numbers import SYMBOLS, square, symbols
from claims.studies.recounting import as_counted, confirm, one_run_more
from claims.testing import given

CLAIM = "regularization-generalises"


def expected_error(noise, strength):
    """E (w(strength) - 1)^2 for one sample x = 1, true weight 1 and errors of +-noise."""

    def error(sign):
        (weight,) = ridge_weights([[1]], [1 + sign * noise], strength)
        return (weight - 1) * (weight - 1)

    return expectation([(Fraction(1, 2), 1), (Fraction(1, 2), -1)], error)


@pytest.mark.claim(
    CLAIM, reading="every-strength", shows="fails", by="counterexample", when=["noisy-targets"]
)
@pytest.mark.control("weaker-penalty", "strength 1/2, which still helps", strength=Fraction(1, 2))
def test_a_strength_that_does_harm(check, *, strength=Fraction(1)):
    r"""One sample: with strength 1 the expected squared error rises from 1/4 to 5/16.

    One sample $x = 1$, true weight $w^\ast = 1$, errors $\pm\frac12$ with equal probability, so
    $\tau^2 = \frac14$. Without penalty $w = 1 \pm \frac12$, with strength 1 it is $\frac34$ or
    $\frac14$. The noise is damped, but the weight is pulled from 1 to $\frac12$ on average.
    """
    noise = Fraction(1, 2)
    before, after = expected_error(noise, 0), expected_error(noise, strength)
    check.that(after > before, "the expected squared error has grown", strength=strength)
    check.record("expected squared error without penalty", before)
    check.record("expected squared error with strength 1", after)
    check.size(points=1, weights=1)


def penalised(size):
    """The sum of squared errors plus strength |w|^2, size samples and weights."""
    network = linear(size, bias=False)
    return Function(
        lambda theta, inputs, targets, strength: Objective(
            network, SQUARED_ERROR, reduction="sum", penalty=L2(strength[()])
        ).value(theta, inputs, targets),
        theta=(size,),
        inputs=(size, size),
        targets=(size,),
        strength=(),
    )


def ridge_solution(lengths, true, errors, strength):
    """The minimiser for X = diag(lengths), targets X true + errors."""
    return lengths * (lengths * true + errors) / (square(lengths) + strength)


def half_the_strength(lengths, true, errors, strength):
    return ridge_solution(lengths, true, errors, strength * Fraction(1, 2))


def rotation():
    """The rotation of the plane by 2 arctan t, for a symbolic t."""
    t = symbols("t")
    cosine, sine = (1 - t * t) / (1 + t * t), 2 * t / (1 + t * t)
    return np.array([[cosine, -sine], [sine, cosine]])


@pytest.mark.claim(
    CLAIM, reading="some-strength", shows="holds", by="identity", when=["noisy-targets"]
)
@pytest.mark.control("half-the-strength", "the minimiser for lambda/2", solve=half_the_strength)
def test_a_small_strength_helps(check, *, solve=ridge_solution):
    r"""Every strength up to $2\tau^2/\lVert w^\ast\rVert^2$ lowers the expected squared error.

    Let $X = UDQ^\top$ be the singular value decomposition, with singular values $d_k > 0$. The
    rotation $Q^\top$ of the weights changes no norm and no penalty, and the errors
    $U^\top\varepsilon$ have the covariance $\tau^2I$ again: it is enough to look at $X = D$. There
    $w_k(\lambda) = \frac{d_k(d_kw_k^\ast+\varepsilon_k)}{d_k^2+\lambda}$, and the expected squared
    error without penalty exceeds that with it by

    $$\sum_k\lambda\,\frac{d_k^2\bigl(2\tau^2-\lambda w_k^{\ast2}\bigr)+\tau^2\lambda}
    {d_k^2(d_k^2+\lambda)^2},$$

    which is positive for $0<\lambda\le2\tau^2/\lVert w^\ast\rVert^2$ (any $\lambda>0$ if
    $w^\ast=0$) where $\tau>0$. The error is quadratic in $\varepsilon$, so its mean depends on the
    covariance alone; it is taken over all signs of errors $\pm\tau$. Checked for up to three
    symbolic singular values, that $w(\lambda)$ makes the recorded gradient zero included; the
    reduction by the rotation is checked in the plane, for rotations by $2\arctan t$ with a symbolic
    $t$.
    """
    strength, deviation = symbols("lam"), symbols("tau")
    for size in (1, 2, 3):
        lengths, true, errors = symbols("d", size), symbols("w", size), symbols("e", size)
        inputs = SYMBOLS.enter(np.diag(lengths))
        found = solve(lengths, true, errors, strength)
        slope = penalised(size).gradient(found, inputs, inputs @ true + errors, strength)
        check.zero(slope, "the gradient of a convex objective at w(lambda)", size=size)

        def mean_error(strength, size=size, lengths=lengths, true=true):
            signs = [(Fraction(1, 2**size), sign) for sign in product((1, -1), repeat=size)]
            return expectation(
                signs,
                lambda sign: square(
                    solve(lengths, true, np.array(sign) * deviation, strength) - true
                ).sum(),
            )

        squares, variance = square(lengths), square(deviation)
        gains = (squares * (2 * variance - strength * square(true)) + variance * strength) / (
            squares * square(squares + strength)
        )
        check.zero(
            mean_error(SYMBOLS.enter(0)) - mean_error(strength) - strength * gains.sum(),
            "the fall of the expected error minus its form",
            size=size,
        )
    turn = rotation()
    lengths, true, errors = symbols("d", 2), symbols("w", 2), symbols("e", 2)
    inputs = SYMBOLS.enter(np.diag(lengths)) @ turn.T
    found = turn @ solve(lengths, turn.T @ true, errors, strength)
    slope = penalised(2).gradient(found, inputs, inputs @ true + errors, strength)
    check.zero(slope, "the gradient at the rotated solution, for rotated inputs")
    check.zero(
        square(turn @ true).sum() - square(true).sum(), "the change of the norm by a rotation"
    )


@st.composite
def noisy_problems(draw):
    """Inputs of full column rank with up to 2 weights and 4 samples, true weights, tau > 0."""
    features = draw(st.integers(1, 2))
    size = features * draw(st.integers(features, 4))
    entries = draw(st.lists(st.integers(-3, 3), min_size=size, max_size=size))
    inputs = np.array(entries).reshape(-1, features)
    inputs[:features] = np.triu(inputs[:features], 1)
    np.fill_diagonal(inputs, draw(st.integers(1, 3)))
    true = draw(st.lists(st.integers(-3, 3), min_size=features, max_size=features))
    deviation = Fraction(draw(st.integers(1, 3)), draw(st.integers(1, 3)))
    return inputs, true, deviation, Fraction(draw(st.integers(1, 4)), 4)


@pytest.mark.claim(
    CLAIM, reading="some-strength", shows="holds", by="property", when=["noisy-targets"]
)
@pytest.mark.control("beyond-the-bound", "32 times the strength", times=32)
@given(problem=noisy_problems(), draws=280)
def test_strengths_up_to_the_bound_help(check, problem, *, times=1):
    r"""On random designs every strength drawn up to $2\tau^2/\lVert w^\ast\rVert^2$ helps.

    Integer inputs of full column rank, not diagonal; the mean over all signs of errors $\pm\tau$ is
    computed exactly.
    """
    inputs, true, deviation, share = problem
    count, length = len(inputs), sum(weight * weight for weight in true)
    strength = times * share * 2 * deviation**2 / max(length, 1)
    signs = [(Fraction(1, 2**count), np.array(s)) for s in product((1, -1), repeat=count)]

    def mean_error(strength):
        def error(sign):
            weights = ridge_weights(inputs, inputs @ true + sign * deviation, strength / count)
            return sum((w - t) * (w - t) for w, t in zip(weights, true, strict=True))

        return expectation(signs, error)

    check.label(f"{len(true)} weights")
    check.that(
        mean_error(strength) < mean_error(Fraction(0)),
        "the expected squared error is smaller with the penalty",
        inputs=inputs,
        true=true,
        deviation=deviation,
        strength=strength,
    )


@pytest.mark.claim(CLAIM, reading="some-strength", shows="fails", by="counterexample")
@pytest.mark.control("noise", "errors of +-1/2 after all", noise=Fraction(1, 2))
def test_without_noise_no_strength_helps(check, *, noise=Fraction(0)):
    r"""One sample $x = 1$, $y = w^\ast = 1$ without noise: least squares has no error to reduce.

    Without penalty $w = 1$ exactly, so the expected squared error is 0, and a squared error is
    never below 0, whatever the strength.
    """
    check.zero(expected_error(noise, 0), "the expected squared error without penalty", noise=noise)
    check.record("expected squared error without penalty", expected_error(noise, 0))
    check.size(points=1, weights=1)


@pytest.mark.claim(CLAIM, shows="holds", by="study")
@pytest.mark.control("one-run-more", "one more run counted", count=one_run_more)
def test_loss_on_unseen_data(check, study_result, study_table, *, count=as_counted):
    """Whether the loss on unseen rows of three real data sets is lower with L2 or dropout.

    In each run the rows are split at random, 40 for training, 40 for validation, the rest for
    testing. From one start a network is trained without penalty and with three strengths of it;
    the one that does best on the validation rows is compared with the plain network on the test
    rows, once after long training and once after 30 updates. The intervals, the decision and the
    sentence are derived again from the counted runs by the rule that was fixed beforehand.
    """
    confirm(check, study_result, study_table, "generalisation", "test-loss", count)


@pytest.mark.claim(CLAIM, reading="against-early-stopping", shows="holds", by="study")
@pytest.mark.control("one-run-more", "one more run counted", count=one_run_more)
def test_loss_against_early_stopping(check, study_result, study_table, *, count=as_counted):
    """The same comparison with a plain network that is stopped by the same validation rows.

    The intervals, the decision and the sentence are derived again from the counted runs.
    """
    confirm(check, study_result, study_table, "generalisation", "against-stopping", count)
