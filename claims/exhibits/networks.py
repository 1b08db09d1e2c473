"""How many networks the studies trained, and of how many runs the answer stayed open."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Trained:
    """One study: its runs and the networks they trained.

    ``classified`` of the networks were polished and their ends classified, ``xor`` were trained on
    XOR. ``open`` runs of ``asked``, in the question with the largest share of them, are undecided.
    """

    name: str
    claims: tuple[str, ...]
    runs: int
    networks: int
    classified: int
    xor: int
    open: int
    asked: int

    @property
    def undecided(self) -> float:
        return self.open / self.asked


def networks(studies: Mapping[str, Mapping[str, Any]]) -> tuple[Trained, ...]:
    """Every study's result by name, as one row."""
    return tuple(_trained(name, result) for name, result in studies.items())


def _trained(name: str, result: Mapping[str, Any]) -> Trained:
    worst = max(result["questions"], key=lambda one: one["undecided"] / one["n"])
    return Trained(
        name,
        tuple(dict.fromkeys(one["claim"] for one in result["questions"] if one["claim"])),
        result["n"],
        result["networks"],
        result["classified"],
        sum(one["networks"] for one in result["settings"] if one["cell"].get("data") == "xor"),
        worst["undecided"],
        worst["n"],
    )
