"""What a study is to the pipeline: a plan, a kind of cell, and three functions."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from numpy.typing import NDArray

from claims.studies.plan import Plan, PlanError, load_plan, plan_path, study_names
from claims.studies.statistics import Share

Records = NDArray[Any]


class Summary(msgspec.Struct, frozen=True):
    """What a cell's runs came to: counts of the outcome, counts by class, rows for the table.

    ``count`` runs have the outcome, ``undecided`` may have it; ``outcomes`` counts the classes that
    a reader sees; ``rows`` are those of the CSV file, without the cell's own columns.
    """

    n: int
    count: int
    undecided: int
    outcomes: dict[str, int]
    rows: list[dict[str, Any]]


@dataclass(frozen=True)
class Study:
    """A study as its module declares it, in a variable STUDY.

    ``cell`` describes the entries of a [[cells]] table and ``name`` words one for a reader.
    ``run(seed, cell, first, stop)`` returns the records (a structured array) of those runs, each a
    function of the seed, the cell and the run's number alone. ``summarise(cell, records)`` judges a
    cell's runs together. ``event`` completes "of the runs". ``pilot(plan)`` prints what settings
    were chosen by.
    """

    cell: type[msgspec.Struct]
    name: Callable[[Any], str]
    run: Callable[[str, Any, int, int], Records]
    summarise: Callable[[Any, Records], Summary]
    event: str
    pilot: Callable[[Plan], None]


@dataclass(frozen=True)
class Planned:
    """A study with its plan and its cells in the plan's order."""

    title: str
    study: Study
    plan: Plan

    @property
    def cells(self) -> Sequence[Any]:
        return [msgspec.convert(entries, self.study.cell) for entries in self.plan.cells]

    def judge(self, summaries: Sequence[Summary]) -> tuple[list[Share], str, str]:
        """Return the shares of the cells, the decision and its sentence, by the plan's rule."""
        from claims.studies.rules import RULES, Estimate
        from claims.studies.statistics import bonferroni, worst_case_share

        plan = self.plan
        confidence = bonferroni(plan.confidence, len(summaries))
        shares = [worst_case_share(s.count, s.undecided, s.n, confidence) for s in summaries]
        estimates = [
            Estimate(self.study.name(cell), share)
            for cell, share in zip(self.cells, shares, strict=True)
        ]
        decision, sentence = RULES[plan.rule](
            estimates, plan.scales.default, plan.smallest_effect, self.study.event
        )
        return shares, decision.value, sentence


def planned(name: str) -> Planned:
    """Return the study of that name; raises PlanError for an unknown one or a plan with a fault."""
    if name not in study_names():
        raise PlanError(f"there is no study {name!r}; known are {', '.join(study_names())}")
    module = importlib.import_module(f"claims.studies.{name.replace('-', '_')}")
    study: Study = module.STUDY
    return Planned(name, study, load_plan(plan_path(name), study.cell))
