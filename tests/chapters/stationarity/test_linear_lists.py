"""Two linear layers: every zero of the gradient, complex ones included, by certificate."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest

from claims.mathematics import deep_linear
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
