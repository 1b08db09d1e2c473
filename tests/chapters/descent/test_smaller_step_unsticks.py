"""A smaller step does not lead out of a trap; it ends a cycle of overshooting."""

from __future__ import annotations

import json
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest

from claims.compiled import Function
from claims.mathematics import (
    SIGMOID,
    SQUARED_ERROR,
    Activation,
    Loss,
    Objective,
    Parity,
    Range,
    linear,
    neuron,
    one_hidden_layer,
)
from claims.numbers import BALLS, SYMBOLS, Ball, square, symbols, uninterpreted
from claims.proof.certificates import Problem
from claims.studies.recounting import as_counted, confirm, one_run_more
from claims.training.optimizers import GRADIENT_DESCENT

CLAIM = "smaller-step-unsticks"
INPUTS, TARGET = (1, 12), Fraction(3, 4)
LOW, HIGH, PARTS = Fraction(3, 4), Fraction(3, 2), 64
STEP = 8


def two_valleys():
    objective = Objective(neuron(1, SIGMOID), SQUARED_ERROR, reduction="sum")
    return Function(objective.value, theta=(1,), inputs=(2, 1), targets=(2,))


def entered(arithmetic, inputs=INPUTS):
    return arithmetic.enter([[x] for x in inputs]), arithmetic.enter([TARGET] * 2)


def pieces():
    """Balls that cover the interval from LOW to HIGH."""
    cuts = [LOW + (HIGH - LOW) * Fraction(k, PARTS) for k in range(PARTS + 1)]
    for low, high in pairwise(cuts):
        piece = np.empty(1, dtype=object)
        piece[0] = Ball(BALLS.enter(low).arb.union(BALLS.enter(high).arb))
        yield piece


@pytest.mark.claim(CLAIM, reading="out-of-a-trap", shows="fails", by="counterexample")
@pytest.mark.control("near-inputs", "inputs 1 and 2: no second valley", inputs=(1, 2))
def test_no_step_up_to_eight_leaves_the_worse_valley(check, *, inputs=INPUTS):
    r"""One sigmoid neuron with a worse valley that no step from 0 to 8 leaves.

    $x = (1, 12)$, both targets 3/4, sum of squares, $I = [\frac34, \frac32]$. In balls over 64
    pieces of $I$: $L'' \le \frac18$, and $L$ exceeds $L(\frac1{10})$; and $L'(\frac34) < 0 <
    L'(\frac32)$. Let $C$ be the component of a sublevel set $\{L < \ell\}$ in the interior of
    $I$, with a minimum $m$. For a step $0 < \eta \le 8$ the map $T(w) = w - \eta L'(w)$ does not
    decrease on $I$, since $T' = 1 - \eta L'' \ge 0$, and $T(m) = m$. With $L'' > 0$ on $I$ as
    well, $L'$ is negative left of $m$ and positive right of it: $T$ moves each $w$ towards $m$
    and not past it. So with the step 8, every smaller one, and steps that vary, no iterate
    leaves $C$, and its loss stays above the loss at $w = \frac1{10}$.
    """
    function = two_valleys()
    data = entered(BALLS, inputs)
    lower = function.value(BALLS.enter([Fraction(1, 10)]), *data)
    for number, piece in enumerate(pieces()):
        bend = function.hessian(piece, *data)[0, 0]
        check.that(bend.sign() == 1, f"L'' is positive on piece {number}")
        check.that((1 - STEP * bend).sign() == 1, f"L'' is below 1/8 on piece {number}")
        above = function.value(piece, *data) - lower
        check.that(above.sign() == 1, f"L is above L(1/10) on piece {number}")
    for weight, sign in ((LOW, -1), (HIGH, 1)):

        def slope(arithmetic, weight=weight, sign=sign):
            return (
                function.gradient(arithmetic.enter([weight]), *entered(arithmetic, inputs))[0]
                * sign
            )

        check.positive(slope, f"the slope at {weight} leads inside", inputs=inputs)
    check.record(("inputs", "both targets"), [inputs, TARGET])
    check.record("interval that holds the trap", [LOW, HIGH])
    check.record("every step up to", STEP)
    check.size(points=len(inputs), weights=1, smaller="on one point there is no second valley")


ANY = Activation(
    "any", uninterpreted("a"), uninterpreted("a'"), Parity.NONE, Range(None, None), False
)
ANY_LOSS = Loss("any function of the residual", lambda p, y: uninterpreted("l")(p - y))


@pytest.mark.claim(CLAIM, reading="out-of-a-trap", shows="fails", by="identity")
@pytest.mark.control("three-over-m", "steps up to 3/M in place of 2/M", limit=3)
def test_no_step_below_two_over_m_leaves_a_component(check, *, limit=2):
    r"""In any dimension no sequence of positive steps below 2/M leaves the component.

    Let $C$ be a component of $\{L < \ell\}$ inside a box on which no eigenvalue of the Hessian
    exceeds $M > 0$, $\theta \in C$, $g = \nabla L(\theta)$ and $0 < \eta < \frac2M$. Along the
    segment $\varphi(s) = L(\theta - sg)$ has $\varphi'(s) = -g \cdot \nabla L(\theta - sg)$ and
    $\varphi''(s) = g^\top \nabla^2 L(\theta - sg)\, g$, which is at most $M|g|^2$ in the box. The
    parabola $P(s) = L(\theta) - s|g|^2 (1 - \frac{sM}2)$ has the same value and slope at $s = 0$
    and the second derivative $M|g|^2$. So as long as the segment is in the box,

    $$L(\theta - sg) \le L(\theta) - s\,|g|^2 \Bigl(1 - \frac{sM}2\Bigr) \le L(\theta) < \ell
    \quad\text{for } 0 \le s \le \eta,$$

    because a step $s = \frac2{M(1+u)}$, $u > 0$, has
    $s(1 - \frac{sM}2) = \frac{2u}{M(1+u)^2} > 0$.
    Suppose that the segment leaves $C$. The first point outside lies on the boundary of $C$,
    in the closed box, where $L = \ell$: a point of $\{L < \ell\}$ near $C$ belongs to $C$, which
    is open. That contradicts the inequality at that point. So each update stays in $C$, with the
    same or another step.

    Executed: both derivatives along the segment, for networks of one hidden layer with biases
    (one sample, input and unit; one sample, two inputs, one unit), an activation and a loss of
    the residual of which nothing is known; the parabola; the surplus $M|g|^2 - \sum_j h_j g_j^2 =
    \sum_j (M - h_j) g_j^2$ in the eigenvectors of the Hessian, up to four of them; the sign.
    The comparison of $\varphi$ with $P$ and the first exit are argued in words.
    """
    s, bound, u = symbols("s", 1), symbols("M"), symbols("u")
    for features in (1, 2):
        network = one_hidden_layer(features, 1, ANY)
        objective = Objective(network, ANY_LOSS)
        shapes = {"inputs": (1, features), "targets": (1,)}
        along = Function(
            lambda s, theta, g, inputs, targets, value=objective.value: value(
                theta - s[0] * g, inputs, targets
            ),
            s=(1,),
            theta=(network.size,),
            g=(network.size,),
            **shapes,
        )
        plain = Function(objective.value, theta=(network.size,), **shapes)
        theta, g = symbols("p", network.size), symbols("g", network.size)
        data = symbols("x", 1, features), symbols("y", 1)
        there = theta - s[0] * g
        slope = along.gradient(s, theta, g, *data)[0]
        check.zero(slope + g @ plain.gradient(there, *data), "phi' + g . grad", inputs=features)
        bend = along.hessian(s, theta, g, *data)[0, 0]
        check.zero(bend - g @ plain.hessian(there, *data) @ g, "phi'' - g'Hg", inputs=features)
    for count in (1, 2, 3, 4):
        h, g = symbols("h", count), symbols("g", count)
        surplus = ((bound - h) * square(g)).sum()
        check.zero(bound * square(g).sum() - (h * square(g)).sum() - surplus, "M|g|^2 - g'Hg")
    parabola = Function(
        lambda s, start, length, bound: start[0] - s[0] * length[0] * (1 - s[0] * bound[0] / 2),
        s=(1,),
        start=(1,),
        length=(1,),
        bound=(1,),
    )
    rest = symbols("L", 1), symbols("G", 1), symbols("M", 1)
    origin = SYMBOLS.enter([0])
    check.zero(parabola.value(origin, *rest) - rest[0][0], "P(0) - L")
    check.zero(parabola.gradient(origin, *rest)[0] + rest[1][0], "P'(0) + |g|^2")
    check.zero(parabola.hessian(s, *rest)[0, 0] - rest[2][0] * rest[1][0], "P'' - M |g|^2")
    step = limit / (bound * (1 + u))
    fall = step * (1 - step * bound * Fraction(1, 2))
    check.zero(fall - 2 * u / (bound * square(1 + u)), "s (1 - sM/2) - 2u/(M (1 + u)^2)")


@pytest.mark.claim(CLAIM, reading="ends-overshooting", shows="holds", by="identity")
@pytest.mark.control("half-step", "the step 1/2 in place of 1", step=Fraction(1, 2))
def test_a_cycle_that_a_smaller_step_ends(check, *, step=1):
    r"""A linear neuron, $x = 1$, $y = 0$: the step 1 cycles, every smaller one converges.

    $L(w) = w^2$, so an update multiplies $w$ by $1 - 2\eta$. With $\eta = 1$ that is $-1$: $w_0$
    and $-w_0$ alternate at the loss $w_0^2 > 0$. For $0 < \eta < 1$ the factor lies strictly
    between $-1$ and 1, so $w_k \to 0$, the minimum. Checked for a symbolic start and step.
    """
    objective = Objective(linear(1, bias=False), SQUARED_ERROR)
    function = Function(objective.value, theta=(1,), inputs=(1, 1), targets=(1,))
    data = SYMBOLS.enter([[1]]), SYMBOLS.enter([0])
    start, rate = symbols("w", 1), symbols("eta")
    check.zero(function.value(start, *data) - square(start[0]), "the loss minus w^2")
    slope = function.gradient(start, *data)
    (moved,) = GRADIENT_DESCENT.update(start, slope, rate)
    check.zero(moved - (1 - 2 * rate) * start, "the next point minus (1 - 2 eta) w")
    (opposite,) = GRADIENT_DESCENT.update(start, slope, step)
    check.zero(opposite + start, "the next point with step 1, plus w", step=step)
    check.record(("input", "target"), data)
    check.record(("start", "next point with step 1"), [start, opposite])


def as_written(proof):
    return proof


def with_wider_ball(proof):
    return proof | {"ball": proof["ball"] | {"radius": "1/2"}}


def with_steps_up_to_100(proof):
    return proof | {"steps": proof["steps"] | {"most": "100"}}


@pytest.mark.claim(CLAIM, reading="out-of-a-trap", shows="fails", by="certificate")
@pytest.mark.control("wider-ball", "the radius 1/2", edit=with_wider_ball)
@pytest.mark.control("steps-up-to-100", "all steps up to 100", edit=with_steps_up_to_100)
@pytest.mark.control(
    "other-certificate", "that of a network with a hidden unit", name="trap-1-1-1-sigmoid.json"
)
def test_a_certified_trap_for_every_smaller_step(
    check, certificates, *, edit=as_written, name="trap-neuron.json"
):
    """The worse valley of that neuron with a certificate: no steps up to 8 lead out.

    A ball of radius 1/8 round the minimum near log 3 with all curvatures between 0.035 and 0.11:
    every step up to 8 shrinks the distance to the minimum. All losses in it are higher than the
    loss at 1/10.
    """
    path = certificates / name
    points = [[x] for x in INPUTS]
    problem = Problem(neuron(1, SIGMOID), points, [TARGET] * 2, reduction="sum")
    figures = check.certificate(path, kind="trap", objective=problem.definition(), edit=edit)
    check.record("certified", figures)
    proof = json.loads(path.read_text())["proof"]
    check.that(proof["steps"]["most"] == "8", "the statement is about every step up to 8")
    check.that(
        (Fraction(proof["ball"]["radius"]), proof["curvature"], proof["lower"])
        == (Fraction(1, 8), {"least": "0.035", "most": "0.11"}, ["0.1"]),
        "radius, curvatures and the lower point are those told here",
    )


@pytest.mark.claim(CLAIM, shows="holds", by="study")
@pytest.mark.control("one-run-more", "one more run counted", count=one_run_more)
def test_stuck_runs_with_a_smaller_step(check, study_result, study_table, *, count=as_counted):
    """What a smaller step does for stuck runs of descent.

    Runs that are stuck above the global level go on from the same point in paired ways, all
    with the same number of updates. The plan fixes problems, steps, noise, sample size and rule
    beforehand; the intervals and the decision are derived again here from the counted runs.
    """
    confirm(check, study_result, study_table, "getting-unstuck", "step", count)


@pytest.mark.claim(CLAIM, reading="not-converged", shows="holds", by="study")
@pytest.mark.control("one-run-more", "one more run counted", count=one_run_more)
def test_runs_that_overshoot(check, study_result, study_table, *, count=as_counted):
    """What a smaller step does for runs of descent that a large step keeps from converging.

    After 20,000 updates they are still on the move, above the lowest level known. Each goes on
    unchanged or with a tenth of its step; what counts is the loss it reaches. The intervals and the
    decision are derived again here from the counted runs.
    """
    confirm(check, study_result, study_table, "getting-unstuck", "step-overshooting", count)
