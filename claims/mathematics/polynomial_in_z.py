"""Functions of one weight w made of sigmoids with integer inputs: rational functions of exp(-w).

With z = exp(-w) every s(k w), k an integer, is 1/(1 + z^k). So the sum of squares of a neuron with
one weight, and its derivative, are quotients of polynomials in z, and the zeros of the derivative
are the positive roots of an integer polynomial.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from math import gcd, lcm
from typing import Any

import numpy as np
from flint import fmpz_poly

from claims.mathematics.real_roots import count_roots
from claims.numbers import SYMBOLS, Symbol, exact_fraction, logistic, symbols
from claims.numbers.exact import to_fraction

# function(theta (1,), inputs (N, 1), targets (N,)): one number, or an array with one entry.
OneWeight = Callable[[Any, Any, Any], Any]


@dataclass(frozen=True)
class PolynomialInZ:
    """The function f(w) = factor z^shift polynomial(z) / denominator(z), z = exp(-w).

    ``polynomial`` is primitive with a positive leading coefficient and polynomial(0) != 0;
    ``denominator`` is positive for every z > 0. Hence f(w) has the sign of factor polynomial(z),
    and its zeros are the positive roots of ``polynomial``.
    """

    polynomial: fmpz_poly
    factor: Fraction
    shift: int
    denominator: fmpz_poly


def in_z(function: OneWeight, inputs: Any, targets: Any) -> Any:
    """Return ``function`` of a symbolic weight as a symbolic expression in the generator z.

    Inputs (N,) are integers, targets (N,) exact numbers or symbols other than z and w_0. Raises
    ValueError for other inputs, and for a function with several values.
    """
    exact = [exact_fraction(value) for value in inputs]
    if any(value.denominator != 1 for value in exact):
        raise ValueError(f"inputs {list(map(str, exact))}: scale them to integers, and w with them")
    theta, z = symbols("w", 1), symbols("z")
    data = SYMBOLS.enter([[value] for value in exact]), SYMBOLS.enter(targets)
    expression = np.asarray(function(theta, *data), dtype=object)
    if expression.size != 1:
        raise ValueError(f"{expression.size} values: one function of one weight is needed")
    values, power = {}, SYMBOLS.enter(1)
    # Twice the largest input, since tanh h is 2 s(2h) - 1.
    for number in range(1, 2 * max((abs(int(value)) for value in exact), default=0) + 1):
        power = power * z
        values[str(logistic(number * theta[0]))] = 1 / (1 + power)
    return expression.item().substitute(values)


def polynomial_in_z(function: OneWeight, inputs: Any, targets: Any) -> PolynomialInZ:
    """Return the polynomial whose positive roots z = exp(-w) are the zeros of ``function``.

    Inputs (N,) integers, targets (N,) exact; as ``in_z``. Raises ValueError where the function is
    zero everywhere, has a pole, or is no rational function of z.
    """
    expression = in_z(function, inputs, targets)
    if expression.is_zero():
        raise ValueError("the function is zero at every weight: there is no polynomial to solve")
    numerator, upper = _integral(expression.numerator)
    denominator, lower = _integral(expression.denominator)
    if count_roots(denominator, above=Fraction(0)):
        raise ValueError(f"the function has a pole where {denominator} is zero at a z > 0")
    shift = next(i for i, entry in enumerate(numerator.coeffs()) if entry != 0)
    return PolynomialInZ(fmpz_poly(numerator.coeffs()[shift:]), upper / lower, shift, denominator)


def as_symbol(polynomial: fmpz_poly, name: str) -> Symbol:
    """Return an integer polynomial as a symbolic expression in the generator of that name."""
    variable = Symbol.named(name)
    result = 0 * variable
    for coefficient in reversed(polynomial.coeffs()):
        result = result * variable + int(coefficient)
    return result


def _integral(polynomial: Any) -> tuple[fmpz_poly, Fraction]:
    """Split a polynomial in z into a primitive one with positive lead and a rational factor."""
    others = set(polynomial.context().names()) - {*polynomial.unused_gens(), "z"}
    if others:
        raise ValueError(f"the function contains {', '.join(sorted(others))} besides z = exp(-w)")
    coefficients: dict[int, Fraction] = {}
    for exponents, value in polynomial.to_dict().items():
        coefficients[sum(exponents)] = to_fraction(value)
    degree = max(coefficients)
    common = lcm(*(value.denominator for value in coefficients.values()))
    content = gcd(*(int(value * common) for value in coefficients.values()))
    factor = Fraction(content, common) * (1 if coefficients[degree] > 0 else -1)
    entries = [coefficients.get(i, Fraction(0)) / factor for i in range(degree + 1)]
    return fmpz_poly([int(entry) for entry in entries]), factor
