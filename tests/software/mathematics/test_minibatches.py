"""All batches of small data sets, with their probabilities; impossible ones are refused."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from itertools import permutations
from math import comb

import pytest

from claims.mathematics import batches, batches_with_replacement, epochs, next_batches

SIZES = [(examples, size) for examples in range(1, 6) for size in range(1, examples + 1)]


@pytest.mark.parametrize("examples, size", SIZES)
def test_every_subset_once(examples, size):
    drawn = batches(examples, size)
    assert len({batch for _, batch in drawn}) == len(drawn) == comb(examples, size)
    assert {probability for probability, _ in drawn} == {Fraction(1, comb(examples, size))}
    for _, batch in drawn:
        assert list(batch) == sorted(set(batch))
        assert len(batch) == size
        assert set(batch) <= set(range(examples))


def test_with_replacement_every_sequence_once():
    drawn = batches_with_replacement(2, 3)
    assert len({batch for _, batch in drawn}) == len(drawn) == 8
    assert {probability for probability, _ in drawn} == {Fraction(1, 8)}
    assert batches_with_replacement(1, 2) == [(Fraction(1), (0, 0))]
    assert batches_with_replacement(1, 1) == [(Fraction(1), (0,))]


@pytest.mark.parametrize("examples, size", SIZES)
def test_epochs_are_shuffles_cut_into_batches(examples, size):
    shuffles = Counter(
        tuple(tuple(sorted(order[i : i + size])) for i in range(0, examples, size))
        for order in permutations(range(examples))
    )
    total = sum(shuffles.values())
    expected = {cut: Fraction(count, total) for cut, count in shuffles.items()}
    assert {epoch: probability for probability, epoch in epochs(examples, size)} == expected
    assert len(epochs(examples, size)) == len(expected)


def test_next_batch_comes_from_what_is_left():
    assert next_batches(3, 2, [(0, 2)]) == [(Fraction(1), (1,))]
    assert next_batches(3, 1, [(1,)]) == [(Fraction(1, 2), (0,)), (Fraction(1, 2), (2,))]
    assert next_batches(4, 2, []) == batches(4, 2)
    assert next_batches(4, 2, [(0, 1)]) == [(Fraction(1), (2, 3))]


@pytest.mark.parametrize("examples, size", [(0, 1), (3, 0), (3, 4), (0, 0), (3, -1)])
@pytest.mark.parametrize("draw", [batches, epochs, lambda n, b: next_batches(n, b, [])])
def test_impossible_batches_are_refused(draw, examples, size):
    with pytest.raises(ValueError, match="a size from 1"):
        draw(examples, size)


@pytest.mark.parametrize("examples, size", [(0, 1), (1, 0)])
def test_impossible_draws_are_refused(examples, size):
    with pytest.raises(ValueError, match="at least 1"):
        batches_with_replacement(examples, size)


@pytest.mark.parametrize("used", [[(0, 1)], [(0,), (1,)], [(0,), (0,)], [(2,)], [(-1,)]])
def test_impossible_pasts_are_refused(used):
    with pytest.raises(ValueError, match="disjoint batches"):
        next_batches(2, 1, used)
