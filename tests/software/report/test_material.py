"""Evidence and results that do not fit the catalogue or lack entries: one error with the mend."""

import json

import pytest

from claims.record import EvidenceError
from claims.report.material import BadMaterial


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"claim": "chord"}, "no claim of the catalogue is called 'chord': did you mean 'chords'"),
        ({"reading": "value"}, "claim rank has no reading 'value': did you mean 'values'"),
        ({"when": ["full-rang"]}, "claim rank has no condition 'full-rang': did you mean 'full-r"),
    ],
)
def test_what_the_catalogue_does_not_have_is_named(example, check_of, changes, message):
    changes = dict(changes)
    example.evidence([check_of(changes.pop("claim", "rank"), test="t.py::test_made_up", **changes)])
    with pytest.raises(EvidenceError, match=message) as caught:
        example.material()
    text = str(caught.value)
    assert text.startswith(f"{example.folder}/evidence.json: t.py::test_made_up: ")
    assert text.endswith("; run `pytest` to write it anew")


@pytest.mark.parametrize("name", ["scale", "n", "planned", "plan_hash", "decision", "sentence"])
def test_a_result_without_an_entry_is_named(example, name):
    path = example.places.studies / "ends.json"
    result = json.loads(path.read_text())
    del result[name]
    path.write_text(json.dumps(result))
    with pytest.raises(BadMaterial, match=f"ends.json: without `{name}`; delete it and run"):
        example.material()


@pytest.mark.parametrize(
    ("estimates", "message"),
    [
        ({}, "`estimates` is no list"),
        ([3], "estimate 1 without `name`"),
        ([{"name": "a", "n": 1, "estimate": 0, "lower": 0}], "estimate 1 without `upper`"),
    ],
)
def test_a_damaged_estimate_is_named(example, estimates, message):
    path = example.places.studies / "ends.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"estimates": estimates}))
    with pytest.raises(BadMaterial, match=f"ends.json: {message}; delete it and run"):
        example.material()
