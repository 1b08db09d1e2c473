"""Exact expectations over finite distributions, and states that are updated at random.

A distribution is a sequence of pairs (probability, value): the probabilities are Fractions that
add up to 1, the values anything, such as batches, or weights in any exact arithmetic.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any, TypeVar

import numpy as np

Value = TypeVar("Value")
Draw = TypeVar("Draw")
Distribution = Sequence[tuple[Fraction, Value]]


def expectation(distribution: Distribution[Value], function: Callable[[Value], Any]) -> Any:
    """Return the mean of ``function(value)``, a scalar of any exact arithmetic or an array.

    Raises ValueError where the probabilities do not add up to 1.
    """
    if sum((probability for probability, _ in distribution), Fraction(0)) != 1:
        raise ValueError("the probabilities do not add up to 1: give each value with its own")
    (first, value), *rest = distribution
    total = function(value) * first
    for probability, value in rest:
        total = total + function(value) * probability
    return total


def covariance(distribution: Distribution[Value], function: Callable[[Value], Any]) -> Any:
    """Return the covariance matrix (p, p) of a random vector ``function(value)`` (p,)."""
    values = [(probability, np.asarray(function(value))) for probability, value in distribution]
    mean = expectation(values, lambda vector: vector)
    return expectation(values, lambda vector: np.outer(vector - mean, vector - mean))


def after_update(
    states: Distribution[Value],
    draws: Distribution[Draw],
    update: Callable[[Value, Draw], Value],
) -> list[tuple[Fraction, Value]]:
    """Return the distribution of ``update(state, draw)``, the draw independent of the state.

    Every pair is kept, so that n states and m draws give n m states: paths, not places.
    """
    return [
        (probability * share, update(state, draw))
        for probability, state in states
        for share, draw in draws
    ]
