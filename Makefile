# make               set up .venv, then regenerate everything: studies, certificates, verdicts, pages (reports/)
# make test          set up .venv, then verify the claims and test the software
# make test-slurm    the workflow at smoke scale on a real SLURM cluster of one node, which is set up and stopped again (Debian, root)
# make test-kills    a study killed at 20 random moments ends with the bytes of an undisturbed one (a minute or two)
# make lint          formatting, imports, types
# make mutation      plant slips in the code that everything rests on: do the tests notice? (half an hour)
# make check-reports is reports/ what the tree would give? says which outputs are stale, and why
# make compare RUNS="A B"  do two report folders hold the same bytes, times apart? names the files that differ
# make lock          pin the dependencies anew (needs uv)
# make clean         remove caches and intermediates; keeps .venv and reports/
#
# PYTHON chooses the interpreter (3.11 or newer): make PYTHON=python3.13
# uv is used where it is on PATH, venv and pip otherwise.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

# Empty counts as absent, so that UV= forces pip.
UV := $(shell command -v uv 2>/dev/null)

.PHONY: all test test-slurm test-kills lint mutation check-reports compare lock clean

all: $(READY)
	$(BIN)/snakemake

test: $(READY)
	$(BIN)/pytest -n auto --maxprocesses 8 $(PYTEST_ARGUMENTS)

test-slurm: $(READY)
	@command -v slurmctld slurmd sbatch munged >/dev/null || { apt-get update -q && \
	  DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends slurmctld slurmd slurm-client munge; }
	CLAIMS_REQUIRE=slurm $(BIN)/pytest tests/software/workflow/test_slurm.py $(PYTEST_ARGUMENTS)

test-kills: $(READY)
	CLAIMS_REQUIRE=kills $(BIN)/pytest tests/software/studies/test_kills.py $(PYTEST_ARGUMENTS)

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy claims
	$(BIN)/snakefmt --check Snakefile workflow

# The seed is fixed, so that everyone gets the same mutants; 0.95 is the least share to be killed.
mutation: $(READY)
	nice -n 15 $(BIN)/python tests/mutation/run.py --seed 1 --sample 300 --least 0.95 --into .claims/mutation

check-reports: $(READY)
	$(BIN)/python -m claims.report.freshness reports

compare: $(READY)
	@$(if $(filter 2,$(words $(RUNS))),,$(error give two report folders: make compare RUNS="A B"))
	$(BIN)/python -m claims.report.comparison $(RUNS)

# The stamp is written last: an interrupted set-up starts again.
$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo 'error: $(PYTHON) is no Python 3.11 or newer; choose one: make PYTHON=python3.12' >&2; exit 1; }
ifneq ($(UV),)
	$(UV) venv --quiet --allow-existing --python "$$($(PYTHON) -c 'import sys; print(sys.executable)')" $(VENV)
	$(UV) pip install --quiet --python $(VENV) --require-hashes --requirement requirements.lock
	$(UV) pip install --quiet --python $(VENV) --no-deps --no-build-isolation --editable .
else
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
endif
	@touch $@

lock:
	uv pip compile --universal --generate-hashes --no-emit-index-url --no-header --no-annotate \
	  --quiet --extra development --extra cluster --output-file requirements.lock pyproject.toml

clean:
	rm -rf .claims .snakemake .pytest_cache .mypy_cache .ruff_cache .hypothesis build *.egg-info
	find claims tests workflow -name __pycache__ -type d -prune -exec rm -rf {} +
