"""Which decreasing steps bring mini-batch descent to the minimum of a quadratic."""

from __future__ import annotations

from fractions import Fraction
from functools import cache

import pytest
from hypothesis import assume
from hypothesis import strategies as st

from claims.compiled import Function
from claims.mathematics import HALF_SQUARED_ERROR, Objective, after_update, expectation, linear
from claims.numbers import RATIONALS, SYMBOLS, square, symbols
from claims.studies.recounting import as_counted, confirm, one_run_more
from claims.testing import given, strategies

CLAIM = "decreasing-step-restores-precision"
READING = "on-a-quadratic"
HALF = Objective(linear(1, bias=False), HALF_SQUARED_ERROR)


@cache
def recorded(size):
    return Function(HALF.value, theta=(1,), inputs=(size, 1), targets=(size,))


def updated(theta, inputs, targets, step, noise):
    return theta - (recorded(len(targets)).gradient(theta, inputs, targets) + noise) * step


def moments(steps, start, inputs, targets, noise):
    """Return mean and mean square of the weight after each update, from listed distributions."""
    states = [(Fraction(1), start)]
    found = []
    for step in steps:
        states = after_update(
            states, noise, lambda theta, xi, k=step: updated(theta, inputs, targets, k, xi)
        )
        mean = expectation(states, lambda theta: theta[0])
        found.append((mean, expectation(states, lambda theta: square(theta[0]))))
    return found


def next_mean_square(step, h, variance, mean_square):
    return square(1 - step * h) * mean_square + square(step) * variance


def without_square(step, h, variance, mean_square):
    """Wrong on purpose: the noise weighted by the step in place of its square."""
    return square(1 - step * h) * mean_square + step * variance


@pytest.mark.claim(
    CLAIM,
    reading=READING,
    shows="holds",
    by="identity",
    when=["steps-vanish", "steps-sum-to-infinity"],
)
@pytest.mark.control("unsquared-step", "the step in place of its square", recursion=without_square)
def test_vanishing_steps_with_an_infinite_sum(check, *, recursion=next_mean_square):
    r"""Steps that vanish and have an infinite sum bring a finite mean square to zero.

    As for a constant step, $v_{k+1} = (1-s)^2 v_k + \eta_k^2\tau^2$ with $s = \eta_k h$ (checked on
    the recorded slope). Let $\varepsilon > 0$. From some update on $s \le 1$ and $\eta_k\tau^2 \le
    h\varepsilon$, because the steps vanish. From there

    $$(1-s)(v_k-\varepsilon) - (v_{k+1}-\varepsilon) = s(1-s)\,v_k + \eta_k(h\varepsilon -
    \eta_k\tau^2) \ge 0,$$

    so whatever $v$ exceeds $\varepsilon$ by shrinks at least by $1-s$. And $\prod(1-s_j) \le
    \frac{1}{1+\sum s_j}$, one factor at a time, because $\frac{1}{1+T+s} - \frac{1-s}{1+T} =
    \frac{s(T+s)}{(1+T)(1+T+s)} \ge 0$. The sum is infinite, so the product goes to zero and $v$ is
    in the end below every number above $\varepsilon$. Both are identities in symbols. The steps
    need not be square-summable, as Robbins and Monro ask for: $1/\sqrt k$ does.
    """
    inputs, targets, theta = symbols("x", 1, 1), SYMBOLS.enter([0]), symbols("w", 1)
    h = recorded(1).hessian(theta, inputs, targets)[0, 0]
    noise, step, v, level = symbols("n"), symbols("k"), symbols("v"), symbols("e")
    variance = square(noise)
    signs = [(Fraction(1, 2), noise), (Fraction(1, 2), -noise)]
    ((_, listed),) = moments([step], theta, inputs, targets, signs)
    stepped = recursion(step, h, variance, square(theta[0]))
    check.zero(listed - stepped, "one update, listed")
    mixed = square(updated(theta, inputs, targets, step, noise)[0]) - stepped
    cross = 2 * step * (1 - step * h) * theta[0] * noise
    check.zero(mixed + cross, "a term that is linear in the noise, hence zero on average")
    s = step * h
    shrunk = (1 - s) * (v - level) - (recursion(step, h, variance, v) - level)
    slack = s * (1 - s) * v + step * (h * level - step * variance)
    check.zero(shrunk - slack, "what the excess shrinks by beyond 1 - s")
    total = symbols("T")
    gap = 1 / (1 + total + s) - (1 - s) / (1 + total)
    check.zero(
        gap - s * (total + s) / ((1 + total) * (1 + total + s)), "one more factor of the product"
    )


def bound(first, h, variance, start, total):
    return first * variance / h + square(start) / (1 + h * total)


def half_bound(first, h, variance, start, total):
    """Wrong on purpose: half of the part that the noise has in the bound."""
    return first * variance / (2 * h) + square(start) / (1 + h * total)


@pytest.mark.claim(
    CLAIM,
    reading=READING,
    shows="holds",
    by="property",
    when=["steps-vanish", "steps-sum-to-infinity"],
)
@pytest.mark.control("half-the-noise", "half of the noise in the bound", limit=half_bound)
@given(
    inputs=st.lists(st.integers(-3, 3), min_size=1, max_size=2),
    start=strategies.rationals(),
    values=st.lists(st.integers(-4, 4), min_size=2, max_size=3),
    shares=st.lists(st.integers(1, 6), min_size=1, max_size=3),
)
def test_random_decreasing_steps(check, inputs, start, values, shares, *, limit=bound):
    r"""For random decreasing steps the listed mean square obeys the bound that the proof rests on.

    With $\eta_0 h \le 1$ and steps that never increase, $v_k \le \eta_0\tau^2/h + w_0^2/(1 + h
    \sum\eta)$. Up to three updates of a weight on half the squared error of random inputs with the
    targets 0, noise with two or three values of mean zero, in rationals.
    """
    assume(any(inputs))
    points, targets = RATIONALS.enter([[x] for x in inputs]), RATIONALS.enter([0] * len(inputs))
    h = recorded(len(inputs)).hessian(RATIONALS.enter([start]), points, targets)[0, 0]
    mean = Fraction(sum(values), len(values))
    noise = [(Fraction(1, len(values)), RATIONALS.enter(value - mean)) for value in values]
    variance = expectation(noise, square)
    check.label("no noise" if variance.sign() == 0 else "noise")
    steps, share = [], Fraction(1)
    for numerator in shares:
        share *= Fraction(numerator, 6)
        steps.append(share / h)
    found = moments(steps, RATIONALS.enter([start]), points, targets, noise)
    total = 0
    for step, (_, mean_square) in zip(steps, found, strict=True):
        total = total + step
        most = limit(steps[0], h, variance, RATIONALS.enter(start), total)
        check.that(
            (most - mean_square).sign() >= 0,
            "the mean square is within the bound",
            inputs=inputs,
            start=start,
            noise=values,
            shares=shares,
        )


@pytest.mark.claim(
    CLAIM, reading=READING, shows="fails", by="counterexample", when=["steps-sum-to-infinity"]
)
@pytest.mark.control("no-noise", "noise of strength zero", strength=0)
def test_a_constant_step_does_not_arrive(check, *, strength=1):
    r"""With $h = 1$, noise $\pm 1$ and the constant step 1 the mean square is 1 after every update.

    The steps never increase and have an infinite sum, but do not vanish. From any $w$ one update
    leads to the mean square 1, an identity in $w$, hence each. In general $v_{k+1} - \eta_k^2\tau^2
    = (1-\eta_kh)^2 v_k \ge 0$: steps that stay above some $c > 0$ keep the mean square at
    $c^2\tau^2$ or more. Three updates from 3 are listed besides.
    """
    inputs, targets = RATIONALS.enter([[1]]), RATIONALS.enter([0])
    signs = [(Fraction(1, 2), strength), (Fraction(1, 2), -strength)]
    for _, mean_square in moments([1, 1, 1], RATIONALS.enter([3]), inputs, targets, signs):
        check.zero(mean_square - 1, "the mean square minus 1", strength=strength)
    anywhere = SYMBOLS.enter([[1]]), SYMBOLS.enter([0])
    ((_, from_any),) = moments([1], symbols("w", 1), *anywhere, signs)
    check.zero(from_any - 1, "the mean square after an update from any w", strength=strength)
    step, h, variance, v = symbols("k"), symbols("h"), symbols("n"), symbols("v")
    above = next_mean_square(step, h, variance, v) - square(step) * variance
    check.zero(above - square(1 - step * h) * v, "what lies above the last noise, a square times v")
    check.record("mean square after three updates from 3", mean_square.fraction)
    check.size(points=1, weights=1)


def halved(count):
    return [Fraction(1, 2 ** (k + 2)) for k in range(count)]


def harmonic(count):
    return [Fraction(1, k + 2) for k in range(count)]


@pytest.mark.claim(
    CLAIM, reading=READING, shows="fails", by="counterexample", when=["steps-vanish"]
)
@pytest.mark.control("harmonic", "the steps 1/2, 1/3, 1/4, ...", steps=harmonic)
def test_steps_that_stop_too_soon(check, *, steps=halved):
    r"""With $h = 1$ and the steps 1/4, 1/8, 1/16, ... at least half of the start stays for ever.

    Their sum is $\frac12$. The mean of the weight is $w_0 \prod(1-\eta_j) \ge w_0 (1 -
    \sum\eta_j) \ge \frac{w_0}2$, one factor at a time because $(1-T)(1-s) - (1-T-s) = Ts \ge 0$,
    an identity. The mean square is at least the square of the mean: from $w_0 = 2$ it stays at 1
    or more. Eight updates are listed, with noise $\pm 1$.
    """
    inputs, targets = RATIONALS.enter([[1]]), RATIONALS.enter([0])
    signs = [(Fraction(1, 2), 1), (Fraction(1, 2), -1)]
    chosen = steps(8)
    found = moments(chosen, RATIONALS.enter([2]), inputs, targets, signs)
    for count, (mean, mean_square) in enumerate(found, start=1):
        left = 2 * (1 - sum(chosen[:count]))
        check.that((mean - left).sign() >= 0, f"the mean after {count} is at least 2 (1 - sum)")
        check.that((mean - 1).sign() >= 0, f"the mean after {count} is at least 1", steps=chosen)
        check.that((mean_square - square(mean)).sign() >= 0, "mean square and mean")
    total, s = symbols("T"), symbols("s")
    check.zero((1 - total) * (1 - s) - (1 - total - s) - total * s, "one more factor")
    check.record("mean after eight updates from 2, about", f"{float(mean.fraction):.4f}")
    check.record("mean square, about", f"{float(mean_square.fraction):.4f}")
    check.size(points=1, weights=1)


@pytest.mark.claim(CLAIM, shows="holds", by="study")
@pytest.mark.control("one-run-more", "one more run counted", count=one_run_more)
def test_falling_steps_in_a_network(check, study_result, study_table, *, count=as_counted):
    """Steps that fall like 1/k end nearer where noise is what keeps descent away.

    Both arms share start and draws; each is compared with the level to which full-batch descent
    leads from where it ended.
    The plan fixes data, widths, steps, sample size and decision rule beforehand. Here the table is
    counted again, the simultaneous intervals and the decision are derived from it by the plan's
    rule, and compared with what the study reported.
    """
    confirm(check, study_result, study_table, "mini-batch-noise", "falling", count)
