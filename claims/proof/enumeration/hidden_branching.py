"""Branch and bound over boxes of two inner weights, as the text of a compiled kernel.

Written by hand in the steps of claims.proof.checker.HiddenLayer, since a recording would know
nothing of its ranges, and tested against it. Numbers are middles and radii, as the checker's balls
are, rounding errors left to ``margin``: nothing here is trusted. What comes out is a tree of boxes
in preorder, which the checker verifies.
"""

from typing import Any

import numpy as np
from numba import njit

# Symbols of nodes: 0 and 1 split that coordinate.
INSIDE_ROOT, KRAWCZYK, UNDECIDED = 16, 17, 18

# Why the search ended.
FINISHED, TOO_MANY = 0, 1

NEARBY = 4.0

plain = njit(error_model="numpy")  # without contraction: the checker repeats the cuts exactly


@plain
def united(a: float, b: float) -> tuple[float, float]:
    """Return middle and radius of what lies between two numbers."""
    return 0.5 * (a + b), 0.5 * abs(a - b)


@plain
def multiplied(a: float, ra: float, b: float, rb: float) -> tuple[float, float]:
    return a * b, abs(a) * rb + abs(b) * ra + ra * rb


@plain
def narrowed(a: float, ra: float, b: float, rb: float) -> tuple[float, float]:
    """Return what two enclosures of the same have in common."""
    return united(max(a - ra, b - rb), min(a + ra, b + rb))


@plain
def logistic(h: float) -> float:
    return 1.0 / (1.0 + np.exp(-h))


@plain
def share(d: float, x: float) -> float:
    return -np.expm1(-d * x) / d


@plain
def centre_columns(middle: Any, radius: Any) -> None:
    """Take their mean from the columns of (N, m)."""
    for k in range(middle.shape[1]):
        mean = spread = 0.0
        for i in range(middle.shape[0]):
            mean += middle[i, k]
            spread += radius[i, k]
        for i in range(middle.shape[0]):
            middle[i, k] -= mean / middle.shape[0]
            radius[i, k] += spread / middle.shape[0]


@plain
def product(a: Any, ra: Any, b: Any, rb: Any, c: Any, rc: Any) -> None:
    """Write the product of the transpose of (N, m) and (N, n) into (m, n)."""
    for j in range(a.shape[1]):
        for k in range(b.shape[1]):
            middle = radius = 0.0
            for i in range(a.shape[0]):
                m, r = multiplied(a[i, j], ra[i, j], b[i, k], rb[i, k])
                middle += m
                radius += r
            c[j, k], rc[j, k] = middle, radius


@plain
def enclose(
    x: Any, y: Any, units: int, sign: float, here: Any, f: Any, rf: Any, g: Any, rg: Any, fits: Any
) -> bool:
    """Write F (2,) and its derivative (2, 2) over a box (2, 2); return whether there is a fit.

    x (N,), y (N,): inputs and targets, less their mean for one unit; ``sign`` is -1 where one unit
    is looked at in (-w, -b). ``fits`` (2 + N,) holds v and the residuals at the centre of the box,
    of which more is known by the mean value theorem; for a point it gets them.
    """
    samples, size = x.shape[0], units
    each = 2 // units
    s, rs, t, rt, q, rq = np.empty((6, samples, size))
    a, ra = np.empty((2, samples, size))
    ahead, r_ahead = np.empty((2, samples, 2))
    for j in range(units):
        w, wider, b, higher = here[0, 0], here[0, 1], here[1, 0], here[1, 1]
        if units == 2:
            if j == 1:
                w, wider = w + b, wider + higher
            b = higher = 0.0
        elif sign < 0.0:
            w, wider, b, higher = -wider, -w, -higher, -b
        for i in range(samples):
            low, high = x[i] * w, x[i] * wider
            if x[i] < 0.0:
                low, high = high, low
            s[i, j], rs[i, j] = united(
                np.exp(low) / (1.0 + np.exp(low + higher)), np.exp(high) / (1.0 + np.exp(high + b))
            )
            t[i, j], rt[i, j] = united(logistic(low + b), logistic(high + higher))
            q[i, j], rq[i, j] = united(logistic(-low - b), logistic(-high - higher))
            m, r = multiplied(s[i, j], rs[i, j], q[i, j], rq[i, j])
            ahead[i, each * j], r_ahead[i, each * j] = m * x[i], r * abs(x[i])
            if units == 1:
                m, r = multiplied(s[i, j], rs[i, j], t[i, j], rt[i, j])
                ahead[i, 1], r_ahead[i, 1] = -m, r
    a[:], ra[:] = s, rs
    near = units == 2 and here[1, 0] < NEARBY
    inverse = r_inverse = 0.0
    if near:
        inverse, r_inverse = united(1.0 / here[1, 0], 1.0 / here[1, 1])
        for i in range(samples):
            m, r = multiplied(t[i, 1], rt[i, 1], q[i, 0], rq[i, 0])
            e, re = united(share(here[1, 0], x[i]), share(here[1, 1], x[i]))
            a[i, 1], ra[i, 1] = multiplied(m, r, e, re)
    bends, r_bends = np.empty((2, samples, 3))
    for i in range(samples):
        for j in range(units):
            tilt, r_tilt = q[i, j] - t[i, j], rt[i, j] + rq[i, j]
            m, r = multiplied(s[i, j], rs[i, j], q[i, j], rq[i, j])
            n, rn = multiplied(m, r, tilt, r_tilt)
            bends[i, 2 * j], r_bends[i, 2 * j] = n * x[i] * x[i], rn * x[i] * x[i]
            if units == 1:
                m, r = multiplied(m, r, t[i, j], rt[i, j])
                bends[i, 1], r_bends[i, 1] = -2.0 * m * x[i], 2.0 * r * abs(x[i])
                m, r = multiplied(s[i, j], rs[i, j], t[i, j], rt[i, j])
                m, r = multiplied(m, r, tilt, r_tilt)
                bends[i, 2], r_bends[i, 2] = -m, r
    if units == 1:
        centre_columns(a, ra)
        centre_columns(ahead, r_ahead)
    gram, r_gram = np.empty((2, size, size))
    product(a, ra, a, ra, gram, r_gram)
    if size == 1:
        det, r_det = gram[0, 0], r_gram[0, 0]
    else:
        m, r = multiplied(gram[0, 0], r_gram[0, 0], gram[1, 1], r_gram[1, 1])
        n, rn = multiplied(gram[0, 1], r_gram[0, 1], gram[0, 1], r_gram[0, 1])
        det, r_det = m - n, r + rn
    if not det > 1.0001 * r_det:
        return False
    over, r_over = united(1.0 / (det - r_det), 1.0 / (det + r_det))
    inv, r_inv = np.empty((2, size, size))
    for i in range(size):
        for j in range(size):
            m, r = 1.0, 0.0
            if size == 2:
                m, r = gram[1 - i, 1 - j], r_gram[1 - i, 1 - j]
                if i != j:
                    m = -m
            inv[i, j], r_inv[i, j] = multiplied(m, r, over, r_over)
    u, ru = np.zeros((2, size))
    aim, r_aim = np.zeros((2, size))
    for j in range(size):
        for i in range(samples):
            aim[j] += a[i, j] * y[i]
            r_aim[j] += ra[i, j] * abs(y[i])
    for j in range(size):
        for k in range(size):
            m, r = multiplied(inv[j, k], r_inv[j, k], aim[k], r_aim[k])
            u[j] += m
            ru[j] += r
    v, rv = u.copy(), ru.copy()
    if near:
        m, r = multiplied(inverse, r_inverse, u[1], ru[1])
        v[0], rv[0] = u[0] - m, ru[0] + r
        v[1], rv[1] = m, r
    rest, r_rest = np.empty((2, samples, 1))
    for i in range(samples):
        rest[i, 0], r_rest[i, 0] = -y[i], 0.0
        for j in range(size):
            m, r = multiplied(a[i, j], ra[i, j], u[j], ru[j])
            rest[i, 0] += m
            r_rest[i, 0] += r
    pull, r_pull = np.empty((2, 2, 1))
    push, r_push = np.empty((2, size, 2))
    product(a, ra, ahead, r_ahead, push, r_push)
    drift, r_drift = np.empty((2, samples, 2))
    right, r_right = np.empty((2, size))
    du, r_du = np.empty((2, size, 2))
    away = 0.5 * (here[:, 1] - here[:, 0])
    if units == 2:
        away[1] += away[0]
    if away[0] == away[1] == 0.0:
        for j in range(size):
            fits[j] = v[j]
        for i in range(samples):
            fits[2 + i] = rest[i, 0]
    for turn in range(2):
        product(ahead, r_ahead, rest, r_rest, pull, r_pull)
        for k in range(2):
            f[k], rf[k] = pull[k, 0], r_pull[k, 0]
            unit = k if units == 2 else 0
            for j in range(size):
                m, r = multiplied(v[unit], rv[unit], push[j, k], r_push[j, k])
                n, rn = (1.0, 0.0) if unit == j else (0.0, 0.0)
                if near and j == 1:
                    n, rn = (-inverse, r_inverse) if unit == 0 else (inverse, r_inverse)
                n, rn = multiplied(n, rn, pull[k, 0], r_pull[k, 0])
                right[j], r_right[j] = -m - n, r + rn
            for j in range(size):
                du[j, k] = r_du[j, k] = 0.0
                for i in range(size):
                    m, r = multiplied(inv[j, i], r_inv[j, i], right[i], r_right[i])
                    du[j, k] += m
                    r_du[j, k] += r
            for i in range(samples):
                middle, radius = multiplied(v[unit], rv[unit], ahead[i, k], r_ahead[i, k])
                for j in range(size):
                    m, r = multiplied(a[i, j], ra[i, j], du[j, k], r_du[j, k])
                    middle += m
                    radius += r
                drift[i, k], r_drift[i, k] = middle, radius
        if turn == 0:
            for i in range(samples):
                reach = 0.0
                for k in range(2):
                    reach += (abs(drift[i, k]) + r_drift[i, k]) * away[k]
                rest[i, 0], r_rest[i, 0] = narrowed(rest[i, 0], r_rest[i, 0], fits[2 + i], reach)
            for j in range(size):
                reach = 0.0
                for k in range(2):
                    m, r = du[j, k], r_du[j, k]
                    if near:
                        m, r = multiplied(inverse, r_inverse, du[1, k], r_du[1, k])
                        if j == 0:
                            m, r = du[0, k] - m, r_du[0, k] + r
                    reach += (abs(m) + r) * away[k]
                v[j], rv[j] = narrowed(v[j], rv[j], fits[j], reach)
    product(ahead, r_ahead, drift, r_drift, g, rg)
    more, r_more = np.empty((2, 3, 1))
    product(bends, r_bends, rest, r_rest, more, r_more)
    g[0, 0] += more[0, 0]
    rg[0, 0] += r_more[0, 0]
    g[1, 1] += more[2, 0]
    rg[1, 1] += r_more[2, 0]
    if units == 1:
        for i in range(2):
            g[i, 1 - i] += more[1, 0]
            rg[i, 1 - i] += r_more[1, 0]
            for k in range(2):
                g[i, k] *= sign
    else:
        for i in range(2):
            g[i, 0] += g[i, 1]
            rg[i, 0] += rg[i, 1]
    return True


@plain
def krawczyk(
    x: Any,
    y: Any,
    units: int,
    here: Any,
    margin: float,
    left: Any,
    point: Any,
    work: Any,
    fits: Any,
) -> int:
    """Return 1 where a box (2, 2) holds no zero, else 0; ``left`` (2, 2) gets what remains of it.

    ``point`` (2, 2), ``work`` (4, 2, 2) and ``fits`` (2 + N,) are scratch.
    """
    sign = -1.0 if units == 1 and here[1, 0] + here[1, 1] > 0.0 else 1.0
    f, g, rg, rf = work[0, 0], work[1], work[2], work[0, 1]
    left[:] = here
    radius = 0.5 * (here[:, 1] - here[:, 0])
    for k in range(2):
        point[k, 0] = point[k, 1] = here[k, 0] + 0.5 * (here[k, 1] - here[k, 0])
    if not enclose(x, y, units, sign, point, f, rf, g, rg, fits):
        return 0
    if not enclose(x, y, units, sign, here, work[3, 0], rf, g, rg, fits):
        return 0
    for k in range(2):
        reach = 0.0
        for j in range(2):
            reach += (abs(g[k, j]) + rg[k, j]) * radius[j]
        if abs(f[k]) > margin * reach + 1e-13:
            return 1
    det = g[0, 0] * g[1, 1] - g[0, 1] * g[1, 0]
    if not abs(det) > 1e-280:
        return 0
    for k in range(2):
        one, other = g[1 - k, 1 - k] / det, -g[k, 1 - k] / det
        shift, spread = one * f[k] + other * f[1 - k], 0.0
        for j in range(2):
            entry = (1.0 if k == j else 0.0) - one * g[k, j] - other * g[1 - k, j]
            blur = abs(one) * rg[k, j] + abs(other) * rg[1 - k, j]
            spread += (abs(entry) + blur) * radius[j] * margin
        left[k, 0] = max(here[k, 0], point[k, 0] - shift - spread)
        left[k, 1] = min(here[k, 1], point[k, 0] - shift + spread)
        if left[k, 0] > left[k, 1] + 1e-9 * radius[k]:
            return 1
    return 0


def kernel(
    x: Any,
    y: Any,
    units: int,
    box: Any,
    centres: Any,
    radii: Any,
    smallest: float,
    margin: float,
    codes: Any,
    undecided: Any,
    counts: Any,
) -> int:
    """Write the codes (nodes,) of a tree over ``box`` (2, 2); return why the search ended.

    x and y (N,) are the data, y less their mean for one unit; ``centres`` (R, 2) and ``radii`` (R,)
    isolated zeros. Boxes with both sides below ``smallest`` go to ``undecided`` (K, 2, 2), of
    which there must not be too many. ``counts`` (2,) gets the nodes and the boxes undecided.
    """
    stack = np.empty((4000, 2, 2))
    stack[0] = box
    left, point, here = np.empty((3, 2, 2))
    work, fits = np.empty((4, 2, 2)), np.empty(2 + x.shape[0])
    height, nodes, open_boxes = 1, 0, 0
    while height > 0:
        height -= 1
        here[:] = stack[height]
        counts[0], counts[1] = nodes, open_boxes
        if nodes >= codes.shape[0]:
            return TOO_MANY
        code = -1
        for z in range(centres.shape[0]):
            inside = True
            for k in range(2):
                inside &= here[k, 0] > centres[z, k] - radii[z]
                inside &= here[k, 1] < centres[z, k] + radii[z]
            if inside:
                code = INSIDE_ROOT
        if code < 0:
            if krawczyk(x, y, units, here, margin, left, point, work, fits) == 1:
                code = KRAWCZYK
            for z in range(centres.shape[0]):
                inside = True
                for k in range(2):
                    inside &= left[k, 0] > centres[z, k] - radii[z]
                    inside &= left[k, 1] < centres[z, k] + radii[z]
                if inside:
                    code = KRAWCZYK
        if code < 0:
            # The longer side; a weight moves the values more than a bias where inputs are about 2.
            first, second = here[0, 1] - here[0, 0], here[1, 1] - here[1, 0]
            k = int((2.0 if units == 1 else 1.0) * first < second)
            if here[k, 1] - here[k, 0] < smallest or height + 2 > stack.shape[0]:
                if open_boxes >= undecided.shape[0]:
                    return TOO_MANY
                code = UNDECIDED
                undecided[open_boxes] = here
                open_boxes += 1
            else:
                code = k
                edge = here[k, 0] + (here[k, 1] - here[k, 0]) * 0.4921875
                stack[height] = here
                stack[height + 1] = here
                stack[height + 1, k, 1] = edge
                stack[height, k, 0] = edge
                height += 2
        codes[nodes] = code
        nodes += 1
    counts[0], counts[1] = nodes, open_boxes
    return FINISHED
