"""A problem: an objective on a data set, in the form from which kernels are compiled."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from claims.compiled import Derivatives, Iteration, Rule, SampleSum
from claims.mathematics import Objective
from claims.training.data_sets import DataSet


def sample_sum(objective: Objective) -> SampleSum:
    """Return the objective as a sum over samples; the mean's 1/N is left to the kernel's scale."""
    network = objective.network
    terms = replace(objective, reduction="sum", penalty=None)
    rest = objective.penalty.value if objective.penalty else None
    return SampleSum(terms.value, network.size, network.widths[0], rest)


@dataclass(frozen=True)
class Problem:
    """What is minimised over theta (p,); the kernels are compiled on first use."""

    objective: Objective
    data: DataSet

    @cached_property
    def function(self) -> SampleSum:
        return sample_sum(self.objective)

    @property
    def scale(self) -> float:
        return 1 / len(self.data.targets) if self.objective.reduction == "mean" else 1.0

    @cached_property
    def derivatives(self) -> Derivatives:
        """Value, gradient and Hessian in batch."""
        return Derivatives(self.function, 2)

    def iteration(self, rule: Rule) -> Iteration:
        return Iteration(self.function, rule, len(self.data.targets))
