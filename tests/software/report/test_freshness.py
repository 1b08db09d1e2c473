"""What is stale is found: a source edited, added or removed, an output edited or missing."""

import shutil
from pathlib import Path

import pytest

from claims.report.freshness import NoReport, main, stale_outputs
from claims.report.inputs import ROOT, STAGES, chapter_sources, stage_sources, study_sources
from claims.report.writing import runtime_table, write_report


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of the sources that reports are made from."""
    copy = tmp_path / "tree"
    for path in {source for stage in STAGES for source in stage_sources(stage)}:
        (copy / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / path, copy / path)
    for package in ("studies", "catalogue"):
        (copy / "claims" / package).mkdir(exist_ok=True)
    return copy


@pytest.fixture
def folder(example) -> Path:
    # The study of the example has no sources in the tree, nor need it.
    write_report(example.places.into, example.build())
    return example.places.into


def test_fresh_report_has_nothing_stale(folder, tree, capsys):
    assert stale_outputs(folder, tree) == {}
    assert main([str(folder)]) == 0
    assert "up to date" in capsys.readouterr().out


def test_edited_source_makes_its_outputs_stale(folder, tree):
    with (tree / "claims/report/style.css").open("a") as file:
        file.write("\n")
    stale = stale_outputs(folder, tree)
    assert stale["style.css"] == ["claims/report/style.css changed"]
    assert "claims/rank.html" in stale
    assert "data/ends.csv" not in stale and "certificates/neuron.json" not in stale


def test_new_and_removed_sources_are_named(folder, tree):
    (tree / "claims/proof/new.py").write_text("")
    (tree / "claims/proof/checker.py").unlink()
    assert stale_outputs(folder, tree)["certificates/neuron.json"] == [
        "claims/proof/new.py is new",
        "claims/proof/checker.py is gone",
    ]


def test_edited_and_missing_outputs_are_named(folder, tree, capsys):
    (folder / "index.html").write_text("by hand")
    (folder / "claims/rank.html").unlink()
    assert stale_outputs(folder, tree) == {
        "index.html": ["its content is not what was generated"],
        "claims/rank.html": ["it is missing"],
    }
    assert main([str(folder)]) == 1
    assert "2 outputs are stale" in capsys.readouterr().out


def test_folder_without_a_report_is_an_error_of_its_own(tmp_path, capsys):
    with pytest.raises(NoReport, match="no finished report"):
        stale_outputs(tmp_path)
    assert main([str(tmp_path)]) == 2
    (tmp_path / "provenance.json").write_text('{"schema": 99}')
    with pytest.raises(NoReport, match="schema 1 is expected"):
        stale_outputs(tmp_path)


def test_interrupted_report_is_not_taken_for_a_finished_one(example, monkeypatch):
    files = example.build()
    write_report(example.places.into, files)
    files["index.html"] = b"new"

    def fail(path, content):
        raise OSError("no space left")

    monkeypatch.setattr("claims.report.writing.write_whole", fail)
    with pytest.raises(OSError, match="no space"):
        write_report(example.places.into, files)
    with pytest.raises(NoReport):
        stale_outputs(example.places.into)


def test_study_rests_on_its_own_module_and_plan_only(tmp_path):
    studies = tmp_path / "claims/studies"
    studies.mkdir(parents=True)
    for name in ("__main__.py", "first_one.py", "first-one.toml", "second.py", "second.toml"):
        (studies / name).write_text("")
    found = {Path(path).name for path in study_sources("first-one", tmp_path)}
    assert found == {"__main__.py", "first_one.py", "first-one.toml", "requirements.lock"}


def test_chapter_rests_on_its_own_texts_and_tests_only(tmp_path):
    for path in (
        "claims/catalogue/documents.toml",
        "claims/catalogue/convexity.toml",
        "claims/catalogue/descent.toml",
        "tests/chapters/convexity/test_a.py",
        "tests/chapters/descent/test_b.py",
        "tests/chapters/conftest.py",
    ):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("")
    assert chapter_sources("convexity", tmp_path) == [
        "claims/catalogue/convexity.toml",
        "claims/catalogue/documents.toml",
        "pyproject.toml",
        "requirements.lock",
        "tests/chapters/conftest.py",
        "tests/chapters/convexity/test_a.py",
    ]


def test_times_are_gathered_into_one_table(tmp_path):
    header = "s\th:m:s\tmax_rss\tcpu_time\n"
    (tmp_path / "b.tsv").write_text(header + "2.5\t0:00:02\t90\t2.1\n")
    (tmp_path / "a.tsv").write_text(header + "1.5\t0:00:01\t80\t1.1\n")
    assert runtime_table(tmp_path).decode() == (
        "job,s,cpu_time,max_rss\na,1.5,1.1,80\nb,2.5,2.1,90\n"
    )
