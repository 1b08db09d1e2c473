"""The command `claims examine`: descend on somebody's data and prove what the ends are."""

from __future__ import annotations

import csv
import json
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np

from claims.mathematics import ACTIVATIONS, CROSS_ENTROPY, IDENTITY, SQUARED_ERROR, Network
from claims.numbers import FLOATS
from claims.proof.certificates import Exact, NotFound, Problem, write_certificate
from claims.proof.certify import checked_problem
from claims.proof.stationary_points import find_stationary_point
from claims.proof.worse_minima import find_worse_minimum

LOSSES = {"squared-error": SQUARED_ERROR, "cross-entropy": CROSS_ENTROPY}
LABEL = "examined"
# Values that agree to so many digits are taken for those of copies by a symmetry, for the count.
DIGITS = 9


class WrongInput(ValueError):
    """A file, a network or a start that cannot be used; the message says where and how to mend."""


@dataclass(frozen=True)
class End:
    """What was proved of the end of a descent."""

    centre: Exact
    index: int
    value: float
    text: str


def examine(
    path: Path,
    network: str,
    *,
    loss: str = "squared-error",
    penalty: str = "0",
    start: str | None = None,
    starts: int = 20,
    seed: int = 0,
    into: Path | None = None,
) -> int:
    """Descend, certify and say what was found; returns 0, or 1 where nothing was certified.

    ``path`` is a CSV file: a row for each point, the target in the last column; ``network`` as in
    "1-2-1 tanh"; ``start`` a list of weights, instead of ``starts`` random ones. Certificates are
    written into the folder ``into``. Raises WrongInput.
    """
    shape = read_network(network)
    inputs, targets = read_data(path, shape.widths[0])
    if number_in(penalty) is None:
        raise WrongInput(f"penalty {penalty!r}: give a number, like 0.01")
    if starts < 1:
        raise WrongInput(f"starts {starts}: give at least 1")
    try:
        problem = checked_problem((inputs, targets), shape, LOSSES[loss], penalty=penalty)
        points = [problem.exact_weights(read_weights(start))] if start is not None else None
    except ValueError as error:
        raise WrongInput(f"{path}, network {network!r}: {error}") from None
    if points is None:
        draws = np.random.default_rng(seed).normal(scale=2, size=(starts, shape.size))
        points = [[Fraction(float(entry)) for entry in draw] for draw in draws]
    ends: list[End] = []
    failures: dict[str, int] = defaultdict(int)
    for point in points:
        try:
            ends.append(certified(problem, descended(problem, point)))
        except NotFound as failure:
            failures[str(failure.reason.value)] += 1
    texts = report(problem, ends, failures)
    if into is not None:
        for number, text in enumerate(texts, 1):
            write_certificate(into / f"examined-{number}.json", text)
        print(f"{len(texts)} certificates in {into}; check them with: claims check {into}")
    return 0 if ends else 1


def read_network(text: str) -> Network:
    """Return the network of a description like "1-2-1 tanh"; raises WrongInput.

    The widths from inputs to the one output, all biases; hidden layers have the activation, the
    output is linear. Without hidden layer, as in "2-1 sigmoid", the output has it.
    """
    match = re.fullmatch(r"\s*(\d+(?:-\d+)+)\s+([a-z]+)\s*", text)
    if match is None or match[2] not in ACTIVATIONS:
        raise WrongInput(
            f'network {text!r}: give widths and an activation, like "1-2-1 tanh"; activations are '
            f"{', '.join(sorted(ACTIVATIONS))}"
        )
    widths, activation = tuple(map(int, match[1].split("-"))), ACTIVATIONS[match[2]]
    try:
        return Network(widths, activation, activation if len(widths) == 2 else IDENTITY)
    except ValueError as error:
        raise WrongInput(f"network {text!r}: {error}") from None


def read_data(path: Path, columns: int) -> tuple[list[Exact], Exact]:
    """Return inputs (N, columns) and targets (N,) exactly as written; raises WrongInput.

    A first row without any number is taken for a header; empty rows are skipped.
    """
    try:
        lines = list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines()))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise WrongInput(f"{path}: cannot be read as a CSV file in UTF-8 ({error})") from None
    rows = [(number, row) for number, row in enumerate(lines, 1) if any(map(str.strip, row))]
    if rows and not any(number_in(cell) is not None for cell in rows[0][1]):
        rows = rows[1:]
    if not rows:
        raise WrongInput(f"{path}: holds no row of numbers; give one row for each data point")
    values: list[Exact] = []
    for number, row in rows:
        if len(row) != columns + 1:
            raise WrongInput(
                f"{path}, row {number}: has {len(row)} columns; the network takes {columns} "
                "inputs, and the target comes last"
            )
        entries = [number_in(cell) for cell in row]
        for place, entry in enumerate(entries, 1):
            if entry is None:
                raise WrongInput(
                    f"{path}, row {number}, column {place}: {row[place - 1]!r} is not a number; "
                    "write it like -1.5 or 2e-3, or remove the row"
                )
        values.append([entry for entry in entries if entry is not None])
    return [row[:-1] for row in values], [row[-1] for row in values]


def number_in(cell: str) -> Fraction | None:
    """Return the decimal number that a cell holds, exactly; None for anything else."""
    decimal = re.fullmatch(r"\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?\s*", cell, re.IGNORECASE)
    return Fraction(cell.strip()) if decimal and len(cell) < 400 else None


def read_weights(text: str) -> Exact:
    cells = re.split(r"[\s,]+", text.strip(", \t"))
    weights = [number_in(cell) for cell in cells]
    for cell, weight in zip(cells, weights, strict=True):
        if weight is None:
            raise ValueError(f"the start holds {cell!r}, which is not a number")
    return [weight for weight in weights if weight is not None]


def descended(problem: Problem, start: Exact) -> list[float]:
    """Return where descent from the start ends, in floats, by a trust-region Newton method."""
    from scipy.optimize import minimize

    function, data = problem.function, problem.data(FLOATS)
    with np.errstate(all="ignore"):
        result = minimize(
            lambda theta: float(function.value(theta, *data)),
            FLOATS.enter(start),
            jac=lambda theta: function.gradient(theta, *data),
            hess=lambda theta: function.hessian(theta, *data),
            method="trust-exact",
            options={"gtol": 1e-9, "maxiter": 2000},
        )
    finite = np.isfinite(result.x).all()
    return [float(entry) for entry in (result.x if finite else FLOATS.enter(start))]


def certified(problem: Problem, point: Sequence[float]) -> End:
    """Return what is proved of the stationary point near an end; raises NotFound."""
    text = find_stationary_point(problem, point, claim=LABEL)
    proof = json.loads(text)["proof"]
    centre = [Fraction(entry) for entry in proof["box"]["centre"]]
    value = problem.function.value(FLOATS.enter(centre), *problem.data(FLOATS))
    return End(centre, proof["index"], float(value), text)


def report(problem: Problem, ends: list[End], failures: dict[str, int]) -> list[str]:
    """Print in plain words what the ends are; return one certificate for each different kind."""
    print(f"{len(ends) + sum(failures.values())} descents, {len(ends)} ends certified")
    groups: dict[tuple[str, int], list[End]] = defaultdict(list)
    for end in sorted(ends, key=lambda end: end.value):
        groups[f"{end.value:.{DIGITS}g}", end.index].append(end)
    minima = [group[0] for (_, index), group in groups.items() if index == 0]
    texts = []
    for (value, index), group in groups.items():
        end, text = group[0], group[0].text
        what = name_of(index, problem.network.size)
        worse = index == 0 and end is not minima[0]
        if worse:
            try:
                text = find_worse_minimum(problem, end.centre, minima[0].centre, claim=LABEL)
                what += f", higher than the one of value {minima[0].value:.{DIGITS}g}: worse"
            except NotFound:
                what += ", not told from the lowest one"
        near = ", ".join(f"{float(entry):.6g}" for entry in end.centre)
        print(f"  {what}\n    value {value}, reached {len(group)} times, weights ({near})")
        texts.append(text)
    for reason, count in failures.items():
        print(f"  not certified, {count} times: {reason}")
    if ends:
        print("The kinds are proved; that there are no others is not.")
    return texts


def name_of(index: int, size: int) -> str:
    if index in (0, size):
        return "strict local minimum" if index == 0 else "strict local maximum"
    return f"saddle of index {index} (of {size})"
