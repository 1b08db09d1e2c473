"""The lists for two linear layers against routes that the checker does not take.

Searches from random complex starts, with derivatives written out here, end at listed points and at
no others; Groebner bases count the points, and those that a hyperplane section leaves of a set.
"""

from __future__ import annotations

import json
from fractions import Fraction
from math import comb

import numpy as np
import pytest
import sympy
from flint import fmpq, fmpq_mat

from claims.mathematics import SIGMOID, deep_linear, linear, one_hidden_layer
from claims.numbers.exact import to_fmpq
from claims.proof import checker, linear_networks, solution_manifolds
from claims.proof.certificates import NotFound, Problem
from claims.proof.instances.linear_networks import LINE, PENALISED, PLAIN, PLANE, SPACE

NEAR = 20  # further out on an unbounded set the Hessian is too nearly singular for floats


class Complex:
    """The gradient and the Hessian of a d-h-1 linear network with complex weights, by the sum."""

    def __init__(self, problem):
        self.inputs, self.units, _ = problem.network.widths
        x = np.array(problem.inputs, dtype=float)
        y = np.array(problem.targets, dtype=float)
        self.a, self.b = x.T @ x / len(x), x.T @ y / len(x)
        self.strength = float(problem.penalty)
        self.size = self.units * (self.inputs + 1)

    def parts(self, theta):
        cut = self.units * self.inputs
        return theta[:cut].reshape(self.units, self.inputs), theta[cut:]

    def gradient(self, theta):
        w, v = self.parts(theta)
        g = self.a @ (v @ w) - self.b
        return np.concatenate([np.outer(v, g).ravel(), w @ g]) + self.strength * theta

    def hessian(self, theta):
        w, v = self.parts(theta)
        g, moved = self.a @ (v @ w) - self.b, w @ self.a
        # Rows: W row by row, then v; the derivative of v_i g in v_k is [i = k] g + v_i A W_k.
        mixed = np.einsum("ik,j->ijk", np.eye(self.units), g) + np.einsum("i,kj->ijk", v, moved)
        mixed = mixed.reshape(self.units * self.inputs, self.units)
        whole = np.block([[np.kron(np.outer(v, v), self.a), mixed], [mixed.T, moved @ w.T]])
        return whole + self.strength * np.eye(self.size)

    def end(self, source):
        """Where Newton's method leads from a random start: damped at first; None if nowhere."""
        theta = source.normal(size=self.size) + 1j * source.normal(size=self.size)
        theta = theta * source.choice([0.5, 1, 2, 4])
        for _ in range(200):
            step, *_ = np.linalg.lstsq(self.hessian(theta), self.gradient(theta), rcond=1e-9)
            length = np.linalg.norm(step)
            theta = theta - step * min(1, 0.5 * (1 + np.linalg.norm(theta)) / (length + 1e-300))
            if length < 1e-13 * (1 + np.linalg.norm(theta)):
                break
        slope = np.abs(self.gradient(theta)).max()
        return theta if slope < 1e-11 * (1 + np.linalg.norm(theta)) ** 3 else None


def ends_of(problem, seed, starts):
    system, source = Complex(problem), np.random.default_rng(seed)
    ends = [system.end(source) for _ in range(starts)]
    found = [theta for theta in ends if theta is not None]
    assert len(found) > 0.8 * starts
    return system, found


def close(one, other, scale):
    return np.abs(one - other).max() < 1e-6 * (1 + scale)


@pytest.mark.parametrize("name", PLAIN)
def test_searches_without_penalty_end_in_the_two_sets(certificates, name):
    proof = json.loads(certificates[name])["proof"]
    fit = np.array([float(Fraction(entry)) for entry in proof["fit"]])
    system, found = ends_of(PLAIN[name], 1, starts=60)
    seen = {"fit": 0, "saddle": 0}
    for theta in found:
        w, v = system.parts(theta)
        scale = np.linalg.norm(theta)
        if close(v @ w, fit, scale**2):
            seen["fit"] += 1
            nullity = system.size - system.inputs
        else:
            assert close(v, 0, scale) and close(w @ system.b, 0, scale)
            seen["saddle"] += 1
            nullity = system.units * (system.inputs - 1)
        if scale < NEAR:
            values = np.linalg.svd(system.hessian(theta), compute_uv=False)
            assert (values < 1e-9 * values[0]).sum() == nullity
    assert min(seen.values()) > 0, seen


@pytest.mark.parametrize("name", PENALISED)
def test_searches_with_penalty_end_at_the_roots(certificates, name):
    proof = json.loads(certificates[name])["proof"]
    roots = np.roots([float(Fraction(entry)) for entry in proof["polynomial"]][::-1])
    assert len(roots) == 2 * PENALISED[name].network.widths[0]
    system, found = ends_of(PENALISED[name], 2, starts=600)
    seen = set()
    for theta in found:
        w, v = system.parts(theta)
        scale = np.linalg.norm(theta)
        if scale < 1e-6:
            seen.add("origin")
            continue
        t = v @ v / system.strength
        k = int(np.abs(roots - t).argmin())
        assert abs(roots[k] - t) < 1e-5 * (1 + abs(t)), name
        g = np.linalg.solve(np.eye(system.inputs) + roots[k] * system.a, system.b)
        assert close(w * system.strength, np.outer(v, g), scale**2)
        sign = v[0].real > 0 if abs(v[0].real) > 1e-9 else v[0].imag > 0
        seen.add((k, bool(sign) if system.units == 1 else None))
        values = np.linalg.svd(system.hessian(theta), compute_uv=False)
        assert (values < 1e-7 * values[0]).sum() == system.units - 1
    # Every point, or every quadric, is reached.
    assert len(seen) == 1 + len(roots) * (2 if system.units == 1 else 1)


def standard_monomials(basis):
    """The dimension of the quotient ring: the zeros, with multiplicity."""
    assert basis.is_zero_dimensional
    leading = [sympy.Poly(g, *basis.gens).monoms(order=sympy.grevlex)[0] for g in basis.exprs]
    waiting, seen = [(0,) * len(basis.gens)], set()
    while waiting:
        monomial = waiting.pop()
        if monomial in seen:
            continue
        if any(all(a <= b for a, b in zip(lead, monomial, strict=True)) for lead in leading):
            continue
        seen.add(monomial)
        for k in range(len(monomial)):
            waiting.append((*monomial[:k], monomial[k] + 1, *monomial[k + 1 :]))
    return len(seen)


def exact(value):
    fraction = Fraction(value)
    return sympy.Rational(fraction.numerator, fraction.denominator)


@pytest.mark.parametrize(("data", "strength"), [(LINE, "1/2"), (PLANE, "1/5"), (PLANE, 4)])
def test_a_groebner_basis_counts_the_points(data, strength):
    inputs = len(data[0][0])
    w, v = sympy.symbols(f"w:{inputs}"), sympy.Symbol("v")
    loss = sum(
        (v * sum(a * exact(b) for a, b in zip(w, x, strict=True)) - exact(y)) ** 2
        for x, y in zip(*data, strict=True)
    ) / len(data[1]) + exact(strength) * (v**2 + sum(a**2 for a in w))
    slopes = [sympy.diff(loss, unknown) for unknown in (*w, v)]
    basis = sympy.groebner(slopes, *w, v, order="grevlex")
    count = standard_monomials(basis)
    problem = Problem(deep_linear(inputs, 1, 1), *data, penalty=strength)
    sentence = checker.check(linear_networks.find_linear_list(problem, claim="x")).sentence
    assert f"All are disjoint, {count} points;" in sentence


@pytest.mark.parametrize(("inputs", "units"), [(1, 1), (2, 1), (3, 1), (1, 2), (2, 2), (3, 2)])
def test_hyperplanes_leave_as_many_points_as_the_degree(inputs, units):
    """A random affine space of dimension d meets the set in as many points, modulo a prime."""
    source = np.random.default_rng(10 * inputs + units)
    size, prime = units * (inputs + 1), 10007
    s = sympy.symbols(f"s:{inputs}")
    forms = [
        sum(int(c) * x for c, x in zip(source.integers(1, prime, inputs), s, strict=True))
        + int(source.integers(1, prime))
        for _ in range(size)
    ]
    w = [forms[j * inputs : (j + 1) * inputs] for j in range(units)]
    v = forms[units * inputs :]
    fit = [int(c) for c in source.integers(1, prime, inputs)]
    equations = [
        sympy.expand(sum(v[j] * w[j][i] for j in range(units)) - fit[i]) for i in range(inputs)
    ]
    basis = sympy.groebner(equations, *s, order="grevlex", modulus=prime)
    assert standard_monomials(basis) == 2 * sum(comb(inputs - 1, k) for k in range(units))


LINEAR, MANIFOLD = linear_networks.Reason, solution_manifolds.Reason


@pytest.mark.parametrize(
    ("problem", "reason"),
    [
        (Problem(one_hidden_layer(1, 1, SIGMOID), *LINE), LINEAR.NOT_TWO_LINEAR_LAYERS),
        (Problem(deep_linear(1, 1, 1, 1), *LINE), LINEAR.NOT_TWO_LINEAR_LAYERS),
        (Problem(deep_linear(1, 1, 1), *LINE, dropout="1/2"), LINEAR.NOT_TWO_LINEAR_LAYERS),
        (Problem(deep_linear(2, 1, 1), [[1, 1], [2, 2]], [0, 1]), LINEAR.RANK_DEFICIENT),
        (Problem(deep_linear(1, 1, 1), [[1], [-1]], [1, 1]), LINEAR.UNCORRELATED),
        # Both eigenvalues of A are 1; then the mean of y x has the length of the penalty.
        (Problem(deep_linear(2, 1, 1), [[1, 0], [0, 1]], [1, 3], penalty=1), LINEAR.SPECIAL),
        (Problem(deep_linear(1, 1, 1), [[1]], [2], penalty=2), LINEAR.SPECIAL),
    ],
)
def test_each_way_of_not_listing_has_its_reason(problem, reason):
    with pytest.raises(NotFound) as failure:
        linear_networks.find_linear_list(problem, claim="x")
    assert failure.value.reason is reason


@pytest.mark.parametrize(
    ("targets", "start", "reason"),
    [
        ([0, 1, 2, 3], [1, 0, 1, 0], MANIFOLD.TOO_FEW_WEIGHTS),
        ([0, 1, 2], [0, 0, 0, 0], MANIFOLD.RANK_DEFICIENT),
        ([0, 10, 0], [1, 0, 1, 0], MANIFOLD.NOT_CONVERGED),  # a unit is monotone
    ],
)
def test_each_way_of_not_finding_a_manifold_has_its_reason(targets, start, reason):
    inputs = [[i] for i in range(len(targets))]
    problem = Problem(one_hidden_layer(1, 1, SIGMOID), inputs, targets)
    with pytest.raises(NotFound) as failure:
        solution_manifolds.find_solution_manifold(problem, start, claim="x")
    assert failure.value.reason is reason


def test_sums_counts_and_the_width_are_told_apart():
    """The mean over counted points is that over repeated ones; the sum has another polynomial."""
    counted = Problem(deep_linear(3, 1, 1), *SPACE, counts=[2, 1, 1, 1, 1], penalty="1/3")
    repeated = Problem(
        deep_linear(3, 1, 1), [*SPACE[0], SPACE[0][0]], [*SPACE[1], SPACE[1][0]], penalty="1/3"
    )
    summed = Problem(deep_linear(3, 1, 1), *SPACE, penalty="1/3", reduction="sum")
    polynomials = [
        json.loads(linear_networks.find_linear_list(problem, claim="x"))["proof"]["polynomial"]
        for problem in (counted, repeated, summed)
    ]
    assert polynomials[0] == polynomials[1] != polynomials[2]


def test_random_networks_are_listed_truly(holds):
    """One to four inputs, one to three units, any data: the certificate is accepted, and true."""
    source = np.random.default_rng(7)
    kinds = set()
    for _ in range(40):
        inputs, units = int(source.integers(1, 5)), int(source.integers(1, 4))
        points = inputs + int(source.integers(0, 3))
        problem = Problem(
            deep_linear(inputs, units, 1),
            [[Fraction(int(x), 2) for x in source.integers(-4, 5, inputs)] for _ in range(points)],
            [Fraction(int(y), 3) for y in source.integers(-5, 6, points)],
            reduction="mean" if source.random() < 0.5 else "sum",
            counts=[int(k) for k in source.integers(1, 4, points)],
            penalty=Fraction(int(source.integers(0, 4)), 2),
        )
        try:
            text = linear_networks.find_linear_list(problem, claim="x")
        except NotFound as failure:
            kinds.add(failure.reason)
            continue
        certificate = json.loads(text)
        assert holds(certificate)
        kinds.add((certificate["kind"], certificate["proof"].get("root", 0) is None))
    assert {("linear-network-list", False), ("penalised-linear-list", False)} <= kinds
    assert ("penalised-linear-list", True) in kinds


def one_point(strength, target):
    """x = 1 on a 1-1-1 network: A is 1, b the target, the constant coefficient l^2 - b^2."""
    return Problem(deep_linear(1, 1, 1), [[1]], [target], penalty=strength, reduction="sum")


@pytest.mark.parametrize(
    ("strength", "target", "minima"),
    [("3/4", "1/4", 0), ("5/4", "3/4", 0), ("1/4", "3/4", 2), ("3/4", "5/4", 2), (1, -2, 2)],
)
def test_a_pair_of_minima_leaves_the_origin_where_the_penalty_is_small(strength, target, minima):
    """For constant coefficients of 1/2, 1, -1/2, -1 and -3."""
    problem = one_point(strength, target)
    sentence = checker.check(linear_networks.find_linear_list(problem, claim="x")).sentence
    assert ("both points: the global minima" in sentence) == (minima == 2)
    assert ("a saddle of index 1" in sentence) == (minima == 2)
    assert ("the global minimum; and no other" in sentence) == (minima == 0)


def refusal(kind, proof):
    certificate = {"schema": 2, "kind": kind, "claim": "x", "statement": "", "precision": 128}
    with pytest.raises(checker.Refused) as refused:
        checker.prove(checker.Entry({**certificate, "proof": proof}))
    return str(refused.value)


DEFINITIONS = {
    "two linear layers": [
        {"activations": ["sigmoid", "identity"]},
        {"activations": ["identity", "tanh"]},
        {"biases": [True, False]},
        {"biases": [False, True]},
        {"loss": "cross-entropy"},
        {"dropout": "1/2"},
    ],
    "inputs that span": [{"inputs": [["1", "1"]] * 4}],
    "do not sum up to 0": [{"targets": ["0"] * 4}],
}


@pytest.mark.parametrize("name", ["linear-2-1-1", "linear-2-1-1-penalised"])
def test_other_objectives_are_refused(certificates, name):
    document = json.loads(certificates[name])
    proof = document["proof"]
    for reason, edits in DEFINITIONS.items():
        for edit in edits:
            edited = proof | {"objective": proof["objective"] | edit}
            assert reason in refusal(document["kind"], edited), edit
    other = "0" if "penalised" in name else "1"
    edited = proof | {"objective": proof["objective"] | {"penalty": other}}
    assert "penalty" in refusal(document["kind"], edited)


def test_a_fit_of_the_right_value_alone_is_refused(certificates):
    """Moved at right angles to b, which leaves c - b.p as it is."""
    proof = json.loads(certificates["linear-2-1-1"])["proof"]
    fit = [Fraction(entry) for entry in proof["fit"]]
    moved = [str(fit[0] + Fraction(13, 8)), str(fit[1] - Fraction(9, 8))]
    assert "normal equations" in refusal("linear-network-list", proof | {"fit": moved})


@pytest.mark.parametrize(
    "problem",
    [
        Problem(deep_linear(2, 1, 1), [[1, 0], [0, 1]], [1, 3], penalty=1),  # A has one eigenvalue
        Problem(deep_linear(2, 1, 1), [[1, 0], [0, 2]], [0, 3], penalty=1),  # b is an eigenvector
        one_point(2, 2),  # |b| is the penalty
    ],
)
def test_special_polynomials_are_refused(problem):
    x, y = (np.array(part, dtype=object) for part in (problem.inputs, problem.targets))
    share = Fraction(1, len(y)) if problem.reduction == "mean" else 1
    a, b = (x.T @ x * share).tolist(), (x.T @ y * share).tolist()
    polynomial, _ = linear_networks.multipliers(
        fmpq_mat([[to_fmpq(Fraction(entry)) for entry in row] for row in a]),
        fmpq_mat(len(b), 1, [to_fmpq(Fraction(entry)) for entry in b]),
        fmpq(int(problem.penalty)),
    )
    proof = {
        "objective": problem.definition(),
        "polynomial": [str(entry) for entry in polynomial.coeffs()],
        "root": {"low": "1e-6", "high": "10"},
        "least": {"low": "-100", "high": "100"},
        "origin": str(sum(y * y) * share),
    }
    assert "simple roots" in refusal("penalised-linear-list", proof)


def test_the_root_lies_between_the_ends_and_the_value_between_its_bounds():
    """(1 + t)^2 = 4: the root is 1, with w = v = 1, and the value (1 - 2)^2 + 1 + 1 = 3."""
    proof = json.loads(linear_networks.find_linear_list(one_point(1, 2), claim="x"))["proof"]
    wide = {"low": "-100", "high": "100"}

    def accepted(low, high, least=wide):
        edited = proof | {"root": {"low": low, "high": high}, "least": least}
        return checker.penalised_linear_list(checker.Entry(edited))

    accepted("1/2", "2")
    for ends in (("1", "2"), ("1/2", "1"), ("2", "3"), ("1/4", "1/2"), ("2", "1/2")):
        edited = proof | {"root": {"low": ends[0], "high": ends[1]}, "least": wide}
        assert "change its sign" in refusal("penalised-linear-list", edited)
    for bounds in ({"low": "3.1", "high": "100"}, {"low": "-100", "high": "2.9"}):
        edited = proof | {"root": {"low": "0.999999", "high": "1.000001"}, "least": bounds}
        assert "to hold the value, about 3.0" in refusal("penalised-linear-list", edited)
    for key in ("root", "least"):  # both or none
        assert "an object with the keys" in refusal("penalised-linear-list", proof | {key: None})


LINE_OF_SOLUTIONS = {
    "objective": Problem(linear(1), [[1]], [0]).definition(),
    "box": {"centre": ["0", "-1/2"], "radius": "1"},
    "free": [0],
    "reach": "0.49",
}


def test_a_line_of_solutions_is_followed_to_both_sides():
    """w + b = 0 with b within 1 of -1/2: w may come from -1/2 to 3/2, so both sides differ."""
    sentence, _ = checker.solution_manifold(checker.Entry(LINE_OF_SOLUTIONS))
    assert "a manifold of dimension 1" in sentence
    assert "other weights" in refusal("solution-manifold", LINE_OF_SOLUTIONS | {"reach": "0.6"})
    turned = LINE_OF_SOLUTIONS | {"box": {"centre": ["0", "1/2"], "radius": "1"}}
    checker.solution_manifold(checker.Entry(turned))
    assert "other weights" in refusal("solution-manifold", turned | {"reach": "0.6"})
    checker.solution_manifold(checker.Entry(LINE_OF_SOLUTIONS | {"free": [1]}))  # b in place of w
    for free in ([1, 0], [0, 1], [], [-1], [2], [0, 0]):
        assert "proof.free" in refusal("solution-manifold", LINE_OF_SOLUTIONS | {"free": free})


@pytest.mark.parametrize(
    "edit",
    [
        {"loss": "cross-entropy"},
        {"penalty": "1"},
        {"inputs": [["1"], ["2"]], "targets": ["0", "0"], "counts": [1, 1]},
    ],
)
def test_manifolds_of_other_objectives_are_refused(edit):
    proof = LINE_OF_SOLUTIONS | {"objective": LINE_OF_SOLUTIONS["objective"] | edit}
    assert "squared error alone, of fewer points" in refusal("solution-manifold", proof)


def test_points_of_a_manifold_count_once(certificates):
    """A sentence on seven points of which four are copies would count the dimension wrongly."""
    edited = json.loads(certificates["solutions-1-1-1-sigmoid"])["proof"]
    edited["objective"]["counts"] = [5, 1, 1]
    assert "each counted once" in refusal("solution-manifold", edited)


def test_free_weights_are_told_once_each_in_order(certificates):
    document = json.loads(certificates["solutions-2-2-1-sigmoid-xor"])
    free = document["proof"]["free"]
    for wrong in (free[::-1], [*free[1:], free[1]], [*free, 2], free[1:], [-1, *free[1:]]):
        edited = document["proof"] | {"free": wrong}
        assert "proof.free" in refusal("solution-manifold", edited), wrong
    dropped = document["proof"]["objective"] | {"dropout": "1/2"}
    edited = document["proof"] | {"objective": dropped}
    assert "squared error alone" in refusal("solution-manifold", edited)
