"""A batch gradient is the full gradient on average, but not given the batches used before."""

from __future__ import annotations

from fractions import Fraction
from functools import cache

import pytest
from hypothesis import strategies as st

from claims.compiled import Function
from claims.mathematics import (
    CROSS_ENTROPY,
    HALF_SQUARED_ERROR,
    SQUARE,
    SQUARED_ERROR,
    Activation,
    Loss,
    Objective,
    Parity,
    Range,
    batches,
    epochs,
    expectation,
    linear,
    next_batches,
    one_hidden_layer,
)
from claims.numbers import RATIONALS, symbols, uninterpreted
from claims.testing import given, strategies

CLAIM = "minibatch-unbiased"

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


def windows(examples, size):
    """Wrong on purpose: only batches of neighbours, which seldom hold the first example."""
    starts = range(examples - size + 1)
    return [(Fraction(1, len(starts)), tuple(range(k, k + size))) for k in starts]


@pytest.mark.claim(CLAIM, shows="holds", by="identity")
@pytest.mark.control("windows", "only batches of neighbouring examples", draw=windows)
@pytest.mark.control("summed-batch", "the sum over a batch for its mean", reduction="sum")
def test_mean_over_all_batches(check, *, draw=batches, reduction="mean"):
    r"""The mean of the batch gradients over all batches is the full gradient.

    Every batch gradient and the full one are derived from the recorded objective, with symbolic
    data and parameters, and all batches of each size are listed with their probabilities, for up
    to four examples. The networks have one hidden layer with an activation of which nothing is
    known, with all biases or none; the loss is an unknown function of the residual, or
    cross-entropy. Of network and loss only one thing is used: the loss is a mean over the data.
    """
    for biases in (True, False):
        network = one_hidden_layer(1, 1, ANY, hidden_bias=biases, output_bias=biases)
        for loss in (ANY_LOSS, CROSS_ENTROPY):
            full, part = Objective(network, loss), Objective(network, loss, reduction)
            for examples in (1, 2, 3, 4):
                theta = symbols("w", network.size)
                inputs, targets = symbols("x", examples, 1), symbols("y", examples)
                whole = gradient_on(full, theta, inputs, targets, range(examples))
                for size in range(1, examples + 1):
                    mean = expectation(
                        draw(examples, size),
                        lambda batch, data=(part, theta, inputs, targets): gradient_on(
                            *data, batch
                        ),
                    )
                    check.zero(
                        mean - whole,
                        "mean batch gradient minus the full gradient",
                        examples=examples,
                        size=size,
                        loss=loss,
                        biases=biases,
                    )


def chance_of_last(examples, size):
    return size / examples


def chance_of_last_of_the_others(examples, size):
    return size / (examples - 1)


@pytest.mark.claim(CLAIM, shows="holds", by="identity")
@pytest.mark.control(
    "wrong-chance", "B/(N-1) as the chance of an example", chance=chance_of_last_of_the_others
)
def test_any_number_of_examples(check, *, chance=chance_of_last):
    r"""For every N and B, by induction on the number of examples.

    A batch of $B$ of $N$ examples holds the last one with probability $B/N$, since
    $\binom{N-1}{B-1} = \frac BN \binom NB$. If it does, the rest of it is a batch of $B-1$ of the
    first $N-1$ examples; if not, it is a batch of $B$ of them. Let $S$ be the sum of the first
    $N-1$ gradients and suppose that a batch of $b$ of them has the sum $\frac{b}{N-1} S$ on
    average. Then the batch of $B$ of $N$ has on average

    $$\Bigl(1-\frac BN\Bigr) \frac{B\,S}{N-1} + \frac BN \Bigl(\frac{(B-1)\,S}{N-1} + g_N\Bigr)
    = \frac BN (S + g_N),$$

    an identity checked in the symbols $N$, $B$, $S$, $g_N$. The cases $B = 0$ and $B = N$, in
    which the batch is empty or everything, begin the induction. The chance $B/N$ is also counted
    over all batches for up to six examples.
    """
    n, b, total, last = symbols("n"), symbols("b"), symbols("S"), symbols("g")
    without = b * total / (n - 1)
    holding = (b - 1) * total / (n - 1) + last
    share = chance(n, b)
    check.zero(
        (1 - share) * without + share * holding - b * (total + last) / n,
        "mean sum over a batch of B of N, minus B/N times the sum over all",
    )
    for examples in range(2, 7):
        for size in range(1, examples + 1):
            counted = expectation(
                batches(examples, size), lambda batch, k=examples - 1: Fraction(k in batch)
            )
            check.zero(
                counted - chance(Fraction(examples), Fraction(size)),
                "the counted chance of the last example minus the formula",
                examples=examples,
                size=size,
            )


@pytest.mark.claim(CLAIM, shows="holds", by="property")
@pytest.mark.control("windows", "only batches of neighbouring examples", draw=windows)
@given(
    data=strategies.data_sets(points=(2, 4), dimensions=(1, 2)),
    weights=strategies.parameters(5),
    size=st.integers(1, 3),
    hidden=st.booleans(),
)
def test_random_data(check, data, weights, size, hidden, *, draw=batches):
    """No random data set has a mean batch gradient other than the full gradient.

    Linear models and networks with one hidden unit and the square as activation, on random data
    and parameters; all batches of the drawn size, in exact rationals.
    """
    examples, dimension = data.inputs.shape
    size = min(size, examples)
    network = one_hidden_layer(dimension, 1, SQUARE) if hidden else linear(dimension)
    objective = Objective(network, SQUARED_ERROR)
    theta = RATIONALS.enter(weights[: network.size])
    inputs, targets = RATIONALS.enter(data.inputs), RATIONALS.enter(data.targets)
    check.label("full batch" if size == examples else "proper batch")
    mean = expectation(
        draw(examples, size), lambda batch: gradient_on(objective, theta, inputs, targets, batch)
    )
    check.zero(
        mean - gradient_on(objective, theta, inputs, targets, range(examples)),
        "mean batch gradient minus the full gradient",
        inputs=data.inputs,
        targets=data.targets,
        parameters=weights[: network.size],
        size=size,
    )


def mean_of(gradients, batch):
    return gradients[list(batch)].sum() * Fraction(1, len(batch))


def in_order(examples, size):
    """Wrong on purpose: an epoch that is not shuffled."""
    cuts = range(0, examples, size)
    return [(Fraction(1), tuple(tuple(range(examples))[cut : cut + size] for cut in cuts))]


def all_left(examples, used):
    return examples - used


def one_fewer(examples, used):
    return examples - used - 1


@pytest.mark.claim(CLAIM, reading="each-batch-of-an-epoch", shows="holds", by="identity")
@pytest.mark.control("in-order", "the examples in their order, not shuffled", shuffle=in_order)
@pytest.mark.control("too-few-left", "N - m - 1 in place of N - m", left=one_fewer)
def test_each_batch_of_an_epoch(check, *, shuffle=epochs, left=all_left):
    r"""Nothing else known, each batch of a shuffled epoch has the full gradient as its mean.

    Let $m$ of $N$ examples be used up, with the sum $U$ of gradients, and let $S$ be the sum over
    all. The next batch is drawn uniformly among the $N - m$ examples left, so by the claim itself
    its mean gradient is $\frac{S-U}{N-m}$ given the past. Suppose that the batches before had
    the full gradient as their mean; then $U$ is $\frac mN S$ on average, and

    $$\frac{S - \frac mN S}{N-m} = \frac SN .$$

    By induction over the batches this holds for every $N$ and $B$. The identity is checked in
    symbols; besides, with symbolic gradients, the mean of every batch over all epochs of two
    examples with batches of one, three with batches of one and two, four with batches of two
    (where $B$ does not divide $N$ the last, smaller batch too).
    """
    total, n, m = symbols("S"), symbols("n"), symbols("m")
    check.zero((total - m * total / n) / left(n, m) - total / n, "the mean of the next batch")
    for examples, size in ((2, 1), (3, 1), (3, 2), (4, 2)):
        gradients = symbols("g", examples)
        whole = shuffle(examples, size)
        for place in range(len(whole[0][1])):
            average = expectation(whole, lambda epoch, g=gradients, k=place: mean_of(g, epoch[k]))
            check.zero(
                average - mean_of(gradients, range(examples)),
                "the mean of a batch minus the full gradient",
                examples=examples,
                size=size,
                place=place,
            )


def fresh(examples, size, used):
    return batches(examples, size)


@pytest.mark.claim(CLAIM, reading="within-epoch", shows="fails", by="counterexample")
@pytest.mark.control("fresh-draws", "each batch drawn from all examples", draw=fresh)
def test_the_second_batch_of_an_epoch_is_biased(check, *, draw=next_batches):
    r"""Two examples with gradients 0 and -2: after the first, the next is -2, where -1 is full.

    Data $x = (1, 1)$, $y = (0, 2)$, half squared error of $w x$ at $w = 0$, batches of one: the
    example gradients are $0$ and $-2$, the full gradient is $-1$. Once the first example is used
    the second batch of the epoch is certain, and its gradient is $-2$; once the second is used,
    it is $0$. In general the examples left have the mean $\bar g + \frac{m}{N-m} (\bar g -
    \bar g_{\text{used}})$ after $m$ of $N$: what was left out so far is made up for. That is
    checked with symbolic gradients over all epochs of two examples with batches of one, three with
    batches of one and two, four with batches of two; the numbers are exact.
    """
    objective = Objective(linear(1, bias=False), HALF_SQUARED_ERROR)
    theta, inputs = RATIONALS.enter([0]), RATIONALS.enter([[1], [1]])
    targets = RATIONALS.enter([0, 2])
    full = gradient_on(objective, theta, inputs, targets, (0, 1))[0]
    given_first = expectation(
        draw(2, 1, [(0,)]), lambda batch: gradient_on(objective, theta, inputs, targets, batch)[0]
    )
    check.that(
        (given_first - full).sign() != 0,
        "given the first batch, the mean of the second differs from the full gradient",
        targets=(0, 2),
    )
    check.record(
        ("full gradient", "gradient of the second batch after the first example"),
        [full.fraction, given_first.fraction],
    )
    for examples, size in ((2, 1), (3, 1), (3, 2), (4, 2)):
        gradients = symbols("g", examples)
        mean = mean_of(gradients, range(examples))
        whole = epochs(examples, size)
        for place in range(1, len(whole[0][1])):
            for _, epoch in whole:
                used = epoch[:place]
                seen = [index for batch in used for index in batch]
                after = expectation(
                    next_batches(examples, size, used),
                    lambda batch, g=gradients: mean_of(g, batch),
                )
                made_up = (mean - mean_of(gradients, seen)) * Fraction(
                    len(seen), examples - len(seen)
                )
                check.zero(after - mean - made_up, f"mean given {used}, of {examples} examples")
    check.size(examples=2, weights=1, smaller="with one example there is no second batch")
