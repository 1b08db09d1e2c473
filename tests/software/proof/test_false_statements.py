"""Certificates made false, or broken, one entry at a time: the checker refuses every one.

The words are left out of it: ``prove`` is called, which never compares them. That an edit is false
is decided by ``holds``, in the package's arithmetic; an edit that leaves the statement true (a
saturated unit hardly notices another input) is no test and is dropped.
"""

from __future__ import annotations

import copy
import itertools
import json
import random
from fractions import Fraction

import pytest

from claims.proof import checker
from claims.proof.certificates import written

pytestmark = pytest.mark.tampering

MINIMA = [
    "worse-minimum-1-1-1-sigmoid",
    "worse-minimum-1-1-1-tanh",
    "worse-minimum-2-2-1-sigmoid",
    "neuron",
]
CONES = ["dead-cone-1-1-1-relu", "dead-cone-2-3-1"]


class Edits:
    """Edited copies of a certificate's proof, by label."""

    def __init__(self, text):
        self.certificate = json.loads(text)
        self.proof = self.certificate["proof"]
        self.found = {}

    def put(self, *path_and_value):
        """Add the copy in which the entry at a path has another value (None: is left out)."""
        *path, value = path_and_value
        edited = copy.deepcopy(self.certificate)
        entry = edited["proof"]
        for key in path[:-1]:
            entry = entry[key]
        entry[path[-1]] = value
        self.found[f"{'.'.join(map(str, path))} = {json.dumps(value)[:60]} #{len(self.found)}"] = (
            edited
        )

    def add(self, *path_and_changes):
        """Add copies in which the number at a path is moved by each of the changes, both ways."""
        *path, changes = path_and_changes
        entry = self.proof
        for key in path:
            entry = entry[key]
        for change in changes:
            self.put(*path, written(Fraction(entry) + Fraction(change)))
            self.put(*path, written(Fraction(entry) - Fraction(change)))

    def rows(self, *names_and_rows):
        """Add a copy with other rows of data: pairs of an input and a target."""
        edited = copy.deepcopy(self.certificate)
        objective = edited["proof"]["objective"]
        objective["inputs"], objective["targets"] = map(list, zip(*names_and_rows, strict=True))
        objective["counts"] = [1] * len(names_and_rows)
        self.found[f"rows #{len(self.found)}"] = edited

    def some(self, count, many):
        """All edits if ``many``, else so many of them drawn by a seed: each takes up to 50 ms."""
        labels = list(self.found)
        if not many and len(labels) > count:
            labels = random.Random(json.dumps(self.proof)).sample(labels, count)
            self.found = {label: self.found[label] for label in labels}
        return self.found

    def data(self, changes):
        """Add copies in which one datum, one pair of targets, or the number of rows is changed."""
        objective = self.proof["objective"]
        rows = list(zip(objective["inputs"], objective["targets"], strict=True))
        for i, (x, y) in enumerate(rows):
            self.add("objective", "targets", i, changes)
            for j in range(len(x)):
                self.add("objective", "inputs", i, j, changes)
            if len(rows) > 1:
                self.rows(*rows[:i], *rows[i + 1 :])
            self.rows(*rows, rows[i])
            for k in range(i):
                swapped = list(rows)
                swapped[i], swapped[k] = (x, rows[k][1]), (rows[k][0], y)
                self.rows(*swapped)


def accepted(edits):
    survivors = []
    for label, certificate in edits.items():
        try:
            checker.prove(checker.Entry(certificate))
        except checker.Refused as refusal:
            assert str(refusal).startswith("proof"), label
        else:
            survivors.append(label)
    return survivors


def false_ones(edits, holds):
    return {label: edited for label, edited in edits.items() if not holds(edited)}


@pytest.mark.parametrize("name", MINIMA)
def test_false_statements_of_worse_minima(certificates, holds, many, name):
    edits = Edits(certificates[name])
    proof, radius = edits.proof, Fraction(edits.proof["box"]["radius"])
    centre, lower = proof["box"]["centre"], proof["lower"]
    for i in range(len(centre)):
        edits.add("box", "centre", i, [k * radius for k in (Fraction(6, 5), 2, 10, 1000)])
        edits.put("box", "centre", i, written(-Fraction(centre[i])))
        edits.add("lower", i, ["1/2", 1, 5])
    for i, j in itertools.combinations(range(len(centre)), 2):
        swapped = list(centre)
        swapped[i], swapped[j] = centre[j], centre[i]
        edits.put("box", "centre", swapped)
    edits.put("box", "centre", lower)
    edits.put("lower", centre)
    gap = Fraction(proof["gap"])
    for factor in ("102/100", "11/10", 2, 10, 10**9, 10**300):
        edits.put("gap", written(gap * Fraction(factor)))
    exchanged = copy.deepcopy(edits.certificate)
    exchanged["proof"]["lower"], exchanged["proof"]["box"]["centre"] = centre, lower
    edits.found["minimum and lower point exchanged"] = exchanged
    edits.data(["1/4", 1, 10])
    false = false_ones(edits.some(40, many), holds)
    assert len(false) >= ({"neuron": 30}.get(name, 200) if many else 24)
    assert len(false) >= 0.7 * len(edits.found)
    print(f"{name}: {len(false)} false statements")
    assert accepted(false) == []


@pytest.mark.parametrize("name", MINIMA)
def test_boxes_and_gaps_that_prove_nothing(certificates, name):
    edits = Edits(certificates[name])
    # Too small to hold the stationary point, empty, and so large that the lower point is in it.
    for radius in ("1e-60", "1e-400", "0", "-0", "-0.0001", "-1", "1", "20", "1e6", "1e400"):
        edits.put("box", "radius", radius)
    for gap in ("0", "-0", "-1", "-1e-300", "0/7"):
        edits.put("gap", gap)
    edits.found = {
        label: edited for label, edited in edits.found.items() if edited != edits.certificate
    }
    assert accepted(edits.found) == []


@pytest.mark.parametrize("name", MINIMA)
def test_what_is_proved_is_proved_over_the_whole_box(certificates, name):
    certificate = json.loads(certificates[name])
    proof = certificate["proof"]
    # At the centre the gap is this large, over the box it is not proved to be.
    objective = checker.Objective.read(checker.Entry(proof["objective"]))
    with checker.ctx.workprec(128):
        centre, lower = (
            objective.loss([checker.arb(checker.Entry(x).number()) for x in weights])
            for weights in (proof["box"]["centre"], proof["lower"])
        )
        claimed = (centre - lower) * (1 - checker.fmpq(1, 10**12))
        gap = {**proof, "gap": claimed.str(30, radius=False)}
    with pytest.raises(checker.Refused, match=r"^proof\.gap: is not proved"):
        checker.prove(checker.Entry({**certificate, "proof": gap}))
    # At the centre the Hessian is regular, over a wide box it need not be.
    wide = {**proof, "box": {**proof["box"], "radius": "1"}}
    with pytest.raises(checker.Refused, match=r"^proof\.box: "):
        checker.prove(checker.Entry({**certificate, "proof": wide}))


def test_a_maximum_is_no_minimum(certificates):
    # Between its two minima the neuron has a maximum, found by bisection of the sign of the slope.
    certificate = json.loads(certificates["neuron"])
    objective = checker.Objective.read(checker.Entry(certificate["proof"]["objective"]))
    low, high = checker.fmpq(3, 10), checker.fmpq(9, 10)
    with checker.ctx.workprec(256):
        for _ in range(100):
            middle = (low + high) / 2
            jet = objective.loss(checker.variables([checker.arb(middle)]))
            low, high = (middle, high) if jet.gradient[0, 0] > 0 else (low, middle)
        assert jet.hessian[0, 0] < 0
    certificate["proof"]["box"] = {"centre": [f"{low.p}/{low.q}"], "radius": "1e-9"}
    certificate["proof"]["gap"] = "1e-9"
    with pytest.raises(checker.Refused, match="not positive definite"):
        checker.prove(checker.Entry(certificate))


@pytest.mark.parametrize("name", CONES)
def test_false_statements_of_dead_cones(certificates, holds, many, name):
    edits = Edits(certificates[name])
    proof = edits.proof
    for factor in (2, "2000001/1000000", 3, 10, 10**6, 10**300):  # twice is the very largest
        edits.put("radius", written(Fraction(proof["radius"]) * Fraction(factor)))
    for radius in ("0", "-0", "-1/2", "-1e-300"):
        edits.put("radius", radius)
    changes = ["1/7", 1, 10, "1e-300"]
    edits.add("loss", changes)
    edits.add("lower_loss", changes)
    edits.put("loss", proof["lower_loss"])
    edits.put("lower_loss", proof["loss"])
    edits.put("lower", proof["point"])
    edits.put("point", proof["lower"])
    for i in range(len(proof["point"])):
        edits.add("point", i, [*changes, 3])
        edits.add("lower", i, changes)
    edits.data([*changes, 2])
    both = copy.deepcopy(edits.certificate)
    both["proof"]["loss"], both["proof"]["lower_loss"] = proof["lower_loss"], proof["loss"]
    both["proof"]["point"], both["proof"]["lower"] = proof["lower"], proof["point"]
    edits.found["point and lower point exchanged"] = both
    same = copy.deepcopy(edits.certificate)
    same["proof"]["lower"], same["proof"]["lower_loss"] = proof["point"], proof["loss"]
    edits.found["lower point at the point itself"] = same

    false = false_ones(edits.some(80, many), holds)
    assert len(false) >= ((80 if name == "dead-cone-1-1-1-relu" else 250) if many else 48)
    assert len(false) >= 0.6 * len(edits.found)
    print(f"{name}: {len(false)} false statements")
    assert accepted(false) == []


@pytest.mark.parametrize("name", [*MINIMA, *CONES, "relu-neuron"])
def test_another_network_is_another_statement(certificates, name):
    edits = Edits(certificates[name])
    objective = edits.proof["objective"]
    for i, activation in enumerate(objective["activations"]):
        for other in checker.ACTIVATIONS.keys() - {activation}:
            edits.put("objective", "activations", i, other)
    for i, bias in enumerate(objective["biases"]):
        edits.put("objective", "biases", i, not bias)
    edits.put("objective", "biases", [not bias for bias in objective["biases"]])
    widths = objective["widths"]
    for i, width in enumerate(widths):
        edits.put("objective", "widths", i, width + 1)
        edits.put("objective", "widths", i, width - 1)
        edits.put("objective", "widths", [*widths[:i], 1, *widths[i:]])
    edits.put("objective", "loss", "cross-entropy")
    edits.put("objective", "counts", objective["counts"][1:])
    edits.put("objective", "inputs", objective["inputs"][1:])
    edits.put("objective", "targets", objective["targets"][1:])
    edits.put("objective", "inputs", [[*row, "1"] for row in objective["inputs"]])
    edits.put("objective", "inputs", [row[1:] for row in objective["inputs"]])
    assert accepted(edits.found) == []


def test_a_dead_cone_needs_a_linear_output_with_a_bias(certificates):
    # With a ReLU output the loss is also flat in the output bias where that is negative.
    for activations, biases in (
        (["relu", "relu"], [True, True]),
        (["relu", "identity"], [True, False]),
    ):
        certificate = json.loads(certificates["dead-cone-1-1-1-relu"])
        certificate["proof"]["objective"].update(activations=activations, biases=biases)
        if not biases[-1]:
            certificate["proof"]["point"].pop()
            certificate["proof"]["lower"].pop()
        with pytest.raises(checker.Refused, match=r"proof\.objective: must be a relu layer"):
            checker.prove(checker.Entry(certificate))


@pytest.mark.parametrize(("centre", "radius"), [("1", "1"), ("1", "3/2"), ("-2", "2"), ("-2", "3")])
def test_a_box_with_a_kink_in_it_is_refused(certificates, centre, radius):
    certificate = json.loads(certificates["relu-neuron"])
    certificate["proof"]["box"] = {"centre": [centre], "radius": radius}
    with pytest.raises(checker.Refused, match="neither active nor inactive"):
        checker.prove(checker.Entry(certificate))


def test_words_must_be_those_proved(certificates):
    for text in certificates.values():
        statement = json.loads(text)["statement"]
        for words in (
            "",
            statement + " ",
            statement[:-1],
            statement.replace("strict", "Strict"),
            statement.replace("1", "2"),
            [statement],
            None,
        ):
            if words == statement:
                continue
            certificate = {**json.loads(text), "statement": words}
            with pytest.raises(checker.Refused, match="statement: must be what is proved"):
                checker.check(json.dumps(certificate))


def test_kinds_are_not_interchangeable(certificates):
    for text in certificates.values():
        certificate = json.loads(text)
        for kind in (*checker.KINDS, "saddle", "", None, 1, [], {}):
            if kind != certificate["kind"]:
                with pytest.raises(checker.Refused):
                    checker.check(json.dumps({**certificate, "kind": kind}))


def test_polynomials_that_are_none(certificates):
    certificate = json.loads(certificates["no-radicals-neuron"])
    polynomial = certificate["proof"]["polynomial"]
    for values, message in (
        ([0] * 6, "of degree 5 at least"),
        ([*polynomial[:5], 0], "of degree 5 at least"),
        ([0, *polynomial], "a prime for that"),
        ([*polynomial[:5], 2], "does not divide"),
        ([29 * entry for entry in polynomial], "neither divides the leading coefficient"),
        ([-entry for entry in polynomial], None),  # the same roots
    ):
        certificate["proof"]["polynomial"] = values
        if message is None:
            checker.prove(checker.Entry(certificate))
        else:
            with pytest.raises(checker.Refused, match=message):
                checker.prove(checker.Entry(certificate))


def test_primes_that_prove_nothing(certificates):
    certificate = json.loads(certificates["no-radicals-neuron"])
    for name, prime in (
        ("irreducible", 29),  # degrees 2 and 3
        ("irreducible", 25),
        ("irreducible", 1),
        ("transposition", 5),  # irreducible
        ("transposition", None),
        ("cycle", 5),
    ):
        refuses_prime(certificate, name, prime)
    certificate = json.loads(certificates["no-radicals-degree-6"])
    for name, prime in (
        ("cycle", 5),  # irreducible
        ("cycle", 61),  # a transposition
        ("irreducible", 19),  # degrees 1 and 5
        ("transposition", 19),
    ):
        refuses_prime(certificate, name, prime)
    primes = {**certificate["proof"]["primes"], "cycle": None}
    with pytest.raises(checker.Refused, match=r"^proof\.primes: must be with a cycle"):
        checker.prove(
            checker.Entry({**certificate, "proof": {**certificate["proof"], "primes": primes}})
        )


def refuses_prime(certificate, name, prime):
    primes = {**certificate["proof"]["primes"], name: prime}
    with pytest.raises(checker.Refused, match=rf"^proof\.primes\.{name}"):
        checker.prove(
            checker.Entry({**certificate, "proof": {**certificate["proof"], "primes": primes}})
        )


def test_tails_that_hide_stationary_points(certificates):
    """x = 1 and 6: after the valley at 0.23 come a peak and another valley, unless it is penalised.

    An account that ends before them, on either side, is refused there, whatever the penalty.
    """
    certificate = json.loads(certificates["l2-removes-a-valley"])
    objective = certificate["proof"]["objective"]
    mirrored = {**objective, "inputs": [["-1"], ["-6"]]}
    for penalty in ("0", "1e-9", "0.0001"):
        for definition, cuts, parts, place in (
            (objective, ["-1", "0.5"], ["falls", "valley", "rises"], 2),
            (
                objective,
                ["-1", "0.17", "0.3", "0.5"],
                ["falls", "falls", "valley", "rises", "rises"],
                4,
            ),
            (
                mirrored,
                ["-0.5", "-0.3", "-0.17", "1"],
                ["falls", "falls", "valley", "rises", "rises"],
                0,
            ),
        ):
            account = {"penalty": penalty, "cuts": cuts, "parts": parts}
            proof = {"objective": definition, "accounts": [account]}
            with pytest.raises(checker.Refused) as refusal:
                checker.prove(checker.Entry({**certificate, "proof": proof}))
            assert str(refusal.value) == (
                f"proof.accounts[0].parts[{place}]: is not proved beyond the last cut"
            )


def test_tails_of_one_point(certificates):
    """One point, x = 1 with target 1/2: the loss is a valley at 0 with plain tails."""
    certificate = json.loads(certificates["l2-removes-a-valley"])
    objective = {
        **certificate["proof"]["objective"], "inputs": [["1"]], "targets": ["1/2"], "counts": [1]
    }  # fmt: skip
    for penalty in ("0", "1/5"):
        account = {
            "penalty": penalty,
            "cuts": ["-1", "1"],
            "parts": ["falls", "valley", "rises"],
        }
        proof = {"objective": objective, "accounts": [account]}
        words = checker.prove(checker.Entry({**certificate, "proof": proof})).sentence
        assert "strict local minima: 1 (between -1 and 1), strict local maxima: 0" in words
        for parts in (["rises", "valley", "rises"], ["falls", "valley", "falls"]):
            wrong = {**proof, "accounts": [{**account, "parts": parts}]}
            with pytest.raises(checker.Refused, match="beyond the last cut"):
                checker.prove(checker.Entry({**certificate, "proof": wrong}))


def test_a_strength_that_is_too_small_must_be_smaller_than_that_which_is_enough(certificates):
    certificate = json.loads(certificates["l2-makes-a-neuron-convex"])
    proof = certificate["proof"]
    for below in (proof["strength"], "-1e-9", "-1"):
        with pytest.raises(checker.Refused, match=r"^proof\.below: must be at least 0, and below"):
            checker.prove(checker.Entry({**certificate, "proof": {**proof, "below": below}}))
