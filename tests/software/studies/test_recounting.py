"""The helper of the chapters' tests: it accepts what was found and nothing else."""

from __future__ import annotations

import csv
import json
from types import SimpleNamespace

import pytest

from claims.studies.gathering import gather
from claims.studies.recounting import as_counted, confirm, one_run_more
from claims.studies.shards import run_shard


class Refused(Exception):
    pass


class Checked:
    """What a test's fixture ``check`` does, for a test of the helper."""

    def __init__(self):
        self.reported = None

    def that(self, condition, what, /, **witness):
        if not condition:
            raise Refused(what)

    def study(self, result):
        self.reported = result


@pytest.fixture
def found(coins, tmp_path):
    """The study of coins, gathered; its result can be changed before it is read."""
    for shard in range(4):
        into = tmp_path / f"in/shard-{shard}"
        run_shard(coins, "default", shard, into, report=lambda line: None)
    gather(coins, "default", tmp_path / "in", tmp_path)
    return json.loads((tmp_path / "coins.json").read_text())


@pytest.fixture
def ask(found, tmp_path):
    def asked(count=as_counted, question="heads", **changes):
        check = Checked()

        def study_result(name, id):
            own = next(one for one in found["questions"] if one["id"] == id)
            return SimpleNamespace(**{**found, **own, **changes})

        def study_table(name):
            with (tmp_path / f"{name}.csv").open(newline="") as file:
                return list(csv.DictReader(file))

        confirm(check, study_result, study_table, "coins", question, count)
        return check.reported

    return asked


@pytest.mark.parametrize("question", ["heads", "against-a-second-coin"])
def test_what_was_found_is_confirmed_and_reported(ask, question):
    assert ask(question=question).id == question


def test_one_run_more_is_caught(ask):
    with pytest.raises(Refused, match="the interval follows"):
        ask(one_run_more)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"plan_hash": "another"}, "belong to the plan"),
        ({"estimates": []}, "every estimate"),
        ({"decision": "supported"}, "entry decision"),
        ({"sentence": "All is well."}, "entry sentence"),
        ({"n": 7}, "entry n"),
        ({"planned": 7}, "entry planned"),
    ],
)
def test_what_does_not_follow_is_refused(ask, changes, message):
    with pytest.raises(Refused, match=message):
        ask(**changes)
