"""Small proofs of most kinds, right to the last unit: each premise fails alone, by its name."""

from __future__ import annotations

from fractions import Fraction

import pytest
from flint import ctx

from claims.proof import checker


@pytest.fixture(autouse=True)
def bits():
    with ctx.workprec(128):
        yield


def objective(widths=(1, 1), **changes):
    """Two points with input 1 and target 0, a linear output: the loss is w^2."""
    layers, points = len(widths) - 1, len(changes.get("targets", "00"))
    return {
        "widths": list(widths),
        "activations": ["identity"] * layers,
        "biases": [False] * layers,
        "loss": "squared-error",
        "reduction": "mean",
        "inputs": [["1"] * widths[0]] * points,
        "targets": ["0"] * points,
        "counts": [1] * points,
        "penalty": "0",
        "dropout": "0",
        **changes,
    }


def outcome(kind, proof, **changes):
    """What is said of the proof with these entries in place of its own: a sentence or a refusal."""
    try:
        return checker.KINDS[kind](checker.Entry({**proof, **changes}, "proof"))[0]
    except checker.Refused as refusal:
        return str(refusal)


# (v w - 1)^2, which is 0 where v w = 1 and 1 at the origin.
PRODUCT = objective([1, 1, 1], targets=["1"])
CHORD = {"objective": PRODUCT, "ends": [["1", "1"], ["-1", "-1"]], "share": "1/2", "gap": "0.9"}


@pytest.mark.parametrize(
    ("ends", "share", "excess"),
    [
        ([["1", "1"], ["-1", "-1"]], "1/2", 1),  # 0, 1, 0
        ([["1", "1"], ["-1", "-1"]], "1/4", Fraction(9, 16)),  # (1/4 - 1)^2
        ([["1", "1/2"], ["-1", "-1/2"]], "1/2", Fraction(3, 4)),  # 1/4, 1, 1/4
        ([["0", "0"], ["3", "1"]], "1/4", Fraction(169, 256) - Fraction(7, 4)),  # 1, 169/256, 4
        ([["3", "1"], ["0", "0"]], "3/4", Fraction(169, 256) - Fraction(7, 4)),
        ([["1", "2"], ["-1", "0"]], "1/4", Fraction(1, 16) - 1),  # 1, (3/4 - 1)^2, 1
    ],
)
def test_by_how_much_a_chord_is_exceeded(ends, share, excess):
    for gap in (excess - Fraction(1, 10**9), excess):
        said = outcome("chord", CHORD, ends=ends, share=share, gap=str(gap))
        if gap <= 0:
            assert said.startswith("proof.gap: must be positive")
        elif gap < excess:
            assert said.startswith(f"At {share} of the way from ({ends[0][0]}, {ends[0][1]}) to")
        else:
            assert said == "proof.gap: is not proved"
    if excess < 0:
        assert outcome("chord", CHORD, ends=ends, share=share) == "proof.gap: is not proved"


def test_the_ends_and_the_share_of_a_chord():
    assert outcome("chord", CHORD, share="1") == "proof.share: must be below 1, not '1'"
    assert outcome("chord", CHORD, share="0") == "proof.share: must be positive, not '0'"
    for ends in ([["1", "1"]], [["1", "1"]] * 3):
        said = outcome("chord", CHORD, ends=ends)
        assert said == "proof.ends: must be a list with 2 to 2 entries, not a list"


@pytest.mark.parametrize(
    ("point", "direction", "curvature"),
    [  # The Hessian is [[2 v^2, 4 v w - 2], [4 v w - 2, 2 w^2]] for weights (w, v).
        (["0", "0"], ["1", "1"], -4),
        (["0", "0"], ["1", "-1"], 4),
        (["0", "1/2"], ["3", "1"], Fraction(9, 2) - 12),
        (["1/2", "0"], ["3", "1"], Fraction(1, 2) - 12),
        (["1/4", "1/2"], ["1", "1"], Fraction(1, 2) + Fraction(1, 8) - 3),
    ],
)
def test_second_derivatives_along_a_direction(point, direction, curvature):
    proof = {"objective": PRODUCT, "point": point, "direction": direction}
    for bound in (-curvature - Fraction(1, 10**9), -curvature):
        said = outcome("negative-curvature", {**proof, "bound": str(bound)})
        if bound <= 0:
            assert said.startswith("proof.bound: must be positive")
        elif bound < -curvature:
            assert said.startswith(f"At ({point[0]}, {point[1]}) the second derivative of the mean")
        else:
            assert said == "proof.bound: is not proved"


# Two points (1, 2) and (1, 0): (w - 2)^2 / 2 + w^2 / 2 = (w - 1)^2 + 1.
SQUARES = {
    "objective": objective(targets=["2", "0"]),
    "terms": [{"factor": "1", "form": ["1", "-1"]}],
    "constant": "1",
    "point": ["1"],
}


def test_sums_of_squares():
    assert outcome("sum-of-squares", SQUARES).endswith(
        "is the constant 1 plus the sum of 1 squares of affine functions with positive factors: "
        "it is convex, and least at (1)."
    )
    quarters = [{"factor": "1/4", "form": ["2", "-2"]}]
    halves = [{"factor": "1/2", "form": ["-1", "1"]}] * 2
    for terms in (quarters, halves):
        assert "and least at (1)" in outcome("sum-of-squares", SQUARES, terms=terms)
    other = "proof.terms: with the constant, do not sum up to the objective"
    for changes in (
        {"constant": "2"},
        {"terms": quarters * 2},
        {"terms": []},
        {"terms": [{"factor": "2", "form": ["1", "-1"]}]},
    ):
        assert outcome("sum-of-squares", SQUARES, **changes) == other
    said = outcome("sum-of-squares", SQUARES, point=["2"])
    assert said == "proof.point: is not a zero of proof.terms[0].form"
    for factor in ("0", "-1"):
        said = outcome("sum-of-squares", SQUARES, terms=[{"factor": factor, "form": ["1", "-1"]}])
        assert said == f"proof.terms[0].factor: must be positive, not '{factor}'"
    for count in (33, 32):
        terms = [{"factor": f"1/{count}", "form": ["1", "-1"]}] * count
        said = outcome("sum-of-squares", SQUARES, terms=terms)
        assert ("least at (1)" in said) == (count == 32)
    assert said and outcome("sum-of-squares", SQUARES, terms={}).endswith(
        "must be a list with 0 to 32 entries, not a dict"
    )
    for changes in ({"activations": ["sigmoid"]}, {"loss": "cross-entropy"}):
        said = outcome("sum-of-squares", SQUARES, objective=objective(**changes))
        assert said == "proof.objective: must be a linear model and squared error, not a dict"


def test_sums_of_squares_of_two_weights():
    # (w0 + 2 w1 + b)^2 and so on: one point alone is one square, which is 0 on a plane.
    proof = {
        "objective": objective([2, 1], inputs=[["1", "2"]], targets=["3"], biases=[True]),
        "terms": [{"factor": "1", "form": ["1", "2", "1", "-3"]}],
        "constant": "0",
        "point": ["1", "1/2", "1"],
    }
    assert "plus the sum of 1 squares" in outcome("sum-of-squares", proof)
    said = outcome("sum-of-squares", proof, point=["1", "1", "1"])
    assert said == "proof.point: is not a zero of proof.terms[0].form"


# relu(w x + b) v + c on x = 1 and 2 (which counts twice), with targets 3 and 0: the mean is 1.
CONE = {
    "objective": objective(
        [1, 1, 1],
        activations=["relu", "identity"],
        biases=[True, True],
        inputs=[["1"], ["2"]],
        targets=["3", "0"],
        counts=[1, 2],
    ),
    "point": ["-1", "-1", "5", "1"],
    "radius": "99/100",
    "loss": "2",
    "lower": ["-1", "2", "3", "0"],
    "lower_loss": "0",
}


def test_a_dead_cone():
    """At x = 2 the unit is at -3, and moves by up to 3 r; at x = 1 at -2, and by up to 2 r."""
    said = outcome("dead-cone", CONE)
    assert said.startswith("Where the hidden weights and biases are within 99/100 of those of (-1")
    assert said.endswith("none strict, with the value 2, against 0 at the point (-1, 2, 3, 0).")
    awake = "proof.radius: so near, hidden unit 0 is not always inactive on inputs"
    assert outcome("dead-cone", CONE, radius="1") == f"{awake}[0]"
    assert outcome("dead-cone", CONE, point=["2", "-5", "5", "1"], radius="1/2") == f"{awake}[1]"
    assert "none strict" in outcome("dead-cone", CONE, point=["2", "-5", "5", "1"], radius="1/4")
    # On the other side the bias and the weight pull in different directions.
    mirrored = {**CONE["objective"], "inputs": [["-1"], ["-2"]]}
    changes = {"objective": mirrored, "point": ["1", "-1", "5", "1"], "lower": ["1", "2", "3", "0"]}
    assert "none strict" in outcome("dead-cone", CONE, **changes)
    assert outcome("dead-cone", CONE, radius="1", **changes) == f"{awake}[0]"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"point": ["-1", "-1", "5", "2"]},
         "proof.point: its last entry, the output bias, is not the mean target"),
        ({"loss": "1"}, "proof.loss: is not the loss at the point"),
        ({"lower_loss": "1"}, "proof.lower_loss: is not the loss at the lower point"),
        ({"lower": ["-2", "-2", "0", "1"], "lower_loss": "2"},
         "proof.lower_loss: is not less than the loss at the point"),
        ({"objective": {**CONE["objective"], "penalty": "1e-9"}},
         "proof.objective: must have squared error and no penalty"),
        ({"objective": {**CONE["objective"], "loss": "cross-entropy"}},
         "proof.objective: must have squared error and no penalty"),
        ({"objective": {**CONE["objective"], "activations": ["square", "identity"]}},
         "proof.objective: must be a relu layer, then an output with identity and bias"),
        ({"objective": {**CONE["objective"], "biases": [True, False]}, "point": ["-1", "-1", "5"]},
         "proof.objective: must be a relu layer, then an output with identity and bias"),
    ],
)  # fmt: skip
def test_what_is_no_dead_cone(changes, said):
    assert outcome("dead-cone", CONE, **changes) == said


def test_a_dead_cone_of_two_units_and_inputs_without_hidden_bias():
    proof = {
        "objective": objective(
            [2, 2, 1],
            activations=["relu", "identity"],
            biases=[False, True],
            inputs=[["1", "0"], ["1", "1"]],
            targets=["1", "3"],
        ),
        "point": ["-1", "-1", "-2", "1", "7", "8", "2"],
        "radius": "1/3",
        "loss": "1",
        "lower": ["1", "0", "0", "2", "1", "1", "0"],
        "lower_loss": "0",
    }
    assert "none strict" in outcome("dead-cone", proof)
    # The second unit is at -1 on the second point, and moves by up to 2 r.
    awake = "proof.radius: so near, hidden unit 1 is not always inactive on inputs[1]"
    assert outcome("dead-cone", proof, radius="1/2") == awake


PLATEAU = {
    "objective": CONE["objective"],
    "low": ["-1", "-2", "-9", "1"],
    "high": ["0", "-1", "-9", "1"],
    "loss": "2",
    "lower": ["-1", "2", "3", "0"],
    "lower_loss": "0",
}


def test_a_plateau():
    said = outcome("plateau", PLATEAU)
    assert "2 of whose 4 sides have a length, the mean squared error" in said
    assert said.endswith("and is constant, with the value 2, against 0 at the point (-1, 2, 3, 0).")
    said = outcome("plateau", PLATEAU, high=["0", "-3", "-9", "1"])
    assert said == "proof.high[1]: must be at least as large as in `low`, not '-3'"
    said = outcome("plateau", PLATEAU, high=["0", "-1", "-9", "3/2"])
    assert said == "proof.objective: its derivative in weight 3 is not proved 0 all over the box"
    said = outcome("plateau", PLATEAU, objective={**CONE["objective"], "loss": "cross-entropy"})
    assert said.startswith("proof.objective: must be of squared error, with identity, relu or")
    said = outcome("plateau", PLATEAU, lower=["-2", "-2", "0", "1"], lower_loss="2")
    assert said == "proof.lower_loss: is not less than the loss at the point"
    # The unit is active where w + b > 0; there, each weight has a slope.
    active = {"low": ["1", "1", "1", "0"], "high": ["1", "1", "1", "0"], "loss": "6"}
    said = outcome("plateau", PLATEAU, **active)
    assert said == "proof.objective: its derivative in weight 0 is not proved 0 all over the box"
