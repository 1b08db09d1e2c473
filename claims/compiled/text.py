"""Statements of generated functions: lists of lines, put inside one another."""

from __future__ import annotations

from collections.abc import Sequence


def nested(header: str, statements: Sequence[str]) -> list[str]:
    """Return the statements as the body of ``header``, a loop or a condition."""
    return [header, *(f"    {line}" for line in statements or ["pass"])]
