"""A mutant is killed, survives or times out; the three are told apart, and the tree is restored."""

from __future__ import annotations

import signal

import pytest
import trial
from trial import fork, is_own, limit_processor_time, try_out

MODULE = """
def turns(n):
    count = 0
    while n > 0:
        n -= 1
        count += 1
    return count
"""
TESTS = """
from wheel import turns

def test_three():
    assert turns(3) == 3

def test_type():
    assert isinstance(turns(2), int)
"""


@pytest.fixture
def outcome(tmp_path, monkeypatch):
    """The outcome of the module with a text replaced, by the tests named."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(trial, "MARGIN", 1)
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / "wheel.py").write_text(MODULE)
    (tmp_path / "test_wheel.py").write_text(TESTS)

    def run(before, after, *tests):
        assert before in MODULE
        chosen = {f"test_wheel.py::{test}": 0.1 for test in tests}
        found = try_out("wheel.py", MODULE.replace(before, after), chosen)
        assert (tmp_path / "wheel.py").read_text() == MODULE
        return found

    return run


def test_killed_by_the_test_that_fails(outcome):
    assert outcome("n > 0", "n >= 0", "test_type", "test_three") == (
        "killed",
        "test_wheel.py::test_three",
    )


def test_survived_where_the_tests_chosen_pass(outcome):
    assert outcome("n > 0", "n > 0", "test_type", "test_three") == ("survived", "")
    assert outcome("n > 0", "n >= 0", "test_type") == ("survived", "")


def test_timed_out_is_not_killed(outcome):
    assert outcome("n -= 1", "pass", "test_three") == ("timed out", "")


def test_a_module_that_cannot_be_imported_is_killed(outcome):
    assert outcome("return count", "return )", "test_three") == ("killed", "test_wheel.py")


def test_a_fork_returns_what_it_found_or_how_it_ended():
    assert fork(lambda: {"found": [1]}, patience=60) == (0, {"found": [1]})
    assert fork(lambda: 1 / 0, patience=60) == (1, None)

    def hang():
        limit_processor_time(0)
        while True:
            pass

    assert fork(hang, patience=600) == (-signal.SIGXCPU, None)


def test_the_tests_of_a_module_are_named_after_it():
    for name, own in (
        ("tests/a/test_wheel.py::test_three", True),
        ("tests/a/test_wheel_rims.py::test_three[1/test_x]", True),
        ("tests/a/test_wheels.py::test_three", False),
        ("tests/a/test_axle.py::test_wheel_", False),
    ):
        assert is_own(name, "claims/wheel.py") == own
