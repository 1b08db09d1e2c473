"""Descent and mini-batches in the checker, on parabolas whose every step is known exactly."""

from __future__ import annotations

from fractions import Fraction

import pytest
from flint import arb, ctx, fmpq

from claims.proof import checker


@pytest.fixture(autouse=True)
def bits():
    with ctx.workprec(128):
        yield


def parabolas(targets, **changes):
    """(w - y)^2 for each target y: an example's step of size s leads from w to w - 2 s (w - y)."""
    return {
        "widths": [1, 1],
        "activations": ["identity"],
        "biases": [False],
        "loss": "squared-error",
        "reduction": "mean",
        "inputs": [["1"]] * len(targets),
        "targets": targets,
        "counts": [1] * len(targets),
        "penalty": "0",
        "dropout": "0",
        **changes,
    }


def read(definition):
    return checker.Objective.read(checker.Entry(definition, "objective"))


def outcome(kind, proof, **changes):
    try:
        return checker.KINDS[kind](checker.Entry({**proof, **changes}, "proof"))[0]
    except checker.Refused as refusal:
        return str(refusal)


def box(centre, radius):
    return {"centre": [centre], "radius": radius}


def test_what_a_step_makes_of_a_box():
    (image,) = checker.updated(read(parabolas(["3"])), [arb(1, 0.5)], fmpq(1, 8))
    # w - (w - 3)/4 on [1/2, 3/2]: from 9/8 to 15/8.
    assert abs(image.lower() - 1.125) < 1e-8
    assert abs(image.upper() - 1.875) < 1e-8
    # Two weights at 1 and -1, (w0 + 2 w1)^2: the gradient is 2 (w0 + 2 w1) (1, 2).
    two = read(parabolas(["0"], widths=[2, 1], inputs=[["1", "2"]]))
    images = checker.updated(two, [arb(1, 0.25), arb(-1, 0.5)], fmpq(1, 16))
    first, second = images
    assert first.mid() == 1.125
    assert second.mid() == -0.75
    assert abs(first.rad() - (0.25 * 7 / 8 + 0.5 / 4)) < 1e-8
    assert abs(second.rad() - (0.25 / 4 + 0.5 / 2)) < 1e-8


NOT_ONCE = "objective: must be a mean over points that count once, not a dict"


@pytest.mark.parametrize(
    ("changes", "step", "size", "said"),
    [
        ({}, "1/2", 1, ""),
        ({}, "1/2", 3, ""),
        ({}, "1/2", 0, "size: must be an integer from 1 to 3, not 0"),
        ({}, "1/2", 4, "size: must be an integer from 1 to 3, not 4"),
        ({}, "0", 1, "step: must be positive, not '0'"),
        ({"reduction": "sum"}, "1/2", 1, NOT_ONCE),
        ({"counts": [1, 2, 1]}, "1/2", 1, NOT_ONCE),
        ({"counts": [2, 2, 2]}, "1/2", 1, NOT_ONCE),
    ],
)
def test_batches_are_of_a_mean_over_points_that_count_once(changes, step, size, said):
    definition = parabolas(["0", "1", "2"], **changes)
    entries = [checker.Entry(definition, "objective"), checker.Entry(step, "step")]
    try:
        objective, pace, count = checker.read_batches(*entries, checker.Entry(size, "size"))
    except checker.Refused as refusal:
        assert str(refusal) == said
    else:
        assert not said
        assert (objective.targets, pace, count) == ([fmpq(0), fmpq(1), fmpq(2)], fmpq(1, 2), size)


# Targets -1 and 1: the mean is w^2 + 1; the batches alone lead a quarter of the way to -1 or to 1.
TRAP = {
    "objective": parabolas(["-1", "1"]),
    "step": "1/8",
    "size": 1,
    "box": box("0", "3/2"),
    "moving": 0,
    "lower": ["0"],
    "gap": "1",
}


RESTING = "proof.moving: the gradient of this example is not proved to be 0 nowhere in the box"


@pytest.mark.parametrize(
    ("where", "changes", "said"),
    [
        (box("0", "3/4"), {}, "proof.box: the batch [0] is not proved to keep it"),
        (box("1/2", "3/4"), {}, "proof.box: the batch [0] is not proved to keep it"),
        (box("-1/2", "3/4"), {}, "proof.box: the batch [1] is not proved to keep it"),
        (box("0", "3/2"), {}, RESTING),
        # Of three the mean is at 10; the last one has its minimum far away, on either side.
        (box("10", "3/2"), {"size": 3, "moving": 2}, "proof.gap: is not proved"),
        (box("10", "3/2"), {"size": 2, "moving": 2},
         "proof.box: the batch [0, 1] is not proved to keep it"),
        (box("10", "3/2"), {"size": 3, "moving": 3},
         "proof.moving: must be an integer from 0 to 2, not 3"),
        (box("10", "3/2"), {"size": 3, "moving": -1},
         "proof.moving: must be an integer from 0 to 2, not -1"),
        (box("-10", "3/2"), {"size": 3, "moving": 2}, "proof.gap: is not proved"),
    ],
)  # fmt: skip
def test_batches_that_keep_a_box(where, changes, said):
    """Nothing is lower than a parabola's least point: where all else is right, the gap fails."""
    third = {"0": [], "1/2": [], "-1/2": [], "10": ["30"], "-10": ["-30"]}[where["centre"][0]]
    objective = parabolas(["-1", "1", *third])
    assert outcome("batch-trap", TRAP, objective=objective, box=where, **changes).startswith(said)


def test_how_many_batches_are_followed():
    reason = "that of fewer batches, 5000 examples times weights at most"
    for points, size, said in (
        (64, 3, f"proof.size: must be {reason}, not 3"),  # 41,664 batches of 3
        (20, 3, RESTING),  # 1140
        (64, 64, RESTING),  # one
    ):
        objective = parabolas(["0"] * points)
        assert outcome("batch-trap", TRAP, objective=objective, size=size) == said


ESCAPE = {
    "objective": parabolas(["-1", "1"]),
    "step": "1/8",
    "size": 1,
    "inside": box("0", "1/4"),
    "outside": box("1/2", "3/4"),
    "path": [[1], [1]],
    "level": "1",
}


def test_paths_of_batches():
    """A parabola has one minimum: where all else is right, the level fails.

    The mean halves w in each step of 1/4; example 1 leads from w to (3 w + 1)/4: from 1/4 at most
    to 7/16 and 37/64, from -1/4 at least to 1/16 and 19/64.
    """
    level = "proof.level: is not proved to lie between the values in the two boxes"
    assert outcome("batch-escape", ESCAPE) == level
    way = "proof.path: is not proved to lead from all of `inside` into `outside`"
    # The mean keeps boxes that hold 0; the image of the second is [-3/16, 15/16].
    assert outcome("batch-escape", ESCAPE, outside=box("1/2", "13/24")) == level
    stays = "full-batch descent is not proved to stay in it"
    assert outcome("batch-escape", ESCAPE, outside=box("1", "1/2")) == f"proof.outside: {stays}"
    narrow = box("37/64", "37/64")
    assert outcome("batch-escape", ESCAPE, outside=narrow) == f"proof.outside: {stays}"
    assert outcome("batch-escape", ESCAPE, path=[[1]] * 64, outside=box("0", "3/4")) == way
    assert outcome("batch-escape", ESCAPE, path=[[0]] * 5) == way
    assert outcome("batch-escape", ESCAPE, path=[[0], [0], [1], [1], [1]]) == level
    assert outcome("batch-escape", ESCAPE, inside=box("0", "4"), outside=box("0", "2")) == way
    for path in ([], [[1]] * 65):
        said = outcome("batch-escape", ESCAPE, path=path)
        assert said == "proof.path: must be a list with 1 to 64 entries, not a list"
    for batch, reason in (
        ([2], "[0][0]: must be an integer from 0 to 1, not 2"),
        ([-1], "[0][0]: must be an integer from 0 to 1, not -1"),
        ([0, 1], "[0]: must be a list with 1 to 1 entries, not a list"),
    ):
        assert outcome("batch-escape", ESCAPE, path=[batch]) == f"proof.path{reason}"
    said = outcome("batch-escape", ESCAPE, size=2, path=[[0, 0]])
    assert said == "proof.path[0]: must be a batch of different examples, not a list"
    # 50 updates of 50 examples, 2 weights: 5000.
    wide = parabolas(["0"] * 50, widths=[1, 1], biases=[True], inputs=[["1"]] * 50)
    both = {"centre": ["0", "0"], "radius": "1"}
    changes = {"objective": wide, "size": 50, "inside": both, "outside": both}
    batch = [*range(50)]
    for updates in (50, 51):
        said = outcome("batch-escape", ESCAPE, path=[batch] * updates, **changes)
        assert said.startswith("proof.inside: ")  # all inputs are 1: a plane of minima


# s(w) and s(6 w) against 3/4, the former twice: a valley near 0.327 and a lower one near 1.064.
VALLEYS = {
    "objective": parabolas(["0.75"] * 3, activations=["sigmoid"], inputs=[["1"], ["1"], ["6"]]),
    "step": "6",
    "size": 1,
    "inside": box("0.327486722481", "0.01"),
    "outside": box("1.063830264479", "0.1"),
    "path": [[0], [0], [0]],
    "level": "0.0224",
}


def exact(number):
    mantissa, exponent = number.man_exp()
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)


def test_a_path_from_a_valley_to_a_lower_one():
    assert outcome("batch-escape", VALLEYS).startswith("Full-batch descent with step 6 on the mean")
    between = "proof.level: is not proved to lie between the values in the two boxes"
    # The level may be anything between the balls of the values, but not their ends.
    objective = read(VALLEYS["objective"])
    for place, side in (("inside", -1), ("outside", 1)):
        entry = checker.Entry(VALLEYS[place], place)
        sides = checker.Box.read(entry, 1).balls()
        if place == "inside":
            value = objective.loss(checker.variables(sides)).value
        else:
            value = objective.loss(sides)
        end = exact(value.mid()) + side * exact(value.rad())
        nearer = end * (1 + side * Fraction(1, 2**60))
        assert outcome("batch-escape", VALLEYS, level=str(end)) == between
        assert outcome("batch-escape", VALLEYS, level=str(nearer)).startswith("Full-batch descent")


# log(1 + e^w) - w/2 has the curvature s (1 - s), 1/4 at 0; s(w) against 0 or 1 has bends elsewhere.
LOGISTIC = parabolas(["1/2"], loss="cross-entropy")
SIGMOID = parabolas(["0"], activations=["sigmoid"])
CONVEX = {
    "objective": SIGMOID,
    "strength": "1/16",
    "below": "3/50",
    "weight": "37/20",
    "start": "9",
}


def test_the_least_strength_of_convexity():
    """(s(w))^2 has its least second derivative, -0.1201, at w = 1.85; far out it is nearly 0."""
    said = outcome("convex-from", CONVEX)
    assert said.startswith("With an L2 penalty of strength 1/16 or more the mean squared error")
    assert said.endswith("with 3/50 it is not, its second derivative being negative at 37/20.")
    assert "strictly convex" in outcome("convex-from", CONVEX, strength="602/10000", below="0")
    tails = "proof.start: beyond it the second derivative is not proved positive"
    middle = "proof.strength: the second derivative is not proved positive with it"
    there = "proof.below: the second derivative at the weight is not proved negative with it"
    for strength, start, reason in (("600/10000", "9", middle), ("1/20", "9", middle),
                                    ("1/1000", "1", tails), ("1/16", "1/2", tails)):  # fmt: skip
        assert outcome("convex-from", CONVEX, strength=strength, start=start, below="0") == reason
    assert outcome("convex-from", CONVEX, below="61/1000") == there
    assert outcome("convex-from", CONVEX, weight="-2") == there
    assert outcome("convex-from", CONVEX, weight="6", below="3/100") == there
    order = "proof.below: must be at least 0, and below the strength, not "
    for below in ("1/16", "-1/1000000"):
        assert outcome("convex-from", CONVEX, below=below) == f"{order}'{below}'"
    assert outcome("convex-from", CONVEX, start="0") == "proof.start: must be positive, not '0'"
    assert (
        outcome("convex-from", CONVEX, strength="0") == "proof.strength: must be positive, not '0'"
    )


def test_tails_on_either_side_are_looked_at():
    """Against 0 the second derivative is negative on the right, against 1 on the left."""
    tails = "proof.start: beyond it the second derivative is not proved positive"
    for target, weight in (("0", "37/20"), ("1", "-37/20")):
        changes = {"objective": {**SIGMOID, "targets": [target]}, "weight": weight}
        assert "strictly convex" in outcome("convex-from", CONVEX, **changes)
        # So near the middle the curvature on that side is bounded from below by some -0.3.
        assert outcome("convex-from", CONVEX, **changes, start="1") == tails
        # -2 e^-9 is -0.000247: a strength of half of that is enough beyond 9, and not before.
        for strength, reason in (("1/10000", tails), ("2/10000", "proof.strength: the second")):
            said = outcome("convex-from", CONVEX, **changes, strength=strength, below="0")
            assert said.startswith(reason)


def test_a_constant_is_not_convex_strictly_nor_the_contrary():
    constant = {**SIGMOID, "inputs": [["0"]]}
    assert outcome("convex-from", CONVEX, objective=constant, below="0") == (
        "proof.below: the second derivative at the weight is not proved negative with it"
    )


def test_what_is_convex_without_a_penalty():
    said = outcome("convex-from", {**CONVEX, "objective": LOGISTIC}, below="0", weight="0")
    assert said == (
        "proof.below: the second derivative at the weight is not proved negative with it"
    )


def account(cuts, parts, penalty="0"):
    return {"penalty": penalty, "cuts": cuts, "parts": parts}


def lines(objective, *accounts):
    return outcome("line", {"objective": objective, "accounts": list(accounts)})


THREE = parabolas(["3/4"], activations=["sigmoid"])  # falls until log 3, then rises


@pytest.mark.parametrize(
    ("cuts", "parts", "said"),
    [
        ("-1 1 6/5 3", "rises falls valley rises rises", "parts[0]: is not proved beyond the"),
        ("-1 1 6/5 3", "falls falls valley rises falls", "parts[4]: is not proved beyond the"),
        ("-1 1 6/5 3", "falls rises valley rises rises", "parts[1]: is not proved from -1 to 1"),
        ("-1 1 6/5 3", "falls falls peak rises rises", "parts[2]: is not proved from 1 to 6/5"),
        ("-1 1 6/5 3", "falls falls valley falls rises", "parts[3]: is not proved from 6/5 to 3"),
        ("-1 6/5 3", "falls falls rises rises", "parts[1]: is not proved from -1 to 6/5"),
        ("-1 1 3", "falls falls rises rises", "parts[2]: is not proved from 1 to 3"),
        ("-1 1 21/20 3", "falls falls valley rises rises", "parts[2]: the slope is not proved to"),
        ("-1 23/20 6/5 3", "falls falls valley rises rises", "parts[1]: is not proved from -1 to"),
        ("-1 1 6/5 3", "falls falls flat rises rises", "parts[2]: must be one of rises, falls, v"),
        ("-1 1 6/5 3", "valley falls valley rises rises", "parts[0]: must be one of rises, falls,"),
        ("-1 1 6/5 3", "falls falls valley rises peak", "parts[4]: must be one of rises, falls, n"),
        ("-1 1 1 3", "falls falls valley rises rises", "cuts: must be an increasing list, not a l"),
        ("-1 1 6/5 3", "falls valley rises rises", "parts: must be a list with 5 to 5 entries"),
    ],
)
def test_accounts_of_a_line(cuts, parts, said):
    found = lines(THREE, account(cuts.split(), parts.split()))
    assert found.startswith(f"proof.accounts[0].{said}")


def test_where_the_slope_changes_its_sign():
    good = "falls falls valley rises rises"
    said = lines(THREE, account(["-1", "1", "6/5", "3"], good.split()))
    assert said.endswith(
        "on R: with penalty 0, strict local minima: 1 (between 1 and 6/5), strict local maxima: 0."
    )
    # On either side of log 3 = 1.0986 a valley has to reach over it.
    for low, high, place in (("1", "109/100", 2), ("11/10", "6/5", 1)):
        said = lines(THREE, account(["-1", low, high, "3"], good.split()))
        assert said.startswith(f"proof.accounts[0].parts[{place}]: ")
    # Mirrored, with minus in front of x: the same words the other way round.
    mirrored = {**THREE, "inputs": [["-1"]]}
    said = lines(
        mirrored, account(["-3", "-6/5", "-1", "1"], ["falls", "falls", "valley", "rises", "rises"])
    )
    assert "strict local minima: 1 (between -6/5 and -1), strict local maxima: 0" in said


def test_a_penalty_turns_the_tails():
    """2 p w outweighs what is left of the slope of the loss, far enough from 0."""
    good, wide = (
        ["falls", "falls", "valley", "rises", "rises"],
        ["falls", "falls", "valley", "rises"],
    )
    plain, penalised = (
        account(["-1", "1", "6/5", "3"], good),
        account(["-4", "0", "2"], wide, "1/8"),
    )
    both = lines(THREE, plain, penalised)
    assert "with penalty 0, strict local minima: 1 (between 1 and 6/5), strict local max" in both
    assert "with penalty 1/8, strict local minima: 1 (between 0 and 2), strict" in both
    # Where the loss falls for ever, it rises with a penalty in the end, and not without.
    refused = "proof.accounts[0].parts[{}]: is not proved beyond the last cut"
    for target, rest, last, place in (("1", "falls", "rises", 2), ("0", "rises", "falls", 0)):
        falling = parabolas([target], activations=["sigmoid"])
        said = lines(falling, account(["-1", "1"], [rest] * 3))
        assert "strict local minima: 0, strict local maxima: 0" in said
        said = lines(falling, account(["-1", "1"], [rest] * 3, "1e-9"))
        assert said == refused.format(place)
        turned = [last, rest, rest] if place == 0 else [rest, rest, last]
        assert lines(falling, account(["-1", "1"], turned)) == refused.format(place)
        # 2 (1 - s)^2 s is 0.025 at 2, where 2 p w is 4 p; on the other side it adds to the slope.
        cuts, parts = ["-2", "2"], ["falls", "valley", "rises"]
        assert lines(falling, account(cuts, parts, "1/200")) == refused.format(place)
        said = lines(falling, account(cuts, parts, "1/100"))
        assert said == "proof.accounts[0].parts[1]: is not proved from -2 to 2"


def test_peaks():
    # w and 12 w against log 3: valleys near 0.104 and 1.098, a peak near 0.354.
    two = parabolas(["3/4", "3/4"], activations=["sigmoid"], inputs=[["1"], ["12"]])
    cuts = ["-1", "1/12", "1/8", "3/10", "2/5", "1", "6/5", "3"]
    before, after = ["falls", "falls", "valley", "rises"], ["falls", "valley", "rises", "rises"]
    assert lines(two, account(cuts, [*before, "peak", *after])).endswith(
        "strict local minima: 2 (between 1/12 and 1/8, between 1 and 6/5), "
        "strict local maxima: 1 (between 3/10 and 2/5)."
    )
    said = lines(two, account(cuts, [*before, "valley", *after]))
    assert said == "proof.accounts[0].parts[4]: is not proved from 3/10 to 2/5"
