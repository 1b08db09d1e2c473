"""Transformations of the parameters of a network that leave its output unchanged.

One hidden layer, linear output: unit j contributes v_j a(w_j.x + b_j), and
- any permutation of the units keeps the sum (Hecht-Nielsen 1990);
- parity of the activation gives a sign flip of a unit (Sussmann 1992; Albertini and Sontag 1993);
- positive homogeneity gives a rescaling of a unit.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from claims.mathematics.activations import Parity
from claims.mathematics.networks import Network


def _require_one_hidden_layer(network: Network) -> None:
    if len(network.widths) != 3:
        raise ValueError(f"widths {network.widths}: the symmetry is stated for one hidden layer")


def permute_units(network: Network, theta: Any, permutation: Sequence[int]) -> Any:
    """Return theta (p,) with hidden unit ``permutation[j]`` moved to place j.

    Rows of W1, entries of b1 and columns of W2 move together. Raises ValueError for what is no
    permutation of the units.
    """
    _require_one_hidden_layer(network)
    order = list(permutation)
    if sorted(order) != list(range(network.widths[1])):
        raise ValueError(f"{order} is no permutation of {network.widths[1]} units")
    moved = theta.copy()
    for block in network.blocks:
        part = block.of(theta)
        if block.name in ("W1", "b1"):
            part = part[order]
        elif block.name == "W2":
            part = part[:, order]
        moved[block.start : block.stop] = part.reshape(-1)
    return moved


def swap_units(network: Network, theta: Any, first: int, second: int) -> Any:
    """Return theta (p,) with two hidden units exchanged; a unit swapped with itself stays."""
    _require_one_hidden_layer(network)
    order = list(range(network.widths[1]))
    order[first], order[second] = order[second], order[first]
    return permute_units(network, theta, order)


def flip_unit(network: Network, theta: Any, unit: int) -> Any:
    """Return theta with the signs of a hidden unit's incoming parameters turned.

    The output weight and bias make up for it: v -> -v where the activation is odd, v -> v where it
    is even, v -> -v and c -> c + v where a(-h) = 1 - a(h), which needs an output bias. Raises
    ValueError where the activation or the architecture has no such symmetry.
    """
    _require_one_hidden_layer(network)
    parity = network.activation.parity
    if parity is Parity.NONE:
        raise ValueError(f"{network.activation} has no parity: there is no sign flip")
    if parity is Parity.COMPLEMENT and not network.output_bias:
        raise ValueError("a(-h) = 1 - a(h) needs an output bias to take up the constant")
    flipped = theta.copy()
    for name in ("W1", "b1"):
        if name == "W1" or network.hidden_bias:
            block = network.block(name)
            part = np.array(block.of(theta), copy=True)
            part[unit] = -part[unit]
            flipped[block.start : block.stop] = part.reshape(-1)
    place = network.block("W2").start + unit
    weight = theta[place]
    if parity is not Parity.EVEN:
        flipped[place] = -weight
    if parity is Parity.COMPLEMENT:
        bias = network.block("b2").start
        flipped[bias] = theta[bias] + weight
    return flipped


def scale_unit(network: Network, theta: Any, unit: int, factor: Any) -> Any:
    """Return theta with a unit's incoming parameters times ``factor`` > 0 and v / factor^k.

    k is the degree of positive homogeneity of the activation; ValueError where it has none.
    """
    _require_one_hidden_layer(network)
    degree = network.activation.homogeneity
    if degree is None:
        raise ValueError(f"{network.activation} is not positively homogeneous: there is no scaling")
    scaled = theta.copy()
    for block in network.blocks:
        if block.name in ("W1", "b1"):
            part = np.array(block.of(theta), copy=True)
            part[unit] = part[unit] * factor
            scaled[block.start : block.stop] = part.reshape(-1)
    place = network.block("W2").start + unit
    for _ in range(degree):
        scaled[place] = scaled[place] / factor
    return scaled
