"""Decision rules: from the estimates of a question to its decision.

A rule is named in a plan and fixed with it. Each returns one of the words of a frequency claim:
supported, supported under conditions, not supported, inconclusive, not decided at this scale.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import Enum

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


class Stand(Enum):
    """What an estimate says of the claim in its setting."""

    FOR = "it is met"
    AGAINST = "it is excluded"
    OPEN = "either may be so"


@dataclass(frozen=True)
class Rule:
    """What a claim asks for, the sides that speak for and against it, and of which estimands."""

    asks: str
    favourable: frozenset[Side]
    against: frozenset[Side]
    estimands: tuple[str, ...]

    def stand(self, side: Side) -> Stand:
        """Return what an interval on that side says of the claim."""
        if side in self.favourable:
            return Stand.FOR
        return Stand.AGAINST if side in self.against else Stand.OPEN


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
    inside: Collection[str] = (),
    lacking: tuple[int, int] | None = None,
) -> Decision:
    """Judge a claim by the rule of that name.

    The intervals are simultaneous and cover whatever the undecided runs were. Supported: all lie on
    the side that the claim asks for. Not supported: all exclude it, be it that they lie on the
    other side, show no difference of the smallest effect, or leave open which of these.

    ``inside`` names the estimates that fulfil the condition which the plan named in advance, empty
    if it named none. Supported under conditions: all of these are on the side that the claim asks
    for, and some of the others exclude it.

    Inconclusive: everything else. Where settings lie on both sides and nothing named in advance
    separates them, the claim holds in some settings and not in others; as the settings are no
    sample of anything, nothing follows for those that were not tried. ``lacking`` gives the runs
    done and planned where a setting has fewer than planned: then nothing is decided.
    """
    if not estimates:
        raise ValueError("there is no estimate to judge: a question has at least one setting")
    if lacking is not None:
        return Decision.NOT_DECIDED
    stands = stands_of(rule, estimand, estimates, effect)
    if set(stands.values()) == {Stand.FOR}:
        return Decision.SUPPORTED
    if set(stands.values()) == {Stand.AGAINST}:
        return Decision.NOT_SUPPORTED
    within = {stand for name, stand in stands.items() if name in inside}
    beyond = {stand for name, stand in stands.items() if name not in inside}
    if within == {Stand.FOR} and Stand.AGAINST in beyond:
        return Decision.CONDITIONS
    return Decision.INCONCLUSIVE


def stands_of(
    rule: str, estimand: str, estimates: Sequence[Estimate], effect: float
) -> dict[str, Stand]:
    """Return what each estimate, by name, says of the claim."""
    region = ESTIMANDS[estimand].region(effect)
    return {one.name: RULES[rule].stand(side(one.interval, *region)) for one in estimates}
