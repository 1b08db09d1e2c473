"""Gaussian smoothing makes the loss of one neuron convex if there is a penalty, else not always."""

from __future__ import annotations

from fractions import Fraction

import pytest

from claims.compiled import Function
from claims.mathematics import L2, SIGMOID, SQUARED_ERROR, Objective, neuron
from claims.numbers import (
    SYMBOLS,
    logistic,
    logistic_complement,
    quotient,
    square,
    symbols,
)
from claims.studies.recounting import as_counted, confirm, one_run_more

CLAIM = "homotopy-helps"
READING = "smoothing-convexifies"


def gaussian(w, u, rate):
    """exp(-rate (u - w)^2 / 2), written as s(h)/s(-h) = e^h; rate is one over tau squared."""
    exponent = -rate[0] * square(u[0] - w[0]) * Fraction(1, 2)
    return quotient(logistic(exponent), logistic_complement(exponent))


def narrower(w, u, rate):
    """Wrong on purpose: without the half in the exponent."""
    exponent = -rate[0] * square(u[0] - w[0])
    return quotient(logistic(exponent), logistic_complement(exponent))


@pytest.mark.claim(CLAIM, reading=READING, shows="holds", by="identity", when=["l2-penalty"])
@pytest.mark.control("narrower-kernel", "a kernel of half the variance", kernel=narrower)
def test_the_penalty_outweighs_what_smoothing_leaves(check, *, kernel=gaussian):
    r"""From $\tau^2 = B/\lambda$ on the smoothed loss is convex, with $B = \max (1 + |t_i|)^2$.

    The data term $L_0$ lies between 0 and $B$. Along a unit vector, smoothing is convolution with
    the density of $\mathcal N(0, \tau^2)$, whose second derivative is the density times $(\zeta^2 -
    1)/\tau^2$ with $\zeta = (u - w)/\tau$. So the second derivative of the smoothed data term is
    $\tau^{-2}\,\mathbb E[(\zeta^2 - 1) L_0]$, which is at least $-\tau^{-2} B\,\mathbb E|\zeta^2 -
    1| \ge -2B\tau^{-2}$, as $\mathbb E\,\zeta^2 = 1$. The penalty has the second derivative
    $2\lambda$ at every point, so its smoothing has it too. The sum $2\lambda - 2B\tau^{-2}$ is not
    negative once $\tau^2 \ge B/\lambda$. Argued in words, not executed, are the steps with the
    integral: that smoothing may be differentiated under it, that marginals of $\mathcal N(0, \tau^2
    I)$ along a line are normal, that $\mathbb E\,\zeta^2 = 1$, and $\mathbb E|\zeta^2 - 1| \le 2$.
    The derivative of the density and the Hessian of the penalty (for one and two inputs, and as
    many samples) are executed as identities, and the bound $(s - t)^2 \le (1 + |t|)^2$ by factors
    of one sign.
    """
    w, u, rate = symbols("w", 1), symbols("u", 1), symbols("k", 1)
    density = Function(kernel, w=(1,), u=(1,), rate=(1,))
    bend = density.hessian(w, u, rate)[0, 0]
    zeta_squared = rate[0] * square(u[0] - w[0])
    check.zero(
        bend - density.value(w, u, rate) * (zeta_squared - 1) * rate[0],
        "second derivative of the density minus (zeta^2 - 1)/tau^2 times the density",
    )
    strength = symbols("lam")
    for samples, features in ((1, 1), (2, 2)):
        shapes = {"theta": (features,), "inputs": (samples, features), "targets": (samples,)}
        network = neuron(features, SIGMOID)
        data = (
            symbols("p", features),
            symbols("x", samples, features),
            symbols("t", samples),
        )
        plain = Function(Objective(network, SQUARED_ERROR).value, **shapes).hessian(*data)
        unit = Function(Objective(network, SQUARED_ERROR, penalty=L2(1)).value, **shapes)
        identity = SYMBOLS.enter([[int(i == j) for j in range(features)] for i in range(features)])
        check.zero(
            unit.hessian(*data) - plain - 2 * identity,
            "the Hessian of the penalty of strength 1, minus 2 I",
            sizes=(samples, features),
        )
    bound, s, t = symbols("B"), symbols("s"), symbols("t")
    check.zero(
        square(1 + t) - square(s - t) - (1 - s) * (1 + s) - 2 * t * (1 + s),
        "(1 + t)^2 - (s - t)^2 minus two terms that are not negative for t >= 0 and s in (0, 1)",
    )
    check.zero(
        square(1 + t) - square(s + t) - (1 - s) * (1 + s + 2 * t),
        "the same with the target -t",
    )
    least = 2 * strength - 2 * bound * (strength / bound)
    check.zero(least, "2 lambda - 2 B/tau^2 at tau^2 = B/lambda")


@pytest.mark.claim(CLAIM, reading=READING, shows="fails", by="counterexample")
@pytest.mark.control("target-one", "the target 1 in place of 1/2", target=1)
def test_without_a_penalty_no_smoothing_is_enough(check, *, target=Fraction(1, 2)):
    r"""One point, no penalty: every smoothed loss stays below 1/4 and rises to it on both sides.

    For $x = 1$, $t = \frac12$: $\frac14 - L(w) = s(w)\,s(-w)$, positive everywhere and going to 0
    as $w \to \pm\infty$. So for every $\tau$ the smoothed loss $L_\tau$ is below $\frac14$
    everywhere and tends to $\frac14$ at both ends (dominated convergence). A convex function on the
    line that is bounded above is constant; but $L_\tau$ is not the constant $\frac14$, and no other
    constant tends to $\frac14$. So $L_\tau$ is convex for no $\tau$. Executed are the identity for
    the loss and its ends; what follows for the integral is argued. It is shown for this one point,
    which is enough to refute the statement without the penalty, and claimed for no other.
    """
    objective = Objective(neuron(1, SIGMOID), SQUARED_ERROR)
    w = symbols("w", 1)
    loss = objective.value(w, SYMBOLS.enter([[1]]), SYMBOLS.enter([target]))
    gap = logistic(w[0]) * logistic_complement(w[0])
    check.zero(Fraction(1, 4) - loss - gap, "1/4 - L(w) - s(w) s(-w)", target=target)
    for end in (0, 1):
        check.zero(gap.substitute({str(logistic(w[0])): end}), f"s(w) s(-w) as s goes to {end}")
    check.record(
        "loss at w = 0, x = 1",
        objective.value(w * 0, SYMBOLS.enter([[1]]), SYMBOLS.enter([target])),
    )
    check.size(points=1, weights=1)


@pytest.mark.claim(CLAIM, shows="holds", by="study")
@pytest.mark.control("one-run-more", "one more run counted", count=one_run_more)
def test_continuation_against_plain_descent(check, study_result, study_table, *, count=as_counted):
    """Descent on smoothed losses against plain descent, from the same starts at equal cost.

    The smoothed losses are averages over normal noise on every weight, whose width is halved in
    stages and then set to zero; each update takes the gradient at one random draw. The plan fixes
    problems, widths of the smoothing, budget, sample size and rule beforehand; the intervals and
    the decision are derived again here from the counted runs.
    """
    confirm(check, study_result, study_table, "continuation", "lower", count)
