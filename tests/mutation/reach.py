"""Which tests reach which statements, so that a mutant is shown only to those that run it.

The modules are rewritten for one run: each statement in a function first reports its line. That
works for every Python that the project supports, and costs less than tracing. A program that a
test starts reports nothing, so that it counts for a line only with another test that reaches it.
"""

from __future__ import annotations

import ast
import builtins
import resource
from collections import defaultdict
from collections.abc import Generator
from typing import Any

import pytest

_HOOK = "reached_statement"


def reporting(path: str, source: str) -> str:
    """The module with a report before each statement of its functions, and in its lambdas."""
    tree = ast.parse(source)
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef):
            _report_statements(function)
        elif isinstance(function, ast.Lambda):
            pair = ast.parse(f"(_reached({function.body.lineno}), None)[1]", mode="eval").body
            pair.value.elts[1] = function.body
            function.body = pair
    header = ast.parse(
        f"_report = getattr(__import__('builtins'), {_HOOK!r}, lambda *_: None)\n"
        f"def _reached(line): _report({path!r}, line)"
    ).body
    first = next(i for i, node in enumerate(tree.body) if not _stays_first(node))
    tree.body[first:first] = header
    return ast.unparse(ast.fix_missing_locations(tree))


def _stays_first(node: ast.stmt) -> bool:
    future = isinstance(node, ast.ImportFrom) and node.module == "__future__"
    return future or _is_text(node)


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _report_statements(node: ast.AST) -> None:
    for field in ("body", "orelse", "finalbody", "handlers", "cases"):
        block = getattr(node, field, None)
        if not isinstance(block, list):
            continue
        reported = []
        for child in block:
            if isinstance(child, ast.stmt) and not _is_text(child):
                reported.append(ast.parse(f"_reached({child.lineno})").body[0])
            reported.append(child)
            if not isinstance(child, ast.FunctionDef | ast.ClassDef):  # they are walked to anyway
                _report_statements(child)
        setattr(node, field, reported)


class Reach:
    """A pytest plugin that notes who reaches what, and the processor time of each test.

    What runs while a file is imported counts for all its tests, and what a shared fixture runs for
    all tests that use it. What a cache keeps for later tests counts for the first alone.
    """

    def __init__(self) -> None:
        self.statements: dict[str, set[tuple[str, int]]] = defaultdict(set)
        self.shared: dict[tuple[str, str], set[tuple[str, int]]] = defaultdict(set)
        self.seconds: dict[str, float] = {}
        self.failed: set[str] = set()
        self._notes: list[set[tuple[str, int]]] = [set()]
        setattr(builtins, _HOOK, lambda path, line: self._notes[-1].add((path, line)))

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(self, collector: pytest.Collector) -> Generator[None, Any, Any]:
        self._notes.append(self.shared[collector.nodeid, ""])
        report = yield
        self._notes.pop()
        if report.failed:
            self.failed.add(collector.nodeid)
        return report

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef[Any]) -> Generator[None, Any, Any]:
        lasting = fixturedef.scope != "function"
        if lasting:
            self._notes.append(self.shared[fixturedef.baseid, fixturedef.argname])
        try:
            return (yield)
        finally:
            if lasting:
                self._notes.pop()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, Any, Any]:
        self._notes.append(self.statements[item.nodeid])
        before = processor_seconds()
        outcome = yield
        self._notes.pop()
        self.seconds[item.nodeid] = processor_seconds() - before
        return outcome

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.failed.add(report.nodeid)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        for item in session.items:
            for (base, fixture), lines in self.shared.items():
                if item.nodeid.startswith(base) and (
                    not fixture or fixture in getattr(item, "fixturenames", ())
                ):
                    self.statements[item.nodeid] |= lines

    def tests(self) -> dict[str, Any]:
        """What was found: for each test its seconds and the lines it reaches, by module."""
        found = {}
        for test, seconds in self.seconds.items():
            lines: dict[str, list[int]] = defaultdict(list)
            for path, line in sorted(self.statements[test]):
                lines[path].append(line)
            found[test] = {"seconds": seconds, "lines": lines}
        return found


def processor_seconds() -> float:
    """Of this process and of those it has started and seen end."""
    usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)
