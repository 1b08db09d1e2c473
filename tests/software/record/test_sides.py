"""Which checks stand on which side of a condition."""

from __future__ import annotations

import pytest

from claims.record import Check, Side, both_sides


def check(name: str, spec: str, outcome: str = "passed") -> Check:
    """A check from words: what it shows, by what, and which conditions it meets."""
    shows, by, *when = spec.split()
    return Check("c", None, name, "", "", shows, by, when, outcome)  # type: ignore[arg-type]


def test_each_condition_is_dropped_by_itself():
    proof = check("proof", "holds identity a b")
    without_a, without_b = check("x", "fails counterexample b c"), check("y", "fails identity a")
    others = [check("z", "fails counterexample"), check("p", "holds property a b")]
    assert both_sides([proof, without_a, without_b, *others], [["a", "b"]]) == [
        Side(["a", "b"], None, [proof]),
        Side(["b"], "a", [without_a]),
        Side(["a"], "b", [without_b]),
    ]


def test_each_set_of_conditions_has_its_own_sides():
    proofs = [check("p", "holds identity a"), check("q", "holds certificate b")]
    general = check("x", "fails counterexample")
    sides = both_sides([*proofs, general], [["a"], ["b"]])
    assert [(side.dropped, side.checks) for side in sides] == [
        (None, proofs[:1]),
        ("a", [general]),
        (None, proofs[1:]),
        ("b", [general]),
    ]


@pytest.mark.parametrize(
    "refutation",
    [
        check("x", "fails counterexample b", "failed"),
        check("x", "fails property b"),
        check("x", "holds witness b"),
        check("x", "fails counterexample"),
    ],
    ids=["failed", "random", "for it", "other conditions missing"],
)
def test_a_condition_that_nothing_drops_has_an_empty_side(refutation):
    sides = both_sides([check("p", "holds identity a b"), refutation], [["a", "b"]])
    assert sides[1] == Side(["b"], "a", [])
