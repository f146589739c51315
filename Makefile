# make run: start the app; make test: run every test; make check: the quick loop; make fuzz: thousands of broken inputs.
PYTHON ?= python3
PORT ?= 8501
# tests that run side by side
JOBS ?= 2
BIN = .venv/bin

.PHONY: run test check demo prove schemas formats faults fuzz audit clean

run: .venv/app-installed
	$(BIN)/python -m adr app -w "$${ADR_WORKSPACE:-workspace}" --port $(PORT)

demo: .venv/app-installed
	$(BIN)/python -m adr demo -w "$${ADR_WORKSPACE:-workspace}"
	$(BIN)/python -m adr index -w "$${ADR_WORKSPACE:-workspace}"

test: .venv/tests-installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/oxlint --deny-warnings adr
	$(BIN)/python -m pytest -n $(JOBS) --dist loadgroup --no-loadscope-reorder --durations=10

check: .venv/tests-installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/oxlint --deny-warnings adr
	$(BIN)/python -m pytest -n $(JOBS) --dist loadgroup --no-loadscope-reorder -m "not browser and not models" -x

# kills every writing stage at random moments; prints a table
KILLS ?= 200
faults: .venv/tests-installed
	$(BIN)/python -m tests.faults $(KILLS) $(or $(SEED),1)

# Does refinement help? Twelve arms and five seeds on the demo world thinned to a long tail: docs/evidence.md. QUICK=1: five
# arms, three seeds; RECIPE: paper, object or quarter; FOLDER: where to go on
prove: .venv/app-installed
	$(BIN)/python -m tests.bench.evidence $(if $(SEED),--seed $(SEED)) $(if $(RECIPE),--recipe $(RECIPE)) \
	    $(if $(QUICK),--quick) $(if $(FOLDER),--folder $(FOLDER))

# Broken files, recipes, verdicts, plans, addresses and pictures; CASES: of each kind, SEED: of their choice
fuzz: .venv/tests-installed
	$(BIN)/python -m tests.fuzz $(if $(SEED),--seed $(SEED)) $(if $(CASES),--cases $(CASES))

# ages and known faults of the installed packages, from PyPI
audit: .venv/tests-installed
	$(BIN)/python -m tests.audit

.venv/app-installed: requirements.txt
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet -r requirements.txt
	@touch $@

.venv/tests-installed: requirements-dev.txt .venv/app-installed
	$(BIN)/python -m pip install --quiet -r requirements-dev.txt
	@touch $@

# docs/reports: the JSON Schema of every verb's report
schemas: .venv/app-installed
	$(BIN)/python -m adr.cli.schemas docs/reports

# docs/formats.md: the forms that are read and the formats that are written
formats: .venv/app-installed
	$(BIN)/python -m adr.cli.formats_page docs/formats.md

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis
