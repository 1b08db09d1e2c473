"""What an L2 penalty adds to the surface: slopes always; valleys, peaks and saddles sometimes."""

from __future__ import annotations

import json
from fractions import Fraction

import numpy as np
import pytest

from claims.compiled import Function
from claims.mathematics import (
    L2,
    SIGMOID,
    SQUARED_ERROR,
    Activation,
    Loss,
    Network,
    Objective,
    Parity,
    Range,
    count_roots,
    linear,
    neuron,
    one_hidden_layer,
    polynomial_in_z,
)
from claims.numbers import SYMBOLS, log, square, symbols, uninterpreted
from claims.proof.certificates import Problem

CLAIM = "l2-adds-valleys"
ANY = Activation(
    "any", uninterpreted("a"), uninterpreted("a'"), Parity.NONE, Range(None, None), False
)
ANY_LOSS = Loss("any", lambda prediction, target: uninterpreted("l")(prediction - target))
# What is counted with a certificate, without and with the penalty.
COUNTS = ("strict minima, maxima without penalty", "strict minima, maxima with penalty")


def one_neuron(samples, features, strength):
    """The sum of squared errors of a sigmoid neuron without bias, with L2 if strength is not 0."""
    objective = Objective(
        neuron(features, SIGMOID),
        SQUARED_ERROR,
        reduction="sum",
        penalty=L2(strength) if strength else None,
    )
    return Function(
        objective.value, theta=(features,), inputs=(samples, features), targets=(samples,)
    )


def check_signs(check, data, strength, signs):
    """Decide the sign of the derivative at each weight of {weight: sign} for data (x, t)."""
    inputs, targets = data
    function = one_neuron(len(inputs), 1, strength)
    for weight, sign in signs.items():
        check.positive(
            lambda arithmetic, weight=weight, sign=sign: (
                function.gradient(
                    arithmetic.enter([weight]),
                    arithmetic.enter([[x] for x in inputs]),
                    arithmetic.enter(targets),
                )[0]
                * sign
            ),
            f"with lambda = {strength} the derivative has the sign {sign:+} at {weight}",
            inputs=inputs,
            targets=targets,
        )
    places = ", ".join(f"{sign:+} at {weight}" for weight, sign in signs.items())
    check.record(f"signs of the derivative with lambda = {strength}", places)


def zeros_of(function, data):
    """Count the zeros on all of R of a function of the one weight that is rational in exp(-w)."""
    return count_roots(polynomial_in_z(function, *data).polynomial, above=Fraction(0))


CREATED = ((1, 1, 3), (0, 0, 1))


@pytest.mark.claim(CLAIM, shows="holds", by="witness")
@pytest.mark.control(
    "too-strong", "lambda = 1/50, which leaves one valley", strength=Fraction(1, 50)
)
@pytest.mark.control("no-outlier", "the third input 2 in place of 3", data=((1, 1, 2), (0, 0, 1)))
def test_a_valley_where_there_was_a_slope(check, *, data=CREATED, strength=Fraction(3, 10000)):
    r"""Three samples: one strict local minimum without penalty, at least two with $\lambda=0.0003$.

    Data $x = (1, 1, 3)$, $t = (0, 0, 1)$. With $z = e^{-w}$ the derivative of the loss is a
    positive function times $2z^6 - 9z^5 + 12z^4 - 14z^3 + 12z^2 - 6z + 2$, which has two positive
    roots (Sturm); the signs at $-2$, 0 and 1 are $+,-,+$: a maximum and one minimum, near 0.163,
    are all the stationary points on $\mathbb R$. To the left the loss falls ever more gently
    towards its limit 1, and there the penalty, which rises, wins: the derivative of the sum
    has the signs $-,+,-,+$ at $-4,-2,0,1$. Between $-$ and $+$ lies a local minimum, and a strict
    one, since the derivative is analytic and not constant 0, so that its zeros are isolated: near
    $-3.69$ and near 0.163.
    """
    plain = one_neuron(3, 1, 0)
    check.that(zeros_of(plain.gradient, data) == 2, "two stationary points without penalty")
    check_signs(check, data, 0, {-2: 1, 0: -1, 1: 1})
    check_signs(check, data, strength, {-4: -1, -2: 1, 0: -1, 1: 1})
    check.size(weights=1, points=len(data[0]))


REMOVED = ((1, 6), (Fraction(3, 4), Fraction(3, 4)))


@pytest.mark.claim(CLAIM, reading="always", shows="fails", by="counterexample")
@pytest.mark.control("weak-penalty", "lambda = 1/100", strength=Fraction(1, 100))
def test_a_penalty_that_removes_a_valley(check, *, strength=Fraction(3)):
    r"""Two samples: two strict local minima without penalty, one with $\lambda=3$.

    Data $x = (1, 6)$, $t = (\frac34, \frac34)$. Without penalty the derivative has three zeros on
    $\mathbb R$ and the signs $-,+,-,+$ at $0,\frac12,\frac{9}{10},2$: two minima and a maximum.
    With $\lambda=3$ the second derivative, a rational function of $z = e^{-w}$, has no zero and is
    positive at 0: the objective is strictly convex, and its derivative changes from $-$ to $+$
    between 0 and 1: one minimum. The penalty has taken a valley away.
    """
    data = REMOVED
    check.that(zeros_of(one_neuron(2, 1, 0).gradient, data) == 3, "three stationary points")
    check_signs(check, data, 0, {0: -1, Fraction(1, 2): 1, Fraction(9, 10): -1, 2: 1})
    penalised = one_neuron(2, 1, strength)
    check.that(
        zeros_of(penalised.hessian, data) == 0,
        "the second derivative with penalty has no zero",
        strength=strength,
    )
    check.positive(
        lambda arithmetic: penalised.hessian(
            arithmetic.enter([0]), arithmetic.enter([[1], [6]]), arithmetic.enter(data[1])
        )[0, 0],
        "the second derivative with penalty is positive at 0",
        strength=strength,
    )
    check_signs(check, data, strength, {0: -1, 1: 1})
    check.size(
        weights=1,
        points_where_a_valley_goes=len(data[0]),
        smaller="on one point there is one valley at most, and the penalty leaves one",
    )


def of_length(theta):
    return square(theta).sum()


def of_the_weights(theta):
    """Wrong on purpose: the last parameter left out of the norm."""
    return square(theta[:-1]).sum()


@pytest.mark.claim(CLAIM, reading="slope-everywhere", shows="holds", by="identity")
@pytest.mark.control("last-left-out", "the norm without the last parameter", norm=of_the_weights)
def test_the_slope_changes_everywhere_but_at_the_origin(check, *, norm=of_length):
    r"""The change of the gradient has the squared length $4\lambda^2\lVert\theta\rVert^2$.

    That is positive for $\lambda>0$ and $\theta\ne0$. Executed on the recorded gradients for a
    linear model, one and two hidden layers, two symbolic samples, symbolic parameters and
    $\lambda$, a loss and an activation of which nothing is known; the penalty does not see the
    network.
    """
    strength = symbols("lam")
    for network in (linear(2), one_hidden_layer(1, 2, ANY), Network((1, 1, 1, 1), ANY, output=ANY)):
        theta = symbols("t", network.size)
        data = symbols("x", 2, network.widths[0]), symbols("y", 2), strength
        before, after = (
            Function(
                lambda theta, inputs, targets, strength, network=network, used=used: Objective(
                    network, ANY_LOSS, penalty=L2(strength[()]) if used else None
                ).value(theta, inputs, targets),
                theta=theta.shape,
                inputs=data[0].shape,
                targets=data[1].shape,
                strength=(),
            ).gradient(theta, *data)
            for used in (False, True)
        )
        check.zero(
            square(after - before).sum() - 4 * square(strength) * norm(theta),
            "the squared length of the change minus 4 lambda^2 |theta|^2",
            network=network,
        )


PEAK = ((1, 1, 4), (0, 0, Fraction(1, 2)))


@pytest.mark.claim(CLAIM, reading="peak-created", shows="holds", by="witness")
@pytest.mark.control("weak-penalty", "lambda = 1/100", strength=Fraction(1, 100))
@pytest.mark.control("higher-target", "the target 1/2 raised to 1", data=((1, 1, 4), (0, 0, 1)))
def test_a_peak_out_of_nothing(check, *, data=PEAK, strength=Fraction(3, 100)):
    r"""Three samples: without penalty no stationary point at all, with $\lambda=0.03$ a maximum.

    Data $x = (1, 1, 4)$, $t = (0, 0, \frac12)$. With $z = e^{-w}$ the derivative of the loss is a
    positive function times $z^{12} - z^{10} - 3z^9 - z^7 + z^6 + 3z^5 + 6z^4 + z^3 + 1$, which has
    no positive root (Sturm): the loss rises everywhere, steeply, gently and steeply again. The
    penalty falls to the left of 0 and wins where the rise is gentle: the derivative of the sum has
    the signs $-,+,-,+$ at $-2,-1,-\frac25,0$. So there are local minima near $-1.551$ and $-0.337$
    and between them, near $-0.479$, a local maximum; all are strict, because the zeros of an
    analytic derivative are isolated.
    """
    plain = one_neuron(3, 1, 0)
    check.that(zeros_of(plain.gradient, data) == 0, "no stationary point without penalty")
    check_signs(check, data, strength, {-2: -1, -1: 1, Fraction(-2, 5): -1, 0: 1})
    check.size(weights=1, points=len(data[0]))


@pytest.mark.claim(CLAIM, reading="peak-created-own-network", shows="fails", by="identity")
@pytest.mark.control("no-output-bias", "the last output weight moved instead", biased=False)
def test_a_linear_output_layer_has_no_peak(check, *, biased=True):
    r"""Moving the output bias one way or the other raises the objective, at every point.

    With the output bias $c$ the output moves by exactly $\tau$ on every sample, so the mean
    squared error is a parabola in $c$ with the leading coefficient 1, and the penalty adds
    $\lambda$: $L_\lambda(c+\tau) + L_\lambda(c-\tau) - 2L_\lambda(c) = 2(1+\lambda)\tau^2 > 0$.
    One of the two neighbours is higher, at every point and for every $\tau\ne0$: no point is a
    local maximum, with or without penalty. No derivative of the activation is used, of which
    nothing is known. Executed for two inputs and (samples, units) = (1, 1), (2, 2) and (3, 1);
    each sample's error moves by $\tau$.
    """
    strength, step = symbols("lam"), symbols("tau")
    for samples, units in ((1, 1), (2, 2), (3, 1)):
        network = one_hidden_layer(2, units, ANY, output_bias=biased)
        objective = Objective(network, SQUARED_ERROR, penalty=L2(strength))
        theta = symbols("t", network.size)
        data = symbols("x", samples, 2), symbols("y", samples)
        ahead, behind = theta.copy(), theta.copy()
        ahead[-1], behind[-1] = theta[-1] + step, theta[-1] - step
        rise = objective.value(ahead, *data) + objective.value(behind, *data)
        check.zero(
            rise - 2 * objective.value(theta, *data) - 2 * (1 + strength) * square(step),
            "the sum of the two changes minus 2 (1 + lambda) tau^2",
            samples=samples,
            units=units,
        )


@pytest.mark.claim(CLAIM, reading="saddle-created", shows="holds", by="witness")
@pytest.mark.control("weak-penalty", "lambda = 1/100", strength=Fraction(1, 100))
def test_a_saddle_out_of_nothing(check, certificates, *, strength=Fraction(3, 100)):
    r"""Two weights: the peak along one axis is a saddle of the plane, with $\lambda=0.03$.

    Data $x = (1,0), (1,0), (4,0), (0,1)$, $t = (0, 0, \frac12, \frac12)$. The first component of
    the gradient depends on $w_1$ alone and is that of the three samples that make a peak (see
    there): without penalty it is never 0, so there is no stationary point. With $\lambda = 0.03$ it
    changes from $+$ to $-$ between $-\frac12$ and $-\frac9{20}$, where the curvature along $w_1$
    is negative throughout (the polynomial of the second derivative has no root for $z$ between
    1.55 and $\frac53$), so it is 0 at some $w_1$ in between. At $(w_1, 0)$ the second component
    is 0, the Hessian is diagonal and its second entry is $\frac18 + 2\lambda > 0$: a stationary
    point with a negative and a positive eigenvalue.
    """
    inputs = [[1, 0], [1, 0], [4, 0], [0, 1]]
    targets = [0, 0, Fraction(1, 2), Fraction(1, 2)]
    data = SYMBOLS.enter(inputs), SYMBOLS.enter(targets)
    theta = symbols("w", 2)
    plain, penalised = one_neuron(4, 2, 0), one_neuron(4, 2, strength)
    peak = SYMBOLS.enter([[x] for x in PEAK[0]]), SYMBOLS.enter(PEAK[1])
    for plane, line in ((plain, one_neuron(3, 1, 0)), (penalised, one_neuron(3, 1, strength))):
        check.zero(
            plane.gradient(theta, *data)[0] - line.gradient(theta[:1], *peak)[0],
            "the first component of the gradient minus the derivative of the three samples",
        )
    check.that(zeros_of(one_neuron(3, 1, 0).gradient, PEAK) == 0, "no zero without penalty")
    check_signs(check, PEAK, strength, {Fraction(-1, 2): 1, Fraction(-9, 20): -1})
    on_axis = np.array([theta[0], SYMBOLS.enter(0)])
    check.zero(penalised.gradient(on_axis, *data)[1], "the second component on the axis")
    hessian = penalised.hessian(on_axis, *data)
    check.zero([hessian[0, 1], hessian[1, 0]], "the mixed derivatives on the axis")
    check.zero(hessian[1, 1] - Fraction(1, 8) - 2 * strength, "the second entry - 1/8 - 2 lambda")
    line = one_neuron(3, 1, strength)
    low, high = Fraction(31, 20), Fraction(5, 3)
    for inside, what in (
        (lambda numbers: Fraction(9, 20) - log(numbers.enter(low)), "exp(9/20) exceeds 31/20"),
        (lambda numbers: log(numbers.enter(high)) - Fraction(1, 2), "5/3 exceeds exp(1/2)"),
    ):
        check.positive(inside, what)
    bends = polynomial_in_z(line.hessian, *PEAK).polynomial
    check.that(count_roots(bends, low, high) == 0, "the curvature along w_1 keeps its sign there")
    check.positive(
        lambda arithmetic: (
            -line.hessian(
                arithmetic.enter([Fraction(-19, 40)]),
                arithmetic.enter([[x] for x in PEAK[0]]),
                arithmetic.enter(PEAK[1]),
            )[0, 0]
        ),
        "the curvature along w_1 is negative at -19/40",
    )
    path = certificates / "l2-creates-a-saddle.json"  # the saddle alone
    problem = Problem(neuron(2, SIGMOID), inputs, targets, reduction="sum", penalty=strength)
    check.certificate(path, kind="stationary-point", objective=problem.definition())
    check.that(json.loads(path.read_text())["proof"]["index"] == 1, "its index is 1")
    check.record("inputs of the plane", inputs)
    check.record("targets of the plane", targets)
    check.size(weights=2, points=len(inputs))


def as_written(proof):
    return proof


def with_strength(strength):
    """The account with penalty kept, for another strength."""

    def edit(proof):
        plain, penalised = proof["accounts"]
        return proof | {"accounts": [plain, penalised | {"penalty": strength}]}

    return edit


def certified_counts(check, path, edit, data, strength):
    """Check an account of all of R without and with penalty; return (minima, maxima) of both."""
    inputs, targets = data
    problem = Problem(neuron(1, SIGMOID), [[x] for x in inputs], targets, reduction="sum")
    check.certificate(path, kind="line", objective=problem.definition(), edit=edit)
    accounts = json.loads(path.read_text())["proof"]["accounts"]
    check.that(
        [account["penalty"] for account in accounts] == ["0", strength],
        "one account without penalty, one with that strength",
    )
    return [
        (account["parts"].count("valley"), account["parts"].count("peak")) for account in accounts
    ]


@pytest.mark.claim(CLAIM, shows="holds", by="certificate")
@pytest.mark.control("strength-0", "the strength 0 for 0.0003", edit=with_strength("0"))
def test_certified_count_of_created_valleys(check, certificates, *, edit=as_written):
    """All stationary points on the real line, counted with a certificate: one minimum becomes two.

    The same three samples. Between rational cuts the derivative has a sign, or it changes it once
    where the second derivative has one; beyond the last cuts the slowest exponential decides, or
    the penalty. All of it in balls, without and with the strength 0.0003.
    """
    before, after = certified_counts(
        check, certificates / "l2-creates-a-valley.json", edit, CREATED, "0.0003"
    )
    check.that(after[0] > before[0] >= 1, "more minima with penalty", before=before, after=after)
    check.record(COUNTS, (before, after))


@pytest.mark.claim(CLAIM, reading="always", shows="fails", by="certificate")
@pytest.mark.control("strength-1-10000", "1/10000 for 3", edit=with_strength("0.0001"))
def test_certified_count_of_removed_valleys(check, certificates, *, edit=as_written):
    """With a certificate: on the real line two minima and a maximum become one minimum.

    Between rational cuts the derivative has a sign, or changes it once where the second derivative
    has one; all of it in balls, without and with the strength 3.
    """
    before, after = certified_counts(
        check, certificates / "l2-removes-a-valley.json", edit, REMOVED, "3"
    )
    check.that(after[0] < before[0], "fewer minima with penalty", before=before, after=after)
    check.record(COUNTS, (before, after))


@pytest.mark.claim(CLAIM, reading="peak-created", shows="holds", by="certificate")
@pytest.mark.control("strength-1-100", "the strength 1/100 for 0.03", edit=with_strength("0.01"))
def test_certified_peak_out_of_nothing(check, certificates, *, edit=as_written):
    """With a certificate: no stationary point on the real line becomes two minima and a maximum.

    Without penalty the derivative is positive between all cuts and beyond them; with the strength
    0.03 it changes its sign three times. All of it in balls.
    """
    before, after = certified_counts(
        check, certificates / "l2-creates-a-peak.json", edit, PEAK, "0.03"
    )
    check.that(after[1] > before[1] == 0, "a maximum with penalty alone", before=before)
    check.record(COUNTS, (before, after))
