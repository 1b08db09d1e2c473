"""Signs are decided exactly, or in balls at growing precision, or not at all."""

from __future__ import annotations

from fractions import Fraction

import pytest

from claims.numbers import PRECISIONS, FalseTie, Undecided, decide_sign, logistic, square


@pytest.mark.parametrize(
    ("value", "sign"), [(Fraction(-1, 7), -1), (0, 0), (Fraction(1, 10**40), 1)]
)
def test_rationals_are_decided_exactly(value, sign):
    assert decide_sign(lambda arithmetic: arithmetic.enter(value)) == sign


def test_precision_grows_until_the_sign_is_known():
    asked = []

    def tiny(arithmetic):
        asked.append(arithmetic.name)
        return 1 - logistic(arithmetic.enter(300))  # about 10^-130: 0 in a 64-bit ball

    assert decide_sign(tiny) == 1
    assert 2 < len(asked) < len(PRECISIONS) + 1
    assert decide_sign(lambda arithmetic: -tiny(arithmetic)) == -1


def test_a_tie_is_never_decided_in_balls():
    def tie(arithmetic):
        h = arithmetic.enter(Fraction(1, 3))
        return logistic(h) + logistic(-h) - 1

    with pytest.raises(Undecided, match="2048 bits"):
        decide_sign(tie)
    assert decide_sign(tie, tie=True) == 0


def test_faults_of_the_definition_are_not_hidden():
    with pytest.raises(TypeError, match="a float"):
        decide_sign(lambda arithmetic: square(arithmetic.enter(1)) * 0.5)


@pytest.mark.parametrize(
    "number",
    [lambda arithmetic: arithmetic.enter(-5), lambda arithmetic: logistic(arithmetic.enter(3))],
)
def test_a_tie_that_is_none_is_refused(number):
    with pytest.raises(FalseTie, match="declared a tie"):
        decide_sign(number, tie=True)
