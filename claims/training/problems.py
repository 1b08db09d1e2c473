"""A problem: an objective on a data set, in the form from which kernels are compiled."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np

from claims.compiled import Derivatives, Form, HiddenLayer, Iteration, Masks, SampleSum
from claims.mathematics import (
    IDENTITY,
    DropoutObjective,
    Objective,
    ReluStudent,
    masked_parameters,
)
from claims.training.data_sets import DataSet
from claims.training.population_kernel import relu_student_kernel


def sample_sum(objective: Objective | DropoutObjective) -> SampleSum:
    """Return the objective as a sum over samples; the mean's 1/N is left to the kernel's scale."""
    plain = _plain(objective)
    terms: Objective | DropoutObjective = replace(plain, reduction="sum", penalty=None)
    if isinstance(objective, DropoutObjective):
        terms = replace(objective, objective=replace(plain, reduction="sum", penalty=None))
    rest = plain.penalty.value if plain.penalty else None
    hidden = _hidden_layer(plain) if isinstance(objective, Objective) else None
    size, features = plain.network.size, plain.network.widths[0]
    return SampleSum(terms.value, size, features, rest, hidden=hidden)


def _hidden_layer(objective: Objective) -> HiddenLayer | None:
    network = objective.network
    if len(network.widths) != 3 or network.output is not IDENTITY:
        return None
    return HiddenLayer(
        network.widths[1],
        network.activation.value,
        objective.loss.value,
        network.hidden_bias,
        network.output_bias,
    )


def dropped_sum(objective: Objective, rate: Fraction) -> SampleSum:
    """Return the objective with rescaled dropout of the hidden units, a mask for every sample.

    Raises ValueError for a network without exactly one hidden layer.
    """
    network = objective.network
    if len(network.widths) != 3:
        raise ValueError(f"dropout of the hidden layer needs one, the widths are {network.widths}")
    terms = replace(objective, reduction="sum", penalty=None)

    def term(theta: Any, inputs: Any, targets: Any, mask: Any) -> Any:
        total: Any = 0
        for n in range(len(targets)):
            parameters = masked_parameters(network, theta, 1, tuple(mask[n]), rate)
            total = total + terms.value(parameters, inputs[n : n + 1], targets[n : n + 1])
        return total

    return replace(
        sample_sum(objective), term=term, hidden=None, masks=Masks(network.widths[1], rate)
    )


def _plain(objective: Objective | DropoutObjective) -> Objective:
    return objective.objective if isinstance(objective, DropoutObjective) else objective


@dataclass(frozen=True)
class Problem:
    """What is minimised over theta (p,); the kernels are compiled on first use."""

    objective: Objective | DropoutObjective
    data: DataSet

    @cached_property
    def function(self) -> SampleSum:
        return sample_sum(self.objective)

    @property
    def scale(self) -> float:
        return self.batch_scale(len(self.data.targets))

    def batch_scale(self, size: int) -> float:
        """The factor that makes a random batch's sum unbiased for the objective of all samples."""
        if _plain(self.objective).reduction == "mean":
            return 1 / size
        return len(self.data.targets) / size

    @cached_property
    def derivatives(self) -> Derivatives:
        """Value, gradient and Hessian in batch."""
        return Derivatives(self.function, 2)

    @cached_property
    def first_derivatives(self) -> Derivatives:
        """Value and gradient in batch."""
        return Derivatives(self.function, 1)

    def with_dropout(self, rate: Fraction) -> SampleSum:
        """The function whose gradients are those of masked networks, one mask a sample."""
        if isinstance(self.objective, DropoutObjective):
            raise ValueError("the objective is averaged over all masks already: sample none")
        return self._dropped.setdefault(rate, dropped_sum(self.objective, rate))

    def iteration(self, form: Form) -> Iteration:
        """The kernel of that form, kept for the next call."""
        return self._iterations.setdefault(form, Iteration(form))

    @cached_property
    def _dropped(self) -> dict[Fraction, SampleSum]:
        return {}

    @cached_property
    def _iterations(self) -> dict[Form, Iteration]:
        return {}


@dataclass(frozen=True)
class PopulationProblem(Problem):
    """A ReLU student's loss over all inputs, as a sum of one term: of its sample nothing is read.

    Its value is a function of theta alone; there is nothing to draw a batch of, nor masks.
    """

    objective: ReluStudent  # type: ignore[assignment]

    @classmethod
    def of(cls, student: ReluStudent) -> PopulationProblem:
        return cls(student, DataSet("unread", np.zeros((1, student.inputs)), np.zeros(1)))

    @cached_property
    def function(self) -> SampleSum:
        student = self.objective
        return SampleSum(
            lambda theta, inputs, targets: student.value(theta),
            student.size,
            student.inputs,
            by_hand=relu_student_kernel(student),
        )

    def batch_scale(self, size: int) -> float:
        return 1.0

    def with_dropout(self, rate: Fraction) -> SampleSum:
        raise ValueError("the loss over all inputs is in closed form: it has no masks")
