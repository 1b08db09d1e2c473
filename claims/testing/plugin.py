"""The pytest plugin: marks, options, fixtures, and when each part of this package acts."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from claims.record import StudyResult
from claims.testing.check import Check
from claims.testing.optional import refuse_skip, required_parts
from claims.testing.profiles import PROFILES
from claims.testing.session import Session

NAME = "claims-session"

_MARKERS = (
    "claim(id, *, shows, by, reading=None, when=()): evidence for a claim of the catalogue",
    "optional(part): may be skipped, unless the variable CLAIMS_REQUIRE names the part",
    "control(name, planted, **replacements): the check with a fault, which must be violated",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("claims", "claims about loss surfaces")
    group.addoption(
        "--claim",
        action="append",
        default=[],
        metavar="ID",
        help="run the checks of this claim only (repeatable)",
    )
    group.addoption(
        "--chapter",
        action="append",
        default=[],
        metavar="NAME",
        help="run the checks of this chapter only (repeatable)",
    )
    group.addoption(
        "--evidence",
        metavar="PATH",
        help="where evidence is written (default: .claims/evidence.json)",
    )
    group.addoption(
        "--certificates",
        metavar="DIR",
        help="where certificates are read (default: reports/certificates)",
    )
    group.addoption(
        "--studies", metavar="DIR", help="where results of studies are read (default: reports/data)"
    )
    group.addoption(
        "--claims-profile", choices=PROFILES, help="how Hypothesis searches (or CLAIMS_PROFILE)"
    )
    group.addoption(
        "--complete", action="store_true", help="fail unless every check of every claim has run"
    )
    parser.addini(
        "claims_fewest_examples",
        "examples that a property has to decide in the profiles gate and report",
        type="string",
        default="1",
    )
    parser.addini(
        "claims_catalogue",
        "folder of the catalogue (default: that of the package)",
        type="string",
        default="",
    )
    parser.addini(
        "claims_checks",
        "folder that holds a folder of checks a chapter",
        type="string",
        default="tests/chapters",
    )
    parser.addini(
        "claims_profile", "profile of Hypothesis if none is chosen", type="string", default=""
    )


def pytest_configure(config: pytest.Config) -> None:
    for marker in _MARKERS:
        config.addinivalue_line("markers", marker)
    required_parts()  # a word that is unknown is an error before anything runs
    session = Session(config, _chosen_profile(config))
    session.validate_selection()
    session.narrow_collection()
    config.pluginmanager.register(session, NAME)


def pytest_unconfigure(config: pytest.Config) -> None:
    session = config.pluginmanager.get_plugin(NAME)
    if session is not None:
        session.restore_profile()
        config.pluginmanager.unregister(session)


def _chosen_profile(config: pytest.Config) -> str | None:
    explicit = config.getoption("--claims-profile") or os.environ.get("CLAIMS_PROFILE")
    if explicit and explicit not in PROFILES:
        raise pytest.UsageError(f"CLAIMS_PROFILE={explicit} is unknown: use {', '.join(PROFILES)}")
    by_hypothesis = config.getoption("--hypothesis-profile", None)
    if by_hypothesis:
        if config.getoption("--claims-profile"):
            raise pytest.UsageError(
                "--claims-profile and --hypothesis-profile exclude each other: give one"
            )
        return None
    return explicit or config.getini("claims_profile") or None


@pytest.hookimpl(trylast=True)
def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    _session(metafunc.config).generate_controls(metafunc)


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    __tracebackhide__ = True
    return _session(pyfuncitem.config).call(pyfuncitem)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    refuse_skip(item, report)
    _session(item.config).annotate(item, call, report)
    return report


@pytest.fixture(scope="session")
def check(request: pytest.FixtureRequest) -> Check:
    """What a check decides, it decides through this (see claims.testing.Check)."""
    return _session(request.config).check


@pytest.fixture(scope="session")
def study_result(request: pytest.FixtureRequest) -> Callable[[str, str], StudyResult]:
    """A function that reads what a study, by name, came to on a question, by id.

    It skips the test if the study has no result.
    """

    def read(name: str, question: str) -> StudyResult:
        path = _study_file(request.config, name, "json")
        try:
            result = json.loads(path.read_bytes())
            found = next(one for one in result["questions"] if one["id"] == question)
            entries = {**result, **found, "question": question}
            entries["claims"] = [found["claim"]]
            return msgspec.convert(entries, StudyResult)
        except StopIteration:
            pytest.fail(f"{path}: there is no question {question!r} in it", pytrace=False)
        except (KeyError, TypeError, ValueError) as error:
            pytest.fail(f"{path}: {error}; run the study again", pytrace=False)

    return read


@pytest.fixture(scope="session")
def study_table(request: pytest.FixtureRequest) -> Callable[[str], list[dict[str, str]]]:
    """A function that reads the rows of a study's table by its name, as ``study_result`` does."""

    def read(name: str) -> list[dict[str, str]]:
        with _study_file(request.config, name, "csv").open(newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))

    return read


def _study_file(config: pytest.Config, name: str, suffix: str) -> Path:
    folder = config.rootpath / (config.getoption("--studies") or "reports/data")
    path = folder / f"{name}.{suffix}"
    if not path.is_file():
        pytest.skip(f"the study {name!r} has no result in {folder}: run `snakemake` first")
    return path


@pytest.fixture(scope="session")
def certificates(request: pytest.FixtureRequest) -> Path:
    """The folder of the certificates that proofs have left."""
    chosen = request.config.getoption("--certificates")
    return request.config.rootpath / (chosen or "reports/certificates")


def _session(config: pytest.Config) -> Session:
    session: Session | Any = config.pluginmanager.get_plugin(NAME)
    return session
