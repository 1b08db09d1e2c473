"""The checker's own definition and derivatives against the package's, in balls.

Two enclosures of one number overlap; where both are narrow, two definitions that differ do not.
"""

from __future__ import annotations

import itertools
import random
from fractions import Fraction

import pytest
from flint import arb, ctx, fmpq

from claims.mathematics import (
    ACTIVATIONS,
    CROSS_ENTROPY,
    SIGMOID,
    SQUARED_ERROR,
    Network,
    linear,
    neuron,
)
from claims.numbers import BALLS, RATIONALS, exact_fraction, precision
from claims.proof import checker
from claims.proof.certificates import Problem

BITS = 128
NAMES = ("identity", "relu", "sigmoid", "tanh")
SHAPES = [((3, 1), (None,)), ((1, 1, 1), NAMES), ((2, 3, 1), NAMES)]
CASES = [
    (widths, hidden, output, hidden_bias, output_bias)
    for widths, hiddens in SHAPES
    for hidden, output in itertools.product(hiddens, NAMES)
    for hidden_bias, output_bias in ((True, True), (False, True), (True, False), (False, False))
    if hidden or not hidden_bias
]


def problem_and_point(case, source, **options):
    widths, hidden, output, hidden_bias, output_bias = case
    network = Network(
        widths, ACTIVATIONS[hidden or output], ACTIVATIONS[output], hidden_bias, output_bias
    )

    def datum():
        return Fraction(source.randint(-300, 300), source.choice([1, 7, 100]))

    problem = Problem(
        network,
        [[datum() / 50 for _ in range(widths[0])] for _ in range(3)],
        [datum() for _ in range(3)],
        **options,
    )
    return problem, [datum() / 100 for _ in range(network.size)]


def disagreements(problem, point):
    """Where loss, gradient and Hessian of the two definitions do not overlap."""
    objective = checker.Objective.read(checker.Entry(problem.definition()))
    exact = [fmpq(*value.as_integer_ratio()) for value in point]
    with ctx.workprec(BITS):
        jet = objective.loss(checker.variables([arb(value) for value in exact]))
    with precision(BITS):
        theta = BALLS.enter(point)
        value = problem.function.value(theta, *problem.data(BALLS))
        gradient = problem.function.gradient(theta, *problem.data(BALLS))
        hessian = problem.function.hessian(theta, *problem.data(BALLS))
    size = range(len(point))
    pairs = {"loss": (jet.value, value.arb)}
    pairs |= {f"gradient {i}": (jet.gradient[i, 0], gradient[i].arb) for i in size}
    pairs |= {
        f"Hessian {i} {j}": (jet.hessian[i, j], hessian[i, j].arb) for i in size for j in size
    }
    for one, other in pairs.values():
        scale = 1 + abs(one)
        assert one.rad() < scale * 1e-25 and other.rad() < scale * 1e-25  # narrow, both of them
    return [name for name, (one, other) in pairs.items() if not one.overlaps(other)]


def test_both_definitions_agree_for_every_network_and_activation():
    source = random.Random("both definitions 1")
    for case in CASES:
        for _ in range(20):
            try:
                found = disagreements(*problem_and_point(case, source))
            except checker.Refused:  # drawn at a kink: a ReLU of ReLUs that are all off
                assert "relu" in case[1:3]
            else:
                break
        assert found == [], case


# Widths, activation, and what else an objective has.
VARIANTS = [
    ((2, 1), "identity", {"loss": CROSS_ENTROPY}),
    ((2, 2, 1), "tanh", {"loss": CROSS_ENTROPY, "reduction": "sum", "penalty": "1/7"}),
    ((1, 2, 1), "sigmoid", {"penalty": "0.3"}),
    ((1, 2, 1), "softplus", {"counts": [3, 1, 10**20]}),
    ((1, 2, 1), "softplus", {"counts": [3, 1, 2], "reduction": "sum", "loss": CROSS_ENTROPY}),
    ((1, 2, 1), "square", {"dropout": "1/3"}),
    ((2, 3, 1), "sigmoid", {"dropout": "4/5", "penalty": "1/9"}),
    ((1, 2, 1), "tanh", {"dropout": "1/10", "counts": [1, 5, 2], "reduction": "sum"}),
    ((1, 2, 2, 1), "tanh", {"penalty": "1/3"}),
    ((2, 1, 2, 1, 1), "sigmoid", {"loss": CROSS_ENTROPY, "counts": [2, 2, 1]}),
]


@pytest.mark.parametrize("variant", VARIANTS)
def test_both_definitions_agree_for_losses_penalties_counts_and_depth(variant):
    widths, activation, options = variant
    source = random.Random("variants 1")
    for biases in ((True, True), (False, True), (True, False)):
        output = "identity" if len(widths) > 2 else activation
        problem, point = problem_and_point((widths, activation, output, *biases), source, **options)
        assert disagreements(problem, point) == []


def test_tails_hold_what_lies_beyond():
    source, signs = random.Random("tails 1"), 0
    for _ in range(60):
        count = source.randint(1, 4)
        squared = source.random() < 0.6
        problem = Problem(
            neuron(1, SIGMOID) if squared else linear(1, bias=False),
            [[Fraction(source.choice([-4, -1, 0, 1, 2, 3]), source.choice([1, 2]))]
             for _ in range(count)],
            [Fraction(source.choice([-1, 0, 1, 2, 4]), source.choice([1, 4]))
             for _ in range(count)],
            SQUARED_ERROR if squared else CROSS_ENTROPY,
            source.choice(["mean", "sum"]),
            [source.randint(1, 3) for _ in range(count)],
        )  # fmt: skip
        objective = checker.read_line(checker.Entry(problem.definition()))
        for side in (-1, 1):
            start = Fraction(source.randint(1, 40), 10)
            with ctx.workprec(BITS):
                slope, scale, bend = checker.tail(objective, side, fmpq(*start.as_integer_ratio()))
            for beyond in (0, Fraction(1, 3), 2, 30):
                with precision(BITS):
                    theta = BALLS.enter([side * (start + beyond)])
                    gradient = problem.function.gradient(theta, *problem.data(BALLS))[0].arb
                    hessian = problem.function.hessian(theta, *problem.data(BALLS))[0, 0].arb
                with ctx.workprec(BITS):
                    assert (slope * scale).overlaps(side * gradient)
                    assert bend.overlaps(hessian)
                    # A sign that is claimed is that of the derivative, everywhere beyond: far out
                    # the package has lost its digits.
                    assert not slope * side * gradient < 0
                    signs += bool(slope * side * gradient > 0)
    assert signs > 250


def test_both_definitions_agree_at_the_certified_points(certificates):
    from claims.proof.instances import worse_minima as instances

    for problem, points in (
        (instances.SMALL, (instances.SMALL_WORSE, instances.SMALL_BETTER)),
        (instances.SMALL_TANH, map(instances.as_tanh, (instances.SMALL_WORSE,))),
        (instances.GRID, (instances.GRID_WORSE, instances.GRID_BETTER)),
    ):
        for point in points:
            assert disagreements(problem, [exact_fraction(value) for value in point]) == []


def test_both_definitions_give_the_same_fraction():
    source = random.Random("fractions 1")
    for case in CASES:
        if {case[1], case[2]} <= {"identity", "relu", "square", None}:
            problem, point = problem_and_point(case, source)
            objective = checker.Objective.read(checker.Entry(problem.definition()))
            ours = objective.loss([fmpq(*value.as_integer_ratio()) for value in point])
            theirs = problem.function.value(RATIONALS.enter(point), *problem.data(RATIONALS))
            assert (int(ours.p), int(ours.q)) == theirs.fraction.as_integer_ratio()


def wrong_sigmoid(curvature):
    def sigmoid(h):
        s, complement = checker.sigmoid(h.value), checker.sigmoid(-h.value)
        return h.through(s, s * complement, curvature * s * complement * (complement - s))

    return sigmoid


class Unsymmetric(checker.Jet):
    """A product rule that forgets one of the two mixed terms."""

    def __mul__(self, other):
        product = super().__mul__(other)
        if not isinstance(other, checker.Jet):
            return product
        mixed = self.gradient * other.gradient.transpose()
        return Unsymmetric(product.value, product.gradient, product.hessian - mixed)


def sum_of_squares(objective, weights):
    return checker_loss(objective, weights) * len(objective.targets)


def columns_first(objective, weights, x):
    width, units = objective.widths[:2]
    rows = [weights[j * units + i] for i in range(units) for j in range(width)]
    return checker_output(objective, rows + list(weights[width * units :]), x)


checker_loss, checker_output = checker.Objective.loss, checker.Objective.output
CASE = ((2, 3, 1), "sigmoid", "identity", True, True)


@pytest.mark.parametrize(
    ("plant", "seen"),
    [
        (lambda patch: patch.setitem(checker.ACTIVATIONS, "sigmoid", checker.tanh), "loss"),
        (
            lambda patch: patch.setitem(
                checker.ACTIVATIONS, "sigmoid", wrong_sigmoid(1 + fmpq(1, 10**20))
            ),
            "Hessian",
        ),
        (lambda patch: patch.setattr(checker.Objective, "loss", sum_of_squares), "loss"),
        (lambda patch: patch.setattr(checker.Objective, "output", columns_first), "loss"),
        (lambda patch: patch.setattr(checker, "variables", unsymmetric_variables), "Hessian"),
    ],
    ids=["tanh for sigmoid", "curvature off by 1e-20", "sum for mean", "columns first", "product"],
)
def test_a_planted_disagreement_is_seen(monkeypatch, plant, seen):
    problem, point = problem_and_point(CASE, random.Random("planted 1"))
    assert disagreements(problem, point) == []
    plant(monkeypatch)
    found = disagreements(problem, point)
    assert any(name.startswith(seen) for name in found)
    if seen == "Hessian":  # and nothing else: it is the planted fault that is seen
        assert all(name.startswith("Hessian") for name in found)


def unsymmetric_variables(values):
    return [Unsymmetric(jet.value, jet.gradient, jet.hessian) for jet in checker_variables(values)]


checker_variables = checker.variables


def test_enclosures_over_a_box_hold_the_points_of_the_box():
    source = random.Random("boxes 1")
    for case in CASES[:: len(CASES) // 24]:
        problem, point = problem_and_point(case, source)
        objective = checker.Objective.read(checker.Entry(problem.definition()))
        radius = fmpq(1, 1000)
        exact = [fmpq(*value.as_integer_ratio()) for value in point]
        with ctx.workprec(BITS):
            around = arb(-radius).union(arb(radius))
            try:
                box = objective.loss(checker.variables([value + around for value in exact]))
            except checker.Refused:
                assert "relu" in case  # a kink in the box
                continue
            for _ in range(10):
                inside = [x + radius * fmpq(source.randint(-100, 100), 100) for x in exact]
                jet = objective.loss(checker.variables([arb(value) for value in inside]))
                assert box.value.contains(jet.value)
                assert box.gradient.contains(jet.gradient)
                assert box.hessian.contains(jet.hessian)
