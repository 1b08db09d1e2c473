"""Finding a linear model's squared error as a sum of squares, its minimum in front: exactly."""

from __future__ import annotations

from enum import Enum
from fractions import Fraction

from claims.mathematics import IDENTITY, SQUARED_ERROR
from claims.numbers import RATIONALS, exact_fraction
from claims.proof.certificates import NotFound, Problem, certificate, written, written_all


class Reason(Enum):
    """Why there is no such sum."""

    NOT_LINEAR = "the model is not linear, or the loss is not squared error"
    RANK_DEFICIENT = "the minimiser is not unique: its columns of data are dependent"


def find_sum_of_squares(problem: Problem, *, claim: str) -> str:
    """Return a certificate: least value plus squares of affine functions of the weights.

    They come from the Hessian's square-root-free Cholesky factors L D L' at the minimiser m: the
    k-th form is column k of L times w - m. Raises NotFound with a Reason.
    """
    network = problem.network
    if (len(network.widths), network.output, problem.loss) != (2, IDENTITY, SQUARED_ERROR):
        raise NotFound(Reason.NOT_LINEAR)
    data, size = problem.data(RATIONALS), network.size
    origin = RATIONALS.enter([0] * size)
    hessian = problem.function.hessian(origin, *data)
    gradient = problem.function.gradient(origin, *data)
    # [H | -g], reduced: the rows above the diagonal are those of L', the last column leads to m.
    rows = [
        [*(exact_fraction(entry.fraction) for entry in row), -slope.fraction]
        for row, slope in zip(hessian, gradient, strict=True)
    ]
    pivots: list[Fraction] = []
    for k in range(size):
        pivot = rows[k][k]
        if pivot == 0:
            raise NotFound(Reason.RANK_DEFICIENT)
        pivots.append(pivot)
        rows[k] = [entry / pivot for entry in rows[k]]
        for i in range(k + 1, size):
            factor = rows[i][k]
            rows[i] = [a - factor * b for a, b in zip(rows[i], rows[k], strict=True)]
    point: list[Fraction] = [Fraction(0)] * size
    for k in reversed(range(size)):
        point[k] = rows[k][-1] - sum(rows[k][j] * point[j] for j in range(k + 1, size))
    value = problem.function.value(RATIONALS.enter(point), *data).fraction
    terms = [
        {"factor": written(pivot / 2), "form": written_all([*row[:-1], -row[-1]])}
        for pivot, row in zip(pivots, rows, strict=True)
    ]
    proof = {
        "objective": problem.definition(),
        "terms": terms,
        "constant": written(value),
        "point": written_all(point),
    }
    return certificate("sum-of-squares", claim, proof)
