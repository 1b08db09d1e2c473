"""Looking for zeros of the gradient factor by factor: when it finds all, and when none."""

from __future__ import annotations

from fractions import Fraction
from functools import cache

import numpy as np
import pytest
from hypothesis import assume
from hypothesis import strategies as st

from claims.compiled import Function
from claims.mathematics import HALF_SQUARED_ERROR, SIGMOID, Objective, neuron, rank
from claims.numbers import SYMBOLS, logistic, logistic_complement, square, symbols
from claims.testing import given, strategies

CLAIM = "factorwise-zeros"
HALF = Fraction(1, 2)


@cache
def gradient_of(samples, features):
    objective = Objective(neuron(features, SIGMOID), HALF_SQUARED_ERROR, reduction="sum")
    return Function(
        objective.value,
        theta=(features,),
        inputs=(samples, features),
        targets=(samples,),
    ).gradient


def beyond(excess):
    """Targets that the sigmoid does not reach: -a and 1 + a, for a >= 0."""
    return -excess, 1 + excess


def inside_the_range(excess):
    """Wrong on purpose: the second target is 1 - a."""
    return -excess, 1 - excess


@pytest.mark.claim(CLAIM, shows="holds", by="identity", when=["target-unattained", "nonzero-input"])
@pytest.mark.control("inner-target", "1 - a in place of 1 + a", targets=inside_the_range)
def test_no_factor_vanishes_for_a_hard_label(check, *, targets=beyond):
    r"""With $t \le 0$ or $t \ge 1$ and $x \ne 0$ no factor is ever zero: there is no zero.

    For $t = -a$ the gradient times $x$ is $(s + a)\,s\,(1-s)\lVert x\rVert^2$, for $t = 1 + a$ it
    is $-(1 - s + a)\,s\,(1-s)\lVert x\rVert^2$. With $a \ge 0$, $0 < s < 1$ and $x \ne 0$ every
    factor is positive. So the conclusion of the document holds for hard labels; its reason, that
    the two sigmoid factors do not vanish, leaves out $t - s$, which does not vanish either, here.
    Executed for symbolic data in one to three dimensions; the dimension enters through $w\cdot x$
    and $\lVert x\rVert^2$ alone.
    """
    for features in (1, 2, 3):
        theta, x, excess = symbols("w", features), symbols("x", features), symbols("a")
        s = logistic(theta @ x)
        slope = s * logistic_complement(theta @ x) * square(x).sum()
        low, high = targets(excess)
        gradient = gradient_of(1, features)
        check.zero(
            gradient(theta, x[None], np.array([low])) @ x - (s + excess) * slope,
            "x.gradient minus (s + a) s (1 - s) |x|^2 at t = -a",
            features=features,
        )
        check.zero(
            gradient(theta, x[None], np.array([high])) @ x + (1 - s + excess) * slope,
            "x.gradient plus (1 - s + a) s (1 - s) |x|^2 at t = 1 + a",
            features=features,
        )


@st.composite
def hard_points(draw):
    """Weights and a non-zero input (d,), and a target at most 0 or at least 1."""
    data = draw(strategies.rational_inputs(points=(2, 2), dimensions=(1, 4)))
    x = data[1].copy()
    if not x.any():
        x[0] = Fraction(1)
    excess = draw(strategies.rationals(8, 6).map(abs))
    return data[0], x, 1 + excess if draw(st.booleans()) else -excess


@pytest.mark.claim(CLAIM, shows="holds", by="property", when=["target-unattained", "nonzero-input"])
@pytest.mark.control("softened", "targets moved a fifth of the way to 1/2", soften=Fraction(1, 5))
@given(problem=hard_points())
def test_the_gradient_never_turns(check, problem, *, soften=Fraction(0)):
    r"""On random points with such targets $x\cdot\nabla L$ keeps one sign, decided in balls."""
    weights, x, target = problem
    moved = target + soften * (HALF - target)
    sign = 1 if target <= 0 else -1
    if target in (0, 1):
        check.label("hard label")

    def slope(arithmetic):
        point = arithmetic.enter(x)
        gradient = gradient_of(1, len(x))(
            arithmetic.enter(weights), point[None], arithmetic.enter([moved])
        )
        return (gradient @ point) * sign

    check.positive(slope, "the sign is that of 1/2 - t", weights=weights, x=x, target=target)


@pytest.mark.claim(CLAIM, shows="fails", by="counterexample", when=["nonzero-input"])
@pytest.mark.control("hard-label", "the label 1 in place of 1/2", target=Fraction(1))
def test_the_error_is_the_factor_that_vanishes(check, *, target=HALF):
    r"""The factor that was not tried is the useful one: $t - s(w\cdot x) = 0$ has solutions.

    For $x = 1$, $t = \frac12$ neither $s$ nor $1 - s$ is zero anywhere, and yet the gradient is
    zero at $w = 0$. For every $0 < t < 1$ and $x \ne 0$ it is zero on the hyperplane $w\cdot x =
    \operatorname{logit} t$.
    """
    gradient = gradient_of(1, 1)(*map(SYMBOLS.enter, ([0], [[1]], [target])))
    check.zero(gradient, "the gradient at w = 0")
    check.record("target", target)
    check.record("output at w = 0, x = 1", SIGMOID.value(SYMBOLS.enter(0)))
    check.record("gradient there", gradient)
    check.size(points=1, weights=1)


@pytest.mark.claim(CLAIM, shows="fails", by="counterexample", when=["target-unattained"])
@pytest.mark.control("input-one", "x = 1 in place of 0", x=1)
def test_a_zero_input_makes_everything_stationary(check, *, x=0):
    r"""With $x = 0$ the gradient is zero at every weight, also for the label $t = 1$.

    The last factor of the product is the input, so that nothing depends on the weight. The target
    1 is no value of the sigmoid: the other condition is met.
    """
    gradient = gradient_of(1, 1)(symbols("w", 1), *map(SYMBOLS.enter, ([[x]], [1])))
    check.zero(gradient, "the gradient at a symbolic weight")
    check.record("input", x)
    check.record("gradient at every w", gradient)
    check.size(points=1, weights=1)


def gram_adjugate(inputs):
    """det(X X') (X X')^-1 and det(X X') for one or two rows."""
    gram = inputs @ inputs.T
    if len(inputs) == 1:
        return SYMBOLS.enter([[1]]), gram[0, 0]
    adjugate = np.array([[gram[1, 1], -gram[0, 1]], [-gram[1, 0], gram[0, 0]]])
    return adjugate, gram[0, 0] * gram[1, 1] - gram[0, 1] * gram[1, 0]


def transposed_signs(inputs):
    """Wrong on purpose: the adjugate without its minus signs."""
    matrix, determinant = gram_adjugate(inputs)
    return (matrix if len(inputs) == 1 else matrix * np.array([[1, -1], [-1, 1]])), determinant


@pytest.mark.claim(
    CLAIM, reading="whole-method", shows="holds", by="identity", when=["independent-inputs"]
)
@pytest.mark.control("wrong-inverse", "the adjugate without its signs", adjugate=transposed_signs)
def test_independent_inputs_keep_their_contributions_apart(check, *, adjugate=gram_adjugate):
    r"""If the inputs are independent, a sum that is zero has only zero contributions.

    The gradient is $X^\top c$ with $c_i = -(t_i - s_i)\,s_i (1-s_i)$. Applying $(X X^\top)^{-1}
    X$, which exists for independent rows, gives $c$ back: it is linear in the gradient, so
    $\nabla L = 0$ forces every $c_i = 0$, that is $t_i = s_i$. A point with $x = 0$ contributes
    nothing. The other way round a sum of zeros is zero. Executed for one and two independent inputs
    beside one that is zero, in up to three dimensions; for more the linear algebra is the same.
    """
    for samples, features in ((1, 1), (1, 2), (2, 2), (2, 3)):
        rows, targets = symbols("x", samples, features), symbols("t", samples + 1)
        inputs = np.vstack([rows, SYMBOLS.enter(np.zeros((1, features)))])
        theta = symbols("w", features)
        s = logistic(rows @ theta)
        coefficients = -(targets[:-1] - s) * s * logistic_complement(rows @ theta)
        gradient = gradient_of(samples + 1, features)(theta, inputs, targets)
        matrix, determinant = adjugate(rows)
        check.zero(
            matrix @ (rows @ gradient) - coefficients * determinant,
            "det(XX') times (XX')^-1 X applied to the gradient, minus the coefficients",
            samples=samples,
            features=features,
        )


@st.composite
def problems_at_zero(draw):
    """Integer inputs (N, d), N <= d + 1, independent or not, and targets in quarters."""
    features = draw(st.integers(1, 3))
    samples = draw(st.integers(1, features + 1))
    inputs = draw(strategies.integer_arrays((samples, features), 2))
    quarters = st.sampled_from([2, 2, 4, 0, 1, 3]).map(lambda count: Fraction(count, 4))
    return inputs, draw(st.lists(quarters, min_size=samples, max_size=samples))


def independent(inputs):
    rows = inputs[inputs.any(axis=1)]
    return not len(rows) or rank(rows) == len(rows)


def everything(inputs):
    """Wrong on purpose: the condition of independence dropped."""
    return True


@pytest.mark.claim(
    CLAIM, reading="whole-method", shows="holds", by="property", when=["independent-inputs"]
)
@pytest.mark.control("any-inputs", "the condition dropped", condition=everything)
@given(problem=problems_at_zero(), draws=280)
def test_zero_sums_have_zero_terms(check, problem, *, condition=independent):
    r"""At $w = 0$, where all is rational, a zero gradient has only zero contributions.

    Random integer inputs and targets in quarters: $s_i = \frac12$, so that everything is decided
    exactly. Inputs that are not independent are passed over.
    """
    inputs, targets = problem
    assume(condition(inputs))
    gradient = gradient_of(*inputs.shape)(
        SYMBOLS.enter(np.zeros(inputs.shape[1])), SYMBOLS.enter(inputs), SYMBOLS.enter(targets)
    )
    vanishes = all(entry.is_zero() for entry in gradient)
    terms = all(
        target == HALF or not row.any() for row, target in zip(inputs, targets, strict=True)
    )
    if vanishes:
        check.label("zero gradient")
    check.that(
        vanishes == terms, "zero exactly where every term is", inputs=inputs, targets=targets
    )


@pytest.mark.claim(
    CLAIM,
    reading="whole-method",
    shows="fails",
    by="counterexample",
    when=["target-unattained", "nonzero-input"],
)
@pytest.mark.control("same-labels", "both labels 1", labels=(1, 1))
@pytest.mark.control("fitted-targets", "targets 1/2, which both points fit", labels=(HALF, HALF))
def test_terms_that_cancel(check, *, labels=(1, 0)):
    r"""Two points whose terms cancel: the gradient is zero and no factor is.

    With $x = (1, 1)$ and labels $(1, 0)$ the terms at $w = 0$ are $-\frac18$ and $\frac18$.
    Distinct inputs do it too: $x = (1, 2, 3)$ with labels $(1, 1, 0)$, because $1 + 2 = 3$.
    """
    for inputs, targets in (([1, 1], labels), ([1, 2, 3], (*labels[:1], 1, labels[1]))):
        weight = SYMBOLS.enter([0])
        terms = [
            gradient_of(1, 1)(weight, SYMBOLS.enter([[x]]), SYMBOLS.enter([t]))[0]
            for x, t in zip(inputs, targets, strict=True)
        ]
        check.that(
            not any(term.is_zero() for term in terms), "no term is zero", x=inputs, t=targets
        )
        total = gradient_of(len(inputs), 1)(
            weight, SYMBOLS.enter(np.array(inputs)[:, None]), SYMBOLS.enter(targets)
        )
        check.zero(total, "the gradient at w = 0", x=inputs, t=targets)
        check.record(f"terms at w = 0 for x = {inputs}", terms)
    check.size(points=2, weights=1, smaller="the gradient of one point is its only term")
