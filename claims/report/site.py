"""The pages as bytes, made in memory, so that nothing is written unless all can be."""

import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from claims.exhibits import overview
from claims.record import Claim, StudyResult
from claims.report.figures import Drawn, study_figures
from claims.report.inputs import ROOT
from claims.report.material import Material
from claims.report.sentences import TONES
from claims.report.templating import environment
from claims.report.typeset import BadFormula

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Places:
    """Where the report will stand, and its data and certificates: links are relative.

    ``measured`` says whether a page of rates and times will stand there too.
    """

    into: Path
    studies: Path
    certificates: Path
    atlas: Path | None = None
    measured: bool = False

    def link(self, page: str, target: Path) -> str:
        """The relative link from `page` (a path under `into`) to a file or folder."""
        return Path(
            os.path.relpath(target.resolve(), (self.into / page).resolve().parent)
        ).as_posix()


@dataclass(frozen=True)
class _StudyView:
    """A question of a study on the page of a claim; figures are files of the report."""

    name: str
    question: str
    scale: str
    n: int
    planned: int
    undecided: float
    decision: str
    prediction: str
    outcome: str
    factors: Mapping[str, str]
    figures: list[Drawn]
    table: str | None
    links: list[SimpleNamespace]


def build_site(material: Material, places: Places) -> dict[str, bytes]:
    """The pages, figures, style and fonts by path under the report's folder."""
    templates = environment()
    templates.globals["atlas"] = places.atlas is not None

    def render(page: str, template: str, here: str, **context: Any) -> bytes:
        top = "../" * page.count("/")
        templates.filters["test_link"] = lambda test: places.link(
            page, ROOT / test.partition("::")[0]
        )
        try:
            return templates.get_template(template).render(top=top, here=here, **context).encode()
        except BadFormula as error:
            raise BadFormula(f"{page}: {error}") from None

    files = {
        "style.css": (HERE / "style.css").read_bytes(),
        **{f"fonts/{path.name}": path.read_bytes() for path in sorted((HERE / "fonts").iterdir())},
    }
    figures = {name: study_figures(name, result) for name, result in material.studies.items()}
    for by_question in figures.values():
        for drawn in by_question.values():
            files |= {figure.path: figure.svg for figure in drawn}

    files["index.html"] = render("index.html", "index.html", "index", **_front(material))
    files["documents.html"] = render(
        "documents.html", "documents.html", "documents", **_documents(material, places)
    )
    for chapter in material.catalogue.chapters:
        for claim in chapter.claims:
            page = f"claims/{claim.id}.html"
            context = _claim(material, places, page, claim, figures)
            files[page] = render(page, "claim.html", "claim", chapter=chapter, **context)
    return files


def _front(material: Material) -> dict[str, Any]:
    sections = overview(material.catalogue, material.verdicts, material.studies)
    found = Counter((row.verdict, section.chapter) for section in sections for row in section.rows)
    counts = Counter(row.verdict for section in sections for row in section.rows)
    present = [verdict for verdict in TONES if counts[verdict]]
    return {
        "sections": sections,
        "total": counts.total(),
        "counts": {verdict: counts[verdict] for verdict in present},
        "absent": [
            (verdict, section.chapter)
            for verdict in present
            for section in sections
            if not found[verdict, section.chapter]
        ],
        "partial": material.evidence.partial,
    }


def _documents(material: Material, places: Places) -> dict[str, Any]:
    claims = list(material.catalogue.claims())
    return {
        "entries": [
            SimpleNamespace(
                document=document,
                claims=[
                    (source.locator, material.verdicts[claim.id])
                    for claim in claims
                    for source in claim.sources
                    if source.document == document.id
                ],
                remarks=[
                    remark
                    for remark in material.catalogue.remarks
                    if remark.document == document.id
                ],
            )
            for document in material.catalogue.documents
        ],
        "beyond": [material.verdicts[claim.id] for claim in claims if not claim.sources],
        "catalogue": places.link("documents.html", material.catalogue.directory),
    }


def _claim(
    material: Material,
    places: Places,
    page: str,
    claim: Claim,
    figures: Mapping[str, Mapping[str, list[Drawn]]],
) -> dict[str, Any]:
    verdict = material.verdicts[claim.id]
    stated = material.catalogue.file(claim.chapter)
    return {
        "claim": claim,
        "judged": material.judged(claim),
        "studies": [
            _study(
                places,
                page,
                study,
                figures[study.name][study.question],
                material.studies[study.name],
            )
            for study in {(one.name, one.question): one for one in verdict.studies}.values()
        ],
        "certificates": {
            name: SimpleNamespace(
                href=places.link(page, places.certificates / name),
                statement=material.certificates[name].get("statement"),
            )
            for name in verdict.certificates
        },
        "stated": places.link(page, stated),
        "stated_name": f"claims/catalogue/{stated.name}",
    }


def _study(
    places: Places,
    page: str,
    study: StudyResult,
    figures: list[Drawn],
    result: Mapping[str, Any],
) -> _StudyView:
    sources = {
        "The plan": ROOT / "claims/studies" / f"{study.name}.toml",
        "the code": ROOT / "claims/studies" / f"{study.name.replace('-', '_')}.py",
    }
    table = places.studies / f"{study.name}.csv"
    question = next(one for one in result["questions"] if one["id"] == study.question)
    return _StudyView(
        name=study.name,
        question=study.question,
        scale=study.scale,
        n=study.n,
        planned=study.planned,
        undecided=question["undecided"] / question["n"],
        decision=study.decision,
        prediction=question["prediction"],
        outcome=question["outcome"],
        factors=result["factors"],
        figures=figures,
        table=places.link(page, table) if table.exists() else None,
        links=[
            SimpleNamespace(text=text, href=places.link(page, path))
            for text, path in sources.items()
            if path.exists()
        ],
    )
