"""What a study is to the pipeline: a plan, a kind of cell, and a few functions."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from numpy.typing import NDArray

from claims.studies.estimands import ESTIMANDS, series_of
from claims.studies.observations import Observed
from claims.studies.plan import (
    Plan,
    PlanError,
    Question,
    load_plan,
    plan_path,
    settings_of,
    study_names,
)

Records = NDArray[Any]


def _one(cell: Any) -> int:
    return 1


@dataclass(frozen=True)
class Study:
    """A study as its module declares it, in a variable STUDY.

    ``cell`` describes the entries of a [[cells]] table and ``name`` words one for a reader: a
    series, a comma and the rest, as in "xor, sigmoid, width 2". ``run(seed, cell, first, stop)``
    returns the records (a structured array with a column ``run``) of those runs, each a function of
    the seed, the cell and the run's number alone; a run may train several arms from one start.
    ``observe(cell, records)`` judges a cell's runs together and returns for each question, by id,
    what was observed of every run, in the order of the records. ``pilot(plan)`` prints what
    settings were chosen by. ``networks(cell)`` says how many networks one run trains, and
    ``classified(cell)`` how many of these are polished and classified, all of them if left out.
    ``simulates`` says that the runs use the statistics and rules themselves, so that records made
    by others are useless.
    """

    cell: type[msgspec.Struct]
    name: Callable[[Any], str]
    run: Callable[[str, Any, int, int], Records]
    observe: Callable[[Any, Records], Mapping[str, Observed]]
    pilot: Callable[[Plan], None]
    networks: Callable[[Any], int] = _one
    classified: Callable[[Any], int] | None = None
    simulates: bool = False

    def ends(self, cell: Any) -> int:
        """The networks of one run that are polished and classified."""
        return (self.classified or self.networks)(cell)


@dataclass(frozen=True)
class Planned:
    """A study with its plan and its cells in the plan's order."""

    title: str
    study: Study
    plan: Plan

    @property
    def cells(self) -> Sequence[Any]:
        return [msgspec.convert(settings_of(entry), self.study.cell) for entry in self.plan.cells]

    @property
    def names(self) -> list[str]:
        """What a reader calls the cells, in their order."""
        return [self.study.name(cell) for cell in self.cells]

    def question(self, id: str) -> Question:
        """Return the question of that id; raises PlanError for an unknown one."""
        for question in self.plan.questions:
            if question.id == id:
                return question
        known = ", ".join(question.id for question in self.plan.questions)
        raise PlanError(f"{plan_path(self.title)}: there is no question {id!r}; known are {known}")

    def settings(self, question: Question) -> list[str]:
        """Return the names of the cells that a question concerns, in the plan's order."""
        return [
            name for name in self.names if question.settings is None or name in question.settings
        ]


def planned(name: str) -> Planned:
    """Return the study of that name; raises PlanError for an unknown one or a plan with a fault."""
    if name not in study_names():
        raise PlanError(f"there is no study {name!r}; known are {', '.join(study_names())}")
    module = importlib.import_module(f"claims.studies.{name.replace('-', '_')}")
    study: Study = module.STUDY
    path = plan_path(name)
    made = Planned(name, study, load_plan(path, study.cell))
    names = made.names
    twice = next((one for one in names if names.count(one) > 1), None)
    if twice is not None:
        raise PlanError(f"{path}: two cells are called {twice!r}; name what they differ in")
    for number, question in enumerate(made.plan.questions, start=1):
        where = f"{path}: [[questions]] number {number}: settings"
        unknown = [one for one in question.settings or () if one not in names]
        if unknown:
            raise PlanError(f"{where} names {unknown[0]!r}; known are {'; '.join(names)}")
        if not made.settings(question):
            raise PlanError(f"{where} is empty; leave it out for all cells")
        _check_condition(made, question, f"{path}: [[questions]] number {number}: condition")
    return made


def _check_condition(study: Planned, question: Question, where: str) -> None:
    if question.condition is None:
        return
    if question.claim is None:
        raise PlanError(f"{where} is one of the claim's; name the claim, or leave it out")
    names, inside = study.settings(question), question.condition.settings
    unknown = [one for one in inside if one not in names]
    if unknown:
        raise PlanError(f"{where} names {unknown[0]!r}; known are {'; '.join(names)}")
    if not inside or set(inside) == set(names):
        raise PlanError(f"{where} must be fulfilled by some of the question's cells, not by all")
    if ESTIMANDS[question.estimand].contrast is not None:
        outside = {series_of(name) for name in names if name not in inside}
        parted = [name for name in inside if series_of(name) in outside]
        if parted:
            raise PlanError(f"{where} parts the series of {parted[0]!r}; name all of it or none")
