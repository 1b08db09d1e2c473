"""Deriving what a study found again from its table, for the test that stands for a claim."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from claims.studies.gathering import Rows, conclude_question
from claims.studies.plan import plan_hash
from claims.studies.registry import planned


def as_counted(rows: Rows) -> Rows:
    """Leave the table as it is; what a control replaces."""
    return rows


def one_run_more(rows: Rows) -> Rows:
    """Plant a fault: the first row of the question counts one run more."""
    return [{**rows[0], "runs": int(rows[0]["runs"]) + 1}, *rows[1:]]


def confirm(
    check: Any,
    study_result: Callable[..., Any],
    study_table: Callable[[str], Rows],
    study: str,
    question: str,
    count: Callable[[Rows], Rows] = as_counted,
) -> None:
    """Derive one question's decision again from the study's table, and report it as evidence.

    ``check``, ``study_result`` and ``study_table`` are the fixtures of those names; ``count`` gives
    the question's rows. Checked is that the data belong to the plan as it stands, and that every
    interval, the decision and the sentence follow from the counted runs by the plan's rule.
    """
    made = planned(study)
    asked = made.question(question)
    result = study_result(study, question)
    check.that(result.plan_hash == plan_hash(made.plan), "the data belong to the plan as it stands")
    own = [row for row in study_table(study) if row["question"] == question]
    derived = conclude_question(made, asked, count(own))
    check.that(
        len(result.estimates) == len(derived["estimates"]), "every estimate of the plan is there"
    )
    for mine, reported in zip(derived["estimates"], result.estimates, strict=True):
        check.that(mine == reported, "the interval follows from the counts", setting=mine["name"])
    for entry in ("n", "planned", "decision", "condition", "when", "sentence"):
        check.that(
            derived[entry] == getattr(result, entry),
            f"the entry {entry} follows from the counts and the rule",
            **{entry: derived[entry]},
        )
    check.study(result)
