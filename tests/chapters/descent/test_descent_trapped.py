"""Near a strict worse minimum lies an open set that gradient descent never leaves."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest

from claims.compiled import Function
from claims.numbers import symbols
from claims.proof import checker
from claims.training.optimizers import GRADIENT_DESCENT

CLAIM = "descent-trapped"
CERTIFICATE = "worse-minimum-1-1-1-sigmoid.json"


def as_written(proof):
    return proof


def moved_box(proof):
    centre = [str(Fraction(proof["box"]["centre"][0]) + 1), *proof["box"]["centre"][1:]]
    return proof | {"box": proof["box"] | {"centre": centre}}


def with_greater_gap(proof):
    return proof | {"gap": "1000"}


def quadratic(theta, curvatures, centre):
    """Half the sum of curvature times squared distance from the centre."""
    distance = theta - centre
    return (curvatures * distance * distance).sum() * Fraction(1, 2)


@pytest.mark.claim(CLAIM, shows="holds", by="certificate")
@pytest.mark.control("moved-box", "the box moved by 1 in one weight", edit=moved_box)
@pytest.mark.control("greater-gap", "a gap of 1000 claimed", edit=with_greater_gap)
def test_a_ball_that_descent_never_leaves(check, certificates, *, edit=as_written):
    r"""One sigmoid unit, ten points: every small step keeps a ball round a worse minimum.

    The certificate proves a box with a stationary point $\theta^*$ in its interior, a Hessian
    that is positive definite all over the box, and a point whose loss lies below that of the
    whole box by more than 1. The box is compact, so the eigenvalues of its Hessians lie between
    some $m > 0$ and $M$. Let $U$ be an open ball round $\theta^*$ inside the box and $0 <
    \eta \le \frac1M$. For $\theta \in U$ the mean value theorem gives $T(\theta) - \theta^* =
    (I - \eta \bar H)(\theta - \theta^*)$ with $\bar H$ the mean of the Hessians on the segment,
    whose eigenvalues lie in $[m, M]$ too. So $|T(\theta) - \theta^*| \le (1 - \eta m)
    |\theta - \theta^*|$: descent stays in $U$ and converges to $\theta^*$, while all losses in
    $U$ lie above the infimum by more than 1. The factors $1 - \eta h$ of the update are checked
    on a quadratic with symbolic eigenvalues.
    """
    path = certificates / CERTIFICATE
    document = json.loads(path.read_text())
    network = {"widths": [1, 1, 1], "activations": ["sigmoid", "identity"], "biases": [True, True]}
    objective = document["proof"]["objective"]
    check.that(
        {name: objective[name] for name in network} == network,
        "the network is one hidden layer of sigmoid units with biases and linear output",
    )
    check.that(document["kind"] == "worse-local-minimum", "the kind of the certificate")
    document["proof"] = edit(document["proof"])
    try:
        checker.check(json.dumps(document))
    except checker.Refused as refusal:
        check.that(False, f"the certificate is accepted ({refusal})", certificate=path.name)
    check.that(True, "the certificate is accepted", certificate=path.name)
    check.certificate(path)
    check.that(Fraction(document["proof"]["gap"]) > 1, "the losses of the box lie higher by over 1")
    theta, centre, curvatures = (symbols(name, 4) for name in ("p", "m", "h"))
    function = Function(quadratic, theta=(4,), curvatures=(4,), centre=(4,))
    slope = function.gradient(theta, curvatures, centre)
    (moved,) = GRADIENT_DESCENT.update(theta, slope, symbols("eta"))
    check.zero(
        moved - centre - (1 - symbols("eta") * curvatures) * (theta - centre),
        "the distance after the update minus (1 - eta h) times that before",
    )
    check.record("minimum", ", ".join(document["proof"]["box"]["centre"]))
