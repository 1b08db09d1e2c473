"""The text of an iteration's kernel: stages, each a list of statements, in the order of an update.

An update is: batch, masks and noise are drawn; gradients are added up over the batch; then, lane by
lane, stops are examined and the rule is applied. The loop over 64 lanes is innermost everywhere; a
run that has stopped is kept by a select, so that all lanes always execute the same instructions.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from claims.compiled import streams
from claims.compiled.emission import emit
from claims.compiled.kernels import Names, sample_names, theta_names
from claims.compiled.lanes import LANES
from claims.compiled.memory import Rows
from claims.compiled.modules import generate
from claims.compiled.noise import Noise
from claims.compiled.program import Program
from claims.compiled.rules import Rule
from claims.compiled.sample_sum import SampleSum
from claims.compiled.sampling import FULL_BATCH, Sampling
from claims.compiled.text import nested
from claims.compiled.wide_kernel import wide_end, wide_setup, wide_sums

# A run's status, as the kernel keeps it.
RUNNING, ARRIVED, DIVERGED = 0.0, 1.0, 2.0

# All samples of a batch are recorded at once where the program stays this small; else one, in a
# loop.
WHOLE_SAMPLES = 8
WHOLE_LINES = 400

# A hidden layer of more units is looped over.
RECORDED_UNITS = 8

EACH_LANE = f"for lane in range({LANES}):"

_PARAMETERS = {
    "memory": "float64[:, ::1]",
    "keys": "uint64[:, ::1]",
    "inputs": "float64[:, ::1]",
    "targets": "float64[::1]",
    "schedules": "float64[:, ::1]",
    "scale": "float64",
    "first": "int64",
    "budget": "int64",
    "period": "int64",
    "tolerance": "float64",
    "bound": "float64",
}


@dataclass(frozen=True)
class Form:
    """All that a kernel depends on, but for the numbers that it is given.

    ``samples`` is the number N of examples, ``own_data`` whether each run has a data set of its
    own. The names in ``scheduled`` are settings that a factor of the update multiplies;
    ``watch_loss`` and ``watch_gradient`` ask for what `Iterated` calls reached and slow. Raises
    ValueError where the loss is to be watched, but not computed.
    """

    function: SampleSum
    rule: Rule
    samples: int
    sampling: Sampling = FULL_BATCH
    noise: Noise | None = None
    scheduled: tuple[str, ...] = ()
    watch_loss: bool = False
    watch_gradient: bool = False
    own_data: bool = False

    def __post_init__(self) -> None:
        if self.watch_loss and self.random_gradient:
            raise ValueError(
                "a loss level is watched only where an update computes the loss: with the full "
                "batch and without dropout; use checkpoints"
            )

    @property
    def random_gradient(self) -> bool:
        return self.sampling.random or self.function.masks is not None

    @property
    def random(self) -> bool:
        """Whether the runs need keys."""
        return self.random_gradient or self.noise is not None

    @property
    def settings(self) -> tuple[str, ...]:
        return (*self.rule.settings, *(["amplitude"] if self.noise else []))

    @property
    def batch(self) -> int:
        return self.sampling.batch(self.samples)

    @cached_property
    def rows(self) -> Rows:
        size = self.function.size
        return Rows(
            "run",
            theta=size,
            slots=size * self.rule.slots,
            **dict.fromkeys(self.settings, 1),
            status=1,
            updates=1,
            loss_level=int(self.watch_loss),
            reached=int(self.watch_loss),
            small_gradient=int(self.watch_gradient),
            slow=int(self.watch_gradient),
        )

    @cached_property
    def scratch(self) -> Rows:
        """What an update needs for itself, in memory that all blocks use in turn."""
        size = self.function.size
        return Rows("scratch", noise=size if self.noise else 0, sums=size + 1)

    def sums(self, samples: int) -> Program:
        """The gradient of so many samples; before it their value, where the loss is watched."""
        if self.watch_loss:
            return self.function.derivatives(samples, 1)
        return self.function.gradient(samples)

    def rest(self) -> Program | None:
        """What is added to the sums times the scale, if anything."""
        if self.watch_loss:
            return self.function.rest_derivatives(1)
        return self.function.rest_gradient()


def compiled(form: Form) -> Any:
    """Return the compiled kernel: a function of _PARAMETERS that changes ``memory`` in place."""
    layer, by_hand = form.function.hidden, form.function.by_hand
    if by_hand is not None and not form.watch_loss:
        stages = [*by_hand.sums(form), *wide_end(form, stops(form), load_settings(form))]
        return generate(*text(form, list(by_hand.setup), stages), before=by_hand.functions).kernel
    if layer is not None and layer.units > RECORDED_UNITS and not form.watch_loss:
        stages = [*wide_sums(form, layer), *wide_end(form, stops(form), load_settings(form))]
        return generate(*text(form, wide_setup(form, layer), stages)).kernel
    program, whole = form.sums(1), False
    if form.batch <= WHOLE_SAMPLES:
        together = form.sums(form.batch)
        if len(together) <= WHOLE_LINES:
            program, whole = together, True
    own, names = theta_names(form.function.size)
    load, data = _examples(form, form.batch if whole else 1, "0" if whole else "sample")
    statements, outputs = emit(program, names | data, "a")
    # What is the same for all lanes is loaded before the loop over them.
    lane_by_lane = form.own_data or form.random_gradient
    shared, private = ([], load) if lane_by_lane else (load, [])
    statements = [*own, *private, *statements]
    if whole:
        stages = nested(EACH_LANE, [*statements, *_end_of_update(form, outputs)])
        return generate(*text(form, shared, stages)).kernel
    sums = [form.scratch.place("sums", k) for k in range(len(outputs))]
    added = [f"{place} += {output}" for place, output in zip(sums, outputs, strict=True)]
    stages = [
        *nested(EACH_LANE, [f"{place} = 0.0" for place in sums]),
        *nested(
            f"for sample in range({form.batch}):",
            [*shared, *nested(EACH_LANE, [*statements, *added])],
        ),
        *nested(EACH_LANE, [*own, *_end_of_update(form, sums)]),
    ]
    return generate(*text(form, [], stages)).kernel


def text(form: Form, before: list[str], stages: list[str]) -> tuple[str, str]:
    """Return the signature and the text of a kernel whose updates consist of ``stages``."""
    update = [
        *(["moment = np.uint64(first + count)"] if form.random else []),
        *(f"factor{k} = schedules[{k}, count]" for k in range(len(form.scheduled))),
        *form.sampling.prepare(form.samples),
        *_draw_masks(form),
        *_draw_noise(form),
        *stages,
        *_end_early(form),
    ]
    block = [
        "run = memory[block]",
        "key = keys[block]",
        *(["own_inputs = inputs[block]", "own_targets = targets[block]"] if form.own_data else []),
        *nested("for count in range(budget):", update),
    ]
    lines = nested(
        f"def kernel({', '.join(_PARAMETERS)}):",
        [
            f"scratch = np.zeros({form.scratch.total * LANES})",
            *form.sampling.setup(form.samples),
            *([f"mask_key = np.empty({LANES}, np.uint64)"] if form.function.masks else []),
            *before,
            *nested("for block in range(memory.shape[0]):", block),
        ],
    )
    types = _PARAMETERS | ({"targets": "float64[:, ::1]"} if form.own_data else {})
    return f"void({', '.join(types.values())})", "\n".join(lines)


def _examples(form: Form, count: int, first: str) -> tuple[list[str], Names]:
    """Statements that load ``count`` examples of the batch from number ``first`` on, with masks."""
    features, masks = form.function.features, form.function.masks
    places = [first] if count == 1 else [str(n) for n in range(count)]
    if not form.sampling.random:
        chosen, rows = [], places
    else:
        examples = [form.sampling.example(form.samples, place) for place in places]
        chosen = [f"e{n} = {example}" for n, example in enumerate(examples)]
        rows = [f"e{n}" for n in range(count)]
    load, names = sample_names(features, rows, own_data=form.own_data)
    drawn: list[str] = []
    if masks is not None:
        for n, place in enumerate(places):
            for k in range(masks.units):
                position = f"np.uint64({place} * {masks.units} + {k})"
                kept = f"word(mask_key[lane], {position}) >> S32 >= np.uint64({masks.threshold})"
                drawn.append(f"m{n}_{k} = 1.0 if {kept} else 0.0")
                names["mask", (n, k)] = f"m{n}_{k}"
    return [*chosen, *load, *drawn], names


def _draw_masks(form: Form) -> list[str]:
    if not form.function.masks:
        return []
    begin = f"subkey(key[lane], np.uint64({streams.MASKS}), moment)"
    return nested(EACH_LANE, [f"mask_key[lane] = {begin}"])


def _draw_noise(form: Form) -> list[str]:
    """Noise lies in memory, zero in updates without any: the rule's stage has no branch then."""
    if not form.noise:
        return []
    places = [form.scratch.place("noise", k) for k in range(form.function.size)]
    before, entries = form.noise.statements(form.function.size)
    drawn = [f"{place} = {entry}" for place, entry in zip(places, entries, strict=True)]
    return [
        *nested("if (first + count + 1) % period == 0:", nested(EACH_LANE, [*before, *drawn])),
        *nested("else:", nested(EACH_LANE, [f"{place} = 0.0" for place in places])),
    ]


def _end_of_update(form: Form, sums: list[str]) -> list[str]:
    """The statements that end one update of a lane: gradient, stops, new parameters."""
    rows, size, rule = form.rows, form.function.size, form.rule
    _, names = theta_names(size)
    statements: list[str] = []
    totals = [f"scale * {total}" for total in sums]
    rest = form.rest()
    if rest is not None:
        more, added = emit(rest, names, "r")
        statements += more
        totals = [f"{total} + {term}" for total, term in zip(totals, added, strict=True)]
    if form.watch_loss:
        statements.append(f"value = {totals.pop(0)}")
    statements += [f"g{k} = {total}" for k, total in enumerate(totals)]
    statements += [
        "norm = " + " + ".join(f"g{k} * g{k}" for k in range(size)),
        "extent = " + " + ".join(f"t{k} * t{k}" for k in range(size)),
        *stops(form),
        *load_settings(form),
    ]
    kept = size * rule.slots
    statements += [f"s{k} = {rows.place('slots', k)}" for k in range(kept)]
    for k in range(size):
        names["gradient", (k,)] = f"g{k}"
        for slot in range(rule.slots):
            names[f"slot{slot}", (k,)] = f"s{size * slot + k}"
    names.update({(name, ()): name for name in rule.settings})
    more, outputs = emit(rule.program(size), names, "u")
    statements += more
    if form.noise:
        for k in range(size):
            outputs[k] += f" + amplitude * {form.scratch.place('noise', k)}"
    old = [f"t{k}" for k in range(size)] + [f"s{k}" for k in range(kept)]
    places = [rows.place("theta", k) for k in range(size)]
    places += [rows.place("slots", k) for k in range(kept)]
    for place, output, value in zip(places, outputs, old, strict=True):
        statements.append(f"{place} = {output} if status == 0.0 else {value}")
    return statements


def stops(form: Form) -> list[str]:
    """Statements that settle ``status`` from the squares ``norm`` and ``extent``, and watch.

    A lane whose status is then RUNNING makes the update.
    """
    rows = form.rows
    status, updates = rows.place("status"), rows.place("updates")
    statements = [f"before = {status}"]
    if form.watch_loss:
        reached, level = rows.place("reached"), rows.place("loss_level")
        statements += [
            f"found = (before == 0.0) & (value <= {level}) & ({reached} == np.inf)",
            f"{reached} = {updates} if found else {reached}",
        ]
    statements += [
        "sound = (norm < np.inf) & (extent <= bound)",
        f"code = ({ARRIVED} if norm <= tolerance else {RUNNING}) if sound else {DIVERGED}",
        "status = code if before == 0.0 else before",
        f"{status} = status",
        f"{updates} += 1.0 if status == 0.0 else 0.0",
    ]
    if form.watch_gradient:
        small = f"(status == 0.0) & (norm <= {rows.place('small_gradient')})"
        statements.append(f"{rows.place('slow')} += 1.0 if {small} else 0.0")
    return statements


def load_settings(form: Form) -> list[str]:
    """Statements that load a lane's settings, each times its factor of this update."""
    factors = {name: f" * factor{k}" for k, name in enumerate(form.scheduled)}
    return [f"{name} = {form.rows.place(name)}{factors.get(name, '')}" for name in form.settings]


def _end_early(form: Form) -> list[str]:
    # Looking whether a lane still runs changes no result.
    running = nested(f"if {form.rows.place('status')} == 0.0:", ["running += 1"])
    look = ["running = 0", *nested(EACH_LANE, running), *nested("if running == 0:", ["break"])]
    return nested("if count % 64 == 63:", look)
