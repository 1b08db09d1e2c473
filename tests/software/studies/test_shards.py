"""Shards: the same result however the work is cut, interrupted or repeated."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from claims.studies import shards
from claims.studies.__main__ import main
from claims.studies.gathering import conclude_question, count_observations, gather
from claims.studies.plan import PlanError, study_names
from claims.studies.statistics import clopper_pearson


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
            coins,
            "default",
            run(coins, tmp_path / f"in{count}", count),
            tmp_path / f"out{count}",
            shards=count,
        )
    assert contents(tmp_path / "out1") == contents(tmp_path / "out4") == contents(tmp_path / "out7")
    assert len(contents(tmp_path / "out1")) == 2


def test_what_is_gathered(coins, tmp_path):
    result = gather(coins, "default", run(coins, tmp_path / "in", 4), tmp_path)
    assert result == json.loads((tmp_path / "coins.json").read_text())
    assert (result["schema"], result["planned"], result["n"]) == (3, 1800, 1800)
    assert result["networks"] == result["classified"] == 3600
    assert [one["networks"] for one in result["settings"]] == [2400, 1200]
    heads, against = result["questions"]
    assert (heads["decision"], heads["when"]) == ("supported under conditions", ["fair"])
    assert heads["sentence"].startswith("In the one setting where the coin is fair, more than 30%")
    assert (against["decision"], against["when"]) == ("not supported", [])
    assert [one["condition"] for one in (heads, against)] == ["fair", None]
    fair, rare = heads["estimates"]
    assert fair["lower"] < 0.5 < fair["upper"] and rare["lower"] < 0.1 < rare["upper"]
    assert (fair["n"], rare["n"], heads["n"]) == (1200, 600, 1800)
    assert against["decision"] == "not supported" and against["claim"] == "coins-differ"
    assert [one["name"] for one in against["estimates"]] == ["coin, bias 0.5"]
    tails, head = (heads["settings"][0]["classes"][name] for name in ("tail", "head"))
    assert tails + head == 1200 and fair["estimate"] == head / 1200
    assert (tmp_path / "coins.csv").read_text().splitlines()[:3] == [
        "question,setting,class,lowest,highest,runs",
        f'heads,"coin, bias 0.5",tail,0,0,{tails}',
        f'heads,"coin, bias 0.5",head,1,1,{head}',
    ]


def test_each_interval_shares_the_error_with_all_others(coins, tmp_path):
    heads, _against = gather(coins, "default", run(coins, tmp_path / "in", 4), tmp_path)[
        "questions"
    ]
    fair = heads["estimates"][0]
    count = round(fair["estimate"] * 1200)
    # Two questions, of which this one has two settings.
    expected = clopper_pearson(count, 1200, 1 - 0.05 / 4)
    assert (fair["lower"], fair["upper"]) == pytest.approx(expected, abs=1e-14)


def test_the_decisions_follow_from_the_table_alone(coins, tmp_path):
    result = gather(coins, "default", run(coins, tmp_path / "in", 4), tmp_path)
    with (tmp_path / "coins.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    for question, reported in zip(coins.plan.questions, result["questions"], strict=True):
        assert conclude_question(coins, question, rows) == reported


def test_a_small_scale_decides_nothing(coins, tmp_path):
    result = gather(coins, "smoke", run(coins, tmp_path, 1, "smoke"), tmp_path)
    heads = result["questions"][0]
    assert heads["decision"] == "not decided at this scale"
    assert heads["sentence"] == "Not decided: 20 runs in a setting, 600 are planned."


def test_a_question_that_was_not_observed_is_named(coins, tmp_path):
    records = [coins.study.run("s", cell, 0, 5) for cell in coins.cells]
    lacking = replace(coins.study, observe=lambda cell, own: {})
    with pytest.raises(ValueError, match=r"coin, bias 0\.5: observe has no 'heads'"):
        count_observations(replace(coins, study=lacking), records)
    short = replace(coins.study, observe=lambda cell, own: coins.study.observe(cell, own[1:]))
    with pytest.raises(ValueError, match="'heads' needs a number a run"):
        count_observations(replace(coins, study=short), records)


def test_a_setting_without_rows_is_named(coins):
    with pytest.raises(ValueError, match=r"question 'heads' has no rows for coin, bias 0\.5"):
        conclude_question(coins, coins.question("heads"), [])


def test_an_estimand_that_does_not_fit_the_data_is_named(coins):
    rows = [
        {"question": "heads", "setting": name, "lowest": "2", "highest": "2", "runs": 1}
        for name in coins.names
    ]
    with pytest.raises(PlanError, match=r"coins.toml: question 'heads': a share counts events"):
        conclude_question(coins, coins.question("heads"), rows)


def test_what_is_there_is_not_computed_again(coins, tmp_path, monkeypatch):
    run(coins, tmp_path, 1)
    before = contents(tmp_path)
    monkeypatch.setattr(shards, "_as_bytes", None)
    run(coins, tmp_path, 1)
    assert contents(tmp_path) == before


def test_changed_code_makes_earlier_portions_useless(coins, tmp_path, monkeypatch):
    folder = tmp_path / "in"
    before = contents(run(coins, folder, 1))
    monkeypatch.setattr(shards, "code_key", lambda study: "other")
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
    assert process.stdout is not None and "512 of 1800" in process.stdout.readline()
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


def edit(folder, **entries):
    path = folder / "shard.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | entries))


def test_gathering_names_what_is_wrong(coins, tmp_path):
    with pytest.raises(ValueError, match=r"shard-0/shard.json: there is no such shard; run it"):
        gather(coins, "default", tmp_path / "nothing", tmp_path)
    folder = run(coins, tmp_path / "in", 4)
    kept = (folder / "shard-3/shard.json").read_text()
    (folder / "shard-3/shard.json").unlink()
    with pytest.raises(ValueError, match=r"shard-3/shard.json: there is no such shard"):
        gather(coins, "default", folder, tmp_path)
    (folder / "shard-3/shard.json").write_text(kept)
    whole = (folder / "shard-2/shard.json").read_text()
    for entry, value, message in (
        ("study", "dice", "study is 'dice', not 'coins'"),
        ("scale", "smoke", "scale is 'smoke', not 'default'"),
        ("shard", 1, "shard is 1, not 2"),
        ("shards", 5, "shards is 5, not 4"),
        ("plan_hash", "another", "plan_hash is 'another'"),
        ("code", "another", "it was made by other code"),
    ):
        edit(folder / "shard-2", **{entry: value})
        with pytest.raises(ValueError, match=rf"shard-2/shard.json: {message}.*run this shard ag"):
            gather(coins, "default", folder, tmp_path)
        (folder / "shard-2/shard.json").write_text(whole)
    assert not list(tmp_path.glob("coins.*"))


def test_runs_that_are_missing_or_twice_there_are_named(coins, tmp_path):
    folder = run(coins, tmp_path / "in", 4)
    portions = json.loads((folder / "shard-1/shard.json").read_text())["portions"]
    edit(folder / "shard-1", portions=portions[1:])
    with pytest.raises(ValueError, match="of cell 1 run 300 is missing; remove the folder"):
        gather(coins, "default", folder, tmp_path)
    edit(folder / "shard-1", portions=[*portions, portions[0]])
    with pytest.raises(ValueError, match="of cell 1 a run is there twice"):
        gather(coins, "default", folder, tmp_path)


def test_shards_of_an_earlier_cut_do_not_confuse(coins, tmp_path):
    """The work was cut in seven once: four shards are written anew, three are left over."""
    folder = run(coins, tmp_path / "in", 7)
    with pytest.raises(ValueError, match=r"shard-0/shard\.json: shards is 7, not 4"):
        gather(coins, "default", folder, tmp_path)
    run(coins, folder, 4)
    assert (folder / "shard-6").exists()
    gather(coins, "default", folder, tmp_path / "left")
    gather(coins, "default", run(coins, tmp_path / "new", 4), tmp_path / "clean")
    assert contents(tmp_path / "left") == contents(tmp_path / "clean")


def test_shards_of_two_processor_models_are_gathered_together(coins, tmp_path, monkeypatch):
    folder = run(coins, tmp_path / "in", 4)
    before = contents(folder)
    gather(coins, "default", folder, tmp_path / "one")
    monkeypatch.setattr(shards, "machine_key", lambda source: "another processor")
    shards.run_shard(coins, "default", 3, folder / "shard-3", report=silent)
    changed = {path for path, content in contents(folder).items() if before.get(path) != content}
    assert changed and all(path.startswith("shard-3/") for path in changed)
    gather(coins, "default", folder, tmp_path / "two")
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


def test_a_damaged_shard_is_named_with_the_mend(coins, tmp_path):
    folder = run(coins, tmp_path / "in", 4)
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
    before = shards.code_key(coins)
    monkeypatch.setattr(shards, "version", lambda name: "99")
    assert shards.code_key(coins) != before


def test_what_happens_to_the_records_later_is_no_part_of_the_code():
    own = {path.stem for path in Path(shards.__file__).parent.glob("*.py")}
    assert own >= shards.LATER
    assert not shards.LATER & {"plan", "registry", "shards", "descent_not_global"}


def test_a_study_that_simulates_rests_on_the_statistics_too(coins, monkeypatch):
    simulating = replace(coins, study=replace(coins.study, simulates=True))
    read, own = [], Path.read_text

    def noted(path, **rest):
        if path.parent.name == "studies":
            read.append(path.stem)
        return own(path, **rest)

    monkeypatch.setattr(Path, "read_text", noted)
    shards.code_key(coins)
    assert not shards.LATER & set(read)
    shards.code_key(simulating)
    assert set(read) >= shards.LATER


def test_the_command_line(coins, tmp_path, capsys):
    assert main(["list"]) == 0
    assert (
        "coins: How often does a coin fall on its head? (2 cells, 2 questions)"
        in capsys.readouterr().out
    )
    into = str(tmp_path / "s/shard-0")
    assert main(["run", "coins", "--scale", "smoke", "--shard", "0", "--into", into]) == 0
    assert (
        "coins: 60 of 60 runs done, about 0 s left (coin, bias 0.1, runs 0 to 19)"
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
    assert "coins, heads: not decided at this scale. Not decided: 20" in capsys.readouterr().out
    assert main(["power", "coins"]) == 0
    assert "coins, heads: truth 0.5 is found above" in capsys.readouterr().out
    assert main(["run", "coins", "--scale", "smoke", "--shard", "1", "--into", into]) == 2
    assert "error: --shard 1: at scale smoke the shards are 0 to 0" in capsys.readouterr().err
    assert main(["pilot", "dice"]) == 2
    assert "there is no study 'dice'" in capsys.readouterr().err


def test_a_shard_needs_neither_pandas_nor_scipy_stats():
    modules = [f"claims.studies.{name.replace('-', '_')}" for name in study_names()]
    code = (
        "import sys, importlib\n"
        f"for name in {['claims.studies.__main__', *modules]}:\n"
        "    importlib.import_module(name)\n"
        "    slow = {'pandas', 'scipy', 'sklearn', 'matplotlib'} & {*sys.modules}\n"
        "    if slow: sys.exit(f'{name} imports {slow}')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
