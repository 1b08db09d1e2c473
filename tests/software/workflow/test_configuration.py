"""The workflow's configuration: every wrong entry gets a sentence that names it and the mend."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[3]


def load(name: str):
    spec = importlib.util.spec_from_file_location(name, ROOT / f"workflow/{name}.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


configuration = load("configuration")
lock = load("lock")
GOOD = {"scale": "default", "studies": "all"}


def read(**changes):
    entries = {name: value for name, value in (GOOD | changes).items() if value is not None}
    return configuration.read_configuration(entries, ["first", "second"])


def test_the_file_as_committed_is_good():
    entries = yaml.safe_load((ROOT / "workflow/config.yaml").read_text())
    assert configuration.read_configuration(entries, []).reports == "reports"


def test_only_scale_default_writes_the_committed_reports():
    assert read().reports == "reports"
    assert read(scale="smoke").reports == ".claims/reports/smoke"
    assert read(scale="smoke").work == ".claims/work/smoke"
    assert read(scale="smoke", reports="/tmp/a/", work="b").reports == "/tmp/a"


def test_all_studies_or_those_named():
    assert read().studies == ("first", "second")
    assert read(studies=["second"]).studies == ("second",)


@pytest.mark.parametrize(
    ("changes", "parts"),
    [
        ({"scale": "huge"}, ["scale is 'huge'", "smoke, default, full"]),
        ({"scale": None}, ["scale is missing"]),
        ({"sclae": "smoke"}, ["no entry 'sclae'", "did you mean scale?"]),
        ({"colour": "red"}, ["no entry 'colour'", "known entries: scale, studies"]),
        ({"studies": "first"}, ["studies is 'first'", "all, or a list of names"]),
        ({"studies": ["third"]}, ["'third'", "no plan", "known studies: first, second"]),
        ({"studies": ["first", "first"]}, ["studies is ['first', 'first']"]),
        ({"reports": 3}, ["reports is 3", "Folder for pages"]),
        ({"work": ""}, ["work is ''"]),
    ],
)
def test_wrong_entry_is_named_with_its_mend(changes, parts):
    with pytest.raises(configuration.BadConfiguration) as caught:
        read(**changes)
    message = str(caught.value)
    assert all(part in message for part in ["workflow/config.yaml", *parts]), message


@pytest.mark.parametrize("shards", ["", "[shards]\nsmoke = 0", "[shards]\nsmoke = true"])
def test_shards_have_to_be_a_number(tmp_path, shards):
    (tmp_path / "claims/studies").mkdir(parents=True)
    plan = tmp_path / "claims/studies/first.toml"
    plan.write_text(shards)
    with pytest.raises(configuration.BadConfiguration, match=r"first\.toml: \[shards\] smoke is"):
        configuration.shard_count("first", "smoke", tmp_path)
    plan.write_text("[shards]\nsmoke = 2\n")
    assert configuration.shard_count("first", "smoke", tmp_path) == 2


def test_lock_excludes_another_process_and_ends_with_it(tmp_path):
    path = tmp_path / "work/lock"
    hold = f"import sys; sys.path.insert(0, {str(ROOT / 'workflow')!r}); import lock, pathlib; "
    hold += f"lock.take_lock(pathlib.Path({str(path)!r})); print('held', flush=True); input()"
    holder = subprocess.Popen(
        [sys.executable, "-c", hold], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout.readline() == "held\n"
    with pytest.raises(lock.Busy, match="another run is writing"):
        lock.take_lock(path)
    holder.kill()
    holder.communicate()
    lock.take_lock(path)


def test_snakemake_refuses_a_bad_configuration_in_one_sentence():
    done = subprocess.run(
        [sys.executable, "-m", "snakemake", "--dry-run", "--config", "scale=huge"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode != 0
    assert "scale is 'huge'. Give one of smoke, default, full." in done.stdout + done.stderr
