"""More than one solution: from symmetry whatever the size, of dimension p - N where regular."""

from __future__ import annotations

import json
from fractions import Fraction

import numpy as np
import pytest

from claims.compiled import Function
from claims.mathematics import SIGMOID, SQUARED_ERROR, Objective, flip_unit, one_hidden_layer
from claims.numbers import SYMBOLS, logistic, square, symbols
from claims.proof.certificates import Problem
from claims.studies.recounting import as_counted, confirm, one_run_more

CLAIM = "overspecified-multiple-solutions"
HALF = Fraction(1, 2)


def derivatives(network, samples):
    return Function(
        Objective(network, SQUARED_ERROR).value,
        theta=(network.size,),
        inputs=(samples, network.widths[0]),
        targets=(samples,),
    )


def unshifted(network, theta, unit):
    """Wrong on purpose: the output bias is not moved along."""
    flipped = flip_unit(network, theta, unit)
    flipped[-1] = theta[-1]
    return flipped


@pytest.mark.claim(CLAIM, shows="holds", by="identity", when=["attained"])
@pytest.mark.control("unshifted", "a flip that keeps the output bias", flip=unshifted)
def test_every_minimiser_has_a_companion(check, *, flip=flip_unit):
    r"""Each minimiser of a sigmoid network has another one beside it.

    As $s(-h) = 1 - s(h)$, the parameters $(-w, -b, -v, c + v)$ of a unit give the same output as
    $(w, b, v, c)$. They are other parameters unless $w = b = v = 0$; and where $v = 0$ and
    $w = 0$ the bias $b$ can be changed without any effect. So an attained infimum is attained at
    two points at least. That the network has more parameters than data points is not used.
    Executed for symbolic parameters and inputs, with (inputs, units) = (1, 1), (2, 2) and (1, 3):
    every other unit and every further input adds the same terms on both sides.
    """
    for features, units in ((1, 1), (2, 2), (1, 3)):
        network = one_hidden_layer(features, units, SIGMOID)
        theta, x = symbols("p", network.size), symbols("x", 1, features)
        output, bias = network.block("W2").start, network.block("b1").start
        for unit in range(units):
            flipped = flip(network, theta, unit)
            change = network.predict(flipped, x) - network.predict(theta, x)
            check.zero(change, "the change of the output", units=units, unit=unit)
            first = slice(unit * features, (unit + 1) * features)
            check.zero(flipped[first] + theta[first], "w after the flip plus w before")
            check.zero(flipped[bias + unit] + theta[bias + unit], "b after the flip plus b before")
            check.zero(flipped[output + unit] + theta[output + unit], "v after plus v before")
            idle = theta.copy()
            idle[first] = SYMBOLS.enter([0] * features)
            idle[output + unit] = SYMBOLS.enter(0)
            other = idle.copy()
            other[bias + unit] = other[bias + unit] + 1
            change = network.predict(other, x) - network.predict(idle, x)
            check.zero(change, "the change of the output with the bias of an idle unit")


@pytest.mark.claim(CLAIM, shows="fails", by="counterexample")
@pytest.mark.control("monotone-targets", "the targets 0, 1/2, 1/2", targets=(0, HALF, HALF))
def test_an_infimum_that_is_not_attained(check, *, targets=(0, 1, 0)):
    r"""Four parameters, three points, and no global minimiser at all.

    $x = (-1, 0, 1)$, $y = (0, 1, 0)$, one sigmoid unit with biases. Let $p$ be the output at 0
    and $q$ that at 1 or at $-1$, whichever is at least $p$ (the unit is monotone). Then $q^2 +
    (p-1)^2 = \frac12 (1 + q - p)^2 + \frac12 (q + p - 1)^2 \ge \frac12$, so $L \ge
    \frac16$, with equality only if $q = p$. A unit with $vw \ne 0$ is strictly monotone, so
    $q > p$; with $vw = 0$ the output is constant and $L = (c - \frac13)^2 + \frac29 >
    \frac16$. So $L > \frac16$ everywhere, while $w = 2k$, $b = k$, $v = \frac12$, $c = 0$ has
    the outputs $\frac12 s(-k), \frac12 s(k), \frac12 s(3k)$ and $L \to \frac16$ as
    $k \to \infty$.
    """
    y = SYMBOLS.enter(targets)
    p, q = symbols("p"), symbols("q")
    for side in (0, 2):
        errors = square(q - y[side]) + square(p - y[1])
        remainder = errors - (square(1 + q - p) + square(q + p - 1)) * HALF
        check.zero(remainder, "two errors minus the two half squares", targets=targets)
    constant = square(p - y).sum() * Fraction(1, 3)
    check.zero(constant - square(p - Fraction(1, 3)) - Fraction(2, 9), "constant outputs")
    check.that(Fraction(2, 9) > Fraction(1, 6), "a constant output does not reach 1/6")
    k, x = symbols("k"), SYMBOLS.enter([[-1], [0], [1]])
    theta = SYMBOLS.enter([2 * k, k, HALF, 0])
    loss = derivatives(one_hidden_layer(1, 1, SIGMOID), 3).value(theta, x, y)
    limit = loss.substitute({str(logistic(k)): 1, str(logistic(3 * k)): 1})
    check.zero(limit - Fraction(1, 6), "the limit of the loss, with s(k) = s(3k) = 1, minus 1/6")
    check.record("inputs", x)
    check.record("infimum, not attained", limit)


def outputs_of(network, theta, inputs):
    return network.predict(theta, inputs)


def doubled_outputs(network, theta, inputs):
    """Wrong on purpose: twice the outputs, whose Jacobian is twice as large."""
    return 2 * network.predict(theta, inputs)


@pytest.mark.claim(
    CLAIM, reading="dimension", shows="holds", by="identity", when=["regular-jacobian"]
)
@pytest.mark.control("doubled-output", "twice the outputs", predict=doubled_outputs)
def test_solutions_are_a_level_set(check, *, predict=outputs_of):
    r"""Where the Jacobian has rank N, the solutions form a smooth set of dimension p - N.

    $L$ is the mean of $(f_i - y_i)^2$, so $L = 0$ is the system $f(\theta) = y$ of $N$ smooth
    equations in $p$ unknowns. If their Jacobian $J$ has rank $N$ at a solution, the implicit
    function theorem makes the solutions near it a smooth manifold of dimension $p - N$. The flat
    directions of $L$ at a solution are those of the manifold: its Hessian there is $\frac2N J^\top
    J$, whose kernel is that of $J$. The two formulas are executed for symbolic data and parameters,
    the targets being the outputs, for (samples, inputs, units) = (1, 1, 1), (2, 1, 1) and (3, 2,
    1), each sample being a term of both; the theorem is used, not proved here. By Sard's theorem,
    for fixed inputs and almost every $y$ the rank is $N$ at every solution, if there is any
    (quoted; compare Y. Cooper, *The loss landscape of overparameterized neural networks*, 2018).
    """
    for samples, features, units in ((1, 1, 1), (2, 1, 1), (3, 2, 1)):
        network = one_hidden_layer(features, units, SIGMOID)
        function = derivatives(network, samples)
        theta, x, y = (
            symbols("p", network.size),
            symbols("x", samples, features),
            symbols("y", samples),
        )
        sizes = (samples, features, units)
        rows = [
            Function(
                lambda theta, inputs, network=network: predict(network, theta, inputs)[0],
                theta=(network.size,),
                inputs=(1, features),
            ).gradient(theta, x[i : i + 1])
            for i in range(samples)
        ]
        jacobian = np.array(rows, dtype=object)
        outputs = network.predict(theta, x)
        errors = square(outputs - y).sum() * Fraction(1, samples)
        check.zero(function.value(theta, x, y) - errors, "L minus the mean of the squares")
        hessian = function.hessian(theta, x, outputs)
        gram = jacobian.T @ jacobian * Fraction(2, samples)
        check.zero(hessian - gram, "the Hessian at a solution - 2 J'J/N", sizes=sizes)


@pytest.mark.claim(
    CLAIM, reading="dimension", shows="fails", by="counterexample", when=["attained"]
)
@pytest.mark.control("other-target", "the last target 1", targets=(0, 0, 1))
def test_a_plane_of_solutions_where_a_line_is_due(check, *, targets=(0, 0, 0)):
    r"""Three points with target 0, four parameters: a plane of solutions, while $p - N = 1$.

    With $x = (0, 1, 2)$, $y = 0$ and one unit, $v = c = 0$ has loss 0 for all $w$ and $b$: near
    each such point the parameters of zero loss contain a piece of a plane, so they are no smooth
    curve. (At $v = 0$ the derivatives of the outputs in $w$ and $b$ vanish: the rank of $J$ is at
    most 2, not 3.)
    """
    function = derivatives(one_hidden_layer(1, 1, SIGMOID), 3)
    theta = SYMBOLS.enter([symbols("w"), symbols("b"), 0, 0])
    data = SYMBOLS.enter([[0], [1], [2]]), SYMBOLS.enter(targets)
    check.zero(function.value(theta, *data), "the loss at v = c = 0", targets=targets)
    check.that(4 - 3 < 2, "p - N is less than the dimension of the plane")
    check.record("inputs", data[0])
    check.record("solutions (w, b, v, c)", theta)


# Name, inputs, targets, number of units and of parameters.
CURVE = ("1-1-1-sigmoid", [[-1], [0], [2]], [0, HALF, 1], 1, 4)
XOR = ("2-2-1-sigmoid-xor", [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0], 2, 9)


def as_written(proof):
    return proof


def moved_box(proof):
    """Wrong on purpose: the output bias moved by three radii."""
    box = proof["box"]
    bias = Fraction(box["centre"][-1]) + 3 * Fraction(box["radius"])
    return proof | {"box": box | {"centre": [*box["centre"][:-1], str(bias)]}}


def one_more_free(proof):
    """Wrong on purpose: one parameter more is free, so that the dimension is p - N + 1."""
    others = [k for k in range(len(proof["box"]["centre"])) if k not in proof["free"]]
    return proof | {"free": sorted([*proof["free"], others[0]])}


def far_reach(proof):
    """Wrong on purpose: the free parameters may go as far as 0, where a unit is idle."""
    return proof | {"reach": "10"}


@pytest.mark.claim(CLAIM, reading="dimension-certified", shows="holds", by="certificate")
@pytest.mark.control("moved-box", "the output bias moved by three radii", edit=moved_box)
@pytest.mark.control("one-more-free", "one free parameter more", edit=one_more_free)
@pytest.mark.control("far-reach", "free parameters in a range of 20", edit=far_reach)
@pytest.mark.control("other-certificate", "that of another data set", cases=((XOR[0], *CURVE[1:]),))
def test_certified_manifolds(check, certificates, *, edit=as_written, cases=(CURVE, XOR)):
    r"""A curve of solutions with one unit on three points, and five dimensions of them for XOR.

    $N$ parameters are solved for, the other $p - N$ are free in an interval each. For all values
    of the free ones Krawczyk's operator of the equations $f(x_i) = y_i$ maps a box of the others
    into its interior: there is exactly one solution, and the derivative of the outputs in these
    $N$ parameters is regular all over the box, so that it depends smoothly on the free ones. The
    solutions in the box are the graph of this function: of dimension $p - N$, exactly.
    """
    for name, inputs, targets, units, size in cases:
        path = certificates / f"solutions-{name}.json"
        problem = Problem(one_hidden_layer(len(inputs[0]), units, SIGMOID), inputs, targets)
        figures = check.certificate(
            path, kind="solution-manifold", objective=problem.definition(), edit=edit
        )
        document = json.loads(path.read_text(encoding="utf-8"))
        free = document["proof"]["free"]
        check.that(problem.network.size == size, "the number of parameters", network=name)
        check.that(len(free) == size - len(targets) > 0, "the dimension is p - N", network=name)
        check.record(path.stem, f"{document['statement']} ({figures})")


@pytest.mark.claim(CLAIM, reading="because-overspecified", shows="fails", by="counterexample")
@pytest.mark.control("unshifted", "a flip that keeps the output bias", flip=unshifted)
def test_two_solutions_with_fewer_parameters_than_points(check, *, flip=flip_unit):
    r"""Five points, four parameters, two solutions: the sign flip does not ask for the size.

    $x = (-2, -1, 0, 1, 2)$ with the targets $y_i = s(x_i)$ are fitted with loss 0 by $w = 1$,
    $b = 0$, $v = 1$, $c = 0$ and by its flip $w = -1$, $b = 0$, $v = -1$, $c = 1$.
    """
    network = one_hidden_layer(1, 1, SIGMOID)
    function = derivatives(network, 5)
    x = SYMBOLS.enter([[-2], [-1], [0], [1], [2]])
    y = logistic(x[:, 0])
    first = SYMBOLS.enter([1, 0, 1, 0])
    second = flip(network, first, 0)
    check.that(not (first[0] - second[0]).is_zero(), "the two differ in w")
    for theta in (first, second):
        check.zero(function.value(theta, x, y), "the loss")
    check.that(network.size < len(y), "fewer parameters than points")
    check.record("inputs", x)
    check.record("targets", y)
    check.record("two solutions (w, b, v, c)", [first, second])


@pytest.mark.claim(CLAIM, reading="dimension-measured", shows="holds", by="study")
@pytest.mark.control("one-run-more", "one more problem counted", count=one_run_more)
def test_flat_directions_at_solutions(check, study_result, study_table, *, count=as_counted):
    """At how many solutions that descent reaches the Hessian has exactly p - N flat directions.

    Random data, more weights p than points N, descent with momentum from random weights, then
    Newton's method to a loss of rounding size. There the Hessian is twice the mean of the outer
    products of the N gradients of the outputs: its kernel has the dimension p - N where they are
    independent, and more where units are saturated.
    """
    confirm(check, study_result, study_table, "solution-sets", "flat-directions", count)
