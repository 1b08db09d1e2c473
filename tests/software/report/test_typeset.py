"""Formulas become MathML that browsers obey, prose becomes HTML that cannot break a page."""

import pytest

from claims.report.typeset import BadFormula, formula, mathml, phrase, prose


@pytest.mark.parametrize(
    ("latex", "shown"),
    [
        (r"\mathbb R", "<mi>ℝ</mi>"),
        (r"\mathbb E", "<mi>𝔼</mi>"),
        (r"\mathbf w", "<mi>𝐰</mi>"),
        (r"\boldsymbol\theta", "<mi>𝜽</mi>"),
        (r"\mathrm{d}", '<mi mathvariant="normal">d</mi>'),
        (r"a<b", "&#x0003C;"),
    ],
)
def test_alphabets_are_characters(latex, shown):
    converted = mathml(latex)
    assert shown in converted
    assert 'mathvariant="double-struck"' not in converted


def test_signs_primes_and_stars_are_set_as_such():
    assert '<mo form="prefix">−</mo>' in mathml("s(-z)")
    assert '<mo form="prefix">−</mo>' not in mathml("a-z")
    assert '<mo class="prime">″</mo>' in mathml("f''(x)")
    assert "<mo>∗</mo>" in mathml(r"\theta^*")


def test_formula_breaks_at_wide_spaces_outside_groups():
    assert formula(r"a=b,\quad c=d,\qquad e=f").count("<math") == 3
    assert formula(r"\{a\}\quad b").count("<math") == 2
    for kept in (r"{a\quad b}", r"\left(a\quad b\right)", r"\begin{cases}a\quad b\end{cases}"):
        assert formula(kept).count("<math") == 1, kept


def test_formula_that_cannot_be_read_is_quoted():
    with pytest.raises(BadFormula, match=r"\\frac\{1: an opening brace"):
        mathml(r"\frac{1")


def test_dollars_are_formulas_only_in_pairs():
    assert str(phrase("it costs $5 and $x$ more")).count("<math") == 1
    assert "<math" not in phrase("from $5 to 6 $")
    assert "<math" not in phrase("`$x$`")
    assert 'display="block"' in prose("Thus\n\n$$x=1$$\n")


def test_underscores_in_formulas_are_no_emphasis():
    assert "<em>" not in phrase("$a_1$ and $b_1$ and $w_i w_j$")


def test_html_is_shown_and_links_to_scripts_are_not_made():
    assert "<script" not in prose("<script>alert(1)</script>")
    assert "href" not in phrase("[x](javascript:alert)")


def test_bars_are_a_pair_that_stretches_together():
    converted = str(mathml(r"\lvert\{x\}\rvert\ge\lVert y\rVert"))
    for bar in ("|", "‖"):
        assert converted.count(f'form="prefix">{bar}<') == 1
        assert converted.count(f'form="postfix">{bar}<') == 1
