"""The command `claims examine`, on good data and bad."""

from __future__ import annotations

import json

import pytest

from claims import cli
from claims.proof import checker
from claims.proof.examine import read_data, read_network

# The ten points on which a 1-1-1 sigmoid network has two strict minima.
TARGETS = [-6, -4, -2, 2, 6, 4, -1, -4, -7, -3]
TEN = "x,y\n" + "".join(f"{i / 2},{y}\n" for i, y in zip(range(-4, 6), TARGETS, strict=True))


@pytest.fixture
def examine(tmp_path, capsys):
    """Runs the command on a text; returns its status, and what it prints and complains of."""

    def run(text, *options, network="1-1-1 sigmoid"):
        path = tmp_path / "data.csv"
        path.write_text(text)
        status = cli.main(["examine", str(path), "--network", network, *options])
        captured = capsys.readouterr()
        return status, captured.out, captured.err.replace(str(path), "data.csv")

    return run


def test_two_minima_one_of_them_worse(examine, tmp_path):
    status, out, _ = examine(TEN, "--starts", "8", "--into", str(tmp_path / "new"))
    assert status == 0
    assert "8 descents, 8 ends certified" in out
    assert "value 12.041071, reached" in out
    assert "strict local minimum, higher than the one of value 12.041071: worse" in out
    assert "that there are no others is not" in out
    found = sorted((tmp_path / "new").iterdir())
    kinds = [json.loads(path.read_text())["kind"] for path in found]
    assert kinds == ["stationary-point", "worse-local-minimum"]
    assert checker.main([str(tmp_path / "new")]) == 0


def test_a_given_start_and_a_saddle(examine):
    # At the saddle the gradient is 0 already: descent stays.
    text = "1\t0\n".replace("\t", ",") + "0,1\n"
    status, out, _ = examine(text, "--start", "0 0 0 0.4", "--penalty", "0.25")
    assert status == 0 and "1 descents, 1 ends certified" in out
    assert "saddle of index" in out or "strict local minimum" in out


def test_nothing_certified_is_said_with_the_reason(examine):
    status, out, _ = examine("0,0\n1,1\n", "--starts", "2", network="1-2-1 relu")
    assert status == 1
    assert "2 descents, 0 ends certified" in out and "not certified, " in out


def test_the_same_again(examine):
    assert examine(TEN, "--starts", "3", "--seed", "4") == examine(
        TEN, "--starts", "3", "--seed", "4"
    )


@pytest.mark.parametrize(
    ("text", "options", "network", "message"),
    [
        ("1,2\n1,x\n", (), "1-1 tanh", "data.csv, row 2, column 2: 'x' is not a number; write it"),
        ("1,nan\n", (), "1-1 tanh", "data.csv, row 1, column 2: 'nan' is not a number"),
        ("1,2\n\n1,2,3\n", (), "1-1 tanh", "data.csv, row 3: has 3 columns; the network takes 1"),
        ("x,y\n", (), "1-1 tanh", "data.csv: holds no row of numbers; give one row"),
        ("", (), "1-1 tanh", "data.csv: holds no row of numbers"),
        ("1,2\n", (), "1-1 than", "network '1-1 than': give widths and an activation, like"),
        ("1,2\n", (), "1 tanh", "network '1 tanh': give widths and an activation"),
        ("1,2\n", (), "1-2 tanh", "network '1-2 tanh': widths (1, 2): give"),
        ("1,2\n", (), "1-1 cubic", "activations[0]: must be one of identity"),
        ("1,2\n" * 65, (), "1-1 tanh", "must be a list with 1 to 64 entries"),
        ("1,2\n", ("--start", "1 b"), "1-1 tanh", "the start holds 'b', which is not a number"),
        ("1,2\n", ("--start", "1"), "1-1 tanh", "1 weights for a network that has 2"),
        ("1,2\n", ("--penalty", "a"), "1-1 tanh", "penalty 'a': give a number"),
        ("1,2\n", ("--penalty", "-1"), "1-1 tanh", "objective.penalty: must be at least 0"),
        ("1,2\n", ("--starts", "0"), "1-1 tanh", "starts 0: give at least 1"),
    ],
)
def test_bad_input_gets_one_clear_line(examine, text, options, network, message):
    status, out, complaint = examine(text, *options, network=network)
    assert (status, out) == (2, "")
    assert message in complaint and complaint.count("\n") == 1
    assert complaint.startswith("claims: ")


def test_a_file_that_is_none(tmp_path, capsys):
    (tmp_path / "latin").write_bytes(b"\xff\xfe1,2")
    for path in (tmp_path / "missing.csv", tmp_path / "latin", tmp_path):
        assert cli.main(["examine", str(path), "--network", "1-1 tanh"]) == 2
        assert "cannot be read as a CSV file" in capsys.readouterr().err


def test_data_are_read_exactly(tmp_path):
    path = tmp_path / "data.csv"
    path.write_text('\ufeff"length","kind"\n 0.1 ,+1e-3\n-.5,2.\n', encoding="utf-8")
    inputs, targets = read_data(path, 1)
    assert [str(row[0]) for row in inputs] == ["1/10", "-1/2"]
    assert [str(value) for value in targets] == ["1/1000", "2"]


def test_networks_are_read():
    deep = read_network(" 2-3-2-1  tanh ")
    assert (deep.widths, deep.activation.name, deep.output.name) == (
        (2, 3, 2, 1),
        "tanh",
        "identity",
    )
    neuron = read_network("2-1 sigmoid")
    assert (neuron.widths, neuron.output.name, neuron.output_bias) == ((2, 1), "sigmoid", True)
