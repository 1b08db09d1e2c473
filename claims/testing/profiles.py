"""The profiles in which Hypothesis searches: chosen explicitly, never by the environment."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

PROFILES = ("default", "gate", "report", "thorough")

# What most properties decide at least 200 of; the others say in `given` how many they draw.
_EXAMPLES = 230
_FIXED = {"derandomize": True, "database": None}
_SETTINGS: dict[str, dict[str, Any]] = {
    "default": {"derandomize": False, "max_examples": _EXAMPLES},
    "gate": {**_FIXED, "max_examples": _EXAMPLES},
    "report": {**_FIXED, "max_examples": _EXAMPLES},
    "thorough": {"derandomize": False, "max_examples": 5000},
}


def load_profile(name: str) -> Callable[[], None]:
    """Make the named profile that of Hypothesis; returns what restores the one before."""
    from hypothesis import HealthCheck, settings

    before = settings.get_current_profile_name()
    restore_constants = _ignore_constants_of_modules()
    for profile, values in _SETTINGS.items():
        settings.register_profile(
            f"claims-{profile}",
            # What is not given here comes from Hypothesis' own defaults, never from its ci profile.
            parent=settings.get_profile("default"),
            deadline=None,
            # Both hang on time or on the order of items, and neither says anything about a claim.
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.differing_executors],
            **values,
        )
    settings.load_profile(f"claims-{name}")

    def restore() -> None:
        settings.load_profile(before)
        restore_constants()

    return restore


def _ignore_constants_of_modules() -> Callable[[], None]:
    """Keep Hypothesis from drawing literals of imported modules; returns what undoes it.

    It takes one number in twenty, and one float in seven, from the source of the modules that
    happen to be imported: what a derandomised check draws would depend on what else its process
    has collected. No setting turns this off. Hypothesis' own list of awkward numbers stays.
    """
    from hypothesis.internal.conjecture import providers
    from hypothesis.internal.constants_ast import Constants

    before = providers._get_local_constants

    def replace(source: Callable[[], Constants]) -> None:
        providers._get_local_constants = source
        providers.CONSTANTS_CACHE.cache.clear()

    none = Constants()
    replace(lambda: none)
    return lambda: replace(before)
