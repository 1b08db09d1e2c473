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
from claims.report.drawing import _STYLE, CLASSES, COLOURS, _svg
from claims.report.figures import Drawn
from claims.report.material import BadMaterial
from claims.report.templating import environment

LEVELS = 14  # of a contour picture
WIDTH = 5.6  # inches


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
                f"{certificates}/complete-list-{landscape.name}.json",
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
    points = len(landscape.points)
    noun = "weight" if landscape.weights == 1 else "weights"
    return f"{landscape.weights} {noun}, {points} stationary points"


def _figures(landscape: Landscape) -> list[Drawn]:
    figures = [_of_indices(landscape), _of_graphs(landscape)]
    if landscape.surface is not None:
        figures.insert(0, _of_surface(landscape, landscape.surface))
    return figures


def kind(index: int, weights: int) -> str:
    """The word for a stationary point of that index."""
    if index == 0:
        return "minimum"
    return "maximum" if index == weights else f"saddle of index {index}"


def _of_indices(landscape: Landscape) -> Drawn:
    weights = landscape.weights
    words = ", ".join(f"{count} of index {index}" for index, count in landscape.counts)
    lowest = min(point.loss for point in landscape.points)
    worst = max((point.loss for point in landscape.points if point.index == 0), default=lowest)
    with matplotlib.rc_context(_STYLE):
        figure = Figure(figsize=(WIDTH, 2.8))
        axes = figure.add_subplot()
        for index, _ in landscape.counts:
            losses = [point.loss for point in landscape.points if point.index == index]
            axes.plot([index] * len(losses), losses, **_marker(index))
        axes.set_xlabel("index: number of negative eigenvalues of the Hessian")
        axes.set_ylabel("loss")
        axes.set_xlim(-0.5, weights + 0.5)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        _plain(axes)
        svg = _svg(figure)
    return Drawn(
        path=f"atlas/{landscape.name}-indices.svg",
        svg=svg,
        caption=f"Loss against index: {words}. Minima lie between {lowest:.4g} and {worst:.4g}.",
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


def _of_graphs(landscape: Landscape) -> Drawn:
    graphs = [("all minima", landscape.whole)]
    if landscape.quotient.minima < landscape.whole.minima:
        graphs.append(("up to symmetry", landscape.quotient))
    with matplotlib.rc_context(_STYLE):
        figure = Figure(figsize=(WIDTH, 2.8))
        several: Sequence[Axes] = figure.subplots(1, len(graphs), sharey=True, squeeze=False)[0]
        for axes, (title, graph) in zip(several, graphs, strict=True):
            _draw_graph(axes, graph)
            axes.set_title(title, fontsize=11.5, loc="left")
            axes.set_xticks([])
            _plain(axes)
        several[0].set_ylabel("loss")
        svg = _svg(figure)
    fewer = f", {landscape.quotient.minima} up to symmetry of the data" if len(graphs) > 1 else ""
    return Drawn(
        path=f"atlas/{landscape.name}-graph.svg",
        svg=svg,
        caption=f"How the {landscape.whole.minima} minima{fewer} join: two are in one piece of the "
        "sublevel set from the saddle at the fork on. The points are proved, the joins computed "
        "in floats, by descent from each saddle of index 1 to both sides.",
        alternative="Disconnectivity graph: a branch for each minimum, a fork for each join.",
        columns=("minimum or join at", "joined at"),
        rows=tuple(
            (f"{branch.low:.7g}", "" if branch.parent is None else f"{branch.high:.7g}")
            for branch in landscape.whole.branches
        ),
    )


def _draw_graph(axes: Axes, graph: Disconnectivity) -> None:
    colour = COLOURS["mark"][0]
    for branch in graph.branches:
        axes.plot([branch.place] * 2, [branch.low, branch.high], color=colour, linewidth=1.2)
        if branch.parent is not None:
            ends = [branch.place, branch.parent]
            axes.plot(ends, [branch.high] * 2, color=colour, linewidth=1.2)


def _of_surface(landscape: Landscape, surface: Surface) -> Drawn:
    with matplotlib.rc_context(_STYLE):
        flat = len(surface.axes) == 2
        figure = Figure(figsize=(WIDTH, 4.4 if flat else 2.8))
        axes = figure.add_subplot()
        first = [point.centre[0] for point in landscape.points]
        if flat:
            base = COLOURS["mark"][0]
            shades = [to_rgba(base, 0.04 + 0.6 * k / LEVELS) for k in range(LEVELS + 1)]
            losses = [list(row) for row in zip(*surface.losses, strict=True)]
            # As much of the picture between any two levels: the valleys are seen beside the walls.
            ranked = sorted(loss for row in losses for loss in row)
            step = (len(ranked) - 1) / (LEVELS + 1)
            levels = sorted({ranked[round(k * step)] for k in range(LEVELS + 2)})
            axes.contourf(*surface.axes, losses, levels=levels, colors=shades)
            second = [point.centre[1] for point in landscape.points]
            axes.set_ylabel("second weight")
        else:
            (line,) = surface.losses
            axes.plot(surface.axes[0], line, color=COLOURS["soft"][0], linewidth=1.2)
            second = [point.loss for point in landscape.points]
            axes.set_ylabel("loss")
        axes.set_xlabel("first weight" if flat else "weight")
        for index, _ in landscape.counts:
            chosen = [i for i, point in enumerate(landscape.points) if point.index == index]
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
    scale = ", on logarithmic axes" if surface.logarithmic else ""
    what = "The loss over the two weights, darker where it is higher" if flat else "The loss"
    return Drawn(
        path=f"atlas/{landscape.name}-surface.svg",
        svg=svg,
        caption=f"{what}{scale}, with every stationary point that there is.",
        alternative="The surface with all stationary points marked; they follow as a table.",
        columns=(),
        rows=(),
    )


def _marker(index: int) -> dict[str, Any]:
    shape = "osD^vPX"[index % 7]
    colour = CLASSES[index % len(CLASSES)][0]
    return {"linestyle": "none", "marker": shape, "color": colour, "markersize": 5}


def _plain(axes: Axes) -> None:
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    axes.tick_params(length=0, which="both")
