"""Data sets for regression and for two classes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from hypothesis import strategies as st

from claims.testing.strategies.draws import between, generator, near_zero, one_of, small_integers
from claims.testing.strategies.matrices import Rank, design_matrices

Classes = Literal["complete", "quasi-complete", "overlapping", "one-class"]


@dataclass(frozen=True, eq=False)
class DataSet:
    """Inputs of shape (N, d) and targets of shape (N,); read-only, every float entered exactly."""

    inputs: np.ndarray
    targets: np.ndarray

    def __post_init__(self) -> None:
        if self.inputs.ndim != 2 or self.targets.shape != self.inputs.shape[:1]:
            raise ValueError(
                f"a data set has inputs (N, d) and targets (N,), not shapes {self.inputs.shape} "
                f"and {self.targets.shape}; give one target for each row of inputs"
            )
        self.inputs.flags.writeable = False
        self.targets.flags.writeable = False

    def __repr__(self) -> str:
        # Nested lists show every digit; arrays would be rounded, and two data sets look the same.
        return f"DataSet(inputs={self.inputs.tolist()}, targets={self.targets.tolist()})"


@st.composite
def data_sets(
    draw: st.DrawFn,
    points: tuple[int, int] = (1, 8),
    dimensions: tuple[int, int] = (1, 4),
    rank: Rank = None,
    exponents: tuple[int, int] = (-3, 3),
) -> DataSet:
    """Regression data: any design matrix; targets constant, small integers, X w, or generic.

    points, dimensions: ranges of N and d; rank and exponents as for `generic_matrices`.
    """
    inputs = draw(design_matrices(points, dimensions, rank, exponents))
    kind = one_of(draw, ("constant", "integer", "interpolated", "generic"))
    if kind == "constant":
        targets = np.full(len(inputs), near_zero(draw, -4, 4), dtype=np.float64)
    elif kind == "interpolated":
        targets = inputs @ small_integers(draw, inputs.shape[1])
    elif kind == "integer":
        targets = small_integers(draw, len(inputs))
    else:
        targets = np.ldexp(generator(draw).integers(-256, 256, len(inputs), endpoint=True), -6)
    return DataSet(inputs, targets)


def labelled_data_sets(
    classes: Classes | None = None,
    points: tuple[int, int] = (2, 8),
    dimensions: tuple[int, int] = (1, 3),
    exponents: tuple[int, int] = (-2, 1),
) -> st.SearchStrategy[DataSet]:
    """Two-class data, labels 0.0 and 1.0, of a separability class that holds by construction.

    classes: "complete", "quasi-complete" or "overlapping" as in `separation` (hyperplanes through
    the origin), "one-class" (all labels equal, separable or not), or None for all of these besides
    labels drawn at random. points: range of N, from 2 up. At the default exponents, with weights as
    `chords` draws them, logits stay so small that 2048 bits tell a chord gap from zero.
    """
    if points[0] < 2:
        raise ValueError(f"points starts at {points[0]}; two classes need at least 2 points")
    designs = design_matrices(points, dimensions, None, exponents)
    chosen = (_free, *_CONSTRUCTIONS.values()) if classes is None else (_CONSTRUCTIONS[classes],)
    return st.one_of([construct(designs) for construct in chosen])


@st.composite
def _free(draw: st.DrawFn, designs: st.SearchStrategy[np.ndarray]) -> DataSet:
    inputs = draw(designs)
    return DataSet(inputs, _labels(draw, len(inputs)))


@st.composite
def _one_class(draw: st.DrawFn, designs: st.SearchStrategy[np.ndarray]) -> DataSet:
    inputs = draw(designs)
    return DataSet(inputs, np.full(len(inputs), float(between(draw, 0, 1))))


@st.composite
def _complete(draw: st.DrawFn, designs: st.SearchStrategy[np.ndarray]) -> DataSet:
    inputs = draw(designs)
    normal = _normal(draw, inputs.shape[1])
    return DataSet(*_separated(inputs, normal))


@st.composite
def _quasi_complete(draw: st.DrawFn, designs: st.SearchStrategy[np.ndarray]) -> DataSet:
    """Points that `normal` separates, but for one at zero or two on the hyperplane that overlap."""
    inputs = draw(designs)
    normal = _normal(draw, inputs.shape[1])
    inputs, targets = _separated(inputs, normal)
    on_plane = np.zeros_like(normal)
    if len(inputs) > 2 and len(normal) > 1 and between(draw, 0, 1):
        on_plane[0], on_plane[1] = -normal[1], normal[0]
        factor = one_of(draw, (1, 2, -1, -2))
        inputs[1] = factor * on_plane
        targets[1] = 1 - targets[0] if factor > 0 else targets[0]
    inputs[0] = on_plane
    return DataSet(inputs, targets)


@st.composite
def _overlapping(draw: st.DrawFn, designs: st.SearchStrategy[np.ndarray]) -> DataSet:
    """Signed points of which a combination with positive weights vanishes, as Stiemke has it."""
    inputs = draw(designs)
    targets = _labels(draw, len(inputs))
    signs = 2 * targets - 1
    weights = 1 + _bits(draw, len(inputs) - 1)
    inputs[-1] = -signs[-1] * ((weights * signs[:-1]) @ inputs[:-1])
    return DataSet(inputs, targets)


_CONSTRUCTIONS: dict[
    Classes, Callable[[st.SearchStrategy[np.ndarray]], st.SearchStrategy[DataSet]]
] = {
    "one-class": _one_class,
    "complete": _complete,
    "quasi-complete": _quasi_complete,
    "overlapping": _overlapping,
}


def _separated(inputs: np.ndarray, normal: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Inputs moved off the hyperplane of `normal`, and the side on which each lies."""
    # A move of the inputs' own scale: beside huge ones the normal itself would be rounded away.
    scale = 2.0 ** np.frexp(np.abs(inputs).max() or 1.0)[1]
    inputs = np.where((inputs @ normal == 0)[:, None], inputs + scale * normal, inputs)
    return inputs, (inputs @ normal > 0).astype(np.float64)


def _normal(draw: st.DrawFn, dimension: int) -> np.ndarray:
    entries = small_integers(draw, dimension, 3)
    if not entries.any():
        entries[0] = 1
    return entries


def _bits(draw: st.DrawFn, size: int) -> np.ndarray:
    return np.abs(small_integers(draw, size, 4)) % 2


_labels = _bits
