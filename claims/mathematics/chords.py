"""Chords along which the objective of a network with a hidden layer is not convex, for any data.

Each is made of two parameter vectors (p,) at which the network's output is the same at every input,
while between them it is another number: no objective whose loss is smallest, or falls, towards the
first number can be convex, or quasiconvex, there. They work for every activation that meets
the stated inequality and for every data set. All functions take and return arrays of scalars of any
arithmetic.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from claims.mathematics.activations import Activation
from claims.mathematics.networks import Network
from claims.mathematics.objectives import Objective


def swing_chord(
    network: Network, background: Any, low: Any, high: Any, level: Any, rise: Any
) -> tuple[Any, Any]:
    """Return two parameter vectors that output ``level`` at every input.

    Their midpoint outputs ``level + rise``. The first unit of the last hidden layer does it, with
    no incoming weights: with D = a(high) - a(low) and v = 2 rise / D the ends have its bias and
    output weight at (low, v) and (high, -v), and the output biases level - v a(low) and
    level + v a(high). The other units of that layer are cut off, everything else is as in
    ``background`` (p,). Needs a(low) != a(high) and both biases; raises ValueError for a network
    without them or without a hidden layer.
    """
    if not (_layer(network) and network.hidden_bias and network.output_bias):
        raise ValueError(
            f"widths {network.widths}: a hidden layer, hidden biases and an output bias are needed"
        )
    bottom, top = network.activation.value(low), network.activation.value(high)
    weight = 2 * rise / (top - bottom)
    return (
        _one_unit(network, background, low, weight, level - weight * bottom),
        _one_unit(network, background, high, -weight, level + weight * top),
    )


def level_chord(
    network: Network, background: Any, low: Any, high: Any, level: Any
) -> tuple[Any, Any]:
    """Return two parameter vectors that output ``level`` at every input, without an output bias.

    The first unit of the last hidden layer has no incoming weights, bias ``low`` or ``high``, and
    the output weight level / a(bias). The midpoint of the chord outputs ``level_ratio`` times
    ``level``. Everything else as in ``swing_chord``; an output bias is set to 0. Needs a(low) and
    a(high) other than 0; raises ValueError without hidden biases.
    """
    if not (_layer(network) and network.hidden_bias):
        raise ValueError(f"widths {network.widths}: a hidden layer with biases is needed")
    value = network.activation.value
    return (
        _one_unit(network, background, low, level / value(low), level - level),
        _one_unit(network, background, high, level / value(high), level - level),
    )


def level_ratio(activation: Activation, low: Any, high: Any) -> Any:
    """Return (1/a(low) + 1/a(high)) / 2 * a((low + high) / 2), above 1 where 1/a bends upwards."""
    middle = activation.value((low + high) * Fraction(1, 2))
    return (1 / activation.value(low) + 1 / activation.value(high)) * middle * Fraction(1, 2)


def fading_end(network: Network, theta: Any, moved: Any, fraction: Any) -> Any:
    """Return the end of a chord from ``theta`` that passes ``moved`` with almost no change of W2.

    The network has one hidden layer; ``theta`` and ``moved`` (p,) are parameters of it. At the end
    the output weights and the output bias are 0 and the hidden parameters are theta +
    (moved - theta) / fraction; so the point that lies the fraction 0 < fraction < 1 of the way has
    the hidden parameters of ``moved`` and (1 - fraction) times the output parameters of ``theta``.
    Raises ValueError for another depth.
    """
    if len(network.widths) != 3:
        raise ValueError(f"widths {network.widths}: the chord is stated for one hidden layer")
    end = theta + (moved - theta) / fraction
    for block in network.blocks:
        if block.name in ("W2", "b2"):
            end[block.start : block.stop] = theta[block.start : block.stop] * 0
    return end


def fading_chord(objective: Objective, inputs: Any, targets: Any) -> tuple[Any, Any, Fraction]:
    """Return (start, end, fraction) of a chord that dips below the graph, for a bias-free network.

    Without biases the objective is convex only where it does not depend on the hidden weights: from
    output weights (v, 0 ..) and hidden weights 0 the chord goes, by ``fading_end``, past hidden
    weights at which the objective is higher. The fraction is the largest power of 1/4 at which the
    objective has risen more than twice as far as its chord. Data (N, d) and (N,) are floats, and so
    is the search: it proves nothing, and its result is to be decided by the caller, with
    ``chord_gap`` at 1 - fraction. Raises ValueError where all inputs are zero, or for a network
    with biases.
    """
    network = objective.network
    if network.hidden_bias or network.output_bias:
        raise ValueError("the chord is for networks without biases: see swing_chord, level_chord")
    if not inputs.any():
        raise ValueError("all inputs are zero: the output is linear in the parameters")

    def value(theta: Any) -> Any:
        return objective.value(theta, inputs, targets)

    longest = inputs[np.argmax((inputs * inputs).sum(axis=1))]
    candidates = []
    for weight in (1.0, -1.0):
        for side in (1.0, -1.0):
            start = np.zeros(network.size)
            start[network.block("W2").start] = weight
            moved = start.copy()
            moved[: len(longest)] = side * longest / (longest @ longest)
            candidates.append((start, moved))
    start, moved = max(candidates, key=lambda pair: value(pair[1]) - value(pair[0]))
    for bits in range(2, 50, 2):
        fraction = 2.0**-bits
        end = fading_end(network, start, moved, fraction)
        rise = value(start + (end - start) * fraction) - value(start)
        # Well above rounding.
        if rise > 2 * fraction * max(value(end) - value(start), 0) + 2.0**-20:
            break
    return start, end, Fraction(1, 2**bits)


def _layer(network: Network) -> int:
    """The number of the last hidden layer, 0 where there is none."""
    return len(network.widths) - 2


def _one_unit(network: Network, background: Any, bias: Any, weight: Any, offset: Any) -> Any:
    """Set one unit of the last hidden layer; cut off its inputs and the layer's other units."""
    layer = _layer(network)
    theta = background.copy()
    incoming = network.block(f"W{layer}")
    columns = incoming.shape[1]
    theta[incoming.start : incoming.start + columns] *= 0
    theta[network.block(f"b{layer}").start] = bias
    outgoing = network.block(f"W{layer + 1}")
    theta[outgoing.start : outgoing.stop] *= 0
    theta[outgoing.start] = weight
    if network.output_bias:
        theta[network.block(f"b{layer + 1}").start] = offset
    return theta
