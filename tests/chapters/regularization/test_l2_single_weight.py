"""Whether L2 keeps a model from relying on a single weight: norm, largest weight, its share."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import assume
from hypothesis import strategies as st

from claims.compiled import Function
from claims.mathematics import (
    L2,
    SIGMOID,
    SQUARED_ERROR,
    Network,
    Objective,
    gram_inverse,
    is_diagonally_dominant,
    linear,
    neuron,
    ridge_weights,
    unknown_function,
)
from claims.numbers import RATIONALS, SYMBOLS, square, symbols
from claims.testing import given

CLAIM = "l2-single-weight"


def least_squares(samples, features):
    """Mean squared error plus strength |w|^2, without bias, with its derivatives."""
    network = linear(features, bias=False)
    return Function(
        lambda theta, inputs, targets, strength: Objective(
            network, SQUARED_ERROR, penalty=L2(strength[()])
        ).value(theta, inputs, targets),
        theta=(features,),
        inputs=(samples, features),
        targets=(samples,),
        strength=(),
    )


def dominant_row(slack, others):
    """The diagonal entry of a row that exceeds the sum of the other absolute values by slack."""
    return sum(others, slack)


def short_row(slack, others):
    return sum(others, slack) - 2 * others[0] if others else slack


@pytest.mark.claim(CLAIM, shows="holds", by="identity", when=["dominant-inverse"])
@pytest.mark.control(
    "not-dominant", "one entry beside the diagonal too large by its own size", diagonal=short_row
)
def test_a_dominant_inverse_shrinks_the_largest_weight(check, *, diagonal=dominant_row):
    r"""If $(X^\top X)^{-1}$ is diagonally dominant, the largest weight never grows.

    Let $u$ be the minimiser with the penalty, $w$ the one without, for the same targets. The
    difference of the two gradients, zero at $u$ and at $w$, is $\frac2N (X^\top X (u - w) +
    N\lambda u)$; hence $w = u + \mu B u$ with $B = (X^\top X)^{-1}$ and $\mu = N\lambda$. Let
    $u_k$ be the entry of greatest absolute value, positive without loss of generality (else change
    all signs), and $\sigma_j$ the sign of $B_{kj}$. Then

    $$w_k - u_k = \mu\Bigl(d\,u_k + \sum_{j\ne k} |B_{kj}|\,(u_k + \sigma_j u_j)\Bigr),\qquad d =
    B_{kk} - \sum_{j\ne k}|B_{kj}|.$$

    Dominance is $d \ge 0$, and $u_k \ge |u_j|$, so every term is at least 0 and $\max_j |w_j| \ge
    w_k \ge u_k = \max_j |u_j|$. In other words $(I + \mu B)^{-1}$ contracts the maximum norm.
    Executed on the recorded gradient for symbolic data of (samples, inputs) = (1, 1), (2, 2), (3,
    2) and (3, 3), and for symbolic rows of one to four entries with every pattern of signs; a
    longer row has more terms of the same kind.
    """
    strength = symbols("lam")
    for samples, features in ((1, 1), (2, 2), (3, 2), (3, 3)):
        inputs, targets = symbols("x", samples, features), symbols("y", samples)
        with_penalty, without = symbols("u", features), symbols("w", features)
        derivatives = least_squares(samples, features)
        difference = derivatives.gradient(
            with_penalty, inputs, targets, strength
        ) - derivatives.gradient(without, inputs, targets, SYMBOLS.enter(0))
        expected = (
            inputs.T @ (inputs @ (with_penalty - without)) + samples * strength * with_penalty
        )
        check.zero(
            difference - expected * Fraction(2, samples),
            "the difference of the gradients minus 2/N (X'X (u - w) + N lambda u)",
            samples=samples,
            features=features,
        )
    slack, scale = symbols("d"), symbols("mu")
    for features in (1, 2, 3, 4):
        u, sizes = symbols("u", features), list(symbols("g", features - 1))
        for signs in product((1, -1), repeat=features - 1):
            row = [diagonal(slack, sizes), *(s * g for s, g in zip(signs, sizes, strict=True))]
            growth = scale * (np.array(row, dtype=object) @ u)
            terms = [g * (u[0] + s * v) for s, g, v in zip(signs, sizes, u[1:], strict=True)]
            check.zero(
                growth - scale * sum(terms, slack * u[0]),
                "w_k - u_k minus a sum of products of numbers that are not negative",
                signs=signs,
            )


@st.composite
def regressions(draw):
    """A triangle over a few more rows (full column rank), targets, and a positive strength.

    Half the targets are the worst for a row of the inverse: penalised weights that are equal up to
    a quarter, with the signs against which that row has to hold.
    """
    features = draw(st.integers(1, 3))
    size = features * (features + draw(st.integers(0, 2)))
    entries = draw(st.lists(st.integers(-2, 2), min_size=size, max_size=size))
    inputs = np.array(entries).reshape(-1, features)
    inputs[:features] = np.triu(inputs[:features], 1)
    np.fill_diagonal(inputs, draw(st.integers(1, 3)))
    strength = Fraction(draw(st.integers(1, 3)), draw(st.sampled_from((1, 2, 8, 32, 128))))
    if draw(st.booleans()):
        numbers = st.lists(st.integers(-3, 3), min_size=len(inputs), max_size=len(inputs))
        return inputs, draw(numbers), strength
    inverse = np.array(gram_inverse(inputs), dtype=object)
    chosen = draw(st.integers(0, features - 1))
    penalised = np.where(inverse[chosen] > 0, -1, 1) * Fraction(3, 4)
    penalised[chosen] = Fraction(1)
    weights = penalised + len(inputs) * strength * (inverse @ penalised)
    return inputs, list(inputs @ weights), strength


def has_dominant_inverse(inputs):
    return is_diagonally_dominant(gram_inverse(inputs))


def largest(weights):
    return max(map(abs, weights))


def squared_norm(weights):
    return sum(weight * weight for weight in weights)


@pytest.mark.claim(CLAIM, shows="holds", by="property", when=["dominant-inverse"])
@pytest.mark.control("dropped-condition", "any inputs at all", admits=lambda inputs: True)
@given(problem=regressions(), draws=300)
def test_largest_weight_on_random_data(check, problem, *, admits=has_dominant_inverse):
    """On random data with a dominant inverse the largest weight is not larger with the penalty.

    Integer inputs of full column rank; half the targets are the worst for one row of the inverse.
    Both minimisers and their largest entries are computed exactly.
    """
    inputs, targets, strength = problem
    assume(admits(inputs))
    check.label(f"{inputs.shape[1]} weights")
    check.that(
        largest(ridge_weights(inputs, targets, strength))
        <= largest(ridge_weights(inputs, targets, 0)),
        "the largest absolute weight does not grow",
        inputs=inputs,
        targets=targets,
        strength=strength,
    )


@pytest.mark.claim(CLAIM, shows="fails", by="counterexample", when=["global-minimisers"])
@pytest.mark.control("weak-correlation", "the entry -2 replaced by -1/4", entry=Fraction(-1, 4))
def test_a_weight_that_grows(check, *, entry=Fraction(-2)):
    r"""Two correlated inputs: the weights $(-1, 1)$ become $(-10/17, 18/17)$.

    Samples $x = (1, -2), (0, 1)$, $y = (-3, 1)$: $X^\top X = \begin{pmatrix} 1 & -2 \\ -2 & 5
    \end{pmatrix}$ has the inverse $\begin{pmatrix} 5 & 2 \\ 2 & 1 \end{pmatrix}$, whose second row
    is not dominant. Without penalty the data are fitted by $w = (-1, 1)$; with $\lambda =
    \frac14$, that is $N\lambda = \frac12$, the second weight is $\frac{18}{17} > 1$. The condition
    is sharp: if row $k$ of the inverse $B$ is not dominant, choose $u_k = 1$ and $u_j = -\sigma_j
    (1 - \varepsilon)$ with the signs $\sigma_j$ of $B_{kj}$. Then $w_k = 1 - \mu \bigl((1 -
    \varepsilon)\sum_{j\ne k}|B_{kj}| - B_{kk}\bigr)$ (executed for two and three weights, with all
    signs) is below 1 for a small $\varepsilon$, and the other $|w_j|$ stay below 1 for a small
    $\mu$, while $\max_j |u_j| = 1$;
    the targets $y = X w$ with $w = u + \mu B u$ make $u$ the penalised minimiser.
    """
    inputs, strength = [[1, entry], [0, 1]], Fraction(1, 4)
    targets = [entry - 1, 1]
    before = ridge_weights(inputs, targets, 0)
    after = ridge_weights(inputs, targets, strength)
    derivatives = least_squares(2, 2)
    data = RATIONALS.enter(inputs), RATIONALS.enter(targets)
    for weights, number in ((before, 0), (after, strength)):
        slope = derivatives.gradient(RATIONALS.enter(weights), *data, RATIONALS.enter(number))
        check.zero(slope, f"the gradient of the convex objective with lambda = {number}")
    check.that(not has_dominant_inverse(inputs), "the inverse is not dominant", entry=entry)
    check.that(largest(after) > largest(before), "the largest weight has grown", entry=entry)
    for rows in product((-1, 0, 1), repeat=4):
        smaller = [rows[:2], rows[2:]]
        if rows[0] * rows[3] != rows[1] * rows[2]:
            check.that(has_dominant_inverse(smaller), "it is dominant", smaller_inputs=smaller)
    check.record(("inputs", "targets", "lambda"), [inputs, targets, strength])
    check.record("minimiser without penalty", before)
    check.record("minimiser with penalty", after)
    scale, gap = symbols("mu"), symbols("e")
    for features in (2, 3):
        diagonal, sizes = symbols("b"), symbols("g", features - 1)
        for signs in product((1, -1), repeat=features - 1):
            others = -np.array(signs) * (1 - gap)
            weight = 1 + scale * (diagonal + (np.array(signs) * sizes * others).sum())
            check.zero(
                weight - 1 + scale * ((1 - gap) * sizes.sum() - diagonal),
                f"the weight at the chosen point, signs {signs}",
            )
    check.size(
        weights=2,
        points=2,
        largest_entry=2,
        smaller="one weight always shrinks, two of full rank need two points, and with "
        "entries 0, 1 and -1 alone the inverse is dominant",
    )


def at_both_minima(first, second):
    """The objective at the two points, in the order of the claim."""
    return first, second


def swapped(first, second):
    return second, first


@pytest.mark.claim(
    CLAIM, reading="norm-shrinks", shows="holds", by="identity", when=["global-minimisers"]
)
@pytest.mark.control("swapped", "the two minimisers swapped", order=swapped)
def test_global_minimisers_shrink(check, *, order=at_both_minima):
    r"""Of two global minimisers the penalised one has no greater norm.

    Write $L_\lambda = L + \lambda\lVert\cdot\rVert^2$. Then

    $$\lambda\bigl(\lVert\theta_0\rVert^2 - \lVert\theta_\lambda\rVert^2\bigr) =
    \bigl(L_\lambda(\theta_0) - L_\lambda(\theta_\lambda)\bigr) + \bigl(L(\theta_\lambda) -
    L(\theta_0)\bigr),$$

    and both brackets are at least 0 where $\theta_\lambda$ is a global minimiser of $L_\lambda$
    and $\theta_0$ one of $L$. Executed for a loss of which nothing is known, as a function of one,
    two and four parameters; their number does not enter the argument.
    """
    strength = symbols("lam")
    for size in (1, 2, 4):
        loss, penalty = unknown_function("L"), L2(strength)

        def penalised(theta, loss=loss, penalty=penalty):
            return loss(theta) + penalty.value(theta)

        plain_minimum, penalised_minimum = order(symbols("a", size), symbols("b", size))
        gains = (penalised(plain_minimum) - penalised(penalised_minimum)) + (
            loss(penalised_minimum) - loss(plain_minimum)
        )
        norms = square(symbols("a", size)).sum() - square(symbols("b", size)).sum()
        check.zero(strength * norms - gains, "the difference of the norms minus the gains")


@pytest.mark.claim(
    CLAIM, reading="norm-shrinks", shows="holds", by="property", when=["global-minimisers"]
)
@pytest.mark.control("maximum-norm", "the largest entry in place of the norm", norm=largest)
@given(problem=regressions(), draws=320)
def test_norm_on_random_data(check, problem, *, norm=squared_norm):
    """On random regression data the minimiser's norm is not greater with the penalty.

    No condition on the inputs but full column rank, so that both minimisers are unique.
    """
    inputs, targets, strength = problem
    check.that(
        norm(ridge_weights(inputs, targets, strength)) <= norm(ridge_weights(inputs, targets, 0)),
        "the norm does not grow",
        inputs=inputs,
        targets=targets,
        strength=strength,
    )


@pytest.mark.claim(
    CLAIM, reading="norm-shrinks", shows="fails", by="counterexample", when=["dominant-inverse"]
)
@pytest.mark.control(
    "stronger-penalty", "lambda = 1/50, which leaves no far valley", strength=Fraction(1, 50)
)
def test_a_far_valley_of_the_penalised_neuron(check, *, strength=Fraction(3, 10000)):
    r"""One sigmoid neuron: a local minimum near -3.69 with penalty, one near 0.16 without.

    Data $x = (1, 1, 3)$, $t = (0, 0, 1)$, sum of squares, no bias (one weight, so $(X^\top
    X)^{-1}$ is a positive number and dominant). The derivative of the loss changes from $-$ to
    $+$ between 0 and $\frac15$, that of the loss with $\lambda = 0.0003$ between $-4$ and $-3$: a
    continuous derivative that does so leaves a local minimum in between. The norms compare as
    $\frac15 < 3$: the local minimum with penalty is the longer one. It is not a global minimum.
    """
    network: Network = neuron(1, SIGMOID)
    inputs, targets = [[1], [1], [3]], [0, 0, 1]

    def slope(weight, penalty, sign):
        objective = Objective(network, SQUARED_ERROR, reduction="sum", penalty=penalty)
        function = Function(objective.value, theta=(1,), inputs=(3, 1), targets=(3,))
        return lambda arithmetic: (
            function.gradient(
                arithmetic.enter([weight]), arithmetic.enter(inputs), arithmetic.enter(targets)
            )[0]
            * sign
        )

    penalty = L2(strength)
    check.positive(slope(0, None, -1), "without penalty the derivative at 0 is negative")
    check.positive(slope(Fraction(1, 5), None, 1), "without penalty it is positive at 1/5")
    check.positive(slope(-4, penalty, -1), "with penalty it is negative at -4", strength=strength)
    check.positive(slope(-3, penalty, 1), "with penalty it is positive at -3", strength=strength)
    check.record("inputs", inputs)
    check.record("targets", targets)
    check.size(weights=1, points=len(inputs))


@pytest.mark.claim(
    CLAIM,
    reading="share-of-largest",
    shows="fails",
    by="counterexample",
    when=["dominant-inverse", "global-minimisers"],
)
@pytest.mark.control("equal-scales", "both inputs on the same scale", scales=(2, 2))
def test_the_penalty_concentrates_the_weights(check, *, scales=(2, 1)):
    r"""Two uncorrelated inputs of different scale: the weights $(1, 1)$ become $(4/5, 1/2)$.

    Samples $x = (2, 0), (0, 1)$, $y = (2, 1)$. A weight is multiplied by $\frac{e}{e + N\lambda}$
    with $e$ the squared length of its column of $X$, so the penalty takes more off the weight of
    the smaller input: with $\lambda = \frac12$, $N = 2$, the factors are $\frac45$ and $\frac12$.
    The largest weight's share of the squared norm rises from $\frac12$ to $\frac{64}{89}$:
    relatively, the model relies on a single weight more than before.
    """
    inputs, targets, strength = [[scales[0], 0], [0, scales[1]]], list(scales), Fraction(1, 2)
    before = ridge_weights(inputs, targets, 0)
    after = ridge_weights(inputs, targets, strength)
    data = RATIONALS.enter(inputs), RATIONALS.enter(targets)
    for weights, number in ((before, 0), (after, strength)):
        slope = least_squares(2, 2).gradient(
            RATIONALS.enter(weights), *data, RATIONALS.enter(number)
        )
        check.zero(slope, f"the gradient of the convex objective with lambda = {number}")
    check.that(has_dominant_inverse(inputs), "the inverse is dominant", scales=scales)
    shares = [largest(weights) ** 2 / squared_norm(weights) for weights in (before, after)]
    check.that(shares[1] > shares[0], "the share of the largest weight has grown", scales=scales)
    check.record(("inputs", "targets", "lambda"), [inputs, targets, strength])
    check.record(("minimiser without penalty", "minimiser with penalty"), [before, after])
    check.record("share of the squared norm without penalty", shares[0])
    check.record("share of the squared norm with penalty", shares[1])
    check.size(
        weights=2,
        points=2,
        smaller="one weight has the whole norm, and two weights of full rank need two points",
    )
