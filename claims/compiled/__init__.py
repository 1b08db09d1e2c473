"""Recording a definition, differentiating it, evaluating and compiling the result."""

from claims.compiled.differentiation import gradient, hessian
from claims.compiled.evaluation import evaluate
from claims.compiled.function import Function
from claims.compiled.iteration import Iterated, Iteration
from claims.compiled.iteration_kernel import ARRIVED, DIVERGED, RUNNING, Form
from claims.compiled.kernels import Derivatives
from claims.compiled.noise import Noise
from claims.compiled.program import Line, Program, Shape
from claims.compiled.recording import Recorded, record
from claims.compiled.rounding import enclose, enclosed_sum
from claims.compiled.rules import Rule
from claims.compiled.sample_sum import HandWritten, HiddenLayer, Masks, SampleSum
from claims.compiled.sampling import FULL_BATCH, Replacement, Sampling, Shuffled

__all__ = [
    "ARRIVED",
    "DIVERGED",
    "FULL_BATCH",
    "RUNNING",
    "Derivatives",
    "Form",
    "Function",
    "HandWritten",
    "HiddenLayer",
    "Iterated",
    "Iteration",
    "Line",
    "Masks",
    "Noise",
    "Program",
    "Recorded",
    "Replacement",
    "Rule",
    "SampleSum",
    "Sampling",
    "Shape",
    "Shuffled",
    "enclose",
    "enclosed_sum",
    "evaluate",
    "gradient",
    "hessian",
    "record",
]
