"""Mutants of a module: its text with one place changed as a slip of the pen might have left it.

What is changed: comparisons (negated, and each bound moved on or off), arithmetic operators, `and`
with `or`, `not` and minus signs dropped, plain conditions negated, numbers by one up and one down,
True with False, returned values by None; calls for their effect, stores into containers, `raise`,
`break` and `continue` left out.

What is not: texts and what f-strings hold (messages are for people), annotations, decorators,
imports, and `strict=` of zip, which asserts what no caller breaks.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

_COMPARISONS = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
_ARITHMETIC = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Div,
    ast.Mod: ast.FloorDiv,
    ast.Pow: ast.Mult,
    ast.MatMult: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.BitXor: ast.BitAnd,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
}
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True)
class Mutant:
    """A change of ``path``: ``before``, from byte ``start`` to ``end``, becomes ``after``.

    ``line`` is the line shown to readers; ``statement`` that of the statement round it in a
    function (or of a lambda's body), or None where it is the import of the module that runs it.
    """

    path: str
    function: str
    line: int
    statement: int | None
    start: int
    end: int
    before: str
    after: str
    occurrence: int

    def text(self, source: str) -> str:
        """The source with the change."""
        raw = source.encode()
        return (raw[: self.start] + self.after.encode() + raw[self.end :]).decode()

    def rank(self, seed: int) -> str:
        """Its place in the sample: by what it is, not where, so that other changes move little."""
        key = (seed, self.path, self.function, self.before, self.after, self.occurrence)
        return hashlib.sha256(repr(key).encode()).hexdigest()


def mutants(path: str, source: str) -> list[Mutant]:
    """All mutants of a module, in the order of its text."""
    tree = ast.parse(source)
    starts = [0]
    for line in source.encode().splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    seen: dict[tuple[str, str, str], int] = {}
    found = []
    for node, function, statement, after in _changes(tree):
        start = starts[node.lineno - 1] + node.col_offset
        end = starts[node.end_lineno - 1] + node.end_col_offset
        before = ast.unparse(node)
        key = (function, before, after)
        seen[key] = seen.get(key, -1) + 1
        place = (path, function, node.lineno, statement, start, end)
        found.append(Mutant(*place, before, after, seen[key]))
    return found


def sample(population: list[Mutant], size: int, seed: int) -> list[Mutant]:
    """So many of the population, chosen by the seed; a smaller sample begins a larger one."""
    return sorted(population, key=lambda mutant: mutant.rank(seed))[:size]


def _changes(tree: ast.Module) -> Iterator[tuple[ast.AST, str, int | None, str]]:
    """Each place with its function, the statement round it, and what is put there."""

    def visit(
        node: ast.AST, function: str, statement: int | None
    ) -> Iterator[tuple[ast.AST, str, int | None, str]]:
        if isinstance(node, ast.stmt) and statement is not None:
            statement = node.lineno
        for place, after in _replacements(node):
            yield place, function, statement, after
        named = isinstance(node, (*_FUNCTIONS, ast.ClassDef))
        inside = f"{function}.{node.name}".lstrip(".") if named else function
        for field, child in _parts(node):
            runs_later = isinstance(node, (*_FUNCTIONS, ast.Lambda)) and field == "body"
            first = child.lineno if runs_later and statement is None else statement
            yield from visit(child, inside, first)

    yield from visit(tree, "", None)


def _parts(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """The parts of a node that are changed, by field."""
    if isinstance(node, ast.JoinedStr | ast.Import | ast.ImportFrom):
        return
    if isinstance(node, ast.keyword) and node.arg == "strict":
        return
    for field, value in ast.iter_fields(node):
        if field not in ("annotation", "returns", "decorator_list", "type_params"):
            values = value if isinstance(value, list) else [value]
            yield from ((field, child) for child in values if isinstance(child, ast.AST))


def _replacements(node: ast.AST) -> Iterator[tuple[ast.AST, str]]:
    match node:
        case ast.Compare(left, operators, comparators):
            for i, operator in enumerate(operators):
                for other in _COMPARISONS[type(operator)]:
                    changed = [*operators[:i], other(), *operators[i + 1 :]]
                    yield node, f"({ast.unparse(ast.Compare(left, changed, comparators))})"
        case ast.BinOp(left, operator, right):
            yield node, f"({ast.unparse(ast.BinOp(left, _ARITHMETIC[type(operator)](), right))})"
        case ast.AugAssign(target, operator, value):
            yield node, ast.unparse(ast.AugAssign(target, _ARITHMETIC[type(operator)](), value))
            yield node, "pass"
        case ast.BoolOp(operator, values):
            other = ast.Or() if isinstance(operator, ast.And) else ast.And()
            yield node, f"({ast.unparse(ast.BoolOp(other, values))})"
        case ast.UnaryOp(ast.Not() | ast.USub(), operand):
            yield node, f"({ast.unparse(operand)})"
        case ast.Constant(bool(value)):
            yield node, repr(not value)
        case ast.Constant(int(value) | float(value)):
            yield node, f"({value + 1!r})"
            yield node, f"({value - 1!r})"
        case ast.Return(ast.expr() as value) if ast.unparse(value) != "None":
            yield node, "return None"
        case ast.Expr(value) if not isinstance(value, ast.Constant | ast.Yield | ast.YieldFrom):
            yield node, "pass"
        case ast.Raise() | ast.Break() | ast.Continue():
            yield node, "pass"
        case ast.Assign(targets=[ast.Subscript() | ast.Attribute()]):
            yield node, "pass"
    for test in _conditions(node):
        if not isinstance(test, ast.Compare | ast.BoolOp | ast.UnaryOp | ast.Constant):
            yield test, f"(not {ast.unparse(test)})"


def _conditions(node: ast.AST) -> list[ast.expr]:
    match node:
        case ast.If() | ast.While() | ast.IfExp() | ast.Assert():
            return [node.test]
        case ast.comprehension():
            return node.ifs
    return []
