"""Scalars (floats, rationals, balls, symbols) and the primitives that each implements soundly."""

from claims.numbers.arithmetics import (
    BALLS,
    FLOATS,
    RATIONALS,
    SYMBOLS,
    Arithmetic,
    exact_fraction,
    symbols,
)
from claims.numbers.balls import Ball, precision
from claims.numbers.deciding import PRECISIONS, FalseTie, Undecided, decide_sign
from claims.numbers.primitives import (
    affine,
    arctan,
    arctanh,
    cube_root,
    elementwise,
    log,
    logistic,
    logistic_complement,
    logit,
    quotient,
    select,
    softplus,
    softplus_inverse,
    square,
    square_root,
    tangent,
    tanh,
)
from claims.numbers.rationals import Rational
from claims.numbers.scalar import Scalar, Undefined
from claims.numbers.symbols import Symbol, uninterpreted

__all__ = [
    "BALLS",
    "FLOATS",
    "PRECISIONS",
    "RATIONALS",
    "SYMBOLS",
    "Arithmetic",
    "Ball",
    "FalseTie",
    "Rational",
    "Scalar",
    "Symbol",
    "Undecided",
    "Undefined",
    "affine",
    "arctan",
    "arctanh",
    "cube_root",
    "decide_sign",
    "elementwise",
    "exact_fraction",
    "log",
    "logistic",
    "logistic_complement",
    "logit",
    "precision",
    "quotient",
    "select",
    "softplus",
    "softplus_inverse",
    "square",
    "square_root",
    "symbols",
    "tangent",
    "tanh",
    "uninterpreted",
]
