# The front door: `make demo` and `make test` do all their set-up.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV_COMPILE := uv pip compile --universal --generate-hashes --no-header --no-emit-index-url --no-emit-find-links --no-annotate --python-version 3.11 --exclude-newer "$$(date -u -d '-3 days' +%Y-%m-%d)"

.PHONY: lock
lock:
	$(UV_COMPILE) pyproject.toml -o requirements/runtime.lock
	$(UV_COMPILE) pyproject.toml --group test --group lint -c requirements/runtime.lock -o requirements/development.lock
	$(UV_COMPILE) pyproject.toml --group interop -c requirements/development.lock -o requirements/interop.lock
