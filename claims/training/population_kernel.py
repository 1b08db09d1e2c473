"""The kernel of the ReLU student, written by hand from the closed form of its gradient.

A recording would be a statement for each of some ten thousand operations. Here loops go over units
and pairs of units and add in the order of `ReluStudent.gradient`, against whose enclosure the
kernel is tested.
"""

from __future__ import annotations

from claims.compiled import Form, HandWritten
from claims.compiled.lanes import LANES
from claims.compiled.text import nested
from claims.mathematics import ReluStudent

# So many lanes are taken together: what is kept of them between the loops fits the first cache. Of
# loops over 8 the compiler makes no vectors; 32 and 64 are no faster.
TOGETHER = 16

# (arctan x)/x in w = x^2 by interpolation in the Chebyshev nodes of |x| <= tan(pi/8): relative
# error below 2^-57. Beyond, arctan(y/x) = pi/4 + arctan((y - x)/(y + x)): one division for both.
# In units of 2^-53: at most 1 for y - x, y + x and the quotient each, below 3.2 for the series with
# its last product, 1 for each of the two sums; the constants below 1. All are relative to numbers
# below the result, but for z where near, |z| <= 0.42 against a result of 0.39 at least, and r where
# steep, at most pi/4 and so is the result at least. Hence fewer than 9, which is what
# claims.compiled.rounding allows a quotient and its arctangent.
FUNCTIONS = """
QUARTER_TURN = 0.7853981633974483
HALF_TURN = 1.5707963267948966
ROOT_LESS_ONE = 0.41421356237309503


@primitive
def elevation(c: float, s: float) -> float:
    m = abs(c)
    steep = m > s
    y = s if steep else m
    x = m if steep else s
    near = y > ROOT_LESS_ONE * x
    z = (y - x if near else y) / (y + x if near else x)
    w = z * z
    q = -0.017805397205419446
    q = q * w + 0.03796525745386593
    q = q * w - 0.05035102456601552
    q = q * w + 0.05846878297330872
    q = q * w - 0.06662951813629191
    q = q * w + 0.07692045330902225
    q = q * w - 0.09090896809064027
    q = q * w + 0.11111110744919658
    q = q * w - 0.14285714279250245
    q = q * w + 0.19999999999940893
    q = q * w - 0.3333333333333312
    q = q * w + 1.0
    r = z * q + (QUARTER_TURN if near else 0.0)
    r = HALF_TURN - r if steep else r
    return r if c > 0.0 else -r
"""


def relu_student_kernel(student: ReluStudent) -> HandWritten:
    """Return the statements that compute the gradient of the student's population loss."""
    units, inputs = student.units, student.inputs
    sizes = {"w": units * inputs, "squares": units, "pairs": 2 * units * units}
    sizes |= {"teacher": units * inputs, "sines": units}
    setup = [f"{name} = np.empty({size * TOGETHER})" for name, size in sizes.items()]
    setup += [f"norms = np.empty({LANES})", f"extents = np.empty({LANES})"]
    return HandWritten(tuple(setup), lambda form: _sums(form, units, inputs), FUNCTIONS)


def _sums(form: Form, units: int, inputs: int) -> list[str]:
    # A loop over lanes becomes one of vectors where it stores to one place only, or to places at
    # known distances: a compiler gives up where it would have to compare many at run time.
    each_unit, entries = f"for i in range({units}):", range(inputs)
    weights = [_at("w", f"i * {inputs} + {k}") for k in entries]
    squares = " + ".join(f"{weight} * {weight}" for weight in weights)
    others = [_at("w", f"j * {inputs} + {k}") for k in entries]
    product = " + ".join(f"{a} * {b}" for a, b in zip(weights, others, strict=True))
    statements = [
        *nested(f"for k in range({units * inputs}):", _each([f"{_at('w', 'k')} = {_theta(form)}"])),
        *nested(each_unit, _each([f"{_at('squares', 'i')} = {squares}"])),
        *nested(
            each_unit,
            nested(
                "for j in range(i):",
                [
                    f"pair = 2 * (i * {units} + j)",
                    *_each(
                        [
                            *_crossing(f"{_at('squares', 'i')} * {_at('squares', 'j')}", product),
                            f"{_at('pairs', 'pair')} = s",
                            f"{_at('pairs', 'pair + 1')} = rest",
                        ]
                    ),
                ],
            ),
        ),
    ]
    of_teacher = [
        *_crossing(_at("squares", "i"), _at("w", f"i * {inputs} + k")),
        f"{_at('sines', 'i')} += s",
        f"{_at('teacher', f'i * {inputs} + k')} = rest",
    ]
    statements += nested(each_unit, _each([f"{_at('sines', 'i')} = 0.0"]))
    statements += nested(each_unit, nested(f"for k in range({inputs}):", _each(of_teacher)))
    for i in range(units):
        statements += _each(_gradient(form, units, inputs, i))
    return nested(f"for first_lane in range(0, {LANES}, {TOGETHER}):", statements)


def _at(name: str, number: str | int) -> str:
    return f"{name}[({number}) * {TOGETHER} + own]"


def _theta(form: Form) -> str:
    return form.rows.entry("theta", "k").replace("lane", "first_lane + own")


def _each(statements: list[str]) -> list[str]:
    return nested(f"for own in range({TOGETHER}):", statements)


def _crossing(squares: str, product: str) -> list[str]:
    return [
        f"c = {product}",
        f"d = {squares} - c * c",
        "s = math.sqrt(d if d > 0.0 else 0.0)",
        "rest = HALF_TURN + elevation(c, s)",
    ]


def _gradient(form: Form, units: int, inputs: int, i: int) -> list[str]:
    """Statements that put together what is known of the angles of unit i."""
    statements = [f"total = -{_at('sines', i)}"]
    for j in range(units):
        if j != i:
            pair = 2 * (max(i, j) * units + min(i, j))
            statements.append(f"total += {_at('pairs', pair)}")
            statements.append(f"r{j} = {_at('pairs', pair + 1)}")
    statements.append(f"r{i} = 2.0 * HALF_TURN + total / {_at('squares', i)}")
    for k in range(inputs):
        total = " + ".join(f"r{j} * {_at('w', j * inputs + k)}" for j in range(units))
        place = form.scratch.place("sums", i * inputs + k).replace("lane", "first_lane + own")
        taught = _at("teacher", i * inputs + k)
        statements.append(f"{place} = ({total} - {taught}) * (0.25 / HALF_TURN)")
    return statements
