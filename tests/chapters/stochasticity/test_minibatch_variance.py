"""How much batch gradients vary: the factor (N-B)/(B(N-1)), and when they do not vary at all."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from itertools import combinations

import pytest
from hypothesis import assume
from hypothesis import strategies as st

from claims.compiled import Function
from claims.mathematics import (
    HALF_SQUARED_ERROR,
    SQUARE,
    SQUARED_ERROR,
    Activation,
    Loss,
    Objective,
    Parity,
    Range,
    batches,
    batches_with_replacement,
    covariance,
    linear,
    neuron,
    one_hidden_layer,
)
from claims.numbers import RATIONALS, symbols, uninterpreted
from claims.testing import given, strategies

CLAIM = "minibatch-variance"

ANY = Activation(
    "any", uninterpreted("a"), uninterpreted("a'"), Parity.NONE, Range(None, None), False
)
ANY_LOSS = Loss("any function of the residual", lambda p, y: uninterpreted("l")(p - y))


@cache
def recorded(objective, size):
    network = objective.network
    shapes = {"theta": (network.size,), "inputs": (size, network.widths[0]), "targets": (size,)}
    return Function(objective.value, **shapes)


def gradient_on(objective, theta, inputs, targets, batch):
    chosen = list(batch)
    return recorded(objective, len(chosen)).gradient(theta, inputs[chosen], targets[chosen])


def without_replacement(n, b):
    return (n - b) / (b * (n - 1))


def with_replacement(n, b):
    return 1 / b


def uncorrected(n, b):
    """Wrong on purpose: N in place of N - 1."""
    return (n - b) / (b * n)


@pytest.mark.claim(CLAIM, shows="holds", by="identity")
@pytest.mark.control("uncorrected", "N in place of N - 1", factor=uncorrected)
@pytest.mark.control(
    "replaced", "the factor of batches with replacement, 1/B", factor=with_replacement
)
def test_covariance_over_all_batches(check, *, factor=without_replacement):
    r"""Over all batches the covariance is the stated multiple of that of single examples.

    Batch gradients are derived from the recorded objective of a neuron with bias, with an
    activation and a loss (of the residual) of which nothing is known, for symbolic data and
    parameters. All subsets of each size of up to four examples, and all sequences with
    replacement of up to three draws from three, are listed with their probabilities.
    """
    objective = Objective(neuron(1, ANY, bias=True), ANY_LOSS)
    theta = symbols("w", 2)
    for examples in (2, 3, 4):
        inputs, targets = symbols("x", examples, 1), symbols("y", examples)

        @cache
        def gradient(batch, inputs=inputs, targets=targets):
            return gradient_on(objective, theta, inputs, targets, batch)

        single = covariance(batches(examples, 1), gradient)
        for size in range(1, examples + 1):
            whole = Fraction(examples)
            check.zero(
                covariance(batches(examples, size), gradient)
                - single * factor(whole, Fraction(size)),
                "covariance without replacement minus the multiple",
                examples=examples,
                size=size,
            )
            if examples < 4:
                check.zero(
                    covariance(batches_with_replacement(examples, size), gradient)
                    - single * with_replacement(whole, Fraction(size)),
                    "covariance with replacement minus the multiple",
                    examples=examples,
                    size=size,
                )


@pytest.mark.claim(CLAIM, shows="holds", by="identity")
@pytest.mark.control("uncorrected", "N in place of N - 1", factor=uncorrected)
def test_any_number_of_examples(check, *, factor=without_replacement):
    r"""For every N and B, by induction on the number of examples, and of draws.

    Let $a_i$, $b_i$ be two coordinates of the example gradients, $A = \sum a_i$, $B' = \sum b_i$,
    $P = \sum a_i b_i$ over $n$ examples. The product of the sums over a batch of $b$ of them is
    on average

    $$Q_n(b) = \frac bn P + \frac{b(b-1)}{n(n-1)} (A B' - P).$$

    Induction: the batch of $b$ of $n$ holds the last example with probability $b/n$; then the rest
    is a batch of $b-1$ of the others, else all of it is a batch of $b$ of the others. So $Q_n(b)
    = (1-\frac bn)\, Q_{n-1}(b) + \frac bn \bigl(Q_{n-1}(b-1) + \frac{b-1}{n-1}(A b_n + B' a_n) +
    a_n b_n\bigr)$ with the sums over the first $n-1$: an identity in seven symbols. It needs $n
    \ge 3$; for two examples, and for batches that are everything, all batches are listed in the
    other test or there is only one. With replacement each draw adds $P/n$, and $A B'/n^2$ with
    each earlier draw, twice. Less $b^2 A B'/n^2$ and divided by $b^2$, both are the stated
    multiple of $\frac Pn - \frac{A B'}{n^2}$, the covariance of one example.
    """
    n, b = symbols("n"), symbols("b")
    first, second, both = symbols("A"), symbols("B"), symbols("P")
    last, other = symbols("a"), symbols("c")

    def subsets(n, b, first, second, both):
        return b * both / n + b * (b - 1) / (n * (n - 1)) * (first * second - both)

    def sequences(n, b, first, second, both):
        return b * both / n + b * (b - 1) / (n * n) * first * second

    cross = (b - 1) / (n - 1) * (first * other + second * last)
    holding = subsets(n - 1, b - 1, first, second, both) + cross + last * other
    stepped = (1 - b / n) * subsets(n - 1, b, first, second, both) + b / n * holding
    grown = subsets(n, b, first + last, second + other, both + last * other)
    check.zero(stepped - grown, "one more example: without replacement")
    drawn = sequences(n, b - 1, first, second, both) + both / n
    drawn = drawn + 2 * (b - 1) * first * second / (n * n)
    check.zero(drawn - sequences(n, b, first, second, both), "one more draw: with replacement")
    check.zero(subsets(n, n, first, second, both) - first * second, "the batch of everything")
    single = both / n - first * second / (n * n)
    squared_mean = first * second / (n * n)
    for products, stated in ((subsets, factor), (sequences, with_replacement)):
        check.zero(
            products(n, b, first, second, both) / (b * b) - squared_mean - stated(n, b) * single,
            "covariance of the batch mean minus the multiple",
            draws=products.__name__,
        )


@pytest.mark.claim(CLAIM, shows="holds", by="property")
@pytest.mark.control("uncorrected", "N in place of N - 1", factor=uncorrected)
@given(
    data=strategies.data_sets(points=(2, 4), dimensions=(1, 1)),
    weights=strategies.parameters(3),
    size=st.integers(1, 3),
    hidden=st.booleans(),
)
def test_random_data(check, data, weights, size, hidden, *, factor=without_replacement):
    """No random data set has another covariance of its batch gradients, without replacement.

    Linear models, and networks with one hidden unit and the square as activation, on random data
    and parameters; all batches of the drawn size, in exact rationals.
    """
    examples, dimension = data.inputs.shape
    size = min(size, examples)
    square = one_hidden_layer(dimension, 1, SQUARE, output_bias=False)
    objective = Objective(square if hidden else linear(dimension), SQUARED_ERROR)
    theta = RATIONALS.enter(weights[: objective.network.size])
    inputs, targets = RATIONALS.enter(data.inputs), RATIONALS.enter(data.targets)

    @cache
    def gradient(batch):
        return gradient_on(objective, theta, inputs, targets, batch)

    single = covariance(batches(examples, 1), gradient)
    check.label("no noise" if all(entry.sign() == 0 for entry in single.flat) else "noise")
    check.zero(
        covariance(batches(examples, size), gradient)
        - single * factor(Fraction(examples), Fraction(size)),
        "covariance minus the multiple",
        inputs=data.inputs,
        targets=data.targets,
        parameters=weights[: objective.network.size],
        size=size,
    )


def swap(batch, out, into):
    return tuple(sorted({*batch, into} - {out}))


def keep(batch, out, into):
    return batch


@pytest.mark.claim(
    CLAIM,
    reading="adds-variability",
    shows="holds",
    by="identity",
    when=["proper-subset", "differing-gradients"],
)
@pytest.mark.control("no-swap", "the second batch is the first one again", exchange=keep)
def test_two_batches_that_differ(check, *, exchange=swap):
    r"""Exchange one example for another with a different gradient: the batch gradient changes.

    Let $g_i \ne g_j$ and $B < N$. Some batch holds $i$ and not $j$. With $R$ the sum over its
    other examples its gradient is $(R + g_i)/B$, and that of the batch with $j$ in place of $i$
    is $(R + g_j)/B$: they differ by $(g_j - g_i)/B \ne 0$. Not both are the full gradient, and
    each has the probability $1/\binom NB > 0$. The identity in $R$, $B$, $g_i$, $g_j$ holds for
    every $N$; that such a batch exists, and that the exchanged one is a batch too, is checked for
    all pairs and sizes up to five examples (for every $N$: take $i$ and any $B - 1$ of the $N - 2$
    examples other than $i$ and $j$).
    """
    rest, size, one, other = symbols("R"), symbols("b"), symbols("g"), symbols("h")
    check.zero((rest + other) / size - (rest + one) / size - (other - one) / size, "the difference")
    for examples in (2, 3, 4, 5):
        gradients = symbols("g", examples)
        for count in range(1, examples):
            drawn = {batch: probability for probability, batch in batches(examples, count)}
            for i, j in combinations(range(examples), 2):
                batch = next(batch for batch in drawn if i in batch and j not in batch)
                exchanged = exchange(batch, i, j)
                check.that(drawn[batch] > 0 and drawn[exchanged] > 0, "both batches can be drawn")
                moved = gradients[list(exchanged)].sum() - gradients[list(batch)].sum()
                check.zero(
                    moved - (gradients[j] - gradients[i]),
                    "change of the sum, minus the difference of the two gradients",
                    examples=examples,
                    batch=batch,
                    exchanged=exchanged,
                )


def everything(examples, size):
    """Wrong on purpose: always the batch of all examples."""
    return batches(examples, examples)


@pytest.mark.claim(
    CLAIM,
    reading="adds-variability",
    shows="holds",
    by="property",
    when=["proper-subset", "differing-gradients"],
)
@pytest.mark.control("everything", "always the batch of all examples", draw=everything)
@given(
    data=strategies.data_sets(points=(2, 4), dimensions=(1, 1)),
    weights=strategies.parameters(2),
    size=st.integers(1, 3),
)
def test_some_random_batch_differs(check, data, weights, size, *, draw=batches):
    """On random data with differing gradients some proper batch has another than the full one."""
    examples = len(data.targets)
    assume(size < examples)
    objective = Objective(linear(1), SQUARED_ERROR)
    entered = [RATIONALS.enter(part) for part in (weights, data.inputs, data.targets)]
    single = [gradient_on(objective, *entered, (index,)) for index in range(examples)]
    assume(any(entry.sign() for row in single for entry in row - single[0]))
    full = gradient_on(objective, *entered, range(examples))
    moves = [gradient_on(objective, *entered, batch) - full for _, batch in draw(examples, size)]
    check.that(
        any(entry.sign() for move in moves for entry in move),
        "some batch gradient differs from the full gradient",
        inputs=data.inputs,
        targets=data.targets,
        parameters=weights,
        size=size,
    )


@pytest.mark.claim(
    CLAIM,
    reading="adds-variability",
    shows="fails",
    by="counterexample",
    when=["differing-gradients"],
)
@pytest.mark.control("smaller-batch", "a batch of one of the two examples", size=1)
def test_the_full_batch_does_not_vary(check, *, size=2):
    r"""A batch of everything has the full gradient: B = N = 2.

    Data $x = (1, 1)$, $y = (0, 2)$, half squared error of $w x$ at $w = 0$: the example gradients
    $0$ and $-2$ differ, the only batch of two has their mean $-1$, which is the full gradient.
    """
    objective = Objective(linear(1, bias=False), HALF_SQUARED_ERROR)
    data = RATIONALS.enter([0]), RATIONALS.enter([[1], [1]]), RATIONALS.enter([0, 2])
    first, second = (gradient_on(objective, *data, (index,))[0] for index in (0, 1))
    check.that((first - second).sign() != 0, "the example gradients differ")
    full = gradient_on(objective, *data, (0, 1))
    for _, batch in batches(2, size):
        move = gradient_on(objective, *data, batch) - full
        check.zero(move, "batch gradient minus full gradient", batch=batch)
    check.record(("inputs", "targets", "weight"), (data[1], data[2], data[0][0]))
    check.record("gradients of the two examples", [first.fraction, second.fraction])
    check.record("full gradient", full[0].fraction)
    check.size(examples=2, weights=1, smaller="the gradients of one example cannot differ")


@pytest.mark.claim(
    CLAIM, reading="adds-variability", shows="fails", by="counterexample", when=["proper-subset"]
)
@pytest.mark.control("off-the-minimum", "the parameter 0 in place of 2", weight=0)
def test_no_noise_where_every_example_is_fitted(check, *, weight=2):
    r"""Where every example is fitted, every batch gradient is zero: a batch of one of two.

    Data $x = (1, 2)$, $y = (2, 4)$, half squared error of $w x$ at $w = 2$: both residuals are
    zero, both example gradients are, and every batch gradient is the full one.
    """
    objective = Objective(linear(1, bias=False), HALF_SQUARED_ERROR)
    data = RATIONALS.enter([weight]), RATIONALS.enter([[1], [2]]), RATIONALS.enter([2, 4])
    full = gradient_on(objective, *data, (0, 1))
    for _, batch in batches(2, 1):
        move = gradient_on(objective, *data, batch) - full
        check.zero(move, f"gradient of the batch {batch} minus the full one", weight=weight)
    check.record(("inputs", "targets"), data[1:])
    check.record("full gradient", full[0].fraction)
    check.size(examples=2, weights=1, smaller="one example has no smaller batch")
