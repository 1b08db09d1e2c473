"""Trees and roots of complete lists, boxes round one stationary point, jets of activations."""

from __future__ import annotations

from fractions import Fraction

import pytest
from flint import arb, arb_series, ctx, fmpq

from claims.proof import checker


@pytest.fixture(autouse=True)
def bits():
    with ctx.workprec(128):
        yield


def definition(**changes):
    """One sigmoid neuron, one weight, x = 1, t = 1/2: its gradient has the sign of w."""
    points = len(changes.get("targets", "1"))
    return {
        "widths": [1, 1],
        "activations": ["sigmoid"],
        "biases": [False],
        "loss": "squared-error",
        "reduction": "mean",
        "inputs": [["1"]] * points,
        "targets": ["1/2"],
        "counts": [1] * points,
        "penalty": "0",
        "dropout": "0",
        **changes,
    }


def outcome(kind, proof, **changes):
    try:
        return checker.KINDS[kind](checker.Entry({**proof, **changes}, "proof"))[0]
    except checker.Refused as refusal:
        return str(refusal)


def root(centre, radius="1/2", index=0):
    return {"centre": centre, "radius": radius, "index": index}


LIST = {
    "objective": definition(),
    "box": {"low": ["-1"], "high": ["1"]},
    "everywhere": False,
    "directions": [["-1"]],
    "roots": [root(["0"])],
    "tree": "11#!1=?",
}


def test_a_tree_of_all_its_letters():
    # Cut at 63/128 of its length: at -1/64, then near -0.5156 and 0.4843.
    assert outcome("complete-list", LIST) == (
        "In [-1, 1], the mean squared error of a 1-1 network (sigmoid without bias) on 1 data "
        "point has at least 1 stationary point, each with a regular Hessian: 1 of index 0 (the "
        "index is the number of its negative eigenvalues: 0 at a strict local minimum, 1 at a "
        "maximum). Any others in this box lie in 1 undecided parts of it, in [0.484253, 1.000000]."
    )
    for tree, place, node in (
        ("11#!1!?", 5, "!"),
        ("11#=1=?", 3, "="),
        ("11=!1=?", 2, "="),
        ("11#!1==", 6, "="),
        ("11#!#", 4, "#"),  # its image is not in the box of the root
    ):
        said = outcome(
            "complete-list", LIST, tree=tree, roots=[root(["0"], "1/64" if node == "#" else "1/2")]
        )
        assert said == f"proof.tree: the box of character {place} is not as '{node}' says"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"roots": "x"}, "proof.roots: must be a list with 0 to 1000 entries, not 'x'"),
        ({"directions": "x"}, "proof.directions: must be a list with 0 to 79 entries, not 'x'"),
        ({"everywhere": 1}, "proof.everywhere: must be true or false, not 1"),
        ({"everywhere": True, "tree": "11#!1=#"},
         "In R^1, the mean squared error of a 1-1 network (sigmoid without bias) on 1 data point "
         "has exactly 1 stationary point, each"),
        ({"roots": [root(["0"], index=1)]},
         "proof.roots[0].index: is not what is proved of the signs of the eigenvalues of the Hess"),
        ({"roots": [root(["0"], index=2)]},
         "proof.roots[0].index: must be an integer from 0 to 1, not 2"),
        ({"roots": [root(["1/2"], "1/8")]},
         "proof.roots[0].radius: the box is not mapped into its interior (weight 0)"),
        ({"roots": [root(["0"], "1")]}, "proof.roots[0]: its box must lie in the interior of the"),
        ({"roots": [root(["0"]), root(["0"])]},
         "proof.roots[1]: its box must be apart from those before it"),
        ({"roots": [root(["1/3"])]}, "proof.roots[0].centre: must be of numbers that a float of"),
        ({"roots": [root(["0"], "1/3")]}, "proof.roots[0].radius: must be of numbers that a float"),
        ({"box": {"low": ["1/3"], "high": ["1"]}}, "proof.box.low: must be of numbers that a f"),
        ({"box": {"low": ["0"], "high": ["1/3"]}}, "proof.box.high: must be of numbers that a flo"),
        ({"box": {"low": ["2"], "high": ["1"]}}, "proof.box.high[0]: must be at least as large as"),
        ({"tree": "1"}, "proof.tree: must be a tree of nodes that are explained, not '1'"),
        ({"tree": "#=1"}, "proof.tree: the box of character 0 is not as '#' says"),
        ({"tree": "?11"}, "proof.tree: must be a tree of nodes that are explained, not '?11'"),
        ({"tree": "?1?"}, "proof.tree: the tree ends before character 1"),
        ({"tree": "1$?"}, "proof.tree: must be a tree of nodes that are explained, not '1$?'"),
        ({"tree": "2??"}, "proof.tree: must be a tree of nodes that are explained, not '2??'"),
        ({"tree": 1}, "proof.tree: must be a string, not 1"),
    ],
)  # fmt: skip
def test_lists_that_are_refused(changes, said):
    assert outcome("complete-list", LIST, **changes).startswith(said)


def test_boxes_too_thin_to_be_cut():
    box = {"low": ["1"], "high": ["1"]}
    said = outcome("complete-list", LIST, box=box, roots=[], tree="1??")
    assert said == "proof.tree: the box of character 0 is not as '1' says"


def test_lists_are_of_up_to_six_weights():
    inputs = [[str(int(i == j)) for j in range(7)] for i in range(7)]
    wide = definition(widths=[7, 1], inputs=inputs, targets=["1/2"] * 7)
    box = {"low": ["1"] * 7, "high": ["2"] * 7}
    said = outcome("complete-list", LIST, objective=wide, box=box, roots=[], tree="?")
    assert said == "proof.box: must be of at most 6 weights, not a dict"


def test_projections_are_orthogonal_to_what_is_left():
    rows = [[fmpq(1), fmpq(2), fmpq(0)], [fmpq(0), fmpq(1), fmpq(-1)]]
    x = [fmpq(3), fmpq(1, 2), fmpq(5)]
    shares = checker.projection(rows, x)
    spanned = [shares[0] * a + shares[1] * b for a, b in zip(*rows, strict=True)]
    left = [a - b for a, b in zip(x, spanned, strict=True)]
    for row in rows:
        assert sum(a * b for a, b in zip(row, left, strict=True)) == 0
    assert checker.projection([], x) == []


def test_which_weights_hold_all_stationary_points():
    """For independent inputs h_i lies between 0 and logit t_i; a third input can reach further."""

    def ranges(inputs, targets):
        entry = checker.Entry(definition(widths=[2, 1], inputs=inputs, targets=targets))
        return checker.reached(checker.Neuron(checker.Objective.read(entry), entry), entry)

    log3 = float(arb(3).log())
    found = ranges([["1", "0"], ["0", "2"]], ["3/4", "1/4"])
    for ball, low, high in zip(found, (0, -log3 / 2), (log3, 0), strict=True):
        assert abs(float(ball.lower()) - low) < 1e-6
        assert abs(float(ball.upper()) - high) < 1e-6
    # With x = (1, 1) besides, each pair may come in either order, and L is log 3: h_1 is in [0, L];
    # h_2 in [-L, 0], or, after h_3, from h_3/2 to -L, in [-L, L/2]; h_3 in [0, L], or, after h_2,
    # from h_2 to L, in [-L, L]. So w_1 = h_3 - h_2 is in [-3/2 L, 2 L], w_2 = h_3 - h_1 in [-L, L].
    found = ranges([["1", "0"], ["0", "1"], ["1", "1"]], ["3/4", "1/4", "3/4"])
    for ball, low, high in zip(found, (-1.5, -1.0), (2.0, 1.0), strict=True):
        assert abs(float(ball.lower()) - low * log3) < 1e-6
        assert abs(float(ball.upper()) - high * log3) < 1e-6


def exact(number: arb) -> Fraction:
    mantissa, exponent = number.man_exp()
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)


def test_boxes_round_one_stationary_point():
    """(w - 1)^2; and (v w - 1)^2, which has a saddle at the origin; and a constant."""
    square = definition(activations=["identity"], targets=["1"])
    proof = {"objective": square, "box": {"centre": ["1"], "radius": "1/4"}, "index": 0}
    assert outcome("stationary-point", proof).endswith(
        "Within 1/4 of each of the weights near (1.000000), the mean squared error of a 1-1 "
        "network (identity without bias) on 1 data point has exactly one stationary point. It "
        "is a strict local minimum."
    )
    assert outcome("stationary-point", proof, index=1) == (
        "proof.index: must be the number of negative eigenvalues, 0, not 1"
    )
    assert outcome("stationary-point", proof, index=2) == (
        "proof.index: must be an integer from 0 to 1, not 2"
    )
    assert outcome("stationary-point", proof, box={"centre": ["1/2"], "radius": "1/4"}) == (
        "proof.box: not mapped into its interior by the Krawczyk operator (weight 0)"
    )
    product = definition(widths=[1, 1, 1], activations=["identity"] * 2, biases=[False] * 2,
                         targets=["1"])  # fmt: skip
    saddle = {"objective": product, "box": {"centre": ["0", "0"], "radius": "1/16"}, "index": 1}
    said = outcome("stationary-point", saddle)
    assert said.endswith("It is a non-degenerate saddle of index 1.")
    higher = {key: saddle[key] for key in ("objective", "box")} | {"lower": ["1", "1"], "gap": "1"}
    assert outcome("worse-local-minimum", higher) == (
        "proof.box: the Hessian is not positive definite all over it"
    )
    flat = {**proof, "objective": definition(inputs=[["0"]])}
    assert outcome("stationary-point", flat) == (
        "proof.box: the Hessian near its centre is not proved regular"
    )


def test_gaps_to_the_last_bit():
    objective = checker.Objective.read(checker.Entry(definition(targets=["0"])))
    # Of s(w)^2 over a box round 2, the low end of the ball itself is no gap, anything less is.
    over = objective.loss(checker.variables([arb(2) + arb(0).union(arb(1))]))
    value = over.value - objective.loss([arb(0)])
    least = exact(value.mid()) - exact(value.rad())
    for gap, fine in ((least, False), (least * (1 - Fraction(1, 2**60)), True)):
        entry = checker.Entry(str(gap), "gap")
        try:
            checker.exceeds(objective, over, checker.Entry(["0"], "lower"), entry)
        except checker.Refused as refusal:
            assert str(refusal).startswith("gap: is not proved: 0.250000 at lower, about 0.8")
            assert not fine
        else:
            assert fine


SERIES = {
    "identity": lambda h: h,
    "square": lambda h: h * h,
    "sigmoid": lambda h: 1 / (1 + (-h).exp()),
    "tanh": lambda h: (h.exp() - (-h).exp()) / (h.exp() + (-h).exp()),
    "softplus": lambda h: (1 + h.exp()).log(),
    "relu": None,
}


def test_all_activations_are_looked_at():
    assert SERIES.keys() == checker.ACTIVATIONS.keys()


@pytest.mark.parametrize("name", [name for name, series in SERIES.items() if series])
@pytest.mark.parametrize("place", [-3, 0.25, 2])
def test_jets_of_activations(name, place):
    """Of h = 2 u + 3 v + u v, from the power series of the activation."""
    u, v = checker.variables([arb(place), arb(0)])
    found = checker.ACTIVATIONS[name](u * 2 + v * 3 + u * v)
    value, first, second = (SERIES[name](arb_series([2 * arb(place), 1], 3))[k] for k in range(3))
    along = [arb(2), arb(3 + place)]
    assert found.value.overlaps(value)
    for i in range(2):
        assert found.gradient[i, 0].overlaps(first * along[i])
        for j in range(2):
            expected = 2 * second * along[i] * along[j] + first * (i != j)
            assert found.hessian[i, j].overlaps(expected)
            assert found.hessian[i, j].rad() < 1e-30
    assert checker.ACTIVATIONS[name](arb(place) * 2).overlaps(value)


def test_a_relu_that_touches_zero_has_no_jet():
    for centre, radius, active in ((1, 0.5, True), (-1, 0.5, False)):
        (h,) = checker.variables([arb(centre, radius)])
        found = checker.relu(h)
        assert (found.gradient[0, 0], found.value == 0) == (int(active), not active)
    for centre, radius in ((0, 0), (1, 1), (-1, 1), (0, 1)):
        (h,) = checker.variables([arb(centre, radius)])
        with pytest.raises(checker.Refused, match="neither active nor inactive"):
            checker.relu(h)
    assert [checker.relu(fmpq(n)) for n in (-2, 0, 2)] == [0, 0, 2]


def test_the_objective_on_a_batch():
    entry = definition(activations=["identity"], reduction="sum", targets=["1", "3"], counts=[5, 7])
    batch = checker.Objective.read(checker.Entry(entry)).of([1, 0, 1])
    assert batch.loss([fmpq(0)]) == 9 + 1 + 9


def test_exit_status_of_the_command(tmp_path, capsys):
    assert checker.main([]) == 2
    assert checker.main([str(tmp_path)]) == 2
    assert "no certificate at" in capsys.readouterr().err
    (tmp_path / "a.json").write_bytes(b"\xff")
    (tmp_path / "b.txt").write_text("{}")
    assert checker.main([str(tmp_path)]) == 1
    out = capsys.readouterr().out
    assert out.startswith("refused ")
    assert out.count("\n") == 1
    assert checker.main([str(tmp_path / "b.txt")]) == 1
    assert checker.main([str(tmp_path), str(tmp_path / "none.json")]) == 2
