"""The template environment: autoescaped, strict about names, with the filters that pages use."""

import re

from jinja2 import Environment, PackageLoader, StrictUndefined

from claims.exhibits import Intervals
from claims.record import Check
from claims.report.sentences import TONES
from claims.report.typeset import formula, phrase, prose


def environment() -> Environment:
    """A new environment over `templates/`; a name that a page lacks is an error."""
    templates = Environment(
        loader=PackageLoader("claims.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    templates.filters |= {
        "formula": formula,
        "phrase": phrase,
        "place": place,
        "plain": plain,
        "prose": prose,
        "slug": lambda text: text.replace(" ", "-"),
        "summary": summary,
        "test_name": lambda test: test.rpartition("::")[2],
        "tone": TONES.__getitem__,
    }
    return templates


def place(check: Check) -> str:
    """The anchor of a check on its claim's page, where it may stand under several readings."""
    return f"{check.reading or 'literal'}--{check.test.rpartition('::')[2]}"


def plain(text: str) -> str:
    """A phrase without its Markdown and dollars, for window titles and alternative texts."""
    return " ".join(re.sub(r"[$*`]", "", text).split())


def summary(exhibit: Intervals) -> str:
    """The estimates in one line: a single one with its interval, or the range of several."""
    estimates = [row.estimate for row in exhibit.rows]
    if len(estimates) == 1:
        (row,) = exhibit.rows
        text = f"{row.estimate:.3g} [{row.lower:.3g}, {row.upper:.3g}]"
    else:
        text = f"{min(estimates):.3g} to {max(estimates):.3g} in {len(estimates)} settings"
    limits = " to ".join(f"{limit:.3g}" for limit in exhibit.limits)
    return f"{text}, {'threshold' if len(exhibit.limits) == 1 else 'no effect'} {limits}"
