"""Which files of the tree each output is made from.

The workflow takes these as a rule's inputs, so that an edit runs the stage again, and the report
records their hashes, so that `python -m claims.report.freshness` can say what is stale. One
definition serves both.
"""

from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

MATHEMATICS = ("numbers", "mathematics", "compiled")
STAGES = {
    "certificates": (*MATHEMATICS, "proof"),
    "study": (*MATHEMATICS, "training"),
    "verify": (*MATHEMATICS, "proof", "training", "studies", "record", "catalogue", "testing"),
    "report": ("record", "catalogue", "exhibits", "report"),
}


def stage_sources(stage: str, root: Path = ROOT) -> list[str]:
    """The files of a stage, relative to `root` and sorted; `KeyError` for an unknown stage."""
    found = {"requirements.lock"}
    for package in STAGES[stage]:
        found |= set(_files(root, f"claims/{package}"))
    if stage == "verify":
        found |= {"pyproject.toml", *_files(root, "tests/chapters")}
    return sorted(found)


def study_sources(study: str, root: Path = ROOT) -> list[str]:
    """The sources of a study: its module and plan, what studies share, and the layers below."""
    plans = set(study_names(root))
    files = [
        path for path in _files(root, "claims/studies") if _study_of(path) not in plans - {study}
    ]
    return sorted({*stage_sources("study", root), *files})


def study_names(root: Path = ROOT) -> list[str]:
    """Every study that has a plan, sorted."""
    return sorted(path.stem for path in (root / "claims/studies").glob("*.toml"))


def chapter_sources(chapter: str, root: Path = ROOT) -> list[str]:
    """The sources of a chapter's pages: all but the texts and tests of the other chapters."""
    chapters = {path.stem for path in (root / "claims/catalogue").glob("*.toml")}
    others = chapters - {chapter, "documents"}
    return [
        path
        for path in sorted({*stage_sources("verify", root), *stage_sources("report", root)})
        if not (
            (path.startswith("tests/chapters/") and Path(path).parts[2] in others)
            or (path.startswith("claims/catalogue/") and Path(path).stem in others)
        )
    ]


def group_sources(group: str, root: Path = ROOT) -> list[str]:
    """The sources behind a name in the manifest: a stage, `study:NAME` or `chapter:NAME`."""
    kind, _, name = group.partition(":")
    if kind == "study" and name:
        return study_sources(name, root)
    if kind == "chapter" and name:
        return chapter_sources(name, root)
    return stage_sources(kind, root)


def _study_of(path: str) -> str:
    return Path(path).stem.replace("_", "-")


def _files(root: Path, folder: str) -> Iterator[str]:
    for path in sorted((root / folder).rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            yield path.relative_to(root).as_posix()
