"""Shards: the same result however the work is cut, interrupted or repeated."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from claims.studies import shards
from claims.studies.__main__ import main
from claims.studies.gathering import gather


def silent(_):
    pass


def run(study, folder, count, scale="default"):
    for shard in range(count):
        shards.run_shard(
            study, scale, shard, folder / f"shard-{shard}", shards=count, report=silent
        )
    return folder


def contents(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_one_shard_or_four_give_the_same_result(coins, tmp_path):
    for count in (1, 4, 7):
        gather(
            coins, "default", run(coins, tmp_path / f"in{count}", count), tmp_path / f"out{count}"
        )
    assert contents(tmp_path / "out1") == contents(tmp_path / "out4") == contents(tmp_path / "out7")
    assert len(contents(tmp_path / "out1")) == 2


def test_what_is_gathered(coins, tmp_path):
    result = gather(coins, "default", run(coins, tmp_path / "in", 2), tmp_path)
    assert result == json.loads((tmp_path / "coins.json").read_text())
    assert (result["planned"], result["n"], result["undecided"]) == (2400, 2400, 0.0)
    assert result["decision"] == "supported under conditions"
    fair, rare = result["estimates"]
    assert fair["cell"] == {"bias": 0.5} and fair["count"] == fair["outcomes"]["head"]
    assert fair["lower"] < 0.5 < fair["upper"] and rare["lower"] < 0.1 < rare["upper"]
    assert (tmp_path / "coins.csv").read_text().splitlines()[:2] == [
        "bias,outcome,runs",
        f"0.5,head,{fair['count']}",
    ]


def test_a_small_scale_decides_nothing(coins, tmp_path):
    result = gather(coins, "smoke", run(coins, tmp_path, 1, "smoke"), tmp_path)
    assert result["decision"] == "not decided at this scale"


def test_what_is_there_is_not_computed_again(coins, tmp_path, monkeypatch):
    run(coins, tmp_path, 1)
    before = contents(tmp_path)
    monkeypatch.setattr(shards, "_as_bytes", None)
    run(coins, tmp_path, 1)
    assert contents(tmp_path) == before


def test_changed_code_makes_earlier_portions_useless(coins, tmp_path, monkeypatch):
    folder = tmp_path / "in"
    before = contents(run(coins, folder, 1))
    monkeypatch.setattr(shards, "content_key", lambda study: "other")
    after = contents(run(coins, folder, 1))
    assert len(after) == len(before)
    assert set(before) & set(after) == {"shard-0/shard.json"}


SLOW = """
import sys, time
sys.path.insert(0, {folder!r})
import conftest
from pathlib import Path
from claims.studies import plan, registry, shards
plan.FOLDER = Path({plans!r})
own = plan.load_plan(plan.plan_path("coins"), conftest.Coin)
study = registry.Planned("coins", conftest.COINS, own)
shards.run_shard(study, "default", 0, Path({into!r}), shards=1,
                 report=lambda line: (print(line, flush=True), time.sleep({pause})))
"""


def test_a_killed_shard_goes_on_to_the_same_bytes(coins, tmp_path):
    def script(into, pause):
        text = SLOW.format(
            folder=os.path.dirname(__file__),
            plans=str(tmp_path / "plans"),
            into=str(tmp_path / into),
            pause=pause,
        )
        return [sys.executable, "-c", text]

    process = subprocess.Popen(script("killed", 30), stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None and "1 of 6" in process.stdout.readline()
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    assert not (tmp_path / "killed/shard.json").exists()
    kept = {path: path.stat().st_mtime_ns for path in (tmp_path / "killed").glob("cell-*.npy")}
    assert len(kept) == 1
    time.sleep(0.01)
    subprocess.run(script("killed", 0), check=True, capture_output=True)
    run(coins, tmp_path / "whole", 1)
    assert contents(tmp_path / "killed") == contents(tmp_path / "whole/shard-0")
    assert all(path.stat().st_mtime_ns == age for path, age in kept.items())


def test_gathering_names_what_is_wrong(coins, tmp_path):
    with pytest.raises(ValueError, match=r"no shard-\*/shard.json"):
        gather(coins, "default", tmp_path / "nothing", tmp_path)
    folder = run(coins, tmp_path / "in", 2)
    (folder / "shard-1/shard.json").unlink()
    with pytest.raises(ValueError, match="of cell 1 run 600 is missing"):
        gather(coins, "default", folder, tmp_path)
    manifest = json.loads((folder / "shard-0/shard.json").read_text())
    manifest["plan_hash"] = "another"
    (folder / "shard-0/shard.json").write_text(json.dumps(manifest))
    with pytest.raises(ValueError, match=r"plan_hash is 'another'.*run this shard again"):
        gather(coins, "default", folder, tmp_path)
    assert not list(tmp_path.glob("coins.*"))


def test_a_damaged_shard_is_named_with_the_mend(coins, tmp_path):
    folder = run(coins, tmp_path / "in", 1)
    manifest = folder / "shard-0/shard.json"
    portion = folder / "shard-0" / json.loads(manifest.read_text())["portions"][0]["file"]
    whole = portion.read_bytes()
    for damage in (whole[:-5], whole[:20], b"", None):
        portion.unlink()
        if damage is not None:
            portion.write_bytes(damage)
        with pytest.raises(ValueError, match=rf"{portion.name}: missing or damaged.*delete the f"):
            gather(coins, "default", folder, tmp_path)
        portion.write_bytes(whole)
    text = manifest.read_text()
    cell = text.replace('"cell": 1', '"cell": 2')
    for damage in (text[:40], "", "[]", "3", '{"study": "coins"}', cell):
        manifest.write_text(damage)
        with pytest.raises(ValueError, match=r"shard.json: missing or damaged.*delete the folder"):
            gather(coins, "default", folder, tmp_path)


def test_another_library_makes_earlier_portions_useless(coins, monkeypatch):
    before = shards.content_key(coins)
    monkeypatch.setattr(shards, "version", lambda name: "99")
    assert shards.content_key(coins) != before


def test_the_command_line(coins, tmp_path, capsys):
    assert main(["list"]) == 0
    assert "coins: How often does a coin fall on its head? (2 cells)" in capsys.readouterr().out
    into = str(tmp_path / "s/shard-0")
    assert main(["run", "coins", "--scale", "smoke", "--shard", "0", "--into", into]) == 0
    assert (
        "coins: 2 of 2 portions done, about 0 s left (bias 0.1, runs 0 to 39)"
        in capsys.readouterr().out
    )
    arguments = [
        "gather",
        "coins",
        "--scale",
        "smoke",
        "--from",
        str(tmp_path / "s"),
        "--into",
        str(tmp_path),
    ]
    assert main(arguments) == 0
    assert main(["run", "coins", "--scale", "smoke", "--shard", "1", "--into", into]) == 2
    assert "error: --shard 1: at scale smoke the shards are 0 to 0" in capsys.readouterr().err
    assert main(["pilot", "dice"]) == 2
    assert "there is no study 'dice'" in capsys.readouterr().err


def test_a_shard_needs_neither_pandas_nor_scipy_stats():
    code = (
        "import sys; import claims.studies.__main__, claims.studies.descent_not_global;"
        "print([m for m in ('pandas', 'scipy', 'sklearn', 'matplotlib') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"
