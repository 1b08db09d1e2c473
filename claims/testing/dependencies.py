"""Dependencies of a check: its parameters with default values, which controls replace."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any


def given(
    *arguments: Any, draws: int = 1, **strategies: Any
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Like ``hypothesis.given``, for a test that may have parameters with default values.

    Hypothesis refuses those, because they hide that a strategy was forgotten. Here they are the
    dependencies of a check, and Hypothesis does not see them.

    A property that leaves many of its examples out, as ties or by ``assume``, says how many
    ``draws`` it needs at least, where those of the profile are fewer.
    """
    from hypothesis import given as hypothesis_given
    from hypothesis import settings

    def decorate(test: Callable[..., None]) -> Callable[..., None]:
        signature = inspect.signature(test)

        @functools.wraps(test)
        def drawn(*args: Any, **kwargs: Any) -> None:
            __tracebackhide__ = True
            test(*args, **kwargs)

        drawn.__signature__ = signature.replace(  # type: ignore[attr-defined]
            parameters=[p for p in signature.parameters.values() if p.default is p.empty]
        )
        draw: Callable[[Any], Callable[..., None]] = hypothesis_given(*arguments, **strategies)
        usual = settings().max_examples
        return settings(max_examples=draws)(draw(drawn)) if draws > usual else draw(drawn)

    return decorate


def dependencies(test: Callable[..., Any]) -> set[str]:
    """Return the names of the parameters of a test that have defaults."""
    inner = test.hypothesis.inner_test if hasattr(test, "hypothesis") else test
    signature = inspect.signature(inspect.unwrap(inner))
    return {p.name for p in signature.parameters.values() if p.default is not p.empty}


def is_refused(test: Callable[..., Any]) -> bool:
    """Whether a test was given to Hypothesis with its default values, which Hypothesis refuses."""
    if not hasattr(test, "hypothesis"):
        return False
    parameters = inspect.signature(test.hypothesis.inner_test).parameters.values()
    return any(p.default is not p.empty for p in parameters)
