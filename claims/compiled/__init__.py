"""Recording a definition, differentiating it, evaluating and compiling the result."""

from claims.compiled.differentiation import gradient, hessian
from claims.compiled.evaluation import evaluate
from claims.compiled.function import Function
from claims.compiled.program import Line, Program, Shape
from claims.compiled.recording import Recorded, record

__all__ = [
    "Function",
    "Line",
    "Program",
    "Recorded",
    "Shape",
    "evaluate",
    "gradient",
    "hessian",
    "record",
]
