"""Exhibits as SVG: the same bytes for the same exhibit, legible on light and on dark.

Drawn with the light colours; each of them is then replaced by a CSS variable that the file itself
defines for both colour schemes, so that a figure follows the reader's choice even where the page
shows it as an image.
"""

import io
import re
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from claims.exhibits import Intervals, Outcomes

# name: (light, dark). The classes follow Okabe and Ito, who chose them to be told apart by
# colour-blind readers.
COLOURS = {
    "ink": ("#1f2328", "#e6e3dc"),
    "soft": ("#656c76", "#a3a09a"),
    "rule": ("#d8d5ce", "#3b3d42"),
    "mark": ("#1b5e9e", "#7db8ee"),
    "limit": ("#b4451f", "#f0976f"),
}
CLASSES = (
    ("#2f7f6b", "#59b59d"),
    ("#d98e04", "#efb13c"),
    ("#2b6cb0", "#6ba8e5"),
    ("#b4492f", "#e58468"),
    ("#8f5f9e", "#c294d1"),
    ("#7d838c", "#9ba1aa"),
    ("#3f8fb5", "#8ccbe8"),
    ("#5a6b1f", "#a8bd5a"),
)
_STYLE: Any = {
    "font.family": "STIXGeneral",
    "mathtext.fontset": "stix",
    "font.size": 11.5,
    "svg.fonttype": "path",
    "svg.hashsalt": "claims",
    "text.color": COLOURS["ink"][0],
    "axes.edgecolor": COLOURS["rule"][0],
    "axes.labelcolor": COLOURS["soft"][0],
    "xtick.color": COLOURS["soft"][0],
    "ytick.color": COLOURS["ink"][0],
}
_WIDTH = 5.6  # inches: legible where a phone shows it at its own width
_ROW = 0.27


def draw(exhibit: Intervals | Outcomes) -> bytes:
    """The exhibit as an SVG file."""
    with matplotlib.rc_context(_STYLE):
        return (
            _draw_intervals(exhibit) if isinstance(exhibit, Intervals) else _draw_outcomes(exhibit)
        )


def _draw_intervals(exhibit: Intervals) -> bytes:
    low, high = exhibit.axis
    with _chart([(row.group, row.label) for row in exhibit.rows]) as (figure, axes, places):
        for place, row in zip(places, exhibit.rows, strict=True):
            # A bar without an end on the axis runs off it.
            ends = [max(row.lower, low - 1), min(row.upper, high + 1)]
            axes.plot(ends, [place, place], color=COLOURS["mark"][0], linewidth=2)
            inside = min(max(row.estimate, low), high)
            axes.plot([inside], [place], "o", color=COLOURS["mark"][0], markersize=6)
        for limit in exhibit.limits:
            axes.axvline(limit, color=COLOURS["limit"][0], linewidth=1.2, linestyle=(0, (4, 3)))
        axes.set_xlim(low - 0.01 * (high - low), high + 0.01 * (high - low))
        if exhibit.percent:
            axes.xaxis.set_major_formatter(PercentFormatter(1, decimals=None))
        axes.set_xlabel(textwrap.fill(exhibit.quantity, 60))
        axes.grid(axis="x", color=COLOURS["rule"][0], linewidth=0.8)
        return _svg(figure)


def _draw_outcomes(exhibit: Outcomes) -> bytes:
    with _chart([(row.group, row.label) for row in exhibit.rows]) as (figure, axes, places):
        for index, name in enumerate(exhibit.classes):
            axes.barh(
                places,
                [row.shares[index] for row in exhibit.rows],
                left=[sum(row.shares[:index]) for row in exhibit.rows],
                height=0.72,
                color=COLOURS["soft"][0]
                if name == "undecided"
                else CLASSES[index % len(CLASSES)][0],
                label=name,
            )
        axes.set_xlim(0, 1)
        axes.set_xlabel("share of runs")
        axes.legend(
            loc="lower left",
            bbox_to_anchor=(-0.02, 1.0),
            ncols=2,
            frameon=False,
            handlelength=0.9,
            columnspacing=1.4,
        )
        return _svg(figure)


@contextmanager
def _chart(cells: Sequence[tuple[str, str]]) -> Iterator[tuple[Figure, Axes, list[float]]]:
    """A chart with one row a cell, top to bottom, headings between groups; yields the places."""
    places: list[float] = []
    headings: list[tuple[float, str]] = []
    bare = all(not label for _, label in cells)
    place = 0.0
    for index, (group, _) in enumerate(cells):
        if not bare and (index == 0 or group != cells[index - 1][0]):
            place += 0.35 if headings else 0
            headings.append((place, group))
            place += 1
        places.append(place)
        place += 1
    figure = Figure(figsize=(_WIDTH, 0.9 + _ROW * place))
    axes = figure.add_subplot()
    axes.set_ylim(place - 0.4, -0.6)
    axes.set_yticks(
        [*places, *(at for at, _ in headings)],
        [
            *((group if bare else label) for group, label in cells),
            *(group for _, group in headings),
        ],
    )
    for text in axes.get_yticklabels()[len(places) :]:
        text.set_fontweight("bold")
    axes.tick_params(length=0)
    axes.set_axisbelow(True)
    for side in ("top", "left", "right"):
        axes.spines[side].set_visible(False)
    yield figure, axes, places


def _svg(figure: Figure) -> bytes:
    buffer = io.BytesIO()
    figure.savefig(
        buffer,
        format="svg",
        bbox_inches="tight",
        pad_inches=0.05,
        transparent=True,
        metadata={"Date": None, "Creator": None, "Format": None, "Type": None},
    )
    drawn = buffer.getvalue().decode("utf-8")
    pairs = {**COLOURS, **{f"class{index}": pair for index, pair in enumerate(CLASSES)}}
    for name, (light, _) in pairs.items():
        drawn = drawn.replace(light, f"var(--{name})")
    light, dark = (
        "".join(f"--{name}:{pair[mode]};" for name, pair in pairs.items()) for mode in (0, 1)
    )
    style = f"<style>:root{{{light}}}@media (prefers-color-scheme:dark){{:root{{{dark}}}}}</style>"
    # The first element of the drawing; what the XML prologue says of a DTD elsewhere is left out.
    return (
        re.sub(
            r"^.*?(<svg[^>]*>)",
            lambda match: match.group(1) + style,
            drawn,
            count=1,
            flags=re.DOTALL,
        )
    ).encode()
