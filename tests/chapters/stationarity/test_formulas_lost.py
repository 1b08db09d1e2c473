"""Inputs that depend on each other: no formula in the targets, by the monodromy of the zeros."""

from __future__ import annotations

from fractions import Fraction
from functools import reduce
from itertools import combinations
from math import gcd

import pytest
from flint import fmpq, fmpq_mat, fmpq_poly
from hypothesis import assume
from hypothesis import strategies as st

from claims.compiled import Function
from claims.mathematics import SIGMOID, SQUARED_ERROR, Objective, in_z, neuron, prove_symmetric
from claims.mathematics.linear_algebra import null_space
from claims.numbers import logistic, logistic_complement, square, symbols
from claims.numbers.exact import to_fmpq
from claims.testing import given

CLAIM = "closed-form-few-points"
NEURON = Objective(neuron(1, SIGMOID), SQUARED_ERROR, reduction="sum")


def slope_of(samples):
    return Function(NEURON.value, theta=(1,), inputs=(samples, 1), targets=(samples,)).gradient


def family_of(inputs):
    """The derivative's numerator in z = exp(-w), as a function of the targets.

    Returns {(): A, (i,): B_i}, polynomials in z: the zeros are those of A + sum t_i B_i at z > 0.
    Factors that do not depend on the targets are divided out.
    """
    targets = symbols("t", len(inputs))
    numerator = in_z(slope_of(len(inputs)), inputs, targets).numerator
    names = numerator.context().names()
    found = {}
    for exponents, value in numerator.to_dict().items():
        powers = dict(zip(names, exponents, strict=True))
        key = tuple(i for i, t in enumerate(targets) for _ in range(powers.get(str(t), 0)))
        monomial = fmpq_poly([0] * powers["z"] + [value])
        found[key] = found.get(key, fmpq_poly(0)) + monomial
    common = fmpq_poly(0)
    for entry in found.values():
        common = common.gcd(entry)
    return {key: entry // common for key, entry in found.items()}


def group_at(family, targets):
    """A proof that the member at these targets has the full symmetric group, or None."""
    member = family.get((), fmpq_poly(0))
    for number, target in enumerate(targets):
        member += family[(number,)] * to_fmpq(target)
    return prove_symmetric(member.numer())


def degree_of(family):
    return max(entry.degree() for entry in family.values())


@pytest.mark.claim(CLAIM, reading="lost-beyond", shows="holds", by="witness")
@pytest.mark.control("one-merged-point", "the inputs 1 and -1, which merge", inputs=(1, -1))
def test_the_formula_is_lost_for_one_and_two(check, *, inputs=(1, 2)):
    r"""The inputs 1 and 2: no formula in the two targets gives the minimiser.

    With $z = e^{-w}$ the zeros are the positive roots of $P = A(z) + t_1 B_1(z) + t_2 B_2(z)$, of
    degree 7 in $z$. $P$ is linear in the targets, and $A, B_1, B_2$ have no common factor: so it is
    irreducible over $\mathbb C(t_1, t_2)$, and its monodromy group is transitive. At $t =
    (\frac14, \frac12)$ the polynomial keeps its degree and has the Galois group $S_7$ over
    $\mathbb Q$, which is a subgroup of that of $P$ over $\mathbb Q(t_1, t_2)$: this is $S_7$ too.
    The monodromy group is a normal subgroup of it, not trivial because it is transitive, hence
    $A_7$ or $S_7$, and not solvable. So the minimiser, which exists for all targets in $(0,1)^2$
    and is one of the branches, is not given by quadratures, elementary functions included
    (Khovanskii, *Topological Galois Theory*, 2014, quoted).
    """
    targets = (Fraction(1, 4), Fraction(1, 2))
    family, witness = family_of(inputs), {"inputs": inputs, "targets": targets}
    check.that(max(map(len, family)) == 1, "the equation is linear in the targets", **witness)
    proof = group_at(family, targets)
    check.that(
        proof is not None and proof.degree == degree_of(family) >= 5,
        "at these targets the Galois group is the full symmetric group of the family's degree",
        **witness,
    )
    prime, pattern = proof.transposition
    check.record("inputs", inputs)
    check.record("targets", targets)
    check.record("Galois group there", f"S_{proof.degree}: degrees {pattern} modulo {prime}")
    check.size(
        points=len(inputs),
        largest_input=max(inputs),
        smaller="one point has a closed form, and inputs of size 1 merge to one",
    )


# Targets at which the group of the family is looked for; the first one that shows it is enough.
TARGETS = tuple(
    tuple(Fraction(*pair) for pair in row)
    for row in (
        ((1, 4), (1, 2), (2, 3)),
        ((1, 3), (1, 4), (2, 3)),
        ((1, 5), (3, 5), (5, 7)),
        ((2, 7), (5, 6), (3, 8)),
    )
)


@st.composite
def inputs_on_a_line(draw):
    """Two or three non-zero integers, their greatest common divisor 1, often repeated or turned."""
    count = draw(st.integers(2, 3))
    return tuple(draw(st.integers(1, 7)) * draw(st.sampled_from((1, 1, -1))) for _ in range(count))


def several_merged(inputs):
    return len({abs(x) for x in inputs}) > 1


@pytest.mark.claim(CLAIM, reading="two-merged-points", shows="holds", by="property")
@pytest.mark.control("any-number", "one merged point allowed", condition=lambda inputs: True)
@given(inputs=inputs_on_a_line(), draws=300)
def test_random_inputs_on_a_line_lose_the_formula(check, inputs, *, condition=several_merged):
    r"""On random integer inputs of which two or more stay after merging, the formula is lost.

    The argument is that of the inputs 1 and 2, for two or three non-zero inputs up to 7: the
    polynomial in $z = e^{-w}$ is linear in the targets, and at one of four rows of targets its
    Galois group is proved to be the full symmetric group, of degree at least 5. Inputs with a
    common divisor are divided by it first, which rescales the weight.
    """
    assume(condition(inputs))
    divisor = gcd(*inputs)
    scaled = [x // divisor for x in inputs]
    family = family_of(scaled)
    degree = degree_of(family)
    check.label(f"degree {degree}")
    check.that(max(map(len, family)) == 1, "the equation is linear in the targets", inputs=inputs)
    proofs = (group_at(family, row[: len(inputs)]) for row in TARGETS)
    check.that(
        degree >= 5 and any(proof and proof.degree == degree for proof in proofs),
        "the full symmetric group at some targets",
        inputs=inputs,
    )


def complement(target):
    return 1 - target


def bell(q):
    """s (1 - s) at s = 1/(1 + q), q = exp(-h)."""
    return q * (1 / square(1 + q))


PLACE = fmpq(7, 5)


def fibre_at(place, values):
    """The polynomial, with multiplicity, of the points where the values are those at the place.

    ``values`` are polynomials without a common factor; only their ratios count.
    """
    pairs = combinations([(f, f(place)) for f in values], 2)
    return reduce(fmpq_poly.gcd, (f * b - g * a for (f, a), (g, b) in pairs), fmpq_poly())


def touching_at(place, values):
    """A combination of the polynomials with a double zero at the place; None if there is none."""
    rows = fmpq_mat([[f(place) for f in values], [f.derivative()(place) for f in values]])
    directions = null_space(rows)
    weights = [sum(column) for column in zip(*directions, strict=True)]
    terms = zip(values, weights, strict=True)
    return sum((f * to_fmpq(weight) for f, weight in terms), fmpq_poly()) if weights else None


# Two and three different sizes, some of them several times and with both signs.
GROUPS = (
    (1, 2), (1, -3), (2, 3), (2, -2, 3, 3), (1, 1, 1, 4), (3, 4), (2, 5), (5, 6), (1, 7),
    (1, 2, 3), (2, 3, 4), (2, -3, 6), (4, 5, -6, 6), (6, 10, 15),
)  # fmt: skip


@pytest.mark.claim(CLAIM, reading="two-merged-points", shows="holds", by="identity")
@pytest.mark.control("kept-target", "the target of an opposite input kept", opposite=lambda t: t)
@pytest.mark.control("common-divisor", "inputs with the common divisor 2", groups=((2, 4),))
@pytest.mark.control("one-merged-point", "the inputs 1 and -1, which merge", groups=((1, -1),))
def test_all_inputs_lose_the_formula(check, *, opposite=complement, groups=GROUPS):
    r"""Two different $\lvert x_i\rvert$ or more: the monodromy is $S_n$, $n \ge 6$, always.

    Let $K$ be the set of the $\lvert x_i\rvert$, $a$ the largest and $b$ the least; their
    greatest common divisor is 1, $z = e^{-wg}$ being written for $e^{-w}$ if it is $g$. With
    $s_k = 1/(1+z^k)$, $\psi_k = s_k(1-s_k)$, $n_k$ the number of points with $\lvert x_i\rvert =
    k$ and $T_k$ the sum of their targets, those at $-k$ turned into $1-t$, half the derivative is
    $P = Q - \sum_{k\in K} k\,T_k\psi_k$, $Q = \sum_k k\,n_k s_k\psi_k$. All $T_k$ occur.
    So the zeros are the places where a hyperplane meets the curve $\varphi = (Q, \psi_k)$.

    **One to one.** Let $\zeta$ be a zero of $E = 1+z^a$ and of no other $1+z^k$, $k \in K$: a
    primitive $2a$-th root of unity. There $Q$, $\psi_a$ and the other $\psi_k$ have poles of
    order 3, 2, 0: they are independent, and $\varphi$ lies on no line. By Lüroth's theorem the
    ratios are rational functions of one rational $h$, of degree $m$. Let $\zeta'$ have the same
    $h$. All $\psi_k/\psi_a$, $k \ne a$, vanish at $\zeta$, hence at $\zeta'$, which is thus a
    zero of $E$ and of no other $1+z^k$. $Q/\psi_a = a n_a/E + O(E^2)$ has simple poles at both:
    $h$ takes its value simply, and points $z, z'$ near them with one $h$ have $E(z') = E(z) +
    O(E^4)$, so that $\log z' - \log\zeta'$ and $\log z - \log\zeta$ agree as far, and
    $\psi_k(z')/\psi_k(z) = \psi_a(z')/\psi_a(z) = 1 + O(E^3)$. Thus $\psi_k$ and its derivative
    in $\log z$ are the same at $\zeta'$ and $\zeta$, $k \ne a$. With $q = \zeta^k$, $p =
    \zeta'^k$ the former says $p = q$ or $pq = 1$; the latter, whose sign $q \to 1/q$ turns,
    excludes $p \ne q$. So $\zeta'^k = \zeta^k$ for all $k \in K$, and $\zeta' = \zeta$: $m = 1$.

    **Doubly transitive.** Two points with different $\varphi$ lie on the hyperplanes of a linear
    space of codimension 2. These spaces make an irreducible family, and the finitely many pairs
    with equal $\varphi$ too few hyperplanes to count: a loop leads from any ordered pair of zeros
    to any other.

    **A transposition.** The hyperplanes $T$ that touch the curve at $z$ have codimension 2, and
    make an irreducible hypersurface, with the tangent space $dT\cdot\varphi(z) = 0$. On most
    the coefficient of $Q$ is not 0, since $\psi_a/\psi_b$ is not constant. If each
    met it three times at $z$, $\varphi$ would lie on a line. If each touched it at a $z'$ too,
    then $dT\cdot\varphi(z') = 0$ on the same tangent space: $\varphi(z') = \varphi(z)$, which
    is excluded. So round a general one just two zeros are exchanged. With double transitivity all
    transpositions follow: $S_n$ (uniform position, J. Harris 1979; this is all of the proof).

    **The degree.** $n$ is the number of poles less $2b$, the common order of the zeros at $0$ and
    $\infty$. The $a$ zeros of $E$ have order 2 at least, and two or more of them order 3. So $n
    \ge 2(a - b) + 2 \ge 6$ if $a \ge b + 2$. If $a = b + 1$, no zero of $1+z^b$ is one of $E$,
    which adds $2b \ge 2$. $S_n$ is not solvable, so the minimiser, one of the branches on some
    open set of targets, is not given by quadratures, elementary functions included (Khovanskii,
    *Topological Galois Theory*, 2014, quoted).

    Executed for symbols: the derivative, the turned target, and the identities of the first step.
    Executed in fractions, for lists of inputs from the recorded derivative: at $z = 7/5$ the curve
    passes once and simply, and a touching hyperplane meets it in a double zero and simple ones.
    """
    w, x, t = symbols("w", 1), symbols("x"), symbols("t")
    slope, h = slope_of(1), symbols("x") * w[0]
    found = slope(w, [[x]], [t])[0]
    family = 2 * x * (logistic(h) - t) * logistic(h) * logistic_complement(h)
    check.zero(found - family, "the derivative minus 2 x (s - t) s (1 - s)")
    turned = slope(w, [[-x]], [t])[0] - slope(w, [[x]], [opposite(t)])[0]
    check.zero(turned, "the opposite input minus the input with the turned target")
    e, n, a, rest, p, q = (symbols(name) for name in ("E", "n", "a", "R", "p", "q"))
    s = 1 / (1 + q)
    check.zero(s * (1 - s) - bell(q), "s (1 - s) minus q/(1 + q)^2 at s = 1/(1 + q)")
    top = (a * n * (1 / e) * bell(e - 1) + rest) * (1 / bell(e - 1)) - a * n * (1 / e)
    check.zero(top - rest * square(e) * (1 / (e - 1)), "Q/psi_a minus a n/E, R being the rest")
    difference = (q - p) * (1 - p * q) * (1 / (square(1 + p) * square(1 + q)))
    check.zero(bell(q) - bell(p) - difference, "psi at q minus psi at p")
    rise = bell(q) * (1 - q) * (1 / (1 + q))
    check.zero(Function(bell, q=()).gradient(q) * q - rise, "the derivative in log q")
    mirrored = bell(1 / q) * (1 - 1 / q) * (1 / (1 + 1 / q))
    check.zero(rise + mirrored, "the derivative at q plus that at 1/q")

    for inputs in groups:
        witness = {"inputs": inputs}
        spanning = family_of(inputs)
        sizes = {abs(x): (i,) for i, x in enumerate(inputs)}
        values = [spanning[key] for key in ((), *sizes.values())]
        fibre, touching = fibre_at(PLACE, values), touching_at(PLACE, values)
        check.that(fibre.degree() == 1, "one point and no other has its values", **witness)
        check.that(touching is not None, "a hyperplane touches the curve", **witness)
        degree, double = degree_of(spanning), touching.gcd(touching.derivative())
        check.that(
            double.degree() == 1 and touching.degree() > degree - 2,
            "it has one double zero and simple ones, infinity included",
            **witness,
        )
        check.that(degree >= 6, "the degree is 6 at least", **witness)
    check.record("inputs", groups)
