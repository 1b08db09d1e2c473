"""A small study on a folder of its own, to run in shards within a second."""

from __future__ import annotations

import sys
import types

import msgspec
import numpy as np
import pytest

from claims.studies import plan as plans
from claims.studies import registry
from claims.studies.registry import Study, Summary
from claims.training import generator

PLAN = """
question = "How often does a coin fall on its head?"
claims = ["coins-fall"]
outcome = "head"
estimand = "share of heads"
smallest_effect = 0.3
confidence = 0.95
rule = "often"
prediction = "supported"

[factors]
bias = "chance of a head"

[power]
below = 0.1
above = 0.5
power = 0.9

[pilot]
seed = "pilot of coins"
runs = 10
method = "none needed"

[scales]
smoke = 40
default = 1200
full = 1300

[shards]
smoke = 1
default = 4
full = 4

[[cells]]
bias = 0.5

[[cells]]
bias = 0.1
"""


class Coin(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    bias: float


def toss(seed, cell, first, stop):
    records = np.zeros(stop - first, dtype=[("run", "<i4"), ("head", "?")])
    records["run"] = np.arange(first, stop)
    records["head"] = [
        generator(seed, str(cell.bias), run).random() < cell.bias for run in range(first, stop)
    ]
    return records


def count(cell, records):
    heads = int(records["head"].sum())
    outcomes = {"head": heads, "tail": len(records) - heads}
    rows = [{"outcome": name, "runs": runs} for name, runs in outcomes.items()]
    return Summary(len(records), heads, 0, outcomes, rows)


COINS = Study(Coin, lambda cell: f"bias {cell.bias}", toss, count, "are heads", lambda plan: None)


@pytest.fixture
def plan_text():
    return PLAN


@pytest.fixture
def coins(tmp_path, monkeypatch):
    """The study of coins, as if it stood among the others."""
    folder = tmp_path / "plans"
    folder.mkdir()
    (folder / "coins.toml").write_text(PLAN)
    monkeypatch.setattr(plans, "FOLDER", folder)
    module = types.ModuleType("claims.studies.coins")
    module.STUDY = COINS
    monkeypatch.setitem(sys.modules, "claims.studies.coins", module)
    return registry.planned("coins")


@pytest.fixture
def coin_plan(tmp_path):
    """A function that loads a changed plan: the old text, the new one."""

    def load(old="", new=""):
        assert old in PLAN
        path = tmp_path / "changed.toml"
        path.write_text(PLAN.replace(old, new, 1) if old else PLAN)
        return plans.load_plan(path, Coin)

    return load
