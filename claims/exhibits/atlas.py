"""Landscapes of which every stationary point is known: the points, how minima join, the surface."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Point:
    """A stationary point: weights, number of negative eigenvalues, loss, and its orbit.

    ``orbit`` is the same for points that a symmetry of the data carries into each other.
    """

    centre: tuple[float, ...]
    index: int
    loss: float
    orbit: int


@dataclass(frozen=True)
class Branch:
    """A vertical line of a disconnectivity graph, at ``place``, from ``low`` up to ``high``.

    It bends to the place ``parent`` there; the topmost has neither and ends at its own level.
    """

    place: float
    low: float
    high: float
    parent: float | None


@dataclass(frozen=True)
class Disconnectivity:
    """Which minima are joined below which level (Becker and Karplus 1997).

    There is one branch for each minimum and each join; ``minima`` counts the minima.
    """

    minima: int
    branches: tuple[Branch, ...]


@dataclass(frozen=True)
class Surface:
    """The loss on a grid, ``losses[i][j]`` at ``axes[0][i]``, ``axes[1][j]``; one row on a line.

    For a network with a hidden layer it is the reduced function of the inner weights, and ``outer``
    holds such a grid for each output weight there: where it is 0 there may be a continuum.
    """

    logarithmic: bool
    axes: tuple[tuple[float, ...], ...]
    losses: tuple[tuple[float, ...], ...]
    outer: tuple[tuple[tuple[float, ...], ...], ...] = ()


@dataclass(frozen=True)
class Hidden:
    """What a landscape of a network with a hidden layer has besides.

    Its points come with their copies, by the symmetries of the ``network`` (its widths): the orbits
    tell which. Of each the ``places`` gives one in the two ``unknowns``, the axes of the surface,
    in the order of the orbits. If there is an output bias, a constant output can have no lesser
    loss than ``constant``.
    """

    network: str
    unknowns: tuple[str, str]
    places: tuple[tuple[float, float], ...]
    constant: float | None


@dataclass(frozen=True)
class Landscape:
    """One enumerated landscape; ``statement`` is what the certificate of that name proves.

    ``stray`` is how many descents from the saddles of index 1, one each way, reach no minimum.
    """

    name: str
    certificate: str
    statement: str
    weights: int
    points: tuple[Point, ...]
    whole: Disconnectivity
    quotient: Disconnectivity
    stray: int
    surface: Surface | None
    hidden: Hidden | None

    @property
    def counts(self) -> tuple[tuple[int, int], ...]:
        """Pairs of index and number of points."""
        return tuple(sorted(Counter(point.index for point in self.points).items()))


def landscapes(described: Mapping[str, Any]) -> tuple[Landscape, ...]:
    """The landscapes of a file that ``claims.proof.enumeration.atlas`` wrote."""
    return tuple(_landscape(entry) for entry in described["landscapes"])


def _landscape(entry: Mapping[str, Any]) -> Landscape:
    points = tuple(
        Point(tuple(point["centre"]), point["index"], point["loss"], orbit)
        for point, orbit in zip(entry["points"], entry["orbits"], strict=True)
    )
    joins = [
        (points[join["saddle"]].loss, *join["minima"])
        for join in entry["joins"]
        if None not in join["minima"]
    ]
    minima = {i: point.loss for i, point in enumerate(points) if point.index == 0}
    orbits = {i: points[i].orbit for i in minima}
    hidden = None
    if "network" in entry:
        places = tuple((x, y) for x, y in entry["places"])
        one, other = entry["unknowns"]
        hidden = Hidden(entry["network"], (one, other), places, entry["constant"])
    return Landscape(
        entry["name"],
        entry["certificate"],
        entry["statement"],
        entry["weights"],
        points,
        disconnectivity(minima, joins),
        disconnectivity(
            {orbit: minima[orbit] for orbit in dict.fromkeys(orbits.values())},
            [(level, orbits[one], orbits[other]) for level, one, other in joins],
        ),
        sum(join["minima"].count(None) for join in entry["joins"]),
        _surface(entry["surface"]),
        hidden,
    )


def disconnectivity(
    minima: Mapping[int, float], joins: Iterable[tuple[float, int, int]]
) -> Disconnectivity:
    """The graph of minima (number: loss) and joins (level, two of the numbers)."""
    # A node is a minimum or a join: its level and its children. Each minimum knows its topmost.
    nodes: list[tuple[float, tuple[int, ...]]] = [(level, ()) for level in minima.values()]
    top = {number: place for place, number in enumerate(minima)}
    for level, one, other in sorted(joins):
        if top[one] != top[other]:
            pair = (top[one], top[other])
            nodes.append((level, pair))
            top = {k: len(nodes) - 1 if node in pair else node for k, node in top.items()}
    places: dict[int, float] = {}
    for root in sorted(set(top.values())):
        _arrange(nodes, root, places)
    parents = {child: i for i, (_, children) in enumerate(nodes) for child in children}
    branches = []
    for i, (level, _) in enumerate(nodes):
        parent = parents.get(i)
        high = level if parent is None else nodes[parent][0]
        branches.append(Branch(places[i], level, high, None if parent is None else places[parent]))
    return Disconnectivity(len(minima), tuple(branches))


def _arrange(
    nodes: Sequence[tuple[float, tuple[int, ...]]], node: int, places: dict[int, float]
) -> None:
    """Give minima the places 0, 1, ... from left to right, and a join the middle of its parts."""
    children = nodes[node][1]
    for child in children:
        _arrange(nodes, child, places)
    if children:
        places[node] = sum(places[child] for child in children) / len(children)
    else:
        places[node] = sum(not nodes[other][1] for other in places)


def _surface(entry: Mapping[str, Any] | None) -> Surface | None:
    if entry is None:
        return None
    axes = tuple(tuple(axis) for axis in entry["axes"])
    width = len(axes[-1])

    def grid(values: Sequence[float]) -> tuple[tuple[float, ...], ...]:
        return tuple(tuple(values[i : i + width]) for i in range(0, len(values), width))

    outer = tuple(grid(values) for values in entry.get("outer", ()))
    return Surface(entry["logarithmic"], axes, grid(entry["loss"]), outer)
