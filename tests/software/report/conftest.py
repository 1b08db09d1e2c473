"""A made-up catalogue of two chapters with every kind of evidence, in a temporary folder."""

import json
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest

from claims.record import (
    CHAPTERS,
    SCHEMA,
    Catalogue,
    Check,
    Control,
    Evidence,
    Named,
    StudyResult,
    load_catalogue,
    write_evidence,
)
from claims.report.__main__ import build_report
from claims.report.material import Material, read_material
from claims.report.site import Places

CONVEXITY = r"""
chapter = "convexity"
title = "Which losses are convex, and in what"
summary = "Chords stay above the graph, or they do not."

[[claim]]
id = "chords"
title = "Chords of $x^2$ stay above its graph"
kind = "universal"
sources = [{ document = "B", locator = "question, first paragraph" }]
statement = "For reals $a$, $b$ the chord over $[a, b]$ lies above <script>alert(1)</script>."
formal = '\forall a,b\in\mathbb R:\ (\lambda a+(1-\lambda)b)^2\le\lambda a^2+(1-\lambda)b^2'
expected = "holds"
controls = ["wrong-sign"]

[[claim]]
id = "rank"
title = "The minimiser is unique"
kind = "universal"
sources = [{ document = "B", locator = "answer" }, { document = "C", locator = "introduction" }]
statement = "Least squares has one minimiser."
formal = 'X^{\top}X\succ 0'
expected = "holds under conditions"
controls = []
[[claim.conditions]]
id = "full-rank"
text = "The matrix $X$ has full column rank."
[[claim.readings]]
id = "values"
title = "The least value is unique"
statement = "Any two minimisers have the same loss."
formal = 'L(w)=L(w^{\prime})'

[[claim]]
id = "open-question"
title = "Nothing is known of this | yet"
kind = "question"
sources = []
statement = "Is it so?"
answer = "Yes, for every $x$ | and *more*."
formal = 'x=x'
controls = []
"""
DESCENT = r"""
chapter = "descent"
title = "What gradient descent reaches"
summary = "Where runs end."

[[claim]]
id = "ends"
title = "Descent ends above the global level"
kind = "frequency"
sources = [{ document = "C", locator = "introduction" }]
statement = "Many runs end above the global level."
formal = 'P(L>L^{*})>0.05'
controls = []

[[claim]]
id = "worse-minimum"
title = "Worse minima exist"
kind = "existential"
sources = [{ document = "C", locator = "section 2" }]
statement = "There is a strict local minimum that is not global."
formal = '\exists w'
expected = "holds"
controls = []
"""
DOCUMENTS = """
[[document]]
id = "B"
file = "b.txt"
title = "A question and its answer"
author = "several"
year = 2017
note = "Without biases."

[[document]]
id = "C"
file = "c.txt"
title = "A note"
author = "one"
year = 2024
note = "With biases."

[[remark]]
document = "B"
locator = "last comment"
summary = "Thanks."
reason = "Nothing observable could contradict it."
"""
ESTIMATES = [
    {
        "name": name,
        "n": 500,
        "undecided": 0,
        "estimate": count / 500,
        "lower": count / 500 - 0.04,
        "upper": count / 500 + 0.04,
        "classes": {"global level": 500 - count, "above: saddle": count},
    }
    for name, count in (("xor, width 2", 200), ("xor, width 3", 100), ("digits, width 2", 150))
]
QUESTION = {
    "id": "above",
    "claim": "ends",
    "reading": None,
    "event": "end above the global level",
    "arms": [],
    "outcome": "a loss above the lowest one",
    "estimand": "share",
    "rule": "often",
    "smallest_effect": 0.05,
    "region": [0.05, 0.05],
    "prediction": "supported",
    "decision": "supported",
    "condition": None,
    "when": [],
    "sentence": "Between 20% and 40% of the runs ended above the global level.",
    "n": 1500,
    "planned": 1500,
    "undecided": 0,
    "estimates": ESTIMATES,
    "settings": ESTIMATES,
}
RESULT = {
    "schema": 3,
    "name": "ends",
    "question": "Where do runs end?",
    "scale": "default",
    "planned": 1500,
    "n": 1500,
    "networks": 3000,
    "classified": 2500,
    "plan_hash": "abc123",
    "factors": {"width": "hidden units"},
    "confidence": 0.95,
    "settings": [],
    "questions": [QUESTION],
}
EVIDENCE = {**RESULT, **QUESTION, "question": "above", "claims": ["ends"]}


def check(claim: str, **changes) -> Check:
    """A check of `claim` that passed, an identity unless `changes` say otherwise."""
    name = changes.pop(
        "test", f"tests/chapters/convexity/test_{claim}.py::test_{claim.replace('-', '_')}"
    )
    return Check(
        **{
            "claim": claim,
            "reading": None,
            "test": name,
            "title": "The gap of a chord is a square.",
            "explanation": r"Write $g=\lambda(1-\lambda)(a-b)^2\ge 0$." + "\n\nIt is exact.",
            "shows": "holds",
            "by": "identity",
            "when": [],
            "outcome": "passed",
        }
        | changes
    )


def example_checks() -> list[Check]:
    caught = Control(
        "wrong-sign",
        "the gap with a minus sign",
        "caught",
        [Named("gap", "-1/4")],
        "gap is negative",
    )
    study = StudyResult(**{name: EVIDENCE[name] for name in StudyResult.__struct_fields__})
    return [
        check("chords", controls=[caught], recorded=[Named("degree", "2")]),
        check(
            "chords",
            by="property",
            examples=12345,
            drawn=13000,
            labels={"short": 3},
            test="t.py::test_chords_random",
        ),
        check("rank", when=["full-rank"]),
        check(
            "rank",
            shows="fails",
            by="counterexample",
            witness=[Named("X", "[[1, 1]]")],
            test="t.py::test_rank_drop",
        ),
        check("rank", reading="values", by="property", examples=400),
        check("ends", by="study", study=study),
        check("worse-minimum", by="certificate", certificates=["neuron.json"]),
    ]


# Reports by the names and bytes of all that they were built of.
_BUILT: dict[tuple[tuple[Path, bytes], ...], dict[str, bytes]] = {}


@dataclass(frozen=True)
class Example:
    """Where the made-up inputs lie; `build` makes the report from them."""

    folder: Path

    @property
    def places(self) -> Places:
        return Places(
            self.folder / "reports",
            self.folder / "reports/data",
            self.folder / "reports/certificates",
        )

    @property
    def catalogue(self) -> Catalogue:
        return load_catalogue(self.folder / "catalogue")

    def material(self) -> Material:
        places = self.places
        return read_material(
            self.folder / "evidence.json", places.studies, places.certificates, self.catalogue
        )

    def build(self, *, anew: bool = False) -> dict[str, bytes]:
        """The report of what lies here; built once of the same bytes, unless it shall be anew."""
        files = sorted(path for path in self.folder.rglob("*") if path.is_file())
        content = tuple((path.relative_to(self.folder), path.read_bytes()) for path in files)
        if anew or content not in _BUILT:
            _BUILT[content] = build_report(self.material(), self.places)
        return dict(_BUILT[content])

    def evidence(self, checks: list[Check], partial: bool = False) -> None:
        write_evidence(self.folder / "evidence.json", Evidence(SCHEMA, "report", partial, checks))


@pytest.fixture
def example(tmp_path: Path) -> Example:
    catalogue = tmp_path / "catalogue"
    catalogue.mkdir()
    texts = {"convexity": CONVEXITY, "descent": DESCENT, "documents": DOCUMENTS}
    for name, text in texts.items():
        (catalogue / f"{name}.toml").write_text(text)
    assert set(texts) <= {*CHAPTERS, "documents"}
    made = Example(tmp_path)
    made.places.studies.mkdir(parents=True)
    made.places.certificates.mkdir()
    (made.places.studies / "ends.json").write_text(json.dumps(RESULT))
    (made.places.studies / "ends.csv").write_text("problem,width,end\nxor,2,global\n")
    certificate = {"schema": 1, "statement": "The box holds exactly one stationary point."}
    (made.places.certificates / "neuron.json").write_bytes(msgspec.json.encode(certificate))
    made.evidence(example_checks())
    return made


@pytest.fixture
def checks() -> list[Check]:
    """The checks of the example, to be changed and given back with `example.evidence`."""
    return example_checks()


@pytest.fixture
def check_of():
    """The function `check`: a claim's check, changed."""
    return check
