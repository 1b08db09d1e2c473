"""The random streams: kernels draw what the definition says, and the definition is fair."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from itertools import pairwise, permutations, product
from math import factorial

import numpy as np
import pytest
from flint import arb

from claims.compiled import streams, vectorised_streams
from claims.numbers import precision

KEYS = np.random.default_rng(2).integers(0, 2**64, 50, dtype=np.uint64)
TURNS = np.concatenate([np.random.default_rng(3).random(2000), np.arange(8) / 8, [1 - 2.0**-52]])


def test_splitmix_as_published():
    # The first outputs for the seed 1234567, as given with the reference implementation in C.
    published = [6457827717110365317, 3203168211198807973, 9817491932198370423]
    assert streams.words(np.array([1234567], dtype=np.uint64), 3)[0].tolist() == published


def test_kernels_draw_the_same_words():
    words = streams.words(KEYS, 7)
    begun = streams.subkeys(KEYS, streams.NOISE, 12)
    for run, key in enumerate(KEYS):
        for position in range(7):
            word = np.uint64(vectorised_streams.word(key, np.uint64(position)))
            assert word == words[run, position]
            assert vectorised_streams.uniform(word) == streams.uniform(words[run, position])
            assert vectorised_streams.below(word, np.uint64(7)) == streams.below(word, 7)
        own = vectorised_streams.subkey(key, np.uint64(streams.NOISE), np.uint64(12))
        assert own == begun[run]


@pytest.mark.parametrize("limit", [1, 2, 3, 10, 256, 442])
def test_every_index_has_its_share_of_all_words(limit):
    """Of the 2^32 upper halves, which are counted exactly, each index gets its share but for one.

    The indices grow with the word, so that the words of index j are those between two thresholds.
    """
    thresholds = [-(-j * 2**32 // limit) for j in range(limit + 1)]
    for j, (low, high) in enumerate(pairwise(thresholds)):
        ends = np.array([low, high - 1], dtype=np.uint64) << np.uint64(32)
        assert streams.below(ends, limit).tolist() == [j, j]
        assert abs((high - low) - Fraction(2**32, limit)) < 1


def test_a_shuffle_of_all_draws_gives_every_order_once(monkeypatch):
    """Each way to draw the partners of the places 3, 2, 1 gives another order, 4! in all."""
    size = 4
    choices = list(product(*(range(last + 1) for last in range(size))))
    # The smallest word that makes partner c of last + 1.
    upper = [[-(-c * 2**32 // (last + 1)) for last, c in enumerate(row)] for row in choices]
    drawn = np.array(upper, dtype=np.uint64) << np.uint64(32)
    monkeypatch.setattr(streams, "words", lambda keys, count: drawn)
    orders = streams.order(np.zeros(len(choices), dtype=np.uint64), 0, size)
    assert len(choices) == factorial(size)
    assert Counter(map(tuple, orders.tolist())) == Counter(permutations(range(size)))


def test_moments_purposes_and_runs_have_different_streams():
    purposes = (streams.EXAMPLES, streams.ORDERS, streams.MASKS, streams.NOISE)
    begun = [streams.subkeys(KEYS, purpose, moment) for purpose in purposes for moment in range(9)]
    assert len(set(np.concatenate(begun).tolist())) == len(KEYS) * 36


def test_logarithms_stay_within_their_bound():
    """Of numbers in (0, 1]: 12 u of the value, u the unit of rounding.

    log u = e log 2 + log m with |log m| <= log(2)/2: where e is not 0 each part is at most twice
    the sum in size. The first is rounded twice, e log 2 and log 2 itself; log m by about 4 u (two
    for z, one for q, one for the product); the sum once.
    """
    points = np.concatenate([1 - TURNS, 2.0 ** -np.arange(1.0, 53.0)])
    with precision(160):
        for point in points[points < 1]:
            true = arb(float(point)).log()
            error = abs(arb(vectorised_streams.log(point)) - true)
            assert error < abs(true) * arb(12) * arb(2) ** -53, point
    assert vectorised_streams.log(1.0) == 0


def test_sines_and_cosines_stay_within_their_bound():
    """The angle x is at most pi/2 in size and rounded 3 times, so that it errs by 3 u pi/2.

    Sine and cosine of it err by as much and 3 u, and the doubled angle's by twice that and 2 u,
    about 18 u in all.
    """
    with precision(160):
        for turn in TURNS:
            angle = 2 * arb.pi() * arb(float(turn))
            values = vectorised_streams.sine_and_cosine(turn)
            for value, true in zip(values, (angle.sin(), angle.cos()), strict=True):
                assert abs(arb(value) - true) < arb(18) * arb(2) ** -53, turn


def test_the_noise_in_a_ball_fills_it_evenly():
    """r^d is uniform in [0, 1] for a point uniform in a ball of dimension d.

    So is the share of points in each of ten shells of equal volume, and in each half: within five
    standard errors of a binomial share of 40,000 fixed draws.
    """
    keys = np.arange(40_000, dtype=np.uint64)
    for size in (1, 2, 5):
        points = streams.ball(keys, 0, size)
        volume = (points**2).sum(axis=1) ** (size / 2)
        assert volume.max() <= 1
        shells = np.histogram(volume, bins=10, range=(0, 1))[0] / len(keys)
        assert np.all(np.abs(shells - 0.1) < 5 * np.sqrt(0.09 / len(keys)))
        assert np.all(np.abs((points > 0).mean(axis=0) - 0.5) < 5 * np.sqrt(0.25 / len(keys)))


def test_normal_and_cube_have_their_moments():
    keys = np.arange(40_000, dtype=np.uint64)
    normal, cube = streams.normal(keys, 3, 3), streams.cube(keys, 3, 3)
    error = 5 / np.sqrt(len(keys))  # five standard errors of a mean of numbers of variance 1
    assert np.all(np.abs(normal.mean(axis=0)) < error)
    assert np.all(np.abs((normal**2).mean(axis=0) - 1) < np.sqrt(2) * error)
    assert np.all(np.abs((normal[:, 0] * normal[:, 1]).mean()) < error)
    assert np.all(np.abs(cube.mean(axis=0)) < error) and np.abs(cube).max() <= 1
    assert np.all(np.abs((cube**2).mean(axis=0) - 1 / 3) < error)


def test_masks_at_one_half_are_the_upper_bit():
    words = streams.words(streams.subkeys(KEYS, streams.MASKS, 4), 6)
    masks = streams.masks(KEYS, 4, 3, 2, 2**31)
    assert masks.reshape(50, 6).tolist() == (words >> np.uint64(63)).astype(float).tolist()
