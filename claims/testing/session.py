"""One run of pytest: collecting checks and controls, running them, and ending."""

from __future__ import annotations

import inspect
from collections.abc import Generator
from dataclasses import asdict
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec
import pytest

from claims.record import (
    CATALOGUE,
    CHAPTERS,
    Catalogue,
    CatalogueError,
    Named,
    UnknownClaim,
    load_catalogue,
    suggestion,
)
from claims.testing.check import Check, Run, shown_values
from claims.testing.conclusion import Conclusion, conclude
from claims.testing.controls import counting_draws, run_control
from claims.testing.coverage import FAILED, Collected, Ledger
from claims.testing.marks import ClaimMark, ControlMark, MarkError, parse_claims, parse_controls
from claims.testing.profiles import load_profile

CONTROL = "claims_control"

# Profiles whose evidence people read, or wait for: there the witness of a control is minimal.
_SHRINKING = ("report", "thorough")

_collected = pytest.StashKey[Collected]()
_result = pytest.StashKey[dict[str, Any]]()


class Session:
    """What the plugin knows in one process; under xdist the controller alone concludes."""

    def __init__(self, config: pytest.Config, profile: str | None) -> None:
        self.config = config
        self.profile = profile
        # Where evidence is read, and before landing, every certificate is checked anew.
        kept = config.rootpath / ".claims/accepted" if profile == "default" else None
        self.check = Check(kept)
        self.ledger = Ledger()
        self.conclusion: Conclusion | None = None
        self._restore = load_profile(profile) if profile else None

    def restore_profile(self) -> None:
        """Give Hypothesis back the profile of before."""
        if self._restore is not None:
            self._restore()

    # Selecting and collecting

    @cached_property
    def catalogue(self) -> Catalogue:
        """The catalogue; raises CatalogueError."""
        directory = self.config.getini("claims_catalogue")
        return load_catalogue(self.config.rootpath / directory if directory else CATALOGUE)

    @property
    def checks(self) -> Path:
        """The folder in which every chapter has its folder of checks."""
        return self.config.rootpath / self.config.getini("claims_checks")

    def validate_selection(self) -> None:
        """Raise UsageError if an option names an unknown claim or chapter."""
        try:
            for claim in self.config.getoption("--claim"):
                self.catalogue.claim(claim)
        except (CatalogueError, UnknownClaim) as error:
            raise pytest.UsageError(str(error)) from None
        for chapter in self.config.getoption("--chapter"):
            if chapter not in CHAPTERS:
                raise pytest.UsageError(
                    f"no chapter is called {chapter!r}: {suggestion(chapter, CHAPTERS)}"
                )

    def narrow_collection(self) -> None:
        """Collect only the chapters that the options select, where no path is given."""
        chapters = set(self.config.getoption("--chapter"))
        chapters |= {self.catalogue.claim(id).chapter for id in self.config.getoption("--claim")}
        given = self.config.args_source is pytest.Config.ArgsSource.ARGS
        folders = [self.checks / chapter for chapter in sorted(chapters)]
        if folders and not given:
            self.config.args = [str(folder) for folder in folders if folder.is_dir()]

    def generate_controls(self, metafunc: pytest.Metafunc) -> None:
        """Make an item of each control of a check, besides the check, whose id stays as it is."""
        definition = metafunc.definition
        claim_marks = list(definition.iter_markers("claim"))
        control_marks = list(definition.iter_markers("control"))
        if not claim_marks and not control_marks:
            return
        try:
            claims = parse_claims(reversed(claim_marks), self.catalogue)
            controls = parse_controls(reversed(control_marks), metafunc.function)
            self._validate(definition, claims)
        except (MarkError, CatalogueError) as error:
            pytest.fail(f"{definition.nodeid}: {error}", pytrace=False)
        if controls:
            metafunc.fixturenames.append(CONTROL)
            ids = [pytest.HIDDEN_PARAM, *(f"control:{control.name}" for control in controls)]
            metafunc.parametrize(CONTROL, [None, *controls], ids=ids)

    def _validate(self, definition: Any, claims: list[ClaimMark]) -> None:
        if not claims:
            raise MarkError(
                "it has a control, but no claim: mark the claim that it is evidence for"
            )
        if "check" not in definition.fixturenames:
            raise MarkError("it cannot decide anything: take the fixture `check` as a parameter")
        for claim in claims:
            folder = self.checks / claim.chapter
            if not definition.path.is_relative_to(folder):
                raise MarkError(f"{claim.claim!r} is of {claim.chapter}: move it into {folder}")

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> Generator[None, None, None]:
        """Enter every check into the ledger before anything else can take it out of ``items``."""
        chosen = set(config.getoption("--claim"))
        chapters = set(config.getoption("--chapter"))
        unwanted = []
        for item in items:
            self.ledger.files.add(item.path.resolve())
            collected = self._collect(item)
            if chosen or chapters:
                marks = collected.claims if collected else []
                if not any(mark.claim in chosen or mark.chapter in chapters for mark in marks):
                    unwanted.append(item)
                    continue
            if collected is not None:
                self.ledger.items[collected.id] = collected
        if unwanted:
            gone = set(unwanted)
            items[:] = [item for item in items if item not in gone]
            config.hook.pytest_deselected(items=unwanted)
        yield

    def _collect(self, item: pytest.Item) -> Collected | None:
        marks = list(item.iter_markers("claim"))
        if not marks or not isinstance(item, pytest.Function):
            return None
        claims = parse_claims(reversed(marks), self.catalogue)
        control = _control_of(item)
        title, _, explanation = (inspect.getdoc(item.function) or "").partition("\n")
        collected = Collected(item.nodeid, item.nodeid, claims, title.strip(), explanation.strip())
        if control is not None:
            collected.original = _without_control(item.nodeid, control.name)
            collected.control, collected.description = control.name, control.description
        item.stash[_collected] = collected
        return collected

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.ledger.unreadable.add(report.nodeid)

    # Running

    def call(self, item: pytest.Function) -> bool | None:
        """Run a test that takes `check`, or a control of it; return None for any other test."""
        __tracebackhide__ = True
        if "check" not in item.funcargs:
            return None
        arguments = {name: item.funcargs[name] for name in item._fixtureinfo.argnames}
        collected = item.stash.get(_collected, None)
        control = _control_of(item)
        if control is not None:
            shrink = self.profile in _SHRINKING
            outcome = run_control(item.obj, arguments, control, self.check, shrink=shrink)
            item.stash[_result] = msgspec.to_builtins(outcome)
            if outcome.outcome != "caught":
                pytest.fail(
                    _control_message(outcome.name, outcome.outcome, outcome.message), pytrace=False
                )
            return True
        run = Run()
        try:
            with self.check.running(run), counting_draws(item.obj, run):
                item.obj(**arguments)
        finally:
            if collected is not None:
                item.stash[_result] = _contents(run, collected.claims)
        if collected is not None:
            lack = _lack(run, collected.claims, self._fewest_examples())
            if lack:
                pytest.fail(f"{item.nodeid}: {lack}", pytrace=False)
        return True

    def annotate(
        self, item: pytest.Item, call: pytest.CallInfo[None], report: pytest.TestReport
    ) -> None:
        """Attach to the report of a check what the controller needs of it, in plain types."""
        if _collected in item.stash:
            message = str(call.excinfo.value)[:2000] if call.excinfo and report.failed else ""
            contents = {"result": item.stash.get(_result, None), "message": message}
            report.claims = contents  # type: ignore[attr-defined]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        contents = getattr(report, "claims", None)
        if contents is None or (report.when != "call" and report.passed):
            return
        ledger = self.ledger
        ledger.outcomes[report.nodeid] = report.outcome
        if report.outcome == FAILED:
            ledger.messages[report.nodeid] = contents["message"]
        if contents["result"] is not None:
            ledger.results[report.nodeid] = contents["result"]

    # Ending

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any, error: object) -> None:
        sent = getattr(node, "workeroutput", {}).get("claims")
        if sent is not None:
            items = [Collected.revived(fields) for fields in sent["items"]]
            self.ledger.items.update({item.id: item for item in items})
            self.ledger.files.update(map(Path, sent["files"]))

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        config = self.config
        if hasattr(config, "workerinput"):
            collected = [asdict(item) for item in self.ledger.items.values()]
            files = [str(file) for file in self.ledger.files]
            config.workeroutput["claims"] = {"items": collected, "files": files}  # type: ignore[attr-defined]
            return
        if not self.ledger.outcomes:
            return
        self.conclusion = conclude(
            config, self.catalogue, self.checks, self.ledger, self._profile_name()
        )
        self.conclusion.write(
            config.rootpath / (config.getoption("--evidence") or ".claims/evidence.json")
        )
        lacking = config.getoption("--complete") and self.conclusion.why_partial
        if (self.conclusion.problems or lacking) and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self.conclusion is not None:
            self.conclusion.show(terminalreporter)

    def _fewest_examples(self) -> int:
        """How many examples a property has to decide; not asked of searches that are random."""
        if self.profile not in ("gate", "report"):
            return 1
        return int(self.config.getini("claims_fewest_examples"))

    def _profile_name(self) -> str:
        return self.profile or self.config.getoption("--hypothesis-profile", None) or "none"


def _control_of(item: pytest.Item) -> ControlMark | None:
    callspec = getattr(item, "callspec", None)
    return callspec.params.get(CONTROL) if callspec is not None else None


def _without_control(id: str, control: str) -> str:
    """Return the id of a control's check: `t` for `t[control:c]`, `t[a]` for `t[a-control:c]`."""
    other = id.removesuffix(f"control:{control}]")
    return f"{other[:-1]}]" if other.endswith("-") else other.removesuffix("[")


def _control_message(name: str, outcome: str, message: str) -> str:
    return f"the control {name!r} was {outcome}: {message}"


def _contents(run: Run, marks: list[ClaimMark]) -> dict[str, Any]:
    explicit = any(mark.by in ("counterexample", "witness") for mark in marks)
    witness = (
        [Named(name, shown_values(values)) for name, values in run.witness.items()]
        if explicit
        else []
    )
    contents: dict[str, Any] = msgspec.to_builtins(
        {
            "examples": run.examples,
            "drawn": run.drawn,
            "ties": len(run.ties),
            "undecided": run.undecided,
            "labels": dict(run.labels),
            "witness": witness,
            "recorded": run.recorded,
            "certificates": run.certificates,
            "study": run.study,
        }
    )
    return contents


def _lack(run: Run, marks: list[ClaimMark], fewest: int) -> str | None:
    """Return what a check that passed has left out, or None."""
    by = {mark.by for mark in marks}
    if run.undecided:
        return f"{run.undecided} examples were undecided: recognise their ties exactly"
    for mark in marks:
        if run.study is not None and mark.claim not in run.study.claims:
            return f"the study {run.study.name!r} was not planned for {mark.claim!r}"
        if run.study is not None and mark.reading != run.study.reading:
            return (
                f"the study {run.study.name!r} judges the reading {run.study.reading!r} there, "
                f"not {mark.reading!r}: name the same in the mark and in the plan"
            )
    if "study" in by and run.study is None:
        return "it is evidence by study, but reports none: call check.study(result)"
    if "certificate" in by and not run.certificates:
        return "it is evidence by certificate, but names none: call check.certificate(path, ...)"
    if others := sorted(run.certified - {mark.claim for mark in marks}):
        return f"a certificate is made for {others[0]!r}: name that in check.certificate(claim=...)"
    if "property" in by and not run.examples:
        return f"no example was decided (drawn: {run.drawn}, ties: {len(run.ties)}): draw others"
    if "property" in by and run.examples < fewest:
        return f"{run.examples} examples were decided, {fewest} are asked for: draw others"
    if "identity" in by and run.decided and not run.compared:
        return "it is evidence by identity, but compares nothing exactly: call check.zero"
    if by - {"study", "certificate"} and not run.decided:
        return "nothing was decided: call check.that, positive, nonnegative or zero"
    return None
