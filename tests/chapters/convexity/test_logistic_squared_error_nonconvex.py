"""Squared error of a sigmoid output: bounded and not constant, hence not convex."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from claims.mathematics import (
    CROSS_ENTROPY,
    IDENTITY,
    SIGMOID,
    SQUARED_ERROR,
    Objective,
    chord_gap,
    neuron,
)
from claims.numbers import (
    SYMBOLS,
    logistic,
    logistic_complement,
    square,
    symbols,
    uninterpreted,
)
from claims.testing import given, strategies

CLAIM = "logistic-squared-error-nonconvex"


@pytest.mark.claim(CLAIM, shows="holds", by="identity")
@pytest.mark.claim(
    CLAIM, reading="without-bias", shows="holds", by="identity", when=["nonzero-input"]
)
@pytest.mark.control("linear-output", "no sigmoid: linear regression", output=IDENTITY)
@pytest.mark.control(
    "cross-entropy",
    "cross-entropy of the logit in place of squared error of the sigmoid",
    output=IDENTITY,
    loss=CROSS_ENTROPY,
)
def test_bounded_and_not_constant(check, *, output=SIGMOID, loss=SQUARED_ERROR):
    r"""The loss is bounded, and not constant along any line on which some output changes.

    *Bounded.* $(s-t)^2 = s\,(1-t)^2 + (1-s)\,t^2 - s(1-s)$, which is less than the greater of
    $t^2$ and $(1-t)^2$, at every weight.

    *Not constant.* Let some $x_i$ be no zero vector and $w$ a vector with $h_i = w\cdot x_i \ne
    0$. Because $s(h) + s(-h) = 1$ the targets cancel in $L(w) + L(-w) - 2 L(0) = \frac1{2N}
    \sum_i (s(h_i) - s(-h_i))^2 > 0$: at least one of $w$ and $-w$ lies higher than 0.

    *Hence not convex.* Call that point $q$ and let $x = \tau q$, $\tau > 1$. If $L$ were convex,
    then $L(q) - L(0) \le \frac1\tau (L(x) - L(0))$, where the right-hand side goes to 0 as $\tau
    \to \infty$ because $L$ is bounded. But the left-hand side is positive.

    With a bias the input is $(x, 1)$, which is never zero: then there is no exception. All
    identities are checked for symbolic data and targets; nothing is asked of the targets. One or
    two samples in one or two dimensions are executed; the loss is a mean over the samples, and
    the dimension enters through $w\cdot x_i$ alone.
    """
    z, t = symbols("z"), symbols("t")
    s, rest = logistic(z), logistic_complement(z)
    check.zero(
        loss.value(output.value(z), t) - (s * square(1 - t) + rest * square(t) - s * rest),
        "the loss minus a mean of (1 - t)^2 and t^2, plus s (1 - s)",
    )
    for samples, features in ((1, 1), (2, 1), (2, 2)):
        network = neuron(features, output)
        objective = Objective(network, loss)
        theta, inputs = symbols("w", features), symbols("x", samples, features)
        targets = symbols("t", samples)
        rise = (
            objective.value(theta, inputs, targets)
            + objective.value(-theta, inputs, targets)
            - 2 * objective.value(theta * 0, inputs, targets)
        )
        products = inputs @ theta
        swings = square(logistic(products) - logistic_complement(products)).sum()
        check.zero(
            rise - swings * Fraction(1, 2 * samples),
            "L(w) + L(-w) - 2 L(0) minus a sum of squares",
            samples=samples,
            features=features,
        )
        biased = neuron(features, output, bias=True)
        wide = np.column_stack([inputs, SYMBOLS.enter([1] * samples)])
        theta = symbols("w", features + 1)
        check.zero(
            biased.predict(theta, inputs) - neuron(features + 1, output).predict(theta, wide),
            "a bias minus one more input that is always 1",
            features=features,
        )
    f, low, high, far = uninterpreted("f"), symbols("p"), symbols("q"), symbols("x")
    share = (high - low) / (far - low)
    check.zero(
        f(high) - f(low) - share * (f(far) - f(low)) + chord_gap(f, far, low, share),
        "f(q) - f(p) minus the share (q - p)/(x - p) of f(x) - f(p), plus the gap at q",
    )


def refuting_end(objective, rows, targets):
    """Return (far end, 1/length): the chord from 0 to the far end dips below the graph.

    Found in floats as in the proof: a point q that lies higher than 0, then tau q far enough out.
    """
    longest = rows[np.argmax(square(rows).sum(axis=1))]
    step = longest / (longest @ longest)
    start = objective.value(step * 0, rows, targets)
    high = max((step, -step), key=lambda point: objective.value(point, rows, targets))
    rise = objective.value(high, rows, targets) - start
    bound = np.maximum(square(targets), square(1 - targets)).mean() + 1
    exponent = max(1, int(np.ceil(np.log2(2 * bound / max(rise, 1e-9)))))
    return np.ldexp(high, exponent), Fraction(1, 1 << exponent)


@pytest.mark.claim(CLAIM, shows="holds", by="property")
@pytest.mark.claim(
    CLAIM, reading="without-bias", shows="holds", by="property", when=["nonzero-input"]
)
@pytest.mark.control("linear-output", "no sigmoid: linear regression", output=IDENTITY)
@given(data=strategies.data_sets(points=(1, 6), dimensions=(1, 3)))
def test_a_chord_below_the_graph_is_found_on_random_data(check, data, *, output=SIGMOID):
    """For every random data set a chord is found that dips below the graph.

    The recipe of the proof names the chord, balls decide it. Without bias where some input is not
    zero, with a bias on every data set, all inputs zero included.
    """
    samples, features = data.inputs.shape
    rows = {"with bias": np.column_stack([data.inputs, np.ones(samples)])}
    if data.inputs.any():
        rows["without bias"] = data.inputs
    else:
        check.label("all inputs zero")
    for name, inputs in rows.items():
        objective = Objective(neuron(features, output, bias=name == "with bias"), SQUARED_ERROR)
        plain = Objective(neuron(inputs.shape[1], output), SQUARED_ERROR)
        end, share = refuting_end(plain, inputs, data.targets)

        def depth(arithmetic, objective=objective, end=end, share=share):
            entered = arithmetic.enter(data.inputs), arithmetic.enter(data.targets)
            return -chord_gap(
                lambda theta: objective.value(theta, *entered),
                arithmetic.enter(end),
                arithmetic.enter(end * 0),
                arithmetic.enter(share),
            )

        check.positive(
            depth,
            "the chord dips below the graph",
            inputs=data.inputs,
            targets=data.targets,
            model=name,
            end=end,
            share=share,
        )


@pytest.mark.claim(CLAIM, reading="without-bias", shows="fails", by="counterexample")
@pytest.mark.control("nonzero-input", "the input 1 in place of 0", x=1)
def test_a_constant_loss_is_convex(check, *, x=0):
    r"""One sample with the input 0, no bias: the loss is constant, hence convex.

    With $x = 0$ the output is $s(0) = \frac12$ at every weight and the loss is $(\frac12 - t)^2$:
    every chord lies on the graph. No data set has fewer samples or weights.
    """
    objective = Objective(neuron(1, SIGMOID), SQUARED_ERROR)
    inputs, targets = SYMBOLS.enter([[x]]), symbols("t", 1)
    a, b, weight = symbols("a", 1), symbols("b", 1), symbols("l")
    value = objective.value(a, inputs, targets)
    check.zero(value - square(targets[0] - Fraction(1, 2)), "the loss minus (1/2 - t)^2", x=x)
    gap = chord_gap(lambda theta: objective.value(theta, inputs, targets), a, b, weight)
    check.zero(gap, "the gap of every chord", x=x)
    check.record("input", x)
    check.record("loss at every weight", value)
    check.size(points=1, weights=1)
