"""Finding all stationary points of one neuron in a box, and the certificate that proves it.

First the search looks for zeros of the gradient; Newton's iteration makes each precise, and a box
is found in which it is the only one. Then the search runs again and writes a tree of boxes, whose
leaves are proved empty or lie within the boxes of roots: a root on a cut needs no care, since the
boxes of roots know nothing of the cuts. None of it is trusted: claims.proof.checker verifies it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor
from typing import Any

import numpy as np
from flint import ctx
from numpy.typing import NDArray

from claims.mathematics import SIGMOID, SQUARED_ERROR, TANH, Loss, Network
from claims.numbers import exact_fraction
from claims.proof import checker
from claims.proof.certificates import Problem, certificate, written, written_all
from claims.proof.enumeration import branching
from claims.proof.enumeration.search import Floats, Outcome, Root, Search, Vector

Interval = tuple[Fraction, Fraction]

PRECISION = 64  # bits of the checker's balls
# Ends of boxes and centres of roots are multiples of these: short, and exact in floats.
COARSE, FINE = Fraction(1, 2**10), Fraction(1, 2**36)
LARGEST = 2**16
MARGINS = (1.05, 1.2, 1.5)
NEWTON_STEPS = 100


@dataclass(frozen=True)
class CompleteList:
    """All stationary points in a box: with those that the undecided boxes (m, p, 2) may hold.

    ``certificate`` is the text of the proof, which ``claims check`` verifies.
    """

    box: tuple[Interval, ...]
    points: tuple[Root, ...]
    undecided: Floats
    certificate: str


def enumerate_stationary_points(
    data: tuple[Any, Any],
    network: Network,
    loss: Loss = SQUARED_ERROR,
    box: Sequence[tuple[Any, Any]] | None = None,
    *,
    claim: str = "canonical-procedure",
) -> CompleteList:
    """List all stationary points of a neuron's squared error in a box, with a certificate.

    ``data`` holds inputs (N, d) and targets (N,), exact numbers (int, Fraction, str, or floats for
    the dyadic numbers that they are); ``network`` is ``neuron(d, SIGMOID)`` or with TANH, with a
    bias or without, of p <= 6 weights. ``box`` has a pair (low, high) a weight, and is rounded
    outwards to multiples of 2^-10; without one the list is complete in all of R^p, which asks for
    targets strictly between the limits of the activation and inputs that span the space. Raises
    ValueError for others, Unfinished where the search needs too many boxes.
    """
    inputs, targets = data
    problem = Problem(network, inputs, targets, loss)
    known = len(network.widths) == 2 and network.output in (SIGMOID, TANH)
    if not known or loss is not SQUARED_ERROR or network.size > len(checker.SPLITS):
        raise ValueError(
            f"{network.widths}, {network.output}, {loss}: give one sigmoid or tanh neuron with up "
            f"to {len(checker.SPLITS)} weights and the squared error"
        )
    sides = [(exact_fraction(low), exact_fraction(high)) for low, high in box or ()]
    if box is not None and (len(box) != network.size or any(low >= high for low, high in sides)):
        raise ValueError(f"the box {box}: give {network.size} pairs (low, high) with low < high")
    return find_complete_list(problem, box, claim=claim)


def find_complete_list(
    problem: Problem, box: Sequence[tuple[Any, Any]] | None = None, *, claim: str
) -> CompleteList:
    """Return the list for a problem of one neuron, as ``enumerate_stationary_points`` does.

    Raises checker.Refused where the checker does not accept what was found.
    """
    definition = problem.definition()
    entry = checker.Entry(definition)
    with ctx.workprec(PRECISION):
        system = checker.Neuron(checker.Objective.read(entry), entry)
        whole = everywhere(system) if box is None else rounded_outwards(box)
        search = Search(problem, whole)
        directions: Sequence[Vector] = search.directions
        found = search.run(None, directions, MARGINS[0]).found
        roots = isolated(system, whole, found)
    for margin in MARGINS:
        outcome, signed, tree = written_tree(search, roots, margin)
        proof = {
            "objective": definition,
            "box": {
                "low": written_all(low for low, _ in whole),
                "high": written_all(high for _, high in whole),
            },
            "everywhere": box is None,
            "directions": [written_all(u) for u in signed],
            "roots": [entry_of(root) for root in roots],
            "tree": tree,
        }
        try:
            text = certificate("complete-list", claim, proof, precision=PRECISION)
        except checker.Refused:
            # The checker's balls are wider than these intervals: contract with more to spare.
            if margin == MARGINS[-1]:
                raise
        else:
            break
    return CompleteList(tuple(whole), tuple(roots), outcome.undecided, text)


def rounded_outwards(box: Sequence[tuple[Any, Any]]) -> tuple[Interval, ...]:
    """The box with its ends moved outwards to multiples of 2^-10."""
    return tuple(
        (
            floor(exact_fraction(low) / COARSE) * COARSE,
            -floor(-exact_fraction(high) / COARSE) * COARSE,
        )
        for low, high in box
    )


def everywhere(system: checker.Neuron) -> tuple[Interval, ...]:
    """Return a box outside of which there is no stationary point; raises ValueError."""
    try:
        ranges = checker.reached(system, checker.Entry(True, "everywhere"))
    except checker.Refused as refusal:
        raise ValueError(f"{refusal}; give a box") from None
    ends = [(float(reach.lower()), float(reach.upper())) for reach in ranges]
    return rounded_outwards([(low - float(COARSE), high + float(COARSE)) for low, high in ends])


def isolated(system: checker.Neuron, box: Sequence[Interval], found: Floats) -> list[Root]:
    """Return the roots near approximate ones (k, p), each once, each alone in a box of its own."""
    points: list[tuple[Fraction, ...]] = []
    for start in found:
        point = newton(system, start.tolist())
        if point is not None and all(distance(point, other) > 100 * FINE for other in points):
            points.append(point)
    roots = []
    for point in sorted(points):
        room = [distance(point, other) / 2 for other in points if other != point]
        room += [min(x - low, high - x) for x, (low, high) in zip(point, box, strict=True)]
        root = with_largest_radius(system, point, min(room))
        if root is not None:
            roots.append(root)
    return roots


def distance(one: Vector, other: Vector) -> Fraction:
    return max(abs(a - b) for a, b in zip(one, other, strict=True))


def newton(system: Any, start: list[float]) -> tuple[Fraction, ...] | None:
    """Return the zero that Newton's iteration finds, as multiples of FINE, or None."""
    point = start
    for _ in range(NEWTON_STEPS):
        here = tuple(point)
        try:
            step = system.slopes((here, here)).mid().inv() * system.at(here)
        except ZeroDivisionError:
            return None
        moves = [float(move.mid()) for move in step.entries()]
        point = [x - move for x, move in zip(point, moves, strict=True)]
        if not all(abs(x) < LARGEST for x in point):
            return None
        if max(map(abs, moves)) < FINE:
            return tuple(round(Fraction(x) / FINE) * FINE for x in point)
    return None


def with_largest_radius(
    system: checker.Neuron, point: tuple[Fraction, ...], room: Fraction
) -> Root | None:
    """Return the root with a radius below ``room``, about the largest that can be proved."""
    here = tuple(map(float, point))
    hessian = system.slopes((here, here)).mid().tolist()
    eigenvalues = np.linalg.eigvalsh([[float(entry) for entry in row] for row in hessian])
    index = int((eigenvalues < 0).sum())
    for half in range(70):
        root = Root(point, Fraction(3 - half % 2, 2 ** (half // 2 + 2)), index)
        if root.radius < room:
            try:
                checker.isolated(system, checker.Entry(entry_of(root)))
            except checker.Refused:
                continue
            return root
    return None


def entry_of(root: Root) -> dict[str, Any]:
    return {
        "centre": written_all(root.centre),
        "radius": written(root.radius),
        "index": root.index,
    }


def written_tree(
    search: Search, roots: Sequence[Root], margin: float
) -> tuple[Outcome, list[list[Fraction]], str]:
    """Return the run, the directions that it uses with their signs, and the tree in characters."""
    directions: Sequence[Vector] = search.directions
    outcome = search.run(roots, directions, margin)
    used = uses(outcome.codes)
    if len(used) > len(checker.DIRECTIONS):
        # There are not enough letters: keep those that serve most, in both signs.
        both: Counter[int] = Counter()
        for number, count in used.items():
            both[number // 2] += count
        kept = both.most_common(len(checker.DIRECTIONS) // 2)
        directions = [directions[number] for number, _ in kept]
        outcome = search.run(roots, directions, margin)
        used = uses(outcome.codes)
    numbers = [number for number, _ in used.most_common()]
    symbols = dict(enumerate(checker.SPLITS)) | {
        branching.INSIDE_ROOT: checker.WITHIN,
        branching.KRAWCZYK: checker.KRAWCZYK,
        branching.UNDECIDED: checker.UNDECIDED,
    }
    for letter, number in zip(checker.DIRECTIONS, numbers, strict=False):
        symbols[branching.FIRST + number] = letter
    signed = [[(-1) ** (number % 2) * x for x in directions[number // 2]] for number in numbers]
    return outcome, signed, "".join([symbols[code] for code in outcome.codes.tolist()])


def uses(codes: NDArray[np.int16]) -> Counter[int]:
    """How often each signed direction excludes a box: twice its number, plus 1 for minus."""
    numbers, counts = np.unique(codes[codes >= branching.FIRST], return_counts=True)
    return Counter(dict(zip((numbers - branching.FIRST).tolist(), counts.tolist(), strict=True)))
