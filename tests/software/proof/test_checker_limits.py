"""Every limit of the checker: what is just within it passes, one more is refused by its name."""

from __future__ import annotations

import json
import re

import pytest
from flint import arb, ctx, fmpq

from claims.proof import checker


def objective(widths=(1, 1), **changes):
    layers, points = len(widths) - 1, len(changes.get("targets", "11"))
    return {
        "widths": list(widths),
        "activations": ["sigmoid"] * layers,
        "biases": [False] * layers,
        "loss": "squared-error",
        "reduction": "mean",
        "inputs": [["1"] * widths[0]] * points,
        "targets": ["1"] * points,
        "counts": [1] * points,
        "penalty": "0",
        "dropout": "0",
        **changes,
    }


def refusal(function, *arguments):
    """What it says when it refuses, or '' if it does not."""
    try:
        function(*arguments)
    except checker.Refused as refused:
        return str(refused)
    return ""


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        (objective([16, 1]), ""),
        (objective([17, 1]), ".widths[0]: must be an integer from 1 to 16, not 17"),
        (objective([0, 1]), ".widths[0]: must be an integer from 1 to 16, not 0"),
        (objective([1, 16, 1]), ""),
        (objective([1, 17, 1]), ".widths[1]: must be an integer from 1 to 16, not 17"),
        (objective([1, 2]), ".widths: must be a list that ends with the one output, not a list"),
        (objective([1]), ".widths: must be a list with 2 to 5 entries, not a list"),
        (objective([1] * 5), ""),
        (objective([1] * 6), ".widths: must be a list with 2 to 5 entries, not a list"),
        (objective([15, 2, 1]), ""),
        (objective([10, 3, 1]), ".widths: must be a network with up to 32 weights, not a list"),
        (objective(targets=["1"] * 64), ""),
        (objective(targets=["1"] * 65), ".inputs: must be a list with 1 to 64 entries, not a list"),
        (objective(targets=[]), ".inputs: must be a list with 1 to 64 entries, not a list"),
        (objective(inputs=[["1"]]), ".targets: must be a list with 1 to 1 entries, not a list"),
        (objective(inputs=[["1"], ["1", "1"]]),
         ".inputs[1]: must be a list with 1 to 1 entries, not a list"),
        (objective(counts=[1]), ".counts: must be a list with 2 to 2 entries, not a list"),
        (objective(counts=[1, 10**30]), ""),
        (objective(counts=[1, 10**30 + 1]),
         f".counts[1]: must be an integer from 1 to {10**30}, not {10**30 + 1}"),
        (objective(counts=[0, 1]), f".counts[0]: must be an integer from 1 to {10**30}, not 0"),
        (objective(biases=[]), ".biases: must be a list with 1 to 1 entries, not a list"),
        (objective(biases=[0]), ".biases[0]: must be true or false, not 0"),
        (objective(activations=["sigmoid"] * 2),
         ".activations: must be a list with 1 to 1 entries, not a list"),
        (objective(activations=["cubic"]), ".activations[0]: must be one of identity, relu, "
         "square, sigmoid, tanh, softplus, not 'cubic'"),
        (objective(loss="hinge"),
         ".loss: must be one of squared-error, cross-entropy, not 'hinge'"),
        (objective(reduction="max"), ".reduction: must be one of mean, sum, not 'max'"),
        (objective(penalty="1e-400"), ""),
        (objective(penalty="-1e-400"), ".penalty: must be at least 0, not '-1e-400'"),
    ],
)  # fmt: skip
def test_objectives(entries, said):
    found = refusal(checker.Objective.read, checker.Entry(entries, "objective"))
    assert found == (f"objective{said}" if said else "")


@pytest.mark.parametrize(
    ("activations", "loss", "rate", "said"),
    [
        (["tanh", "identity"], "squared-error", "999/1000", ""),
        (["tanh", "identity"], "squared-error", "1", "at least 0 and below 1"),
        (["tanh", "identity"], "squared-error", "-1/1000", "at least 0 and below 1"),
        (["tanh", "tanh"], "squared-error", "0", ""),
        (["tanh", "tanh"], "squared-error", "1/2", "0 but for one hidden layer, linear output"),
        (["tanh", "identity"], "cross-entropy", "1/2", "0 but for one hidden layer, linear output"),
        (["identity"], "squared-error", "1/2", "0 but for one hidden layer, linear output"),
        (["tanh", "identity", "tanh"], "squared-error", "1/2", "0 but for one hidden layer"),
    ],
)
def test_dropout(activations, loss, rate, said):
    widths = [1] * (len(activations) + 1)
    entries = objective(widths, activations=activations, loss=loss, dropout=rate)
    found = refusal(checker.Objective.read, checker.Entry(entries, "objective"))
    assert found.startswith(f"objective.dropout: must be {said}") if said else not found


def test_lengths_of_certificates_and_numbers(tmp_path, capsys):
    assert checker.parse("{}".ljust(4_000_000)).value == {}
    longer = "certificate: longer than 4000000 characters"
    assert refusal(checker.parse, "{}".ljust(4_000_001)) == longer
    # A file is not read further than that.
    file = tmp_path / "long.json"
    file.write_text("{}".ljust(5_000_000))
    assert checker.main([str(file)]) == 1
    assert capsys.readouterr().out.endswith(f"{longer}\n")
    for text, fine in (
        ("5" * 1300, True),
        ("5" * 1301, False),
        ("1e400", True),
        ("1e-400", True),
        ("1e401", False),
        ("1e-401", False),
    ):
        assert (refusal(checker.Entry(text).number) == "") == fine
    said = refusal(checker.Entry("1e401").number)
    assert said == "certificate: must be a number with exponents up to 400, not '1e401'"


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("2", "an integer from 1 to 3, not '2'"),
        (2.0, "an integer from 1 to 3, not a float"),
        (True, "an integer from 1 to 3, not True"),
        (None, "an integer from 1 to 3, not a NoneType"),
        (0, "an integer from 1 to 3, not 0"),
        (4, "an integer from 1 to 3, not 4"),
        ("\u00e9" * 80, "an integer from 1 to 3, not '" + "\\xe9" * 14 + "\\xe"),
    ],
)
def test_refusals_show_what_stands_there(value, said):
    assert refusal(checker.Entry(value, "here").integer, 1, 3) == f"here: must be {said}"


def test_objects_and_lists():
    entry = checker.Entry({"a": [1], "b": {"c": "x"}})
    first, second = entry.fields("a", "b")
    assert [first.place, second.place] == ["a", "b"]
    assert second.fields("c")[0].place == "b.c"
    assert [item.place for item in first.items(0, 1)] == ["a[0]"]
    assert refusal(entry.fields, "a") == "certificate: the key 'b' is unknown"
    assert refusal(entry.fields, "a", "b", "c") == "certificate: the key 'c' is missing"
    assert refusal(second.fields, "d") == "b: the key 'c' is unknown"
    long = checker.Entry({"k" * 100: 1})
    assert refusal(long.fields) == "certificate: the key '" + "k" * 59 + " is unknown"
    assert refusal(first.fields, "a") == "a: must be an object with the keys a, not a list"
    assert refusal(second.items, 0, 9) == "b: must be a list with 0 to 9 entries, not a dict"
    assert refusal(checker.Entry("xx").items, 0, 9).endswith("with 0 to 9 entries, not 'xx'")
    assert checker.Entry([]).items(0, 9) == []


def test_a_key_that_comes_twice():
    said = refusal(checker.parse, '{"a": {"key": 1, "key": 2}}')
    assert said == "certificate: a key comes twice among ['key', 'key']"
    twice = f'{{"{"k" * 100}": 1, "{"k" * 100}": 2}}'
    assert refusal(checker.parse, twice) == ("certificate: a key comes twice among ['" + "k" * 88)
    assert refusal(checker.parse, "{").startswith("certificate: not readable as JSON (")
    assert refusal(checker.parse, "[" * 100_000).startswith("certificate: not readable as JSON (")


def test_a_function_without_a_sign_is_looked_at_in_so_many_pieces():
    seen = []

    def zero(ball):
        seen.append(ball)
        return arb(0)

    assert checker.everywhere(zero, fmpq(0), fmpq(1)) is False
    assert len(seen) == 2 * 2048  # each piece and its middle
    seen.clear()
    assert not checker.everywhere(zero, fmpq(0), fmpq(1), 3)
    assert len(seen) == 2 * 3
    # A positive function needs one, and no middle.
    assert checker.everywhere(lambda w: w, fmpq(1), fmpq(2), 1)
    assert checker.everywhere(lambda w: w, fmpq(-1), fmpq(2)) is False
    assert checker.everywhere(lambda w: w, fmpq(1), fmpq(2)) is True


def test_pieces_are_shared_among_the_parts_of_a_line(monkeypatch):
    given = []
    monkeypatch.setattr(
        checker, "everywhere", lambda function, low, high, pieces: given.append(pieces) or True
    )
    entries = objective(targets=["1/2"])
    account = {
        "penalty": "0",
        "cuts": ["-1", "-0.5", "0.5", "1"],
        "parts": ["falls", "falls", "valley", "rises", "rises"],
    }
    for accounts, pieces in (([account], 2048 // 3), ([account] * 2, 2048 // 6)):
        given.clear()
        proof = {"objective": entries, "accounts": accounts}
        checker.line(checker.Entry(proof, "proof"))
        assert given == [pieces] * 3 * len(accounts)


def test_accounts_and_cuts_of_a_line():
    account = {"penalty": "0", "cuts": ["-1", "1"], "parts": ["falls", "valley", "rises"]}

    def said(accounts):
        proof = {"objective": objective(targets=["1/2"]), "accounts": accounts}
        return refusal(checker.line, checker.Entry(proof, "proof"))

    with ctx.workprec(128):
        assert said([account]) == said([account] * 2) == ""
        assert said([]) == "proof.accounts: must be a list with 1 to 2 entries, not a list"
        assert (
            said([account] * 3) == "proof.accounts: must be a list with 1 to 2 entries, not a list"
        )
        place = "proof.accounts[0]"
        for penalty, reason in (("-1e-9", "must be at least 0, not '-1e-9'"), ("0", "")):
            found = said([{**account, "penalty": penalty}])
            assert found == (f"{place}.penalty: {reason}" if reason else "")
        for count in (1, 33):
            cuts = [str(k - 1) for k in range(count)]
            found = said([{**account, "cuts": cuts}])
            assert found == f"{place}.cuts: must be a list with 2 to 32 entries, not a list"
        cuts = [str(k - 16) for k in range(32)]
        found = said([{**account, "cuts": cuts}])
        assert found == f"{place}.parts: must be a list with 33 to 33 entries, not a list"
        between = f"{place}.cuts: must be a list from a negative to a positive number, not a list"
        for cuts in (["0", "1"], ["-1", "0"], ["1", "2"], ["-2", "-1"], ["1", "-1"]):
            assert said([{**account, "cuts": cuts}]) == between
        for cuts in (["-1", "-1", "1"], ["-1", "2", "1"]):
            parts = ["falls", "falls", "valley", "rises"]
            found = said([{**account, "cuts": cuts, "parts": parts}])
            assert re.search(r"must be an increasing list|not proved from", found)


def test_boxes_in_floats():
    def said(text):
        return refusal(checker.doubles, [checker.Entry(text).number()], checker.Entry(text, "x"))

    assert said("1/1024") == said("-3") == said("5e-1") == ""
    assert said(str(2**996)) == said(str(-(2**996))) == ""
    for text in (str(2**997), str(-(2**997)), "1e300", "-1e300"):
        assert said(text).startswith("x: must be of numbers below 10^300, not ")
    for text in ("1/3", "0.1", str(2**53 + 1), "1e299"):
        assert said(text).startswith("x: must be of numbers that a float of 64 bits holds exactly")
    assert checker.doubles([fmpq(-3, 4), fmpq(5)], checker.Entry("")) == (-0.75, 5.0)


def independent(rows):
    """The refusal of a list for all of R^p on these inputs, targets 1/2."""
    entries = objective([len(rows[0]), 1], inputs=rows, targets=["1/2"] * len(rows))
    entry = checker.Entry(entries, "objective")
    neuron = checker.Neuron(checker.Objective.read(entry), entry)
    return refusal(checker.reached, neuron, checker.Entry(True, "everywhere"))


def test_independent_sets_of_inputs(monkeypatch):
    # On the curve (1, k, k^2) all three are independent: 28 choose 3 are 3276.
    many = [["1", str(k), str(k * k)] for k in range(28)]
    reason = "must be false: more than 3000 independent sets, not True"
    assert independent(many) == f"everywhere: {reason}"
    for rows in ([["0"]], [["1", "2"], ["2", "4"]], [["1", "0"]]):
        found = independent(rows)
        assert found == "everywhere: must be false: the inputs do not span R^p, not True"
    three = [["1", "0"], ["0", "1"], ["1", "1"]]
    for limit, fine in ((3, True), (2, False)):
        monkeypatch.setattr(checker, "MAX_SUBSETS", limit)
        assert (independent(three) == "") == fine


def test_letters_of_directions():
    letters = "!$%&'()*+,-./0789:;<>@" + "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    assert letters + "^_`abcdefghijklmnopqrstuvwxyz|~" == checker.DIRECTIONS
    assert checker.CUT == 63 / 128


def test_the_envelope_of_a_certificate():
    definition = objective(activations=["identity"], targets=["0"])
    proof = {"objective": definition, "ends": [["-1"], ["1"]], "share": "1/2", "gap": "1"}
    good = {
        "schema": 2,
        "kind": "chord",
        "claim": "x",
        "statement": "",
        "precision": 64,
        "proof": proof,
    }
    for changes, said in (
        ({}, "proof.gap: is not proved"),
        ({"schema": 1}, "schema: must be an integer from 2 to 2, not 1"),
        ({"schema": 3}, "schema: must be an integer from 2 to 2, not 3"),
        ({"precision": 63}, "precision: must be an integer from 64 to 4096, not 63"),
        ({"precision": 4096}, "proof.gap: is not proved"),
        ({"precision": 4097}, "precision: must be an integer from 64 to 4096, not 4097"),
        ({"claim": "a" * 80}, "proof.gap: is not proved"),
        ({"claim": "a" * 81}, f"claim: must be the id of a claim, not '{'a' * 59}"),
        ({"claim": 1}, "claim: must be the id of a claim, not 1"),
        ({"kind": "x"}, f"kind: must be one of {', '.join(checker.KINDS)}, not 'x'"),
    ):
        assert refusal(checker.check, json.dumps({**good, **changes})) == said
