"""Gathering a study: from the records of its shards to one table and one decision."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from claims.files import write_whole
from claims.studies.plan import plan_hash
from claims.studies.registry import Planned, Summary
from claims.studies.shards import read_shards


def gather(study: Planned, scale: str, folder: Path, into: Path) -> dict[str, Any]:
    """Write ``into``/NAME.csv and NAME.json from the shards in ``folder``; return the latter.

    The table has a row for each cell, class of end and level. Raises ValueError for missing shards.
    """
    records = read_shards(study, scale, folder)
    summaries = [
        study.study.summarise(cell, own) for cell, own in zip(study.cells, records, strict=True)
    ]
    result = conclude(study, scale, summaries)
    write_whole(into / f"{study.title}.csv", _table(study, summaries).encode())
    text = json.dumps(result, indent=1, ensure_ascii=False) + "\n"
    write_whole(into / f"{study.title}.json", text.encode())
    return result


def conclude(study: Planned, scale: str, summaries: Sequence[Summary]) -> dict[str, Any]:
    """Return what the study found, as its JSON file says it."""
    shares, decision, sentence = study.judge(summaries)
    total = sum(summary.n for summary in summaries)
    return {
        "schema": 1,
        "name": study.title,
        "claims": study.plan.claims,
        "scale": scale,
        "plan_hash": plan_hash(study.plan),
        "planned": study.plan.scales.default * len(summaries),
        "n": total,
        "decision": decision,
        "sentence": sentence,
        "prediction": study.plan.prediction,
        "event": study.study.event,
        "outcome": study.plan.outcome,
        "factors": study.plan.factors,
        "smallest_effect": study.plan.smallest_effect,
        "confidence": study.plan.confidence,
        "estimates": [
            {
                "cell": cell,
                "name": study.study.name(typed),
                "n": share.n,
                "count": share.count,
                "undecided": share.undecided,
                "estimate": share.estimate,
                "lower": share.lower,
                "upper": share.upper,
                "outcomes": summary.outcomes,
            }
            for cell, typed, share, summary in zip(
                study.plan.cells, study.cells, shares, summaries, strict=True
            )
        ],
        "undecided": sum(summary.undecided for summary in summaries) / total,
    }


def _table(study: Planned, summaries: Sequence[Summary]) -> str:
    rows: list[dict[str, Any]] = []
    for cell, summary in zip(study.plan.cells, summaries, strict=True):
        rows += [{**cell, **row} for row in summary.rows]
    columns = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
