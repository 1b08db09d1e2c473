"""How many boxes a second: the search, its kernel, the checker, and other interval arithmetic.

    python -m claims.proof.enumeration.rates --into FILE

One core, processor time, in the same run; two weights and six points, but for the hidden layer,
which has two units and seven points. A box is the gradient and the Hessian enclosed over it; for
the searches and the checker it is a node.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import time
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from flint import arb, ctx
from mpmath import iv  # type: ignore[import-untyped]
from numpy.typing import NDArray

from claims.compiled.modules import generate
from claims.files import write_whole
from claims.mathematics import SIGMOID
from claims.numbers import BALLS, Ball, precision
from claims.proof import checker
from claims.proof.enumeration.hidden import search as hidden_search
from claims.proof.enumeration.kernels import terms_text
from claims.proof.enumeration.landscapes import HIDDEN, LANDSCAPES
from claims.proof.enumeration.search import Search

NAME, HIDDEN_NAME = "plane-of-six", "two-units"
SECONDS = 1.0  # that a measurement lasts at least
_KERNEL = """\
def kernel(rows, targets, boxes, results):
    for n in range(boxes.shape[0]):
        for j in range(5):
            results[n, j, 0] = results[n, j, 1] = 0.0
        for i in range(rows.shape[0]):
            x, y = rows[i, 0], rows[i, 1]
            low = x * boxes[n, 0, 0 if x > 0.0 else 1] + y * boxes[n, 1, 0 if y > 0.0 else 1]
            high = x * boxes[n, 0, 1 if x > 0.0 else 0] + y * boxes[n, 1, 1 if y > 0.0 else 0]
            a, b, c, d = terms(low, high, targets[i])
            for j in range(5):
                factor = (x, y, x * x, x * y, y * y)[j]
                p, q = (a, b) if j < 2 else (c, d)
                results[n, j, 0] = down(results[n, j, 0] + min(factor * p, factor * q))
                results[n, j, 1] = up(results[n, j, 1] + max(factor * p, factor * q))
"""
_SIGNATURE = "void(float64[:, ::1], float64[::1], float64[:, :, ::1], float64[:, :, ::1])"


def rate(work: Callable[[], int]) -> float:
    """Boxes a second of processor time: ``work`` is repeated, and returns how many it did."""
    work()
    done, start = 0, time.process_time()
    while True:
        done += work()
        spent = time.process_time() - start
        if spent > SECONDS:
            return done / spent


def boxes(count: int) -> NDArray[np.float64]:
    """Boxes (count, 2, 2) of the size and place that a search meets."""
    source = np.random.default_rng(0)
    centre, radius = source.uniform(0.1, 1.1, (count, 2)), source.uniform(0.001, 0.05, (count, 2))
    return np.stack([centre - radius, centre + radius], axis=2)


def measured() -> list[tuple[str, float]]:
    """Return the rates by name."""
    landscape = LANDSCAPES[NAME]
    problem = landscape.problem
    rows = np.array(landscape.inputs, dtype=float)
    targets = np.array([float(Fraction(t)) for t in landscape.targets])
    many, few = boxes(20_000), boxes(50)
    results = np.empty((len(many), 5, 2))
    kernel = generate(_SIGNATURE, _KERNEL, before=terms_text(SIGMOID)).kernel

    def compiled() -> int:
        kernel(rows, targets, many, results)
        return len(many)

    search = Search(problem, ((Fraction(-10), Fraction(10) + Fraction(1, 3)),) * 2)
    directions = search.directions

    def searched() -> int:
        return len(search.run(None, directions, 1.05).codes)

    text = landscape.certificate()
    nodes = len(json.loads(text)["proof"]["tree"])

    def checked() -> int:
        checker.check(text)
        return nodes

    hidden = HIDDEN[HIDDEN_NAME]
    hidden_text = hidden.certificate()
    proof = json.loads(hidden_text)["proof"]
    hidden_nodes = len(proof["tree"])
    with ctx.workprec(64):
        entry = checker.Entry(proof["objective"])
        layer = checker.HiddenLayer(checker.Objective.read(entry), entry)
    ends = proof["box"]["low"], proof["box"]["high"]
    whole = [(Fraction(low), Fraction(high)) for low, high in zip(*ends, strict=True)]

    def hidden_searched() -> int:
        tree, _ = hidden_search(layer, whole, [], 2.0**-8, 1.05)
        return len(tree)

    def hidden_checked() -> int:
        checker.check(hidden_text)
        return hidden_nodes

    function = problem.function

    def in_balls() -> int:
        with precision(53):
            data = problem.data(BALLS)
            for box in few:
                theta = np.empty(2, dtype=object)
                theta[:] = [Ball(arb(low).union(arb(high))) for low, high in box]
                function.gradient(theta, *data)
                function.hessian(theta, *data)
        return len(few)

    def in_flint() -> int:
        with ctx.workprec(53):
            for box in few:
                w = [arb(low).union(arb(high)) for low, high in box]
                by_hand(rows, targets, w, lambda h: 1 / (1 + (-h).exp()))
        return len(few)

    def in_mpmath() -> int:
        for box in few[:5]:
            w = [iv.mpf([low, high]) for low, high in box]
            by_hand(rows, targets, w, lambda h: 1 / (1 + iv.exp(-h)))
        return 5

    return [
        ("search, nodes", rate(searched)),
        ("compiled kernel, gradient and Hessian", rate(compiled)),
        ("checker, nodes", rate(checked)),
        ("search for two hidden units, nodes", rate(hidden_searched)),
        ("checker for two hidden units, nodes", rate(hidden_checked)),
        ("recorded programs in balls, gradient and Hessian", rate(in_balls)),
        ("python-flint scalars by hand, gradient and Hessian", rate(in_flint)),
        ("mpmath.iv scalars by hand, gradient and Hessian", rate(in_mpmath)),
    ]


def by_hand(rows: Any, targets: Any, w: Any, logistic: Callable[[Any], Any]) -> list[Any]:
    """Gradient and Hessian of two weights, in the scalars of ``w``, but for a factor."""
    sums: list[Any] = [0] * 5
    for (x, y), t in zip(rows.tolist(), targets.tolist(), strict=True):
        h = w[0] * x + w[1] * y
        s, c = logistic(h), logistic(-h)
        bell = s * c
        phi = (s - t) * bell
        psi = bell * (bell + (s - t) * (c - s))
        terms = (phi * x, phi * y, psi * (x * x), psi * (x * y), psi * (y * y))
        sums = [total + term for total, term in zip(sums, terms, strict=True)]
    return sums


def main(argv: Sequence[str] | None = None) -> int:
    """Measure, and write one row a rate."""
    parser = argparse.ArgumentParser(prog="python -m claims.proof.enumeration.rates")
    parser.add_argument("--into", type=Path, required=True, metavar="FILE")
    path = parser.parse_args(argv).into
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(("what", "a second and core"))
    writer.writerows((name, f"{value:.0f}") for name, value in measured())
    write_whole(path, buffer.getvalue().encode())
    return 0


if __name__ == "__main__":
    main()
