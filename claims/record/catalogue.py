"""What the documents say: chapters of claims, and the readings of each that are judged apart."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from msgspec import Struct, field

from claims.record.names import suggestion

CHAPTERS = (
    "stationarity",
    "convexity",
    "symmetry",
    "landscape",
    "descent",
    "regularization",
    "stochasticity",
)

Kind = Literal["universal", "existential", "frequency", "inference", "question"]

FREQUENCY_VERDICTS = (
    "supported",
    "supported under conditions",
    "not supported",
    "inconclusive",
    "not decided at this scale",
)
_UNIVERSAL = ("holds", "holds under conditions", "fails as stated", "not refuted")

# The verdicts that evidence can lead to, by the kind of a reading; without evidence "unverified".
VERDICTS: dict[str, tuple[str, ...]] = {
    "universal": _UNIVERSAL,
    "question": _UNIVERSAL,
    "existential": ("holds", "fails as stated"),
    "inference": ("valid", "valid under conditions", "invalid"),
    "frequency": FREQUENCY_VERDICTS,
}


class Document(Struct, frozen=True, forbid_unknown_fields=True):
    """One of the documents whose sentences are judged."""

    id: str
    file: str
    title: str
    author: str
    year: int
    note: str
    url: str | None = None


class Source(Struct, frozen=True, forbid_unknown_fields=True):
    """Where in a document a claim stands."""

    document: str
    locator: str


class Remark(Struct, frozen=True, forbid_unknown_fields=True):
    """A sentence of a document that is no claim, and why not."""

    document: str
    locator: str
    summary: str
    reason: str


class Condition(Struct, frozen=True, forbid_unknown_fields=True):
    """A named hypothesis under which a claim, or a reading of it, is judged."""

    id: str
    text: str


class Reading(Struct, frozen=True, forbid_unknown_fields=True):
    """One way to read a claim, ``id`` None for the literal one; loading fills in ``kind``.

    A question has an ``answer``, in Markdown, which is what its verdict speaks of.
    """

    id: str | None
    title: str
    statement: str
    formal: str
    kind: Kind | None = None
    answer: str | None = None
    expected: str | None = None


class Claim(Struct, frozen=True, forbid_unknown_fields=True):
    """What a document asserts, asks or infers; its own fields are the literal reading."""

    id: str
    chapter: str
    title: str
    kind: Kind
    sources: list[Source]
    statement: str
    formal: str
    controls: list[str]
    answer: str | None = None
    expected: str | None = None
    conditions: list[Condition] = []
    readings: list[Reading] = []

    def judged(self) -> list[Reading]:
        """Return every reading that gets a verdict, the literal one (id None) first."""
        literal = Reading(
            None,
            self.title,
            self.statement,
            self.formal,
            kind=self.kind,
            answer=self.answer,
            expected=self.expected,
        )
        return [literal, *self.readings]


class Chapter(Struct, frozen=True, forbid_unknown_fields=True):
    """The claims on one subject, in the order of their file."""

    name: str = field(name="chapter")
    title: str
    summary: str
    claims: list[Claim] = field(name="claim", default_factory=list)


class UnknownClaim(LookupError):
    """No claim of the catalogue has this id; the message names the nearest ones."""


class Catalogue(Struct, frozen=True):
    """Documents, chapters in their fixed order, and the remarks that are no claims."""

    directory: Path
    documents: list[Document]
    remarks: list[Remark]
    chapters: list[Chapter]

    def claims(self) -> Iterator[Claim]:
        """Yield every claim in the order of the chapters."""
        for chapter in self.chapters:
            yield from chapter.claims

    def claim(self, id: str) -> Claim:
        """Return the claim with this id, or raise UnknownClaim with the nearest ids."""
        for claim in self.claims():
            if claim.id == id:
                return claim
        near = suggestion(id, (claim.id for claim in self.claims()))
        raise UnknownClaim(f"no claim of the catalogue is called {id!r}: {near}")

    def file(self, chapter: str) -> Path:
        """Return the file in which the claims of ``chapter`` stand."""
        return self.directory / f"{chapter}.toml"
