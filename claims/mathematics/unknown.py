"""Functions of which nothing is known: what is proved with one holds for every function."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from claims.numbers import Symbol


def unknown_function(name: str) -> Callable[[Any], Any]:
    """Return a real function of a vector of symbols of which nothing is known.

    Its value at a point, a vector (d,) of symbols, is a generator named after the point: equal
    points, recognised by the canonical form of their entries, have the same value, and two
    functions of one name are one function. For a function of one scalar see
    claims.numbers.uninterpreted. Raises ValueError for a name that is no identifier.
    """
    if not name.isidentifier():
        raise ValueError(f"{name!r} is no name of a function: use letters, digits and underscores")

    def function(point: Any) -> Any:
        entries = ", ".join(str(entry) for entry in point)
        # Two parentheses, so that it never is one of the primitives, s(h) or softplus(h).
        return Symbol._generator_named(f"{name}(({entries}))")

    return function
