# The two commands of the README are `make demo` and `make test`; both set up .venv by themselves.
PYTHON ?= python3
BIN := .venv/bin
export PIP_DISABLE_PIP_VERSION_CHECK = 1

.PHONY: demo test check lint evidence setup vendor kernels clean

demo: setup vendor
	@ROUTEBOOK_END_WITH_PARENT=1 exec $(BIN)/python manage.py demo

test: setup vendor kernels
	$(BIN)/python -m pytest -q -n 2 -m "not evidence"

# The whole gate: style, types, import order, migrations, settings, the suite.
check: lint test

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python manage.py check
	$(BIN)/python manage.py spectacular --validate --fail-on-warn --file /dev/null

# The slower proof: kill loops, benchmark files, long fuzzing.
evidence: setup vendor kernels
	$(BIN)/python -m pytest -q -m evidence

setup: .venv/installed

.venv/installed: config/requirements.txt
	$(PYTHON) -c 'import sys; sys.exit("Routebook needs Python 3.11 or newer" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --requirement config/requirements.txt
	touch .venv/installed

# MapLibre from npm, OSRM and a small town from PyPI, once; without them there is no map, and travel is estimated.
vendor: setup
	-@$(BIN)/python vrp/frontend/fetch.py
	-@$(BIN)/python vrp/roads/fetch.py

# The native engine, compiled once for this machine, in three to four minutes. The demo's worker does it in the background.
kernels: setup
	@$(BIN)/python -m vrp.engines.sisr.compiled

clean:
	rm -rf .venv vrp/static/vrp/vendor vrp/frontend/node_modules vrp/roads/vendor
