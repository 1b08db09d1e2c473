"""How many networks the studies trained, and of how many runs the answer stayed open."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Trained:
    """One study: its runs, the networks they trained, the largest undecided share of a question."""

    name: str
    claims: tuple[str, ...]
    runs: int
    networks: int
    undecided: float


def networks(studies: Mapping[str, Mapping[str, Any]]) -> tuple[Trained, ...]:
    """Every study's result by name, as one row."""
    return tuple(
        Trained(
            name,
            tuple(dict.fromkeys(one["claim"] for one in result["questions"] if one["claim"])),
            result["n"],
            result["networks"],
            max(one["undecided"] / one["n"] for one in result["questions"]),
        )
        for name, result in studies.items()
    )
