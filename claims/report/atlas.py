"""The atlas: a page of the landscapes of which every stationary point is known."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from claims.exhibits import Disconnectivity, Landscape, Surface, landscapes
from claims.exhibits.atlas import Point
from claims.report.drawing import _STYLE, CLASSES, COLOURS, _svg
from claims.report.figures import Drawn
from claims.report.material import BadMaterial
from claims.report.templating import environment

LEVELS = 14  # of a contour picture
WIDTH = 5.6  # inches
_DASHED: dict[str, Any] = {
    "color": COLOURS["limit"][0],
    "linewidth": 1.2,
    "linestyle": (0, (4, 3)),
}


@dataclass(frozen=True)
class _View:
    """A landscape on the page."""

    name: str
    title: str
    statement: str
    certificate: str
    figures: list[Drawn]


def read_atlas(path: Path) -> dict[str, Any]:
    """The file that ``claims.proof.enumeration.atlas`` wrote; raises BadMaterial."""
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise BadMaterial(f"{path}: no landscapes to read ({error}); run `snakemake`") from None


def build_atlas(described: Mapping[str, Any], certificates: str, data: str) -> dict[str, bytes]:
    """The page and its figures by path; ``certificates`` and ``data`` are links from the page."""
    views = []
    for landscape in landscapes(described):
        views.append(
            _View(
                landscape.name,
                _title(landscape),
                landscape.statement,
                f"{certificates}/{landscape.certificate}.json",
                _figures(landscape),
            )
        )
    page = environment().get_template("atlas.html")
    files = {
        "atlas.html": page.render(
            top="", here="atlas", atlas=True, landscapes=views, data=data
        ).encode(),
    }
    return files | {figure.path: figure.svg for view in views for figure in view.figures}


def _title(landscape: Landscape) -> str:
    number = len({point.orbit for point in landscape.points})
    if landscape.hidden is not None:
        points = f"{number} stationary point{'s' * (number > 1)}"
        return f"A {landscape.hidden.network} network in a box, {points} up to symmetry"
    number = len(landscape.points)
    return f"{_counted(landscape.weights, 'weight')}, {number} stationary point{'s' * (number > 1)}"


def _counted(number: int, noun: str) -> str:
    """The number and the noun, whose first word takes the plural."""
    first, *rest = noun.split(" ", 1)
    several = first.removesuffix("um") + "a" if first.endswith("um") else f"{first}s"
    return " ".join([str(number), first if number == 1 else several, *rest])


def _figures(landscape: Landscape) -> list[Drawn]:
    figures = [_of_indices(landscape)]
    if landscape.surface is not None:
        figures.insert(0, _of_surface(landscape, landscape.surface))
    if landscape.whole.minima:
        figures.append(_of_graphs(landscape))
    return figures


def kind(index: int, weights: int) -> str:
    """The word for a stationary point of that index."""
    if index == 0:
        return "minimum"
    return "maximum" if index == weights else f"saddle of index {index}"


def _of_indices(landscape: Landscape) -> Drawn:
    weights = landscape.weights
    words = ", ".join(f"{count} of index {index}" for index, count in landscape.counts)
    minima = [point.loss for point in landscape.points if point.index == 0]
    with matplotlib.rc_context(_STYLE):
        figure = Figure(figsize=(WIDTH, 2.8))
        axes = figure.add_subplot()
        for index, _ in landscape.counts:
            losses = [point.loss for point in landscape.points if point.index == index]
            axes.plot([index] * len(losses), losses, **_marker(index))
        axes.set_xlabel("index: number of negative eigenvalues of the Hessian")
        axes.set_ylabel("loss")
        axes.set_xlim(-0.5, weights + 0.5)
        _level(axes, landscape)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        _plain(axes)
        svg = _svg(figure)
    return Drawn(
        path=f"atlas/{landscape.name}-indices.svg",
        svg=svg,
        caption=f"Loss against index{_with_copies(landscape)}: {words}. "
        + (
            f"Minima lie between {min(minima):.4g} and {max(minima):.4g}."
            if minima
            else "There is no minimum among them."
        )
        + _descents(landscape, bool(minima))
        + _about_level(landscape),
        alternative="Loss of every stationary point against its index; the numbers follow.",
        columns=("kind", "weights", "loss"),
        rows=tuple(
            (
                kind(point.index, weights),
                ", ".join(f"{x:.6g}" for x in point.centre),
                f"{point.loss:.7g}",
            )
            for point in sorted(landscape.points, key=lambda p: (p.index, p.loss))
        ),
    )


def _with_copies(landscape: Landscape) -> str:
    if landscape.hidden is None:
        return ""
    orbits = len({point.orbit for point in landscape.points})
    copies = len(landscape.points) // orbits
    return f", for each of {_counted(orbits, 'point')} its {copies} copies by symmetry"


def _descents(landscape: Landscape, minima: bool) -> str:
    """Where the descents from saddles of index 1 end, if not at minima."""
    saddles = dict(landscape.counts).get(1, 0)
    if not landscape.stray or not saddles or not minima:
        return ""
    return (
        f" {landscape.stray} of the {2 * saddles} descents from saddles of index 1, one each way, "
        "reach no minimum of the list (computed in floats)."
    )


def _level(axes: Axes, landscape: Landscape) -> None:
    if landscape.hidden is not None and landscape.hidden.constant is not None:
        axes.axhline(landscape.hidden.constant, **_DASHED)


def _about_level(landscape: Landscape) -> str:
    level = None if landscape.hidden is None else landscape.hidden.constant
    if level is None:
        return ""
    return f" Dashed: the loss {level:.4g} of the continuum of constant outputs."


def _of_graphs(landscape: Landscape) -> Drawn:
    symmetry = "of the data" if landscape.hidden is None else "of the hidden units"
    graphs = [("all minima", landscape.whole)]
    if landscape.quotient.minima < landscape.whole.minima:
        graphs.append(("up to symmetry", landscape.quotient))
    with matplotlib.rc_context(_STYLE):
        figure = Figure(figsize=(WIDTH, 2.8))
        several: Sequence[Axes] = figure.subplots(1, len(graphs), sharey=True, squeeze=False)[0]
        for axes, (title, graph) in zip(several, graphs, strict=True):
            _draw_graph(axes, graph)
            _level(axes, landscape)
            axes.set_title(title, fontsize=11.5, loc="left")
            axes.set_xticks([])
            axes.set_xlim(-0.5, graph.minima - 0.5)
            _plain(axes)
        several[0].set_ylabel("loss")
        svg = _svg(figure)
    fewer = f", {landscape.quotient.minima} up to symmetry {symmetry}" if len(graphs) > 1 else ""
    minima = _counted(landscape.whole.minima, "minimum")
    if len(landscape.whole.branches) == landscape.whole.minima:
        conclusion = f"No saddle of the list joins the {minima}{fewer}: each is a branch by itself."
    else:
        conclusion = (
            f"How the {minima}{fewer} join: two are in one piece of the sublevel set from the "
            "saddle at the fork on. The points are proved, the joins computed in floats, by "
            "descent from each saddle of index 1 to both sides."
        )
    return Drawn(
        path=f"atlas/{landscape.name}-graph.svg",
        svg=svg,
        caption=conclusion + _about_level(landscape),
        alternative="Disconnectivity graph: a branch for each minimum, a fork for each join.",
        columns=("minimum or join at", "joined at"),
        rows=tuple(
            (f"{branch.low:.7g}", "" if branch.parent is None else f"{branch.high:.7g}")
            for branch in landscape.whole.branches
        ),
    )


def _draw_graph(axes: Axes, graph: Disconnectivity) -> None:
    colour = COLOURS["mark"][0]
    for number, branch in enumerate(graph.branches):
        axes.plot([branch.place] * 2, [branch.low, branch.high], color=colour, linewidth=1.2)
        if number < graph.minima:
            axes.plot([branch.place], [branch.low], "o", color=colour, markersize=4)
        if branch.parent is not None:
            ends = [branch.place, branch.parent]
            axes.plot(ends, [branch.high] * 2, color=colour, linewidth=1.2)


def _of_surface(landscape: Landscape, surface: Surface) -> Drawn:
    names, shown = _shown(landscape)
    with matplotlib.rc_context(_STYLE):
        flat = len(surface.axes) == 2
        figure = Figure(figsize=(WIDTH, 4.4 if flat else 2.8))
        axes = figure.add_subplot()
        first = [place[0] for place, _ in shown]
        if flat:
            base = COLOURS["mark"][0]
            shades = [to_rgba(base, 0.04 + 0.6 * k / LEVELS) for k in range(LEVELS + 1)]
            losses = _columns(surface.losses)
            # As much of the picture between any two levels: the valleys are seen beside the walls.
            ranked = sorted(loss for row in losses for loss in row)
            step = (len(ranked) - 1) / (LEVELS + 1)
            levels = sorted({ranked[round(k * step)] for k in range(LEVELS + 2)})
            axes.contourf(*surface.axes, losses, levels=levels, colors=shades)
            for outer in _idle(surface):
                axes.contour(
                    *surface.axes,
                    _columns(outer),
                    levels=[0],
                    colors=[_DASHED["color"]],
                    linewidths=_DASHED["linewidth"],
                    linestyles=[_DASHED["linestyle"]],
                )
            if _idle(surface):
                axes.plot([], [], label="an output weight is 0", **_DASHED)
            second = [place[1] for place, _ in shown]
            axes.set_ylabel(names[1])
        else:
            (line,) = surface.losses
            axes.plot(surface.axes[0], line, color=COLOURS["soft"][0], linewidth=1.2)
            second = [point.loss for _, point in shown]
            axes.set_ylabel("loss")
        axes.set_xlabel(names[0] if flat else "weight")
        for index, _ in landscape.counts:
            chosen = [i for i, (_, point) in enumerate(shown) if point.index == index]
            x, y = [first[i] for i in chosen], [second[i] for i in chosen]
            axes.plot(x, y, label=kind(index, landscape.weights), **_marker(index))
        if surface.logarithmic:
            axes.set_xscale("log")
            if flat:
                axes.set_yscale("log")
        axes.legend(
            loc="lower left", bbox_to_anchor=(-0.02, 1.0), ncols=3, frameon=False, handletextpad=0.2
        )
        _plain(axes)
        svg = _svg(figure)
    return Drawn(
        path=f"atlas/{landscape.name}-surface.svg",
        svg=svg,
        caption=_about_surface(landscape, surface),
        alternative="The surface with all stationary points marked; they follow as a table.",
        columns=(),
        rows=(),
    )


def _about_surface(landscape: Landscape, surface: Surface) -> str:
    if landscape.hidden is None:
        scale = ", on logarithmic axes" if surface.logarithmic else ""
        flat = len(surface.axes) == 2
        what = "The loss over the two weights, darker where it is higher" if flat else "The loss"
        return f"{what}{scale}, with every stationary point that there is."
    orbits = {point.orbit: point.index for point in landscape.points}
    kinds = [
        _counted(sum(found == index for found in orbits.values()), kind(index, landscape.weights))
        for index, _ in landscape.counts
    ]
    found = f"{', '.join(kinds)}, and in the box no other where no output weight is 0"
    text = (
        f"The reduced function has {found}: it is the loss left when the output weights "
        "fit best, over the inner weights, darker where it is higher."
    )
    if not _idle(surface):
        return text
    if landscape.hidden.constant is None:
        return text + (
            " On the dashed curves an output weight is 0 in the best fit, and that unit idle: the "
            "list leaves such points out."
        )
    return text + (
        " On the dashed curves the best output weight is 0: the continuum of constant outputs, "
        "all of them stationary, on the tops of the reduced function."
    )


def _idle(surface: Surface) -> list[Any]:
    """The grids of output weights that change their sign."""
    return [outer for outer in surface.outer if min(map(min, outer)) < 0 < max(map(max, outer))]


def _shown(
    landscape: Landscape,
) -> tuple[tuple[str, str], list[tuple[Sequence[float], Point]]]:
    """Names of the axes of the surface, and pairs of a place on it and the point that is there."""
    if landscape.hidden is None:
        pairs = [(point.centre, point) for point in landscape.points]
        return ("first weight", "second weight"), list(pairs)
    # Copies of a point lie at other inner weights than those of the picture.
    firsts = {point.orbit: point for point in reversed(landscape.points)}
    listed = [firsts[orbit] for orbit in sorted(firsts)]
    return landscape.hidden.unknowns, list(zip(landscape.hidden.places, listed, strict=True))


def _columns(rows: Sequence[Sequence[float]]) -> list[list[float]]:
    return [list(row) for row in zip(*rows, strict=True)]


def _marker(index: int) -> dict[str, Any]:
    shape = "osD^vPX"[index % 7]
    colour = CLASSES[index % len(CLASSES)][0]
    return {"linestyle": "none", "marker": shape, "color": colour, "markersize": 5}


def _plain(axes: Axes) -> None:
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    axes.tick_params(length=0, which="both")
