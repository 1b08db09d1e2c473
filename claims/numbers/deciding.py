"""Deciding the sign of a number: exactly, or in balls at growing precision, never by tolerance."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from claims.numbers.arithmetics import BALLS, RATIONALS, Arithmetic
from claims.numbers.balls import precision
from claims.numbers.scalar import Undefined

PRECISIONS = (64, 128, 256, 512, 1024, 2048)


class Undecided(ArithmeticError):
    """The sign was not decided at the greatest precision; an exact tie was not declared."""


class FalseTie(ValueError):
    """A number was declared to be zero, and is not."""


def decide_sign(evaluate: Callable[[Arithmetic], Any], *, tie: bool = False) -> int:
    """Return the sign (-1, 0 or 1) of the number that ``evaluate`` computes in a given arithmetic.

    ``evaluate(arithmetic)`` enters its data by ``arithmetic.enter`` and returns one scalar. ``tie``
    says that the number was recognised as zero by an exact argument beforehand: balls never decide
    a zero. What can be computed in rationals is decided there. Raises Undecided, and FalseTie
    where a declared zero is refuted.
    """
    if tie:
        _confirm_tie(evaluate)
        return 0
    try:
        return int(evaluate(RATIONALS).sign())
    except Undefined:
        pass  # a transcendental primitive occurs: balls decide
    for bits in PRECISIONS:
        with precision(bits):
            sign = evaluate(BALLS).sign()
        if sign is not None:
            return int(sign)
    raise Undecided(
        f"the sign was not decided with {PRECISIONS[-1]} bits: "
        "an exact tie has to be recognised exactly"
    )


def _confirm_tie(evaluate: Callable[[Arithmetic], Any]) -> None:
    """Evaluate once, so that a tie that is declared wrongly does not pass for one."""
    try:
        sign = evaluate(RATIONALS).sign()
    except Undefined:
        with precision(PRECISIONS[0]):
            sign = evaluate(BALLS).sign()
    if sign not in (0, None):
        raise FalseTie("the number was declared a tie, but is not zero: correct the exact argument")
