"""Update rules: how an iteration goes on from a gradient."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from claims.compiled.program import Program
from claims.compiled.recording import record


@dataclass(frozen=True)
class Rule:
    """How an iteration goes on: ``update(theta, gradient, *slots, **settings)``.

    It returns (theta, *slots), over the primitives; each slot is an array like theta that the rule
    carries along, zero at first; each setting is a number a run.
    """

    name: str
    update: Callable[..., tuple[Any, ...]]
    settings: tuple[str, ...]
    slots: int = 0

    def program(self, size: int) -> Program:
        """Return the program of the new theta and slots, one after another, for theta (size,)."""
        slots = [f"slot{k}" for k in range(self.slots)]

        def outputs(theta: Any, gradient: Any, **others: Any) -> Any:
            kept = [others[name] for name in slots]
            settings = {name: others[name][()] for name in self.settings}
            return np.concatenate(self.update(theta, gradient, *kept, **settings))

        vectors = dict.fromkeys(["theta", "gradient", *slots], (size,))
        return record(outputs, **vectors, **dict.fromkeys(self.settings, ()))
