"""Two reports are compared byte by byte, measured times apart."""

import shutil

import pytest

from claims.report.comparison import NoReport, differences, main
from claims.report.writing import write_report


@pytest.fixture
def runs(example, tmp_path):
    """Two folders with the same report, and with runtimes of their own."""
    first, second = tmp_path / "first", tmp_path / "second"
    write_report(example.places.into, example.build())
    for number, folder in enumerate((first, second)):
        shutil.copytree(example.places.into, folder)
        (folder / "runtime").mkdir(exist_ok=True)
        (folder / "runtime/jobs.csv").write_text(f"job,s\na,{number}\n")
    return first, second


def test_the_same_report_twice(runs, capsys):
    assert differences(*runs) == {}
    assert main([str(folder) for folder in runs]) == 0
    assert "runtime/ apart: 0 differ." in capsys.readouterr().out


def test_one_byte_a_missing_file_and_a_new_one_are_named(runs, capsys):
    first, second = runs
    page = second / "claims/rank.html"
    page.write_bytes(page.read_bytes()[:-1] + b" ")
    (second / "style.css").unlink()
    (second / "figures/new.svg").write_text("")
    assert differences(first, second) == {
        "claims/rank.html": "differs",
        "figures/new.svg": f"only in {second}",
        "style.css": f"only in {first}",
    }
    assert main([str(first), str(second)]) == 1
    assert "style.css: only in" in capsys.readouterr().out


def test_an_unfinished_report_is_named(runs, capsys):
    first, second = runs
    (second / "provenance.json").unlink()
    with pytest.raises(NoReport, match="second: there is no finished report here"):
        differences(first, second)
    assert main([str(first), str(second)]) == 2
    assert capsys.readouterr().err.count("\n") == 1
