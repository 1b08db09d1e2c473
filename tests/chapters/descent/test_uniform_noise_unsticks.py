"""Noise leads out of a trap if it is wider than the trap; weaker noise may never."""

from __future__ import annotations

import json
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import strategies as st

from claims.compiled import Function
from claims.mathematics import SIGMOID, SQUARED_ERROR, Objective, neuron
from claims.numbers import BALLS, SYMBOLS, Ball, symbols
from claims.proof.certificates import Problem
from claims.studies.recounting import as_counted, confirm, one_run_more
from claims.testing import given
from claims.training.optimizers import GRADIENT_DESCENT

CLAIM = "uniform-noise-unsticks"


def half_width(low, high):
    return (high - low) * Fraction(1, 2)


def whole_width(low, high):
    return high - low


@pytest.mark.claim(
    CLAIM,
    reading="any-amplitude",
    shows="holds",
    by="identity",
    when=["noise-exceeds-trap"],
)
@pytest.mark.control("whole-width", "the whole width in place of half of it", bound=whole_width)
def test_each_noise_leaves_with_a_fixed_probability(check, *, bound=half_width):
    r"""Noise wider than the box leaves it each time with at least the probability 1 - width/(2A).

    Let $[\alpha, \beta]$ be the side of the box along the coordinate of the condition. After the
    step the coordinate is some $\theta \in [\alpha, \beta]$, for the step maps the box into
    itself. The noise $\xi$, uniform on $[-A, A]$, keeps it there only if $\xi \in [\alpha -
    \theta, \beta - \theta]$, an interval of length $\beta - \alpha$ wherever $\theta$ is. That
    has at most the probability $\frac{\beta-\alpha}{2A} = 1 - \rho$, with $\rho > 0$ because $A >
    \frac12(\beta - \alpha)$. The noises are independent, so $K$ of them all keep the iterate in
    the box with at most the probability $(1-\rho)^K \to 0$: it leaves with probability one.
    """
    low, high, theta, amplitude = (symbols(name) for name in ("a", "b", "t", "A"))
    length = (high - theta) - (low - theta)
    check.zero(length - (high - low), "the length of the interval that keeps it minus the width")
    chance = length / (2 * amplitude)
    check.zero(1 - chance - (amplitude - bound(low, high)) / amplitude, "rho - (A - width/2)/A")


def staying(theta, low, high, amplitude):
    """The exact probability that theta plus uniform noise lies in [low, high]."""
    return max(Fraction(0), min(high - theta, amplitude) - max(low - theta, -amplitude)) / (
        2 * amplitude
    )


@pytest.mark.claim(
    CLAIM,
    reading="any-amplitude",
    shows="holds",
    by="property",
    when=["noise-exceeds-trap"],
)
@pytest.mark.control("whole-width", "the whole width in place of half of it", bound=whole_width)
@given(
    low=st.fractions(-5, 5, max_denominator=8),
    width=st.fractions(Fraction(1, 8), 10, max_denominator=8),
    place=st.fractions(0, 1, max_denominator=8),
    more=st.fractions(Fraction(1, 8), 10, max_denominator=8),
    draws=260,
)
def test_exact_probabilities_of_leaving(check, low, width, place, more, *, bound=half_width):
    """For random boxes, places and amplitudes the exact probability is at least the bound."""
    high, theta = low + width, low + place * width
    amplitude = half_width(low, high) + more
    leaving = 1 - staying(theta, low, high, amplitude)
    least = 1 - bound(low, high) / amplitude
    if place in (0, 1):
        check.label("on the boundary")
    check.that(
        leaving >= least > 0,
        "the probability of leaving is at least (A - width/2)/A",
        low=low,
        high=high,
        theta=theta,
        amplitude=amplitude,
    )


INPUTS, TARGET = (1, 12), Fraction(3, 4)
LOW, HIGH, PARTS = Fraction(3, 4), Fraction(3, 2), 64
STEP, AMPLITUDE = 8, Fraction(3, 20)


def pieces():
    """Balls that cover the interval from LOW to HIGH."""
    cuts = [LOW + (HIGH - LOW) * Fraction(k, PARTS) for k in range(PARTS + 1)]
    for low, high in pairwise(cuts):
        piece = np.empty(1, dtype=object)
        piece[0] = Ball(BALLS.enter(low).arb.union(BALLS.enter(high).arb))
        yield piece


@pytest.mark.claim(CLAIM, reading="any-amplitude", shows="fails", by="counterexample")
@pytest.mark.control("more-noise", "the amplitude 2/5", amplitude=Fraction(2, 5))
def test_weak_noise_never_leaves(check, *, amplitude=AMPLITUDE):
    r"""A worse valley that noise of amplitude 3/20 after each step never leaves.

    One sigmoid neuron, $x = (1, 12)$, both targets 3/4, sum of squares, step 8, $I = [\frac34,
    \frac32]$. In balls over 64 pieces of $I$, $L'' \le \frac18$, so $T(w) = w - 8 L'(w)$ does
    not decrease on $I$ and maps it into $[T(\frac34), T(\frac32)]$. These ends lie more than
    $\frac3{20}$ inside of $I$, so $T(w) + \xi \in I$ for every $w \in I$ and $|\xi| \le
    \frac3{20}$: whatever the noise, the iterate stays for ever. (Half the width of $I$ is
    $\frac38$.)
    """
    objective = Objective(neuron(1, SIGMOID), SQUARED_ERROR, reduction="sum")
    function = Function(objective.value, theta=(1,), inputs=(2, 1), targets=(2,))

    def data(arithmetic):
        return arithmetic.enter([[x] for x in INPUTS]), arithmetic.enter([TARGET] * 2)

    for number, piece in enumerate(pieces()):
        bend = function.hessian(piece, *data(BALLS))[0, 0]
        check.that((1 - STEP * bend).sign() == 1, f"L'' is below 1/8 on piece {number}")
    for end, side in ((LOW, 1), (HIGH, -1)):

        def room(arithmetic, end=end, side=side):
            slope = function.gradient(arithmetic.enter([end]), *data(arithmetic))[0]
            return -STEP * slope * side - amplitude

        check.positive(room, f"T({end}) lies further inside than the noise reaches")
    check.record(("inputs", "both targets", "step"), [INPUTS, TARGET, STEP])
    check.record("interval", [LOW, HIGH])
    check.record(("amplitude, never out", "half the width"), [amplitude, half_width(LOW, HIGH)])
    check.size(points=len(INPUTS), weights=1, smaller="on one point there is no second valley")


FACTOR = Fraction(7, 10)
# Rows whose absolute values add up to the factor: a contraction by it in the maximum norm.
ROWS = ((Fraction(3, 10), Fraction(4, 10)), (Fraction(4, 10), Fraction(-3, 10)))
# The factor times a reflection: a contraction by it in the Euclidean norm alone.
REFLECTION = ((Fraction(21, 50), Fraction(28, 50)), (Fraction(28, 50), Fraction(-21, 50)))


def valley(theta, matrix, centre, step):
    """(theta - centre)'(I - matrix)(theta - centre)/(2 step), so that a step applies the matrix."""
    away = theta - centre
    return (away @ (away - matrix @ away)) / (2 * step[0])


@pytest.mark.claim(CLAIM, reading="any-amplitude", shows="fails", by="identity")
@pytest.mark.control("euclidean", "a contraction in the Euclidean norm alone", matrix=REFLECTION)
def test_a_contraction_in_the_maximum_norm_bears_weak_noise(check, *, matrix=ROWS):
    r"""A step that contracts by $q$ in the maximum norm bears noise up to $(1-q)R$, for ever.

    Let the step $T$ contract towards the centre $m$ of a cube of half-width $R$: $|T_j - m_j| \le
    q \max_k |\theta_k - m_k| \le qR$ in each coordinate. With $|\xi_j| \le (1-q)R$ the
    distance $|T_j + \xi_j - m_j|$ is at most $qR + (1-q)R = R$, in any dimension: for $T_j - m_j =
    qRu$ and $\xi_j = (1-q)Rz$ with $|u|, |z| \le 1$, the distances from the two faces are
    $qR(1 \mp u) + (1-q)R(1 \mp z) \ge 0$, executed in symbols. An example in the plane: $T - m =
    S(\theta - m)$ with $S = \frac1{10}\begin{pmatrix}3&4\\4&-3\end{pmatrix}$, whose rows have
    absolute sum $q = \frac7{10}$, the step of descent on $(\theta-m)^\top (I-S)(\theta-m)/2\eta$.

    The Euclidean norm is not enough: $S = \frac7{10}\cdot\frac15\begin{pmatrix}3&4\\4&-3
    \end{pmatrix}$ contracts by $\frac7{10}$ in it, since $S^\top S = \frac{49}{100} I$, and maps
    the square $[-1, 1]^2$ into itself; but it takes the corner $(1, 1)$ to $0.98$ in the first
    coordinate, and noise of $\frac3{10}$ takes it on to $1.28$.
    """
    q, radius, u, z = (symbols(name) for name in "qRuz")
    for side in (1, -1):
        place = q * radius * u + (1 - q) * radius * z
        inside = q * radius * (1 - side * u) + (1 - q) * radius * (1 - side * z)
        check.zero(radius - side * place - inside, "the distance from a face", side=side)
    theta, centre, step = symbols("t", 2), symbols("m", 2), symbols("k", 1)
    function = Function(valley, theta=(2,), matrix=(2, 2), centre=(2,), step=(1,))
    for rows in (matrix, REFLECTION):
        slope = function.gradient(theta, SYMBOLS.enter(rows), centre, step)
        (moved,) = GRADIENT_DESCENT.update(theta, slope, step[0])
        check.zero(moved - centre - SYMBOLS.enter(rows) @ (theta - centre), "the step, S applied")
    for row in matrix:
        reach = sum(abs(entry) for entry in row)
        check.that(
            reach + (1 - FACTOR) <= 1, "the reach of the step plus the noise is at most R", row=row
        )
    mirror = np.array(REFLECTION)
    check.zero(mirror.T @ mirror - FACTOR**2 * np.eye(2, dtype=int), "S'S minus q^2 I")
    corner = (mirror @ [1, 1])[0]
    check.that(
        abs(mirror).sum(axis=1).max() < 1 < corner + (1 - FACTOR), "into itself, and out with noise"
    )
    check.record(
        "Euclidean contraction: the corner (1, 1), then with noise",
        f"{corner}, {corner + 1 - FACTOR}",
    )


def as_written(proof):
    return proof


def with_noise_of_one_sixth(proof):
    return proof | {"noise": "1/6"}


@pytest.mark.claim(CLAIM, reading="any-amplitude", shows="fails", by="certificate")
@pytest.mark.control(
    "noise-of-one-sixth", "the amplitude 1/6, more than the radius", edit=with_noise_of_one_sixth
)
@pytest.mark.control(
    "other-certificate", "that of a network with a hidden unit", name="trap-1-1-1-sigmoid.json"
)
def test_certified_bound_on_the_noise(
    check, certificates, *, edit=as_written, name="trap-neuron-noise.json"
):
    """Noise that a trap holds, with a certificate: amplitude 0.0349, radius 1/8, step 8.

    The step shrinks the distance to the minimum by a factor of at most 0.72 there, which leaves
    more than that bound of the radius.
    """
    path = certificates / name
    targets = [Fraction(3, 4)] * 2
    problem = Problem(neuron(1, SIGMOID), [[1], [12]], targets, reduction="sum")
    check.certificate(path, kind="trap", objective=problem.definition(), edit=edit)
    proof = json.loads(path.read_text())["proof"]
    check.that(proof["steps"] == {"least": "8", "most": "8"}, "the step is 8")
    check.that(Fraction(proof["ball"]["radius"]) == Fraction(1, 8), "the radius is 1/8")
    check.that(proof["noise"] == "0.0349", "the amplitude is that told here")
    rate = 1 - 8 * Fraction(proof["curvature"]["least"])
    check.that(rate == Fraction("0.72"), "the factor 1 - 8 m is 0.72")
    check.that(8 * Fraction(proof["curvature"]["most"]) - 1 <= rate, "and 8 M - 1 is not greater")
    check.record("certified amplitude", proof["noise"])


@pytest.mark.claim(CLAIM, shows="holds", by="study")
@pytest.mark.control("one-run-more", "one more run counted", count=one_run_more)
def test_stuck_runs_with_noise(check, study_result, study_table, *, count=as_counted):
    """What uniform noise now and then does for stuck runs of descent.

    Runs that are stuck above the global level go on from the same point in paired ways, all
    with the same number of updates. The plan fixes problems, steps, noise, sample size and rule
    beforehand; the intervals and the decision are derived again here from the counted runs.
    """
    confirm(check, study_result, study_table, "getting-unstuck", "noise", count)


@pytest.mark.claim(CLAIM, reading="better-than-restart", shows="holds", by="study")
@pytest.mark.control("one-run-more", "one more run counted", count=one_run_more)
def test_noise_against_a_fresh_start(check, study_result, study_table, *, count=as_counted):
    """What noise does for stuck runs, against as many updates from a new random start.

    The start is drawn as the first one was, and descends without noise. The intervals and the
    decision are derived again here from the counted runs.
    """
    confirm(check, study_result, study_table, "getting-unstuck", "noise-or-restart", count)
