"""Data sets for regression and for two classes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from hypothesis import strategies as st

from claims.testing.strategies.draws import Tape
from claims.testing.strategies.matrices import Range, Rank, design_matrix

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
    points: Range = (1, 8),
    dimensions: Range = (1, 4),
    rank: Rank = None,
    exponents: Range = (-3, 3),
) -> DataSet:
    """Regression data: any design matrix; targets constant, small integers, X w, or generic.

    points, dimensions: ranges of N and d; rank and exponents as for `generic_matrices`.
    """
    tape = Tape(draw)
    inputs = design_matrix(tape, points, dimensions, rank, exponents)
    kind = tape.one_of(("constant", "integer", "interpolated", "generic"))
    if kind == "constant":
        targets = np.full(len(inputs), tape.near_zero(-4, 4), dtype=np.float64)
    elif kind == "interpolated":
        targets = inputs @ tape.small_integers(inputs.shape[1])
    elif kind == "integer":
        targets = tape.small_integers(len(inputs))
    else:
        targets = np.ldexp(tape.generator().integers(-256, 256, len(inputs), endpoint=True), -6)
    return DataSet(inputs, targets)


def labelled_data_sets(
    classes: Classes | None = None,
    points: Range = (2, 8),
    dimensions: Range = (1, 3),
    exponents: Range = (-2, 1),
) -> st.SearchStrategy[DataSet]:
    """Two-class data, labels 0.0 and 1.0, of a separability class that holds by construction.

    classes: "complete", "quasi-complete" or "overlapping" as in `separation` (hyperplanes through
    the origin), "one-class" (all labels equal, separable or not), or None for all of these besides
    labels drawn at random. points: range of N, from 2 up. At the default exponents, with weights as
    `chords` draws them, logits stay so small that 2048 bits tell a chord gap from zero.
    """
    if points[0] < 2:
        raise ValueError(f"points starts at {points[0]}; two classes need at least 2 points")
    return _labelled(classes, points, dimensions, exponents)


@st.composite
def _labelled(
    draw: st.DrawFn, classes: Classes | None, points: Range, dimensions: Range, exponents: Range
) -> DataSet:
    tape = Tape(draw)
    constructions = (_free, *_CONSTRUCTIONS.values())
    construct = tape.one_of(constructions) if classes is None else _CONSTRUCTIONS[classes]
    return construct(tape, design_matrix(tape, points, dimensions, None, exponents))


def _free(tape: Tape, inputs: np.ndarray) -> DataSet:
    return DataSet(inputs, _labels(tape, len(inputs)))


def _one_class(tape: Tape, inputs: np.ndarray) -> DataSet:
    return DataSet(inputs, np.full(len(inputs), float(tape.between(0, 1))))


def _complete(tape: Tape, inputs: np.ndarray) -> DataSet:
    normal = _normal(tape, inputs.shape[1])
    return DataSet(*_separated(inputs, normal))


def _quasi_complete(tape: Tape, inputs: np.ndarray) -> DataSet:
    """Points that `normal` separates, but for one at zero or two on the hyperplane that overlap."""
    normal = _normal(tape, inputs.shape[1])
    inputs, targets = _separated(inputs, normal)
    on_plane = np.zeros_like(normal)
    if len(inputs) > 2 and len(normal) > 1 and tape.between(0, 1):
        on_plane[0], on_plane[1] = -normal[1], normal[0]
        factor = tape.one_of((1, 2, -1, -2))
        inputs[1] = factor * on_plane
        targets[1] = 1 - targets[0] if factor > 0 else targets[0]
    inputs[0] = on_plane
    return DataSet(inputs, targets)


def _overlapping(tape: Tape, inputs: np.ndarray) -> DataSet:
    """Signed points of which a combination with positive weights vanishes, as Stiemke has it."""
    targets = _labels(tape, len(inputs))
    signs = 2 * targets - 1
    weights = 1 + _bits(tape, len(inputs) - 1)
    inputs[-1] = -signs[-1] * ((weights * signs[:-1]) @ inputs[:-1])
    return DataSet(inputs, targets)


_CONSTRUCTIONS: dict[Classes, Callable[[Tape, np.ndarray], DataSet]] = {
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


def _normal(tape: Tape, dimension: int) -> np.ndarray:
    entries = tape.small_integers(dimension, 3)
    if not entries.any():
        entries[0] = 1
    return entries


def _bits(tape: Tape, size: int) -> np.ndarray:
    return np.abs(tape.small_integers(size, 4)) % 2


_labels = _bits
