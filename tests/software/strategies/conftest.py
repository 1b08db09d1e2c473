"""Drawing many examples at once, the same ones on every run."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.strategies import SearchStrategy


def draw_examples(strategy: SearchStrategy[Any], count: int = 500) -> list[Any]:
    examples: list[Any] = []

    @settings(
        max_examples=count,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(strategy)
    def collect(example: Any) -> None:
        examples.append(example)

    collect()
    return examples


@pytest.fixture(scope="session")
def examples_of() -> Callable[..., list[Any]]:
    """``examples_of(strategy, count=500)`` returns derandomised examples, drawn once a session."""
    return cache(draw_examples)
