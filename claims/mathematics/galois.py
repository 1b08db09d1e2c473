"""Proving that a polynomial's Galois group is the full symmetric group, from factors modulo primes.

Dedekind: for a prime that divides neither the leading coefficient nor the discriminant, the degrees
of the irreducible factors modulo the prime are the cycle lengths of an element of the group.
Jordan: a primitive group of permutations with a transposition is the full symmetric group. A
transitive group is primitive if its degree is prime, or if it has a cycle that fixes one point
alone. From degree 5 on, the symmetric group is not solvable: no root can be written with radicals
(Galois; the polynomial being irreducible, if one root could, all could).
"""

from __future__ import annotations

from dataclasses import dataclass

from flint import fmpz_poly, nmod_poly

Pattern = tuple[int, ...]


@dataclass(frozen=True)
class SymmetricGroup:
    """A proof that the Galois group over Q is the full symmetric group of that degree.

    ``transposition``: a prime and its pattern with exactly one 2 and odd numbers else, an odd power
    of which is a transposition. ``cycle``: None for prime degree, else a prime with pattern (1,
    degree - 1). The polynomial is irreducible over Q.
    """

    degree: int
    transposition: tuple[int, Pattern]
    cycle: tuple[int, Pattern] | None


def is_irreducible(polynomial: fmpz_poly) -> bool:
    """Tell whether a polynomial of degree at least 1 is irreducible over Q."""
    _, factors = polynomial.factor()
    return len(factors) == 1 and factors[0][1] == 1


def cycle_pattern(polynomial: fmpz_poly, prime: int) -> Pattern | None:
    """Return the sorted degrees of the factors modulo the prime; None where it is ramified.

    A prime that divides the leading coefficient or the discriminant gives no information.
    """
    if int(polynomial.leading_coefficient()) % prime == 0:
        return None
    if int(polynomial.discriminant()) % prime == 0:
        return None
    reduced = nmod_poly([int(entry) % prime for entry in polynomial.coeffs()], prime)
    return tuple(sorted(factor.degree() for factor, _ in reduced.factor()[1]))


def prove_symmetric(polynomial: fmpz_poly, largest_prime: int = 1000) -> SymmetricGroup | None:
    """Return a proof that the Galois group is the full symmetric group, or None if none is found.

    The polynomial has degree at least 2. None says nothing: the group may be smaller, or the primes
    up to ``largest_prime`` too few.
    """
    degree = polynomial.degree()
    if not is_irreducible(polynomial):
        return None
    transposition = cycle = None
    for prime in _primes(largest_prime):
        pattern = cycle_pattern(polynomial, prime)
        if pattern is None:
            continue
        if transposition is None and _is_transposition_power(pattern):
            transposition = prime, pattern
        if cycle is None and pattern == (1, degree - 1):
            cycle = prime, pattern
        if transposition and (cycle or _is_prime(degree)):
            return SymmetricGroup(degree, transposition, None if _is_prime(degree) else cycle)
    return None


def _is_transposition_power(pattern: Pattern) -> bool:
    """Whether some odd power of a permutation with these cycles is a transposition."""
    return pattern.count(2) == 1 and all(length % 2 for length in pattern if length != 2)


def _is_prime(number: int) -> bool:
    return number > 1 and all(number % factor for factor in range(2, int(number**0.5) + 1))


def _primes(largest: int) -> list[int]:
    return [number for number in range(2, largest + 1) if _is_prime(number)]
