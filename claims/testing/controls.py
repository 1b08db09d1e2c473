"""Running a control: the planted fault must be caught, on a witness that the original passes."""

from __future__ import annotations

import functools
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

import pytest

from claims.record import Control, Named
from claims.testing.check import Check, Run
from claims.testing.marks import ControlMark
from claims.testing.violation import Violation, display

Test = Callable[..., Any]
Call = tuple[tuple[Any, ...], dict[str, Any]]

# What a test can end in besides passing and being skipped; pytest's Failed is no Exception.
_FAILURES = (Exception, pytest.fail.Exception)


def run_control(
    test: Test,
    arguments: Mapping[str, Any],
    control: ControlMark,
    check: Check,
    *,
    shrink: bool,
) -> Control:
    """Run ``test`` on its fixtures' values with the control's dependencies replaced.

    A search ends at the first violation; ``shrink`` asks for a minimal one, at several times the
    cost, which only a witness that is shown to people is worth.

    The outcome is "caught" if that ends in a Violation raised through ``check`` and the original
    passes on the same arguments, or excludes them by ``assume``; "missed" if nothing is violated;
    "broken" otherwise.
    """

    def outcome(word: str, message: str, violation: Violation | None = None) -> Control:
        shown = violation.witness.items() if violation else ()
        witness = [Named(name, display(value)) for name, value in shown]
        return Control(control.name, control.description, word, witness, message)  # type: ignore[arg-type]

    calls: list[Call] = []
    with check.running(Run()) as run:
        try:
            if hasattr(test, "hypothesis"):
                _search(test, arguments, control.replacements, run, calls, shrink)
            else:
                run.drawn = 1
                test(**arguments, **control.replacements)
        except Violation as error:
            if error is not run.violation:
                return outcome("broken", f"not raised through check was {_described(error)}")
            violation = error
        except _FAILURES as error:
            return outcome("broken", f"it ended in {_described(error)}")
        else:
            reason = f"the planted fault was not seen in {run.drawn} runs of the test"
            return outcome("missed", reason)
    with check.running(Run()):
        try:
            if hasattr(test, "hypothesis"):
                _replay(test, *calls[-1])
            else:
                test(**arguments)
        except Violation as error:
            return outcome("broken", f"the original violates this as well: {error}", violation)
        except _FAILURES as error:
            reason = f"the original ends on the witness in {_described(error)}"
            return outcome("broken", reason, violation)
    return outcome("caught", violation.what, violation)


@contextmanager
def counting_draws(test: Test, run: Run) -> Iterator[None]:
    """Count inside the block into ``run.drawn`` how often the body of a test is called."""
    if not hasattr(test, "hypothesis"):
        run.drawn = 1
        yield
        return
    inner = test.hypothesis.inner_test

    def counting(*args: Any, **kwargs: Any) -> None:
        __tracebackhide__ = True
        run.drawn += 1
        inner(*args, **kwargs)

    with _body(test, counting):
        yield


def _search(
    test: Test,
    arguments: Mapping[str, Any],
    replacements: Mapping[str, Any],
    run: Run,
    calls: list[Call],
    shrink: bool,
) -> None:
    """Let Hypothesis search for a violation, noting violating calls: the last is the witness.

    It searches derandomised, without its database, and prints nothing: the fault is expected.
    """
    from hypothesis import settings

    inner = test.hypothesis.inner_test  # type: ignore[attr-defined]

    def noting(*args: Any, **kwargs: Any) -> None:
        run.drawn += 1
        try:
            inner(*args, **kwargs, **replacements)
        except Violation as error:
            calls.append((args, kwargs))
            # Hypothesis writes out every traceback, for which pytest parses each file on the way.
            raise error.with_traceback(None) from None

    function: Any = getattr(test, "__func__", test)
    original: settings = function._hypothesis_internal_use_settings
    function._hypothesis_internal_use_settings = settings(original, **_quiet(shrink))
    try:
        with _body(test, noting):
            test(**arguments)
    finally:
        function._hypothesis_internal_use_settings = original


def _replay(test: Test, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    """Call the original on what was drawn, inside Hypothesis, so that it may assume and note."""
    from hypothesis import given, settings
    from hypothesis.errors import UnsatisfiedAssumption
    from hypothesis.strategies import just

    inner = test.hypothesis.inner_test  # type: ignore[attr-defined]

    @settings(max_examples=1, **_quiet(shrink=False))
    @given(just(None))
    def once(_: None) -> None:
        # A control that drops a condition has its witness outside the domain of the original.
        with suppress(UnsatisfiedAssumption):
            inner(*args, **kwargs)

    once()


@contextmanager
def _body(test: Test, body: Test) -> Iterator[None]:
    """Let Hypothesis call ``body`` for the body of ``test``, by the same name, inside the block."""
    handle = test.hypothesis  # type: ignore[attr-defined]
    inner = handle.inner_test
    handle.inner_test = functools.wraps(inner)(body)
    try:
        yield
    finally:
        handle.inner_test = inner


def _quiet(shrink: bool) -> dict[str, Any]:
    from hypothesis import HealthCheck, Phase, Verbosity

    phases = (Phase.explicit, Phase.generate, *([Phase.shrink] if shrink else []))
    return {
        "database": None,
        "derandomize": True,
        "deadline": None,
        "phases": phases,
        "print_blob": False,
        "report_multiple_bugs": False,
        "suppress_health_check": list(HealthCheck),
        "verbosity": Verbosity.quiet,
    }


def _described(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    where = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else "an unknown place"
    return f"{type(error).__name__}: {error} (at {where})"
