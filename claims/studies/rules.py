"""Decision rules: from the estimates of a study to its decision and the sentence that says it.

A rule is named in a plan and fixed with it. Each returns one of the words of a frequency claim:
supported, supported under conditions, not supported, inconclusive, not decided at this scale.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

from claims.studies.statistics import Share


class Decision(Enum):
    SUPPORTED = "supported"
    CONDITIONS = "supported under conditions"
    NOT_SUPPORTED = "not supported"
    INCONCLUSIVE = "inconclusive"
    NOT_DECIDED = "not decided at this scale"


@dataclass(frozen=True)
class Estimate:
    """A cell as the reader knows it, with its share."""

    name: str
    share: Share


class Side(Enum):
    """Where a cell's interval lies."""

    OFTEN = "above"
    SELDOM = "below"
    OPEN = "across"


def side(share: Share, threshold: float) -> Side:
    """Return on which side of ``threshold`` the whole interval lies."""
    if share.lower > threshold:
        return Side.OFTEN
    if share.upper < threshold:
        return Side.SELDOM
    return Side.OPEN


def often(
    estimates: Sequence[Estimate], planned: int, threshold: float, event: str
) -> tuple[Decision, str]:
    """Judge the claim that an event is frequent, that is, has a share above ``threshold``.

    The intervals are simultaneous and cover whatever the undecided runs were. Supported: all lie
    above the threshold. Not supported: all lie below. Supported under conditions: some lie above
    and some below, so that it depends on the setting; others may be open. Inconclusive: everything
    else, since an open cell could still contradict the ones that are settled. Below the planned
    number of runs in any cell nothing is decided. ``event`` completes "of the runs", as in "end
    above the global level".
    """
    if not estimates:
        raise ValueError("there is no estimate to judge: a study has at least one cell")
    fewest = min(estimate.share.n for estimate in estimates)
    if fewest < planned:
        return Decision.NOT_DECIDED, (
            f"Not decided: {fewest} {_plural(fewest, 'run')} in a setting, {planned} are planned."
        )
    groups = {
        kind: [estimate for estimate in estimates if side(estimate.share, threshold) is kind]
        for kind in Side
    }
    decision = _decision(len(groups[Side.OFTEN]), len(groups[Side.SELDOM]), len(estimates))
    phrases = {
        Side.OFTEN: f"more than {percent(threshold)} of the runs {event}",
        Side.SELDOM: f"fewer than {percent(threshold)} do",
        Side.OPEN: f"the interval contains {percent(threshold)}",
    }
    if not groups[Side.OFTEN]:
        phrases[Side.SELDOM] = f"fewer than {percent(threshold)} of the runs {event}"
        phrases[Side.OPEN] = (
            f"the interval for the share of runs that {event} contains {percent(threshold)}"
        )
        if groups[Side.SELDOM]:
            phrases[Side.OPEN] = f"the interval contains {percent(threshold)}"
    parts = [
        f"in {_count(len(group), len(estimates))} {phrases[kind]} ({_range(group)})"
        for kind, group in groups.items()
        if group
    ]
    sentence = "; ".join(parts)
    return decision, f"{sentence[0].upper()}{sentence[1:]}."


def _decision(often: int, seldom: int, total: int) -> Decision:
    if often == total:
        return Decision.SUPPORTED
    if seldom == total:
        return Decision.NOT_SUPPORTED
    if often and seldom:
        return Decision.CONDITIONS
    return Decision.INCONCLUSIVE


def percent(share: float) -> str:
    """Return a share as a percentage with one decimal where it needs one."""
    return f"{100 * share:.1f}".removesuffix(".0") + "%"


def _plural(count: int, noun: str) -> str:
    return noun if count == 1 else f"{noun}s"


def _count(some: int, total: int) -> str:
    if total == 1:
        return "the one setting"
    return f"all {total} settings" if some == total else f"{some} of {total} settings"


def _range(group: Sequence[Estimate]) -> str:
    ordered = sorted(group, key=lambda estimate: estimate.share.estimate)
    ends = [ordered[0], ordered[-1]][: len(ordered)]
    return " to ".join(f"{_interval(end.share)} for {end.name}" for end in ends)


def _interval(share: Share) -> str:
    return f"{percent(share.estimate)} [{percent(share.lower)}, {percent(share.upper)}]"


Rule = Callable[[Sequence[Estimate], int, float, str], tuple[Decision, str]]
RULES: dict[str, Rule] = {"often": often}
