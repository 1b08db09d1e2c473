"""What is minimised: the loss of a network on data, plus a penalty."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from claims.mathematics.losses import L2, Loss
from claims.mathematics.networks import Network
from claims.numbers import quotient


@dataclass(frozen=True)
class Objective:
    """The mean (or sum) over samples of ``loss(network(x), y)``, plus ``penalty(theta)``."""

    network: Network
    loss: Loss
    reduction: Literal["mean", "sum"] = "mean"
    penalty: L2 | None = None

    def value(self, theta: Any, inputs: Any, targets: Any) -> Any:
        """Return the objective at theta (p,) for inputs (N, d) and targets (N,), N >= 1."""
        if targets.shape != inputs.shape[:1] or not len(targets):
            raise ValueError(
                f"targets {targets.shape} for inputs {inputs.shape}: "
                "give one target a row, at least one"
            )
        total = self.loss.value(self.network.predict(theta, inputs), targets).sum()
        if self.reduction == "mean":
            total = quotient(total, len(targets))
        return total if self.penalty is None else total + self.penalty.value(theta)
