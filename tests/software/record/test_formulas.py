"""Formulas that latex2mathml would pass on damaged are found, and good ones are not."""

from __future__ import annotations

import pytest

from claims.record import formula_fault

GOOD = [
    r"\forall X\in\mathbb R^{N\times d}",
    r"\{x,\ r\ge f(x)\}\ \text{ convex}\ \Leftrightarrow\ \lambda\in[0,1]",
    r"\left\{x\right\}, \left. x \right|, \bigl(x\bigr)",
    r"\begin{cases}a & b\\ c & d\end{cases}",
    r"\begin{pmatrix}-1.5 & 2.0 \\ 1.7 & 0.4\end{pmatrix}",
    r"\operatorname{rank} X=\tfrac12\sum_{i=1}^{N}\ell(z_i,t_i)",
    r"\mathcal L(\theta)\setminus\mathrm{d}x,\ 50\%\ \text{of}\ \backslash",
    r"\lVert x\rVert\not\le\widehat{xy}",
]
BAD = {
    "": "the formula is empty",
    " ": "the formula is empty",
    r"\foo x": r"\foo would show as it is written",
    r"x \not\foo": r"\foo would show",
    r"\text{a \foo}": r"\foo would show",
    r"\end{pmatrix}": r"\end{pmatrix} would show",
    r"\bigl\{x": r"\{ would show as it is written: use a known command, \left before a delimiter",
    r"\mathfoo x": r"the command \mathfoo is unknown and would be dropped",
    "{x": "an opening brace is never closed",
    "x}": "a closing brace has no opening one",
    r"\}{\{": "an opening brace is never closed",
    "$x$": "a dollar sign",
    "50% of x": "a percent sign begins a comment",
    r"\left( x": "it does not convert (extra left or missing right)",
    r"x \right)": "it does not convert (extra left or missing right)",
    r"\left": "it does not convert",
    r"\begin{pmatrix}a": "it does not convert (missing end)",
    r"\begin{pmatrix}a\end{bmatrix}": "it does not convert (missing end)",
    r"\begin{aligned}a&=b\end{aligned}": "the environment 'aligned' is unknown and",
    r"\begin{foo}a\end{foo}": "the environment 'foo' is unknown",
    "a & b": "an '&' stands outside columns",
    r"\frac{a}": "a command lacks an argument (mfrac needs 2)",
    "x^": "it does not convert (missing super script or subscript)",
    "x_a_b": "it does not convert (double subscripts)",
    r"\sqrt": "it does not convert",
}


@pytest.mark.parametrize("formula", GOOD)
def test_a_formula_that_converts_has_no_fault(formula):
    assert formula_fault(formula) is None


@pytest.mark.parametrize(("formula", "message"), BAD.items())
def test_a_formula_that_would_be_damaged_is_named(formula, message):
    assert message in (formula_fault(formula) or "")
