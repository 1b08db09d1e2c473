"""Sections of the checker one by one: the words for an objective, edges, what is out of range."""

from __future__ import annotations

import copy
import json

import pytest
from flint import arb, arb_mat, ctx, fmpq

from claims.proof import checker

BITS = 128


def objective(widths, **changes):
    """An objective on two points that each input and target 1 makes."""
    layers = len(widths) - 1
    entries = {
        "widths": widths,
        "activations": ["tanh"] * (layers - 1) + ["identity"],
        "biases": [False] * layers,
        "loss": "squared-error",
        "reduction": "mean",
        "inputs": [["1"] * widths[0]] * 2,
        "targets": ["1", "1"],
        "counts": [1, 1],
        "penalty": "0",
        "dropout": "0",
        **changes,
    }
    return entries, checker.Objective.read(checker.Entry(entries, "objective"))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "the mean squared error of a 1-2-1 network (tanh without bias, identity without bias)"
         " on 2 data points"),
        ({"reduction": "sum", "counts": [1, 4], "biases": [True, False]},
         "the summed squared error of a 1-2-1 network (tanh with bias, identity without bias)"
         " on 5 data points"),
        ({"penalty": "1/3"}, "the mean squared error of a 1-2-1 network (tanh without bias,"
         " identity without bias) on 2 data points with an L2 penalty of strength 1/3"),
        ({"dropout": "1/2"}, "the mean over all dropout masks (rate 1/2) of the mean squared error"
         " of a 1-2-1 network (tanh without bias, identity without bias) on 2 data points"),
        ({"loss": "cross-entropy"}, "the mean cross-entropy of a 1-2-1 network (tanh without bias,"
         " identity without bias) on 2 data points"),
    ],
)  # fmt: skip
def test_words_for_an_objective(changes, words):
    assert str(objective([1, 2, 1], **changes)[1]) == words


@pytest.mark.parametrize(
    ("activations", "loss", "exact"),
    [
        (["relu", "square", "identity"], "squared-error", True),
        (["square", "square", "square"], "squared-error", True),
        (["relu", "tanh", "identity"], "squared-error", False),
        (["relu", "square", "identity"], "cross-entropy", False),
    ],
)
def test_which_objectives_have_fractions_for_values(activations, loss, exact):
    found = objective([1, 1, 1, 1], activations=activations, loss=loss)[1]
    assert found.exact == exact


def test_a_box_inside_another_touches_none_of_its_sides():
    outer = (0.0, 0.0), (1.0, 1.0)
    assert checker.inside(((0.25, 0.25), (0.75, 0.75)), outer)
    for low, high in (((0.0, 0.25), (0.75, 0.75)), ((0.25, 0.25), (0.75, 1.0))):
        assert not checker.inside((low, high), outer)


def test_boxes_overlap_where_they_share_a_point():
    box = (0.0, 0.0), (1.0, 1.0)
    assert checker.overlap(box, ((1.0, 1.0), (2.0, 2.0)))
    assert checker.overlap(((1.0, 1.0), (2.0, 2.0)), box)
    for apart in (((1.5, 0.0), (2.0, 1.0)), ((0.0, 1.5), (1.0, 2.0))):
        assert not checker.overlap(box, apart)
        assert not checker.overlap(apart, box)


def trap(centre, **changes):
    """On w^2 with curvature 2: a ball that descent would not leave if its centre were near 0."""
    definition, _ = objective([1, 1], inputs=[["1"]] * 2, targets=["0", "0"])
    proof = {
        "objective": definition,
        "ball": {"centre": [centre], "radius": "1/5"},
        "curvature": {"least": "199/100", "most": "201/100"},
        "steps": {"least": "1/10", "most": "1/4"},
        "noise": "1/1000",
        "lower": ["0"],
        "gap": "1/10",
        **changes,
    }
    return checker.trap(checker.Entry(proof, "proof"))


def test_a_ball_that_does_not_hold_the_minimum_is_no_trap():
    with ctx.workprec(BITS):
        # The slope at the centre is twice the centre: 2/5 is what curvature 2 turns round.
        for centre in ("3/10", "-3/10", "1/5"):
            with pytest.raises(checker.Refused, match="gradient at its centre is too large"):
                trap(centre)
        # Nearer, only the gap stands in the way: nothing is lower than the minimum.
        with pytest.raises(checker.Refused, match=r"gap: is not proved"):
            trap("1/20")
        for steps in ({"least": "1/4", "most": "1/5"}, {"least": "1/4", "most": "0"}):
            with pytest.raises(checker.Refused, match=r"^proof\.steps"):
                trap("1/20", steps=steps)
        with pytest.raises(checker.Refused, match=r"^proof\.gap: is not proved"):
            trap("1/20", steps={"least": "1/4", "most": "1/4"})


def test_steps_and_noise_that_lead_out_of_a_ball():
    with ctx.workprec(BITS):
        # 2 r - step (most r + slope) > 0 for steps below 0.4/0.502.
        for most, refusal in (("79/100", "gap: is not proved"), ("81/100", "steps: the most")):
            with pytest.raises(checker.Refused, match=refusal):
                trap("1/20", steps={"least": "1/10", "most": most})
        # Noise below 1/10 (1.99/5 - 1/10) = 0.0298 does not undo the shortest step.
        for noise, refusal in (("29/1000", "gap: is not proved"), ("30/1000", "noise: is not")):
            with pytest.raises(checker.Refused, match=refusal):
                trap("1/20", noise=noise)


@pytest.mark.parametrize("kind", ["batch-escape", "batch-trap"])
def test_examples_are_numbered_from_0_to_the_last(kind, certificates):
    text = next(t for t in certificates.values() if json.loads(t)["kind"] == kind)
    certificate = json.loads(text)
    points = len(certificate["proof"]["objective"]["targets"])
    for number in (-1, points):
        changed = copy.deepcopy(certificate)
        if kind == "batch-trap":
            changed["proof"]["moving"] = number
        else:
            changed["proof"]["path"][0][0] = number
        with pytest.raises(checker.Refused, match=f"must be an integer from 0 to {points - 1}"):
            checker.check(json.dumps(changed))


def test_paths_are_not_empty_and_batches_have_different_examples(certificates):
    text = next(t for t in certificates.values() if json.loads(t)["kind"] == "batch-escape")
    for size, path, refusal in (
        (1, [], "path: must be a list with 1 to 64"),
        (2, [[0, 0]], r"path\[0\]: must be a batch of different"),
        (2, [[0]], r"path\[0\]: must be a list with 2 to 2"),
    ):
        certificate = json.loads(text)
        certificate["proof"] |= {"size": size, "path": path}
        with pytest.raises(checker.Refused, match=refusal):
            checker.check(json.dumps(certificate))


def test_beyond_a_start_a_target_at_the_limit_of_the_sigmoid_has_a_slope_that_fades():
    # One point x = 1, t = 1 on the right: L' = -2 (1 - s) s (1 - s), of the size exp(-2 w).
    definition, _ = objective(
        [1, 1], activations=["sigmoid"], inputs=[["1"]], targets=["1"], counts=[1]
    )
    with ctx.workprec(BITS):
        read = checker.read_line(checker.Entry(definition))
        slope, scale, bend = checker.tail(read, 1, fmpq(10))
        for place in (10, 11, 40):
            e = (-arb(place)).exp()
            # L' divided by exp(-2 w) is -2 / (1 + e)^3, whatever is left of it at the start.
            assert slope.overlaps(-2 / (1 + e) ** 3)
            assert scale.overlaps(e**2)
            assert bend.overlaps(2 * e**2 * (2 - e) / (1 + e) ** 4)
        # So far out nothing but the leading term is left.
        assert slope > -2.001 and slope < -1.999


class Curve:
    """One equation in one unknown, enclosed as the checker asks for it."""

    def __init__(self, value, slope):
        self.value, self.slope = value, slope

    def facing(self, cell):
        return self

    def at(self, point):
        return arb_mat([[self.value(arb(point[0]))]])

    def slopes(self, cell):
        return arb_mat([[self.slope(arb(cell[0][0]).union(arb(cell[1][0])))]])


def test_what_remains_of_a_box_holds_its_zeros_and_may_be_nothing():
    with ctx.workprec(BITS):
        parabola = Curve(lambda w: w * w - fmpq(1, 2), lambda w: 2 * w)
        (low,), (high,) = checker.remains(parabola, ((0.5,), (1.0,)))
        root = arb(fmpq(1, 2)).sqrt()
        # Its ends are balls themselves: what counts is how far they may reach.
        assert arb(0.5) < low.lower() < root < high.upper() < arb(1)
        # No zero in the box: seen from the centre, or by the image on either side of it.
        for cell in (((0.75,), (1.0,)), ((0.5,), (0.6875,)), ((2.0,), (3.0,))):
            assert checker.remains(parabola, cell) is None
        # An image that reaches beyond the box is cut at the box.
        (low,), (high,) = checker.remains(parabola, ((0.703125,), (4.0,)))
        assert 0.7031 < low.lower() < root < high.upper() < 4.01


def test_how_much_remains_of_a_box():
    with ctx.workprec(BITS):
        # w^2 - 1/2 on [1/2, 1]: from 3/4, with the slope 3/2, to 17/24, give or take 1/12.
        parabola = Curve(lambda w: w * w - fmpq(1, 2), lambda w: 2 * w)
        (low,), (high,) = checker.remains(parabola, ((0.5,), (1.0,)))
        for end, value in ((low.lower(), 17 / 24 - 1 / 12), (high.upper(), 17 / 24 + 1 / 12)):
            assert abs(float(end) - value) < 1e-6
        # Where the slope may be 0, and its middle is, all of the box remains.
        whole = checker.remains(Curve(lambda w: w * w - 1, lambda w: 2 * w), ((-2.0,), (2.0,)))
        assert whole == ([arb(-2)], [arb(2)])


@pytest.mark.parametrize("target", ["-1", "0", "1/4", "1/2", "1", "2"])
def test_where_the_slope_of_a_point_turns(target):
    with ctx.workprec(BITS):
        t = fmpq(*map(int, target.split("/")))
        grid = [arb(k) / 8 for k in range(-320, 321)]
        values = [checker.phi(h, arb(t)) for h in grid]
        (bottom, depth), (top, height) = checker.turns(t)
        assert bottom < top
        assert all(not value < depth and not value > height for value in values)
        # What is reached is reached to a grid's width, at the place that is named.
        assert min(abs(value - depth).mid() for value in values) < 0.002
        assert min(abs(value - height).mid() for value in values) < 0.002
        for place, extreme, infinite in ((bottom, depth, t <= 0), (top, height, t >= 1)):
            assert place.is_finite() == (not infinite)
            if infinite:
                assert extreme == 0
            else:
                assert checker.phi(place, arb(t)).overlaps(extreme)


@pytest.mark.parametrize(
    ("widths", "changes"),
    [
        ([1, 1], {"activations": ["softplus"]}),
        ([1, 1], {"activations": ["sigmoid"], "loss": "cross-entropy"}),
        ([1, 1], {"activations": ["sigmoid"], "penalty": "1/3"}),
        ([1, 1, 1], {"activations": ["sigmoid", "sigmoid"]}),
    ],
)
def test_complete_lists_are_of_neurons_alone(widths, changes):
    definition, found = objective(widths, **changes)
    with pytest.raises(checker.Refused, match="one sigmoid or tanh neuron"):
        checker.Neuron(found, checker.Entry(definition))


NEURON = {"activations": ["sigmoid"]}
REGRESSION = {"activations": ["identity"], "loss": "cross-entropy"}


@pytest.mark.parametrize("known", [NEURON, REGRESSION])
def test_accounts_of_a_line_are_of_one_weight_and_one_of_two_models(known):
    def read(widths, **changes):
        definition, _ = objective(widths, **{**known, **changes})
        return checker.read_line(checker.Entry(definition))

    assert read([1, 1]).size == 1
    other_loss = "squared-error" if known is REGRESSION else "cross-entropy"
    for widths, changes in (
        ([2, 1], {}),
        ([1, 1], {"biases": [True]}),
        ([1, 1], {"penalty": "1/5"}),
        ([1, 1], {"activations": ["tanh"]}),
        ([1, 1], {"loss": other_loss}),
        ([1, 1, 1], {"activations": [*known["activations"] * 2]}),
    ):
        with pytest.raises(checker.Refused, match="one sigmoid neuron and squared error, or"):
            read(widths, **changes)


def test_beyond_the_last_cut_a_penalty_has_to_outweigh_the_slope():
    # L' is -2 exp(-2 w) or so for large w: a penalty of 1e-6 turns it between w = 2 and w = 9.
    definition, _ = objective(
        [1, 1], activations=["sigmoid"], inputs=[["1"]], targets=["1"], counts=[1]
    )
    for last, refusal in (("2", r"parts\[2\]: is not proved beyond"), ("9", r"from -1 to 9")):
        account = {"penalty": "1e-6", "cuts": ["-1", last], "parts": ["falls", "falls", "rises"]}
        proof = {"objective": definition, "accounts": [account]}
        with ctx.workprec(BITS), pytest.raises(checker.Refused, match=refusal):
            checker.line(checker.Entry(proof, "proof"))


def test_sides_of_a_box_may_be_points_but_not_turned_round():
    def read(low, high):
        return checker.read_sides(checker.Entry(low, "low"), checker.Entry(high, "high"), len(low))

    assert read(["1/2", "-1"], ["1/2", "3"]) == ([fmpq(1, 2), -1], [fmpq(1, 2), 3])
    with pytest.raises(checker.Refused):
        read(["1/2", "3"], ["1/2", "-1"])


def listed(tree, low="1", high="3", directions=(("1",),), inputs=(("1",),), target=None):
    """The statement of a list without points; with x = 1, t = 1/2 the slope has the sign of w.

    With a target of its own it is to be about all weights.
    """
    definition, _ = objective(
        [len(inputs[0]), 1],
        activations=["sigmoid"],
        inputs=[list(row) for row in inputs],
        targets=[target or "1/2"] * len(inputs),
        counts=[1] * len(inputs),
    )
    proof = {
        "objective": definition,
        "box": {"low": [low] * len(inputs[0]), "high": [high] * len(inputs[0])},
        "everywhere": target is not None,
        "directions": [list(direction) for direction in directions],
        "roots": [],
        "tree": tree,
    }
    with ctx.workprec(BITS):
        return checker.complete_list(checker.Entry(proof, "proof"))[0]


def test_a_box_without_a_stationary_point():
    for low, high, direction in (("1", "3", "1"), ("-3", "-1", "-1"), ("1/1024", "300", "2")):
        said = listed("!", low, high, [[direction]])
        assert said.startswith(f"In [{low}, {high}], the mean squared error")
        assert said.endswith("has exactly 0 stationary points.")
    for low, high, direction in (("-1", "3", "1"), ("0", "3", "1"), ("1", "3", "-1")):
        with pytest.raises(checker.Refused, match="box of character 0 is not as '!' says"):
            listed("!", low, high, [[direction]])


def test_lists_for_all_weights_need_targets_between_0_and_1_and_a_box_that_is_wide():
    for target in ("0", "1", "-1/2", "3/2"):
        with pytest.raises(checker.Refused, match="a target is no value of the activation"):
            listed("!", target=target)
    with pytest.raises(checker.Refused, match="inputs do not span"):
        listed("!", inputs=[["1", "0"]], target="1/2")
    # The point is met at w = 0, outside of the box.
    with pytest.raises(checker.Refused, match="the box is too small in weight 0"):
        listed("!", target="1/2")


def test_a_direction_in_which_the_gradient_is_zero_proves_nothing():
    with pytest.raises(checker.Refused, match="is not as '!' says"):
        listed("!", directions=[["0", "1"]], inputs=[["1", "0"]])
    assert "exactly 0" in listed("!", directions=[["1", "0"]], inputs=[["1", "0"]])


def test_what_a_tree_leaves_undecided_is_said():
    # A side is cut at 63/128 of its length; the lower part comes first.
    assert listed("?").endswith(
        "at least 0 stationary points. Any others in this box lie in 1 undecided parts of it, "
        "in [1.000000, 3.000000]."
    )
    assert listed("?", directions=()) == listed("?")
    assert listed("1!?").endswith("in 1 undecided parts of it, in [1.984375, 3.000000].")
    assert listed("1?!").endswith("in 1 undecided parts of it, in [1.000000, 1.984375].")
    assert listed("1?1!?").endswith("in 2 undecided parts of it, in [1.000000, 3.000000].")
    assert listed("#", "2", "9/4").endswith("exactly 0 stationary points.")


@pytest.mark.parametrize(
    "tree", ["", "1", "1!", "!!", "1!!!", "!1!", "2!!", "=", '"', 1, "1!=", '"']
)
def test_trees_that_do_not_fit_are_refused(tree):
    with pytest.raises(checker.Refused, match=r"^proof\.tree: "):
        listed(tree)


def flat(low, high, **changes):
    definition, _ = objective([1, 1], inputs=[["1"]], targets=["0"], counts=[1])
    proof = {
        "objective": definition,
        "low": [low],
        "high": [high],
        "bound": "1/2",
        "component": 0,
        "lower": ["3"],
        "gap": "1/100",
        **changes,
    }
    with ctx.workprec(BITS):
        return checker.flat_box(checker.Entry(proof, "proof"))


def test_a_flat_box_has_a_derivative_that_is_small_and_nowhere_zero():
    # The loss is w^2: its derivative is 2 w, here up to 2/5 in size, and it is higher than at 3
    # nowhere.
    for low, high in (("1/10", "1/5"), ("-1/5", "-1/10")):
        with pytest.raises(checker.Refused, match=r"gap: is not proved"):
            flat(low, high)
        assert "is never 0" in flat(low, high, lower=["0"], gap="9/1000")[0]
        with pytest.raises(checker.Refused, match=r"bound: is not proved"):
            flat(low, high, bound="39/100")
    for low, high in (("-1/10", "1/5"), ("0", "1/5"), ("-1/5", "0"), ("-1/5", "1/10")):
        with pytest.raises(checker.Refused, match=r"component: this derivative is not proved"):
            flat(low, high)
