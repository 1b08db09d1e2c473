"""Data sets, random starts, ensembles of runs, polishing and the classification of ends."""

from claims.training.data_sets import DATA_SETS, DataSet, diabetes, two_minima, xor
from claims.training.ends import CODES, End, Ends, classify
from claims.training.ensembles import descend, descend_numpy
from claims.training.optimizers import GRADIENT_DESCENT
from claims.training.polishing import Polished, polish
from claims.training.problems import Problem, sample_sum
from claims.training.starts import STARTS, draw_starts, generator

__all__ = [
    "CODES",
    "DATA_SETS",
    "GRADIENT_DESCENT",
    "STARTS",
    "DataSet",
    "End",
    "Ends",
    "Polished",
    "Problem",
    "classify",
    "descend",
    "descend_numpy",
    "diabetes",
    "draw_starts",
    "generator",
    "polish",
    "sample_sum",
    "two_minima",
    "xor",
]
