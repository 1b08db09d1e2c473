"""The two sides of a condition: what proves a reading inside, what refutes it with one dropped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from claims.record.evidence import Check

# What refutes a statement about all inputs: a study or random examples do not drop a condition.
_REFUTING = ("counterexample", "identity", "certificate")
_PROVING = ("identity", "certificate")


class Side(Struct, frozen=True):
    """The checks on one side of a set of conditions: all ``kept`` ones are met.

    ``dropped`` is the one that is not, or None inside, where the checks prove.
    """

    kept: list[str]
    dropped: str | None
    checks: list[Check]


def both_sides(checks: Iterable[Check], when: Iterable[Sequence[str]]) -> list[Side]:
    """Return, for each set of conditions in ``when``, its inside and one side for each condition.

    ``checks`` are those of one reading; those that did not pass are passed over. A side with a
    dropped condition holds the refutations that satisfy all the others of the set; it is empty
    where nothing says that the condition is needed.
    """
    passed = [check for check in checks if check.outcome == "passed"]
    proofs = [check for check in passed if check.shows == "holds" and check.by in _PROVING]
    refutations = [check for check in passed if check.shows == "fails" and check.by in _REFUTING]
    sides = []
    for conditions in when:
        inside = [check for check in proofs if set(check.when) == set(conditions)]
        sides.append(Side(list(conditions), None, inside))
        for dropped in conditions:
            kept = [condition for condition in conditions if condition != dropped]
            outside = [check for check in refutations if set(kept) <= set(check.when)]
            sides.append(Side(kept, dropped, outside))
    return sides
