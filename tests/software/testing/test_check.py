"""The fixture `check`: what it decides, counts and refuses."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from claims.mathematics import RELU, one_hidden_layer
from claims.numbers import BALLS, RATIONALS, FalseTie, Undecided, softplus, symbols
from claims.proof.certificates import Problem
from claims.proof.dead_cones import find_dead_cone
from claims.testing import Check, Violation
from claims.testing.check import Run, shown_values
from claims.testing.violation import digest, display

STEP = Problem(one_hidden_layer(1, 1, RELU), [[0], [1]], [0, 1])


@pytest.fixture
def run():
    """What is decided in a test."""
    return Run()


@pytest.fixture
def checking(run):
    """A check that forwards to ``run``."""
    check = Check()
    with check.running(run):
        yield check


def test_a_false_condition_is_a_violation_with_its_witness(checking, run):
    with pytest.raises(Violation) as caught:
        checking.that(np.False_, "x is small", x=np.array([1.5, 2.0]), n=Fraction(1, 3))
    assert str(caught.value) == "not so: x is small\n  x = [1.5, 2.0]\n  n = 1/3"
    assert caught.value.witness["n"] == Fraction(1, 3)
    assert run.violation is caught.value


@pytest.mark.parametrize("condition", [1, 0.0, None, "yes", np.array([True]), np.float64(1)])
def test_a_condition_has_to_be_a_truth_value(checking, condition):
    with pytest.raises(TypeError, match="truth value decided exactly"):
        checking.that(condition, "so")


@pytest.mark.parametrize(
    "value", [0, Fraction(0), RATIONALS.enter(0.0), [0, 0], np.zeros(2, dtype=int)]
)
def test_exact_zeros(checking, value):
    checking.zero(value, "it is zero", v=1)


@pytest.mark.parametrize(
    "value", [1, Fraction(1, 10**30), RATIONALS.enter(5e-324), [0, 1], np.ones((2, 2), dtype=int)]
)
def test_exact_numbers_that_are_not_zero(checking, value):
    with pytest.raises(Violation):
        checking.zero(value, "it is zero", v=1)


def test_a_symbolic_identity(checking):
    x, y = symbols("x"), symbols("y")
    checking.zero((x + y) * (x - y) - (x * x - y * y), "the difference of squares", x=x, y=y)
    with pytest.raises(Violation):
        checking.zero((x + y) * (x - y) - (x * x + y * y), "the sum of squares", x=x, y=y)


@pytest.mark.parametrize("value", [0.0, np.zeros(2), BALLS.enter(0), None, []])
def test_what_is_not_exact_has_no_decided_zero(checking, run, value):
    with pytest.raises(TypeError, match=r"check\.zero got"):
        checking.zero(value, "it is zero")
    assert not run.decided


def test_signs_are_decided_exactly_and_in_balls(checking, run):
    checking.positive(lambda a: a.enter(5e-324), "tiny", x=1)
    checking.positive(lambda a: softplus(a.enter(-1000)), "the softplus is positive", x=2)
    checking.nonnegative(lambda a: a.enter(0), "zero", x=3)
    checking.nonnegative(lambda a: a.enter(7), "seven", x=4)
    assert (run.examples, len(run.ties), run.undecided) == (3, 1, 0)
    with pytest.raises(Violation):
        checking.positive(lambda a: a.enter(0), "zero", x=5)
    with pytest.raises(Violation):
        checking.positive(lambda a: softplus(a.enter(1)) * 0, "a declared tie", tie=True, x=6)
    with pytest.raises(FalseTie):
        checking.nonnegative(lambda a: softplus(a.enter(1)), "no tie", tie=True, x=8)
    with pytest.raises(Violation):
        checking.nonnegative(lambda a: -softplus(a.enter(-1000)), "its negative", x=7)


def test_what_stays_undecided_is_counted_and_raised(checking, run):
    with pytest.raises(Undecided):
        checking.nonnegative(lambda a: softplus(a.enter(1)) - softplus(a.enter(1)), "a tie", x=1)
    assert (run.examples, run.undecided, run.violation) == (0, 1, None)


def test_examples_are_counted_by_their_witnesses(checking, run):
    for x in (1, 1, 2, 3, 3):
        checking.that(True, "so", x=x)
        checking.that(True, "so too", x=x)
    assert run.examples == 3


def test_all_values_of_a_name_are_shown(checking, run):
    for x in (Fraction(1, 2), 3, 3, np.array([1, 2])):
        checking.that(True, "so", x=x, y=0)
    assert {name: shown_values(values) for name, values in run.witness.items()} == {
        "x": "1/2; 3; [1, 2]",
        "y": "0",
    }
    for x in range(8):
        checking.that(True, "so", z=x)
    assert shown_values(run.witness["z"]) == "0; 1; 2; 3; 4; 5; 6; 7"
    for x in range(8, 20):
        checking.that(True, "so", z=x)
    assert shown_values(run.witness["z"]) == "0; 1; 2; 3; 4; 5; 6; 7; ..."


CONE = {"kind": "dead-cone", "objective": STEP.definition()}


def test_labels_certificates_and_records(checking, run, tmp_path):
    checking.label("rank-deficient")
    checking.label("rank-deficient")
    assert run.labels == {"rank-deficient": 2}
    with pytest.raises(FileNotFoundError, match="is missing; write it"):
        checking.certificate(tmp_path / "a.json", **CONE)
    (tmp_path / "a.json").write_text(
        find_dead_cone(STEP, [-1, -1, 1, Fraction(1, 2)], [1, 0, 1, 0], claim="c")
    )
    assert checking.certificate(tmp_path / "a.json", **CONE) == "exact"
    checking.certificate(tmp_path / "a.json", **CONE)
    assert run.certificates == ["a.json"]
    with pytest.raises(Violation, match="is not the loss at the point"):
        checking.certificate(
            tmp_path / "a.json", **CONE, edit=lambda proof: {**proof, "loss": "1/5"}
        )
    same = checking.certificate(
        tmp_path / "a.json", **CONE, edit=lambda proof: {**proof, "loss": "0.25"}
    )
    assert same == "exact"  # other words, and still true
    (tmp_path / "a.json").write_text("{}")
    with pytest.raises(Violation, match=r"a\.json is accepted \(certificate: the key"):
        checking.certificate(tmp_path / "a.json", **CONE)
    checking.record("gap", 0.5)
    checking.record("gap", Fraction(1, 4))
    assert [(entry.name, entry.value) for entry in run.recorded] == [("gap", "1/4")]


def test_several_names_are_rows_of_their_own(checking, run):
    checking.record("target", 5)
    checking.record(("inputs", "target"), ([[1], [2]], Fraction(1, 2)))
    assert [(row.name, row.value) for row in run.recorded] == [
        ("inputs", "[1, 2]"),
        ("target", "1/2"),
    ]
    with pytest.raises(ValueError, match="zip"):
        checking.record(("inputs", "target"), (1, 2, 3))


@pytest.mark.parametrize(
    ("arguments", "name", "value"),
    [
        ({"points": 1, "hidden_units": 1}, "smallest, by points, then hidden units", "1, 1"),
        ({"points": 3, "weights": 1}, "smallest found, by points, then weights", "3, 1"),
        ({"points": 2, "smaller": "one is fitted"}, "smallest, by points", "2; one is fitted"),
    ],
)
def test_how_small_an_example_is(checking, run, arguments, name, value):
    checking.size(**arguments)
    assert [(row.name, row.value) for row in run.recorded] == [(name, value)]


@pytest.mark.parametrize("counts", [{}, {"points": 0}, {"points": True}, {"points": 1.0}])
def test_a_size_is_made_of_positive_numbers(checking, counts):
    with pytest.raises(TypeError, match="positive numbers"):
        checking.size(**counts)


def test_a_certificate_of_something_else_is_no_evidence(checking, run, tmp_path):
    path = tmp_path / "a.json"
    path.write_text(find_dead_cone(STEP, [-1, -1, 1, Fraction(1, 2)], [1, 0, 1, 0], claim="c"))
    objective = STEP.definition()
    assert checking.certificate(path, **CONE) == "exact"
    assert checking.certificate(path, **CONE, claim="c") == "exact"
    in_other_words = objective | {"targets": ["0.0", "2/2"]}
    assert checking.certificate(path, kind="dead-cone", objective=in_other_words) == "exact"
    with pytest.raises(Violation, match="is of the kind plateau, not dead-cone"):
        checking.certificate(path, kind="plateau", objective=objective)
    with pytest.raises(Violation, match="is of d, not of c"):
        checking.certificate(path, **CONE, claim="d")
    others = {
        "widths": [1, 2, 1],
        "activations": ["sigmoid", "identity"],
        "biases": [True, False],
        "loss": "cross-entropy",
        "reduction": "sum",
        "inputs": [["0"], ["2"]],
        "targets": ["0", "2"],
        "counts": [1, 2],
        "penalty": "0.1",
        "dropout": "0.5",
    }
    assert others.keys() == objective.keys()
    for name, value in others.items():
        with pytest.raises(Violation, match="is about the objective given, not"):
            checking.certificate(path, kind="dead-cone", objective=objective | {name: value})
        lacking = {key: entry for key, entry in objective.items() if key != name}
        with pytest.raises(TypeError, match=f"no whole objective .*'{name}' is missing"):
            checking.certificate(path, kind="dead-cone", objective=lacking)

    with pytest.raises(TypeError, match="no whole objective"):
        checking.certificate(path, kind="dead-cone", objective={})
    with pytest.raises(TypeError, match="kind"):
        checking.certificate(path, objective=objective)

    def with_a_penalty(proof):
        return {**proof, "objective": {**proof["objective"], "penalty": "0.1"}}

    with pytest.raises(Violation):
        checking.certificate(path, **CONE, edit=with_a_penalty)


def test_the_claims_of_certificates_are_kept(checking, run, tmp_path):
    path = tmp_path / "a.json"
    path.write_text(find_dead_cone(STEP, [-1, -1, 1, Fraction(1, 2)], [1, 0, 1, 0], claim="c"))
    checking.certificate(path, **CONE, claim="c")
    assert run.certified == set()
    checking.certificate(path, **CONE)
    assert run.certified == {"c"}


def test_a_result_of_a_study_has_to_be_one(checking):
    with pytest.raises(TypeError, match="decision"):
        checking.study({"name": "a", "decision": "yes"})


def test_check_is_bound_to_a_running_test(checking):
    with pytest.raises(RuntimeError, match="outside a test"):
        Check().that(True, "so")
    inner = Run()
    with checking.running(inner):
        checking.that(True, "so", x=1)
    checking.that(True, "so", x=1)
    assert inner.examples == 1


def test_digests_tell_witnesses_apart():
    values = [
        {"x": 1},
        {"y": 1},
        {"x": 1.0},
        {"x": "1"},
        {"x": np.array([1.0, 2.0])},
        {"x": np.array([[1.0, 2.0]])},
        {"x": np.array([1.0, -0.0])},
        {"x": np.array([1.0, 0.0])},
        {"x": np.arange(3000)},
        {"x": np.arange(3000) // 2999},
        {"x": RATIONALS.enter([1, 2])},
        {"x": RATIONALS.enter([[1, 2]])},
        {"x": RATIONALS.enter([1, 3])},
        {"x": (np.array([1.0]), 2)},
        {"x": (np.array([1.0]), 3)},
    ]
    assert len({digest(value) for value in values}) == len(values)
    assert digest({"a": 1, "b": 2}) == digest({"b": 2, "a": 1})
    assert digest({"x": np.array([1.0, 2.0])}) == digest({"x": np.array([1.0, 2.0])})


def test_a_value_that_is_shown_by_its_address_is_refused():
    with pytest.raises(TypeError, match="give it a repr of its content"):
        digest({"x": object()})


def test_values_are_shown_whole_and_exact():
    assert display(np.float64(0.1)) == "0.1"
    assert display(RATIONALS.enter([0.5, 1])) == "[1/2, 1]"
    assert display((np.arange(2000)[-1], np.bool_(True))) == "[1999, True]"
    assert "..." not in display(np.arange(2000))
