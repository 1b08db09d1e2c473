"""The catalogue: what is loaded, and every fault that loading names with file, entry and mend."""

from __future__ import annotations

from pathlib import Path

import pytest

from claims.record import CHAPTERS, CatalogueError, UnknownClaim, load_catalogue

DOCUMENTS = """
[[document]]
id = "A"
file = "a.txt"
title = "A text"
author = "Somebody"
year = 2000
note = ""

[[remark]]
document = "A"
locator = "first line"
summary = "It greets."
reason = "Nothing could contradict it."
"""
CLAIM = """
[[claim]]
id = "squares"
title = "Squares"
kind = "universal"
sources = [{ document = "A", locator = "first line" }]
statement = "Squares are not negative."
formal = '\\forall x\\in\\mathbb R:\\ x^2\\ge 0'
expected = "holds"
controls = ["cube"]
[[claim.conditions]]
id = "real"
text = "x is real."
[[claim.readings]]
id = "some"
kind = "existential"
title = "Some"
statement = "Some square is positive."
formal = '\\exists x:\\ x^2>0'
expected = "holds"
[[claim.readings]]
id = "all"
title = "All"
statement = "All."
formal = 'x'
"""
CHAPTER = 'chapter = "convexity"\ntitle = "Convexity"\nsummary = "Of squares."\n'


@pytest.fixture
def catalogue(tmp_path: Path) -> Path:
    """A catalogue without faults."""
    (tmp_path / "documents.toml").write_text(DOCUMENTS)
    (tmp_path / "convexity.toml").write_text(CHAPTER + CLAIM)
    return tmp_path


def test_a_catalogue_is_loaded_whole(catalogue):
    other = CLAIM.replace("squares", "swap")
    (catalogue / "stationarity.toml").write_text(
        CHAPTER.replace("convexity", "stationarity") + other
    )
    loaded = load_catalogue(catalogue, formulas=True)
    assert [chapter.name for chapter in loaded.chapters] == ["stationarity", "convexity"]
    assert [claim.id for claim in loaded.claims()] == ["swap", "squares"]
    claim = loaded.claim("squares")
    assert claim.chapter == "convexity"
    assert claim.conditions[0].id == "real"
    assert [(reading.id, reading.kind) for reading in claim.judged()] == [
        (None, "universal"),
        ("some", "existential"),
        ("all", "universal"),
    ]
    assert claim.judged()[0].formal == claim.formal
    assert loaded.documents[0].url is None
    assert loaded.remarks[0].reason == "Nothing could contradict it."
    assert loaded.file("convexity") == catalogue / "convexity.toml"


def test_a_question_and_its_answer(catalogue):
    asked = CLAIM.replace('kind = "universal"', 'kind = "question"\nanswer = "No."')
    asked = asked.replace('title = "All"', 'title = "All"\nanswer = "Not all."')
    (catalogue / "convexity.toml").write_text(CHAPTER + asked)
    claim = load_catalogue(catalogue).claim("squares")
    assert [reading.answer for reading in claim.judged()] == ["No.", None, "Not all."]


def test_an_unknown_claim_is_told_the_nearest_ones(catalogue):
    with pytest.raises(UnknownClaim, match=r"'sqares': did you mean 'squares'\?"):
        load_catalogue(catalogue).claim("sqares")


CLAIM_FAULTS = {
    "unknown key": (
        "statement = ",
        "statment = ",
        "claim 'squares': the key 'statment' is unknown; did you mean 'statement'?",
    ),
    "unknown key below": (
        'text = "x',
        'test = "x',
        "claim 'squares': the key 'test' is unknown in conditions[0]; remove",
    ),
    "a key of ours": (
        'title = "Squares"',
        'title = "Squares"\nchapter = "convexity"',
        "the key 'chapter' is unknown",
    ),
    "missing field": ('title = "Squares"\n', "", "claim 'squares': 'title' is missing; add it"),
    "missing controls": (
        'controls = ["cube"]\n',
        "",
        "claim 'squares': 'controls' is missing; add it",
    ),
    "missing id": ('id = "squares"\n', "", "claim 'number 1': 'id' is missing; add it"),
    "missing field of a reading": (
        'title = "Some"\n',
        "",
        "claim 'squares': 'title' is missing in readings[0]; add it",
    ),
    "missing id of a reading": (
        'id = "some"\n',
        "",
        "claim 'squares': 'id' is missing in readings[0]; add it",
    ),
    "wrong type": (
        'controls = ["cube"]',
        'controls = "cube"',
        "claim 'squares': controls is wrong (expected `array`",
    ),
    "unknown kind": (
        'kind = "universal"',
        'kind = "general"',
        "claim 'squares': kind is wrong (invalid enum value 'general')",
    ),
    "unknown document": (
        'document = "A"',
        'document = "Q"',
        "claim 'squares': document 'Q' is unknown; known are A",
    ),
    "duplicate condition": (
        "[[claim.readings]]",
        '[[claim.conditions]]\nid = "real"\ntext = "again"\n[[claim.readings]]',
        "claim 'squares': condition 'real' stands 2 times; keep one",
    ),
    "duplicate reading": (
        'id = "all"',
        'id = "some"',
        "claim 'squares': reading 'some' stands 2 times",
    ),
    "duplicate control": (
        '["cube"]',
        '["cube", "cube"]',
        "claim 'squares': control 'cube' stands 2 times",
    ),
    "an id that is no name": (
        'id = "squares"',
        'id = "Squares of x"',
        "claim 'Squares of x' is not a name; use lower-case",
    ),
    "a condition that is no name": (
        'id = "real"',
        'id = "x_real"',
        "condition 'x_real' is not a name",
    ),
    "empty statement": (
        '"Squares are not negative."',
        '" "',
        "claim 'squares': statement is empty; write it",
    ),
    "a question without an answer": (
        'kind = "universal"',
        'kind = "question"',
        "claim 'squares': a question is judged by its answer; write it as 'answer'",
    ),
    "a question with an empty answer": (
        'kind = "universal"',
        'kind = "question"\nanswer = " "',
        "claim 'squares': a question is judged by its answer; write it as 'answer'",
    ),
    "a reading that asks without an answer": (
        'kind = "existential"',
        'kind = "question"',
        "claim 'squares', reading 'some': a question is judged by its answer; write it",
    ),
    "an answer to no question": (
        'kind = "universal"',
        'kind = "universal"\nanswer = "Yes."',
        "claim 'squares': 'universal' asks nothing; remove 'answer'",
    ),
    "an answer of a reading that asks nothing": (
        'kind = "existential"',
        'kind = "existential"\nanswer = "Yes."',
        "claim 'squares', reading 'some': 'existential' asks nothing; remove 'answer'",
    ),
    "empty condition": (
        '"x is real."',
        '""',
        "claim 'squares': condition 'real' has no text; write it",
    ),
    "expected word of another kind": (
        'expected = "holds"\ncontrols',
        'expected = "valid"\ncontrols',
        "claim 'squares': expected = 'valid' does not go with 'universal'; use 'holds', 'holds un",
    ),
    "expected word of another kind of a reading": (
        'x^2>0\'\nexpected = "holds"',
        'x^2>0\'\nexpected = "not refuted"',
        "claim 'squares', reading 'some': expected = 'not refuted' does not go with 'existential'",
    ),
    "expected frequency": (
        'kind = "universal"',
        'kind = "frequency"',
        "claim 'squares': a frequency is judged by its study's rule; remove 'expected'",
    ),
    "expected unverified": (
        'expected = "holds"\ncontrols',
        'expected = "unverified"\ncontrols',
        "'unverified' does not go with",
    ),
    "a formula": (
        "x^2\\ge 0",
        "x^2\\geqq{ 0",
        "claim 'squares': formal: an opening brace is never closed",
    ),
    "a formula of a reading": (
        "x^2>0",
        "x^2\\gtt 0",
        "claim 'squares', reading 'some': formal: \\gtt would show as it is",
    ),
}


@pytest.mark.parametrize(("old", "new", "message"), CLAIM_FAULTS.values(), ids=CLAIM_FAULTS)
def test_a_fault_of_a_claim_is_named(catalogue, old, new, message):
    assert old in CLAIM
    file = catalogue / "convexity.toml"
    file.write_text(CHAPTER + CLAIM.replace(old, new, 1))
    with pytest.raises(CatalogueError) as error:
        load_catalogue(catalogue, formulas=True)
    assert str(error.value).startswith(str(file))
    assert message in str(error.value)


def test_formulas_are_converted_only_on_request(catalogue):
    (catalogue / "convexity.toml").write_text(CHAPTER + CLAIM.replace("x^2\\ge 0", "x^"))
    load_catalogue(catalogue)
    with pytest.raises(CatalogueError, match="formal: it does not convert"):
        load_catalogue(catalogue, formulas=True)


FILE_FAULTS = {
    "no documents": ("documents.toml", None, "documents.toml: the file is missing; add it"),
    "no TOML": (
        "convexity.toml",
        "chapter = \n",
        "convexity.toml: this is not TOML (Invalid value (at line 1",
    ),
    "no text": ("convexity.toml", b"\xff", "convexity.toml: this is not TOML"),
    "unknown chapter": (
        "convex.toml",
        CHAPTER,
        "convex.toml: 'convex' is no chapter; did you mean 'convexity'?",
    ),
    "name of another chapter": (
        "convexity.toml",
        CHAPTER.replace("convexity", "symmetry"),
        "convexity.toml: chapter = 'symmetry' differs from the file's name; write 'convexity'",
    ),
    "missing summary": (
        "convexity.toml",
        CHAPTER.replace("summary", "#"),
        "convexity.toml: 'summary' is missing; add it",
    ),
    "unknown table": (
        "convexity.toml",
        CHAPTER + "[[claims]]\n",
        "convexity.toml: the key 'claims' is unknown; did you mean 'claim'?",
    ),
    "one table for a list": (
        "convexity.toml",
        CHAPTER + "[claim]\n",
        "convexity.toml: 'claim' is no list of tables; begin each",
    ),
    "the same id twice": (
        "convexity.toml",
        CHAPTER + CLAIM + CLAIM,
        "convexity.toml: claim 'squares' stands 2 times; keep one",
    ),
    "the same id in two chapters": (
        "symmetry.toml",
        CHAPTER.replace("convexity", "symmetry") + CLAIM,
        "symmetry.toml, claim 'squares': convexity.toml has a claim of this id; rename one of them",
    ),
    "document without a title": (
        "documents.toml",
        DOCUMENTS.replace("title", "#"),
        "document 'A': 'title' is missing; add it",
    ),
    "document of a wrong year": (
        "documents.toml",
        DOCUMENTS.replace("2000", '"2000"'),
        "documents.toml, document 'A': year is wrong (expected `int`, got `str`)",
    ),
    "remark on an unknown document": (
        "documents.toml",
        DOCUMENTS.replace('document = "A"', 'document = "B"'),
        "documents.toml, remark number 1: document 'B' is unknown; known are A",
    ),
    "the same document twice": (
        "documents.toml",
        DOCUMENTS + DOCUMENTS,
        "documents.toml: document 'A' stands 2 times",
    ),
}


@pytest.mark.parametrize(("name", "content", "message"), FILE_FAULTS.values(), ids=FILE_FAULTS)
def test_a_fault_of_a_file_is_named(catalogue, name, content, message):
    file = catalogue / name
    if content is None:
        file.unlink()
    else:
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(CatalogueError) as error:
        load_catalogue(catalogue)
    assert message in str(error.value)


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(CatalogueError, match="there is no such folder; name one"):
        load_catalogue(tmp_path / "nowhere")


def test_the_catalogue_of_the_package_is_whole_and_every_formula_converts():
    loaded = load_catalogue(formulas=True)
    assert tuple(chapter.name for chapter in loaded.chapters) == CHAPTERS
