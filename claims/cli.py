"""The command `claims`: list and show claims, check certificates, examine a data set."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

from claims.record import (
    CHAPTERS,
    Catalogue,
    CatalogueError,
    Claim,
    ClaimVerdict,
    EvidenceError,
    Reading,
    UnknownClaim,
    load_catalogue,
    read_verdicts,
    suggestion,
)

ROOT = Path(__file__).resolve().parents[1]
WRONG_INPUT = 2


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; returns 0, 1 if a certificate is rejected, or 2 for wrong input."""
    arguments = _parser().parse_args(argv)
    try:
        if arguments.command == "check":
            return _check(arguments.paths)
        if arguments.command == "examine":
            return _examine(arguments)
        catalogue = load_catalogue()
        if arguments.command == "list":
            return _list(catalogue, arguments.chapter, arguments.json)
        return _show(catalogue.claim(arguments.id), catalogue)
    except (CatalogueError, EvidenceError, UnknownClaim) as error:
        print(f"claims: {error}", file=sys.stderr)
        return WRONG_INPUT
    except BrokenPipeError:  # the reader, `head` say, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="claims", description="What is claimed about the loss surfaces of neural networks."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    listing = commands.add_parser("list", help="list the claims with their verdicts")
    listing.add_argument("--json", action="store_true", help="print JSON")
    listing.add_argument("--chapter", metavar="NAME", help=f"only this one: {', '.join(CHAPTERS)}")
    showing = commands.add_parser("show", help="show a claim with its verdict, tests and page")
    showing.add_argument("id", metavar="ID")
    checking = commands.add_parser("check", help="verify certificates with the checker")
    checking.add_argument("paths", nargs="*", metavar="PATH", help="default: reports/certificates")
    examining = commands.add_parser(
        "examine", help="descend on a data set, prove what the ends are"
    )
    examining.add_argument("data", type=Path, metavar="DATA.csv", help="the target comes last")
    examining.add_argument("--network", required=True, help='like "1-2-1 tanh"')
    examining.add_argument("--loss", choices=("squared-error", "cross-entropy"))
    examining.add_argument("--penalty", metavar="STRENGTH", help="of an L2 penalty")
    examining.add_argument("--start", metavar="WEIGHTS", help="start here: each layer's W, then b")
    examining.add_argument("--starts", type=int, metavar="N", help="random starts (default 20)")
    examining.add_argument("--seed", type=int, metavar="N", help="of the random starts")
    examining.add_argument("--into", type=Path, metavar="DIR", help="write certificates there")
    return parser


def _list(catalogue: Catalogue, chapter: str | None, json: bool) -> int:
    if chapter is not None and chapter not in CHAPTERS:
        near = suggestion(chapter, CHAPTERS)
        print(f"claims: no chapter is called {chapter!r}: {near}", file=sys.stderr)
        return WRONG_INPUT
    verdicts = _verdicts()
    chapters = [one for one in catalogue.chapters if chapter in (None, one.name)]
    if json:
        entries = [
            {
                "id": claim.id,
                "chapter": claim.chapter,
                "title": claim.title,
                "kind": claim.kind,
                "verdict": _word(verdicts.get(claim.id)),
            }
            for one in chapters
            for claim in one.claims
        ]
        print(msgspec.json.format(msgspec.json.encode(entries), indent=1).decode())
        return 0
    width = max((len(claim.id) for one in chapters for claim in one.claims), default=0)
    for one in chapters:
        print(one.title)
        for claim in one.claims:
            print(f"  {claim.id:<{width}}  {_word(verdicts.get(claim.id)):<24}  {claim.title}")
    return 0


def _show(claim: Claim, catalogue: Catalogue) -> int:
    verdict = _verdicts().get(claim.id)
    titles = {document.id: document.title for document in catalogue.documents}
    print(f"{claim.id}: {claim.title} ({claim.kind}, chapter {claim.chapter})")
    for source in claim.sources:
        print(f"in {source.document}, {titles[source.document]}: {source.locator}")
    if not claim.sources:
        print("beyond the documents")
    judged = {entry.id: entry for entry in verdict.judged()} if verdict else {}
    for reading in claim.judged():
        entry = judged.get(reading.id)
        _show_reading(
            reading, entry.verdict if entry else "unverified", entry.when if entry else []
        )
    if claim.conditions:
        print("\nconditions")
        for condition in claim.conditions:
            print(f"  {condition.id}: {condition.text}")
    _show_places(claim, verdict, catalogue)
    return 0


def _show_reading(reading: Reading, verdict: str, when: Sequence[Sequence[str]]) -> None:
    print()
    if reading.id is not None:
        print(f"reading {reading.id}: {reading.title} ({reading.kind})")
    print(reading.statement.strip())
    if reading.answer:
        print(f"answer: {reading.answer.strip()}")
    print(f"  {reading.formal.strip()}")
    under = " or ".join(", ".join(conditions) for conditions in when)
    print(f"verdict: {verdict}{f', proved under {under}' if under else ''}")


def _show_places(claim: Claim, verdict: ClaimVerdict | None, catalogue: Catalogue) -> None:
    studies = [study.name for study in verdict.studies] if verdict else []
    certificates = verdict.certificates if verdict else []
    tests = [
        path
        for path in sorted((ROOT / "tests" / "chapters" / claim.chapter).rglob("test_*.py"))
        if f'"{claim.id}"' in path.read_text(encoding="utf-8")
    ]
    page = ROOT / "reports" / "claims" / f"{claim.id}.html"
    places = {
        "catalogue": [_relative(catalogue.file(claim.chapter))],
        "tests": [_relative(path) for path in tests],
        "studies": [f"claims/studies/{name.replace('-', '_')}.py" for name in studies],
        "certificates": [f"reports/certificates/{name}" for name in certificates],
        "page": [_relative(page)] if page.is_file() else [],
        "run again": [f"pytest --claim {claim.id}"],
    }
    print()
    for name, entries in places.items():
        for number, entry in enumerate(entries):
            print(f"{name if number == 0 else '':<13} {entry}")


def _check(paths: Sequence[str]) -> int:
    # The checker stands alone: it is imported only where it is run.
    from claims.proof import checker

    return checker.main(list(paths) or [str(ROOT / "reports" / "certificates")])


def _examine(arguments: argparse.Namespace) -> int:
    from claims.proof import examine

    names = ("loss", "penalty", "start", "starts", "seed", "into")
    given = {name: value for name in names if (value := getattr(arguments, name)) is not None}
    try:
        return examine.examine(arguments.data, arguments.network, **given)
    except examine.WrongInput as error:
        print(f"claims: {error}", file=sys.stderr)
        return WRONG_INPUT


def _verdicts() -> dict[str, ClaimVerdict]:
    path = ROOT / "reports" / "verdicts.json"
    return {claim.id: claim for claim in read_verdicts(path).claims} if path.is_file() else {}


def _word(verdict: ClaimVerdict | None) -> str:
    return verdict.verdict if verdict else "unverified"


def _relative(path: Path) -> str:
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)
