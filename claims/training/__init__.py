"""Data sets, random starts, ensembles of runs, polishing and the classification of ends."""

from claims.compiled import Iterated, Noise, Replacement, Shuffled
from claims.training.certification import Certified, certify_ends
from claims.training.critical_points import search
from claims.training.data_sets import (
    DATA_SETS,
    DataSet,
    diabetes,
    few_diabetes,
    rounded_teacher,
    teacher,
    two_minima,
    xor,
)
from claims.training.ends import CODES, End, Ends, classify
from claims.training.ensembles import descend, trajectory
from claims.training.line_search import STALLED, Searched, descend_by_line_search
from claims.training.optimizers import GRADIENT_DESCENT, MOMENTUM
from claims.training.polishing import Polished, polish
from claims.training.problems import PopulationProblem, Problem, sample_sum
from claims.training.reference import descend_numpy
from claims.training.starts import STARTS, draw_starts, generator, stream_keys

__all__ = [
    "CODES",
    "DATA_SETS",
    "GRADIENT_DESCENT",
    "MOMENTUM",
    "STALLED",
    "STARTS",
    "Certified",
    "DataSet",
    "End",
    "Ends",
    "Iterated",
    "Noise",
    "Polished",
    "PopulationProblem",
    "Problem",
    "Replacement",
    "Searched",
    "Shuffled",
    "certify_ends",
    "classify",
    "descend",
    "descend_by_line_search",
    "descend_numpy",
    "diabetes",
    "draw_starts",
    "few_diabetes",
    "generator",
    "polish",
    "rounded_teacher",
    "sample_sum",
    "search",
    "stream_keys",
    "teacher",
    "trajectory",
    "two_minima",
    "xor",
]
