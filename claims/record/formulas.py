"""Whether a formula in LaTeX converts to MathML without loss.

latex2mathml is lenient: what it does not know it passes through as text or drops. This module finds
that out from the source and from the MathML that comes back.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree

_TOKEN = re.compile(r"\\[a-zA-Z]+|\\.|.", re.DOTALL)
_ENVIRONMENT = re.compile(r"\\begin\s*\{([a-zA-Z]+\*?)\}")
_NAMESPACE = "{http://www.w3.org/1998/Math/MathML}"
_ARITY = {
    "mfrac": 2,
    "mroot": 2,
    "msub": 2,
    "msup": 2,
    "munder": 2,
    "mover": 2,
    "msubsup": 3,
    "munderover": 3,
}


def formula_fault(formula: str) -> str | None:
    """Return what is wrong with a LaTeX formula and the mend, or None if it converts whole."""
    return _fault_of_source(formula) or _fault_of_commands(formula) or _fault_of_mathml(formula)


def _fault_of_source(formula: str) -> str | None:
    if not formula.strip():
        return "the formula is empty: write it"
    depth = 0
    for token in _TOKEN.findall(formula):
        depth += (token == "{") - (token == "}")
        if depth < 0:
            return "a closing brace has no opening one: balance them, or write \\} to show one"
        if token == "$":
            return "a dollar sign stands in it: leave the delimiters out"
        if token == "%":
            return "a percent sign begins a comment and drops the rest: write \\%"
    if depth:
        return "an opening brace is never closed: balance them, or write \\{ to show one"
    return None


def _fault_of_commands(formula: str) -> str | None:
    from latex2mathml import commands

    environments = {name.removeprefix("\\") for name in commands.MATRICES}
    for name in _ENVIRONMENT.findall(formula):
        if name not in environments:
            usable = "array, cases, matrix, pmatrix, bmatrix, vmatrix, split or align*"
            return f"the environment {name!r} is unknown and would be dropped: use {usable}"
    fonts = {
        value
        for name, value in vars(commands).items()
        if name.startswith("MATH") and isinstance(value, str)
    }
    for token in _TOKEN.findall(formula):
        if token.startswith("\\math") and token not in fonts:
            return f"the command {token} is unknown and would be dropped: use a known one"
    return None


def _fault_of_mathml(formula: str) -> str | None:
    from latex2mathml.converter import convert

    try:
        # The default handling of errors inside the converter is by exceptions of many types,
        # StopIteration among them: none of them may pass for anything but a fault of the formula.
        mathml = convert(formula, display="block")
    except Exception as error:
        reason = re.sub(
            r"(?<!^)([A-Z])", r" \1", type(error).__name__.removesuffix("Error")
        ).lower()
        return f"it does not convert ({reason}): complete arguments, \\left and \\begin"
    # A backslash that was asked for arrives as a character reference, an unknown command literally,
    # and so does a delimiter given by a command after \\big.
    if "\\" in mathml:
        passed = re.search(r"\\[a-zA-Z]+(\{[^}<]*\})?|\\.", mathml)
        name = passed.group() if passed else "\\"
        return f"{name} would show as it is written: use a known command, \\left before a delimiter"
    try:
        root = ElementTree.fromstring(mathml)
    except ElementTree.ParseError:
        return "an '&' stands outside columns: remove it, or use array, cases or a matrix"
    for element in root.iter():
        tag = element.tag.removeprefix(_NAMESPACE)
        if len(element) != _ARITY.get(tag, len(element)):
            return f"a command lacks an argument ({tag} needs {_ARITY[tag]}): complete it"
    return None
