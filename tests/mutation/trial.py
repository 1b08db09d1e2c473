"""One try: a fork of this process runs chosen tests, within limits, on a module put in its place.

What was imported before is there at once in every fork, so that a try costs little but its tests.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import signal
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from reach import processor_seconds

OPTIONS = ["-q", "-x", "-p", "no:cacheprovider", "--claims-profile", "gate", "--tb=no"]
ENOUGH = 30  # seconds of tests for one mutant
MARGIN = 10  # seconds that a test may take beyond ten times its usual time
PATIENCE = 600  # seconds of waiting for one that does not even compute
MEMORY = 8 * 2**30
OUT_OF_MEMORY = 99


def try_out(path: str, text: str, tests: dict[str, float]) -> tuple[str, str]:
    """The outcome of a module's text under these tests, and the test that decided it."""
    stages = {
        test: 0 if is_own(test, path) else 2 if test.startswith("tests/chapters") else 1
        for test in tests
    }
    batches, left = defaultdict(dict), ENOUGH
    for test in sorted(tests, key=lambda test: (stages[test], tests[test])):
        if left > 0:
            batches[stages[test]][test] = tests[test]
            left -= tests[test]
    original = Path(path).read_bytes()
    Path(path).write_text(text)
    try:
        for _, batch in sorted(batches.items()):

            def work(batch: dict[str, float] = batch) -> str:
                resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
                limit_processor_time(60)
                plugin = Selection(batch)
                files = dict.fromkeys(file_of(test) for test in batch)
                status = pytest.main([*OPTIONS, *files], plugins=[plugin])
                return plugin.killer or ("" if status in (0, 1) else f"pytest ends with {status}")

            status, killer = fork(work, PATIENCE + 100 * sum(batch.values()))
            if status in (-signal.SIGXCPU, OUT_OF_MEMORY):
                return "timed out", ""
            if status != 0 or killer:
                return "killed", killer or f"the process ends with {status}"
        return "survived", ""
    finally:
        Path(path).write_bytes(original)


def is_own(test: str, path: str) -> bool:
    """Whether a test is in a file named after the module, or after it and a part of it."""
    return f"{Path(file_of(test)).stem}_".startswith(f"test_{Path(path).stem}_")


def file_of(test: str) -> str:
    return test.partition("::")[0]


class Selection:
    """A pytest plugin: keeps these tests in this order, limits their time, notes who fails."""

    def __init__(self, seconds: dict[str, float]) -> None:
        self.seconds = seconds
        self.killer = ""

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        place = {test: i for i, test in enumerate(self.seconds)}
        items[:] = sorted(
            (item for item in items if item.nodeid in place), key=lambda item: place[item.nodeid]
        )

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        limit_processor_time(MARGIN + 10 * self.seconds[nodeid])

    def pytest_exception_interact(self, call: pytest.CallInfo[Any]) -> None:
        if call.excinfo is not None and call.excinfo.errisinstance(MemoryError):
            os._exit(OUT_OF_MEMORY)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.killer = self.killer or report.nodeid

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.killer = self.killer or report.nodeid


def limit_processor_time(seconds: float) -> None:
    """The system ends this process after so many more seconds at work; waiting does not count."""
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(processor_seconds() + seconds) + 1, most))


def fork(work: Callable[[], Any], patience: float) -> tuple[int, Any]:
    """Do the work in a fork, silently: its status (negative for a signal) and what it returned."""
    with tempfile.TemporaryFile("w+") as answer:
        process = os.fork()
        if process == 0:
            status = 1
            try:
                os.setsid()
                silence = os.open(os.devnull, os.O_RDWR)
                for stream in (0, 1, 2):
                    os.dup2(silence, stream)
                json.dump(work(), answer)
                answer.flush()
                status = 0
            finally:
                os._exit(status)
        end = time.monotonic() + patience
        while (ended := os.waitpid(process, os.WNOHANG))[0] == 0:
            if time.monotonic() > end:
                os.kill(process, signal.SIGXCPU)
            time.sleep(0.01)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process, signal.SIGKILL)
        answer.seek(0)
        text = answer.read()
    return os.waitstatus_to_exitcode(ended[1]), json.loads(text) if text else None
