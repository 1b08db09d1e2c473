"""The table of primitives over which every model and objective is defined.

Each acts elementwise on floats and float arrays (in double precision) and on exact, rigorous,
symbolic and recording scalars and object arrays of them (by the method of the scalar).
The operators ``+ - *`` and unary ``-`` belong to the table too.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np

from claims.numbers import floats
from claims.numbers.scalar import Scalar


def elementwise(method: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Let a function of one scalar act on object arrays as well."""

    def apply(h: Any) -> Any:
        if isinstance(h, Scalar):
            return method(h)
        return _objects(h, method)

    return apply


def _objects(h: Any, method: Callable[[Any], Any]) -> Any:
    array = np.asarray(h, dtype=object)
    result = np.empty(array.shape, dtype=object)
    for index, entry in np.ndenumerate(array):
        if not isinstance(entry, Scalar):
            raise TypeError(
                f"{entry!r} in an object array is no scalar of this package: "
                "enter data through an arithmetic"
            )
        result[index] = method(entry)
    return result


def _is_float(h: Any) -> bool:
    return isinstance(h, float) or (isinstance(h, np.ndarray) and h.dtype == np.float64)


def _primitive(name: str, on_floats: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def primitive(h: Any) -> Any:
        if isinstance(h, Scalar):
            return getattr(h, name)()
        if _is_float(h):
            return on_floats(h)
        return _objects(h, lambda entry: getattr(entry, name)())

    primitive.__name__ = primitive.__qualname__ = name
    return primitive


square = _primitive("square", lambda h: h * h)
square.__doc__ = "Return h squared; a ball that contains 0 is squared without negative numbers."

logistic = _primitive("logistic", floats.logistic)
logistic.__doc__ = "Return s(h) = 1/(1 + exp(-h)), with full relative precision where it is small."

logistic_complement = _primitive("logistic_complement", floats.logistic_complement)
logistic_complement.__doc__ = (
    "Return s(-h) = 1 - s(h), with full relative precision where it is small."
)

softplus = _primitive("softplus", floats.softplus)
softplus.__doc__ = "Return log(1 + exp(h)), whose derivative is s(h)."

tanh = _primitive("tanh", np.tanh)
tanh.__doc__ = "Return the hyperbolic tangent."

arctan = _primitive("arctan", np.arctan)
arctan.__doc__ = "Return the inverse tangent, in (-pi/2, pi/2)."

square_root = _primitive("square_root", np.sqrt)
square_root.__doc__ = (
    "Return the square root, for h >= 0; a ball may contain negative numbers, which have no part."
)

# The inverses of the activations: used by closed forms, not by models.
logit = _primitive("logit", floats.logit)
logit.__doc__ = "Return log(t / (1 - t)) for 0 < t < 1, the inverse of the logistic function."

arctanh = _primitive("arctanh", np.arctanh)
arctanh.__doc__ = "Return the inverse of tanh, for -1 < t < 1."

tangent = _primitive("tangent", np.tan)
tangent.__doc__ = "Return the inverse of arctan, for -pi/2 < t < pi/2."

softplus_inverse = _primitive("softplus_inverse", floats.softplus_inverse)
softplus_inverse.__doc__ = "Return log(exp(t) - 1) for t > 0, the inverse of softplus."

log = _primitive("log", np.log)
log.__doc__ = "Return the natural logarithm, for t > 0."

cube_root = _primitive("cube_root", np.cbrt)
cube_root.__doc__ = "Return the real cube root."


def select(h: Any, positive: Any, otherwise: Any) -> Any:
    """Return ``positive`` where h > 0 and ``otherwise`` where h <= 0: the one convention at a kink.

    A ball whose sign is undecided gives the hull of both; arguments broadcast together.
    """
    if isinstance(h, Scalar):
        branches = h._coerce(positive), h._coerce(otherwise)
        if any(branch is NotImplemented for branch in branches):
            raise TypeError(f"{positive!r} and {otherwise!r} are not both numbers")
        return h.select(*branches)
    if _is_float(h):
        return floats.select(h, positive, otherwise)
    arrays = np.broadcast_arrays(
        *(np.asarray(part, dtype=object) for part in (h, positive, otherwise))
    )
    result = np.empty(arrays[0].shape, dtype=object)
    parts = zip(*(array.ravel() for array in arrays), strict=True)
    result.ravel()[:] = [select(*entries) for entries in parts]
    return result


def quotient(numerator: Any, denominator: Any) -> Any:
    """Return numerator / denominator; an int or Fraction divides exactly, never as a float."""
    if isinstance(denominator, (int, Fraction)) and not _is_float(numerator):
        return numerator * Fraction(1, denominator)
    if isinstance(denominator, Fraction):
        return numerator / float(denominator)
    return numerator / denominator


def affine(inputs: Any, weights: Any, bias: Any | None = None) -> Any:
    """Return ``inputs @ weights.T + bias``: inputs (N, d), weights (m, d), bias (m,) or None."""
    product = inputs @ weights.T
    return product if bias is None else product + bias
