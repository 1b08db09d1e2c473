"""What any right engine may compute for an objective: the yardstick of the kernel tests."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from claims.compiled import enclose, enclosed_sum
from claims.compiled.rounding import BITS, inflated
from claims.numbers import BALLS, precision


@pytest.fixture(scope="session")
def enclosed():
    """A function of a sample's program and the data, to the balls of scale * sum of terms."""

    def enclosed(program, theta, inputs, targets, scale):
        terms = [
            enclose(program, theta=theta, inputs=inputs[i : i + 1], targets=targets[i : i + 1])
            for i in range(len(targets))
        ]
        with precision(BITS):
            factor = BALLS.enter(scale)
            return [inflated(total * factor, 1) for total in enclosed_sum(np.array(terms))]

    return enclosed


@pytest.fixture(scope="session")
def inside():
    """Whether each float lies in its ball."""
    return lambda balls, values: [
        ball.contains(Fraction(float(value)))
        for ball, value in zip(balls, np.ravel(values), strict=True)
    ]
