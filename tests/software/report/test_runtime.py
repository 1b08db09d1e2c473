"""The page of rates and times shows what was measured, and the report does not depend on it."""

import json
from dataclasses import replace

from claims.report.__main__ import build_report, main
from claims.report.runtime import build_runtime

ENGINES = {
    "operations_a_second": 5e10,
    "rows": [
        {"workload": "w", "engine": "e", "rate": 1.2345, "of_limit": 0.7, "note": ""},
        {"workload": "w", "engine": "absent", "rate": None, "of_limit": None, "note": "<none>"},
    ],
    "goals": {"w": {"goal": 0.5, "met": True}, "x": {"goal": 0.7, "met": False}},
}


def test_measurements_that_are_there_are_shown(tmp_path):
    assert b"Nothing was measured." in build_runtime(tmp_path, atlas=False)
    (tmp_path / "engines.json").write_text(json.dumps(ENGINES))
    (tmp_path / "jobs.csv").write_text("job,s\natlas,12.5\n")
    page = build_runtime(tmp_path, atlas=False).decode()
    for shown in ("1.23", "&lt;none&gt;", ">met<", ">missed<", ">atlas<", ">12.5<", "Goals"):
        assert shown in page
    for absent in ("Nothing was measured.", "Rates of the enumeration", "How the cost grows"):
        assert absent not in page


def test_only_the_manifest_page_says_that_there_are_measurements(example):
    plain = build_report(example.material(), example.places)
    measured = build_report(example.material(), replace(example.places, measured=True))
    changed = {path for path in plain if plain[path] != measured[path]}
    assert changed == {"provenance.html", "provenance.json"}
    assert b'href="runtime/index.html"' in measured["provenance.html"]


def test_the_command_writes_the_page_beside_the_times(example, tmp_path, monkeypatch):
    catalogue, places = example.catalogue, example.places
    monkeypatch.setattr("claims.report.material.load_catalogue", lambda: catalogue)
    times = tmp_path / "times"
    times.mkdir()
    (times / "a.tsv").write_text("s\tmax_rss\tcpu_time\n1.5\t80\t1.25\n")
    folders = ["--studies", str(places.studies), "--certificates", str(places.certificates)]
    evidence = ["--evidence", str(example.folder / "evidence.json"), "--into", str(places.into)]
    assert main([*evidence, *folders, "--benchmarks", str(times)]) == 0
    assert ">1.25<" in (places.into / "runtime/index.html").read_text()
    assert "runtime/index.html" in (places.into / "provenance.html").read_text()
