"""The mutants of a module, and which of its statements are reported as reached."""

from __future__ import annotations

import ast
import builtins

import pytest
from mutants import mutants, sample
from reach import reporting

SOURCE = '''"""Text."""

from __future__ import annotations

LIMIT = 7
twice = lambda value: value * 1.5


def clip(values: list[int], low: int = 0) -> list[int]:
    """Text, not counted: 1 < 2."""
    kept = []
    for value in values:
        if not low <= value:
            raise ValueError(f"{value + 1} is less than é")
        elif value and value < LIMIT:
            kept.append(-value * 2)
    return kept
'''


def changes(source):
    return {(mutant.before, mutant.after) for mutant in mutants("a.py", source)}


def test_each_place_is_changed_as_announced():
    assert changes(SOURCE) == {
        ("7", "(8)"),
        ("7", "(6)"),
        ("value * 1.5", "(value + 1.5)"),
        ("1.5", "(2.5)"),
        ("1.5", "(0.5)"),
        ("0", "(1)"),
        ("0", "(-1)"),
        ("2", "(3)"),
        ("2", "(1)"),
        ("not low <= value", "(low <= value)"),
        ("low <= value", "(low < value)"),
        ("low <= value", "(low > value)"),
        ("raise ValueError(f'{value + 1} is less than é')", "pass"),
        ("value and value < LIMIT", "(value or value < LIMIT)"),
        ("value < LIMIT", "(value <= LIMIT)"),
        ("value < LIMIT", "(value >= LIMIT)"),
        ("kept.append(-value * 2)", "pass"),
        ("-value * 2", "(-value + 2)"),
        ("-value", "(value)"),
        ("return kept", "return None"),
    }


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x += 1", {("x += 1", "x -= 1"), ("x += 1", "pass"), ("1", "(2)"), ("1", "(0)")}),
        ("x = f(y, strict=True)", set()),
        ("x = f(y, key=True)", {("True", "False")}),
        ("x: Literal[1] = y", set()),
        ("x[y] = z", {("x[y] = z", "pass")}),
        ("while f(x): break", {("f(x)", "(not f(x))"), ("break", "pass")}),
        ("x = [y for y in z if y]", {("y", "(not y)")}),
        ("def f():\n    return None", set()),
        ("@f(1)\ndef g(): ...", set()),
    ],
)
def test_what_is_changed_and_what_is_not(source, expected):
    assert changes(source) == expected


def test_a_mutant_is_the_source_but_for_one_place():
    for mutant in mutants("a.py", SOURCE):
        text = mutant.text(SOURCE)
        assert ast.dump(ast.parse(text)) != ast.dump(ast.parse(SOURCE))
        assert text.replace(mutant.after, "") != text
        assert text.encode()[: mutant.start] == SOURCE.encode()[: mutant.start]
        rest = len(SOURCE.encode()) - mutant.end
        assert text.encode()[-rest:] == SOURCE.encode()[-rest:]


def test_a_sample_depends_on_the_seed_and_not_on_what_stands_before():
    population = mutants("a.py", SOURCE)
    chosen = sample(population, 5, seed=1)
    assert chosen == sample(population[::-1], 8, seed=1)[:5] != sample(population, 5, seed=2)
    moved = sample(mutants("a.py", "import os\n\n" + SOURCE[11:]), 5, seed=1)
    key = [(mutant.function, mutant.before, mutant.after) for mutant in chosen]
    assert key == [(mutant.function, mutant.before, mutant.after) for mutant in moved]


def test_statements_report_themselves_and_do_what_they_did(monkeypatch):
    reached = set()
    monkeypatch.setattr(
        builtins, "reached_statement", lambda *place: reached.add(place), raising=False
    )
    names = {}
    exec(compile(reporting("a.py", SOURCE), "a.py", "exec"), names)
    assert reached == set() and names["clip"].__doc__.startswith("Text")
    assert names["clip"]([1, 9]) == [-2]
    assert {line for _, line in reached} == {11, 12, 13, 15, 16, 17}
    with pytest.raises(ValueError, match="0 is less"):
        names["clip"]([-1])
    assert names["twice"](4) == 6
    assert {("a.py", 6), ("a.py", 14)} < reached
    # A mutant's statement is one that reports itself, or it is run by the import.
    places = {mutant.statement for mutant in mutants("a.py", SOURCE)}
    assert places == {None, 6, 13, 14, 15, 16, 17}
