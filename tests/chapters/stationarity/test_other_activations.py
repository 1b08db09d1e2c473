"""Activations for which the gradient of one neuron has zeros in closed form, and one without."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from itertools import product

import numpy as np
import pytest
from flint import fmpz_poly
from hypothesis import assume
from hypothesis import strategies as st

from claims.compiled import Function
from claims.mathematics import (
    ARCTAN,
    CUBIC,
    HALF_SQUARED_ERROR,
    IDENTITY,
    RELU,
    SIGMOID,
    SOFTPLUS,
    SQUARE,
    SQUARED_ERROR,
    TANH,
    Activation,
    Hyperplane,
    NoZero,
    Objective,
    Parity,
    Range,
    as_symbol,
    count_roots,
    neuron,
    normal_solutions,
    one_point_zeros,
    prove_symmetric,
)
from claims.numbers import RATIONALS, SYMBOLS, square, symbols, uninterpreted
from claims.testing import given, strategies

CLAIM = "other-activations"


def activation_of(name, value, derivative):
    return Activation(name, value, derivative, Parity.NONE, Range(None, None), False)


ANY = activation_of("any", uninterpreted("a"), uninterpreted("a'"))


@cache
def function_of(activation, samples, features, loss=SQUARED_ERROR):
    objective = Objective(neuron(features, activation), loss, reduction="sum")
    return Function(
        objective.value,
        theta=(features,),
        inputs=(samples, features),
        targets=(samples,),
    )


def error_times_slope(value, slope, target):
    return (value - target) * slope


def slope_squared(value, slope, target):
    return (value - target) * slope * slope


@pytest.mark.claim(CLAIM, shows="holds", by="identity")
@pytest.mark.control("slope-squared", "the factor a' twice", coefficient=slope_squared)
def test_the_error_is_the_only_factor_that_can_vanish(check, *, coefficient=error_times_slope):
    r"""One point: if $a'$ has no zero, the gradient vanishes exactly where $a(w\cdot x) = t$.

    For an activation of which nothing is known the gradient of $\frac12 (t - a(w\cdot x))^2$ is
    $(a(h) - t)\,a'(h)\,x$ with $h = w\cdot x$. With $a' \ne 0$ and $x \ne 0$ only the first factor
    can vanish. A derivative without a zero has one sign (Darboux), so $a$ is injective: the zeros
    are the hyperplane $w\cdot x = a^{-1}(t)$, or there is none if $t$ is no value of $a$. In one
    dimension with $x = 1$ the zero is $a^{-1}(t)$ itself: a formula for the zeros is one for the
    inverse, and the other way round. `one_point_zeros` gives them for the identity, sigmoid, tanh,
    arctan and softplus. Identity for symbolic data in one to three dimensions; the dimension enters
    through $w\cdot x$ and the factor $x$ alone.
    """
    for features in (1, 2, 3):
        theta, x, target = symbols("w", features), symbols("x", features), symbols("t")
        h = theta @ x
        expected = coefficient(h.uninterpreted("a"), h.uninterpreted("a", 1), target) * x
        gradient = function_of(ANY, 1, features, HALF_SQUARED_ERROR).gradient
        check.zero(
            gradient(theta, x[None], np.array([target])) - expected,
            "the gradient minus (a - t) a' x",
            features=features,
        )


@st.composite
def points(draw):
    """An activation, an integer input (d,), a target in or out of its range, a multiple of x."""
    activation = draw(st.sampled_from([IDENTITY, SIGMOID, TANH, ARCTAN, SOFTPLUS]))
    x = draw(strategies.integer_arrays(draw(st.integers(1, 4)), 4))
    low, high = {"sigmoid": (-4, 36), "tanh": (-40, 40), "softplus": (-16, 80)}.get(
        activation.name, (-54, 54)
    )
    target = Fraction(draw(st.integers(low, high)), 32)
    return activation, x, target, Fraction(draw(st.integers(-8, 8)), 16)


def side_of_range(activation, target):
    """-1 or 1 where the target is at most, or at least, all values of the activation, else 0."""
    half_pi = Fraction(157_079_632, 10**8)  # rounded down; no target in 32nds is next to it
    low, high = {
        "sigmoid": (0, 1),
        "tanh": (-1, 1),
        "arctan": (-half_pi, half_pi),
        "softplus": (0, None),
        "identity": (None, None),
    }[activation.name]
    if low is not None and target <= low:
        return -1
    return 1 if high is not None and target >= high else 0


def as_found(found):
    return found


def other_target(found):
    return Hyperplane(found.activation, found.inputs, found.target + Fraction(1, 2**50))


def range_halved(activation, target):
    """Wrong on purpose: targets taken for twice as far out."""
    return side_of_range(activation, 2 * target)


@pytest.mark.claim(CLAIM, shows="holds", by="property")
@pytest.mark.control("other-target", "2^-50 added to the target", adjust=other_target)
@pytest.mark.control("half-the-range", "half of the range of the activation", outside=range_halved)
@given(problem=points(), draws=300)
def test_random_points_for_five_activations(
    check, problem, *, adjust=as_found, outside=side_of_range
):
    r"""The slope changes sign across the closed form, for five activations and random points.

    Within $2^{-60}$ of the hyperplane on either side, decided in balls. Where the target is no
    value of the activation, the function says so and the slope has one sign at a random weight.
    """
    activation, x, target, multiple = problem
    assume(x.any())
    witness = {"activation": activation, "x": x, "target": target}
    found = one_point_zeros(activation, x, target)
    gradient = function_of(activation, 1, len(x)).gradient
    beyond = outside(activation, target)
    if beyond:
        check.label(f"{activation.name}, out of range")
        check.that(found is NoZero.OUT_OF_RANGE, "there is no zero", **witness)

        def error(arithmetic):
            row = arithmetic.enter(x)
            return (gradient(row * multiple, row[None], arithmetic.enter([target])) @ row) * -beyond

        check.positive(error, "the slope has one sign", multiple=multiple, **witness)
        return
    check.label(activation.name)
    check.that(isinstance(found, Hyperplane), "there is a zero", **witness)
    for side in (-1, 1):

        def slope(arithmetic, side=side):
            row = arithmetic.enter(x)
            step = row * Fraction(side, 2**60 * int(x @ x))
            place = adjust(found).nearest_to_origin(arithmetic) + step
            return (gradient(place, row[None], arithmetic.enter([target])) @ row) * side

        check.positive(slope, "the slope changes from - to +", **witness)


def normal_residual(inputs, theta, targets):
    return inputs.T @ (inputs @ theta) - inputs.T @ targets


def other_residual(inputs, theta, targets):
    return inputs.T @ (inputs @ theta) + inputs.T @ targets


@pytest.mark.claim(CLAIM, reading="identity", shows="holds", by="identity")
@pytest.mark.control("wrong-sign", "X'Xw + X't in place of X'Xw - X't", residual=other_residual)
def test_the_identity_leads_to_the_normal_equations(check, *, residual=normal_residual):
    r"""Without an activation the gradient is $2(X^\top X w - X^\top t)$, and has a zero.

    A vector $u$ with $X^\top X u = 0$ has $u^\top X^\top X u = \lVert Xu\rVert^2 = 0$, so $Xu =
    0$, and $u\cdot X^\top t = (Xu)\cdot t = 0$: the right-hand side is orthogonal to the null
    space of the symmetric matrix $X^\top X$, hence in its range. Identities for symbolic data of
    one to three points in one to three dimensions; in matrices they read the same for all.
    """
    for samples, features in ((1, 1), (1, 2), (2, 2), (3, 2), (2, 3)):
        inputs, targets = symbols("x", samples, features), symbols("t", samples)
        theta, u = symbols("w", features), symbols("u", features)
        gradient = function_of(IDENTITY, samples, features).gradient(theta, inputs, targets)
        shape = {"samples": samples, "features": features}
        check.zero(
            gradient - 2 * residual(inputs, theta, targets),
            "gradient minus 2 (X'Xw - X't)",
            **shape,
        )
        image = inputs @ u
        check.zero(u @ (inputs.T @ image) - square(image).sum(), "u.X'Xu minus |Xu|^2", **shape)
        check.zero(u @ (inputs.T @ targets) - image @ targets, "u.X't minus (Xu).t", **shape)


@st.composite
def regressions(draw):
    """Integer inputs (N, d) of every rank, targets (N,) and coefficients (d,)."""
    shape = draw(st.integers(1, 5)), draw(st.integers(1, 4))
    entry = st.integers(-3, 3)
    inputs = draw(strategies.integer_arrays(shape, 3))
    if draw(st.booleans()):
        inputs[:, -1] = inputs[:, 0] * draw(entry)
    targets, weights = (draw(strategies.integer_arrays(size, 3)) for size in shape)
    return inputs, targets, weights


def first_target_moved(targets):
    return np.array([targets[0] + 1, *targets[1:]])


@pytest.mark.claim(CLAIM, reading="identity", shows="holds", by="property")
@pytest.mark.control("moved-target", "1 added to a target", change=first_target_moved)
@given(problem=regressions(), draws=260)
def test_random_normal_equations(check, problem, *, change=lambda targets: targets):
    r"""On random data of every rank `normal_solutions` gives zeros of the gradient, exactly."""
    inputs, targets, weights = problem
    found = normal_solutions(inputs, change(targets))
    check.label("unique" if not found.directions else "a family")
    point = np.array(found.point, dtype=object)
    for row, weight in zip(found.directions, weights, strict=False):
        point = point + np.array(row, dtype=object) * int(weight)
    gradient = function_of(IDENTITY, *inputs.shape).gradient(
        *map(RATIONALS.enter, (point, inputs, targets))
    )
    check.zero(gradient, "the gradient", inputs=inputs, targets=targets, weights=weights)


def power_sum(values, k):
    """The stationary condition of powers x_i^k: T - W S, where W is w^k."""
    targets, powers, level = values
    return (targets * powers).sum() - level * square(powers).sum()


def unsquared_sum(values, k):
    targets, powers, level = values
    return (targets * powers).sum() - level * powers.sum()


def raised_to(k, h):
    return h if k == 1 else raised_to(k - 1, h) * h


def power(k):
    return activation_of(f"power {k}", lambda h: raised_to(k, h), lambda h: k * raised_to(k - 1, h))


@pytest.mark.claim(CLAIM, reading="scalar-power", shows="holds", by="identity")
@pytest.mark.control("sum-of-powers", "sum x^k in place of sum x^2k", condition=unsquared_sum)
def test_powers_lead_to_a_root(check, *, condition=power_sum):
    r"""For $a(h) = h^k$ and one weight, $w L'(w) = -2k\,w^k (T - w^k S)$: a $k$-th root.

    $T = \sum_i t_i x_i^k$ and $S = \sum_i x_i^{2k} > 0$. For any activation $w L'(w) = \sum_i 2
    (a_i - t_i)\,a'_i\,w x_i$, and a power has $h\,a'(h) = k\,a(h)$ and $a(w x_i) = w^k x_i^k$:
    with symbols for $w^k$ and $x_i^k$ the identity holds for every $k$ at once. So $L'(w) = 0$
    for $w \ne 0$ exactly where $w^k = T/S$; at $w = 0$ the factor $w^{k-1}$ makes it zero, $k$
    being at least 2. Checked directly for $k = 2, \dots, 5$ as well.
    """
    for samples in (1, 2, 3):
        weight, x = symbols("w", 1), symbols("x", samples, 1)
        targets, powers, level = symbols("t", samples), symbols("p", samples), symbols("W")
        k = symbols("k")
        slope = function_of(ANY, samples, 1).gradient(weight, x, targets)[0]
        products = [entry * weight[0] for entry in x[:, 0]]
        values = {
            str(h.uninterpreted("a")): level * p for h, p in zip(products, powers, strict=True)
        } | {
            str(h.uninterpreted("a", 1)): k * level * p / h
            for h, p in zip(products, powers, strict=True)
        }
        found = weight[0] * slope.substitute(values)
        expected = -2 * k * level * condition((targets, powers, level), k)
        check.zero(found - expected, "w L' minus its closed form, any k", samples=samples)
        for number, activation in ((2, SQUARE), (3, CUBIC), (4, power(4)), (5, power(5))):
            slope = function_of(activation, samples, 1).gradient(weight, x, targets)[0]
            raised = power(number).value
            inner = condition((targets, raised(x[:, 0]), raised(weight[0])), number)
            expected = -2 * number * raised(weight[0]) * inner
            check.zero(weight[0] * slope - expected, "w L' minus its closed form", k=number)
            at_zero = function_of(activation, samples, 1).gradient(0 * weight, x, targets)
            check.zero(at_zero, "L' at w = 0", k=number, samples=samples)


def gated(pattern):
    """ReLU where the points of ``pattern`` (N,), of zeros and ones, are active."""
    gate = SYMBOLS.enter(np.array(pattern)[:, None])
    return activation_of("ReLU on a pattern", lambda h: gate * h, lambda h: gate)


def active(pattern):
    return [number for number, entry in enumerate(pattern) if entry]


def one_more(pattern):
    """Wrong on purpose: the first point counted as active."""
    return sorted({0, *active(pattern)})


@pytest.mark.claim(CLAIM, reading="relu", shows="holds", by="property")
@pytest.mark.control("one-more", "the first point always counted as active", points=one_more)
@given(problem=regressions())
def test_random_relu_gradients(check, problem, *, points=active):
    r"""On random data the gradient of a ReLU neuron is that of least squares on active points.

    Exact, in rational numbers; weights on a kink are passed over, but inputs 0, which are never
    active, are let in: they add a constant.
    """
    inputs, targets, weights = problem
    products = inputs @ weights
    assume(products[inputs.any(axis=1)].all())
    chosen = points(products > 0)
    check.label(f"{min(len(chosen), 3)} active")
    data = RATIONALS.enter(inputs), RATIONALS.enter(targets)
    theta = RATIONALS.enter(weights)
    gradient = function_of(RELU, *inputs.shape).gradient(theta, *data)
    rows, values = data[0][chosen], data[1][chosen]
    least_squares = 2 * (rows.T @ (rows @ theta - values)) if chosen else 0 * theta
    check.zero(
        gradient - least_squares,
        "the gradient minus 2 X_A'(X_A w - t_A)",
        inputs=inputs,
        targets=targets,
        weights=weights,
    )


def a_point_of(pattern, features):
    """Integer weights (d,), inputs (N, d) of which those of the pattern are active, targets."""
    signs = 2 * np.array(pattern)[:, None] - 1
    inputs = signs * (np.arange(1, len(pattern) + 1)[:, None] + np.arange(features))
    return np.arange(1, features + 1), inputs, np.array([5, -7, 11])[: len(pattern)]


@pytest.mark.claim(CLAIM, reading="relu", shows="holds", by="identity")
@pytest.mark.control("one-more", "the first point always counted as active", points=one_more)
@pytest.mark.control("ungated", "the identity in place of ReLU", unit=IDENTITY)
def test_relu_is_linear_on_each_pattern(check, *, points=active, unit=RELU):
    r"""In the region of a pattern of active points the zeros solve a linear system.

    Where no $w\cdot x_i$ is 0, ReLU multiplies each $w\cdot x_i$ by 1 or 0, and goes on doing so
    in a neighbourhood. With these factors the gradient is $2 X_A^\top (X_A w - t_A)$, over the
    active points $A$: the normal equations of $A$. For each of the finitely many patterns one
    linear system, whose solutions count if they lie in the region. A point with $x_i = 0$ adds a
    constant to the loss, whatever the pattern says of it. Identities for all patterns of up to
    three points in one or two dimensions; the loss is a sum over the points. That ReLU has
    the value and the derivative of its factor where the pattern is the stated one, is executed in
    rational numbers, at one weight for each of the patterns.
    """
    for samples, features in ((1, 1), (2, 2), (3, 2)):
        theta, inputs = symbols("w", features), symbols("x", samples, features)
        targets = symbols("t", samples)
        for pattern in product((0, 1), repeat=samples):
            objective = Objective(neuron(features, gated(pattern)), SQUARED_ERROR, reduction="sum")
            value = objective.value(theta, inputs, targets)
            chosen = points(pattern)
            rows = inputs[chosen]
            errors = square(rows @ theta - targets[chosen]).sum() if chosen else 0
            idle = [number for number in range(samples) if not pattern[number]]
            constant = square(targets[idle]).sum() if idle else 0
            check.zero(
                value - errors - constant,
                "the loss minus least squares on the active points and a constant",
                pattern=pattern,
            )
            normal = function_of(IDENTITY, samples, features).gradient(
                theta, inputs * np.array(pattern)[:, None], targets * np.array(pattern)
            )
            expected = 2 * (rows.T @ (rows @ theta - targets[chosen])) if chosen else 0 * theta
            check.zero(normal - expected, "the gradient minus 2 X_A'(X_A w - t_A)", pattern=pattern)
            relu = function_of(unit, samples, features)
            place, data, labels = a_point_of(pattern, features)
            found = relu.value(*map(RATIONALS.enter, (place, data, labels)))
            same = objective.value(*map(SYMBOLS.enter, (place, data, labels)))
            check.zero(same - SYMBOLS.enter(found.fraction), "value of ReLU", pattern=pattern)
            slopes = relu.gradient(*map(RATIONALS.enter, (place, data, labels)))
            rows, rest = data[chosen], labels[chosen]
            check.zero(
                slopes - RATIONALS.enter(2 * (rows.T @ (rows @ place - rest))),
                "derivative of ReLU",
                pattern=pattern,
            )


@pytest.mark.claim(CLAIM, reading="relu-minima", shows="fails", by="counterexample")
@pytest.mark.control("inside-a-region", "the target 1 at x = 1, fitted at w = 1", first=1)
def test_the_only_minimum_lies_on_a_kink(check, *, first=-1):
    r"""Two points, one weight: no region holds a zero, and the only minimum is the kink $w = 0$.

    For $x = (1, -1)$, $t = (-1, -1)$ one point is active on either side of 0, and $L = (\lvert w
    \rvert + 1)^2 + 1 = 2 + \lvert w\rvert (\lvert w\rvert + 2)$, above $L(0) = 2$ for $w \ne 0$ and
    increasing on the way out: no other minimum. The normal equation of the point active for $w >
    0$ has the solution $-1$, that of the other one $1$: each outside its region. The slopes at 0
    are $-2$ from the left and $2$ from the right. Between them lies 0: the minimum is stationary in
    the sense of Clarke, and no zero of a gradient. The first point alone is enough for a minimum on
    a kink: its loss is 1 for $w \le 0$ and $1 + w(w + 2)$ beyond, so that $w = 0$ is one of many.
    """
    inputs, targets = np.array([[1], [-1]]), np.array([first, -1])
    weight, data = symbols("w", 1), (SYMBOLS.enter(inputs), SYMBOLS.enter(targets))
    for number, side in ((0, 1), (1, -1)):
        rows = slice(number, number + 1)
        found = Fraction(normal_solutions(inputs[rows], targets[rows]).point[0])
        witness = {"inputs": inputs, "targets": targets, "side": side}
        check.that(found * side < 0, "the solution lies on the other side", **witness)
        pattern = [int(number == 0), int(number == 1)]
        piece = Objective(neuron(1, gated(pattern)), SQUARED_ERROR, reduction="sum")
        rise = piece.value(weight, *data) - 2
        check.zero(rise - weight[0] * (weight[0] + 2 * side), "L - 2 on this side", **witness)
    at_kink = function_of(RELU, 2, 1).value(*map(RATIONALS.enter, ([0], inputs, targets)))
    check.zero(at_kink - 2, "L(0) minus 2", targets=targets)
    for active in (0, 1):
        alone = Objective(neuron(1, gated([active])), SQUARED_ERROR)
        rise = alone.value(weight, SYMBOLS.enter([[1]]), SYMBOLS.enter([-1])) - 1
        check.zero(rise - active * weight[0] * (weight[0] + 2), "L - 1 on one side, one point")
    check.record("inputs", inputs[:, 0])
    check.record("targets", targets)
    check.record("the only minimum", f"w = 0, on the kink, L = {at_kink}")
    check.size(points=1, weights=1)


CUBIC_PLUS = activation_of("h^3 + h", lambda h: h * square(h) + h, lambda h: 3 * square(h) + 1)
QUINTIC_PLUS = activation_of(
    "h^5 + h",
    lambda h: h * square(square(h)) + h,
    lambda h: 5 * square(square(h)) + 1,
)


QUINTIC_MINUS = activation_of(
    "h^5 - h",
    lambda h: h * square(square(h)) - h,
    lambda h: 5 * square(square(h)) - 1,
)


def integer_polynomial(expression):
    """The primitive polynomial of the numerator of an expression in one generator."""
    coefficients = {
        sum(exponents): int(value.p) for exponents, value in expression.numerator.to_dict().items()
    }
    found = fmpz_poly([coefficients.get(i, 0) for i in range(max(coefficients) + 1)])
    return found / found.content()


@pytest.mark.claim(CLAIM, reading="any-increasing", shows="fails", by="counterexample")
@pytest.mark.control("cubic", "h^3 + h, which Cardano's formula inverts", activation=CUBIC_PLUS)
@pytest.mark.control("fifth-power", "h^5, which a fifth root inverts", activation=power(5))
@pytest.mark.control("not-increasing", "h^5 - h, which falls near 0", activation=QUINTIC_MINUS)
def test_a_quintic_without_an_inverse_in_closed_form(check, *, activation=QUINTIC_PLUS):
    r"""For $a(h) = h^5 + h$ a single point has a zero without radicals, and without a formula.

    $a' = 5h^4 + 1$ has no real root (Sturm). On the point $x = 1$, $t = 3$ the gradient
    vanishes at the one real root of $w^5 + w - 3$. It is irreducible, of discriminant 253381;
    modulo a prime it has one factor of degree 2 and others of odd degrees, so that its Galois group
    is $S_5$ (the argument stands under no-closed-form-in-general): no radicals.

    *As a function of the target* the zero is a branch of $w^5 + w - t = 0$. This is linear in $t$,
    hence irreducible over $\mathbb C(t)$. Its discriminant $3125\,t^4 + 256$ has four different
    roots: at each just two of the five solutions meet, and a loop round it exchanges them. The
    monodromy group is transitive and generated by transpositions, hence $S_5$, which is not
    solvable: no quadratures in $t$, elementary functions included (Khovanskii, *Topological Galois
    Theory*, 2014, quoted).
    """
    w, target = symbols("w", 1), symbols("t")
    slope = function_of(activation, 1, 1, HALF_SQUARED_ERROR).gradient(
        w, SYMBOLS.enter([[1]]), np.array([target])
    )[0]
    equation = activation.value(w[0]) - target
    factored = equation * activation.derivative(w[0])
    check.zero(slope - factored, "the gradient minus (a(w) - t) a'(w)", activation=activation)
    found = integer_polynomial(equation.substitute({"t": 3}))
    proof = prove_symmetric(found)
    check.that(
        proof is not None and proof.degree >= 5,
        "at t = 3 the Galois group is S_n, n at least 5",
        activation=activation,
    )
    check.that(count_roots(found) == 1, "one real root at t = 3", activation=activation)
    discriminant = equation.numerator.discriminant("w_0")
    degree = discriminant.degrees()[discriminant.context().names().index("t")]
    check.that(
        degree == proof.degree - 1 and discriminant.gcd(discriminant.derivative("t")).is_constant(),
        "the discriminant in t has n - 1 different roots",
        activation=activation,
    )
    derivative = integer_polynomial(activation.derivative(w[0]))
    check.that(count_roots(derivative) == 0, "a' has no real root", activation=activation)
    check.record("polynomial at t = 3", as_symbol(found, "w"))
    check.record("its discriminant", found.discriminant())
    check.record("discriminant in t", discriminant)
    prime, pattern = proof.transposition
    check.record("Galois group at t = 3", f"S_{proof.degree}: degrees {pattern} modulo {prime}")
    check.size(points=1, degree=5, smaller="up to degree 4 radicals invert a polynomial")


@pytest.mark.claim(CLAIM, reading="increasing-polynomial", shows="fails", by="counterexample")
@pytest.mark.control("pure-cube", "h^3 in place of h^3 + h", activation=CUBIC)
@pytest.mark.control("one-input", "the inputs 1 and 1", inputs=(1, 1))
def test_a_cubic_without_radicals(check, *, activation=CUBIC_PLUS, inputs=(1, 2)):
    r"""For $a(h) = h^3 + h$ two points suffice for a zero without radicals.

    $a' = 3h^2 + 1$ has no real root (Sturm). For $x = (1, 2)$, $t = (1, 0)$ the derivative is
    a positive multiple of $(195w^5 + 68w^3 - 3w^2 + 5w - 1)$, with one real root.
    It is irreducible; modulo 23 it has factors of degrees 2 and 3, so its Galois group is $S_5$, as
    under no-closed-form-in-general. One point with this cubic is solved by Cardano's formula; two
    are not. From degree 5 on one point suffices (see the reading on every activation whose
    derivative has no zero).
    """
    weight = symbols("w", 1)
    slope = function_of(activation, 2, 1).gradient(
        weight, SYMBOLS.enter(np.array(inputs)[:, None]), SYMBOLS.enter([1, 0])
    )[0]
    found = integer_polynomial(slope)
    witness = {"inputs": inputs, "activation": activation}
    proof = prove_symmetric(found)
    check.that(
        proof is not None and proof.degree >= 5, "the Galois group is S_n, n at least 5", **witness
    )
    check.that(
        found == fmpz_poly([-1, 5, -3, 68, 0, 195]) and slope.denominator.is_one(),
        "the polynomial",
        **witness,
    )
    check.that(count_roots(found) == 1, "one real root", **witness)
    own = Function(activation.value, h=())
    h = symbols("h")
    check.zero(own.gradient(h) - activation.derivative(h), "the derivative stated", **witness)
    derivative = integer_polynomial(activation.derivative(h))
    check.that(
        count_roots(derivative) == 0 and derivative.leading_coefficient() > 0,
        "a' is positive everywhere",
        **witness,
    )
    check.record("activation", activation)
    check.record(("inputs", "targets"), (inputs, [1, 0]))
    check.record("polynomial", as_symbol(found, "w"))
    prime, pattern = proof.transposition
    check.record("Galois group", f"S_5: degrees {pattern} modulo {prime}")
    check.size(
        degree=3,
        points=len(inputs),
        smaller="degree 1 is linear, degree 2 is not increasing, and Cardano's formula "
        "solves one point of degree 3",
    )
