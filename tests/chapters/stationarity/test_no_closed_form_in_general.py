"""Three meanings of `no closed form`, each with its theorem, and small instances that have one."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest
from flint import fmpz_poly, nmod_poly

from claims.compiled import Function
from claims.mathematics import (
    CROSS_ENTROPY,
    SIGMOID,
    SQUARED_ERROR,
    Objective,
    as_symbol,
    count_roots,
    in_z,
    is_irreducible,
    linear,
    neuron,
    polynomial_in_z,
    prove_symmetric,
)
from claims.numbers import SYMBOLS, square, symbols

CLAIM = "no-closed-form-in-general"
HALF = Fraction(1, 2)
NEURON = Objective(neuron(1, SIGMOID), SQUARED_ERROR, reduction="sum")
LOGISTIC_REGRESSION = Objective(linear(1, bias=False), CROSS_ENTROPY, reduction="sum")
Z = fmpz_poly([0, 1])
OF_TWO_POINTS = Z**5 + Z**4 + 6 * Z**3 + 2 * Z**2 + Z - 3


def slope_of(objective, samples):
    return Function(objective.value, theta=(1,), inputs=(samples, 1), targets=(samples,)).gradient


def only_zero(check, objective, inputs, targets):
    """Show that the derivative has one zero, the minimum; return the polynomial of z = exp(-w)."""
    found = polynomial_in_z(slope_of(objective, len(inputs)), inputs, targets)
    witness = {"inputs": inputs, "targets": targets}
    check.that(
        count_roots(found.polynomial, above=Fraction(0)) == 1 and found.factor < 0,
        "the derivative has one zero and changes there from - to +",
        **witness,
    )
    return found.polynomial, witness


def difference(found, stated):
    """Return the coefficients of found - stated, at least one."""
    return [int(coefficient) for coefficient in (found - stated).coeffs()] or [0]


def without_radicals(check, polynomial, witness):
    """Show that the Galois group is the full symmetric group, of degree at least 5."""
    proof = prove_symmetric(polynomial)
    check.that(
        proof is not None and proof.degree >= 5,
        "the Galois group is the full symmetric group of degree at least 5",
        **witness,
    )
    prime, pattern = proof.transposition
    check.record("Galois group", f"S_{proof.degree}: degrees {pattern} modulo {prime}")


@pytest.mark.claim(CLAIM, shows="holds", by="identity")
@pytest.mark.control(
    "first-target-half", "targets (1/2, 1/2), fitted at w = 0", targets=(HALF, HALF)
)
@pytest.mark.control("second-target-0", "targets (1, 0)", targets=(1, 0))
def test_two_points_without_radicals(check, *, targets=(1, HALF)):
    r"""On two points the minimising $e^{-w}$ cannot be written with radicals.

    With $z = e^{-w}$ the derivative of the loss on the points $(1, 1)$ and $(2, \frac12)$ is a
    rational function of $z$ without poles in $z > 0$; its numerator is $z^3$ times $p = z^5 + z^4 +
    6z^3 + 2z^2 + z - 3$, derived from the recorded definition. $p$ has exactly one positive root
    (Sturm), where the derivative changes from $-$ to $+$: the global minimum. $p$ is irreducible,
    and modulo 29 it has irreducible factors of degrees 2 and 3, so its Galois group contains a
    permutation of that form (Dedekind), whose third power is a transposition. A transitive group
    of prime degree with a transposition is the full symmetric group (Jordan); $S_5$ is not
    solvable, and no root can be written with radicals (Galois).
    """
    polynomial, witness = only_zero(check, NEURON, [1, 2], targets)
    without_radicals(check, polynomial, witness)
    excess = difference(polynomial, OF_TWO_POINTS)
    check.zero(excess, "the polynomial minus the stated one", **witness)
    check.record("polynomial", as_symbol(polynomial, "z"))


# Each is refused by one step alone: it is reducible; it is of alternating group, with permutations
# of cycles 1, 2, 2; it is alternating, with factors of degrees 1 and 2 modulo the ramified 17.
SMALLER_GROUPS = (
    (Z**2 - 2) * (Z**3 - Z - 1),
    Z**5 + 20 * Z + 16,
    Z**5 - Z**2 - 2 * Z - 3,
)


def is_unramified(polynomial, prime):
    return int(polynomial.leading_coefficient() * polynomial.discriminant()) % prime != 0


def one_of_degree_two(degrees):
    return degrees.count(2) == 1 and all(degree % 2 for degree in degrees if degree != 2)


def any_of_degree_two(degrees):
    """Wrong on purpose: several factors of degree 2 allowed."""
    return 2 in degrees and all(degree % 2 for degree in degrees if degree != 2)


@pytest.mark.claim(CLAIM, shows="holds", by="identity")
@pytest.mark.control("reducible", "reducible polynomials allowed", irreducible=lambda _: True)
@pytest.mark.control("ramified", "ramified primes allowed", unramified=lambda *_: True)
@pytest.mark.control("several-twos", "several factors of degree 2", single=any_of_degree_two)
def test_no_step_of_the_group_is_idle(
    check, *, irreducible=is_irreducible, unramified=is_unramified, single=one_of_degree_two
):
    r"""The three steps to $S_5$ hold for the quintic, and each of them keeps out a smaller group.

    For a quintic: it is irreducible; some prime divides neither its leading coefficient nor its
    discriminant; modulo this prime one factor has degree 2 and all others have odd degrees.
    Executed one by one with primes below 100 for $p$, and for three quintics that lack one of them:
    $(z^2 - 2)(z^3 - z - 1)$ is reducible, $z^5 + 20z + 16$ has a second factor of degree 2 wherever
    it has one, and $z^5 - z^2 - 2z - 3$ shows the degrees 1 and 2 alone only modulo primes that
    divide its discriminant.
    """

    def by_steps(polynomial):
        for prime in (n for n in range(2, 100) if all(n % k for k in range(2, n))):
            reduced = nmod_poly([int(entry) % prime for entry in polynomial.coeffs()], prime)
            degrees = [factor.degree() for factor, _ in reduced.factor()[1]]
            if unramified(polynomial, prime) and single(degrees) and irreducible(polynomial):
                return prime
        return None

    for polynomial in SMALLER_GROUPS:
        check.that(
            by_steps(polynomial) is None and prove_symmetric(polynomial) is None,
            "a smaller group is not taken for S_5",
            polynomial=as_symbol(polynomial, "z"),
        )
    found, proof = by_steps(OF_TWO_POINTS), prove_symmetric(OF_TWO_POINTS)
    check.that(found is not None and proof is not None, "both prove the group of p")
    check.zero(found - proof.transposition[0], "the prime found minus that of the function")


@pytest.mark.claim(
    CLAIM, reading="elementary-number", shows="holds", by="identity", when=["schanuel"]
)
@pytest.mark.control("fitted-targets", "targets (1/2, 1/2), fitted at w = 0", targets=(HALF, HALF))
def test_no_elementary_number_if_schanuel_is_right(check, *, targets=(1, HALF)):
    r"""If Schanuel's conjecture is true, the minimising weight is no elementary number either.

    Let $\mathbb E$ be the smallest field of complex numbers closed under $\exp$ and, on numbers
    other than 0, under the principal branch of $\log$. T. Y. Chow, *What is a closed-form number?*,
    Amer. Math. Monthly 106 (1999), shows that Schanuel's conjecture implies: the algebraic numbers
    in $\mathbb E$ are exactly those that can be written with radicals. If $w^*$ were in $\mathbb
    E$, so would be $z = e^{-w^*}$, which is algebraic, a root of $p$, and not expressible by
    radicals: a contradiction. Executed here is what is said of $p$; the theorem is quoted, and the
    conjecture is open.
    """
    polynomial, witness = only_zero(check, NEURON, [1, 2], targets)
    without_radicals(check, polynomial, witness)
    excess = difference(polynomial, OF_TWO_POINTS)
    check.zero(excess, "the polynomial minus the stated one", **witness)


def equation(z, t):
    return square(1 + square(z)) * (1 + square(z)) + 2 * (t * (1 + square(z)) - 1) * (
        square(1 + z) * (1 + z)
    )


@pytest.mark.claim(CLAIM, reading="formula-in-the-data", shows="holds", by="identity")
@pytest.mark.control("inputs-1-1", "both inputs 1", inputs=(1, 1))
@pytest.mark.control("first-target-0", "the first target 0 in place of 1", first=0)
def test_the_monodromy_is_the_symmetric_group(check, *, inputs=(1, 2), first=1):
    r"""As a function of one target the solution has monodromy $S_6$: no formula by quadratures.

    On $(1, 1)$ and $(2, t)$ the derivative vanishes at the roots $z > 0$ of $P(z, t) = A(z) + t
    B(z)$, monic of degree 6 in $z$, with $A = (1+z^2)^3 - 2(1+z)^3$ and $B = 2(1+z^2)(1+z)^3$
    without a common root: $P$ is linear in $t$, hence irreducible over $\mathbb C(t)$, and the
    monodromy group is transitive. The discriminant of $P$ in $z$ is a polynomial in $t$ of degree
    8 with 8 different roots. Where a discriminant has a simple root, just two of the six solutions
    meet, and a loop round that $t$ exchanges them. The complex plane without these 8 points has
    loops round them for generators; so the group is generated by transpositions, and a transitive
    one that is so is the full symmetric group $S_6$. It is not solvable, hence $z(t)$ is not
    represented by quadratures (Khovanskii, *Topological Galois Theory*, 2014, quoted).
    """
    z, t = symbols("z"), symbols("t")
    slope = in_z(slope_of(NEURON, 2), inputs, [first, t])
    power = square(z)
    poles = square(1 + z) * (1 + z) * square(1 + power) * (1 + power)
    witness = {"inputs": inputs, "first target": first}
    check.zero(
        slope * poles + 2 * power * equation(z, t),
        "the derivative times its denominator plus 2 z^2 P",
        **witness,
    )
    polynomial = equation(z, t).numerator
    at_zero, slope_in_t = equation(z, SYMBOLS.enter(0)), equation(z, t) - equation(z, 0 * t)
    degrees = dict(zip(polynomial.context().names(), polynomial.degrees(), strict=True))
    leading = polynomial.context().gen(1) ** 6
    check.that(degrees == {"t": 1, "z": 6}, "P is linear in t and of degree 6 in z", **witness)
    check.that((polynomial - leading).degrees()[1] < 6, "P is monic in z", **witness)
    common = at_zero.numerator.project_to_context(polynomial.context()).gcd(slope_in_t.numerator)
    check.that(common.is_constant(), "A and t B have no common factor", **witness)
    discriminant = polynomial.discriminant("z")
    check.that(
        discriminant.degrees() == (8, 0)
        and discriminant.gcd(discriminant.derivative("t")).is_constant(),
        "the discriminant has 8 different roots",
        **witness,
    )
    check.record("P", polynomial)
    check.record("discriminant", discriminant.factor()[1][0][0])


@pytest.mark.claim(CLAIM, reading="cross-entropy", shows="holds", by="identity")
@pytest.mark.control("inputs-2-4", "the inputs 2 and 4 in place of 2 and 3", inputs=(2, 4))
@pytest.mark.control("labels-exchanged", "the labels exchanged", targets=(1, 0))
def test_convexity_brings_no_radicals(check, *, inputs=(2, 3), targets=(0, 1)):
    r"""The convex cross-entropy has such instances too: points 2 with label 0, 3 with label 1.

    The derivative vanishes at the one positive root of $q = 3z^5 + z^3 - 2$, $z = e^{-w}$: the
    unique minimum. $q$ is irreducible, and modulo 11 it has factors of degrees 2 and 3: its Galois
    group is $S_5$, as above.
    """
    polynomial, witness = only_zero(check, LOGISTIC_REGRESSION, inputs, targets)
    stated = 3 * Z**5 + Z**3 - 2
    check.zero(difference(polynomial, stated), "the polynomial minus the stated one", **witness)
    without_radicals(check, polynomial, witness)
    check.record("polynomial", as_symbol(polynomial, "z"))


@pytest.mark.claim(CLAIM, reading="every-instance", shows="fails", by="counterexample")
@pytest.mark.control("second-target-half", "the second target 1/2 in place of 0", second=HALF)
def test_an_instance_with_radicals(check, *, second=0):
    r"""The points $(1, 1)$ and $(2, 0)$ have a solution in radicals.

    The derivative vanishes where $(1+z^2)^3 = 2(1+z)^3$, for $z > 0$ where $1 + z^2 = c\,(1+z)$
    with $c = \sqrt[3]2$: at $z = \frac12\bigl(c + \sqrt{c^2 + 4c - 4}\bigr)$. That it has degree
    six like the equation without radicals shows that the degree decides nothing. Simpler still,
    the targets $(\frac12, \frac12)$ have the zero $w = 0$.
    """
    polynomial, witness = only_zero(check, NEURON, [1, 2], (1, second))
    check.that(
        polynomial == (1 + Z**2) ** 3 - 2 * (1 + Z) ** 3,
        "the derivative vanishes where (1 + z^2)^3 = 2 (1 + z)^3",
        **witness,
    )
    # c stands for the cube root of 2, r for the square root.
    c, r = symbols("c"), symbols("r")
    z = (c + r) * HALF
    rest = (square(r) - (square(c) + 4 * c - 4)) * Fraction(1, 4)
    check.zero(1 + square(z) - c * (1 + z) - rest, "1 + z^2 - c (1 + z) at the solution")
    check.that(Fraction(5, 4) ** 3 < 2, "c exceeds 5/4, so that the root is real")
    check.record(("inputs", "targets"), ([1, 2], [1, second]))
    check.record("polynomial", as_symbol(polynomial, "z"))
    root = float(2 ** (1 / 3) + (2 ** (2 / 3) + 4 * 2 ** (1 / 3) - 4) ** 0.5) / 2
    check.record("solution in floats", f"z = {root:.9f}")
    check.size(
        points=2, largest_input=2, smaller="the reading asks for two different inputs of one sign"
    )


def certified_objective(inputs, targets, activation, loss):
    """What a certificate says of a sum over two points, once each, with nothing added to it."""
    return {
        "widths": [1, 1],
        "activations": [activation],
        "biases": [False],
        "loss": loss,
        "reduction": "sum",
        "inputs": [[x] for x in inputs],
        "targets": targets,
        "counts": [1, 1],
        "penalty": "0",
        "dropout": "0",
    }


def as_written(proof):
    return proof


def with_last_target_0(proof):
    objective = proof["objective"]
    return proof | {"objective": objective | {"targets": [*objective["targets"][:-1], "0"]}}


def with_constant_raised(proof):
    first, *rest = proof["polynomial"]
    return proof | {"polynomial": [first + 1, *rest]}


def decide_certificate(check, path, edit, objective, polynomial):
    """Assert that the checker accepts a proof about just this loss and this polynomial."""
    figures = check.certificate(path, kind="no-radicals", objective=objective, edit=edit)
    check.record("certified", figures)
    proof = json.loads(path.read_text(encoding="utf-8"))["proof"]
    check.that(proof["polynomial"] == polynomial, "the polynomial is the one stated")


NEURON_FILE, LOGISTIC_FILE = "no-radicals-neuron.json", "no-radicals-logistic.json"


@pytest.mark.claim(CLAIM, shows="holds", by="certificate")
@pytest.mark.control("last-target-0", "the second target 0", edit=with_last_target_0)
@pytest.mark.control("constant-raised", "-2 for -3 in the polynomial", edit=with_constant_raised)
@pytest.mark.control("other-certificate", "that of the cross-entropy", name=LOGISTIC_FILE)
def test_two_points_without_radicals_certified(
    check, certificates, *, edit=as_written, name=NEURON_FILE
):
    """The same with a certificate: polynomial, root, minimum and group from the data alone.

    The checker derives the numerator of the derivative itself, divides it by the polynomial, counts
    positive roots by Descartes' rule and factors modulo two primes.
    """
    objective = certified_objective(["1", "2"], ["1", "0.5"], "sigmoid", "squared-error")
    decide_certificate(check, certificates / name, edit, objective, [-3, 1, 2, 6, 1, 1])


@pytest.mark.claim(CLAIM, reading="cross-entropy", shows="holds", by="certificate")
@pytest.mark.control("constant-raised", "-1 for -2 in the polynomial", edit=with_constant_raised)
@pytest.mark.control("other-certificate", "that of the neuron", name=NEURON_FILE)
def test_convexity_brings_no_radicals_certified(
    check, certificates, *, edit=as_written, name=LOGISTIC_FILE
):
    """The convex instance with a certificate.

    The checker derives the polynomial from the two points itself, finds its only positive root
    between two fractions, and factors it modulo two primes, from which the group follows as above.
    """
    objective = certified_objective(["2", "3"], ["0", "1"], "identity", "cross-entropy")
    decide_certificate(check, certificates / name, edit, objective, [-2, 0, 0, 1, 0, 3])
