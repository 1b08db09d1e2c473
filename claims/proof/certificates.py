"""What all certificates share: the problem, exact numbers in writing, the envelope, the file."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal, Inexact
from enum import Enum
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from claims.compiled import Function
from claims.files import write_whole
from claims.mathematics import (
    L2,
    SQUARED_ERROR,
    DropoutObjective,
    Loss,
    Network,
    Objective,
)
from claims.numbers import Arithmetic, exact_fraction, quotient
from claims.proof import checker

Exact = Sequence[Fraction]


class NotFound(Exception):
    """No certificate was found; ``reason`` is a member of the finder's enumeration of reasons."""

    def __init__(self, reason: Enum, detail: str = "") -> None:
        super().__init__(f"{reason.value}{detail and f' ({detail})'}")
        self.reason = reason


@dataclass(frozen=True)
class Problem:
    """An objective on exact data: what a certificate is about.

    ``inputs`` holds N rows of d numbers, ``targets`` N numbers, each an int, a Fraction, a float
    (taken for the dyadic number that it is) or a string; so are ``penalty``, the strength of L2,
    and ``dropout``, the rate at which hidden units are dropped, kept ones rescaled. Point i occurs
    ``counts[i]`` times, by default once.
    """

    network: Network
    inputs: Sequence[Sequence[Any]]
    targets: Sequence[Any]
    loss: Loss = SQUARED_ERROR
    reduction: Literal["mean", "sum"] = "mean"
    counts: Sequence[int] | None = None
    penalty: Any = 0
    dropout: Any = 0

    @cached_property
    def function(self) -> Function:
        """The objective with its derivatives, as a function of theta, inputs, targets."""
        count = len(self.targets)
        return Function(
            self.value,
            theta=(self.network.size,),
            inputs=(count, self.network.widths[0]),
            targets=(count,),
        )

    def value(self, theta: Any, inputs: Any, targets: Any) -> Any:
        """Return the objective at theta (p,) for inputs (N, d) and targets (N,)."""
        plain: Any = Objective(self.network, self.loss, reduction="sum")
        if exact_fraction(self.dropout):
            plain = DropoutObjective(plain, exact_fraction(self.dropout))
        if self.counts is None:
            total, points = plain.value(theta, inputs, targets), len(targets)
        else:
            rows = [slice(i, i + 1) for i in range(len(targets))]
            parts = [plain.value(theta, inputs[row], targets[row]) for row in rows]
            total = sum(part * count for part, count in zip(parts, self.counts, strict=True))
            points = sum(self.counts)
        if self.reduction == "mean":
            total = quotient(total, points)
        strength = exact_fraction(self.penalty)
        return total + L2(strength).value(theta) if strength else total

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
            "loss": self.loss.name.replace(" ", "-"),
            "reduction": self.reduction,
            "inputs": [written_all(row) for row in self.inputs],
            "targets": written_all(self.targets),
            "counts": [int(count) for count in self.counts or [1] * len(self.targets)],
            "penalty": written(self.penalty),
            "dropout": written(self.dropout),
        }

    def exact_weights(self, values: Sequence[Any]) -> Exact:
        """Return the weights as fractions; raises ValueError for another number of them."""
        if len(values) != self.network.size:
            raise ValueError(
                f"{len(values)} weights for a network that has {self.network.size}: "
                "give for each layer W row by row, then b"
            )
        return [exact_fraction(value) for value in values]


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


def rounded(value: Any, digits: int = 3, *, up: bool = False) -> Fraction:
    """Return a number of so many digits just below a positive one, or just above it."""
    fraction = exact_fraction(value)
    exact = Decimal(fraction.numerator) / Decimal(fraction.denominator)
    quantum = Decimal(1).scaleb(exact.adjusted() - digits + 1)
    return Fraction(exact.quantize(quantum, rounding=ROUND_CEILING if up else ROUND_FLOOR))


def certificate(kind: str, claim: str, proof: dict[str, Any], *, precision: int = 128) -> str:
    """Return the text of a certificate that the checker accepts, in the checker's own words.

    Raises checker.Refused where it does not accept: then finder and checker disagree.
    """
    envelope = {"schema": 2, "kind": kind, "claim": claim, "statement": "", "precision": precision}
    envelope["proof"] = proof
    envelope["statement"] = checker.prove(checker.Entry(envelope)).sentence
    text = json.dumps(envelope, indent=1) + "\n"
    # A list of numbers goes on one line: people read this too.
    text = re.sub(r"\[([^][{}]+)\]", lambda found: f"[{' '.join(found[1].split())}]", text)
    if checker.parse(text).value != envelope:
        raise AssertionError("the text says something else than what was proved")
    return text


def write_certificate(path: Path, text: str) -> None:
    """Write the file, creating its folder; it appears whole or not at all."""
    write_whole(path, text.encode())
