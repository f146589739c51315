# make run: the app; make test: every test; make check: the quick loop.
PYTHON ?= python3
PORT ?= 8501
BIN = .venv/bin

.PHONY: run test check demo clean

run: .venv/app-installed
	@test -f "$${ADR_WORKSPACE:-workspace}/adr.duckdb" || $(MAKE) --no-print-directory demo
	$(BIN)/streamlit run app.py --server.address 127.0.0.1 --server.port $(PORT)

demo: .venv/app-installed
	$(BIN)/python -m adr demo -w "$${ADR_WORKSPACE:-workspace}"
	$(BIN)/python -m adr index -w "$${ADR_WORKSPACE:-workspace}"

test: .venv/tests-installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/oxlint --deny-warnings adr
	$(BIN)/python -m pytest

check: .venv/tests-installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/oxlint --deny-warnings adr
	$(BIN)/python -m pytest -m "not browser and not models" -x

.venv/app-installed: requirements.txt
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet -r requirements.txt
	@touch $@

.venv/tests-installed: requirements-dev.txt .venv/app-installed
	$(BIN)/python -m pip install --quiet -r requirements-dev.txt
	@touch $@

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis
