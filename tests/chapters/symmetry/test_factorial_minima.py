"""A hidden layer of n units has at least n! minima: what is counted, and under which condition."""

from __future__ import annotations

from fractions import Fraction
from itertools import permutations, product
from math import factorial

import numpy as np
import pytest
from flint import arb_mat

from claims.compiled import Function
from claims.mathematics import (
    CROSS_ENTROPY,
    L2,
    SIGMOID,
    SQUARED_ERROR,
    Activation,
    Objective,
    Parity,
    Range,
    one_hidden_layer,
    permute_units,
)
from claims.numbers import (
    SYMBOLS,
    Ball,
    logistic,
    logistic_complement,
    square,
    symbols,
    uninterpreted,
)

# An activation of which nothing is known: what is shown with it holds for every one.
ANY = Activation(
    "any", uninterpreted("a"), uninterpreted("a'"), Parity.NONE, Range(None, None), False
)
WIDTHS = (1, 2, 3, 4)


def architectures(inputs):
    """Networks of every width with and without each bias."""
    for units in WIDTHS:
        for hidden_bias, output_bias in product((True, False), repeat=2):
            yield one_hidden_layer(
                inputs, units, ANY, hidden_bias=hidden_bias, output_bias=output_bias
            )


def hidden_rows_only(network, theta, order):
    """Wrong on purpose: the rows of W1 move, biases and output weights stay."""
    moved = theta.copy()
    block = network.block("W1")
    moved[block.start : block.stop] = block.of(theta)[list(order)].reshape(-1)
    return moved


def same_sign(value, shift):
    return value + shift


def opposite_sign(value, shift):
    return value - shift


@pytest.mark.claim(
    "factorial-minima",
    shows="holds",
    by="identity",
    when=["attained"],
)
@pytest.mark.control(
    "rows-only", "biases and output weights left in place", permute=hidden_rows_only
)
@pytest.mark.control("same-sign", "e added to both output weights", balance=same_sign)
def test_orbit_or_continuum(check, *, permute=permute_units, balance=opposite_sign):
    r"""An attained minimum has n! permuted copies, or lies on a line of minima.

    Let $\theta$ be a global minimiser. Every permutation of the hidden units keeps the output,
    hence the loss, for every input and every activation. If no two units agree in incoming
    weights, bias and output weight, the $n!$ copies are $n!$ different points. If two units
    agree, $v_1 + e$ and $v_2 - e$ in place of their output weights keep the output for every $e$:
    infinitely many minimisers. Either way there are at least $n!$.

    The output is a sum over the units, so exchanging two neighbours exchanges two terms, and
    every permutation is a sequence of such exchanges: that carries the statement to every width.
    The identities are executed for all permutations at widths 1 to 4, with and without each bias,
    for an activation of which nothing is known; the loss enters only through the output.
    """
    inputs = symbols("x", 1, 2)
    for network in architectures(2):
        units = network.widths[1]
        theta = symbols("t", network.size)
        output = network.predict(theta, inputs)[0]
        copies = set()
        for order in permutations(range(units)):
            moved = permute(network, theta, order)
            change = network.predict(moved, inputs)[0] - output
            check.zero(change, "change of the output under a permutation", order=order)
            copies.add(tuple(map(str, moved)))
        check.that(
            len(copies) == factorial(units),
            "the copies of distinct units are distinct",
            units=units,
        )
        if units > 1:
            check_the_line_of_equal_units(check, network, inputs, balance)


def check_the_line_of_equal_units(check, network, inputs, balance):
    """Let the first two units take in the same; shift output weight from one to the other."""
    theta = symbols("t", network.size)
    for block in network.blocks:
        if block.name in ("W1", "b1"):
            rows = block.of(theta).copy()
            rows[1] = rows[0]
            theta[block.start : block.stop] = rows.reshape(-1)
    first = network.block("W2").start
    shifted, shift = theta.copy(), symbols("e")
    shifted[first] = theta[first] + shift
    shifted[first + 1] = balance(theta[first + 1], shift)
    change = network.predict(shifted, inputs)[0] - network.predict(theta, inputs)[0]
    check.zero(change, "change of the output along the line", units=network.widths[1])


@pytest.mark.claim("factorial-minima", shows="fails", by="counterexample")
@pytest.mark.control("inner-label", "a label strictly between the classes", label=Fraction(1, 2))
def test_no_minimum_at_all_with_one_class(check, *, label=Fraction(1)):
    r"""With one class and cross-entropy no minimum is attained: zero minima, at every width.

    One sample $x = 1$ with label 1 (any activation, hidden and output bias). The derivative in
    the output bias is $-s(-z)$, which is negative at every finite $\theta$: no point is
    stationary, the infimum 0 is only approached.
    """
    for units in WIDTHS:
        network = one_hidden_layer(1, units, ANY)
        objective = Objective(network, CROSS_ENTROPY)
        theta, inputs = symbols("t", network.size), SYMBOLS.enter([[1]])
        slope = Function(objective.value, theta=theta.shape, inputs=(1, 1), targets=(1,)).gradient(
            theta, inputs, SYMBOLS.enter([label])
        )[-1]
        output = network.predict(theta, inputs)[0]
        check.zero(slope + logistic_complement(output), f"derivative plus s(-z), {units} units")
        check.record(f"derivative in the output bias, {units} units, never 0", slope)
    check.record(("input", "label"), (inputs[0, 0], label))
    check.size(points=1, inputs=1, units=1)


@pytest.mark.claim(
    "factorial-minima",
    reading="with-weight-decay",
    shows="holds",
    by="identity",
    when=["distinct-minimiser"],
)
@pytest.mark.control(
    "rows-only", "biases and output weights left in place", permute=hidden_rows_only
)
def test_distinct_units_have_distinct_copies(check, *, permute=permute_units):
    r"""With a penalty, too, a minimiser of pairwise different units has n! permuted copies.

    A permutation of the units permutes the parameters, which keeps the sum of their squares as
    well as the outputs: each copy of a global minimiser is one. If no two units agree, the $n!$
    copies are $n!$ points. (Equal units no longer help: shifting output weight between them
    changes the penalty.) Executed for all permutations at widths 1 to 4, with and without each
    bias, an activation of which nothing is known, one symbolic sample, squared error and
    cross-entropy, and a symbolic strength; every permutation is a sequence of exchanges of two
    units, which exchange two terms of the output and of the penalty, at every width.
    """
    for network, loss in product(architectures(1), (SQUARED_ERROR, CROSS_ENTROPY)):
        objective = Objective(network, loss, penalty=L2(symbols("l")))
        theta, data = symbols("t", network.size), (symbols("x", 1, 1), symbols("y", 1))
        value, copies = objective.value(theta, *data), set()
        for order in permutations(range(network.widths[1])):
            moved = permute(network, theta, order)
            change = objective.value(moved, *data) - value
            check.zero(change, "change of the penalised objective", order=order, loss=loss)
            copies.add(tuple(map(str, moved)))
        check.that(
            len(copies) == factorial(network.widths[1]),
            "the copies of distinct units are distinct",
            units=network.widths[1],
        )


BUMP, STEP = (0, 1, 0), (0, 1, 1)


@pytest.mark.claim(
    "factorial-minima",
    reading="with-weight-decay",
    shows="holds",
    by="witness",
    when=["distinct-minimiser"],
)
@pytest.mark.control("monotone-targets", "targets that one unit can follow", targets=STEP)
@pytest.mark.control("stronger", "the strength 1/1000", strength=Fraction(1, 1000))
def test_a_small_penalty_keeps_two_units_apart(check, *, targets=BUMP, strength=Fraction(1, 3000)):
    r"""Three points and the strength 1/3000: every global minimiser has two different units.

    Data $x = (-1, 0, 1)$, $y = (0, 1, 0)$, two sigmoid units, hidden and output bias, mean squared
    error. Two equal units $(w, b, v)$ make the output of one unit $(w, b, 2v)$. Its output is
    monotone in $x$, so that the one at 0 is at most that at $-1$ or at most that at 1; call them $p
    \le q$. Then $q^2 + (p-1)^2 = \frac12(1 + q - p)^2 + \frac12(q + p - 1)^2 \ge \frac12$, and the
    mean is at least $\frac16$, with the penalty on top. But at $\theta_0$, where two units make the
    scaled bump $s(x+1) - s(x-1)$ of loss 0, the objective is $\lambda\lVert\theta_0\rVert^2 <
    \frac16$. The objective is continuous and at least $\lambda\lVert\theta\rVert^2$, so that a
    minimiser exists: its two units differ, and it has $2!$ copies. Executed: both identities, the
    loss 0, and the inequality in balls; that a unit is monotone and a minimum attained is argued.
    """
    network = one_hidden_layer(1, 2, SIGMOID)
    theta, x = symbols("t", network.size), symbols("x", 1, 1)
    equal = theta.copy()
    for name in ("W1", "b1", "W2"):
        start = network.block(name).start
        equal[start + 1] = equal[start]
    single = np.array([equal[0], equal[2], 2 * equal[4], equal[6]])
    narrow = one_hidden_layer(1, 1, SIGMOID)
    check.zero(network.predict(equal, x) - narrow.predict(single, x), "two equal units minus one")
    outputs = symbols("p", 3)
    errors = square(outputs - SYMBOLS.enter(targets))
    for side in (0, 2):
        rise, rest = outputs[side] - outputs[1], square(outputs[side] + outputs[1] - 1)
        check.zero(
            errors[side] + errors[1] - (square(1 + rise) + rest) * Fraction(1, 2),
            "two errors minus half of two squares, the first at least 1",
            targets=targets,
        )

    def bump(arithmetic, place):
        return logistic(arithmetic.enter(place + 1)) - logistic(arithmetic.enter(place - 1))

    def lowest(arithmetic):
        scale = 1 / (bump(arithmetic, 0) - bump(arithmetic, 1))
        return arithmetic.enter([1, 1, 1, -1, scale, -scale, -bump(arithmetic, 1) * scale])

    data = SYMBOLS.enter([[-1], [0], [1]]), SYMBOLS.enter(targets)
    loss = Objective(network, SQUARED_ERROR).value(lowest(SYMBOLS), *data)
    check.zero(loss, "the loss of the scaled bump")
    check.positive(
        lambda arithmetic: Fraction(1, 6) - strength * square(lowest(arithmetic)).sum(),
        "1/6 exceeds the penalty at the scaled bump",
        strength=strength,
    )
    check.record(("strength", "inputs", "targets"), [strength, [-1, 0, 1], targets])
    check.size(units=2, points=3)


def without_penalty(coefficient):
    return None


@pytest.mark.claim(
    "factorial-minima",
    reading="with-weight-decay",
    shows="fails",
    by="counterexample",
    when=["attained", "strict-minimiser-exists", "strict-minimum-exists"],
)
@pytest.mark.control("unpenalised", "the penalty left out", penalty=without_penalty)
def test_one_minimum_with_weight_decay(check, *, penalty=L2):
    r"""With an L2 penalty a network of two units can have a single minimum.

    One sample $x = 0$, $y = 0$, mean squared error plus $\lambda\lVert\theta\rVert^2$: the
    objective is $f(0)^2 + \lambda \sum \theta_k^2$, a sum of squares that is zero only at $\theta
    = 0$. One minimum, for every width, activation and $\lambda > 0$.
    """
    strength = Fraction(1, 7)
    for units in WIDTHS[1:]:
        network = one_hidden_layer(1, units, ANY)
        theta, inputs = symbols("t", network.size), SYMBOLS.enter([[0]])
        objective = Objective(network, SQUARED_ERROR, penalty=penalty(strength))
        value = objective.value(theta, inputs, SYMBOLS.enter([0]))
        error = square(network.predict(theta, inputs)[0])
        check.zero(
            value - error - square(theta).sum() * strength,
            f"the objective minus a sum of squares of all parameters, {units} units",
        )
        origin = objective.value(theta * 0, inputs, SYMBOLS.enter([0]))
        check.zero(origin, f"the objective at the origin, {units} units")
        check.record(f"objective at the origin, the only minimum of {units} units", origin)
        check.record(f"minima claimed for {units} units", factorial(units))
    check.size(
        units=WIDTHS[1], points=1, inputs=1, smaller="one unit has 1! = 1 minimum, as claimed"
    )


def free_bias(network, theta, inputs):
    """Return theta with the output bias chosen so that the output is 0."""
    solved = theta.copy()
    solved[-1] = theta[-1] - network.predict(theta, inputs)[0]
    return solved


def fixed_bias(network, theta, inputs):
    return theta


@pytest.mark.claim(
    "factorial-minima",
    reading="components",
    shows="fails",
    by="counterexample",
    when=["attained"],
)
@pytest.mark.control("bias-not-solved", "the output bias left free", solve=fixed_bias)
def test_one_connected_set_of_minima(check, *, solve=free_bias):
    r"""One sample, two units: all global minima form a single connected set.

    One sample $x = 0$, $y = 0$. The loss is $(c + \sum_j v_j a(b_j))^2$: the global minimisers
    are the points whose output bias $c$ equals $-\sum_j v_j a(b_j)$. That set is the graph of a
    continuous function of the other parameters, hence connected: one component, where $2! = 2$
    were claimed.
    """
    network = one_hidden_layer(1, 2, SIGMOID)
    theta, inputs = symbols("t", network.size), SYMBOLS.enter([[0]])
    objective = Objective(network, SQUARED_ERROR)
    solved = solve(network, theta, inputs)
    check.zero(objective.value(solved, inputs, SYMBOLS.enter([0])), "the loss on the graph")
    check.that(
        all(str(a) == str(b) for a, b in zip(solved[:-1], theta[:-1], strict=True)),
        "every other parameter is free",
    )
    check.zero(
        objective.value(theta, inputs, SYMBOLS.enter([0])) - square(theta[-1] - solved[-1]),
        "the loss minus the squared distance of the bias from the graph",
    )
    check.record("output bias on the one component", solved[-1])
    check.record("components claimed", factorial(network.widths[1]))
    check.size(units=2, points=1, inputs=1, smaller="for one unit 1! = 1 component is claimed")


@pytest.mark.claim(
    "factorial-minima", reading="isolated", shows="fails", by="counterexample", when=["attained"]
)
@pytest.mark.control(
    "one-weight-only", "only the first output weight moved", balance=lambda v, s: v
)
def test_no_isolated_minimum_on_one_point(check, *, balance=opposite_sign):
    r"""One sample, two units: no minimum is isolated.

    One sample $x = 0$, any target: adding $e\,a(b_2)$ to $v_1$ and taking $e\,a(b_1)$ from $v_2$
    keeps the only output. The sigmoid is never 0, so the point moves, and no minimum is strict:
    zero strict minima, where $2! = 2$ were claimed.
    """
    network = one_hidden_layer(1, 2, SIGMOID)
    theta, shift, inputs = symbols("t", network.size), symbols("e"), SYMBOLS.enter([[0]])
    biases = network.block("b1").of(theta)
    hidden = SIGMOID.value(biases)
    moved, first = theta.copy(), network.block("W2").start
    moved[first] = theta[first] + shift * hidden[1]
    moved[first + 1] = balance(theta[first + 1], shift * hidden[0])
    change = network.predict(moved, inputs)[0] - network.predict(theta, inputs)[0]
    check.zero(change, "change of the output")
    check.record("output weights that keep the output, for every e", moved[first : first + 2])
    check.record("strict minima claimed", factorial(network.widths[1]))
    check.size(points=1, inputs=1)


# Incoming weights of two units row by row, then outgoing weights, as in the worked example.
WEIGHTS = tuple(map(Fraction, ("-1.5", "2", "1.7", "0.4", "2.3", "0.8")))
REGULAR = ((1, 0), (2, 0), (0, 1), (0, 2), (1, 1), (2, 2))
WITH_OPPOSITES = ((-1, 0), (0, 0), (1, 0), (-1, 1), (0, 1), (1, 1))


@pytest.mark.claim(
    "factorial-minima",
    reading="isolated",
    shows="holds",
    by="witness",
    when=["strict-minimum-exists"],
)
@pytest.mark.claim(
    "factorial-minima",
    reading="components",
    shows="holds",
    by="witness",
    when=["strict-minimiser-exists"],
)
@pytest.mark.claim(
    "swap-gives-second-minimum",
    reading="two-valleys",
    shows="holds",
    by="witness",
    when=["strict-minimum"],
)
@pytest.mark.control(
    "opposite-inputs", "six points with 0, x and -x among them", points=WITH_OPPOSITES
)
def test_two_units_with_a_strict_global_minimum(check, *, points=REGULAR):
    r"""Two sigmoid units and six points: a strict global minimum, and its swapped copy.

    No biases, $W^{(1)} = \begin{pmatrix} -1.5 & 2 \\ 1.7 & 0.4 \end{pmatrix}$, $W^{(2)} = (2.3,
    0.8)$, inputs $(1,0), (2,0), (0,1), (0,2), (1,1), (2,2)$, and the outputs there as targets: the
    squared error is 0, its gradient 0 and its Hessian $\frac26 J^\top J$ (executed for one symbolic
    sample of the sum, at symbolic weights) with the $6 \times 6$ Jacobian $J$ of the outputs, whose
    determinant is proved not to be 0, in balls. So the minimum is strict and global, the condition
    is met, and the two copies are two components of one point each.
    """
    network = one_hidden_layer(2, 2, SIGMOID, hidden_bias=False, output_bias=False)
    output = Function(lambda theta, x: network.predict(theta, x)[0], theta=(6,), x=(1, 2))
    objective = Objective(network, SQUARED_ERROR)
    function = Function(objective.value, theta=(6,), inputs=(1, 2), targets=(1,))
    theta, x = symbols("t", 6), symbols("x", 1, 2)
    own, slope = network.predict(theta, x), output.gradient(theta, x)
    check.zero(function.value(theta, x, own), "the loss at its own outputs")
    check.zero(function.gradient(theta, x, own), "the gradient there")
    check.zero(function.hessian(theta, x, own) - 2 * np.outer(slope, slope), "the Hessian - 2 J'J")

    def regularity(arithmetic):
        weights, inputs = arithmetic.enter(WEIGHTS), arithmetic.enter(points)
        rows = [output.gradient(weights, inputs[i : i + 1]) for i in range(6)]
        return Ball(arb_mat([[entry.arb for entry in row] for row in rows]).det() ** 2)

    # Then f(x) + f(-x) = 2 f(0) at all weights, and J has dependent rows.
    opposites = (0, 0) in points and any((-a, -b) in points for a, b in points if (a, b) != (0, 0))
    check.positive(regularity, "the square of the determinant of J", tie=opposites, points=points)
    weights = SYMBOLS.enter(WEIGHTS)
    move = permute_units(network, weights, (1, 0)) - weights
    check.that(not move[0].is_zero(), "the swapped copy is another point")
    check.record("six inputs, with the outputs as targets", ", ".join(map(str, points)))
    check.record("weights", ", ".join(map(str, WEIGHTS)))
    check.size(units=2, points=len(points))


def squared_distance(a, b):
    return square(a - b).sum()


@pytest.mark.claim(
    "factorial-minima",
    reading="isolated",
    shows="holds",
    by="identity",
    when=["strict-minimum-exists"],
)
@pytest.mark.claim(
    "factorial-minima",
    reading="components",
    shows="holds",
    by="identity",
    when=["strict-minimiser-exists"],
)
@pytest.mark.control(
    "rows-only", "biases and output weights left in place", permute=hidden_rows_only
)
def test_strict_minimiser_has_strict_copies(check, *, permute=permute_units):
    r"""A strict minimum has n! strict copies; if it is global, each is a component of its own.

    A permutation of the units keeps the objective and all distances, so it carries a ball in which
    $\theta$ is the lowest point and the only one of its height to such a ball round its copy. The
    $n!$ copies are different points: were two units equal, the line $(v_1 + e, v_2 - e)$ through
    $\theta$ would have the same height, and $\theta$ would not be strict. A strict global
    minimiser is alone in its ball, hence a connected component of the set of minimisers. Executed
    for all permutations at widths 1 to 4, with and without each bias, an activation of which
    nothing is known, two symbolic samples, squared error and cross-entropy; the loss enters
    through the outputs alone, and a permutation moves whole units at every width.
    """
    for network, loss in product(architectures(1), (SQUARED_ERROR, CROSS_ENTROPY)):
        objective = Objective(network, loss)
        theta, other = symbols("t", network.size), symbols("r", network.size)
        inputs, targets = symbols("x", 2, 1), symbols("y", 2)
        value = objective.value(theta, inputs, targets)
        for order in permutations(range(network.widths[1])):
            moved = permute(network, theta, order)
            check.zero(
                objective.value(moved, inputs, targets) - value, "change of the loss", order=order
            )
            distance = squared_distance(moved, permute(network, other, order))
            check.zero(
                distance - squared_distance(theta, other), "change of a distance", order=order
            )
    for network in architectures(1):
        if network.widths[1] > 1:
            check_the_line_of_equal_units(check, network, symbols("x", 1, 1), opposite_sign)
