"""Neurons whose global minimiser cannot be written with radicals."""

from __future__ import annotations

from collections.abc import Callable

from claims.mathematics import CROSS_ENTROPY, SIGMOID, linear, neuron
from claims.proof.certificates import Problem
from claims.proof.radicals import find_no_radicals

CLAIM = "no-closed-form-in-general"
SQUARES = Problem(neuron(1, SIGMOID), [[1], [2]], [1, "1/2"], reduction="sum")
LOGISTIC = Problem(linear(1, bias=False), [[2], [3]], [0, 1], loss=CROSS_ENTROPY, reduction="sum")

INSTANCES: dict[str, Callable[[], str]] = {
    "no-radicals-neuron": lambda: find_no_radicals(SQUARES, claim=CLAIM),
    "no-radicals-logistic": lambda: find_no_radicals(LOGISTIC, claim=CLAIM),
}
