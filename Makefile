# The front door: `make demo` and `make test` do all their set-up. `make help` lists the rest.

VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000
ONCE ?=
TEST_WORKERS ?= auto
TOKEN_SECONDS ?= 60
PYTEST_FLAGS ?=
BENCH_FLAGS ?=
FUZZ_FLAGS ?=

# The first Python of at least 3.11 that can make a virtual environment; `make PYTHON=/path/to/python3 ...` overrides.
USABLE_PYTHON := import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for python in python3 python3.11 python3.12 python3.13 python3.14; do \
	$$python -c '$(USABLE_PYTHON)' 2>/dev/null && { echo $$python; break; }; done)

# Debian keeps the server's programs off PATH.
PG_BINDIR ?= $(lastword $(sort $(wildcard /usr/lib/postgresql/*/bin)))

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_NO_INPUT := 1

# A release is used three days after it appeared at the earliest; the locks hold digests and no addresses.
UV ?= uv
UV_COMPILE = $(UV) pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url --no-emit-find-links \
	--no-annotate --python-version 3.11 --exclude-newer "$$(date -u -d '-3 days' +%Y-%m-%d)"

.DEFAULT_GOAL := help
.PHONY: help demo test lint postgresql tokens interop browser bench bench-smoke fuzz fuzz-smoke fuzz-verify fuzz-verify-smoke described described-long hostile hostile-smoke claims claims-smoke replay licences lock set-up-runtime set-up-development

help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-17s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

demo: set-up-runtime ## The service with seven universities on http://localhost:8000 (PORT=8001; ONCE=1 stops when all is shown)
	@PORT=$(PORT) ONCE=$(ONCE) $(BIN)/python -m demo

test: set-up-development ## All tests that need nothing but this folder
	@$(BIN)/python -m pytest -n $(TEST_WORKERS) -m "not postgresql and not replay and not tokens" $(PYTEST_FLAGS)

lint: set-up-development ## Format, lint, types, and the direction of imports
	@$(BIN)/python -m ruff format --check .
	@$(BIN)/python -m ruff check .
	@$(BIN)/python -m mypy
	@$(BIN)/lint-imports

postgresql: set-up-development ## The store and the journeys on a PostgreSQL server of their own
	@PG_BINDIR=$(PG_BINDIR) $(BIN)/python -m tests.postgresql_server \
		$(BIN)/python -m pytest -n $(TEST_WORKERS) -m "not replay and not tokens" $(PYTEST_FLAGS) \
		$(wildcard tests/store tests/migrations tests/claiming tests/journeys)

tokens: set-up-development ## Keys in a real token (SoftHSM) under eight callers for a minute (TOKEN_SECONDS=60)
	@TOKEN_SECONDS=$(TOKEN_SECONDS) $(BIN)/python -m pytest -s -m tokens $(PYTEST_FLAGS) tests/journeys/test_tokens_of_hardware.py

interop: set-up-development ## Checked against other people's implementations (needs Node.js 20 and npm)
	@PYTHON=$(BIN)/python interop/run interop $(BIN)/python -m pytest $(PYTEST_FLAGS) interop/tests

browser: set-up-development ## The pages in Chromium: by keyboard, on a small phone, without JavaScript (needs Node.js 20, npm and Chromium)
	@browser/run browser $(BIN)/python -m pytest $(PYTEST_FLAGS) browser/tests

bench: set-up-development ## Issuing and verifying against other stacks; writes docs/benchmarks.md (BENCH_FLAGS=--help)
	@interop/install $(BIN)/python || echo "make bench: what needs Node.js is LEFT OUT." >&2
	@PG_BINDIR=$(PG_BINDIR) $(BIN)/python -m bench $(BENCH_FLAGS)

bench-smoke: set-up-development ## A minute of it; fails when a ratio has fallen by a third
	@PYTHON=$(BIN)/python PG_BINDIR=$(PG_BINDIR) interop/run bench-smoke $(BIN)/python -m bench --smoke $(BENCH_FLAGS)

fuzz: set-up-development ## The walker against PyLD and jsonld.js, 200,000 documents, resumed where it stopped (FUZZ_FLAGS=--help)
	@PYTHON=$(BIN)/python interop/run fuzz nice -n 15 $(BIN)/python -m fuzz.differential --write $(FUZZ_FLAGS)

fuzz-smoke: set-up-development ## The first 5,000 of them
	@PYTHON=$(BIN)/python interop/run fuzz-smoke $(BIN)/python -m fuzz.differential --count 5000 \
		--state $$(mktemp -d)/fuzz.json $(FUZZ_FLAGS)

fuzz-verify: set-up-development ## Every door for bytes of strangers, coverage-guided, 30 minutes (Linux on x86-64)
	@nice -n 15 $(BIN)/python -m fuzz.verifying $(FUZZ_FLAGS)

fuzz-verify-smoke: set-up-development ## Five minutes of it
	@$(BIN)/python -m fuzz.verifying --seconds 300 $(FUZZ_FLAGS)

described: set-up-development ## A running service asked by schemathesis whether it is what /openapi.json says
	@$(BIN)/python -m tests.described

described-long: set-up-development ## Fifty times as much of it
	@$(BIN)/python -m tests.described --long

hostile: set-up-development ## Good requests beside a thousand hostile connections; writes docs/benchmarks.md
	@$(BIN)/python -m bench.hostile

hostile-smoke: set-up-development ## A minute of it: processor time, latency, memory, refusals at once
	@$(BIN)/python -m bench.hostile --smoke

claims: set-up-development ## Two hundred learners claim at one moment; writes docs/benchmarks.md (needs PostgreSQL)
	@PG_BINDIR=$(PG_BINDIR) $(BIN)/python -m bench.claims

claims-smoke: set-up-development ## Forty of them
	@PG_BINDIR=$(PG_BINDIR) $(BIN)/python -m bench.claims --smoke

replay: set-up-development ## The Dockerfile's steps and the README's commands, each in an empty folder
	@$(BIN)/python -m pytest -m replay $(PYTEST_FLAGS) tests/house

licences: set-up-development ## Write docs/licences.md anew from the installed packages
	@$(BIN)/python -m tests.house.licences > docs/licences.md

lock: ## Compile the lock files anew (needs uv: `make lock UV=/path/to/uv`)
	$(UV_COMPILE) pyproject.toml -o requirements/runtime.lock
	$(UV_COMPILE) pyproject.toml --extra worker -c requirements/runtime.lock -o requirements/worker.lock
	$(UV_COMPILE) pyproject.toml --extra worker --group test --group lint -c requirements/runtime.lock -o requirements/development.lock
	$(UV_COMPILE) --group pyproject.toml:interop -c requirements/runtime.lock -o requirements/interop.lock
	cd interop && npm install --package-lock-only
	cd browser && npm install --package-lock-only

# The environment remembers the very lock it was filled from; a changed lock fills it again.
set-up-runtime set-up-development: set-up-%:
	@cmp -s requirements/$*.lock $(VENV)/$*.lock || cmp -s requirements/development.lock $(VENV)/development.lock || { \
		$(BIN)/python -m pip --version >/dev/null 2>&1 || { \
			[ -n "$(PYTHON)" ] || { echo "This needs Python 3.11 or later with its venv module (Debian: apt-get install python3-venv)." \
				"None was found as python3, python3.11 ... python3.14; name one with: make PYTHON=/path/to/python3" >&2; exit 1; }; \
			echo "Making $(VENV) with $$($(PYTHON) --version) ..."; \
			$(PYTHON) -m venv $(VENV); \
		} && \
		echo "Installing requirements/$*.lock ..." && \
		$(BIN)/python -m pip install --quiet --no-deps --require-hashes -r requirements/$*.lock && \
		cp requirements/$*.lock $(VENV)/$*.lock; \
	}
