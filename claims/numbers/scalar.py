"""What every exact or rigorous scalar has in common: arithmetic, and what it refuses."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, NoReturn

import numpy as np


class Undefined(TypeError):
    """A primitive is not defined in this arithmetic: another one has to decide."""


class Scalar:
    """Base of the scalars that are not floats: they live in NumPy object arrays.

    A subclass implements ``_add``, ``_multiply``, ``_divide``, ``_negate`` on its own kind and
    ``_constant`` for an int or a Fraction. Everything by which NumPy or Python could silently
    fall back to floats or to a comparison of representations raises TypeError.
    """

    __slots__ = ()

    @classmethod
    def _constant(cls, value: Fraction) -> Any:
        raise NotImplementedError

    def _add(self, other: Any) -> Any:
        raise NotImplementedError

    def _multiply(self, other: Any) -> Any:
        raise NotImplementedError

    def _divide(self, other: Any) -> Any:
        raise NotImplementedError

    def _negate(self) -> Any:
        raise NotImplementedError

    def _coerce(self, other: object) -> Any:
        """Return ``other`` as this kind of scalar, or NotImplemented for what is not a number."""
        if type(other) is type(self):
            return other
        if isinstance(other, (int, np.integer)) and not isinstance(other, bool):
            return self._constant(Fraction(int(other)))
        if isinstance(other, Fraction):
            return self._constant(other)
        if isinstance(other, (float, np.floating)):
            raise TypeError(
                f"a float ({float(other)!r}) met a {type(self).__name__}: constants are integers "
                "or Fractions, and data enter through the arithmetic's enter()"
            )
        if isinstance(other, Scalar):
            raise TypeError(
                f"a {type(other).__name__} met a {type(self).__name__}: enter all data of one "
                "evaluation through one arithmetic"
            )
        return NotImplemented

    def __add__(self, other: object) -> Any:
        value = self._coerce(other)
        return value if value is NotImplemented else self._add(value)

    __radd__ = __add__

    def __sub__(self, other: object) -> Any:
        value = self._coerce(other)
        return value if value is NotImplemented else self._add(value._negate())

    def __rsub__(self, other: object) -> Any:
        value = self._coerce(other)
        return value if value is NotImplemented else value._add(self._negate())

    def __mul__(self, other: object) -> Any:
        value = self._coerce(other)
        return value if value is NotImplemented else self._multiply(value)

    __rmul__ = __mul__

    def __truediv__(self, other: object) -> Any:
        value = self._coerce(other)
        return value if value is NotImplemented else self._divide(value)

    def __rtruediv__(self, other: object) -> Any:
        value = self._coerce(other)
        return value if value is NotImplemented else value._divide(self)

    def __neg__(self) -> Any:
        return self._negate()

    def square(self) -> Any:
        return self._multiply(self)

    def _refuse(self, *_: object) -> NoReturn:
        raise TypeError(
            f"a {type(self).__name__} is not compared, ordered or used as a truth value: "
            "decide with claims.numbers.decide_sign, branch with claims.numbers.select"
        )

    __lt__ = __le__ = __gt__ = __ge__ = _refuse
    __eq__ = __ne__ = _refuse
    __bool__ = _refuse
    __float__ = __int__ = _refuse
    __hash__ = None  # type: ignore[assignment]

    def _no_primitive(self, name: str) -> NoReturn:
        raise Undefined(f"{name} of a {type(self).__name__} is not defined: decide it in balls")

    def logistic(self) -> Any:
        self._no_primitive("the logistic function")

    def logistic_complement(self) -> Any:
        self._no_primitive("the logistic function")

    def softplus(self) -> Any:
        self._no_primitive("softplus")

    def tanh(self) -> Any:
        self._no_primitive("tanh")

    def arctan(self) -> Any:
        self._no_primitive("arctan")

    def square_root(self) -> Any:
        self._no_primitive("the square root")

    def logit(self) -> Any:
        self._no_primitive("the logit")

    def arctanh(self) -> Any:
        self._no_primitive("arctanh")

    def tangent(self) -> Any:
        self._no_primitive("the tangent")

    def softplus_inverse(self) -> Any:
        self._no_primitive("the inverse of softplus")

    def log(self) -> Any:
        self._no_primitive("the logarithm")

    def cube_root(self) -> Any:
        self._no_primitive("the cube root")

    def select(self, positive: Any, otherwise: Any) -> Any:
        self._no_primitive("a branch on the sign")
