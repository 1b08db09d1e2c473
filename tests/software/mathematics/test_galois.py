"""Proofs that a Galois group is symmetric: found where it is, never where it is smaller."""

from __future__ import annotations

import pytest
from flint import fmpz_poly

from claims.mathematics import SymmetricGroup, cycle_pattern, is_irreducible, prove_symmetric
from claims.mathematics.galois import _is_prime, _is_transposition_power

X = fmpz_poly([0, 1])
QUINTIC = X**5 + X**4 + 6 * X**3 + 2 * X**2 + X - 3


def test_patterns_and_ramified_primes():
    assert cycle_pattern(X**2 + 1, 2) is None  # divides the discriminant
    assert cycle_pattern(X**2 + 1, 3) == (2,)
    assert cycle_pattern(X**2 + 1, 5) == (1, 1)
    assert cycle_pattern(3 * X**2 + 1, 3) is None  # divides the leading coefficient
    assert cycle_pattern(QUINTIC, 29) == (2, 3)


@pytest.mark.parametrize(
    ("polynomial", "irreducible"),
    [
        (X, True),
        (2 * X - 4, True),
        (X**2 - 2, True),
        (2 * X**2 - 4, True),
        (X**2 - 4, False),
        (X**2, False),
        (X**4 + 4, False),
        (X**4 + 1, True),
        (QUINTIC, True),
        (QUINTIC * X, False),
    ],
)
def test_irreducibility(polynomial, irreducible):
    assert is_irreducible(polynomial) is irreducible


def test_proofs_for_prime_and_composite_degree():
    assert prove_symmetric(QUINTIC) == SymmetricGroup(5, (29, (2, 3)), None)
    found = prove_symmetric(X**4 - X - 1)
    assert found is not None and found.degree == 4
    assert found.cycle is not None and found.cycle[1] == (1, 3)
    assert cycle_pattern(X**4 - X - 1, found.cycle[0]) == (1, 3)
    prime, pattern = found.transposition
    assert cycle_pattern(X**4 - X - 1, prime) == pattern == (1, 1, 2)
    assert prove_symmetric(X**2 - 2).transposition[1] == (2,)
    assert prove_symmetric(X**6 - X - 1).degree == 6


@pytest.mark.parametrize(
    "polynomial",
    [
        X**3 - 3 * X + 1,  # cyclic
        X**4 + 8 * X + 12,  # alternating
        X**4 - 2,  # dihedral: transpositions, but no 3-cycle
        X**5 - 2,  # of order 20
        X**5 + 20 * X + 16,  # alternating
        X**6 + 3 * X**4 - 2 * X**3 - 3 * X**2 - 6 * X - 1,  # solvable: the trap of x = (1, 2)
        (X**2 - 2) * (X**3 - X - 1),  # reducible, with transpositions
    ],
)
def test_no_proof_for_smaller_groups(polynomial):
    assert prove_symmetric(polynomial) is None


def test_too_few_primes_give_no_proof():
    assert prove_symmetric(QUINTIC, largest_prime=28) is None
    assert prove_symmetric(QUINTIC, largest_prime=29) is not None


def test_powers_that_are_transpositions():
    assert _is_transposition_power((2, 3))
    assert _is_transposition_power((1, 2, 3, 5))
    assert not _is_transposition_power((1, 1, 1))
    assert not _is_transposition_power((2, 2, 1))
    assert not _is_transposition_power((2, 4))
    assert not _is_transposition_power((6,))


def test_primes():
    assert [n for n in range(30) if _is_prime(n)] == [2, 3, 5, 7, 11, 13, 17, 19, 23, 29]
