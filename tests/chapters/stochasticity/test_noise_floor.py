"""How far from the minimum mini-batch noise keeps a constant step, in closed form."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from itertools import pairwise

import pytest
from hypothesis import assume
from hypothesis import strategies as st

from claims.compiled import Function
from claims.mathematics import (
    HALF_SQUARED_ERROR,
    SQUARED_ERROR,
    Objective,
    after_update,
    batches,
    expectation,
    linear,
)
from claims.numbers import RATIONALS, SYMBOLS, square, symbols
from claims.studies.recounting import as_counted, confirm, one_run_more
from claims.testing import given, strategies

CLAIM = "noise-floor"
LINE = linear(1, bias=False)
HALF = Objective(LINE, HALF_SQUARED_ERROR)


@cache
def recorded(objective, size):
    return Function(objective.value, theta=(1,), inputs=(size, 1), targets=(size,))


def slope_on(objective, theta, inputs, targets, batch):
    rows = list(batch)
    return recorded(objective, len(rows)).gradient(theta, inputs[rows], targets[rows])


def curvature(objective, theta, inputs, targets):
    return recorded(objective, len(targets)).hessian(theta, inputs, targets)[0, 0]


def after(updates, start, draws, update):
    """Return the exact distribution after a number of independent random updates."""
    states = [(Fraction(1), start)]
    for _ in range(updates):
        states = after_update(states, draws, update)
    return states


def after_repeated_noise(updates, start, draws, update):
    """Wrong on purpose: one noise is drawn for all updates, which are then not independent."""
    states = []
    for probability, noise in draws:
        state = start
        for _ in range(updates):
            state = update(state, noise)
        states.append((probability, state))
    return states


def stationary(step, h, noise):
    return step * noise / (h * (2 - step * h))


def for_small_steps(step, h, noise):
    """Wrong on purpose: what is left of the formula where step h is small beside 2."""
    return step * noise / (2 * h)


@pytest.mark.claim(CLAIM, shows="holds", by="identity", when=["stable-step", "noise-at-minimum"])
@pytest.mark.control("small-steps", "2 in place of 2 - step h", variance=for_small_steps)
@pytest.mark.control(
    "repeated-noise", "the same noise in all updates", listing=after_repeated_noise
)
def test_the_variance_contracts_to_a_positive_number(check, *, variance=stationary, listing=after):
    r"""A finite mean square goes to step $\tau^2/(h(2 - $ step $h))$ geometrically.

    Squaring the update gives $w'^2 = (1-\eta h)^2 w^2 - 2\eta(1-\eta h)\,w\xi + \eta^2\xi^2$. The
    noise is independent of $w$ and has mean zero, so the middle term is zero on average and
    $v' = (1-\eta h)^2 v + \eta^2\tau^2$ for $v = \mathbb E w^2$, finite at the start (from a Cauchy
    start it never is). The stated number $V$ is the fixed
    point, hence $v' - V = (1-\eta h)^2 (v - V)$. Every stable step is $\eta = \frac{2}{h(1+u)}$
    with $u > 0$; then $1 - (1-\eta h)^2 = \frac{4u}{(1+u)^2} > 0$, so that the factor is below 1,
    and $V = \frac{\tau^2}{h^2 u} > 0$. All are identities, with slope and curvature derived
    from the recorded half squared error of one example, $h = x^2$. As a test of the whole, the
    exact distribution after three updates with noise $\pm\tau$ is listed, in symbols.
    """
    inputs, targets, theta = symbols("x", 1, 1), SYMBOLS.enter([0]), symbols("w", 1)
    h = curvature(HALF, theta, inputs, targets)
    step, noise, u, mean_square = symbols("k"), symbols("n"), symbols("u"), symbols("v")

    def update(theta, noise):
        return theta - (slope_on(HALF, theta, inputs, targets, (0,)) + noise) * step

    factor, level = square(1 - step * h), variance(step, h, square(noise))
    w = theta[0]
    expanded = factor * square(w) - 2 * step * (1 - step * h) * w * noise + square(step * noise)
    check.zero(square(update(theta, noise)[0]) - expanded, "the square of an update")
    stepped = factor * mean_square + square(step * noise)
    check.zero(stepped - level - factor * (mean_square - level), "one update towards the level")
    stable = 2 / (h * (1 + u))
    check.zero(1 - square(1 - stable * h) - 4 * u / square(1 + u), "1 minus the factor")
    check.zero(
        variance(stable, h, square(noise)) - square(noise / h) / u, "the level at a stable step"
    )
    signs = [(Fraction(1, 2), noise), (Fraction(1, 2), -noise)]
    spread = expectation(listing(3, theta, signs, update), lambda state: square(state[0]))
    check.zero(
        spread - level - factor * factor * factor * (square(w) - level), "three updates, listed"
    )


@pytest.mark.claim(CLAIM, shows="holds", by="property", when=["stable-step", "noise-at-minimum"])
@pytest.mark.control("small-steps", "2 in place of 2 - step h", variance=for_small_steps)
@given(
    data=strategies.data_sets(points=(1, 4), dimensions=(1, 1)),
    start=strategies.rationals(),
    u=st.builds(Fraction, st.integers(1, 9), st.integers(1, 4)),
    values=st.lists(st.integers(-4, 4), min_size=2, max_size=3),
)
def test_random_quadratics(check, data, start, u, values, *, variance=stationary):
    """For random data, starts, stable steps and noises the listed distribution has that variance.

    The full half squared error of a linear neuron on random data, noise with two or three values
    of mean zero; the exact distribution after two updates, in rationals.
    """
    inputs, targets = RATIONALS.enter(data.inputs), RATIONALS.enter(data.targets)
    theta = RATIONALS.enter([start])
    h = curvature(HALF, theta, inputs, targets)
    mean = Fraction(sum(values), len(values))
    noise = [(Fraction(1, len(values)), RATIONALS.enter(value - mean)) for value in values]
    strength = expectation(noise, square)
    assume(h.sign() and strength.sign())
    step = 2 / (h * (1 + u))
    least = theta - slope_on(HALF, theta, inputs, targets, range(len(data.targets))) / h

    def update(theta, noise):
        full = slope_on(HALF, theta, inputs, targets, range(len(data.targets)))
        return theta - (full + noise) * step

    spread = expectation(after(2, theta, noise, update), lambda state: square((state - least)[0]))
    level, factor = variance(step, h, strength), square(1 - step * h)
    witness = {"inputs": data.inputs, "targets": data.targets, "start": start, "values": values}
    check.that(level.sign() > 0, "the variance is positive", **witness, u=u)
    check.zero(
        spread - level - factor * factor * (square((theta - least)[0]) - level),
        "distance of the mean square from its limit",
        **witness,
        u=u,
    )


@pytest.mark.claim(CLAIM, shows="fails", by="counterexample", when=["noise-at-minimum"])
@pytest.mark.control("stable", "the step 1 in place of 3", size=1)
def test_too_large_a_step(check, *, size=3):
    r"""With $h = 1$, noise $\pm 1$ and the step 3 the mean square grows: 0, 9, 45, 189.

    The formula would give $-3$. From any $w$ an update leads to $4w^2 + 9$ on average, an identity
    in $w$; the noise is independent of $w$, so each update takes $v$ to $4v + 9 = v + 9 + 3v$: at
    least 9 more each time, so that there is no limit. From $w_0 = 0$ three updates are listed.
    """
    inputs, targets = RATIONALS.enter([[1]]), RATIONALS.enter([0])
    signs = [(Fraction(1, 2), 1), (Fraction(1, 2), -1)]

    def update(theta, noise):
        return theta - (slope_on(HALF, theta, inputs, targets, (0,)) + noise) * size

    w, v = symbols("w", 1), symbols("v")
    anywhere = SYMBOLS.enter([[1]]), SYMBOLS.enter([0])

    def update_anywhere(theta, noise):
        return theta - (slope_on(HALF, theta, *anywhere, (0,)) + noise) * size

    spread = expectation(after(1, w, signs, update_anywhere), lambda state: square(state[0]))
    check.zero(
        spread - 4 * square(w[0]) - 9, "the mean square after an update from any w", size=size
    )
    check.zero(4 * v + 9 - (v + 9 + 3 * v), "4 v + 9 is v + 9 and 3 v more")
    spreads = [
        expectation(
            after(count, RATIONALS.enter([0]), signs, update), lambda state: square(state[0])
        )
        for count in range(4)
    ]
    for count, (before, behind) in enumerate(pairwise(spreads)):
        check.zero(behind - 4 * before - 9, f"4 times the mean square after {count}, plus 9")
    level = stationary(Fraction(size), Fraction(1), Fraction(1))
    check.that(level < 0, "the formula gives a negative number", formula=level)
    check.record("step", size)
    check.record("mean squares after 0, 1, 2, 3 updates", [spread.fraction for spread in spreads])
    check.size(points=1, weights=1)


@pytest.mark.claim(CLAIM, shows="fails", by="counterexample", when=["stable-step"])
@pytest.mark.control("with-noise", "noise of the values 1 and -1", strength=1)
def test_no_noise_no_floor(check, *, strength=0):
    r"""Without noise the step 1 on $w^2/2$ arrives at the minimiser, and stays: variance 0.

    An update leads to 0 from any $w$, an identity: so after one update, and after every later one.
    """
    inputs, targets = SYMBOLS.enter([[1]]), SYMBOLS.enter([0])

    def update(theta, noise):
        return theta - slope_on(HALF, theta, inputs, targets, (0,)) - noise

    signs = [(Fraction(1, 2), strength), (Fraction(1, 2), -strength)]
    states = after(1, symbols("w", 1), signs, update)
    spread = expectation(states, lambda state: square(state[0]))
    check.zero(spread, "the mean square after an update from any w", strength=strength)
    check.record(("inputs", "targets", "mean square from any w"), (inputs, targets, spread))
    check.size(points=1, weights=1)


def sampled(step, second, fourth, noise):
    return step * noise / (2 * second - step * fourth)


def as_added(step, second, fourth, noise):
    """Wrong on purpose: the formula for added noise, with the mean curvature."""
    return stationary(step, second, noise)


@pytest.mark.claim(
    CLAIM,
    reading="sampled-curvature",
    shows="holds",
    by="identity",
    when=["mean-square-stable", "noise-at-minimum"],
)
@pytest.mark.control("as-added", "the formula for added noise", variance=as_added)
def test_the_second_moment_equation(check, *, variance=sampled):
    r"""The second moment obeys a linear equation with the mean of $x^4$ in it.

    Let $e = w - w^\ast$ and $r = y - w^\ast x$. An update on one example is $e' = (1-\eta x^2) e +
    \eta x r$, from the recorded slope. Squared and averaged, with $M_2, M_4$ the means of $x^2,
    x^4$, $Q$ that of $x^2r^2$, $C$ that of $x^3 r$, and $\overline{xr} = 0$ as $w^\ast$ is the
    minimiser:

    $$v' = \rho v - 2\eta^2 C m + \eta^2 Q,\quad m' = (1-\eta M_2)\,m,\quad
    \rho = 1 - 2\eta M_2 + \eta^2 M_4,$$

    for $v = \mathbb E e^2$, $m = \mathbb E e$. A mean-square stable step is $\eta =
    \frac{2M_2}{M_4(1+u)}$ with $u > 0$, and $1 - \rho = \frac{4 M_2^2 u}{M_4 (1+u)^2} > 0$. Also
    $\rho - (1-\eta M_2)^2 = \eta^2 (M_4 - M_2^2) \ge 0$, a variance: $\rho$ is in $[0, 1)$, the
    mean $m$ dies out, and $v$ goes to the fixed point $V = \frac{\eta Q}{2M_2-\eta M_4} =
    \frac{Q}{M_4 u}$, positive as $Q$ is. It exceeds the formula for added noise by
    $\frac{\eta^2 Q (M_4 - M_2^2)}{(2M_2-\eta M_4)\, M_2 (2-\eta M_2)} \ge 0$. The identities are
    checked in symbols, and the distribution after two updates is listed for all data of two
    examples at once (the residuals are $c(b, -a)$ for inputs $(a, b)$).
    """
    x, r, e, least = symbols("x"), symbols("r"), symbols("e"), symbols("m0")
    step, u, v, m = symbols("k"), symbols("u"), symbols("v"), symbols("m")
    second, fourth, third, noise = symbols("M2"), symbols("M4"), symbols("C"), symbols("Q")
    theta, inputs = symbols("e", 1) * 0 + e + least, symbols("x", 1, 1) * 0 + x
    slope = slope_on(HALF, theta, inputs, symbols("y", 1) * 0 + least * x + r, (0,))
    moved = (theta - slope * step)[0] - least
    check.zero(moved - ((1 - step * square(x)) * e + step * x * r), "the update of the distance")
    xx, xr = square(x), x * r
    terms = (
        (1 - 2 * step * xx + square(step) * square(xx)) * square(e)
        + 2 * step * (xr - step * x * x * x * r) * e
        + square(step) * square(xr)
    )
    check.zero(square(moved) - terms, "the square of an update")
    rho = 1 - 2 * step * second + square(step) * fourth
    level = variance(step, second, fourth, noise)
    check.zero(
        rho * v
        - 2 * square(step) * third * m
        + square(step) * noise
        - (level + rho * (v - level) - 2 * square(step) * third * m),
        "the equation, centred at the level",
    )
    stable = 2 * second / (fourth * (1 + u))
    decay = 1 - (1 - 2 * stable * second + square(stable) * fourth)
    check.zero(decay - 4 * square(second) * u / (fourth * square(1 + u)), "1 minus rho")
    check.zero(variance(stable, second, fourth, noise) - noise / (fourth * u), "the level")
    check.zero(
        rho - square(1 - step * second) - square(step) * (fourth - square(second)),
        "rho minus the square of the factor of the mean",
    )
    added = stationary(step, second, noise)
    more = square(step) * noise * (fourth - square(second))
    more = more / ((2 * second - step * fourth) * (second * (2 - step * second)))
    check.zero(level - added - more, "the excess over the formula for added noise")
    for examples in (1, 2, 3, 4):
        values = square(symbols("x", examples))
        mean = values.sum() * Fraction(1, examples)
        scatter = square(values - mean).sum() * Fraction(1, examples)
        fourths = square(values).sum() * Fraction(1, examples)
        check.zero(fourths - square(mean) - scatter, "M4 - M2^2 is a variance", examples=examples)
    a, b, c = symbols("a"), symbols("b"), symbols("c")
    inputs = SYMBOLS.enter([[a], [b]])
    targets = SYMBOLS.enter([least * a + c * b, least * b - c * a])
    start = SYMBOLS.enter([least + e])
    listed = second_moment(2, start, least, inputs, targets, step)
    predicted = predicted_moment(2, start, least, inputs, targets, step, variance)
    check.zero(listed - predicted, "two updates, listed")


def second_moment(updates, start, least, inputs, targets, step):
    """Return E (w - least)^2 after updates on one example each, from the listed distribution."""

    def update(theta, batch):
        return theta - slope_on(HALF, theta, inputs, targets, batch) * step

    states = after(updates, start, batches(len(targets), 1), update)
    return expectation(states, lambda state: square(state[0] - least))


def predicted_moment(updates, start, least, inputs, targets, step, variance):
    """Return the solution of the second-moment equation after a number of updates."""
    x = inputs[:, 0]
    r = targets - x * least
    share = Fraction(1, len(targets))
    second, fourth = square(x).sum() * share, square(square(x)).sum() * share
    third, noise = (square(x) * x * r).sum() * share, square(x * r).sum() * share
    rho = 1 - 2 * step * second + square(step) * fourth
    level = variance(step, second, fourth, noise)
    mean = start[0] - least
    beyond = square(mean) - level
    for _ in range(updates):
        beyond = rho * beyond - 2 * square(step) * third * mean
        mean = (1 - step * second) * mean
    return level + beyond


@pytest.mark.claim(
    CLAIM,
    reading="sampled-curvature",
    shows="holds",
    by="property",
    when=["mean-square-stable", "noise-at-minimum"],
)
@pytest.mark.control("as-added", "the formula for added noise", variance=as_added)
@given(
    data=strategies.data_sets(points=(2, 3), dimensions=(1, 1)),
    start=strategies.rationals(),
    u=st.builds(Fraction, st.integers(1, 9), st.integers(1, 4)),
)
def test_random_data(check, data, start, u, *, variance=sampled):
    """For random data and stable steps the listed second moment tends to that positive number.

    All sequences of two batches of one example, in rationals; the distance from the limit
    obeys the second-moment equation exactly. Data that one weight fits are left out.
    """
    inputs, targets = RATIONALS.enter(data.inputs), RATIONALS.enter(data.targets)
    x = inputs[:, 0]
    assume(data.inputs.any())
    least = (x * targets).sum() / square(x).sum()
    noise = square(x * (targets - x * least)).sum() * Fraction(1, len(targets))
    assume(noise.sign())
    second, fourth = square(x).sum(), square(square(x)).sum()
    step = 2 * second / (fourth * (1 + u))
    theta = RATIONALS.enter([start])
    witness = {"inputs": data.inputs, "targets": data.targets, "start": start, "u": u}
    share = Fraction(1, len(targets))
    level = variance(step, second * share, fourth * share, noise)
    added = stationary(step, second * share, noise)
    check.that(level.sign() > 0, "the limit is positive", **witness)
    check.that((level - added).sign() >= 0, "at least that for added noise", **witness)
    check.zero(
        second_moment(2, theta, least, inputs, targets, step)
        - predicted_moment(2, theta, least, inputs, targets, step, variance),
        "the listed second moment minus the predicted one",
        **witness,
    )


@pytest.mark.claim(
    CLAIM,
    reading="sampled-curvature",
    shows="fails",
    by="counterexample",
    when=["stable-step", "noise-at-minimum"],
)
@pytest.mark.control(
    "smaller-step", "the step 1/2, which is mean-square stable", step=Fraction(1, 2)
)
def test_stable_on_average_only(check, *, step=Fraction(2, 3)):
    r"""The step 2/3 is below $2/h = 4/5$, yet the second moment grows without bound.

    Data $x = (1, 2)$, $y = (2, -1)$: minimiser 0, $h = M_2 = \frac52$, $M_4 = \frac{17}2$, $Q = 4$.
    The bound of mean-square stability is $2M_2/M_4 = \frac{10}{17} < \frac23$, the formula gives
    $-4$. From any $w$ an update leads to $-\frac23 w$ on average, and its square to $\frac{13}9 w^2
    + \frac83 w + \frac{16}9$: identities in $w$. So the mean stays 0 from $w_0 = w^\ast$ on, and
    the second moments are $0, \frac{16}9, \dots$, each $\frac{13}9$ times the one before plus
    $\frac{16}9$: at least $\frac{16}9$ more each time, without a limit. Three updates are listed.
    """
    inputs, targets = RATIONALS.enter([[1], [2]]), RATIONALS.enter([2, -1])
    start = RATIONALS.enter([0])
    h = curvature(HALF, start, inputs, targets)
    check.that((2 - step * h).sign() > 0, "the step is below 2/h")
    w = symbols("w", 1)
    data = SYMBOLS.enter([[1], [2]]), SYMBOLS.enter([2, -1])
    grown = square(w[0]) * Fraction(13, 9) + w[0] * Fraction(8, 3) + Fraction(16, 9)
    check.zero(second_moment(1, w, 0, *data, step) - grown, "an update from any w", step=step)
    mean = w - slope_on(HALF, w, *data, (0, 1)) * step  # the batches have the full slope on average
    check.zero(mean + w * Fraction(2, 3), "the mean after it", step=step)
    moments = [second_moment(k, start, 0, inputs, targets, step) for k in range(4)]
    for k, (before, behind) in enumerate(pairwise(moments)):
        grown = before * Fraction(13, 9) + Fraction(16, 9)
        check.zero(behind - grown, f"13/9 times that after {k}, plus 16/9", step=step)
    check.that(sampled(step, Fraction(5, 2), Fraction(17, 2), 4) == -4, "the formula gives -4")
    check.record("second moments after 0, 1, 2, 3 updates", [m.fraction for m in moments])
    check.size(examples=2, weights=1, smaller="with one example the curvature does not vary")


@pytest.mark.claim(
    CLAIM,
    reading="sampled-curvature",
    shows="fails",
    by="counterexample",
    when=["mean-square-stable", "stable-step"],
)
@pytest.mark.control("unfitted", "targets that no weight fits", targets=(2, -1))
def test_fitted_data_have_no_floor(check, *, targets=(2, 4)):
    r"""Where one weight fits every example, the second moment goes to 0.

    Data $x = (1, 2)$, $y = (2, 4)$, step $\frac12 < 2M_2/M_4 = \frac{10}{17}$. No residual, so $v'
    = \rho v$ with $\rho = \frac12\left(\frac14 + 1\right) = \frac58$: an identity in $w = 2 + e$
    for one update, $\frac58 e^2$, hence for each, and $(\frac58)^k$ goes to 0. From $w_0 = 3$,
    $w^\ast = 2$ the second moments are $1, \frac58, \frac{25}{64}, \dots$; three updates are
    listed.
    """
    e = symbols("e", 1)
    data = SYMBOLS.enter([[1], [2]]), SYMBOLS.enter(targets)
    after_one = second_moment(1, e + 2, 2, *data, Fraction(1, 2))
    check.zero(after_one - square(e[0]) * Fraction(5, 8), "an update from any w", targets=targets)
    inputs, entered = RATIONALS.enter([[1], [2]]), RATIONALS.enter(targets)
    power = Fraction(1)
    for k in range(4):
        moment = second_moment(k, RATIONALS.enter([3]), 2, inputs, entered, Fraction(1, 2))
        check.zero(moment - power, f"the second moment minus (5/8)^{k}", targets=targets)
        check.record(f"second moment after {k} updates", moment.fraction)
        power *= Fraction(5, 8)
    check.size(examples=2, weights=1, smaller="with one example the curvature does not vary")


@pytest.mark.claim(CLAIM, reading="unstable", shows="holds", by="witness")
@pytest.mark.control("both-examples", "the batch of both examples", batch=(0, 1))
@pytest.mark.control("fitted", "equal targets, which one weight fits", targets=(-1, -1))
def test_an_update_that_raises_the_loss(check, *, batch=(0,), targets=(1, -1)):
    r"""With data $x = (1, 1)$, $y = (1, -1)$ the first example raises the loss for every step.

    The mean squared error is $w^2 + 1$, with minimiser 0. For $0 \le w < 1$ and every $\eta > 0$
    an update on the first example moves $w$ up to $w + 2\eta(1-w)$, and the loss rises by
    $4\eta(1-w)\bigl(w + \eta(1-w)\bigr) > 0$: an identity in $w$ and $\eta$. Full-batch descent
    changes the loss of any data by $-\frac\eta2 (2-\eta h) L'(w)^2$, which is at most 0 for $0 <
    \eta < 2/h$: an identity for symbolic data of up to three examples.
    """
    objective = Objective(LINE, SQUARED_ERROR)
    theta, step = symbols("w", 1), symbols("k")
    inputs, entered = SYMBOLS.enter([[1], [1]]), SYMBOLS.enter(targets)
    moved = theta - slope_on(objective, theta, inputs, entered, batch) * step
    rise = objective.value(moved, inputs, entered) - objective.value(theta, inputs, entered)
    w = theta[0]
    product = 4 * step * (1 - w) * (w + step * (1 - w))
    check.zero(rise - product, "rise of the loss minus the product", batch=batch, targets=targets)
    for examples in (1, 2, 3):
        inputs, entered = symbols("x", examples, 1), symbols("y", examples)
        slope = slope_on(objective, theta, inputs, entered, range(examples))
        h = curvature(objective, theta, inputs, entered)
        after_full = objective.value(theta - slope * step, inputs, entered)
        fall = step * (2 - step * h) * square(slope[0]) * Fraction(1, 2)
        check.zero(
            after_full - objective.value(theta, inputs, entered) + fall,
            f"change of the loss in a full-batch update on {examples} examples",
        )
    check.record("rise of the loss on x = (1, 1), step k", product)
    check.size(examples=2, weights=1, smaller="with one example the batch is everything")


@pytest.mark.claim(CLAIM, reading="nonlinear-network", shows="holds", by="study")
@pytest.mark.control("one-run-more", "one more run counted", count=one_run_more)
def test_floor_of_a_network(check, study_result, study_table, *, count=as_counted):
    """The excess loss at a constant step grows with the step where the examples disagree.

    Descent by single examples starts at the minimum that full-batch descent finds; the excess loss
    is averaged over the second half of its updates.
    The plan fixes data, widths, steps, sample size and decision rule beforehand. Here the table is
    counted again, the simultaneous intervals and the decision are derived from it by the plan's
    rule, and compared with what the study reported.
    """
    confirm(check, study_result, study_table, "mini-batch-noise", "floor", count)
