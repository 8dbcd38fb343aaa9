# Jingtian: see README.md. Every target installs what it needs on first use; later runs are quick.
SHELL := /bin/bash
PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3.13 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
BENCH_STAMP := $(VENV)/.installed-bench
export JINGTIAN_HOME ?= $(CURDIR)/data
export PYTHONUTF8 = 1
export DAGSTER_DISABLE_TELEMETRY = 1

.PHONY: demo test check dev bench lock generate clean

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; ok = (3, 11) <= sys.version_info < (3, 14); sys.exit(0 if ok else "Jingtian needs Python 3.11, 3.12 or 3.13; found " + sys.version)'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --no-index -e .
	$(BIN)/python -m pip check --disable-pip-version-check
	@touch $(STAMP)

demo: $(STAMP)  ## sample bank, three month ends, every report
	$(BIN)/python -m pipelines.cli.demo

test: $(STAMP)  ## all tests
	$(BIN)/python -m pytest -n 2 --dist worksteal

check: $(STAMP)  ## lint, types, SQL lint, import layers, then the tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/sqlfluff lint dbt_project/models dbt_project/tests
	$(MAKE) test

dev: $(STAMP)  ## Dagster UI on loopback
	@mkdir -p $(JINGTIAN_HOME)/dagster && cp -n dagster.yaml $(JINGTIAN_HOME)/dagster/dagster.yaml || true
	DAGSTER_HOME=$(JINGTIAN_HOME)/dagster $(BIN)/dagster dev -w workspace.yaml -h 127.0.0.1

# What only the bench needs is added without touching what requirements.lock pinned; when it cannot be
# fetched, the bench runs without that contestant and says so.
$(BENCH_STAMP): $(STAMP) requirements-bench.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-bench.lock \
		&& touch $(BENCH_STAMP) || echo "bench: requirements-bench.lock could not be installed" >&2

bench: $(STAMP) $(BENCH_STAMP)  ## a month against the floor, ROWS="100000 1000000"; then the validation bench
	$(BIN)/python -m bench.run $(ROWS)
	$(BIN)/python -m bench.validation.run

generate: $(STAMP)  ## staging models and reference pages from contracts, rules and metrics
	$(BIN)/python -m pipelines.generate

RESOLVE := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-strip-extras --no-header

lock:  ## resolve both lock files anew (needs uv); the bench's agrees with the first
	$(RESOLVE) --extra dev pyproject.toml -o requirements.lock
	$(PYTHON) -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"]["bench"], sep="\n")' \
		| $(RESOLVE) --constraint requirements.lock - -o requirements-bench.lock

clean:
	rm -rf $(VENV) build *.egg-info dbt_project/target dbt_project/logs
