"""Convexity as an inequality between values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def chord_gap(function: Callable[[Any], Any], a: Any, b: Any, weight: Any) -> Any:
    """Return weight f(a) + (1 - weight) f(b) - f(weight a + (1 - weight) b).

    f is convex if and only if the gap is never negative for 0 <= weight <= 1; it is zero for every
    f where a = b or weight is 0 or 1.
    """
    middle = a * weight + b * (1 - weight)
    return function(a) * weight + function(b) * (1 - weight) - function(middle)
