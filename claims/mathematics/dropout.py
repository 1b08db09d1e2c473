"""Dropout as an objective: the training loss averaged exactly over all masks of a layer.

Each unit of the layer is dropped independently with probability ``rate``; rescaled ("inverted")
dropout divides the values of the units that are kept by 1 - rate (Srivastava et al. 2014,
section 10). Every sample may draw a mask of its own: the mean over the samples has the same
expectation either way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np

from claims.mathematics.networks import Network
from claims.mathematics.objectives import Objective
from claims.numbers import affine, quotient, square

Mask = tuple[int, ...]


def masks(units: int, rate: Any) -> Iterator[tuple[Any, Mask]]:
    """Yield (probability, mask) for all 2^units masks; in a mask 1 is a unit kept, 0 one dropped.

    The probability is a product of one factor a unit, ``rate`` for 0 and 1 - ``rate`` for 1.
    """
    for mask in product((1, 0), repeat=units):
        probability: Any = 1
        for kept in mask:
            probability = probability * (1 - rate if kept else rate)
        yield probability, mask


def expectation_over_masks(units: int, rate: Any, function: Callable[[Mask], Any]) -> Any:
    """Return the mean of ``function(mask)``, a number or an array, over all masks of the units.

    ``rate`` is a Fraction or a scalar, symbolic for a statement about all rates; 2^units calls.
    """
    total: Any = 0
    for probability, mask in masks(units, rate):
        total = total + function(mask) * probability
    return total


def masked_parameters(
    network: Network, theta: Any, layer: int, mask: Mask, rate: Any, *, rescaled: bool = True
) -> Any:
    """Return parameters (p,) whose network is that of ``theta`` with units of a layer dropped.

    ``layer`` 0 holds the inputs, 1 the first hidden units, and so on. Whether a unit's value or the
    weights that lead on from it are multiplied by its mask entry is the same. Raises ValueError for
    a layer that the network does not have, and for a mask of another length.
    """
    units = _units(network, layer)
    if len(mask) != units:
        raise ValueError(f"the mask {mask} has {len(mask)} entries for a layer of {units} units")
    block = network.block(f"W{layer + 1}")
    weights = block.of(theta) * np.array(mask)
    if rescaled:
        weights = quotient(weights, 1 - rate)
    moved = theta.copy()
    moved[block.start : block.stop] = weights.reshape(-1)
    return moved


def _units(network: Network, layer: int) -> int:
    if not 0 <= layer < len(network.widths) - 1:
        raise ValueError(
            f"layer {layer} cannot be masked: widths {network.widths} have layers 0 (the inputs) "
            f"to {len(network.widths) - 2}"
        )
    return network.widths[layer]


@dataclass(frozen=True)
class DropoutObjective:
    """The mean of ``objective`` over all masks of the units of one layer; its penalty has no mask.

    ``rate`` is the probability of being dropped, 0 <= rate < 1: an int or Fraction, or a scalar.
    The cost is that of 2^n evaluations for n units.
    """

    objective: Objective
    rate: Any
    layer: int = 1
    rescaled: bool = True

    def value(self, theta: Any, inputs: Any, targets: Any) -> Any:
        """Return the averaged objective at theta (p,) for inputs (N, d) and targets (N,)."""
        network, penalty = self.objective.network, self.objective.penalty
        plain = replace(self.objective, penalty=None)

        def masked(mask: Mask) -> Any:
            parameters = masked_parameters(
                network, theta, self.layer, mask, self.rate, rescaled=self.rescaled
            )
            return plain.value(parameters, inputs, targets)

        mean = expectation_over_masks(_units(network, self.layer), self.rate, masked)
        return mean if penalty is None else mean + penalty.value(theta)


def dropout_penalty(network: Network, theta: Any, inputs: Any, rate: Any) -> Any:
    """Return rate/(1 - rate) times the mean over the inputs (N, d) of sum_j (v_j a_j)^2.

    For one hidden layer, mean squared error and rescaled dropout of the hidden units this is what
    averaging over the masks adds to the loss; linear in the number of units. Raises ValueError for
    another number of layers or an output that is not linear.
    """
    if len(network.widths) != 3 or network.output.name != "identity":
        raise ValueError(
            f"widths {network.widths}, output {network.output}: the closed form is for one hidden "
            "layer and a linear output"
        )
    parts = {block.name: block.of(theta) for block in network.blocks}
    hidden = network.activation.value(affine(inputs, parts["W1"], parts.get("b1")))
    total = square(hidden * parts["W2"][0]).sum()
    return quotient(total, len(inputs)) * (rate / (1 - rate))
