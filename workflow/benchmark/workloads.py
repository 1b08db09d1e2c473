"""What every engine is timed on: the same starts, steps and batches, in double precision."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from claims.compiled import FULL_BATCH, Sampling
from claims.mathematics import SIGMOID, SQUARED_ERROR, Objective, ReluStudent, one_hidden_layer
from claims.training import (
    DataSet,
    PopulationProblem,
    Problem,
    Shuffled,
    generator,
    stream_keys,
    xor,
)


@dataclass(frozen=True)
class Workload:
    """Gradient descent of ``runs`` networks d-units-1 on the mean squared error."""

    name: str
    problem: Problem
    sampling: Sampling
    runs: int
    updates: int
    step: float

    @property
    def units(self) -> int:
        return self.problem.objective.network.widths[1]

    @property
    def size(self) -> int:
        return self.problem.objective.network.size

    @cached_property
    def keys(self):
        return stream_keys("benchmark", self.name, runs=range(self.runs))

    @cached_property
    def starts(self):
        random = generator("benchmark", self.name)
        return 0.5 * random.normal(size=(self.runs, self.size))

    @cached_property
    def batches(self):
        """Indices (updates, runs, batch), or None for the whole data set in every update."""
        if not self.sampling.random:
            return None
        samples = len(self.problem.data.targets)
        drawn = [self.sampling.indices(self.keys, k, samples) for k in range(self.updates)]
        return np.stack(drawn)

    def losses(self, theta):
        """Return the losses (runs,) on the whole data set, by the definition."""
        data = self.problem.data
        loss = self.problem.objective.value
        return np.array([loss(own, data.inputs, data.targets) for own in theta])


class StudentWorkload(Workload):
    """Gradient descent of ReLU students on the loss over all inputs: without data."""

    @property
    def units(self) -> int:
        return self.problem.objective.units

    @property
    def size(self) -> int:
        return self.problem.objective.size

    def losses(self, theta):
        return np.array([self.problem.objective.value(own) for own in theta])


def workloads(part: float) -> list[Workload]:
    """Return the workloads, with ``part`` of the runs of each (1 for all)."""
    random = generator("benchmark", "data")
    inputs = random.normal(size=(256, 10))
    wide = DataSet("random", inputs, np.tanh(inputs @ random.normal(size=10)))

    def of(name, data, units, sampling, runs, updates, step):
        network = one_hidden_layer(data.inputs.shape[1], units, SIGMOID)
        problem = Problem(Objective(network, SQUARED_ERROR), data)
        return Workload(name, problem, sampling, max(int(runs * part), 2), updates, step)

    student = StudentWorkload(
        "ReLU teacher-student 10 x 10, population loss",
        PopulationProblem.of(ReluStudent(10, 10)),
        FULL_BATCH,
        max(int(1024 * part), 2),
        100,
        0.1,
    )
    return [
        of("XOR 2-2-1, full batch", xor(), 2, FULL_BATCH, 4096, 500, 0.2),
        of("XOR 2-3-1, full batch", xor(), 3, FULL_BATCH, 4096, 500, 0.2),
        of("10-16-1, N = 256, batch 16", wide, 16, Shuffled(16), 1024, 48, 0.02),
        of("10-64-1, N = 256, batch 16", wide, 64, Shuffled(16), 256, 48, 0.02),
        student,
    ]
