"""The studies of stationary points, of solution sets and of random chords, on a few runs."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from claims.studies import random_chords, solution_sets, stationary_points
from claims.studies.registry import planned
from claims.training import DataSet, Problem, bounds, search


def cell(study, name, **changes):
    found = {study.STUDY.name(own): own for own in planned(title(study)).cells}[name]
    return msgspec.structs.replace(found, **changes)


def title(study):
    return study.__name__.rpartition(".")[2].replace("_", "-")


def made(dtype, **columns):
    records = np.zeros(len(next(iter(columns.values()))), dtype=dtype)
    for name, values in columns.items():
        records[name] = values
    return records


def bounds_of(seen):
    return list(zip(seen.lowest, seen.highest, strict=True))


YES, NO, OPEN = (1, 1), (0, 0), (0, 1)


def test_minima_and_saddles_are_compared_in_the_worst_case():
    own = cell(stationary_points, "teacher, width 1")
    records = made(
        stationary_points.RECORD,
        minima=[0, 1, 1, 2, 2, 2],
        saddles=[0, 1, 2, 2, 3, 3],
        open=[0, 0, 1, 0, 1, 0],
        ends=[0, 1, 2, 1, 1, 3],
        open_ends=[1, 0, 0, 1, 0, 2],
    )
    seen = stationary_points.observe(own, records)
    assert bounds_of(seen["several-minima"]) == [NO, NO, OPEN, YES, YES, YES]
    assert bounds_of(seen["several-ends"]) == [NO, NO, YES, OPEN, NO, YES]
    less, either = (-1, -1), (-1, 1)
    assert bounds_of(seen["more-saddles"]) == [NO, less, either, less, either, YES]
    assert list(seen["several-minima"].classes[:3]) == ["no minimum", "one minimum", "undecided"]


def test_saddles_are_compared_only_where_there_is_a_minimum():
    """By enumeration of every number of minima that an open search leaves possible."""
    for minima in range(3):
        for extra in range(3):
            for saddles in range(5):
                counts = (np.array([count]) for count in (minima, minima + extra, saddles))
                seen = stationary_points.outnumbered(*counts)
                possible = {
                    0 if m == 0 else (1 if saddles > m else -1)
                    for m in range(minima, minima + extra + 1)
                }
                assert bounds_of(seen) == [(min(possible), max(possible))]


@pytest.mark.parametrize("study", [stationary_points, solution_sets, random_chords])
def test_a_run_depends_on_its_number_alone(study):
    own = planned(title(study)).cells[0]
    together = study.run("a seed", own, 0, 3)
    assert np.array_equal(together[2:], study.run("a seed", own, 2, 3))
    assert not np.array_equal(together, study.run("another", own, 0, 3))


def test_the_search_finds_saddles_and_minima_of_one_neuron():
    """Three points 1, 6, 36 make three valleys with two peaks between them."""
    from claims.mathematics import SIGMOID, SQUARED_ERROR, Objective, neuron

    inputs = 6.0 ** np.arange(3)[:, np.newaxis]
    data = DataSet("line", inputs, np.full(3, 0.75))
    problem = Problem(Objective(neuron(1, SIGMOID), SQUARED_ERROR), data)
    start = np.geomspace(0.02, 1.3, 200)[:, np.newaxis]
    own = np.repeat(inputs[np.newaxis], 200, axis=0), np.full((200, 3), 0.75)
    point, found = search(problem, start, own)
    _, gradient, hessian = problem.derivatives(point, inputs, data.targets, problem.scale)
    inside = found & (point[:, 0] > 0) & (point[:, 0] < 1.3)
    reach = bounds.NEWTON_STEP * (1 + np.abs(point[:, 0]))
    assert (np.abs(gradient[:, 0]) <= reach * np.abs(hessian[:, 0, 0]))[inside].all()
    bent = np.sign(hessian[inside, 0, 0])
    places = np.round(point[inside, 0], 4)
    assert len({place for place, sign in zip(places, bent, strict=True) if sign > 0}) == 3
    assert len({place for place, sign in zip(places, bent, strict=True) if sign < 0}) == 2


def test_flat_directions_are_counted_where_the_loss_is_zero():
    own = cell(solution_sets, "sigmoid, width 4, N = 4")
    records = made(
        solution_sets.RECORD,
        reached=[True, True, True, True, False],
        kernel=[9, 10, 8, 9, 9],
        negative=[0, 0, 0, 1, 0],
    )
    seen = solution_sets.observe(own, records)["flat-directions"]
    assert bounds_of(seen) == [YES, NO, NO, NO, OPEN]


def test_a_gap_within_rounding_is_undecided():
    own = cell(random_chords, "linear on xor, radius 1")
    records = made(random_chords.RECORD, gap=[1e-3, -1e-3, 1e-17], rounding=[1e-15] * 3)
    assert bounds_of(random_chords.observe(own, records)["convex"]) == [NO, YES, OPEN]


def test_gaps_are_those_of_the_definition():
    own = cell(random_chords, "network 1 on two-minima, radius 1")
    records = random_chords.run("a seed", own, 0, 2)
    problem = random_chords.problem_of(own)
    random = random_chords.generator("a seed", own.data, own.model, own.width, 1)
    start, end = own.radius * random.normal(size=(2, problem.function.size))
    value = [
        float(problem.objective.value(theta, problem.data.inputs, problem.data.targets))
        for theta in (start, end, (start + end) / 2)
    ]
    gap = (value[0] + value[1]) / 2 - value[2]
    assert records["gap"][1] == pytest.approx(gap, abs=records["rounding"][1])
