"""Hard labels that nothing separates, on a line: a minimum, a zero alone, or no zero at all."""

from __future__ import annotations

from fractions import Fraction
from functools import cache

import numpy as np
import pytest
from flint import fmpz_poly

from claims.compiled import Function
from claims.mathematics import (
    SIGMOID,
    SQUARED_ERROR,
    Objective,
    as_symbol,
    count_roots,
    neuron,
    polynomial_in_z,
    separation,
)
from claims.numbers import FLOATS

CLAIM = "stationary-point-exists"
HALF = Fraction(1, 2)
# Rounded down to four decimals: of the local minimum in test_a_zero_without_a_minimum.
LOSS_AT_MINIMUM = Fraction(12274, 10_000)


@cache
def function_of(samples, features):
    objective = Objective(neuron(features, SIGMOID), SQUARED_ERROR, reduction="sum")
    return Function(
        objective.value,
        theta=(features,),
        inputs=(samples, features),
        targets=(samples,),
    )


def partitions(total, largest):
    """Every way to write a number as a sum of positive ones, the largest first."""
    if total == 0:
        yield ()
    for first in range(min(total, largest), 0, -1):
        for rest in partitions(total - first, first):
            yield first, *rest


def overlapping_below(total):
    """Data sets on a line with labels 1 and 0 that nothing separates, as (inputs, targets).

    Those whose inputs, positive integers, have a sum below ``total``. With a point (-x, 1) written
    as (x, 0) they are all there are, up to the order of the points; of two that the sign of the
    weight exchanges, there is one.
    """
    for size in range(2, total):
        for share in range(1, size):
            for ones in partitions(share, share):
                for zeros in partitions(size - share, size - share):
                    if (len(ones), ones) >= (len(zeros), zeros):
                        yield (*ones, *zeros), (1,) * len(ones) + (0,) * len(zeros)


@cache
def number_of_zeros(inputs, targets):
    """How many zeros the derivative of the squared error has, by Sturm."""
    slope = polynomial_in_z(function_of(len(inputs), 1).gradient, inputs, targets)
    return count_roots(slope.polynomial, above=Fraction(0))


@cache
def attains_minimum(inputs, targets):
    """Whether the squared error is somewhere no higher than both of its limits."""
    lower = min(sum(targets), len(targets) - sum(targets))
    function = function_of(len(inputs), 1)
    above = polynomial_in_z(lambda *data: function.value(*data) - lower, inputs, targets)
    if count_roots(above.polynomial, above=Fraction(0)):
        return True
    return above.factor * Fraction(int(above.polynomial(1))) < 0


@pytest.mark.claim(CLAIM, reading="several-points", shows="fails", by="counterexample")
@pytest.mark.control("smaller-input", "the last input 2 in place of 3", last=2)
@pytest.mark.control("wider-bound", "9/8 in place of the limit 1", limit=Fraction(9, 8))
@pytest.mark.control("narrower-bound", "1/2 in place of the limit 1", limit=HALF)
@pytest.mark.control("lower-minimum", "1.105 as the loss at the minimum", loss=Fraction(1105, 1000))
def test_a_zero_without_a_minimum(check, *, last=3, limit=Fraction(1), loss=LOSS_AT_MINIMUM):
    r"""Hard labels that overlap: a zero of the gradient exists, and no minimum.

    For $x = (1, 1, 1, 1, 3)$, $t = (1, 1, 1, 1, 0)$ the loss (the sum of squares) tends to 1 as $w
    \to \infty$. With $z = e^{-w}$ loss minus 1 is a quotient of polynomials; its numerator has the
    factor $z$, which is the limit, and otherwise no root at $z > 0$ (Sturm) and is positive: the
    infimum 1 is not attained. Yet the derivative has exactly two zeros: a local minimum between
    $w = 0.2069$ and $0.2070$, and a maximum between $0.5527$ and $0.5528$, by its signs there in
    balls. The loss takes the value 1.2274 once and 1.2275 three times (Sturm), so that its value
    at the minimum, 1.22745 in floats, lies between the two.

    Of overlapping labels with a zero it is a smallest case by the sum of the sizes of the inputs,
    here 7: all smaller ones on a line, inputs integers other than 0, attain the minimum, because
    their loss comes down to its lower limit at some weight (Sturm), or have no zero at all.
    """
    inputs, targets = [1, 1, 1, 1, last], [1, 1, 1, 1, 0]
    function = function_of(5, 1)

    def minus(level):
        return polynomial_in_z(lambda *data: function.value(*data) - level, inputs, targets)

    above = minus(limit)
    check.that(
        above.shift > 0 and above.denominator(0) != 0,
        "the loss minus its limit tends to 0 with z",
        inputs=inputs,
        targets=targets,
        limit=limit,
    )
    check.that(
        count_roots(above.polynomial, above=Fraction(0)) == 0 and above.factor > 0,
        "the loss minus its limit is positive everywhere",
        inputs=inputs,
        targets=targets,
    )
    slope = polynomial_in_z(function.gradient, inputs, targets)
    zeros = count_roots(slope.polynomial, above=Fraction(0))
    check.that(zeros == 2, "the derivative has two zeros", inputs=inputs, targets=targets)

    def slope_at(weight):
        return lambda arithmetic: function.gradient(
            *map(arithmetic.enter, ([weight], [[x] for x in inputs], targets))
        )[0]

    for weight, sign in ((2069, -1), (2070, 1), (5527, 1), (5528, -1)):
        place = Fraction(weight, 10_000)
        check.positive(
            lambda arithmetic, place=place, sign=sign: slope_at(place)(arithmetic) * sign,
            "the sign of the derivative on either side of a zero",
            weight=place,
        )
    times = [
        count_roots(minus(level).polynomial, above=Fraction(0))
        for level in (loss, loss + Fraction(1, 10_000))
    ]
    check.that(
        times == [1, 3], "the loss takes the lower level once, the higher 3 times", loss=loss
    )
    check.that(
        separation(np.array(inputs)[:, None], np.array(targets)).kind == "overlapping",
        "no direction separates the labels",
        inputs=inputs,
    )
    check.record(("inputs", "labels"), [inputs, targets])
    check.record("zeros of the gradient", zeros)
    minimum = function.value(*map(FLOATS.enter, ([0.20699], [[x] for x in inputs], targets)))
    check.record("loss at w = 0.20699, in floats", f"{float(minimum):.6f}")
    sign = as_symbol(above.polynomial, "z")
    check.record("loss minus its limit has the sign of, z = exp(-w)", sign)
    smaller = list(overlapping_below(sum(inputs)))
    for data in smaller:
        settled = number_of_zeros(*data) == 0 or attains_minimum(*data)
        check.that(
            settled,
            "a smaller one has a minimum, or no zero",
            smaller_inputs=data[0],
            smaller_labels=data[1],
        )
    check.size(
        sum_of_the_sizes_of_the_inputs=sum(inputs),
        smaller=f"each of the {len(smaller)} smaller ones that overlap has a minimum or no zero",
    )


@pytest.mark.claim(CLAIM, reading="overlapping-labels", shows="fails", by="counterexample")
@pytest.mark.control("fewer-ones", "three points at 1 in place of four", ones=3)
def test_overlapping_labels_without_a_zero(check, *, ones=4):
    r"""Labels that nothing separates, and still no zero: four points at 1, one at 2.

    For $x = (1, 1, 1, 1, 2)$, $t = (1, 1, 1, 1, 0)$ the derivative vanishes where $2(1+z^2)^3 =
    (1+z)^3$, $z = e^{-w}$. But $\frac54(1+z^2) - (1+z) = \frac54(z - \frac25)^2 + \frac1{20} >
    0$, so $(1+z)^3 < \frac{125}{64}(1+z^2)^3 < 2(1+z^2)^3$ for every $z > 0$: no zero. As $1$ and
    $-2$ have opposite signs, no direction separates. The squared error of a point levels off, so
    one misfit cannot hold the weight as it does with the cross-entropy.

    Smallest by the sum of the sizes of the inputs, here 6: all smaller data sets on a line that
    nothing separates, inputs integers other than 0, have a zero, by Sturm. A point $(x, 0)$ counts
    as $(-x, 1)$, which has the same error.
    """
    inputs, targets = [1] * ones + [2], [1] * ones + [0]
    slope = polynomial_in_z(function_of(ones + 1, 1).gradient, inputs, targets)
    z = fmpz_poly([0, 1])
    plus, squares = 1 + z, 1 + z**2
    check.that(
        slope.polynomial == 2 * squares**3 - plus**3,
        "the derivative vanishes where 2 (1 + z^2)^3 = (1 + z)^3",
        inputs=inputs,
    )
    check.that(
        25 * squares - 20 * plus == (5 * z - 2) ** 2 + 1 and Fraction(5, 4) ** 3 < 2,
        "5/4 (1 + z^2) exceeds 1 + z, and (5/4)^3 is below 2",
    )
    zeros = count_roots(slope.polynomial, above=Fraction(0))
    check.that(zeros == 0, "no root at z > 0, by Sturm")
    smaller = list(overlapping_below(sum(inputs)))
    for data in smaller:
        check.that(
            number_of_zeros(*data) > 0,
            "a smaller data set has a zero",
            smaller_inputs=data[0],
            smaller_labels=data[1],
        )
    check.that(
        separation(np.array(inputs)[:, None], np.array(targets)).kind == "overlapping",
        "no direction separates the labels",
    )
    check.record(("inputs", "labels"), [inputs, targets])
    check.record("polynomial", as_symbol(slope.polynomial, "z"))
    check.record("zeros of the gradient", zeros)
    check.size(
        sum_of_the_sizes_of_the_inputs=sum(inputs),
        smaller=f"each of the {len(smaller)} smaller data sets has a zero",
    )
