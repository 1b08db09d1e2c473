"""Mini-batch descent can leave a worse minimum that holds full-batch descent; it need not."""

from __future__ import annotations

import json
from fractions import Fraction
from functools import cache
from itertools import pairwise

import pytest

from claims.compiled import Function
from claims.mathematics import (
    SIGMOID,
    SQUARE,
    SQUARED_ERROR,
    Objective,
    after_update,
    batches,
    expectation,
    neuron,
    one_hidden_layer,
)
from claims.numbers import BALLS, RATIONALS, SYMBOLS, Ball, square, symbols
from claims.proof.certificates import Problem
from claims.studies.recounting import as_counted, confirm, one_run_more

CLAIM = "sgd-leaves-local-minima"
NEURON = Objective(neuron(1, SIGMOID), SQUARED_ERROR)
STEP = 6
PIECES = 16


@cache
def recorded(objective, size):
    network = objective.network
    shapes = {"theta": (network.size,), "inputs": (size, network.widths[0]), "targets": (size,)}
    return Function(objective.value, **shapes)


def hull(arithmetic, low, high):
    """Return the interval as a ball; in rationals, where the sigmoid is undefined, an end."""
    ends = arithmetic.enter([low, high])
    return Ball(ends[0].arb.union(ends[1].arb)) if arithmetic is BALLS else ends[0]


class Neuron:
    """One sigmoid neuron with one weight on exact data: slopes and losses of batches in balls."""

    def __init__(self, check, inputs, targets):
        self.check, self.inputs, self.targets = check, inputs, targets
        self.all = tuple(range(len(inputs)))

    def at(self, arithmetic, what, batch, low, high=None):
        weight = hull(arithmetic, low, low if high is None else high)
        rows = list(batch)
        arrays = (
            arithmetic.enter([weight]),
            arithmetic.enter([[self.inputs[row]] for row in rows]),
            arithmetic.enter([self.targets[row] for row in rows]),
        )
        result = getattr(recorded(NEURON, len(rows)), what)(*arrays)
        return result if what == "value" else result.reshape(-1)[0]

    def everywhere(self, number, low, high, what):
        """Decide that ``number(arithmetic, a, b)`` is positive on pieces [a, b] of an interval."""
        ends = [low + (high - low) * Fraction(k, PIECES) for k in range(PIECES + 1)]
        for a, b in pairwise(ends):
            self.check.positive(
                lambda arithmetic, a=a, b=b: number(arithmetic, a, b),
                f"{what}, on [{a}, {b}]",
            )

    def increases(self, batch, low, high, step):
        """Show that the update on ``batch`` increases with the weight, so that ends go to ends."""
        self.everywhere(
            lambda arithmetic, a, b: 1 - self.at(arithmetic, "hessian", batch, a, b) * step,
            low,
            high,
            f"the update on {batch} with the step {step} increases with the weight",
        )

    def keeps(self, batch, low, high, step):
        """Show that the update on ``batch`` maps [low, high] into its interior."""
        self.increases(batch, low, high, step)
        for sign, end in ((-1, low), (1, high)):
            self.check.positive(
                lambda arithmetic, sign=sign, end=end: (
                    sign * self.at(arithmetic, "gradient", batch, end)
                ),
                f"the loss of {batch} falls from {end} towards the inside",
            )

    def is_convex(self, low, high):
        self.everywhere(
            lambda arithmetic, a, b: self.at(arithmetic, "hessian", self.all, a, b),
            low,
            high,
            "the loss is strictly convex on the interval",
        )

    def lies(self, side, level, low, high):
        """Show that the full loss is above (side 1) or below (side -1) a level on [low, high]."""
        self.everywhere(
            lambda arithmetic, a, b: side * (self.at(arithmetic, "value", self.all, a, b) - level),
            low,
            high,
            f"the loss lies {'above' if side > 0 else 'below'} {level}",
        )


U = Fraction(32, 100), Fraction(34, 100)
V = Fraction(3, 4), Fraction(5, 4)
LEVEL = Fraction(24, 1000)


@pytest.mark.claim(CLAIM, shows="holds", by="witness")
@pytest.mark.control("full-batch", "the batch of all examples on the way out", batch=(0, 1, 2))
@pytest.mark.control("large-step", "the step 40, at which nothing stays", step=40)
@pytest.mark.control(
    "lower-level", "0.0205 as the level, not all of V below", level=Fraction(41, 2000)
)
def test_one_update_leads_out(check, *, batch=(0,), step=STEP, level=LEVEL):
    r"""From a worse minimum of one neuron two of three examples lead below it in one update.

    A sigmoid neuron $s(wx)$, mean squared error, $x = (1, 1, 6)$, all targets $\frac34$, step 6. On
    $U = [0.32, 0.34]$ the loss is strictly convex and falls from both ends inwards: it has one
    minimiser $w^\ast \approx 0.327$ there, a strict one, with $L(w^\ast) > 0.024$. On $V = [0.75,
    1.25]$ the loss is below $0.024$. The full-batch update increases with the weight on
    both intervals and moves their ends inwards, so it maps each into itself. The update on an
    example with input 1 maps all of $U$ into $V$, since it increases and both ends land there.
    Such an example is drawn with probability $\frac23$. So full-batch descent from $U$ never leaves
    $U$, mini-batch descent is in $V$ after one update with that probability, and full-batch
    descent keeps $V$. Every sign is decided in balls, on sixteen pieces of an interval.
    """
    problem = Neuron(check, (1, 1, 6), (Fraction(3, 4),) * 3)
    problem.is_convex(*U)
    for low, high in (U, V):
        problem.keeps(problem.all, low, high, step)
    problem.lies(1, level, *U)
    problem.lies(-1, level, *V)
    problem.increases(batch, *U, step)
    for sign, end, limit in ((1, U[0], V[0]), (-1, U[1], V[1])):

        def inside(arithmetic, sign=sign, end=end, limit=limit):
            return sign * (end - problem.at(arithmetic, "gradient", batch, end) * step - limit)

        check.positive(inside, f"the end {end} of U lands in V", way_out=batch)
    chance = expectation(batches(3, 1), lambda drawn: Fraction(drawn in ((0,), (1,))))
    check.that(chance == Fraction(2, 3), "two of three batches lead out")
    check.record(("inputs", "targets", "step"), [problem.inputs, problem.targets, step])
    check.record("interval of the worse minimum, loss above the level", U)
    check.record("interval reached, loss below the level", V)
    check.record(("the level", "the probability"), [level, chance])
    check.size(weights=1, examples=len(problem.inputs))


def bernoulli(blocks, chance):
    return 1 / (1 + blocks * chance)


def twice_as_fast(blocks, chance):
    """Wrong on purpose: a bound that falls twice as fast."""
    return 1 / (1 + 2 * blocks * chance)


@pytest.mark.claim(CLAIM, reading="every-minimum", shows="holds", by="identity", when=["exit-path"])
@pytest.mark.control("twice-as-fast", "a bound that falls twice as fast", bound=twice_as_fast)
def test_a_way_out_is_taken_in_the_end(check, *, bound=bernoulli):
    r"""If K batches can always lead out, the chance to be inside after mK updates tends to zero.

    There are $M = \binom NB$ batches, drawn independently, so each sequence of $K$ of them has the
    probability $p = M^{-K} > 0$, and a shorter one more. While inside, the next $K$ updates lead
    out with probability at least $p$, wherever in the neighbourhood the descent is. Hence it has
    not left after $mK$ updates with probability at most $(1-p)^m \le \frac{1}{1+mp}$, which goes to
    0; the bound holds for $m = 0$, and then for each next $m$ because

    $$\frac{1}{1+(m+1)p} - \frac{1-p}{1+mp} = \frac{(m+1)\,p^2}{(1+mp)(1+(m+1)p)} \ge 0.$$

    Nothing else is used of the loss. The identity is checked in symbols; the probability of a
    sequence, and of never having met one in $m$ blocks, by listing all sequences of batches. For
    continuously differentiable losses on a closed bounded neighbourhood it is enough that every
    point has some way out, of any length: a sequence that leads out from a point does so from its
    surroundings, and finitely many of these cover the neighbourhood (argued, not executed). There
    the condition is equivalent to the conclusion from every start of the neighbourhood: the proof
    gives the bound on the probability, while whether a way out exists is for the data to decide.
    """
    m, p = symbols("m"), symbols("p")
    gap = bound(m + 1, p) - (1 - p) * bound(m, p)
    check.zero(gap - (m + 1) * square(p) / ((1 + m * p) * (1 + (m + 1) * p)), "one more block of K")
    for examples, size, length in ((2, 1, 2), (3, 1, 2), (3, 2, 1), (3, 2, 2)):
        drawn = batches(examples, size)
        blocks = [(Fraction(1), ())]
        for _ in range(length):
            blocks = after_update(blocks, drawn, lambda taken, batch: (*taken, batch))
        way_out = (drawn[0][1],) * length
        chance = expectation(blocks, lambda taken, out=way_out: Fraction(taken == out))
        check.that(chance == Fraction(1, len(drawn) ** length), "probability of a sequence")
        missed = [(Fraction(1), True)]
        for count in range(1, 4):
            missed = after_update(
                missed, blocks, lambda inside, taken, out=way_out: inside and taken != out
            )
            left = expectation(missed, Fraction)
            check.that(
                left == (1 - chance) ** count and left <= bound(count, chance),
                "the chance to be inside after some blocks",
                examples=examples,
                size=size,
                length=length,
                blocks=count,
            )
            missed = [(left, True), (1 - left, False)]


@pytest.mark.claim(CLAIM, reading="every-minimum", shows="fails", by="counterexample")
@pytest.mark.control("single-examples", "batches of one example in place of two", size=1)
def test_a_box_that_no_batch_leaves(check, *, size=2):
    r"""Three examples, batches of two: an interval round a worse minimum that no batch leaves.

    A sigmoid neuron, mean squared error, $x = (1, 1, 8)$, targets $(\frac34, \frac34, \frac12)$,
    step 6. On $U = [1, 1.2]$ the loss is strictly convex, with one minimiser, and above
    $0.08$; at $w = 0$ it is $\frac1{24} < 0.042$. For each of the three batches the update
    increases with the weight on $U$ and moves both ends inwards: it maps $U$ into itself. Started
    in $U$, no sequence of batches ever leads out, though the noise does not vanish: the example
    with input 8 has a positive slope all over $U$, which is zero nowhere for all examples.
    Drawn alone, again and again, it would drive the weight out.
    """
    problem = Neuron(check, (1, 1, 8), (Fraction(3, 4), Fraction(3, 4), Fraction(1, 2)))
    low, high = Fraction(1), Fraction(6, 5)
    problem.is_convex(low, high)
    problem.keeps(problem.all, low, high, STEP)
    problem.lies(1, Fraction(8, 100), low, high)
    problem.lies(-1, Fraction(42, 1000), Fraction(0), Fraction(0))
    problem.everywhere(
        lambda arithmetic, a, b: problem.at(arithmetic, "gradient", (2,), a, b),
        low,
        high,
        "the example with input 8 has a positive slope",
    )
    for _, batch in batches(3, size):
        problem.keeps(batch, low, high, STEP)
    check.record(("inputs", "targets", "step"), [problem.inputs, problem.targets, STEP])
    check.record("size of the batches", size)
    check.record("interval never left", [low, high])
    check.size(weights=1, examples=len(problem.inputs))


@pytest.mark.claim(CLAIM, reading="every-minimum", shows="fails", by="counterexample")
@pytest.mark.control("active-unit", "the bias 1 in place of 0", bias=1)
def test_a_minimum_at_which_every_example_is_stationary(check, *, bias=0):
    r"""Where the gradient of every example vanishes nothing moves, whatever the step and the batch.

    The network $v\,(wx + b)^2$, mean squared error, $x = (0, 1)$, $y = (-1, -1)$. At $w = b = 0$,
    $v = 1$ every batch gradient is zero, for each size of batch, so descent stays for ever. With
    $v > 0$ the loss exceeds 1, its value there, by $\frac12\sum_i v h_i^2 (v h_i^2 + 2) \ge 0$,
    $h_i = wx_i + b$: a local minimum. At $w = 0$, $b = 1$, $v = -1$ the loss is 0. The identity
    for the loss holds for all parameters. As with fitted data there is no noise at the minimum,
    but here nothing is fitted.
    """
    network = one_hidden_layer(1, 1, SQUARE, output_bias=False)
    objective = Objective(network, SQUARED_ERROR)
    inputs, targets = RATIONALS.enter([[0], [1]]), RATIONALS.enter([-1, -1])
    point = RATIONALS.enter([0, bias, 1])
    for size in (1, 2):
        for _, batch in batches(2, size):
            rows = list(batch)
            slope = recorded(objective, size).gradient(point, inputs[rows], targets[rows])
            check.zero(slope, f"the gradient of the batch {batch}", bias=bias)
    check.zero(objective.value(point, inputs, targets) - 1, "the loss at the point minus 1")
    lower = RATIONALS.enter([0, 1, -1])
    check.zero(objective.value(lower, inputs, targets), "the loss at a lower point")
    theta = symbols("t", 3)
    inputs, targets = SYMBOLS.enter([[0], [1]]), SYMBOLS.enter([-1, -1])
    lifted = theta[2] * square(inputs[:, 0] * theta[0] + theta[1])
    above = (lifted * (lifted + 2)).sum() * Fraction(1, 2)
    check.zero(objective.value(theta, inputs, targets) - 1 - above, "the loss minus 1, a sum")
    check.record(("inputs", "targets"), [inputs, targets])
    check.record("minimum (w, b, v) of loss 1", [entry.fraction for entry in point])
    check.record("lower point, of loss 0", [entry.fraction for entry in lower])
    check.size(examples=2, inputs=1, units=1, smaller="one example has no smaller batch")


LEFT, KEPT = "batch-escape-neuron.json", "batch-trap-neuron.json"


def as_written(proof):
    return proof


def by_the_far_example(proof):
    return proof | {"path": [[2]] * len(proof["path"])}


def with_step_40(proof):
    return proof | {"step": "40"}


@pytest.mark.claim(CLAIM, shows="holds", by="certificate")
@pytest.mark.control("far-example", "the example with input 6 in the path", edit=by_the_far_example)
@pytest.mark.control("step-40", "the step 40, at which nothing stays", edit=with_step_40)
@pytest.mark.control("other-certificate", "that of a trap", name=KEPT)
def test_a_certified_way_out(check, certificates, *, edit=as_written, name=LEFT):
    r"""Two boxes and a path of three mini-batches between them, with a certificate.

    The same three examples and step 6. Full-batch descent keeps the box round the worse minimum
    near 0.327 and the one round 1.064; the example with input 1, drawn three times in a row
    (probability at least $\frac1{27}$), leads from all of the former into the latter, where the
    loss is less than anywhere in the former. Every image of a box is enclosed in balls.
    """
    path = certificates / name
    problem = Problem(neuron(1, SIGMOID), [[1], [1], [6]], [Fraction(3, 4)] * 3)
    objective = problem.definition()
    check.record(
        "certified", check.certificate(path, kind="batch-escape", objective=objective, edit=edit)
    )
    proof = json.loads(path.read_text())["proof"]
    check.that((proof["step"], proof["size"]) == ("6", 1), "step 6, batches of one example")
    check.that(
        [[problem.inputs[i] for i in batch] for batch in proof["path"]] == [[[1]]] * 3,
        "an example with input 1, three times in a row",
    )
    worse, better = (round(float(proof[box]["centre"][0]), 3) for box in ("inside", "outside"))
    check.that((worse, better) == (0.327, 1.064), "the boxes lie where it is told here")


def with_single_examples(proof):
    return proof | {"size": 1}


@pytest.mark.claim(CLAIM, reading="every-minimum", shows="fails", by="certificate")
@pytest.mark.control("certified-singles", "batches of one example", edit=with_single_examples)
@pytest.mark.control("other-certificate", "that of a way out", name=LEFT)
def test_a_certified_box_that_no_batch_leaves(check, certificates, *, edit=as_written, name=KEPT):
    """A box round the worse minimum that no batch of two leads out of, with a certificate.

    The three examples with inputs 1, 1, 8: each of the three batches maps the box of radius 0.1
    round 1.089 into its interior, though the slope of one example is nowhere 0 there.
    """
    path = certificates / name
    targets = [Fraction(3, 4), Fraction(3, 4), Fraction(1, 2)]
    problem = Problem(neuron(1, SIGMOID), [[1], [1], [8]], targets)
    objective = problem.definition()
    check.record(
        "certified", check.certificate(path, kind="batch-trap", objective=objective, edit=edit)
    )
    proof = json.loads(path.read_text())["proof"]
    check.that((proof["step"], proof["size"]) == ("6", 2), "step 6, batches of two examples")
    check.that(
        (proof["box"]["radius"], round(float(proof["box"]["centre"][0]), 3)) == ("0.1", 1.089),
        "the box is that told here",
    )


@pytest.mark.claim(CLAIM, reading="how-often", shows="holds", by="study")
@pytest.mark.control("one-run-more", "one more run counted", count=one_run_more)
def test_how_often_it_has_left(check, study_result, study_table, *, count=as_counted):
    """Single examples leave a worse minimum often with large steps, and not with small ones.

    Runs start beside a certified minimum, the same for all arms, and count as having left if
    full-batch descent does not lead them back while full-batch descent at the same step stayed.
    The plan fixes data, widths, steps, sample size and decision rule beforehand. Here the table is
    counted again, the simultaneous intervals and the decision are derived from it by the plan's
    rule, and compared with what the study reported.
    """
    confirm(check, study_result, study_table, "sgd-exit", "leaves", count)


@pytest.mark.claim(CLAIM, reading="to-a-lower-level", shows="holds", by="study")
@pytest.mark.control("one-run-more", "one more run counted", count=one_run_more)
def test_how_often_it_comes_to_a_lower_level(check, study_result, study_table, *, count=as_counted):
    """Most runs by single examples that leave do not come to a lower level.

    The same runs; what counts is that full-batch descent leads down from where the run has come to
    a loss below that of the minimum. The table is counted again here, and the intervals and the
    decision are derived from it by the plan's rule.
    """
    confirm(check, study_result, study_table, "sgd-exit", "to-a-lower-level", count)


@pytest.mark.claim(CLAIM, reading="larger-step", shows="holds", by="study")
@pytest.mark.control("one-run-more", "one more run counted", count=one_run_more)
def test_larger_steps_leave_more_often(check, study_result, study_table, *, count=as_counted):
    """How much more often the largest step leaves than the smallest.

    Runs start beside a certified minimum, the same for all arms, and count as having left if
    full-batch descent does not lead them back while full-batch descent at the same step stayed.
    The plan fixes data, widths, steps, sample size and decision rule beforehand. Here the table is
    counted again, the simultaneous intervals and the decision are derived from it by the plan's
    rule, and compared with what the study reported.
    """
    confirm(check, study_result, study_table, "sgd-exit", "larger-step", count)


@pytest.mark.claim(CLAIM, reading="smaller-batch", shows="holds", by="study")
@pytest.mark.control("one-run-more", "one more run counted", count=one_run_more)
def test_smaller_batches_leave_more_often(check, study_result, study_table, *, count=as_counted):
    """How much more often single examples leave than batches of five.

    Runs start beside a certified minimum, the same for all arms, and count as having left if
    full-batch descent does not lead them back while full-batch descent at the same step stayed.
    The plan fixes data, widths, steps, sample size and decision rule beforehand. Here the table is
    counted again, the simultaneous intervals and the decision are derived from it by the plan's
    rule, and compared with what the study reported.
    """
    confirm(check, study_result, study_table, "sgd-exit", "smaller-batch", count)
