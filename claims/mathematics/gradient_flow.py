"""Gradient flows that can be solved: one sigmoid neuron on one point, and a chain of two weights.

Both for half the squared error L. On one point (x, t) the flow w' = -grad L(w) moves w along x
only, and s = s(w.x) obeys s' = |x|^2 (t - s) s^2 (1 - s)^2, which separates: a primitive F_t of
1 / ((t - s) s^2 (1 - s)^2) grows by |x|^2 times the time. The chain v w x started with v = w keeps
v = w, and its product obeys a logistic equation.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from claims.numbers import log, logistic, square

Elementwise = Callable[[Any], Any]


def flow_primitive(s: Any, complement: Any, target: Any, log: Elementwise = log) -> Any:
    """Return F_t(s), with F_t'(s) = 1 / ((t - s) s^2 (1 - s)^2), for 0 < s < 1 and s != t.

    ``complement`` is 1 - s, given besides because a float s near 1 has lost it; ``target`` is any
    real number, a symbol among them; an int or Fraction 0 or 1 has a formula of its own.
    """
    if isinstance(target, (int, Fraction)) and target in (0, 1):
        # F_1(s) = F_0(1 - s).
        return _at_zero(s, complement, log) if target == 0 else _at_zero(complement, s, log)
    other = 1 - target
    gap = target - s
    # log |t - s|, whatever the sign.
    distance = log(square(gap)) / 2
    return (
        (1 / square(target) + 2 / target) * log(s)
        + (1 / square(other) + 2 / other) * log(complement)
        - distance / (square(target) * square(other))
        - 1 / (target * s)
        - 1 / (other * complement)
    )


def _at_zero(s: Any, complement: Any, log: Elementwise) -> Any:
    """Return the primitive of -1 / (s^3 (1 - s)^2)."""
    return 1 / (2 * square(s)) + 2 / s + 3 * (log(complement) - log(s)) - 1 / complement


def chain_flow(time: Any, start: Any, x: Any, target: Any) -> Any:
    """Return the product p = v w of the chain v w x on (x, t), flowing from v = w, p(0) > 0.

    ``start`` fixes p(0) = t s(start) / x; defined for x t > 0. v = w = sqrt(p) solves the flow:

        p(time) = (t / x) s(2 t x time + start).
    """
    return (target / x) * logistic(2 * target * x * time + start)
