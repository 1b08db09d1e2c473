"""Right certificates are accepted, by the checker alone."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import flint
import pytest

from claims.proof import __main__ as command
from claims.proof import checker
from claims.proof.instances import INSTANCES


def test_every_certificate_is_accepted_and_true(certificates, holds):
    for name, text in certificates.items():
        statement = checker.check(text)
        assert statement.sentence == json.loads(text)["statement"], name
        assert holds(json.loads(text)), name


def test_the_losses_are_those_measured_beforehand(certificates):
    figures = {name: checker.check(text).figures for name, text in certificates.items()}
    losses = "loss 13.078401 at the centre, 12.041071 at lower"
    assert figures["worse-minimum-1-1-1-sigmoid"] == losses
    losses = "loss 0.033752 at the centre, 0.013840 at lower"
    assert figures["worse-minimum-2-2-1-sigmoid"] == losses
    # tanh(h) = 2 s(2h) - 1: the same outputs, hence the same losses.
    assert figures["worse-minimum-1-1-1-tanh"] == figures["worse-minimum-1-1-1-sigmoid"]
    cone = json.loads(certificates["dead-cone-1-1-1-relu"])["proof"]
    assert (cone["loss"], cone["lower_loss"]) == ("1/4", "0")


def test_the_sentence_names_network_data_radius_and_gap(certificates):
    text = certificates["worse-minimum-1-1-1-sigmoid"]
    proof = json.loads(text)["proof"]
    sentence = checker.check(text).sentence
    for words in (
        f"Within {proof['box']['radius']} ",
        "1-1-1 network (sigmoid with bias, identity with bias) on 10 data points",
        "exactly one stationary point",
        "strict local minimum",
        f"more than {proof['gap']} than the point ({', '.join(proof['lower'])})",
    ):
        assert words in sentence


def test_sentences_of_other_kinds(certificates):
    """What a reader sees of each kind: words that would be wrong of another certificate."""
    words = {
        "saddle-index-2-2-2-1-sigmoid": "It is a non-degenerate saddle of index 2.",
        "peak-neuron-with-bias": "one stationary point. It is a strict local maximum.",
        "plateau-1-1-1-relu": "whatever the output weights. All these points are local minima",
        "plateau-open-1-1-1-relu": "3 of whose 3 sides have a length, the mean squared error of a",
        "flat-box-neuron": "the one in weight 0 is never 0",
        "trap-neuron": "whatever its steps above 0 and up to 8; with steps from 1 on it converges",
        "batch-escape-neuron": "The mini-batches [[0], [0], [0]] of the examples, in this order",
        "batch-trap-neuron": "No sequence of mini-batches of 2 leads out with step 6",
        "l2-creates-a-peak": "with penalty 0, strict local minima: 0, strict local maxima: 0; with",
        "l2-makes-a-neuron-convex": "or more the mean squared error of a 1-1 network",
        "l2-leaves-a-violated-chord": "At 0.5 of the way from (0.15, 0.33, -0.34, 5.57) to",
        "l2-leaves-a-negative-curvature": "is negative, below minus 0.603: it is not convex",
        "linear-regression-2-1": "plus the sum of 3 squares of affine functions",
        "linear-2-2-1": "saddles of index 2 with the value 3.5625. Everywhere on",
        "linear-2-1-1-penalised": "All are disjoint, 9 points; the kernel",
        "linear-2-2-1-penalised": "a smooth irreducible quadric of dimension 1, where v.v = 1/5 t",
        "linear-2-1-1-penalised-to-0": "with the value 3.5625, the global minimum; and no other.",
        "solutions-2-2-1-sigmoid-xor": "a manifold of dimension 5, the number of weights less",
        "no-radicals-degree-6": "its Galois group is S_6: z cannot be written with radicals",
    }
    for name, part in words.items():
        assert part in checker.check(certificates[name]).sentence, name
    proof = json.loads(certificates["plateau-open-1-1-1-relu"])["proof"]
    proof["high"][2] = proof["low"][2]
    assert "2 of whose 3 sides" in checker.plateau(checker.Entry(proof))[0]


def test_writing_order_space_and_equal_numbers_do_not_matter(certificates):
    for text in certificates.values():
        certificate = json.loads(text)
        assert checker.check(json.dumps(certificate, sort_keys=True)) == checker.check(text)
        assert checker.check(json.dumps(certificate, separators=(",", ":"))) == checker.check(text)
    rewritten = certificates["worse-minimum-1-1-1-sigmoid"].replace('"-1.5"', '"-15e-1"')
    rewritten = rewritten.replace('"2.5"', '"5/2"').replace('"0.5"', '"0000500e-3"')
    assert checker.check(rewritten) == checker.check(certificates["worse-minimum-1-1-1-sigmoid"])


def test_any_precision_from_64_bits_on_will_do_where_the_box_is_wide(certificates):
    for bits in (64, 4096):
        certificate = json.loads(certificates["worse-minimum-1-1-1-sigmoid"])
        certificate["precision"] = bits
        checker.check(json.dumps(certificate))
    assert flint.ctx.prec == 53  # left as it was


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """Runs the checker in a Python that has flint and nothing else to import, isolated."""
    site = tmp_path_factory.mktemp("site")
    installed = Path(flint.__file__).parents[1]
    for folder in ("flint", "python_flint.libs"):
        if (installed / folder).exists():
            (site / folder).symlink_to(installed / folder)
    program = (
        "import sys, runpy; sys.path.append(sys.argv.pop(1)); before = set(sys.modules)\n"
        "try: import claims\n"
        "except ImportError: pass\n"
        "else: sys.exit('the package can be imported')\n"
        "try: runpy.run_path(sys.argv.pop(1), run_name='__main__')\n"
        "finally:\n"
        "    tops = {name.partition('.')[0] for name in set(sys.modules) - before}\n"
        "    foreign = tops - set(sys.stdlib_module_names) - {'flint'}\n"
        "    foreign = {name for name in foreign if 'cython' not in name}\n"
        "    if foreign - {'__main__', '__mp_main__'}: sys.exit(f'imported {foreign}')\n"
    )

    def run(*arguments):
        words = [sys.executable, "-I", "-S", "-c", program, str(site), checker.__file__]
        return subprocess.run(
            [*words, *map(str, arguments)], capture_output=True, text=True, cwd=site, timeout=60
        )

    return run


def test_checker_alone_without_the_package(alone, certificates, tmp_path):
    for name, text in certificates.items():
        (tmp_path / f"{name}.json").write_text(text)
    result = alone(tmp_path)
    lines = result.stdout.splitlines()
    assert (result.returncode, result.stderr) == (0, ""), result.stdout
    assert len(lines) == len(certificates)
    assert all(line.startswith(f"accepted {tmp_path}") for line in lines)

    wrong = tmp_path / "wrong.json"
    text = certificates["dead-cone-1-1-1-relu"]
    wrong.write_text(text.replace('"lower_loss": "0"', '"lower_loss": "-1"'))
    result = alone(wrong)
    assert result.returncode == 1
    assert result.stdout.splitlines() == [
        f"refused {wrong}: proof.lower_loss: is not the loss at the lower point"
    ]


def test_checker_as_a_script(certificates, tmp_path):
    path = tmp_path / "one.json"
    path.write_text(certificates["dead-cone-1-1-1-relu"])
    words = [sys.executable, "-I", checker.__file__, str(path)]
    result = subprocess.run(words, capture_output=True, text=True, timeout=60)
    assert result.returncode == 0
    assert result.stdout.startswith(
        f"accepted {path}: Where the hidden weights and biases are within 0.5"
    )


def test_command_line_of_the_checker(certificates, tmp_path, capsys):
    empty = tmp_path / "empty"
    empty.mkdir()
    good = tmp_path / "good.json"
    good.write_text(certificates["neuron"])
    (tmp_path / "odd name\n.json").write_bytes(b"\xff")
    assert checker.main([]) == 2
    assert "usage" in capsys.readouterr().err
    assert checker.main([str(good), str(empty)]) == 2
    captured = capsys.readouterr()
    assert captured.out == "" and "no certificate at" in captured.err
    assert checker.main([str(tmp_path / "missing.json")]) == 2
    assert checker.main([str(good)]) == 0
    capsys.readouterr()
    assert checker.main([str(tmp_path)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["accepted", "refused"]
    long = tmp_path / "long.json"
    long.write_text(" " * checker.MAX_CHARACTERS + certificates["neuron"])
    assert checker.main([str(long)]) == 1


def test_command_line_of_the_package(tmp_path, capsys):
    assert command.main(["write", "--into", str(tmp_path / "new")]) == 0
    assert sorted(path.stem for path in (tmp_path / "new").iterdir()) == sorted(INSTANCES)
    capsys.readouterr()
    assert command.main(["check", str(tmp_path / "new")]) == 0
    assert len(capsys.readouterr().out.splitlines()) == len(INSTANCES)
