"""The document's two pairs of matrices: the same function, and when they are a strict minimum."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from flint import arb_mat
from hypothesis import assume
from hypothesis import strategies as st

from claims.compiled import Function
from claims.mathematics import (
    CROSS_ENTROPY,
    RELU,
    SIGMOID,
    SOFTPLUS,
    SQUARED_ERROR,
    TANH,
    Activation,
    Objective,
    Parity,
    Range,
    one_hidden_layer,
    scale_unit,
    swap_units,
)
from claims.numbers import (
    BALLS,
    RATIONALS,
    SYMBOLS,
    Ball,
    precision,
    square,
    symbols,
    uninterpreted,
)
from claims.testing import given, strategies

CLAIM = "worked-example"
STRICT = "strict-minimum-of-own-outputs"
WITH_RELU = "strict-minimum-with-relu"

# W1 row by row, then W2, as the document gives them.
FIRST = tuple(map(Fraction, ("-1.5", "2.0", "1.7", "0.4", "2.3", "0.8")))
SECOND = tuple(map(Fraction, ("1.7", "0.4", "-1.5", "2.0", "0.8", "2.3")))
MISPRINTED = (*SECOND[:4], *FIRST[4:])

# A function of which nothing is known: what is shown with it holds for every activation.
ANY = Activation(
    "any", uninterpreted("a"), uninterpreted("a'"), Parity.NONE, Range(None, None), False
)


def network_of(activation):
    return one_hidden_layer(2, 2, activation, hidden_bias=False, output_bias=False)


@pytest.mark.claim(CLAIM, shows="holds", by="identity")
@pytest.mark.control("output-left", "the entries of W2 not exchanged", second=MISPRINTED)
def test_both_pairs_are_one_function(check, *, second=SECOND):
    r"""Both pairs of matrices give $2.3\,a(-1.5x_1+2x_2) + 0.8\,a(1.7x_1+0.4x_2)$.

    Exchanging the rows of $W^{(1)}$ and the entries of $W^{(2)}$ exchanges the two summands. The
    identity holds for symbolic $x_1, x_2$ and a function $a$ of which nothing is known.
    """
    network, inputs = network_of(ANY), symbols("x", 1, 2)
    theta, other = SYMBOLS.enter(FIRST), SYMBOLS.enter(second)
    change = network.predict(other, inputs) - network.predict(theta, inputs)
    check.zero(change, "difference of the two outputs")
    check.zero(other - swap_units(network, theta, 0, 1), "the second pair minus the swapped first")
    expected = ANY.value(2 * inputs[0, 1] - Fraction(3, 2) * inputs[0, 0]) * Fraction(23, 10)
    expected += ANY.value(
        Fraction(17, 10) * inputs[0, 0] + Fraction(2, 5) * inputs[0, 1]
    ) * Fraction(4, 5)
    check.zero(network.predict(theta, inputs)[0] - expected, "the output, written out")


@pytest.mark.claim(CLAIM, shows="holds", by="property")
@pytest.mark.control("output-left", "the entries of W2 not exchanged", second=MISPRINTED)
@given(
    inputs=strategies.rational_inputs(dimensions=(2, 2)),
    activation=st.sampled_from((SIGMOID, TANH, SOFTPLUS, RELU)),
)
def test_both_pairs_agree_at_random_inputs(check, inputs, activation, *, second=SECOND):
    """At random rational inputs the two pairs have exactly the same outputs.

    Sigmoid, tanh, softplus (their values at different arguments kept as unknown numbers) and
    ReLU.
    """
    network = network_of(activation)
    arithmetic = RATIONALS if activation is RELU else SYMBOLS
    outputs = [
        network.predict(arithmetic.enter(theta), arithmetic.enter(inputs))
        for theta in (FIRST, second)
    ]
    check.zero(outputs[1] - outputs[0], "difference", inputs=inputs, activation=activation)


output_slope = Function(
    lambda theta, x: network_of(SIGMOID).predict(theta, x)[0], theta=(6,), x=(1, 2)
)


def jacobian(arithmetic, points):
    """The gradients (N, 6) of the sigmoid network's outputs at the document's first matrices."""
    theta, inputs = arithmetic.enter(FIRST), arithmetic.enter(points)
    return np.array([output_slope.gradient(theta, inputs[i : i + 1]) for i in range(len(points))])


def determinant(matrix):
    return Ball(arb_mat([[entry.arb for entry in row] for row in matrix]).det())


def has_opposite_inputs(points):
    """Whether x, -x and 0 are among the points: then f(x) + f(-x) = 2 f(0) at all weights."""
    return (0, 0) in points and any((-x, -y) in points for x, y in points if (x, y) != (0, 0))


REGULAR = ((1, 0), (2, 0), (0, 1), (0, 2), (1, 1), (2, 2))
GRID = ((-1, 0), (0, 0), (1, 0), (-1, 1), (0, 1), (1, 1))


@pytest.mark.claim(CLAIM, reading=STRICT, shows="holds", by="identity", when=["regular-jacobian"])
@pytest.mark.control("cross-entropy", "cross-entropy of the logit", loss=CROSS_ENTROPY)
@pytest.mark.control("opposite-inputs", "six points with 0, x and -x among them", points=GRID)
def test_a_regular_jacobian_makes_a_strict_minimum(check, *, loss=SQUARED_ERROR, points=REGULAR):
    r"""Where the outputs are the targets, the Hessian is $2J^\top J$: definite if $J$ has rank six.

    With residuals $r_i = f(x_i) - y_i$ the Hessian of $\sum_i r_i^2$ is $2\sum_i (\nabla f_i
    \nabla f_i^\top + r_i \nabla^2 f_i)$. At the weights that made the targets every $r_i$ is 0,
    so loss and gradient are 0, and $u^\top H u = 2\lVert J u\rVert^2$ is positive for every $u
    \ne 0$ if the Jacobian $J$ ($N$ rows, six columns) has rank six. A stationary point with a
    positive definite Hessian is a strict minimum. Checked for symbolic weights and input, any
    activation and one sample; loss, gradient and Hessian are sums over the samples. The condition
    is met, proved in balls, at $x = (1,0), (2,0), (0,1), (0,2), (1,1), (2,2)$.
    """
    network = network_of(ANY)
    theta, inputs = symbols("t", 6), symbols("x", 1, 2)
    objective = Objective(network, loss, reduction="sum")
    function = Function(objective.value, theta=(6,), inputs=(1, 2), targets=(1,))
    own = network.predict(theta, inputs)
    output = Function(lambda theta, x: network.predict(theta, x)[0], theta=(6,), x=(1, 2))
    slope = output.gradient(theta, inputs)
    product = np.array([[a * b for b in slope] for a in slope])
    check.zero(function.hessian(theta, inputs, own) - 2 * product, "the Hessian minus 2 J'J")
    check.zero(function.gradient(theta, inputs, own), "the gradient of the loss")
    check.zero(function.value(theta, inputs, own), "the loss")

    def regularity(arithmetic):
        return square(determinant(jacobian(arithmetic, points)))

    check.positive(
        regularity,
        "the square of the determinant of J",
        tie=has_opposite_inputs(points),
        points=points,
    )
    check.record("six inputs", ", ".join(map(str, points)))
    check.record("determinant of J", determinant(jacobian(BALLS, points)).arb.str(4, radius=False))


@st.composite
def six_points(draw):
    coordinate = st.integers(-3, 3)
    points = draw(st.lists(st.tuples(coordinate, coordinate), min_size=6, max_size=6, unique=True))
    direction = draw(st.lists(st.integers(-4, 4), min_size=6, max_size=6).filter(any))
    return tuple(points), direction


along_a_line = Function(
    lambda t, theta, step, inputs, targets: Objective(
        network_of(SIGMOID), SQUARED_ERROR, reduction="sum"
    ).value(theta + step * t, inputs, targets),
    t=(),
    theta=(6,),
    step=(6,),
    inputs=(6, 2),
    targets=(6,),
)


def own_targets(outputs):
    return outputs


def higher_targets(outputs):
    return outputs + 4


@pytest.mark.claim(CLAIM, reading=STRICT, shows="holds", by="property", when=["regular-jacobian"])
@pytest.mark.control(
    "other-targets", "targets greater than the outputs by 4", targets=higher_targets
)
@given(problem=six_points())
def test_the_loss_curves_upwards_in_random_directions(check, problem, *, targets=own_targets):
    """On random sets of six inputs with a regular Jacobian every direction curves upwards.

    The inputs are distinct points with small integer coordinates, the regularity of the Jacobian
    and the sign of the curvature are decided in balls. A set whose determinant is not told from
    0 with 128 bits is left out.
    """
    points, direction = problem
    with precision(128):
        value = determinant(jacobian(BALLS, points)).sign()
    assume(value in (1, -1))

    def curvature(arithmetic):
        theta, inputs = arithmetic.enter(FIRST), arithmetic.enter(points)
        own = targets(network_of(SIGMOID).predict(theta, inputs))
        step = arithmetic.enter(direction)
        return along_a_line.hessian(arithmetic.enter(0), theta, step, inputs, own)

    check.positive(curvature, "the curvature", points=points, direction=direction)


ON_AN_AXIS = tuple((x, 0) for x in range(1, 7))


@pytest.mark.claim(CLAIM, reading=STRICT, shows="fails", by="counterexample")
@pytest.mark.control(
    "off-the-axis", "one of the six inputs moved off the axis", points=(*ON_AN_AXIS[:5], (6, 1))
)
def test_inputs_on_an_axis_leave_two_weights_free(check, *, points=ON_AN_AXIS):
    r"""Six inputs, all with second coordinate 0: the second column of $W^{(1)}$ has no effect.

    For $x = (1,0), \dots, (6,0)$ the outputs do not depend on the weights 2.0 and 0.4: on a whole
    plane of weights through the document's the loss is 0, and no minimum there is strict. One of
    the inputs alone does it too; that there are six shows that their number is not enough.
    """
    network = network_of(SIGMOID)
    theta, inputs = SYMBOLS.enter(FIRST), SYMBOLS.enter(points)
    moved = theta.copy()
    moved[[1, 3]] = symbols("e", 2)
    change = network.predict(moved, inputs) - network.predict(theta, inputs)
    check.zero(change, "change of the outputs", points=points)
    check.zero(change[:1], "change of the first output alone", points=points[:1])
    loss = Objective(network, SQUARED_ERROR).value(moved, inputs, network.predict(theta, inputs))
    check.zero(loss, "the loss on the plane", points=points)
    check.record("weights of loss 0, for all e", moved)
    check.record("loss there", loss)
    check.size(points=1)


@pytest.mark.claim(CLAIM, reading=STRICT, shows="fails", by="counterexample")
@pytest.mark.control("softplus", "softplus in place of the sigmoid", activation=SOFTPLUS)
def test_six_points_of_a_grid_are_five_equations(check, *, activation=SIGMOID):
    r"""On the grid $\{-1,0,1\} \times \{0,1\}$ six outputs say no more than five.

    From $s(h) + s(-h) = 1$ follows $f(x) + f(-x) = 2f(0)$ at all weights: the outputs at $(-1,0)$
    and $(1,0)$ and $(0,0)$ are tied. The other five have, at the document's matrices, a Jacobian
    of rank five (the determinant of $JJ^\top$ is proved positive). By the implicit function
    theorem they are constant along a curve through these weights, the sixth is with them, and the
    loss is 0 along the curve: no strict minimum, with six different inputs in general directions.
    The same theorem gives a curve for any five inputs or fewer with independent gradients.
    """
    network, theta = network_of(activation), symbols("t", 6)
    inputs = symbols("x", 1, 2)
    pair = network.predict(theta, inputs)[0] + network.predict(theta, -inputs)[0]
    middle = network.predict(theta, SYMBOLS.enter([[0, 0]]))[0]
    check.zero(pair - 2 * middle, "f(x) + f(-x) - 2 f(0)")

    def independence(arithmetic):
        rows = jacobian(arithmetic, GRID[1:])
        return determinant(rows @ rows.T)

    check.positive(independence, "the determinant of JJ' for the other five", points=GRID[1:])
    check.record("inputs", GRID)
    check.record("f(x) + f(-x) - 2 f(0)", pair - 2 * middle)
    shown = independence(BALLS).arb.str(4, radius=False)
    check.record("determinant of JJ' for the other five", shown)
    check.size(points_beyond_the_rank=len(GRID) - len(GRID[1:]))


def doubled(network, theta, unit, factor):
    """Wrong on purpose: the outgoing weight divided by the factor and multiplied by 2."""
    scaled = scale_unit(network, theta, unit, factor)
    scaled[4 + unit] = scaled[4 + unit] * 2
    return scaled


@pytest.mark.claim(CLAIM, reading=WITH_RELU, shows="fails", by="identity")
@pytest.mark.control("doubled", "twice the outgoing weight that keeps the output", scale=doubled)
def test_relu_units_can_always_be_rescaled(check, *, scale=scale_unit):
    r"""With ReLU a curve of equal outputs runs through these weights, whatever the data.

    For $\kappa > 0$ the weights $(\kappa w, v/\kappa)$ of a unit give the same output at every
    input as $(w, v)$: $\kappa h$ and $h$ have the same sign, and on a fixed sign ReLU multiplies
    by 1 or by 0. The first incoming weight of the first unit becomes $-1.5\kappa$, so the curve
    moves through the document's weights at $\kappa = 1$: arbitrarily near there are others with
    the same loss, for any inputs, targets and loss. Checked for a symbolic gate 0 or 1 of each
    unit, and with ReLU itself on a grid of inputs.
    """
    gate = symbols("p", 1, 2)
    gated = replace(RELU, name="ReLU on fixed signs", value=lambda h: gate * h)
    network, inputs, factor = network_of(gated), symbols("x", 1, 2), symbols("k")
    theta = SYMBOLS.enter(FIRST)
    for unit in range(2):
        scaled = scale(network, theta, unit, factor)
        change = network.predict(scaled, inputs) - network.predict(theta, inputs)
        check.zero(change, "change of the output", unit=unit)
        first = 2 * unit
        check.zero(scaled[first] - FIRST[first] * factor, "the scaled weight", unit=unit)
        check.that(FIRST[first] != 0, "the weight is not 0, so that it moves", unit=unit)
    exact = RATIONALS.enter([[x, y] for x in range(-2, 3) for y in range(-2, 3)])
    network, theta = network_of(RELU), RATIONALS.enter(FIRST)
    for factor in (Fraction(99, 100), Fraction(101, 100)):
        scaled = scale(network, theta, 0, RATIONALS.enter(factor))
        change = network.predict(scaled, exact) - network.predict(theta, exact)
        check.zero(change, "change of the output of ReLU units", factor=factor)
