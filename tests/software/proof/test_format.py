"""The document of the format says what the checker reads."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from claims.proof import checker

TEXT = (Path(checker.__file__).parent / "FORMAT.md").read_text(encoding="utf-8")
ROWS = dict(re.findall(r"^\| `([a-z-]+)` \| (.*) \|$", TEXT, re.MULTILINE))


def keys_that_are_read(read):
    """The keys that a refusal of something else names."""
    with pytest.raises(checker.Refused) as refusal:
        read(checker.Entry(None))
    listed = re.search(r"an object with the keys (.*), not ", str(refusal.value))
    return listed[1].split(", ")


def test_every_kind_has_a_row_with_its_keys():
    assert ROWS.keys() == checker.KINDS.keys()
    for kind, read in checker.KINDS.items():
        first, *keys = keys_that_are_read(read)
        assert first == "objective"
        positions = [re.search(rf"`{key}`", ROWS[kind]) for key in keys]
        assert all(positions), (kind, keys)


def test_the_envelope_and_the_objective_are_described():
    envelope = keys_that_are_read(checker.prove)
    objective = keys_that_are_read(checker.Objective.read)
    for key in (*envelope, *objective):
        assert f"`{key}`" in TEXT, key
    for name in (*checker.ACTIVATIONS, *checker.LOSSES):
        assert name in TEXT, name


def test_the_version_and_the_limits_are_those_of_the_checker(certificates):
    version = json.loads(certificates["neuron"])["schema"]
    assert f"version {version}\n" in TEXT and f"`schema`: {version}." in TEXT
    limits = (checker.MAX_WIDTH, checker.MAX_LAYERS, checker.MAX_WEIGHTS, checker.MAX_POINTS)
    assert "Up to {} units a layer, {} layers, {} weights, {} points.".format(*limits) in TEXT
