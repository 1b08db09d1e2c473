# What every rule shares: the checked configuration, the folders, the interpreter, the wildcards.

import sys
from pathlib import Path

from snakemake.exceptions import WorkflowError

from claims.report.inputs import stage_sources, study_names, study_sources

HERE = Path(workflow.basedir)
sys.path.insert(0, str(HERE / "workflow"))
from configuration import BadConfiguration, read_configuration, shard_count
from forecast import forecast, sentences
from lock import Busy, take_lock

try:
    CONFIGURATION = read_configuration(config, study_names(HERE))
    SHARDS = {
        study: shard_count(study, CONFIGURATION.scale, HERE)
        for study in CONFIGURATION.studies
    }
except BadConfiguration as error:
    raise WorkflowError(str(error)) from None

SCALE = CONFIGURATION.scale
REPORTS = CONFIGURATION.reports
WORK = CONFIGURATION.work

# The interpreter that runs Snakemake has the package and everything it needs.
PYTHON = f"{sys.executable} -X utf8"


wildcard_constraints:
    study="[a-z][a-z0-9-]*",
    shard=r"\d+",


def hold_lock():
    try:
        take_lock(Path(WORK) / "lock")
    except Busy as error:
        raise WorkflowError(str(error)) from None


def say_forecast():
    cores = max(workflow.cores or workflow.nodes or 1, 1)
    for line in sentences(forecast(SHARDS, SCALE, HERE), cores):
        print(line, file=sys.stderr)
