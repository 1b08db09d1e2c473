"""Feed-forward networks as one definition over a flat vector of parameters."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from claims.mathematics.activations import IDENTITY, Activation
from claims.numbers import affine


@dataclass(frozen=True)
class Block:
    """Where a layer's weights or biases lie in the flat parameter vector."""

    name: str
    start: int
    shape: tuple[int, ...]

    @property
    def stop(self) -> int:
        size = 1
        for length in self.shape:
            size *= length
        return self.start + size

    def of(self, theta: Any) -> Any:
        """Return the block of ``theta`` (p, ...) in its own shape."""
        return theta[self.start : self.stop].reshape(self.shape + theta.shape[1:])


@dataclass(frozen=True)
class Network:
    """A fully connected network x -> R with ``widths`` = (inputs, hidden ..., 1).

    Hidden layers use ``activation``; the last one uses ``output``. Layer l computes
    a(W h + b), with b absent where the bias is switched off. The parameters lie in one vector
    theta (p,): for each layer W row by row (one row a unit), then b.
    """

    widths: tuple[int, ...]
    activation: Activation = IDENTITY
    output: Activation = IDENTITY
    hidden_bias: bool = True
    output_bias: bool = True

    def __post_init__(self) -> None:
        if len(self.widths) < 2 or self.widths[-1] != 1 or min(self.widths) < 1:
            raise ValueError(
                f"widths {self.widths}: give (inputs, hidden ..., 1), each at least 1, one output"
            )

    @cached_property
    def blocks(self) -> tuple[Block, ...]:
        """The weights W1, W2, ... and biases b1, b2, ... in the order of theta."""
        blocks: list[Block] = []
        start = 0
        layers = list(zip(self.widths, self.widths[1:], strict=False))
        for number, (fan_in, fan_out) in enumerate(layers, start=1):
            biased = self.output_bias if number == len(layers) else self.hidden_bias
            shapes = [(f"W{number}", (fan_out, fan_in))] + [(f"b{number}", (fan_out,))] * biased
            for name, shape in shapes:
                blocks.append(Block(name, start, shape))
                start = blocks[-1].stop
        return tuple(blocks)

    @cached_property
    def size(self) -> int:
        """The number p of parameters."""
        return self.blocks[-1].stop

    def block(self, name: str) -> Block:
        """Return the block of that name; raises KeyError where the network has none."""
        for block in self.blocks:
            if block.name == name:
                return block
        raise KeyError(f"{name} is none of the blocks {[block.name for block in self.blocks]}")

    def predict(self, theta: Any, inputs: Any) -> Any:
        """Return the outputs (N,) for parameters theta (p,) and inputs (N, d)."""
        if theta.shape != (self.size,) or inputs.ndim != 2 or inputs.shape[1] != self.widths[0]:
            raise ValueError(
                f"theta {theta.shape} and inputs {inputs.shape} do not fit widths {self.widths}: "
                f"theta has shape ({self.size},), inputs (N, {self.widths[0]})"
            )
        parts = {block.name: block.of(theta) for block in self.blocks}
        layer = inputs
        last = len(self.widths) - 1
        for number in range(1, last + 1):
            layer = affine(layer, parts[f"W{number}"], parts.get(f"b{number}"))
            layer = (self.output if number == last else self.activation).value(layer)
        return layer[:, 0]


def linear(inputs: int, *, bias: bool = True) -> Network:
    """Return the linear model w.x + b; with cross-entropy, logistic regression."""
    return Network((inputs, 1), output_bias=bias)


def neuron(inputs: int, activation: Activation, *, bias: bool = False) -> Network:
    """Return the single neuron a(w.x + b)."""
    return Network((inputs, 1), output=activation, output_bias=bias)


def one_hidden_layer(
    inputs: int,
    units: int,
    activation: Activation,
    *,
    hidden_bias: bool = True,
    output_bias: bool = True,
) -> Network:
    """Return v.a(W x + b) + c with ``units`` hidden units and a linear output."""
    return Network((inputs, units, 1), activation, IDENTITY, hidden_bias, output_bias)


def deep_linear(*widths: int) -> Network:
    """Return the product of matrices W_L ... W_1 x, without biases."""
    return Network(widths, IDENTITY, IDENTITY, hidden_bias=False, output_bias=False)
