"""The finders: what they find, why they do not, and how they write."""

from __future__ import annotations

import json
import os
from fractions import Fraction

import pytest

from claims.mathematics import CUBIC, RELU, SIGMOID, TANH, neuron, one_hidden_layer
from claims.proof import certificates, checker
from claims.proof.certificates import NotFound, Problem, certificate, write_certificate, written
from claims.proof.dead_cones import Reason as DeadReason
from claims.proof.dead_cones import find_dead_cone
from claims.proof.instances import INSTANCES
from claims.proof.instances import worse_minima as instances
from claims.proof.stationary_points import Reason
from claims.proof.worse_minima import find_worse_minimum

NEURON = Problem(neuron(1, SIGMOID), [[1], [6]], ["3/4", "3/4"])


def reason(find, *arguments, **options):
    with pytest.raises(NotFound) as failure:
        find(*arguments, claim="x", **options)
    assert str(failure.value).startswith(failure.value.reason.value)
    return failure.value.reason


def test_each_way_of_failing_has_its_reason():
    small, worse, better = instances.SMALL, instances.SMALL_WORSE, instances.SMALL_BETTER
    find = find_worse_minimum
    assert reason(find, small, [0, 0, 0, 0], better) is Reason.DEGENERATE  # singular at once
    assert reason(find, NEURON, [40], ["0.2"]) is Reason.NOT_CONVERGED  # runs off to infinity
    assert reason(find, NEURON, ["0.5"], ["0.2"]) is Reason.NOT_A_MINIMUM  # the maximum between
    assert reason(find, small, better, worse) is Reason.NOT_LOWER
    assert reason(find, small, worse, worse) is Reason.NOT_LOWER
    assert reason(find, small, worse, better, radius="1/10") is Reason.BOX_TOO_LARGE
    assert reason(find, small, worse, better, radius="1e-40") is Reason.PRECISION_EXHAUSTED


def test_a_radius_that_is_asked_for_is_used():
    text = find_worse_minimum(
        instances.SMALL, instances.SMALL_WORSE, instances.SMALL_BETTER, claim="x", radius="1e-9"
    )
    assert json.loads(text)["proof"]["box"]["radius"] == "0.000000001"


def test_the_largest_power_of_ten_is_found(certificates):
    radius = Fraction(
        json.loads(certificates["worse-minimum-1-1-1-sigmoid"])["proof"]["box"]["radius"]
    )
    arguments = (instances.SMALL, instances.SMALL_WORSE, instances.SMALL_BETTER)
    assert reason(find_worse_minimum, *arguments, radius=10 * radius) is Reason.BOX_TOO_LARGE


def test_more_bits_give_more_digits():
    arguments = (NEURON, ["0.95"], ["0.2"])
    few, many = (
        json.loads(find_worse_minimum(*arguments, claim="x", bits=bits)) for bits in (64, 1024)
    )
    digits = [len(one["proof"]["box"]["centre"][0]) for one in (few, many)]
    assert digits[1] > 10 * digits[0]
    assert (few["precision"], many["precision"]) == (64, 1024)


def test_a_point_of_the_wrong_length_is_an_error():
    with pytest.raises(ValueError, match="3 weights for a network that has 4"):
        find_worse_minimum(instances.SMALL, [1, 2, 3], instances.SMALL_BETTER, claim="x")


def test_the_tanh_instance_has_the_outputs_of_the_sigmoid_one():
    exact = instances.as_tanh(instances.SMALL_WORSE)
    assert exact[0] * 2 == Fraction(instances.SMALL_WORSE[0])
    assert instances.SMALL_TANH.network.activation is TANH
    assert list(instances.SMALL_TANH.targets) == list(instances.SMALL.targets)


def test_each_way_of_having_no_dead_cone_has_its_reason():
    step, dead, fit = instances.STEP, [-1, -1, 1, "1/2"], [1, 0, 1, 0]
    find = find_dead_cone
    assert reason(find, step, [1, -1, 1, "1/2"], fit) is DeadReason.NOT_DEAD  # 0 at x = 1: a kink
    assert reason(find, step, [-1, "1/9", 1, "1/2"], fit) is DeadReason.NOT_DEAD
    assert reason(find, step, [-1, -1, 1, 0], fit) is DeadReason.NOT_AT_MEAN
    assert reason(find, step, dead, dead) is DeadReason.NOT_LOWER
    for network in (
        one_hidden_layer(1, 1, SIGMOID),
        one_hidden_layer(1, 1, RELU, output_bias=False),
        neuron(1, RELU),
    ):
        problem = Problem(network, step.inputs, step.targets)
        zeros = [0] * network.size
        assert reason(find, problem, zeros, zeros) is DeadReason.NOT_RELU


def test_a_dead_cone_without_hidden_bias():
    problem = Problem(one_hidden_layer(1, 2, RELU, hidden_bias=False), [[1], [3]], [0, 1])
    text = find_dead_cone(problem, [-1, "-1/2", 1, 1, "1/2"], ["1/3", 0, 1, 0, 0], claim="x")
    proof = json.loads(text)["proof"]
    assert (proof["radius"], proof["loss"], proof["lower_loss"]) == ("0.25", "1/4", "1/18")


def test_what_the_checker_does_not_know_is_not_written():
    problem = Problem(one_hidden_layer(1, 1, CUBIC), [[0], [1]], [0, 1])
    proof = {**json.loads(instances.INSTANCES["dead-cone-1-1-1-relu"]())["proof"]}
    proof["objective"] = problem.definition()
    with pytest.raises(checker.Refused, match="must be one of identity, relu, square, sigmoid"):
        certificate("dead-cone", "x", proof)


def test_a_text_that_lost_something_is_not_written(monkeypatch):
    proof = json.loads(instances.INSTANCES["dead-cone-1-1-1-relu"]())["proof"]
    monkeypatch.setattr(certificates.re, "sub", lambda *arguments: arguments[-1].replace("1", "2"))
    with pytest.raises(AssertionError, match="something else than what was proved"):
        certificate("dead-cone", "x", proof)


def test_numbers_are_written_exactly():
    for value in (0, -3, 0.1, 1e-300, 5e-324, "1/3", Fraction(22, 7), "1e-59", "-12.5", 2**200):
        read = checker.Entry(written(value)).number()
        exact = Fraction(value)
        assert (int(read.p), int(read.q)) == exact.as_integer_ratio()
    assert [written(value) for value in (0.5, "1/3", 1, "1e-3")] == ["0.5", "1/3", "1", "0.001"]


def test_files_appear_whole_or_not_at_all(tmp_path, monkeypatch):
    path = tmp_path / "new" / "a.json"
    write_certificate(path, "old")
    assert path.read_text() == "old"

    def fail(*_):
        raise OSError("no space")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(OSError, match="no space"):
        write_certificate(path, "new")
    assert path.read_text() == "old"
    assert [file.name for file in path.parent.iterdir()] == ["a.json"]


def test_certificates_are_the_same_every_time(certificates):
    for name, find in INSTANCES.items():
        assert find() == certificates[name]
