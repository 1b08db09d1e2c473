"""Whether what a certificate says is true, by the package's definition and in floats.

No proof, and independent of the checker: another definition of the network, other derivatives, and
where the checker encloses a set, random points of it are tried here. ``holds(certificate)`` takes a
well-formed certificate; a statement that it finds false is false, up to rounding.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np
from flint import fmpz_poly

from claims.mathematics import (
    ACTIVATIONS,
    CROSS_ENTROPY,
    SQUARED_ERROR,
    Network,
    count_roots,
    polynomial_in_z,
)
from claims.mathematics.galois import cycle_pattern
from claims.numbers import FLOATS, RATIONALS
from claims.proof.certificates import Problem

Certificate = dict[str, Any]
LOSSES = {"squared-error": SQUARED_ERROR, "cross-entropy": CROSS_ENTROPY}
POINTS = 24  # tried of a set
ROUNDING = 1e-9


def holds(certificate: Certificate) -> bool:
    """Whether the statement is true; its words are not looked at."""
    return bool(TRUTH[certificate["kind"]](certificate["proof"]))


def numbers(entry: Any) -> Any:
    return np.vectorize(Fraction, otypes=[object])(np.array(entry, dtype=object))


@cache
def problem_of(text: str) -> Problem:
    definition = json.loads(text)
    names, biases = definition["activations"], definition["biases"]
    network = Network(
        tuple(definition["widths"]),
        ACTIVATIONS[names[0]],
        ACTIVATIONS[names[-1]],
        biases[0],
        biases[-1],
    )
    return Problem(
        network,
        numbers(definition["inputs"]),
        numbers(definition["targets"]),
        LOSSES[definition["loss"]],
        definition["reduction"],
        definition["counts"],
        definition["penalty"],
        definition["dropout"],
    )


class Surface:
    """The objective of a certificate in floats; recorded once for each shape, whatever the data."""

    def __init__(self, definition: Certificate) -> None:
        plain = {**definition}
        plain["inputs"] = np.zeros_like(definition["inputs"], dtype=int).tolist()
        plain["targets"] = [0] * len(definition["targets"])
        self.problem = problem_of(json.dumps(plain))
        self.exact = tuple(numbers(definition[key]) for key in ("inputs", "targets"))
        self.data = tuple(FLOATS.enter(part) for part in self.exact)

    def value(self, theta: Any) -> Any:
        return self.problem.function.value(theta, *self.data)

    def gradient(self, theta: Any) -> Any:
        return self.problem.function.gradient(theta, *self.data)

    def hessian(self, theta: Any) -> Any:
        return self.problem.function.hessian(theta, *self.data)

    def exact_value(self, weights: Any) -> Fraction:
        data = [RATIONALS.enter(part) for part in self.exact]
        value: Fraction = self.problem.function.value(RATIONALS.enter(weights), *data).fraction
        return value

    def exact_gradient(self, weights: Any) -> list[Fraction]:
        data = [RATIONALS.enter(part) for part in self.exact]
        slopes = self.problem.function.gradient(RATIONALS.enter(weights), *data)
        return [slope.fraction for slope in slopes]


def floats(entry: Any) -> Any:
    return FLOATS.enter(numbers(entry))


def number(entry: str) -> float:
    return float(Fraction(entry))


def within(low: Any, high: Any) -> Any:
    """Random points (POINTS, p) of the box between two points, its corners among them."""
    source = np.random.default_rng(1)
    shares = source.uniform(size=(POINTS, len(low)))
    shares[: POINTS // 3] = np.round(shares[: POINTS // 3])
    return low + shares * (high - low)


def points_of(box: Certificate) -> Any:
    centre, radius = floats(box["centre"]), number(box["radius"])
    return within(centre - radius, centre + radius)


def above(surface: Surface, points: Any, proof: Certificate) -> bool:
    """Whether the objective at the points exceeds that at ``lower`` by the gap."""
    level = surface.value(floats(proof["lower"])) + number(proof["gap"])
    return min(surface.value(point) for point in points) > level - ROUNDING * abs(level)


def stationary_in(surface: Surface, box: Certificate) -> Any | None:
    """The stationary point that Newton's method finds from the centre, if it is in the box."""
    centre, radius = floats(box["centre"]), number(box["radius"])
    root = centre
    for _ in range(12):
        hessian = surface.hessian(root)
        if not np.isfinite(hessian).all() or np.linalg.cond(hessian) > 1e13:
            return None
        step = np.linalg.solve(hessian, surface.gradient(root))
        root = root - step
        if np.abs(step).max() < 1e-12:
            break
    # Beside the radius, what floats can miss the root by.
    return root if np.abs(root - centre).max() <= radius * 1.001 + 1e-9 else None


def index_at(surface: Surface, point: Any) -> int:
    return int((np.linalg.eigvalsh(surface.hessian(point)) < 0).sum())


def stationary_point(proof: Certificate) -> bool:
    surface = Surface(proof["objective"])
    root = stationary_in(surface, proof["box"])
    return root is not None and index_at(surface, root) == proof["index"]


def worse_local_minimum(proof: Certificate) -> bool:
    surface = Surface(proof["objective"])
    root = stationary_in(surface, proof["box"])
    return root is not None and index_at(surface, root) == 0 and above(surface, [root], proof)


def dead_cone(proof: Certificate) -> bool:
    definition = proof["objective"]
    surface = Surface(definition)
    network = surface.problem.network
    if definition["activations"] != ["relu", "identity"] or not network.output_bias:
        return False
    inputs, targets = surface.exact
    point, radius = numbers(proof["point"]), Fraction(proof["radius"])
    losses = [surface.exact_value(numbers(proof[key])) for key in ("point", "lower")]
    weights = network.block("W1").of(point)
    biases = network.block("b1").of(point) if network.hidden_bias else [0] * len(weights)
    corners = [
        sum((w + a * radius) * x for w, a, x in zip(row, signs, x, strict=False))
        + (bias + signs[-1] * radius if network.hidden_bias else 0)
        for row, bias in zip(weights, biases, strict=True)
        for x in inputs
        for signs in itertools.product((-1, 1), repeat=len(row) + 1)
    ]
    counts = definition["counts"]
    return bool(
        radius > 0
        and max(corners) < 0
        and point[-1] == sum(targets * counts) / Fraction(sum(counts))
        and losses == [Fraction(proof["loss"]), Fraction(proof["lower_loss"])]
        and losses[1] < losses[0]
    )


def plateau(proof: Certificate) -> bool:
    surface = Surface(proof["objective"])
    low, high = numbers(proof["low"]), numbers(proof["high"])
    source = np.random.default_rng(1)
    level = Fraction(proof["loss"])
    for _ in range(POINTS):
        shares = numbers([str(k) + "/8" for k in source.integers(0, 9, size=len(low))])
        point = low + shares * (high - low)
        if any(surface.exact_gradient(point)) or surface.exact_value(point) != level:
            return False
    return surface.exact_value(numbers(proof["lower"])) == Fraction(proof["lower_loss"]) < level


def flat_box(proof: Certificate) -> bool:
    surface = Surface(proof["objective"])
    points = within(floats(proof["low"]), floats(proof["high"]))
    slopes = np.array([surface.gradient(point) for point in points])
    steady = slopes[:, proof["component"]]
    return (
        np.abs(slopes).max() < number(proof["bound"]) * (1 + ROUNDING)
        and (np.sign(steady) == np.sign(steady[0])).all()
        and steady[0] != 0
        and above(surface, points, proof)
    )


def trap(proof: Certificate) -> bool:
    surface, ball = Surface(proof["objective"]), proof["ball"]
    centre, radius = floats(ball["centre"]), number(ball["radius"])
    directions = np.random.default_rng(1).normal(size=(POINTS, len(centre)))
    directions /= np.linalg.norm(directions, axis=1)[:, None]
    points = centre + radius * directions
    curvatures = np.array([np.linalg.eigvalsh(surface.hessian(point)) for point in points])
    least, most = (number(proof["curvature"][key]) for key in ("least", "most"))
    steps = [number(proof["steps"][key]) for key in ("least", "most")]
    reach = number(proof["noise"]) * np.sqrt(len(centre))
    for step, point in itertools.product(steps, points):
        moved = point - step * surface.gradient(point)
        if np.linalg.norm(moved - centre) + reach > radius * (1 + ROUNDING):
            return False
    return (
        curvatures.min() > least * (1 - ROUNDING)
        and curvatures.max() < most * (1 + ROUNDING)
        and above(surface, points, proof)
    )


def surface_of(definition: Certificate, batch: list[int]) -> Surface:
    """The mean over a batch."""
    part = {**definition, "counts": [1] * len(batch)}
    for key in ("inputs", "targets"):
        part[key] = [definition[key][i] for i in batch]
    return Surface(part)


def moved_by(definition: Certificate, batch: list[int], step: float) -> Callable[[Any], Any]:
    """A step of descent on the mean over a batch."""
    surface = surface_of(definition, batch)
    return lambda theta: theta - step * surface.gradient(theta)


def is_in(point: Any, box: Certificate) -> bool:
    distance = np.abs(point - floats(box["centre"])).max()
    return bool(distance <= number(box["radius"]) * (1 + ROUNDING))


def batch_escape(proof: Certificate) -> bool:
    definition, step = proof["objective"], number(proof["step"])
    surface, level = Surface(definition), number(proof["level"])
    full = moved_by(definition, list(range(len(definition["targets"]))), step)
    for box in (proof["inside"], proof["outside"]):
        if not all(is_in(full(point), box) for point in points_of(box)):
            return False
    moves = [moved_by(definition, batch, step) for batch in proof["path"]]
    for point in points_of(proof["inside"]):
        for move in moves:
            point = move(point)
        if not is_in(point, proof["outside"]):
            return False
    root = stationary_in(surface, proof["inside"])
    return (
        all(len(batch) == len({*batch}) == proof["size"] for batch in proof["path"])
        and root is not None
        and index_at(surface, root) == 0
        and min(surface.value(point) for point in points_of(proof["inside"])) > level
        and max(surface.value(point) for point in points_of(proof["outside"])) < level
    )


def batch_trap(proof: Certificate) -> bool:
    definition, step = proof["objective"], number(proof["step"])
    surface, points = Surface(definition), points_of(proof["box"])
    count = len(definition["targets"])
    for batch in itertools.combinations(range(count), proof["size"]):
        move = moved_by(definition, list(batch), step)
        if not all(is_in(move(point), proof["box"]) for point in points):
            return False
    alone = surface_of(definition, [proof["moving"]])
    root = stationary_in(surface, proof["box"])
    return (
        root is not None
        and index_at(surface, root) == 0
        and all(alone.gradient(point).any() for point in points)
        and above(surface, points, proof)
    )


def line(proof: Certificate) -> bool:
    for account in proof["accounts"]:
        definition = {**proof["objective"], "penalty": account["penalty"]}
        surface = Surface(definition)
        cuts = [-60.0, *map(number, account["cuts"]), 60.0]
        for low, high, part in zip(cuts, cuts[1:], account["parts"], strict=False):
            inner = np.linspace(low, high, 202)[1:-1]
            slopes = np.array([surface.gradient(np.array([w]))[0] for w in inner])
            bends = np.array([surface.hessian(np.array([w]))[0, 0] for w in inner])
            seen = np.abs(slopes) > 1e-18
            changes = (np.diff(np.sign(slopes[seen])) != 0).sum()
            sign = 1 if part in ("rises", "valley") else -1
            if part in ("rises", "falls"):
                true = changes == 0 and (slopes[seen] * sign > 0).all()
            else:
                true = changes == 1 and (bends * sign > 0).all() and slopes[0] * sign < 0
            if not true:
                return False
    return True


def convex_from(proof: Certificate) -> bool:
    surface, (enough, little) = (
        Surface(proof["objective"]),
        (number(proof[key]) for key in ("strength", "below")),
    )
    grid = np.linspace(-40, 40, 8001)
    bends = np.array([surface.hessian(np.array([w]))[0, 0] for w in grid])
    at_weight = surface.hessian(floats([proof["weight"]]))[0, 0]
    return bends.min() + 2 * enough > 0 > at_weight + 2 * little and little >= 0


def chord(proof: Certificate) -> bool:
    surface, share = Surface(proof["objective"]), number(proof["share"])
    start, end = (floats(point) for point in proof["ends"])
    first, inner, last = (surface.value(start + part * (end - start)) for part in (0, share, 1))
    excess = inner - (1 - share) * first - share * last
    slack = ROUNDING * max(map(abs, (first, inner, last)))
    return 0 < share < 1 and excess > number(proof["gap"]) - slack


def negative_curvature(proof: Certificate) -> bool:
    hessian = Surface(proof["objective"]).hessian(floats(proof["point"]))
    along = floats(proof["direction"])
    slack = ROUNDING * np.abs(hessian).max() * (along**2).sum()
    return along @ hessian @ along < slack - number(proof["bound"])


def sum_of_squares(proof: Certificate) -> bool:
    surface, size = Surface(proof["objective"]), len(proof["point"])
    source = np.random.default_rng(1)
    tried = [numbers(row.tolist()) for row in source.integers(-9, 10, size=(3 * size**2, size))]
    for point in (numbers(proof["point"]), *tried):
        total = Fraction(proof["constant"])
        for term in proof["terms"]:
            *slopes, offset = numbers(term["form"])
            total += Fraction(term["factor"]) * (sum(slopes * point) + offset) ** 2
        if surface.exact_value(point) != total:
            return False
    return surface.exact_value(numbers(proof["point"])) == Fraction(proof["constant"])


def no_radicals(proof: Certificate) -> bool:
    surface = Surface(proof["objective"])
    inputs, targets = surface.exact
    found = polynomial_in_z(surface.problem.function.gradient, inputs[:, 0], targets)
    polynomial = fmpz_poly(proof["polynomial"])
    low, high = (Fraction(proof["root"][key]) for key in ("low", "high"))
    patterns = {
        key: cycle_pattern(polynomial, prime)
        for key, prime in proof["primes"].items()
        if prime is not None
    }
    twos = patterns["transposition"]
    return (
        polynomial in (found.polynomial, -found.polynomial)
        and count_roots(found.polynomial, above=Fraction(0)) == 1
        and count_roots(found.polynomial, low, high) == 1
        and patterns["irreducible"] == (polynomial.degree(),)
        and twos is not None
        and twos.count(2) == 1
        and all(n % 2 for n in twos if n != 2)
    )


TRUTH: dict[str, Callable[[Certificate], bool]] = {
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
}
