"""How many minimisers logistic regression has: small cases by hand, and what is refused."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from claims.mathematics import logistic_minima

THIRD = Fraction(1, 3)


@pytest.mark.parametrize(
    ("inputs", "targets", "count", "directions"),
    [
        ([[1]], [1], "none", 0),
        ([[1]], [0], "none", 0),
        ([[0]], [1], "infinitely many", 1),
        ([[1], [1]], [0, 1], "one", 0),
        ([[1], [-1]], [0, 1], "none", 0),
        ([[1], [-1]], [1, 1], "one", 0),
        ([[1], [0]], [1, 0], "none", 0),
        # Quasi-complete separation: the points at 0 overlap, the one at 1 does not.
        ([[1, 1], [0, 1], [0, 1]], [1, 0, 1], "none", 0),
        ([[1, 1], [1, 1]], [0, 1], "infinitely many", 1),
        ([[1, 0], [1, 0], [0, 1], [0, 1]], [0, 1, 0, 1], "one", 0),
        ([[0, 0, 0]], [1], "infinitely many", 3),
        # With a bias: 0 and 2 on one side of 1 each, then one point between.
        ([[0, 1], [1, 1], [2, 1]], [0, 1, 1], "none", 0),
        ([[0, 1], [1, 1], [2, 1]], [0, 1, 0], "one", 0),
    ],
)
def test_small_cases(inputs, targets, count, directions):
    found = logistic_minima(np.array(inputs), np.array(targets))
    assert found.count == count
    assert len(found.directions) == directions
    for direction in found.directions:
        assert any(direction) and not (np.array(inputs) @ np.array(direction)).any()


def test_margins_turn_the_inputs_of_label_0():
    found = logistic_minima(np.array([[1.5, -2.0], [0.25, 1.0]]), np.array([0.0, 1.0]))
    assert found.margins == ((Fraction(-3, 2), Fraction(2)), (Fraction(1, 4), Fraction(1)))


def test_lower_bound_by_hand():
    # Margins 1 and -2, weights 2 : 1, so the bound is (2 |t| + 1 |2 t|) / (2 * 2 * 2) = |t| / 2.
    found = logistic_minima(np.array([[1], [2]]), np.array([1, 0]))
    assert found.count == "one"
    assert found.lower_bound([3]) == found.lower_bound([-3]) == Fraction(3, 2)
    assert found.lower_bound([THIRD]) == Fraction(1, 6)
    assert found.lower_bound([0]) == 0


def test_lower_bound_stays_below_the_loss():
    inputs, targets = np.array([[1.0, 1.0], [2.0, 1.0], [3.0, 1.0]]), np.array([1, 0, 1])
    found = logistic_minima(inputs, targets)
    for theta in np.random.default_rng(7).normal(scale=1, size=(50, 2)):
        margins = (2 * targets - 1) * (inputs @ theta)
        loss = np.logaddexp(0, -margins).mean()
        assert 0 < float(found.lower_bound(theta)) < loss


def test_lower_bound_is_zero_along_the_flat():
    found = logistic_minima(np.array([[1, 1], [1, 1]]), np.array([0, 1]))
    assert found.lower_bound([5, -5]) == 0 < found.lower_bound([5, -4])


def test_separated_classes_have_no_lower_bound():
    found = logistic_minima(np.array([[1]]), np.array([1]))
    with pytest.raises(ValueError, match="the classes are separated"):
        found.lower_bound([1])


def test_other_labels_are_refused():
    with pytest.raises(ValueError, match="each has to be 0 or 1"):
        logistic_minima(np.array([[1], [2]]), np.array([0, 2]))
