"""The images of a parameter vector under the finite symmetries of a hidden layer.

They are the permutations of the units and, where the activation's parity allows it, the sign flips:
n! or 2^n n! maps that keep the output (Hecht-Nielsen 1990; Sussmann 1992). Rescalings, of which
there is a continuum, are not among them.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations, product
from typing import Any

import numpy as np

from claims.mathematics.activations import Parity
from claims.mathematics.networks import Network
from claims.mathematics.symmetries import flip_unit, permute_units, swap_units


def unit_rows(network: Network, theta: Any) -> Any:
    """Return the parameters of each hidden unit of theta (p,), one row (n, d + 1 or d + 2) a unit.

    A row holds the incoming weights, the hidden bias where there is one, and the outgoing weight.
    Two units are the same where their rows are. Raises ValueError for another depth.
    """
    if len(network.widths) != 3:
        raise ValueError(f"widths {network.widths}: units are told apart in one hidden layer")
    columns = [network.block("W1").of(theta)]
    if network.hidden_bias:
        columns.append(network.block("b1").of(theta)[:, None])
    return np.concatenate([*columns, network.block("W2").of(theta).T], axis=1)


def has_sign_flips(network: Network) -> bool:
    """Tell whether ``flip_unit`` is defined: a parity, and for a(-h) = 1 - a(h) an output bias."""
    parity = network.activation.parity
    return parity is not Parity.NONE and (parity is not Parity.COMPLEMENT or network.output_bias)


def images(network: Network, theta: Any) -> Iterator[Any]:
    """Yield the image of theta (p,) under each finite symmetry, theta itself first.

    n! images or, with sign flips, 2^n n!; they repeat where theta is a fixed point of some of the
    maps. Raises ValueError for another depth than one hidden layer.
    """
    units = range(len(unit_rows(network, theta)))
    for chosen in product((False, True), repeat=len(units) if has_sign_flips(network) else 0):
        flipped = theta
        for unit, turned in enumerate(chosen):
            if turned:
                flipped = flip_unit(network, flipped, unit)
        for order in permutations(units):
            yield permute_units(network, flipped, order)


def other_setting(network: Network, theta: Any) -> Any:
    """Return parameters other than theta (p,), a float array, with the same output at every input.

    Two units that differ are exchanged. Where all units agree, the outgoing weight v of the first
    two becomes 2 v and 0, or 1 and -1 if v = 0. All of it is exact. Raises ValueError for a single
    unit, which has no such partner, and for another depth than one hidden layer.
    """
    rows = unit_rows(network, theta)
    if len(rows) < 2:
        raise ValueError("one hidden unit: another setting needs at least two units")
    for unit in range(1, len(rows)):
        if (rows[unit] != rows[0]).any():
            return swap_units(network, theta, 0, unit)
    moved = theta.copy()
    first = network.block("W2").start
    moved[first : first + 2] = (2 * theta[first], 0) if theta[first] else (1, -1)
    return moved
