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
from flint import fmpq, fmpq_mat, fmpz_poly

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


def fractions(count: int, source: Any) -> Any:
    return numbers(source.integers(-9, 10, size=count).tolist()) / Fraction(7)


def linear_network_list(proof: Certificate) -> bool:
    """Random points of both sets: value, gradient, and the signs of the eigenvalues."""
    surface, source = Surface(proof["objective"]), np.random.default_rng(1)
    inputs, units, _ = proof["objective"]["widths"]
    fit, size = numbers(proof["fit"]), units * (inputs + 1)
    products = products_at_origin(surface, inputs, units)
    for _ in range(3):
        weights = fractions(size, source)
        weights[-1] = Fraction(3, 2)
        rows, v = weights[:-units].reshape(units, inputs), weights[-units:]
        rows[-1] += (fit - v @ rows) / v[-1]
        saddle = fractions(size, source)
        saddle[-units:] = Fraction(0)
        others = saddle[:-units].reshape(units, inputs)
        k = next(i for i in range(inputs) if products[i] != 0)
        others[:, k] -= others @ products / products[k]
        for point, key, signs in (
            (weights, "least", (0, size - inputs)),
            (saddle, "saddle", (units, units * (inputs - 1))),
        ):
            values = np.linalg.eigvalsh(surface.hessian(floats(point)))
            zero = np.abs(values) < ROUNDING * np.abs(values).max()
            seen = ((values < 0) & ~zero).sum(), zero.sum()
            if surface.exact_value(point) != Fraction(proof[key]) or seen != signs:
                return False
            if any(surface.exact_gradient(point)):
                return False
    return True


def products_at_origin(surface: Surface, inputs: int, units: int) -> Any:
    """Minus twice the mean, or sum, of y x: the derivative in W_1 where v_1 = 1 and W = 0."""
    point = numbers([0] * (units * (inputs + 1)))
    point[units * inputs] = Fraction(1)
    return np.array(surface.exact_gradient(point)[:inputs])


def penalised_linear_list(proof: Certificate) -> bool:
    """The polynomial from its values, by solving linear systems; the minimum in floats."""
    surface = Surface(proof["objective"])
    inputs, units, _ = proof["objective"]["widths"]
    size, strength = units * (inputs + 1), Fraction(proof["objective"]["penalty"])
    first = products_at_origin(surface, inputs, units)
    rows = []
    for i in range(inputs):
        point = numbers([0] * size)
        point[i] = point[units * inputs] = Fraction(1)
        slope = np.array(surface.exact_gradient(point)[:inputs]) - first
        slope[i] -= 2 * strength
        rows.append(slope / 2)
    ends = [number(proof[key][end]) for key in ("root", "least") if proof[key] for end in END]
    if len(ends) not in (0, 4) or Fraction(proof["origin"]) != surface.exact_value([0] * size):
        return False
    b = -first / 2
    for t in range(2 * inputs + 2):
        matrix = [[rows[i][j] * t + (i == j) for j in range(inputs)] for i in range(inputs)]
        shifted = fmpq_mat([[fmpq(x.numerator, x.denominator) for x in row] for row in matrix])
        right = fmpq_mat(inputs, 1, [fmpq(x.numerator, x.denominator) for x in b])
        g = [Fraction(int(x.p), int(x.q)) for x in shifted.solve(right).entries()]
        determinant = shifted.det()
        scale = Fraction(int(determinant.p), int(determinant.q)) ** 2
        value = scale * (strength**2 - sum(x * x for x in g))
        stated = sum(Fraction(c) * t**k for k, c in enumerate(proof["polynomial"]))
        if value != stated or len(proof["polynomial"]) != 2 * inputs + 1:
            return False
    coefficients = [number(c) for c in proof["polynomial"]]
    roots = np.roots(coefficients[::-1])
    positive = [root.real for root in roots if abs(root.imag) < 1e-7 and root.real > 0]
    if not ends:
        return not positive
    (low, high), (bottom, top) = ends[:2], ends[2:]
    a, lam = np.array(rows, dtype=float), float(strength)
    t = positive[0]
    point = np.zeros(size)
    v = np.sqrt(lam * t)
    point[:inputs] = v / lam * np.linalg.solve(np.eye(inputs) + t * a, b.astype(float))
    point[units * inputs] = v
    level = surface.value(point)
    return (
        len(positive) == 1
        and 0 < low < high
        and low * (1 - ROUNDING) < t < high * (1 + ROUNDING)
        and bottom < level + ROUNDING
        and level - ROUNDING < top
    )


END = ("low", "high")


def solution_manifold(proof: Certificate) -> bool:
    """For random values of the free weights Newton's method finds a zero of the others in the box.

    From random points of the box it is the same one.
    """
    surface, box, free = Surface(proof["objective"]), proof["box"], proof["free"]
    centre, radius, reach = floats(box["centre"]), number(box["radius"]), number(proof["reach"])
    network, (inputs, targets) = surface.problem.network, surface.data
    if len({*free}) + len(targets) != len(centre) or free != sorted(free):
        return False
    if Fraction(proof["reach"]) <= 0:  # a float of it may be 0
        return False
    others = [k for k in range(len(centre)) if k not in free]
    source = np.random.default_rng(1)
    for _ in range(POINTS):
        theta = centre.copy()
        theta[free] += reach * np.round(source.uniform(-1, 1, size=len(free)), 1)
        found = []
        for _ in range(3):
            theta[others] = centre[others] + radius * source.uniform(-1, 1, size=len(others))
            for _ in range(30):
                residual = network.predict(theta, inputs) - targets
                slopes = differences(network, theta, inputs, others)
                if np.linalg.matrix_rank(slopes) < len(targets):
                    return False
                theta[others] -= np.linalg.solve(slopes, residual)
            if not np.abs(network.predict(theta, inputs) - targets).max() < 1e-8:
                return False
            found.append(theta[others].copy())
        if np.ptp(found, axis=0).max() > 1e-6 * (1 + radius):
            return False
        if np.abs(found[0] - centre[others]).max() > radius * (1 + ROUNDING):
            return False
    return True


def differences(network: Network, theta: Any, inputs: Any, others: list[int]) -> Any:
    """The derivative of the outputs in some weights, by central differences."""
    columns = []
    for k in others:
        step = np.zeros(len(theta))
        step[k] = 1e-6
        ahead, behind = (network.predict(theta + sign * step, inputs) for sign in (1, -1))
        columns.append((ahead - behind) / 2e-6)
    return np.array(columns).T


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
    "linear-network-list": linear_network_list,
    "penalised-linear-list": penalised_linear_list,
    "solution-manifold": solution_manifold,
}
