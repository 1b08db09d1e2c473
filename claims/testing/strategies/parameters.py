"""Networks' shapes, flat parameter vectors, chords between them, and permutations of units.

A flat parameter vector holds, layer by layer, the weights row by row (out x in), then the biases
where there are any.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import gcd

import numpy as np
from hypothesis import strategies as st

from claims.mathematics import null_vectors
from claims.testing.strategies.data_sets import DataSet
from claims.testing.strategies.draws import Tape


@dataclass(frozen=True, eq=False)
class Chord:
    """The point weight start + (1 - weight) end; start and end (P,), 0 <= weight <= 1 exact."""

    start: np.ndarray
    end: np.ndarray
    weight: Fraction

    def __repr__(self) -> str:
        return f"Chord({self.start.tolist()}, {self.end.tolist()}, weight={self.weight})"


@st.composite
def network_shapes(
    draw: st.DrawFn,
    inputs: tuple[int, int] = (1, 3),
    hidden_layers: tuple[int, int] = (0, 2),
    units: tuple[int, int] = (1, 4),
) -> tuple[int, ...]:
    """Widths (d, n_1, .., n_k, 1) with d, k and every n in the ranges given."""
    tape = Tape(draw)
    depth = tape.between(*hidden_layers)  # first, as it is to be shrunk first
    dimension = tape.between(*inputs)
    return (dimension, *(tape.between(*units) for _ in range(depth)), 1)


@st.composite
def parameters(draw: st.DrawFn, size: int, exponents: tuple[int, int] = (-2, 1)) -> np.ndarray:
    """A parameter vector of shape (size,), float64: small integers, or a fine grid, times 2**e.

    Half are entries that Hypothesis draws and shrinks one by one, half are filled by NumPy.
    """
    return _parameters(Tape(draw), size, exponents)


def _parameters(tape: Tape, size: int, exponents: tuple[int, int]) -> np.ndarray:
    exponent = tape.near_zero(*exponents)
    if grid := tape.one_of((0, 0, 0, 0, 1, 2, 4, 8)):
        entries = tape.generator().integers(-4 << grid, 4 << grid, size, endpoint=True)
        return np.ldexp(entries.astype(np.float64), exponent - grid)
    return np.ldexp(tape.small_integers(size), exponent)


_INNER_WEIGHTS = [Fraction(n, m) for m in range(2, 9) for n in range(1, m) if gcd(n, m) == 1]


@st.composite
def chords(
    draw: st.DrawFn,
    size: int,
    inputs: np.ndarray | None = None,
    exponents: tuple[int, int] = (-2, 1),
) -> Chord:
    """Two parameter vectors of shape (size,) and an exact weight.

    Most are ordinary. Besides there are chords evaluated at an end (weight 0 or 1), chords of
    length 0 and, where `inputs` (N, size) of deficient rank are given, flat ones:
    inputs @ (start - end) = 0 exactly. `chord_labels` recognises them.
    """
    return _chord(Tape(draw), size, inputs, exponents)


def _chord(tape: Tape, size: int, inputs: np.ndarray | None, exponents: tuple[int, int]) -> Chord:
    kinds = ["ordinary"] * 22 + ["at an end", "equal ends"]
    directions = null_vectors(inputs) if inputs is not None else []
    if directions:
        kinds += ["flat", "flat"]
    kind = tape.one_of(kinds)
    start = _parameters(tape, size, exponents)
    weight = Fraction(tape.between(0, 1)) if kind == "at an end" else tape.one_of(_INNER_WEIGHTS)
    if kind == "equal ends":
        end = start.copy()
    elif kind == "flat":
        start, end = _flat_ends(start, tape.one_of(directions))
    else:
        # A step, not a second point: Hypothesis often copies one drawn vector over the other.
        end = start + _parameters(tape, size, exponents)
    return Chord(start, end, weight)


def _flat_ends(start: np.ndarray, direction: list[int]) -> tuple[np.ndarray, np.ndarray]:
    """Ends that differ by a multiple 2**-k of `direction`, of length about one, without rounding.

    The start loses the bits that the sum could not hold: all are below 2**-k or above 8. A
    direction too long for a float64 (which small data sets do not have) leaves equal ends.
    """
    longest = max(abs(entry) for entry in direction)
    if longest.bit_length() > 50:
        return start, start.copy()
    shift = max(longest.bit_length() - 2, 0)
    step = np.ldexp(np.array(direction, dtype=np.float64), -shift)
    start = np.fmod(np.ldexp(np.round(np.ldexp(start, shift)), -shift), 16.0)
    return start, start + step


@st.composite
def chord_problems(
    draw: st.DrawFn,
    data: st.SearchStrategy[DataSet],
    exponents: tuple[int, int] = (-2, 1),
) -> tuple[DataSet, Chord]:
    """A data set and a chord between weight vectors of a linear model without bias on it."""
    data_set = draw(data)
    return data_set, _chord(Tape(draw), data_set.inputs.shape[1], data_set.inputs, exponents)


@st.composite
def permutations_of_units(draw: st.DrawFn, widths: tuple[int, ...]) -> tuple[np.ndarray, ...]:
    """One permutation of range(n), an integer array (n,), for each hidden layer of `widths`.

    Shrinks to the identity.
    """
    return tuple(
        np.array(draw(st.permutations(range(units))), dtype=np.int64) for units in widths[1:-1]
    )


@st.composite
def parameters_at_kink(
    draw: st.DrawFn,
    widths: tuple[int, ...],
    inputs: np.ndarray,
    hidden_bias: bool = True,
    output_bias: bool = True,
    exponents: tuple[int, int] = (-2, 1),
) -> np.ndarray:
    """Parameters with a unit of the first layer whose pre-activation is exactly zero at a point.

    widths: (d, n_1, .., 1) with at least one hidden layer; inputs: shape (N, d). With hidden biases
    the unit's bias is set, without them its weights are turned orthogonal to the point.
    """
    layers = list(pairwise(widths))
    biases = sum(widths[1:-1]) * hidden_bias + widths[-1] * output_bias
    tape = Tape(draw)
    theta = _parameters(tape, sum(a * b for a, b in layers) + biases, exponents)
    dimension, units = layers[0]
    unit = tape.between(0, units - 1)
    point = inputs[tape.between(0, len(inputs) - 1)]
    weights = theta[unit * dimension : (unit + 1) * dimension]
    if hidden_bias:
        bias = -sum(
            (Fraction(w) * Fraction(x) for w, x in zip(weights, point, strict=True)), Fraction(0)
        )
        if Fraction(float(bias)) != bias:
            weights[:], bias = 0, Fraction(0)
        theta[units * dimension + unit] = float(bias)
    elif dimension == 1:
        weights[:] = np.where(point == 0, weights, 0)
    else:
        # Swapping two coordinates and one sign is a rotation by a right angle, free of rounding.
        first = tape.between(0, dimension - 2)
        weights[:] = 0
        weights[first], weights[first + 1] = point[first + 1], -point[first]
    return theta
