"""ReLU students of an orthonormal teacher: the loss over all Gaussian inputs, in closed form.

For x standard normal, E[relu(w.x) relu(v.x)] = (|w||v|/2 pi)(sin t + (pi - t) cos t), where t is
the angle between w and v (Cho and Saul 2009; for this setting Brutzkus and Globerson 2017). With
c = w.v and s = |w||v| sin t = sqrt(|w|^2 |v|^2 - c^2) it is (s + c (pi/2 + arctan(c/s)))/(2 pi),
which needs a root and an arctangent only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from claims.numbers import arctan, quotient, select, square, square_root


def expected_product(w: Any, v: Any) -> Any:
    """Return E[relu(w.x) relu(v.x)] for x standard normal; w and v (d,) are not parallel."""
    half_turn = _half_turn(w[0])
    c = _dot(w, v)
    s, rest = _crossing(_dot(w, w), _dot(v, v), c, half_turn)
    return (s + c * rest) / (4 * half_turn)


def _crossing(square_w: Any, square_v: Any, c: Any, half_turn: Any) -> tuple[Any, Any]:
    """Return s = |w||v| sin t and pi - t, from the squares of the norms and c = w.v."""
    difference = square_w * square_v - square(c)
    # Rounding can leave a negative difference where w and v are nearly parallel.
    s = square_root(select(difference, difference, 0 * half_turn))
    return s, half_turn + arctan(c / s)


def _half_turn(entry: Any) -> Any:
    """Return pi/2 in the arithmetic of an entry."""
    return 2 * arctan(0 * entry + 1)


def _dot(w: Any, v: Any) -> Any:
    """Return w.v, added in the order of the entries."""
    return sum((a * b for a, b in zip(w[1:], v[1:], strict=True)), w[0] * v[0])


@dataclass(frozen=True)
class ReluStudent:
    """Half the mean squared difference between sum_i relu(w_i.x) and sum_j relu(x_j).

    The student has ``units`` units with weights theta = (w_1, ..., w_units), the teacher's weights
    are the ``inputs`` unit vectors (any orthonormal basis, in its coordinates), and x is standard
    normal (Safran and Shamir 2018). Where w_i is parallel to another weight vector, or 0, the
    expressions divide by 0: balls then know nothing, and floats are right but for a w_i of 0.
    """

    units: int
    inputs: int

    @property
    def size(self) -> int:
        return self.units * self.inputs

    def value(self, theta: Any) -> Any:
        """Return the loss at theta (size,)."""
        w, squares, half_turn = self._parts(theta)
        one = 0 * theta[0] + 1
        total: Any = 0 * one
        for i in range(self.units):
            # E[relu(w.x)^2] is |w|^2/2.
            total = total + quotient(squares[i], 4)
            for j in range(i):
                total = total + expected_product(w[i], w[j])
            for c in w[i]:
                s, rest = _crossing(squares[i], one, c, half_turn)
                total = total - (s + c * rest) / (4 * half_turn)
        # The teacher's own part: unit vectors are orthogonal, which leaves 1/(2 pi) a pair.
        pairs = self.inputs * (self.inputs - 1)
        return total + quotient(self.inputs * one, 4) + pairs * one / (8 * half_turn)

    def gradient(self, theta: Any) -> Any:
        """Return the gradient (size,) of the loss at theta (size,), in closed form.

        The derivative of E[relu(w.x) relu(v.x)] in w is (s w/|w|^2 + (pi - t) v)/(2 pi).
        """
        w, squares, half_turn = self._parts(theta)
        one = 0 * theta[0] + 1
        units, scale = range(self.units), 1 / (4 * half_turn)
        rests = np.empty((self.units, self.units), dtype=object)
        sines = np.empty((self.units, self.units), dtype=object)
        for i in units:
            for j in range(i):
                s, rest = _crossing(squares[i], squares[j], _dot(w[i], w[j]), half_turn)
                sines[i, j] = sines[j, i] = s
                rests[i, j] = rests[j, i] = rest
        result = []
        for i in units:
            of_teacher = [_crossing(squares[i], one, c, half_turn) for c in w[i]]
            total = -sum(s for s, _ in of_teacher)
            for j in units:
                if j != i:
                    total = total + sines[i, j]
            rests[i, i] = 2 * half_turn + total / squares[i]
            for k, (_, rest) in enumerate(of_teacher):
                result.append((_dot(rests[i], w[:, k]) - rest) * scale)
        return np.array(result, dtype=theta.dtype)

    def _parts(self, theta: Any) -> tuple[Any, list[Any], Any]:
        """Return w (units, inputs), the squares of the norms of its rows, and pi/2."""
        if theta.shape != (self.size,):
            raise ValueError(f"theta has shape {theta.shape}: give ({self.size},)")
        w = theta.reshape(self.units, self.inputs)
        return w, [_dot(row, row) for row in w], _half_turn(theta[0])
