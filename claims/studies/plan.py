"""Plans of studies: what is fixed before any number is drawn."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import msgspec

from claims.studies.estimands import ESTIMANDS, RATIOS
from claims.studies.rules import RULES

FOLDER = Path(__file__).parent
SCALES = ("smoke", "default", "full")

# Estimands whose power is stated by two shares.
TWO_SHARES = (
    "difference of shares",
    "growth of share",
    "growth of median",
    "growth factor of median",
)

# The entry of a [[cells]] table that multiplies its number of runs; it says nothing of a run.
MULTIPLIER = "runs"


class PlanError(ValueError):
    """A plan that cannot be followed; the message names the file, the entry and the mend."""


class Runs(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Runs in each cell, by scale; the planned sample size is that of ``default``."""

    smoke: int
    default: int
    full: int


class Power(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What the planned sample size has to achieve in a setting, with probability ``power``.

    Where the truth is ``above`` (``below``), the setting is found above (below) the region of no
    effect; where it is ``same``, inside it. For a share, the truth is the share; for a difference
    of shares, the shares of runs with the event in the first arm only and in the second only; for a
    median, the share of runs beyond that edge of the region; for a growth of shares, the shares of
    the first setting and the last; for a growth of medians, which share of the first setting lies
    on the one side of some number, and which of the last on the other side of a number that is the
    smallest effect further. ``same`` is for differences and growths of shares alone.
    """

    above: float | list[float] | None = None
    below: float | list[float] | None = None
    same: list[float] | None = None
    power: float = 0.9


class Condition(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A condition of the claim in the catalogue, by id, and the cells that fulfil it, by name.

    ``words`` complete "in settings", as in "with units to spare". It is named before the study
    runs: what separates the settings afterwards is no condition.
    """

    id: str
    words: str
    settings: list[str]


class Question(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """One question of a study, decided by a rule of its own; one [[questions]] table.

    ``claim`` and ``reading`` say what it judges; a question of a study that judges no claim, such
    as a calibration, has none. ``event`` completes "of the runs" for shares and names the quantity
    for medians; ``arms`` words the two arms of a comparison, the first one being what the claim
    speaks of. ``outcome`` defines what is counted. ``smallest_effect`` is in units of the estimand:
    a threshold, the half width of the region of no effect, or for ratios the factor at its edge.
    ``settings`` names the cells concerned, all of them if left out. ``condition`` is one under
    which the claim may hold where it does not hold in all settings.
    """

    id: str
    event: str
    outcome: str
    estimand: str
    rule: str
    smallest_effect: float
    prediction: str
    claim: str | None = None
    reading: str | None = None
    arms: list[str] = []
    power: Power | None = None
    settings: list[str] | None = None
    condition: Condition | None = None


class Pilot(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """How settings were tuned beforehand: by these seeds, which the study itself never uses."""

    seed: str
    runs: int
    method: str


class Plan(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A study's plan, in the entries of its TOML file.

    ``cells`` are the combinations of factors, one table each, whose entries the study's module
    describes; every cell gets the same number of runs, or ``runs`` times as many where it says so.
    The intervals of all settings of all questions hold together with ``confidence``. ``shards``
    says how the work is cut, and changes no result.
    """

    question: str
    factors: dict[str, str]
    confidence: float
    questions: list[Question]
    pilot: Pilot
    scales: Runs
    shards: Runs
    cells: list[dict[str, Any]]

    @property
    def claims(self) -> list[str]:
        """The claims that the study judges, in the order of its questions."""
        return list(dict.fromkeys(q.claim for q in self.questions if q.claim is not None))

    def runs(self, cell: Mapping[str, Any], scale: str) -> int:
        """Return the number of runs of a [[cells]] table at a scale."""
        return max(1, round(getattr(self.scales, scale) * cell.get(MULTIPLIER, 1)))


def settings_of(cell: Mapping[str, Any]) -> dict[str, Any]:
    """Return the entries of a [[cells]] table that a run depends on."""
    return {name: value for name, value in cell.items() if name != MULTIPLIER}


def plan_path(study: str) -> Path:
    return FOLDER / f"{study}.toml"


def study_names() -> list[str]:
    """The studies that have a plan, sorted."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def load_plan(path: Path, cell: type[msgspec.Struct]) -> Plan:
    """Read and check the plan at ``path``, whose cells have the entries of ``cell``.

    Raises PlanError for an entry that is missing, unknown, of the wrong type or out of range.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise PlanError(
            f"{path}: there is no such plan; write it, or choose a known study"
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise PlanError(f"{path}: this is no TOML: {error}; mend the line that it names") from None
    for number, entries in enumerate(document.get("questions", ()), start=1):
        if isinstance(entries, dict):
            _converted(path, entries, Question, f"[[questions]] number {number}")
    plan = _converted(path, document, Plan, "")
    known: set[str] = set()
    for number, entries in enumerate(plan.cells, start=1):
        where = f"[[cells]] number {number}"
        times = entries.get(MULTIPLIER, 1)
        _require(
            path,
            type(times) in (int, float) and times > 0,
            f"{where} runs",
            "is no positive number; it multiplies the runs of [scales]",
        )
        _converted(path, settings_of(entries), cell, where)
        label = cell_label(entries)
        _require(path, label not in known, where, "repeats a cell; remove it")
        known.add(label)
    _check(path, plan)
    for number, question in enumerate(plan.questions, start=1):
        _check_question(path, f"[[questions]] number {number}", question)
    return plan


def plan_hash(plan: Plan) -> str:
    """Return the hash that seeds the study: of every entry but how the work is cut into shards."""
    entries = msgspec.to_builtins(plan)
    del entries["shards"]
    return hashlib.sha256(canonical(entries).encode()).hexdigest()


def canonical(value: Any) -> str:
    """Return the one JSON text of a value: sorted keys, no blanks."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def cell_label(cell: Mapping[str, Any]) -> str:
    """Return the name under which a cell's runs are stored: its settings in canonical form."""
    return canonical(settings_of(cell))


def _check(path: Path, plan: Plan) -> None:
    scales = {name: getattr(plan.scales, name) for name in SCALES}
    shards = {name: getattr(plan.shards, name) for name in SCALES}
    _require(path, bool(plan.cells), "cells", "is empty; give at least one [[cells]]")
    _require(path, bool(plan.questions), "questions", "is empty; give at least one [[questions]]")
    for name in SCALES:
        _require(path, scales[name] >= 1, f"[scales] {name}", "is below 1; give a number of runs")
        _require(path, shards[name] >= 1, f"[shards] {name}", "is below 1; give a number of shards")
        fewest = min(plan.runs(cell, name) for cell in plan.cells)
        _require(
            path,
            shards[name] <= fewest,
            f"[shards] {name}",
            f"exceeds the {fewest} runs of a cell at that scale; give fewer shards",
        )
    _require(
        path,
        scales["smoke"] < scales["default"] <= scales["full"],
        "[scales]",
        "must grow from smoke to default, and not shrink to full",
    )
    _require(path, 0 < plan.confidence < 1, "confidence", "must lie between 0 and 1, like 0.95")
    ids = [question.id for question in plan.questions]
    _require(path, len(set(ids)) == len(ids), "questions", "have the same id twice; rename one")


def _check_question(path: Path, where: str, question: Question) -> None:
    if question.estimand not in ESTIMANDS:
        near = _suggestion(question.estimand, ESTIMANDS)
        raise PlanError(f"{path}: {where}: estimand {question.estimand!r} is unknown; {near}")
    if question.rule not in RULES:
        near = _suggestion(question.rule, RULES)
        raise PlanError(f"{path}: {where}: rule {question.rule!r} is unknown; {near}")
    estimand, rule = ESTIMANDS[question.estimand], RULES[question.rule]
    _require(
        path,
        question.estimand in rule.estimands,
        f"{where}: rule {question.rule!r}",
        f"does not judge a {question.estimand}; it judges {', '.join(rule.estimands)}",
    )
    _require(
        path,
        len(question.arms) == (2 if estimand.paired else 0),
        f"{where}: arms",
        f"must name two arms, since a {question.estimand} compares them"
        if estimand.paired
        else f"must be left out, since a {question.estimand} compares no arms",
    )
    _require(
        path,
        estimand.threshold or question.smallest_effect > (1 if question.estimand in RATIOS else 0),
        f"{where}: smallest_effect",
        "must be above 1 for a ratio and above 0 for a difference: it is the edge of no effect",
    )
    _require(
        path,
        question.claim is not None or question.reading is None,
        f"{where}: reading",
        "needs the claim that it is a reading of",
    )
    if question.power is not None:
        power = question.power.power
        _require(path, 0 < power < 1, f"{where}: power", "must lie between 0 and 1, like 0.9")
        count = 2 if question.estimand in TWO_SHARES else 1
        _require(
            path,
            question.power.same is None
            or question.estimand in ("difference of shares", "growth of share"),
            f"{where}: power",
            "says same, which is for a difference or growth of shares; leave it out",
        )
        for truth in (question.power.above, question.power.below, question.power.same):
            given = truth if isinstance(truth, list) else [truth]
            _require(
                path,
                truth is None or (len(given) == count and all(0 <= share <= 1 for share in given)),  # type: ignore[operator]
                f"{where}: power",
                f"takes {'two shares' if count == 2 else 'a share'} for each truth",
            )


def _require(path: Path, holds: bool, entry: str, mend: str) -> None:
    if not holds:
        raise PlanError(f"{path}: {entry} {mend}")


def _converted(path: Path, value: Any, kind: type[Any], where: str) -> Any:
    place = f"{where}: " if where else ""
    for name in value:
        if name not in kind.__struct_fields__:
            mend = _suggestion(name, kind.__struct_fields__)
            raise PlanError(f"{path}: {place}there is no entry {name!r}; {mend}")
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        raise PlanError(f"{path}: {place}{error}; mend that entry") from None


def _suggestion(name: str, known: Any) -> str:
    near = get_close_matches(name, known, n=1)
    return f"did you mean {near[0]!r}?" if near else f"known are {', '.join(known)}"
