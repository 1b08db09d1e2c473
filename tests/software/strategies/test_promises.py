"""What a strategy promises of every example holds, decided exactly."""

from __future__ import annotations

import itertools
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import strategies as st

from claims.testing import strategies
from claims.testing.strategies import DataSet, chord_labels, has_kink, labels, rank


def exact_product(matrix, vector):
    return [
        sum((Fraction(a) * Fraction(b) for a, b in zip(row, vector, strict=True)), Fraction(0))
        for row in matrix.tolist()
    ]


@pytest.mark.parametrize("exponents", [(-3, 3), strategies.EXTREME_EXPONENTS])
@pytest.mark.parametrize("asked", [0, 1, 2, 3, "full", "deficient"])
def test_rank_is_the_one_asked_for(asked, exponents, examples_of):
    for matrix in examples_of(strategies.design_matrices(rank=asked, exponents=exponents), 40):
        count, dimension = matrix.shape
        assert 1 <= count <= 8 and 1 <= dimension <= 4 and np.isfinite(matrix).all()
        if asked == "deficient":
            assert rank(matrix) < dimension
        else:
            assert rank(matrix) == (dimension if asked == "full" else asked)


@pytest.mark.parametrize("exponent", [-400, -3, 0, 400])
def test_scale_is_the_one_asked_for(exponent, examples_of):
    strategy = strategies.design_matrices(exponents=(exponent, exponent))
    for matrix in examples_of(strategy, 40):
        assert not matrix.any() or 2.0**-12 <= abs(matrix).max() / 2.0**exponent <= 2.0**6


def test_interpolated_targets_are_not_rounded(examples_of):
    """Of the targets drawn as X w with w of small integers, none is off by a rounding."""
    examples = examples_of(strategies.data_sets((6, 6), (3, 3), "full"), 200)
    assert sum("interpolable" in labels(example) for example in examples) > 0.2 * len(examples)


LABEL = {
    "complete": "separable",
    "quasi-complete": "quasi-separable",
    "overlapping": "overlapping",
    "one-class": "one-class",
}


@pytest.mark.parametrize("exponents", [(-2, 1), strategies.EXTREME_EXPONENTS])
@pytest.mark.parametrize("classes", LABEL)
def test_classes_are_the_ones_asked_for(classes, exponents, examples_of):
    strategy = strategies.labelled_data_sets(classes, exponents=exponents)
    for data_set in examples_of(strategy, 40):
        assert LABEL[classes] in labels(data_set), data_set


def test_control_a_wrong_class_is_noticed(examples_of):
    """One label turned: no longer always separable."""

    def relabelled(data_set):
        turned = data_set.targets.copy()
        turned[0] = 1 - turned[0]
        return DataSet(data_set.inputs, turned)

    strategy = strategies.labelled_data_sets("complete").map(relabelled)
    assert not all("separable" in labels(data_set) for data_set in examples_of(strategy, 200))


@pytest.mark.parametrize("exponents", [(-2, 1), (-30, 30), strategies.EXTREME_EXPONENTS])
def test_chords(exponents, examples_of):
    data = strategies.data_sets(exponents=(-3, 3))
    for data_set, chord in examples_of(strategies.chord_problems(data, exponents), 80):
        assert chord.start.shape == chord.end.shape == data_set.inputs.shape[1:]
        assert isinstance(chord.weight, Fraction) and 0 <= chord.weight <= 1
        tied = chord_labels(chord, data_set.inputs)
        if "full-column-rank" in labels(data_set):
            assert "flat" not in tied
        if tied & {"flat", "equal-ends"}:
            start = exact_product(data_set.inputs, chord.start.tolist())
            assert start == exact_product(data_set.inputs, chord.end.tolist())


def test_flat_chords_are_exactly_flat_in_every_drawn_kind(examples_of):
    """Chords drawn as flat, alone: the ends differ, their images do not."""
    inputs = np.array([[1.0, 2.0, 3.0], [0.1, 0.2, 0.3]])  # 0.3 is not 3 times 0.1 in floats
    found = [chord_labels(c, inputs) for c in examples_of(strategies.chords(3, inputs), 120)]
    assert sum("flat" in tied for tied in found) > 0.05 * len(found)


@pytest.mark.parametrize("hidden_bias", [True, False])
@pytest.mark.parametrize("widths", [(1, 1, 1), (1, 3, 1), (2, 2, 1), (3, 2, 2, 1)])
def test_kinks_are_exact(widths, hidden_bias, examples_of):
    inputs = st.integers(1, 5).flatmap(
        lambda n: strategies.design_matrices((n, n), (widths[0], widths[0]))
    )
    strategy = inputs.flatmap(
        lambda x: st.tuples(st.just(x), strategies.parameters_at_kink(widths, x, hidden_bias))
    )
    biases = sum(widths[1:-1]) * hidden_bias + 1
    size = sum(a * b for a, b in itertools.pairwise(widths)) + biases
    for points, theta in examples_of(strategy, 40):
        assert theta.shape == (size,)
        assert has_kink(theta, widths, points, hidden_bias)


def test_permutations_permute_each_hidden_layer(examples_of):
    for orders in examples_of(strategies.permutations_of_units((2, 3, 4, 1)), 30):
        assert [sorted(order.tolist()) for order in orders] == [[0, 1, 2], [0, 1, 2, 3]]
        assert all(order.dtype == np.int64 for order in orders)


def test_shapes_stay_in_their_ranges(examples_of):
    for widths in examples_of(strategies.network_shapes((2, 3), (1, 1), (1, 5)), 100):
        assert len(widths) == 3 and 2 <= widths[0] <= 3 and 1 <= widths[1] <= 5 and widths[2] == 1


def test_single_numbers_are_exact(examples_of):
    for number in examples_of(strategies.dyadics(8, 2), 100):
        assert isinstance(number, float) and (4 * number).is_integer() and abs(number) <= 8
    for number in examples_of(strategies.rationals(5, 3), 100):
        assert isinstance(number, Fraction) and abs(number) <= 5 and number.denominator <= 3
    for array in examples_of(strategies.integer_arrays((2, 3), 3), 50):
        assert array.shape == (2, 3) and array.dtype == np.int64 and abs(array).max() <= 3
    for inputs in examples_of(strategies.rational_inputs((2, 2), (3, 3)), 50):
        assert inputs.shape == (2, 3) and all(isinstance(x, Fraction) for x in inputs.flat)


def test_data_sets_are_read_only_and_show_every_digit():
    data_set = DataSet(np.array([[0.1 + 2.0**-55]]), np.array([1.0]))
    with pytest.raises(ValueError, match="read-only"):
        data_set.inputs[0, 0] = 2.0
    assert str(0.1 + 2.0**-55) in repr(data_set)


def test_bad_arguments_are_named():
    with pytest.raises(ValueError, match=r"one target for each row"):
        DataSet(np.ones((2, 1)), np.ones(3))
    with pytest.raises(ValueError, match="at least 2 points"):
        strategies.labelled_data_sets(points=(1, 4))
