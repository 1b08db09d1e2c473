"""The kernel of a network with one wide hidden layer: loops over units, written by hand.

A recording of all units would be as long as the network is wide. Here one unit's activation with
its slope and the slope of the loss are recorded; the sums between them and the chain rule are
written out, and tested against the recorded definition.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from claims.compiled.differentiation import gradient
from claims.compiled.emission import emit
from claims.compiled.evaluation import evaluate
from claims.compiled.kernels import Names, sample_names, theta_names
from claims.compiled.lanes import LANES
from claims.compiled.recording import record
from claims.compiled.sample_sum import HiddenLayer
from claims.compiled.text import nested

if TYPE_CHECKING:
    from claims.compiled.iteration_kernel import Form

EACH_LANE = f"for lane in range({LANES}):"


def _group(form: Form) -> int:
    """How many samples are taken together, so that a weight is loaded once for all."""
    return next(count for count in (4, 2, 1) if form.batch % count == 0)


def wide_setup(form: Form, layer: HiddenLayer) -> list[str]:
    """Statements that make room for what samples that are taken together need."""
    group, units = _group(form), layer.units
    sizes = {"x": group * form.function.features, "y": group, "output": group}
    sizes |= {"active": group * units, "slope": group * units, "norms": 1, "extents": 1}
    return [f"{name} = np.empty({size * LANES})" for name, size in sizes.items()]


def wide_sums(form: Form, layer: HiddenLayer) -> list[str]:
    """Statements that put the batch's sum of gradients into the rows of sums."""
    group, size = range(_group(form)), form.function.size
    units, rows = layer.units, form.rows
    last = rows.place("sums", size - 1)
    each_unit = f"for unit in range({units}):"
    forward, backward = _unit(form, layer)
    finish: list[str] = []
    for n in group:
        names: Names = {("output", ()): f"output[{n * LANES} + lane]", ("target", ()): f"y{n}"}
        loss, (error,) = emit(_loss(layer), names, f"l{n}_")
        finish += [f"y{n} = y[{n * LANES} + lane]", *loss, f"output[{n * LANES} + lane] = {error}"]
        if layer.output_bias:
            finish.append(f"{last} += output[{n * LANES} + lane]")
    clear = [f"{rows.entry('sums', 'k')} = 0.0"]
    return [
        *nested(f"for k in range({size}):", nested(EACH_LANE, clear)),
        *nested(
            f"for first_sample in range(0, {form.batch}, {len(group)}):",
            [
                *nested(EACH_LANE, _gather(form, layer)),
                *nested(each_unit, nested(EACH_LANE, forward)),
                *nested(EACH_LANE, finish),
                *nested(each_unit, nested(EACH_LANE, backward)),
            ],
        ),
    ]


def _gather(form: Form, layer: HiddenLayer) -> list[str]:
    """Statements that load the samples of a group for a lane, and begin their outputs."""
    features, size, group = form.function.features, form.function.size, range(_group(form))
    bias = form.rows.place("theta", size - 1) if layer.output_bias else "0.0"
    places = [form.sampling.example(form.samples, f"(first_sample + {n})") for n in group]
    load, names = sample_names(features, [f"e{n}" for n in group], own_data=form.own_data)
    statements = [f"e{n} = {place}" for n, place in enumerate(places)] + load
    for n in group:
        for k in range(features):
            place = f"x[{(n * features + k) * LANES} + lane]"
            statements.append(f"{place} = {names['inputs', (n, k)]}")
        statements.append(f"y[{n * LANES} + lane] = {names['targets', (n,)]}")
        statements.append(f"output[{n * LANES} + lane] = {bias}")
    return statements


def _unit(form: Form, layer: HiddenLayer) -> tuple[list[str], list[str]]:
    """Statements for a unit and a lane: its part in the outputs, and its gradients."""
    features, units, rows = form.function.features, layer.units, form.rows
    weights = [f"unit * {features} + {k}" for k in range(features)]
    bias = f"{units * features} + unit"
    out = f"{units * (features + layer.hidden_bias)} + unit"
    group = range(_group(form))
    x = [[f"x[{(n * features + k) * LANES} + lane]" for k in range(features)] for n in group]
    forward = [f"w{k} = {rows.entry('theta', weight)}" for k, weight in enumerate(weights)]
    forward.append(f"w = {rows.entry('theta', out)}")
    if layer.hidden_bias:
        forward.append(f"b = {rows.entry('theta', bias)}")
    program = _activation(layer)
    for n in group:
        terms = [f"w{k} * {entry}" for k, entry in enumerate(x[n])]
        h = " + ".join([*terms, *(["b"] if layer.hidden_bias else [])])
        activation, (value, slope) = emit(program, {("h", ()): f"h{n}"}, f"a{n}_")
        place = f"(unit * {len(group)} + {n}) * {LANES} + lane"
        forward += [
            f"h{n} = {h}",
            *activation,
            f"active[{place}] = {value}",
            f"slope[{place}] = {slope}",
            f"output[{n * LANES} + lane] += w * active[{place}]",
        ]
    backward = [f"w = {rows.entry('theta', out)}"]
    shares: list[str] = []
    for n in group:
        place = f"(unit * {len(group)} + {n}) * {LANES} + lane"
        backward.append(f"error{n} = output[{n * LANES} + lane]")
        shares.append(f"error{n} * active[{place}]")
        # The slope is a factor of the error, not of the weight: inf * 0 would arise otherwise.
        backward.append(f"back{n} = (error{n} * slope[{place}]) * w")
    backward.append(f"{rows.entry('sums', out)} += {' + '.join(shares)}")
    if layer.hidden_bias:
        total = " + ".join(f"back{n}" for n in group)
        backward.append(f"{rows.entry('sums', bias)} += {total}")
    for k, weight in enumerate(weights):
        total = " + ".join(f"back{n} * {x[n][k]}" for n in group)
        backward.append(f"{rows.entry('sums', weight)} += {total}")
    return forward, backward


def wide_end(form: Form, stops: list[str], settings: list[str]) -> list[str]:
    """Statements that end an update: gradients, stops, and the rule for one parameter at a time."""
    rows, size, rule = form.rows, form.function.size, form.rule
    theta, total = rows.entry("theta", "k"), rows.entry("sums", "k")
    each_parameter = f"for k in range({size}):"
    scaled = [f"{total} = scale * {total}"]
    added: list[str] = []
    rest = form.rest()
    if rest is not None:
        own, names = theta_names(size)
        more, terms = emit(rest, names, "r")
        places = [rows.place("sums", k) for k in range(size)]
        added = [f"{place} += {term}" for place, term in zip(places, terms, strict=True)]
        added = nested(EACH_LANE, [*own, *more, *added])
    names = {("theta", (0,)): "t", ("gradient", (0,)): "g"}
    names.update({(name, ()): name for name in rule.settings})
    slots = [rows.entry("slots", f"{size * slot} + k") for slot in range(rule.slots)]
    names.update({(f"slot{slot}", (0,)): f"s{slot}" for slot in range(rule.slots)})
    update, outputs = emit(rule.program(1), names, "u")
    if form.noise:
        outputs[0] += f" + amplitude * {rows.entry('noise', 'k')}"
    moved = [
        f"t = {theta}",
        f"g = {total}",
        *(f"s{slot} = {place}" for slot, place in enumerate(slots)),
        *settings,
        *update,
        f"running = {rows.place('status')} == 0.0",
    ]
    kept = ["t", *(f"s{slot}" for slot in range(rule.slots))]
    for place, output, value in zip([theta, *slots], outputs, kept, strict=True):
        moved.append(f"{place} = {output} if running else {value}")
    return [
        *nested(each_parameter, nested(EACH_LANE, scaled)),
        *added,
        *nested(EACH_LANE, ["norms[lane] = 0.0", "extents[lane] = 0.0"]),
        *nested(
            each_parameter,
            nested(
                EACH_LANE,
                [f"norms[lane] += {total} * {total}", f"extents[lane] += {theta} * {theta}"],
            ),
        ),
        *nested(EACH_LANE, ["norm = norms[lane]", "extent = extents[lane]", *stops]),
        *nested(each_parameter, nested(EACH_LANE, moved)),
    ]


def _activation(layer: HiddenLayer) -> Any:
    """The program of (a(h), a'(h)), which share what they have in common."""
    value = record(lambda h: layer.activation(h[()]), h=())
    slope = gradient(value, "h")

    def both(h: Any) -> Any:
        parts = [np.asarray(evaluate(part, h=h), dtype=object) for part in (value, slope)]
        return np.array([part[()] for part in parts], dtype=object)

    return record(both, h=())


def _loss(layer: HiddenLayer) -> Any:
    """The program of the slope of the loss in the output."""
    value = record(lambda output, target: layer.loss(output[()], target[()]), output=(), target=())
    return gradient(value, "output")
