"""Check certificates about loss surfaces of small networks, without the package that found them.

    python -I claims/proof/checker.py PATH...    (certificates or folders of them; needs only flint)

A certificate is a JSON object of the keys `schema` (2), `kind`, `claim` (a label, not judged),
`statement` (the very words that this file derives), `precision` (bits) and `proof` (what the kind
needs, see FORMAT.md; all numbers exact, as strings). Each certificate gets one line: what is
proved, or which entry stands in the way. Exit status: 0 all accepted, 1 some refused, 2 nothing to
check.

What is assumed
  - The arithmetic of FLINT and Arb (python-flint): fractions, polynomials and their factors modulo
    primes are exact; a ball contains the exact result of every operation on members of its
    operands; a comparison of balls is true only where it is true for all members.
  - The definitions of this file. A network of widths d, n, ..., 1 maps x to layer after layer of
    a(W x + b), each with its activation a, and no b in a layer without bias. Its weights are one
    list: for each layer the rows of W, then b. The objective L is the mean (or sum) over the data,
    each point as often as it counts, of (f - y)^2 or of log(1 + e^f) - y f, f being the output;
    plus `penalty` times the sum of the squared weights. With `dropout` p, each of the n hidden
    units of a d-n-1 network with linear output is left out with probability p, the others divided
    by 1 - p, independently, and L is the mean over that: what it adds to the squared error is the
    variance of the output, p/(1-p) times the sum of the squared v_j a_j (output weight v_j).
  - Nothing else: no checksum, no floating point, no code or word of whoever made the certificate.

What acceptance proves, and why. F and H are gradient and Hessian of L; a box is |w_i - c_i| <= r.
Derivatives over a box exist: a ReLU that is neither active nor inactive all over it is refused.
  stationary-point: the box holds exactly one stationary point, a strict local minimum (index 0), a
    strict local maximum (as many negative eigenvalues as weights), or a saddle of that index.
    Let Y be the inverse of a matrix near H and N(w) = w - Y F(w). By the mean value theorem
    N(w) - c lies in -Y F(c) + (I - Y H)(w - c), H taken over the box. Where that stays inside the
    open box (Krawczyk), N has a fixed point there (Brouwer), and I - Y H is a contraction, so that
    the fixed point is the only one, and stationary. Congruent matrices have as many negative
    eigenvalues (Sylvester); they are counted by Lagrange's reduction, for the balls of H.
  worse-local-minimum: such a minimum, all over whose box L exceeds L(lower) by more than gap.
  dead-cone: on a cone-like set, whatever the output weights, the gradient is 0 and L is `loss`.
    All hidden ReLU units are inactive on all data there, so that the output is the output bias
    alone, and that is the mean target. Hence each of these points is a local minimum, none strict;
    L is less at `lower`. In exact fractions.
  plateau: all over the box from `low` to `high`, some sides of which may be points, the gradient is
    exactly 0 (every ball of it is), so that L is constant; it is less at `lower`.
  flat-box: all over the box each derivative is less than `bound`, that of number `component` is not
    0 anywhere, and L exceeds L(lower) by more than gap. Flat to the eye, and no plateau.
  trap: descent never leaves the ball B of that radius. If m I <= H <= M I on B, g = |F(c)| and
    0 < s, then |T(w) - c| <= max(1 - s m, s M - 1)|w - c| + s g for T(w) = w - s F(w): at most the
    radius R if g <= m R and s (M R + g) <= 2 R. All T then have the same fixed point, unique, a
    minimum, at a distance that they shrink by a factor, below 1 where s has a lower bound. Noise of
    length e keeps B if e <= s (m R - g) at the least s and e <= 2 R - s (M R + g) at the largest.
  batch-escape: full-batch descent with the step never leaves the box `inside`, nor `outside`, but a
    path of mini-batches leads from all of `inside` into `outside`, where L is lower. T(box) lies in
    T(c) + (I - s H)(box - c), and each box is followed through the path so. The box `inside` holds
    one stationary point, and H is positive definite on it: it is the least point of the box.
  batch-trap: the updates of all batches of that size keep the box, which holds a strict local
    minimum above L(lower) by more than gap, though the example `moving` is nowhere at rest in it.
  line: all stationary points on R, for one weight (a sigmoid neuron without bias and squared error,
    or logistic regression), once for each penalty. Between cuts L' has a sign, or L'' has one and
    L' changes sign: by bisection into balls. Beyond the last cut u on a side each term of L' has
    the size e^(-r|w|), r = |x_i| or a multiple; divided by the slowest of these they consist of
    falling exponentials, which lie between 0 and their values at u. The penalty adds 2 penalty w.
  convex-from: the same objectives, convex for each penalty from `strength` on, not for `below`.
  chord: L between two points exceeds the chord by more than gap: L is not convex.
  negative-curvature: u'Hu < -bound at the point: L is not convex near it.
  sum-of-squares: L = constant + sum of factor * form^2, forms affine in the weights, all factors
    positive, expanded and compared coefficient by coefficient; the forms vanish at the point.
    Hence L is convex, and least there.
  no-radicals: L as for line, integer inputs, penalty 0. With z = e^(-w), s(kw) = 1/(1 + z^k): L' is
    a rational function of z, and its numerator P(z) Q(z), where the coefficients of Q have one sign
    and those of P change it once: one positive root (Descartes), enclosed; L' changes there from -
    to +: the only stationary point of L, its minimum. P is irreducible modulo a prime, hence over
    Q; modulo a prime that P does not ramify at, its factors have the degrees of the cycles of an
    element of the Galois group (Dedekind): one 2 and odd ones, an odd power is a transposition. A
    transitive group of prime degree, or with a cycle that leaves out one point, is primitive, and
    with a transposition the symmetric group (Jordan), from degree 5 on not solvable (Galois).
  linear-network-list: p = W'v is the product of two linear layers, p'Ap - 2b'p + c the error, A
    regular, b not 0; let g = Ap - b. Half the derivatives are v g' in W and W g in v. If g = 0, p
    is the fit, and each v other than 0 goes with an affine space of W: smooth, irreducible; the
    Hessian 2 J'AJ has the rank d of J, the derivative of p. Else v = 0, so that p = 0, g = -b and
    W b = 0. There the second-order term is u'WAW'u - 2 u's for a change u of v and s = Z b, Z a
    change of W: h negative and h positive squares, and no other. The degree of the former set: let
    p be the first unit vector, so that w_1.v = 1 and w_j.v = 0 for the other columns w_j of W. With
    v = tau/z, w_1/z, w_j/z it is birational to the divisor tau.w_1 = z^2 of twice the hyperplane
    class in the projective bundle of O(-1) + O^(h+1) + K^(d-1) over the space P^(h-1) of the
    directions of v, K being the kernel of O^h -> O(1): twice the Segre class of degree h - 1 of
    this bundle, the coefficient in (1 + H)^(d-1)/(1 - H): the sum of the C(d-1, k) with k < h.
  penalised-linear-list: half the derivatives are v g' + lW and W g + lv, l > 0 the penalty. Hence
    W = -v g'/l and v (g.g - l^2) = 0 (x.x is the sum of squares, for complex x too). Apart from the
    origin let t = v.v/l; then p = -t g, so that (I + tA) g = -b, and g.g = l^2. With n = adj(I +
    tA) b, t is a root of P(t) = l^2 det(I + tA)^2 - n.n, of degree 2d. No root has det(I + tA) = 0
    (checked); where it is 0, n is not: there is no g, as adj(I + tA) (I + tA) = 0. Each root gives
    one g and all v with v.v = lt, not 0. Near these the first equations make W a function of v, as
    I + tA is regular, and leave v P(v.v/l) = 0: as the root is simple, the kernel of the Hessian is
    tangent. For t > 0, P/det^2 rises from l^2 - b.b to l^2: one root if b.b > l^2, else none; a
    real v other than 0 has t > 0. At the origin the eigenvalues are 2l + 2|b| and 2l - 2|b|, h
    times each, and 2l. L has a least value: where t > 0, or, without that, at the origin. There L
    is c + l^2 t - t b'(I + tA)^(-1) b.
  solution-manifold: all over the box of the free weights, Krawczyk's operator for the equations
    f(x_i) = y_i in as many others maps the box of these into its interior: each choice of the free
    ones has exactly one solution there, with a regular derivative: so it depends smoothly on them.
  complete-list: all stationary points of one neuron in a box of up to 6 weights, or in R^p. The
    tree gives the nodes of successive splits of the box in preorder, so that its leaves cover it
    wherever the cuts are (floats, each the exact number that it is). A leaf holds none if u.F > 0
    all over it for the u of its letter, from the exact ranges of the terms; or (#) if what
    Krawczyk's operator leaves of it is empty, or lies in the box of a root, as other leaves do
    themselves (=). Each of these boxes, apart from one another, holds exactly one; ? is undecided,
    and said so. Why no others in R^p (`everywhere`), if 0 < t_i < 1 and the x_i span it: let w be
    stationary, S a set of independent inputs, u what is left of w without its projection on their
    span, h_i = w.x_i, and c_k = h_k - u.x_k, a combination of the h_i, i in S. In 0 = u.F = sum
    phi_k(h_k) (h_k - c_k) over the x_k outside the span phi_k has the sign of h_k - logit t_k: so
    some h_k lies between c_k and logit t_k. Put it into S, first empty, until S spans R^p.
  complete-hidden-list: the same for a network with one or two hidden units, one input, sigmoid and
    linear output, in a box of two unknowns, the inner weights: all stationary points whose output
    weights v_j are not 0. See HiddenLayer for the two equations that remain; the tree and the boxes
    of roots are as before. The index is that of H in all weights, over an enclosure of the root
    that Krawczyk's operator has made small. If v_j = 0, the derivatives in w_j and b_j vanish, that
    in v_j makes the errors orthogonal to the unit's values, and the others are those of the network
    without it: so says the statement. Copies are by symmetry: s(-h) = 1 - s(h) turns the signs of a
    unit where there is an output bias, and two units may be exchanged.
"""

from __future__ import annotations

import json
import math
import os
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from copy import copy
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial, reduce
from itertools import combinations, combinations_with_replacement, pairwise
from pathlib import Path
from typing import Any, NoReturn

from flint import (
    Ordering,
    arb,
    arb_mat,
    arb_poly,
    ctx,
    fmpq,
    fmpq_mat,
    fmpq_mpoly_ctx,
    fmpq_poly,
    fmpz_poly,
    nmod_poly,
)

MAX_CHARACTERS = 4_000_000  # of a certificate: the tree of a complete list may be long
MAX_NUMBER = 1300  # characters of a number: 4096 bits are 1233 digits
MAX_EXPONENT = 400  # of ten, in a number: enough for every float
MAX_WIDTH, MAX_LAYERS, MAX_WEIGHTS, MAX_POINTS = 16, 4, 32, 64
MAX_PRIME, MAX_DEGREE = 10_000, 60  # the degree is that of the product of the 1 + z^k
# So that no certificate takes more than some minutes: pieces of a line, and updates of batches,
# each times its examples and the weights.
MAX_PIECES, MAX_UPDATES = 2048, 5000


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


def listed(entry: Entry) -> str:
    """A list of numbers as it stands there, for a sentence."""
    return f"({', '.join(entry.value)})"


# Objectives: defined once, for weights that are fractions, balls, jets of balls, or polynomials.


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
    unit = [arb_mat(size, 1, [int(i == j) for j in range(size)]) for i in range(size)]
    return [Jet(values[i], unit[i], arb_mat(size, size)) for i in range(size)]


def square(h: Any) -> Any:
    """h times h; a ball round 0 gives one from 0 on, unlike their product."""
    if isinstance(h, Jet):
        return h.through(square(h.value), 2 * h.value, arb(2))
    return (h.abs_lower() ** 2).union(h.abs_upper() ** 2) if isinstance(h, arb) else h * h


def relu(h: Any) -> Any:
    """h where h > 0, else 0. A ball round 0 holds these values itself; a jet there is refused."""
    value = h.value if isinstance(h, Jet) else h
    if value > 0:
        return h
    if value < 0:
        return h * 0
    if isinstance(h, Jet):
        raise Refused("proof: a ReLU unit is neither active nor inactive all over the box")
    return h


def sigmoid(h: Any) -> Any:
    if not isinstance(h, Jet):
        return 1 / (1 + (-h).exp())
    s, complement = sigmoid(h.value), sigmoid(-h.value)
    return h.through(s, s * complement, s * complement * (complement - s))


def tanh(h: Any) -> Any:
    if not isinstance(h, Jet):
        return h.tanh()
    t = h.value.tanh()
    return h.through(t, 1 - t * t, -2 * t * (1 - t * t))


def softplus(h: Any) -> Any:
    """log(1 + e^h)"""
    if not isinstance(h, Jet):
        return h + (-h).exp().log1p() if h > 0 else h.exp().log1p()
    s, complement = sigmoid(h.value), sigmoid(-h.value)
    return h.through(softplus(h.value), s, s * complement)


ACTIVATIONS: dict[str, Callable[[Any], Any]] = {
    "identity": lambda h: h,
    "relu": relu,
    "square": square,
    "sigmoid": sigmoid,
    "tanh": tanh,
    "softplus": softplus,
}
LOSSES: dict[str, Callable[[Any, fmpq], Any]] = {
    "squared-error": lambda output, y: square(output + (-y)),
    "cross-entropy": lambda output, y: softplus(output) + output * (-y),
}


@dataclass(frozen=True)
class Objective:
    """What is minimised on data, as a function of the weights."""

    widths: list[int]
    activations: list[str]
    biases: list[bool]
    error: str
    mean: bool
    inputs: list[list[fmpq]]
    targets: list[fmpq]
    counts: list[int]
    penalty: fmpq
    dropout: fmpq

    @classmethod
    def read(cls, entry: Entry) -> Objective:
        shape, functions, flags, loss, how, rows, targets, times, l2, rate = entry.fields(
            "widths", "activations", "biases", "loss", "reduction",
            "inputs", "targets", "counts", "penalty", "dropout",
        )  # fmt: skip
        widths = [item.integer(1, MAX_WIDTH) for item in shape.items(2, MAX_LAYERS + 1)]
        layers = len(widths) - 1
        activations = [item.choice(ACTIVATIONS) for item in functions.items(layers, layers)]
        biases = [item.flag() for item in flags.items(layers, layers)]
        error, mean = loss.choice(LOSSES), how.choice(["mean", "sum"]) == "mean"
        inputs = [row.numbers(widths[0]) for row in rows.items(1, MAX_POINTS)]
        values, points = targets.numbers(len(inputs)), len(inputs)
        counts = [item.integer(1, 10**30) for item in times.items(points, points)]
        penalty, dropout = l2.number(), rate.number()
        objective = cls(
            widths, activations, biases, error, mean, inputs, values, counts, penalty, dropout
        )
        shape.expect(widths[-1] == 1, "a list that ends with the one output")
        shape.expect(objective.size <= MAX_WEIGHTS, f"a network with up to {MAX_WEIGHTS} weights")
        l2.expect(penalty >= 0, "at least 0")
        fits = layers == 2 and activations[1] == "identity" and error == "squared-error"
        rate.expect(0 <= dropout < 1, "at least 0 and below 1")
        rate.expect(
            fits or dropout == 0, "0 but for one hidden layer, linear output, squared error"
        )
        return objective

    @property
    def size(self) -> int:
        """The number of weights, biases included."""
        layers = zip(self.widths, self.widths[1:], self.biases, strict=False)
        return sum(units * (inputs + bias) for inputs, units, bias in layers)

    @property
    def exact(self) -> bool:
        """Whether its values are fractions where the weights are."""
        rational = {*self.activations} <= {"identity", "relu", "square"}
        return rational and self.error == "squared-error"

    def output(self, weights: Sequence[Any], x: Sequence[fmpq]) -> tuple[Any, list[Any]]:
        """What the network makes of x, and the terms of the last sum, without its bias."""
        remaining = iter(weights)
        values: list[Any] = list(x)
        for units, activation, bias in zip(
            self.widths[1:], self.activations, self.biases, strict=True
        ):
            rows = [[next(remaining) * value for value in values] for _ in range(units)]
            sums = [sum(row) + next(remaining) if bias else sum(row) for row in rows]
            values = [ACTIVATIONS[activation](h) for h in sums]
        return values[0], rows[0]

    def loss(self, weights: Sequence[Any]) -> Any:
        total: Any = 0
        for x, y, count in zip(self.inputs, self.targets, self.counts, strict=True):
            output, terms = self.output(weights, x)
            part = LOSSES[self.error](output, y)
            if self.dropout > 0:
                variance = sum(square(term) for term in terms)
                part = part + variance * (self.dropout / (1 - self.dropout))
            total = total + part * fmpq(count)
        if self.mean:
            total = total * fmpq(1, sum(self.counts))
        if self.penalty > 0:
            total = total + sum(square(weight) for weight in weights) * self.penalty
        return total

    def of(self, batch: Iterable[int]) -> Objective:
        """The objective on these examples alone."""
        rows = list(batch)
        inputs, targets = [self.inputs[i] for i in rows], [self.targets[i] for i in rows]
        return replace(self, inputs=inputs, targets=targets, counts=[1] * len(rows))

    def __str__(self) -> str:
        layers = zip(self.activations, self.biases, strict=True)
        words = ", ".join(f"{a} {'with' if bias else 'without'} bias" for a, bias in layers)
        loss = f"the {'mean' if self.mean else 'summed'} {self.error.replace('d-', 'd ')}"
        if self.dropout > 0:
            loss = f"the mean over all dropout masks (rate {self.dropout}) of {loss}"
        network = f"{'-'.join(map(str, self.widths))} network ({words})"
        points = sum(self.counts)
        text = f"{loss} of a {network} on {points} data point{'s' * (points != 1)}"
        return text + f" with an L2 penalty of strength {self.penalty}" * (self.penalty > 0)


def balls(values: Iterable[fmpq]) -> list[arb]:
    return [arb(value) for value in values]


def span(low: fmpq, high: fmpq) -> arb:
    return arb(low).union(arb(high))


def decimal(ball: arb) -> str:
    """Its midpoint to six decimals, for people to read: nothing is decided by it."""
    if not abs(ball) < 10**9:
        return "beyond 10^9"
    millionths = (ball * 10**6 + fmpq(1, 2)).mid().floor().unique_fmpz()
    return str(Decimal(int(millionths or 0)).scaleb(-6))


# Shared arguments


@dataclass(frozen=True)
class Box:
    """All weights within a radius of a centre, in each coordinate."""

    centre: list[fmpq]
    radius: fmpq
    entry: Entry

    @classmethod
    def read(cls, entry: Entry, size: int) -> Box:
        middle, extent = entry.fields("centre", "radius")
        return cls(middle.numbers(size), extent.positive(), entry)

    def balls(self) -> list[arb]:
        around = span(-self.radius, self.radius)
        return [value + around for value in self.centre]

    def holds(self, images: Sequence[arb]) -> bool:
        """Whether they lie in its interior."""
        pairs = zip(images, self.centre, strict=True)
        return all(abs(image - value) < self.radius for image, value in pairs)

    @property
    def near(self) -> str:
        return f"({', '.join(decimal(arb(value)) for value in self.centre)})"

    def __str__(self) -> str:
        return f"{self.entry.value['radius']} of each of the weights near {self.near}"


def leaves_box(y: arb_mat, gradient: arb_mat, hessian: arb_mat, radius: fmpq) -> int | None:
    """The first coordinate in which -Y F(c) + (I - Y H)[-r, r]^p is not proved within (-r, r)."""
    shift, product, size = y * gradient, y * hessian, gradient.nrows()
    for i in range(size):
        stretch = sum(abs(int(i == j) - product[i, j]) for j in range(size))
        if not abs(shift[i, 0]) + stretch * radius < radius:
            return i
    return None


def negative_eigenvalues(matrix: arb_mat) -> int | None:
    """How many, the same for all symmetric matrices enclosed, all regular; None: not decided.

    Lagrange's reduction, each time along the sum of two unit vectors (or twice one) whose form is
    farthest from 0.
    """
    rows: list[list[Any]] = matrix.tolist()
    negative = 0
    while rows:
        size = range(len(rows))
        forms = {
            pair: abs(sum(rows[k][m] for k in pair for m in pair).mid())
            for pair in combinations_with_replacement(size, 2)
        }
        i, j = max(forms, key=forms.__getitem__)
        rows[i] = [one + other for one, other in zip(rows[i], rows[j], strict=True)]
        for row in rows:
            row[i] += row[j]
        pivot, last = rows[i][i], rows[i]
        if not pivot > 0:
            if not pivot < 0:
                return None
            negative += 1
        others = [k for k in size if k != i]
        rows = [[rows[k][m] - last[k] * last[m] / pivot for m in others] for k in others]
    return negative


def between(hessian: arb_mat, least: fmpq, most: fmpq) -> bool:
    """Whether all eigenvalues of each symmetric matrix enclosed are proved to lie between them."""
    size = hessian.nrows()
    one = arb_mat(size, size, [int(i == j) for i in range(size) for j in range(size)])
    gaps = hessian - one * arb(least), one * arb(most) - hessian
    return all(negative_eigenvalues(gap) == 0 for gap in gaps)


def one_stationary_point(objective: Objective, box: Box) -> tuple[Jet, Jet, int]:
    """The objective at the centre and over the box, and the index of the only stationary point."""
    at_centre = objective.loss(variables(balls(box.centre)))
    over_box = objective.loss(variables(box.balls()))
    try:
        y = over_box.hessian.mid().inv()
    except (ZeroDivisionError, ValueError):
        box.entry.refuse("the Hessian near its centre is not proved regular")
    escaped = leaves_box(y, at_centre.gradient, over_box.hessian, box.radius)
    if escaped is not None:
        box.entry.refuse(
            f"not mapped into its interior by the Krawczyk operator (weight {escaped})"
        )
    index = negative_eigenvalues(over_box.hessian)
    if index is None:
        box.entry.refuse("the signs of the eigenvalues of the Hessian are not proved all over it")
    return at_centre, over_box, index


def one_minimum(objective: Objective, box: Box) -> tuple[Jet, Jet]:
    """The same, where the only stationary point is a strict minimum, the least point of the box."""
    at_centre, over_box, index = one_stationary_point(objective, box)
    if index != 0:
        box.entry.refuse("the Hessian is not positive definite all over it")
    return at_centre, over_box


def exceeds(objective: Objective, over: Jet, low: Entry, difference: Entry) -> str:
    """That the objective exceeds its value at a point by more than a gap, in words."""
    lower, gap = low.numbers(objective.size), difference.positive()
    value = objective.loss(balls(lower))
    if not over.value - value > gap:
        difference.refuse(f"is not proved: {decimal(value)} at lower, about {decimal(over.value)}")
    return f"by more than {difference.value} than the point {listed(low)}"


def everywhere(
    positive: Callable[[arb], arb], low: fmpq, high: fmpq, pieces: int = MAX_PIECES
) -> bool:
    """Whether a function, enclosed over balls, is proved positive from low to high."""
    waiting = [(low, high)]
    for _ in range(pieces):
        a, b = waiting.pop()
        if not positive(span(a, b)) > 0:
            middle = (a + b) / 2
            if positive(arb(middle)) < 0:
                return False
            waiting += [(a, middle), (middle, b)]
        if not waiting:
            return True
    return False


def read_line(entry: Entry) -> Objective:
    """An objective of one weight: a sigmoid neuron or logistic regression, without penalty."""
    objective = Objective.read(entry)
    shape = objective.widths, objective.biases, objective.activations, objective.error
    known = [(["sigmoid"], "squared-error"), (["identity"], "cross-entropy")]
    entry.expect(
        shape[:2] == ([1, 1], [False]) and shape[2:] in known and objective.penalty == 0,
        "one sigmoid neuron and squared error, or logistic regression; one weight, penalty 0",
    )
    return objective


def tail(objective: Objective, side: int, start: fmpq) -> tuple[arb, arb, arb]:
    """For all w = side * u, u >= start > 0, without penalty: side * L'(w) = scale * slope, and L''.

    Returned are balls for slope, scale and L''; scale is positive.
    """

    def decay(rate: fmpq) -> arb:
        """exp(-rate u), from 0 to its value at the start."""
        return arb(0).union((-arb(rate * start)).exp()) if rate > 0 else arb(1)

    squared, terms, curvature = objective.error == "squared-error", [], arb(0)
    for (x,), y, count in zip(objective.inputs, objective.targets, objective.counts, strict=True):
        if x == 0:
            continue
        e, limit = decay(abs(x)), int(x == side * abs(x))
        weight = fmpq(count, sum(objective.counts) if objective.mean else 1) * (1 + squared)
        s = (1 if limit else e) / (1 + e)
        # s - y is of the size of e where y is the limit of s; s s(-h) is from 0 to e always.
        residual = (1 - 2 * limit) / (1 + e) if y == limit else s - y
        rate = abs(x) * (squared + (y == limit))
        terms.append((rate, weight * side * x * residual / (1 + e) ** (2 * squared)))
        bends = e * (e + (s - y) * (1 - 2 * s)) if squared else e
        curvature += weight * x**2 * bends
    slowest = min((rate for rate, _ in terms), default=fmpq(0))
    slope = sum((term * decay(rate - slowest) for rate, term in terms), arb(0))
    return slope, decay(slowest), curvature


# Kinds: a section each. A function takes the entry `proof`; it returns the sentence and figures.

Words = tuple[str, str]


def stationary_point(proof: Entry) -> Words:
    definition, where, number = proof.fields("objective", "box", "index")
    objective = Objective.read(definition)
    box = Box.read(where, objective.size)
    at_centre, _, index = one_stationary_point(objective, box)
    stated = number.integer(0, objective.size)
    number.expect(stated == index, f"the number of negative eigenvalues, {index}")
    names = {0: "strict local minimum", objective.size: "strict local maximum"}
    sentence = f"Within {box}, {objective} has exactly one stationary point. It is a "
    sentence += names.get(index, f"non-degenerate saddle of index {index}") + "."
    return sentence, f"value {decimal(at_centre.value)} at the centre"


def worse_local_minimum(proof: Entry) -> Words:
    definition, where, low, difference = proof.fields("objective", "box", "lower", "gap")
    objective = Objective.read(definition)
    box = Box.read(where, objective.size)
    at_centre, over_box = one_minimum(objective, box)
    higher = exceeds(objective, over_box, low, difference)
    lower = objective.loss(balls(low.numbers(objective.size)))
    sentence = f"Within {box}, {objective} has exactly one stationary point. It is a strict local "
    figures = f"loss {decimal(at_centre.value)} at the centre, {decimal(lower)} at lower"
    return f"{sentence}minimum, higher {higher}.", figures


def dead_cone(proof: Entry) -> Words:
    definition, where, extent, level, low, low_level = proof.fields(
        "objective", "point", "radius", "loss", "lower", "lower_loss"
    )
    objective = Objective.read(definition)
    point, radius = where.numbers(objective.size), extent.positive()
    if objective.activations != ["relu", "identity"] or not objective.biases[1]:
        definition.refuse("must be a relu layer, then an output with identity and bias")
    if not objective.exact or objective.penalty > 0:
        definition.refuse("must have squared error and no penalty")

    hidden = iter(point)
    inputs, units, _ = objective.widths
    rows = [[next(hidden) for _ in range(inputs)] for _ in range(units)]
    for unit, row in enumerate(rows):
        bias, reach = (next(hidden), 1) if objective.biases[0] else (0, 0)
        for i, x in enumerate(objective.inputs):
            terms = (w * value + radius * abs(value) for w, value in zip(row, x, strict=True))
            if not sum(terms) + bias + radius * reach < 0:
                extent.refuse(f"so near, hidden unit {unit} is not always inactive on inputs[{i}]")

    pairs = list(zip(objective.targets, objective.counts, strict=True))
    if sum((y - point[-1]) * count for y, count in pairs) != 0:
        where.refuse("its last entry, the output bias, is not the mean target")
    words = below(objective, point, level, low, low_level)
    return (
        f"Where the hidden weights and biases are within {extent.value} of those of "
        f"{listed(where)} and the output bias is the same, {objective} has every hidden unit "
        "inactive on all data and gradient 0, whatever the output weights. All these points are "
        f"local minima, none strict, {words}.",
        "exact",
    )


def below(
    objective: Objective, point: list[fmpq], level: Entry, low: Entry, low_level: Entry
) -> str:
    """That the objective has one exact value at a point, and a lesser one at another, in words."""
    lower = low.numbers(objective.size)
    if objective.loss(point) != level.number():
        level.refuse("is not the loss at the point")
    if objective.loss(lower) != low_level.number():
        low_level.refuse("is not the loss at the lower point")
    if not low_level.number() < level.number():
        low_level.refuse("is not less than the loss at the point")
    return f"with the value {level.value}, against {low_level.value} at the point {listed(low)}"


def read_sides(low: Entry, high: Entry, size: int) -> tuple[list[fmpq], list[fmpq]]:
    lows, highs = low.numbers(size), high.numbers(size)
    for i, (a, b) in enumerate(zip(lows, highs, strict=True)):
        high.items(size, size)[i].expect(a <= b, "at least as large as in `low`")
    return lows, highs


def plateau(proof: Entry) -> Words:
    definition, low, high, level, least, least_level = proof.fields(
        "objective", "low", "high", "loss", "lower", "lower_loss"
    )
    objective = Objective.read(definition)
    lows, highs = read_sides(low, high, objective.size)
    definition.expect(objective.exact, "of squared error, with identity, relu or square alone")
    over = objective.loss(variables([span(a, b) for a, b in zip(lows, highs, strict=True)]))
    for i in range(objective.size):
        if not over.gradient[i, 0].is_zero():
            definition.refuse(f"its derivative in weight {i} is not proved 0 all over the box")
    words = below(objective, lows, level, least, least_level)
    sides = sum(a < b for a, b in zip(lows, highs, strict=True))
    return (
        f"All over the box from {listed(low)} to {listed(high)}, {sides} of whose "
        f"{objective.size} sides have a length, {objective} has gradient 0 and is constant, "
        f"{words}.",
        "exact",
    )


def flat_box(proof: Entry) -> Words:
    definition, low, high, limit, place, least, difference = proof.fields(
        "objective", "low", "high", "bound", "component", "lower", "gap"
    )
    objective = Objective.read(definition)
    lows, highs = read_sides(low, high, objective.size)
    bound, component = limit.positive(), place.integer(0, objective.size - 1)
    over = objective.loss(variables([span(a, b) for a, b in zip(lows, highs, strict=True)]))
    for i in range(objective.size):
        if not abs(over.gradient[i, 0]) < bound:
            limit.refuse(f"is not proved for the derivative in weight {i}")
    slope = over.gradient[component, 0]
    if not (slope > 0 or slope < 0):
        place.refuse("this derivative is not proved to be 0 nowhere in the box")
    return (
        f"All over the box from {listed(low)} to {listed(high)} the derivatives of {objective} are "
        f"less than {limit.value} in size, the one in weight {component} is never 0, and it is "
        f"higher {exceeds(objective, over, least, difference)}.",
        f"derivative in weight {component} about {slope.mid().str(3, radius=False)}",
    )


def trap(proof: Entry) -> Words:
    definition, where, curvatures, steps, noise, low, difference = proof.fields(
        "objective", "ball", "curvature", "steps", "noise", "lower", "gap"
    )
    objective = Objective.read(definition)
    box = Box.read(where, objective.size)
    least, most = (entry.positive() for entry in curvatures.fields("least", "most"))
    shortest, longest = (entry.positive() for entry in steps.fields("least", "most"))
    steps.expect(shortest <= longest, "a least step up to the most")
    at_centre = objective.loss(variables(balls(box.centre)))
    over = objective.loss(variables(box.balls()))
    if not between(over.hessian, least, most):
        curvatures.refuse("is not proved to hold the eigenvalues of the Hessian all over the ball")
    slope = sum(square(g) for g in at_centre.gradient.entries()).sqrt()
    inward = least * arb(box.radius) - slope
    room = 2 * arb(box.radius) - longest * (most * box.radius + slope)
    if not inward > 0:
        where.refuse("the gradient at its centre is too large")
    if not room > 0:
        steps.refuse("the most is too long: descent may leap over the ball")
    reach = noise.positive() * arb(objective.size).sqrt()
    if not (reach < shortest * inward and reach < room):
        noise.refuse("is not proved to keep the ball")
    return (
        f"The ball of radius {where.value['radius']} round weights near {box.near} is never left "
        f"by gradient descent on {objective}, whatever its steps above 0 and up to "
        f"{steps.value['most']}; with steps from {steps.value['least']} on it converges to the one "
        "stationary point there, a strict local minimum, and it stays even if noise of size up to "
        f"{noise.value} is added to each weight after each of these. The curvatures in the ball "
        f"lie between {curvatures.value['least']} and {curvatures.value['most']}, and all "
        f"values in it are higher {exceeds(objective, over, low, difference)}.",
        f"value {decimal(at_centre.value)} at the centre",
    )


def updated(objective: Objective, box: Sequence[arb], step: fmpq) -> list[arb]:
    """What a step of descent makes of the points of a box."""
    centre = [ball.mid() for ball in box]
    gradient = objective.loss(variables(centre)).gradient
    hessian, size = objective.loss(variables(box)).hessian, range(len(box))
    return [
        centre[i]
        - step * gradient[i, 0]
        + sum((int(i == j) - step * hessian[i, j]) * (box[j] - centre[j]) for j in size)
        for i in size
    ]


def read_batches(definition: Entry, pace: Entry, size: Entry) -> tuple[Objective, fmpq, int]:
    objective = Objective.read(definition)
    plain = objective.mean and {*objective.counts} == {1}
    definition.expect(plain, "a mean over points that count once")
    return objective, pace.positive(), size.integer(1, len(objective.targets))


def batch_escape(proof: Entry) -> Words:
    definition, pace, number, here, there, way, threshold = proof.fields(
        "objective", "step", "size", "inside", "outside", "path", "level"
    )
    objective, step, size = read_batches(definition, pace, number)
    points = len(objective.targets)
    inside, outside = (Box.read(entry, objective.size) for entry in (here, there))
    level = threshold.number()
    _, over = one_minimum(objective, inside)
    for box in (inside, outside):
        if not box.holds(updated(objective, box.balls(), step)):
            box.entry.refuse("full-batch descent is not proved to stay in it")
    reached = inside.balls()
    updates = way.items(1, 64)
    fits = len(updates) * size * objective.size <= MAX_UPDATES
    way.expect(fits, f"a shorter path, {MAX_UPDATES} examples times weights at most")
    for entry in updates:
        batch = [item.integer(0, points - 1) for item in entry.items(size, size)]
        entry.expect(len({*batch}) == size, "a batch of different examples")
        reached = updated(objective.of(batch), reached, step)
    if not outside.holds(reached):
        way.refuse("is not proved to lead from all of `inside` into `outside`")
    if not (over.value > level and objective.loss(outside.balls()) < level):
        threshold.refuse("is not proved to lie between the values in the two boxes")
    return (
        f"Full-batch descent with step {pace.value} on {objective} never leaves the points within "
        f"{inside}, which hold one stationary point, a strict local minimum, nor those within "
        f"{outside}. The mini-batches {json.dumps(way.value)} of the examples, in this order, lead "
        f"from all of the former into the latter; {threshold.value} lies between the values there.",
        f"{math.comb(points, size)} batches of {size}, {len(way.value)} updates",
    )


def batch_trap(proof: Entry) -> Words:
    definition, pace, number, where, restless, low, difference = proof.fields(
        "objective", "step", "size", "box", "moving", "lower", "gap"
    )
    objective, step, size = read_batches(definition, pace, number)
    points = len(objective.targets)
    work = math.comb(points, size) * size * objective.size
    fits = work <= MAX_UPDATES
    number.expect(fits, f"that of fewer batches, {MAX_UPDATES} examples times weights at most")
    box, moving = Box.read(where, objective.size), restless.integer(0, points - 1)
    _, over = one_minimum(objective, box)
    for batch in combinations(range(points), size):
        if not box.holds(updated(objective.of(batch), box.balls(), step)):
            where.refuse(f"the batch {list(batch)} is not proved to keep it")
    slopes = objective.of([moving]).loss(variables(box.balls())).gradient.entries()
    if not any(slope > 0 or slope < 0 for slope in slopes):
        restless.refuse("the gradient of this example is not proved to be 0 nowhere in the box")
    return (
        f"Within {box}, {objective} has one stationary point, a strict local minimum. No sequence "
        f"of mini-batches of {size} leads out with step {pace.value}, though the gradient of "
        f"example {moving} is nowhere 0 there. All values there are higher "
        f"{exceeds(objective, over, low, difference)}.",
        f"{math.comb(points, size)} batches of {size}",
    )


SLOPES, BENDS = ("rises", "falls"), ("valley", "peak")


def line(proof: Entry) -> Words:
    definition, several = proof.fields("objective", "accounts")
    objective, sentences = read_line(definition), []
    accounts = several.items(1, 2)
    for account in accounts:
        l2, cuts, parts = account.fields("penalty", "cuts", "parts")
        l2.expect(l2.number() >= 0, "at least 0")
        penalised = replace(objective, penalty=l2.number())
        places = [item.number() for item in cuts.items(2, 32)]
        first, *middle, last = parts.items(len(places) + 1, len(places) + 1)
        cuts.expect(places[0] < 0 < places[-1], "a list from a negative to a positive number")
        ends = (-1, "falls", -places[0], first), (1, "rises", places[-1], last)
        for side, outward, start, part in ends:
            slope, scale, _ = tail(objective, side, start)
            rising = slope > 0 or slope * scale + 2 * penalised.penalty * start > 0
            falling = slope < 0 and penalised.penalty == 0
            if not (rising if part.choice(SLOPES) == outward else falling):
                part.refuse("is not proved beyond the last cut")

        def derivative(ball: arb, bend: bool, positive: bool, of: Objective = penalised) -> arb:
            jet = of.loss(variables([ball]))
            value = (jet.hessian if bend else jet.gradient)[0, 0]
            return value if positive else -value

        found: dict[str, list[str]] = {"valley": [], "peak": []}
        for i, part in enumerate(middle):
            low, high = places[i : i + 2]
            cuts.expect(low < high, "an increasing list")
            word = part.choice([*SLOPES, *BENDS])
            bend, positive = word in BENDS, word in ("rises", "valley")
            signed = partial(derivative, bend=bend, positive=positive)
            if not everywhere(signed, low, high, MAX_PIECES // (len(middle) * len(accounts))):
                part.refuse(f"is not proved from {cuts.value[i]} to {cuts.value[i + 1]}")
            if bend:
                before = derivative(arb(low), bend=False, positive=not positive)
                after = derivative(arb(high), bend=False, positive=positive)
                if not (before > 0 and after > 0):
                    part.refuse("the slope is not proved to change its sign there")
                found[word].append(f"between {cuts.value[i]} and {cuts.value[i + 1]}")
        counts = [
            f"strict local {name}: {len(places)}" + f" ({', '.join(places)})" * bool(places)
            for name, places in (("minima", found["valley"]), ("maxima", found["peak"]))
        ]
        sentences.append(f"with penalty {l2.value}, {', '.join(counts)}")
    return f"All stationary points of {objective} on R: {'; '.join(sentences)}.", "all of R"


def convex_from(proof: Entry) -> Words:
    definition, enough, little, place, limit = proof.fields(
        "objective", "strength", "below", "weight", "start"
    )
    objective, start, weight = read_line(definition), limit.positive(), place.number()
    strength, less = enough.positive(), little.number()
    little.expect(0 <= less < strength, "at least 0, and below the strength")

    def bend(ball: arb, penalty: fmpq = strength) -> arb:
        return replace(objective, penalty=penalty).loss(variables([ball])).hessian[0, 0]

    for side in (-1, 1):
        if not tail(objective, side, start)[2] + 2 * strength > 0:
            limit.refuse("beyond it the second derivative is not proved positive")
    if not everywhere(bend, -start, start):
        enough.refuse("the second derivative is not proved positive with it")
    if not bend(arb(weight), less) < 0:
        little.refuse("the second derivative at the weight is not proved negative with it")
    return (
        f"With an L2 penalty of strength {enough.value} or more {objective} is strictly convex on "
        f"all of R; with {little.value} it is not, its second derivative being negative at "
        f"{place.value}.",
        f"second derivative {decimal(bend(arb(weight), less))} there",
    )


def chord(proof: Entry) -> Words:
    definition, several, part, difference = proof.fields("objective", "ends", "share", "gap")
    objective, gap = Objective.read(definition), difference.positive()
    low, high = several.items(2, 2)
    start, end, share = low.numbers(objective.size), high.numbers(objective.size), part.positive()
    part.expect(share < 1, "below 1")
    inner = [a + share * (b - a) for a, b in zip(start, end, strict=True)]
    first, value, last = (objective.loss(balls(point)) for point in (start, inner, end))
    excess = value - (1 - share) * first - share * last
    if not excess > gap:
        difference.refuse("is not proved")
    return (
        f"At {part.value} of the way from {listed(low)} to {listed(high)}, {objective} exceeds the "
        f"chord by more than {difference.value}: it is not convex.",
        f"values {decimal(first)}, {decimal(value)}, {decimal(last)}",
    )


def negative_curvature(proof: Entry) -> Words:
    definition, where, way, limit = proof.fields("objective", "point", "direction", "bound")
    objective, bound = Objective.read(definition), limit.positive()
    direction, size = way.numbers(objective.size), range(objective.size)
    hessian = objective.loss(variables(balls(where.numbers(objective.size)))).hessian
    form = sum(direction[i] * hessian[i, j] * direction[j] for i in size for j in size)
    if not form < -bound:
        limit.refuse("is not proved")
    return (
        f"At {listed(where)} the second derivative of {objective} along {listed(way)} is negative, "
        f"below minus {limit.value}: it is not convex.",
        f"second derivative {decimal(form)}",
    )


def sum_of_squares(proof: Entry) -> Words:
    definition, several, rest, where = proof.fields("objective", "terms", "constant", "point")
    objective = Objective.read(definition)
    linear = objective.activations == ["identity"] and objective.exact
    definition.expect(linear, "a linear model and squared error")
    names = [f"w{i}" for i in range(objective.size)]
    weights = fmpq_mpoly_ctx.get(names, Ordering.lex).gens()
    point, constant = where.numbers(objective.size), rest.number()
    total: Any = constant
    for term in several.items(0, MAX_WEIGHTS):
        weight, coefficients = term.fields("factor", "form")
        *slopes, offset = coefficients.numbers(objective.size + 1)
        if sum(a * w for a, w in zip(slopes, point, strict=True)) + offset != 0:
            where.refuse(f"is not a zero of {coefficients.place}")
        form = sum(a * w for a, w in zip(slopes, weights, strict=True)) + offset
        total = total + form * form * weight.positive()
    if objective.loss(weights) - total != 0:
        several.refuse("with the constant, do not sum up to the objective")
    return (
        f"For all weights {objective} is the constant {rest.value} plus the sum of "
        f"{len(several.value)} squares of affine functions with positive factors: it is convex, "
        f"and least at {listed(where)}.",
        "exact",
    )


def is_prime(number: int) -> bool:
    """Whether a number from 2 on is prime."""
    return all(number % k for k in range(2, math.isqrt(number) + 1))


def no_radicals(proof: Entry) -> Words:
    definition, values, where, several = proof.fields("objective", "polynomial", "root", "primes")
    objective = read_line(definition)
    polynomial = fmpz_poly([item.integer(-(10**30), 10**30) for item in values.items(6, 100)])
    degree, coefficients = polynomial.degree(), polynomial.coeffs()
    low, high = (entry.positive() for entry in where.fields("low", "high"))
    where.expect(low < high, "an interval")
    values.expect(degree >= 5, "a polynomial of degree 5 at least")

    whole = all(x.q == 1 for (x,) in objective.inputs)
    powers = [abs(int(x.p)) for (x,) in objective.inputs]
    small = whole and sum(powers) <= MAX_DEGREE
    definition.expect(small, f"of integer inputs, up to {MAX_DEGREE} in sum")
    one, z, squared = fmpq_poly([1]), fmpq_poly([0, 1]), objective.error == "squared-error"
    # The numerator over the product of the 1 + z^k, cubed if squared; half of it then.
    slope = fmpq_poly([0])
    for i, ((x,), y) in enumerate(zip(objective.inputs, objective.targets, strict=True)):
        # s(xw) = over / (1 + z^k), k = |x|
        power, over = z ** powers[i], z ** max(-int(x.p), 0)
        term = (over - y * (one + power)) * x * objective.counts[i]
        term = term * power if squared else term
        for j, k in enumerate(powers):
            if j != i:
                term = term * (one + z**k) ** (3 if squared else 1)
        slope = slope + term
    quotient, remainder = divmod(slope, fmpq_poly(polynomial))
    if not remainder.is_zero() or quotient.is_zero():
        values.refuse("does not divide the derivative")
    if not all(c >= 0 for c in quotient.coeffs()) and not all(c <= 0 for c in quotient.coeffs()):
        values.refuse("leaves a quotient with coefficients of both signs")
    signs = [sign for c in coefficients if (sign := (c > 0) - (c < 0))]
    if sum(a != b for a, b in pairwise(signs)) != 1:
        values.refuse("its coefficients do not change their sign once")
    if not slope(low) > 0 > slope(high):
        where.refuse("the derivative does not change its sign there, downwards in z")

    patterns = {}
    for name, entry in zip(
        ("irreducible", "transposition", "cycle"),
        several.fields("irreducible", "transposition", "cycle"),
        strict=True,
    ):
        if name == "cycle" and entry.value is None:
            continue
        prime = entry.integer(2, MAX_PRIME)
        entry.expect(is_prime(prime), "a prime")
        factors = nmod_poly([int(c) for c in coefficients], prime).factor()[1]
        lengths = sorted(factor.degree() for factor, _ in factors)
        sound = sum(lengths) == degree  # no factor is there twice, no degree is lost
        entry.expect(sound, "a prime that neither divides the leading coefficient nor ramifies")
        patterns[name] = lengths
        fits = {
            "irreducible": lengths == [degree],
            "transposition": lengths.count(2) == 1 and all(n % 2 or n == 2 for n in lengths),
            "cycle": lengths == [1, degree - 1],
        }
        entry.expect(fits[name], f"a prime for that: modulo it the factors have degrees {lengths}")
    cyclic = is_prime(degree) or "cycle" in patterns
    several.expect(cyclic, "with a cycle, the degree not being prime")
    return (
        f"On R, {objective} has one stationary point, its global minimum. There z = e^(-w) is the "
        f"only positive root of the polynomial with the coefficients {values.value} (constant "
        f"first), between {where.value['low']} and {where.value['high']}. It is irreducible and "
        f"its Galois group is S_{degree}: z cannot be written with radicals.",
        f"factors of degrees {patterns['transposition']} modulo {several.value['transposition']}",
    )


# Two linear layers and one output: all stationary points, complex ones included.


def read_two_layers(entry: Entry) -> tuple[Objective, fmpq_mat, fmpq_mat, fmpq]:
    """The network, and A, b, c of p'Ap - 2b'p + c, the error of a linear model with weights p."""
    objective = Objective.read(entry)
    shape = objective.activations, objective.biases, objective.error
    entry.expect(
        shape == (["identity"] * 2, [False] * 2, "squared-error") and objective.dropout == 0,
        "two linear layers without biases, squared error, no dropout",
    )
    points = sum(objective.counts) if objective.mean else 1
    shares = [fmpq(count, points) for count in objective.counts]
    rows, targets = objective.inputs, objective.targets
    weighted = [[x * n for x in row] for row, n in zip(rows, shares, strict=True)]
    columns = fmpq_mat(weighted).transpose()
    a, b = columns * fmpq_mat(rows), columns * fmpq_mat(len(targets), 1, targets)
    entry.expect(a.rank() == objective.widths[0], "of inputs that span their space")
    entry.expect(any(b.entries()), "of inputs and targets whose products do not sum up to 0")
    return objective, a, b, sum((n * y * y for n, y in zip(shares, targets, strict=True)), fmpq(0))


def linear_network_list(proof: Entry) -> Words:
    definition, best, least, level = proof.fields("objective", "fit", "least", "saddle")
    objective, a, b, c = read_two_layers(definition)
    definition.expect(objective.penalty == 0, "without penalty")
    inputs, units, _ = objective.widths
    fit = best.numbers(inputs)
    if a * fmpq_mat(inputs, 1, fit) != b:
        best.refuse("does not solve the normal equations")
    if least.number() != c - sum(map(fmpq.__mul__, fit, b.entries())):
        least.refuse("is not the value of the linear model with these weights")
    if level.number() != c:
        level.refuse("is not the value of the output 0")
    r = ", ".join(map(str, b.entries()))
    degree = 2 * sum(math.comb(inputs - 1, k) for k in range(units))
    return (
        f"The complex stationary points of {objective} form two smooth irreducible sets. The one, "
        f"of dimension {objective.size - inputs} and degree {degree}, is where the sum of v_j W_j "
        f"is {listed(best)}; its real points are the global minima, with the value {least.value}. "
        f"The other, linear, of dimension {units * (inputs - 1)}, is where all v_j and W_j.r are "
        f"0, r = ({r}) being the {'mean' if objective.mean else 'sum'} of yx over the data; its "
        f"real points are saddles of index {units} with the value {level.value}. Everywhere on "
        "both the kernel of the Hessian is the tangent space.",
        "exact",
    )


def resolvent(a: fmpq_mat, b: fmpq_mat) -> tuple[fmpq_poly, list[fmpq_poly]]:
    """The polynomials det(I + tA) and adj(I + tA) b of t, by Faddeev's and LeVerrier's recursion.

    N_0 = I, e_0 = 1, e_k = trace(A N_(k-1))/k, N_k = e_k I - A N_(k-1): adj(I + tA) has the
    coefficients N_k, and det(I + tA) the e_k.
    """
    size = a.nrows()
    one = fmpq_mat([[int(i == j) for j in range(size)] for i in range(size)])
    n, traces, columns = one, [fmpq(1)], [b.entries()]
    for k in range(1, size + 1):
        product = a * n
        traces.append(sum((product[i, i] for i in range(size)), fmpq(0)) / k)
        n = one * traces[k] - product
        columns.append((n * b).entries())
    return fmpq_poly(traces), [fmpq_poly(list(row)) for row in zip(*columns, strict=True)]


def penalised_linear_list(proof: Entry) -> Words:
    definition, values, where, least, level = proof.fields(
        "objective", "polynomial", "root", "least", "origin"
    )
    objective, a, b, c = read_two_layers(definition)
    strength, (inputs, units, _) = objective.penalty, objective.widths
    definition.expect(strength > 0, "with a penalty")
    determinant, solution = resolvent(a, b)
    polynomial = strength**2 * determinant**2 - sum(q * q for q in solution)
    if fmpq_poly(values.numbers(2 * inputs + 1)) != polynomial:
        values.refuse("is not that of the multipliers")
    simple = all(
        polynomial.gcd(other).degree() == 0 for other in (polynomial.derivative(), determinant)
    )
    values.expect(simple and polynomial[0] != 0, "one with simple roots, none of them special")
    if level.number() != c:
        level.refuse("is not the value at the origin")

    one = units == 1
    text = f"The complex stationary points of {objective} are the origin and, for each of the "
    text += f"{2 * inputs} roots t of the polynomial {listed(values)}, constant first, all simple, "
    text += "two points" if one else f"a smooth irreducible quadric of dimension {units - 1}"
    text += f", where v.v = {strength} t and ({strength}) W = v b'(I + tA)^(-1), A and b being the "
    text += f"{'mean' if objective.mean else 'sum'} of xx' and yx over the data. All are disjoint"
    text += f", {4 * inputs + 1} points" * one
    text += "; the kernel of the Hessian is the tangent space. "
    text += f"Real is the origin, with the value {level.value}, "
    if polynomial[0] > 0:
        for entry in (where, least):
            entry.expect(entry.value is None, "null: no root is positive")
        return f"{text}the global minimum; and no other.", "exact"

    low, high = (entry.positive() for entry in where.fields("low", "high"))
    if not polynomial(low) < 0 < polynomial(high):
        where.refuse("the polynomial does not change its sign there, upwards")
    t = span(low, high)
    product = sum((q * value for q, value in zip(solution, b.entries(), strict=True)), fmpq_poly())
    value = c + t * (strength**2 - arb_poly(product)(t) / arb_poly(determinant)(t))
    bottom, top = (entry.number() for entry in least.fields("low", "high"))
    if not (value > bottom and value < top):
        least.refuse(f"is not proved to hold the value, about {decimal(value)}")
    text += f"a saddle of index {units}; and, with t between {where.value['low']} and "
    text += f"{where.value['high']}, "
    text += "both points" if one else f"a sphere of dimension {units - 1}"
    text += f": the global minima, with a value between {least.value['low']} and "
    return f"{text}{least.value['high']}.", "exact"


# More weights than points: where the loss is 0.


def solution_manifold(proof: Entry) -> Words:
    definition, where, several, extent = proof.fields("objective", "box", "free", "reach")
    objective = Objective.read(definition)
    plain = objective.error == "squared-error" and objective.penalty == objective.dropout == 0
    points, size = len(objective.targets), objective.size
    single = {*objective.counts} == {1}
    definition.expect(
        plain and single and points < size,
        "squared error alone, of fewer points than weights, each counted once",
    )
    box = Box.read(where, size)
    free = [item.integer(0, size - 1) for item in several.items(size - points, size - points)]
    several.expect(free == sorted({*free}), "an increasing list of weights")
    others = [k for k in range(size) if k not in free]
    reach, over, slices = extent.positive(), box.balls(), balls(box.centre)
    for k in free:
        over[k] = slices[k] = box.centre[k] + span(-reach, reach)
    pairs = list(zip(objective.inputs, objective.targets, strict=True))
    residuals = arb_mat(points, 1, [objective.output(slices, x)[0] - y for x, y in pairs])
    outputs = [objective.output(variables(over), x)[0] for x, _ in pairs]
    slopes = arb_mat([[output.gradient[k, 0] for k in others] for output in outputs])
    try:
        inverse = slopes.mid().inv()
    except (ZeroDivisionError, ValueError):
        several.refuse("the outputs are not proved to have a regular derivative in the others")
    escaped = leaves_box(inverse, residuals, slopes, box.radius)
    if escaped is not None:
        where.refuse(f"the other weights are not mapped into it (weight {others[escaped]})")
    return (
        f"With weights {json.dumps(free)}, counted from 0, within {extent.value} and the others "
        f"within {box}, {objective} is 0 on the graph of a smooth function of the former, and "
        f"nowhere else: a manifold of dimension {size - points}, the number of weights less that "
        f"of points. All over this box the derivative of the outputs has rank {points}.",
        f"{size} weights, {points} points",
    )


# Complete lists: a tree of boxes, each without a stationary point or within the box of a known one.

Cell = tuple[tuple[float, ...], tuple[float, ...]]  # a box: its low ends, its high ends

MAX_ROOTS, MAX_SUBSETS = 1000, 3000
CUT = 0.4921875  # where a side is cut: off its middle
SPLITS, WITHIN, KRAWCZYK, UNDECIDED = "123456", "=", "#", "?"
LEAVES = WITHIN + KRAWCZYK + UNDECIDED
# Each other printable character stands for a direction, but for brackets, quotes and backslash.
DIRECTIONS = "".join(c for c in map(chr, range(33, 127)) if c not in SPLITS + LEAVES + '[]{}"\\')


def doubles(values: Sequence[fmpq], entry: Entry) -> tuple[float, ...]:
    """The numbers as floats, which must hold them exactly: boxes are cut in floats."""
    entry.expect(all(abs(value) < 10**300 for value in values), "of numbers below 10^300")
    floats = tuple(int(value.p) / int(value.q) for value in values)
    pairs = zip(floats, values, strict=True)
    exact = all(fmpq(*x.as_integer_ratio()) == value for x, value in pairs)
    entry.expect(exact, "of numbers that a float of 64 bits holds exactly")
    return floats


def inside(inner: tuple[Sequence[Any], Sequence[Any]], outer: Cell) -> bool:
    """Whether a box is proved to lie in the interior of another."""
    lows = all(a > b for a, b in zip(inner[0], outer[0], strict=True))
    return lows and all(a < b for a, b in zip(inner[1], outer[1], strict=True))


def overlap(one: Cell, other: Cell) -> bool:
    return all(a <= d and c <= b for a, b, c, d in zip(*one, *other, strict=True))


class Neuron:
    """F(w) = sum_i phi_i(w.x_i) x_i, the gradient of one neuron but for a positive factor.

    With s = s(h), phi(h) = (s - t) s (1 - s) has the derivative psi(h) = s (1 - s) q(s), where
    q(s) = -3 s^2 + 2 (1 + t) s - t. So phi falls, until s = (1 + t - r)/3, r^2 = 1 - t + t^2, if
    t > 0; rises, until s = (1 + t + r)/3, if t < 1; and falls. As tanh(h) = 2 s(2h) - 1, a tanh
    neuron is a sigmoid neuron with inputs 2 x and targets (1 + t)/2.
    """

    def __init__(self, objective: Objective, entry: Entry) -> None:
        known = objective.activations in (["sigmoid"], ["tanh"])
        plain = objective.error == "squared-error" and objective.penalty == 0
        entry.expect(known and plain, "one sigmoid or tanh neuron, squared error, without penalty")
        tanh = objective.activations == ["tanh"]
        self.targets = [(1 + y) / 2 if tanh else y for y in objective.targets]
        self.rows = [
            [x * (1 + tanh) for x in [*row, *[fmpq(1)] * all(objective.biases)]]
            for row in objective.inputs
        ]
        self.counts, self.size = objective.counts, objective.size
        self.balls = balls(self.targets)
        self.turns = [turns(t) for t in self.targets]
        self.inputs = arb_mat(self.rows)
        # From the low and high ends of w: the low ends of all w.x_i, then the high ends.
        up = [[max(x, fmpq(0)) for x in row] for row in self.rows]
        down = [[min(x, fmpq(0)) for x in row] for row in self.rows]
        ends = [a + b for a, b in zip(up, down, strict=True)]
        self.ends = arb_mat(ends + [b + a for a, b in zip(up, down, strict=True)])
        weighted = [[x * n for x in row] for row, n in zip(self.rows, self.counts, strict=True)]
        self.columns = arb_mat(weighted).transpose()
        outer = [
            [a * b for a in row for b in more]
            for row, more in zip(self.rows, weighted, strict=True)
        ]
        self.outer = arb_mat(outer).transpose()

    def facing(self, cell: Cell) -> Neuron:
        return self

    def reach(self, cell: Cell) -> arb_mat:
        return self.ends * arb_mat(2 * self.size, 1, [*cell[0], *cell[1]])

    def direction(self, u: Sequence[fmpq]) -> list[tuple[int, arb, bool]]:
        """For each x_i that is not orthogonal to u: i, u.x_i as often as it counts, its sign."""
        products = [sum(a * x for a, x in zip(u, row, strict=True)) for row in self.rows]
        pairs = enumerate(zip(products, self.counts, strict=True))
        return [(i, arb(value * n), bool(value > 0)) for i, (value, n) in pairs if value != 0]

    def rises(self, direction: list[tuple[int, arb, bool]], cell: Cell) -> bool:
        """Whether u.F > 0 is proved all over the box."""
        ends, points, total = self.reach(cell), len(self.rows), arb(0)
        for i, factor, positive in direction:
            bound = self.least if positive else self.greatest
            total += factor * bound(i, ends[i, 0], ends[points + i, 0])
        return bool(total > 0)

    def least(self, i: int, low: arb, high: arb) -> arb:
        """A lower bound of phi_i from low to high."""
        (bottom, depth), (top, _), t = *self.turns[i], self.balls[i]
        if high < bottom or low > top:
            return phi(high, t)
        if not low > bottom:
            return depth
        return phi(low, t) if high < top else phi(low, t).min(phi(high, t))

    def greatest(self, i: int, low: arb, high: arb) -> arb:
        """An upper bound of phi_i from low to high."""
        (bottom, _), (top, height), t = *self.turns[i], self.balls[i]
        if high < bottom or low > top:
            return phi(low, t)
        if not high < top:
            return height
        return phi(high, t) if low > bottom else phi(low, t).max(phi(high, t))

    def at(self, point: Sequence[float]) -> arb_mat:
        """F at a point, as a column."""
        sums = self.inputs * arb_mat(self.size, 1, list(point))
        values = [phi(sums[i, 0], t) for i, t in enumerate(self.balls)]
        return self.columns * arb_mat(len(values), 1, values)

    def slopes(self, cell: Cell) -> arb_mat:
        """The derivative of F, enclosed over the box."""
        ends, points = self.reach(cell), len(self.rows)
        values = [psi(ends[i, 0], ends[points + i, 0], t) for i, t in enumerate(self.balls)]
        entries = (self.outer * arb_mat(points, 1, values)).entries()
        return arb_mat(self.size, self.size, entries)


def phi(h: arb, t: arb) -> arb:
    e = (-h).exp()
    s = 1 / (1 + e)
    return (s - t) * s * (e * s)


def psi(low: arb, high: arb, t: arb) -> arb:
    """psi enclosed from low to high: s (1 - s) is greatest at h = 0, q at s = (1 + t)/3."""
    decays = [(-h).exp() for h in (low, high, arb(0).max(low).min(high))]
    start, end, _ = values = [1 / (1 + e) for e in decays]
    bells = [e * s * s for e, s in zip(decays, values, strict=True)]
    peak = ((1 + t) / 3).max(start).min(end)
    q = [(2 + 2 * t - 3 * s) * s - t for s in (start, end, peak)]
    return reduce(arb.union, bells) * reduce(arb.union, q)


def turns(t: fmpq) -> list[tuple[arb, arb]]:
    """Where phi is least, and its value there; where it is greatest; at infinity if nowhere."""
    r = arb(1 - t + t * t).sqrt()
    found = [
        ((s / (1 - s)).log(), (s - t) * s * (1 - s)) for s in ((1 + t - r) / 3, (1 + t + r) / 3)
    ]
    least = found[0] if t > 0 else (arb.neg_inf(), arb(0))
    return [least, found[1] if t < 1 else (arb.pos_inf(), arb(0))]


def projection(rows: Sequence[Sequence[fmpq]], x: Sequence[fmpq]) -> list[fmpq]:
    """The coefficients of the orthogonal projection of x on the span of independent rows."""
    if not rows:
        return []
    matrix = fmpq_mat(rows)
    return (matrix * matrix.transpose()).solve(matrix * fmpq_mat(len(x), 1, x)).entries()


def reached(neuron: Neuron, entry: Entry) -> list[arb]:
    """Ranges of the weights that hold all stationary points in R^p."""
    rows, size = neuron.rows, neuron.size
    for t in neuron.targets:
        entry.expect(bool(0 < t < 1), "false: a target is no value of the activation")
    logits = [(arb(t) / (1 - t)).log() for t in neuron.targets]
    # Sets of independent inputs, by number, and ranges of their h_i.
    sets: dict[tuple[int, ...], list[arb]] = {(): []}
    for _ in range(size):
        larger: dict[tuple[int, ...], list[arb]] = {}
        for chosen, ranges in sets.items():
            basis = [rows[i] for i in chosen]
            for k in {*range(len(rows))} - {*chosen}:
                shares = projection(basis, rows[k])
                columns = zip(*basis, strict=True) if basis else [()] * size
                spanned = [sum(map(fmpq.__mul__, shares, column)) for column in columns]
                if spanned == rows[k]:
                    continue
                c = sum((a * h for a, h in zip(shares, ranges, strict=True)), arb(0))
                new = {**dict(zip(chosen, ranges, strict=True)), k: c.union(logits[k])}
                key = tuple(sorted(new))
                known = larger.get(key, [new[i] for i in key])
                larger[key] = [h.union(new[i]) for h, i in zip(known, key, strict=True)]
        sets = larger
        entry.expect(len(sets) > 0, "false: the inputs do not span R^p")
        entry.expect(len(sets) <= MAX_SUBSETS, f"false: more than {MAX_SUBSETS} independent sets")
    corners = []
    for chosen, ranges in sets.items():
        inverse = arb_mat(fmpq_mat([rows[i] for i in chosen]).inv())
        corners.append((inverse * arb_mat(size, 1, ranges)).entries())
    return [reduce(arb.union, column) for column in zip(*corners, strict=True)]


def around(cell: Cell) -> tuple[list[float], list[arb]]:
    """A point in the middle of a box, and how far its sides are from it."""
    centre = [a + (b - a) / 2 for a, b in zip(*cell, strict=True)]
    sides = zip(centre, *cell, strict=True)
    return centre, [(arb(b) - c).max(c - arb(a)) for c, a, b in sides]


def remains(system: Any, cell: Cell) -> tuple[list[arb], list[arb]] | None:
    """Low and high ends of what holds all zeros in the box, by Krawczyk's operator; None: none."""
    low, high = cell
    size, system = range(len(low)), system.facing(cell)
    centre, radius = around(cell)
    try:
        value, slopes = system.at(centre), system.slopes(cell)
        for k in size:
            if abs(value[k, 0]) > sum(abs(slopes[k, j]) * radius[j] for j in size):
                return None
        y = slopes.mid().inv().mid()
    except (ZeroDivisionError, ValueError):
        return [arb(a) for a in low], [arb(b) for b in high]
    shift, product = y * value, y * slopes
    lows, highs = [], []
    for k in size:
        spread = sum(abs(int(k == j) - product[k, j]) * radius[j] for j in size)
        image = centre[k] - shift[k, 0]
        lows.append((image - spread).max(arb(low[k])))
        highs.append((image + spread).min(arb(high[k])))
        if lows[k] > highs[k]:
            return None
    return lows, highs


def isolating(system: Any, where: Entry, extent: Entry) -> Cell:
    """The box of that centre and radius, in which F is proved to have exactly one zero."""
    middle, radius = where.numbers(system.size), extent.positive()
    centre = doubles(middle, where)
    low, high = [x - radius for x in middle], [x + radius for x in middle]
    cell = doubles(low, extent), doubles(high, extent)
    system = system.facing(cell)
    try:
        y = system.slopes((centre, centre)).mid().inv().mid()
        escaped = leaves_box(y, system.at(centre), system.slopes(cell), radius)
    except (ZeroDivisionError, ValueError):
        where.refuse("the derivative there is not proved regular")
    if escaped is not None:
        extent.refuse(f"the box is not mapped into its interior (weight {escaped})")
    return cell


def isolated(neuron: Neuron, entry: Entry) -> tuple[Cell, int]:
    """The box of a root, in which F has exactly one zero, and the index there."""
    where, extent, index = entry.fields("centre", "radius", "index")
    cell = isolating(neuron, where, extent)
    centre = doubles(where.numbers(neuron.size), where)
    stated = index.integer(0, neuron.size)
    if negative_eigenvalues(neuron.slopes((centre, centre))) != stated:
        index.refuse("is not what is proved of the signs of the eigenvalues of the Hessian")
    return cell, stated


def separate(cells: Sequence[Cell], entries: Sequence[Entry], whole: Cell) -> Sequence[Cell]:
    """The boxes of roots, once they are proved apart from one another and inside the whole."""
    for place, (cell, entry) in enumerate(zip(cells, entries, strict=True)):
        if not inside(cell, whole):
            entry.refuse("its box must lie in the interior of the whole")
        if any(overlap(cell, other) for other in cells[:place]):
            entry.refuse("its box must be apart from those before it")
    return cells


def walk(
    system: Any, entry: Entry, whole: Cell, roots: Sequence[Cell], directions: Sequence[Any]
) -> list[Cell]:
    """Verify a tree over a box, node for node in preorder; the boxes that it leaves undecided."""
    tree, size = entry.value, len(whole[0])
    entry.expect(type(tree) is str, "a string")
    used = dict(zip(DIRECTIONS, directions, strict=False))
    splits = sum(tree.count(letter) for letter in SPLITS[:size])
    known = {*tree} <= {*SPLITS[:size], *LEAVES, *used}
    entry.expect(known and len(tree) == 2 * splits + 1, "a tree of nodes that are explained")
    undecided, waiting = [], [whole]
    for place, node in enumerate(tree):
        if not waiting:
            entry.refuse(f"the tree ends before character {place}")
        low, high = cell = waiting.pop()
        if node in used:
            proved = system.rises(used[node], cell)
        elif node == WITHIN:
            proved = any(inside(cell, root) for root in roots)
        elif node == KRAWCZYK:
            rest = remains(system, cell)
            proved = rest is None or any(inside(rest, root) for root in roots)
        elif node == UNDECIDED:
            proved = True
            undecided.append(cell)
        else:
            k = SPLITS.index(node)
            edge = low[k] + (high[k] - low[k]) * CUT
            proved = low[k] < edge < high[k]
            waiting.append(((*low[:k], edge, *low[k + 1 :]), high))
            waiting.append((low, (*high[:k], edge, *high[k + 1 :])))
        if not proved:
            entry.refuse(f"the box of character {place} is not as {node!a} says")
    return undecided


def complete_list(proof: Entry) -> Words:
    definition, extent, all_space, vectors, points, tree = proof.fields(
        "objective", "box", "everywhere", "directions", "roots", "tree"
    )
    objective = Objective.read(definition)
    neuron = Neuron(objective, definition)
    size, (low, high) = neuron.size, extent.fields("low", "high")
    extent.expect(size <= len(SPLITS), f"of at most {len(SPLITS)} weights")
    sides = read_sides(low, high, size)
    whole = doubles(sides[0], low), doubles(sides[1], high)
    if all_space.flag():
        for k, h in enumerate(reached(neuron, all_space)):
            within = h > whole[0][k] and h < whole[1][k]
            all_space.expect(bool(within), f"false: the box is too small in weight {k}")
    entries = points.items(0, MAX_ROOTS)
    listed_roots = [isolated(neuron, entry) for entry in entries]
    roots = separate([cell for cell, _ in listed_roots], entries, whole)
    indices = [index for _, index in listed_roots]
    found = [indices.count(index) for index in range(size + 1)]
    lists = vectors.items(0, len(DIRECTIONS))
    directions = [neuron.direction(vector.numbers(size)) for vector in lists]
    undecided = walk(neuron, tree, whole, roots, directions)

    sides_in_words = [f"[{a}, {b}]" for a, b in zip(low.value, high.value, strict=True)]
    where = " x ".join(sides_in_words) if undecided or not all_space.value else f"R^{size}"
    kinds = [f"{count} of index {k}" for k, count in enumerate(found) if count]
    points_in_words = "1 stationary point" if len(roots) == 1 else f"{len(roots)} stationary points"
    text = f"In {where}, {objective} has {'at least' if undecided else 'exactly'} {points_in_words}"
    if roots:
        text += (
            f", each with a regular Hessian: {', '.join(kinds)} (the index is the number of its "
        )
        text += f"negative eigenvalues: 0 at a strict local minimum, {size} at a maximum)"
    text += "."
    if undecided:
        text += f" Any others in this box lie in {len(undecided)} undecided parts of it, in "
        hull = [
            (min(c[0][k] for c in undecided), max(c[1][k] for c in undecided)) for k in range(size)
        ]
        text += " x ".join(f"[{decimal(arb(a))}, {decimal(arb(b))}]" for a, b in hull) + "."
    return text, f"{len(tree.value)} boxes"


Values = tuple[list[arb], list[arb], list[arb]]
NEARBY = 4.0  # two input weights less apart than that are near one another


class HiddenLayer:
    """F, zero at the inner weights of the stationary points where no output weight is 0.

    Unit j has the values s_j = s(w_j x + b_j) on the data. With an output bias c all that follows
    is less its mean. Where the s_j are independent, the derivatives in v and c vanish for the
    least-squares fit alone, whose residuals r = sum_j v_j s_j - y are orthogonal to all s_j. Those
    in w_j and b_j are v_j times r.(ds_j/dw_j) and r.(ds_j/db_j): these are F, without the v_j.
    Wherever F is looked at, the values are proved independent, since a determinant is positive.

    One unit has both biases. Then s is multiplied by e^(-b), which changes v alone and keeps the
    relative precision of s where b is negative; where b is positive, (-w, -b) is looked at: the
    sign flip carries one into the other. Two units have no biases; their unknowns are w_1 and d =
    w_2 - w_1 > 0: exchanging the units makes it so. Where d is small, the fit is not by s_1 and s_2
    but by s_1 and (s_2 - s_1)/d = s_2 (1 - s_1) (1 - e^(-d x))/d, which are far from parallel.
    """

    size = 2

    def __init__(self, objective: Objective, entry: Entry) -> None:
        known = ([1, 1, 1], [True, True]), ([1, 2, 1], [False, False])
        entry.expect(
            (objective.widths, objective.biases) in known
            and objective.activations == ["sigmoid", "identity"]
            and objective.error == "squared-error"
            and {*objective.counts} == {1}
            and objective.penalty == objective.dropout == 0
            and len({x for (x,) in objective.inputs}) > 1,
            "a 1-1-1 network with both biases or a 1-2-1 network without, of sigmoid and identity, "
            "squared error, on points that count once, not all with one input",
        )
        self.count, self.units = len(objective.targets), objective.widths[1]
        self.inputs = [x for (x,) in objective.inputs]
        self.x = balls(self.inputs)
        self.mean = sum(objective.targets, fmpq(0)) / self.count * (self.units == 1)
        self.y = arb_mat(self.count, 1, [target - self.mean for target in objective.targets])
        self.sign = 1

    def facing(self, cell: Cell) -> HiddenLayer:
        """The same, a unit with bias to be looked at in (w, b) or in (-w, -b)."""
        other = copy(self)
        other.sign = -1 if self.units == 1 and cell[0][1] + cell[1][1] > 0 else 1
        return other

    def sides(self, cell: Cell) -> list[tuple[arb, arb, arb, arb]]:
        """For each unit the ends of w, and those of b."""
        (one, other), (further, higher) = ([arb(x) for x in end] for end in cell)
        if self.units == 2:
            zero = arb(0)
            return [(one, further, zero, zero), (one + other, further + higher, zero, zero)]
        if self.sign < 0:
            return [(-further, -one, -higher, -other)]
        return [(one, further, other, higher)]

    def parts(self, cell: Cell) -> list[Values]:
        """For each unit s e^(-b), which rises with w x and falls with b; s; 1 - s."""
        units = []
        for w, wider, b, higher in self.sides(cell):
            scaled, values, others = [], [], []
            for x, exact in zip(self.x, self.inputs, strict=True):
                low, high = (x * w, x * wider) if exact >= 0 else (x * wider, x * w)
                ends = low.exp() / (1 + (low + higher).exp()), high.exp() / (1 + (high + b).exp())
                scaled.append(ends[0].union(ends[1]))
                values.append(sigmoid(low + b).union(sigmoid(high + higher)))
                others.append(sigmoid(-low - b).union(sigmoid(-high - higher)))
            units.append((scaled, values, others))
        return units

    def matrix(self, columns: Sequence[list[arb]]) -> arb_mat:
        """The columns as a matrix; less their means, where there is an output bias."""
        if self.units == 1:
            means = [sum(column, arb(0)) / self.count for column in columns]
            columns = [[x - m for x in c] for c, m in zip(columns, means, strict=True)]
        return arb_mat(columns).transpose()

    def fit(self, cell: Cell, units: list[Values]) -> tuple[arb_mat, arb_mat, arb_mat, arb_mat]:
        """A, which spans the values; T with v = T u; (A'A)^(-1); and u, which fits best."""
        columns, size = [scaled for scaled, _, _ in units], self.units
        change = arb_mat(size, size, [int(i == j) for i in range(size) for j in range(size)])
        if size == 2 and cell[0][1] < NEARBY:
            ends, ((_, _, rest), (values, _, _)) = (arb(cell[0][1]), arb(cell[1][1])), units
            # (1 - e^(-d x))/d falls with d.
            shares = [-(-d * x).expm1() / d for x in self.x for d in ends]
            ratios = [a.union(b) for a, b in zip(shares[::2], shares[1::2], strict=True)]
            columns[1] = times(times(values, rest), ratios)
            inverse = 1 / ends[0].union(ends[1])
            change = arb_mat([[1, -inverse], [0, inverse]])
        a = self.matrix(columns)
        gram = a.transpose() * a
        determinant = gram.det() if size == 1 else gram[0, 0] * gram[1, 1] - square(gram[0, 1])
        if not determinant > 0:
            raise ZeroDivisionError
        adjoint = [[gram[1, 1], -gram[0, 1]], [-gram[0, 1], gram[0, 0]]] if size == 2 else [[1]]
        inverted = arb_mat(adjoint) * (1 / determinant)
        return a, change, inverted, inverted * (a.transpose() * self.y)

    def moves(self, unit: Values) -> list[list[arb]]:
        """The derivatives of s e^(-b) in w, and in b if there is one."""
        scaled, value, rest = unit
        moves = [times(times(scaled, rest), self.x), [-x for x in times(scaled, value)]]
        return moves[: self.size // self.units]

    def turn(self) -> arb_mat:
        """The derivatives of what the units are looked at in, w_1 and w_2 or (w, b)."""
        return arb_mat([[1, 0], [1, 1]] if self.units == 2 else [[self.sign, 0], [0, self.sign]])

    def bends(self, unit: Values) -> list[list[list[arb]]]:
        """The derivatives of those."""
        scaled, value, rest = unit
        tilt = [b - a for a, b in zip(value, rest, strict=True)]
        steep = times(times(scaled, rest), self.x)
        if self.units == 2:
            return [[times(times(steep, tilt), self.x)]]
        both = [-2 * x for x in times(steep, value)]
        last = [-x for x in times(times(scaled, value), tilt)]
        return [[times(times(steep, tilt), self.x), both], [both, last]]

    def at(self, point: Sequence[float]) -> arb_mat:
        """F at a point, as a column."""
        cell = tuple(point), tuple(point)
        units = self.parts(cell)
        a, _, _, u = self.fit(cell, units)
        ahead = self.matrix([move for unit in units for move in self.moves(unit)])
        return ahead.transpose() * (a * u - self.y)

    def slopes(self, cell: Cell) -> arb_mat:
        """The derivative of F, enclosed over the box."""
        units, (centre, radius) = self.parts(cell), around(cell)
        a, change, inverse, u = self.fit(cell, units)
        ahead = self.matrix([move for unit in units for move in self.moves(unit)])
        push, v, r = a.transpose() * ahead, change * u, a * u - self.y
        first, turn = [0, self.units - 1], self.turn()
        away = arb_mat(2, 1, [reach.union(-reach) for reach in radius])
        point = tuple(centre), tuple(centre)
        a_there, change_there, _, u_there = self.fit(point, self.parts(point))
        for again in (True, False):
            # With ds_j = d: r moves by v_j d + A du, where A'A du = -(T'e_j) d.r - A' d v_j.
            pull = ahead.transpose() * r
            right = [
                [-v[j, 0] * push[i, k] - change[j, i] * pull[k, 0] for k, j in enumerate(first)]
                for i in range(self.units)
            ]
            du = inverse * arb_mat(right)
            drift = ahead * arb_mat([[v[first[0], 0], 0], [0, v[first[1], 0]]]) + a * du
            if again:  # by the mean value theorem more is known of v and r
                v = meet(v, change_there * u_there + change * du * turn * away)
                r = meet(r, a_there * u_there - self.y + drift * turn * away)
        result, residuals = ahead.transpose() * drift, r.entries()
        for j, unit in enumerate(units):
            for i, row in enumerate(self.bends(unit)):
                for k, bend in enumerate(row):
                    result[j + i, j + k] += dot(residuals, bend)
        return result * turn

    def weights(self, inner: Sequence[arb]) -> list[arb]:
        """All weights of the network, for enclosures of the unknowns."""
        one, other = inner
        places = [(one, arb(0)), (one + other, arb(0))] if self.units == 2 else [(one, other)]
        s = [[sigmoid(w * x + b) for x in self.x] for w, b in places]
        a = self.matrix(s)
        v = (a.transpose() * a).solve(a.transpose() * self.y).entries()
        hidden = [w for w, _ in places] + [b for _, b in places if self.units == 1]
        if self.units == 2:
            return [*hidden, *v]
        middle = [sum(values, arb(0)) / self.count for values in s]
        return [*hidden, *v, self.mean - dot(v, middle)]


def meet(one: arb_mat, other: arb_mat) -> arb_mat:
    """What two enclosures of the same matrix have in common, entry by entry."""
    pairs = zip(one.entries(), other.entries(), strict=True)
    return arb_mat(one.nrows(), one.ncols(), [a.intersection(b) for a, b in pairs])


def times(one: Iterable[arb], other: Iterable[arb]) -> list[arb]:
    return [a * b for a, b in zip(one, other, strict=True)]


def dot(one: Iterable[arb], other: Iterable[arb]) -> arb:
    return sum(times(one, other), arb(0))


def hidden_root(unit: HiddenLayer, objective: Objective, entry: Entry) -> tuple[Cell, int]:
    """The box of a root, which holds exactly one zero of F, and the index there in all weights."""
    where, extent, index = entry.fields("centre", "radius", "index")
    cell = isolating(unit, where, extent)
    tight = cell
    for _ in range(4):
        lows, highs = remains(unit, tight) or where.refuse("is not followed to its root")
        low = tuple(math.nextafter(float(a.lower()), -math.inf) for a in lows)
        high = tuple(math.nextafter(float(b.upper()), math.inf) for b in highs)
        tight = low, high
    weights = unit.weights([arb(a).union(arb(b)) for a, b in zip(*tight, strict=True)])
    if not all(v > 0 or v < 0 for v in weights[2 : 2 + unit.units]):
        where.refuse("an output weight there is not proved other than 0")
    negative = negative_eigenvalues(objective.loss(variables(weights)).hessian)
    if negative is None or negative != index.integer(0, objective.size):
        index.refuse("is not what is proved of the signs of the eigenvalues of the Hessian")
    return cell, negative


def complete_hidden_list(proof: Entry) -> Words:
    definition, extent, points, tree = proof.fields("objective", "box", "roots", "tree")
    objective = Objective.read(definition)
    unit = HiddenLayer(objective, definition)
    low, high = extent.fields("low", "high")
    sides = read_sides(low, high, unit.size)
    whole = doubles(sides[0], low), doubles(sides[1], high)
    if unit.units == 1:
        low.expect(whole[0][0] > 0, "of a positive input weight w: (-w, -b) is a copy of (w, b)")
    else:
        low.expect(whole[0][1] > 0, "of a positive difference: exchanging the units turns its sign")
    entries = points.items(0, MAX_ROOTS)
    found = [hidden_root(unit, objective, entry) for entry in entries]
    roots = separate([cell for cell, _ in found], entries, whole)
    undecided = walk(unit, tree, whole, roots, [])

    (one, other), (further, higher) = low.value, high.value
    kinds = [sum(index == k for _, index in found) for k in range(objective.size + 1)]
    names = ", ".join(f"{count} of index {k}" for k, count in enumerate(kinds) if count)
    first, second, zero = "input weight w", "hidden bias b", "output weight v is not 0"
    others = (
        "as many copies lie at (-w, -b, -v, c + v). All others with such w and b have v = 0, the "
        "mean target as output bias c, and sum_i (y_i - c) s(w x_i + b) = 0"
    )
    if unit.units == 2:
        first, second, zero = "input weight w_1", "difference w_2 - w_1", "output weights are not 0"
        others = (
            "as many copies lie at (w_2, w_1, v_2, v_1). All others with such w_1 and w_2 have an "
            "output weight v_j = 0, sum_i (f(x_i) - y_i) s(w_j x_i) = 0 for the output f, and the "
            "other unit alone is stationary"
        )
    number = f"{len(found)} stationary point{'s' * (len(found) != 1)}"
    text = (
        f"With the {first} in [{one}, {further}] and the {second} in [{other}, {higher}], "
        f"{objective} has {'at least' if undecided else 'exactly'} {number} whose {zero}"
    )
    if names:
        text += f", {'each ' * (len(found) > 1)}with a regular Hessian: {names}"
    text += f"; {others}"
    if undecided:
        text += f", or lie in {len(undecided)} undecided parts"
    return text + ".", f"{len(tree.value)} boxes"


# Checking

KINDS: dict[str, Callable[[Entry], Words]] = {
    "stationary-point": stationary_point,
    "worse-local-minimum": worse_local_minimum,
    "dead-cone": dead_cone,
    "plateau": plateau,
    "flat-box": flat_box,
    "trap": trap,
    "batch-escape": batch_escape,
    "batch-trap": batch_trap,
    "line": line,
    "convex-from": convex_from,
    "chord": chord,
    "negative-curvature": negative_curvature,
    "sum-of-squares": sum_of_squares,
    "no-radicals": no_radicals,
    "linear-network-list": linear_network_list,
    "penalised-linear-list": penalised_linear_list,
    "solution-manifold": solution_manifold,
    "complete-list": complete_list,
    "complete-hidden-list": complete_hidden_list,
}


def prove(certificate: Entry) -> Statement:
    """What the certificate proves, whatever it says in words; raises Refused."""
    schema, kind, claim, _, bits, proof = certificate.fields(
        "schema", "kind", "claim", "statement", "precision", "proof"
    )
    schema.integer(2, 2)
    named = type(claim.value) is str and re.fullmatch("[a-z0-9-]{1,80}", claim.value)
    claim.expect(bool(named), "the id of a claim")
    with ctx.workprec(bits.integer(64, 4096)):
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
