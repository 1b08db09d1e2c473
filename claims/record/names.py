"""Names of entries, and what to suggest when one is unknown."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def is_slug(name: str) -> bool:
    """Whether ``name`` consists of lower-case words and digits joined by single hyphens."""
    return _SLUG.fullmatch(name) is not None


def suggestion(name: str, known: Iterable[str]) -> str:
    """Return what to tell who wrote an unknown ``name``: the nearest names, or all of a few."""
    known = sorted(known)
    near = get_close_matches(name, known, n=3, cutoff=0.5)
    if near:
        return f"did you mean {' or '.join(repr(other) for other in near)}?"
    if not known:
        return "there is none"
    if len(known) <= 12:
        return f"known are {', '.join(known)}"
    return f"none of the {len(known)} known names is near"
