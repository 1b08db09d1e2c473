"""Write the report: pages, tables and verdicts.

    python -m claims.report --evidence FILE --studies DIR --certificates DIR --into DIR

Exit status: 0 written, 2 an input is missing or faulty (nothing is written then).
"""

import argparse
import sys
from pathlib import Path

from claims.files import write_whole
from claims.record import CatalogueError, EvidenceError
from claims.report.atlas import build_atlas, read_atlas
from claims.report.material import BadMaterial, Material, read_material
from claims.report.provenance import build_provenance
from claims.report.runtime import PAGE, build_runtime
from claims.report.site import Places, build_site
from claims.report.summary import build_summary, build_verdicts
from claims.report.typeset import BadFormula
from claims.report.writing import runtime_table, write_report


def build_report(material: Material, places: Places) -> dict[str, bytes]:
    """Every file of the report as bytes, by path under its folder."""
    files = build_site(material, places)
    files["README.md"] = build_summary(material)
    files["verdicts.json"] = build_verdicts(material)
    if places.atlas is not None:
        certificates, data = (
            places.link("atlas.html", path) for path in (places.certificates, places.atlas)
        )
        files |= build_atlas(read_atlas(places.atlas), certificates, data)
    return files | build_provenance(material, places, files)


def main(arguments: list[str] | None = None) -> int:
    """Read everything, build everything, then write; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m claims.report", description="Write pages, tables and verdicts."
    )
    parser.add_argument("--evidence", type=Path, required=True, help="what pytest wrote")
    parser.add_argument(
        "--studies",
        type=Path,
        required=True,
        help="folder of study results, NAME.json and NAME.csv",
    )
    parser.add_argument("--certificates", type=Path, required=True, help="folder of certificates")
    parser.add_argument("--atlas", type=Path, help="file of the enumerated landscapes")
    parser.add_argument("--into", type=Path, required=True, help="folder of the report")
    parser.add_argument(
        "--benchmarks", type=Path, help="folder of Snakemake's benchmarks, for runtime/"
    )
    options = parser.parse_args(arguments)
    try:
        material = read_material(options.evidence, options.studies, options.certificates)
        places = Places(
            options.into,
            options.studies,
            options.certificates,
            options.atlas,
            measured=options.benchmarks is not None,
        )
        files = build_report(material, places)
    except (BadFormula, BadMaterial, CatalogueError, EvidenceError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    count = write_report(options.into, files)
    if options.benchmarks:
        runtime = options.into / "runtime"
        write_whole(runtime / "jobs.csv", runtime_table(options.benchmarks))
        page = build_runtime(runtime, atlas=options.atlas is not None)
        write_whole(options.into / PAGE, page)
    print(f"{options.into}: {len(files)} files, {count} changed.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
