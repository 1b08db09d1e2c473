"""How zeros are found without a formula: a proved bracket, bisection, a list proved complete."""

from __future__ import annotations

from fractions import Fraction
from functools import cache

import numpy as np
import pytest
from flint import fmpq, fmpz_poly
from hypothesis import strategies as st

from claims.compiled import Function
from claims.mathematics import (
    SIGMOID,
    SQUARED_ERROR,
    Objective,
    Unfinished,
    as_symbol,
    bisect,
    count_roots,
    isolate_stationary_points,
    neuron,
    polynomial_in_z,
    zero_bracket,
)
from claims.numbers import (
    FLOATS,
    SYMBOLS,
    logistic,
    logistic_complement,
    square,
    symbols,
    uninterpreted,
)
from claims.testing import given

CLAIM = "canonical-procedure"
THREE_QUARTERS = Fraction(3, 4)


@cache
def function_of(samples, features):
    objective = Objective(neuron(features, SIGMOID), SQUARED_ERROR, reduction="sum")
    return Function(
        objective.value,
        theta=(features,),
        inputs=(samples, features),
        targets=(samples,),
    )


def slope_on(inputs, targets):
    """The derivative of the neuron with one weight, as a function of the weight."""
    column = np.array(inputs, dtype=object)[:, None]

    def slope(weight, arithmetic):
        return function_of(len(inputs), 1).gradient(
            arithmetic.enter([weight]), arithmetic.enter(column), arithmetic.enter(targets)
        )[0]

    return slope


def scaled_by_input(x, zero):
    return logistic(x * zero)


def not_scaled(x, zero):
    """Wrong on purpose: the target s(r) in place of s(x r)."""
    return logistic(zero)


@pytest.mark.claim(CLAIM, shows="holds", by="identity")
@pytest.mark.control("not-scaled", "own zeros logit(t) in place of logit(t)/x", fit=not_scaled)
def test_every_term_changes_sign_at_its_own_zero(check, *, fit=scaled_by_input):
    r"""All zeros lie between the points' own zeros $r_i = \operatorname{logit}(t_i)/x_i$.

    With $t_i = s(x_i r_i)$ the derivative is $\sum_i 2\,(s(x_i w) - s(x_i r_i))\,s(1-s)\,x_i$,
    and a point alone is fitted at $w = r_i$. As $s(a) - s(b) = (E_b - E_a)/((1+E_a)(1+E_b))$ with
    $E = e^{-\cdot}$ decreasing, a term has the sign of $x_i(w - r_i)\cdot x_i$, that is of $w -
    r_i$. Left of all $r_i$ every term is negative, right of all every term is positive; in
    between the continuous derivative has a zero, which bisection encloses. Identities for
    symbolic data of one to three points; the derivative is a sum over the points.
    """
    for samples in (1, 2, 3):
        weight, inputs, zeros = symbols("w", 1), symbols("x", samples, 1), symbols("r", samples)
        targets = fit(inputs[:, 0], zeros)
        products = inputs[:, 0] * weight[0]
        slopes = logistic(products) * logistic_complement(products)
        terms = 2 * (logistic(products) - logistic(inputs[:, 0] * zeros)) * slopes * inputs[:, 0]
        slope = function_of(samples, 1).gradient(weight, inputs, targets)[0]
        check.zero(slope - terms.sum(), "the derivative minus its terms", samples=samples)
    decay = uninterpreted("E")
    left, right = decay(symbols("a")), decay(symbols("b"))
    check.zero(
        1 / (1 + left) - 1 / (1 + right) - (right - left) / ((1 + left) * (1 + right)),
        "s(a) - s(b) minus a quotient with the sign of E_b - E_a",
    )


@st.composite
def data_on_a_line(draw):
    """Non-zero integer inputs, targets strictly in (0, 1), and a distance from the bracket."""
    count = draw(st.integers(1, 5))
    entry = st.integers(1, 6)
    inputs = [draw(entry) * draw(st.sampled_from((1, -1))) for _ in range(count)]
    targets = [Fraction(draw(st.integers(1, 15)), 16) for _ in range(count)]
    return inputs, targets, Fraction(draw(st.integers(0, 64)), 16)


def as_computed(bracket):
    return bracket


def halved(bracket):
    """Wrong on purpose: the bracket shrunk by half towards its middle."""
    low, high = bracket
    return low + (high - low) / 4, high - (high - low) / 4


@pytest.mark.claim(CLAIM, shows="holds", by="property")
@pytest.mark.control("half-the-bracket", "the bracket shrunk by half", adjust=halved)
@given(problem=data_on_a_line())
def test_random_brackets(check, problem, *, adjust=as_computed):
    r"""On random data the derivative is negative left of `zero_bracket` and positive right of it.

    Decided in balls at its ends and at random distances; then bisection shrinks it to a width of
    $\frac1{16}$, with a sign decided at every step.
    """
    inputs, targets, distance = problem
    low, high = adjust(zero_bracket(inputs, targets))
    slope = slope_on(inputs, targets)
    witness = {"inputs": inputs, "targets": targets, "distance": distance}
    for weight, sign in ((low, -1), (low - distance, -1), (high, 1), (high + distance, 1)):
        check.positive(
            lambda arithmetic, weight=weight, sign=sign: slope(weight, arithmetic) * sign,
            "the sign of the derivative at and outside the ends of the bracket",
            **witness,
        )
    check.label("several zeros of their own" if high - low > Fraction(1, 16) else "one")
    left, right = bisect(slope, (low, high), Fraction(1, 16))
    check.that(
        low <= left < right <= high and right - left <= Fraction(1, 16),
        "bisection ends in a part of the bracket",
        **witness,
    )


@pytest.mark.claim(CLAIM, reading="complete-list", shows="holds", by="witness")
@pytest.mark.control("nearer-inputs", "inputs 1 and 2: a single zero", inputs=(1, 2))
def test_a_complete_list_with_one_weight(check, *, inputs=(1, 6)):
    r"""One weight: exactly three zeros on the whole line, each enclosed and proved.

    For $x = (1, 6)$, $t = \frac34$ the own zeros are $\log 3$ and $\frac16\log 3$: outside
    $[0, 2]$ the derivative has no zero. In $[0, 2]$ bisection with the Krawczyk test gives two
    minima and a maximum between them, and proves all the rest empty. Sturm's theorem for the
    polynomial in $z = e^{-w}$, of degree 19, counts the same three.
    """
    targets = [THREE_QUARTERS] * 2
    box = ((Fraction(0), Fraction(2)),)
    low, high = zero_bracket(inputs, targets)
    witness = {"inputs": inputs, "targets": targets}
    check.that(box[0][0] < low and high < box[0][1], "the box holds the bracket", **witness)
    column = np.array(inputs)[:, None]
    points = isolate_stationary_points(function_of(2, 1), (column, targets), box)
    check.that(
        [point.index for point in points] == [0, 1, 0], "a minimum, a maximum, a minimum", **witness
    )
    slope = polynomial_in_z(function_of(2, 1).gradient, inputs, targets)
    check.that(
        slope.polynomial.degree() == 19
        and count_roots(slope.polynomial, above=Fraction(0)) == len(points),
        "a polynomial of degree 19, of which Sturm counts as many positive roots",
        **witness,
    )
    for point, name in zip(points, ("minimum", "maximum", "minimum, second"), strict=True):
        check.record(name, f"w = {float(point.box[0][0]):.9f}")
    check.size(weights=1, points=len(inputs), smaller="on one point there is one zero at most")


PLANE = ((1, 0), (6, 1), (0, 1), (1, 6))
NEARER_PLANE = ((1, 0), (2, 1), (0, 1), (1, 2))


@pytest.mark.claim(CLAIM, reading="complete-list", shows="holds", by="witness")
@pytest.mark.control("nearer-inputs", "2 in place of 6: a single zero", inputs=NEARER_PLANE)
def test_a_complete_list_with_two_weights(check, *, inputs=PLANE):
    r"""Two weights, four points: exactly five zeros in a box, each enclosed and proved.

    For the inputs $(1, 0), (6, 1), (0, 1), (1, 6)$ and targets $\frac34$ the square $[-1, 2]^2$ is
    cut until every part is proved empty or passes the Krawczyk test, which proves that it holds
    exactly one zero: two minima, two saddles and a maximum.
    """
    box = ((Fraction(-1), Fraction(2)),) * 2
    targets = [THREE_QUARTERS] * 4
    points = isolate_stationary_points(function_of(4, 2), (np.array(inputs), targets), box)
    check.that(
        sorted(point.index for point in points) == [0, 0, 1, 1, 2],
        "two minima, two saddles, a maximum",
        inputs=inputs,
        targets=targets,
    )
    for point in points:
        place = ", ".join(f"{float(low):.6f}" for low, _ in point.box)
        check.record(f"zero near ({place})", ("minimum", "saddle", "maximum")[point.index])
    check.size(weights=2, points=len(inputs))


@pytest.mark.claim(CLAIM, reading="isolation-from-any-data", shows="fails", by="counterexample")
@pytest.mark.control("single-zeros", "the second target 70/108", second=Fraction(70, 108))
@pytest.mark.control("without-log-2", "a box beyond the double zero", low=Fraction(1))
def test_isolation_stops_at_a_double_zero(check, *, second=Fraction(71, 108), low=Fraction(1, 5)):
    r"""Two points with a double zero of the derivative, where no Krawczyk test succeeds.

    For $x = (1, 3)$, $t = (\frac{79}{81}, \frac{71}{108})$ and $z = e^{-w}$ the derivative is
    $(2z-1)^2\,q(z)$ but for a factor without positive zeros, with $q = 79z^5 - 160z^4 + 460z^3 -
    65z^2 + 308z - 8$. So $L' = L'' = 0$ at $w = \log 2$, where $L'$ does not change sign.
    Let a box of radius $r$ about $c$ contain this zero. $L''$ over the box contains 0, so
    $1 - Y\,L''$ contains 1, and $K$ contains $c - Y\,L'(c)$ with all that is within $r$ of it: it
    is as wide as the box, hence not inside. Nor is the box empty: it is cut again, for ever, and
    `isolate_stationary_points` gives up with `Unfinished`. Inputs that are multiples of one number
    leave an exact way: Sturm's theorem counts two zeros.
    """
    inputs, targets = (1, 3), (Fraction(79, 81), second)
    function, half, witness = function_of(2, 1), fmpq(1, 2), {"inputs": inputs, "targets": targets}
    slope = polynomial_in_z(function.gradient, inputs, targets).polynomial
    bend = polynomial_in_z(function.hessian, inputs, targets).polynomial
    check.that(slope(half) == 0 and bend(half) == 0, "L' and L'' vanish at z = 1/2", **witness)
    rest = fmpz_poly([-8, 308, -65, 460, -160, 79])
    check.that(slope == fmpz_poly([-1, 2]) ** 2 * rest and rest(half) != 0, "(2z-1)^2 q", **witness)
    check.that(count_roots(slope, above=Fraction(0)) == 2, "Sturm counts two zeros", **witness)
    data, box = (np.array(inputs)[:, None], targets), ((low, Fraction(4)),)
    check.that(zero_bracket(inputs, targets)[1] < 4, "the box reaches beyond the bracket")
    limit = 300
    try:
        isolate_stationary_points(function, data, box, limit=limit)
        refused = False
    except Unfinished:
        refused = True
    check.that(refused, "isolation does not finish", box=box, **witness)
    check.record(("inputs", "targets"), [inputs, targets])
    check.record("double factor of the derivative, z = exp(-w)", as_symbol(fmpz_poly([-1, 2]), "z"))
    check.record("the other factor", as_symbol(rest, "z"))
    check.record("boxes after which isolation gave up", limit)
    check.size(weights=1, points=len(inputs), smaller="on one point the only zero is simple")


@pytest.mark.claim(CLAIM, reading="newton-alone", shows="fails", by="counterexample")
@pytest.mark.control("start-at-1", "the start 1 in place of 2", start=1)
def test_newton_runs_away(check, *, start=2):
    r"""Newton's method started at 2 runs away from the only zero, at 0.

    For $x = 1$, $t = \frac12$ and $q = s(w) - \frac12$ the derivative is $2q\,s(1-s)$, with 0 as
    its only zero, and the second one $2\,s(1-s)(\frac14 - 3q^2)$. At $w = 2$ it is $3q^2 >
    \frac14$, and so for every larger $w$, since $q$ increases. There the derivative is positive
    and the second one negative: a Newton step $-L'/L''$ goes to the right. The iterates increase
    for ever and stay away from 0.
    """
    function = function_of(1, 1)
    weight, data = symbols("w", 1), (SYMBOLS.enter([[1]]), SYMBOLS.enter([Fraction(1, 2)]))
    s, complement = logistic(weight[0]), logistic_complement(weight[0])
    q = s - Fraction(1, 2)
    check.zero(
        function.gradient(weight, *data)[0] - 2 * q * (s * complement),
        "the derivative minus 2 q s (1 - s)",
    )
    check.zero(
        function.hessian(weight, *data)[0, 0]
        - 2 * (s * complement) * (Fraction(1, 4) - 3 * square(q)),
        "the second derivative minus 2 s (1 - s)(1/4 - 3 q^2)",
    )
    check.positive(
        lambda arithmetic: (
            3 * square(logistic(arithmetic.enter(start)) - Fraction(1, 2)) - Fraction(1, 4)
        ),
        "3 q^2 exceeds 1/4 at the start",
        start=start,
    )

    def step(arithmetic, weight):
        place = arithmetic.enter([weight])
        entered = arithmetic.enter([[1]]), arithmetic.enter([Fraction(1, 2)])
        curvature = function.hessian(place, *entered)[0, 0]
        return -(function.gradient(place, *entered)[0] / curvature)

    check.positive(lambda arithmetic: step(arithmetic, start), "the first step", start=start)
    check.record("start", start)
    weight, arithmetic = FLOATS.enter(start), FLOATS
    for number in (1, 2):
        weight = weight + step(arithmetic, weight)
        check.record(f"after step {number}, in floats", f"{float(weight):.4f}")
    check.size(points=1, weights=1)
