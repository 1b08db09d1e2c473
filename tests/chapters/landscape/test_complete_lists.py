"""All stationary points of one neuron, counted: certificates that leave no other ones."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest

from claims.mathematics import SIGMOID, neuron, one_hidden_layer
from claims.proof import checker
from claims.proof.certificates import Problem

MINIMA, SADDLES = "numerous-minima", "saddles-outnumber-minima"
FIVE_BOX = {"low": ["0.5", "-4"], "high": ["3", "3"]}
TEN_BOX = {"low": ["4.5", "-10"], "high": ["8", "8"]}
PAIR_BOX = {"low": ["-3", "0.75"], "high": ["1", "5.25"]}


def as_written(proof):
    return proof


def without_a_root(proof):
    """Wrong on purpose: the first root is left out of the list."""
    return proof | {"roots": proof["roots"][1:]}


def with_another_index(proof):
    """Wrong on purpose: the first root is said to have one more negative eigenvalue."""
    first, *others = proof["roots"]
    return proof | {"roots": [first | {"index": first["index"] + 1}, *others]}


def on_axes(features, count):
    """A sigmoid neuron without bias, 1, 6, ..., 6^(count - 1) on each axis, all targets 3/4."""
    inputs = [
        [6**power if axis == place else 0 for place in range(features)]
        for axis in range(features)
        for power in range(count)
    ]
    return Problem(neuron(features, SIGMOID), inputs, [Fraction(3, 4)] * len(inputs))


def indices(check, certificates, name, edit, problem):
    """Check the list of that name, of a problem in all of R^p; return its indices."""
    path = certificates / f"complete-list-{name}.json"
    figures = check.certificate(
        path, kind="complete-list", objective=problem.definition(), edit=edit
    )
    document = json.loads(path.read_text())
    proof = document["proof"]
    check.that(
        proof["everywhere"] and checker.UNDECIDED not in proof["tree"],
        "the list is complete in the whole space",
        certificate=path.name,
    )
    check.record(path.stem, f"{document['statement']} ({figures})")
    return [root["index"] for root in proof["roots"]]


@pytest.mark.claim(MINIMA, reading="six-on-the-line", shows="holds", by="certificate")
@pytest.mark.control("dropped-root", "one root left out of the list", edit=without_a_root)
@pytest.mark.control("other-index", "an index greater by 1", edit=with_another_index)
@pytest.mark.control("five-points", "five points in place of six", points=5)
def test_six_points_on_a_line(check, certificates, *, edit=as_written, points=6):
    r"""Inputs $1, 6, \dots, 6^5$, targets 3/4: six minima, five maxima, and no other zeros on R.

    The certificate holds a tree of intervals that covers a box: each is proved empty or lies within
    the box of a root, in which the Krawczyk test proves exactly one. Outside the box the gradient
    has no zero, since there every term has the sign of $w - \operatorname{logit}(t_i)/x_i$.
    """
    found = indices(check, certificates, "line-of-six", edit, on_axes(1, points))
    check.that(found == [0, 1] * 5 + [0], "minima and maxima alternate", indices=found)


@pytest.mark.claim(MINIMA, reading="plane-nine-minima", shows="holds", by="certificate")
@pytest.mark.claim(SADDLES, reading="counted", shows="holds", by="certificate")
@pytest.mark.control("dropped-root", "one root left out of the list", edit=without_a_root)
@pytest.mark.control("other-index", "an index greater by 1", edit=with_another_index)
def test_six_points_in_the_plane(check, certificates, *, edit=as_written):
    r"""Six points in the plane: exactly 25 stationary points, of index 0, 1, 2: 9, 12, 4.

    The same data as by hand, 1, 6, 36 on each axis, but the certificate does not use that the loss
    is a sum: a tree of boxes covers a square, and every leaf is proved empty by a direction $u$
    with $u\cdot\nabla L \ne 0$, by the Krawczyk operator, or lies within the box of a root. No
    stationary point lies outside (see canonical-procedure).
    """
    found = indices(check, certificates, "plane-of-six", edit, on_axes(2, 3))
    counts = [found.count(index) for index in (0, 1, 2)]
    check.that(counts == [9, 12, 4], "nine minima, twelve saddles, four maxima", counts=counts)


@pytest.mark.claim(MINIMA, reading="plane-twenty-five-minima", shows="holds", by="certificate")
@pytest.mark.control("dropped-root", "one root left out of the list", edit=without_a_root)
@pytest.mark.control("other-index", "an index greater by 1", edit=with_another_index)
def test_ten_points_in_the_plane(check, certificates, *, edit=as_written):
    r"""Ten points in the plane: exactly 81 stationary points, of which 25 are minima.

    The inputs are $1, 6, \dots, 6^4$ on each axis, targets 3/4: as many minima as the construction
    for $d = 2$ and five points an axis promises, and 40 saddles and 16 maxima besides.
    """
    found = indices(check, certificates, "plane-of-ten", edit, on_axes(2, 5))
    counts = [found.count(index) for index in (0, 1, 2)]
    check.that(counts == [25, 40, 16], "25 minima, 40 saddles, 16 maxima", counts=counts)


@pytest.mark.claim(SADDLES, reading="counted-in-space", shows="holds", by="certificate")
@pytest.mark.control("dropped-root", "one root left out of the list", edit=without_a_root)
@pytest.mark.control("other-index", "an index greater by 1", edit=with_another_index)
def test_six_points_in_three_dimensions(check, certificates, *, edit=as_written):
    r"""Inputs 1 and 6 on each of three axes: 8 minima, 18 saddles and one maximum, no others.

    $d = 3$ of the construction, enumerated in $\mathbb R^3$ without use of the axes: 12 saddles of
    index 1, 6 of index 2.
    """
    found = indices(check, certificates, "three-axes", edit, on_axes(3, 2))
    counts = [found.count(index) for index in (0, 1, 2, 3)]
    check.that(counts == [8, 12, 6, 1], "8 minima, 18 saddles, 1 maximum", counts=counts)


def without_the_last_root(proof):
    """Wrong on purpose: the last root is left out, whose boxes come first in the tree here."""
    return proof | {"roots": proof["roots"][:-1]}


def without_a_leaf(proof):
    """Wrong on purpose: the last leaf of the tree is left out."""
    return proof | {"tree": proof["tree"][:-1]}


def hidden_indices(check, certificates, name, edit, values, targets, box, units=1):
    """Check the list of that name: of one hidden unit with biases, or two without; its indices."""
    path = certificates / f"complete-hidden-list-{name}.json"
    biased = units == 1
    network = one_hidden_layer(1, units, SIGMOID, hidden_bias=biased, output_bias=biased)
    problem = Problem(network, [[x] for x in values], targets)
    figures = check.certificate(
        path, kind="complete-hidden-list", objective=problem.definition(), edit=edit
    )
    document = json.loads(path.read_text())
    proof = document["proof"]
    check.that(checker.UNDECIDED not in proof["tree"], "nothing is undecided")
    check.that(proof["box"] == box, "the box of the inner weights", box=proof["box"])
    check.record(path.stem, f"{document['statement']} ({figures})")
    return [root["index"] for root in proof["roots"]]


@pytest.mark.claim(SADDLES, reading="hidden-unit-counted", shows="holds", by="certificate")
@pytest.mark.control("dropped-root", "one root left out of the list", edit=without_a_root)
@pytest.mark.control("dropped-leaf", "one leaf left out of the tree", edit=without_a_leaf)
def test_one_hidden_unit_with_a_saddle_and_no_minimum(check, certificates, *, edit=as_written):
    r"""One hidden unit, five points: a saddle, and nothing else beside the constant outputs.

    $x = (-2, -1, 0, 1, 2)$, $y = (0, 3, -1, 2, 1)$, output $v\,s(wx+b)+c$. Given $w \ne 0$ and
    $b$, stationarity in $v$ and $c$ is a least-squares fit; if $v \ne 0$, two equations in $(w, b)$
    are left, $\sum_i r_i\,s_i(1-s_i)\,x_i = 0$ and $\sum_i r_i\,s_i^2 = 0$, with the residuals
    $r$ of the fit. The certificate covers $\frac12 \le w \le 3$, $-4 \le b \le 3$ by boxes and
    leaves one zero, where the Hessian in all four weights has one negative eigenvalue. Its sign
    flip is another. All other stationary points with such $w$ and $b$ are those of the continuum
    $v = 0$, $c = \bar y$, $\sum_i (y_i - \bar y)\,s(wx_i+b) = 0$. None of those is a minimum: that
    sum is analytic in $(w, b)$ and not 0 everywhere, since a steep unit can tell any input from
    those below it; so there are $(w, b)$ as near as one likes where it is not 0, and a small $v$
    lowers the loss. Other $w$ and $b$ are not looked at.
    """
    data = (-2, -1, 0, 1, 2), (0, 3, -1, 2, 1)
    found = hidden_indices(check, certificates, "five-points", edit, *data, FIVE_BOX)
    check.that(found == [1], "one saddle of index 1", indices=found)


@pytest.mark.claim(SADDLES, reading="two-hidden-units-counted", shows="holds", by="certificate")
@pytest.mark.control("dropped-root", "one root left out of the list", edit=without_a_root)
@pytest.mark.control("other-index", "an index greater by 1", edit=with_another_index)
def test_two_hidden_units_with_two_saddles_and_one_minimum(check, certificates, *, edit=as_written):
    r"""Two hidden units, seven points: two saddles and one minimum beside those with an idle unit.

    $x = (-2, -1, 0, 2, 3, 4, 5)$, $y = (2, -4, 5, -5, -4, 2, 4)$, output $v_1 s(w_1x) + v_2
    s(w_2x)$. Where $s(w_1x_i)$ and $s(w_2x_i)$ are independent, stationarity in $v$ is a
    least-squares fit, and where $v_1, v_2 \ne 0$ two equations are left, $\sum_i r_i
    s'(w_jx_i)x_i = 0$. The certificate covers $-3 \le w_1 \le 1$, $\frac34 \le w_2 - w_1 \le
    \frac{21}4$ by boxes, in which the independence is proved too: units nearer to one another than
    $\frac34$ are not looked at, since the values of two equal units are dependent, and a
    stationary point of one unit becomes a line of them. Left out besides are points where an output
    weight is 0 and that unit idle; they are named.
    """
    data = (-2, -1, 0, 2, 3, 4, 5), (2, -4, 5, -5, -4, 2, 4)
    found = hidden_indices(check, certificates, "two-units", edit, *data, PAIR_BOX, units=2)
    check.that(found == [1, 0, 1], "two saddles of index 1 and a minimum", indices=found)


@pytest.mark.claim(
    "landscape-more-complex", reading="inequivalent-minima", shows="holds", by="certificate"
)
@pytest.mark.control("dropped-root", "one root left out of the list", edit=without_the_last_root)
def test_one_hidden_unit_with_two_different_minima(check, certificates, *, edit=as_written):
    r"""One hidden unit, ten points: in a box exactly two strict minima, no copies of each other.

    $x = -2, -\frac32, \dots, \frac52$ and $y = (-6, -4, -2, 2, 6, 4, -1, -4, -7, -3)$. With
    $\frac92 \le w \le 8$, $-10 \le b \le 8$ all stationary points whose output weight is not 0
    are two strict minima, proved as for five points. Both have $w > 0$, and the only symmetry, the
    sign flip, turns the sign of $w$: it does not join them. Their losses, about 12.04 and 13.08,
    are compared in balls over the boxes of the roots.
    """
    values = [Fraction(half, 2) for half in range(-4, 6)]
    targets = (-6, -4, -2, 2, 6, 4, -1, -4, -7, -3)
    found = hidden_indices(check, certificates, "ten-points", edit, values, targets, TEN_BOX)
    check.that(found == [0, 0], "two strict minima", indices=found)
    path = certificates / "complete-hidden-list-ten-points.json"
    losses = root_losses(json.loads(path.read_text())["proof"])
    check.that(len(losses) == 2 and not losses[0].overlaps(losses[1]), "the losses differ")
    told = sorted(round(float(loss.mid()), 2) for loss in losses)
    check.that(told == [12.04, 13.08], "the losses are about those told here", losses=told)


def root_losses(proof):
    """Balls of the loss over the boxes of the roots, with the output weights that belong there."""
    entry = checker.Entry(proof["objective"])
    objective = checker.Objective.read(entry)
    unit = checker.HiddenLayer(objective, entry)
    losses = []
    for root in proof["roots"]:
        radius = checker.Entry(root["radius"]).number()
        centre = [checker.Entry(x).number() for x in root["centre"]]
        inner = [checker.span(x - radius, x + radius) for x in centre]
        losses.append(objective.loss(unit.weights(inner)))
    return losses
