"""Each label that a strategy promises turns up in at least its stated share of 500 examples."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import strategies as st

from claims.testing import strategies
from claims.testing.strategies import DataSet, chord_labels, has_kink, labels


def missing(examples, describe, promised):
    """The labels whose share of the examples is below the promised one, with that share."""
    described = [describe(example) for example in examples]
    shares = {label: sum(label in d for d in described) / len(described) for label in promised}
    return {label: share for label, share in shares.items() if share < promised[label]}


def describe_matrix(matrix):
    """Labels of a design matrix: rank, size, and for floats its condition number."""
    count, dimension = matrix.shape
    rank = strategies.rank(matrix)
    found = {f"rank {rank}", f"{count} points", f"{dimension} dimensions"}
    found |= labels(DataSet(matrix.copy(), np.ones(count)))
    if rank == dimension >= 2:
        singular = np.linalg.svd(matrix, compute_uv=False)
        found.add("well-conditioned" if singular[0] < 10 * singular[-1] else "other condition")
        if singular[0] > 1000 * singular[-1]:
            found.add("ill-conditioned")
    if rank < min(count, dimension):
        found.add("rank below both sides")
    return found


def describe_problem(problem):
    data_set, chord = problem
    ties = chord_labels(chord, data_set.inputs)
    return ties or {"no tie"}


def describe_vector(theta):
    found = {"all zero"} if not theta.any() else set()
    if len(set(theta.tolist())) < len(theta):
        found.add("equal entries")
    if (theta == 0).any():
        found.add("a zero entry")
    if (theta != np.round(theta)).any():
        found.add("not integer")
    largest = abs(theta).max()
    return found | {"above 4" if largest > 4 else "below 1" if largest < 1 else "1 to 4"}


MATRICES = {
    **{f"rank {rank}": 0.03 for rank in range(5)},
    **{f"{count} points": 0.03 for count in range(1, 9)},
    **{f"{dimension} dimensions": 0.1 for dimension in range(1, 5)},
    "full-column-rank": 0.3,
    "rank-deficient": 0.3,
    "rank below both sides": 0.1,
    "well-conditioned": 0.05,
    "ill-conditioned": 0.05,
    "all-zero": 0.03,
    "zero-point": 0.1,
    "duplicates": 0.1,
    "opposite-inputs": 0.05,
    "on-a-line": 0.1,
    "one-point": 0.03,
}
DATA_SETS = {
    "full-column-rank": 0.3,
    "rank-deficient": 0.3,
    "interpolable": 0.2,
    "duplicates": 0.1,
    "conflicting": 0.05,
    "opposite-inputs": 0.05,
    "constant-targets": 0.1,
    "one-point": 0.03,
    "all-zero": 0.03,
    "on-a-line": 0.1,
}
LABELLED = {
    "separable": 0.15,
    "quasi-separable": 0.15,
    "overlapping": 0.15,
    "one-class": 0.15,
    "full-column-rank": 0.3,
    "rank-deficient": 0.2,
    "duplicates": 0.1,
    "conflicting": 0.05,
    "opposite-inputs": 0.05,
}
PARAMETERS = {
    "a zero entry": 0.1,
    "equal entries": 0.1,
    "not integer": 0.2,
    "above 4": 0.05,
    "below 1": 0.05,
    "1 to 4": 0.2,
}
TIES = {"no tie": 0.6, "at-an-end": 0.01, "equal-ends": 0.03, "flat": 0.05}

CASES = {
    "design_matrices": (strategies.design_matrices(), describe_matrix, MATRICES),
    "data_sets": (strategies.data_sets(), labels, DATA_SETS),
    "extreme data_sets": (
        strategies.data_sets(exponents=strategies.EXTREME_EXPONENTS),
        labels,
        {**DATA_SETS, "huge": 0.1, "tiny": 0.1},
    ),
    "labelled_data_sets": (strategies.labelled_data_sets(), labels, LABELLED),
    "parameters": (strategies.parameters(5), describe_vector, PARAMETERS),
    "chord_problems": (
        strategies.chord_problems(strategies.labelled_data_sets()),
        describe_problem,
        TIES,
    ),
    "network_shapes": (
        strategies.network_shapes(hidden_layers=(0, 2)),
        lambda widths: {f"{len(widths) - 2} hidden", f"first {widths[0]}"},
        {**{f"{n} hidden": 0.1 for n in range(3)}, **{f"first {d}": 0.1 for d in (1, 2, 3)}},
    ),
    "permutations_of_units": (
        strategies.permutations_of_units((2, 3, 1)),
        lambda orders: {str(orders[0].tolist())},
        {str(order): 0.03 for order in ([0, 1, 2], [1, 0, 2], [1, 2, 0], [2, 1, 0])},
    ),
    "rational_inputs": (
        strategies.rational_inputs(),
        lambda inputs: {
            "dyadic" if x.denominator in (1, 2, 4) else "not dyadic" for x in inputs.flat
        },
        {"dyadic": 0.2, "not dyadic": 0.2},
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_promised_shares(name, examples_of):
    strategy, describe, promised = CASES[name]
    assert not missing(examples_of(strategy), describe, promised)


def test_most_examples_are_distinct(examples_of):
    for name in ("data_sets", "labelled_data_sets", "chord_problems"):
        examples = examples_of(CASES[name][0])
        assert len({repr(example) for example in examples}) > 0.7 * len(examples)


IDENTITIES = st.builds(np.eye, st.integers(1, 4))
FULL_RANK = strategies.design_matrices(rank="full")
SPARSE_ONES = st.builds(lambda n, d: np.ones((n, d)), st.integers(1, 8), st.integers(1, 4))


@pytest.mark.parametrize(
    ("faulty", "unseen"),
    [
        (IDENTITIES, {"rank-deficient", "ill-conditioned", "duplicates", "opposite-inputs"}),
        (FULL_RANK, {"rank-deficient", "rank 0", "all-zero", "rank below both sides"}),
        (SPARSE_ONES, {"rank 0", "rank 2", "rank 3", "opposite-inputs", "well-conditioned"}),
    ],
    ids=["identities only", "always of full rank", "always of rank one"],
)
def test_control_poor_matrices_are_noticed(faulty, unseen, examples_of):
    assert unseen <= missing(examples_of(faulty, 100), describe_matrix, MATRICES).keys()


def test_control_one_separability_class_is_noticed(examples_of):
    examples = examples_of(strategies.labelled_data_sets("complete"), 100)
    assert {"quasi-separable", "overlapping"} <= missing(examples, labels, LABELLED).keys()


def test_control_chords_without_ties_are_noticed(examples_of):
    def without_tie(problem):
        return not chord_labels(problem[1], problem[0].inputs)

    strategy = strategies.chord_problems(strategies.data_sets()).filter(without_tie)
    unseen = missing(examples_of(strategy, 100), describe_problem, TIES).keys()
    assert unseen == {"at-an-end", "equal-ends", "flat"}


@pytest.mark.parametrize("hidden_bias", [True, False])
def test_control_parameters_without_kinks_are_noticed(hidden_bias, examples_of):
    widths, inputs = (2, 3, 1), np.array([[1.0, 2.0], [-0.5, 3.0]])
    size = 2 * 3 + 3 * hidden_bias + 3 + 1

    def share(strategy):
        kinks = [has_kink(t, widths, inputs, hidden_bias) for t in examples_of(strategy, 100)]
        return sum(kinks) / len(kinks)

    assert share(strategies.parameters_at_kink(widths, inputs, hidden_bias)) == 1
    assert share(strategies.parameters(size)) < 0.7
