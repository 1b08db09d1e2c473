"""All stationary points in a box, each enclosed and proved, by bisection with a Krawczyk test.

For a box with centre c let F be the gradient, H contain the Hessians over the box, Y be any matrix
and K = c - Y F(c) + (I - Y H)(box - c). Every zero of F in the box lies in K (mean value theorem).
If K lies inside the box, there is exactly one (Brouwer, and I - Y H is then a contraction); if they
are disjoint, none; nor where F, enclosed over the box, has a component without a zero
(R. Krawczyk 1969; Moore, Kearfott and Cloud, Introduction to Interval Analysis, 2009, chapter 8).
Boxes that stay undecided are cut in two. The theorem asks for a continuous gradient, and balls for
the Hessian do not enclose the jump of a gradient at a kink: functions with one are refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Protocol

import numpy as np
from flint import arb

from claims.numbers import BALLS, Ball, exact_fraction, precision
from claims.numbers.exact import to_fmpq, to_fraction

Interval = tuple[Fraction, Fraction]
Box = tuple[Interval, ...]

# A box is grown by this part of its width on every side: a zero on a cut is then inside of both.
_GROWTH = Fraction(1, 8)
_REFINEMENTS = 6


class Derivatives(Protocol):
    """The gradient (p,) and the Hessian (p, p) of a function of theta (p,), inputs, targets.

    ``value_program.lines`` are the operations of the function: `claims.compiled.Function` has all.
    """

    @property
    def value_program(self) -> Any: ...

    def gradient(self, *arrays: Any) -> Any: ...

    def hessian(self, *arrays: Any) -> Any: ...


class Unfinished(ArithmeticError):
    """Not decided: a zero may be singular, or lie on the boundary of the box."""


@dataclass(frozen=True)
class StationaryPoint:
    """Exactly one zero of the gradient lies in ``box``, and the same one, alone, in ``around``.

    ``index`` is the number of negative eigenvalues of the Hessian at the zero, which is regular.
    """

    box: Box
    around: Box
    index: int


def isolate_stationary_points(
    function: Derivatives, data: tuple[Any, Any], box: Box, *, limit: int = 20000
) -> tuple[StationaryPoint, ...]:
    """Return all zeros of the gradient in ``box``, each once, in the order of their boxes.

    ``function(theta, inputs, targets)`` has p = 1 or 2 parameters, ``data`` holds exact inputs and
    targets, ``box`` a pair (low, high) for each parameter. Raises Unfinished where a zero
    is not told from the boundary or from another one, or after ``limit`` boxes; ValueError for
    other p, an empty interval, or a function with a kink (a ``select``, as in ReLU).
    """
    if any(line.operation == "select" for line in function.value_program.lines):
        raise ValueError(
            "the function chooses by a sign (select, as ReLU does): its gradient may jump, where "
            "the mean value theorem proves nothing; give a smooth activation or loss"
        )
    if len(box) not in (1, 2) or any(low >= high for low, high in box):
        raise ValueError(f"the box {box}: give one or two pairs (low, high) with low < high")
    with precision(96):
        search = _Search(function, tuple(BALLS.enter(part) for part in data))
        points: list[StationaryPoint] = []
        waiting, seen = [box], 0
        while waiting:
            seen += 1
            if seen > limit:
                raise Unfinished(f"not decided after {limit} boxes, near {waiting[-1]}")
            current = waiting.pop()
            outcome = search.examine(current)
            if outcome is None:
                waiting += _halves(current)
            elif isinstance(outcome, StationaryPoint):
                points.append(outcome)
    distinct: list[StationaryPoint] = []
    for point in points:
        if _within(point.box, box) and not any(_same(point, other) for other in distinct):
            distinct.append(point)
    return tuple(sorted(distinct, key=lambda point: point.box))


class _Search:
    def __init__(self, function: Derivatives, data: tuple[Any, ...]) -> None:
        self.function = function
        self.data = data

    def examine(self, box: Box) -> StationaryPoint | bool | None:
        """Return a point, False where the box holds none, None where it stays undecided."""
        slope = self.function.gradient(_ball_box(box), *self.data)
        if any(entry.sign() in (1, -1) for entry in slope):
            return False
        around: Box = tuple(
            (low - _GROWTH * (high - low), high + _GROWTH * (high - low)) for low, high in box
        )
        image = self.krawczyk(around)
        if image is None:
            return None
        if not _strictly_within(image, around):
            apart = any(
                not entry.arb.overlaps(whole.arb)
                for entry, whole in zip(image, _ball_box(box), strict=True)
            )
            return False if apart else None
        for _ in range(_REFINEMENTS):
            refined = self.krawczyk(_rational_box(image))
            if refined is None or not _strictly_within(refined, _rational_box(image)):
                break
            image = refined
        tight = _rational_box(image)
        return StationaryPoint(tight, around, self.index(tight))

    def krawczyk(self, box: Box) -> Any | None:
        """Return the balls K (p,), or None where the Hessian at the centre is not inverted."""
        whole = _ball_box(box)
        centre = BALLS.enter([(low + high) / 2 for low, high in box])
        at_centre = self.function.hessian(centre, *self.data)
        rough = np.array([[float(entry.arb.mid()) for entry in row] for row in at_centre])
        try:
            inverse = BALLS.enter(np.linalg.inv(rough))
        except (np.linalg.LinAlgError, ValueError):
            return None
        identity = BALLS.enter(np.eye(len(box), dtype=int))
        contraction = identity - inverse @ self.function.hessian(whole, *self.data)
        step = inverse @ self.function.gradient(centre, *self.data)
        return centre - step + contraction @ (whole - centre)

    def index(self, box: Box) -> int:
        hessian = self.function.hessian(_ball_box(box), *self.data)
        corner = hessian[0, 0].sign()
        if len(box) == 2:
            determinant = hessian[0, 0] * hessian[1, 1] - hessian[0, 1] * hessian[1, 0]
            if determinant.sign() == -1:
                return 1
            if determinant.sign() != 1:
                corner = None
        if corner is None:
            raise Unfinished(f"the signs of the Hessian in {box} are not decided")
        return len(box) * int(corner < 0)


def _ball_box(box: Box) -> Any:
    result = np.empty(len(box), dtype=object)
    result[:] = [Ball(_arb(low).union(_arb(high))) for low, high in box]
    return result


def _arb(value: Fraction) -> arb:
    return arb(to_fmpq(value))


def _rational_box(image: Any) -> Box:
    return tuple(
        (
            exact_fraction(_end(entry.arb.lower())),
            exact_fraction(_end(entry.arb.upper())),
        )
        for entry in image
    )


def _end(exact: arb) -> Fraction:
    return to_fraction(exact.fmpq())


def _strictly_within(image: Any, box: Box) -> bool:
    return all(
        entry.arb > _arb(low) and entry.arb < _arb(high)
        for entry, (low, high) in zip(image, box, strict=True)
    )


def _halves(box: Box) -> list[Box]:
    widest = max(range(len(box)), key=lambda k: box[k][1] - box[k][0])
    low, high = box[widest]
    middle = (low + high) / 2
    parts: list[Interval] = [(low, middle), (middle, high)]
    return [(*box[:widest], part, *box[widest + 1 :]) for part in parts]


def _contains(outer: Box, inner: Box) -> bool:
    return all(a <= c and d <= b for (a, b), (c, d) in zip(outer, inner, strict=True))


def _apart(one: Box, other: Box) -> bool:
    return any(b < c or d < a for (a, b), (c, d) in zip(one, other, strict=True))


def _within(inner: Box, outer: Box) -> bool:
    """Whether a zero enclosed in ``inner`` lies in ``outer``; raises Unfinished on its boundary."""
    if _contains(outer, inner):
        return True
    if _apart(outer, inner):
        return False
    raise Unfinished(f"a zero in {inner} is not told from the boundary of {outer}")


def _same(one: StationaryPoint, other: StationaryPoint) -> bool:
    """Whether two enclosures hold the same zero: one that lies where the other is alone."""
    if _apart(one.box, other.box):
        return False
    if _contains(other.around, one.box) or _contains(one.around, other.box):
        return True
    raise Unfinished(f"the zeros in {one.box} and {other.box} are not told apart")
