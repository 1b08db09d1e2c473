"""The workflow on a real SLURM cluster gives the bytes that it gives on this machine alone.

This takes minutes, so that it runs where it is asked for: ``make test-slurm``.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from one_node_slurm import CONFIGURATION, obstacle, one_node_slurm

from claims.testing.optional import required_parts

ROOT = Path(__file__).parents[3]

# What tells of the run itself: times, memory, and the folders that it was given.
OF_THE_RUN = ("runtime", "provenance.html", "provenance.json")


pytestmark = pytest.mark.optional("slurm")


@pytest.fixture(autouse=True)
def asked_for():
    if "slurm" not in required_parts():
        pytest.skip("takes minutes: CLAIMS_REQUIRE=slurm")


@pytest.fixture
def cluster(tmp_path_factory):
    reason = obstacle()
    if reason is not None:
        pytest.fail(f"no SLURM cluster can be started here: {reason}")
    with one_node_slurm(tmp_path_factory.mktemp("slurm")):
        yield


def snakemake(folder: Path, *options: str) -> str:
    """Run the workflow at smoke scale into the folder; return what it printed."""
    into = [f"reports={folder}/reports", f"work={folder}/work"]
    done = subprocess.run(
        [sys.executable, "-m", "snakemake", *options, "--config", "scale=smoke", *into],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-5000:]
    return done.stdout


def contents(reports: Path) -> dict[str, bytes]:
    files = {path.relative_to(reports): path for path in reports.rglob("*") if path.is_file()}
    return {
        str(name): path.read_bytes()
        for name, path in files.items()
        if name.parts[0] not in OF_THE_RUN
    }


def test_the_cluster_gives_the_bytes_of_the_local_run(cluster, tmp_path):
    cores = str(os.cpu_count())
    printed = snakemake(
        tmp_path / "cluster",
        *("--workflow-profile", "profiles/slurm", "--set-threads", f"verify={cores}"),
        *("--slurm-init-seconds-before-status-checks", "5", "--latency-wait", "5"),
    )
    assert "has been submitted with SLURM jobid" in printed
    snakemake(tmp_path / "local")
    here, there = contents(tmp_path / "local/reports"), contents(tmp_path / "cluster/reports")
    assert here.keys() == there.keys()
    assert [name for name in here if here[name] != there[name]] == []
    assert any(name.startswith("data/") for name in here)


def test_nothing_is_left_running(tmp_path):
    reason = obstacle()
    if reason is not None:
        pytest.fail(f"no SLURM cluster can be started here: {reason}")
    with one_node_slurm(tmp_path):
        pids = [int(path.read_text()) for path in tmp_path.glob("*.pid")]
        assert len(pids) == 3
        assert all(Path(f"/proc/{pid}").exists() for pid in pids)
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)
    assert not CONFIGURATION.exists()
