"""False statements by the hundred, of every kind: the checker refuses each of them.

Every edit is false by construction, for the reason that stands beside it, and all differ. What is
false is decided by arithmetic on the original, never by the checker. A few dozen of each kind by
default; a thousand of each are run and counted by ``make test-tampering``.
"""

from __future__ import annotations

import copy
import json
import random
import re
from collections import Counter
from fractions import Fraction

import numpy as np
import pytest
from truths import Surface, floats, number

from claims.proof import checker
from claims.proof.certificates import written


class Tampering:
    """Draws false copies of one certificate's proof."""

    def __init__(self, text, source):
        self.source = source
        self.proof = json.loads(text)["proof"]
        self.surface = Surface(self.proof["objective"])

    def edited(self, *path_and_value):
        """A copy of the proof with another value at a path."""
        *path, last, value = path_and_value
        proof = entry = copy.deepcopy(self.proof)
        for key in path:
            entry = entry[key]
        entry[last] = value
        return proof

    def more(self, value, least=1.0001):
        """A number larger than a positive one, by a factor from ``least`` to a million."""
        exponent = self.source.uniform(0, 6) ** 2 / 6
        factor = Fraction(max(least, 10**exponent * least)).limit_denominator(10**6)
        return written(Fraction(value) * factor)

    def less(self, value, most=0.9999):
        return written(Fraction(value) / Fraction(self.more(1, 1 / most)))

    def either(self, value):
        """A number at some distance from an exact one."""
        size = Fraction(self.source.randint(1, 10**6), 10 ** self.source.randint(0, 12))
        return written(Fraction(value) + self.source.choice([-1, 1]) * size)

    def beside(self, key):
        """A small box that lies in a box with one stationary point, and not round that point."""
        box = self.proof[key]
        radius = Fraction(box["radius"])
        small = radius * Fraction(self.source.randint(1, 200), 1000)
        shift = radius * Fraction(self.source.randint(300, 750), 1000)
        i = self.source.randrange(len(box["centre"]))
        moved = list(box["centre"])
        moved[i] = written(Fraction(moved[i]) + self.source.choice([-1, 1]) * shift)
        return self.edited(key, {"centre": moved, "radius": written(small)})

    def inside(self, box):
        """A point of a box round a minimum, which lies no lower than that."""
        radius = Fraction(box["radius"])
        return [
            written(Fraction(x) + radius * Fraction(self.source.randint(-900, 900), 1000))
            for x in box["centre"]
        ]

    def rise(self, centre):
        """By how much the value at a centre exceeds that at ``lower``."""
        return self.surface.value(floats(centre)) - self.surface.value(floats(self.proof["lower"]))

    def curvatures(self, centre):
        return np.linalg.eigvalsh(self.surface.hessian(floats(centre)))


def stationary_point(t):
    yield t.beside("box")  # no stationary point there: the only one of the box is elsewhere
    # The index is one number; a smaller box round the same point changes nothing of it.
    size = len(t.proof["box"]["centre"])
    wrong = t.source.choice([i for i in range(size + 1) if i != t.proof["index"]])
    proof = t.edited("index", wrong)
    proof["box"]["radius"] = t.less(proof["box"]["radius"])
    yield proof


def worse_local_minimum(t):
    yield t.beside("box")
    yield t.edited("gap", t.more(t.rise(t.proof["box"]["centre"])))  # the box holds its centre
    yield t.edited("lower", t.inside(t.proof["box"]))  # no lower than the minimum
    yield t.edited("gap", "-" + t.more(t.proof["gap"]))  # not a gap at all


def dead_cone(t):
    yield t.edited("radius", t.more(t.proof["radius"], 2))  # twice is where a unit wakes up
    yield t.edited("loss", t.either(t.proof["loss"]))
    yield t.edited("lower_loss", t.either(t.proof["lower_loss"]))
    yield t.edited("point", [*t.proof["point"][:-1], t.either(t.proof["point"][-1])])
    # Every point with the same output bias and dead units has the same loss.
    proof = t.edited("lower", [*t.proof["point"][:-2], t.either(0), t.proof["point"][-1]])
    proof["lower_loss"] = proof["loss"]
    yield proof


def plateau(t):
    yield t.edited("loss", t.either(t.proof["loss"]))
    yield t.edited("lower_loss", t.either(t.proof["lower_loss"]))
    # The unit is active on the data where its bias is positive and its weight 0.
    yield t.edited("high", [t.proof["high"][0], t.more("1e-6"), t.proof["high"][2]])
    middle = [written((Fraction(a) + Fraction(b)) / 2) for a, b in
              zip(t.proof["low"], t.proof["high"], strict=True)]  # fmt: skip
    middle[2] = written(Fraction(t.source.randint(-999, 999), 100))
    proof = t.edited("lower", middle)  # of the plateau itself
    proof["lower_loss"] = proof["loss"]
    yield proof


def flat_box(t):
    slope = abs(t.surface.gradient(floats(t.proof["low"]))[0])
    yield t.edited("bound", t.less(slope))  # the slope at the lower end
    further = Fraction(t.proof["low"][0]) - Fraction(t.source.randint(10**4, 10**7), 10**6)
    yield t.edited("low", [written(further)])  # where the slope is larger than the bound
    yield t.edited("gap", t.more(t.rise(t.proof["low"])))
    middle = Fraction(t.source.randint(14 * 10**6, 16 * 10**6), 10**6)
    yield t.edited("lower", [written(middle)])  # of the box itself, which the gap excludes


def trap(t):
    ball = t.proof["ball"]
    values = t.curvatures(ball["centre"])
    least, most = values[0], values[-1]
    yield t.edited("curvature", "least", t.more(least))  # than the least at the centre
    yield t.edited("curvature", "most", t.less(most))
    # So long a step doubles every distance to the minimum, at least.
    yield t.edited("steps", "most", t.more(3 / Fraction(t.proof["curvature"]["least"])))
    # So much noise leads from anywhere in the ball out of it.
    diameter = 2 * Fraction(ball["radius"]) / Fraction(float(np.sqrt(len(ball["centre"]))))
    yield t.edited("noise", t.more(diameter))
    yield t.edited("gap", t.more(t.rise(ball["centre"])))
    yield t.edited("lower", t.inside({**ball, "radius": t.less(ball["radius"], 0.4)}))


def batch_escape(t):
    levels = [t.surface.value(floats(t.proof[key]["centre"])) for key in ("inside", "outside")]
    yield t.edited("level", t.more(levels[0]))  # above the centre of the one box
    yield t.edited("level", t.less(levels[1]))  # below the centre of the other
    yield t.beside("inside")
    # So long a step doubles distances near the minimum, and leaves the box from its boundary.
    yield t.edited(
        "step", t.more(10 / Fraction(float(t.curvatures(t.proof["inside"]["centre"])[0])))
    )
    # A path on the example with the large input alone, near its own minimum, leads nowhere.
    proof = t.edited("path", [[2]] * t.source.randint(1, 64))
    proof["level"] = t.more(levels[0])
    yield proof


def batch_trap(t):
    centre = t.proof["box"]["centre"]
    yield t.beside("box")
    yield t.edited("gap", t.more(t.rise(centre)))
    yield t.edited("lower", t.inside(t.proof["box"]))
    # If all batches keep the box, so does their mean, the full step; this one doubles distances.
    yield t.edited("step", t.more(10 / Fraction(float(t.curvatures(centre)[0]))))


OTHER = {"rises": ["falls"], "falls": ["rises"], "valley": ["peak", "falls", "rises"],
         "peak": ["valley", "falls", "rises"]}  # fmt: skip


def line(t):
    proof = copy.deepcopy(t.proof)
    account = t.source.choice(proof["accounts"])
    i = t.source.randrange(len(account["parts"]))
    account["parts"][i] = t.source.choice(OTHER[account["parts"][i]])
    # The last cuts may lie further out: a change of no consequence, so that edits differ.
    account["cuts"][-1] = t.more(account["cuts"][-1], 1.001) if t.source.random() < 0.999 else "20"
    yield proof
    # With a penalty beyond kappa/2 sum x^2 the objective is convex: no account of several turns.
    several = [k for k, one in enumerate(t.proof["accounts"]) if "peak" in one["parts"]]
    yield t.edited("accounts", t.source.choice(several), "penalty", t.more(5))
    # A valley moved beside its minimum, which then lies where the objective is said to rise.
    proof = copy.deepcopy(t.proof)
    account = t.source.choice([one for one in proof["accounts"] if "valley" in one["parts"]])
    k = account["parts"].index("valley")
    low, high = (Fraction(cut) for cut in account["cuts"][k - 1 : k + 1])
    root = zero_between(t, account["penalty"], float(low), float(high))
    account["cuts"][k] = written(low + (Fraction(root) - low) * t.source.randint(1, 990) / 1000)
    yield proof


def zero_between(t, penalty, low, high):
    """The zero of the derivative in a valley, by bisection in floats, to some 15 digits."""
    surface = Surface({**t.proof["objective"], "penalty": penalty})
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if surface.gradient(np.array([middle]))[0] < 0 else (low, middle)
    return low


KAPPA = Fraction(12020, 100_000)  # below (55 sqrt(33) - 39)/2304, the constant of one point


def convex_from(t):
    strength = KAPPA / 2 - Fraction(t.source.randint(10**5, 10**6), 10**11)
    yield t.edited("strength", written(strength))  # too small by the exact constant
    yield t.edited("strength", t.less(t.proof["below"]))
    # One point with target 0: the second derivative is positive for w < log 2.
    yield t.edited("weight", written(Fraction(t.source.randint(-5000, 690), 1000)))
    yield t.edited("below", t.more(Fraction(12021, 200_000)))  # above the exact constant


def chord(t):
    start, end = (floats(point) for point in t.proof["ends"])
    share = number(t.proof["share"])
    ends = t.surface.value(start), t.surface.value(end)
    excess = t.surface.value(start + share * (end - start)) - ends[0] + share * (ends[0] - ends[1])
    yield t.edited("gap", t.more(excess))
    yield t.edited("gap", "-" + t.more("1e-3"))
    # The excess over a chord is below 2 |slope| times the share of its length, so close to an end.
    yield t.edited("share", written(Fraction(t.source.randint(1, 10**6), 10**12)))
    proof = t.edited("share", written(Fraction(t.source.randint(1, 10**6), 10**6 + 1)))
    proof["ends"][1] = proof["ends"][0]  # a chord of length 0
    yield proof


def negative_curvature(t):
    along = floats(t.proof["direction"])
    hessian = t.surface.hessian(floats(t.proof["point"]))
    yield t.edited("bound", t.more(-along @ hessian @ along))
    shrunk = Fraction(t.source.randint(1, 900_000), 10**6)  # the form shrinks with the square
    yield t.edited("direction", [written(Fraction(x) * shrunk) for x in t.proof["direction"]])
    upwards = [i for i in range(len(along)) if hessian[i, i] > 0]
    axis = ["0"] * len(along)
    axis[t.source.choice(upwards)] = t.either(0)
    yield t.edited("direction", axis)


def sum_of_squares(t):
    yield t.edited("constant", t.either(t.proof["constant"]))  # the constant terms differ
    k = t.source.randrange(len(t.proof["terms"]))
    term = t.proof["terms"][k]
    # The coefficient of a square, or of a product with it, differs: the pivots are positive.
    yield t.edited("terms", k, "factor", t.more(term["factor"]))
    yield t.edited("terms", k, "form", k, t.more(term["form"][k]))
    i = t.source.randrange(len(t.proof["point"]))
    yield t.edited("point", i, t.either(t.proof["point"][i]))  # the minimiser is unique


def no_radicals(t):
    coefficients = t.proof["polynomial"]
    i = t.source.randrange(len(coefficients))
    change = t.source.choice([-1, 1]) * t.source.randint(1, 10**9)
    # The minimal polynomial of the root is one alone, up to a factor.
    yield t.edited("polynomial", i, coefficients[i] + change)
    higher = [0] * t.source.randint(1, 9) + [t.source.randint(1, 10**6)]
    yield t.edited("polynomial", coefficients + higher)  # of a wrong degree
    low, high = (Fraction(t.proof["root"][key]) for key in ("low", "high"))
    width = Fraction(t.source.randint(1, 10**6), 10**7)
    proof = t.edited("root", {"low": written(high), "high": written(high + width)})
    yield proof  # the root lies below
    proof = t.edited("root", {"low": written(low - width / 2), "high": written(low)})
    yield proof  # the root lies above


def linear_network_list(t):
    fit = t.proof["fit"]
    k = t.source.randrange(len(fit))
    yield t.edited("fit", k, t.either(fit[k]))  # the fit is unique: the inputs span their space
    yield t.edited("least", t.either(t.proof["least"]))
    yield t.edited("saddle", t.either(t.proof["saddle"]))
    # The sum of y x moves along x, if it is not 0, and the fit with it.
    moving = [i for i, x in enumerate(t.proof["objective"]["inputs"]) if any(map(number, x))]
    i = t.source.choice(moving)
    yield t.edited("objective", "targets", i, t.either(t.proof["objective"]["targets"][i]))
    yield t.edited("objective", "penalty", t.more("1e-6"))  # the sets shrink: L2 moves all but 0


def penalised_linear_list(t):
    values = t.proof["polynomial"]
    k = t.source.randrange(len(values))
    yield t.edited("polynomial", k, t.either(values[k]))  # the products are those of the data
    yield t.edited("origin", t.either(t.proof["origin"]))
    # The constant coefficient, l^2 - |b|^2, rises with the penalty l.
    yield t.edited("objective", "penalty", t.more(t.proof["objective"]["penalty"]))
    width = Fraction(t.source.randint(1, 10**6), 10**7)
    if t.proof["root"] is None:  # no root is positive
        proof = t.edited("root", {"low": written(width), "high": t.more(width)})
        proof["least"] = {"low": "0", "high": t.proof["origin"]}
        yield proof
        return
    yield t.edited("root", None)
    low, high = (Fraction(t.proof["root"][key]) for key in ("low", "high"))
    yield t.edited("root", {"low": written(high), "high": written(high + width)})
    yield t.edited("root", {"low": written(low - width), "high": written(low)})
    # Above, or below, bounds that hold the least value.
    low, high = (Fraction(t.proof["least"][key]) for key in ("low", "high"))
    yield t.edited("least", {"low": written(high), "high": written(high + width)})
    yield t.edited("least", {"low": written(low - width), "high": written(low)})


def solution_manifold(t):
    box, free = t.proof["box"], t.proof["free"]
    radius, centre = Fraction(box["radius"]), box["centre"]
    # A small box inside the large one, that holds the free weights of the centre, but not the one
    # solution that belongs to them, which is near the centre.
    k = t.source.choice([i for i in range(len(centre)) if i not in free])
    shift = radius * Fraction(t.source.randint(300, 750), 1000) * t.source.choice([-1, 1])
    small = radius * Fraction(t.source.randint(1, 200), 1000)
    moved = [*centre[:k], written(Fraction(centre[k]) + shift), *centre[k + 1 :]]
    yield t.edited("box", {"centre": moved, "radius": written(small)})
    # The outputs are at most |c| plus the sum of the |v_j|: below 50 all over the box.
    targets = t.proof["objective"]["targets"]
    i = t.source.randrange(len(targets))
    yield t.edited("objective", "targets", i, t.source.choice(["", "-"]) + t.more(50))
    # So far the free weights switch a unit off without which the data cannot be fitted.
    yield t.edited("reach", t.more(10))
    # Two points with one input and two targets.
    proof = t.edited("objective", "inputs", i, t.proof["objective"]["inputs"][i - 1])
    proof["objective"]["targets"][i] = t.either(targets[i - 1])
    yield proof


FALSE = {
    "stationary-point": (stationary_point, ["saddle-index-1-2-2-1-sigmoid", "peak-neuron",
                                            "saddle-index-2-2-2-1-sigmoid", "l2-creates-a-saddle",
                                            "peak-neuron-with-bias"]),
    "worse-local-minimum": (worse_local_minimum, ["neuron", "worse-minimum-1-1-1-sigmoid",
                                                  "worse-minimum-1-1-1-tanh",
                                                  "dropout-creates-a-valley"]),
    "dead-cone": (dead_cone, ["dead-cone-1-1-1-relu", "dead-cone-2-3-1", "plateau-1-1-1-relu"]),
    "plateau": (plateau, ["plateau-open-1-1-1-relu"]),
    "flat-box": (flat_box, ["flat-box-neuron"]),
    "trap": (trap, ["trap-1-1-1-sigmoid", "trap-neuron", "trap-neuron-noise"]),
    "batch-escape": (batch_escape, ["batch-escape-neuron"]),
    "batch-trap": (batch_trap, ["batch-trap-neuron"]),
    "line": (line, ["l2-creates-a-valley", "l2-removes-a-valley", "l2-creates-a-peak"]),
    "convex-from": (convex_from, ["l2-makes-a-neuron-convex"]),
    "chord": (chord, ["l2-leaves-a-violated-chord"]),
    "negative-curvature": (negative_curvature, ["l2-leaves-a-negative-curvature"]),
    "sum-of-squares": (sum_of_squares, ["linear-regression-2-1"]),
    "no-radicals": (no_radicals, ["no-radicals-neuron", "no-radicals-logistic",
                                    "no-radicals-degree-6"]),
    "linear-network-list": (linear_network_list, ["linear-1-1-1", "linear-2-1-1", "linear-2-2-1",
                                                  "linear-3-2-1"]),
    "penalised-linear-list": (penalised_linear_list, ["linear-1-1-1-penalised",
                                                      "linear-2-1-1-penalised",
                                                      "linear-2-2-1-penalised",
                                                      "linear-3-1-1-penalised",
                                                      "linear-2-1-1-penalised-to-0"]),
    "solution-manifold": (solution_manifold, ["solutions-1-1-1-sigmoid",
                                              "solutions-2-2-1-sigmoid-xor"]),
}  # fmt: skip


pytestmark = pytest.mark.tampering
UNREAD = "must be (an exact number|a list|an integer|positive)"


@pytest.mark.parametrize("kind", FALSE)
def test_every_false_statement_is_refused(certificates, many, kind):
    false_copies, names = FALSE[kind]
    wanted, source = (1000 if many else 24), random.Random(f"{kind} 1")
    copies, seen, reasons = (
        [Tampering(certificates[name], source) for name in names],
        set(),
        Counter(),
    )
    originals = {name: json.loads(certificates[name]) for name in names}
    assert {original["kind"] for original in originals.values()} == {kind}
    while len(seen) < wanted:
        for name, tampering in zip(names, copies, strict=True):
            for proof in false_copies(tampering):
                edited = {**originals[name], "proof": proof}
                if (text := json.dumps(edited)) in seen:
                    continue
                seen.add(text)
                with pytest.raises(checker.Refused) as refusal:
                    checker.prove(checker.Entry(edited))
                unread = re.search(UNREAD, str(refusal.value))
                reasons["not read" if unread else "read, and not proved"] += 1
    print(f"{kind}: {len(seen)} false statements, all refused", dict(reasons))
    # Most are read without complaint: it is the mathematics that stands in the way.
    assert reasons["read, and not proved"] > 0.6 * len(seen)


def test_the_originals_are_accepted(certificates):
    for _, names in FALSE.values():
        for name in names:
            checker.check(certificates[name])
