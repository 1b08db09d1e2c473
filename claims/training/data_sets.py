"""The data sets on which networks are trained, each declared or prepared as its docstring says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class DataSet:
    """Inputs (N, d) and targets (N,), all finite."""

    name: str
    inputs: Floats
    targets: Floats

    def __post_init__(self) -> None:
        if self.inputs.ndim != 2 or self.targets.shape != self.inputs.shape[:1]:
            raise ValueError(
                f"data set {self.name}: inputs {self.inputs.shape} and targets "
                f"{self.targets.shape} do not match; give (N, d) and (N,)"
            )
        if not len(self.targets) or not self.inputs.shape[1]:
            raise ValueError(f"data set {self.name} is empty: give at least one sample and feature")
        for kind, values in (("inputs", self.inputs), ("targets", self.targets)):
            bad = np.argwhere(~np.isfinite(values))
            if len(bad):
                raise ValueError(
                    f"data set {self.name}: {kind} row {bad[0][0]} holds a value that is not "
                    "finite; remove or replace the row"
                )
        self.inputs.setflags(write=False)
        self.targets.setflags(write=False)


@cache
def xor() -> DataSet:
    """Exclusive or: the corners of the unit square, targets 0, 1, 1, 0."""
    inputs = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    return DataSet("xor", inputs, np.array([0.0, 1.0, 1.0, 0.0]))


@cache
def two_minima() -> DataSet:
    """Ten points on a line; a 1-1-1 sigmoid network has two certified strict minima on them.

    Their mean squared errors are 12.04107 and 13.07840.
    """
    inputs = np.arange(-4, 6)[:, np.newaxis] / 2
    targets = np.array([-6.0, -4.0, -2.0, 2.0, 6.0, 4.0, -1.0, -4.0, -7.0, -3.0])
    return DataSet("two-minima", inputs, targets)


@cache
def diabetes() -> DataSet:
    """The 442 patients of Efron, Hastie, Johnstone and Tibshirani (2004), as in scikit-learn.

    Two features, body mass index and log triglycerides (bmi, s5), the two that correlate most with
    the target, disease progression after a year. Each column, the target included, is centred and
    divided by its standard deviation (that of the population, ddof 0), so that predicting the mean
    has a mean squared error of 1.
    """
    from sklearn.datasets import load_diabetes

    raw = load_diabetes(scaled=False)
    columns = [raw.feature_names.index(name) for name in ("bmi", "s5")]
    return DataSet("diabetes", _standardised(raw.data[:, columns]), _standardised(raw.target))


@cache
def few_diabetes() -> DataSet:
    """The first 40 patients of `diabetes`, with its scale: no longer exactly standardised."""
    whole = diabetes()
    return DataSet("few-diabetes", whole.inputs[:40].copy(), whole.targets[:40].copy())


@cache
def rounded_teacher() -> DataSet:
    """Twelve points of a grid with the outputs of a 2-2-1 network, rounded to one decimal.

    A 2-2-1 sigmoid network has two certified strict minima on them, with mean squared errors of
    0.01384 and 0.03375.
    """
    inputs = np.array([[i - 1.0, j - 1.0] for i in range(4) for j in range(3)])
    targets = [-6.3, -8.1, -9.7, -5.2, -8.2, -9.3, -5.2, -6.9, -7.7, -4.3, -4.8, -6.2]
    return DataSet("rounded-teacher", inputs, np.array(targets))


@cache
def teacher() -> DataSet:
    """Twelve points in the plane; the targets are the outputs of a 2-2-1 tanh network.

    Its units have the weights (3, -3.7) and (0, -1.8), the biases 0.8 and -2.1, the output weights
    -1 and 1 and no output bias, so that the infimum of the loss is 0 for two tanh units or more.
    """
    inputs = np.array(
        [
            [-0.7, -0.2],
            [1.7, 0.7],
            [-1.6, 0.0],
            [-0.6, 0.1],
            [-1.6, 0.2],
            [0.2, 1.6],
            [0.3, 0.5],
            [-1.5, 2.3],
            [-1.9, 1.1],
            [-0.3, -0.9],
            [-0.7, -0.7],
            [0.4, -0.1],
        ]
    )
    first = np.tanh(3 * inputs[:, 0] - 3.7 * inputs[:, 1] + 0.8)
    second = np.tanh(-1.8 * inputs[:, 1] - 2.1)
    return DataSet("teacher", inputs, second - first)


@cache
def valley() -> DataSet:
    """Ten points on a line in a valley, one side of which a network with one unit can follow.

    Found by a search through random data for descent that converges and ends at several levels.
    """
    inputs = np.arange(-4, 6)[:, np.newaxis] / 2
    targets = np.array([9.0, 5.0, -1.0, -6.0, -8.0, -8.0, -5.0, 0.0, 4.0, 6.0])
    return DataSet("valley", inputs, targets)


@cache
def wave() -> DataSet:
    """Ten points on a line along a wave, found by the search that found `valley`."""
    inputs = np.arange(-4, 6)[:, np.newaxis] / 2
    targets = np.array([6.0, 0.0, -6.0, -8.0, -6.0, -2.0, 3.0, 6.0, 6.0, 2.0])
    return DataSet("wave", inputs, targets)


@cache
def slope() -> DataSet:
    """Twelve points of a grid on a slope: the rounded outputs of a 2-3-1 tanh network with noise.

    Found, like `valley`, by a search through random data; here for networks with two units.
    """
    inputs = np.array([[i - 1.5, j - 1.0] for i in range(4) for j in range(3)])
    targets = [-8.7, -6.8, -2.2, -8.6, -7.8, -2.0, -6.8, -5.9, -0.6, -3.7, -3.5, -0.2]
    return DataSet("slope", inputs, np.array(targets))


def _standardised(columns: Floats) -> Floats:
    columns = np.asarray(columns, dtype=np.float64)
    return (columns - columns.mean(axis=0)) / columns.std(axis=0)


DATA_SETS: dict[str, Callable[[], DataSet]] = {
    "xor": xor,
    "two-minima": two_minima,
    "diabetes": diabetes,
    "few-diabetes": few_diabetes,
    "rounded-teacher": rounded_teacher,
    "teacher": teacher,
    "valley": valley,
    "wave": wave,
    "slope": slope,
}
