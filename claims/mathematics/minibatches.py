"""Mini-batches of a data set, all of them, each with its exact probability.

A distribution is a list of pairs (probability, value): Fractions that add up to 1. A batch is a
tuple of indices of examples; ``inputs[list(batch)]`` are its inputs. The numbers of batches grow
as binomial coefficients: these are for data sets of a few examples, where nothing is sampled.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations, product

Batch = tuple[int, ...]


def batches(examples: int, size: int) -> list[tuple[Fraction, Batch]]:
    """Return the distribution of a batch of ``size`` distinct examples, all subsets equally likely.

    Indices are increasing in a batch. Raises ValueError unless 1 <= size <= examples.
    """
    _require(examples, size)
    return _uniform(combinations(range(examples), size))


def batches_with_replacement(examples: int, size: int) -> list[tuple[Fraction, Batch]]:
    """Return the distribution of ``size`` examples drawn one by one, each from all of them.

    An example may occur several times. Raises ValueError unless examples >= 1 and size >= 1.
    """
    if min(examples, size) < 1:
        raise ValueError(f"{size} draws from {examples} examples: both must be at least 1")
    return _uniform(product(range(examples), repeat=size))


def next_batches(examples: int, size: int, used: Sequence[Batch]) -> list[tuple[Fraction, Batch]]:
    """Return the distribution of the next batch of an epoch, given the batches ``used`` in it.

    In an epoch the data set is shuffled and cut into batches, so the next one is a uniformly drawn
    subset of the examples left, all of them where fewer than ``size`` are left. Raises ValueError
    where none is left, or where ``used`` holds an example twice or one that does not exist.
    """
    _require(examples, size)
    taken = [index for batch in used for index in batch]
    left = [index for index in range(examples) if index not in taken]
    if not left or len(left) + len(taken) != examples:
        raise ValueError(
            f"{list(used)} leaves no next batch of {examples} examples: give disjoint batches of "
            f"indices below {examples} that leave some example"
        )
    return _uniform(combinations(left, min(size, len(left))))


def epochs(examples: int, size: int) -> list[tuple[Fraction, tuple[Batch, ...]]]:
    """Return the distribution of the batches of one shuffled epoch, in their order.

    The last batch is smaller where ``size`` does not divide ``examples``. Raises ValueError unless
    1 <= size <= examples.
    """
    _require(examples, size)
    begun: list[tuple[Fraction, tuple[Batch, ...]]] = [(Fraction(1), ())]
    for _ in range(0, examples, size):
        begun = [
            (probability * share, (*used, batch))
            for probability, used in begun
            for share, batch in next_batches(examples, size, used)
        ]
    return begun


def _require(examples: int, size: int) -> None:
    if not 1 <= size <= examples:
        raise ValueError(
            f"a batch of {size} of {examples} examples: give a size from 1 to the number of "
            "examples, which is at least 1"
        )


def _uniform(values: combinations[Batch] | product[Batch]) -> list[tuple[Fraction, Batch]]:
    listed: list[Batch] = list(values)
    return [(Fraction(1, len(listed)), value) for value in listed]
