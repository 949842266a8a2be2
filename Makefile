PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help demo up test fuzz check bench recording lock clean

help: ## show this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 10

$(VENV)/installed: requirements/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed. PYTHON=python3.12 make … names the one to use."; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

demo: $(VENV)/installed ## run the main job once, from sample conversations to a table of results
	$(BIN)/mass-reply demo

up: $(VENV)/installed ## keep the whole stack running here, and print its URLs and a key
	$(BIN)/mass-reply up

test: $(VENV)/installed ## run the tests on embedded PostgreSQL and Valkey
	$(BIN)/python -m pytest -q -n 4 --dist loadgroup

fuzz: $(VENV)/installed ## ask the API far more of what its description allows; FUZZ_SEED=7 repeats a run
	FUZZ_EXAMPLES=$${FUZZ_EXAMPLES:-50} FUZZ_SEED=$${FUZZ_SEED:-$$(date +%s)} \
	  $(BIN)/python -m pytest tests/api/test_conformance.py -q --timeout 0

check: $(VENV)/installed ## formatting, lint, types, import contracts, migrations
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m app.dev.check_migrations

bench: $(VENV)/installed ## deliveries per second, beside a bare loop of the same client, as one JSON
	$(BIN)/python -m bench

recording: $(VENV)/installed ## draw docs/send.svg anew, from the real program on the real stack
	$(BIN)/python -m app.dev.recording

lock: $(VENV)/installed ## write the hashed lock files anew
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --extra telemetry --output-file requirements/runtime.txt pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --extra embedded --extra telemetry --group dev --output-file requirements/dev.txt pyproject.toml

clean: ## remove the environment and the embedded servers' data
	rm -rf $(VENV) var
