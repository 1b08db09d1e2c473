"""Mutation testing of the code that everything rests on: how many planted slips do tests notice?

    python tests/mutation/run.py --seed 1 --sample 300 --into .claims/mutation [PATH...]

A copy of the tree is made; there, one mutant after another of a seeded sample takes the place of
its module, and the tests that reach the changed line run until one fails: the module's own software
tests, the other ones, the chapters, each fast before slow, until half a minute's worth of them has
passed. They run in the profile `gate`, whose examples are always the same.

Every mutant of the sample counts. It is *killed* if a test fails; *survived* if none does, whether
or not the change makes any difference; *timed out*, and not killed, if a test takes ten times its
usual processor time and ten seconds more, or all memory. A test that kills has to pass on the
module as it is; one that does not is named, and kills nothing.

Why not a library: cosmic-ray (8.7) and mutmut (3.8) count what times out as killed and draw no
seeded sample; mutmut leaves out decorated functions and the bodies of modules, and puts code that
imports it into each module, which a checker that stands alone refuses; cosmic-ray starts a new
Python for each mutant, and knows not which tests reach it; mutatest (3.1) wants coverage before 6.
Here numpy, flint and the rest are imported once, and each mutant is a fork.
"""

from __future__ import annotations

import argparse
import compileall
import csv
import gc
import importlib
import os
import py_compile
import shutil
import sys
import tempfile
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from listing import tests_of_the_tree
from mutants import Mutant, mutants, sample
from trial import is_own, try_out

ROOT = Path(__file__).parents[2]
TARGETS = ("claims/mathematics", "claims/proof/checker.py", "claims/studies/statistics.py")
LEFT_BEHIND = (".?*", "__pycache__", "*.egg-info", "build")
# Nothing here imports a module that is mutated.
PRELOADED = (
    *("numpy", "scipy.stats", "scipy.optimize", "sympy", "numba", "pandas", "flint", "msgspec"),
    *("sklearn.linear_model", "hypothesis.extra.numpy", "xdist"),
    *("claims.numbers", "claims.compiled", "claims.record"),
)


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
    usable, passing, failed = tests_of_the_tree(sources, cache)
    sys.dont_write_bytecode = True
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    for folder in {Path(path).parent for path in sources}:
        # Compiled files are told apart by what the source says, for mutants come within a second.
        by_content = py_compile.PycInvalidationMode.CHECKED_HASH
        compileall.compile_dir(folder, quiet=1, force=True, invalidation_mode=by_content)

    def tests_for(path: str, line: int | None) -> dict[str, float]:
        """Who reaches the line, or, where the import runs it, the module or its own file."""
        return {
            test: entry["seconds"]
            for test, entry in usable.items()
            if (
                line in entry["lines"].get(path, ())
                if line
                else path in entry["lines"] or is_own(test, path)
            )
        }

    def judge(mutant: Mutant) -> tuple[str, str]:
        path, source = mutant.path, sources[mutant.path]
        while tests := tests_for(path, mutant.statement):
            outcome, by = try_out(path, mutant.text(source), tests)
            # A test that fails on the module as it is, for whatever reason, is no judge.
            doubted = {test: tests[test] for test in tests if test.startswith(by)} if by else {}
            if not doubted or by in passing or try_out(path, source, doubted)[0] == "survived":
                passing.add(by)
                return outcome, by
            failed.extend(doubted)
            for test in doubted:
                del usable[test]
        return "survived", "no test reaches it"

    rows = []
    for i, mutant in enumerate(sample(population, size, seed), 1):
        outcome, by = judge(mutant)
        rows.append((package(mutant.path), mutant, outcome, by))
        print(f"{i:3} {outcome}: {describe(mutant)} {by}", flush=True)
    notes = [f"left out, since it fails without a mutant: {test}" for test in failed]
    return rows, "\n".join([f"{len(population)} mutants, seed {seed}", *notes])


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
        rows, remarks = run(list(chosen.targets), chosen.seed, chosen.sample, into / "reach.json")
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
