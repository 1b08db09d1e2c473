"""Check certificates about loss surfaces of small networks, without the package that found them.

    python -I claims/proof/checker.py PATH...    (certificates or folders of them; needs only flint)

A certificate is a JSON file: what it says, of which network and data, and the numbers that make it
easy to verify. Each gets one line: what is proved, or which entry stands in the way. Exit status:
0 all accepted, 1 some refused, 2 nothing to check.

What is assumed
  - The arithmetic of FLINT and Arb (python-flint): fractions are exact; a ball contains the exact
    result of every operation on members of its operands; a comparison of balls is true only where
    it is true for all members.
  - The definitions of this file. A network of widths d, n, 1 (or d, 1: one neuron) maps x to layer
    after layer of a(W x + b), each with its activation a, and no b in a layer without bias. Its
    weights are one list: for each layer the rows of W, then b. The loss is the mean over the data
    of (output - target)^2.
  - Nothing else: no checksum, no floating point, no code or word of whoever made the certificate.
    The label `claim` is not judged; `statement` must be the very words that this file derives.

What acceptance proves
  worse-local-minimum: the box |w_i - centre_i| <= radius holds exactly one stationary point of the
    loss, a strict local minimum; everywhere in the box the loss exceeds its value at `lower` by
    more than `gap` > 0.
    Why: let F be the gradient, H contain the Hessians over the box, c be the centre, Y the
    preconditioner and N(w) = w - Y F(w). By the mean value theorem N(w) - c lies in
    -Y F(c) + (I - Y H)(w - c). Where that stays inside the open box (Krawczyk), N has a fixed point
    there (Brouwer), and I - Y H is a contraction, so that Y is regular and the fixed point
    stationary. As H is positive definite and the box convex, it is the only one, and a strict
    minimum.
  dead-cone: `point` is a local minimum, not a strict one, where the loss is exactly `loss`; at
    `lower` it is exactly `lower_loss`, which is less.
    Why: for all weights within `radius` every hidden ReLU unit is inactive on every input. There
    the output is the output bias c alone and the loss the mean of (c - target)^2, least where c is
    the mean target, as it is at the point, whatever the other weights. All in exact fractions.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, NoReturn

from flint import arb, arb_mat, ctx, fmpq

MAX_CHARACTERS = 1_000_000  # of a certificate
MAX_NUMBER = 1300  # characters of a number: 4096 bits are 1233 digits
MAX_EXPONENT = 400  # of ten, in a number: enough for every float
MAX_WIDTH, MAX_WEIGHTS, MAX_POINTS = 16, 32, 64


class Refused(Exception):
    """The certificate does not prove what it says; the message names the entry."""


@dataclass(frozen=True)
class Statement:
    """What an accepted certificate proves, in words, and figures that were computed on the way."""

    kind: str
    claim: str
    sentence: str
    figures: str


# Reading: every value is taken through an Entry, which refuses all but what is expected there.


@dataclass(frozen=True)
class Entry:
    """A JSON value and its place in the certificate."""

    value: Any
    place: str = "certificate"

    def refuse(self, reason: str) -> NoReturn:
        raise Refused(f"{self.place}: {reason}")

    def expect(self, condition: bool, what: str) -> None:
        if not condition:
            plain = isinstance(self.value, str | int)
            shown = ascii(self.value) if plain else f"a {type(self.value).__name__}"
            self.refuse(f"must be {what}, not {shown[:60]}")

    def fields(self, *keys: str) -> list[Entry]:
        """The entries of an object that must have exactly these keys."""
        self.expect(type(self.value) is dict, f"an object with the keys {', '.join(keys)}")
        for key in sorted({*self.value} ^ {*keys}):
            self.refuse(f"the key {ascii(key)[:60]} is {'missing' if key in keys else 'unknown'}")
        prefix = f"{self.place}.".removeprefix("certificate.")
        return [Entry(self.value[key], prefix + key) for key in keys]

    def items(self, least: int, most: int) -> list[Entry]:
        count = len(self.value) if type(self.value) is list else -1
        self.expect(least <= count <= most, f"a list with {least} to {most} entries")
        return [Entry(value, f"{self.place}[{i}]") for i, value in enumerate(self.value)]

    def choice(self, options: Iterable[str]) -> str:
        known = type(self.value) is str and self.value in options
        self.expect(known, f"one of {', '.join(options)}")
        return self.value

    def flag(self) -> bool:
        self.expect(type(self.value) is bool, "true or false")
        return self.value

    def integer(self, least: int, most: int) -> int:
        fits = type(self.value) is int and least <= self.value <= most
        self.expect(fits, f"an integer from {least} to {most}")
        return self.value

    def number(self) -> fmpq:
        """An exact number as a string: "-3", "2/7", "0.25" or "1.5e-7"."""
        pattern = r"(-?[0-9]+)(?:/0*([1-9][0-9]*)|(?:\.([0-9]+))?(?:e([+-]?[0-9]{1,3}))?)"
        short = type(self.value) is str and len(self.value) <= MAX_NUMBER
        match = re.fullmatch(pattern, self.value) if short else None
        self.expect(match is not None, 'an exact number as a string, like "2/7" or "-1.5e-3"')
        whole, denominator, decimals, exponent = match.groups("") if match else ("",) * 4
        scale = int(exponent or 0)
        self.expect(abs(scale) <= MAX_EXPONENT, f"a number with exponents up to {MAX_EXPONENT}")
        power = scale - len(decimals)
        numerator = int(whole + decimals) * 10 ** max(power, 0)
        return fmpq(numerator, int(denominator or 10 ** max(-power, 0)))

    def positive(self) -> fmpq:
        value = self.number()
        self.expect(value > 0, "positive")
        return value

    def numbers(self, count: int) -> list[fmpq]:
        return [item.number() for item in self.items(count, count)]


def parse(text: str) -> Entry:
    """The certificate as an Entry; no key comes twice in one object."""

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        entries = dict(pairs)
        if len(entries) < len(pairs):
            keys = ascii([key for key, _ in pairs])
            raise Refused(f"certificate: a key comes twice among {keys[:90]}")
        return entries

    if len(text) > MAX_CHARACTERS:
        raise Refused(f"certificate: longer than {MAX_CHARACTERS} characters")
    try:
        return Entry(json.loads(text, object_pairs_hook=unique))
    except (ValueError, RecursionError) as error:
        raise Refused(f"certificate: not readable as JSON ({error})") from None


# Networks: defined once, for weights that are fractions, balls, or jets of balls.


@dataclass(frozen=True)
class Jet:
    """A ball with its gradient (a column) and its Hessian, in all weights."""

    value: arb
    gradient: arb_mat
    hessian: arb_mat

    def __add__(self, other: Any) -> Jet:
        if not isinstance(other, Jet):
            return Jet(self.value + other, self.gradient, self.hessian)
        gradient, hessian = self.gradient + other.gradient, self.hessian + other.hessian
        return Jet(self.value + other.value, gradient, hessian)

    __radd__ = __add__

    def __mul__(self, other: Any) -> Jet:
        if not isinstance(other, Jet):
            scale = arb(other)
            return Jet(self.value * scale, self.gradient * scale, self.hessian * scale)
        u, v, outer = self.value, other.value, self.gradient * other.gradient.transpose()
        hessian = self.hessian * v + other.hessian * u + outer + outer.transpose()
        return Jet(u * v, self.gradient * v + other.gradient * u, hessian)

    def through(self, value: arb, slope: arb, curvature: arb) -> Jet:
        """The jet of a(h), from the jet h and a, a', a'' at its value."""
        outer = self.gradient * self.gradient.transpose()
        return Jet(value, self.gradient * slope, self.hessian * slope + outer * curvature)


def variables(values: Sequence[arb]) -> list[Jet]:
    """The weights themselves as jets: gradients are the unit vectors, Hessians 0."""
    size = len(values)
    units = [arb_mat(size, 1, [int(i == j) for j in range(size)]) for i in range(size)]
    return [
        Jet(value, unit, arb_mat(size, size)) for value, unit in zip(values, units, strict=True)
    ]


def relu(h: Any) -> Any:
    """h where h > 0, else 0. A ball round 0 holds these values itself; a jet there is refused."""
    value = h.value if isinstance(h, Jet) else h
    if value > 0 or value < 0:
        return h * int(value > 0)
    if isinstance(h, Jet):
        raise Refused("proof.box: a ReLU unit is neither active nor inactive all over it")
    return h


def sigmoid(h: Any) -> Any:
    if not isinstance(h, Jet):
        return 1 / (1 + (-h).exp())
    s, complement = sigmoid(h.value), sigmoid(-h.value)
    return h.through(s, s * complement, s * complement * (complement - s))


def square(h: Any) -> Any:
    """h times h; a ball round 0 gives one from 0 on, unlike their product."""
    if isinstance(h, Jet):
        return h.through(square(h.value), 2 * h.value, arb(2))
    return (h.abs_lower() ** 2).union(h.abs_upper() ** 2) if isinstance(h, arb) else h * h


def tanh(h: Any) -> Any:
    if not isinstance(h, Jet):
        return h.tanh()
    t = h.value.tanh()
    return h.through(t, 1 - t * t, -2 * t * (1 - t * t))


ACTIVATIONS: dict[str, Callable[[Any], Any]] = {
    "identity": lambda h: h,
    "relu": relu,
    "sigmoid": sigmoid,
    "tanh": tanh,
}


@dataclass(frozen=True)
class Objective:
    """The mean squared error of a network on data, as a function of its weights."""

    widths: list[int]
    activations: list[str]
    biases: list[bool]
    inputs: list[list[fmpq]]
    targets: list[fmpq]

    @classmethod
    def read(cls, entry: Entry) -> Objective:
        shape, functions, flags, loss, rows, targets = entry.fields(
            "widths", "activations", "biases", "loss", "inputs", "targets"
        )
        widths = [item.integer(1, MAX_WIDTH) for item in shape.items(2, 3)]
        layers = len(widths) - 1
        activations = [item.choice(ACTIVATIONS) for item in functions.items(layers, layers)]
        biases = [item.flag() for item in flags.items(layers, layers)]
        loss.choice(["mean-squared-error"])
        inputs = [row.numbers(widths[0]) for row in rows.items(1, MAX_POINTS)]
        objective = cls(widths, activations, biases, inputs, targets.numbers(len(inputs)))
        shape.expect(widths[-1] == 1, "a list that ends with the one output")
        shape.expect(objective.size <= MAX_WEIGHTS, f"a network with up to {MAX_WEIGHTS} weights")
        return objective

    @property
    def size(self) -> int:
        """The number of weights, biases included."""
        layers = zip(self.widths, self.widths[1:], self.biases, strict=False)
        return sum(units * (inputs + bias) for inputs, units, bias in layers)

    def output(self, weights: Sequence[Any], x: Sequence[fmpq]) -> Any:
        remaining = iter(weights)
        values: list[Any] = list(x)
        layers = zip(self.widths[1:], self.activations, self.biases, strict=True)
        for units, activation, bias in layers:
            sums = [sum(next(remaining) * value for value in values) for _ in range(units)]
            values = [ACTIVATIONS[activation](h + next(remaining) if bias else h) for h in sums]
        return values[0]

    def loss(self, weights: Sequence[Any]) -> Any:
        data = zip(self.inputs, self.targets, strict=True)
        errors = [self.output(weights, x) + (-y) for x, y in data]
        return sum(square(error) for error in errors) * fmpq(1, len(errors))

    def __str__(self) -> str:
        layers = zip(self.activations, self.biases, strict=True)
        words = ", ".join(f"{a} {'with' if bias else 'without'} bias" for a, bias in layers)
        network = f"{'-'.join(map(str, self.widths))} network ({words})"
        return f"the mean squared error of a {network} on {len(self.targets)} data points"


# Kinds: a section each. A function takes the entry `proof`; it returns the sentence and figures.


def worse_local_minimum(proof: Entry) -> tuple[str, str]:
    definition, box, matrix, bits, low, difference = proof.fields(
        "objective", "box", "preconditioner", "precision", "lower", "gap"
    )
    objective = Objective.read(definition)
    middle, extent = box.fields("centre", "radius")
    centre, radius = middle.numbers(objective.size), extent.positive()
    lower, gap = low.numbers(objective.size), difference.positive()
    rows = matrix.items(objective.size, objective.size)
    preconditioner = [row.numbers(objective.size) for row in rows]

    with ctx.workprec(bits.integer(64, 4096)):
        around = arb(-radius).union(arb(radius))
        at_centre = objective.loss(variables([arb(value) for value in centre]))
        over_box = objective.loss(variables([value + around for value in centre]))
        escaped = leaves_box(arb_mat(preconditioner), at_centre.gradient, over_box.hessian, radius)
        if escaped is not None:
            box.refuse(f"not mapped into its interior by the Krawczyk operator (weight {escaped})")
        if not positive_definite(over_box.hessian):
            box.refuse("the Hessian is not proved positive definite all over it")
        lower_loss = objective.loss([arb(value) for value in lower])
        figures = f"loss {decimal(at_centre.value)} at the centre, {decimal(lower_loss)} at lower"
        if not over_box.value - lower_loss > gap:
            difference.refuse(f"is not proved: {figures}")
        near = ", ".join(decimal(arb(value)) for value in centre)

    return (
        f"Within {extent.value} of each of the weights near ({near}), {objective} has exactly one "
        "stationary point. It is a strict local minimum, higher by more than "
        f"{difference.value} than the point ({', '.join(low.value)}).",
        figures,
    )


def leaves_box(y: arb_mat, gradient: arb_mat, hessian: arb_mat, radius: fmpq) -> int | None:
    """The first coordinate in which -Y F(c) + (I - Y H)[-r, r]^p is not proved within (-r, r)."""
    shift, product, size = y * gradient, y * hessian, gradient.nrows()
    for i in range(size):
        stretch = sum(abs(int(i == j) - product[i, j]) for j in range(size))
        if not abs(shift[i, 0]) + stretch * radius < radius:
            return i
    return None


def positive_definite(matrix: arb_mat) -> bool:
    """Whether all pivots of symmetric elimination are positive, for each matrix enclosed."""
    rows = matrix.tolist()
    for k, row in enumerate(rows):
        if not row[k] > 0:
            return False
        for i in range(k + 1, len(rows)):
            for j in range(k + 1, i + 1):
                rows[i][j] -= rows[i][k] / row[k] * rows[j][k]
    return True


def decimal(ball: arb) -> str:
    """Its midpoint to six decimals, for people to read: nothing is decided by it."""
    if not abs(ball) < 10**9:
        return "beyond 10^9"
    millionths = (ball * 10**6 + fmpq(1, 2)).mid().floor().unique_fmpz()
    return str(Decimal(int(millionths or 0)).scaleb(-6))


def dead_cone(proof: Entry) -> tuple[str, str]:
    definition, where, extent, level, low, low_level = proof.fields(
        "objective", "point", "radius", "loss", "lower", "lower_loss"
    )
    objective = Objective.read(definition)
    point, lower = where.numbers(objective.size), low.numbers(objective.size)
    radius, loss, lower_loss = extent.positive(), level.number(), low_level.number()
    if objective.activations != ["relu", "identity"] or not objective.biases[-1]:
        definition.refuse("must be a relu layer, then an output with identity and bias")

    hidden = iter(point)
    inputs, units, _ = objective.widths
    rows = [[next(hidden) for _ in range(inputs)] for _ in range(units)]
    for unit, row in enumerate(rows):
        bias, reach = (next(hidden), 1) if objective.biases[0] else (0, 0)
        for i, x in enumerate(objective.inputs):
            terms = (w * value + radius * abs(value) for w, value in zip(row, x, strict=True))
            if not sum(terms) + bias + radius * reach < 0:
                extent.refuse(f"so near, hidden unit {unit} is not always inactive on inputs[{i}]")

    if point[-1] * len(objective.targets) != sum(objective.targets):
        where.refuse("its last entry, the output bias, is not the mean target")
    if objective.loss(point) != loss:
        level.refuse("is not the loss at the point")
    if objective.loss(lower) != lower_loss:
        low_level.refuse("is not the loss at the lower point")
    if not lower_loss < loss:
        low_level.refuse("is not less than the loss at the point")

    return (
        f"Within {extent.value} of each of the weights ({', '.join(where.value)}), {objective} has "
        "every hidden unit inactive on all data, and is nowhere less than at these weights. They "
        f"are a local minimum, not a strict one, with the value {level.value}, against "
        f"{low_level.value} at the point ({', '.join(low.value)}).",
        "exact",
    )


KINDS = {"worse-local-minimum": worse_local_minimum, "dead-cone": dead_cone}


# Checking


def prove(certificate: Entry) -> Statement:
    """What the certificate proves, whatever it says in words; raises Refused."""
    schema, kind, claim, _, proof = certificate.fields(
        "schema", "kind", "claim", "statement", "proof"
    )
    schema.integer(1, 1)
    named = type(claim.value) is str and re.fullmatch("[a-z0-9-]{1,80}", claim.value)
    claim.expect(bool(named), "the id of a claim")
    return Statement(kind.value, claim.value, *KINDS[kind.choice(KINDS)](proof))


def check(text: str) -> Statement:
    """What the certificate says and proves; raises Refused."""
    certificate = parse(text)
    statement = prove(certificate)
    if certificate.value["statement"] != statement.sentence:
        raise Refused(f"statement: must be what is proved: {statement.sentence}")
    return statement


def certificates(path: Path) -> list[Path]:
    """The file itself, or the .json files of a folder."""
    found = sorted(path.rglob("*.json")) if os.path.isdir(path) else [path]
    return [file for file in found if os.path.isfile(file)]


def main(argv: Sequence[str]) -> int:
    """Check the files and folders named, a line for each certificate; returns the exit status."""
    named = {argument: certificates(Path(argument)) for argument in argv}
    for argument, found in named.items():
        if not found:
            print(f"no certificate at {argument!a}", file=sys.stderr)
    if not named or not all(named.values()):
        print("usage: python -I checker.py PATH... (certificates or folders)", file=sys.stderr)
        return 2
    status = 0
    for path in (path for found in named.values() for path in found):
        try:
            with path.open("rb") as file:
                statement = check(file.read(MAX_CHARACTERS + 1).decode("utf-8"))
            line = f"accepted {path}: {statement.sentence} [{statement.figures}]"
        except (Refused, OSError, UnicodeDecodeError) as reason:
            line = f"refused {path}: {reason}"
            status = 1
        print(line.encode("unicode_escape").decode("ascii"))
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
