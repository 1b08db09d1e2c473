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


def change(example, edit):
    path = example.places.studies / "ends.json"
    result = json.loads(path.read_text())
    edit(result)
    path.write_text(json.dumps(result))


@pytest.mark.parametrize("name", ["scale", "n", "planned", "networks", "plan_hash", "factors"])
def test_a_result_without_an_entry_is_named(example, name):
    change(example, lambda result: result.pop(name))
    with pytest.raises(BadMaterial, match=f"ends.json: without `{name}`; delete it and run"):
        example.material()


def test_a_result_of_an_earlier_schema_is_refused(example):
    change(example, lambda result: result.update(schema=1))
    with pytest.raises(BadMaterial, match=r"ends.json: `schema` is 1, not 3; delete it and run"):
        example.material()


@pytest.mark.parametrize("name", ["id", "claim", "decision", "sentence", "region", "settings"])
def test_a_question_without_an_entry_is_named(example, name):
    change(example, lambda result: result["questions"][0].pop(name))
    with pytest.raises(BadMaterial, match=f"ends.json: question 1 without `{name}`; delete it"):
        example.material()


@pytest.mark.parametrize(
    ("estimates", "message"),
    [
        ({}, "question 1: `estimates` is no list with entries"),
        ([], "question 1: `estimates` is no list with entries"),
        ([3], "question 1, estimate 1 without `name`"),
        (
            [{"name": "a", "n": 1, "estimate": 0, "lower": 0}],
            "question 1, estimate 1 without `upper`",
        ),
    ],
)
def test_a_damaged_estimate_is_named(example, estimates, message):
    change(example, lambda result: result["questions"][0].update(estimates=estimates))
    with pytest.raises(BadMaterial, match=f"ends.json: {message}; delete it and run"):
        example.material()


@pytest.mark.parametrize("questions", [[], {}, None])
def test_a_result_without_questions_is_refused(example, questions):
    change(example, lambda result: result.update(questions=questions))
    with pytest.raises(BadMaterial, match=r"ends\.json: `questions` is no list with entries"):
        example.material()


def test_a_question_that_the_result_does_not_have_is_named(example):
    change(example, lambda result: result["questions"][0].update(id="other"))
    message = "ends.json: claim ends rests on its question 'above', which it does not have; run"
    with pytest.raises(BadMaterial, match=message):
        example.material()
