"""Hypothesis strategies for data sets, parameters and chords, exported for other projects.

Every drawn number is exact: float64 entries are small dyadic rationals, and what a strategy
promises (a rank, a flat chord, a separability class, a kink) holds exactly by construction.
There are two kinds. *Generic* strategies draw dimensions, rank, condition and scale as shrinkable
values and a seed last, and let NumPy fill the arrays. *Adversarial* ones let Hypothesis draw every
entry and then degenerate the arrays: all zero, duplicates, opposite or collinear points, ties.

`labels` decides exactly what a drawn data set is, so that a check can count what it has covered.
"""

from claims.mathematics import Separation, null_vectors, rank, separation
from claims.testing.strategies.data_sets import DataSet, data_sets, labelled_data_sets
from claims.testing.strategies.entries import dyadics, integer_arrays, rational_inputs, rationals
from claims.testing.strategies.labels import chord_labels, has_kink, labels
from claims.testing.strategies.matrices import (
    EXTREME_EXPONENTS,
    degenerate_matrices,
    design_matrices,
    generic_matrices,
)
from claims.testing.strategies.networks import NetworkPoint, network_points
from claims.testing.strategies.parameters import (
    Chord,
    chord_problems,
    chords,
    network_shapes,
    parameters,
    parameters_at_kink,
    permutations_of_units,
)

__all__ = [
    "EXTREME_EXPONENTS",
    "Chord",
    "DataSet",
    "NetworkPoint",
    "Separation",
    "chord_labels",
    "chord_problems",
    "chords",
    "data_sets",
    "degenerate_matrices",
    "design_matrices",
    "dyadics",
    "generic_matrices",
    "has_kink",
    "integer_arrays",
    "labelled_data_sets",
    "labels",
    "network_points",
    "network_shapes",
    "null_vectors",
    "parameters",
    "parameters_at_kink",
    "permutations_of_units",
    "rank",
    "rational_inputs",
    "rationals",
    "separation",
]
