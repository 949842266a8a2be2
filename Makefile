PYTHON ?= python3
VENV ?= .venv
RUN := "$(VENV)/bin/python" -m

# Many processes are started here. Without byte code, which some images switch off, each compiles the service anew.
unexport PYTHONDONTWRITEBYTECODE
# With LC_ALL=C, Python reads the paths of its environment as ASCII, and stops at the first umlaut in a folder's name.
ifneq ($(filter C POSIX,$(LC_ALL)),)
unexport LC_ALL
endif

.DEFAULT_GOAL := help
.PHONY: help demo up web test faults proof fuzz check bench bench-quick siege soak matrix mutants simulate sbom audit recording alerts openapi lock clean

help: ## show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

# Each installs what it needs and no more: `demo` and `up` the service and its embedded servers, all others the tools too.
.PHONY: embedded dev
embedded dev:
	@"$(PYTHON)" requirements/install.py "$(VENV)" $@

demo: embedded ## run the main job once, from sample conversations to a table of results
	$(RUN) app demo

up: embedded ## keep the whole stack running here, and print its URLs and a key
	$(RUN) app up

web: ## build the dialog and the console anew from web/, where Node 20 or later is
	cd web && npm ci --ignore-scripts && npm run types && npm run check && npm run build -- "$${OUT:-../app/web_assets}"

test: dev ## run the tests on embedded PostgreSQL and Valkey
	$(RUN) pytest -q -n 4 -m "not faults and not proof and not matrix"

faults: dev ## run the demo; kill, freeze and cut off whole workers, stacks, databases and Redis
	$(RUN) pytest -q -n 4 -m "faults and not proof and not matrix"

proof: dev ## run the tests that need thousands of cases
	$(RUN) pytest -q -n 2 -m "proof and not matrix"

fuzz: dev ## ask the API far more of what its description allows; FUZZ_SEED=7 repeats a run
	FUZZ_EXAMPLES=$${FUZZ_EXAMPLES:-50} FUZZ_SEED=$${FUZZ_SEED:-$$(date +%s)} \
	  $(RUN) pytest tests/api/test_conformance.py -q -m proof --timeout 0

check: dev ## formatting, lint, types, import contracts, locks, migrations
	$(RUN) ruff format --check .
	$(RUN) ruff check .
	$(RUN) mypy
	"$(VENV)/bin/lint-imports"
	$(RUN) app.dev.check_locks
	$(RUN) app.dev.check_migrations

siege: dev ## five minutes of a hostile tenant beside a normal one; SIEGE_SECONDS=60 is shorter
	SIEGE_SECONDS=$${SIEGE_SECONDS:-300} $(RUN) pytest -q -s --timeout 0 tests/siege

soak: dev ## a long run under faults and its verdict; SEED=7 RECIPIENTS=300 FAULTS=26 RESTARTS=3 is a short one
	$(RUN) app.dev.soak --seed $${SEED:-1} --recipients $${RECIPIENTS:-50000} --faults $${FAULTS:-220} \
	  --restarts $${RESTARTS:-20} --broken "$${BROKEN:-}" $${PAGE:+--page "$$PAGE"}

matrix: dev ## stop a worker in each way at each named point, and break each rule once; many minutes
	CRASH_MATRIX=1 $(RUN) pytest -q -n 2 -m matrix --timeout 900 tests

mutants: dev ## change each decision of the protocol a little, and see that a test notices; GROUP=claim is one part
	$(RUN) tests.mutants $${GROUP:-}

simulate: dev ## schedules of pump, recorder and sweeper in virtual time; SCHEDULES=1000000 is a night's work
	SCHEDULES=$${SCHEDULES:-100000} $(RUN) pytest -q -n 2 -m proof tests/simulation

bench: dev ## the service as a user has it, beside a bare loop and a naive design: var/bench.md; an hour
	$(RUN) bench

bench-quick: dev ## a few of the same measures; CHECK=--check fails if a saved ratio has fallen by a fifth, or a bound is passed, twice
	$(RUN) bench --quick $(CHECK)

sbom: dev ## write var/sbom.json, the bill of materials of what the wheel needs (CycloneDX)
	mkdir -p var && $(RUN) app.dev.sbom requirements/runtime.txt > var/sbom.json

audit: ## ask for known vulnerabilities of the locked packages, where their data can be reached
	PYTHON="$(PYTHON)" .ci/audit

recording: dev ## draw docs/send.svg anew, from the real program on the real stack
	$(RUN) app.dev.recording

alerts: dev ## write deploy/prometheus/alerts.yml anew, from docs/operations.md
	$(RUN) app.dev.alerts > deploy/prometheus/alerts.yml.new
	mv deploy/prometheus/alerts.yml.new deploy/prometheus/alerts.yml

screenshots: dev ## take docs/images/*.png anew, in Chromium, from the real pages
	SCREENSHOTS=1 $(RUN) pytest -q tests/web/test_screenshots.py

openapi: dev ## write openapi.json, the description of the API, anew
	"$(VENV)/bin/python" -c 'import app.main; print(app.main.describe(), end="")' > openapi.json.new
	mv openapi.json.new openapi.json

COMPILE = $(RUN) uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate
lock: dev ## write the hashed lock files anew; each release is the same in all of them
	$(RUN) pip install --quiet uv
	$(COMPILE) --extra embedded --extra telemetry --group dev --output-file requirements/dev.txt pyproject.toml
	$(COMPILE) --extra embedded --extra telemetry --group build --constraint requirements/dev.txt --output-file requirements/embedded.txt pyproject.toml
	$(COMPILE) --extra telemetry --constraint requirements/dev.txt --output-file requirements/runtime.txt pyproject.toml
	$(COMPILE) --group build --constraint requirements/dev.txt --output-file requirements/build.txt

clean: ## remove the environment and the embedded servers' data
	rm -rf "$(VENV)" var
