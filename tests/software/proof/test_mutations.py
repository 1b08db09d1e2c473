"""Random damage: no text makes the checker crash, hang or accept what is not true.

A few hundred by default, drawn by a seed; ``make test-tampering`` damages forty thousand and takes
every entry and number in turn.
"""

from __future__ import annotations

import copy
import json
import random
import resource
import time

import pytest

from claims.proof import checker

pytestmark = pytest.mark.tampering

# What a reader of numbers, lists and objects may trip over.
NASTY = [
    None, True, False, 0, 1, -1, 2, 10**18, 10**400, [], {}, [[]], [None], {"a": 1}, "", " ", "x",
    "nan", "inf", "-inf", "Infinity", "0x10", "1_000", " 1", "1 ", "+1", "--1", "1.", ".5", "1e",
    "e1", "1/0", "0/0", "1/2/3", "1/-2", "-1/2", "1e999999999", "1e-999999999", "1e401", "-1e400",
    "1e400", "1e-400",
    "9" * 1300, "9" * 1301, "9" * 5000, "0." + "0" * 1297 + "1", "1/" + "3" * 1298,
    "\u0661", "\uff11", "\ud800", "\x00", "1\n", "true", ["1"] * 2000, [["1"] * 200] * 200,
    "sigmoid", "relu", "identity", "tanh", *checker.KINDS, "cross-entropy", "valley", "peak",
    "rises", "falls", "a" * 10**5,
]  # fmt: skip
PIECES = [
    "[" * 100_000, "{" * 100_000, '{"a":' * 50_000, "[" * 500 + "]" * 500, "NaN", "Infinity",
    "-Infinity", "1e999999999", "1.5", "1E400", "0.1", "9" * 5000, '"', "\\", "\x00", "\ud800",
    "\ufeff", ",", ":", "}", "]", "null", "true", '"a": 1,', '"schema": 1,', '"proof": {},', "//",
    "\n",
]  # fmt: skip


def sample(everything, many, count, seed):
    """All of a list if ``many``, else so many of its entries, drawn by the seed, in their order."""
    if many or len(everything) <= count:
        return everything
    chosen = random.Random(seed).sample(range(len(everything)), count)
    return [everything[place] for place in sorted(chosen)]


def places(value, path=()):
    """All paths to an entry of nested lists and objects."""
    children = value.items() if isinstance(value, dict) else enumerate(value)
    for key, child in children:
        yield (*path, key)
        if isinstance(child, (dict, list)):
            yield from places(child, (*path, key))


def damaged_entry(text, source):
    """Another value at, or no value at, or a new value beside, a random entry."""
    certificate = json.loads(text)
    *path, last = source.choice(list(places(certificate)))
    parent = certificate
    for key in path:
        parent = parent[key]
    how = source.randrange(4)
    if how == 0:
        del parent[last]
    elif how == 1 and isinstance(parent, dict):
        parent[source.choice(["", "a", "schema", "radius", "\ud800"])] = source.choice(NASTY)
    elif how == 1:
        parent.insert(source.randrange(len(parent) + 1), copy.deepcopy(source.choice(NASTY)))
    elif how == 2:
        digits = str(parent[last])
        where = source.randrange(len(digits) + 1)
        new = (
            digits[:where]
            + source.choice("0123456789-+./e ")
            + digits[where + source.randrange(2) :]
        )
        parent[last] = int(new) if isinstance(parent[last], int) and new.isdecimal() else new
    else:
        parent[last] = source.choice(NASTY)
    return json.dumps(certificate, ensure_ascii=source.random() < 0.5)


def damaged_text(text, source):
    """Characters left out, repeated, replaced or put in anywhere."""
    start = source.randrange(len(text))
    end = min(len(text), start + source.choice([1, 1, 2, 10, 100, len(text)]))
    how = source.randrange(4)
    if how == 0:
        return text[:start] + text[end:]
    if how == 1:
        return text[:end] + text[start:]
    if how == 2:
        return text[:start] + source.choice(PIECES) + text[start + source.randrange(2) :]
    return text[:start] + source.choice("0123456789") + text[start + 1 :]


MEMORY = 300_000  # kB: by how much all the damaged certificates may raise that of the process


@pytest.mark.parametrize("damage", [damaged_entry, damaged_text])
def test_thousands_of_damaged_certificates(certificates, holds, many, damage):
    source = random.Random(f"{damage.__name__} 1")
    texts = [certificates[name] for name in sorted(certificates)]
    seen, before = {"refused": 0, "accepted": 0}, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    count = 20_000 if many else 250
    for _ in range(count):
        damaged = damage(source.choice(texts), source)
        start = time.process_time()
        try:
            statement = checker.check(damaged)
        except checker.Refused as refusal:
            seen["refused"] += 1
            assert str(refusal).isprintable() and len(str(refusal)) < 10_000
        else:
            seen["accepted"] += 1
            certificate = json.loads(damaged)
            assert holds(certificate), damaged
            assert statement.sentence == certificate["statement"]
        assert time.process_time() - start < 5
    print(f"{damage.__name__}: {seen}")
    assert seen["refused"] > 0.8 * count
    # Space, labels, last digits.
    assert seen["accepted"] > (0.005 * count if many else 0)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < MEMORY


@pytest.mark.parametrize("nasty", NASTY, ids=range(len(NASTY)))
def test_every_entry_with_every_nasty_value(certificates, holds, many, nasty):
    for name in ("neuron", "dead-cone-1-1-1-relu"):
        original = json.loads(certificates[name])
        seed = f"{name} {json.dumps(nasty)[:80]}"
        for *path, last in sample(list(places(original)), many, 6, seed):
            certificate = copy.deepcopy(original)
            parent = certificate
            for key in path:
                parent = parent[key]
            if json.dumps(parent[last]) == json.dumps(nasty):
                continue
            parent[last] = nasty
            try:
                checker.check(json.dumps(certificate))
            except checker.Refused:
                continue
            assert last == "claim" or holds(certificate)


def one_of_each_kind(certificates):
    """The shortest certificate of each kind."""
    texts = sorted(certificates.values(), key=len, reverse=True)
    return {json.loads(text)["kind"]: text for text in texts}.values()


def test_every_list_with_an_entry_more_or_less(certificates, holds, many):
    for text in one_of_each_kind(certificates):
        original = json.loads(text)
        lists = [path for path in places(original) if isinstance(at(original, path), list)]
        for path in sample(lists, many, 4, text):
            for change in (lambda found: found[:-1], lambda found: [*found, found[-1]]):
                certificate = copy.deepcopy(original)
                at(certificate, path[:-1])[path[-1]] = change(at(original, path))
                try:
                    checker.prove(checker.Entry(certificate))
                except checker.Refused:
                    continue
                assert holds(certificate), path


def test_every_number_at_its_edges(certificates, holds, many):
    """Zero, the other sign, and one more or less, outside the data: refused, or true."""
    for text in one_of_each_kind(certificates):
        original = json.loads(text)
        numbers = [
            path
            for path in places(original)
            if path[0] == "proof"
            and "objective" not in path
            and not isinstance(at(original, path), list | dict)
        ]
        for path in sample(numbers, many, 2, text):
            value = at(original, path)
            if isinstance(value, int):
                others = [0, -value, value - 1, value + 1, 64]
            elif isinstance(value, str) and value[-1].isdigit():
                others = ["0", "1", f"-{value}".replace("--", ""), "1e-300", "1e300"]
            else:
                continue
            for other in others:
                certificate = copy.deepcopy(original)
                at(certificate, path[:-1])[path[-1]] = other
                try:
                    checker.prove(checker.Entry(certificate))
                except checker.Refused:
                    continue
                assert holds(certificate), (path, other)


@pytest.mark.parametrize("piece", PIECES, ids=range(len(PIECES)))
def test_every_nasty_piece_of_text_alone_and_inside(certificates, piece):
    text = certificates["neuron"]
    for damaged in (piece, piece + text, text + piece, text.replace('"1"', piece, 1)):
        if damaged != text + "\n" and damaged != "\n" + text:
            with pytest.raises(checker.Refused):
                checker.check(damaged)


def test_a_key_that_comes_twice_is_refused(certificates):
    for text in certificates.values():
        certificate = json.loads(text)
        for key in ("schema", "kind", "claim", "statement", "proof"):
            twice = text.replace(f'"{key}"', f'"{key}": {json.dumps(certificate[key])}, "{key}"', 1)
            with pytest.raises(checker.Refused, match="twice"):
                checker.check(twice)
        with pytest.raises(checker.Refused, match="twice"):
            checker.check(text.replace('"loss"', '"loss": 1, "loss"', 1))


def test_every_missing_and_every_added_key_is_named(certificates):
    for name in ("worse-minimum-1-1-1-sigmoid", "dead-cone-1-1-1-relu"):
        original = json.loads(certificates[name])
        objects = [(), ("proof",), ("proof", "objective")]
        if name.startswith("worse"):
            objects.append(("proof", "box"))
        for path in objects:
            for key in [None, *at(original, path)]:
                certificate = copy.deepcopy(original)
                if key is None:
                    at(certificate, path)["added"] = "1"
                else:
                    del at(certificate, path)[key]
                reason = (
                    "the key 'added' is unknown" if key is None else f"the key '{key}' is missing"
                )
                with pytest.raises(checker.Refused) as refusal:
                    checker.check(json.dumps(certificate))
                assert str(refusal.value) == f"{'.'.join(path) or 'certificate'}: {reason}"


def at(value, path):
    for key in path:
        value = value[key]
    return value


DIGITS = "0." + "7" * 400


def largest(widths, points, **changes):
    """An objective as large as any that is read, with long numbers."""
    return {
        "widths": widths,
        "activations": ["sigmoid"] * (len(widths) - 1),
        "biases": [False] * (len(widths) - 1),
        "loss": "squared-error",
        "reduction": "mean",
        "inputs": [[DIGITS] * widths[0]] * points,
        "targets": [DIGITS] * points,
        "counts": [1] * points,
        "penalty": "0",
        "dropout": "0",
        **changes,
    }


def linear_of(widths, penalty):
    """As large a network of two linear layers as any, on inputs that span their space."""
    rows = [[DIGITS if i % 16 == j else f"1/{i + j + 1}" for j in range(16)] for i in range(64)]
    return largest(widths, 64, activations=["identity"] * 2, inputs=rows, penalty=penalty)


ROOM = {"centre": [DIGITS] * 30, "radius": "1e-300"}
POINT = [DIGITS] * 30
CUTS = ["-1", *[f"{k}/31" for k in range(1, 31)], "1"]
HUGE = {
    "stationary-point": {"objective": largest([5, 5, 1], 64), "box": ROOM, "index": 0},
    "trap": {
        "objective": largest([5, 5, 1], 64),
        "ball": ROOM,
        "curvature": {"least": "1e-9", "most": "1e9"},
        "steps": {"least": "1e-9", "most": "1e-9"},
        "noise": "1e-400",
        "lower": POINT,
        "gap": "1e-400",
    },
    "batch-trap": {
        "objective": largest([5, 5, 1], 64),
        "step": "1e-9",
        "size": 2,
        "box": ROOM,
        "moving": 0,
        "lower": POINT,
        "gap": "1e-400",
    },
    "batch-escape": {
        "objective": largest([5, 5, 1], 64),
        "step": "1e-9",
        "size": 2,
        "inside": ROOM,
        "outside": ROOM,
        "path": [[0, 1]] * 64,
        "level": "0",
    },
    "line": {
        "objective": largest([1, 1], 64),
        "accounts": [
            {"penalty": "0", "cuts": CUTS, "parts": ["falls"] * 33},
            {"penalty": "1", "cuts": CUTS, "parts": ["falls"] * 33},
        ],
    },
    "convex-from": {
        "objective": largest([1, 1], 16),
        "strength": "1e-300",
        "below": "0",
        "weight": "0",
        "start": "1e300",
    },
    "chord": {
        "objective": largest([5, 5, 1], 64),
        "ends": [POINT, ["1"] * 30],
        "share": "1/2",
        "gap": "1e300",
    },
    "negative-curvature": {
        "objective": largest([5, 5, 1], 64),
        "point": POINT,
        "direction": POINT,
        "bound": "1e300",
    },
    "sum-of-squares": {
        "objective": largest([16, 1], 64, activations=["identity"]),
        "terms": [{"factor": DIGITS, "form": ["1"] * 17}] * 32,
        "constant": "0",
        "point": ["-1/16"] * 16,
    },
    "no-radicals": {
        "objective": largest([1, 1], 60, inputs=[["1"]] * 60),
        "polynomial": [-(10**30)] + [10**30] * 99,
        "root": {"low": "1e-400", "high": DIGITS},
        "primes": {"irreducible": 9973, "transposition": 9967, "cycle": 9949},
    },
    "linear-network-list": {
        "objective": linear_of([16, 1, 1], "0"),
        "fit": ["1"] * 16,
        "least": "0",
        "saddle": DIGITS,
    },
    "penalised-linear-list": {
        "objective": linear_of([16, 1, 1], DIGITS),
        "polynomial": [DIGITS] * 33,
        "root": {"low": "1e-400", "high": "1e400"},
        "least": {"low": "0", "high": DIGITS},
        "origin": DIGITS,
    },
    "solution-manifold": {
        "objective": largest([5, 5, 1], 29),
        "box": ROOM,
        "free": [0],
        "reach": "1e-400",
    },
}


@pytest.mark.parametrize("kind", HUGE)
def test_the_largest_certificates_of_each_kind_come_to_an_end(kind, many):
    certificate = {"schema": 2, "kind": kind, "claim": "x", "statement": "", "proof": HUGE[kind]}
    start = time.process_time()
    with pytest.raises(checker.Refused, match=r"^proof"):
        checker.check(json.dumps({**certificate, "precision": 4096 if many else 64}))
    spent = time.process_time() - start
    print(f"{kind}: {spent:.1f} s")
    assert spent < (200 if many else 20)


def test_the_largest_certificates_take_seconds_at_most():
    digits = "0." + "7" * 1200
    objective = {
        "widths": [5, 5, 1],
        "activations": ["sigmoid", "tanh"],
        "biases": [False, False],
        "loss": "squared-error",
        "reduction": "mean",
        "inputs": [[digits[:400]] * 5] * 64,
        "targets": [digits] * 64,
        "counts": [1] * 64,
        "penalty": "1",
        "dropout": "0",
    }
    proof = {
        "objective": objective,
        "box": {"centre": [digits] * 30, "radius": "1e-300"},
        "lower": [digits] * 30,
        "gap": "1e-400",
    }
    certificate = {"schema": 2, "kind": "worse-local-minimum", "claim": "x", "statement": ""}
    certificate["precision"] = 4096
    start = time.perf_counter()
    with pytest.raises(checker.Refused, match=r"^proof\.box"):
        checker.check(json.dumps({**certificate, "proof": proof}))
    assert time.perf_counter() - start < 20
