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


# A loop becomes vector instructions only while it names few enough places in memory. Measured: 4
# samples of 10 entries with 2 units do, 4 of 20 with one unit do not and cost four times as much.
ENTRIES = 40


def _group(form: Form) -> int:
    """How many samples are taken together, so that a weight is loaded once for all."""
    features, batch = form.function.features, form.batch
    fitting = (count for count in (4, 2) if count * features <= ENTRIES and batch % count == 0)
    return next(fitting, 1)


def _units_together(form: Form, layer: HiddenLayer) -> int:
    """How many units are taken together, so that a sample is loaded once for all."""
    return 2 if layer.units % 2 == 0 and 4 * form.function.features <= ENTRIES else 1


def wide_setup(form: Form, layer: HiddenLayer) -> list[str]:
    """Statements that make room for what samples that are taken together need."""
    group, units = _group(form), layer.units
    sizes = {"x": group * form.function.features, "y": group, "output": group}
    sizes |= {"active": group * units, "slope": group * units, "norms": 1, "extents": 1}
    return [f"{name} = np.empty({size * LANES})" for name, size in sizes.items()]


def wide_sums(form: Form, layer: HiddenLayer) -> list[str]:
    """Statements that add the batch's gradients to the rows of sums, which are zero before."""
    group, size = range(_group(form)), form.function.size
    last = form.scratch.place("sums", size - 1)
    each_unit = f"for unit in range(0, {layer.units}, {_units_together(form, layer)}):"
    forward, backward = _units(form, layer)
    finish: list[str] = []
    for n in group:
        names: Names = {("output", ()): f"output[{n * LANES} + lane]", ("target", ()): f"y{n}"}
        loss, (error,) = emit(_loss(layer), names, f"l{n}_")
        finish += [f"y{n} = y[{n * LANES} + lane]", *loss, f"output[{n * LANES} + lane] = {error}"]
        if layer.output_bias:
            finish.append(f"{last} += output[{n * LANES} + lane]")
    return nested(
        f"for first_sample in range(0, {form.batch}, {len(group)}):",
        [
            *nested(EACH_LANE, _gather(form, layer)),
            *nested(each_unit, nested(EACH_LANE, forward)),
            *nested(EACH_LANE, finish),
            *nested(each_unit, nested(EACH_LANE, backward)),
        ],
    )


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


def _units(form: Form, layer: HiddenLayer) -> tuple[list[str], list[str]]:
    """Statements for units taken together and a lane: their part in the outputs, their gradients.

    An entry of a sample is loaded once for all these units, before anything is stored.
    """
    features, units, rows = form.function.features, layer.units, form.rows
    together, group = range(_units_together(form, layer)), range(_group(form))
    pairs = [(n, u) for n in group for u in together]
    x = [[f"x[{(n * features + k) * LANES} + lane]" for k in range(features)] for n in group]
    weights = [[f"(unit + {u}) * {features} + {k}" for k in range(features)] for u in together]
    biases = [f"{units * features} + unit + {u}" for u in together]
    outs = [f"{units * (features + layer.hidden_bias)} + unit + {u}" for u in together]
    places = {(n, u): f"((unit + {u}) * {len(group)} + {n}) * {LANES} + lane" for n, u in pairs}
    forward: list[str] = []
    for k in range(features):
        forward += [f"w{u} = {rows.entry('theta', weights[u][k])}" for u in together]
        for n in group:
            forward.append(f"x{n} = {x[n][k]}")
            before = [f"h{n}_{u} + " if k else "" for u in together]
            forward += [f"h{n}_{u} = {before[u]}w{u} * x{n}" for u in together]
    if layer.hidden_bias:
        forward += [f"b{u} = {rows.entry('theta', biases[u])}" for u in together]
        forward += [f"h{n}_{u} += b{u}" for n, u in pairs]
    forward += [f"w{u} = {rows.entry('theta', outs[u])}" for u in together]
    program = _activation(layer)
    for n in group:
        forward.append(f"o{n} = output[{n * LANES} + lane]")
        for u in together:
            names: Names = {("h", ()): f"h{n}_{u}"}
            activation, (value, slope) = emit(program, names, f"a{n}_{u}_")
            forward += [
                *activation,
                f"active[{places[n, u]}] = {value}",
                f"slope[{places[n, u]}] = {slope}",
                f"o{n} += w{u} * {value}",
            ]
        forward.append(f"output[{n * LANES} + lane] = o{n}")
    backward = [f"w{u} = {rows.entry('theta', outs[u])}" for u in together]
    backward += [f"error{n} = output[{n * LANES} + lane]" for n in group]
    for n, u in pairs:
        backward.append(f"active{n}_{u} = active[{places[n, u]}]")
        # The slope is a factor of the error, not of the weight: inf * 0 would arise otherwise.
        backward.append(f"back{n}_{u} = (error{n} * slope[{places[n, u]}]) * w{u}")
    for u in together:
        shares = " + ".join(f"error{n} * active{n}_{u}" for n in group)
        backward.append(f"{form.scratch.entry('sums', outs[u])} += {shares}")
        if layer.hidden_bias:
            total = " + ".join(f"back{n}_{u}" for n in group)
            backward.append(f"{form.scratch.entry('sums', biases[u])} += {total}")
    for k in range(features):
        backward += [f"x{n} = {x[n][k]}" for n in group]
        for u in together:
            total = " + ".join(f"back{n}_{u} * x{n}" for n in group)
            backward.append(f"{form.scratch.entry('sums', weights[u][k])} += {total}")
    return forward, backward


def wide_end(form: Form, stops: list[str], settings: list[str]) -> list[str]:
    """Statements that end an update: gradients, stops, and the rule for one parameter at a time."""
    rows, size, rule = form.rows, form.function.size, form.rule
    theta, total = rows.entry("theta", "k"), form.scratch.entry("sums", "k")
    each_parameter = f"for k in range({size}):"
    scaled = [f"{total} = scale * {total}"]
    added: list[str] = []
    rest = form.rest()
    if rest is not None:
        own, names = theta_names(size)
        more, terms = emit(rest, names, "r")
        places = [form.scratch.place("sums", k) for k in range(size)]
        added = [f"{place} += {term}" for place, term in zip(places, terms, strict=True)]
        added = nested(EACH_LANE, [*own, *more, *added])
    names = {("theta", (0,)): "t", ("gradient", (0,)): "g"}
    names.update({(name, ()): name for name in rule.settings})
    slots = [rows.entry("slots", f"{size * slot} + k") for slot in range(rule.slots)]
    names.update({(f"slot{slot}", (0,)): f"s{slot}" for slot in range(rule.slots)})
    update, outputs = emit(rule.program(1), names, "u")
    if form.noise:
        outputs[0] += f" + amplitude * {form.scratch.entry('noise', 'k')}"
    moved = [
        f"t = {theta}",
        f"g = {total}",
        f"{total} = 0.0",
        *(f"s{slot} = {place}" for slot, place in enumerate(slots)),
        *settings,
        *update,
        f"running = {rows.place('status')} == 0.0",
    ]
    kept = ["t", *(f"s{slot}" for slot in range(rule.slots))]
    for place, output, value in zip([theta, *slots], outputs, kept, strict=True):
        moved.append(f"{place} = {output} if running else {value}")
    squares = [f"norms[lane] += {total} * {total}", f"extents[lane] += {theta} * {theta}"]
    # Where nothing is added to the sums one pass over them is enough.
    passes = [[*scaled, *squares]] if rest is None else [scaled, squares]
    whole = [nested(each_parameter, nested(EACH_LANE, statements)) for statements in passes]
    return [
        *nested(EACH_LANE, ["norms[lane] = 0.0", "extents[lane] = 0.0"]),
        *whole[0],
        *added,
        *[line for lines in whole[1:] for line in lines],
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
