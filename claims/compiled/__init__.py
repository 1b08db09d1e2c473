"""Recording a definition, differentiating it, evaluating and compiling the result."""

from claims.compiled.differentiation import gradient, hessian
from claims.compiled.evaluation import evaluate
from claims.compiled.function import Function
from claims.compiled.iteration import ARRIVED, DIVERGED, RUNNING, Iterated, Iteration, Rule
from claims.compiled.kernels import Derivatives
from claims.compiled.program import Line, Program, Shape
from claims.compiled.recording import Recorded, record
from claims.compiled.rounding import enclose, enclosed_sum
from claims.compiled.sample_sum import SampleSum

__all__ = [
    "ARRIVED",
    "DIVERGED",
    "RUNNING",
    "Derivatives",
    "Function",
    "Iterated",
    "Iteration",
    "Line",
    "Program",
    "Recorded",
    "Rule",
    "SampleSum",
    "Shape",
    "enclose",
    "enclosed_sum",
    "evaluate",
    "gradient",
    "hessian",
    "record",
]
