"""A small study on a folder of its own, to run in shards within a second."""

from __future__ import annotations

import sys
import types

import msgspec
import numpy as np
import pytest

from claims.studies import plan as plans
from claims.studies import registry
from claims.studies.observations import events, paired_events
from claims.studies.registry import Study
from claims.training import generator

PLAN = """
question = "How often does a coin fall on its head?"
confidence = 0.95

[factors]
bias = "chance of a head"

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

[[questions]]
id = "heads"
claim = "coins-fall"
event = "are heads"
outcome = "head"
estimand = "share"
rule = "often"
smallest_effect = 0.3
prediction = "supported"
power = { below = 0.1, above = 0.5, power = 0.9 }
condition = { id = "fair", words = "where the coin is fair", settings = ["coin, bias 0.5"] }

[[questions]]
id = "against-a-second-coin"
claim = "coins-differ"
reading = "in-heads"
event = "are heads"
arms = ["with the first coin", "with the second"]
outcome = "head"
estimand = "difference of shares"
rule = "raises"
smallest_effect = 0.1
prediction = "not supported"
settings = ["coin, bias 0.5"]

[[cells]]
bias = 0.5

[[cells]]
bias = 0.1
runs = 0.5
"""


class Coin(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    bias: float


def toss(seed, cell, first, stop):
    """Two coins a run; the second is fair."""
    records = np.zeros(stop - first, dtype=[("run", "<i4"), ("head", "?"), ("other", "?")])
    records["run"] = np.arange(first, stop)
    for row in records:
        drawn = generator(seed, str(cell.bias), int(row["run"])).random(2)
        row["head"], row["other"] = drawn < (cell.bias, 0.5)
    return records


def observe(cell, records):
    heads = events(records["head"], classes=np.where(records["head"], "head", "tail"))
    pairs = paired_events(heads, events(records["other"]), ["first", "second"])
    return {"heads": heads, "against-a-second-coin": pairs}


COINS = Study(
    Coin, lambda cell: f"coin, bias {cell.bias}", toss, observe, lambda plan: None, lambda cell: 2
)


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
