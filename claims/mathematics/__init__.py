"""The objects of the claims, each defined once over the primitives of claims.numbers."""

from claims.mathematics.activations import (
    ACTIVATIONS,
    ARCTAN,
    CUBIC,
    IDENTITY,
    RELU,
    SIGMOID,
    SOFTPLUS,
    SQUARE,
    TANH,
    Activation,
    Parity,
    Range,
)
from claims.mathematics.convexity import chord_gap
from claims.mathematics.losses import CROSS_ENTROPY, HALF_SQUARED_ERROR, L2, SQUARED_ERROR, Loss
from claims.mathematics.networks import (
    Block,
    Network,
    deep_linear,
    linear,
    neuron,
    one_hidden_layer,
)
from claims.mathematics.objectives import Objective
from claims.mathematics.stationarity import (
    MergedPoint,
    NoClosedForm,
    StationarySet,
    merge,
    stationary_set,
)
from claims.mathematics.symmetries import flip_unit, permute_units, scale_unit

__all__ = [
    "ACTIVATIONS",
    "ARCTAN",
    "CROSS_ENTROPY",
    "CUBIC",
    "HALF_SQUARED_ERROR",
    "IDENTITY",
    "L2",
    "RELU",
    "SIGMOID",
    "SOFTPLUS",
    "SQUARE",
    "SQUARED_ERROR",
    "TANH",
    "Activation",
    "Block",
    "Loss",
    "MergedPoint",
    "Network",
    "NoClosedForm",
    "Objective",
    "Parity",
    "Range",
    "StationarySet",
    "chord_gap",
    "deep_linear",
    "flip_unit",
    "linear",
    "merge",
    "neuron",
    "one_hidden_layer",
    "permute_units",
    "scale_unit",
    "stationary_set",
]
