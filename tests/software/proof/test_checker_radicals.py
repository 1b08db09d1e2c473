"""Each premise of "no radicals" broken alone, and every message of its refusal."""

from __future__ import annotations

import pytest

from claims.proof import checker

IN_Z = "proof.polynomial"


def neuron(inputs, targets, **changes):
    return {
        "widths": [1, 1],
        "activations": ["sigmoid"],
        "biases": [False],
        "loss": "squared-error",
        "reduction": "sum",
        "inputs": [[x] for x in inputs],
        "targets": targets,
        "counts": [1] * len(inputs),
        "penalty": "0",
        "dropout": "0",
        **changes,
    }


def regression(inputs, targets, **changes):
    kind = {"activations": ["identity"], "loss": "cross-entropy"}
    return neuron(inputs, targets, **{**kind, **changes})


def primes(irreducible, transposition, cycle=None):
    return {"irreducible": irreducible, "transposition": transposition, "cycle": cycle}


def root(low, high):
    return {"low": low, "high": high}


# Proofs: objective, polynomial, root, primes. Each root was found as the sign change of the sum of
# (s - y) s (1 - s) x, or (s - y) x, over the points.
FIVE = (
    neuron(["1", "2"], ["1", "1/2"]),
    [-3, 1, 2, 6, 1, 1],
    root("0.615156698123", "0.615156698124"),
    primes(5, 29),
)
ENTROPY = (
    regression(["2", "3"], ["0", "1"]),
    [-2, 0, 0, 1, 0, 3],
    root("0.855415340676", "0.855415340677"),
    primes(5, 11),
)
SIX = (
    neuron(["1", "2"], ["1", "1/3"]),
    [-1, -12, -1, 2, 15, 2, 3],
    root("0.869749009812", "0.869749009813"),
    primes(5, 61, 19),
)
# s(5 w) against 1/2: the derivative has the sign of 1 - z^5, reducible, with the root 1.
ONE = (regression(["5"], ["1/2"]), [1, 0, 0, 0, 0, -1], root("1/2", "2"), primes(2, 3))


def outcome(proof, **changes):
    """What is said of the proof with these entries in place of its own: a sentence or a refusal."""
    keys = ("objective", "polynomial", "root", "primes")
    entry = checker.Entry({**dict(zip(keys, proof, strict=True)), **changes}, "proof")
    try:
        return checker.no_radicals(entry)[0]
    except checker.Refused as refusal:
        return str(refusal)


@pytest.mark.parametrize(("proof", "degree"), [(FIVE, 5), (ENTROPY, 5), (SIX, 6)])
def test_three_right_proofs(proof, degree):
    assert f"its Galois group is S_{degree}: z cannot be written with radicals" in outcome(proof)
    # The quotient may have either sign, and zeros among its coefficients.
    opposite = [-c for c in proof[1]]
    assert f"coefficients {opposite} (constant first)" in outcome(proof, polynomial=opposite)


def test_the_figures_name_the_factors():
    keys = ("objective", "polynomial", "root", "primes")
    entry = checker.Entry(dict(zip(keys, FIVE, strict=True)), "proof")
    assert checker.no_radicals(entry)[1] == "factors of degrees [2, 3] modulo 29"


def test_inputs_of_other_signs_points_that_count_more_and_points_without_input():
    # With -x for x, the root becomes its inverse, and the polynomial is read backwards.
    inverse = root("1000000000000/615156698124", "1000000000000/615156698123")
    mirrored = neuron(["-1", "-2"], ["1", "1/2"])
    backwards = FIVE[1][::-1]
    assert "S_5" in outcome(FIVE, objective=mirrored, polynomial=backwards, root=inverse)
    assert outcome(FIVE, objective=mirrored).startswith(f"{IN_Z}: does not divide")
    # A point counts as if it stood there so often; at x = 0 it adds nothing, and counts 1 + z^0.
    twice = regression(["2", "3", "0"], ["0", "1", "5"], counts=[3, 3, 1])
    assert "S_5" in outcome(ENTROPY, objective=twice)
    assert "does not divide" in outcome(ENTROPY, objective={**twice, "counts": [3, 1, 1]})


@pytest.mark.parametrize(
    ("inputs", "refusal"),
    [
        (["60"], f"{IN_Z}: does not divide the derivative"),
        (["-30", "30"], f"{IN_Z}: does not divide the derivative"),
        (["61"], "proof.objective: must be of integer inputs, up to 60 in sum, not a dict"),
        (["-31", "30"], "proof.objective: must be of integer inputs, up to 60 in sum, not a dict"),
        (["1/2"], "proof.objective: must be of integer inputs, up to 60 in sum, not a dict"),
        (["1", "1/2"], "proof.objective: must be of integer inputs, up to 60 in sum, not a dict"),
        (["0"], f"{IN_Z}: does not divide the derivative"),
    ],
)
def test_which_inputs_are_looked_at(inputs, refusal):
    targets = ["1/3"] * len(inputs)
    for objective in (neuron(inputs, targets), regression(inputs, targets)):
        assert outcome(FIVE, objective=objective) == refusal


@pytest.mark.parametrize(
    ("polynomial", "refusal"),
    [
        ([-3, 1, 2, 6, 1], "must be a list with 6 to 100 entries, not a list"),
        ([0] * 101, "must be a list with 6 to 100 entries, not a list"),
        ([0, 1, 2, 6, 1, 0], "must be a polynomial of degree 5 at least, not a list"),
        ([-3, 1, 2, 6, 1, 2], "does not divide the derivative"),
        ([-3, 1, 2, 6, 1, 10**30], "does not divide the derivative"),
        ([-(10**30), 1, 2, 6, 1, 1], "does not divide the derivative"),
        ([-3, 1, 2, 6, 1, 1, 1, *[0] * 93], "does not divide the derivative"),
    ],
)
def test_polynomials_that_are_not_those_of_the_derivative(polynomial, refusal):
    assert outcome(FIVE, polynomial=polynomial) == f"{IN_Z}: {refusal}"


def test_coefficients_up_to_a_bound():
    for coefficient in (10**30 + 1, -(10**30) - 1):
        said = outcome(FIVE, polynomial=[coefficient, *FIVE[1][1:]])
        assert said.startswith(f"{IN_Z}[0]: must be an integer from -{10**30} to {10**30}, not ")


def test_the_other_factor_has_no_positive_root():
    # The derivative has the sign of (1 - z^5) z^5: the factor z^5 leaves the other one.
    objective = neuron(["5"], ["1/2"])
    for leading in (1, -1, 10, -10):  # the quotient is 5/2 (1 - z^5) over that
        said = outcome(ONE, objective=objective, polynomial=[0, 0, 0, 0, 0, leading])
        assert said == f"{IN_Z}: leaves a quotient with coefficients of both signs"


@pytest.mark.parametrize(
    ("objective", "polynomial"),
    [
        (regression(["5"], ["-1"]), [2, 0, 0, 0, 0, 1]),  # no change of sign
        (neuron(["1", "2"], ["1", "3/4"]), [1, -3, 6, 8, 15, 3, 2]),  # two
        (neuron(["1", "2"], ["1/2", "1"]), [1, -1, 3, -7, -9, -15, -3, -1]),  # three
    ],
)
def test_coefficients_that_change_their_sign_not_once(objective, polynomial):
    said = outcome(FIVE, objective=objective, polynomial=polynomial)
    assert said == f"{IN_Z}: its coefficients do not change their sign once"


def test_the_derivative_changes_its_sign_between_the_ends():
    beside = "proof.root: the derivative does not change its sign there, downwards in z"
    for low, high in (("1/2", "99/100"), ("101/100", "2"), ("1", "2"), ("1/2", "1")):
        assert outcome(ONE, root=root(low, high)) == beside
    # As near as one likes is near enough: the next premise is looked at.
    for low, high in (("99/100", "2"), ("1/2", "101/100"), ("1/1000", "1000")):
        assert outcome(ONE, root=root(low, high)).startswith("proof.primes.irreducible: ")
    for low, high in (("1/2", "1/2"), ("2", "1/2")):
        assert outcome(ONE, root=root(low, high)) == "proof.root: must be an interval, not a dict"
    assert outcome(ONE, root=root("0", "2")) == "proof.root.low: must be positive, not '0'"


@pytest.mark.parametrize(
    ("proof", "changed", "refusal"),
    [
        (FIVE, primes(1, 29), "irreducible: must be an integer from 2 to 10000, not 1"),
        (FIVE, primes(10001, 29), "irreducible: must be an integer from 2 to 10000, not 10001"),
        (FIVE, primes(10000, 29), "irreducible: must be a prime, not 10000"),
        (FIVE, primes(4, 29), "irreducible: must be a prime, not 4"),
        (FIVE, primes(5, 25), "transposition: must be a prime, not 25"),
        (SIX, primes(5, 61, 9), "cycle: must be a prime, not 9"),
        (SIX, primes(None, 61, 19), "irreducible: must be an integer from 2 to 10000, not a "
         "NoneType"),
        (SIX, primes(5, None, 19), "transposition: must be an integer from 2 to 10000, not a "
         "NoneType"),
    ],
)  # fmt: skip
def test_primes_are_primes(proof, changed, refusal):
    assert outcome(proof, primes=changed) == f"proof.primes.{refusal}"


SOUND = "must be a prime that neither divides the leading coefficient nor ramifies, not "


@pytest.mark.parametrize(
    ("proof", "changed", "refusal"),
    [
        (FIVE, primes(2, 29), f"irreducible: {SOUND}2"),  # the fifth power of z + 1
        (FIVE, primes(1061, 29), f"irreducible: {SOUND}1061"),  # one factor twice
        (ENTROPY, primes(3, 11), f"irreducible: {SOUND}3"),  # of degree 3 then
        (SIX, primes(5, 13, 19), f"transposition: {SOUND}13"),
        (SIX, primes(5, 61, 3), f"cycle: {SOUND}3"),
    ],
)
def test_primes_that_say_nothing_of_the_group(proof, changed, refusal):
    assert outcome(proof, primes=changed) == f"proof.primes.{refusal}"


WRONG = "must be a prime for that: modulo it the factors have degrees "


@pytest.mark.parametrize(
    ("proof", "changed", "refusal"),
    [
        (FIVE, primes(3, 29), f"irreducible: {WRONG}[1, 4], not 3"),
        (FIVE, primes(29, 29), f"irreducible: {WRONG}[2, 3], not 29"),
        (FIVE, primes(5, 5), f"transposition: {WRONG}[5], not 5"),
        (FIVE, primes(5, 3), f"transposition: {WRONG}[1, 4], not 3"),
        (FIVE, primes(5, 7), f"transposition: {WRONG}[1, 2, 2], not 7"),
        (FIVE, primes(5, 23), f"transposition: {WRONG}[1, 1, 3], not 23"),
        (SIX, primes(5, 17, 19), f"transposition: {WRONG}[2, 4], not 17"),
        (SIX, primes(5, 719, 19), f"transposition: {WRONG}[2, 2, 2], not 719"),
        (SIX, primes(5, 61, 5), f"cycle: {WRONG}[6], not 5"),
        (SIX, primes(5, 61, 17), f"cycle: {WRONG}[2, 4], not 17"),
        (SIX, primes(5, 61, 197), f"cycle: {WRONG}[3, 3], not 197"),
    ],
)
def test_primes_that_show_another_cycle(proof, changed, refusal):
    assert outcome(proof, primes=changed) == f"proof.primes.{refusal}"


def test_other_primes_that_show_a_transposition_or_a_cycle():
    for transposition in (29, 89, 43):  # [2, 3], [1, 1, 1, 2], [2, 3]
        assert "S_5" in outcome(FIVE, primes=primes(5, transposition))
    # A cycle of four is not needed, but not wrong either.
    assert "S_5" in outcome(FIVE, primes=primes(5, 29, 3))
    said = outcome(SIX, primes=primes(5, 61))
    assert said == "proof.primes: must be with a cycle, the degree not being prime, not a dict"


def test_which_numbers_are_primes():
    found = [n for n in range(2, 60) if checker.is_prime(n)]
    assert found == [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59]
