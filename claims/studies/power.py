"""The probability that a question's planned sample size finds what is there, computed exactly."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from claims.studies.estimands import ESTIMANDS
from claims.studies.observations import Points
from claims.studies.plan import Question
from claims.studies.registry import Planned
from claims.studies.rules import Side, side
from claims.studies.statistics import bonferroni, difference_interval, median_rank, share_interval

# Outcomes less likely than this are counted as found nothing.
_NEGLIGIBLE = 1e-9


def achieved(study: Planned, question: Question, where: str) -> float | None:
    """Return the probability of that finding in one setting at the planned size, undecided none.

    ``where`` is "above", "below" or "same", as in the plan's power; None if the plan gives no truth
    for it or the estimand is the growth of a difference. Of settings with different numbers of runs
    the one with the fewest counts.
    """
    truth = None if question.power is None else getattr(question.power, where)
    if truth is None:
        return None
    names = study.settings(question)
    n = min(
        study.plan.runs(entries, "default")
        for name, entries in zip(study.names, study.plan.cells, strict=True)
        if name in names
    )
    each = bonferroni(study.plan.confidence, len(study.plan.questions))
    each = bonferroni(each, len(names))
    low, high = ESTIMANDS[question.estimand].region(question.smallest_effect)
    wanted = {"above": Side.ABOVE, "below": Side.BELOW, "same": Side.SAME}[where]
    if question.estimand == "share":
        return sum(
            mass
            for count, mass in _binomial(n, truth)
            if side(share_interval(_events(count, n), each), low, high) is wanted
        )
    if question.estimand == "difference of shares":
        first, second = truth
        return sum(
            mass * inner
            for ones, mass in _binomial(n, first)
            for others, inner in _binomial(n - ones, second / (1 - first) if first < 1 else 0.0)
            if side(difference_interval(_pairs(ones, others, n), each), low, high) is wanted
        )
    if question.estimand in ("median", "median difference", "median ratio"):
        return _beyond(n, truth, each)
    if question.estimand in ("growth of median", "growth factor of median"):
        # The bounds of two settings lie beyond two numbers that are the smallest effect apart.
        return _beyond(n, truth[0], each) * _beyond(n, truth[1], each)
    if question.estimand == "growth of share":
        contrast = ESTIMANDS[question.estimand].contrast
        assert contrast is not None
        ends = [
            [(share_interval(_events(count, n), each), mass) for count, mass in _binomial(n, share)]
            for share in truth
        ]
        return sum(
            mass * other
            for first, mass in ends[0]
            for last, other in ends[1]
            if side(contrast(first, last), low, high) is wanted
        )
    return None


def power_lines(study: Planned) -> Iterator[str]:
    """Yield a line a question and finding: the truth, the power asked for and the one achieved."""
    for question in study.plan.questions:
        for where in ("above", "below", "same"):
            found = achieved(study, question, where)
            if found is not None and question.power is not None:
                yield (
                    f"{study.title}, {question.id}: truth {getattr(question.power, where)} is "
                    f"found {where} with power {found:.3f} ({question.power.power:g} asked for)"
                )


def _beyond(n: int, share: float, confidence: float) -> float:
    """The probability that a bound of the median lies beyond a number beyond which the share does.

    It does so if and only if fewer than r runs do not.
    """
    rank = median_rank(n, confidence)
    return sum(mass for count, mass in _binomial(n, 1 - share) if count < rank)


def _binomial(n: int, share: float) -> list[tuple[int, float]]:
    from scipy.special import gammaln, xlog1py, xlogy

    counts = np.arange(n + 1)
    choose = gammaln(n + 1) - gammaln(counts + 1) - gammaln(n - counts + 1)
    masses = np.exp(choose + xlogy(counts, share) + xlog1py(n - counts, -share))
    return [
        (int(count), float(mass))
        for count, mass in zip(counts, masses, strict=True)
        if mass > _NEGLIGIBLE
    ]


def _events(count: int, n: int) -> Points:
    return _points([1, 0], [count, n - count])


def _pairs(ones: int, others: int, n: int) -> Points:
    return _points([1, -1, 0], [ones, others, n - ones - others])


def _points(values: list[int], runs: list[int]) -> Points:
    numbers: NDArray[np.float64] = np.array(values, dtype=np.float64)
    return Points(numbers, numbers, np.array(runs))
