"""Every example of the chapters says by which order it is small."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

CHAPTERS = Path(__file__).parents[2] / "chapters"
# Claims whose examples have no order yet.
WITHOUT = {
    "linear_case_roots",
    "numerous_minima",
    "overspecified_multiple_solutions",
    "saddles_outnumber_minima",
    "symmetry_silent_on_worse_minima",
}


def examples(tree: ast.Module) -> Iterator[ast.FunctionDef]:
    """The tests that are marked as a counterexample or a witness."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            marks = " ".join(map(ast.unparse, node.decorator_list))
            if "by='counterexample'" in marks or "by='witness'" in marks:
                yield node


def says_its_size(test: ast.FunctionDef) -> bool:
    """Whether the body calls check.size."""
    return any(
        isinstance(node, ast.Call) and ast.unparse(node.func) == "check.size"
        for node in ast.walk(test)
    )


@pytest.mark.parametrize(
    "file",
    [
        file
        for file in sorted(CHAPTERS.glob("*/test_*.py"))
        if not any(name in file.stem for name in WITHOUT)
    ],
    ids=lambda file: file.stem,
)
def test_every_example_says_its_size(file):
    tree = ast.parse(file.read_text(encoding="utf-8"))
    assert [test.name for test in examples(tree) if not says_its_size(test)] == []


def test_an_example_without_a_size_is_seen():
    source = """
@pytest.mark.claim("c", shows="fails", by="counterexample")
def test_one(check): check.that(True, "so")

@pytest.mark.claim("c", shows="fails", by="counterexample")
def test_two(check): check.size(points=1)

@pytest.mark.claim("c", shows="holds", by="identity")
def test_three(check): check.zero(0, "so")
"""
    found = list(examples(ast.parse(source)))
    assert [test.name for test in found] == ["test_one", "test_two"]
    assert [says_its_size(test) for test in found] == [False, True]
