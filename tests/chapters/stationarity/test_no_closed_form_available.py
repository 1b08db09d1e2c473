"""There is a closed form for the weights in the document's own first case."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from claims.compiled import Function
from claims.mathematics import (
    SIGMOID,
    SQUARED_ERROR,
    Objective,
    StationarySet,
    neuron,
    stationary_set,
)
from claims.numbers import FLOATS, logistic, logistic_complement, square, symbols

CLAIM = "no-closed-form-available"


def hyperplane(x, logit, free):
    """All w with w.x = logit: the nearest to the origin, plus what is orthogonal to x."""
    norm = square(x).sum()
    return x * (logit / norm) + free - x * ((free @ x) / norm)


def not_orthogonal(x, logit, free):
    """Wrong on purpose: the free part is not made orthogonal to x."""
    return x * (logit / square(x).sum()) + free


def unscaled(x, logit, free):
    return x * logit + free - x * ((free @ x) / square(x).sum())


@pytest.mark.claim(CLAIM, shows="fails", by="counterexample")
@pytest.mark.control("free-part-kept", "any vector added, not orthogonal", solve=not_orthogonal)
@pytest.mark.control("unscaled", "the input not divided by its squared length", solve=unscaled)
def test_the_hyperplane_of_one_point(check, *, solve=hyperplane):
    r"""On one point all zeros have a formula: the hyperplane $w\cdot x = \log\frac{t}{1-t}$.

    For $x \ne 0$ and $0 < t < 1$ the gradient of $(t - s(w\cdot x))^2$ is
    $2(s - t)\,s\,(1-s)\,x$. Since $s(1-s) > 0$ it vanishes exactly where $s(w\cdot x) = t$. These
    are the weights $\frac{\operatorname{logit} t}{\lVert x\rVert^2}\,x + v$ with $v\cdot x = 0$,
    each a global minimum of loss 0. With $t = s(\ell)$ that is an identity, here in one to three
    dimensions, with $v$ the part orthogonal to $x$ of an arbitrary vector. More points have a
    formula as well where their inputs are linearly independent: see the claim
    closed-form-few-points.
    """
    for features in (1, 2, 3):
        objective = Objective(neuron(features, SIGMOID), SQUARED_ERROR)
        function = Function(objective.value, theta=(features,), inputs=(1, features), targets=(1,))
        theta, x, target = symbols("w", features), symbols("x", features), symbols("t")
        h = theta @ x
        check.zero(
            function.gradient(theta, x[None], np.array([target]))
            - 2 * (logistic(h) - target) * (logistic(h) * logistic_complement(h)) * x,
            "the gradient minus 2 (s - t) s (1 - s) x",
            features=features,
        )
        logit, free = symbols("l"), symbols("u", features)
        found = solve(x, logit, free)
        data = x[None], np.array([logistic(logit)])
        check.zero(function.value(found, *data), "the loss on the hyperplane", features=features)
        check.zero(function.gradient(found, *data), "the gradient there", features=features)
    example = stationary_set([[3, 4]], [Fraction(3, 4)])
    check.that(isinstance(example, StationarySet), "the function returns it for x = (3, 4)")
    (point,) = example.points
    check.record(("input", "target"), [point.inputs, point.target])
    check.record("zero nearest to the origin, in floats", example.nearest_to_origin(FLOATS))
    check.record("direction of the line of zeros", example.directions)
    check.size(points=1, weights=1)
