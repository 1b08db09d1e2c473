"""The manifest of a report: what each output was made from, hashes and versions.

`provenance.json` holds, under "groups", the source files behind each name that "outputs" refers to;
under "inputs", the hash of every such file; under "outputs", the hash of every file of the report
and the groups it was made from.
"""

import hashlib
import json
import platform
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from claims.exhibits import networks
from claims.report.figures import study_figures
from claims.report.inputs import ROOT, group_sources
from claims.report.material import Material
from claims.report.site import Places
from claims.report.templating import environment

SCHEMA = 1
# What is said of each study.
STUDY_FIGURES = ("scale", "n", "planned", "networks", "classified", "plan_hash")
# What the results rest on; the lock pins the rest.
LIBRARIES = (
    "hypothesis",
    "latex2mathml",
    "matplotlib",
    "numba",
    "numpy",
    "pandas",
    "python-flint",
    "scipy",
    "snakemake",
)


@dataclass(frozen=True)
class Made:
    """An output: the hash of its bytes and the groups of inputs it was made from."""

    sha256: str
    groups: tuple[str, ...]


def digest(content: bytes) -> str:
    """SHA-256, hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def build_provenance(
    material: Material, places: Places, pages: Mapping[str, bytes]
) -> dict[str, bytes]:
    """The manifest, as page and as JSON, for `pages`, and data and certificates beside them."""
    outputs = {
        path: Made(digest(content), _groups(material, path)) for path, content in pages.items()
    }
    outputs |= dict(_data_beside(places))
    names = sorted({group for made in outputs.values() for group in made.groups})
    groups = {name: group_sources(name) for name in names}
    paths = sorted({path for sources in groups.values() for path in sources})
    inputs = {path: digest((ROOT / path).read_bytes()) for path in paths}
    run = {
        "scale": ", ".join(sorted({str(result["scale"]) for result in material.studies.values()}))
        or "no study",
        "profile of the checks": material.evidence.profile,
        "complete": "no, partial" if material.evidence.partial else "yes",
    }
    versions = {"python": platform.python_version(), **{name: version(name) for name in LIBRARIES}}
    studies = {
        name: {key: result[key] for key in STUDY_FIGURES}
        for name, result in material.studies.items()
    }
    page = (
        environment()
        .get_template("provenance.html")
        .render(
            top="",
            here="provenance",
            atlas=places.atlas is not None,
            run=run,
            measured=places.measured,
            studies=studies,
            trained=networks(material.studies),
            unclaimed=list(_unclaimed(material)),
            versions=versions,
            inputs=inputs,
        )
    )
    outputs["provenance.html"] = Made(digest(page.encode()), tuple(names))
    manifest = {
        "schema": SCHEMA,
        "run": run,
        "versions": versions,
        "studies": studies,
        "groups": groups,
        "inputs": inputs,
        "outputs": {
            path: {"sha256": made.sha256, "groups": list(made.groups)}
            for path, made in sorted(outputs.items())
        },
    }
    return {"provenance.html": page.encode(), "provenance.json": _json(manifest)}


def _unclaimed(material: Material) -> Iterator[dict[str, Any]]:
    """The questions that judge no claim, which no other page shows: what the studies rest on."""
    for name, result in material.studies.items():
        for question in result["questions"]:
            if question["claim"] is None:
                yield {
                    "text": question["outcome"][:1].upper() + question["outcome"][1:] + ".",
                    "decision": question["decision"],
                    "figures": study_figures(name, {"questions": [question]})[question["id"]][:1],
                }


def _groups(material: Material, path: str) -> tuple[str, ...]:
    """The groups behind a page or figure."""
    kind, _, name = path.partition("/")
    if kind == "claims":
        verdict = material.verdicts[name.removesuffix(".html")]
        certificates = ["certificates"] if verdict.certificates else []
        return (
            f"chapter:{verdict.chapter}",
            *certificates,
            *(f"study:{study.name}" for study in verdict.studies),
        )
    if kind == "figures":
        study = max((study for study in material.studies if name.startswith(f"{study}-")), key=len)
        return ("report", f"study:{study}")
    if kind in ("fonts", "style.css"):
        return ("report",)
    return ("report", "verify", "certificates", *(f"study:{study}" for study in material.studies))


def _data_beside(places: Places) -> Iterable[tuple[str, Made]]:
    """Data and certificates that other stages wrote into the report's folder."""
    for folder in (places.studies, places.certificates):
        if places.into.resolve() not in folder.resolve().parents:
            continue
        for path in sorted(folder.glob("[!.]*.*")):
            group = f"study:{path.stem}" if folder == places.studies else "certificates"
            yield (
                path.resolve().relative_to(places.into.resolve()).as_posix(),
                Made(digest(path.read_bytes()), (group,)),
            )


def _json(content: Any) -> bytes:
    return (json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode()
