"""Branch and bound over boxes of weights of one neuron, as the text of a compiled kernel.

Searched are the zeros of F(w) = sum_i phi(w.x_i, t_i) x_i, with ``terms``, which encloses phi and
its derivative psi over an interval of h, generated from the recorded definition. Nothing here is
trusted: what comes out is a tree of boxes in preorder, which claims.proof.checker verifies.
"""

from typing import Any

import numpy as np
from numba import njit


def terms(low: float, high: float, target: float) -> tuple[float, float, float, float]:
    """Stand for the generated function: bounds of phi, then of psi, for h from low to high."""
    raise NotImplementedError


# Symbols of nodes: 0, 1, ... split that coordinate; from FIRST on, a direction excludes the box.
INSIDE_ROOT, KRAWCZYK, UNDECIDED, FIRST = 16, 17, 18, 32

# Why the search ended.
FINISHED, TOO_MANY = 0, 1

plain = njit(error_model="numpy")  # without contraction: the checker repeats it exactly


@plain
def cut(low: float, high: float) -> float:
    """Return where a side is cut: off centre, since zeros like to lie at simple fractions."""
    return low + (high - low) * 0.4921875


@plain
def invert(matrix: Any, inverse: Any) -> bool:
    """Write the inverse of a small matrix, which is overwritten; False where it is singular."""
    size = matrix.shape[0]
    for i in range(size):
        for j in range(size):
            inverse[i, j] = 1.0 if i == j else 0.0
    for k in range(size):
        best = k
        for i in range(k + 1, size):
            if abs(matrix[i, k]) > abs(matrix[best, k]):
                best = i
        if not abs(matrix[best, k]) > 1e-280:
            return False
        for j in range(size):
            matrix[k, j], matrix[best, j] = matrix[best, j], matrix[k, j]
            inverse[k, j], inverse[best, j] = inverse[best, j], inverse[k, j]
        pivot = matrix[k, k]
        for j in range(size):
            matrix[k, j] /= pivot
            inverse[k, j] /= pivot
        for i in range(size):
            factor = matrix[i, k]
            if i != k and factor != 0.0:
                for j in range(size):
                    matrix[i, j] -= factor * matrix[k, j]
                    inverse[i, j] -= factor * inverse[k, j]
    return True


@plain
def rising(coefficients: Any, low: Any, high: Any) -> int:
    """Return the sign of sum_i coefficients_i phi_i over the box, 0 where it is not decided."""
    least = most = below = above = 0.0
    for i in range(coefficients.shape[0]):
        a = coefficients[i]
        if a != 0.0:
            one, other = a * low[i], a * high[i]
            one, other = min(one, other), max(one, other)
            least += one
            most += other
            below += abs(one)
            above += abs(other)
    if least > 1e-14 * below:
        return 1
    if most < -1e-14 * above:
        return -1
    return 0


def kernel(
    rows: Any,
    targets: Any,
    repeats: Any,
    box: Any,
    fixed: Any,
    centres: Any,
    radii: Any,
    smallest: float,
    margin: float,
    codes: Any,
    found: Any,
    undecided: Any,
    counts: Any,
) -> int:
    """Write the codes (nodes,) of a tree over ``box`` (p, 2); return why the search ended.

    rows (N, p), targets (N,), repeats (N,): how often a point counts; fixed (D, N) has its u.x_i,
    as often, for D directions u, exact zeros included.
    ``centres`` (R, p) and ``radii`` (R,) are isolated zeros; where ``found`` (F, p) has room, zeros
    are looked for, and it gets their approximations. Boxes with all sides below ``smallest`` go to
    ``undecided`` (K, p, 2), of which there must not be too many. Contractions must hold with
    ``margin`` > 1, so that another arithmetic finds them too. ``counts`` (3,) gets the nodes, the
    zeros found and the boxes undecided.
    """
    samples, size = rows.shape
    directions, zeros = fixed.shape[0], centres.shape[0]
    stack = np.empty((4000, size, 2))
    stack[0] = box
    height, nodes, news, open_boxes = 1, 0, 0, 0
    low, high, h_low, h_high, middle, reach = np.empty((6, samples))
    centre, radius, slope, weight, shift, spread = np.empty((6, size))
    hessian, extent, scratch, inverse = np.empty((4, size, size))
    last = 0
    while height > 0:
        height -= 1
        here = stack[height]
        if nodes >= codes.shape[0] or open_boxes > undecided.shape[0]:
            counts[0], counts[2] = nodes, open_boxes
            return TOO_MANY
        for k in range(size):
            centre[k] = 0.5 * here[k, 0] + 0.5 * here[k, 1]
            radius[k] = 0.5 * (here[k, 1] - here[k, 0])
        code = -1
        for z in range(zeros):
            inside = True
            for k in range(size):
                inside &= abs(here[k, 0] - centres[z, k]) < radii[z]
                inside &= abs(here[k, 1] - centres[z, k]) < radii[z]
            if inside:
                code = INSIDE_ROOT
        if code < 0:
            for i in range(samples):
                a, b = 0.0, 0.0
                for k in range(size):
                    x = rows[i, k]
                    a += x * (here[k, 0] if x > 0.0 else here[k, 1])
                    b += x * (here[k, 1] if x > 0.0 else here[k, 0])
                h_low[i], h_high[i] = a, b
                low[i], high[i], c, d = terms(a, b, targets[i])
                middle[i], reach[i] = 0.5 * (c + d) * repeats[i], 0.5 * (d - c) * repeats[i]
            # The direction that excluded the last box is tried first.
            sign = rising(fixed[last], low, high) if directions > 0 else 0
            if sign != 0:
                code = FIRST + 2 * last + (1 if sign < 0 else 0)
            else:
                for d in range(directions):
                    sign = rising(fixed[d], low, high)
                    if sign != 0:
                        code = FIRST + 2 * d + (1 if sign < 0 else 0)
                        last = d
                        break
        contracting = False
        if code < 0:
            for k in range(size):
                slope[k] = 0.0
                for j in range(size):
                    hessian[k, j] = extent[k, j] = 0.0
            for i in range(samples):
                h = 0.0
                for k in range(size):
                    h += rows[i, k] * centre[k]
                a, b, _, _ = terms(h, h, targets[i])
                value = 0.5 * (a + b) * repeats[i]
                for k in range(size):
                    slope[k] += value * rows[i, k]
                    for j in range(size):
                        outer = rows[i, k] * rows[i, j]
                        hessian[k, j] += middle[i] * outer
                        extent[k, j] += reach[i] * abs(outer)
            scratch[:] = hessian
            if invert(scratch, inverse):
                contracting, empty = True, False
                for k in range(size):
                    shift[k] = spread[k] = 0.0
                    for j in range(size):
                        shift[k] += inverse[k, j] * slope[j]
                        entry, blur = (1.0 if k == j else 0.0), 0.0
                        for m in range(size):
                            entry -= inverse[k, m] * hessian[m, j]
                            blur += abs(inverse[k, m]) * extent[m, j]
                        spread[k] += (abs(entry) + blur) * radius[j] * margin
                    contracting &= spread[k] < radius[k]
                    empty |= abs(shift[k]) > (spread[k] + radius[k]) * (1.0 + 1e-9)
                if empty:
                    code = KRAWCZYK
                else:
                    # What is left of the box may lie within an isolated zero's own.
                    for z in range(zeros):
                        inside = True
                        for k in range(size):
                            left = max(here[k, 0], centre[k] - shift[k] - spread[k])
                            right = min(here[k, 1], centre[k] - shift[k] + spread[k])
                            inside &= left > centres[z, k] - radii[z]
                            inside &= right < centres[z, k] + radii[z]
                        if inside:
                            code = KRAWCZYK
        if code < 0 and news < found.shape[0] and contracting:
            for k in range(size):
                found[news, k] = centre[k] - shift[k]
            news += 1
            code = INSIDE_ROOT
        if code < 0:
            # Split where the terms vary most along a side.
            widest, most = 0, -1.0
            for k in range(size):
                weight[k] = 0.0
            for i in range(samples):
                span = h_high[i] - h_low[i]
                if span > 0.0:
                    share = (high[i] - low[i]) / span * repeats[i]
                    for k in range(size):
                        weight[k] += share * abs(rows[i, k]) * radius[k]
            for k in range(size):
                if weight[k] > most:
                    widest, most = k, weight[k]
            if 2.0 * radius[widest] < smallest or height + 2 > stack.shape[0]:
                code = UNDECIDED
                if open_boxes < undecided.shape[0]:
                    undecided[open_boxes] = here
                open_boxes += 1
            else:
                code = widest
                edge = cut(here[widest, 0], here[widest, 1])
                stack[height + 1] = here
                stack[height + 1, widest, 1] = edge
                stack[height, widest, 0] = edge
                height += 2
        codes[nodes] = code
        nodes += 1
    counts[0], counts[1], counts[2] = nodes, news, open_boxes
    return FINISHED
