"""The checker's reading, its limits to the last unit, and its linear algebra."""

from __future__ import annotations

import copy
import json
from fractions import Fraction

import numpy as np
import pytest
from flint import arb, arb_mat, ctx, fmpq

from claims.proof import checker


def number(text):
    value = checker.Entry(text).number()
    return Fraction(int(value.p), int(value.q))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0),
        ("-0", 0),
        ("007", 7),
        ("-3", -3),
        ("2/7", Fraction(2, 7)),
        ("-4/006", Fraction(-2, 3)),
        ("0.25", Fraction(1, 4)),
        ("-0.5", Fraction(-1, 2)),
        ("-12.034", Fraction(-12034, 1000)),
        ("1e3", 1000),
        ("1.5e+2", 150),
        ("-1.5e-7", Fraction(-15, 10**8)),
        ("1e400", 10**400),
        ("1e-400", Fraction(1, 10**400)),
        ("0.001e002", Fraction(1, 10)),
        ("5" * 1300, Fraction("5" * 1300)),
    ],
)
def test_numbers(text, value):
    assert number(text) == value


def test_numbers_are_those_of_fractions():
    for mantissa in ("0", "-1", "17", "3.25", "-0.001", "120.50"):
        for exponent in ("", "e0", "e5", "e-5", "e+12", "e-100"):
            assert number(mantissa + exponent) == Fraction(mantissa + exponent)


@pytest.mark.parametrize(
    "value",
    ["", "+1", "1.", ".5", "1e", "1e1234", "1e401", "1e-401", "1/0", "1/-2", "1/2e3", "0.5/2", " 1",
     "1 ", "1\n", "1_0", "0x1", "nan", "\u0661", "5" * 1301, 1, 1.5, True, None, ["1"]],
)  # fmt: skip
def test_no_numbers(value):
    with pytest.raises(checker.Refused, match=r"^here: must be "):
        checker.Entry(value, "here").number()


def test_a_refusal_is_short_and_names_what_stands_there():
    with pytest.raises(checker.Refused) as refusal:
        checker.Entry("x" * 10**6, "proof.gap").number()
    assert str(refusal.value).startswith("proof.gap: must be an exact number as a string")
    assert len(str(refusal.value)) < 200
    with pytest.raises(checker.Refused, match=r"^proof\.gap: must be positive, not '0'$"):
        checker.Entry("0", "proof.gap").positive()
    with pytest.raises(checker.Refused, match="must be true or false, not 1"):
        checker.Entry(1).flag()
    with pytest.raises(checker.Refused, match="not a list"):
        checker.Entry([1]).integer(0, 2)


def objective(widths, points=2, **changes):
    layers = len(widths) - 1
    entries = {
        "widths": widths,
        "activations": ["sigmoid"] * layers,
        "biases": [False] * layers,
        "loss": "squared-error",
        "reduction": "mean",
        "inputs": [["1"] * widths[0]] * points,
        "targets": ["1"] * points,
        "counts": [1] * points,
        "penalty": "0",
        "dropout": "0",
        **changes,
    }
    return checker.Objective.read(checker.Entry(entries, "objective"))


def test_limits_of_an_objective():
    assert objective([16, 1]).size == 16
    assert objective([15, 2, 1]).size == 32
    assert objective([1, 16, 1]).size == 32
    assert objective([2, 3, 1], biases=[True, True]).size == 13
    assert objective([2, 3, 1], biases=[True, False]).size == 12
    assert objective([2, 3, 1], biases=[False, True]).size == 10
    assert objective([2, 1], biases=[True]).size == 3
    assert len(objective([1, 1], 64).targets) == 64
    assert len(objective([1, 1], 1).targets) == 1
    assert objective([1, 1, 1, 1, 1]).size == 4
    assert objective([1, 1], counts=[10**30, 1]).counts == [10**30, 1]
    linear = {"activations": ["tanh", "identity"]}
    assert objective([1, 1, 1], dropout="99/100", **linear).dropout == fmpq(99, 100)
    for refused in (
        lambda: objective([17, 1]),
        lambda: objective([1, 17, 1]),
        lambda: objective([10, 3, 1]),
        lambda: objective([1, 1], 65),
        lambda: objective([1, 1], 0),
        lambda: objective([1, 2]),
        lambda: objective([0, 1]),
        lambda: objective([1, 0, 1]),
        lambda: objective([1]),
        lambda: objective([1, 1, 1, 1, 1, 1]),
        lambda: objective([1, 1], activations=["cubic"]),
        lambda: objective([1, 1], biases=[0]),
        lambda: objective([1, 1], biases=[]),
        lambda: objective([1, True]),
        lambda: objective([1, 1], loss="absolute-error"),
        lambda: objective([1, 1], reduction="median"),
        lambda: objective([1, 1], counts=[1]),
        lambda: objective([1, 1], counts=[1, 0]),
        lambda: objective([1, 1], counts=[1, 10**30 + 1]),
        lambda: objective([1, 1], penalty="-1e-400"),
        lambda: objective([1, 1], dropout="1/2"),
        lambda: objective([1, 1, 1, 1], dropout="1/2"),
        lambda: objective([1, 1, 1], dropout="1/2"),
        lambda: objective([1, 1, 1], dropout="1", activations=["tanh", "identity"]),
        lambda: objective([1, 1, 1], dropout="-1/9", activations=["tanh", "identity"]),
        lambda: objective(
            [1, 1, 1], dropout="1/2", activations=["tanh", "identity"], loss="cross-entropy"
        ),
        lambda: objective([1, 1], targets=["1"]),
        lambda: objective([1, 1], targets=["1"] * 3),
        lambda: objective([2, 1], inputs=[["1", "1"], ["1"]]),
    ):
        with pytest.raises(checker.Refused):
            refused()


def test_objectives_in_words():
    network = {"activations": ["tanh", "identity"], "biases": [True, False]}
    plain = objective([2, 3, 1], **network)
    words = "of a 2-3-1 network (tanh with bias, identity without bias)"
    assert str(plain) == f"the mean squared error {words} on 2 data points"
    full = objective([2, 3, 1], 1, penalty="1/3", dropout="1/4", reduction="sum", **network)
    assert str(full) == (
        f"the mean over all dropout masks (rate 1/4) of the summed squared error {words} on "
        "1 data point with an L2 penalty of strength 1/3"
    )
    counted = objective([2, 3, 1], counts=[2, 5], loss="cross-entropy", **network)
    assert str(counted) == f"the mean cross-entropy {words} on 7 data points"


def test_objectives_by_hand():
    """One linear unit without bias, f = w x, at w = 2."""
    data = {"inputs": [["1"], ["3"]], "targets": ["0", "1"], "activations": ["identity"]}
    squares = {"mean": fmpq(29, 2), "sum": fmpq(29)}  # 2^2 and (6 - 1)^2
    for reduction, value in squares.items():
        assert objective([1, 1], reduction=reduction, **data).loss([fmpq(2)]) == value
    weighted = objective([1, 1], counts=[3, 1], **data)
    assert weighted.loss([fmpq(2)]) == fmpq(3 * 4 + 25, 4)
    penalised = objective([1, 1], penalty="1/2", **data)
    assert penalised.loss([fmpq(2)]) == fmpq(29, 2) + 2
    assert weighted.of([1, 1, 0]).loss([fmpq(2)]) == fmpq(25 + 25 + 4, 3)
    # log(1 + e^2) and log(1 + e^6) - 6, by another expression.
    entropy = objective([1, 1], loss="cross-entropy", **data).loss([arb(2)])
    assert entropy.overlaps(((1 + arb(2).exp()).log() + (1 + arb(-6).exp()).log()) / 2)
    # v a with v = 2 and a = w x, w = 3, at x = 1: dropped at the rate 1/4 it varies by 36/3.
    layers = {"activations": ["identity", "identity"], "inputs": [["1"]], "targets": ["5"]}
    dropped = objective([1, 1, 1], 1, dropout="1/4", **layers)
    assert dropped.loss([fmpq(3), fmpq(2)]) == 1 + fmpq(36, 3)


def test_limits_of_a_certificate(certificates):
    original = json.loads(certificates["neuron"])
    for path, value, fine in (
        (("precision",), 63, False),
        (("precision",), 64, True),
        (("precision",), 4096, True),
        (("precision",), 4097, False),
        (("precision",), "128", False),
        (("schema",), 0, False),
        (("schema",), 1, False),
        (("schema",), 3, False),
        (("schema",), "1", False),
        (("schema",), True, False),
        (("claim",), "a" * 80, True),
        (("claim",), "a" * 81, False),
        (("claim",), "", False),
        (("claim",), "A", False),
        (("claim",), "a b", False),
        (("claim",), "a\n", False),
    ):
        certificate = copy.deepcopy(original)
        parent = certificate
        for key in path[:-1]:
            parent = parent[key]
        parent[path[-1]] = value
        if fine:
            checker.check(json.dumps(certificate))
        else:
            with pytest.raises(checker.Refused, match="^" + r"\.".join(path)):
                checker.check(json.dumps(certificate))
    text = certificates["neuron"]
    checker.check(text.ljust(checker.MAX_CHARACTERS))
    with pytest.raises(checker.Refused, match="longer than"):
        checker.check(text.ljust(checker.MAX_CHARACTERS + 1))


def test_the_outputs_of_small_networks_by_hand():
    def value(widths, weights, x, **changes):
        network = objective(widths, inputs=[x, x], **changes)
        return network.output([fmpq(*w) for w in weights], [fmpq(entry) for entry in x])[0]

    exact = ["relu", "identity"]
    numbers = [(n, 1) for n in range(1, 20)]
    # W = [[1, 2], [3, 4]], b = (5, 6), v = (7, 8), c = 9 at x = (1, -1), written as JSON strings.
    full = value([2, 2, 1], numbers[:9], ["1", "-1"], activations=exact, biases=[True, True])
    assert full == 7 * 4 + 8 * 5 + 9
    # Without hidden biases: W = [[1, 2], [3, 4]], v = (5, 6), c = 7; both units are off.
    off = value([2, 2, 1], numbers[:7], ["1", "-1"], activations=exact, biases=[False, True])
    assert off == 7
    single = value([2, 1], numbers[:3], ["1", "-1"], activations=["identity"], biases=[True])
    assert single == 1 - 2 + 3


def test_relu_of_fractions_and_balls():
    assert [checker.relu(fmpq(n)) for n in (-2, 0, 3)] == [0, 0, 3]
    assert checker.relu(arb(2)) == 2 and checker.relu(arb(-2)) == 0
    both = checker.relu(arb(1, 3))
    assert both.contains(4) and both.contains(0) and both.contains(fmpq(1, 2))
    jet = checker.variables([arb(0, 1)])[0]
    with pytest.raises(checker.Refused, match="neither active nor inactive"):
        checker.relu(jet)


def test_squares_of_balls_are_not_negative():
    assert checker.square(fmpq(-3, 2)) == fmpq(9, 4)
    assert checker.square(arb(0, 1)) > -1e-6
    assert checker.square(arb(0, 1)).contains(1) and checker.square(arb(0, 1)).contains(0)
    assert checker.square(arb(-3, 1)) > 3.99 and checker.square(arb(-3, 1)).contains(16)


def test_krawczyk_to_the_edge():
    one, half = arb_mat([[1]]), fmpq(1, 2)
    shift, curvature = arb_mat([[arb(1) / 4]]), arb_mat([[arb(1, 0.25)]])
    # |shift| + |1 - h| radius < radius: 1/4 + 1/4 radius < radius from 1/3 on.
    assert checker.leaves_box(one, shift, curvature, half) is None
    assert checker.leaves_box(one, shift, curvature, fmpq(1001, 3000)) is None
    assert checker.leaves_box(one, shift, curvature, fmpq(999, 3000)) == 0
    # An image that touches the boundary does not count, whichever side it is on.
    exact = arb_mat([[1]])
    assert checker.leaves_box(one, arb_mat([[half]]), exact, half) == 0
    assert checker.leaves_box(one, arb_mat([[-half]]), exact, half) == 0
    assert checker.leaves_box(one, arb_mat([[0]]), arb_mat([[2]]), half) == 0
    assert checker.leaves_box(one, arb_mat([[0]]), arb_mat([[0]]), half) == 0
    # The second coordinate alone leaves; off-diagonal terms count by their size, summed.
    two, none = arb_mat([[1, 0], [0, 1]]), arb_mat([[0], [0]])
    mixed = arb_mat([[1, arb(0, 0.4)], [arb(0.6), arb(1, 0.5)]])
    assert checker.leaves_box(two, none, mixed, half) == 1
    assert checker.leaves_box(two, none, arb_mat([[1, arb(0.5)], [arb(-0.5), 1]]), half) is None
    assert checker.leaves_box(two, arb_mat([["nan"], [0]]), mixed, half) == 0


def test_negative_eigenvalues_of_enclosed_matrices():
    count = checker.negative_eigenvalues
    with ctx.workprec(64):
        for matrix, negative in (
            ([[2, 1], [1, 2]], 0),
            ([[1, 2], [2, 1]], 1),
            ([[0, 1], [1, 0]], 1),
            ([[0, -1], [-1, 0]], 1),
            ([[1, -3], [-3, 1]], 1),
            ([[-1, 3], [3, -1]], 1),
            ([[-2, 1], [1, -2]], 2),
            ([[-1]], 1),
            ([[1, 1], [1, 1]], None),
            ([[0, 0], [0, 1]], None),
            ([[arb(1, 1.01)]], None),
            ([["nan"]], None),
            ([["nan", 0], [0, 1]], None),
            ([[0, 0, 1], [0, -5, 0], [1, 0, 0]], 2),
            ([[0, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 1], [0, 0, 1, 0]], 2),
            ([[1, arb(0, 0.9)], [arb(0, 0.9), 1]], 0),
            ([[1, arb(0, 1.1)], [arb(0, 1.1), 1]], None),
            ([[arb(0, 0.1), 1], [1, arb(0, 0.1)]], 1),
        ):
            assert count(arb_mat(matrix)) == negative, matrix
        # Leading minors 4, 8 and then 4 det: definite just as long as the last entry exceeds 3/2.
        for last, negative in ((1.51, 0), (1.5, None), (1.49, 1)):
            assert count(arb_mat([[4, 2, 2], [2, 3, 2], [2, 2, last]])) == negative


def test_negative_eigenvalues_are_those_of_floats():
    source = np.random.default_rng(1)
    for size in (2, 3, 5, 8):
        for _ in range(40):
            half = source.normal(size=(size, size))
            matrix = half + half.T - np.diag(np.diag(half)) * source.integers(0, 3)
            expected = int((np.linalg.eigvalsh(matrix) < 0).sum())
            with ctx.workprec(128):
                assert checker.negative_eigenvalues(arb_mat(matrix.tolist())) == expected


def test_eigenvalues_between_two_numbers():
    matrix = arb_mat([[2, 1], [1, 2]])  # eigenvalues 1 and 3
    assert checker.between(matrix, fmpq(99, 100), fmpq(301, 100))
    assert not checker.between(matrix, fmpq(101, 100), fmpq(301, 100))
    assert not checker.between(matrix, fmpq(99, 100), fmpq(299, 100))
    assert not checker.between(matrix, fmpq(1), fmpq(4))


def test_signs_from_end_to_end():
    def calls(function):
        seen = []
        return lambda ball: seen.append(ball) or function(ball), seen

    assert checker.everywhere(lambda w: w**2 + 1, fmpq(-5), fmpq(5))
    assert checker.everywhere(lambda w: w, fmpq(1, 100), fmpq(5))
    assert not checker.everywhere(lambda w: w, fmpq(0), fmpq(5))
    assert not checker.everywhere(lambda w: arb("nan"), fmpq(0), fmpq(5))
    # A negative number is noticed at once, a zero never: it ends with the last piece allowed.
    function, seen = calls(lambda w: w - 1)
    assert not checker.everywhere(function, fmpq(-5), fmpq(5)) and len(seen) == 2
    function, seen = calls(lambda w: (w - 1) ** 2)
    assert not checker.everywhere(function, fmpq(-5), fmpq(5))
    assert len(seen) <= 2 * checker.MAX_PIECES
    # x (x - 1) needs cuts on the way: x^2 - x is enclosed from below by -5 on [0.5, 5].
    function, seen = calls(lambda w: w * w - w + fmpq(1, 3))
    assert checker.everywhere(function, fmpq(-5), fmpq(5)) and 10 < len(seen) < 200


def test_decimals_for_people():
    with ctx.workprec(128):
        shown = [
            checker.decimal(arb(value)) for value in (fmpq(1, 3), 0, -2, fmpq(-1, 10**9), 10**9)
        ]
        assert shown == ["0.333333", "0.000000", "-2.000000", "0.000000", "beyond 10^9"]
        assert checker.decimal(arb(2) ** (-(10**18))) == "0.000000"
        assert checker.decimal(arb(10**18).exp()) == "beyond 10^9"
        assert checker.decimal(arb("nan")) == "beyond 10^9"
