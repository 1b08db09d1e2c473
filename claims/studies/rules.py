"""Decision rules: from the estimates of a question to its decision and the sentence that says it.

A rule is named in a plan and fixed with it. Each returns one of the words of a frequency claim:
supported, supported under conditions, not supported, inconclusive, not decided at this scale.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from math import isinf

from claims.studies.estimands import ESTIMANDS, Estimate
from claims.studies.statistics import Interval


class Decision(Enum):
    SUPPORTED = "supported"
    CONDITIONS = "supported under conditions"
    NOT_SUPPORTED = "not supported"
    INCONCLUSIVE = "inconclusive"
    NOT_DECIDED = "not decided at this scale"


class Side(Enum):
    """Where an interval lies, seen from the region of no effect [low, high].

    With a threshold, low = high, SAME and both NOT sides are impossible.
    """

    ABOVE = "above high"
    BELOW = "below low"
    SAME = "between low and high"
    NOT_ABOVE = "below high, reaching below low"
    NOT_BELOW = "above low, reaching above high"
    OPEN = "reaching across the region"


@dataclass(frozen=True)
class Rule:
    """What a claim asks for, the sides that speak for and against it, and of which estimands."""

    asks: str
    favourable: frozenset[Side]
    against: frozenset[Side]
    estimands: tuple[str, ...]


_UP, _DOWN = frozenset({Side.ABOVE}), frozenset({Side.BELOW})
_NO_LESS = frozenset({Side.ABOVE, Side.SAME, Side.NOT_BELOW})
_MORE = frozenset({Side.BELOW, Side.SAME, Side.NOT_ABOVE})
_LESS = frozenset({Side.ABOVE, Side.SAME, Side.NOT_BELOW})
_COMPARED = ("difference of shares", "median difference", "median ratio")
_GROWTH = (
    "growth of share",
    "growth of difference of shares",
    "growth of median",
    "growth factor of median",
)

RULES = {
    "often": Rule("a share above the smallest effect", _UP, _MORE, ("share",)),
    "seldom": Rule("a share below the smallest effect", _DOWN, _LESS, ("share",)),
    "exceeds": Rule("a median above the smallest effect", _UP, _MORE, ("median",)),
    "stays below": Rule("a median below the smallest effect", _DOWN, _LESS, ("median",)),
    "raises": Rule("more in the first arm than in the second", _UP, _MORE, _COMPARED),
    "lowers": Rule("less in the first arm than in the second", _DOWN, _LESS, _COMPARED),
    "grows": Rule("more in the last setting than in the first", _UP, _MORE, _GROWTH),
    "shrinks": Rule("less in the last setting than in the first", _DOWN, _LESS, _GROWTH),
    "keeps up": Rule("no less in the last setting than in the first", _NO_LESS, _DOWN, _GROWTH),
}


@dataclass(frozen=True)
class Wording:
    """What a sentence needs of a question.

    ``event`` completes "of the runs" for shares, as in "end above the global level", and names the
    quantity for medians, as in "updates to the level"; ``arms`` name the two arms of a comparison,
    as in "with noise", "without".
    """

    event: str
    arms: tuple[str, ...] = ()


def side(interval: Interval, low: float, high: float) -> Side:
    """Return where the whole interval lies; a bound on the edge of the region decides nothing."""
    if interval.lower > high:
        return Side.ABOVE
    if interval.upper < low:
        return Side.BELOW
    under, over = interval.upper < high, interval.lower > low
    if under and over:
        return Side.SAME
    if under:
        return Side.NOT_ABOVE
    return Side.NOT_BELOW if over else Side.OPEN


def judge(
    rule: str,
    estimand: str,
    estimates: Sequence[Estimate],
    effect: float,
    wording: Wording,
    lacking: tuple[int, int] | None = None,
) -> tuple[Decision, str]:
    """Judge a claim by the rule of that name.

    The intervals are simultaneous and cover whatever the undecided runs were. Supported: all lie on
    the side that the claim asks for. Not supported: all exclude it, be it that they lie on the
    other side, show no difference of the smallest effect, or leave open which of these. Supported
    under conditions: some are on that side and some exclude it, so that it depends on the setting;
    others may be open. Inconclusive: everything else, since an open setting could still contradict
    the settled ones. ``lacking`` gives the runs done and planned where a setting has fewer than
    planned: then nothing is decided.
    """
    if not estimates:
        raise ValueError("there is no estimate to judge: a question has at least one setting")
    if lacking is not None:
        done, planned = lacking
        return Decision.NOT_DECIDED, (
            f"Not decided: {done} {_plural(done, 'run')} in a setting, {planned} are planned."
        )
    low, high = ESTIMANDS[estimand].region(effect)
    groups = {
        kind: [each for each in estimates if side(each.interval, low, high) is kind]
        for kind in Side
    }
    asked = RULES[rule]
    favourable = sum(len(groups[kind]) for kind in asked.favourable)
    against = sum(len(groups[kind]) for kind in asked.against)
    decision = _decision(favourable, against, len(estimates))
    noun = "series" if ESTIMANDS[estimand].contrast else "setting"
    phrases = _phrases(estimand, wording, effect, groups)
    parts = [
        f"in {_count(len(group), len(estimates), noun)} {phrases[kind]} "
        f"({_range(group, ESTIMANDS[estimand].unit)})"
        for kind, group in groups.items()
        if group
    ]
    sentence = "; ".join(parts)
    return decision, f"{sentence[0].upper()}{sentence[1:]}."


def _decision(favourable: int, against: int, total: int) -> Decision:
    if favourable == total:
        return Decision.SUPPORTED
    if against == total:
        return Decision.NOT_SUPPORTED
    if favourable and against:
        return Decision.CONDITIONS
    return Decision.INCONCLUSIVE


def _phrases(
    estimand: str, wording: Wording, effect: float, groups: dict[Side, list[Estimate]]
) -> dict[Side, str]:
    """Say for each side what is so; only the first phrase of a share names the event."""
    if estimand == "share":
        return _share_phrases(wording.event, percent(effect), groups)
    if estimand == "difference of shares":
        return _difference_phrases(wording, points(effect))
    kind = ESTIMANDS[estimand]
    low, high = (written(bound, kind.unit) for bound in kind.region(effect))
    return {
        side: f"{_subject(estimand, wording)} {verb}"
        for side, verb in {
            Side.ABOVE: f"exceeds {high}",
            Side.BELOW: f"is below {low}",
            Side.SAME: f"lies between {low} and {high}",
            Side.NOT_ABOVE: f"is below {high}",
            Side.NOT_BELOW: f"exceeds {low}",
            Side.OPEN: f"may lie on either side of {high}"
            if low == high
            else "is not known well enough",
        }.items()
    }


def _share_phrases(
    event: str, threshold: str, groups: dict[Side, list[Estimate]]
) -> dict[Side, str]:
    share = f"the interval for the share of runs that {event} contains {threshold}"
    return {
        Side.ABOVE: f"more than {threshold} of the runs {event}",
        Side.BELOW: f"fewer than {threshold} "
        + ("do" if groups[Side.ABOVE] else f"of the runs {event}"),
        Side.OPEN: f"the interval contains {threshold}"
        if groups[Side.ABOVE] or groups[Side.BELOW]
        else share,
    }


def _difference_phrases(wording: Wording, effect: str) -> dict[Side, str]:
    event, (first, second) = wording.event, wording.arms
    return {
        Side.ABOVE: f"more of the runs {event} {first} than {second}, by more than {effect}",
        Side.BELOW: f"fewer of the runs {event} {first} than {second}, by more than {effect}",
        Side.SAME: f"{first} or {second}, the share of runs that {event} differs by less "
        f"than {effect}",
        Side.NOT_ABOVE: f"the share of runs that {event} {first} is not higher by {effect} "
        f"than {second}",
        Side.NOT_BELOW: f"the share of runs that {event} {first} is not lower by {effect} "
        f"than {second}",
        Side.OPEN: f"it stays open whether more of the runs {event} {first} or {second}",
    }


def _subject(estimand: str, wording: Wording) -> str:
    if estimand == "median":
        return f"the median of {wording.event}"
    if estimand == "median difference":
        first, second = wording.arms
        return f"the median of the difference in {wording.event}, {first} minus {second},"
    if estimand == "median ratio":
        first, second = wording.arms
        return f"the median of the ratio of {wording.event}, {first} to {second},"
    return {
        "growth of share": "the change from first to last of the share of runs that "
        f"{wording.event}",
        "growth of difference of shares": "the change from first to last of the difference in the "
        f"share of runs that {wording.event}, {' minus '.join(wording.arms)},",
        "growth of median": f"the change from first to last of the median of {wording.event}",
        "growth factor of median": "the factor from first to last of the median of "
        f"{wording.event}",
    }[estimand]


def percent(share: float) -> str:
    """Return a share as a percentage with one decimal where it needs one."""
    return f"{100 * share:.1f}".removesuffix(".0") + "%"


def points(share: float) -> str:
    """Return a difference of shares in percentage points."""
    number = _unsigned_zero(f"{100 * share:.1f}".removesuffix(".0"))
    return f"{number} {'point' if number in ('1', '-1') else 'points'}"


def written(value: float, unit: str) -> str:
    """Return a number as a sentence has it, in the unit of its estimand."""
    if unit == "percent":
        return percent(value)
    if unit == "points":
        return points(value)
    if isinf(value):
        return "infinity" if value > 0 else "-infinity"
    return _unsigned_zero(f"{value:.3g}" if abs(value) < 1000 else f"{value:,.0f}")


def _unsigned_zero(text: str) -> str:
    return text.removeprefix("-") if float(text.replace(",", "")) == 0 else text


def _plural(count: int, noun: str) -> str:
    return noun if count == 1 or noun == "series" else f"{noun}s"


def _count(some: int, total: int, noun: str) -> str:
    if total == 1:
        return f"the one {noun}"
    what = _plural(total, noun)
    return f"all {total} {what}" if some == total else f"{some} of {total} {what}"


def _range(group: Sequence[Estimate], unit: str) -> str:
    ordered = sorted(group, key=lambda estimate: estimate.interval.estimate)
    ends = [ordered[0], ordered[-1]][: len(ordered)]
    return " to ".join(f"{_interval(end.interval, unit)} for {end.name}" for end in ends)


def _interval(interval: Interval, unit: str) -> str:
    values = (interval.estimate, interval.lower, interval.upper)
    estimate, lower, upper = (written(value, unit) for value in values)
    if unit == "points":
        lower = lower.partition(" ")[0]
    return f"{estimate} [{lower}, {upper}]"
