"""Gradient flows that can be solved on one point: a sigmoid neuron, and a linear hidden layer.

Both for half the squared error L on (x, t). The flow w' = -grad L(w) of the neuron moves w along x
only, and s = s(w.x) obeys s' = |x|^2 (t - s) s^2 (1 - s)^2, which separates: a primitive F_t of
1 / ((t - s) s^2 (1 - s)^2) grows by |x|^2 times the time. The linear network v.Wx keeps what it has
across x, and v + u, v - u with u = Wx/|x| keep their directions; a Riccati equation remains.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from claims.numbers import log, square, tanh

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


def hidden_layer_growth(
    time: Any, length: Any, target: Any, plus: Any, minus: Any, root: Any
) -> Any:
    """Return Y(time) > 0 that solves the flow of the linear network v.Wx (W of shape (n, d)).

    ``length`` is |x| > 0; with u = Wx/|x| at the start, ``plus`` is A = |v + u|^2, ``minus`` is
    B = |v - u|^2, and ``root`` is D = sqrt(4 t^2 + |x|^2 A B), not 0. For time >= 0

        v + u = sqrt(Y) (v + u)(0),   v - u = (v - u)(0) / sqrt(Y),

    and the part of W across x stays. Y is the solution with Y(0) = 1 of

        Y' = 2 |x| t Y - |x|^2 (A Y^2 - B) / 2.

    D = 0, that is t = 0 and A B = 0, is a limit with a formula of its own and is not covered.
    """
    saturating = tanh(root * length * time / 2)
    grown = root + (length * minus + 2 * target) * saturating
    return grown / (root + (length * plus - 2 * target) * saturating)
