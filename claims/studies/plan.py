"""Plans of studies: what is fixed before any number is drawn."""

from __future__ import annotations

import hashlib
import json
import tomllib
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import msgspec

from claims.studies.rules import RULES

FOLDER = Path(__file__).parent
SCALES = ("smoke", "default", "full")


class PlanError(ValueError):
    """A plan that cannot be followed; the message names the file, the entry and the mend."""


class Runs(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Runs in each cell, by scale; the planned sample size is that of ``default``."""

    smoke: int
    default: int
    full: int


class Power(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What the planned sample size has to achieve, each with probability ``power``.

    A share of ``below`` is found smaller than the smallest effect, one of ``above`` larger.
    """

    below: float
    above: float
    power: float


class Pilot(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """How settings were tuned beforehand: by these seeds, which the study itself never uses."""

    seed: str
    runs: int
    method: str


class Plan(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A study's plan, in the entries of its TOML file.

    ``cells`` are the combinations of factors, one table each, whose entries the study's module
    describes; every cell gets the same number of runs. ``smallest_effect`` is in units of the
    estimand. ``shards`` says how the work is cut, and changes no result.
    """

    question: str
    claims: list[str]
    factors: dict[str, str]
    outcome: str
    estimand: str
    smallest_effect: float
    confidence: float
    rule: str
    prediction: str
    power: Power
    pilot: Pilot
    scales: Runs
    shards: Runs
    cells: list[dict[str, Any]]


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
    plan = _converted(path, document, Plan, "")
    known: set[str] = set()
    for number, entries in enumerate(plan.cells, start=1):
        _converted(path, entries, cell, f"[[cells]] number {number}")
        label = cell_label(entries)
        _require(
            path, label not in known, f"[[cells]] number {number}", "repeats a cell; remove it"
        )
        known.add(label)
    _check(path, plan)
    return plan


def plan_hash(plan: Plan) -> str:
    """Return the hash that seeds the study: of every entry but how the work is cut into shards."""
    entries = msgspec.to_builtins(plan)
    del entries["shards"]
    return hashlib.sha256(canonical(entries).encode()).hexdigest()


def canonical(value: Any) -> str:
    """Return the one JSON text of a value: sorted keys, no blanks."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def cell_label(cell: dict[str, Any]) -> str:
    """Return the name under which a cell seeds its runs: its entries in canonical form."""
    return canonical(cell)


def _check(path: Path, plan: Plan) -> None:
    scales = {name: getattr(plan.scales, name) for name in SCALES}
    shards = {name: getattr(plan.shards, name) for name in SCALES}
    _require(path, bool(plan.cells), "cells", "is empty; give at least one [[cells]]")
    _require(path, bool(plan.claims), "claims", "is empty; name the claims that the study judges")
    for name in SCALES:
        _require(path, scales[name] >= 1, f"[scales] {name}", "is below 1; give a number of runs")
        _require(path, shards[name] >= 1, f"[shards] {name}", "is below 1; give a number of shards")
        _require(
            path,
            shards[name] <= scales[name],
            f"[shards] {name}",
            f"exceeds the {scales[name]} runs a cell of that scale; give fewer shards",
        )
    _require(
        path,
        scales["smoke"] < scales["default"] <= scales["full"],
        "[scales]",
        "must grow from smoke to default, and not shrink to full",
    )
    _require(path, 0 < plan.confidence < 1, "confidence", "must lie between 0 and 1, like 0.95")
    _require(path, 0 < plan.power.power < 1, "[power] power", "must lie between 0 and 1, like 0.9")
    _require(
        path,
        0 <= plan.power.below < plan.smallest_effect < plan.power.above <= 1,
        "[power]",
        f"below and above must lie on either side of smallest_effect, {plan.smallest_effect}",
    )
    if plan.rule not in RULES:
        raise PlanError(f"{path}: rule {plan.rule!r} is unknown; {_suggestion(plan.rule, RULES)}")


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
