"""Peaks: excluded below a linear output layer, and exhibited where the output is bounded."""

from __future__ import annotations

import json
from fractions import Fraction
from itertools import combinations_with_replacement

import numpy as np
import pytest

from claims.compiled import Function
from claims.mathematics import (
    CROSS_ENTROPY,
    IDENTITY,
    SIGMOID,
    SQUARE,
    SQUARED_ERROR,
    Activation,
    Loss,
    Objective,
    Parity,
    Range,
    count_roots,
    isolate_stationary_points,
    neuron,
    one_hidden_layer,
    polynomial_in_z,
    unknown_function,
)
from claims.numbers import (
    BALLS,
    SYMBOLS,
    Ball,
    logistic,
    logistic_complement,
    square,
    symbols,
    uninterpreted,
)
from claims.proof.certificates import Problem

CLAIM = "peaks-exist"
ANY_ACTIVATION = Activation(
    "any", uninterpreted("a"), uninterpreted("a'"), Parity.NONE, Range(None, None), False
)
SIZES = ((1, 1, 1), (3, 1, 1), (2, 2, 2), (3, 1, 3))


@pytest.mark.claim(CLAIM, shows="fails", by="identity")
@pytest.mark.control("hidden-bias", "a hidden bias moved in place of the output bias", moved="b1")
def test_the_output_bias_leads_up(check, *, moved="b2"):
    r"""With a linear output and an output bias no point is a local maximum of the squared error.

    Move the output bias alone, by $t$ and by $-t$: every error changes by $\pm t$, so $L(c+t) +
    L(c-t) = 2L(c) + 2t^2$. One of the two losses exceeds $L(c)$ by at least $t^2$, however small
    $t \ne 0$ is. The identity is checked for symbolic data, parameters and targets and an
    activation of which nothing is known, for (samples, inputs, units) = (1, 1, 1), (3, 1, 1), (2,
    2, 2) and (3, 1, 3); whatever feeds the output bias, each sample's error changes by $\pm t$.
    """
    for samples, inputs, units in SIZES:
        network = one_hidden_layer(inputs, units, ANY_ACTIVATION)
        objective = Objective(network, SQUARED_ERROR)
        data = symbols("x", samples, inputs), symbols("y", samples)
        theta, step = symbols("p", network.size), symbols("t")
        place = network.block(moved).start
        ends = []
        for change in (step, -step):
            end = theta.copy()
            end[place] = end[place] + change
            ends.append(objective.value(end, *data))
        surplus = ends[0] + ends[1] - 2 * objective.value(theta, *data)
        check.zero(
            surplus - 2 * square(step), "L(c+t) + L(c-t) - 2 L(c) - 2 t^2", sizes=(samples, units)
        )


UNKNOWN = unknown_function("l")
ANY_LOSS = Loss(
    "any",
    lambda predictions, targets: np.array(
        [UNKNOWN(pair) for pair in zip(predictions, targets, strict=True)], dtype=object
    ),
)


@pytest.mark.claim(CLAIM, reading="strict-no-output-bias", shows="fails", by="identity")
@pytest.mark.control("input-weight", "an input weight moved in place of an output one", moved="W1")
def test_an_output_weight_does_not_lead_down_on_both_sides(check, *, moved="W2"):
    r"""No strict local maximum below a linear output, bias or not, for a convex loss.

    The output $f_i$ at sample $i$ is linear in each output weight: moved by $\pm t$, it becomes
    $f_i \pm t a_i$ with $a_i$ the unit's activation. So $L(v+t) + L(v-t) - 2L(v)$ is the mean of
    $\ell(f_i + ta_i) + \ell(f_i - ta_i) - 2\ell(f_i)$, each of which is at least 0 because $\ell$
    is convex in the output: $L(v+t)$ and $L(v-t)$ are not both below $L(v)$. Executed for a loss
    and an activation of which nothing is known, without a bias at the output, for (samples,
    inputs, units) = (1, 1, 1), (3, 1, 1), (2, 2, 2) and (3, 1, 3); each sample is a term of its
    own.
    """
    for samples, inputs, units in SIZES:
        network = one_hidden_layer(inputs, units, ANY_ACTIVATION, output_bias=False)
        objective = Objective(network, ANY_LOSS)
        x, y = symbols("x", samples, inputs), symbols("y", samples)
        theta, step = symbols("p", network.size), symbols("t")
        place = network.block(moved).start
        ends = []
        for change in (step, -step):
            end = theta.copy()
            end[place] = end[place] + change
            ends.append(objective.value(end, x, y))
        surplus = ends[0] + ends[1] - 2 * objective.value(theta, x, y)
        hidden = x @ network.block("W1").of(theta).T + network.block("b1").of(theta)
        shift = step * ANY_ACTIVATION.value(hidden[:, 0])
        outputs = network.predict(theta, x)
        second = [
            UNKNOWN([f + a, t]) + UNKNOWN([f - a, t]) - 2 * UNKNOWN([f, t])
            for f, a, t in zip(outputs, shift, y, strict=True)
        ]
        check.zero(
            surplus - sum(second[1:], second[0]) * Fraction(1, samples),
            "the second difference of L minus the mean of those of the loss",
            sizes=(samples, units),
        )


@pytest.mark.claim(CLAIM, reading="non-strict-no-output-bias", shows="holds", by="witness")
@pytest.mark.control("linear-unit", "the linear activation", activation=IDENTITY)
def test_a_ridge_of_maxima_of_a_square_unit(check, *, activation=SQUARE):
    r"""One square unit without biases, one point: $(vw^2-1)^2$ has a maximum at $v=1$, $w=0$.

    $L(1,0) - L(v,w) = vw^2(2 - vw^2)$. For $\frac12 \le v \le \frac32$ and $|w| \le 1$ the
    product $vw^2$ lies between 0 and $\frac32$, so the difference is not negative; and at
    $(1, w)$ it is $w^2(2-w^2) > 0$ for every $0 < |w| \le 1$, so there are lower points
    arbitrarily close. Along $w = 0$ the loss is constant: the maximum is not strict.
    """
    network = one_hidden_layer(1, 1, activation, hidden_bias=False, output_bias=False)
    objective = Objective(network, SQUARED_ERROR)
    data = SYMBOLS.enter([[1]]), SYMBOLS.enter([1])
    w, v = symbols("w"), symbols("v")

    def drop(weight, output):
        top = objective.value(SYMBOLS.enter([0, 1]), *data)
        return top - objective.value(SYMBOLS.enter([weight, output]), *data)

    product = v * square(w)
    check.zero(drop(w, v) - product * (2 - product), "L(1,0) - L(v,w) - v w^2 (2 - v w^2)")
    check.zero(drop(w, 1) - square(w) * (2 - square(w)), "the same at v = 1")
    check.zero(drop(0, v), "the change along w = 0")
    check.that(Fraction(3, 2) * 1**2 < 2, "the largest product on the box is below 2")
    check.record(("input", "target"), data)
    check.record(
        "loss at the maximum (w, v) = (0, 1)", objective.value(SYMBOLS.enter([0, 1]), *data)
    )
    check.size(points=1, inputs=1, units=1)


@pytest.mark.claim(CLAIM, reading="cross-entropy", shows="fails", by="identity")
@pytest.mark.control("hidden-bias", "a hidden bias in place of the output bias", moved="b1")
def test_cross_entropy_is_strictly_convex_in_the_output_bias(check, *, moved="b2"):
    r"""Cross-entropy of a network with an output bias has no local maximum.

    Its second derivative in the output bias is the mean of $s(z_i)\,s(-z_i)$, which is positive at
    every parameter vector: along that coordinate the loss is strictly convex, so at no point is it
    at most as large on both sides. Executed for symbolic data and any activation, for (samples,
    inputs, units) = (1, 1, 1), (3, 1, 1), (2, 2, 2) and (3, 1, 3); each sample is a term of its
    own.
    """
    for samples, inputs, units in SIZES:
        network = one_hidden_layer(inputs, units, ANY_ACTIVATION)
        function = Function(
            Objective(network, CROSS_ENTROPY).value,
            theta=(network.size,),
            inputs=(samples, inputs),
            targets=(samples,),
        )
        theta, x, y = symbols("p", network.size), symbols("x", samples, inputs), symbols("y", 3)
        place = network.block(moved).start
        bend = function.hessian(theta, x, y[:samples])[place, place]
        logits = network.predict(theta, x)
        terms = logistic(logits) * logistic_complement(logits)
        check.zero(
            bend - terms.sum() * Fraction(1, samples),
            "second derivative minus the mean of s(z) s(-z)",
            sizes=(samples, units),
        )


def squares(features, samples, *, bias):
    network = neuron(features, SIGMOID, bias=bias)
    objective = Objective(network, SQUARED_ERROR, reduction="sum")
    return Function(
        objective.value, theta=(network.size,), inputs=(samples, features), targets=(samples,)
    )


@pytest.mark.claim(CLAIM, reading="one-neuron", shows="holds", by="witness")
@pytest.mark.control("near-inputs", "inputs 1 and 2 in place of 1 and 6", inputs=(1, 2))
def test_one_weight_between_two_valleys(check, *, inputs=(1, 6)):
    r"""One sigmoid neuron, $x = (1, 6)$, both targets 3/4: a strict maximum between two minima.

    The derivative has the signs $-,+,-,+$ at $w = 0, \frac12, 1, 2$, decided in balls. In
    $z = e^{-w}$ it is a polynomial with exactly three positive roots (Sturm), so exactly one
    stationary point lies between $\frac12$ and 1, with the derivative positive on its left and
    negative on its right: a strict local maximum.
    """
    target = Fraction(3, 4)
    function = squares(1, 2, bias=False)
    polynomial = polynomial_in_z(function.gradient, inputs, (target, target)).polynomial
    count = count_roots(polynomial, above=Fraction(0))
    check.that(count == 3, "there are three stationary points", inputs=inputs)
    for pair in combinations_with_replacement(range(1, 6), 2):
        smaller = polynomial_in_z(function.gradient, pair, (target, target)).polynomial
        zeros = count_roots(smaller, above=Fraction(0))
        check.that(zeros == 1, "inputs up to 5 have one stationary point", smaller_inputs=pair)
    signs = {Fraction(0): -1, Fraction(1, 2): 1, Fraction(1): -1, Fraction(2): 1}
    for weight, sign in signs.items():

        def slope(arithmetic, weight=weight, sign=sign):
            data = arithmetic.enter([[x] for x in inputs]), arithmetic.enter([target, target])
            return function.gradient(arithmetic.enter([weight]), *data)[0] * sign

        check.positive(slope, f"the derivative at {weight} has the sign {sign:+}")
    check.record("both targets", target)
    check.record("a minimum, the maximum, a minimum between these weights", list(signs))
    check.size(
        points=len(inputs),
        largest_input=max(inputs),
        smaller="one point has one zero at most; two with positive inputs up to 5 and "
        "targets 3/4 have one, by Sturm",
    )


HALF_INPUTS = (Fraction(1, 2), Fraction(5, 2), Fraction(5))


@pytest.mark.claim(CLAIM, reading="one-neuron-bias", shows="holds", by="witness")
@pytest.mark.control("targets-halved", "half the targets", targets=(-23, 29, -67))
def test_a_peak_in_weight_and_bias(check, *, targets=(-46, 58, -134)):
    r"""One sigmoid neuron with weight and bias has a strict peak near $w = 0.983$, $b = 0$.

    Inputs $\frac12, \frac52, 5$ with targets $-46, 58, -134$, and the mirrored points $-x$ with
    $1 - t$. In the box $0.96 \le w \le 1$, $|b| \le 0.02$ the Krawczyk test finds exactly one
    stationary point, and there both eigenvalues of the Hessian are negative. Large residuals do
    it: with $r_i = s_i - t_i$ the Hessian is $2\sum_i (s_i'^2 + r_i s_i'')\,(x_i, 1)(x_i, 1)^\top$,
    and the gradient $2\sum_i r_i s_i' (x_i, 1)$ can be balanced by a middle point of the
    opposite sign.
    """
    inputs = [[x] for x in (*HALF_INPUTS, *(-x for x in HALF_INPUTS))]
    mirrored = [*targets, *(1 - t for t in targets)]
    box = (Fraction(24, 25), Fraction(1)), (Fraction(-1, 50), Fraction(1, 50))
    found = isolate_stationary_points(squares(1, 6, bias=True), (inputs, mirrored), box)
    check.that(
        [point.index for point in found] == [2], "the box holds one peak, nothing else", t=targets
    )
    check.record("inputs", inputs)
    check.record("targets", mirrored)
    check.record("box of the peak, w and b", box)
    check.size(points=len(inputs), inputs=1)


def repeated(counts):
    """The sum of squares of weight and bias, each point counted with its multiplicity."""
    single = Objective(neuron(1, SIGMOID, bias=True), SQUARED_ERROR, reduction="sum")

    def value(theta, inputs, targets):
        terms = [
            count * single.value(theta, inputs[i : i + 1], targets[i : i + 1])
            for i, count in enumerate(counts)
        ]
        return sum(terms[1:], terms[0])

    return Function(value, theta=(2,), inputs=(len(counts), 1), targets=(len(counts),))


MULTIPLICITIES = (27033, 22074675331015, 518470552858707217088512)


@pytest.mark.claim(CLAIM, reading="one-neuron-bias-hard-labels", shows="holds", by="witness")
@pytest.mark.control("equal-labels", "the label 0 at each positive input", labels=(0, 0, 0))
def test_a_peak_with_labels_zero_and_one(check, *, labels=(0, 1, 0)):
    r"""With labels 0 and 1 there is a peak, made of saturated points in enormous numbers.

    Inputs 2, 12, 50 with labels 0, 1, 0, taken 27033, $22\,074\,675\,331\,015$ and about
    $5\cdot10^{23}$ times, and the mirrored points $-x$ with the other label as often. In the box
    $|w - 1| \le 10^{-3}$, $|b| \le 10^{-3}$ the Krawczyk test finds exactly one stationary
    point, and there both eigenvalues of the Hessian are negative. A wrongly labelled point bends
    the loss down only where $s > \frac23$, and here points far out outweigh the middle one.
    """
    points = (2, 12, 50)
    inputs = [[x] for x in (*points, *(-x for x in points))]
    targets, small = [*labels, *(1 - t for t in labels)], Fraction(1, 1000)
    box = (1 - small, 1 + small), (-small, small)
    found = isolate_stationary_points(repeated(MULTIPLICITIES * 2), (inputs, targets), box)
    check.that(
        [point.index for point in found] == [2], "the box holds one peak, nothing else", t=labels
    )
    check.record("inputs", inputs)
    check.record("labels", targets)
    check.record("multiplicities", MULTIPLICITIES * 2)
    check.record("box of the peak, w and b", box)
    check.size(different_points=len(inputs), inputs=1)


CURVED, SLOPED = Fraction(697, 100000), Fraction(3338, 10000)


def weighing(h):
    """(2 - 3 s(h)) (alpha h^2 + 1) + nu h, elementwise."""
    return (2 - 3 * logistic(h)) * (CURVED * square(h) + 1) + SLOPED * h


def is_positive_between(low, high, depth=12):
    """Decide in balls, on parts halved at most ``depth`` times, that the weighing is positive."""
    ends = BALLS.enter([low, high])
    if weighing(Ball(ends[0].arb.union(ends[1].arb))).sign() == 1:
        return True
    middle = (low + high) / 2
    return (
        depth > 0
        and is_positive_between(low, middle, depth - 1)
        and is_positive_between(middle, high, depth - 1)
    )


@pytest.mark.claim(CLAIM, reading="hard-labels-unsaturated", shows="fails", by="identity")
@pytest.mark.control("fifty", "50 in place of 44", most=50)
@pytest.mark.control("soft-label", "the label 1/2 in place of 1", labels=(0, Fraction(1, 2)))
def test_a_peak_has_a_point_deep_on_the_wrong_side(check, *, most=44, labels=(0, 1)):
    r"""With labels 0 and 1 every peak has a point on the wrong side with a logit beyond 44.

    Turn each point with label 1 round, $\phi = (1-2t)(x, 1)$: then all have the label 0, and with
    $\theta = (w, b)$, $h = \theta\cdot\phi$, $s = s(h)$ and $q = 2m\,s^2(1-s) > 0$

    $$\nabla L = \sum_i q_i \phi_i, \qquad \nabla^2 L = \sum_i q_i (2 - 3s_i)\,
    \phi_i\phi_i^\top.$$

    At a local maximum the gradient is 0 and no curvature is positive. Take that along $\theta$
    with the factor $\alpha = 0.00697$, that along $b$, and $\theta\cdot\nabla L$ with the factor
    $\nu = 0.3338$:

    $$0 \ge \alpha\,\theta^\top\nabla^2 L\,\theta + \partial_b^2 L + \nu\,\theta\cdot\nabla L =
    \sum_i q_i B(h_i), \qquad B(h) = (2 - 3s(h))(\alpha h^2 + 1) + \nu h.$$

    But $B > 0$ for all $h \le 44$: on $[-10, 44]$ decided in balls; below $-10$, where $s <
    \frac1{20000}$, by the negative discriminant of $(2 - \frac3{20000})(\alpha h^2 + 1) + \nu h$.
    As there is a point and every $m_i \ge 1$, some $q_i > 0$: so some $h_i > 44$. The identity of
    the sum is executed in symbols for one and two inputs, one and two samples and both labels, with
    symbolic multiplicities; it is a sum over the samples, each of which sees the inputs through $h$
    alone.
    """

    def counted(theta, inputs, targets, counts):
        outputs = neuron(inputs.shape[1], SIGMOID, bias=True).predict(theta, inputs)
        return (counts * SQUARED_ERROR.value(outputs, targets)).sum()

    for features, samples in ((1, 1), (1, 2), (2, 1), (2, 2)):
        for first in labels:
            targets = [first, *labels][:samples]
            shape = {"targets": (samples,), "counts": (samples,)}
            function = Function(counted, theta=(features + 1,), inputs=(samples, features), **shape)
            theta, x = symbols("p", features + 1), symbols("x", samples, features)
            counts, t = symbols("m", samples), SYMBOLS.enter(targets)
            slope = function.gradient(theta, x, t, counts)
            bend = function.hessian(theta, x, t, counts)
            h = (1 - 2 * t) * (x @ theta[:-1] + theta[-1])
            share = 2 * counts * square(logistic(h)) * logistic_complement(h)
            weighed = CURVED * (theta @ bend @ theta) + bend[-1, -1] + SLOPED * (theta @ slope)
            check.zero(
                weighed - (share * weighing(h)).sum(),
                "the combination of slope and curvatures minus the sum of q B(h)",
                features=features,
                labels=targets,
            )
    check.that(is_positive_between(Fraction(-10), Fraction(most)), "B > 0 from -10 on", up_to=most)
    check.positive(
        lambda arithmetic: Fraction(1, 20000) - logistic(arithmetic.enter(-10)), "s(-10) < 1/20000"
    )
    factor = 2 - Fraction(3, 20000)
    check.that(4 * factor**2 * CURVED > SLOPED**2, "the discriminant is negative")

    def far(arithmetic):
        return Fraction(1, 10**19) - logistic_complement(arithmetic.enter(most))

    check.positive(far, "1 - s is below 10^-19 there")


def as_written(proof):
    return proof


def called_saddle(proof):
    return proof | {"index": proof["index"] - 1}


def without_the_last_point(proof):
    objective = proof["objective"]
    shorter = {name: objective[name][:-1] for name in ("inputs", "targets", "counts")}
    return proof | {"objective": objective | shorter}


def certified_peak(check, path, edit, inputs, targets, *, bias=True, counts=None):
    """Check the certificate of a maximum of a sigmoid neuron with these data; return its box."""
    problem = Problem(
        neuron(1, SIGMOID, bias=bias),
        [[x] for x in inputs],
        targets,
        reduction="sum",
        counts=counts,
    )
    objective = problem.definition()
    figures = check.certificate(path, kind="stationary-point", objective=objective, edit=edit)
    check.record("certified", figures)
    proof = json.loads(path.read_text())["proof"]
    index, box = proof["index"], proof["box"]
    check.that(index == problem.network.size, "all eigenvalues are negative", index=index)
    check.record("box of the peak", f"({', '.join(box['centre'])}) up to {box['radius']} in each")
    return box


@pytest.mark.claim(CLAIM, reading="one-neuron", shows="holds", by="certificate")
@pytest.mark.control("called-saddle", "one negative eigenvalue less", edit=called_saddle)
@pytest.mark.control("lost-point", "the second point left out", edit=without_the_last_point)
def test_certified_peak_of_one_weight(check, certificates, *, edit=as_written):
    """The peak between the two valleys, near w = 0.755, with a certificate.

    A box of radius 1/100 holds exactly one stationary point, and the second derivative is negative
    all over it.
    """
    targets = [Fraction(3, 4)] * 2
    path = certificates / "peak-neuron.json"
    box = certified_peak(check, path, edit, (1, 6), targets, bias=False)
    check.that(
        (f"{float(box['centre'][0]):.3f}", box["radius"]) == ("0.755", "0.01"), "place and radius"
    )


@pytest.mark.claim(CLAIM, reading="one-neuron-bias", shows="holds", by="certificate")
@pytest.mark.control("called-saddle", "one negative eigenvalue less", edit=called_saddle)
@pytest.mark.control("lost-point", "the last point left out", edit=without_the_last_point)
def test_certified_peak_in_weight_and_bias(check, certificates, *, edit=as_written):
    """The peak in weight and bias, with a certificate: both eigenvalues are negative in its box.

    The Krawczyk operator maps the box into its interior: it holds exactly one stationary point;
    and the Hessian is negative definite all over the box, enclosed in balls by the checker.
    """
    inputs, targets = (*HALF_INPUTS, *(-x for x in HALF_INPUTS)), (-46, 58, -134, 47, -57, 135)
    certified_peak(check, certificates / "peak-neuron-with-bias.json", edit, inputs, targets)


@pytest.mark.claim(CLAIM, reading="one-neuron-bias-hard-labels", shows="holds", by="certificate")
@pytest.mark.control("called-saddle", "one negative eigenvalue less", edit=called_saddle)
@pytest.mark.control("lost-point", "the last point left out", edit=without_the_last_point)
def test_certified_peak_with_hard_labels(check, certificates, *, edit=as_written):
    """The peak with labels 0 and 1, two points taken about 5e23 times, with a certificate.

    The same as for real targets: one stationary point in the box, and a Hessian that is negative
    definite all over it. The multiplicities are whole numbers and enter exactly.
    """
    path = certificates / "peak-neuron-hard-labels.json"
    inputs, labels = (2, 12, 50, -2, -12, -50), (0, 1, 0, 1, 0, 1)
    certified_peak(check, path, edit, inputs, labels, counts=MULTIPLICITIES * 2)
