"""A study that is killed again and again ends with the bytes of one that was left in peace."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from claims.studies import shards
from claims.testing.optional import required_parts

pytestmark = pytest.mark.optional("kills")

KILLS = 20
SEED = 20

# A shard of many small portions, each of which notes that it was computed.
SCRIPT = """
import os, sys, time
from dataclasses import replace
sys.path.insert(0, {folder!r})
import conftest
from pathlib import Path
from claims.studies import plan, registry, shards
plan.FOLDER = Path({plans!r})
shards.PORTION = 20

def toss(seed, cell, first, stop):
    time.sleep({pause})
    with open({log!r}, "a") as log:
        log.write(f"{{cell.bias}} {{first}}\\n")
    return conftest.toss(seed, cell, first, stop)

own = plan.load_plan(plan.plan_path("coins"), conftest.Coin)
study = registry.Planned("coins", replace(conftest.COINS, run=toss), own)
shards.run_shard(study, "default", 0, Path({into!r}), shards=1, report=lambda line: None)
"""
PORTIONS = 1800 // 20


@pytest.fixture(autouse=True)
def asked_for():
    if "kills" not in required_parts():
        pytest.skip("takes a minute or two: CLAIMS_REQUIRE=kills")


def portions(folder: Path) -> set[str]:
    """The portions that are there whole, as the script notes them."""
    bias = {"0": "0.5", "1": "0.1"}
    names = [path.stem.split("-") for path in folder.glob("cell-*.npy")]
    return {f"{bias[cell]} {first}" for _, cell, first, *_ in names}


def test_twenty_kills_at_random_moments(coins, tmp_path):
    """Each process is killed with SIGKILL after a random time, drawn with a fixed seed.

    The times are drawn from within what a process takes from its start to the last portion but for
    what is already there, so that kills fall into imports, computing and writing.
    """
    log = tmp_path / "log"
    into, whole = tmp_path / "killed", tmp_path / "whole"

    def start(folder, pause):
        text = SCRIPT.format(
            folder=str(Path(__file__).parent),
            plans=str(tmp_path / "plans"),
            into=str(folder),
            log=str(log),
            pause=pause,
        )
        return subprocess.Popen([sys.executable, "-c", text])

    begun = time.monotonic()
    assert start(whole, 0).wait() == 0
    undisturbed = time.monotonic() - begun
    assert len(log.read_text().splitlines()) == PORTIONS
    # So long that the shard cannot be done before the last kill: a process has no more than twice
    # the undisturbed time, half of which, on the average and about, goes into imports.
    pause = 0.8 * KILLS * undisturbed / PORTIONS
    moments = random.Random(SEED)
    killed = repeated = 0
    while killed < KILLS:
        log.write_text("")
        there = portions(into)
        process = start(into, pause)
        time.sleep(moments.uniform(0, 2 * undisturbed))
        assert process.poll() is None, f"the shard was done after {killed} kills"
        process.kill()
        process.wait()
        killed += 1
        computed = log.read_text().splitlines()
        assert len(set(computed)) == len(computed)
        assert not there & set(computed), "a portion that was there was computed again"
        # At most the portion in hand is lost.
        repeated += len(set(computed) - portions(into))
        assert len(set(computed) - portions(into)) <= 1
    assert not (into / "shard.json").exists()
    log.write_text("")
    there = portions(into)
    assert 0 < len(there) < PORTIONS
    assert start(into, 0).wait() == 0
    assert len(log.read_text().splitlines()) == PORTIONS - len(there)
    assert repeated <= KILLS
    files = {path.name: path.read_bytes() for path in whole.iterdir()}
    assert len(files) == PORTIONS + 1 and "shard.json" in files
    assert {path.name: path.read_bytes() for path in into.iterdir() if path.name in files} == files
    # A kill while a file is written leaves no more than a temporary one, which counts for nothing.
    strangers = [path.name for path in into.iterdir() if path.name not in files]
    assert all(not name.startswith("cell-") for name in strangers)
    assert shards.PORTION == 512
