"""The tests of the tree, with what each reaches; kept from one run to the next."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from reach import Reach, reporting
from trial import OPTIONS, file_of, fork

PARTS = ("mathematics", "proof", "enumeration", "studies", "strategies", "training", "compiled")
TESTS = (*(f"tests/software/{part}" for part in PARTS), "tests/chapters")


def tests_of_the_tree(
    sources: dict[str, str], cache: Path
) -> tuple[dict[str, Any], set[str], list[str]]:
    """Each test with its seconds and the lines it reaches; those that pass; those that do not.

    What a file of tests reached is kept until it or a module that it reached changes. Whether the
    tests still pass is known of those alone that ran on the very package that is there now.
    """
    package = digest(*sorted(Path("claims").rglob("*.py")), *sorted(Path("claims").rglob("*.toml")))
    modules = {path: digest(path) for path in sources}
    kept = json.loads(cache.read_text()) if cache.exists() else {}
    if kept.get("modules") != sorted(modules):  # of others than these, nothing is known
        kept = {"modules": sorted(modules), "files": {}}
    files = sorted(str(path) for folder in TESTS for path in Path(folder).rglob("test_*.py"))
    keys = {}
    for file in files:
        conftests = [folder / "conftest.py" for folder in Path(file).parents]
        keys[file] = digest(file, *filter(Path.exists, conftests))
    known = {
        file: entry
        for file, entry in kept["files"].items()
        if entry["key"] == keys.get(file)
        and all(modules.get(path) == value for path, value in entry["modules"].items())
    }
    failed: list[str] = []
    if new := [file for file in files if file not in known]:
        print(f"running {len(new)} files of tests, to see what each test reaches", flush=True)
        for path, source in sources.items():
            Path(path).write_text(reporting(path, source))

        def work() -> tuple[dict[str, Any], list[str]]:
            reach = Reach()
            options = [option for option in OPTIONS if option != "-x"]
            pytest.main([*options, *new], plugins=[reach])
            return reach.tests(), sorted(reach.failed)

        status, answer = fork(work, patience=3600)
        for path, source in sources.items():
            Path(path).write_text(source)
        if status != 0:
            raise SystemExit(f"the tests could not be run (status {status})")
        tests, failed = answer
        for file in new:
            own = {test: entry for test, entry in tests.items() if file_of(test) == file}
            reached = {path for entry in own.values() for path in entry["lines"]}
            known[file] = {
                "key": keys[file],
                "package": package,
                "modules": {path: modules[path] for path in sorted(reached)},
                "tests": own,
            }
        spoiled = {file_of(test) for test in failed}
        good = {file: entry for file, entry in known.items() if file not in spoiled}
        kept["files"] |= good
        cache.write_text(json.dumps(kept))
    found, passing = {}, set()
    for entry in known.values():
        passed = {test: value for test, value in entry["tests"].items() if test not in failed}
        found |= passed
        if entry["package"] == package:
            passing |= passed.keys()
    return found, passing, failed


def digest(*paths: str | Path) -> str:
    return hashlib.sha256(b"\0".join(Path(path).read_bytes() for path in paths)).hexdigest()[:16]
