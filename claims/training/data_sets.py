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


def _standardised(columns: Floats) -> Floats:
    columns = np.asarray(columns, dtype=np.float64)
    return (columns - columns.mean(axis=0)) / columns.std(axis=0)


DATA_SETS: dict[str, Callable[[], DataSet]] = {
    "xor": xor,
    "two-minima": two_minima,
    "diabetes": diabetes,
}
