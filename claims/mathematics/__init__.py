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
from claims.mathematics.bracketing import bisect, own_zeros, zero_bracket
from claims.mathematics.chords import (
    fading_chord,
    fading_end,
    level_chord,
    level_ratio,
    swing_chord,
)
from claims.mathematics.computed import (
    ROUNDOFF,
    Computed,
    FusedComputed,
    added_with_errors,
    summation_bound,
)
from claims.mathematics.convexity import chord_gap
from claims.mathematics.dropout import (
    DropoutObjective,
    dropout_penalty,
    expectation_over_masks,
    masked_parameters,
    masks,
)
from claims.mathematics.galois import SymmetricGroup, cycle_pattern, is_irreducible, prove_symmetric
from claims.mathematics.gradient_flow import flow_primitive, hidden_layer_growth
from claims.mathematics.isolation import StationaryPoint, Unfinished, isolate_stationary_points
from claims.mathematics.least_squares import NormalSolutions, normal_solutions
from claims.mathematics.linear_algebra import null_vectors, rank
from claims.mathematics.logistic_minima import LogisticMinima, logistic_minima
from claims.mathematics.losses import (
    ABSOLUTE_ERROR,
    CROSS_ENTROPY,
    HALF_SQUARED_ERROR,
    L2,
    SQUARED_ERROR,
    Loss,
)
from claims.mathematics.minibatches import (
    batches,
    batches_with_replacement,
    epochs,
    next_batches,
)
from claims.mathematics.networks import (
    Block,
    Network,
    deep_linear,
    linear,
    neuron,
    one_hidden_layer,
)
from claims.mathematics.objectives import Objective
from claims.mathematics.one_point import Everywhere, Hyperplane, NoZero, one_point_zeros
from claims.mathematics.orbits import has_sign_flips, images, other_setting, unit_rows
from claims.mathematics.polynomial_in_z import PolynomialInZ, as_symbol, in_z, polynomial_in_z
from claims.mathematics.random_updates import after_update, covariance, expectation
from claims.mathematics.real_roots import count_roots
from claims.mathematics.relu_students import ReluStudent, expected_product
from claims.mathematics.ridge import gram_inverse, is_diagonally_dominant, ridge_weights
from claims.mathematics.separation import Separation, separation
from claims.mathematics.stationarity import (
    MergedPoint,
    NoClosedForm,
    StationarySet,
    merge,
    stationary_set,
)
from claims.mathematics.symmetries import flip_unit, permute_units, scale_unit, swap_units
from claims.mathematics.unknown import unknown_function

__all__ = [
    "ABSOLUTE_ERROR",
    "ACTIVATIONS",
    "ARCTAN",
    "CROSS_ENTROPY",
    "CUBIC",
    "HALF_SQUARED_ERROR",
    "IDENTITY",
    "L2",
    "RELU",
    "ROUNDOFF",
    "SIGMOID",
    "SOFTPLUS",
    "SQUARE",
    "SQUARED_ERROR",
    "TANH",
    "Activation",
    "Block",
    "Computed",
    "DropoutObjective",
    "Everywhere",
    "FusedComputed",
    "Hyperplane",
    "LogisticMinima",
    "Loss",
    "MergedPoint",
    "Network",
    "NoClosedForm",
    "NoZero",
    "NormalSolutions",
    "Objective",
    "Parity",
    "PolynomialInZ",
    "Range",
    "ReluStudent",
    "Separation",
    "StationaryPoint",
    "StationarySet",
    "SymmetricGroup",
    "Unfinished",
    "added_with_errors",
    "after_update",
    "as_symbol",
    "batches",
    "batches_with_replacement",
    "bisect",
    "chord_gap",
    "count_roots",
    "covariance",
    "cycle_pattern",
    "deep_linear",
    "dropout_penalty",
    "epochs",
    "expectation",
    "expectation_over_masks",
    "expected_product",
    "fading_chord",
    "fading_end",
    "flip_unit",
    "flow_primitive",
    "gram_inverse",
    "has_sign_flips",
    "hidden_layer_growth",
    "images",
    "in_z",
    "is_diagonally_dominant",
    "is_irreducible",
    "isolate_stationary_points",
    "level_chord",
    "level_ratio",
    "linear",
    "logistic_minima",
    "masked_parameters",
    "masks",
    "merge",
    "neuron",
    "next_batches",
    "normal_solutions",
    "null_vectors",
    "one_hidden_layer",
    "one_point_zeros",
    "other_setting",
    "own_zeros",
    "permute_units",
    "polynomial_in_z",
    "prove_symmetric",
    "rank",
    "ridge_weights",
    "scale_unit",
    "separation",
    "stationary_set",
    "summation_bound",
    "swap_units",
    "swing_chord",
    "unit_rows",
    "unknown_function",
    "zero_bracket",
]
