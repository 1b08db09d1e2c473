"""What all certificates share: the problem, exact numbers in writing, the envelope, the file."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal, Inexact
from enum import Enum
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Any

from claims.compiled import Function
from claims.files import write_whole
from claims.mathematics import SQUARED_ERROR, Network, Objective
from claims.numbers import Arithmetic, exact_fraction
from claims.proof import checker

Exact = Sequence[Fraction]


class NotFound(Exception):
    """No certificate was found; ``reason`` is a member of the finder's enumeration of reasons."""

    def __init__(self, reason: Enum, detail: str = "") -> None:
        super().__init__(f"{reason.value}{detail and f' ({detail})'}")
        self.reason = reason


@dataclass(frozen=True)
class Problem:
    """The mean squared error of a network with at most one hidden layer on exact data.

    ``inputs`` holds N rows of d numbers, ``targets`` N numbers, each an int, a Fraction, a float
    (taken for the dyadic number that it is) or a string.
    """

    network: Network
    inputs: Sequence[Sequence[Any]]
    targets: Sequence[Any]

    @cached_property
    def function(self) -> Function:
        """The objective with its derivatives, as a function of theta, inputs, targets."""
        objective = Objective(self.network, SQUARED_ERROR)
        count = len(self.targets)
        return Function(
            objective.value,
            theta=(self.network.size,),
            inputs=(count, self.network.widths[0]),
            targets=(count,),
        )

    def data(self, arithmetic: Arithmetic) -> tuple[Any, Any]:
        """Return inputs (N, d) and targets (N,) as scalars."""
        return arithmetic.enter(self.inputs), arithmetic.enter(self.targets)

    def definition(self) -> dict[str, Any]:
        """Return the entry ``objective`` of a certificate: the problem in the checker's words."""
        network = self.network
        hidden = len(network.widths) - 2
        return {
            "widths": list(network.widths),
            "activations": [network.activation.name] * hidden + [network.output.name],
            "biases": [network.hidden_bias] * hidden + [network.output_bias],
            "loss": "mean-squared-error",
            "inputs": [written_all(row) for row in self.inputs],
            "targets": written_all(self.targets),
        }


def written(value: Any) -> str:
    """Return a number exactly, as a decimal where it is one with up to 60 digits, else as p/q."""
    fraction = exact_fraction(value)
    numerator, denominator = fraction.as_integer_ratio()
    try:
        exact = Context(prec=60, traps=[Inexact])
        return f"{exact.divide(Decimal(numerator), Decimal(denominator)):f}"
    except Inexact:
        return f"{numerator}/{denominator}"


def written_all(values: Iterable[Any]) -> list[str]:
    return [written(value) for value in values]


def certificate(kind: str, claim: str, proof: dict[str, Any]) -> str:
    """Return the text of a certificate that the checker accepts, in the checker's own words.

    Raises checker.Refused where it does not accept: then finder and checker disagree.
    """
    envelope = {"schema": 1, "kind": kind, "claim": claim, "statement": "", "proof": proof}
    envelope["statement"] = checker.prove(checker.Entry(envelope)).sentence
    text = json.dumps(envelope, indent=1) + "\n"
    # A list of numbers goes on one line: people read this too.
    text = re.sub(r"\[([^][{}]+)\]", lambda found: f"[{' '.join(found[1].split())}]", text)
    checker.check(text)
    return text


def write_certificate(path: Path, text: str) -> None:
    """Write the file, creating its folder; it appears whole or not at all."""
    write_whole(path, text.encode())
