"""Listing all stationary points of two linear layers, complex ones included: exactly."""

from __future__ import annotations

from dataclasses import replace
from enum import Enum
from fractions import Fraction

import numpy as np
from flint import fmpq, fmpq_mat, fmpq_poly

from claims.mathematics import deep_linear, linear
from claims.numbers import RATIONALS, exact_fraction
from claims.numbers.exact import to_fmpq, to_fraction
from claims.proof.certificates import NotFound, Problem, certificate, written, written_all
from claims.proof.radicals import isolated_root

UNIT = Fraction(1, 10**9)  # the least value is given to so much


class Reason(Enum):
    """Why there is no such list."""

    NOT_TWO_LINEAR_LAYERS = "the network has not two linear layers without biases, or has dropout"
    RANK_DEFICIENT = "the inputs do not span their space"
    UNCORRELATED = "the products of inputs and targets sum up to 0"
    SPECIAL = "the polynomial of the multipliers has a multiple or a special root"


def find_linear_list(problem: Problem, *, claim: str) -> str:
    """Return a certificate of all complex stationary points of a d-h-1 linear network.

    The matrix A and the vector b of the error p'Ap - 2b'p + c of a linear model are taken from the
    recorded definition. Raises NotFound with a Reason.
    """
    network = problem.network
    two_layers = len(network.widths) == 3 and network == deep_linear(*network.widths)
    if not two_layers or problem.loss.name != "squared error" or exact_fraction(problem.dropout):
        raise NotFound(Reason.NOT_TWO_LINEAR_LAYERS)
    inputs, strength = network.widths[0], to_fmpq(exact_fraction(problem.penalty))
    model = replace(problem, network=linear(inputs, bias=False), penalty=0)
    data, origin = problem.data(RATIONALS), RATIONALS.enter(np.zeros(inputs))
    slope, bend = model.function.gradient(origin, *data), model.function.hessian(origin, *data)
    a = fmpq_mat([[to_fmpq(entry.fraction / 2) for entry in row] for row in bend])
    b = fmpq_mat(inputs, 1, [to_fmpq(-entry.fraction / 2) for entry in slope])
    level = model.function.value(origin, *data).fraction
    if a.rank() < inputs:
        raise NotFound(Reason.RANK_DEFICIENT)
    if not any(b.entries()):
        raise NotFound(Reason.UNCORRELATED)
    if strength == 0:
        fit = [to_fraction(entry) for entry in a.solve(b).entries()]
        least = model.function.value(RATIONALS.enter(fit), *data).fraction
        proof = {
            "objective": problem.definition(),
            "fit": written_all(fit),
            "least": written(least),
            "saddle": written(level),
        }
        return certificate("linear-network-list", claim, proof)

    polynomial, determinant = multipliers(a, b, strength)
    others = polynomial.derivative(), determinant
    if polynomial[0] == 0 or any(polynomial.gcd(other).degree() for other in others):
        raise NotFound(Reason.SPECIAL)
    root = bounds = None
    if polynomial[0] < 0:
        low, high = isolated_root(polynomial.numer())
        low -= (high - low) * (polynomial(to_fmpq(low)) == 0)  # the root itself
        t = to_fmpq(low)
        drop = strength**2 * t - t * product(b, resolvent(a, b, t))
        near = (level + to_fraction(drop)) // UNIT
        bounds = {"low": written((near - 1) * UNIT), "high": written((near + 2) * UNIT)}
        root = {"low": written(low), "high": written(high)}
    listed = {
        "objective": problem.definition(),
        "polynomial": written_all(to_fraction(entry) for entry in polynomial.coeffs()),
        "root": root,
        "least": bounds,
        "origin": written(level),
    }
    return certificate("penalised-linear-list", claim, listed)


def resolvent(a: fmpq_mat, b: fmpq_mat, t: fmpq) -> fmpq_mat:
    """Return (I + tA)^-1 b (d, 1)."""
    return shifted(a, t).solve(b)


def shifted(a: fmpq_mat, t: fmpq) -> fmpq_mat:
    size = range(a.nrows())
    return a * t + fmpq_mat([[int(i == j) for j in size] for i in size])


def product(one: fmpq_mat, other: fmpq_mat) -> fmpq:
    return (one.transpose() * other)[0, 0]


def multipliers(a: fmpq_mat, b: fmpq_mat, strength: fmpq) -> tuple[fmpq_poly, fmpq_poly]:
    """Return det(I + tA)^2 (l^2 - |(I + tA)^-1 b|^2), l the strength, and det(I + tA).

    Interpolated from the values at t = 0, 1, 2, ..., where I + tA is positive definite.
    """
    degree, values, determinants = 2 * a.nrows(), [], []
    for t in map(fmpq, range(degree + 1)):
        determinant, g = shifted(a, t).det(), resolvent(a, b, t)
        determinants.append(determinant)
        values.append(determinant**2 * (strength**2 - product(g, g)))
    places = range(degree + 1)
    powers = fmpq_mat([[fmpq(t) ** k for k in places] for t in places])
    columns = fmpq_mat([list(pair) for pair in zip(values, determinants, strict=True)])
    found = powers.solve(columns).table()
    return fmpq_poly([row[0] for row in found]), fmpq_poly([row[1] for row in found])
