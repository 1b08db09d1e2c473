"""Reading the catalogue: every fault is one sentence with file, entry and mend."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import msgspec

from claims.record.catalogue import (
    CHAPTERS,
    VERDICTS,
    Catalogue,
    Chapter,
    Claim,
    Document,
    Reading,
    Remark,
)
from claims.record.formulas import formula_fault
from claims.record.names import is_slug, suggestion

CATALOGUE = Path(__file__).resolve().parents[1] / "catalogue"

T = TypeVar("T", bound=msgspec.Struct)


class CatalogueError(ValueError):
    """The catalogue is faulty: the message names the file, the entry and the mend."""


def load_catalogue(directory: Path = CATALOGUE, *, formulas: bool = False) -> Catalogue:
    """Load and validate every chapter that ``directory`` holds, in the fixed order of chapters.

    ``formulas`` says whether each formula is converted to MathML on trial, which takes a second.
    Raises CatalogueError.
    """
    if not directory.is_dir():
        raise CatalogueError(
            f"{directory}: there is no such folder; name one that holds documents.toml"
        )
    documents, remarks = _load_documents(directory / "documents.toml")
    files = {path.stem: path for path in directory.glob("*.toml") if path.stem != "documents"}
    for name, path in sorted(files.items()):
        if name not in CHAPTERS:
            raise CatalogueError(f"{path}: {name!r} is no chapter; {suggestion(name, CHAPTERS)}")
    known = {document.id for document in documents}
    chapters = [_load_chapter(files[name], known, formulas) for name in CHAPTERS if name in files]
    home: dict[str, str] = {}
    for chapter in chapters:
        for claim in chapter.claims:
            other = home.setdefault(claim.id, chapter.name)
            if other != chapter.name:
                _fail(
                    files[chapter.name],
                    f"claim {claim.id!r}",
                    f"{other}.toml has a claim of this id; rename one of them",
                )
    return Catalogue(directory, documents, remarks, chapters)


def _load_documents(path: Path) -> tuple[list[Document], list[Remark]]:
    data = _read(path)
    _only(path, "file", data, {"document", "remark"})
    documents = []
    for number, entry in enumerate(_entries(path, data, "document"), 1):
        name = f"document {entry.get('id', f'number {number}')!r}"
        documents.append(_convert(path, name, entry, Document))
    _distinct(path, "file", "document", (document.id for document in documents))
    remarks = []
    for number, entry in enumerate(_entries(path, data, "remark"), 1):
        remark = _convert(path, f"remark number {number}", entry, Remark)
        known = [document.id for document in documents]
        if remark.document not in known:
            near = suggestion(remark.document, known)
            _fail(
                path, f"remark number {number}", f"document {remark.document!r} is unknown; {near}"
            )
        remarks.append(remark)
    return documents, remarks


def _load_chapter(path: Path, documents: set[str], formulas: bool) -> Chapter:
    data = _read(path)
    _only(path, "file", data, {"chapter", "title", "summary", "claim"})
    claims = []
    for number, entry in enumerate(_entries(path, data, "claim"), 1):
        name = f"claim {entry.get('id', f'number {number}')!r}"
        _only(path, name, entry, set(Claim.__struct_fields__) - {"chapter"})
        claims.append(_convert(path, name, {**entry, "chapter": path.stem}, Claim))
    _distinct(path, "file", "claim", (claim.id for claim in claims))
    chapter = _convert(path, "file", {**data, "claim": []}, Chapter)
    if chapter.name != path.stem:
        _fail(
            path,
            "file",
            f"chapter = {chapter.name!r} differs from the file's name; write {path.stem!r}",
        )
    claims = [_with_kinds(claim) for claim in claims]
    for claim in claims:
        _validate(path, claim, documents, formulas)
    return Chapter(chapter.name, chapter.title, chapter.summary, claims)


def _with_kinds(claim: Claim) -> Claim:
    readings = [
        msgspec.structs.replace(reading, kind=reading.kind or claim.kind)
        for reading in claim.readings
    ]
    return msgspec.structs.replace(claim, readings=readings)


def _validate(path: Path, claim: Claim, documents: set[str], formulas: bool) -> None:
    name = f"claim {claim.id!r}"
    conditions = [condition.id for condition in claim.conditions]
    readings = [reading.id for reading in claim.readings if reading.id is not None]
    for what, ids in (
        ("condition", conditions),
        ("reading", readings),
        ("control", claim.controls),
    ):
        _distinct(path, name, what, ids)
    for what, ids in (
        ("claim", [claim.id]),
        ("condition", conditions),
        ("reading", readings),
        ("control", claim.controls),
    ):
        for id in ids:
            if not is_slug(id):
                _fail(
                    path,
                    name,
                    f"{what} {id!r} is not a name; use lower-case words joined by hyphens",
                )
    for source in claim.sources:
        if source.document not in documents:
            near = suggestion(source.document, documents)
            _fail(path, name, f"document {source.document!r} is unknown; {near}")
    for condition in claim.conditions:
        if not condition.text.strip():
            _fail(path, name, f"condition {condition.id!r} has no text; write it")
    for reading in claim.judged():
        _validate_reading(
            path,
            name if reading.id is None else f"{name}, reading {reading.id!r}",
            reading,
            formulas,
        )


def _validate_reading(path: Path, name: str, reading: Reading, formulas: bool) -> None:
    for field in ("title", "statement"):
        if not getattr(reading, field).strip():
            _fail(path, name, f"{field} is empty; write it")
    if reading.kind == "question":
        if not (reading.answer or "").strip():
            _fail(path, name, "a question is judged by its answer; write it as 'answer'")
    elif reading.answer is not None:
        _fail(path, name, f"{reading.kind!r} asks nothing; remove 'answer'")
    if reading.expected is not None:
        if reading.kind == "frequency":
            _fail(path, name, "a frequency is judged by its study's rule; remove 'expected'")
        words = VERDICTS[str(reading.kind)]
        if reading.expected not in words:
            allowed = ", ".join(repr(word) for word in words)
            _fail(
                path,
                name,
                f"expected = {reading.expected!r} does not go with {reading.kind!r}; use {allowed}",
            )
    fault = formula_fault(reading.formal) if formulas else None
    if fault:
        _fail(path, name, f"formal: {fault}")


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CatalogueError(f"{path}: the file is missing; add it") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CatalogueError(f"{path}: this is not TOML ({error}); correct it there") from None


def _entries(path: Path, data: dict[str, Any], key: str) -> list[dict[str, Any]]:
    entries = data.get(key, [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        _fail(path, "file", f"{key!r} is no list of tables; begin each entry with [[{key}]]")
    return entries


def _only(path: Path, name: str, table: dict[str, Any], known: set[str]) -> None:
    for key in table:
        if key not in known:
            _fail(path, name, f"the key {key!r} is unknown; {suggestion(key, known)}")


def _distinct(path: Path, name: str, what: str, ids: Iterable[str]) -> None:
    for id, count in Counter(ids).items():
        if count > 1:
            _fail(path, name, f"{what} {id!r} stands {count} times; keep one, or rename the others")


def _convert(path: Path, name: str, entry: dict[str, Any], type: type[T]) -> T:
    try:
        return msgspec.convert(entry, type)
    except msgspec.ValidationError as error:
        problem, _, place = str(error).partition(" - at `$")
        place = place.rstrip("`").lstrip(".")
        missing = re.fullmatch(r"Object missing required field `(.*)`", problem)
        unknown = re.fullmatch(r"Object contains unknown field `(.*)`", problem)
        where = f" in {place}" if place else ""
        if missing:
            _fail(path, name, f"{missing[1]!r} is missing{where}; add it")
        if unknown:
            _fail(path, name, f"the key {unknown[1]!r} is unknown{where}; remove or correct it")
        _fail(
            path,
            name,
            f"{place or 'the entry'} is wrong ({problem.lower()}); correct it",
        )


def _fail(path: Path, name: str, sentence: str) -> NoReturn:
    where = f"{path}" if name == "file" else f"{path}, {name}"
    raise CatalogueError(f"{where}: {sentence}")
