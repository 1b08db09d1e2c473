"""Design matrices of known rank, condition and scale, and degenerate ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
from hypothesis import strategies as st

from claims.testing.strategies.draws import Tape

# Powers of two for objectives that are algebraic in the inputs. Under an exponential they would
# make chord gaps of size exp(-2**400), which no working precision decides.
EXTREME_EXPONENTS = (-400, 400)

Rank = int | Literal["full", "deficient"] | None


Range = tuple[int, int]


@st.composite
def generic_matrices(
    draw: st.DrawFn,
    points: Range = (1, 8),
    dimensions: Range = (1, 4),
    rank: Rank = None,
    exponents: Range = (-3, 3),
    condition_bits: Range = (0, 12),
) -> np.ndarray:
    """Inputs of shape (N, d) whose exact rank, condition and scale are drawn; NumPy fills them.

    rank: "full" (rank d, so N >= d), "deficient" (rank < d), a number, or any if None; the ranges
    have to admit it.
    exponents: range of e in the scale 2**e. condition_bits: range of b; the pivots of the matrix
    spread over a factor 2**b. The matrix is a permuted product L D U of a unit lower trapezoidal,
    a diagonal and a unit upper trapezoidal factor, computed in integers, hence of rank exactly r.
    """
    return _generic(Tape(draw), points, dimensions, rank, exponents, condition_bits)


def _generic(
    tape: Tape,
    points: Range,
    dimensions: Range,
    rank: Rank,
    exponents: Range,
    condition_bits: Range = (0, 12),
) -> np.ndarray:
    # In one dimension only zero inputs are deficient: left out where there is a choice.
    least = rank if isinstance(rank, int) else min(2, dimensions[1]) if rank == "deficient" else 1
    dimension = tape.between(max(dimensions[0], least), dimensions[1])
    known = rank if isinstance(rank, int) else dimension if rank == "full" else None
    count = tape.between(max(points[0], known or 1), points[1])
    if known is not None:
        exact_rank = known
    else:
        most = min(count, dimension - 1 if rank == "deficient" else dimension)
        # A bound, mostly out of reach, so that N and d can shrink while the rank stays.
        exact_rank = min(most, tape.one_of([most] * 4 + [*range(dimensions[1] - 1, -1, -1)]))
    grid = tape.between(0, 6)
    spread = tape.between(0, 2)
    bits = tape.between(*condition_bits)
    exponent = tape.near_zero(*exponents)
    random = tape.generator()

    unit, largest = 1 << grid, spread << grid
    lower = np.tril(random.integers(-largest, largest, (count, exact_rank), endpoint=True), -1)
    upper = np.triu(random.integers(-largest, largest, (exact_rank, dimension), endpoint=True), 1)
    np.fill_diagonal(lower, unit)
    np.fill_diagonal(upper, unit)
    pivots = 1 << np.linspace(bits, 0, exact_rank).astype(np.int64)
    product = (lower * pivots) @ upper
    product = product[random.permutation(count)][:, random.permutation(dimension)]
    # |product| < 2**(2 * 8 + 12) r: an int64 and a float64 hold it exactly.
    return np.ldexp(product.astype(np.float64), exponent - 2 * grid - bits)


def _zero_columns(matrix: np.ndarray) -> None:
    matrix[:, 1:] = 0


def _equal_columns(matrix: np.ndarray) -> None:
    matrix[:, -1] = matrix[:, 0]


def _all_zero(matrix: np.ndarray) -> None:
    matrix[:] = 0


def _one_repeated_point(matrix: np.ndarray) -> None:
    matrix[:] = matrix[0]


def _duplicate(matrix: np.ndarray) -> None:
    matrix[-1] = matrix[0]


def _opposite(matrix: np.ndarray) -> None:
    if len(matrix) > 1:
        matrix[-1] = -matrix[0]


def _zero_point(matrix: np.ndarray) -> None:
    matrix[1:2] = 0


def _on_a_line(matrix: np.ndarray) -> None:
    for place in range(2, len(matrix)):
        # At 2, -2, 3, -3, .. on the line through the first two points, which are at 0 and 1.
        position = (place // 2 + 1) * (-1) ** place
        matrix[place] = matrix[0] + position * (matrix[1] - matrix[0])


def _on_a_ray(matrix: np.ndarray) -> None:
    matrix[:] = np.arange(1, len(matrix) + 1)[:, None] * matrix[0]


def _ordinary(matrix: np.ndarray) -> None:
    pass


def _uneven_columns(matrix: np.ndarray) -> None:
    matrix[:, 1::2] *= 2.0**-6


# Simplest first: Hypothesis shrinks towards the front.
DEGENERATIONS: tuple[Callable[[np.ndarray], None], ...] = (
    _ordinary,
    _all_zero,
    _duplicate,
    _opposite,
    _zero_point,
    _one_repeated_point,
    _on_a_ray,
    _on_a_line,
    _zero_columns,
    _equal_columns,
    _uneven_columns,
)


@st.composite
def degenerate_matrices(
    draw: st.DrawFn,
    points: Range = (1, 8),
    dimensions: Range = (1, 4),
    exponents: Range = (-3, 3),
) -> np.ndarray:
    """Inputs of shape (N, d) with small integers times 2**e, repeated entries and exact accidents.

    All zero, a repeated point, opposite points, a point at zero, one point many times, points on a
    ray or on a line, zero columns, equal columns, columns of uneven scale.
    """
    return _degenerate(Tape(draw), points, dimensions, exponents)


def _degenerate(tape: Tape, points: Range, dimensions: Range, exponents: Range) -> np.ndarray:
    count, dimension = tape.between(*points), tape.between(*dimensions)
    degenerate = tape.one_of(DEGENERATIONS)
    # Rows of the greatest length, cut off: a smaller dimension leaves the other entries in place.
    entries = tape.small_integers(count * dimensions[1]).reshape(count, dimensions[1])
    matrix = entries[:, :dimension].copy()
    degenerate(matrix)
    return np.ldexp(matrix, tape.near_zero(*exponents))


@st.composite
def design_matrices(
    draw: st.DrawFn,
    points: Range = (1, 8),
    dimensions: Range = (1, 4),
    rank: Rank = None,
    exponents: Range = (-3, 3),
) -> np.ndarray:
    """Inputs of shape (N, d), float64: adversarial or generic; generic alone of a given rank."""
    return design_matrix(Tape(draw), points, dimensions, rank, exponents)


def design_matrix(
    tape: Tape, points: Range, dimensions: Range, rank: Rank, exponents: Range
) -> np.ndarray:
    """What `design_matrices` draws, read from a tape that more is read from."""
    if rank is None and tape.one_of((True, False)):
        return _degenerate(tape, points, dimensions, exponents)
    return _generic(tape, points, dimensions, rank, exponents)
