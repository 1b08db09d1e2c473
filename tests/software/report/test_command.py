"""`python -m claims.report`: one sentence for a missing or faulty input, and nothing written."""

from claims.report.__main__ import main


def test_missing_evidence_is_one_sentence(example, tmp_path, capsys, monkeypatch):
    catalogue = example.catalogue
    monkeypatch.setattr("claims.report.material.load_catalogue", lambda: catalogue)
    into = tmp_path / "written"
    arguments = ["--studies", str(tmp_path), "--certificates", str(tmp_path), "--into", str(into)]
    assert main(["--evidence", str(tmp_path / "none.json"), *arguments]) == 2
    error = capsys.readouterr().err
    assert error.startswith("error: ") and "none.json" in error and error.count("\n") == 1
    assert not into.exists()
