"""Gathering a study: from the records of its shards to one table and a decision a question."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from math import isfinite
from pathlib import Path
from typing import Any

from claims.files import write_whole
from claims.studies.estimands import (
    ESTIMANDS,
    Estimate,
    judged_estimates,
    series_of,
    setting_intervals,
)
from claims.studies.observations import class_counts, points, table_rows
from claims.studies.plan import PlanError, Question, plan_hash, plan_path, settings_of
from claims.studies.registry import Planned, Records
from claims.studies.rules import Decision, judge
from claims.studies.shards import read_shards
from claims.studies.statistics import bonferroni
from claims.studies.wording import Wording, sentence, too_few

SCHEMA = 3

Rows = list[dict[str, Any]]


def gather(
    study: Planned, scale: str, folder: Path, into: Path, *, shards: int | None = None
) -> dict[str, Any]:
    """Write ``into``/NAME.csv and NAME.json from the shards in ``folder``; return the latter.

    The table counts, for each question and setting, the runs of which the same was observed; the
    decisions are derived from the table alone. ``shards`` replaces the plan's number. Raises
    ValueError for shards that are missing or do not belong here.
    """
    records = read_shards(study, scale, folder, shards=shards)
    rows = count_observations(study, records)
    result = conclude(study, scale, rows)
    write_whole(into / f"{study.title}.csv", _table(rows).encode())
    text = json.dumps(result, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    write_whole(into / f"{study.title}.json", text.encode())
    return result


def count_observations(study: Planned, records: Iterable[Records]) -> Rows:
    """Return the rows of the table, by question and setting, in the plan's order.

    ``records`` are those of the cells. Raises ValueError where the study's module did not observe a
    question, or not each run once.
    """
    observed = {}
    for name, cell, own in zip(study.names, study.cells, records, strict=True):
        observed[name] = study.study.observe(cell, own), len(own)
    rows: Rows = []
    for question in study.plan.questions:
        for name in study.settings(question):
            by_question, runs = observed[name]
            if question.id not in by_question:
                raise ValueError(f"{study.title}: {name}: observe has no {question.id!r}")
            seen = by_question[question.id]
            if seen.lowest.shape != (runs,):
                raise ValueError(f"{study.title}: {name}: {question.id!r} needs a number a run")
            key = {"question": question.id, "setting": name}
            rows += [{**key, **row} for row in table_rows(seen)]
    return rows


def conclude(study: Planned, scale: str, rows: Rows) -> dict[str, Any]:
    """Return what the study found, as its JSON file says it, from the rows of its table."""
    plan = study.plan
    settings = [
        {
            "name": name,
            "cell": settings_of(entries),
            "n": plan.runs(entries, scale),
            "networks": plan.runs(entries, scale) * study.study.networks(cell),
            "classified": plan.runs(entries, scale) * study.study.ends(cell),
        }
        for name, entries, cell in zip(study.names, plan.cells, study.cells, strict=True)
    ]
    return {
        "schema": SCHEMA,
        "name": study.title,
        "question": plan.question,
        "scale": scale,
        "plan_hash": plan_hash(plan),
        "planned": sum(plan.runs(entries, "default") for entries in plan.cells),
        "n": sum(setting["n"] for setting in settings),
        "networks": sum(setting["networks"] for setting in settings),
        "classified": sum(setting["classified"] for setting in settings),
        "factors": plan.factors,
        "confidence": plan.confidence,
        "settings": settings,
        "questions": [conclude_question(study, question, rows) for question in plan.questions],
    }


def conclude_question(
    study: Planned, question: Question, rows: Iterable[Mapping[str, Any]]
) -> dict[str, Any]:
    """Return estimates, decision and sentence of one question, from the rows of the table.

    The intervals of all settings of all questions of the study hold together (Bonferroni). The rows
    may be those just counted or those of the CSV file. Raises ValueError where a setting has no row
    and PlanError where the estimand does not fit the data.
    """
    names = study.settings(question)
    own: dict[str, Rows] = {name: [] for name in names}
    for row in rows:
        if row["question"] == question.id and row["setting"] in own:
            own[row["setting"]].append(dict(row))
    empty = [name for name, found in own.items() if not found]
    if empty:
        raise ValueError(f"{study.title}: question {question.id!r} has no rows for {empty[0]}")
    counted = {name: points(found) for name, found in own.items()}
    estimand = ESTIMANDS[question.estimand]
    confidence = bonferroni(study.plan.confidence, len(study.plan.questions))
    try:
        settings = setting_intervals(estimand, counted, confidence)
        estimates = judged_estimates(estimand, settings)
    except ValueError as error:
        raise PlanError(f"{plan_path(study.title)}: question {question.id!r}: {error}") from None
    planned = {
        name: study.plan.runs(entries, "default")
        for name, entries in zip(study.names, study.plan.cells, strict=True)
    }
    lacking = [
        (counted[name].n, planned[name]) for name in names if counted[name].n < planned[name]
    ]
    condition = question.condition
    asked = question.rule, question.estimand, estimates, question.smallest_effect
    inside = fulfilling(question, estimates)
    fewest = min(lacking, default=None)
    decision = judge(*asked, inside, fewest)
    wording = Wording(
        question.event, tuple(question.arms), condition.words if condition is not None else ""
    )
    low, high = estimand.region(question.smallest_effect)
    classes = {name: class_counts(found) for name, found in own.items()}
    return {
        "id": question.id,
        "claim": question.claim,
        "reading": question.reading,
        "event": question.event,
        "arms": question.arms,
        "outcome": question.outcome,
        "estimand": question.estimand,
        "rule": question.rule,
        "smallest_effect": question.smallest_effect,
        "region": [low, high],
        "prediction": question.prediction,
        "decision": decision.value,
        "condition": condition.id if condition is not None else None,
        "when": [condition.id] if condition and decision is Decision.CONDITIONS else [],
        "sentence": too_few(*fewest) if fewest else sentence(decision, *asked, wording, inside),
        "planned": sum(planned[name] for name in names),
        "n": sum(one.n for one in counted.values()),
        "undecided": sum(one.undecided for one in counted.values()),
        "estimates": [_entry(estimate) for estimate in estimates],
        "settings": [{**_entry(setting), "classes": classes[setting.name]} for setting in settings],
    }


def fulfilling(question: Question, estimates: Iterable[Estimate]) -> list[str]:
    """Return the names of the estimates whose cells fulfil the question's condition."""
    if question.condition is None:
        return []
    names = question.condition.settings
    if ESTIMANDS[question.estimand].contrast is not None:
        # A plan is refused in which the condition parts a series.
        series = {series_of(name) for name in names}
        return [one.name for one in estimates if series_of(one.name) in series]
    return [one.name for one in estimates if one.name in names]


def _entry(estimate: Estimate) -> dict[str, Any]:
    interval = estimate.interval
    return {
        "name": estimate.name,
        "n": interval.n,
        "undecided": interval.undecided,
        "estimate": _number(interval.estimate),
        "lower": _number(interval.lower),
        "upper": _number(interval.upper),
    }


def _number(value: float) -> float | str:
    """JSON has no infinity: it is written "inf" or "-inf", which float() reads."""
    return value if isfinite(value) else str(value)


def _table(rows: Rows) -> str:
    columns = list(dict.fromkeys(name for row in rows for name in row if name != "runs"))
    text = io.StringIO()
    writer = csv.DictWriter(text, [*columns, "runs"], restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
