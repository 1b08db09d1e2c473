"""What a question came to, in two short sentences: the finding with its number, the exceptions.

Named are in the first the settings that the claim is met in (where there are none, those that
exclude it), in the second the others; each with the estimate that tells most. The rest of the
numbers stand in the table and the figure.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from math import isinf

from claims.studies.estimands import ESTIMANDS, Estimate
from claims.studies.rules import RULES, Decision, Side, Stand, side
from claims.studies.statistics import Interval

Group = list[Estimate]


@dataclass(frozen=True)
class Wording:
    """What a sentence needs of a question.

    ``event`` completes "of the runs" for shares, as in "end above the global level", and names the
    quantity for medians, as in "updates to the level"; ``arms`` name the two arms of a comparison,
    as in "with noise", "without". ``condition`` completes "in settings", as in "with units to
    spare", where the plan named a condition.
    """

    event: str
    arms: tuple[str, ...] = ()
    condition: str = ""


def too_few(done: int, planned: int) -> str:
    """Say that nothing is decided, by the runs done and planned of a setting."""
    return f"Not decided: {done} {_plural(done, 'run')} in a setting, {planned} are planned."


def sentence(
    decision: Decision,
    rule: str,
    estimand: str,
    estimates: Sequence[Estimate],
    effect: float,
    wording: Wording,
    inside: Collection[str] = (),
) -> str:
    """Say in at most two sentences what ``judge`` was given and decided."""
    teller = _Teller(rule, estimand, effect, wording)
    first = estimates
    if decision is Decision.CONDITIONS:
        first = [one for one in estimates if one.name in inside]
    groups = teller.groups(first)
    stand = next(stand for stand in Stand if groups[stand])
    lead = groups[stand]
    count = _count(len(lead), len(first), teller.noun)
    where = f" {wording.condition}," if decision is Decision.CONDITIONS else ""
    text = (
        f"In {count}{where} {teller.phrase(stand, lead)} "
        f"({teller.telling(stand, lead, weakest=len(lead) == len(first))})."
    )
    others = [one for one in estimates if one not in lead]
    if not others:
        return text
    noun = "the other one" if len(others) == 1 else f"the {len(others)} others"
    rest = f"In {noun} it is {teller.exceptions(others)}"
    general = _in_general(teller.groups(estimates), decision, wording, inside)
    return f"{text} {rest}{general}."


def _in_general(
    groups: dict[Stand, Group], decision: Decision, wording: Wording, inside: Collection[str]
) -> str:
    """Say of a claim that is met here and excluded there what can be said in general."""
    if decision is Decision.CONDITIONS or not (groups[Stand.FOR] and groups[Stand.AGAINST]):
        return ""
    if wording.condition and not any(one.name in inside for one in groups[Stand.AGAINST]):
        return (
            f"; whether the condition named in advance, {wording.condition}, separates them is open"
        )
    if wording.condition:
        return f"; the condition named in advance, {wording.condition}, does not separate them"
    return "; no condition was named in advance, so nothing follows for other settings"


class _Teller:
    """Words of one question: its phrases for each side, and which of several estimates tells most.

    Claims of more and of no less look upwards, those of less downwards.
    """

    def __init__(self, rule: str, estimand: str, effect: float, wording: Wording) -> None:
        self.rule, self.estimand, self.wording = RULES[rule], estimand, wording
        self.effect = effect
        self.kind = ESTIMANDS[estimand]
        self.region = self.kind.region(effect)
        self.upwards = Side.ABOVE in self.rule.favourable
        self.noun = "series" if self.kind.contrast else "setting"

    def side(self, estimate: Estimate) -> Side:
        return side(estimate.interval, *self.region)

    def groups(self, estimates: Sequence[Estimate]) -> dict[Stand, Group]:
        """Return the estimates by what they say of the claim."""
        return {
            stand: [one for one in estimates if self.rule.stand(self.side(one)) is stand]
            for stand in Stand
        }

    def phrase(self, stand: Stand, group: Group) -> str:
        """Say what is so in every setting of a group; of several sides what they have in common."""
        sides = {self.side(one) for one in group}
        if len(sides) == 1:
            (common,) = sides
        elif stand is Stand.OPEN:
            common = Side.OPEN
        else:
            below = (stand is Stand.AGAINST) == self.upwards
            common = Side.NOT_ABOVE if below else Side.NOT_BELOW
        return _phrases(self.estimand, self.wording, self.effect)[common]

    def telling(self, stand: Stand, group: Group, weakest: bool) -> str:
        """Write the estimate that says most for that stand, or least for a whole group."""
        if len(group) == 1:
            return self._written(group[0])
        top = ((stand is not Stand.AGAINST) == self.upwards) != weakest
        chosen = sorted(group, key=lambda one: one.interval.estimate)[-1 if top else 0]
        return f"{'highest' if top else 'lowest'} {self._written(chosen)}"

    def exceptions(self, others: Group) -> str:
        """Say how the remaining settings stand, as in "not so in 3 (...) and open in 2"."""
        groups = self.groups(others)
        opposite = [
            one
            for one in groups[Stand.AGAINST]
            if not self.kind.threshold
            and self.side(one) is (Side.BELOW if self.upwards else Side.ABOVE)
        ]
        plain = [one for one in groups[Stand.AGAINST] if one not in opposite]
        parts = [
            ("so too", Stand.FOR, groups[Stand.FOR]),
            ("the other way round", Stand.AGAINST, opposite),
            ("not so", Stand.AGAINST, plain),
            ("open", Stand.OPEN, groups[Stand.OPEN]),
        ]
        said, told = [], False
        for word, stand, group in parts:
            if not group:
                continue
            text = word if len(group) == len(others) else f"{word} in {len(group)}"
            if not told and stand is not Stand.FOR:
                text += f" ({self.telling(stand, group, weakest=False)})"
                told = True
            said.append(text)
        return " and ".join([", ".join(said[:-1]), said[-1]] if said[1:] else said)

    def _written(self, estimate: Estimate) -> str:
        return f"{_interval(estimate.interval, self.kind.unit)} for {estimate.name}"


def _phrases(estimand: str, wording: Wording, effect: float) -> dict[Side, str]:
    """Say for each side what is so."""
    if estimand == "share":
        return _share_phrases(wording.event, percent(effect))
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


def _share_phrases(event: str, threshold: str) -> dict[Side, str]:
    return {
        Side.ABOVE: f"more than {threshold} of the runs {event}",
        Side.BELOW: f"fewer than {threshold} of the runs {event}",
        Side.OPEN: f"the interval for the share of runs that {event} contains {threshold}",
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
    if some < total:
        return f"{some} of {total} {what}"
    return f"both {what}" if total == 2 else f"all {total} {what}"


def _interval(interval: Interval, unit: str) -> str:
    values = (interval.estimate, interval.lower, interval.upper)
    estimate, lower, upper = (written(value, unit) for value in values)
    if unit == "points":
        lower = lower.partition(" ")[0]
    return f"{estimate} [{lower}, {upper}]"
