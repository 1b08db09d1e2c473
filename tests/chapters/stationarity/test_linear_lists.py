"""Two linear layers: every zero of the gradient, complex ones included, by certificate."""

from __future__ import annotations

import json
from fractions import Fraction

import numpy as np
import pytest

from claims.compiled import Function
from claims.mathematics import deep_linear
from claims.numbers import SYMBOLS, square, symbols
from claims.proof.certificates import Problem

CLAIM = "linear-case-roots"
LINE = [[1], [2], [-1]], [2, 3, 0]
PLANE = [[1, 0], [1, 1], [0, 2], [-1, 1]], [1, 3, 2, Fraction(-1, 2)]
SPACE = [[1, 0, 2], [0, 1, 1], [1, -1, 0], [2, 1, -1], [0, 0, 1]], [1, 2, -1, 3, Fraction(1, 2)]
DATA = {1: LINE, 2: PLANE, 3: SPACE}


def as_written(proof):
    return proof


def other_fit(proof):
    """Wrong on purpose: the best linear model with 1 added to its first weight."""
    return proof | {"fit": [str(Fraction(proof["fit"][0]) + 1), *proof["fit"][1:]]}


def one_loss(proof):
    """Wrong on purpose: the loss of the saddles is that of the minima."""
    return proof | {"saddle": proof["least"]}


def with_a_small_penalty(proof):
    return proof | {"objective": proof["objective"] | {"penalty": "1e-9"}}


@pytest.mark.claim(CLAIM, reading="two-layers-listed", shows="holds", by="certificate")
@pytest.mark.control("other-fit", "1 added to a weight of the best linear model", edit=other_fit)
@pytest.mark.control("one-loss", "the loss of the minima at the saddles", edit=one_loss)
@pytest.mark.control("small-penalty", "a penalty of 10^-9", edit=with_a_small_penalty)
def test_two_families_and_nothing_else(check, certificates, *, edit=as_written):
    r"""One or two hidden units, one to three inputs: two families of zeros, of different loss.

    Let $p = W^\top v$, $g = Ap - b$, half the gradient of the linear model: the derivatives are
    $v g^\top$ and $W g$, up to the factor 2. Either $g = 0$: the best linear model, in a smooth
    irreducible family of dimension $hd + h - d$, where the Hessian has rank $d$ and no negative
    eigenvalue. Or $v = 0$ and $Wb = 0$: a linear family of dimension $h(d-1)$, with $h$ negative
    and $h$ positive eigenvalues. Complex weights are allowed. The checker derives $A$, $b$, the
    best model and both losses from the data in exact fractions.
    """
    for inputs, units in ((1, 1), (2, 1), (2, 2), (3, 2)):
        path = certificates / f"linear-{inputs}-{units}-1.json"
        objective = Problem(deep_linear(inputs, units, 1), *DATA[inputs]).definition()
        check.certificate(path, kind="linear-network-list", objective=objective, edit=edit)
        document = json.loads(path.read_text(encoding="utf-8"))
        least, saddle = (Fraction(document["proof"][key]) for key in ("least", "saddle"))
        check.that(least < saddle, "the losses differ", certificate=path.name)
        check.record(path.stem, document["statement"])


def another_coefficient(proof):
    """Wrong on purpose: 1 added to the last coefficient of the polynomial."""
    last = str(Fraction(proof["polynomial"][-1]) + 1)
    return proof | {"polynomial": [*proof["polynomial"][:-1], last]}


def without_the_root(proof):
    return proof | {"root": None, "least": None}


def doubled_penalty(proof):
    strength = str(2 * Fraction(proof["objective"]["penalty"]))
    return proof | {"objective": proof["objective"] | {"penalty": strength}}


# (inputs, hidden units, penalty)
PENALISED = ((1, 1, Fraction(1, 2)), (2, 1, Fraction(1, 5)), (3, 1, Fraction(1, 3)))
CIRCLES = ((2, 2, Fraction(1, 5)),)


@pytest.mark.claim(CLAIM, reading="penalised-unit-listed", shows="holds", by="certificate")
@pytest.mark.control("other-coefficient", "1 added to a coefficient", edit=another_coefficient)
@pytest.mark.control("no-root", "the positive root left out", edit=without_the_root)
@pytest.mark.control("doubled-penalty", "twice the penalty", edit=doubled_penalty)
@pytest.mark.control("two-units", "two hidden units, whose zeros fill circles", shapes=CIRCLES)
def test_a_penalty_leaves_finitely_many(check, certificates, *, edit=as_written, shapes=PENALISED):
    r"""One hidden unit, one to three inputs, a penalty: $4d + 1$ complex zeros, three of them real.

    With the penalty $\lambda$ the derivatives are $v g^\top + \lambda W$ and $W g + \lambda v$, up
    to the factor 2. Apart from the origin $g\cdot g = \lambda^2$ and, with $t = v\cdot v/\lambda$,
    $(I + tA)g = -b$: a polynomial of degree $2d$ in $t$, whose roots are all simple here. Each
    gives $\pm v$. Real weights need $t > 0$, where there is one root at most, and the least loss.
    """
    for inputs, units, strength in shapes:
        path = certificates / f"linear-{inputs}-{units}-1-penalised.json"
        network = deep_linear(inputs, units, 1)
        objective = Problem(network, *DATA[inputs], penalty=strength).definition()
        check.certificate(path, kind="penalised-linear-list", objective=objective, edit=edit)
        document = json.loads(path.read_text(encoding="utf-8"))
        proof = document["proof"]
        check.that(
            f"All are disjoint, {4 * inputs + 1} points" in document["statement"],
            "the zeros are finitely many",
            certificate=path.name,
        )
        check.that(
            Fraction(proof["least"]["high"]) < Fraction(proof["origin"]),
            "the loss at the minima is below that at the origin",
            certificate=path.name,
        )
        check.record(path.stem, document["statement"])


def penalised_function(widths, samples):
    """The summed squared error plus an L2 penalty, the strength being a variable."""
    network = deep_linear(*widths)

    def value(theta, inputs, targets, strength):
        errors = square(network.predict(theta, inputs) - targets).sum()
        return errors + strength * square(theta).sum()

    shapes = {"theta": (network.size,), "inputs": (samples, widths[0]), "targets": (samples,)}
    return network, Function(value, **shapes, strength=())


def against(slope):
    return -slope


def along(slope):
    """Wrong on purpose: the incoming weights with the other sign."""
    return slope


def resolvent(rates, projections, t):
    """(I + tA)^-1 b where A is diagonal."""
    return np.array([b * (1 / (1 + t * a)) for a, b in zip(rates, projections, strict=True)])


def unshifted(rates, projections, t):
    """Wrong on purpose: (tA)^-1 b."""
    return np.array([b * (1 / (t * a)) for a, b in zip(rates, projections, strict=True)])


@pytest.mark.claim(CLAIM, reading="penalised-two-layers", shows="holds", by="identity")
@pytest.mark.control("other-sign", "the incoming weights with the other sign", turn=along)
@pytest.mark.control("unshifted", "(tA)^-1 b in place of (I + tA)^-1 b", solve=unshifted)
def test_a_penalty_leaves_one_sphere_of_minima(check, *, turn=against, solve=resolvent):
    r"""With a penalty every zero but the origin has the least loss, whatever the data.

    Let $A = X^\top X$, $b = X^\top y$, $p = W^\top v$, $g = Ap - b$. Half the derivatives are
    $v g^\top + \lambda W$ and $W g + \lambda v$. So $W = -v g^\top/\lambda$, and $v\,(\lambda^2 -
    g\cdot g) = 0$: $v = 0$ is the origin. Else $p = -tg$ with $t = v\cdot v/\lambda > 0$, so that
    $g = -(I + tA)^{-1} b$, where $A$ has no negative eigenvalue; $g\cdot g = \sum_j
    \beta_j^2/(1 + t\alpha_j)^2$ in its eigenvectors. As $b$ is in the range of $A$, this falls
    strictly from $b\cdot b$ to 0 if $b \ne 0$: if $\lvert b\rvert > \lambda$ there is one such
    $t$, and one sphere of $v$ with $v\cdot v = \lambda t$; the loss depends on $t$ alone. If
    $\lvert b\rvert \le \lambda$ the origin is the only zero. The least loss is attained, as the
    penalty grows beyond all bounds; at the origin the second derivative along $W_1 = b$, $v_1 =
    \lvert b\rvert$ is $4\lvert b\rvert^2(\lambda - \lvert b\rvert)$, so that for $\lvert b\rvert >
    \lambda$ it is not there but on the sphere. Executed for symbolic data and up to three units.
    """
    strength, t, s = symbols("l"), symbols("t"), symbols("s")
    for features, units, samples in ((1, 1, 1), (2, 1, 2), (2, 2, 1), (1, 3, 2)):
        network, function = penalised_function((features, units, 1), samples)
        theta = symbols("w", network.size)
        x, y = symbols("x", samples, features), symbols("y", samples)
        rows, v = network.block("W1").of(theta), network.block("W2").of(theta)[0]
        g = x.T @ (x @ (v @ rows) - y)
        gradient = function.gradient(theta, x, y, strength)
        sizes = {"inputs": features, "units": units, "samples": samples}
        first = network.block("W1").of(gradient) - 2 * (v[:, None] * g[None] + strength * rows)
        check.zero(first, "dL/dW minus 2 (v g' + l W)", **sizes)
        second = network.block("W2").of(gradient)[0] - 2 * (rows @ g + strength * v)
        check.zero(second, "dL/dv minus 2 (W g + l v)", **sizes)
        any_g = symbols("g", features)
        solved = turn(v[:, None] * any_g[None]) * (1 / strength)
        rest = solved @ any_g + strength * v
        gap = square(strength) - square(any_g).sum()
        check.zero(rest * strength - v * gap, "l (W g + l v) minus v (l^2 - g.g)", **sizes)
        time = square(v).sum() * (1 / strength)
        check.zero(v @ solved + time * any_g, "W'v plus t g", **sizes)
        penalty = square(solved).sum() * square(strength) - square(v).sum() * square(any_g).sum()
        check.zero(penalty, "l^2 |W|^2 minus |v|^2 |g|^2", **sizes)
        correlation = x.T @ y
        origin, u = SYMBOLS.enter(np.zeros(network.size)), SYMBOLS.enter(np.zeros(network.size))
        u[:features], u[network.block("W2").start] = correlation, s
        size = square(correlation).sum()
        form = u @ function.hessian(origin, x, y, strength) @ u
        stated = 2 * strength * (size + square(s)) - 4 * s * size
        check.zero(form - stated, "u.Hu at the origin minus its formula, s = |b|", **sizes)

    rates, projections = symbols("a", 2), symbols("b", 2)
    found = solve(rates, projections, t)
    check.zero(found + t * rates * found - projections, "(I + tA) (I + tA)^-1 b minus b")

    def length(t, rates, projections):
        return square(solve(rates, projections, t)).sum()

    slope = Function(length, t=(), rates=(2,), projections=(2,)).gradient(t, rates, projections)
    falls = sum(
        2 * a * square(b) * (1 / (square(1 + t * a) * (1 + t * a)))
        for a, b in zip(rates, projections, strict=True)
    )
    check.zero(slope + falls, "the derivative of g.g plus a sum of positive terms")
    # p = t (I + tA)^-1 b; the penalty is l (|W|^2 + |v|^2) = 2 l^2 t, as g.g = l^2 and v.v = l t.
    p = t * found
    loss = (rates * square(p)).sum() - 2 * (projections @ p)
    reduced = t * square(found).sum() + t * (projections @ found)
    check.zero(loss + reduced, "p'Ap - 2 b.p plus t (g.g + b.(I + tA)^-1 b)")
