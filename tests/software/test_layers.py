"""No import runs against the arrows between the layers of the package."""

from __future__ import annotations

import ast
from pathlib import Path

PACKAGE = Path(__file__).parents[2] / "claims"

# What a part may import of the package, itself apart; a module's own line precedes its layer's.
ALLOWED = {
    "files": (),
    "numbers": (),
    "mathematics": ("numbers",),
    "compiled": ("numbers", "files"),
    "proof": ("numbers", "mathematics", "compiled", "files"),
    "proof.checker": (),
    "training": ("numbers", "mathematics", "compiled", "files"),
    "studies": ("numbers", "mathematics", "compiled", "training", "files"),
    "record": ("files",),
    "testing": ("record", "numbers", "proof.checker", "files"),
    "testing.strategies": ("numbers", "mathematics"),
    "exhibits": ("record", "files"),
    "report": ("record", "exhibits", "files"),
}
REFUSED = {"record": ("numpy", "pytest", "hypothesis"), "proof.checker": ("numpy",)}
ANYTHING = ("cli", "__init__")


def within(name, parts):
    return any(name == part or name.startswith(f"{part}.") for part in parts)


def imported(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = "." * node.level + (f"{node.module}." if node.module else "")
            yield from ((node.lineno, start + alias.name) for alias in node.names)


def faults(path, text):
    """The imports that the table forbids to the file at ``path``, relative to the package."""
    module = ".".join(Path(path).with_suffix("").parts)
    part = max((name for name in ALLOWED if within(module, (name,))), key=len)
    own = () if part == "proof.checker" else (part,)
    for line, name in imported(ast.parse(text)):
        refused = within(name, REFUSED.get(part, ())) or name.startswith(".")
        if name.startswith("claims."):
            refused = not within(name.removeprefix("claims."), (*own, *ALLOWED[part]))
        if refused:
            yield f"claims/{path}:{line}: {part} may not import {name}"


def test_no_import_runs_against_the_arrows():
    files = [path.relative_to(PACKAGE) for path in PACKAGE.rglob("*.py")]
    assert {path.parts[0].removesuffix(".py") for path in files} <= {*ALLOWED, *ANYTHING}
    checked = [path for path in files if path.stem not in ANYTHING or path.parent != Path()]
    assert len(checked) > 50
    assert not [fault for path in checked for fault in faults(path, (PACKAGE / path).read_text())]


def test_planted_imports_are_found():
    text = "import numpy\n\ndef f():\n    from claims import mathematics, numbers\n"
    assert [*faults("compiled/made_up.py", text)] == [
        "claims/compiled/made_up.py:4: compiled may not import claims.mathematics"
    ]
    assert len([*faults("record/made_up.py", text)]) == 3
    assert len([*faults("proof/checker.py", "from claims.proof import finders")]) == 1
    assert len([*faults("testing/made_up.py", "import claims.proof.checker, claims.proof")]) == 1
    assert len([*faults("testing/strategies/a.py", "import claims.mathematics.a")]) == 0
    assert len([*faults("numbers/a.py", "from .. import mathematics\nfrom . import b")]) == 2
