"""LaTeX to MathML and Markdown to HTML, for everything that a page shows."""

import re
import unicodedata
from functools import cache

import latex2mathml.converter
from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markupsafe import Markup

from claims.record import formula_fault


class BadFormula(ValueError):
    """LaTeX that does not convert whole; the message quotes it and says how to mend it."""


@cache
def mathml(latex: str, display: str = "inline") -> Markup:
    """A `<math>` element; `display` is `inline` or `block`. `BadFormula` if the LaTeX cannot be
    read.
    """
    fault = formula_fault(latex)
    if fault:
        raise BadFormula(f"{latex.strip()}: {fault}")
    paired = _BAR.sub(_as_pair, " ".join(latex.split()))
    converted = latex2mathml.converter.convert(paired, display=display)
    upright = _UPRIGHT.sub(r'<mi mathvariant="normal">&#x\1;</mi>', converted)
    plain = _VARIANT.sub(_as_characters, _REFERENCE.sub(_as_character, upright))
    signed = _SIGN.sub(r'\1<mo form="prefix">−</mo>', plain)
    primed = _PRIME.sub(r'<mo class="prime">\1</mo>', signed)
    return Markup(primed.replace("<mo>*</mo>", "<mo>∗</mo>"))


@cache
def formula(latex: str) -> Markup:
    """A displayed formula, divided at its wide spaces so that a narrow window breaks it there."""
    parts = Markup("").join(
        Markup("<span>{}</span>").format(mathml(part, "block")) for part in _parts(latex)
    )
    return Markup('<div class="formula">{}</div>').format(parts)


@cache
def prose(text: str) -> Markup:
    """Markdown with `$...$` and `$$...$$` as HTML paragraphs; raw HTML is shown, not obeyed."""
    return Markup(_MARKDOWN.render(text.strip()))


@cache
def phrase(text: str) -> Markup:
    """The same without a paragraph around it, for titles, captions and table cells."""
    return Markup(_MARKDOWN.renderInline(text.strip()))


_OPENING = re.compile(r"\\(left|begin)(?![a-z])|(?<!\\)\{")
_CLOSING = re.compile(r"\\(right|end)(?![a-z])|(?<!\\)\}")


def _parts(latex: str) -> list[str]:
    """The formula cut at each `quad` and `qquad` outside groups, pairs and environments."""
    parts = [""]
    for piece in re.split(r"\\q?quad(?![a-z])", latex):
        open_groups = len(_OPENING.findall(parts[-1])) - len(_CLOSING.findall(parts[-1]))
        if parts[-1] and open_groups:
            parts[-1] += rf"\quad{piece}"
        else:
            parts.append(piece)
    return [part for part in parts if part.strip()]


# The converter writes an opening and a closing bar alike, and a browser then stretches only one of
# them: as a pair of delimiters they match.
_BAR = re.compile(r"\\([lr])([vV])ert(?![a-z])")


def _as_pair(match: re.Match[str]) -> str:
    side = "left" if match.group(1) == "l" else "right"
    return rf"\{side}|" if match.group(2) == "v" else rf"\{side}\|"


# The converter writes characters as references, among them an upright letter (`\mathrm{d}`), whose
# style it leaves out.
_REFERENCE = re.compile(r"&#x([0-9A-F]+);")
_UPRIGHT = re.compile(r"<mi>&#x(000[46][1-9A-F]|000[57][0-9A]);</mi>")


def _as_character(match: re.Match[str]) -> str:
    character = chr(int(match.group(1), 16))
    return match.group() if character in "<>&" else character


# A minus after an opening bracket, a comma or a relation is a sign: browsers know that only of the
# first operator of a row. Primes are drawn for their place by the font's script style (style.css).
_SIGN = re.compile(
    r"(<mo[^>]*>(?:[(\[{,;:=≤≥≠∈→↦⇒⇔+⋅×/]|&#x0003[CE];)</mo>(?:<mtext>\s</mtext>)?|<mspace[^>]*/>)<mo>−</mo>"
)
_PRIME = re.compile(r"<m[io]>([′″‴])</m[io]>")

# Browsers obey `mathvariant` no longer, except "normal": the alphabets are characters of their own
# (MathML Core, 4.2).
_VARIANT = re.compile(r'<(m[ino]) mathvariant="([a-z-]+)">([^<]*)</\1>')


def _as_characters(match: re.Match[str]) -> str:
    element, variant, text = match.groups()
    if variant == "normal":
        return match.group()
    return f"<{element}>{''.join(_in_alphabet(variant, letter) for letter in text)}</{element}>"


def _in_alphabet(variant: str, letter: str) -> str:
    """The letter in the alphabet named like a MathML variant; the letter itself where Unicode has
    none.
    """
    alphabet = variant.upper().replace("-", " ").replace("DOUBLE STRUCK", "DOUBLE-STRUCK")
    if letter.isdigit():
        kind = unicodedata.name(letter)
    elif letter.isascii() and letter.isalpha():
        kind = f"{'CAPITAL' if letter.isupper() else 'SMALL'} {letter.upper()}"
    else:
        kind = unicodedata.name(letter, "").removeprefix("GREEK ").replace("LETTER ", "")
    for name in (
        f"MATHEMATICAL {alphabet} {kind}",
        f"{alphabet.replace('FRAKTUR', 'BLACK-LETTER')} {kind}",
    ):
        try:
            return unicodedata.lookup(name)
        except KeyError:
            continue
    return letter


def _formula(state: StateInline, silent: bool) -> bool:
    """The inline rule for `$...$` and `$$...$$`; a dollar that nothing closes, or before a space,
    is a dollar.
    """
    start = state.pos
    if state.src[start] != "$":
        return False
    fence = "$$" if state.src.startswith("$$", start) else "$"
    opened = start + len(fence)
    closed = state.src.find(fence, opened)
    if closed <= opened or (
        fence == "$" and (state.src[opened].isspace() or state.src[closed - 1].isspace())
    ):
        return False
    if not silent:
        token = state.push("formula", "math", 0)
        token.content = state.src[opened:closed]
        token.meta = {"display": "block" if fence == "$$" else "inline"}
    state.pos = closed + len(fence)
    return True


def _markdown() -> MarkdownIt:
    # No typographic replacements: they would turn the (r) of w(r) into a sign.
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    parser.inline.ruler.before("escape", "formula", _formula)
    parser.add_render_rule(
        "formula",
        lambda self, tokens, index, options, env: mathml(
            tokens[index].content, tokens[index].meta["display"]
        ),
    )
    return parser


_MARKDOWN = _markdown()
