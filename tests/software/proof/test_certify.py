"""Certificates for a landscape that is not the project's: 22 irises by petal length and width."""

from __future__ import annotations

import json

import numpy as np
import pytest

from claims.mathematics import (
    CROSS_ENTROPY,
    CUBIC,
    RELU,
    SIGMOID,
    SQUARED_ERROR,
    TANH,
    linear,
    neuron,
    one_hidden_layer,
)
from claims.proof import checker
from claims.proof.certify import NotFound, Reason, certify

# Iris versicolor (0) and virginica (1), some of each; Fisher 1936.
PETALS = [
    [4.5, 1.5], [4.7, 1.6], [4.2, 1.5], [4.5, 1.5], [4.0, 1.3], [4.8, 1.4], [3.7, 1.0], [4.7, 1.5],
    [4.6, 1.4], [4.2, 1.3], [5.1, 1.9], [4.5, 1.7], [5.3, 1.9], [5.5, 1.8], [4.9, 2.0], [4.8, 1.8],
    [6.4, 2.0], [5.6, 2.4], [5.1, 2.3], [5.0, 1.9], [4.8, 1.8], [4.5, 1.7],
]  # fmt: skip
KINDS = [0] * 10 + [1] * 10 + [0, 1]
IRISES = PETALS, KINDS


def proved(*arguments, **options):
    text = certify(*arguments, **options)
    proof = json.loads(text)["proof"]
    return checker.check(text).sentence, [float(entry) for entry in proof["box"]["centre"]]


def test_the_minimum_of_logistic_regression_is_that_of_scikit_learn():
    from sklearn.linear_model import LogisticRegression

    fitted = LogisticRegression(C=np.inf, tol=1e-12, max_iter=10_000).fit(*IRISES)
    point = [*fitted.coef_[0], fitted.intercept_[0]]
    sentence, centre = proved(IRISES, linear(2), CROSS_ENTROPY, point)
    assert "mean cross-entropy of a 2-1 network" in sentence and "22 data points" in sentence
    assert sentence.endswith("It is a strict local minimum.")
    # Both solve the same equations, scikit-learn's to some six digits.
    assert centre == pytest.approx(point, rel=1e-4)


def test_a_saddle_of_a_penalised_network():
    network = one_hidden_layer(2, 1, TANH)
    start = [0, 0, 0, 0, 0.5]
    sentence, centre = proved(IRISES, network, SQUARED_ERROR, start, penalty=0.01)
    assert "non-degenerate saddle of index 1" in sentence and "L2 penalty" in sentence
    # All weights 0 but the output bias, which the penalty shrinks from the mean 1/2 of the labels.
    assert centre == pytest.approx([0, 0, 0, 0, 0.5 / 1.01], abs=1e-12)


def test_a_minimum_of_a_neuron_from_rough_weights():
    network = neuron(2, SIGMOID, bias=True)
    sentence, centre = proved(IRISES, network, SQUARED_ERROR, [-0.5, 4, -4.3], penalty="0.001")
    assert "strict local minimum" in sentence
    assert proved(IRISES, network, SQUARED_ERROR, centre, penalty="0.001")[0] == sentence


def test_each_failure_has_its_reason():
    apart = PETALS[:10] + PETALS[12:14], KINDS[:10] + KINDS[12:14]
    for data, network, loss, point, reason in (
        # Separable: the minimum is at infinity.
        (apart, linear(2), CROSS_ENTROPY, [0, 0, 0], Reason.NOT_CONVERGED),
        # Without penalty the hidden bias is free where the other weights are 0.
        (IRISES, one_hidden_layer(2, 1, TANH), SQUARED_ERROR, [0, 0, 0, 0, 0.5], Reason.DEGENERATE),
        # A ReLU unit can be scaled against its output weight.
        (IRISES, one_hidden_layer(2, 1, RELU), SQUARED_ERROR, [1, 1, 1, 1, 1], Reason.DEGENERATE),
    ):
        with pytest.raises(NotFound) as failure:
            certify(data, network, loss, point)
        assert failure.value.reason is reason, (network, loss)


@pytest.mark.parametrize(
    ("data", "network", "point", "message"),
    [
        ((PETALS, KINDS[1:]), linear(2), [0, 0, 0], "do not match: give"),
        ((PETALS, KINDS), linear(3), [0, 0, 0, 0], "2 columns for a network that takes 3"),
        ((PETALS, KINDS), linear(2), [0, 0], "2 weights for a network that has 3"),
        ((PETALS * 3, KINDS * 3), linear(2), [0, 0, 0], "a list with 1 to 64 entries"),
        ((PETALS, KINDS), one_hidden_layer(2, 9, TANH), [0] * 37, "up to 32 weights"),
        ((PETALS, KINDS), one_hidden_layer(2, 1, CUBIC), [0] * 5, "must be one of identity, relu"),
        (([[float("nan")]], [0]), linear(1), [0, 0], "nan"),
    ],
)
def test_what_cannot_be_certified_is_a_clear_error(data, network, point, message):
    with pytest.raises(ValueError, match=message):
        certify(data, network, SQUARED_ERROR, point)
