"""Saddles against minima: complete counts for one neuron with data on the axes."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import pytest

from claims.compiled import Function
from claims.mathematics import (
    SIGMOID,
    SQUARED_ERROR,
    Objective,
    isolate_stationary_points,
    neuron,
)
from claims.numbers import SYMBOLS, logistic, logistic_complement, symbols
from claims.studies.recounting import as_counted, confirm, one_run_more

CLAIM = "saddles-outnumber-minima"
TARGET = Fraction(3, 4)


def squares(features, samples):
    objective = Objective(neuron(features, SIGMOID), SQUARED_ERROR, reduction="sum")
    return Function(
        objective.value, theta=(features,), inputs=(samples, features), targets=(samples,)
    )


def indices(check, inputs):
    """The stationary points of one weight, by number of negative eigenvalues, all on the line.

    The derivative is a sum of positive multiples of s(x w) - t. For w <= 0 every s is at most 1/2
    and every term negative; for w >= 6/5 > log 3 every x w exceeds log 3, and no term is negative.
    """
    x, w, t = symbols("x", len(inputs), 1), symbols("w", 1), symbols("t", len(inputs))
    s, rest = logistic(x[:, 0] * w[0]), logistic_complement(x[:, 0] * w[0])
    slope = squares(1, len(inputs)).gradient(w, x, t)[0]
    terms = 2 * x[:, 0] * s * rest * (s - t)
    check.zero(slope - terms.sum(), "the derivative minus the sum of 2 x s(xw) s(-xw) (s(xw) - t)")
    check.that(Fraction(1, 2) < TARGET, "the target exceeds s(0)")
    check.positive(
        lambda arithmetic: logistic(arithmetic.enter(Fraction(6, 5))) - TARGET, "log 3 < 6/5"
    )
    check.that(min(inputs) >= 1, "every input is at least 1", inputs=inputs)
    box = ((Fraction(-1, 100), Fraction(6, 5)),)
    data = [[x] for x in inputs], [TARGET] * len(inputs)
    return [point.index for point in isolate_stationary_points(squares(1, len(inputs)), data, box)]


def check_sum(check, features, count):
    """The loss of points on the axes is the sum of the losses of one weight."""
    x, w = symbols("x", count), symbols("w", features)
    rows = SYMBOLS.enter(
        [
            [entry if j == axis else 0 for j in range(features)]
            for axis in range(features)
            for entry in x
        ]
    )
    targets = SYMBOLS.enter([TARGET] * (features * count))
    total = squares(features, features * count).value(w, rows, targets)
    column, single = x.reshape(-1, 1), squares(1, count)
    parts = [single.value(w[j : j + 1], column, targets[:count]) for j in range(features)]
    check.zero(
        total - sum(parts[1:], parts[0]), f"the loss minus the sum of losses on {features} axes"
    )


def counted(single, features):
    """Minima, saddles and maxima of a sum over coordinates."""
    sums = [sum(choice) for choice in product(single, repeat=features)]
    minima, maxima = sums.count(0), sums.count(features)
    return minima, len(sums) - minima - maxima, maxima


@pytest.mark.claim(CLAIM, reading="counted", shows="holds", by="witness")
@pytest.mark.control("near-inputs", "inputs 1, 5, 25 on each axis", inputs=(1, 5, 25))
def test_nine_minima_and_twelve_saddles(check, *, inputs=(1, 6, 36)):
    r"""Six points in the plane: nine minima, twelve saddles and four maxima, and nothing else.

    Inputs 1, 6, 36 on each axis, all targets $\frac34$: $L = \ell(w_1) + \ell(w_2)$. All zeros of
    $\ell'$ lie in $(0, \frac65)$, since below 0 all its terms are negative and from $\log 3$ on
    none is. There are exactly five, each regular: minimum, maximum, minimum, maximum, minimum
    (bisection with the Krawczyk test). Two minima make a minimum, two maxima a maximum, one of
    each a saddle: $3^2$, $2^2$ and $2 \cdot 3 \cdot 2$.
    """
    check_sum(check, 2, len(inputs))
    found = counted(indices(check, inputs), 2)
    check.that(found == (9, 12, 4), "nine, twelve and four of them", minima_saddles_maxima=found)
    check.record("all targets", TARGET)


@pytest.mark.claim(CLAIM, reading="grow-with-inputs", shows="holds", by="identity")
@pytest.mark.control("near-inputs", "inputs 1, 2 on each axis", inputs=(1, 2))
def test_two_valleys_on_each_axis(check, *, inputs=(1, 6)):
    r"""Two points on each of $d$ axes: $2^d$ minima, one maximum, $3^d - 2^d - 1$ saddles.

    With inputs 1 and 6 and targets $\frac34$ the loss of one weight has exactly three stationary
    points, minimum, maximum, minimum, each regular: in $[-\frac1{100}, \frac65]$ by bisection with
    the Krawczyk test, and none elsewhere, because $\ell'$ is a sum of positive multiples of $s(xw)
    - \frac34$, all negative for $w \le 0$ and all positive for $w \ge \frac65 > \log 3$, the inputs
    being at least 1 (the form of $\ell'$ is executed in symbols). The loss with $2d$ points on the
    axes is the sum of $d$ such losses, so its stationary points are the $3^d$ choices, with
    diagonal Hessians: $2^d$ choose minima only, one chooses maxima only, all others are saddles.
    For $d = 3$ they are 18 against 8, and $3^d - 2^d - 1 > 2^d$ from then on: a step from $d$ to $d
    + 1$ adds $2 \cdot 3^d$ on the left of $3^d > 2^{d+1} + 1$ and $2^{d+1}$ on the right. The sum
    and the counts are executed for $d \le 4$; for every $d$ the counts are those of the choices
    named.
    """
    single = indices(check, inputs)
    check.that(single == [0, 1, 0], "minimum, maximum, minimum", inputs=inputs)
    for features in (1, 2, 3, 4):
        check_sum(check, features, len(inputs))
        expected = 2**features, 3**features - 2**features - 1, 1
        found = counted(single, features)
        check.that(found == expected, "the counts", features=features)
        check.record(f"minima, saddles, maxima for d = {features}", found)
    check.record("inputs on each axis, all targets", [inputs, TARGET])


@pytest.mark.claim(CLAIM, reading="in-every-network", shows="fails", by="counterexample")
@pytest.mark.control("target-one", "the target 1, which leaves no minimum", target=1)
def test_one_point_has_a_minimum_and_no_saddle(check, *, target=Fraction(1, 2)):
    r"""One sigmoid neuron, $x = 1$, $t = \frac12$: one minimum and no saddle.

    $L'(w) = 2 (s(w) - \frac12)\,s(w)\,s(-w)$ vanishes only where $s(w) = \frac12$, at $w = 0$,
    because $s$ and $s(-w)$ are positive and $s$ increases; $L''(0) = \frac18 > 0$.
    """
    w = symbols("w", 1)
    function = squares(1, 1)
    data = SYMBOLS.enter([[1]]), SYMBOLS.enter([target])
    expected = 2 * (logistic(w) - Fraction(1, 2)) * logistic(w) * logistic_complement(w)
    check.zero(function.gradient(w, *data) - expected, "L' - 2 (s - 1/2) s (1 - s)", target=target)
    bend = function.hessian(SYMBOLS.enter([0]), *data)[0, 0]
    check.zero(bend - Fraction(1, 8), "L''(0) - 1/8")
    check.record("second derivative at w = 0, the only stationary point, for x = 1", bend)


@pytest.mark.claim(CLAIM, shows="holds", by="study")
@pytest.mark.control("one-run-more", "one more problem counted", count=one_run_more)
def test_random_problems_with_more_saddles(check, study_result, study_table, *, count=as_counted):
    """Of random problems with a minimum, how many show more saddles to a search favouring neither.

    Each problem is searched from many random weights twice: downhill by Newton's method, which
    finds minima, and by a Gauss-Newton method on the norm of the gradient, which finds stationary
    points of every index. Problems without a minimum count for neither side. Levels are counted,
    so that copies under symmetries and continua count once; points on their way to infinity are
    left out. A search proves nothing about what it has not found: the complete counts above do.
    """
    confirm(check, study_result, study_table, "stationary-points", "more-saddles", count)
