# One command each: make run, make test. Both set up what they need first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(BIN)/uv pip sync --quiet --compile-bytecode --python $(BIN)/python

# Half of what a process takes to start is compiling, where compiled files are missing and must not be written.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: setup setup-dev setup-extras run test test-long test-extras test-model lint bench soak evaluate model clean

# A machine without Node gets it as a wheel; the styles are built once and again when they change.
ASSETS := command -v node >/dev/null 2>&1 || $(BIN)/uv pip install --quiet --python $(BIN)/python --requirements requirements/node.lock; $(BIN)/python tools/build_assets.py

setup: $(VENV)/.ready
	@$(ASSETS)

$(VENV)/.uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Goldthread needs Python 3.11 or newer; set PYTHON to one (make PYTHON=python3.11)."; exit 1; }
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==0.13.9
	@touch $@

$(VENV)/.ready: $(VENV)/.uv requirements/base.lock pyproject.toml
	@echo "Setting up in $(VENV) (once)"
	@$(UV) requirements/base.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --editable .
	@rm -f $(VENV)/.ready-dev
	@touch $@

setup-dev: $(VENV)/.ready-dev
	@$(ASSETS)

$(VENV)/.ready-dev: $(VENV)/.uv requirements/base.lock requirements/dev.lock pyproject.toml
	@echo "Setting up in $(VENV) for tests (once)"
	@$(UV) requirements/dev.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --editable .
	@touch $(VENV)/.ready $@

# What reads and links stored logs on Spark and Splink, in an environment of its own; see docs/bulk.md.
EXTRAS := .venv-extras

setup-extras: $(EXTRAS)/.ready

$(EXTRAS)/.ready: $(VENV)/.uv requirements/extras.lock pyproject.toml
	@echo "Setting up in $(EXTRAS) (once)"
	@test -x $(EXTRAS)/bin/python || $(PYTHON) -m venv $(EXTRAS)
	@$(BIN)/uv pip sync --quiet --compile-bytecode --python $(EXTRAS)/bin/python requirements/extras.lock
	@$(BIN)/uv pip install --quiet --python $(EXTRAS)/bin/python --no-deps --editable .
	@touch $@

run: setup
	@exec $(BIN)/goldthread demo

# The linters keep one core busy for a minute, so they go beside the tests; what they found is told at the end.
test: setup-dev
	@$(BIN)/python tools/find_chromium.py
	@$(MAKE) --no-print-directory lint > $(VENV)/lint.log 2>&1 & lint=$$!; \
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder; tests=$$?; \
	wait $$lint; linted=$$?; cat $(VENV)/lint.log; exit $$((tests | linted))

test-long: setup-dev
	@$(BIN)/python tools/find_chromium.py
	@$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder -m long

test-extras: setup-extras
	@java -version 2>&1 | grep -q 'version "17' || { echo "The tests of Spark need Java 17 on the path (Debian: apt-get install openjdk-17-jre-headless)."; exit 1; }
	@$(EXTRAS)/bin/python -m pytest tests_extras

lint: setup-dev
	@$(BIN)/ruff check src tests tests_extras tests_model tools bench soak modelling
	@$(BIN)/ruff format --check --quiet src tests tests_extras tests_model tools bench soak modelling || { echo "Run: .venv/bin/ruff format src tests tests_extras tests_model tools bench soak modelling"; exit 1; }
	@$(BIN)/lint-imports --no-cache
	@GOLDTHREAD_MODE=test GOLDTHREAD_DATA=$(VENV)/data $(BIN)/mypy
	@$(BIN)/djlint --quiet --lint src || exit 1

bench: setup-dev
	@$(BIN)/python -m bench

soak: setup-dev
	@$(BIN)/python tools/find_chromium.py
	@$(BIN)/python -m soak

# The network's own training lives apart: torch is large, and the service never needs it.
MODEL := .venv-model

$(MODEL)/.ready: $(VENV)/.uv requirements/model.in
	@echo "Setting up in $(MODEL) for training (once)"
	@$(BIN)/uv venv --quiet --allow-existing --python $(PYTHON) $(MODEL)
	@$(BIN)/uv pip install --quiet --python $(MODEL)/bin/python --requirements requirements/model.in
	@touch $@

model: setup-dev $(MODEL)/.ready
	@PYTHONPATH=src:. MALLOC_MMAP_THRESHOLD_=8589934592 MALLOC_TRIM_THRESHOLD_=17179869184 MALLOC_TOP_PAD_=536870912 $(MODEL)/bin/python -m modelling.make

test-model: setup-dev $(MODEL)/.ready
	@PYTHONPATH=src:. $(MODEL)/bin/python -m pytest -q -c /dev/null --rootdir . -p no:cacheprovider tests_model

evaluate: setup-dev $(MODEL)/.ready
	@$(BIN)/python -m modelling evaluate

clean:
	rm -rf $(VENV) $(EXTRAS) node_modules .goldthread
