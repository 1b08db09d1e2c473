"""Finding proofs that a neuron's global minimiser cannot be written with radicals."""

from __future__ import annotations

from enum import Enum
from fractions import Fraction
from itertools import pairwise

from flint import fmpz_poly

from claims.compiled import Function
from claims.mathematics import count_roots, polynomial_in_z, prove_symmetric
from claims.mathematics.galois import cycle_pattern
from claims.numbers.exact import to_fmpq
from claims.proof.certificates import NotFound, Problem, certificate, written

PRIMES = [n for n in range(2, 1000) if all(n % k for k in range(2, n))]


class Reason(Enum):
    """Why there is no certificate."""

    NOT_ONE_WEIGHT = "the network has more than one weight"
    SEVERAL = "the derivative has not exactly one zero, a minimum"
    SIGNS = "the coefficients of its polynomial change their sign more than once"
    SOLVABLE = "the Galois group is not proved to be the full symmetric group of degree 5 or more"


def find_no_radicals(problem: Problem, *, claim: str) -> str:
    """Return a certificate that z = exp(-w) is not expressible by radicals at the global minimum.

    One weight, integer inputs, exact targets. Raises NotFound with a Reason.
    """
    if problem.network.size != 1:
        raise NotFound(Reason.NOT_ONE_WEIGHT)
    function: Function = problem.function
    inputs = [row[0] for row in problem.inputs]
    found = polynomial_in_z(function.gradient, inputs, problem.targets)
    if count_roots(found.polynomial, above=Fraction(0)) != 1 or found.factor > 0:
        raise NotFound(Reason.SEVERAL)
    polynomial = found.polynomial
    signs = [entry > 0 for entry in polynomial.coeffs() if entry != 0]
    if sum(one != other for one, other in pairwise(signs)) != 1:
        raise NotFound(Reason.SIGNS)
    group = prove_symmetric(polynomial)
    irreducible = prime_with(polynomial, (polynomial.degree(),))
    if group is None or group.degree < 5 or irreducible is None:
        raise NotFound(Reason.SOLVABLE)
    low, high = isolated_root(polynomial)
    proof = {
        "objective": problem.definition(),
        "polynomial": [int(entry) for entry in polynomial.coeffs()],
        "root": {"low": written(low), "high": written(high)},
        "primes": {
            "irreducible": irreducible,
            "transposition": group.transposition[0],
            "cycle": group.cycle[0] if group.cycle else None,
        },
    }
    return certificate("no-radicals", claim, proof)


def prime_with(polynomial: fmpz_poly, pattern: tuple[int, ...]) -> int | None:
    """Return the least prime modulo which the factors have these degrees, or None."""
    return next((n for n in PRIMES if cycle_pattern(polynomial, n) == pattern), None)


def isolated_root(polynomial: fmpz_poly, decimals: int = 12) -> tuple[Fraction, Fraction]:
    """Return the ends, with so many decimals, of an interval round the one positive root."""
    unit = Fraction(1, 10**decimals)
    low, high = 0, 1
    while polynomial(to_fmpq(high * unit)) * polynomial.leading_coefficient() <= 0:
        high *= 2
    while high - low > 1:
        centre = (low + high) // 2
        below = polynomial(to_fmpq(centre * unit)) * polynomial.leading_coefficient() <= 0
        low, high = (centre, high) if below else (low, centre)
    return low * unit, high * unit
