"""Running studies from the command line: run, gather, list and pilot."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from claims.studies.gathering import gather
from claims.studies.plan import SCALES, PlanError, study_names
from claims.studies.registry import planned
from claims.studies.shards import run_shard


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return 0, or 2 with one sentence on stderr where the input is wrong."""
    options = _parser().parse_args(arguments)
    try:
        if options.command == "list":
            for name in study_names():
                plan = planned(name).plan
                print(f"{name}: {plan.question} ({len(plan.cells)} cells)")
        elif options.command == "pilot":
            study = planned(options.study)
            study.study.pilot(study.plan)
        elif options.command == "run":
            run_shard(
                planned(options.study), options.scale, options.shard, options.into, report=_say
            )
        else:
            result = gather(
                planned(options.study), options.scale, options.shards_from, options.into
            )
            print(f"{options.study}: {result['decision']}. {result['sentence']}")
    except (PlanError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


def _say(line: str) -> None:
    print(line, flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m claims.studies", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("list", help="the studies, with their questions")
    pilot = commands.add_parser("pilot", help="repeat the tuning, by its own seeds")
    run = commands.add_parser("run", help="run one shard")
    gathered = commands.add_parser("gather", help="one table and one decision from all shards")
    for command in (pilot, run, gathered):
        command.add_argument("study", help="name of the study, as in its plan NAME.toml")
    for command in (run, gathered):
        command.add_argument("--scale", choices=SCALES, required=True)
        command.add_argument("--into", type=Path, required=True, metavar="DIR")
    run.add_argument("--shard", type=int, required=True, help="from 0 on")
    gathered.add_argument("--from", dest="shards_from", type=Path, required=True, metavar="DIR")
    return parser


if __name__ == "__main__":
    sys.exit(main())
