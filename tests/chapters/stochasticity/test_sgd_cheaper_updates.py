"""What an update on a mini-batch costs, and why the whole optimisation need not be cheaper."""

from __future__ import annotations

from fractions import Fraction
from functools import cache

import pytest

from claims.compiled import Function, evaluate, record
from claims.mathematics import (
    CROSS_ENTROPY,
    RELU,
    SIGMOID,
    SQUARE,
    SQUARED_ERROR,
    TANH,
    Activation,
    Loss,
    Objective,
    Parity,
    Range,
    after_update,
    batches,
    deep_linear,
    linear,
    neuron,
    one_hidden_layer,
)
from claims.numbers import RATIONALS, SYMBOLS, symbols, uninterpreted
from claims.testing import given, strategies

CLAIM = "sgd-cheaper-updates"

ANY = Activation(
    "any", uninterpreted("a"), uninterpreted("a'"), Parity.NONE, Range(None, None), False
)
ANY_LOSS = Loss("any function of the residual", lambda p, y: uninterpreted("l")(p - y))
NETWORKS = (
    linear(2, bias=False),
    neuron(1, SIGMOID),
    deep_linear(2, 2, 1),
    one_hidden_layer(1, 2, RELU, output_bias=False),
    one_hidden_layer(2, 2, TANH),
    one_hidden_layer(1, 2, ANY, hidden_bias=False),
)


@cache
def recorded(objective, size):
    network = objective.network
    shapes = {"theta": (network.size,), "inputs": (size, network.widths[0]), "targets": (size,)}
    return Function(objective.value, **shapes)


def counted(objective):
    """Return the gradient on some examples, and a list of how many of them each call of it had."""
    calls = []

    def gradient(theta, inputs, targets):
        calls.append(len(targets))
        return recorded(objective, len(targets)).gradient(theta, inputs, targets)

    return gradient, calls


def average_of_single_gradients(gradient, theta, inputs, targets):
    """Return the batch gradient made of gradients of single examples."""
    total = theta * 0
    for index in range(len(targets)):
        row = slice(index, index + 1)
        total = total + gradient(theta, inputs[row], targets[row])
    return total * Fraction(1, len(targets))


def every_pair(gradient, theta, inputs, targets):
    """Wrong on purpose: the right gradient, from the gradients of all pairs of examples."""
    total = theta * 0
    for first in range(len(targets)):
        for second in range(len(targets)):
            rows = [first, second]
            total = total + gradient(theta, inputs[rows], targets[rows])
    return total * Fraction(1, len(targets) ** 2)


@pytest.mark.claim(CLAIM, shows="holds", by="identity")
@pytest.mark.control("every-pair", "gradients of all pairs of examples", method=every_pair)
def test_one_gradient_an_example(check, *, method=average_of_single_gradients):
    r"""The gradient on B examples is the mean of B gradients of single examples, no more.

    The derivative of a mean is the mean of the derivatives: an identity, checked between the
    recorded gradient of a batch and the mean of the recorded gradients of its examples, for
    symbolic data and parameters, an activation and a loss (of the residual) of which nothing is
    known. Every call for a gradient is counted with its examples: $B$ for a batch, so $N$ for all
    data, and $N/B$ updates on batches take $\frac NB \cdot B = N$ as well. A batch of any size
    repeats the same step for one example; sizes up to four are executed. That gradients are
    computed example by example is a premise: linear regression with $X^\top X$ and $X^\top y$
    stored has a full gradient whose cost does not depend on $N$.
    """
    objective = Objective(one_hidden_layer(1, 1, ANY), ANY_LOSS)
    theta = symbols("w", objective.network.size)
    for size in (1, 2, 3, 4):
        inputs, targets = symbols("x", size, 1), symbols("y", size)
        gradient, calls = counted(objective)
        mean = method(gradient, theta, inputs, targets)
        direct = recorded(objective, size).gradient(theta, inputs, targets)
        check.zero(mean - direct, "mean of single gradients minus the batch gradient", size=size)
        check.that(sum(calls) == size, "one gradient an example", size=size, calls=calls)


def operations(program):
    return sum(line.operation not in ("input", "constant") for line in program.lines)


def divided(theta, total, step, size):
    return theta - step * total / size


def undivided(theta, total, step, size):
    """Wrong on purpose: the sum of the gradients in place of their mean."""
    return theta - step * total


def pass_and_last_step(check, objective, last):
    """Record both programs, and decide what they do and how many operations they take."""
    count, features = objective.network.size, objective.network.widths[0]
    one = recorded(objective, 1).gradient_program

    def add(theta, total, inputs, targets):
        return total + evaluate(one, theta=theta, inputs=inputs, targets=targets)

    passing = record(add, theta=(count,), total=(count,), inputs=(1, features), targets=(1,))
    ending = record(last, theta=(count,), total=(count,), step=(), size=())
    theta, total, step, size = symbols("w", count), symbols("s", count), symbols("k"), symbols("B")
    moved = evaluate(ending, theta=theta, total=total, step=step, size=size)
    witness = {"network": objective.network, "loss": objective.loss}
    check.zero(moved - (theta - total * (step / size)), "the last step, for every B", **witness)
    if objective.network.activation is not RELU:  # its sign is not decided for symbols
        data = {"inputs": symbols("x", 1, features), "targets": symbols("y", 1)}
        slope = recorded(objective, 1).gradient(theta, *data.values())
        added = evaluate(passing, theta=theta, total=total, **data) - total
        check.zero(added - slope, "what a pass adds, from every s", **witness)
    alpha, beta = operations(ending), operations(passing)
    check.that(alpha == 3 * count, "the last step takes 3 p operations", **witness)
    check.that(beta == operations(one) + count, "a pass: a gradient and p additions", **witness)
    return passing, ending


@pytest.mark.claim(CLAIM, shows="holds", by="identity")
@pytest.mark.control("undivided", "the sum of the gradients for their mean", last=undivided)
def test_the_same_pass_for_each_example(check, *, last=divided):
    r"""An update is one and the same pass for each example and a last step: constant plus B passes.

    Two programs are recorded: a pass, $s \leftarrow s + \nabla\ell_i(\theta)$ for one example, and
    the last step, $\theta - \eta s/B$. For six architectures, squared error and cross-entropy, a
    pass is shown to do that from every $s$, and the last step for every $B$, each an identity in
    symbols (for ReLU, which asks for signs, the last step alone; its pass is the same program).
    Hence $B$ passes from 0 and the last step are the update for every $B$, the gradient of a mean
    being the mean of the gradients, and take $\alpha + \beta B$ operations: $\alpha = 3p$ for $p$
    parameters, and $\beta$ those of one gradient and $p$ additions. For a loss and an activation of
    which nothing is known that is compared with the recorded batch gradient for up to four
    examples.
    """
    for network in NETWORKS:
        for loss in (SQUARED_ERROR, CROSS_ENTROPY):
            pass_and_last_step(check, Objective(network, loss), last)
    objective = Objective(one_hidden_layer(1, 1, ANY), ANY_LOSS)
    passing, ending = pass_and_last_step(check, objective, last)
    theta, step = symbols("w", objective.network.size), symbols("k")
    for size in (1, 2, 3, 4):
        inputs, targets = symbols("x", size, 1), symbols("y", size)
        total = theta * 0
        for index in range(size):
            row = slice(index, index + 1)
            data = {"inputs": inputs[row], "targets": targets[row]}
            total = evaluate(passing, theta=theta, total=total, **data)
        moved = evaluate(ending, theta=theta, total=total, step=step, size=SYMBOLS.enter(size))
        slope = recorded(objective, size).gradient(theta, inputs, targets)
        check.zero(moved - (theta - slope * step), "passes minus the update", size=size)
    check.record(
        "1-1-1 network, any activation",
        f"{operations(ending)} + {operations(passing)} B operations by passes",
    )


@cache
def update_operations(objective, size):
    """Count the arithmetic operations of one update, recorded for a whole batch at once."""
    gradient = recorded(objective, size).gradient_program

    def update(theta, inputs, targets, step):
        return theta - step * evaluate(gradient, theta=theta, inputs=inputs, targets=targets)

    return operations(record(update, **gradient.shapes, step=()))


def sums_of_all_pairs(objective, size):
    """Wrong on purpose: one operation for every pair of examples besides."""
    return update_operations(objective, size) + size * (size - 1) // 2


@pytest.mark.claim(CLAIM, shows="holds", by="property")
@pytest.mark.control("pairs", "an operation for every pair of examples", count=sums_of_all_pairs)
def test_operations_are_a_constant_plus_a_multiple(check, *, count=update_operations):
    r"""Recorded for a whole batch at once, an update costs a constant plus a multiple of B too.

    An update $\theta - \eta \nabla$ on $B$ examples is recorded as one program and its arithmetic
    operations are counted: six architectures, squared error and cross-entropy. From $B = 1$ to $18$
    each further example adds the same number of operations; larger ones are not looked at here, but
    under the passes above. The constant is positive, so that fewer examples an update cost a little
    more an example.
    """
    for network in NETWORKS:
        for loss in (SQUARED_ERROR, CROSS_ENTROPY):
            objective = Objective(network, loss)
            counts = [count(objective, size) for size in range(1, 19)]
            each = counts[1] - counts[0]
            constant = counts[0] - each
            check.that(constant > 0 < each, "both are positive", network=network, loss=loss)
            for size, counted in enumerate(counts, start=1):
                check.zero(
                    counted - (constant + each * size),
                    "the operations minus constant + multiple * B",
                    widths=network.widths,
                    activation=network.activation,
                    biases=(network.hidden_bias, network.output_bias),
                    loss=loss,
                    size=size,
                )
            if loss is SQUARED_ERROR and network.activation is TANH:
                check.record(
                    "2-2-1 tanh network, squared error", f"{constant} + {each} B operations"
                )


@pytest.mark.claim(CLAIM, shows="holds", by="property")
@pytest.mark.control("every-pair", "gradients of all pairs of examples", method=every_pair)
@given(
    data=strategies.data_sets(points=(1, 4), dimensions=(1, 2)), weights=strategies.parameters(5)
)
def test_random_batches(check, data, weights, *, method=average_of_single_gradients):
    """No random batch has a gradient other than the mean of one gradient for each example."""
    size, dimension = data.inputs.shape
    network = one_hidden_layer(dimension, 1, SQUARE)
    objective = Objective(network, SQUARED_ERROR)
    theta = RATIONALS.enter(weights[: network.size])
    inputs, targets = RATIONALS.enter(data.inputs), RATIONALS.enter(data.targets)
    gradient, calls = counted(objective)
    mean = method(gradient, theta, inputs, targets)
    witness = {"inputs": data.inputs, "targets": data.targets, "parameters": weights}
    check.zero(
        mean - recorded(objective, size).gradient(theta, inputs, targets),
        "mean of single gradients minus the batch gradient",
        **witness,
    )
    check.that(sum(calls) == size, "one gradient an example", **witness)


@pytest.mark.claim(CLAIM, reading="lower-total-cost", shows="fails", by="counterexample")
@pytest.mark.control("fitted-data", "equal targets, which one weight fits", targets=(1, 1))
@pytest.mark.control("coarse-gap", "the gap 1, which the batches do reach", gap=1)
def test_batches_that_never_reach_the_gap(check, *, targets=(1, -1), gap=Fraction(1, 2)):
    r"""Full-batch descent arrives with one update, updates on one example never do.

    Data $x = (1, 1)$, $y = (1, -1)$, mean squared error $w^2 + 1$ of $w x$, step $\frac12$, start
    $w_0 = 3$, gap $\frac12$ above the minimum. The full gradient is $2w$: one update, two example
    gradients, leads to the minimiser 0. An update on one example leads to $w = y_i$, exactly,
    from wherever it starts: to $1$ or to $-1$, where the loss is 1 above the minimum, again and
    again. The full cost is 2; the other is infinite. That every $w$ goes to $y_i$ is an identity in
    $w$; where all examples are fitted at once (equal targets) the batches are cheaper instead, 1
    against 2.
    """
    objective = Objective(linear(1, bias=False), SQUARED_ERROR)
    inputs, step = RATIONALS.enter([[1], [1]]), Fraction(1, 2)
    entered = RATIONALS.enter(targets)
    start = RATIONALS.enter([3])
    least = RATIONALS.enter([Fraction(sum(targets), 2)])

    def excess(theta):
        return (
            objective.value(theta, inputs, entered) - objective.value(least, inputs, entered) - gap
        )

    def update(theta, batch):
        rows = list(batch)
        slope = recorded(objective, len(rows)).gradient(theta, inputs[rows], entered[rows])
        return theta - slope * step

    check.that(excess(start).sign() > 0, "the start is not near enough")
    check.that(excess(update(start, (0, 1))).sign() <= 0, "full-batch descent is, after one update")
    reached = after_update([(Fraction(1), start)], batches(2, 1), update)
    for _, theta in reached:
        check.that(
            excess(theta).sign() > 0,
            "an update on one example ends above the gap",
            targets=targets,
            gap=gap,
        )
    anywhere, one = symbols("w", 1), symbols("x", 1, 1) * 0 + 1
    target = symbols("y", 1)
    slope = recorded(objective, 1).gradient(anywhere, one, target)
    check.zero(anywhere - slope * step - target, "the weight after an update, minus the target")
    check.record(("step", "start"), [step, start[0].fraction])
    check.record("weights after an update on one example", [w[0].fraction for _, w in reached])
    check.size(examples=2, weights=1, smaller="with one example the batch is everything")
