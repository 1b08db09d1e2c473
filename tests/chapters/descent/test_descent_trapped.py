"""Near a strict worse minimum lies an open set that gradient descent never leaves."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest

from claims.compiled import Function
from claims.mathematics import SIGMOID, SQUARED_ERROR, Objective, one_hidden_layer
from claims.numbers import SYMBOLS, symbols
from claims.proof.certificates import Problem
from claims.training.optimizers import GRADIENT_DESCENT

CLAIM = "descent-trapped"
PROBLEM = Problem(
    one_hidden_layer(1, 1, SIGMOID),
    [[Fraction(half, 2)] for half in range(-4, 6)],
    [-6, -4, -2, 2, 6, 4, -1, -4, -7, -3],
)
WITH_TANH = "worse-minimum-1-1-1-tanh.json"


def as_written(proof):
    return proof


def moved_box(proof):
    centre = [str(Fraction(proof["box"]["centre"][0]) + 1), *proof["box"]["centre"][1:]]
    return proof | {"box": proof["box"] | {"centre": centre}}


def with_greater_gap(proof):
    return proof | {"gap": "1000"}


def least_curvature(m):
    return m


def double_rate(m):
    """Wrong on purpose: twice the rate at which the distance shrinks."""
    return 2 * m


def on_the_segment(theta, away, s):
    return theta + s * away


def at_its_start(theta, away, s):
    """Wrong on purpose: the Hessian at the start in place of that along the segment."""
    return theta


def quadratic(theta, curvatures, centre):
    """Half the sum of curvature times squared distance from the centre."""
    distance = theta - centre
    return (curvatures * distance * distance).sum() * Fraction(1, 2)


@pytest.mark.claim(CLAIM, shows="holds", by="certificate")
@pytest.mark.control("moved-box", "the box moved by 1 in one weight", edit=moved_box)
@pytest.mark.control("greater-gap", "a gap of 1000 claimed", edit=with_greater_gap)
@pytest.mark.control("other-certificate", "that of a tanh network", name=WITH_TANH)
@pytest.mark.control("double-rate", "1 - 2 eta m as the factor", rate=double_rate)
@pytest.mark.control(
    "other-place", "the Hessian at the start of the segment alone", place=at_its_start
)
def test_a_ball_that_descent_never_leaves(
    check,
    certificates,
    *,
    edit=as_written,
    rate=least_curvature,
    place=on_the_segment,
    name="worse-minimum-1-1-1-sigmoid.json",
):
    r"""One sigmoid unit, ten points: from a ball round a worse minimum descent converges to it.

    The certificate proves a box with a stationary point $\theta^*$ in its interior, a Hessian
    that is positive definite all over the box, and a point whose loss lies below that of the
    whole box by more than 1. The box is compact, so the eigenvalues of its Hessians lie between
    some $m > 0$ and $M$. Let $U$ be an open ball round $\theta^*$ inside the box and $0 <
    \eta \le \frac1M$. For $\theta \in U$ the mean value theorem gives $T(\theta) - \theta^* =
    (I - \eta \bar H)(\theta - \theta^*)$ with $\bar H$ the mean of the Hessians on the segment,
    whose eigenvalues lie in $[m, M]$ too. So $|T(\theta) - \theta^*| \le (1 - \eta m)
    |\theta - \theta^*|$ with $0 \le 1 - \eta m < 1$: descent from every start in $U$ stays in $U$
    and converges to $\theta^*$, a strict minimum as the Hessian there is positive definite, while
    all losses in $U$ lie above the infimum by more than 1.

    Executed besides the certificate: for the network of the certificate on one symbolic sample,
    that the derivative of $e \cdot \nabla L(\theta^* + sd)$ in $s$ is $e^\top H d$ with the
    Hessian there, for all $d$ and $e$, from which the mean Hessian comes by integration; the
    factors $1 - \eta h$ of the update on a quadratic with symbolic eigenvalues; and $0 \le 1 - \eta
    h \le 1 - \eta m$ for $m \le h \le M \le \frac1\eta$, with the differences as symbols.
    """
    path = certificates / name
    check.certificate(
        path,
        kind="worse-local-minimum",
        objective=PROBLEM.definition(),
        claim="worse-local-minima-exist",
        edit=edit,
    )
    proof = json.loads(path.read_text())["proof"]
    check.that(Fraction(proof["gap"]) > 1, "the losses of the box lie higher by over 1")
    theta, centre, curvatures = (symbols(name, 4) for name in ("p", "m", "h"))
    function = Function(quadratic, theta=(4,), curvatures=(4,), centre=(4,))
    slope = function.gradient(theta, curvatures, centre)
    (moved,) = GRADIENT_DESCENT.update(theta, slope, symbols("eta"))
    check.zero(
        moved - centre - (1 - symbols("eta") * curvatures) * (theta - centre),
        "the distance after the update minus (1 - eta h) times that before",
    )
    least, above, rest, slack = (symbols(name) for name in ("m", "i", "k", "r"))
    step = 1 / (least + above + rest + slack)  # h = m + i, M = h + k, 1/eta = M + r
    factor = 1 - step * (least + above)
    check.zero(factor - step * (rest + slack), "1 - eta h, times a positive number")
    check.zero(1 - step * rate(least) - factor - step * above, "1 - eta m - (1 - eta h)")
    check_the_mean_hessian(check, place)
    check.record("minimum", ", ".join(proof["box"]["centre"]))


def check_the_mean_hessian(check, place):
    """Derive e . grad L(theta + s d) in s, for the network of the certificate on one sample."""
    objective = Objective(one_hidden_layer(1, 1, SIGMOID), SQUARED_ERROR)
    shapes = {"inputs": (1, 1), "targets": (1,)}
    along = Function(
        lambda moves, theta, d, e, inputs, targets: objective.value(
            theta + moves[0] * d + moves[1] * e, inputs, targets
        ),
        moves=(2,),
        theta=(4,),
        d=(4,),
        e=(4,),
        **shapes,
    )
    plain = Function(objective.value, theta=(4,), **shapes)
    theta, d, e, s = symbols("p", 4), symbols("d", 4), symbols("e", 4), symbols("s")
    data = symbols("x", 1, 1), symbols("y", 1)
    mixed = along.hessian(SYMBOLS.enter([s, 0]), theta, d, e, *data)[0, 1]
    check.zero(
        mixed - e @ plain.hessian(place(theta, d, s), *data) @ d,
        "the derivative of e . grad L along d minus e'Hd",
    )


def with_longer_steps(proof):
    return proof | {"steps": proof["steps"] | {"most": "2"}}


def with_a_moved_ball(proof):
    centre = [str(Fraction(proof["ball"]["centre"][0]) + 1), *proof["ball"]["centre"][1:]]
    return proof | {"ball": proof["ball"] | {"centre": centre}}


@pytest.mark.claim(CLAIM, shows="holds", by="certificate")
@pytest.mark.control("longer-steps", "steps up to 2", edit=with_longer_steps)
@pytest.mark.control("moved-ball", "the ball moved by 1 in one weight", edit=with_a_moved_ball)
@pytest.mark.control("other-certificate", "that of one neuron", name="trap-neuron.json")
def test_a_certified_trap(check, certificates, *, edit=as_written, name="trap-1-1-1-sigmoid.json"):
    r"""The same minimum with numbers: a ball that descent keeps, whatever its steps up to 0.394.

    All curvatures in the ball round $c$ lie between $m = 0.0077$ and $M = 3.8$ (certified in
    balls), and the gradient $g$ at $c$ is tiny. So $|T(\theta) - c| \le \max(1 - \eta m, \eta M -
    1)\,|\theta - c| + \eta |g|$, less than the radius $R$ where $|g| < mR$ and $\eta(MR + |g|) <
    2R$. No sequence of such steps leads out, and with steps from 0.131 on it converges to the
    minimum. All losses in the ball exceed that of another point by more than 1.03.
    """
    path = certificates / name
    figures = check.certificate(path, kind="trap", objective=PROBLEM.definition(), edit=edit)
    proof = json.loads(path.read_text())["proof"]
    check.that(
        (proof["steps"], proof["curvature"], proof["gap"])
        == ({"least": "0.131", "most": "0.394"}, {"least": "0.0077", "most": "3.8"}, "1.03"),
        "steps, curvatures and gap are those told here",
    )
    check.record("certified", figures)
