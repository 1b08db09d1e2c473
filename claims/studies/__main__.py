"""Running studies from the command line: list, pilot, power, run and gather."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from claims.studies.gathering import gather
from claims.studies.plan import SCALES, PlanError, study_names
from claims.studies.power import power_lines
from claims.studies.registry import planned
from claims.studies.shards import run_shard


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return 0, or 2 with one sentence on stderr where the input is wrong."""
    options = _parser().parse_args(arguments)
    try:
        if options.command == "list":
            for name in study_names():
                plan = planned(name).plan
                print(
                    f"{name}: {plan.question} ({_counted(len(plan.cells), 'cell')}, "
                    f"{_counted(len(plan.questions), 'question')})"
                )
        elif options.command == "power":
            for line in power_lines(planned(options.study)):
                _say(line)
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
            for question in result["questions"]:
                _say(
                    f"{options.study}, {question['id']}: {question['decision']}. "
                    f"{question['sentence']}"
                )
    except (PlanError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


def _say(line: str) -> None:
    print(line, flush=True)


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m claims.studies", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("list", help="the studies, with their questions")
    pilot = commands.add_parser("pilot", help="repeat the tuning, by its own seeds")
    powered = commands.add_parser("power", help="what the planned sample sizes achieve")
    run = commands.add_parser("run", help="run one shard")
    gathered = commands.add_parser("gather", help="one table and the decisions from all shards")
    for command in (pilot, powered, run, gathered):
        command.add_argument("study", help="name of the study, as in its plan NAME.toml")
    for command in (run, gathered):
        command.add_argument("--scale", choices=SCALES, required=True)
        command.add_argument("--into", type=Path, required=True, metavar="DIR")
    run.add_argument("--shard", type=int, required=True, help="from 0 on")
    gathered.add_argument("--from", dest="shards_from", type=Path, required=True, metavar="DIR")
    return parser


if __name__ == "__main__":
    sys.exit(main())
