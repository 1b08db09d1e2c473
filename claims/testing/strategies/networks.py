"""Networks with one hidden layer, with parameters and inputs, some of their units equal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from hypothesis import strategies as st

from claims.mathematics import SIGMOID, Activation, Network, one_hidden_layer
from claims.testing.strategies.draws import Tape

T = TypeVar("T")

_KINDS = ("ordinary", "ordinary", "ordinary", "ordinary", "two equal", "all equal")


@dataclass(frozen=True, eq=False)
class NetworkPoint:
    """A network d, n, 1 with parameters theta (p,) and inputs (N, d); every float is exact."""

    network: Network
    theta: np.ndarray
    inputs: np.ndarray


@st.composite
def network_points(
    draw: st.DrawFn,
    activations: Sequence[Activation] = (SIGMOID,),
    units: tuple[int, int] = (1, 4),
    dimensions: tuple[int, int] = (1, 2),
    points: tuple[int, int] = (1, 2),
    hidden_bias: bool | None = None,
    output_bias: bool | None = None,
) -> NetworkPoint:
    """A network with one hidden layer and linear output, parameters and inputs, all exact.

    units, dimensions, points: ranges of n, d and N. A bias is drawn where it is None. Of the
    points with several units about a sixth have the first two equal, a sixth all of them; the
    origin turns up as well. Parameters are multiples of 1/16 up to 4, inputs integers up to 4.
    """
    # One number makes all discrete choices, as digits: Hypothesis makes new examples by changing
    # single draws, and a change that a small range does not see would repeat the example.
    digits = draw(st.integers(0, 999_999))

    def choose(options: Sequence[T]) -> T:
        nonlocal digits
        digits, place = divmod(digits, len(options))
        return options[place]

    filled = choose((False, True, True))
    kind = choose(_KINDS)
    count = choose(range(units[0], units[1] + 1))
    dimension = choose(range(dimensions[0], dimensions[1] + 1))
    samples = choose(range(points[0], points[1] + 1))
    network = one_hidden_layer(
        dimension,
        count,
        choose(activations),
        hidden_bias=choose((True, False) if hidden_bias is None else (hidden_bias,)),
        output_bias=choose((True, False) if output_bias is None else (output_bias,)),
    )
    size, entries = network.size, samples * dimension
    if filled:
        random = Tape(draw).generator()
        theta = np.ldexp(random.integers(-64, 64, size, endpoint=True).astype(np.float64), -4)
        inputs = random.integers(-4, 4, entries, endpoint=True).astype(np.float64)
    else:
        theta, inputs = np.split(Tape(draw).small_integers(size + entries), [size])
    copies = {"ordinary": 0, "two equal": 2, "all equal": count}[kind]
    for block in network.blocks:
        if block.name == "W1":
            block.of(theta)[1:copies] = block.of(theta)[0]
        elif block.name != "b2":
            theta[block.start + 1 : block.start + min(copies, count)] = theta[block.start]
    inputs = inputs.reshape(samples, dimension)
    return NetworkPoint(network, theta, inputs)
