"""Mutation testing of the code that everything rests on: how many planted slips do tests notice?

    python tests/mutation/run.py --seed 1 --sample 300 --into .claims/mutation [PATH...]

A copy of the tree is made; there, one mutant after another of a seeded sample takes the place of
its module, and the tests that reach the changed line run until one fails: the module's own software
tests, the other ones, the chapters, each fast before slow, until half a minute's worth of them has
passed. They run in the profile `gate`, whose examples are always the same.

Every mutant of the sample counts. It is *killed* if a test fails; *survived* if none does, whether
or not the change makes any difference; *timed out*, and not killed, if a test takes ten times its
usual processor time and ten seconds more, or all memory. Before that, all tests run on the module
as it is (those that fail are named, and kill nothing), and each package as it is has to survive.

Why not a library: cosmic-ray (8.7) and mutmut (3.8) count what times out as killed and draw no
seeded sample; mutmut leaves out decorated functions and the bodies of modules, and puts code that
imports it into each module, which a checker that stands alone refuses; cosmic-ray starts a new
Python for each mutant, and knows not which tests reach it; mutatest (3.1) wants coverage before 6.
Here numpy, flint and the rest are imported once, and each mutant is a fork.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import gc
import hashlib
import importlib
import json
import os
import resource
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from mutants import Mutant, mutants, sample
from reach import Reach, processor_seconds, reporting

ROOT = Path(__file__).parents[2]
TARGETS = ("claims/mathematics", "claims/proof/checker.py", "claims/studies/statistics.py")
TESTS = ("mathematics", "proof", "studies", "strategies", "training", "compiled")
TESTS = (*(f"tests/software/{part}" for part in TESTS), "tests/chapters")
LEFT_BEHIND = (".?*", "__pycache__", "*.egg-info", "build")
# Nothing here imports a module that is mutated.
PRELOADED = (
    *("numpy", "scipy.stats", "scipy.optimize", "sympy", "numba", "pandas", "flint", "msgspec"),
    *("sklearn.linear_model", "hypothesis.extra.numpy", "xdist"),
    *("claims.numbers", "claims.compiled", "claims.record"),
)
OPTIONS = ["-q", "-x", "-p", "no:cacheprovider", "--claims-profile", "gate", "--tb=no"]
ENOUGH = 30  # seconds of tests for one mutant
MEMORY = 8 * 2**30
OUT_OF_MEMORY = 99


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
        limit_processor_time(10 + 10 * self.seconds[nodeid])

    def pytest_exception_interact(self, call: pytest.CallInfo[Any]) -> None:
        if call.excinfo is not None and call.excinfo.errisinstance(MemoryError):
            os._exit(OUT_OF_MEMORY)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.killer = self.killer or report.nodeid

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.killer = self.killer or f"the import of {report.nodeid}"


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
                os.killpg(process, signal.SIGXCPU)
            time.sleep(0.01)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process, signal.SIGKILL)
        answer.seek(0)
        text = answer.read()
    return os.waitstatus_to_exitcode(ended[1]), json.loads(text) if text else None


def tests_of_the_tree(sources: dict[str, str], cache: Path) -> dict[str, Any]:
    """Each test with its seconds and the lines it reaches, and the tests that fail anyway."""
    digest = hashlib.sha256()
    for folder in ("claims", *TESTS):
        for path in sorted(Path(folder).rglob("*")):
            if path.suffix in (".py", ".toml"):
                digest.update(f"{path}\0".encode() + path.read_bytes() + b"\0")
    known = cache / f"reach-{digest.hexdigest()[:16]}.json"
    if not known.exists():
        print("running all tests once, to see what each reaches", flush=True)
        for path, source in sources.items():
            Path(path).write_text(reporting(path, source))

        def work() -> dict[str, Any]:
            reach = Reach()
            options = [option for option in OPTIONS if option != "-x"]
            pytest.main([*options, *TESTS], plugins=[reach])
            return {"tests": reach.tests(), "failed": sorted(reach.failed)}

        status, found = fork(work, patience=3600)
        for path, source in sources.items():
            Path(path).write_text(source)
        if status != 0 or not found["tests"]:
            raise SystemExit(f"the tests could not be run (status {status})")
        cache.mkdir(parents=True, exist_ok=True)
        known.write_text(json.dumps(found))
    return json.loads(known.read_text())


def try_out(path: str, text: str, tests: dict[str, float]) -> tuple[str, str]:
    """The outcome of a module's text under these tests, and the test that decided it."""
    own = f"/test_{Path(path).stem}.py::"
    stages = {
        test: 0 if own in test else 2 if test.startswith("tests/chapters") else 1 for test in tests
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
                files = dict.fromkeys(test.partition("::")[0] for test in batch)
                status = pytest.main([*OPTIONS, *files], plugins=[plugin])
                return plugin.killer or ("" if status in (0, 1) else f"pytest ends with {status}")

            status, killer = fork(work, patience=60 + 100 * sum(batch.values()))
            if status in (-signal.SIGXCPU, OUT_OF_MEMORY):
                return "timed out", ""
            if status != 0 or killer:
                return "killed", killer or f"the process ends with {status}"
        return "survived", ""
    finally:
        Path(path).write_bytes(original)


def run(targets: list[str], seed: int, size: int, cache: Path) -> tuple[list[Any], str]:
    """Rows (package, mutant, outcome, by whom), and what has to be said besides."""
    paths = [
        path for name in targets for path in sorted(Path().glob(f"{name}/*.py")) or [Path(name)]
    ]
    sources = {str(path): path.read_text() for path in paths}
    population = [mutant for path, text in sources.items() for mutant in mutants(path, text)]
    for name in PRELOADED:
        importlib.import_module(name)
    if Path(sys.modules["claims"].__path__[0]).parent != Path.cwd():
        raise SystemExit("the copy of the tree is not what Python imports")
    gc.freeze()
    found = tests_of_the_tree(sources, cache)
    sys.dont_write_bytecode = True
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    for path in sources:
        shutil.rmtree(Path(path).parent / "__pycache__", ignore_errors=True)
    usable = {test: entry for test, entry in found["tests"].items() if test not in found["failed"]}

    def tests_for(path: str, line: int | None) -> dict[str, float]:
        return {
            test: entry["seconds"]
            for test, entry in usable.items()
            if (line in entry["lines"].get(path, ()) if line else path in entry["lines"])
        }

    for name in targets:
        # The module with the quickest tests will do: this is about what is done to every module.
        trials = {path: tests_for(path, None) for path in sources if path.startswith(name)}
        path = min(filter(trials.get, trials), key=lambda path: sum(trials[path].values()))
        outcome, by = try_out(path, sources[path] + "# as it is\n", trials[path])
        if outcome != "survived":
            raise SystemExit(f"{path} as it is does not pass: {outcome} {by}; mend that first")
    rows = []
    for i, mutant in enumerate(sample(population, size, seed), 1):
        tests = tests_for(mutant.path, mutant.statement)
        outcome, by = try_out(mutant.path, mutant.text(sources[mutant.path]), tests)
        by = by if tests else "no test reaches it"
        rows.append((package(mutant.path), mutant, outcome, by))
        print(f"{i:3} {outcome}: {describe(mutant)} {by}", flush=True)
    failed = [f"left out, since it fails without a mutant: {test}" for test in found["failed"]]
    return rows, "\n".join([f"{len(population)} mutants, seed {seed}", *failed])


def package(path: str) -> str:
    return str(Path(path).parent) if path.startswith("claims/mathematics/") else path


def describe(mutant: Mutant) -> str:
    before = " ".join(mutant.before.split())
    return f"{mutant.path}:{mutant.line} {mutant.function}: {before} -> {mutant.after}"


def summary(rows: list[Any], remarks: str) -> str:
    """The share killed in all and by package, and each mutant that was not killed."""
    outcomes = defaultdict(Counter)
    for name, _, outcome, _ in rows:
        outcomes[name][outcome] += 1
        outcomes["all"][outcome] += 1
    lines = [remarks, ""]
    for name, counts in sorted(outcomes.items()):
        share = counts["killed"] / counts.total()
        lines.append(
            f"{name}: {counts['killed']} of {counts.total()} killed ({share:.1%}), "
            f"{counts['survived']} survived, {counts['timed out']} timed out"
        )
    left = [(outcome, mutant, by) for _, mutant, outcome, by in rows if outcome != "killed"]
    lines += ["", *(f"{outcome}: {describe(mutant)} {by}" for outcome, mutant, by in left)]
    return "\n".join(lines) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description="Mutation testing; see the head of this file.")
    parser.add_argument("targets", nargs="*", default=TARGETS, metavar="PATH")
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--sample", type=int, required=True, metavar="N")
    parser.add_argument("--into", type=Path, required=True, metavar="DIR")
    parser.add_argument("--least", type=float, default=0, metavar="SHARE", help="fail below this")
    chosen = parser.parse_args()
    into = chosen.into.absolute()
    into.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder).resolve() / "tree"
        shutil.copytree(ROOT, tree, ignore=shutil.ignore_patterns(*LEFT_BEHIND))
        os.chdir(tree)
        sys.path.insert(0, str(tree))
        os.environ["PYTHONPATH"] = str(tree)
        rows, remarks = run(list(chosen.targets), chosen.seed, chosen.sample, into)
        os.chdir(ROOT)
    with (into / "mutants.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["package", "path", "line", "function", "before", "after", "outcome", "by"])
        for name, m, outcome, by in rows:
            writer.writerow([name, m.path, m.line, m.function, m.before, m.after, outcome, by])
    text = summary(rows, remarks)
    (into / "summary.txt").write_text(text)
    print(f"\n{text}")
    killed = sum(outcome == "killed" for *_, outcome, _ in rows)
    return int(killed < chosen.least * len(rows))


if __name__ == "__main__":
    sys.exit(main())
