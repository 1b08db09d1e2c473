"""Linear regression with squared error is convex in its weights, for every data set."""

from __future__ import annotations

from fractions import Fraction

import pytest

from claims.mathematics import SQUARED_ERROR, Loss, Objective, chord_gap, linear
from claims.numbers import square, symbols
from claims.testing import given, strategies

CUBED_ERROR = Loss("cubed error", lambda p, y: square(p - y) * (p - y))
SHAPES = ((1, 1), (1, 3), (2, 2), (3, 1))


def turned(weight):
    """Wrong on purpose: the sign that a weight beyond the segment would have."""
    return weight * (weight - 1)


@pytest.mark.claim("linear-regression-convex", shows="holds", by="identity")
@pytest.mark.control("cubed-error", "cubed in place of squared error", loss=CUBED_ERROR)
@pytest.mark.control("turned-sign", "l (l - 1) in place of l (1 - l)", factor=turned)
def test_the_gap_is_a_mean_of_squares(check, *, loss=SQUARED_ERROR, factor=lambda l: l * (1 - l)):
    r"""The gap of every chord is a mean of squares times $\lambda(1-\lambda)$.

    The prediction is affine in the weights, so along a chord from $a$ to $b$ each residual runs
    along a straight line, and the gap of a square is $\lambda(1-\lambda)$ times the squared
    difference of the ends: $\lambda L(a) + (1-\lambda) L(b) - L(\lambda a + (1-\lambda) b) =
    \frac{\lambda(1-\lambda)}{N} \sum_i \bigl(x_i\cdot(a-b)\bigr)^2 \ge 0$, for every data set. A
    bias is one more input that is always 1. Inside a chord the gap is zero exactly where
    $X(a-b) = 0$: without full column rank there are flat directions. Checked for symbolic data
    and weights, with and without bias; every sample contributes in the same way, whatever their
    number.
    """
    for samples, features in SHAPES:
        for bias in (False, True):
            network = linear(features, bias=bias)
            objective = Objective(network, loss)
            inputs, targets = symbols("x", samples, features), symbols("y", samples)
            a, b, weight = symbols("a", network.size), symbols("b", network.size), symbols("l")
            gap = chord_gap(lambda w: objective.value(w, inputs, targets), a, b, weight)  # noqa: B023
            squares = square(network.predict(a - b, inputs)).sum() * Fraction(1, samples)
            check.zero(
                gap - factor(weight) * squares,
                "the gap minus l (1 - l) times a mean of squares",
                samples=samples,
                features=features,
                bias=bias,
            )


# Five points in the plane, fitted with a bias: all that the loss is made of.
CERTIFIED = {
    "widths": [2, 1],
    "activations": ["identity"],
    "biases": [True],
    "loss": "squared-error",
    "reduction": "mean",
    "inputs": [["0", "1"], ["1", "1"], ["2", "-1"], ["0.5", "3"], ["-1", "0"]],
    "targets": ["1", "0", "2", "5/3", "-1"],
    "counts": [1] * 5,
    "penalty": "0",
    "dropout": "0",
}


def as_written(proof):
    return proof


def with_larger_constant(proof):
    """Wrong on purpose: a least value above the true one."""
    return proof | {"constant": "1"}


@pytest.mark.claim("linear-regression-convex", shows="holds", by="certificate")
@pytest.mark.control("larger-constant", "the least value 1", edit=with_larger_constant)
@pytest.mark.control(
    "other-certificate", "a certificate of something else", name="no-radicals-neuron.json"
)
def test_one_loss_expanded_by_the_checker(
    check, certificates, *, edit=as_written, name="linear-regression-2-1.json"
):
    """For one data set the checker expands the loss as its least value plus squares.

    Five points, two inputs and a bias: a constant plus three squares of affine functions of the
    weights, with positive factors.
    """
    path = certificates / name
    figures = check.certificate(path, kind="sum-of-squares", objective=CERTIFIED, edit=edit)
    check.record("arithmetic of the certificate", figures)


@pytest.mark.claim("linear-regression-convex", shows="holds", by="property")
@pytest.mark.control("cubed-error", "cubed in place of squared error", loss=CUBED_ERROR)
@given(problem=strategies.chord_problems(strategies.data_sets()), draws=340)
def test_chords_lie_above_the_graph(check, problem, *, loss=SQUARED_ERROR):
    """No chord between two random weight vectors dips below the graph, in exact rationals.

    Random regression data, rank-deficient and interpolable ones among them.
    """
    data, chord = problem
    objective = Objective(linear(data.inputs.shape[1], bias=False), loss)

    def gap(arithmetic):
        inputs, targets = arithmetic.enter(data.inputs), arithmetic.enter(data.targets)
        return chord_gap(
            lambda theta: objective.value(theta, inputs, targets),
            arithmetic.enter(chord.start),
            arithmetic.enter(chord.end),
            arithmetic.enter(chord.weight),
        )

    for label in strategies.chord_labels(chord, data.inputs) | strategies.labels(data):
        check.label(label)
    check.nonnegative(
        gap,
        "the chord lies above the graph",
        inputs=data.inputs,
        targets=data.targets,
        start=chord.start,
        end=chord.end,
        weight=chord.weight,
    )
